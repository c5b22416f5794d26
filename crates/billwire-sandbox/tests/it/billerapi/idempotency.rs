//! Idempotency keys: one effect for each, whatever happens on the way.

use billwire_sandbox::{BillerApiSettings, Faults, HttpFault, Sandbox};
use serde_json::{Value, json};

use super::calls::{Biller, CLIENT, OTHER, With};
use crate::http::text;

fn new_token(user: &str) -> Value {
    json!({ "client_id": CLIENT, "client_user_id": user, "consents": ["bills"] })
}

/// Every POST with a body that succeeds, made ready in a sandbox of its own.
async fn posts() -> (Biller, Vec<(String, Value)>) {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await.account_link_id;
    let public_token = api.public_token("4242424242").await;
    let (link, _) = api.link_token().await;
    let (coded, _) = api.link_token().await;
    api.submit(&coded, "4000000003").await;
    let user = || json!({ "user_id": "user_1", "client_id": CLIENT });
    let webhook = json!({ "environment": "sandbox", "url": "http://127.0.0.1:9/", "events": ["*"] });
    let posts = vec![
        ("/link/token/create".to_owned(), new_token("user_1")),
        ("/link/token/exchange".to_owned(), json!({ "public_token": public_token, "client_id": CLIENT })),
        (format!("/link/{link}/submit-credentials"), json!({ "account_number": "4242424242" })),
        (format!("/link/{coded}/submit-mfa"), json!({ "mfa_code": "1" })),
        (format!("/link/{link}/discover-accounts"), json!({})),
        (format!("/link/{link}/complete"), json!({ "account_id": "da_1" })),
        ("/request-to-link/create".to_owned(), json!({ "client_user_id": "user_1" })),
        ("/link/request-to-link".to_owned(), json!({ "client_user_id": "user_1" })),
        ("/bills/sync/trigger".to_owned(), json!({ "account_link_id": account })),
        ("/emails/gmail/oauth-url".to_owned(), user()),
        ("/emails/gmail/connect".to_owned(), user()),
        ("/iam/clients/client_sandbox/webhooks".to_owned(), webhook),
    ];
    (api, posts)
}

/// What the world holds, without what is remembered of requests.
fn world(sandbox: &Sandbox) -> Value {
    sandbox.state().expect("a state")["billerapi"]["world"].clone()
}

/// Checklist, emulator (5): a repeat gives the original answer and does nothing. Contradiction C17: on every POST.
#[tokio::test]
async fn a_repeat_gives_the_original_answer_on_every_post() {
    let (api, posts) = posts().await;
    for (number, (path, body)) in posts.into_iter().enumerate() {
        let key = format!("key-{number}");
        let first = api.post_once(&key, &path, body.clone()).await;
        assert!(first.headers.get("idempotent-replayed").is_none(), "{path}");
        assert!((200..300).contains(&first.status), "{path}: {}", first.body);
        let before = (world(&api.sandbox), api.event_types());
        let again = api.post_once(&key, &path, body).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{path}");
        assert_eq!(
            again.headers.get("idempotent-replayed").map(http::HeaderValue::as_bytes),
            Some(&b"true"[..])
        );
        assert_eq!((world(&api.sandbox), api.event_types()), before, "{path}");
    }
}

/// Checklist, emulator (5): for 24 hours.
#[tokio::test]
async fn a_key_is_remembered_for_24_hours() {
    let api = Biller::start().await;
    let create =
        async || text(&api.post_once("k", "/link/token/create", new_token("u")).await.is(201)["link_token"]);
    let first = create().await;
    api.advance("PT24H").await;
    assert_eq!(create().await, first);
    api.advance("PT0.001S").await;
    let second = create().await;
    assert_ne!(second, first);
    api.advance("PT1H").await;
    assert_eq!(create().await, second);
}

/// The key belongs to a client, a path and nothing else: another body does not count unless that is switched on.
#[tokio::test]
async fn another_body_is_answered_as_before_or_refused() {
    let api = Biller::start_with_two_clients().await;
    let path = "/request-to-link/create";
    let ask = async |user: &str| api.post_once("k", path, json!({ "client_user_id": user })).await;
    let first = ask("user_1").await.is(201);
    assert_eq!(ask("user_2").await.is(201), first);
    let settings = BillerApiSettings::default().with_strict_idempotency(true);
    api.sandbox.billerapi().set_settings(settings).expect("settings");
    ask("user_2").await.refused(400, "another body");
    assert_eq!(ask("user_1").await.is(201), first);
    // The other path, and another client, have keys of their own.
    let headers = [("Idempotency-Key", "k")];
    let body = || Some(json!({ "client_user_id": "user_2" }).to_string());
    let alias = api.ask(super::calls::FIRST, "POST", "/link/request-to-link", &headers, body()).await.is(201);
    assert_ne!(alias["id"], first["id"]);
    let foreign = api.ask(OTHER, "POST", path, &headers, body()).await.is(201);
    assert_eq!(foreign["client_id"], json!("client_other"));
}

/// Only answers of success are kept: a refused request may be mended under the same key.
#[tokio::test]
async fn errors_are_not_kept() {
    let api = Biller::start().await;
    let bad = json!({ "client_id": CLIENT, "client_user_id": "", "consents": ["bills"] });
    api.post_once("k", "/link/token/create", bad).await.refused(400, "client_user_id");
    api.post_once("k", "/link/token/create", new_token("u")).await.is(201);
    // A failure at the biller is an answer of success.
    let (link, _) = api.link_token().await;
    let path = format!("/link/{link}/submit-credentials");
    let first = api.post_once("k", &path, json!({ "account_number": "4000000001" })).await.ok();
    assert_eq!(api.post_once("k", &path, json!({ "account_number": "4242424242" })).await.ok(), first);
}

/// A repeat after a fault finds what the first attempt did: one effect.
#[tokio::test]
async fn one_key_has_one_effect_after_every_fault() {
    let faults = [
        HttpFault::cut("*").before_effect(),
        HttpFault::cut("*").after_effect(),
        HttpFault::truncated("*"),
        HttpFault::html("*"),
        HttpFault::empty("*"),
        HttpFault::invalid_json("*"),
        HttpFault::status("*", 503).before_effect(),
        HttpFault::status("*", 500).after_effect(),
    ];
    for fault in faults {
        let api = Biller::start().await;
        let account = api.linked("4242424242").await.account_link_id;
        for (path, body, counted) in [
            ("/link/token/create", new_token("u"), "link.created"),
            ("/request-to-link/create", json!({ "client_user_id": "u" }), "request-to-link.created"),
        ] {
            api.sandbox.set_faults(Faults::new().with_http(fault.clone())).expect("a fault");
            let spoiled =
                tokio::time::timeout(std::time::Duration::from_secs(30), api.try_post_once("k", path, &body));
            spoiled.await.expect("an end");
            let good = api.post_once("k", path, body.clone()).await.is(201);
            assert_eq!(api.post_once("k", path, body).await.is(201), good);
            let effects = api.event_types().iter().filter(|kind| *kind == counted).count();
            assert_eq!(effects, 1, "{path} {fault:?}");
        }
        api.sandbox.set_faults(Faults::new().with_http(fault.clone())).expect("a fault");
        let sync = json!({ "account_link_id": account, "force": true });
        api.try_post_once("k", "/bills/sync/trigger", &sync).await;
        // Not while the first one runs, which would be given to anybody.
        api.advance("PT10S").await;
        api.post_once("k", "/bills/sync/trigger", sync).await.is(202);
        let syncs = api.get(&format!("/bills/sync?account_link_id={account}")).await.ok();
        assert_eq!(syncs["data"].as_array().map(Vec::len), Some(1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_key_is_short_visible_text() {
    let api = Biller::start().await;
    let long = "k".repeat(256);
    for key in ["", long.as_str()] {
        api.post_once(key, "/link/token/create", new_token("u")).await.refused(400, "Idempotency-Key");
    }
    api.post_once(&"k".repeat(255), "/link/token/create", new_token("u")).await.is(201);
    // On a GET it means nothing.
    let headers = [("Idempotency-Key", "k")];
    let list = async || {
        api.ask(super::calls::FIRST, "GET", "/link/request-to-link", &headers, None).await.ok()["total"]
            .clone()
    };
    assert_eq!(list().await, json!(0));
    api.post("/request-to-link/create", json!({ "client_user_id": "u" })).await.is(201);
    assert_eq!(list().await, json!(1));
}

/// What was answered under a key is given to those only who may ask for it.
#[tokio::test]
async fn a_replay_is_for_whoever_may_ask() {
    let api = Biller::start_with_two_clients().await;
    let ((other, token), (link, own)) = (api.link_token().await, api.link_token().await);
    assert_ne!(other, link);
    api.submit(&link, "4242424242").await;
    api.step(&link, "discover-accounts", json!({})).await;
    let path = format!("/link/{link}/complete");
    let body = json!({ "account_id": "da_1" });
    let completed = api.post_once("k", &path, body.clone()).await.ok();
    let with_key = [("Idempotency-Key", "k")];
    let ask = async |with| api.ask(with, "POST", &path, &with_key, Some(body.to_string())).await;
    ask(With::Bearer(&token)).await.refused(403, "another link flow");
    assert_eq!(ask(With::Bearer(&own)).await.ok(), completed);
    // Without a credential it is the body that says who asks.
    let address = async |client: &str| {
        let body = json!({ "user_id": "u", "client_id": client }).to_string();
        api.ask(With::Nothing, "POST", "/emails/gmail/oauth-url", &with_key, Some(body)).await.ok()
    };
    let first = address(CLIENT).await;
    assert_ne!(address("client_other").await, first);
    assert_eq!(address(CLIENT).await, first);
}
