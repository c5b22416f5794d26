//! Determinism, snapshots, and starting over.

use billwire_sandbox::{DeliveryState, ErrorKind, Sandbox, WebhookConfiguration};
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, REGULAR_2};

/// A life with everything in it: payments, a decline, a challenge, tokens, things still to come.
async fn live(api: &Api) {
    let client = api.client("life").await;
    api.token(json!({ "identifier": "life" })).await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.pay_now(&bill).await;
    let declined = api.bill(&client, REGULAR_2, ["10.00", "04/15/2026", "payment-declined"]).await;
    api.pay_now(&declined).await;
    api.auth(&client, crate::http::REGULAR_3, ["40.00", "", "mfa-required-questions"]).await;
    api.advance("PT3S").await;
}

fn everything(api: &Api) -> Value {
    api.sandbox.state().expect("a state")
}

#[tokio::test]
async fn the_same_seed_lives_the_same_life() {
    let start = async |seed| Api::start_with(Sandbox::builder().seed(seed)).await;
    let (one, other, third) = (start(42).await, start(42).await, start(43).await);
    for api in [&one, &other, &third] {
        live(api).await;
    }
    assert_eq!(everything(&one), everything(&other));
    assert_ne!(everything(&one), everything(&third));
    let ids = |api: &Api| api.sandbox.events().into_iter().map(|event| event.id).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&other));
    assert!(ids(&one).iter().all(|id| !ids(&third).contains(id)));
}

#[tokio::test]
async fn a_reset_begins_the_same_life_again() {
    let api = Api::start_with(Sandbox::builder().seed(7)).await;
    let fresh = everything(&api);
    live(&api).await;
    let first = everything(&api);
    assert_ne!(first, fresh);
    assert_eq!(api.control("POST", "/reset", None).await.ok()["seed"], json!(7));
    assert_eq!(everything(&api), fresh);
    assert_eq!(api.sandbox.now().to_string(), "2026-03-02T12:00:00.000Z");
    assert!(api.sandbox.events().is_empty() && api.sandbox.requests().is_empty());
    live(&api).await;
    assert_eq!(everything(&api), first);
    let answer = api.control("POST", "/reset", Some(json!({ "seed": 42 }))).await.ok();
    assert_eq!(answer, json!({ "seed": 42, "now": "2026-03-02T12:00:00.000Z" }));
}

#[tokio::test]
async fn a_snapshot_goes_on_where_it_was_taken() {
    let api = Api::start().await;
    live(&api).await;
    let snapshot = api.control("GET", "/state", None).await.ok();
    assert_eq!(snapshot, everything(&api));
    api.advance("P90D").await;
    let ending = everything(&api);

    api.control("PUT", "/state", Some(snapshot.clone())).await.ok();
    assert_eq!(everything(&api), snapshot, "nothing is lost on the way");
    api.advance("P90D").await;
    assert_eq!(everything(&api), ending, "and what was to come still comes");

    let fork = Api::start_with(Sandbox::builder().seed(99)).await;
    fork.sandbox.restore(&snapshot).await.expect("restored");
    fork.advance("P90D").await;
    assert_eq!(everything(&fork), ending, "also in another sandbox");
}

#[tokio::test]
async fn reading_changes_nothing() {
    let api = Api::start().await;
    live(&api).await;
    let before = everything(&api);
    api.get("/bill/nothing").await;
    api.get(&format!("/company/{REGULAR_1}")).await;
    api.control("GET", "/events", None).await;
    api.post("/company/search", json!({ "query": "MFA" })).await;
    assert_eq!(everything(&api), before);
}

#[tokio::test]
async fn a_state_that_is_none_changes_nothing() {
    let api = Api::start().await;
    live(&api).await;
    let before = everything(&api);
    let mut other_version = before.clone();
    other_version["version"] = json!(99);
    let mut bad_amount = before.clone();
    bad_amount["q2"]["ledger"][0]["amount"] = json!("a lot");
    let mut twice = before.clone();
    let client = before["q2"]["clients"][0].clone();
    twice["q2"]["clients"].as_array_mut().expect("clients").push(client);
    let mut bad_key = before.clone();
    bad_key["keys"][0]["testOnlyPrivateKey"] = json!("nonsense");
    for (state, says) in [
        (json!({}), "no state of a sandbox"),
        (json!([1]), "no state of a sandbox"),
        (other_version, "version 99"),
        (bad_amount, "at most two decimals"),
        (twice, "same id"),
        (bad_key, "private key cannot be read"),
    ] {
        api.control("PUT", "/state", Some(state)).await.refused(400, says);
        assert_eq!(everything(&api), before, "{says}");
    }
}

#[tokio::test]
async fn a_waiting_webhook_is_part_of_the_state() {
    let receiver = crate::receiver::Receiver::start().await;
    let api = Api::start().await;
    api.sandbox
        .configure_webhooks(WebhookConfiguration::to(receiver.url("/hook")))
        .await
        .expect("configured");
    receiver.answers([500]);
    let client = api.client("waiting").await;
    api.auth(&client, REGULAR_1, ["", "", "hold"]).await;
    api.advance("PT2S").await;
    let snapshot = everything(&api);
    api.sandbox.reset(None).await.expect("reset");
    api.advance("PT1H").await;
    assert_eq!(receiver.received("/hook").len(), 1, "after a reset nothing is left to send");
    api.client("of another world").await;
    api.sandbox.restore(&snapshot).await.expect("restored");
    assert!(api.sandbox.requests().is_empty(), "what was asked before was asked of another world");
    api.advance("PT10S").await;
    assert_eq!(receiver.received("/hook").len(), 2);
}

/// What waits and what is remembered belong together: a queue that nobody can work off must not stop the clock.
#[tokio::test]
async fn a_queue_that_cannot_be_is_refused() {
    let receiver = crate::receiver::Receiver::start().await;
    let api = Api::start().await;
    let webhooks = WebhookConfiguration::to(receiver.url("/hook"));
    api.sandbox.configure_webhooks(webhooks).await.expect("configured");
    live(&api).await;
    receiver.answers([500]);
    let client = api.client("waiting").await;
    api.auth(&client, REGULAR_1, ["", "", "hold"]).await;
    api.advance("PT2S").await;
    let good = everything(&api);
    let spoiled = |spoil: fn(&mut Value)| {
        let mut state = good.clone();
        spoil(&mut state["events"]);
        state
    };
    let refusals: [(fn(&mut Value), &str); 8] = [
        (|events| events["records"] = json!([]), "no such event waits"),
        (|events| events["lanes"][0]["waiting"] = json!([]), "nothing waits in it"),
        (|events| events["lanes"][0]["of"] = json!("somebody else"), "another lane"),
        (|events| events["lanes"] = json!([]), "in no lane"),
        (
            |events| {
                let first = events["lanes"][0]["waiting"][0].clone();
                events["lanes"][0]["waiting"].as_array_mut().expect("ids").push(first);
            },
            "waits twice",
        ),
        (
            |events| {
                let first = events["records"][0].clone();
                events["records"].as_array_mut().expect("records").push(first);
            },
            "is there twice",
        ),
        (|events| events["nextOrder"] = json!(u64::MAX), "count"),
        (|events| events["forgotten"] = json!(u64::MAX), "count"),
    ];
    for (spoil, says) in refusals {
        let refused = api.control("PUT", "/state", Some(spoiled(spoil))).await;
        refused.refused(400, says);
        assert_eq!(everything(&api), good, "{says}");
    }
    api.control("PUT", "/state", Some(good)).await.ok();
    api.advance("PT10S").await;
    assert!(api.sandbox.events().iter().all(|event| event.delivery != DeliveryState::Waiting));
}

/// Nothing counts beyond what a number holds.
#[tokio::test]
async fn a_count_that_leaves_no_room_is_refused() {
    let api = Api::start().await;
    live(&api).await;
    let good = everything(&api);
    for place in [
        "/q2/schedule/nextSequence",
        "/q2/schedule/entries/0/sequence",
        "/q2/seed/counters/client",
        "/q2/ledger/0/sequence",
        "/billerapi/world/made",
    ] {
        let mut state = good.clone();
        *state.pointer_mut(place).unwrap_or_else(|| panic!("{place} is in the state")) = json!(u64::MAX);
        api.control("PUT", "/state", Some(state)).await.refused(400, "count");
        assert_eq!(everything(&api), good, "{place}");
    }
}

#[tokio::test]
async fn many_sandboxes_live_side_by_side() {
    let (one, other) = (Api::start().await, Api::start().await);
    assert_ne!(one.sandbox.urls(), other.sandbox.urls());
    one.client("only here").await;
    one.advance("P1D").await;
    assert_ne!(one.sandbox.now(), other.sandbox.now());
    assert_eq!(everything(&other)["q2"]["clients"], json!([]));
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let held = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = held.local_addr().expect("an address").port();
    let error = Sandbox::builder().port(port).start().await.expect_err("in use");
    assert_eq!(error.kind(), ErrorKind::PortInUse);
    let message = error.to_string();
    assert!(
        message.contains(&format!("port {port} is in use")) && message.contains("0 picks free ones"),
        "{message}"
    );
    let error = Sandbox::builder().port(u16::MAX).start().await.expect_err("no room above");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = Sandbox::builder().api_keys([""]).start().await.expect_err("no key");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

/// Nobody polls without an address: this must neither hang nor be believed.
#[tokio::test]
async fn a_poll_without_an_address_is_no_poll() {
    let api = Api::start().await;
    let mut state = api.sandbox.state().expect("a state");
    state["partnerKeys"]["nextPoll"] = json!("2026-03-02T12:00:00.000Z");
    api.sandbox.restore(&state).await.expect("restored");
    assert_eq!(api.sandbox.state().expect("a state")["partnerKeys"], json!({}));
    api.advance("P1D").await;
}

#[tokio::test]
async fn faults_of_a_state_are_checked_as_others_are() {
    let api = Api::start().await;
    let mut state = api.sandbox.state().expect("a state");
    state["faults"]["faults"] = json!({ "http": [{ "kind": "status", "operation": "*", "status": 101 }] });
    let error = api.sandbox.restore(&state).await.expect_err("refused");
    assert!(error.to_string().contains("http[0].status"), "{error}");
    api.client("unspoiled").await;
}

/// Faults and quirks are as reproducible as everything else, what they leave on the way included.
#[tokio::test]
async fn the_same_calls_with_faults_and_quirks_leave_the_same_bytes() {
    use billwire_sandbox::{Faults, HttpFault, Quirks, WebhookFault, WebhookFaultKind as Kind};
    let receiver = crate::receiver::Receiver::start().await;
    let run = async || {
        let api = Api::start_with(Sandbox::builder().seed(11).quirks(Quirks::all())).await;
        api.sandbox
            .configure_webhooks(WebhookConfiguration::to(receiver.url("/hook")).with_all_event_types())
            .await
            .expect("configured");
        let faults = Faults::new()
            .with_http(HttpFault::unknown_members("*").skip(3).times(4))
            .with_http(HttpFault::content_type("createToken", "text/plain"))
            .with_webhook(WebhookFault::new(Kind::Reorder, "auth.success"))
            .with_webhook(WebhookFault::new(Kind::Tamper, "*").skip(2))
            .with_webhook(WebhookFault::delay("bill.payment.sent", "PT2H"))
            .with_webhook(WebhookFault::new(Kind::Duplicate, "*").always());
        api.sandbox.set_faults(faults).expect("faults");
        live(&api).await;
        (api.sandbox.state().expect("a state").to_string(), json!(api.sandbox.events()).to_string())
    };
    let (one, other) = (run().await, run().await);
    assert_eq!(one, other);
    assert!(one.1.contains("\"fault\":\"reorder\"") && one.1.contains("\"fault\":\"tamper\""), "{}", one.1);
}
