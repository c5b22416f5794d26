//! The operation table.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{
    Auth, Description, EnumValue, IdempotencyKey, Operation, PagingStyle, Property, Safety, SchemaKind, Type,
};
use super::names;
use super::render::{docs, file, header, ident, one_line, paragraphs, sentence, source_line};

/// `operations.rs`: one item per operation, and the list of all.
pub fn render(description: &Description) -> String {
    let header = header(description, "paths", &description.paths_digest, "change the description.");
    let operations = description.sorted_operations();
    let mut items = vec![imports(&operations)];
    let constants: Vec<_> =
        operations.iter().map(|operation| ident(&names::constant(&operation.id))).collect();
    items.push(quote! {
        /// Every operation, by operation id.
        pub static ALL: &[&Operation] = &[#(&#constants),*];
    });
    items.extend(operations.iter().map(|operation| item(description, operation)));
    let text = file(&header, items);
    text.replacen(
        "// change the description.\n\n",
        "// change the description.\n\n//! The operation table of this API.\n\n",
        1,
    )
}

/// Only what the table names, so that a small description has no unused imports.
fn imports(operations: &[&Operation]) -> TokenStream {
    if operations.is_empty() {
        return quote!(
            use crate::operation::Operation;
        );
    }
    let has_parameters =
        operations.iter().any(|operation| !operation.path_parameters.is_empty() || operation.query.is_some());
    let has_body = operations.iter().any(|operation| operation.request.is_some());
    let body = has_body.then(|| quote!(Body, BodyMember,));
    let kind = has_body.then(|| quote!(MemberKind,));
    let parameter = has_parameters.then(|| quote!(Parameter, Place,));
    let key = operations.iter().any(|operation| operation.idempotency_key.is_some());
    let key = key.then(|| quote!(IdempotencyKey,));
    let paging = operations.iter().any(|operation| operation.paging.is_some()).then(|| quote!(PagingStyle,));
    quote!(use crate::operation::{Api, #body Credential, #key #kind Method, Operation, #paging #parameter Safety};)
}

fn item(description: &Description, operation: &Operation) -> TokenStream {
    let constant = ident(&names::constant(&operation.id));
    let documentation = docs(&operation_docs(description, operation));
    let api = ident(match description.api.as_str() {
        "unbill" => "Unbill",
        "billerapi" => "BillerApi",
        _ => "Q2",
    });
    let Operation { id, path, tag, command, response, .. } = operation;
    let method = ident(operation.method);
    let safety = ident(match operation.safety {
        Safety::Read => "Read",
        Safety::Idempotent => "Idempotent",
        Safety::Harmless => "Harmless",
        Safety::Reconcilable => "Reconcilable",
        Safety::Never => "Never",
    });
    let credentials = operation.auth.iter().map(|auth| match auth {
        Auth::ApiKey => quote!(Credential::ApiKey),
        Auth::ClientToken => quote!(Credential::ClientToken),
        Auth::ClientCredentials => quote!(Credential::ClientCredentials),
        Auth::AccessToken => quote!(Credential::AccessToken),
        Auth::PortalToken => quote!(Credential::PortalToken),
        Auth::Nothing => quote!(Credential::Nothing),
    });
    let in_path = operation.path_parameters.iter().map(|property| parameter(property, &quote!(Place::Path)));
    let in_query = description
        .query_properties(operation)
        .iter()
        .map(|property| parameter(property, &quote!(Place::Query)));
    let body = body(description, operation);
    let card_data = operation.card_data;
    let rate_group = match &operation.rate_group {
        Some(group) => quote!(Some(#group)),
        None => quote!(None),
    };
    let idempotency_key = match operation.idempotency_key {
        Some(IdempotencyKey::Honoured) => quote!(Some(IdempotencyKey::Honoured)),
        Some(IdempotencyKey::Sent) => quote!(Some(IdempotencyKey::Sent)),
        None => quote!(None),
    };
    let paging = match operation.paging {
        Some(PagingStyle::Cursor) => quote!(Some(PagingStyle::Cursor)),
        Some(PagingStyle::PageNumber) => quote!(Some(PagingStyle::PageNumber)),
        None => quote!(None),
    };
    let list = list_names(description, operation);
    let wrappers = &operation.unwrap;
    let sandbox_only = operation.sandbox_only;
    let answer_secrets = description.secret_members(&Type::Named(response.clone()));
    let successes = operation.successes.iter().map(|success| success.status);
    let summary = one_line(&operation.summary);
    let source = &operation.source;
    quote! {
        #documentation
        pub static #constant: Operation = Operation {
            api: Api::#api,
            id: #id,
            resource: #tag,
            command: #command,
            method: Method::#method,
            path: #path,
            parameters: &[#(#in_path,)* #(#in_query,)*],
            body: #body,
            answer: #response,
            answer_secrets: &[#(#answer_secrets),*],
            successes: &[#(#successes),*],
            safety: Safety::#safety,
            credentials: &[#(#credentials),*],
            card_data: #card_data,
            idempotency_key: #idempotency_key,
            paging: #paging,
            list: &[#(#list),*],
            wrappers: &[#(#wrappers),*],
            sandbox_only: #sandbox_only,
            rate_group: #rate_group,
            summary: #summary,
            source: #source,
        };
    }
}

/// The names under which the answer's list may stand, its own first. An answer with several lists has no "the" list.
fn list_names<'a>(description: &'a Description, operation: &Operation) -> Vec<&'a str> {
    let is_list = |property: &&Property| matches!(property.ty, Type::List(_));
    let mut lists = description.properties(&operation.response).iter().filter(is_list);
    match (lists.next(), lists.next()) {
        (Some(list), None) => [&list.wire].into_iter().chain(&list.aliases).map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What an operation is and does, for a person who reads code.
pub fn operation_docs(description: &Description, operation: &Operation) -> String {
    let line = format!(
        "`{} {}`: {}",
        operation.method.to_uppercase(),
        operation.path,
        sentence(&one_line(&operation.summary))
    );
    paragraphs([line.as_str(), &known_values(description, operation), &source_line(&operation.source)])
}

/// A list of the request's members that take one of a list of values, so that nobody has to look the type up.
pub fn known_values(description: &Description, operation: &Operation) -> String {
    let Some(schema) = &operation.request else { return String::new() };
    let lines: Vec<String> = description
        .properties(schema)
        .iter()
        .filter_map(|property| {
            let values: Vec<String> =
                choices(description, &property.ty)?.iter().map(|value| format!("`{}`", value.wire)).collect();
            Some(format!("- `{}`: {}", property.wire, values.join(", ")))
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!("Known values:\n{}", lines.join("\n")) }
}

/// The values of an enumeration, or of the enumeration that an array is made of.
fn choices<'a>(description: &'a Description, ty: &Type) -> Option<&'a [EnumValue]> {
    match ty {
        Type::List(items) | Type::Array { items, .. } => choices(description, items),
        Type::Named(name) => match &description.schema(name)?.kind {
            SchemaKind::OpenEnum(values) | SchemaKind::ClosedEnum(values) => Some(values),
            _ => None,
        },
        _ => None,
    }
}

fn parameter(property: &Property, place: &TokenStream) -> TokenStream {
    let name = &property.wire;
    let required = property.required;
    let description = one_line(&property.description);
    quote!(Parameter { name: #name, place: #place, required: #required, description: #description })
}

fn body(description: &Description, operation: &Operation) -> TokenStream {
    let Some(schema) = &operation.request else { return quote!(None) };
    let members = description.properties(schema).iter().map(|property| {
        let name = &property.wire;
        let kind = member_kind(description, &property.ty);
        let required = property.required;
        let secret = description.holds_secret(&property.ty);
        let text = one_line(&property.description);
        quote!(BodyMember { name: #name, kind: #kind, required: #required, secret: #secret, description: #text })
    });
    let explicit = description.properties(schema).iter().filter_map(|property| {
        let name = &property.wire;
        property.explicit_default.map(|default| quote!((#name, #default)))
    });
    quote!(Some(Body { schema: #schema, members: &[#(#members),*], explicit_defaults: &[#(#explicit),*] }))
}

fn member_kind(description: &Description, ty: &Type) -> TokenStream {
    match ty {
        Type::Text
        | Type::Money
        | Type::Timestamp
        | Type::Date
        | Type::ProviderTime
        | Type::Secret
        | Type::CardData => {
            quote!(MemberKind::Text)
        }
        Type::Boolean { .. } => quote!(MemberKind::Boolean),
        Type::Integer { .. } => quote!(MemberKind::Integer),
        Type::Float | Type::Number => quote!(MemberKind::Number),
        Type::Named(name) => match description.schema(name).map(|schema| &schema.kind) {
            Some(SchemaKind::Id) => quote!(MemberKind::Text),
            Some(SchemaKind::OpenEnum(values) | SchemaKind::ClosedEnum(values)) => {
                let values = values.iter().map(|value| &value.wire);
                quote!(MemberKind::Choice(&[#(#values),*]))
            }
            _ => quote!(MemberKind::Json),
        },
        Type::List(items) | Type::Array { items, .. } => match member_kind(description, items)
            .to_string()
            .as_str()
        {
            kind if kind.ends_with(":: Text") || kind.contains(":: Choice") => quote!(MemberKind::TextList),
            _ => quote!(MemberKind::Json),
        },
        Type::Map(_) | Type::Any => quote!(MemberKind::Json),
    }
}

impl Description {
    /// The properties of an object schema; nothing for other kinds.
    pub fn properties(&self, name: &str) -> &[Property] {
        match self.schema(name).map(|schema| &schema.kind) {
            Some(SchemaKind::Object(object)) => &object.properties,
            _ => &[],
        }
    }

    /// The query parameters of an operation.
    pub fn query_properties(&self, operation: &Operation) -> &[Property] {
        operation.query.as_deref().map(|name| self.properties(name)).unwrap_or_default()
    }
}
