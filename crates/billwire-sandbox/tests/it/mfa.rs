//! Security challenges: every kind, right, wrong, late and repeated.

use serde_json::{Value, json};

use crate::http::{Api, MFA_1, MFA_2, REGULAR_1, text};

const FUTURE: &str = "04/15/2026";

async fn challenged(company: &str, status: &str) -> (Api, String) {
    let api = Api::start().await;
    let client = api.client("mfa").await;
    api.auth(&client, company, ["25.21", FUTURE, status]).await;
    api.advance("PT3S").await;
    (api, client)
}

fn challenge(api: &Api) -> Value {
    api.last_event("auth.security-input-required")
}

async fn step(api: &Api, body: Value) {
    let answer = api.post("/auth/step", body).await.ok();
    assert_eq!(answer["success"], json!(true));
    api.advance("PT1S").await;
}

fn answers(challenge: &Value, answer: &str) -> Value {
    let input = challenge["input"].as_array().expect("input");
    input.iter().map(|entry| json!({ "identifier": entry["identifier"], "answer": answer })).collect()
}

async fn auth_status(api: &Api, client: &str) -> Value {
    api.auths(client).await[0]["status"]["type"].clone()
}

async fn assert_hold(api: &Api, client: &str, subcategory: &str) {
    let auth = &api.auths(client).await[0];
    assert_eq!(auth["status"]["type"], "hold");
    assert_eq!(auth["reason"]["code"], "authentication_not_completed");
    assert_eq!(auth["reason"]["subcategory"], json!(subcategory));
    assert_eq!(api.last_event("auth.hold")["hold"]["code"], "authentication_not_completed");
    assert!(api.bills(client).await.is_empty());
}

#[tokio::test]
async fn questions_are_asked_listed_and_answered() {
    let (api, client) = challenged(REGULAR_1, "mfa-required-questions").await;
    let asked = challenge(&api);
    assert_eq!(asked["method"], "questions");
    assert_eq!(asked["input"].as_array().map(Vec::len), Some(2));
    assert_eq!(asked["auth"]["status"]["type"], "mfa-required");
    assert!(asked.get("showRetry").is_none());
    let listed = &api.auths(&client).await[0]["mfa"];
    assert_eq!(listed["method"], "questions");
    assert_eq!(listed["mfa"], asked["input"], "the list shows the same questions");
    step(
        &api,
        json!({ "token": asked["token"], "method": "questions", "security": answers(&asked, "Smith") }),
    )
    .await;
    assert_eq!(auth_status(&api, &client).await, "verified");
    api.advance("PT2S").await;
    assert_eq!(api.bills(&client).await[0]["bill"]["balance"], "25.21");
}

#[tokio::test]
async fn a_code_goes_to_the_chosen_place_and_is_asked_for() {
    let (api, client) = challenged(REGULAR_1, "mfa-required-code").await;
    let choice = challenge(&api);
    assert_eq!(choice["method"], "code");
    assert!(choice.get("company").is_some() && choice.get("auth").is_none(), "as in the sample: {choice}");
    let places = choice["input"].as_array().expect("places");
    let email = places.iter().find(|place| place["type"] == "email").expect("an e-mail");
    assert_eq!(email["label"], "Email: e..e@example.com");
    let security = json!({ "identifier": email["identifier"] });
    step(&api, json!({ "token": choice["token"], "method": "code", "security": security })).await;

    let asked = challenge(&api);
    assert_ne!(asked["token"], choice["token"], "each challenge has its own token");
    assert_eq!(asked["method"], "questions");
    assert_eq!(asked["showRetry"], json!(true));
    assert_eq!(asked["input"][0]["question"], "What is the code sent to e..e@example.com?");
    step(
        &api,
        json!({ "token": asked["token"], "method": "questions", "security": answers(&asked, "123456") }),
    )
    .await;
    assert_eq!(auth_status(&api, &client).await, "verified");
}

#[tokio::test]
async fn a_code_may_be_given_in_the_form_of_the_documented_sample() {
    let (api, client) = challenged(MFA_1, "").await;
    let choice = challenge(&api);
    // An array where the documents have an object: both are taken for both.
    let security = json!([{ "identifier": choice["input"][0]["identifier"] }]);
    step(&api, json!({ "token": choice["token"], "method": "code", "security": security })).await;
    let asked = challenge(&api);
    let security = json!({ "identifier": asked["input"][0]["identifier"], "answer": "123456" });
    step(&api, json!({ "token": asked["token"], "method": "code", "security": security })).await;
    assert_eq!(auth_status(&api, &client).await, "verified");
}

#[tokio::test]
async fn a_prompt_is_confirmed_without_an_answer() {
    let (api, client) = challenged(MFA_2, "").await;
    let asked = challenge(&api);
    assert_eq!(asked["method"], "prompt");
    assert_eq!(asked["input"], json!([{ "request": "Verify your login with your mobile device" }]));
    step(&api, json!({ "token": asked["token"], "method": "prompt" })).await;
    assert_eq!(auth_status(&api, &client).await, "verified");
}

#[tokio::test]
async fn an_mfa_company_asks_first_and_then_the_table_applies() {
    let (api, client) = challenged(MFA_2, "mfa-required-questions").await;
    let prompt = challenge(&api);
    step(&api, json!({ "token": prompt["token"], "method": "prompt" })).await;
    let questions = challenge(&api);
    assert_eq!(questions["method"], "questions");
    let security = answers(&questions, "Smith");
    step(&api, json!({ "token": questions["token"], "method": "questions", "security": security })).await;
    assert_eq!(auth_status(&api, &client).await, "verified");

    let (api, client) = challenged(MFA_2, "hold").await;
    let prompt = challenge(&api);
    step(&api, json!({ "token": prompt["token"], "method": "prompt" })).await;
    assert_eq!(auth_status(&api, &client).await, "hold");
}

#[tokio::test]
async fn wrong_answers_end_with_a_hold() {
    let (api, client) = challenged(REGULAR_1, "mfa-required-questions").await;
    let asked = challenge(&api);
    let mut security = answers(&asked, "Smith");
    security[1]["answer"] = json!("wrong");
    step(&api, json!({ "token": asked["token"], "method": "questions", "security": security })).await;
    assert_hold(&api, &client, "invalid-mfa").await;

    let (api, client) = challenged(REGULAR_1, "mfa-required-code").await;
    let choice = challenge(&api);
    let security = json!({ "identifier": choice["input"][0]["identifier"] });
    step(&api, json!({ "token": choice["token"], "method": "code", "security": security })).await;
    let asked = challenge(&api);
    step(
        &api,
        json!({ "token": asked["token"], "method": "questions", "security": answers(&asked, "44555") }),
    )
    .await;
    assert_hold(&api, &client, "invalid-mfa").await;
}

#[tokio::test]
async fn a_challenge_waits_five_minutes() {
    for status in ["mfa-required-questions", "mfa-required-code", "mfa-required-prompt"] {
        let (api, client) = challenged(REGULAR_1, status).await;
        let asked = challenge(&api);
        api.advance("PT4M58S").await;
        assert_eq!(auth_status(&api, &client).await, "mfa-required");
        api.advance("PT2S").await;
        assert_hold(&api, &client, "no-mfa-response-received").await;
        let late = json!({ "token": asked["token"], "method": asked["method"] });
        api.post("/auth/step", late).await.refused(400, "no open challenge");
    }
}

#[tokio::test]
async fn a_code_can_be_sent_again() {
    let (api, client) = challenged(REGULAR_1, "mfa-required-code").await;
    let choice = challenge(&api);
    let retry = |token: &Value| json!({ "token": token, "method": "questions", "didNotReceiveCode": true });
    let too_early = json!({ "token": choice["token"], "method": "code", "didNotReceiveCode": true });
    api.post("/auth/step", too_early).await.refused(400, "showRetry");
    let security = json!({ "identifier": choice["input"][0]["identifier"] });
    step(&api, json!({ "token": choice["token"], "method": "code", "security": security })).await;
    let first = challenge(&api);
    step(&api, retry(&first["token"])).await;
    let second = challenge(&api);
    assert_ne!(second["token"], first["token"]);
    api.post("/auth/step", retry(&first["token"])).await.refused(400, "no open challenge");
    step(
        &api,
        json!({ "token": second["token"], "method": "questions", "security": answers(&second, "123456") }),
    )
    .await;
    assert_eq!(auth_status(&api, &client).await, "verified");
}

#[tokio::test]
async fn the_strict_rule_makes_a_retry_wait_thirty_seconds() {
    let (api, _) = challenged(REGULAR_1, "mfa-required-code").await;
    api.sandbox.set_rules(billwire_sandbox::Rules::default().with_strict_code_retry(true)).expect("rules");
    let choice = challenge(&api);
    let security = json!({ "identifier": choice["input"][0]["identifier"] });
    step(&api, json!({ "token": choice["token"], "method": "code", "security": security })).await;
    let retry =
        json!({ "token": challenge(&api)["token"], "method": "questions", "didNotReceiveCode": true });
    api.advance("PT28S").await;
    api.post("/auth/step", retry.clone()).await.refused(400, "30 seconds");
    api.advance("PT2S").await;
    api.post("/auth/step", retry).await.ok();
}

#[tokio::test]
async fn bad_replies_are_refused_and_leave_the_challenge_open() {
    let (api, client) = challenged(REGULAR_1, "mfa-required-questions").await;
    let asked = challenge(&api);
    let token = text(&asked["token"]);
    let good = answers(&asked, "Smith");
    let mut unknown = good.clone();
    unknown[0]["identifier"] = json!("somebody-else");
    let mut empty = good.clone();
    empty[1]["answer"] = json!(" ");
    let rows = [
        (json!({ "token": "nobody", "method": "questions", "security": good }), "no open challenge"),
        (json!({ "token": token, "method": "code", "security": good }), "\"questions\""),
        (json!({ "token": token, "method": "guess", "security": good }), "method is"),
        (json!({ "token": token, "method": "questions" }), "Please provide an answer"),
        (json!({ "token": token, "method": "questions", "security": [good[0]] }), "Please provide an answer"),
        (json!({ "token": token, "method": "questions", "security": unknown }), "none of the challenge's"),
        (json!({ "token": token, "method": "questions", "security": empty }), "Please provide an answer"),
        (json!({ "token": token, "security": good }), "Please provide a method"),
        (json!({ "method": "questions", "security": good }), "Please provide a token"),
    ];
    for (body, says) in rows {
        api.post("/auth/step", body).await.refused(400, says);
    }
    step(&api, json!({ "token": token, "method": "questions", "security": good })).await;
    assert_eq!(auth_status(&api, &client).await, "verified");
    let again = json!({ "token": token, "method": "questions", "security": good });
    api.post("/auth/step", again).await.refused(400, "no open challenge");
}

#[tokio::test]
async fn a_destination_must_be_one_of_the_offered() {
    let (api, _) = challenged(REGULAR_1, "mfa-required-code").await;
    let token = challenge(&api)["token"].clone();
    api.post("/auth/step", json!({ "token": token, "method": "code" })).await.refused(400, "one identifier");
    let elsewhere = json!({ "token": token, "method": "code", "security": { "identifier": "elsewhere" } });
    api.post("/auth/step", elsewhere).await.refused(400, "none of the challenge's");
}

#[tokio::test]
async fn a_new_attempt_ends_the_old_one() {
    let (api, client) = challenged(REGULAR_1, "mfa-required-questions").await;
    let old = challenge(&api);
    api.auth(&client, REGULAR_1, ["25.21", FUTURE, ""]).await;
    let late = json!({ "token": old["token"], "method": "questions", "security": answers(&old, "Smith") });
    api.post("/auth/step", late).await.refused(400, "no open challenge");
    api.advance("PT10M").await;
    assert_eq!(auth_status(&api, &client).await, "verified");
    assert!(!api.event_types().contains(&"auth.hold".to_owned()), "the old timeout is gone too");
}

#[tokio::test]
async fn a_present_user_pays_by_logging_in() {
    let (api, client) = challenged(MFA_2, "").await;
    step(&api, json!({ "token": challenge(&api)["token"], "method": "prompt" })).await;
    api.advance("PT2S").await;
    let bill = text(&api.bills(&client).await[0]["bill"]["_id"]);
    let card = api.card(&client, "4111111111111111").await;
    api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, "user to be present");
    api.advance("P1D").await;
    assert!(api.sandbox.ledger().is_empty());

    let body = json!({
        "clientId": client,
        "companyId": MFA_2,
        "items": ["payment"],
        "meta": { "billId": bill, "paymentMethodId": card },
        "form": { "balance": "", "dueDate": "", "status": "" },
    });
    api.post("/auth", body).await.ok();
    api.advance("PT3S").await;
    step(&api, json!({ "token": challenge(&api)["token"], "method": "prompt" })).await;
    assert_eq!(api.bill_status(&bill).await, "pending");
    api.advance("PT2S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
    assert_eq!(api.sandbox.ledger().len(), 1);
}
