//! Payment methods: default, assignment, decline, removal, deletion.

use serde_json::json;

use billwire_sandbox::Statement;

use super::legacy::{BANK_ONLY, CARD_ONLY, Legacy, MERCHANT, refused};
use crate::http::{bank, card, text};

const GOOD: &str = "4111111111111111";
const DECLINED: &str = "4000000000000002";

/// Trap L8, contradiction LC3: long names; the lists decode both.
#[tokio::test]
async fn methods_are_listed_masked() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let first = unbill.card(&client, GOOD).await;
    let second = unbill.bank(&client, "9900000002").await;
    assert_eq!(
        unbill.methods(&client).await,
        [
            json!({
                "_id": first, "type": "card", "status": "verified", "default": true, "name": "Demo User",
                "card": { "number": "XXXX1111", "brand": "visa", "type": "credit", "expDate": "2030-12-01T12:00:00.000Z" },
            }),
            json!({
                "_id": second, "type": "bank", "status": "verified", "name": "Demo User",
                "bank": { "routingNumber": "XXXX0021", "accountNumber": "XXXX0002", "type": "checking" },
            }),
        ]
    );
    refused(&unbill.get(&format!("/payment/list/{}", "0".repeat(24))).await, 404, "There is no client");
}

/// Source: Unbill v1 description, section 2 (the messages of 2017) and section 4.4.1.
#[tokio::test]
async fn bad_numbers_are_refused() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let mut no_luhn = card(&client, "4111111111111112");
    refused(&unbill.post("/payment", no_luhn.clone()).await, 400, "cardNumber");
    no_luhn["cardNumber"] = json!(GOOD);
    no_luhn["name"] = json!(" ");
    refused(&unbill.post("/payment", no_luhn.clone()).await, 400, "name");
    no_luhn["paymentType"] = json!("cash");
    refused(&unbill.post("/payment", no_luhn).await, 400, "paymentType");
    let mut no_type = bank(&client, "9900000002");
    no_type.as_object_mut().expect("an object").remove("accountType");
    refused(&unbill.post("/payment", no_type).await, 400, "accountType");
}

/// Source: Unbill v1 description, section 10 (6).
#[tokio::test]
async fn set_default_moves_the_default() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let first = unbill.card(&client, GOOD).await;
    let second = unbill.bank(&client, "9900000002").await;
    let defaults = async || -> Vec<String> {
        let methods = unbill.methods(&client).await;
        methods
            .iter()
            .filter(|method| method["default"] == json!(true))
            .map(|method| text(&method["_id"]))
            .collect()
    };
    assert_eq!(defaults().await, [first.as_str()], "the first one by itself");
    let moved = unbill.post(&format!("/payment/{second}/set-default"), json!({})).await.ok();
    assert_eq!(moved, json!({ "success": true }));
    assert_eq!(defaults().await, [second.as_str()]);
    let mut third = card(&client, "5555555555554444");
    third["setAsDefault"] = json!(true);
    let third = text(&unbill.post("/payment", third).await.ok()["paymentMethodId"]);
    assert_eq!(defaults().await, [third.as_str()]);
    unbill.request("DELETE", &format!("/payment/{third}"), "").await.ok();
    assert_eq!(defaults().await, Vec::<String>::new(), "none is left until one is chosen");
    unbill.request("POST", &format!("/payment/{first}/set-default"), "").await.ok();
    assert_eq!(defaults().await, [first]);
    let unknown = format!("/payment/{}/set-default", "0".repeat(24));
    refused(&unbill.post(&unknown, json!({})).await, 404, "There is no payment method");
}

/// The default pays what has no method of its own.
#[tokio::test]
async fn the_new_default_pays() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    unbill.card(&client, GOOD).await;
    let second = unbill.bank(&client, "9900000002").await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    unbill.request("POST", &format!("/payment/{second}/set-default"), "").await.ok();
    unbill.pay_now(&bill).await;
    let ledger = unbill.sandbox().ledger();
    assert_eq!((ledger.len(), ledger[0].api), (1, "unbill"));
    assert_eq!(ledger[0].payment_method_id, second);
}

/// Source: Unbill v1 description, section 10 (7): the 24-hour rule.
#[tokio::test]
async fn a_method_that_paid_stays_for_24_hours() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let method = unbill.card(&client, GOOD).await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    let path = format!("/payment/{method}");
    unbill.schedule(&bill, None).await.ok();
    refused(&unbill.request("DELETE", &path, "").await, 400, "24 hours");
    unbill.advance("PT2S").await;
    assert_eq!(unbill.bill_status(&bill).await, "paid");
    unbill.advance("PT23H59M59S").await;
    refused(&unbill.request("DELETE", &path, "").await, 400, "24 hours");
    unbill.advance("PT1S").await;
    assert_eq!(unbill.request("DELETE", &path, "").await.ok(), json!({ "success": true }));
    refused(&unbill.request("DELETE", &path, "").await, 404, "There is no payment method");
}

/// Trap L18, contradiction LC9: two statuses. The third failure in a row removes the method.
#[tokio::test]
async fn a_declined_method_can_be_retried_twice_and_is_then_gone() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let method = unbill.card(&client, DECLINED).await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    refused(&unbill.request("POST", &format!("/payment/{method}/retry"), "").await, 400, "not declined");
    unbill.pay_now(&bill).await;
    assert_eq!(unbill.bill_status(&bill).await, "payment-declined");
    assert_eq!(unbill.method(&client, &method).await["status"], "declined");
    unbill.request("POST", &format!("/payment/{method}/retry"), "").await.ok();
    unbill.advance("PT5S").await;
    assert_eq!(unbill.method(&client, &method).await["status"], "declined");
    unbill.request("POST", &format!("/payment/{method}/retry"), "").await.ok();
    unbill.advance("PT5S").await;
    assert!(unbill.methods(&client).await.is_empty());
    assert!(unbill.sandbox().ledger().is_empty());
    assert_eq!(unbill.event_types(), ["bill.update"], "no event tells of a failure");
}

/// Source: Unbill v1 description, section 10 (7): assignment for `requiredPayment`.
#[tokio::test]
async fn a_company_takes_only_its_kind_of_method() {
    let unbill = Legacy::start().await;
    for (company, right_is_card) in [(CARD_ONLY, true), (BANK_ONLY, false)] {
        let client = unbill.client(company).await;
        let (card, bank) = (unbill.card(&client, GOOD).await, unbill.bank(&client, "9900000002").await);
        let (right, wrong) = if right_is_card { (card, bank) } else { (bank, card) };
        let (_, bill) = unbill.verified(&client, company, "test").await;
        assert_eq!(unbill.bill_status(&bill).await, "payment-required");
        assert!(unbill.bill(&bill).await["company"]["requiredPayment"].is_string());
        refused(&unbill.schedule(&bill, None).await, 400, "Assign a payment method");
        let body = json!({ "billId": bill });
        refused(&unbill.post(&format!("/payment/{wrong}/assign"), body.clone()).await, 400, "takes only");
        unbill.post(&format!("/payment/{right}/assign"), body).await.ok();
        assert_eq!(unbill.method(&client, &right).await["assignedBills"], json!([bill]));
        assert_eq!(unbill.bill_status(&bill).await, "upcoming");
        unbill.pay_now(&bill).await;
        assert_eq!(unbill.bill_status(&bill).await, "paid");
    }
}

/// A login whose user name says that its payments fail.
#[tokio::test]
async fn the_user_name_that_fails_payments_does() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let method = unbill.card(&client, GOOD).await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "testpaymentfail").await;
    unbill.pay_now(&bill).await;
    assert_eq!(unbill.bill_status(&bill).await, "payment-declined");
    assert_eq!(unbill.method(&client, &method).await["status"], "declined");
    let due = "2026-04-12T00:00:00.000Z".parse().expect("an instant");
    let statement = Statement::of(billwire_sandbox::Amount::from_cents(100)).with_due_date(due);
    unbill.sandbox().unbill().deliver_statement(&bill, &statement).await.expect("it comes");
    // Another method, another month: every payment fails, not only the first.
    let other = unbill.card(&client, "5555555555554444").await;
    unbill.post(&format!("/payment/{other}/set-default"), json!({})).await.ok();
    unbill.pay_now(&bill).await;
    assert_eq!(unbill.bill_status(&bill).await, "payment-declined");
    assert_eq!(unbill.method(&client, &other).await["status"], "declined");
    assert!(unbill.sandbox().ledger().is_empty());
}
