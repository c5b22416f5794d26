//! Mailboxes: consent, connection, messages.

use billwire_sandbox::{BillerApiSettings, ErrorKind, MailToCome, MailboxConsent, ObjectForm};
use serde_json::{Value, json};

use super::calls::{Biller, CLIENT, With};
use crate::http::text;

fn user(name: &str) -> Value {
    json!({ "user_id": name, "client_id": CLIENT })
}

async fn messages(api: &Biller, query: &str) -> Vec<Value> {
    let page = api.get(&format!("/emails/messages?{query}")).await.ok();
    page["data"].as_array().expect("data").clone()
}

#[tokio::test]
async fn a_mailbox_is_connected_and_read() {
    let api = Biller::start().await;
    let path = "/emails/gmail/oauth-url";
    let url = text(&api.post_as(With::Nothing, path, user("user 1&2")).await.ok()["oauth_url"]);
    let local = format!("{}/emails/gmail/consent?", api.sandbox.urls().billerapi);
    assert!(url.starts_with(&local) && url.contains("state=user%201%262"), "{url}");
    api.get_as(With::Nothing, url.strip_prefix(&api.sandbox.urls().billerapi).expect("ours")).await.ok();
    assert!(messages(&api, "userId=user%201%262").await.is_empty(), "not connected yet");
    assert_eq!(api.post("/emails/gmail/connect", user("user 1&2")).await.ok(), json!({ "success": true }));
    let found = messages(&api, "userId=user+1%262&limit=50").await;
    assert_eq!(found.len(), 3);
    let newest = &found[0];
    assert_eq!(
        *newest,
        json!({
            "id": newest["id"],
            "user_id": "user 1&2",
            "from": "billing@electric-company.test",
            "subject": "Your electric bill is ready",
            "biller_id": "test_electric_company",
            "biller_name": "Test Electric Company",
            "bill_amount": 142.5,
            "due_date": "2026-03-16",
            "received_at": "2026-03-01T12:00:00Z",
        })
    );
    // Connecting twice finds nothing twice.
    api.post("/emails/gmail/connect", user("user 1&2")).await.ok();
    assert_eq!(messages(&api, "userId=user+1%262").await, found);
}

#[tokio::test]
async fn messages_arrive_and_are_filtered() {
    let api = Biller::start().await;
    api.post_as(With::Nothing, "/emails/gmail/oauth-url", user("u")).await.ok();
    api.post("/emails/gmail/connect", user("u")).await.ok();
    api.advance("P1D").await;
    let play = api.sandbox.billerapi();
    let id = play.deliver_mail("u", MailToCome::from_biller("test_gas_company", 8_735)).expect("delivered");
    let strange = json!({ "from": "someone@example.test", "subject": "Hello" });
    api.control("POST", "/mailboxes/u/messages", strange).await.ok();
    let all = messages(&api, "userId=u").await;
    assert_eq!((all.len(), &all[1]["id"], &all[1]["bill_amount"]), (5, &json!(id), &json!(87.35)));
    assert!(all[0].get("biller_id").is_none() && all[0].get("bill_amount").is_none());
    let count = async |query: &str| messages(&api, &format!("userId=u&{query}")).await.len();
    assert_eq!(count("startDate=2026-03-03").await, 2);
    assert_eq!(count("startDate=2026-03-01&endDate=2026-03-01").await, 1);
    assert_eq!(count("endDate=2026-02-25").await, 2);
    let first = api.get("/emails/messages?userId=u&limit=4").await.ok();
    let next = first["next_cursor"].as_str().expect("one");
    assert_eq!(count(&format!("limit=4&cursor={next}")).await, 1);
    api.get("/emails/messages?userId=u&startDate=March").await.refused(400, "startDate");
    api.get("/emails/messages").await.refused(400, "userId");
    assert!(messages(&api, "userId=nobody").await.is_empty());
    let error = play.deliver_mail("nobody", MailToCome::default()).expect_err("no mailbox");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    api.control("POST", "/mailboxes/u/messages", json!({})).await.refused(400, "sender");
    let unknown = json!({ "billerId": "x" });
    api.control("POST", "/mailboxes/u/messages", unknown).await.refused(404, "no biller");
}

#[tokio::test]
async fn a_mailbox_needs_its_user() {
    let api = Biller::start().await;
    let connect = async |body| api.post("/emails/gmail/connect", body).await;
    connect(user("u")).await.refused(400, "consent screen");
    connect(json!({ "user_id": "u", "client_id": "client_xyz" })).await.refused(403, "client_id");
    let ask = async |body| api.post_as(With::Nothing, "/emails/gmail/oauth-url", body).await;
    ask(json!({ "user_id": "u", "client_id": "client_xyz" })).await.refused(404, "no client");
    ask(json!({ "user_id": "", "client_id": CLIENT })).await.refused(400, "user_id");
    ask(json!({ "user_id": "u", "client_id": CLIENT, "redirect_uri": "here" }))
        .await
        .refused(400, "redirect_uri");
    api.sandbox.billerapi().set_mailbox_consent("u", MailboxConsent::Refused).expect("set");
    ask(user("u")).await.ok();
    connect(user("u")).await.refused(403, "refused");
    api.control("PUT", "/mailboxes/u/consent", json!({ "consent": "given" })).await.ok();
    connect(user("u")).await.ok();
}

/// Contradiction C13: the address stands at the top, or in `data`.
#[tokio::test]
async fn the_address_may_stand_in_data() {
    let api = Biller::start().await;
    let settings = BillerApiSettings::default().with_objects(ObjectForm::Data);
    api.sandbox.billerapi().set_settings(settings).expect("settings");
    let answer = api.post_as(With::Nothing, "/emails/gmail/oauth-url", user("u")).await.ok();
    assert!(answer["success"] == json!(true) && answer["data"]["oauth_url"].is_string(), "{answer}");
}
