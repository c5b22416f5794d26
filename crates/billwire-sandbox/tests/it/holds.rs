//! Holds that are fixed, questions that are answered later, logins that are deleted.

use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, text};

async fn status(api: &Api, client: &str) -> String {
    text(&api.auths(client).await[0]["status"]["type"])
}

fn answers(questions: &Value, answer: &str) -> Value {
    let one = |question: &Value| json!({ "identifier": question["identifier"], "answer": answer });
    json!({ "answers": questions.as_array().expect("questions").iter().map(one).collect::<Vec<_>>() })
}

#[tokio::test]
async fn a_fixed_hold_is_verified_and_its_bill_is_found() {
    let api = Api::start().await;
    let client = api.client("hold").await;
    let auth = api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", "hold"]).await;
    api.advance("PT5S").await;
    assert_eq!(status(&api, &client).await, "hold");
    let path = format!("/auth/{auth}/fix-hold");
    assert_eq!(api.request("POST", &path, None).await.ok(), json!({ "success": true }));
    assert_eq!(status(&api, &client).await, "hold", "only the re-check decides");
    api.post(&path, json!({})).await.refused(400, "being checked again");
    api.advance("PT5S").await;
    assert_eq!(status(&api, &client).await, "verified");
    assert_eq!(api.bills(&client).await[0]["bill"]["balance"], "25.21");
    assert_eq!(api.event_types(), ["auth.hold", "auth.success", "bill.created", "bill.update"]);
    api.post(&path, json!({})).await.refused(400, "not on hold");
}

#[tokio::test]
async fn a_hold_that_is_not_fixed_comes_back_with_a_new_event() {
    let api = Api::start().await;
    let client = api.client("hold").await;
    let auth = api.auth(&client, REGULAR_1, ["1", "", "mfa-required-prompt"]).await;
    api.advance("PT10M").await;
    assert_eq!(api.last_event("auth.hold")["hold"]["subcategory"], "no-mfa-response-received");
    api.post(&format!("/auth/{auth}/fix-hold"), json!({})).await.ok();
    api.advance("PT5S").await;
    assert_eq!(status(&api, &client).await, "hold");
    assert_eq!(api.event_types(), ["auth.security-input-required", "auth.hold", "auth.hold"]);
    api.post("/auth/nobody/fix-hold", json!({})).await.refused(404, "no auth nobody");
}

#[tokio::test]
async fn open_questions_can_be_answered_without_the_token() {
    let api = Api::start().await;
    let client = api.client("questions").await;
    let auth = api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", "mfa-required-questions"]).await;
    api.advance("PT3S").await;
    let questions = api.auths(&client).await[0]["mfa"]["mfa"].clone();
    let path = format!("/auth/{auth}/answer-questions");
    api.post(&path, json!({})).await.refused(400, "answers");
    api.post(&path, json!({ "answers": [] })).await.refused(400, "Please provide an answer for");
    let unknown = json!({ "answers": [{ "identifier": "x", "answer": "y" }] });
    api.post(&path, unknown).await.refused(400, "none of the challenge's");
    assert_eq!(api.post(&path, answers(&questions, "Seattle")).await.ok(), json!({ "success": true }));
    api.advance("PT5S").await;
    assert_eq!(status(&api, &client).await, "verified");
    assert_eq!(api.bill_status(&text(&api.bills(&client).await[0]["bill"]["_id"])).await, "upcoming");
    api.post(&path, answers(&questions, "Seattle")).await.refused(400, "no open questions");
    api.post("/auth/nobody/answer-questions", answers(&questions, "x")).await.refused(404, "no auth nobody");
}

#[tokio::test]
async fn questions_that_nobody_answered_in_time_can_be_answered_later() {
    let api = Api::start().await;
    for (answer, ends) in [("Seattle", "verified"), ("wrong", "hold")] {
        let client = api.client(answer).await;
        let auth = api.auth(&client, REGULAR_1, ["1", "04/15/2026", "mfa-required-questions"]).await;
        api.advance("PT3S").await;
        let questions = api.auths(&client).await[0]["mfa"]["mfa"].clone();
        api.advance("PT10M").await;
        assert_eq!(status(&api, &client).await, "hold");
        api.post(&format!("/auth/{auth}/answer-questions"), answers(&questions, answer)).await.ok();
        api.advance("PT5S").await;
        assert_eq!(status(&api, &client).await, ends);
    }
    assert_eq!(api.last_event("auth.hold")["hold"]["subcategory"], "invalid-mfa");
}

#[tokio::test]
async fn a_prompt_and_a_choice_are_not_answered_with_questions() {
    let api = Api::start().await;
    for kind in ["mfa-required-prompt", "mfa-required-code"] {
        let client = api.client(kind).await;
        let auth = api.auth(&client, REGULAR_1, ["1", "", kind]).await;
        api.advance("PT3S").await;
        let path = format!("/auth/{auth}/answer-questions");
        let body = json!({ "answers": [{ "identifier": "x", "answer": "y" }] });
        api.post(&path, body).await.refused(400, "POST /auth/step");
    }
}

#[tokio::test]
async fn a_deleted_auth_takes_its_bills_and_payments_with_it() {
    let api = Api::start().await;
    let client = api.client("deleted").await;
    let card = api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.post(&format!("/payment/{card}/assign"), json!({ "billId": bill })).await.ok();
    let date = json!({ "billId": bill, "payDate": "2026-04-01T00:00:00.000Z" });
    api.post("/payment/schedule", date).await.ok();
    let auth = text(&api.auths(&client).await[0]["_id"]);
    let path = format!("/auth/{auth}");
    assert_eq!(api.request("DELETE", &path, None).await.ok(), json!({ "success": true }));
    assert!(api.auths(&client).await.is_empty() && api.bills(&client).await.is_empty());
    api.get(&format!("/bill/{bill}")).await.refused(404, "no bill");
    assert!(api.methods(&client).await[0].get("assignedBills").is_none());
    let types = api.event_types();
    assert_eq!(types[types.len() - 2..], ["bill.payment.cancelled", "auth.deleted"]);
    assert_eq!(api.last_event("bill.payment.cancelled")["trigger"], "system");
    let company = json!({ "_id": REGULAR_1, "name": "Regular Company 1" });
    assert_eq!(api.last_event("auth.deleted"), json!({ "company": company }));
    let event = api.sandbox.events().pop().expect("an event");
    assert_eq!(event.event["payload"]["resource"], json!({ "type": "auth", "id": auth }));
    api.advance("P90D").await;
    assert!(api.sandbox.ledger().is_empty(), "nothing is paid any more");
    api.request("DELETE", &path, None).await.refused(404, "no auth");
    assert_ne!(api.auth(&client, REGULAR_1, ["1", "", ""]).await, auth, "a new login");
}

#[tokio::test]
async fn an_auth_stays_while_its_bill_is_being_paid() {
    let api = Api::start().await;
    let client = api.client("paying").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.post("/payment/schedule", json!({ "billId": bill })).await.ok();
    let path = format!("/auth/{}", text(&api.auths(&client).await[0]["_id"]));
    api.request("DELETE", &path, None).await.refused(400, "being paid");
    api.advance("PT5S").await;
    api.request("DELETE", &path, None).await.ok();
    assert_eq!(api.sandbox.ledger().len(), 1, "what was paid stays paid");
}

#[tokio::test]
async fn a_login_that_is_being_checked_can_be_deleted() {
    let api = Api::start().await;
    let client = api.client("checking").await;
    let auth = api.auth(&client, REGULAR_1, ["1", "", "mfa-required-prompt"]).await;
    api.advance("PT3S").await;
    let challenge = api.last_event("auth.security-input-required");
    api.request("DELETE", &format!("/auth/{auth}"), None).await.ok();
    let step = json!({ "token": challenge["token"], "method": "prompt" });
    api.post("/auth/step", step).await.refused(400, "no open challenge");
    api.advance("P1D").await;
    assert_eq!(api.event_types(), ["auth.security-input-required", "auth.deleted"]);
}

#[tokio::test]
async fn a_login_can_stop_working_by_itself() {
    let api = Api::start().await;
    let client = api.client("lapsing").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let auth = text(&api.auths(&client).await[0]["_id"]);
    let path = format!("/q2/auths/{auth}/lapse");
    api.control("POST", &path, Some(json!({ "reason": "needs-resync" }))).await.ok();
    assert_eq!(status(&api, &client).await, "authenticate");
    let company = json!({ "_id": REGULAR_1, "name": "Regular Company 1" });
    assert_eq!(api.last_event("auth.needs-resync"), json!({ "company": company }));
    let again = api.control("POST", &path, Some(json!({ "reason": "invalid" }))).await;
    assert_eq!(again.status, 400, "{}", again.body);
    let unknown = api.control("POST", "/q2/auths/nobody/lapse", Some(json!({ "reason": "invalid" }))).await;
    assert_eq!(unknown.status, 404, "{}", unknown.body);
    api.advance("P60D").await;
    assert!(api.sandbox.ledger().is_empty(), "nothing is paid while the login is not verified");
    assert_eq!(api.bill_status(&bill).await, "overdue");
    // A good login makes it work again; then its credentials end.
    assert_eq!(api.auth(&client, REGULAR_1, ["25.21", "12/15/2026", ""]).await, auth);
    api.advance("PT10S").await;
    assert_eq!(status(&api, &client).await, "verified");
    api.control("POST", &path, Some(json!({ "reason": "invalid" }))).await.ok();
    assert_eq!(api.event_types().last().map(String::as_str), Some("auth.invalid"));
}
