//! Determinism, snapshots, and starting over, of BillerAPI.

use billwire_sandbox::{BillerApiSettings, Envelope, RequestAnswer, Sandbox};
use serde_json::{Value, json};

use super::calls::{Biller, CLIENT, FIRST, With};
use crate::http::text;

/// A life with everything in it, and with things still to come.
async fn live(api: &Biller) {
    let play = api.sandbox.billerapi();
    play.set_settings(BillerApiSettings::default().with_envelope(Envelope::E2).with_rate_limits(true))
        .expect("settings");
    let token = api.public_token("4000000007").await;
    let account = text(&api.exchange(&token).await.ok()["link_id"]);
    api.link_token().await;
    let request = api.post("/request-to-link/create", json!({ "client_user_id": "u" })).await.is(201);
    play.answer_request_to_link(&text(&request["id"]), RequestAnswer::Begin).await.expect("begun");
    let user = || json!({ "user_id": "u", "client_id": CLIENT });
    api.post_as(With::Nothing, "/emails/gmail/oauth-url", user()).await.ok();
    api.post("/emails/gmail/connect", user()).await.ok();
    let hook = json!({ "environment": "sandbox", "url": "http://127.0.0.1:9/", "events": ["bill.updated"] });
    api.post("/iam/clients/client_sandbox/webhooks", hook).await.is(201);
    api.post_once("once", "/bills/sync/trigger", json!({ "account_link_id": account })).await.is(202);
    api.advance("PT2S").await;
}

fn everything(api: &Biller) -> Value {
    api.sandbox.state().expect("a state")
}

/// Checklist, emulator (10): the same seed and the same clock give the same run.
#[tokio::test]
async fn the_same_seed_lives_the_same_billerapi_life() {
    let start = async |seed| Biller::start_with(Sandbox::builder().seed(seed)).await;
    let (one, other, third) = (start(42).await, start(42).await, start(43).await);
    for api in [&one, &other, &third] {
        live(api).await;
    }
    let without_ports = |api: &Biller| everything(api)["billerapi"]["world"].clone();
    assert_eq!(without_ports(&one), without_ports(&other));
    assert_ne!(without_ports(&one), without_ports(&third));
    let bodies = |api: &Biller| api.sandbox.events().into_iter().map(|event| event.event).collect::<Vec<_>>();
    assert_eq!(bodies(&one), bodies(&other));
    let ids = |api: &Biller| api.sandbox.events().into_iter().map(|event| event.id).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&other));
    assert!(ids(&one).iter().all(|id| !ids(&third).contains(id)));
}

#[tokio::test]
async fn a_billerapi_snapshot_goes_on_where_it_was_taken() {
    let api = Biller::start().await;
    live(&api).await;
    let snapshot = everything(&api);
    let sync = json!({ "account_link_id": "anything" });
    let replayed = async || api.post_once("once", "/bills/sync/trigger", sync.clone()).await.is(202);
    api.advance("P90D").await;
    let ending = everything(&api);
    api.sandbox.restore(&snapshot).await.expect("restored");
    assert!(everything(&api) == snapshot, "nothing is lost on the way");
    let before = snapshot["billerapi"]["world"]["syncs"][0]["id"].clone();
    assert_eq!(replayed().await["id"], before, "keys are remembered");
    api.sandbox.restore(&snapshot).await.expect("restored");
    api.advance("P90D").await;
    assert!(everything(&api) == ending, "and what was to come still comes");
}

#[tokio::test]
async fn a_reset_forgets_the_billerapi_world() {
    let api = Biller::start_with(Sandbox::builder().seed(7)).await;
    let fresh = everything(&api);
    live(&api).await;
    assert!(everything(&api) != fresh);
    api.sandbox.reset(None).await.expect("reset");
    assert!(everything(&api) == fresh);
    assert_eq!(api.sandbox.billerapi().settings(), BillerApiSettings::default());
    assert!(api.event_types().is_empty());
}

/// Ids of one API do not shift those of another.
#[tokio::test]
async fn the_worlds_have_ids_of_their_own() {
    let (quiet, busy) = (Biller::start().await, Biller::start().await);
    for _ in 0..3 {
        busy.link_token().await;
    }
    let create = async |api: &Biller| {
        let account = api.linked("4242424242").await;
        (account.account_link_id, account.access_token)
    };
    assert_eq!(create(&quiet).await, create(&busy).await);
}

/// Checklist, emulator (10): the ids of requests go into events and synchronisations; those after a restore are new, and the same every time.
#[tokio::test]
async fn requests_after_a_restore_have_new_ids_and_the_same_every_time() {
    let api = Biller::start().await;
    live(&api).await;
    let account = text(&everything(&api)["billerapi"]["world"]["accounts"][0]["id"]);
    let ids = async |api: &Biller, snapshot: &Value| {
        api.sandbox.restore(snapshot).await.expect("restored");
        let body = json!({ "account_link_id": account, "force": true });
        let answer = api.ask(FIRST, "POST", "/bills/sync/trigger", &[], Some(body.to_string())).await;
        let sync = text(&answer.headers["x-request-id"].to_str().expect("text").into());
        api.link_token().await;
        let event = api.sandbox.events().pop().expect("an event").event;
        (sync, text(&event["request"]["id"]), everything(api))
    };
    api.advance("PT1M").await;
    let plain = BillerApiSettings::default();
    api.sandbox.billerapi().set_settings(plain).expect("settings");
    api.link_token().await;
    let snapshot = everything(&api);
    let first = ids(&api, &snapshot).await;
    assert!(ids(&api, &snapshot).await == first, "the same life every time");
    let fork = Biller::start().await;
    let (sync, event, _) = ids(&fork, &snapshot).await;
    assert_eq!((&sync, &event), (&first.0, &first.1));
    let before = snapshot.to_string();
    assert!(!before.contains(&sync) && !before.contains(&event), "no earlier request had them");
    // What leaves nothing but a synchronisation counts too.
    api.sandbox.restore(&snapshot).await.expect("restored");
    let body = json!({ "account_link_id": account, "force": true });
    api.post("/bills/sync/trigger", body).await.is(202);
    let after = everything(&api);
    assert!(!after.to_string().contains(&ids(&api, &after).await.1));
}

/// A state written by hand is checked as a request is.
#[tokio::test]
async fn a_state_with_impossible_settings_is_refused() {
    let api = Biller::start().await;
    let good = everything(&api);
    for (member, value, word) in [
        ("limits", json!({ "link": 0 }), "at least 1"),
        ("attemptsAfterSeconds", json!([]), "attemptsAfterSeconds"),
        ("visibilityDelayMs", json!(u64::MAX), "year"),
    ] {
        let mut bad = good.clone();
        bad["billerapi"]["world"]["settings"][member] = value;
        let error = api.sandbox.restore(&bad).await.expect_err(member);
        assert!(error.to_string().contains(word), "{error}");
        api.sandbox_control("PUT", "/state", bad).await.refused(400, word);
    }
    assert!(everything(&api) == good, "nothing has changed");
}
