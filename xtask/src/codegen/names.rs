//! Names: from the spelling of the wire to the spelling of Rust.

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};

/// The Rust field for a JSON member: `clientId` is `client_id`, `_id` is `id`, `type` is `kind`, `default` is
/// `is_default`; other keywords get an underscore.
pub fn field(wire: &str) -> String {
    match wire {
        "type" => "kind".to_owned(),
        "default" => "is_default".to_owned(),
        _ => escape_keyword(wire.to_snake_case()),
    }
}

/// The Rust enum variant for a wire value: `ten-days-before` is `TenDaysBefore`, `bill.update` is `BillUpdate`.
pub fn variant(wire: &str) -> String {
    let name = wire.to_pascal_case();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("Value{name}") } else { name }
}

/// The file and module of a type: `BillStatus` is `bill_status`.
pub fn module(type_name: &str) -> String {
    escape_keyword(type_name.to_snake_case())
}

/// The constant of an operation: `getBill` is `GET_BILL`.
pub fn constant(operation_id: &str) -> String {
    operation_id.to_shouty_snake_case()
}

/// The method of an operation: `listBills` is `list_bills`, `getBill` is `bill`.
pub fn method(operation_id: &str) -> String {
    let name = operation_id.to_snake_case();
    escape_keyword(name.strip_prefix("get_").map_or(name.clone(), str::to_owned))
}

/// Whether `name` can be a Rust type, as the name of a schema must.
pub fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name.to_pascal_case() == name
}

/// Whether generated code gives `name` another meaning: a schema of that name would hide it.
pub fn is_taken(name: &str) -> bool {
    const TAKEN: &[&str] = &[
        "Answer",
        "Api",
        "ApiError",
        "Arguments",
        "Body",
        "BodyMember",
        "BTreeMap",
        "Box",
        "Call",
        "CardData",
        "Client",
        "Credential",
        "Debug",
        "DebugObject",
        "Default",
        "Date",
        "Deserialize",
        "Deserializer",
        "Err",
        "Error",
        "EventData",
        "From",
        "Hidden",
        "IgnoredAny",
        "Into",
        "IntoDeserializer",
        "List",
        "MapAccess",
        "Member",
        "MemberKind",
        "Method",
        "Money",
        "None",
        "Number",
        "Ok",
        "Operation",
        "Option",
        "Outcome",
        "Parameter",
        "Path",
        "PathParameters",
        "Payload",
        "PayloadOut",
        "Place",
        "ProviderTime",
        "RejectedElement",
        "RequestContext",
        "Result",
        "Route",
        "Safety",
        "Secret",
        "Self",
        "SeqAccess",
        "Serialize",
        "Serializer",
        "Server",
        "Some",
        "String",
        "Timestamp",
        "UnknownChoice",
        "UnknownValue",
        "Value",
        "Vec",
        "Visitor",
    ];
    TAKEN.contains(&name)
}

/// Whether `name` can be a Rust identifier as it is written.
pub fn is_identifier(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_ok()
}

fn escape_keyword(name: String) -> String {
    if is_identifier(&name) { name } else { format!("{name}_") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_snake_case_and_never_keywords() {
        for (wire, rust) in [
            ("clientId", "client_id"),
            ("_id", "id"),
            ("type", "kind"),
            ("default", "is_default"),
            ("state_short", "state_short"),
            ("address1", "address1"),
            ("autopay ", "autopay"),
            ("match", "match_"),
        ] {
            assert_eq!(field(wire), rust);
        }
    }

    #[test]
    fn variants_are_words() {
        for (wire, rust) in [
            ("zero-balance", "ZeroBalance"),
            ("american express", "AmericanExpress"),
            ("auth.security-input-required", "AuthSecurityInputRequired"),
            ("invalid_mfa", "InvalidMfa"),
            ("3ds", "Value3ds"),
        ] {
            assert_eq!(variant(wire), rust);
        }
    }

    #[test]
    fn methods_drop_a_leading_get() {
        assert_eq!(method("getBill"), "bill");
        assert_eq!(method("listBills"), "list_bills");
        assert_eq!(constant("getBill"), "GET_BILL");
    }
}
