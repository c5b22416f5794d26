//! What `tracing` gets to see: the fields on the list, and never a secret.

use std::fmt;
use std::sync::{Arc, Mutex};

use billwire_core::testing::Step;
use billwire_core::{Delivery, TransportErrorKind};
use http::{HeaderName, HeaderValue};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::billerapi;
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

/// Runs `work` on a client and records what it tells.
fn told(scene: &Scene, work: impl AsyncFnOnce(&billwire_core::q2::Client)) -> Captured {
    told_by(&scene.client, work)
}

fn told_by<C>(client: &C, work: impl AsyncFnOnce(&C)) -> Captured {
    let captured = Captured::default();
    tracing::subscriber::with_default(captured.clone(), || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(work(client));
    });
    for (field, value) in captured.fields() {
        for secret in [support::API_KEY, support::CARD_NUMBER, billerapi::SECRET, "4242424242"] {
            assert!(!value.contains(secret), "{secret} in {field} = {value}");
        }
    }
    captured
}

#[test]
fn a_call_of_billerapi_tells_its_waits_and_no_secret() {
    let answers = [billerapi::busy("30"), Step::ok(billerapi::LINK_STEP), Step::ok(billerapi::LINK_STEP)];
    let limits = billwire_core::RateLimits::none().with_limit("link", 2, std::time::Duration::from_mins(1));
    let scene = billerapi::Scene::with(billerapi::builder().with_rate_limits(limits), answers);
    let captured = told_by(&scene.client, async |client| {
        client.send(billerapi::submit_credentials()).await.expect("the second attempt");
        client.send(billerapi::submit_credentials()).await.expect("after its turn came");
    });
    let messages = captured.values("message");
    for message in ["waiting before the next attempt", "held back by a rate limit"] {
        assert!(messages.iter().any(|told| told == message), "{message} is not in {messages:?}");
    }
    assert_eq!(captured.values("api"), [r#""billerapi""#, r#""billerapi""#]);
    assert!(captured.values("path").iter().all(|path| path.contains("{link_token_id}")), "the template");
}

#[test]
fn a_key_that_could_not_be_refreshed_is_told() {
    let key = billwire_core::q2::FetchedKey::new(billwire_crypto::PortableProvider)
        .with_first_key(support::encryption_key_pair().1);
    let config = support::builder().with_fetched_payload_encryption(key).build().expect("usable");
    let scene = Scene::with(config, [support::status(503), support::created_client()]);
    let captured = told(&scene, async |client| {
        client.send(support::idempotent()).await.expect("with the earlier key");
    });
    assert!(captured.values("message").contains(&"payload encryption key not fetched".to_owned()));
    let id = billwire_crypto::testing::keys::API_ENCRYPTION.key_id;
    assert_eq!(captured.values("earlier"), [format!("{id:?}")]);
}

#[test]
fn card_data_that_goes_to_production_in_clear_is_told() {
    let message = "card or bank account data is sent without payload encryption".to_owned();
    let key = || billwire_core::ApiKey::for_production(support::API_KEY);
    for (environment, encrypts, expected) in [
        (billwire_core::Environment::Production, false, true),
        (billwire_core::Environment::Production, true, false),
    ] {
        let mut builder = billwire_core::q2::Config::builder(environment, key());
        if encrypts {
            builder = builder.with_payload_encryption(support::encryption_key_pair().1);
        }
        let answer = Step::ok(r#"{"success":true,"paymentMethodId":"p"}"#);
        let scene = Scene::with(builder.build().expect("usable"), [answer, support::bill()]);
        let captured = told(&scene, async |client| {
            client.send(support::never()).await.expect("added");
            client.send(support::read()).await.expect("read");
        });
        assert_eq!(captured.values("message").contains(&message), expected);
    }
    let scene = Scene::new([Step::ok(r#"{"success":true,"paymentMethodId":"p"}"#)]);
    let captured = told(&scene, async |client| {
        client.send(support::never()).await.expect("added");
    });
    assert!(!captured.values("message").contains(&message), "sandbox data is nobody's");
}

#[test]
fn a_list_tells_its_end_and_its_bad_elements_without_their_content() {
    let card = support::CARD_NUMBER;
    let scene =
        Scene::new([Step::ok(format!(r#"{{"data":["{card}","{card}"]}}"#)), Step::ok(r#"{"data":[17,"#)]);
    let captured = told(&scene, async |client| {
        let mut bills = client.bills_of_partner(&"p".into());
        while bills.try_next().await.expect("lenient").is_some() {}
        let mut cut = client.bills_of_partner(&"p".into());
        cut.try_next().await.expect("the first");
        cut.try_next().await.expect_err("it is cut off");
    });
    assert_eq!(captured.values("place"), [r#""data[0]""#, r#""data[1]""#, r#""data[0]""#]);
    assert_eq!(
        (captured.values("elements"), captured.values("rejected")),
        (vec!["2".to_owned(), "1".to_owned()], vec!["2".to_owned()])
    );
    let messages = captured.values("message");
    assert!(messages.contains(&"list read".to_owned()) && messages.contains(&"list failed".to_owned()));
}

/// A bill that is left out is a bill that is not paid: it is told, however the list is read.
#[test]
fn bad_elements_of_an_ordinary_answer_are_told_too() {
    let card = support::CARD_NUMBER;
    let scene = Scene::new([Step::ok(format!(r#"{{"data":["{card}",17]}}"#))]);
    let captured = told(&scene, async |client| {
        assert_eq!(client.send(support::list()).await.expect("lenient").rejected().len(), 2);
    });
    assert_eq!(captured.values("place"), [r#""data[0]""#, r#""data[1]""#]);
    assert!(captured.values("message").contains(&"list element rejected".to_owned()));
}

/// A hostile list fills no log: each line is some hundred times as long as an element.
#[test]
fn a_hundred_bad_elements_are_told_one_by_one_and_the_others_counted() {
    let bad = format!(r#"{{"data":[{}]}}"#, vec!["17"; 1_000].join(","));
    let scene = Scene::new([Step::ok(bad.clone()), Step::ok(bad)]);
    let captured = told(&scene, async |client| {
        client.send(support::list()).await.expect("lenient");
    });
    assert_eq!((captured.values("place").len(), captured.values("further")), (100, vec!["900".to_owned()]));
    let captured = told(&scene, async |client| {
        let mut bills = client.bills_of_partner(&"p".into());
        while bills.try_next().await.expect("lenient").is_some() {}
    });
    assert_eq!((captured.values("place").len(), captured.values("rejected")), (100, vec!["1000".to_owned()]));
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
