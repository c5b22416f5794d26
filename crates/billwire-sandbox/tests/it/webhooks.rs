//! Webhooks as they arrive: signed, encrypted, in order, repeated.

use billwire_crypto::jwt::{self, Policy};
use billwire_crypto::{jwe, jwks};
use billwire_sandbox::{
    DeliveryState, KeyUsage, Sandbox, WebhookConfiguration, WebhookEncryption, WebhookSignature,
};
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, REGULAR_2};
use crate::keys;
use crate::receiver::Receiver;

async fn hooked(configure: impl FnOnce(&Receiver) -> WebhookConfiguration) -> (Api, Receiver) {
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    api.sandbox.configure_webhooks(configure(&receiver)).await.expect("configured");
    (api, receiver)
}

async fn plain() -> (Api, Receiver) {
    hooked(|receiver| WebhookConfiguration::to(receiver.url("/hook"))).await
}

/// Three events: `auth.success`, `bill.created`, `bill.update`.
async fn three_events(api: &Api, identifier: &str) {
    let client = api.client(identifier).await;
    api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
}

#[tokio::test]
async fn a_plain_webhook_carries_the_wrapped_event() {
    let (api, receiver) = plain().await;
    let client = api.client("example-id-123").await;
    let auth = api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.advance("PT2S").await;
    let delivery = &receiver.received("/hook")[0];
    assert_eq!((delivery.method.as_str(), delivery.header("content-type")), ("POST", "application/json"));
    assert_eq!((delivery.header("authorization"), delivery.header("signature")), ("", ""));
    let event = &api.sandbox.events()[0];
    assert_eq!(
        delivery.json(),
        json!({ "event": {
            "_id": event.id,
            "type": "auth.success",
            "created": "2026-03-02T12:00:02.000Z",
            "clientId": client,
            "partnerId": "55942f330cfcfd6c4ed529d9",
            "identifier": "example-id-123",
            "payload": {
                "resource": { "type": "client", "id": client },
                "data": { "auth": {
                    "_id": auth,
                    "items": ["bill"],
                    "company": { "_id": REGULAR_1, "name": "Regular Company 1" },
                    "status": { "type": "verified" },
                } },
            },
        } })
    );
    assert_eq!((event.delivery, event.attempts[0].status), (DeliveryState::Delivered, Some(200)));
}

#[tokio::test]
async fn events_decode_as_what_they_say_they_are() {
    let (api, receiver) =
        hooked(|receiver| WebhookConfiguration::to(receiver.url("/hook")).with_all_event_types()).await;
    let client = api.client("all kinds").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.pay_now(&bill).await;
    let bill = api.bill(&client, REGULAR_2, ["25.21", "04/15/2026", "payment-declined"]).await;
    api.pay_now(&bill).await;
    api.auth(&client, crate::http::MFA_1, ["", "", ""]).await;
    api.auth_with(&client, crate::http::MFA_2, json!({ "username": "testfail", "password": "x" })).await;
    api.advance("PT5S").await;
    let mut kinds = Vec::new();
    for delivery in receiver.received("/hook") {
        let event: billwire_models::q2::Event =
            serde_json::from_value(delivery.json()["event"].clone()).expect("an event");
        if event.kind.as_str() != "auth.created" {
            assert_eq!(event.data.kind().as_ref(), Some(&event.kind), "{:?}", event.data);
        }
        kinds.push(event.kind.as_str().to_owned());
    }
    for kind in [
        "auth.success",
        "auth.security-input-required",
        "auth.failed",
        "bill.created",
        "bill.update",
        "bill.payment.scheduled",
        "bill.payment.sent",
        "bill.payment.failed",
    ] {
        assert!(kinds.iter().any(|sent| sent == kind), "{kind} is missing in {kinds:?}");
    }
}

#[tokio::test]
async fn the_realtime_types_are_sent_only_if_named() {
    let (api, receiver) = plain().await;
    let client = api.client("quiet").await;
    api.auth(&client, REGULAR_1, ["25.21", "", "mfa-required-prompt"]).await;
    api.advance("PT5S").await;
    assert!(receiver.received("/hook").is_empty());
    assert_eq!(api.sandbox.events()[0].delivery, DeliveryState::NotEnabled);

    let only = |receiver: &Receiver| {
        WebhookConfiguration::to(receiver.url("/hook")).with_event_types(["bill.created"])
    };
    let (api, receiver) = hooked(only).await;
    three_events(&api, "choosy").await;
    assert_eq!(receiver.types(), ["bill.created"]);
}

#[tokio::test]
async fn a_signature_proves_the_sender_on_the_virtual_clock() {
    let (api, receiver) = hooked(|receiver| {
        let signature = WebhookSignature::new()
            .with_issuer("example issuer")
            .with_audience("audience.example.com")
            .with_header_name("X-Signature")
            .with_expiry_seconds(120);
        WebhookConfiguration::to(receiver.url("/hook")).with_signature(signature)
    })
    .await;
    three_events(&api, "signed").await;
    let ring = keys::of(&api.sandbox, KeyUsage::Signing);
    let policy = Policy::new().with_issuer("example issuer").with_audience("audience.example.com");
    let token = receiver.received("/hook")[0].header("x-signature").to_owned();
    let sent = "2026-03-02T12:00:02Z".parse::<jiff::Timestamp>().expect("an instant").as_second();
    let verified = jwt::verify(&ring, &token, &policy, sent).expect("verified");
    assert_eq!(verified.expires_at(), Some(sent + 120));
    assert_eq!(verified.claims().len(), 3, "iss, aud and exp, nothing else");
    assert_eq!(verified.key_id().map(ToString::to_string).as_deref(), Some("ory6xbfthn7y0vpufk8k"));
    jwt::verify(&ring, &token, &policy, sent + 1000).expect_err("expired");
    jwt::verify(&ring, &token, &Policy::new().with_audience("another"), sent).expect_err("another audience");
}

#[tokio::test]
async fn the_oldest_key_signs_until_it_is_deleted() {
    let (api, receiver) = hooked(|receiver| {
        WebhookConfiguration::to(receiver.url("/hook")).with_signature(WebhookSignature::new())
    })
    .await;
    api.advance("P1D").await;
    let second = api.sandbox.create_key(KeyUsage::Signing).expect("a second key");
    three_events(&api, "rotation").await;
    api.sandbox.remove_key("ory6xbfthn7y0vpufk8k").expect("removed");
    let client = api.client("rotation 2").await;
    api.auth(&client, REGULAR_1, ["", "", "hold"]).await;
    api.advance("PT5S").await;
    let ring = keys::of(&api.sandbox, KeyUsage::Signing);
    assert_eq!(ring.len(), 1);
    let received = receiver.received("/hook");
    let now = api.sandbox.now().timestamp().as_second();
    jwt::verify(&ring, received[0].header("signature"), &Policy::new(), now)
        .expect_err("signed with the old key");
    let verified =
        jwt::verify(&ring, received[3].header("signature"), &Policy::new(), now).expect("the new key");
    assert_eq!(verified.key_id().map(ToString::to_string), Some(second.key_id));
}

#[tokio::test]
async fn an_encrypted_webhook_opens_with_the_published_key() {
    let key = keys::encryption();
    let set = jwks::render(&[jwks::PublishedKey::encryption(key.public_key())], jwks::JwkForm::Rfc7517)
        .expect("a set");
    let jwk = jwks::render_key(&jwks::PublishedKey::encryption(key.public_key()), jwks::JwkForm::Rfc7517)
        .expect("a key");
    for document in [set, jwk, keys::spki(&key)] {
        let (api, receiver) = hooked(|receiver| {
            receiver.publishes("/keys", 200, document.clone());
            let encryption = WebhookEncryption::from_url(receiver.url("/keys"))
                .with_request_header("x-client-id", "my_client_id")
                .with_key_id("partner-webhook-enc-test-1");
            WebhookConfiguration::to(receiver.url("/hook")).with_encryption(encryption)
        })
        .await;
        three_events(&api, "encrypted").await;
        let deliveries = receiver.received("/hook");
        assert_eq!(deliveries[0].header("content-type"), "application/jose+json");
        let compact = std::str::from_utf8(&deliveries[0].body).expect("text");
        let opened = jwe::decrypt(&keys::ring(key.clone()), compact).expect("opened");
        let event: Value = serde_json::from_slice(&opened).expect("JSON");
        assert_eq!(event["event"]["type"], "auth.success");
        let fetches = receiver.received("/keys");
        assert_eq!(fetches.len(), 1, "fetched once for three events");
        assert_eq!(fetches[0].header("x-client-id"), "my_client_id");
        api.advance("P1D").await;
        three_events(&api, "the next day").await;
        assert_eq!(receiver.received("/keys").len(), 2, "and again the next day");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_fetched_is_a_failed_attempt() {
    let (api, receiver) = hooked(|receiver| {
        receiver.publishes("/keys", 503, "");
        let encryption = WebhookEncryption::from_url(receiver.url("/keys"));
        WebhookConfiguration::to(receiver.url("/hook")).with_encryption(encryption)
    })
    .await;
    three_events(&api, "no key").await;
    let event = &api.sandbox.events()[0];
    assert_eq!(event.delivery, DeliveryState::Waiting);
    assert!(
        event.attempts[0].error.as_deref().is_some_and(|error| error.contains("status 503")),
        "{event:?}"
    );
    let set = jwks::render(
        &[jwks::PublishedKey::encryption(keys::encryption().public_key())],
        jwks::JwkForm::Rfc7517,
    );
    receiver.publishes("/keys", 200, set.expect("a set"));
    api.advance("PT1M").await;
    assert_eq!(receiver.received("/hook").len(), 3, "nothing was lost and nothing went out in clear");
}

#[tokio::test]
async fn a_bearer_token_is_fetched_kept_and_renewed() {
    let payload = "grant_type=client_credentials&client_id=test-client&client_secret=test-secret";
    let (api, receiver) = hooked(|receiver| {
        receiver.publishes(
            "/token",
            200,
            r#"{"access_token":"one","token_type":"Bearer","expires_in":3600}"#,
        );
        WebhookConfiguration::to(receiver.url("/hook")).with_oauth(receiver.url("/token"), payload)
    })
    .await;
    three_events(&api, "bearer").await;
    let asked = receiver.received("/token");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(asked[0].body, payload.as_bytes());
    assert!(
        receiver.received("/hook").iter().all(|delivery| delivery.header("authorization") == "Bearer one")
    );

    api.advance("PT58M50S").await;
    three_events(&api, "still the first").await;
    assert_eq!(receiver.received("/token").len(), 1);
    receiver.publishes("/token", 200, r#"{"access_token":"two","token_type":"Bearer","expires_in":3600}"#);
    api.advance("PT10S").await;
    three_events(&api, "a minute before it expires").await;
    assert_eq!(receiver.received("/hook").last().expect("one").header("authorization"), "Bearer two");
    assert!(!format!("{:?}", api.control("GET", "/q2/webhooks", None).await.body).contains("test-secret"));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let (api, receiver) = hooked(|receiver| {
        receiver.publishes("/token", 200, r#"{"access_token":"one","token_type":"Bearer"}"#);
        WebhookConfiguration::to(receiver.url("/hook")).with_oauth(receiver.url("/token"), "grant_type=x")
    })
    .await;
    receiver.answers([401, 200]);
    three_events(&api, "renewed").await;
    assert_eq!(receiver.received("/token").len(), 2);
    assert_eq!(api.sandbox.events()[0].attempts.len(), 1, "one attempt, two requests");
    receiver.answers([401, 401]);
    three_events(&api, "refused").await;
    assert_eq!(api.sandbox.events()[3].attempts[0].status, Some(401));
    assert_eq!(api.sandbox.events()[3].delivery, DeliveryState::Waiting);
}

#[tokio::test]
async fn failures_are_repeated_in_virtual_time_and_keep_the_order() {
    let (api, receiver) = plain().await;
    receiver.answers([500, 500, 302]);
    let client = api.client("order").await;
    api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.advance("PT6S").await;
    assert_eq!(receiver.types(), ["auth.success"], "what comes later waits");
    api.advance("PT1M").await;
    assert_eq!(
        receiver.types(),
        ["auth.success", "auth.success", "auth.success", "auth.success", "bill.created", "bill.update"]
    );
    let ids: Vec<Value> =
        receiver.received("/hook").iter().map(|one| one.json()["event"]["_id"].clone()).collect();
    assert_eq!(ids[0], ids[3], "the same event each time");
    let attempts: Vec<(String, Option<u16>)> = api.sandbox.events()[0]
        .attempts
        .iter()
        .map(|attempt| (attempt.at.to_string(), attempt.status))
        .collect();
    assert_eq!(
        attempts,
        [
            ("2026-03-02T12:00:02.000Z".to_owned(), Some(500)),
            ("2026-03-02T12:00:07.000Z".to_owned(), Some(500)),
            ("2026-03-02T12:00:17.000Z".to_owned(), Some(302)),
            ("2026-03-02T12:00:37.000Z".to_owned(), Some(200)),
        ]
    );
}

#[tokio::test]
async fn another_client_does_not_wait() {
    let (api, receiver) = plain().await;
    receiver.answers([500]);
    let (slow, fast) = (api.client("slow").await, api.client("fast").await);
    api.auth(&slow, REGULAR_1, ["", "", "hold"]).await;
    api.auth(&fast, REGULAR_1, ["", "", "hold"]).await;
    api.advance("PT2S").await;
    let clients: Vec<Value> =
        receiver.received("/hook").iter().map(|one| one.json()["event"]["clientId"].clone()).collect();
    assert_eq!(clients, [json!(slow), json!(fast)]);
    assert_eq!(api.sandbox.events()[1].delivery, DeliveryState::Delivered);
}

#[tokio::test]
async fn five_failures_end_it_and_a_redelivery_starts_anew() {
    let (api, receiver) = plain().await;
    receiver.answers([500; 5]);
    let client = api.client("given up").await;
    api.auth(&client, REGULAR_1, ["", "", "hold"]).await;
    api.advance("P1D").await;
    let event = api.sandbox.events().remove(0);
    assert_eq!((event.delivery, event.attempts.len()), (DeliveryState::GivenUp, 5));
    let again = api.sandbox.redeliver_event(&event.id).await.expect("redelivered");
    assert_eq!((again.delivery, again.attempts.len()), (DeliveryState::Delivered, 6));
    assert_eq!(receiver.received("/hook").len(), 6);
    let error = api.sandbox.redeliver_event("unknown").await.expect_err("unknown");
    assert_eq!(error.kind(), billwire_sandbox::ErrorKind::NotFound);
}

#[tokio::test]
async fn a_receiver_that_hangs_or_is_gone_costs_an_attempt() {
    let receiver = Receiver::start().await;
    receiver.hangs();
    let builder = Sandbox::builder().delivery_limit(std::time::Duration::from_millis(50));
    let api = Api::start_with(builder).await;
    let configuration = WebhookConfiguration::to(receiver.url("/hook"));
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    let client = api.client("hanging").await;
    api.auth(&client, REGULAR_1, ["", "", "hold"]).await;
    api.advance("PT2S").await;
    assert_eq!(api.sandbox.events()[0].attempts[0].error.as_deref(), Some("no answer within the time limit"));
    drop(receiver);
    api.advance("PT5S").await;
    let error = api.sandbox.events()[0].attempts[1].error.clone();
    assert!(
        matches!(
            error.as_deref(),
            Some(
                "nothing listens there"
                    | "the connection broke before a whole answer came"
                    | "no answer within the time limit"
            )
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn events_of_a_time_without_a_receiver_can_be_sent_later() {
    let (api, receiver) = (Api::start().await, Receiver::start().await);
    three_events(&api, "early").await;
    let event = api.sandbox.events().remove(0);
    assert_eq!(event.delivery, DeliveryState::NotConfigured);
    api.sandbox.redeliver_event(&event.id).await.expect_err("nowhere to send it");
    let configuration = WebhookConfiguration::to(receiver.url("/hook"));
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    api.sandbox.redeliver_event(&event.id).await.expect("sent");
    assert_eq!(receiver.types(), ["auth.success"]);
}

#[tokio::test]
async fn without_a_receiver_any_more_nothing_waits() {
    let (api, receiver) = plain().await;
    receiver.answers([500]);
    let client = api.client("stopped").await;
    api.auth(&client, REGULAR_1, ["", "", "hold"]).await;
    api.advance("PT2S").await;
    api.sandbox.configure_webhooks(WebhookConfiguration::default()).await.expect("configured");
    api.advance("PT1H").await;
    let event = &api.sandbox.events()[0];
    assert_eq!((event.delivery, event.attempts.len()), (DeliveryState::NotConfigured, 1));
}

#[tokio::test]
async fn events_on_demand_carry_what_was_overridden() {
    let (api, receiver) = plain().await;
    let client = api.client("on demand").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let sent = api
        .sandbox
        .trigger_event("bill.payment.sent", Some(&bill), [("payload.data.amount", json!("1.00"))])
        .await
        .expect("sent");
    assert_eq!(sent.delivery, DeliveryState::Delivered);
    let event = receiver.received("/hook").last().expect("one").json()["event"].clone();
    assert_eq!((&event["_id"], &event["type"]), (&json!(sent.id), &json!("bill.payment.sent")));
    assert_eq!((&event["clientId"], &event["identifier"]), (&json!(client), &json!("on demand")));
    assert_eq!(event["payload"]["resource"], json!({ "type": "bill", "id": bill }));
    assert_eq!(event["payload"]["data"]["amount"], "1.00");
    assert!(api.sandbox.ledger().is_empty(), "it only tells, it does nothing");
    let future = api
        .sandbox
        .trigger_event("bill.update", None, [("type", json!("bill.invented"))])
        .await
        .expect("sent");
    assert_eq!(future.kind, "bill.invented");
}

#[tokio::test]
async fn a_handler_may_call_the_api_while_it_answers() {
    let (api, receiver) =
        hooked(|receiver| WebhookConfiguration::to(receiver.url("/hook")).with_all_event_types()).await;
    receiver.answers([200]);
    let client = api.client("nested").await;
    api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", "mfa-required-prompt"]).await;
    // The delivery and a request at the same time: neither waits for the other.
    let (report, bills) = tokio::join!(api.sandbox.advance("PT2S"), api.bills(&client));
    assert_eq!(report.expect("advanced").deliveries.len(), 1);
    assert!(bills.is_empty());
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_one_that_is_too_long() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let api = Api::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    api.sandbox.configure_webhooks(WebhookConfiguration::to(url)).await.expect("configured");
    let receiver = async {
        let (mut stream, _) = listener.accept().await.expect("a delivery");
        stream.readable().await.expect("a request");
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await.expect("sent");
        stream.shutdown().await.expect("closed");
        // Until the sender has hung up, or it would be a reset.
        stream.read_to_end(&mut Vec::new()).await.expect("the rest");
    };
    let (event, ()) = tokio::join!(api.sandbox.trigger_event("bill.update", None, []), receiver);
    let error = event.expect("an event").attempts[0].error.clone().expect("an error");
    assert_eq!(error, "the connection broke before a whole answer came");
}
