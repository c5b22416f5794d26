//! The fetched encryption key: when it is fetched, by whom, and that nothing goes out without it.

use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use billwire_core::q2::{Client, Config, ConfigBuilder, FetchedKey, calls};
use billwire_core::testing::{ManualClock, ScriptedTransport, Step};
use billwire_core::{
    Attempt, CallOptions, ClientToken, Credential, Delivery, Element, Environment, ErrorKind,
    TransportErrorKind,
};
use billwire_crypto::envelope::{self, Envelope};
use billwire_crypto::jwks::{JwkForm, PublishedKey, render_key};
use billwire_crypto::testing::keys::{API_ENCRYPTION, API_ENCRYPTION_SECOND, TestKey};
use billwire_crypto::{OsRandom, PortableProvider, PrivateKey, PrivateKeys};
use billwire_models::operation::Safety;
use billwire_models::q2::{Acknowledgement, Company, CreateClient, SearchCompanies, operations};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{self, Scene, header};

const DAY: Duration = Duration::from_hours(24);
const FIRST: &TestKey = &API_ENCRYPTION;
const SECOND: &TestKey = &API_ENCRYPTION_SECOND;

fn private(key: &TestKey) -> PrivateKey {
    PrivateKey::from_pem(&PortableProvider, key.private_pem)
        .expect("a test key")
        .with_key_id(key.key_id.into())
}

/// The service's answer with its latest key.
fn latest(key: &TestKey) -> Step {
    let key = PublishedKey::encryption(private(key).public_key());
    Step::ok(render_key(&key, JwkForm::Documented).expect("JSON"))
}

fn builder() -> ConfigBuilder {
    support::builder().with_fetched_payload_encryption(FetchedKey::new(PortableProvider))
}

fn scene(steps: impl IntoIterator<Item = Step>) -> Scene {
    Scene::with(builder().build().expect("usable"), steps)
}

async fn create(client: &Client) -> Result<(), billwire_core::Error> {
    client.create_client(&CreateClient::new("customer-17")).await.map(drop)
}

/// What was sent: `key` for a fetch, the key's id for an encrypted body, `clear` for anything else.
fn sent(scene: &Scene) -> Vec<&'static str> {
    scene
        .transport
        .requests()
        .iter()
        .map(|request| {
            if request.uri().path().ends_with("/partner/public-keys/latest") {
                return "key";
            }
            let Ok(body) = serde_json::from_slice::<Envelope>(request.body()) else { return "clear" };
            let keys = PrivateKeys::from_keys([private(FIRST), private(SECOND)]).expect("two keys");
            let opened = envelope::open(&keys, &body).expect("opens");
            assert!(serde_json::from_slice::<Value>(&opened).expect("JSON").is_object());
            if body.encrypted == FIRST.key_id { "first" } else { "second" }
        })
        .collect()
}

#[tokio::test]
async fn the_first_body_fetches_the_key_and_the_next_ones_use_it() {
    let steps = [support::bill(), latest(FIRST), support::created_client(), support::created_client()];
    let scene = scene(steps);
    scene.client.send(support::read()).await.expect("a read has no body");
    create(&scene.client).await.expect("created");
    create(&scene.client.clone()).await.expect("clones share the key");
    assert_eq!(sent(&scene), ["clear", "key", "first", "first"]);
    let fetch = &scene.transport.requests()[1];
    assert_eq!(header(fetch, "authorization"), Some(format!("Bearer {}", support::API_KEY).as_str()));
    assert!(scene.client.config().encrypts_payloads());
}

#[tokio::test]
async fn it_is_fetched_again_at_least_daily() {
    let created = support::created_client;
    let scene = scene([latest(FIRST), created(), created(), latest(SECOND), created()]);
    create(&scene.client).await.expect("created");
    scene.clock.advance(DAY.saturating_sub(Duration::from_secs(1)));
    create(&scene.client).await.expect("created");
    scene.clock.advance(Duration::from_secs(1));
    create(&scene.client).await.expect("created");
    assert_eq!(sent(&scene), ["key", "first", "first", "key", "second"]);
}

#[tokio::test]
async fn a_failed_refresh_keeps_the_old_key_and_waits_before_it_asks_again() {
    let created = support::created_client;
    let scene = scene([latest(FIRST), created(), support::status(503), created(), created()]);
    create(&scene.client).await.expect("created");
    scene.clock.advance(DAY);
    create(&scene.client).await.expect("the old key will do");
    create(&scene.client).await.expect("too early to ask again");
    assert_eq!(sent(&scene), ["key", "first", "key", "first", "first"], "one attempt, not three");
    for step in [latest(SECOND), created()] {
        scene.transport.push(step);
    }
    scene.clock.advance(Duration::from_mins(5));
    create(&scene.client).await.expect("created");
    assert_eq!(sent(&scene)[5..], ["key", "second"]);
}

/// Fail closed: whatever goes wrong with the first key, no body leaves.
#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let jwk = |change: fn(&mut Value)| {
        let key = PublishedKey::encryption(private(FIRST).public_key());
        let text = render_key(&key, JwkForm::Documented).expect("JSON");
        let mut jwk = serde_json::from_str(&text).expect("JSON");
        change(&mut jwk);
        Step::ok(jwk.to_string())
    };
    let interrupted = || Step::fail(Delivery::Unknown, TransportErrorKind::Interrupted);
    let failures: [(Vec<Step>, ErrorKind); 12] = [
        (vec![support::status(404)], ErrorKind::NotFound),
        (vec![support::status(401)], ErrorKind::Unauthorized),
        (vec![interrupted(), interrupted(), interrupted()], ErrorKind::Transport),
        (vec![Step::never(), Step::never(), Step::never()], ErrorKind::Timeout),
        (vec![Step::ok("<html>")], ErrorKind::UnreadableAnswer),
        (vec![Step::ok("{}")], ErrorKind::UnreadableAnswer),
        (vec![jwk(|jwk| jwk["use"] = json!("sig"))], ErrorKind::Cryptography),
        (vec![jwk(|jwk| jwk["kid"] = json!(""))], ErrorKind::Cryptography),
        (vec![jwk(|jwk| jwk["kty"] = json!("EC"))], ErrorKind::Cryptography),
        (vec![jwk(|jwk| jwk["n"] = json!("AQAB"))], ErrorKind::Cryptography),
        (vec![jwk(|jwk| drop(jwk.as_object_mut().map(|jwk| jwk.remove("n"))))], ErrorKind::Cryptography),
        (vec![jwk(|jwk| jwk["n"] = json!("not base64url!"))], ErrorKind::Cryptography),
    ];
    for (steps, cause) in failures {
        let label = format!("{steps:?} {cause:?}");
        let count = steps.len();
        let scene = scene(steps);
        let error = scene.client.send(support::never()).await.expect_err(&label);
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::KeyUnavailable, Delivery::NotSent),
            "{label}"
        );
        assert_eq!((error.attempts(), error.operation().expect("one").id), (0, "addPaymentMethod"));
        assert!(error.is_retryable() && !error.may_have_taken_effect(), "{label}");
        let source = error.source().unwrap_or_else(|| panic!("{label}: {error}")).to_string();
        assert!(source.contains("q2.getLatestPublicKey failed"), "{source}");
        assert!(!format!("{error} {error:?} {source}").contains(support::CARD_NUMBER));
        assert_eq!(sent(&scene), vec!["key"; count], "{label}: nothing but the fetch");
        for step in [latest(FIRST), support::created_client()] {
            scene.transport.push(step);
        }
        create(&scene.client).await.expect("the next call asks again");
        assert_eq!(sent(&scene)[count..], ["key", "first"]);
    }
}

#[tokio::test]
async fn calls_that_come_together_share_one_fetch() {
    let slow = latest(FIRST).after(Duration::from_secs(2));
    let scene = scene([slow].into_iter().chain((0..10).map(|_| support::created_client())));
    let results = join_all((0..10).map(|_| create(&scene.client))).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(sent(&scene).iter().filter(|sent| **sent == "key").count(), 1);
    assert_eq!(scene.sent(), 11);
}

#[tokio::test]
async fn calls_that_come_together_share_one_failure() {
    let scene = scene([support::status(404).after(Duration::from_secs(2))]);
    let results = join_all((0..10).map(|_| create(&scene.client))).await;
    assert_eq!(results.len(), 10);
    for result in results {
        let error = result.expect_err("no key");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::KeyUnavailable, Delivery::NotSent));
        assert!(error.source().is_some_and(|source| source.to_string().contains("404")));
    }
    assert_eq!(sent(&scene), ["key"]);
}

#[tokio::test]
async fn while_one_call_replaces_the_key_the_others_use_the_old_one() {
    let created = support::created_client;
    let scene =
        scene([latest(FIRST), created(), latest(SECOND).after(Duration::from_secs(9)), created(), created()]);
    create(&scene.client).await.expect("created");
    scene.clock.advance(DAY);
    let results = join_all([create(&scene.client), create(&scene.client)]).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(sent(&scene), ["key", "first", "key", "first", "second"]);
}

/// A clock that stands still, so that a test says itself what is under way.
fn by_hand(steps: impl IntoIterator<Item = Step>) -> (Client, ScriptedTransport, ManualClock) {
    let clock = ManualClock::new(support::START.parse().expect("a timestamp"));
    let transport = ScriptedTransport::new(Arc::new(clock.clone()), steps);
    let config = builder().build().expect("usable");
    (Client::new(config, Arc::new(transport.clone()), Arc::new(clock.clone())), transport, clock)
}

#[tokio::test]
async fn a_fetch_that_is_given_up_is_taken_over() {
    let (client, transport, clock) = by_hand([Step::never(), latest(FIRST), support::created_client()]);
    let mut giving_up = Box::pin(create(&client));
    let mut waiting = Box::pin(create(&client));
    assert!((&mut giving_up).now_or_never().is_none(), "it fetches");
    assert!((&mut waiting).now_or_never().is_none(), "it waits for the other one");
    assert_eq!(transport.requests().len(), 1);
    drop(giving_up);
    waiting.now_or_never().expect("nothing waits any more").expect("created");
    assert_eq!((transport.requests().len(), transport.dropped()), (3, 1));
    assert_eq!(clock.waiting(), 0);
}

#[tokio::test]
async fn a_fetch_that_runs_out_of_its_own_time_is_taken_over() {
    let scene = scene([Step::never(), latest(FIRST), support::created_client()]);
    let hasty = scene.client.with_options(CallOptions::new().with_deadline(Duration::from_secs(3)));
    let results = join_all([create(&hasty), create(&scene.client)]).await;
    let error = results[0].as_ref().expect_err("its time was up");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::KeyUnavailable, Delivery::NotSent));
    assert!(results[1].is_ok(), "{results:?}");
    assert_eq!(sent(&scene), ["key", "key", "first"]);
}

/// Somebody who holds the fetch and never goes on with it cannot stop the others for longer than their deadline.
#[tokio::test]
async fn waiting_for_a_fetch_is_bounded_by_the_deadline_of_the_call() {
    let (client, transport, clock) = by_hand([Step::never()]);
    let mut stuck = Box::pin(create(&client));
    assert!((&mut stuck).now_or_never().is_none());
    let hasty = client.with_options(CallOptions::new().with_deadline(Duration::from_secs(3)));
    let mut waiting = Box::pin(create(&hasty));
    assert!((&mut waiting).now_or_never().is_none());
    clock.advance(Duration::from_secs(3));
    let error = waiting.now_or_never().expect("the deadline").expect_err("no key");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::KeyUnavailable, Delivery::NotSent));
    assert_eq!(transport.requests().len(), 1);
}

/// Nor for ever: after five minutes the fetch is nobody's, with a key at hand as without one.
#[tokio::test]
async fn a_fetch_that_nobody_goes_on_with_is_taken_over() {
    let created = support::created_client;
    let (client, transport, clock) = by_hand([Step::never(), latest(FIRST), created()]);
    let mut stuck = Box::pin(create(&client));
    assert!((&mut stuck).now_or_never().is_none());
    clock.advance(Duration::from_mins(5));
    create(&client).now_or_never().expect("it fetches for itself").expect("created");

    clock.advance(DAY);
    transport.push(Step::never());
    let mut refreshing = Box::pin(create(&client));
    assert!((&mut refreshing).now_or_never().is_none());
    clock.advance(Duration::from_mins(5));
    for step in [latest(SECOND), created(), created()] {
        transport.push(step);
    }
    create(&client).now_or_never().expect("with the new key").expect("created");
    drop(stuck);
    drop(refreshing);
    create(&client).now_or_never().expect("nothing to wait for").expect("created");
    let fetches = transport.requests().iter().filter(|sent| sent.uri().path().ends_with("/latest")).count();
    assert_eq!((fetches, transport.requests().len()), (4, 7));
}

#[tokio::test]
async fn the_time_of_the_fetch_counts_for_the_call() {
    let scene = scene([latest(FIRST).after(Duration::from_secs(8)), Step::never()]);
    let hasty = scene.client.with_options(CallOptions::new().with_deadline(Duration::from_secs(10)));
    let error = create(&hasty).await.expect_err("it takes too long");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::DeadlineExceeded, Delivery::Unknown), "{error}");
    assert_eq!(scene.clock.slept().iter().sum::<Duration>(), Duration::from_secs(10));
}

/// A service that does not know the key any more answers 400. So does it for much else: the key is fetched anew before
/// the next call, but not too often, and the refused call is not repeated.
#[tokio::test]
async fn a_refused_body_has_the_key_fetched_anew_before_the_next_call() {
    let created = support::created_client;
    let scene = scene([latest(FIRST), created()]);
    create(&scene.client).await.expect("created");
    scene.clock.advance(Duration::from_mins(10));
    for step in [support::status(400), latest(SECOND), created(), support::status(400), created()] {
        scene.transport.push(step);
    }
    let error = scene.client.send(support::reconcilable()).await.expect_err("refused");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Rejected, 1));
    assert!(!error.may_have_taken_effect());
    assert!(
        error.advice().contains("shortest time between two fetches has passed, fetches the key anew"),
        "{error}"
    );
    create(&scene.client).await.expect("with the new key");
    create(&scene.client).await.expect_err("400 again");
    create(&scene.client).await.expect("too early to ask again");
    let expected = ["key", "first", "first", "key", "second", "second", "second"];
    assert_eq!(sent(&scene), expected);
}

#[tokio::test]
async fn a_key_to_start_with_is_used_when_the_first_fetch_fails() {
    let start = FetchedKey::new(PortableProvider).with_first_key(private(SECOND).public_key());
    let config = support::builder().with_fetched_payload_encryption(start).build().expect("usable");
    let created = support::created_client;
    let scene = Scene::with(config, [support::status(500), created(), latest(FIRST), created()]);
    create(&scene.client).await.expect("created");
    scene.clock.advance(Duration::from_mins(5));
    create(&scene.client).await.expect("created");
    assert_eq!(sent(&scene), ["key", "second", "key", "first"]);
}

#[tokio::test]
async fn a_client_of_a_token_shares_the_key_and_its_calls_carry_the_token() {
    let scene = scene([latest(FIRST), support::acknowledged(), support::created_client()]);
    let limited = scene.client.for_one_client(ClientToken::for_sandbox("client-token")).expect("usable");
    limited.send(support::reconcilable()).await.expect("scheduled");
    create(&scene.client).await.expect("created");
    assert_eq!(sent(&scene), ["key", "first", "first"]);
    let requests = scene.transport.requests();
    assert_eq!(header(&requests[0], "authorization"), Some(format!("Bearer {}", support::API_KEY).as_str()));
    assert_eq!(header(&requests[1], "authorization"), Some("Bearer client-token"));

    // A client of the same configuration has a key of its own; the API key still serves to fetch it, and only for that.
    for step in [latest(SECOND), support::acknowledged()] {
        scene.transport.push(step);
    }
    let (transport, clock) = (Arc::new(scene.transport.clone()), Arc::new(scene.clock.clone()));
    let second = Client::new(limited.config().clone(), transport, clock);
    second.send(support::reconcilable()).await.expect("scheduled");
    assert_eq!(sent(&scene)[3..], ["key", "second"]);
    let requests = scene.transport.requests();
    assert_eq!(header(&requests[3], "authorization"), Some(format!("Bearer {}", support::API_KEY).as_str()));
    assert_eq!(header(&requests[4], "authorization"), Some("Bearer client-token"));
}

#[tokio::test]
async fn the_fetch_is_signed_like_every_call() {
    let config = builder().with_request_signing(support::signing_key()).build().expect("usable");
    let scene = Scene::with(config, [latest(FIRST), support::created_client()]);
    create(&scene.client).await.expect("created");
    assert!(scene.transport.requests().iter().all(|request| header(request, "signature").is_some()));
}

#[test]
fn without_io_the_key_is_given_with_the_attempt() {
    let config = builder().build().expect("usable");
    let call = support::idempotent();
    let attempt = Attempt::new(support::START.parse().expect("a timestamp"), &OsRandom);
    let error = call.request(&config, &attempt).expect_err("no key");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
    let key = private(FIRST).public_key();
    let request = call.request(&config, &attempt.with_encryption_key(&key)).expect("encrypted");
    let body: Envelope = serde_json::from_slice(request.body()).expect("an envelope");
    assert_eq!(body.encrypted, FIRST.key_id);
    assert!(support::read().request(&config, &attempt).is_ok(), "a read needs no key");
}

#[test]
fn what_cannot_work_is_refused_when_it_is_built() {
    let nameless =
        PrivateKey::from_pem(&PortableProvider, FIRST.private_pem).expect("a test key").public_key();
    let fetched = || FetchedKey::new(PortableProvider);
    let token = Credential::from(ClientToken::for_sandbox("client-token"));
    let environment = Environment::custom_sandbox(support::BASE_URL);
    for (config, reason) in [
        (support::builder().with_fetched_payload_encryption(fetched().with_max_age(Duration::ZERO)), "age"),
        (support::builder().with_fetched_payload_encryption(fetched().with_first_key(nameless)), "no key id"),
        (Config::builder(environment, token).with_fetched_payload_encryption(fetched()), "no API key"),
    ] {
        let error = config.build().expect_err(reason);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.reason().contains(reason), "{error}");
    }
}

/// The switch covers every operation that the description marks, and every way to get the key wrong.
#[tokio::test]
async fn card_data_goes_out_encrypted_or_not_at_all() {
    let marked: Vec<_> = operations::ALL.iter().filter(|operation| operation.card_data).collect();
    assert_eq!(
        marked.iter().map(|operation| operation.id).collect::<Vec<_>>(),
        ["addPaymentMethod", "syncClient"]
    );
    let card = json!({"cardNumber": support::CARD_NUMBER});
    for operation in marked {
        assert_ne!(operation.safety, Safety::Read);
        let scene =
            Scene::with(support::builder().with_card_data_encrypted_only().build().expect("usable"), []);
        let error = scene
            .client
            .send(support::with_body::<Acknowledgement>(operation, &card))
            .await
            .expect_err("in clear");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidRequest, Delivery::NotSent));

        let config = builder().with_card_data_encrypted_only().build().expect("usable");
        let scene = Scene::with(config, [Step::respond(StatusCode::NOT_FOUND, "{}")]);
        let error = scene
            .client
            .send(support::with_body::<Acknowledgement>(operation, &card))
            .await
            .expect_err("no key");
        assert_eq!(error.kind(), ErrorKind::KeyUnavailable);
        assert_eq!(sent(&scene), ["key"]);

        let readable = Environment::custom_sandbox("http://10.1.2.3:7701/v1");
        let config = support::builder_for(readable.clone()).with_plain_http_to_any_host_dangerously_allowed();
        let scene = Scene::with(config.build().expect("usable"), [support::created_client()]);
        let error = scene
            .client
            .send(support::with_body::<Acknowledgement>(operation, &card))
            .await
            .expect_err("readable");
        assert_eq!(
            (error.kind(), scene.sent()),
            (ErrorKind::InvalidRequest, 0),
            "not even where it is allowed"
        );
        create(&scene.client).await.expect("other bodies go out");
    }
}

/// A search is a read with a body, and may be streamed like every read.
#[tokio::test]
async fn the_body_of_a_streamed_call_is_encrypted_too() {
    let scene = scene([latest(FIRST), Step::ok(r#"{"data": [{"name": "Water"}]}"#)]);
    let call = calls::search_companies(&SearchCompanies::new().with_query("water")).expect("a call");
    let mut companies = scene.client.elements::<_, Company>(call.clone(), "data");
    let first = companies.try_next().await.expect("no error").and_then(Element::decoded).expect("one");
    assert_eq!(first.name, "Water");
    assert_eq!(sent(&scene), ["key", "first"]);

    for step in [support::status(400), latest(SECOND), support::created_client()] {
        scene.transport.push(step);
    }
    scene.clock.advance(Duration::from_mins(5));
    let mut companies = scene.client.elements::<_, Company>(call, "data");
    let error = companies.try_next().await.expect_err("400");
    assert_eq!(error.kind(), ErrorKind::Rejected);
    create(&scene.client).await.expect("created");
    assert_eq!(sent(&scene)[2..], ["first", "key", "second"], "the refusal counts as everywhere");
}

/// With a key at hand, a service that does not answer the question for another one costs no call.
#[tokio::test]
async fn a_refresh_that_hangs_leaves_the_call_time_for_the_old_key() {
    let created = support::created_client;
    let scene = scene([latest(FIRST), created(), Step::never(), created()]);
    create(&scene.client).await.expect("created");
    scene.clock.advance(DAY);
    let hasty = scene.client.with_options(CallOptions::new().with_deadline(Duration::from_secs(10)));
    create(&hasty).await.expect("the old key will do");
    assert_eq!(sent(&scene), ["key", "first", "key", "first"]);
}

/// An executor that goes on with a task as soon as it is woken.
struct AtOnce(Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Wake for AtOnce {
    fn wake(self: Arc<Self>) {
        let waker = Waker::from(Arc::clone(&self));
        let mut task = self.0.try_lock().expect("one at a time");
        let _ = task.as_mut().poll(&mut Context::from_waker(&waker));
    }
}

#[tokio::test]
async fn those_that_wait_may_go_on_inside_the_call_that_wakes_them() {
    let steps = [Step::never(), latest(FIRST), support::created_client()];
    let (client, transport, _clock) = by_hand(steps);
    let mut giving_up = Box::pin(create(&client));
    assert!((&mut giving_up).now_or_never().is_none(), "it fetches");
    let second = client.clone();
    let waiting: Pin<Box<dyn Future<Output = ()> + Send>> =
        Box::pin(async move { create(&second).await.expect("created") });
    Arc::new(AtOnce(Mutex::new(waiting))).wake();
    assert_eq!(transport.requests().len(), 1, "it waits");
    drop(giving_up);
    assert_eq!(transport.requests().len(), 3, "it has fetched and sent");
}
