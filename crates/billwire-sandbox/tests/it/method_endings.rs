//! The end of a payment method, and its second chance.

use serde_json::json;

use crate::http::{Api, REGULAR_1, REGULAR_4};

#[tokio::test]
async fn a_method_cannot_be_deleted_within_a_day_of_a_payment() {
    let api = Api::start().await;
    let client = api.client("deleting").await;
    let card = api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let path = format!("/payment/{card}");
    api.post("/payment/schedule", json!({ "billId": bill })).await.ok();
    api.request("DELETE", &path, None).await.refused(400, "24 hours");
    // The payment is applied two seconds after it started.
    api.advance("PT2S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
    api.advance("PT23H59M59S").await;
    api.request("DELETE", &path, None).await.refused(400, "24 hours");
    api.advance("PT1S").await;
    assert_eq!(api.request("DELETE", &path, None).await.ok(), json!({ "success": true }));
    assert!(api.methods(&client).await.is_empty());
    api.request("DELETE", &path, None).await.refused(404, "no payment method");
    api.post(&format!("{path}/assign"), json!({ "billId": bill })).await.refused(404, "no payment method");
}

#[tokio::test]
async fn a_deleted_default_leaves_none_and_its_payment_is_cancelled() {
    let api = Api::start().await;
    let client = api.client("default").await;
    let card = api.card(&client, "4111111111111111").await;
    let other = api.card(&client, "5555555555554444").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let date = json!({ "billId": bill, "payDate": "2026-04-01T00:00:00.000Z" });
    api.post("/payment/schedule", date).await.ok();
    api.request("DELETE", &format!("/payment/{card}"), None).await.ok();
    assert_eq!(api.last_event("bill.payment.cancelled")["trigger"], "system");
    let methods = api.methods(&client).await;
    assert_eq!((methods.len(), methods[0]["_id"].clone()), (1, json!(other)));
    assert!(methods[0].get("default").is_none(), "no default is left");
    api.advance("P60D").await;
    assert!(api.sandbox.ledger().is_empty());
    assert_eq!(api.bill_status(&bill).await, "overdue");
}

#[tokio::test]
async fn a_required_method_that_goes_is_required_again() {
    let api = Api::start().await;
    let client = api.client("required").await;
    let card = api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_4, ["25.21", "04/15/2026", ""]).await;
    api.post(&format!("/payment/{card}/assign"), json!({ "billId": bill })).await.ok();
    assert_eq!(api.bill_status(&bill).await, "upcoming");
    api.request("DELETE", &format!("/payment/{card}"), None).await.ok();
    assert_eq!(api.bill_status(&bill).await, "payment-required");
}

#[tokio::test]
async fn a_retry_pays_what_was_declined() {
    let api = Api::start().await;
    let client = api.client("retry").await;
    let card = api.card(&client, "4111111111111111").await;
    let path = format!("/payment/{card}/retry");
    api.request("POST", &path, None).await.refused(400, "not declined");
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", "payment-declined"]).await;
    api.pay_now(&bill).await;
    assert_eq!(api.methods(&client).await[0]["status"], "declined");
    assert_eq!(api.request("POST", &path, None).await.ok(), json!({ "success": true }));
    assert_eq!(api.bill_status(&bill).await, "pending");
    assert_eq!(api.methods(&client).await[0]["status"], "declined", "only a payment proves it");
    api.post(&path, json!({})).await.refused(400, "being retried");
    api.advance("PT5S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
    assert_eq!(api.methods(&client).await[0]["status"], "verified");
    assert_eq!(api.sandbox.ledger().len(), 1);
    api.post("/payment/nothing/retry", json!({})).await.refused(404, "no payment method nothing");
}

#[tokio::test]
async fn a_method_that_keeps_being_declined_is_removed() {
    let api = Api::start().await;
    let client = api.client("strikes").await;
    let card = api.card(&client, "4000000000000002").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.pay_now(&bill).await;
    for left in [1, 0] {
        api.post(&format!("/payment/{card}/retry"), json!({})).await.ok();
        api.advance("PT5S").await;
        assert_eq!(api.methods(&client).await.len(), left);
    }
    let failures = api.event_types().iter().filter(|kind| *kind == "bill.payment.failed").count();
    assert_eq!((failures, api.bill_status(&bill).await.as_str()), (3, "payment-declined"));
    assert!(api.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn a_client_token_reaches_its_own_things_only() {
    let api = Api::start().await;
    let token = api.token(json!({ "identifier": "owner" })).await;
    let other = api.client("other").await;
    let card = api.card(&other, "4111111111111111").await;
    let auth = api.auth(&other, REGULAR_1, ["1", "", "hold"]).await;
    api.advance("PT5S").await;
    for (method, path, body) in [
        ("DELETE", format!("/payment/{card}"), None),
        ("POST", format!("/payment/{card}/retry"), None),
        ("DELETE", format!("/auth/{auth}"), None),
        ("POST", format!("/auth/{auth}/fix-hold"), None),
        ("POST", format!("/auth/{auth}/answer-questions"), Some(json!({ "answers": [] }))),
        ("POST", "/swap/create".to_owned(), Some(json!({ "authId": auth, "paymentMethodId": card }))),
        ("GET", format!("/swap/list/{other}"), None),
    ] {
        let body = body.map(|body| body.to_string());
        api.request_as(&token, method, &path, body).await.refused(403, "another client");
    }
}

/// Found by the model walk: three strikes at another company, while a bill that needs the card is only scheduled.
#[tokio::test]
async fn a_required_method_that_is_removed_by_the_service_is_required_again() {
    let api = Api::start().await;
    let client = api.client("strikes").await;
    let card = api.card(&client, "4000000000000002").await;
    let needs = api.bill(&client, REGULAR_4, ["25.21", "04/15/2026", ""]).await;
    api.post(&format!("/payment/{card}/assign"), json!({ "billId": needs })).await.ok();
    assert_eq!(api.bill_status(&needs).await, "upcoming");
    let other = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.pay_now(&other).await;
    for _ in 0..2 {
        api.post(&format!("/payment/{card}/retry"), json!({})).await.ok();
        api.advance("PT5S").await;
    }
    assert!(api.methods(&client).await.is_empty(), "three strikes");
    assert_eq!(api.bill_status(&needs).await, "payment-required");
}
