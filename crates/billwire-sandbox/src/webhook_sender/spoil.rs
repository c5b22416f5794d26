//! What faults do to a body and to a bearer token.

use serde_json::Value;

use crate::faults::WebhookFaultKind;

/// The fault concerns the bearer token, so renewing it would help nobody.
pub(super) fn is_of_the_bearer(fault: Option<WebhookFaultKind>) -> bool {
    matches!(fault, Some(WebhookFaultKind::WrongBearer | WebhookFaultKind::MissingBearer))
}

/// The bearer token that is sent instead of the issued one.
pub(super) fn bearer(fault: Option<WebhookFaultKind>, issued: String) -> Option<String> {
    match fault {
        Some(WebhookFaultKind::MissingBearer) => None,
        // Of the same characters, but one longer: never the same.
        Some(WebhookFaultKind::WrongBearer) => Some(format!("x{}", issued.chars().rev().collect::<String>())),
        _ => Some(issued),
    }
}

/// The event with one digit changed in its data: still JSON, still an event, but not what happened. Without a digit in
/// the data it is about another resource.
pub(crate) fn altered(event: &Value) -> Value {
    let mut altered = event.clone();
    if altered.pointer_mut("/payload/data").is_some_and(alter_first_digit) {
        return altered;
    }
    if let Some(id) = altered.pointer_mut("/payload/resource/id")
        && !alter_first_digit(id)
    {
        *id = Value::from("tampered");
    }
    altered
}

/// Changes a digit of the first text that has one and is not an id.
fn alter_first_digit(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            let Some(place) = text.find(|character: char| character.is_ascii_digit()) else { return false };
            let digit = text.as_bytes().get(place).copied().unwrap_or(b'0');
            let other = char::from(if digit == b'9' { b'0' } else { digit + 1 });
            text.replace_range(place..=place, other.encode_utf8(&mut [0; 4]));
            true
        }
        Value::Array(elements) => elements.iter_mut().any(alter_first_digit),
        Value::Object(members) => {
            members.iter_mut().filter(|(name, _)| *name != "_id").any(|(_, value)| alter_first_digit(value))
        }
        _ => false,
    }
}

/// A compact JWE with the first character of its ciphertext, its fourth part, changed.
pub(super) fn altered_ciphertext(compact: &str) -> String {
    let mut parts: Vec<String> = compact.split('.').map(ToOwned::to_owned).collect();
    if let Some(ciphertext) = parts.get_mut(3) {
        let other = if ciphertext.starts_with('A') { "B" } else { "A" };
        if !ciphertext.is_empty() {
            ciphertext.replace_range(..1, other);
        }
    }
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_altered_event_is_one_digit_off() {
        let event = json!({ "_id": "e1", "payload": {
            "resource": { "id": "5bd8" },
            "data": { "_id": "77", "bill": { "amount": "29.00" }, "other": "1" },
        } });
        let mut expected = event.clone();
        expected["payload"]["data"]["bill"]["amount"] = json!("39.00");
        assert_eq!(altered(&event), expected);
        let mut plain = json!({ "payload": { "resource": { "id": "5bd8" }, "data": {} } });
        assert_eq!(altered(&plain)["payload"]["resource"]["id"], "6bd8");
        plain["payload"]["resource"]["id"] = json!("none");
        assert_eq!(altered(&plain)["payload"]["resource"]["id"], "tampered");
    }

    #[test]
    fn an_altered_jwe_differs_in_its_ciphertext_only() {
        assert_eq!(altered_ciphertext("a.b.c.dd.e"), "a.b.c.Ad.e");
        assert_eq!(altered_ciphertext("a.b.c.Ad.e"), "a.b.c.Bd.e");
    }

    #[test]
    fn a_wrong_token_is_another_one() {
        assert_eq!(
            bearer(Some(WebhookFaultKind::WrongBearer), "level".to_owned()).as_deref(),
            Some("xlevel")
        );
        assert_eq!(bearer(Some(WebhookFaultKind::MissingBearer), "one".to_owned()), None);
        assert_eq!(bearer(None, "one".to_owned()).as_deref(), Some("one"));
    }
}
