//! Bills and their payments.

use billwire_sandbox::{Amount, Statement};
use serde_json::{Value, json};

use super::legacy::{FIXED, Legacy, MERCHANT, OTHER, refused};

const GOOD: &str = "4111111111111111";

/// A bill of 100.00, due on 2026-03-12, and a card that pays.
async fn payable(company: &str) -> (Legacy, String, String) {
    let unbill = Legacy::start().await;
    let client = unbill.client("payer").await;
    unbill.card(&client, GOOD).await;
    let (_, bill) = unbill.verified(&client, company, "test").await;
    (unbill, client, bill)
}

/// Trap L10: two decimals. Which members stand where follows the samples.
#[tokio::test]
async fn a_bill_shows_what_its_status_allows() {
    let (unbill, client, bill) = payable(MERCHANT).await;
    let shown = unbill.bill(&bill).await;
    assert_eq!(
        (&shown["balance"], &shown["payDate"]),
        (&json!("100.00"), &json!("2026-03-12T00:00:00.000Z"))
    );
    assert_eq!(shown["settings"], json!({ "recurring": "enabled", "schedule": "on-due-date" }));
    for later in ["auth", "autopay", "hidden", "customLabel", "meta"] {
        assert!(shown.get(later).is_none(), "{later}");
    }
    unbill.pay_now(&bill).await;
    let pair = unbill.get(&format!("/bill/list/{client}")).await.ok()["data"][0].clone();
    assert_eq!(pair["payments"], json!([{ "amount": "100.00", "paidOn": "2026-03-02T12:00:02.000Z" }]));
    assert_eq!(
        (&pair["bill"]["status"]["type"], &pair["bill"]["lastPaidAmount"]),
        (&json!("paid"), &json!("100.00"))
    );
    assert!(pair["bill"].get("balance").is_none() && pair["bill"].get("payDate").is_none());
    refused(&unbill.get(&format!("/bill/{}", "0".repeat(24))).await, 404, "There is no bill");
    refused(&unbill.get(&format!("/bill/list/{}", "0".repeat(24))).await, 404, "There is no client");
}

/// Contradiction LC6: `upcoming` until the payment runs, and `pending` only while it does.
#[tokio::test]
async fn pending_is_a_payment_on_its_way() {
    let (unbill, _, bill) = payable(MERCHANT).await;
    assert_eq!(unbill.bill_status(&bill).await, "upcoming");
    unbill.schedule(&bill, None).await.ok();
    assert_eq!(unbill.bill_status(&bill).await, "pending");
    refused(&unbill.schedule(&bill, None).await, 400, "being paid");
    unbill.advance("PT2S").await;
    assert_eq!(unbill.bill_status(&bill).await, "paid");
}

/// Trap L11, contradiction LC2: the date has two names; either will do, and two dates are refused.
#[tokio::test]
async fn the_date_of_a_payment_has_two_names() {
    let (unbill, _, bill) = payable(MERCHANT).await;
    let (early, late) = ("2026-03-05T00:00:00.000Z", "2026-03-06T00:00:00.000Z");
    for body in
        [json!({ "payDate": early }), json!({ "date": early }), json!({ "payDate": early, "date": early })]
    {
        let mut body = body;
        body["billId"] = json!(bill);
        unbill.post("/payment/schedule", body).await.ok();
        assert_eq!(unbill.bill(&bill).await["payDate"], json!(early));
    }
    let both = json!({ "billId": bill, "payDate": early, "date": late });
    refused(&unbill.post("/payment/schedule", both).await, 400, "different things");
    refused(&unbill.schedule(&bill, Some("2026-03-01T00:00:00.000Z")).await, 400, "lies in the past");
    refused(&unbill.post("/payment/schedule", json!({})).await, 400, "Please provide a billId");
    unbill.advance("P30D").await;
    assert_eq!(unbill.sandbox().ledger().len(), 1, "one payment for all that was asked");
}

/// Source: Unbill v1 description, section 10 (8).
#[tokio::test]
async fn nothing_cancels_but_scheduling_again_replaces() {
    let (unbill, _, bill) = payable(MERCHANT).await;
    unbill.schedule(&bill, Some("2026-03-05T00:00:00.000Z")).await.ok();
    unbill.schedule(&bill, Some("2026-03-08T00:00:00.000Z")).await.ok();
    unbill.advance("P4D").await;
    assert!(unbill.sandbox().ledger().is_empty(), "the first date has passed");
    unbill.advance("P3D").await;
    let ledger = unbill.sandbox().ledger();
    assert_eq!((ledger.len(), ledger[0].at.to_string().as_str()), (1, "2026-03-08T00:00:02.000Z"));
    refused(&unbill.post("/payment/cancel", json!({ "billId": bill })).await, 404, "There is no route");
    let unknown = unbill.post("/no/such/route", json!({})).await;
    refused(&unknown, 404, "There is no route");
}

/// Source: q2-biller-direct, section 12.5, table of pay dates, which Unbill inherits (section 10 (7)).
#[tokio::test]
async fn the_pay_date_follows_the_schedule() {
    let (unbill, _, bill) = payable(OTHER).await;
    for (schedule, pay_date) in [
        ("ten-days-before", "2026-03-02T00:00:00.000Z"),
        ("five-days-before", "2026-03-07T00:00:00.000Z"),
        ("day-before", "2026-03-11T00:00:00.000Z"),
        ("on-due-date", "2026-03-12T00:00:00.000Z"),
        ("immediately", "2026-03-02T12:00:00.000Z"),
    ] {
        let body = json!({ "billId": bill, "recurring": "enabled", "schedule": schedule });
        assert_eq!(unbill.post("/payment/settings", body).await.ok(), json!({ "success": true }));
        assert_eq!(unbill.bill(&bill).await["payDate"], json!(pay_date), "{schedule}");
    }
    let off = json!({ "billId": bill, "recurring": "disabled" });
    unbill.post("/payment/settings", off).await.ok();
    assert!(unbill.bill(&bill).await.get("payDate").is_none());
    let unknown = json!({ "billId": bill, "schedule": "someday" });
    refused(&unbill.post("/payment/settings", unknown).await, 400, "ten-days-before");
}

/// Source: Unbill v1 description, section 10 (7): a fixed schedule, and recurring payments that are mandatory.
#[tokio::test]
async fn some_companies_insist_on_recurring_payments() {
    let (unbill, _, bill) = payable(FIXED).await;
    let off = json!({ "billId": bill, "recurring": "disabled" });
    refused(&unbill.post("/payment/settings", off).await, 400, "requires recurring payments");
    let other = json!({ "billId": bill, "schedule": "day-before" });
    refused(&unbill.post("/payment/settings", other).await, 400, "fixes the schedule");
    let same = json!({ "billId": bill, "schedule": "on-due-date", "recurring": "enabled" });
    unbill.post("/payment/settings", same).await.ok();
    unbill.advance("P11D").await;
    assert_eq!(unbill.sandbox().ledger().len(), 1, "paid by itself on its due date");
}

/// A bill that nobody pays falls overdue; the next one comes with a statement, and its event says so.
#[tokio::test]
async fn an_unpaid_bill_is_overdue_and_the_next_one_is_upcoming() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    refused(&unbill.schedule(&bill, None).await, 400, "no payment method");
    unbill.advance("P11D").await;
    assert_eq!(unbill.bill_status(&bill).await, "overdue");
    unbill.card(&client, GOOD).await;
    unbill.pay_now(&bill).await;
    let due = "2026-04-12T00:00:00.000Z".parse().expect("an instant");
    let statement = Statement::of(Amount::from_cents(5211)).with_due_date(due);
    unbill.sandbox().unbill().deliver_statement(&bill, &statement).await.expect("it comes");
    assert_eq!(unbill.bill_status(&bill).await, "upcoming");
    let events = unbill.sandbox().events();
    let data: &Value = &events.last().expect("an event").event["payload"]["data"];
    assert_eq!(
        (&data["previous"]["balance"], &data["current"]["balance"]),
        (&json!("0.00"), &json!("52.11"))
    );
    unbill.advance("P60D").await;
    assert_eq!(unbill.sandbox().ledger().len(), 2, "and is paid by itself");
}
