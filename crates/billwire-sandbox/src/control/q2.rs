//! The control routes of Q2 alone.

use super::respond::{ControlError, Reply, parse, reply};
use super::{ControlRoute, keys, outside, quirks, request_signing, rules, webhooks};
use crate::shared::Shared;

pub(super) const ROUTES: &[ControlRoute] = &[
    ("GET", "/control/q2/webhooks", "where webhooks go"),
    ("PUT", "/control/q2/webhooks", "url, eventTypes, oauth, encryption, signature"),
    ("GET", "/control/q2/request-signing", "which requests must be signed"),
    (
        "PUT",
        "/control/q2/request-signing",
        "required, publicKey or jwksUrl, requestHeaders, windowSeconds, apiKeys",
    ),
    ("GET", "/control/q2/rules", "switches for what the sources leave open"),
    ("PUT", "/control/q2/rules", "sets all of them; what is left out is off"),
    ("GET", "/control/q2/quirks", "the untidy forms that are switched on"),
    ("PUT", "/control/q2/quirks", r#"{"quirks": "all"|"none"|["success-as-text", ...]}"#),
    (
        "POST",
        "/control/q2/auths/{authId}/lapse",
        r#"a verified login stops working; {"reason": "invalid"|"needs-resync"}"#,
    ),
    (
        "POST",
        "/control/q2/auths/{authId}/refresh",
        r#"a verified login is looked at; {"outcome": "verified"|"mfa-required"|"needs-resync"|"invalid"}, {"outcome": "hold", "code": "…"}"#,
    ),
    (
        "POST",
        "/control/q2/auths/{authId}/bills",
        r#"one more bill is found; {"balance": "52.11", "dueDate": "…"}"#,
    ),
    (
        "POST",
        "/control/q2/bills/{billId}/statement",
        r#"the company issues a statement; {"balance": "52.11", "dueDate": "…"}"#,
    ),
    (
        "POST",
        "/control/q2/bills/{billId}/choices",
        "customPaymentAmount, customLabel, hidden, notifications, autopay: what the API has no calls for",
    ),
    (
        "POST",
        "/control/q2/payment-methods/{paymentMethodId}/issuer",
        r#"{"declines": true|false}, {"cancelled": true}"#,
    ),
    (
        "POST",
        "/control/q2/swaps/{swapId}/end",
        r#"{"outcome": "completed"|"card-on-file"}, {"outcome": "hold", "code": "…"}"#,
    ),
    ("GET", "/control/q2/keys", "the public keys of the emulated service"),
    ("POST", "/control/q2/keys", r#"{"use": "enc"|"sig"}, perhaps with keyId, privateKey and certificate"#),
    ("DELETE", "/control/q2/keys/{keyId}", "retires a key"),
];

/// Answers a request below `/control/q2`.
pub(super) async fn dispatch(shared: &Shared, method: &str, segments: &[&str], body: &[u8]) -> Reply {
    match (method, segments) {
        ("GET", ["control", "q2", "webhooks"]) => reply(&webhooks::shown(shared)),
        ("PUT", ["control", "q2", "webhooks"]) => {
            webhooks::configure(shared, parse(body)?).await?;
            reply(&webhooks::shown(shared))
        }
        ("GET", ["control", "q2", "request-signing"]) => reply(&request_signing::shown(shared)),
        ("PUT", ["control", "q2", "request-signing"]) => {
            reply(&request_signing::configure(shared, parse(body)?).await?)
        }
        ("GET", ["control", "q2", "rules"]) => reply(&shared.engine().q2.world.rules.clone()),
        ("PUT", ["control", "q2", "rules"]) => reply(&rules::set(shared, parse(body)?)?),
        ("GET", ["control", "q2", "quirks"]) => reply(&quirks::shown(shared)),
        ("PUT", ["control", "q2", "quirks"]) => reply(&quirks::set(shared, &parse(body)?)),
        ("POST", ["control", "q2", "auths", id, "lapse"]) => {
            reply(&outside::lapse(shared, outside::Q2, id, parse(body)?).await?)
        }
        ("POST", ["control", "q2", "auths", id, "refresh"]) => {
            reply(&outside::refresh(shared, outside::Q2, id, &parse(body)?).await?)
        }
        ("POST", ["control", "q2", "auths", id, "bills"]) => {
            reply(&outside::found(&outside::find_bill(shared, outside::Q2, id, &parse(body)?).await?))
        }
        ("POST", ["control", "q2", "bills", id, "statement"]) => {
            reply(&outside::statement(shared, outside::Q2, id, &parse(body)?).await?)
        }
        ("POST", ["control", "q2", "bills", id, "choices"]) => {
            reply(&outside::choose(shared, outside::Q2, id, &parse(body)?).await?)
        }
        ("POST", ["control", "q2", "payment-methods", id, "issuer"]) => {
            reply(&outside::issuer(shared, outside::Q2, id, parse(body)?).await?)
        }
        ("POST", ["control", "q2", "swaps", id, "end"]) => {
            reply(&outside::end_swap(shared, outside::Q2, id, &parse(body)?).await?)
        }
        ("GET", ["control", "q2", "keys"]) => reply(&keys::list(shared)),
        ("POST", ["control", "q2", "keys"]) => reply(&keys::create(shared, parse(body)?)?),
        ("DELETE", ["control", "q2", "keys", key_id]) => reply(&keys::remove(shared, key_id)?),
        _ => Err(ControlError::no_such_route(method, segments)),
    }
}
