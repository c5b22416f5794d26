//! Card swaps: both ways to start one, their outcomes, and what is refused.

use serde_json::{Value, json};

use crate::http::{Api, MFA_2, REGULAR_1, REGULAR_2, bank, text};

async fn swaps(api: &Api, client: &str) -> Vec<Value> {
    api.get(&format!("/swap/list/{client}")).await.ok()["data"].as_array().expect("data").clone()
}

async fn swap_status(api: &Api, client: &str) -> String {
    text(&swaps(api, client).await[0]["status"]["type"])
}

fn login(client: &str, company: &str, card: &str, status: &str) -> Value {
    json!({
        "clientId": client,
        "companyId": company,
        "items": ["swap"],
        "meta": { "paymentMethodId": card },
        "form": { "balance": "", "dueDate": "", "status": status },
    })
}

/// A client with a card and a verified login without items of its own but a bill.
async fn verified(api: &Api) -> (String, String, String) {
    let client = api.client("swapper").await;
    let card = api.card(&client, "4111111111111111").await;
    let auth = api.auth(&client, REGULAR_1, ["1", "04/15/2026", ""]).await;
    api.advance("PT5S").await;
    (client, card, auth)
}

#[tokio::test]
async fn a_swap_runs_and_completes() {
    let api = Api::start().await;
    let (client, card, auth) = verified(&api).await;
    let body = json!({ "authId": auth, "paymentMethodId": card });
    assert_eq!(api.post("/swap/create", body.clone()).await.ok(), json!({ "success": true }));
    assert_eq!(swap_status(&api, &client).await, "in-progress");
    api.advance("PT5S").await;
    let list = swaps(&api, &client).await;
    let swap = &list[0];
    assert_eq!(swap["status"]["type"], "completed");
    assert_eq!(swap["auth"], json!({ "_id": auth, "status": { "type": "verified" } }));
    assert_eq!(swap["company"]["status"], "operational");
    assert_eq!(swap["paymentMethod"]["_id"], json!(card));
    assert_eq!(swap["paymentMethod"]["card"]["bin"], "41111111");
    let event = api.last_event("swap.success");
    assert_eq!((&event["clientId"], &event["company"]["_id"]), (&json!(client), &json!(REGULAR_1)));
    assert_eq!(event["paymentMethod"]["_id"], json!(card));
    assert!(event["company"]["auth"]["loginFields"].is_array(), "the company comes whole");
    let whole = api.sandbox.events().pop().expect("an event");
    assert_eq!(whole.event["payload"]["resource"], json!({ "type": "swap", "id": swap["_id"] }));

    // The same again makes no second swap.
    api.post("/swap/create", body).await.ok();
    api.advance("PT5S").await;
    assert_eq!(swaps(&api, &client).await.len(), 1);
    assert_eq!(api.event_types().iter().filter(|kind| *kind == "swap.success").count(), 1);
}

#[tokio::test]
async fn the_older_path_is_accepted_too() {
    // Trap T15.
    let api = Api::start().await;
    let (client, card, auth) = verified(&api).await;
    api.post("/swap", json!({ "authId": auth, "paymentMethodId": card })).await.ok();
    assert_eq!(swap_status(&api, &client).await, "in-progress");
}

#[tokio::test]
async fn another_card_moves_a_finished_swap_but_no_running_one() {
    let api = Api::start().await;
    let (client, card, auth) = verified(&api).await;
    let other = api.card(&client, "5555555555554444").await;
    api.post("/swap/create", json!({ "authId": auth, "paymentMethodId": card })).await.ok();
    let moved = json!({ "authId": auth, "paymentMethodId": other });
    api.post("/swap/create", moved.clone()).await.refused(400, "Another card");
    api.advance("PT5S").await;
    let before = swaps(&api, &client).await[0]["_id"].clone();
    api.post("/swap/create", moved).await.ok();
    assert_eq!(swap_status(&api, &client).await, "in-progress");
    api.advance("PT5S").await;
    let after = &swaps(&api, &client).await[0];
    assert_eq!((&after["_id"], &after["paymentMethod"]["_id"]), (&before, &json!(other)));
    // The other way: POST /auth with the swap and a card.
    let mut body = login(&client, REGULAR_1, &card, "");
    body["meta"]["swapId"] = before.clone();
    assert_eq!(api.post("/auth", body).await.ok()["authId"], json!(auth));
    api.advance("PT10S").await;
    assert_eq!(swaps(&api, &client).await[0]["paymentMethod"]["_id"], json!(card));
}

#[tokio::test]
async fn logins_for_a_swap_follow_the_outcome_table() {
    let rows: [(&str, &str, &str, &[&str]); 6] = [
        ("", "verified", "completed", &["auth.success", "swap.success"]),
        ("completed", "verified", "completed", &["auth.success", "swap.success"]),
        ("card-on-file", "verified", "card-on-file", &["auth.success", "swap.success"]),
        ("in-progress", "verified", "in-progress", &["auth.success"]),
        ("hold", "hold", "hold", &["auth.hold"]),
        ("authenticate", "authenticate", "", &["auth.invalid"]),
    ];
    for (status, auth, swap, events) in rows {
        let api = Api::start().await;
        let client = api.client("row").await;
        let card = api.card(&client, "4111111111111111").await;
        api.post("/auth", login(&client, REGULAR_2, &card, status)).await.ok();
        api.advance("PT1H").await;
        assert_eq!(api.auths(&client).await[0]["status"]["type"], auth, "auth of {status}");
        let shown = swaps(&api, &client).await;
        let shown = shown.first().map_or("", |swap| swap["status"]["type"].as_str().expect("text"));
        assert_eq!(shown, swap, "swap of {status}");
        assert_eq!(api.event_types(), events, "events of {status}");
        assert!(api.bills(&client).await.is_empty(), "a swap finds no bill");
    }
}

#[tokio::test]
async fn a_legacy_user_swaps_and_an_mfa_company_asks_first() {
    let api = Api::start().await;
    let client = api.client("legacy").await;
    let card = api.card(&client, "4111111111111111").await;
    let mut body = login(&client, REGULAR_2, &card, "");
    body["form"] = json!({ "username": "testswap", "password": "x" });
    api.post("/auth", body).await.ok();
    api.advance("PT10S").await;
    assert_eq!(api.event_types(), ["auth.success", "swap.success"]);

    api.post("/auth", login(&client, MFA_2, &card, "")).await.ok();
    api.advance("PT3S").await;
    assert_eq!(swaps(&api, &client).await.len(), 1, "no swap before the login is verified");
    let challenge = api.last_event("auth.security-input-required");
    api.post("/auth/step", json!({ "token": challenge["token"], "method": "prompt" })).await.ok();
    api.advance("PT10S").await;
    let all = swaps(&api, &client).await;
    assert!(all.len() == 2 && all.iter().all(|swap| swap["status"]["type"] == "completed"), "{all:?}");
}

#[tokio::test]
async fn a_fixed_hold_lets_the_swap_go_on() {
    let api = Api::start().await;
    let client = api.client("held").await;
    let card = api.card(&client, "4111111111111111").await;
    let auth = text(&api.post("/auth", login(&client, REGULAR_1, &card, "hold")).await.ok()["authId"]);
    api.advance("PT5S").await;
    assert_eq!(swap_status(&api, &client).await, "hold");
    api.post("/swap/create", json!({ "authId": auth, "paymentMethodId": card }))
        .await
        .refused(400, "not verified");
    api.post(&format!("/auth/{auth}/fix-hold"), json!({})).await.ok();
    api.advance("PT2S").await;
    assert_eq!(swap_status(&api, &client).await, "in-progress");
    api.advance("PT5S").await;
    assert_eq!(swap_status(&api, &client).await, "completed");
}

#[tokio::test]
async fn a_deleted_auth_takes_its_swap_with_it() {
    let api = Api::start().await;
    let (client, card, auth) = verified(&api).await;
    api.post("/swap/create", json!({ "authId": auth, "paymentMethodId": card })).await.ok();
    api.request("DELETE", &format!("/auth/{auth}"), None).await.ok();
    api.advance("PT10S").await;
    assert!(swaps(&api, &client).await.is_empty());
    assert!(!api.event_types().contains(&"swap.success".to_owned()));
}

#[tokio::test]
async fn bad_swaps_are_refused_with_the_reason() {
    let api = Api::start().await;
    let (client, card, auth) = verified(&api).await;
    let account = text(&api.post("/payment", bank(&client, "9900000002")).await.ok()["paymentMethodId"]);
    let stranger = api.client("stranger").await;
    let strange_card = api.card(&stranger, "4111111111111111").await;
    let create = async |auth: &str, method: &str| {
        api.post("/swap/create", json!({ "authId": auth, "paymentMethodId": method })).await
    };
    create("nobody", &card).await.refused(400, "no auth nobody");
    create(&auth, "nothing").await.refused(400, "no payment method nothing");
    create(&auth, &strange_card).await.refused(400, "no payment method");
    create(&auth, &account).await.refused(400, "Only a card");
    api.post("/swap/create", json!({ "authId": auth })).await.refused(400, "paymentMethodId");
    let mut body = login(&client, REGULAR_1, &account, "");
    api.post("/auth", body.clone()).await.refused(400, "Only a card");
    body["meta"] = json!({ "paymentMethodId": card, "swapId": "nothing" });
    api.post("/auth", body.clone()).await.refused(400, "no swap nothing");
    body["meta"] = json!({});
    api.post("/auth", body).await.refused(400, "meta.paymentMethodId");

    // A company that wants the user to be present.
    let present = text(&api.post("/auth", login(&client, MFA_2, &card, "")).await.ok()["authId"]);
    api.advance("PT3S").await;
    let challenge = api.last_event("auth.security-input-required");
    api.post("/auth/step", json!({ "token": challenge["token"], "method": "prompt" })).await.ok();
    api.advance("PT10S").await;
    create(&present, &card).await.refused(400, "present");
    api.get("/swap/list/nobody").await.refused(404, "no client nobody");
}

#[tokio::test]
async fn companies_for_swaps_can_be_listed() {
    let api = Api::start().await;
    let companies = api.get("/swap/companies").await.ok();
    let companies = companies["data"].as_array().expect("data");
    assert_eq!(companies.len(), 7);
    assert!(companies.iter().all(|company| company["auth"]["loginFields"].is_array()));
}

/// The rows of section 11.2 in which a swap waits for a challenge.
#[tokio::test]
async fn a_swap_begins_when_the_challenge_is_answered() {
    for status in ["mfa-required-questions", "mfa-required-prompt"] {
        let api = Api::start().await;
        let client = api.client(status).await;
        let card = api.card(&client, "4111111111111111").await;
        api.post("/auth", login(&client, REGULAR_2, &card, status)).await.ok();
        api.advance("PT3S").await;
        assert!(swaps(&api, &client).await.is_empty());
        let challenge = api.last_event("auth.security-input-required");
        let mut step = json!({ "token": challenge["token"], "method": challenge["method"] });
        if challenge["method"] == "questions" {
            let answer = |asked: &Value| json!({ "identifier": asked["identifier"], "answer": "Smith" });
            step["security"] = challenge["input"].as_array().expect("input").iter().map(answer).collect();
        }
        api.post("/auth/step", step).await.ok();
        api.advance("PT1S").await;
        assert_eq!(swap_status(&api, &client).await, "in-progress");
        api.advance("PT5S").await;
        assert_eq!(swap_status(&api, &client).await, "completed");
        let types = api.event_types();
        assert_eq!(types, ["auth.security-input-required", "auth.success", "swap.success"]);
    }
}
