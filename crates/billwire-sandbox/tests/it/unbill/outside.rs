//! What companies and issuers do that no call of the API can, over HTTP and on the handle; its effect is seen through the API.

use billwire_sandbox::{Amount, AuthRefresh, IssuerNews, Statement};
use serde_json::{Value, json};

use super::legacy::{FIXED, Legacy, MERCHANT, refused};
use crate::http::{Answer, text};

const GOOD: &str = "4111111111111111";

/// A request to the control routes of this API.
async fn control(unbill: &Legacy, path: &str, body: Value) -> Answer {
    unbill.api.control("POST", &format!("/unbill{path}"), Some(body)).await
}

/// What a look at a login finds, over HTTP.
async fn found(unbill: &Legacy, auth: &str, what: Value) -> Answer {
    control(unbill, &format!("/auths/{auth}/refresh"), what).await
}

/// The status of the client's only login.
async fn status(unbill: &Legacy, client: &str) -> String {
    text(&unbill.auths(client).await[0]["status"]["type"])
}

async fn logged_in() -> (Legacy, String, String, String) {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let (auth, bill) = unbill.verified(&client, MERCHANT, "test").await;
    (unbill, client, auth, bill)
}

#[tokio::test]
async fn a_look_at_a_login_finds_what_this_version_has_a_status_for() {
    let (unbill, client, auth, bill) = logged_in().await;
    found(&unbill, &auth, json!({ "outcome": "verified" })).await.ok();
    assert_eq!(
        (status(&unbill, &client).await.as_str(), unbill.bill_status(&bill).await.as_str()),
        ("verified", "syncing")
    );
    unbill.advance("PT5S").await;
    assert_eq!(unbill.bill_status(&bill).await, "upcoming");
    for (outcome, says) in [("mfa-required", "while its caller waits"), ("needs-resync", "no such notion")] {
        found(&unbill, &auth, json!({ "outcome": outcome })).await.refused(400, says);
        assert_eq!(status(&unbill, &client).await, "verified", "{outcome}");
    }
    found(&unbill, &auth, json!({ "outcome": "invalid" })).await.ok();
    assert_eq!(status(&unbill, &client).await, "authenticate");
    found(&unbill, &auth, json!({ "outcome": "verified" })).await.refused(400, "");
    unbill.verified(&client, MERCHANT, "test").await;
    let handle = unbill.sandbox().unbill();
    handle.refresh_auth(&auth, &AuthRefresh::NeedsResync {}).await.expect_err("not here");
    handle.refresh_auth(&auth, &AuthRefresh::MfaRequired {}).await.expect_err("not here");
    handle.refresh_auth(&auth, &AuthRefresh::Verified {}).await.expect("all is well");
    assert_eq!(unbill.event_types(), ["bill.update"], "no event tells of any of it");
}

/// Trap L16: texts, and nothing of the codes that only the current version has. Every hold ends by `fix-hold`.
///
/// Source: Unbill v1 description, section 10 (5) and (14).
#[tokio::test]
async fn a_hold_of_any_kind_shows_no_code_and_ends() {
    let (unbill, client, auth, _) = logged_in().await;
    let fix = format!("/auth/{auth}/fix-hold");
    for (code, failing) in [("account_issue_verify_identity", 0), ("authentication_not_completed", 1)] {
        let hold = json!({ "outcome": "hold", "code": code, "failingFixes": failing });
        found(&unbill, &auth, hold).await.ok();
        let shown = unbill.auths(&client).await[0].clone();
        assert_eq!(shown["status"]["type"], "hold");
        let members: Vec<&String> = shown["reason"].as_object().expect("a reason").keys().collect();
        assert_eq!(members, ["debugMessage", "userMessage"]);
        for part in code.split('_').filter(|part| part.len() > 3) {
            assert!(!text(&shown["reason"]["debugMessage"]).contains(part), "{shown} names {part}");
        }
        for _ in 0..failing {
            unbill.post(&fix, json!({})).await.ok();
            assert_eq!(status(&unbill, &client).await, "hold", "{code}");
        }
        unbill.post(&fix, json!({})).await.ok();
        assert_eq!(status(&unbill, &client).await, "verified", "{code}");
    }
    found(&unbill, &auth, json!({ "outcome": "hold", "code": "invented" }))
        .await
        .refused(400, "no documented hold");
    let hold = AuthRefresh::hold("account_issue_verify_identity");
    unbill.sandbox().unbill().refresh_auth(&auth, &hold).await.expect("on hold");
    assert_eq!(status(&unbill, &client).await, "hold");
}

/// Source: Unbill v1 description, section 10 (5): "delete from any".
#[tokio::test]
async fn a_login_is_deleted_whatever_its_status() {
    let (unbill, client, ..) = logged_in().await;
    for outcome in ["verified", "invalid", "hold"] {
        let (auth, bill) = unbill.verified(&client, MERCHANT, "test").await;
        let code =
            if outcome == "hold" { json!({ "code": "account_issue_account_locked" }) } else { json!({}) };
        let mut what = code;
        what["outcome"] = json!(outcome);
        found(&unbill, &auth, what).await.ok();
        let deleted = unbill.request("DELETE", &format!("/auth/{auth}"), "").await.ok();
        assert_eq!(deleted, json!({ "success": true }), "{outcome}");
        assert_eq!(unbill.auths(&client).await, Vec::<Value>::new(), "{outcome}");
        refused(&unbill.get(&format!("/bill/{bill}")).await, 404, "There is no bill");
    }
}

/// Two bills at one login: both are items of it, and both are paid.
#[tokio::test]
async fn one_more_bill_is_found_at_a_login() {
    let (unbill, client, auth, first) = logged_in().await;
    unbill.card(&client, GOOD).await;
    let statement = json!({ "balance": "52.11", "dueDate": "2026-03-20T00:00:00Z" });
    let second = control(&unbill, &format!("/auths/{auth}/bills"), statement).await.ok()["billId"].clone();
    let third = Statement::of(Amount::from_cents(700));
    let third = unbill.sandbox().unbill().find_bill(&auth, &third).await.expect("one more");
    unbill.advance("PT5S").await;
    let items = unbill.log_in(&client, MERCHANT, "test").await.ok()["items"].clone();
    let items: Vec<(String, String)> = items
        .as_array()
        .expect("items")
        .iter()
        .map(|item| (text(&item["_id"]), text(&item["balance"])))
        .collect();
    let expected = [(first, "100.00"), (text(&second), "52.11"), (third.clone(), "7.00")];
    assert_eq!(items, expected.clone().map(|(id, balance)| (id, balance.to_owned())));
    for (bill, _) in expected {
        unbill.pay_now(&bill).await;
        assert_eq!(unbill.bill_status(&bill).await, "paid");
    }
    let amounts: Vec<Amount> = unbill.sandbox().ledger().iter().map(|entry| entry.amount).collect();
    assert_eq!(amounts, [10_000, 5_211, 700].map(Amount::from_cents));
    control(&unbill, "/auths/nothing/bills", json!({ "balance": "1.00" })).await.refused(404, "no auth");
}

/// A statement of nothing leaves nothing to pay.
#[tokio::test]
async fn a_company_issues_a_statement() {
    let (unbill, _, _, bill) = logged_in().await;
    let path = format!("/bills/{bill}/statement");
    control(&unbill, &path, json!({ "balance": "52.11", "dueDate": "2026-04-12T00:00:00Z" })).await.ok();
    let shown = unbill.bill(&bill).await;
    assert_eq!((&shown["balance"], &shown["dueDate"]), (&json!("52.11"), &json!("2026-04-12T00:00:00.000Z")));
    assert_eq!(unbill.event_types(), ["bill.update", "bill.update"]);
    control(&unbill, &path, json!({ "balance": "0.00" })).await.ok();
    let shown = unbill.bill(&bill).await;
    assert_eq!(shown["status"]["type"], "zero-balance");
    assert!(shown.get("balance").is_none() && shown.get("dueDate").is_none(), "{shown}");
    control(&unbill, "/bills/nothing/statement", json!({ "balance": "1.00" })).await.refused(404, "no bill");
}

/// An issuer declines and forgives: the retry pays.
#[tokio::test]
async fn an_issuer_changes_its_mind() {
    let (unbill, client, _, bill) = logged_in().await;
    let method = unbill.card(&client, GOOD).await;
    let path = format!("/payment-methods/{method}/issuer");
    control(&unbill, &path, json!({ "declines": true })).await.ok();
    unbill.pay_now(&bill).await;
    assert_eq!(unbill.bill_status(&bill).await, "payment-declined");
    let news = IssuerNews::default().with_declines(false);
    unbill.sandbox().unbill().tell_issuer(&method, news).await.expect("forgiven");
    assert!(unbill.sandbox().ledger().is_empty());
    unbill.post(&format!("/payment/{method}/retry"), json!({})).await.ok();
    unbill.advance("PT5S").await;
    assert_eq!(unbill.bill_status(&bill).await, "paid");
    assert_eq!(unbill.method(&client, &method).await["status"], "verified");
    assert_eq!(unbill.sandbox().ledger().len(), 1);
    control(&unbill, "/payment-methods/nothing/issuer", json!({ "declines": true }))
        .await
        .refused(404, "no payment method");
}

/// What the sources leave open can be chosen here too; the first body is the documented sample.
///
/// Source: Unbill v1 description, section 4.4.1 (a card of 2017) and section 10 (7).
#[tokio::test]
async fn the_rules_of_both_versions_have_switches() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let mut sample = json!({
        "paymentType": "card", "cardNumber": "378282246310005", "cardCode": "218", "expMonth": "10", "expYear": "2017",
        "zipcode": "12345", "name": "Demo User", "setAsDefault": true,
    });
    sample["clientId"] = json!(client);
    let (_, bill) = unbill.verified(&client, FIXED, "test").await;
    let off = json!({ "billId": bill, "recurring": "disabled" });
    refused(&unbill.post("/payment", sample.clone()).await, 400, "has expired");
    refused(&unbill.post("/payment/settings", off.clone()).await, 400, "requires recurring payments");
    let rules = json!({
        "acceptExpiredCards": true,
        "companiesWithOptionalRecurring": [FIXED],
        "companiesInMaintenance": [MERCHANT],
        "strictContentType": false,
    });
    let set = async |rules: Value| unbill.api.control("PUT", "/unbill/rules", Some(rules)).await;
    assert_eq!(set(rules.clone()).await.ok(), rules);
    assert_eq!(unbill.api.control("GET", "/unbill/rules", None).await.ok(), rules);
    unbill.post("/payment", sample).await.ok();
    unbill.post("/payment/settings", off).await.ok();
    refused(&unbill.log_in(&client, MERCHANT, "test").await, 400, "maintenance");
    set(json!({ "companiesInMaintenance": ["nobody"] })).await.refused(400, "no company");
    assert_eq!(unbill.api.control("GET", "/unbill/rules", None).await.ok(), rules, "nothing has changed");
    set(json!({})).await.ok();
    unbill.verified(&client, MERCHANT, "test").await;
}
