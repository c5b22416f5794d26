//! What may be shown: an allow-list of headers, and text of the service with the secrets taken out.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use http::HeaderMap;
use serde_path_to_error::Segment;

/// Longest vendor text that is shown, in characters.
const LONGEST_TEXT: usize = 300;
/// Fewest digits in a row (spaces and dashes between them allowed) that are taken for a card or account number.
const FEWEST_SECRET_DIGITS: usize = 9;

/// The headers that may appear in traces; every other one is left out, whatever its name.
const VISIBLE_HEADERS: [&str; 10] = [
    "accept",
    "content-length",
    "content-type",
    "date",
    "idempotency-key",
    "idempotent-replayed",
    "request-id",
    "retry-after",
    "user-agent",
    "x-request-id",
];

/// Shows the headers that are on the allow-list, and nothing else.
///
/// ```
/// use billwire_core::redact::VisibleHeaders;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("request-id", http::HeaderValue::from_static("r-1"));
/// headers.insert("authorization", http::HeaderValue::from_static("Bearer secret"));
/// assert_eq!(format!("{:?}", VisibleHeaders(&headers)), r#"{"request-id": "r-1"}"#);
/// ```
#[derive(Clone, Copy)]
pub struct VisibleHeaders<'a>(pub &'a HeaderMap);

impl fmt::Debug for VisibleHeaders<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let visible = self
            .0
            .iter()
            .filter(|(name, value)| VISIBLE_HEADERS.contains(&name.as_str()) && !value.is_sensitive());
        formatter.debug_map().entries(visible.map(|(name, value)| (name.as_str(), value))).finish()
    }
}

/// Text of the service for people: `secrets` and long runs of digits removed, control characters escaped, shortened.
pub(crate) fn vendor_text(text: &str, secrets: &[&str]) -> String {
    // Removing comes before shortening, so that a cut cannot leave half a secret.
    let mut text = text.to_owned();
    let mut secrets: Vec<_> = secrets.iter().filter(|secret| !secret.is_empty()).collect();
    // One may be a part of another, of which nothing may be left then.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets {
        text = text.replace(secret, "[redacted]");
    }
    bounded(&without_long_numbers(&text))
}

/// A path as it may be shown: ids stand in it. A query holds what somebody looks for, such as an account number.
pub(crate) fn without_query(path_and_query: &str) -> Cow<'_, str> {
    match path_and_query.split_once('?') {
        Some((path, _)) => Cow::Owned(format!("{path}?[hidden]")),
        None => Cow::Borrowed(path_and_query),
    }
}

/// Untrusted text on one line: control and direction characters escaped, at most [`LONGEST_TEXT`] characters.
pub(crate) fn bounded(text: &str) -> String {
    let mut shown = String::new();
    for (index, character) in text.trim().chars().enumerate() {
        if index == LONGEST_TEXT {
            shown.push('…');
            break;
        }
        if character.is_control() || is_direction_control(character) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A place inside an answer; `None` for the answer itself. Members that do not look like those of the documents are
/// hidden: the keys of a map are data.
pub(crate) fn place(path: &serde_path_to_error::Path) -> Option<String> {
    let mut shown = String::new();
    for segment in path {
        // Writing to a string cannot fail.
        let _ = match segment {
            Segment::Seq { index } => write!(shown, "[{index}]"),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                let separator = if shown.is_empty() { "" } else { "." };
                write!(shown, "{separator}{}", if looks_documented(key) { key } else { "[hidden]" })
            }
            Segment::Unknown => write!(shown, ".[hidden]"),
        };
    }
    Some(shown).filter(|shown| !shown.is_empty())
}

/// Letters, and one digit as in `address1` and `x5c`: more of them may be a number of somebody.
fn looks_documented(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    key.len() <= 40 && digits <= 1 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Characters that reorder or hide the text around them on a terminal.
const fn is_direction_control(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Replaces every run of at least [`FEWEST_SECRET_DIGITS`] digits.
///
/// A run that is part of an identifier (a letter touches it, as in hexadecimal ids) stays, because ids may be shown,
/// unless it is a card number by length and check digit.
fn without_long_numbers(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(first) = rest.chars().next() {
        let run = if first.is_ascii_digit() { number_length(rest) } else { 0 };
        if run == 0 {
            shown.push(first);
            before = Some(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (number, after) = rest.split_at_checked(run).unwrap_or((rest, ""));
        let touches_letter = before.is_some_and(char::is_alphanumeric)
            || after.chars().next().is_some_and(char::is_alphanumeric);
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let secret = digits >= FEWEST_SECRET_DIGITS && (!touches_letter || is_card_number(number));
        shown.push_str(if secret { "[redacted]" } else { number });
        before = number.chars().next_back();
        rest = after;
    }
    shown
}

/// Whether the digits have the length and the check digit (ISO/IEC 7812-1, the Luhn formula) of a card number.
fn is_card_number(number: &str) -> bool {
    let digits = || number.bytes().rev().filter(u8::is_ascii_digit).map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    (13..=19).contains(&digits().count()) && sum.is_multiple_of(10)
}

/// The length in bytes of the number at the start of `text`: digits, single spaces and dashes, ending in a digit.
fn number_length(text: &str) -> usize {
    let mut length = 0;
    let mut separated = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                length = index + 1;
                separated = false;
            }
            b' ' | b'-' if !separated => separated = true,
            _ => break,
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(vendor_text(text, &["dc220490-secret", ""]), expected);
    }

    #[test]
    fn what_looks_like_a_card_or_account_number_is_removed() {
        check("card 4111111111111111 declined", "card [redacted] declined");
        check("card 4111 1111 1111 1111 declined", "card [redacted] declined");
        check("4111-1111-1111-1111", "[redacted]");
        check("routing 110000000, account 000123456789.", "routing [redacted], account [redacted].");
        check("pay 100.00 within 24 hours", "pay 100.00 within 24 hours");
        check("bill 579b695decfa11012711875d", "bill 579b695decfa11012711875d");
        check("PAN4111111111111111, x4111-1111-1111-1111x", "PAN[redacted], x[redacted]x");
        check("order a4111111111111112b", "order a4111111111111112b");
    }

    #[test]
    fn the_credential_is_removed() {
        check("unknown key dc220490-secret!", "unknown key [redacted]!");
        assert_eq!(vendor_text("code 73701", &["737", "73701"]), "code [redacted]");
    }

    #[test]
    fn text_stays_on_one_line_and_short() {
        check("a\r\nb\u{1b}[31mc\u{202e}d", "a\\u{d}\\u{a}b\\u{1b}[31mc\\u{202e}d");
        let long = vendor_text(&"é".repeat(10_000), &[]);
        assert_eq!(long.chars().count(), LONGEST_TEXT + 1);
    }

    #[test]
    fn only_listed_headers_are_visible() {
        let mut headers = HeaderMap::new();
        for name in ["authorization", "signature", "cookie", "set-cookie", "x-api-key", "proxy-authorization"]
        {
            headers.insert(name, http::HeaderValue::from_static("secret"));
        }
        headers.insert("retry-after", http::HeaderValue::from_static("7"));
        assert_eq!(format!("{:?}", VisibleHeaders(&headers)), r#"{"retry-after": "7"}"#);
    }
}
