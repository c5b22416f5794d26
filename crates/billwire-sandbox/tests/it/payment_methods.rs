//! Cards and bank accounts.

use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, REGULAR_2, REGULAR_4, bank, card, text};

#[tokio::test]
async fn methods_are_listed_masked_and_the_first_is_the_default() {
    let api = Api::start().await;
    let client = api.client("methods").await;
    let mut first = card(&client, "4111111111111111");
    first["identifier"] = json!("fi-1");
    first["customLabel"] = json!("Rewards");
    first["cardType"] = json!("debit");
    let first = text(&api.post("/payment", first).await.ok()["paymentMethodId"]);
    let second = text(&api.post("/payment", bank(&client, "9900000002")).await.ok()["paymentMethodId"]);
    assert_eq!(
        api.methods(&client).await,
        [
            json!({
                "_id": first, "type": "card", "identifier": "fi-1", "status": "verified", "default": true,
                "name": "Demo User", "customLabel": "Rewards",
                "card": { "number": "XXXX1111", "brand": "visa", "type": "debit", "expDate": "2030-12-01T12:00:00.000Z" },
            }),
            json!({
                "_id": second, "type": "bank", "status": "verified", "name": "Demo User",
                "bank": { "routingNumber": "XXXX0021", "accountNumber": "XXXX0002", "type": "checking" },
            }),
        ]
    );
}

#[tokio::test]
async fn a_new_default_takes_the_place_of_the_old_one() {
    let api = Api::start().await;
    let client = api.client("default").await;
    api.card(&client, "4111111111111111").await;
    for set_as_default in [json!(true), json!("true")] {
        let mut new = bank(&client, "9900000002");
        new["setAsDefault"] = set_as_default;
        let id = text(&api.post("/payment", new).await.ok()["paymentMethodId"]);
        let methods = api.methods(&client).await;
        let defaults: Vec<&Value> = methods.iter().filter(|method| method["default"] == true).collect();
        assert_eq!(defaults.iter().map(|method| text(&method["_id"])).collect::<Vec<_>>(), [id]);
    }
}

#[tokio::test]
async fn the_documented_test_cards_are_accepted() {
    let api = Api::start().await;
    let client = api.client("cards").await;
    for (number, brand) in [
        ("4111111111111111", "visa"),
        ("378282246310005", "american express"),
        ("5555555555554444", "mastercard"),
        ("6011111111111117", "discover"),
        ("4000000000000002", "visa"),
    ] {
        let id = api.card(&client, number).await;
        let methods = api.methods(&client).await;
        let method = methods.iter().find(|method| method["_id"] == json!(id)).expect("listed");
        assert_eq!((&method["card"]["brand"], &method["status"]), (&json!(brand), &json!("verified")));
    }
}

#[tokio::test]
async fn bad_methods_are_refused_with_the_reason() {
    let api = Api::start().await;
    let client = api.client("bad").await;
    let card_with = |name: &str, value: Value| {
        let mut body = card(&client, "4111111111111111");
        body[name] = value;
        body
    };
    let bank_with = |name: &str, value: Value| {
        let mut body = bank(&client, "9900000002");
        body[name] = value;
        body
    };
    for (body, says) in [
        (card_with("cardNumber", json!("4111111111111112")), "cardNumber is not valid"),
        (card_with("cardNumber", json!("41111111 11111111")), "cardNumber is not valid"),
        (card_with("cardNumber", Value::Null), "Please provide a cardNumber"),
        (card_with("cardNumber", json!("9999999999999995")), "no brand"),
        (card_with("expMonth", json!("13")), "expMonth"),
        (card_with("expMonth", json!("1")), "expMonth"),
        (card_with("expYear", json!("30")), "expYear"),
        (card_with("expYear", json!("2025")), "has expired"),
        (card_with("cardCode", json!("12")), "cardCode"),
        (card_with("zipcode", Value::Null), "zipcode"),
        (card_with("name", json!(" ")), "Please provide a name"),
        (card_with("name", Value::Null), "name"),
        (card_with("paymentType", json!("cash")), "paymentType"),
        (card_with("cardBrand", json!("diners")), "cardBrand"),
        (card_with("clientId", json!("nobody")), "no client nobody"),
        (bank_with("routingNumber", json!("021000022")), "routingNumber"),
        (bank_with("accountNumber", json!("12")), "accountNumber"),
        (bank_with("accountType", Value::Null), "Please provide an accountType"),
        (bank_with("accountType", json!("gold")), "accountType"),
        (bank_with("routingNumber", Value::Null), "Please provide a routingNumber"),
    ] {
        api.post("/payment", body).await.refused(400, says);
    }
    assert!(api.methods(&client).await.is_empty());
}

#[tokio::test]
async fn expiry_follows_the_virtual_clock_and_can_be_ignored() {
    let api = Api::start().await;
    let client = api.client("expiry").await;
    let mut march = card(&client, "4111111111111111");
    (march["expMonth"], march["expYear"]) = (json!("03"), json!("2026"));
    api.post("/payment", march.clone()).await.ok();
    api.advance("P30D").await;
    api.post("/payment", march.clone()).await.refused(400, "has expired: it is 2026-04-01 here");
    api.sandbox.set_rules(billwire_sandbox::Rules::default().with_accept_expired_cards(true)).expect("rules");
    api.post("/payment", march).await.ok();
}

#[tokio::test]
async fn an_assigned_method_pays_its_bill() {
    let api = Api::start().await;
    let client = api.client("assign").await;
    let default = api.card(&client, "4111111111111111").await;
    let assigned = text(&api.post("/payment", bank(&client, "9900000002")).await.ok()["paymentMethodId"]);
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let other = api.bill(&client, REGULAR_2, ["10.00", "04/15/2026", ""]).await;
    let assign = async |method: &str, bill: &str| {
        api.post(&format!("/payment/{method}/assign"), json!({ "billId": bill })).await
    };
    assign(&assigned, &bill).await.ok();
    assert_eq!(api.methods(&client).await[1]["assignedBills"], json!([bill]));
    assign(&default, &bill).await.ok();
    assign(&assigned, &bill).await.ok();
    assert!(api.methods(&client).await[0].get("assignedBills").is_none(), "an assignment moves");
    api.pay_now(&bill).await;
    api.pay_now(&other).await;
    let paid: Vec<(String, String)> =
        api.sandbox.ledger().into_iter().map(|entry| (entry.bill_id, entry.payment_method_id)).collect();
    assert_eq!(paid, [(bill.clone(), assigned.clone()), (other, default)]);

    assign("nothing", &bill).await.refused(404, "no payment method nothing");
    assign(&assigned, "nothing").await.refused(400, "no bill nothing");
    let stranger = api.client("stranger").await;
    let theirs = api.card(&stranger, "4111111111111111").await;
    assign(&theirs, &bill).await.refused(400, "different clients");
    api.post(&format!("/payment/{assigned}/assign"), json!({}))
        .await
        .refused(400, "Please provide a billId.");
}

#[tokio::test]
async fn a_company_that_requires_a_card_takes_nothing_else() {
    let api = Api::start().await;
    let client = api.client("required").await;
    let bank = text(&api.post("/payment", bank(&client, "9900000002")).await.ok()["paymentMethodId"]);
    let card = api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_4, ["25.21", "04/15/2026", ""]).await;
    let shown = api.read_bill(&bill).await;
    assert_eq!(shown["status"]["type"], "payment-required", "the default is not enough");
    assert_eq!(shown["company"]["requiredPayment"], "card");
    api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, "Assign a payment method");
    let assign = json!({ "billId": bill });
    api.post(&format!("/payment/{bank}/assign"), assign.clone()).await.refused(400, "only a card");
    api.post(&format!("/payment/{card}/assign"), assign).await.ok();
    assert_eq!(api.bill_status(&bill).await, "upcoming");
    api.pay_now(&bill).await;
    assert_eq!(api.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn a_declined_method_pays_nothing_more_until_another_is_linked() {
    let api = Api::start().await;
    let client = api.client("declined").await;
    let bad = api.card(&client, "4000000000000002").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.pay_now(&bill).await;
    assert_eq!(api.bill_status(&bill).await, "payment-declined");
    assert_eq!(api.methods(&client).await[0]["status"], "declined");
    let failed = api.last_event("bill.payment.failed");
    assert_eq!(failed["amount"], "25.21");
    assert_eq!(failed["paymentMethod"]["status"], "verified", "as in the documented sample");
    assert!(failed.get("surcharge").is_none());
    api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, "declined");
    api.post(&format!("/payment/{bad}/assign"), json!({ "billId": bill })).await.refused(400, "declined");

    let good = api.card(&client, "5555555555554444").await;
    assert_eq!(api.bill_status(&bill).await, "payment-declined", "it is not the default");
    api.post(&format!("/payment/{good}/assign"), json!({ "billId": bill })).await.ok();
    assert_eq!(api.bill_status(&bill).await, "upcoming");
    api.pay_now(&bill).await;
    assert_eq!(api.bill_status(&bill).await, "paid");
    assert_eq!(api.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn bank_accounts_ending_in_99_are_declined() {
    let api = Api::start().await;
    let client = api.client("bank").await;
    api.post("/payment", bank(&client, "1234567899")).await.ok();
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.pay_now(&bill).await;
    assert_eq!(api.bill_status(&bill).await, "payment-declined");
}

#[tokio::test]
async fn the_third_failure_in_a_row_removes_a_method() {
    let api = Api::start().await;
    let client = api.client("strikes").await;
    api.card(&client, "4000000000000002").await;
    let companies = [REGULAR_1, REGULAR_2, crate::http::REGULAR_3, crate::http::REGULAR_5];
    let mut bills = Vec::new();
    for company in companies {
        bills.push(api.bill(&client, company, ["25.21", "04/15/2026", ""]).await);
    }
    // All three are on their way before the first one fails; the fourth is scheduled for later.
    let later = json!({ "billId": bills[3], "payDate": "2026-03-20T00:00:00.000Z" });
    api.post("/payment/schedule", later).await.ok();
    for bill in &bills[..3] {
        api.post("/payment/schedule", json!({ "billId": bill })).await.ok();
    }
    assert_eq!(api.methods(&client).await.len(), 1);
    api.advance("PT5S").await;
    assert!(api.methods(&client).await.is_empty());
    for bill in &bills[..3] {
        assert_eq!(api.bill_status(bill).await, "payment-declined");
    }
    assert_eq!(api.event_types().iter().filter(|kind| *kind == "bill.payment.failed").count(), 3);
    assert_eq!(api.last_event("bill.payment.cancelled")["trigger"], "system", "nothing is left to pay with");
    let new = api.card(&client, "4111111111111111").await;
    assert_eq!(api.methods(&client).await[0]["default"], json!(true), "{new} is the first again");
    assert_eq!(api.bill_status(&bills[0]).await, "upcoming");
}

/// A present user cannot pay with a kind that the company does not take either.
#[tokio::test]
async fn a_login_to_pay_needs_a_method_of_the_required_kind() {
    let api = Api::start().await;
    let client = api.client("kind").await;
    let account = text(&api.post("/payment", bank(&client, "9900000002")).await.ok()["paymentMethodId"]);
    let bill = api.bill(&client, REGULAR_4, ["25.21", "04/15/2026", ""]).await;
    let pay = |method: &str| {
        json!({
            "clientId": client, "companyId": REGULAR_4, "items": ["payment"],
            "meta": { "billId": bill, "paymentMethodId": method },
            "form": { "balance": "", "dueDate": "", "status": "" },
        })
    };
    api.post("/auth", pay(&account)).await.refused(400, "only a card");
    let card = api.card(&client, "4111111111111111").await;
    api.post("/auth", pay(&card)).await.ok();
    api.advance("PT10S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
}
