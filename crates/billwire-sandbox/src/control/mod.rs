//! The control API: what a test does to a sandbox, as JSON over HTTP. The same functions serve the in-process handle.

pub(crate) mod clock;
pub(crate) mod events;
pub(crate) mod faults;
pub(crate) mod keys;
pub(crate) mod outside;
pub(crate) mod quirks;
pub(crate) mod request_signing;
mod respond;
pub(crate) mod rules;
pub(crate) mod state;
pub(crate) mod webhooks;

use http::{Method, Request, StatusCode, header};
use hyper::body::Incoming;

use self::respond::{ControlError, Reply, parse, read, reply};
use crate::console;
use crate::decode;
use crate::http_body::{self, Answer};
use crate::info;
use crate::shared::Shared;

/// Every control route, for the console page and for "no such route".
pub(crate) const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "/control/info", "addresses, credentials, companies, keys"),
    ("GET", "/control/clock", "the virtual time"),
    (
        "PUT",
        "/control/clock",
        r#"{"advance": "P10D"}, {"now": "2026-03-12T12:00:00Z"}, {"mode": "frozen"|"running"}"#,
    ),
    ("POST", "/control/reset", r#"back to the beginning; {"seed": 42} for other ids"#),
    ("GET", "/control/state", "everything as JSON"),
    ("PUT", "/control/state", "becomes what GET answered before"),
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
    ("GET", "/control/events", "every event with its delivery attempts"),
    ("GET", "/control/events/{id}", "one event"),
    ("POST", "/control/events/trigger", "type, resourceId, overrides: an event on demand"),
    ("POST", "/control/events/{id}/redeliver", "sends an event once more"),
    ("GET", "/control/faults", "the faults with their counts, and the requests that are held"),
    (
        "PUT",
        "/control/faults",
        r#"{"http": [{"kind": "cut", "operation": "schedulePayment", "when": "after-effect"}], "webhooks": []}"#,
    ),
    ("DELETE", "/control/faults", "removes them; held requests go on"),
    ("GET", "/control/ledger", "every applied payment"),
    ("GET", "/control/requests", "what was received, redacted"),
];

/// Answers a request to the console and control listener.
pub(crate) async fn answer(shared: &Shared, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    if let Err(error) = refuse_foreign_pages(&parts) {
        return error.answer();
    }
    let path = parts.uri.path().to_owned();
    if path == "/" && parts.method == Method::GET {
        return console::page(shared);
    }
    let result = match read(body).await {
        Ok(body) => dispatch(shared, &parts.method, &path, &body).await,
        Err(error) => Err(error),
    };
    result.unwrap_or_else(|error| error.answer())
}

async fn dispatch(shared: &Shared, method: &Method, path: &str, body: &[u8]) -> Reply {
    // Ids may hold anything; a segment that is no text is part of no route.
    let segments: Option<Vec<String>> =
        path.trim_start_matches('/').split('/').map(decode::segment).collect();
    let segments = segments.unwrap_or_default();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["control", "info"]) => reply(&info::of(shared)),
        ("GET", ["control", "clock"]) => reply(&clock::reading(shared)),
        ("PUT", ["control", "clock"]) => reply(&clock::change(shared, parse(body)?).await?),
        ("POST", ["control", "reset"]) => reply(&state::reset_by(shared, body).await?),
        ("GET", ["control", "state"]) => Ok(http_body::json(StatusCode::OK, shared.engine().state()?)),
        ("PUT", ["control", "state"]) => reply(&state::restore_text(shared, body).await?),
        ("GET", ["control", "q2", "webhooks"]) => reply(&webhooks::shown(shared)),
        ("PUT", ["control", "q2", "webhooks"]) => {
            webhooks::configure(shared, parse(body)?).await?;
            reply(&webhooks::shown(shared))
        }
        ("GET", ["control", "q2", "request-signing"]) => reply(&request_signing::shown(shared)),
        ("PUT", ["control", "q2", "request-signing"]) => {
            reply(&request_signing::configure(shared, parse(body)?).await?)
        }
        ("GET", ["control", "q2", "rules"]) => reply(&shared.engine().world.rules.clone()),
        ("PUT", ["control", "q2", "rules"]) => reply(&rules::set(shared, parse(body)?)?),
        ("GET", ["control", "q2", "quirks"]) => reply(&quirks::shown(shared)),
        ("PUT", ["control", "q2", "quirks"]) => reply(&quirks::set(shared, &parse(body)?)),
        ("POST", ["control", "q2", "auths", id, "lapse"]) => {
            reply(&outside::lapse(shared, id, parse(body)?).await?)
        }
        ("POST", ["control", "q2", "auths", id, "refresh"]) => {
            reply(&outside::refresh(shared, id, &parse(body)?).await?)
        }
        ("POST", ["control", "q2", "auths", id, "bills"]) => {
            reply(&outside::found(&outside::find_bill(shared, id, &parse(body)?).await?))
        }
        ("POST", ["control", "q2", "bills", id, "statement"]) => {
            reply(&outside::statement(shared, id, &parse(body)?).await?)
        }
        ("POST", ["control", "q2", "bills", id, "choices"]) => {
            reply(&outside::choose(shared, id, &parse(body)?).await?)
        }
        ("POST", ["control", "q2", "payment-methods", id, "issuer"]) => {
            reply(&outside::issuer(shared, id, parse(body)?).await?)
        }
        ("POST", ["control", "q2", "swaps", id, "end"]) => {
            reply(&outside::end_swap(shared, id, &parse(body)?).await?)
        }
        ("GET", ["control", "q2", "keys"]) => reply(&keys::list(shared)),
        ("POST", ["control", "q2", "keys"]) => reply(&keys::create(shared, parse(body)?)?),
        ("DELETE", ["control", "q2", "keys", key_id]) => reply(&keys::remove(shared, key_id)?),
        ("GET", ["control", "events"]) => reply(&events::list(shared)),
        ("POST", ["control", "events", "trigger"]) => reply(&events::trigger(shared, parse(body)?).await?),
        ("GET", ["control", "events", id]) => reply(&events::find(shared, id)?),
        ("POST", ["control", "events", id, "redeliver"]) => reply(&events::redeliver(shared, id).await?),
        ("GET", ["control", "faults"]) => reply(&faults::shown(shared)),
        ("PUT", ["control", "faults"]) => reply(&faults::set(shared, parse(body)?)?),
        ("DELETE", ["control", "faults"]) => reply(&faults::clear(shared).await),
        ("GET", ["control", "ledger"]) => reply(&state::ledger(shared)),
        ("GET", ["control", "requests"]) => reply(&state::requests(shared)),
        _ => Err(ControlError::no_such_route(method.as_str(), &segments)),
    }
}

/// A page of another site must not steer a sandbox through its visitor's browser, directly or by a name that was
/// made to point here.
fn refuse_foreign_pages(parts: &http::request::Parts) -> Result<(), ControlError> {
    let text = |name| parts.headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let host = text(header::HOST).unwrap_or("localhost");
    let origin_host =
        text(header::ORIGIN).map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host));
    if is_loopback_name(host) && origin_host.is_none_or(is_loopback_name) {
        Ok(())
    } else {
        Err(ControlError::new(403, "The control API answers only programs and pages of this machine."))
    }
}

fn is_loopback_name(host_and_port: &str) -> bool {
    crate::loopback::check_url("host", &format!("http://{host_and_port}/")).is_ok()
}
