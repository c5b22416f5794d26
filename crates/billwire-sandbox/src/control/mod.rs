//! The control API: what a test does to a sandbox, as JSON over HTTP. The same functions serve the in-process handle.

#[cfg(feature = "billerapi")]
mod billerapi;
pub(crate) mod clock;
pub(crate) mod events;
pub(crate) mod faults;
#[cfg(feature = "q2")]
pub(crate) mod keys;
#[cfg(any(feature = "q2", feature = "unbill"))]
pub(crate) mod outside;
#[cfg(feature = "q2")]
mod q2;
#[cfg(feature = "q2")]
pub(crate) mod quirks;
#[cfg(feature = "q2")]
pub(crate) mod request_signing;
mod respond;
#[cfg(feature = "q2")]
pub(crate) mod rules;
pub(crate) mod state;
#[cfg(feature = "unbill")]
pub(crate) mod unbill;
#[cfg(feature = "q2")]
pub(crate) mod webhooks;

use http::{Method, Request, StatusCode, header};
use hyper::body::Incoming;

use self::respond::{ControlError, Reply, parse, read, reply};
use crate::console;
use crate::decode;
use crate::http_body::{self, Answer};
use crate::info;
use crate::shared::Shared;

/// A method, a path and what it takes or gives.
pub(crate) type ControlRoute = (&'static str, &'static str, &'static str);

/// Every control route, for the console page and for "no such route".
pub(crate) fn routes() -> impl Iterator<Item = &'static ControlRoute> {
    const LISTS: &[&[ControlRoute]] = &[
        COMMON,
        #[cfg(feature = "q2")]
        q2::ROUTES,
        #[cfg(feature = "unbill")]
        unbill::ROUTES,
        #[cfg(feature = "billerapi")]
        billerapi::ROUTES,
    ];
    LISTS.iter().copied().flatten()
}

const COMMON: &[ControlRoute] = &[
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
        #[cfg(feature = "q2")]
        (_, ["control", "q2", ..]) => q2::dispatch(shared, method.as_str(), &segments, body).await,
        #[cfg(feature = "unbill")]
        (_, ["control", "unbill", ..]) => unbill::dispatch(shared, method.as_str(), &segments, body).await,
        #[cfg(feature = "billerapi")]
        (_, ["control", "billerapi", ..]) => {
            billerapi::dispatch(shared, method.as_str(), &segments, body).await
        }
        ("GET", ["control", "info"]) => reply(&info::of(shared)),
        ("GET", ["control", "clock"]) => reply(&clock::reading(shared)),
        ("PUT", ["control", "clock"]) => reply(&clock::change(shared, parse(body)?).await?),
        ("POST", ["control", "reset"]) => reply(&state::reset_by(shared, body).await?),
        ("GET", ["control", "state"]) => Ok(http_body::json(StatusCode::OK, shared.engine().state()?)),
        ("PUT", ["control", "state"]) => reply(&state::restore_text(shared, body).await?),
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
