//! Payments: when they are made, what they cost, and that each moves its money once.

use billwire_sandbox::{Rules, ScheduleDateMember};
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, REGULAR_2, REGULAR_3, REGULAR_5, bank, text};

const DUE: &str = "03/20/2026";

/// A client with a good card and an upcoming bill of 25.21 due on 20 March.
async fn with_bill() -> (Api, String, String) {
    let api = Api::start().await;
    let client = api.client("payer").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", DUE, ""]).await;
    (api, client, bill)
}

async fn schedule(api: &Api, bill: &str, date: &str) -> crate::http::Answer {
    api.post("/payment/schedule", json!({ "billId": bill, "payDate": date, "date": date })).await
}

async fn set(api: &Api, bill: &str, name: &str, value: &str) -> crate::http::Answer {
    api.post("/payment/settings", json!({ "billId": bill, name: value })).await
}

fn paid_at(api: &Api) -> Vec<String> {
    api.sandbox.ledger().iter().map(|entry| entry.at.to_string()).collect()
}

#[tokio::test]
async fn without_a_date_the_payment_starts_at_once() {
    let (api, _, bill) = with_bill().await;
    api.post("/payment/schedule", json!({ "billId": bill })).await.ok();
    let pending = api.read_bill(&bill).await;
    assert_eq!(pending["status"]["type"], "pending");
    assert_eq!(
        (&pending["balance"], &pending["payDate"]),
        (&json!("25.21"), &json!("2026-03-02T12:00:05.000Z"))
    );
    api.post("/payment/cancel", json!({ "billId": bill })).await.refused(400, "cannot be cancelled");
    api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, "being paid");
    assert!(api.sandbox.ledger().is_empty());
    api.advance("PT2S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
    api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, "is paid");
    api.advance("P60D").await;
    assert_eq!(api.sandbox.ledger().len(), 1, "once");
}

#[tokio::test]
async fn a_bill_pays_itself_on_its_pay_date() {
    for (schedule, pay_date) in [
        ("ten-days-before", "2026-03-10T00:00:00.000Z"),
        ("five-days-before", "2026-03-15T00:00:00.000Z"),
        ("day-before", "2026-03-19T00:00:00.000Z"),
        ("on-due-date", "2026-03-20T00:00:00.000Z"),
    ] {
        let (api, _, bill) = with_bill().await;
        set(&api, &bill, "schedule", schedule).await.ok();
        let shown = api.read_bill(&bill).await;
        assert_eq!((&shown["payDate"], &shown["settings"]["schedule"]), (&json!(pay_date), &json!(schedule)));
        api.advance("P60D").await;
        assert_eq!(paid_at(&api), [pay_date.replace(":00.000Z", ":02.000Z")], "{schedule}");
        assert_eq!(api.bill_status(&bill).await, "paid");
    }
}

#[tokio::test]
async fn the_schedule_immediately_pays_when_the_bill_arrives() {
    let (api, _, bill) = with_bill().await;
    set(&api, &bill, "schedule", "immediately").await.ok();
    assert_eq!(api.read_bill(&bill).await["payDate"], "2026-03-02T12:00:04.000Z", "when it arrived");
    api.advance("PT5S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
}

#[tokio::test]
async fn without_recurring_nothing_is_paid_by_itself() {
    let (api, _, bill) = with_bill().await;
    set(&api, &bill, "recurring", "disabled").await.ok();
    let shown = api.read_bill(&bill).await;
    assert_eq!(shown["settings"]["recurring"], "disabled");
    assert!(shown.get("payDate").is_none());
    api.advance("P18DT11H").await;
    assert_eq!(api.bill_status(&bill).await, "upcoming", "on its due date it is not late yet");
    api.advance("PT1H").await;
    assert_eq!(api.bill_status(&bill).await, "overdue");
    assert!(api.sandbox.ledger().is_empty());
    schedule(&api, &bill, "2026-03-25T00:00:00.000Z").await.ok();
    api.advance("P10D").await;
    assert_eq!(paid_at(&api), ["2026-03-25T00:00:02.000Z"], "an overdue bill can be scheduled");
}

#[tokio::test]
async fn a_bill_without_a_method_becomes_overdue() {
    let api = Api::start().await;
    let client = api.client("nothing").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", DUE, ""]).await;
    api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, "no payment method");
    api.post("/payment/cancel", json!({ "billId": bill })).await.refused(400, "No payment");
    api.advance("P30D").await;
    assert_eq!(api.bill_status(&bill).await, "overdue");
    api.card(&client, "4111111111111111").await;
    api.advance("P30D").await;
    assert!(api.sandbox.ledger().is_empty(), "an overdue bill is not paid by itself");
    assert_eq!(api.read_bill(&bill).await["payDate"], "2026-03-20T00:00:00.000Z", "it may lie in the past");
}

#[tokio::test]
async fn a_method_linked_after_the_pay_date_pays_at_once() {
    let api = Api::start().await;
    let client = api.client("late").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", DUE, ""]).await;
    set(&api, &bill, "schedule", "ten-days-before").await.ok();
    api.advance("P10D").await;
    assert_eq!(api.bill_status(&bill).await, "upcoming");
    api.card(&client, "4111111111111111").await;
    api.advance("PT2S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
}

#[tokio::test]
async fn scheduling_again_replaces_and_cancelling_removes() {
    let (api, _, bill) = with_bill().await;
    schedule(&api, &bill, "2026-03-10T00:00:00.000Z").await.ok();
    schedule(&api, &bill, "2026-03-12T00:00:00.000Z").await.ok();
    assert_eq!(api.read_bill(&bill).await["payDate"], "2026-03-12T00:00:00.000Z");
    let scheduled = api.last_event("bill.payment.scheduled");
    assert_eq!(
        (&scheduled["payDate"], &scheduled["amount"]),
        (&json!("2026-03-12T00:00:00.000Z"), &json!("25.21"))
    );
    api.post("/payment/cancel", json!({ "billId": bill })).await.ok();
    let cancelled = api.last_event("bill.payment.cancelled");
    assert_eq!(cancelled["trigger"], "client");
    assert_eq!(cancelled["bill"]["amount"], json!({ "current": "25.21" }));
    assert!(api.read_bill(&bill).await.get("payDate").is_none());
    api.post("/payment/cancel", json!({ "billId": bill })).await.refused(400, "No payment");
    api.advance("P30D").await;
    assert!(api.sandbox.ledger().is_empty(), "this bill is not paid by itself any more");
    assert_eq!(api.bill_status(&bill).await, "overdue");
}

#[tokio::test]
async fn a_scheduled_payment_takes_the_place_of_the_automatic_one() {
    let (api, _, bill) = with_bill().await;
    schedule(&api, &bill, "2026-03-25T00:00:00.000Z").await.ok();
    api.advance("P60D").await;
    assert_eq!(paid_at(&api), ["2026-03-25T00:00:02.000Z"]);
}

#[tokio::test]
async fn an_automatic_payment_can_be_cancelled_and_comes_back_when_asked_for() {
    let (api, _, bill) = with_bill().await;
    api.post("/payment/cancel", json!({ "billId": bill })).await.ok();
    assert!(api.read_bill(&bill).await.get("payDate").is_none());
    set(&api, &bill, "recurring", "enabled").await.ok();
    assert_eq!(api.read_bill(&bill).await["payDate"], "2026-03-20T00:00:00.000Z");
    api.advance("P60D").await;
    assert_eq!(api.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn the_next_bill_is_paid_again_after_a_cancellation() {
    let (api, client, bill) = with_bill().await;
    api.post("/payment/cancel", json!({ "billId": bill })).await.ok();
    api.bill(&client, REGULAR_1, ["52.11", "04/20/2026", ""]).await;
    api.advance("P60D").await;
    assert_eq!(paid_at(&api), ["2026-04-20T00:00:02.000Z"]);
}

#[tokio::test]
async fn dates_are_checked() {
    let (api, _, bill) = with_bill().await;
    schedule(&api, &bill, "2026-03-01T23:59:59.999Z")
        .await
        .refused(400, "in the past: it is 2026-03-02 here");
    schedule(&api, &bill, "soon").await.refused(400, "is not acceptable: not a time");
    let differing =
        json!({ "billId": bill, "payDate": "2026-03-10T00:00:00.000Z", "date": "2026-03-11T00:00:00.000Z" });
    api.post("/payment/schedule", differing).await.refused(400, "different things");
    let same = json!({ "billId": bill, "payDate": "2026-03-10T00:00:00.000Z", "date": "2026-03-10T01:00:00.000+01:00" });
    api.post("/payment/schedule", same).await.ok();
    api.post("/payment/schedule", json!({ "billId": "nothing" })).await.refused(400, "no bill nothing");
    api.post("/payment/schedule", json!({})).await.refused(400, "Please provide a billId.");
    api.post("/payment/cancel", json!({})).await.refused(400, "Please provide a billId.");
    schedule(&api, &bill, "2026-03-02T00:00:00.000Z").await.ok();
    assert_eq!(api.read_bill(&bill).await["payDate"], "2026-03-02T00:00:00.000Z", "today is not the past");
    api.advance("PT2S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
}

#[tokio::test]
async fn either_name_of_the_date_can_be_the_one_that_is_read() {
    let (pay_date, date) = ("2026-03-10T00:00:00.000Z", "2026-03-11T00:00:00.000Z");
    for (member, expected) in [(ScheduleDateMember::PayDate, pay_date), (ScheduleDateMember::Date, date)] {
        let (api, _, bill) = with_bill().await;
        api.sandbox.set_rules(Rules::default().with_schedule_date_member(member)).expect("rules");
        let body = json!({ "billId": bill, "payDate": pay_date, "date": date });
        api.post("/payment/schedule", body).await.ok();
        assert_eq!(api.read_bill(&bill).await["payDate"], expected);
    }
    // The failure this is for: the only name that is sent is not read, and the bill is paid at once.
    let (api, _, bill) = with_bill().await;
    api.sandbox
        .set_rules(Rules::default().with_schedule_date_member(ScheduleDateMember::Date))
        .expect("rules");
    api.post("/payment/schedule", json!({ "billId": bill, "payDate": pay_date })).await.ok();
    assert_eq!(api.bill_status(&bill).await, "pending");
}

#[tokio::test]
async fn a_leftover_api_key_in_the_body_is_ignored() {
    let (api, _, bill) = with_bill().await;
    let body = json!({ "billId": bill, "apiKey": "Authorization: Bearer something" });
    api.post("/payment/schedule", body).await.ok();
}

#[tokio::test]
async fn bills_that_owe_nothing_cannot_be_paid() {
    for (inputs, says) in [
        (["0", "", "zero-balance"], "no balance"),
        (["25.21", "01/15/2026", "paid"], "is paid"),
        (["25.21", "", "syncing"], "still being fetched"),
    ] {
        let api = Api::start().await;
        let client = api.client("nothing due").await;
        api.card(&client, "4111111111111111").await;
        let bill = api.bill(&client, REGULAR_1, inputs).await;
        api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, says);
    }
}

#[tokio::test]
async fn surcharges_are_exact_and_not_part_of_the_amount() {
    let api = Api::start().await;
    let client = api.client("fees").await;
    let visa = api.card(&client, "4111111111111111").await;
    let account = text(&api.post("/payment", bank(&client, "9900000002")).await.ok()["paymentMethodId"]);
    let mastercard = api.card(&client, "5555555555554444").await;
    let rows: [(&str, &str, Value); 3] = [
        (&visa, "33.40", json!({ "type": "credit", "rate": "0.84" })), // 0.835, half up
        (&account, "33.40", json!({ "type": "ach", "rate": "1.50" })),
        (&mastercard, "33.40", Value::Null),
    ];
    for (method, balance, surcharge) in rows {
        let bill = api.bill(&client, REGULAR_3, [balance, "04/15/2026", ""]).await;
        api.post(&format!("/payment/{method}/assign"), json!({ "billId": bill })).await.ok();
        api.pay_now(&bill).await;
        for kind in ["bill.payment.scheduled", "bill.payment.sent"] {
            let event = api.last_event(kind);
            assert_eq!(event["amount"], balance);
            assert_eq!(event.get("surcharge").cloned().unwrap_or_default(), surcharge, "{kind}");
        }
        let entry = api.sandbox.ledger().pop().expect("an entry");
        let fee = entry.surcharge.map_or(Value::Null, |fee| json!(fee.to_string()));
        assert_eq!((entry.amount.to_string().as_str(), fee), (balance, surcharge["rate"].clone()));
    }
}

#[tokio::test]
async fn a_company_with_a_fixed_schedule_keeps_it() {
    let api = Api::start().await;
    let client = api.client("fixed").await;
    let bill = api.bill(&client, REGULAR_5, ["25.21", DUE, ""]).await;
    set(&api, &bill, "recurring", "disabled").await.refused(400, "requires recurring");
    set(&api, &bill, "schedule", "day-before").await.refused(400, "fixes the schedule");
    set(&api, &bill, "schedule", "on-due-date").await.ok();
    let both = json!({ "billId": bill, "recurring": "enabled", "schedule": "day-before" });
    api.post("/payment/settings", both).await.refused(400, "fixes the schedule");
    let shown = api.read_bill(&bill).await;
    let expected = json!({ "recurring": "enabled", "schedule": "on-due-date", "notifications": "enabled" });
    assert_eq!(shown["settings"], expected);
    assert_eq!(shown["company"]["schedule"], "on-due-date");
}

#[tokio::test]
async fn bad_settings_are_refused() {
    let (api, _, bill) = with_bill().await;
    for (body, says) in [
        (json!({ "billId": bill }), "recurring or schedule"),
        (json!({ "billId": bill, "schedule": "sometimes" }), "schedule is"),
        (json!({ "billId": bill, "recurring": "perhaps" }), "recurring is"),
        (json!({ "billId": "nothing", "recurring": "enabled" }), "no bill nothing"),
        (json!({ "recurring": "enabled" }), "Please provide a billId."),
    ] {
        api.post("/payment/settings", body).await.refused(400, says);
    }
}

#[tokio::test]
async fn test_bills_decline_as_they_promise() {
    let api = Api::start().await;
    let client = api.client("declining").await;
    api.card(&client, "4111111111111111").await;
    let once = api.bill(&client, REGULAR_1, ["25.21", DUE, "payment-declined"]).await;
    api.pay_now(&once).await;
    assert_eq!(api.bill_status(&once).await, "payment-declined");
    let types = api.event_types();
    assert_eq!(types[types.len() - 2..], ["bill.payment.scheduled", "bill.payment.failed"]);

    let always =
        api.auth_with(&client, REGULAR_2, json!({ "username": "testpaymentfail", "password": "x" })).await;
    api.advance("PT5S").await;
    let bills = api.bills(&client).await;
    let bill = bills.iter().find(|pair| pair["bill"]["auth"]["_id"] == json!(always)).expect("its bill");
    let always = text(&bill["bill"]["_id"]);
    for _ in 0..2 {
        let card = api.card(&client, "5555555555554444").await;
        api.post(&format!("/payment/{card}/assign"), json!({ "billId": always })).await.ok();
        api.pay_now(&always).await;
        assert_eq!(api.bill_status(&always).await, "payment-declined");
    }
    assert!(api.sandbox.ledger().is_empty());

    let card = api.card(&client, "5555555555554444").await;
    api.post(&format!("/payment/{card}/assign"), json!({ "billId": once })).await.ok();
    api.pay_now(&once).await;
    assert_eq!(api.bill_status(&once).await, "paid", "after another method was assigned");
}

#[tokio::test]
async fn a_hold_cancels_what_was_scheduled() {
    let (api, client, bill) = with_bill().await;
    schedule(&api, &bill, "2026-03-10T00:00:00.000Z").await.ok();
    api.auth(&client, REGULAR_1, ["", "", "hold"]).await;
    api.advance("PT5S").await;
    assert_eq!(api.last_event("bill.payment.cancelled")["trigger"], "system");
    api.advance("P60D").await;
    assert!(api.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn a_moved_due_date_is_told_if_a_payment_is_scheduled() {
    let (api, client, bill) = with_bill().await;
    schedule(&api, &bill, "2026-03-10T00:00:00.000Z").await.ok();
    api.auth(&client, REGULAR_1, ["25.21", "03/28/2026", ""]).await;
    api.advance("PT5S").await;
    let moved = json!({ "previous": "2026-03-20T00:00:00.000Z", "current": "2026-03-28T00:00:00.000Z" });
    assert_eq!(api.last_event("bill.scheduled-payment-notice")["bill"]["dueDate"], moved);
    let updates = api.event_types().iter().filter(|kind| *kind == "bill.update").count();
    assert_eq!(updates, 1, "the balance is the same");
    api.advance("P60D").await;
    assert_eq!(paid_at(&api), ["2026-03-10T00:00:02.000Z"]);
}

#[tokio::test]
async fn a_bill_is_announced_two_days_before_it_is_due() {
    let (api, _, _) = with_bill().await;
    api.advance("P15DT11H").await;
    assert!(!api.event_types().contains(&"bill.upcoming".to_owned()));
    api.advance("PT1H").await;
    assert_eq!(
        api.last_event("bill.upcoming"),
        json!({
            "company": { "name": "Regular Company 1" },
            "bill": { "balance": "25.21", "dueDate": "2026-03-20T00:00:00.000Z" },
        })
    );
}

#[tokio::test]
async fn a_company_that_insists_on_recurring_can_be_told_not_to() {
    let api = Api::start().await;
    let client = api.client("insists").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_5, ["25.21", DUE, ""]).await;
    set(&api, &bill, "recurring", "disabled").await.refused(400, "requires recurring");
    assert_eq!(api.read_bill(&bill).await["settings"]["recurring"], "enabled", "nothing has changed");
    let rules = Rules::default().with_companies_with_optional_recurring([REGULAR_5.to_owned()]);
    api.sandbox.set_rules(rules).expect("rules");
    set(&api, &bill, "recurring", "disabled").await.ok();
    set(&api, &bill, "schedule", "day-before").await.refused(400, "fixes the schedule");
    set(&api, &bill, "schedule", "on-due-date").await.ok();
    let unknown = Rules::default().with_companies_with_optional_recurring(["nowhere".to_owned()]);
    api.sandbox.set_rules(unknown).expect_err("no such company");
}

/// Trap T24: `american express` and `amex` are one brand, with its own fee for each kind of card.
#[tokio::test]
async fn one_brand_with_two_names_has_its_fees_under_both() {
    let api = Api::start().await;
    let client = api.client("amex").await;
    let fees = api.get(&format!("/company/{REGULAR_3}")).await.ok()["fees"]["cards"].clone();
    assert_eq!(fees.get("amex"), None, "the clean spelling is the long one");
    for (kind, percentage) in [("credit", true), ("debit", false)] {
        let fee = &fees["american express"][kind];
        assert_eq!(fee["percentage"], json!(percentage), "{kind}");
        let expected = if percentage { "3.50" } else { "0.75" };
        for brand in ["american express", "amex"] {
            let mut card = crate::http::card(&client, "378282246310005");
            (card["cardType"], card["cardBrand"]) = (json!(kind), json!(brand));
            let method = text(&api.post("/payment", card).await.ok()["paymentMethodId"]);
            let bill = api.bill(&client, REGULAR_3, ["100.00", "04/15/2026", ""]).await;
            api.post(&format!("/payment/{method}/assign"), json!({ "billId": bill })).await.ok();
            api.pay_now(&bill).await;
            let surcharge = json!({ "type": kind, "rate": expected });
            assert_eq!(api.last_event("bill.payment.sent")["surcharge"], surcharge, "{brand} {kind}");
        }
    }
}
