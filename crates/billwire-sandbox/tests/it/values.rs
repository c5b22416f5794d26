//! Every kind, brand and account type that a request may name is taken, kept and shown: section 7 of the specification.

use serde_json::json;

use crate::http::{Api, bank};

/// A number that belongs to no brand of the tables, so that the brand shown is the one that was given.
const NUMBER: &str = "9999999999999995";

#[tokio::test]
async fn every_brand_and_kind_of_card_is_kept_as_given() {
    for brand in ["american express", "discover", "maestro", "mastercard", "uatp", "visa"] {
        for kind in ["credit", "debit"] {
            let api = Api::start().await;
            let card = json!({
                "cardNumber": NUMBER, "cardCode": "123", "expMonth": "02", "expYear": "2040", "zipcode": "12345",
                "name": "Demo User", "cardBrand": brand, "cardType": kind,
            });
            let body = json!({ "client": { "identifier": "holder" }, "cards": [card] });
            let answer = api.post("/client/sync", body).await.ok();
            let methods = api.methods(answer["clientId"].as_str().expect("a client")).await;
            assert_eq!(
                (&methods[0]["card"]["brand"], &methods[0]["card"]["type"]),
                (&json!(brand), &json!(kind))
            );
            assert_eq!((&methods[0]["type"], &methods[0]["status"]), (&json!("card"), &json!("verified")));
        }
    }
}

#[tokio::test]
async fn both_types_of_account_are_kept_as_given() {
    let api = Api::start().await;
    let client = api.client("holder").await;
    for kind in ["checking", "savings"] {
        let mut account = bank(&client, "9900000002");
        account["accountType"] = json!(kind);
        api.post("/payment", account).await.ok();
    }
    let methods = api.methods(&client).await;
    let kinds: Vec<_> = methods.iter().map(|method| (&method["type"], &method["bank"]["type"])).collect();
    let bank = json!("bank");
    assert_eq!(kinds, [(&bank, &json!("checking")), (&bank, &json!("savings"))]);
}

#[tokio::test]
async fn recurring_payments_are_switched_and_shown() {
    let api = Api::start().await;
    let client = api.client("payer").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, crate::http::REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    for state in ["disabled", "enabled"] {
        api.post("/payment/settings", json!({ "billId": bill, "recurring": state })).await.ok();
        let read = api.read_bill(&bill).await;
        assert_eq!(read["settings"]["recurring"], state);
        assert_eq!(read.get("payDate").is_some(), state == "enabled", "without recurring nothing is planned");
        assert_eq!(read["settings"]["notifications"], "enabled", "the default");
    }
}

/// Section 5.3.3: the table for one due date, through the API.
#[tokio::test]
async fn every_schedule_moves_the_pay_date() {
    let api = Api::start().await;
    let client = api.client("payer").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, crate::http::REGULAR_1, ["25.21", "04/25/2026", ""]).await;
    for (schedule, pay_date) in [
        ("ten-days-before", "2026-04-15T00:00:00.000Z"),
        ("five-days-before", "2026-04-20T00:00:00.000Z"),
        ("day-before", "2026-04-24T00:00:00.000Z"),
        ("on-due-date", "2026-04-25T00:00:00.000Z"),
    ] {
        api.post("/payment/settings", json!({ "billId": bill, "schedule": schedule })).await.ok();
        let read = api.read_bill(&bill).await;
        assert_eq!((&read["settings"]["schedule"], &read["payDate"]), (&json!(schedule), &json!(pay_date)));
    }
}
