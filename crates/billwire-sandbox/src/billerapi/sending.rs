//! What a delivery carries: headers of its event, and signatures made anew for each attempt over a body that stays.
//!
//! Source: BillerAPI description, sections 6.1, 6.3, 6.4 and 6.8.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::settings::DeliverySignature;
use crate::faults::WebhookFaultKind;
use crate::moment::Moment;

/// The header of the present scheme.
pub(super) const SIGNATURE: &str = "billbutler-signature";
/// The header of the old one.
pub(super) const LEGACY_SIGNATURE: &str = "x-webhook-signature";
/// A secret that no receiver has.
const FOREIGN_SECRET: &str = "whsec_a_secret_that_nobody_registered";
/// So long ago, in seconds, that no receiver accepts it.
const LONG_AGO: i64 = 3_600;

/// The signature headers of one attempt, which may be spoiled on purpose.
pub(super) fn signatures(
    which: DeliverySignature,
    secrets: &[String],
    at: Moment,
    body: &[u8],
    fault: Option<WebhookFaultKind>,
) -> Vec<(&'static str, String)> {
    if secrets.is_empty() || fault == Some(WebhookFaultKind::MissingSignature) {
        return Vec::new();
    }
    let foreign = [FOREIGN_SECRET.to_owned()];
    let secrets = match fault {
        Some(WebhookFaultKind::WrongKey | WebhookFaultKind::RetiredKey) => &foreign[..],
        _ => secrets,
    };
    let now = at.timestamp().as_second();
    let now = if fault == Some(WebhookFaultKind::ExpiredToken) { now - LONG_AGO } else { now };
    let mut headers = Vec::new();
    if matches!(which, DeliverySignature::New | DeliverySignature::Both) {
        headers.push((SIGNATURE, current(secrets, now, body)));
    }
    if matches!(which, DeliverySignature::Legacy | DeliverySignature::Both)
        && let Some(secret) = secrets.first()
    {
        headers.push((LEGACY_SIGNATURE, authenticator(secret, &[body])));
    }
    headers
}

/// `t=<seconds>,v1=<hex>`, with one `v1` for each secret.
fn current(secrets: &[String], seconds: i64, body: &[u8]) -> String {
    let time = seconds.to_string();
    secrets.iter().fold(format!("t={time}"), |header, secret| {
        format!("{header},v1={}", authenticator(secret, &[time.as_bytes(), b".", body]))
    })
}

/// The same body with another last digit: still JSON, and no longer what was signed.
pub(super) fn tampered(body: &str) -> String {
    let Some(place) = body.rfind(|character: char| character.is_ascii_digit()) else {
        return format!("{body} ");
    };
    let (before, rest) = body.split_at(place);
    let other = if rest.starts_with('7') { "3" } else { "7" };
    format!("{before}{other}{}", rest.get(1..).unwrap_or_default())
}

/// HMAC-SHA256 in lower-case hexadecimal digits.
fn authenticator(secret: &str, parts: &[&[u8]]) -> String {
    // A key of any length is accepted.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        for digit in [byte >> 4, byte & 0xf] {
            text.extend(char::from_digit(digit.into(), 16));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test_0123456789abcdef";
    const V1: &str = r#"{"id":"evt_01JV9Q0000000000000000TEST","object":"event","type":"bill.created","api_version":"2026-04-29","created":1779278400,"environment":"dev","data":{"object":{"id":"sandbox_bill_4242424242_1","object":"bill","user_id":"user_123","biller_id":"test_electric_company"}},"request":{"id":null,"idempotency_key":null}}"#;
    const V2: &str = r#"{"event_type":"bill.created","event_id":"evt_abc123","timestamp":"2026-05-20T12:00:00Z","client_id":"client_xyz","mode":"sandbox","data":{"bill_id":"bill_456","account_link_id":"link_789","client_user_id":"user_123"}}"#;
    const V3: &str = r#"{"id":"evt_001","type":"request-to-link.created","created_at":"2026-04-01T10:00:00Z","client_id":"client_xyz","data":{"id":"rtl_abc123","client_user_id":"user_456","biller_id":"test_electric_company","status":"PENDING"}}"#;
    const V4: &str = "{\"event_type\":\"account-link.updated\",\"event_id\":\"evt_utf8\",\"timestamp\":\"2026-05-20T12:00:00Z\",\"client_id\":\"client_xyz\",\"mode\":null,\"data\":{\"account_link_id\":\"sb_link_1\",\"client_user_id\":\"zo\u{eb}\"}}";

    fn at() -> Moment {
        "2026-05-20T12:00:00Z".parse().expect("an instant")
    }

    fn headers(which: DeliverySignature, secrets: &[&str], body: &str) -> Vec<(&'static str, String)> {
        let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        signatures(which, &secrets, at(), body.as_bytes(), None)
    }

    #[track_caller]
    fn check(body: &str, current: &str, legacy: Option<&str>) {
        let signed = headers(DeliverySignature::Both, &[SECRET], body);
        assert_eq!(signed[0], (SIGNATURE, format!("t=1779278400,v1={current}")));
        if let Some(legacy) = legacy {
            assert_eq!(signed[1], (LEGACY_SIGNATURE, legacy.to_owned()));
        }
    }

    /// Vector V1: the newest envelope.
    #[test]
    fn signs_vector_v1() {
        check(
            V1,
            "775a4d45ccd213fa9e571d0e3a706c50a6210ecc165d563e63e8dcb9837a4465",
            Some("8309a9dce94b63ca82b07517ead4c1b78400c7bdcf1243f6dd9446dd1776aba6"),
        );
    }

    /// Vector V2: the flat envelope.
    #[test]
    fn signs_vector_v2() {
        check(
            V2,
            "777a2b453854f6bffb8531bcc7973a427649582954df2d15587558628c930175",
            Some("5265b2d7f86585486997e8d66934b4e645dea7c2d9ff27ab76f65581a6b6cb82"),
        );
    }

    /// Vector V3: the oldest envelope.
    #[test]
    fn signs_vector_v3() {
        check(
            V3,
            "93be5ba46fb1430f26101bbdacd2fc33dd3310c4e1ac1755e7e5bd259cd2fbb9",
            Some("0e2b970a0ba8343d6c7ea220969974433478a6e0490a26ab7ac2da805e2d2248"),
        );
    }

    /// Vector V4: a body with a letter outside ASCII.
    #[test]
    fn signs_vector_v4() {
        check(V4, "0f53937eeca4399ac61fc6b82219e34cf0e5b173d9238fe93481b66bea327378", None);
    }

    /// Vector V5: an empty body.
    #[test]
    fn signs_vector_v5() {
        check("", "5f3940c4eed61176fd601865f11813d4b549685c108708d0a3d1cd2837761482", None);
    }

    /// Case g: two secrets make two signatures in one header.
    #[test]
    fn two_secrets_sign_both() {
        let signed = headers(DeliverySignature::New, &["whsec_old_secret", SECRET], V2);
        let expected = "t=1779278400,v1=9486e3d63a6b9838e5bcdf851a0d17b134b04546a3428f4771f90a6b00a510d5,v1=777a2b453854f6bffb8531bcc7973a427649582954df2d15587558628c930175";
        assert_eq!(signed, [(SIGNATURE, expected.to_owned())]);
    }

    /// Contradiction C3: each header by itself, both, or none.
    #[test]
    fn the_headers_are_those_that_are_asked_for() {
        let names = |which, secrets: &[&str]| {
            headers(which, secrets, V2).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names(DeliverySignature::New, &[SECRET]), [SIGNATURE]);
        assert_eq!(names(DeliverySignature::Legacy, &[SECRET]), [LEGACY_SIGNATURE]);
        assert_eq!(names(DeliverySignature::Both, &[SECRET]), [SIGNATURE, LEGACY_SIGNATURE]);
        assert!(names(DeliverySignature::None, &[SECRET]).is_empty());
        assert!(names(DeliverySignature::Both, &[]).is_empty(), "without a secret nothing is signed");
    }
}
