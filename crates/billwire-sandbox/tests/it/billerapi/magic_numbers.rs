//! The nine magic account numbers, each through the link flow and through the shortcut.

use serde_json::{Value, json};

use super::calls::Biller;

/// Checks the login step and the shortcut of one number; gives the bills of the shortcut.
async fn check(number: &str, login: Value, bills: Value) -> Vec<Value> {
    let api = Biller::start().await;
    let (link, _) = api.link_token().await;
    assert_eq!(api.submit(&link, number).await, login, "{number}");
    let answer = api.get(&format!("/bills?account_number={number}")).await.ok();
    for (member, value) in bills.as_object().expect("members") {
        assert_eq!(answer[member], *value, "{number} {member}: {answer}");
    }
    answer["bills"].as_array().expect("bills").clone()
}

fn accepted() -> Value {
    json!({ "success": true, "status": "credentials_accepted", "next_step": "discover_accounts" })
}

fn failed(code: &str, message: &str) -> Value {
    json!({ "success": false, "status": "failed", "error_code": code, "message": message })
}

fn found() -> Value {
    json!({ "success": true, "has_more": false, "next_cursor": null })
}

/// What the fixture of `success` is on 2 March 2026.
fn usual_bill(number: &str) -> Value {
    json!({
        "id": format!("sandbox_bill_{number}_1"),
        "biller_id": "test_electric_company",
        "biller_name": "Test Electric Company",
        "account_number": format!("****{}", &number[6..]),
        "amount": 15420,
        "currency": "USD",
        "due_date": "2026-03-17",
        "status": "PENDING",
        "statement_date": "2026-02-26",
        "description": "March 2026 Electric Bill",
        "auto_pay_enabled": false,
        "line_items": [
            { "description": "Electric usage (820 kWh)", "amount": 13100 },
            { "description": "Distribution charge", "amount": 1520 },
            { "description": "State tax", "amount": 800 },
        ],
    })
}

/// Checklist, emulator (2): number 4242424242, `success`.
#[tokio::test]
async fn success_has_one_pending_bill() {
    let bills = check("4242424242", accepted(), found()).await;
    assert_eq!(bills, [usual_bill("4242424242")]);
}

/// Checklist, emulator (2): number 4000000001, `auth_failure`.
#[tokio::test]
async fn auth_failure_is_refused_everywhere() {
    let refused = failed("INVALID_CREDENTIALS", "The biller rejected these credentials.");
    let bills = json!({ "success": false, "error_code": "INVALID_CREDENTIALS" });
    assert!(check("4000000001", refused, bills).await.is_empty());
}

/// Checklist, emulator (2): number 4000000002, `biller_unavailable`.
#[tokio::test]
async fn biller_unavailable_is_down_everywhere_and_its_sync_fails() {
    let refused = failed("BILLER_UNAVAILABLE", "The biller is temporarily unavailable.");
    let bills = json!({
        "success": false,
        "error_code": "BILLER_UNAVAILABLE",
        "message": "The biller is temporarily unavailable.",
    });
    assert!(check("4000000002", refused, bills).await.is_empty());
    let api = Biller::start().await;
    let account = api.linked("4000000002").await.account_link_id;
    api.trigger(&account).await;
    api.advance("PT5S").await;
    let syncs = api.get(&format!("/bills/sync?account_link_id={account}")).await.ok();
    let sync = &syncs["data"][0];
    assert_eq!((&sync["status"], &sync["error"]), (&json!("FAILED"), &json!("BILLER_UNAVAILABLE")));
}

/// Checklist, emulator (2): number 4000000003, `mfa_required`.
#[tokio::test]
async fn mfa_required_asks_for_a_code_and_is_then_as_success() {
    let asked = json!({ "success": true, "status": "mfa_required", "next_step": "submit-mfa" });
    assert_eq!(check("4000000003", asked, found()).await, [usual_bill("4000000003")]);
    let api = Biller::start().await;
    let token = api.public_token("4000000003").await;
    let link = crate::http::text(&api.exchange(&token).await.ok()["link_id"]);
    let bills = api.bills(&link).await;
    assert_eq!((bills.len(), &bills[0]["amount"]), (1, &json!(15420)));
}

/// Checklist, emulator (2): number 4000000004, `account_locked`.
#[tokio::test]
async fn account_locked_is_locked_everywhere() {
    let message = "The account is locked after too many failed attempts.";
    let bills = json!({ "success": false, "error_code": "ACCOUNT_LOCKED" });
    assert!(check("4000000004", failed("ACCOUNT_LOCKED", message), bills).await.is_empty());
}

/// Checklist, emulator (2): number 4000000005, `past_due`.
#[tokio::test]
async fn past_due_has_an_overdue_bill_with_fee_and_interest() {
    let bills = check("4000000005", accepted(), found()).await;
    let [bill] = bills.as_slice() else { panic!("{bills:?}") };
    assert_eq!(
        (&bill["status"], &bill["due_date"], &bill["amount"], &bill["statement_date"]),
        (&json!("OVERDUE"), &json!("2026-01-31"), &json!(14620), &json!("2026-01-12"))
    );
    let items: Vec<(&str, i64)> = bill["line_items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| {
            (item["description"].as_str().expect("text"), item["amount"].as_i64().expect("whole cents"))
        })
        .collect();
    assert_eq!(items, [("Electric usage", 14000), ("Late fee", 500), ("Interest", 120)]);
}

/// Checklist, emulator (2): number 4000000006, `auto_pay`.
#[tokio::test]
async fn auto_pay_has_a_scheduled_bill() {
    let bills = check("4000000006", accepted(), found()).await;
    let [bill] = bills.as_slice() else { panic!("{bills:?}") };
    assert_eq!(
        (&bill["status"], &bill["auto_pay_enabled"], &bill["due_date"], &bill["amount"]),
        (&json!("SCHEDULED"), &json!(true), &json!("2026-03-07"), &json!(9875))
    );
    assert_eq!(bill["statement_date"], json!("2026-02-16"));
}

/// Checklist, emulator (2): number 4000000007, `payment_plan`.
#[tokio::test]
async fn payment_plan_has_three_installments() {
    let bills = check("4000000007", accepted(), found()).await;
    let seen: Vec<(&str, &str, &str, i64)> = bills
        .iter()
        .map(|bill| {
            let text = |name: &str| bill[name].as_str().expect("text");
            (text("description"), text("due_date"), text("status"), bill["amount"].as_i64().expect("cents"))
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("Payment plan installment 1 of 3", "2026-03-17", "PENDING", 5000),
            ("Payment plan installment 2 of 3", "2026-04-16", "SCHEDULED", 5000),
            ("Payment plan installment 3 of 3", "2026-05-16", "SCHEDULED", 5000),
        ]
    );
    let api = Biller::start().await;
    let account = api.linked("4000000007").await.account_link_id;
    assert_eq!(api.bills(&account).await.len(), 3);
}

/// Checklist, emulator (2): number 4000000008, `multiple_accounts`.
#[tokio::test]
async fn multiple_accounts_are_three_with_a_bill_each() {
    assert_eq!(check("4000000008", accepted(), found()).await, [usual_bill("4000000008")]);
    let api = Biller::start().await;
    for account in ["da_1", "da_2", "da_3"] {
        let (link, _) = api.link_token().await;
        api.submit(&link, "4000000008").await;
        let found = api.step(&link, "discover-accounts", json!({})).await;
        assert_eq!(
            found["accounts"],
            json!([
                { "account_id": "da_1", "name": "Primary", "account_number": "****0008", "type": "RESIDENTIAL" },
                { "account_id": "da_2", "name": "Vacation Home", "account_number": "****0008", "type": "RESIDENTIAL" },
                { "account_id": "da_3", "name": "Business", "account_number": "****0008", "type": "BUSINESS" },
            ])
        );
        let token = api.step(&link, "complete", json!({ "account_id": account })).await;
        let link_id = crate::http::text(
            &api.exchange(token["public_token"].as_str().expect("one")).await.ok()["link_id"],
        );
        assert_eq!(api.bills(&link_id).await[0]["id"], json!(format!("sandbox_bill_{link_id}_1")));
    }
    assert_eq!(api.get("/bills/accounts").await.ok()["accounts"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn any_other_number_is_refused_and_has_no_bills() {
    let refused = failed("INVALID_CREDENTIALS", "The biller rejected these credentials.");
    assert!(check("1234567890", refused, found()).await.is_empty());
    let api = Biller::start().await;
    api.get("/bills").await.refused(400, "account_number");
    api.get("/bills?account_number=").await.refused(400, "account_number");
}

/// The machine-readable list says what the numbers do.
#[tokio::test]
async fn the_list_of_scenarios_is_true() {
    let api = Biller::start().await;
    let list = api.get_as(super::calls::With::Nothing, "/sandbox/scenarios").await.ok();
    let scenarios = list["scenarios"].as_array().expect("scenarios").clone();
    assert_eq!(scenarios.len(), 9);
    assert_eq!(
        scenarios[0],
        json!({
            "account_number": "4242424242",
            "scenario": "success",
            "description": "Credentials accepted; one PENDING bill.",
            "next_step": "discover_accounts",
        })
    );
    for scenario in &scenarios {
        let (link, _) = api.link_token().await;
        let answer = api.submit(&link, scenario["account_number"].as_str().expect("a number")).await;
        assert_eq!(answer.get("next_step"), scenario.get("next_step"), "{scenario}");
        assert_eq!(answer.get("error_code"), scenario.get("error_code"), "{scenario}");
    }
}
