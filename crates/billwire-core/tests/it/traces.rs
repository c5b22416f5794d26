//! What `tracing` gets to see: the fields on the list, and never a secret.

use std::fmt;
use std::sync::{Arc, Mutex};

use billwire_core::testing::Step;
use billwire_core::{Delivery, TransportErrorKind};
use http::{HeaderName, HeaderValue};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{self, Scene};

/// Everything that was recorded, at every level.
#[derive(Clone, Default)]
struct Captured {
    fields: Arc<Mutex<Vec<(String, String)>>>,
}

impl Captured {
    fn fields(&self) -> Vec<(String, String)> {
        self.fields.lock().expect("no panic while held").clone()
    }

    fn values(&self, name: &str) -> Vec<String> {
        self.fields().into_iter().filter(|(field, _)| field == name).map(|(_, value)| value).collect()
    }
}

impl Visit for Captured {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields
            .lock()
            .expect("no panic while held")
            .push((field.name().to_owned(), format!("{value:?}")));
    }
}

impl Subscriber for Captured {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Runs a signed and encrypted card call that fails once and then answers with cookies.
fn traced() -> Captured {
    let captured = Captured::default();
    let (_, public) = support::encryption_key_pair();
    let config = support::builder()
        .with_request_signing(support::signing_key())
        .with_payload_encryption(public)
        .build()
        .expect("usable");
    let answer = Step::ok(r#"{"success":true,"paymentMethodId":"secret-answer"}"#)
        .with_header(HeaderName::from_static("request-id"), HeaderValue::from_static("req-19"))
        .with_header(http::header::SET_COOKIE, HeaderValue::from_static("session=secret-cookie"));
    let steps = [Step::fail(Delivery::NotSent, TransportErrorKind::Connect), answer];
    let scene = Scene::with(config, steps);
    tracing::subscriber::with_default(captured.clone(), || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let _ = runtime.block_on(scene.client.send(support::never()));
        let _ = runtime.block_on(scene.client.send(support::read()));
    });
    assert_eq!(scene.sent(), 3, "a failure, an answer, and a read beyond the script");
    captured
}

#[test]
fn only_listed_fields_appear() {
    const LISTED: [&str; 17] = [
        "message",
        "api",
        "operation",
        "method",
        "path",
        "call_id",
        "attempt",
        "status",
        "request_id",
        "delivery",
        "duration_ms",
        "wait_ms",
        "kind",
        "why",
        "headers",
        "name",
        "target",
    ];
    let captured = traced();
    for (field, value) in captured.fields() {
        assert!(LISTED.contains(&field.as_str()), "{field} = {value}");
    }
    assert_eq!(captured.values("operation"), [r#""addPaymentMethod""#, r#""getBill""#]);
    assert_eq!(
        captured.values("path"),
        [r#""/payment""#, r#""/bill/{billId}""#],
        "the template, not the ids"
    );
    assert!(captured.values("request_id").contains(&r#""req-19""#.to_owned()));
    assert!(captured.values("delivery").contains(&r#""not-sent""#.to_owned()));
    assert!(captured.values("delivery").contains(&r#""answered""#.to_owned()));
    assert_eq!(captured.values("wait_ms").len(), 1);
}

#[test]
fn no_secret_appears_at_any_level() {
    let captured = traced();
    assert!(captured.fields().len() > 15, "something was recorded at all");
    for (field, value) in captured.fields() {
        for secret in
            [support::API_KEY, support::CARD_NUMBER, "737", "secret", "Bearer", "cookie", "signature"]
        {
            assert!(!value.contains(secret), "{secret} in {field} = {value}");
        }
    }
}
