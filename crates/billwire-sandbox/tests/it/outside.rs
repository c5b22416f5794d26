//! What happens outside the API: statements, refreshes, issuers, choices, swaps that end.

use billwire_sandbox::{Amount, AuthRefresh, BillChoices, IssuerNews, Statement, SwapEnd};
use serde_json::{Value, json};

use crate::http::{Api, MFA_2, REGULAR_1, REGULAR_2, REGULAR_3, REGULAR_4, bank, text};

const DUE: &str = "2026-03-20T00:00:00.000Z";

/// A client with a good card, a verified auth and its bill.
async fn with_bill(company: &str, inputs: [&str; 3]) -> (Api, String, String, String) {
    let api = Api::start().await;
    let client = api.client("outside").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, company, inputs).await;
    let auth = text(&api.auths(&client).await[0]["_id"]);
    (api, client, auth, bill)
}

async fn deliver(api: &Api, bill: &str, body: Value) -> crate::http::Answer {
    api.control("POST", &format!("/q2/bills/{bill}/statement"), Some(body)).await
}

async fn refresh(api: &Api, auth: &str, body: Value) -> crate::http::Answer {
    api.control("POST", &format!("/q2/auths/{auth}/refresh"), Some(body)).await
}

fn amount(text: &str) -> Amount {
    Amount::parse(text).expect("an amount")
}

#[tokio::test]
async fn a_statement_makes_a_settled_bill_upcoming_and_it_pays_itself_again() {
    for inputs in [["0", "", "zero-balance"], ["25.21", "01/15/2026", "paid"]] {
        let (api, _, _, bill) = with_bill(REGULAR_1, inputs).await;
        deliver(&api, &bill, json!({ "balance": "52.11", "dueDate": DUE })).await.ok();
        assert_eq!(api.bill_status(&bill).await, "upcoming");
        let change = json!({
            "company": { "name": "Regular Company 1" },
            "bill": { "balance": { "previous": "0.00", "current": "52.11" }, "dueDate": { "current": DUE } },
        });
        assert_eq!(api.last_event("bill.update"), change, "from nothing: a new bill was issued");
        assert_eq!(api.read_bill(&bill).await["payDate"], DUE, "the next automatic payment is planned");
        api.advance("P30D").await;
        deliver(&api, &bill, json!({ "balance": "7.50", "dueDate": "2026-04-20T00:00:00.000Z" })).await.ok();
        api.advance("P30D").await;
        let paid: Vec<String> =
            api.sandbox.ledger().into_iter().map(|entry| entry.amount.to_string()).collect();
        assert_eq!(paid, ["52.11", "7.50"]);
    }
}

#[tokio::test]
async fn a_statement_changes_what_is_owed() {
    let (api, _, _, bill) = with_bill(REGULAR_1, ["25.21", "02/20/2026", ""]).await;
    assert_eq!(api.bill_status(&bill).await, "overdue");
    let due = DUE.parse().expect("an instant");
    let statement = Statement::of(amount("52.11"))
        .with_due_date(due)
        .with_card_balances(amount("300.00"), amount("350.00"));
    api.sandbox.deliver_statement(&bill, &statement).await.expect("delivered");
    let shown = api.read_bill(&bill).await;
    assert_eq!((&shown["status"]["type"], &shown["balance"]), (&json!("upcoming"), &json!("52.11")));
    assert_eq!((&shown["statementBalance"], &shown["fullBalance"]), (&json!("300.00"), &json!("350.00")));
    let balance = &api.last_event("bill.update")["bill"]["balance"];
    assert_eq!(*balance, json!({ "previous": "25.21", "current": "52.11" }));
    let updates = |api: &Api| api.event_types().iter().filter(|kind| *kind == "bill.update").count();
    let before = updates(&api);
    deliver(&api, &bill, json!({ "balance": "52.11" })).await.ok();
    assert_eq!((updates(&api), api.read_bill(&bill).await["dueDate"].clone()), (before, json!(DUE)));
    deliver(&api, &bill, json!({ "balance": "0" })).await.ok();
    assert_eq!(api.bill_status(&bill).await, "zero-balance", "it was paid elsewhere");
    let balance = &api.last_event("bill.update")["bill"]["balance"];
    assert_eq!(*balance, json!({ "previous": "52.11", "current": "0.00" }));
    api.advance("P60D").await;
    assert!(api.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn a_due_date_that_moves_under_a_scheduled_payment_is_noticed() {
    let (api, _, _, bill) = with_bill(REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let date = json!({ "billId": bill, "payDate": "2026-03-10T00:00:00.000Z" });
    api.post("/payment/schedule", date).await.ok();
    let moved = "2026-03-28T00:00:00.000Z";
    deliver(&api, &bill, json!({ "balance": "25.21", "dueDate": moved })).await.ok();
    let data = json!({
        "company": { "name": "Regular Company 1" },
        "bill": { "dueDate": { "previous": DUE, "current": moved } },
    });
    assert_eq!(api.last_event("bill.scheduled-payment-notice"), data);
    let paid_on =
        |api: &Api| api.sandbox.ledger().iter().map(|entry| entry.at.to_string()).collect::<Vec<_>>();
    api.advance("P60D").await;
    assert_eq!(paid_on(&api), ["2026-03-10T00:00:02.000Z"], "the client's own date stays");
}

#[tokio::test]
async fn statements_are_refused_where_nothing_is_refreshed() {
    let (api, client, auth, bill) = with_bill(REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let body = json!({ "balance": "1" });
    deliver(&api, "nothing", body.clone()).await.refused(404, "no bill");
    deliver(&api, &bill, json!({ "balance": "-1" })).await.refused(400, "balance");
    deliver(&api, &bill, json!({ "dueDate": DUE })).await.refused(400, "balance");
    deliver(&api, &bill, json!({ "balance": "1", "amount": "2" })).await.refused(400, "amount");
    api.post("/payment/schedule", json!({ "billId": bill })).await.ok();
    deliver(&api, &bill, body.clone()).await.refused(400, "being paid");
    api.advance("PT5S").await;
    refresh(&api, &auth, json!({ "outcome": "invalid" })).await.ok();
    deliver(&api, &bill, body.clone()).await.refused(400, "authenticate");
    let present = api.auth_with(&client, MFA_2, json!({ "balance": "5", "dueDate": "", "status": "" })).await;
    api.advance("PT3S").await;
    let challenge = api.last_event("auth.security-input-required");
    api.post("/auth/step", json!({ "token": challenge["token"], "method": "prompt" })).await.ok();
    api.advance("PT5S").await;
    let bills = api.bills(&client).await;
    let theirs = bills.iter().find(|pair| pair["bill"]["auth"]["_id"] == json!(present)).expect("a bill");
    deliver(&api, &text(&theirs["bill"]["_id"]), body).await.refused(400, "present");
    refresh(&api, &present, json!({ "outcome": "verified" })).await.refused(400, "present");
}

#[tokio::test]
async fn one_login_can_have_several_bills() {
    let (api, client, auth, first) = with_bill(REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let statement = Statement::of(amount("9.99"));
    let second = api.sandbox.find_bill(&auth, &statement).await.expect("found");
    let bills = api.bills(&client).await;
    let ids: Vec<String> = bills.iter().map(|pair| text(&pair["bill"]["_id"])).collect();
    assert_eq!(ids, [first.clone(), second.clone()]);
    assert_ne!(bills[0]["bill"]["meta"]["accountNumber"], bills[1]["bill"]["meta"]["accountNumber"]);
    assert_eq!(bills[1]["bill"]["balance"], "9.99");
    assert_eq!(api.event_types().iter().filter(|kind| *kind == "bill.created").count(), 2);
    // A new login fetches both; the inputs are about the first.
    api.auth(&client, REGULAR_1, ["77.00", "03/20/2026", ""]).await;
    api.advance("PT5S").await;
    let bills = api.bills(&client).await;
    assert_eq!(
        (&bills[0]["bill"]["balance"], &bills[1]["bill"]["balance"]),
        (&json!("77.00"), &json!("9.99"))
    );
    api.request("DELETE", &format!("/auth/{auth}"), None).await.ok();
    api.get(&format!("/bill/{second}")).await.refused(404, "no bill");
    let path = format!("/q2/auths/{auth}/bills");
    api.control("POST", &path, Some(json!({ "balance": "1" }))).await.refused(404, "no auth");
}

/// Every code of section 6 can be produced, fixed, and shown in both places (trap T20).
#[tokio::test]
async fn every_documented_hold_code_can_be_produced() {
    let codes = [
        "account_issue_apple_pay_on_file",
        "account_issue_disney_plus_third_party_on_file",
        "account_issue_payment_details_required",
        "account_issue_with_swap",
        "account_issue_primary_account_holder",
        "account_issue_card_not_accepted",
        "account_issue_max_cards_on_file",
        "account_issue_third_party_connected",
        "account_issue_third_party_available",
        "account_issue_no_active_subscription",
        "system_issue_with_swap",
        "partner_expiration_exceeded",
        "account_issue_account_locked",
        "authentication_not_completed",
        "account_set_up_online_payments",
        "account_issue_verify_identity",
        "account_issue_accept_toc",
        "account_issue_no_service_account",
        "account_issue_third_party_payments_on_file",
        "system_issue_with_bill",
        "system_issue_with_bill_payment",
        "account_paid_in_full",
        "account_issue_payment_restrictions",
        "account_issue_inactive_account",
    ];
    let api = Api::start().await;
    for code in codes {
        let client = api.client(code).await;
        let bill = api.bill(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
        let auth = text(&api.auths(&client).await[0]["_id"]);
        refresh(&api, &auth, json!({ "outcome": "hold", "code": code })).await.ok();
        let shown = &api.auths(&client).await[0];
        assert_eq!((&shown["status"]["type"], &shown["reason"]["code"]), (&json!("hold"), &json!(code)));
        let event = api.last_event("auth.hold");
        assert_eq!(event["hold"], json!({ "code": code, "text": shown["reason"]["userMessage"] }));
        api.post(&format!("/auth/{auth}/fix-hold"), json!({})).await.ok();
        api.advance("PT5S").await;
        let passes = code != "authentication_not_completed";
        let expected = if passes { "verified" } else { "hold" };
        assert_eq!(api.auths(&client).await[0]["status"]["type"], expected, "{code}");
        assert_eq!(api.bill_status(&bill).await, "upcoming", "fetched again, and as it was");
    }
}

#[tokio::test]
async fn every_documented_subcategory_belongs_to_its_codes() {
    let of_authentication =
        ["invalid-credentials", "no-mfa-response-received", "invalid-mfa", "unanswered-mfa-question"];
    let of_system = [
        "selector-not-found",
        "navigation-error",
        "job-timeout",
        "captcha-failure",
        "proxy-failure",
        "known-system-error",
        "issue-unidentified",
    ];
    let system = ["system_issue_with_swap", "system_issue_with_bill_payment", "system_issue_with_bill"];
    let pairs = of_authentication
        .map(|finer| ("authentication_not_completed", finer))
        .into_iter()
        .chain(system.into_iter().flat_map(|code| of_system.map(|finer| (code, finer))));
    let api = Api::start().await;
    for (number, (code, finer)) in pairs.enumerate() {
        let client = api.client(&format!("client-{number}")).await;
        api.bill(&client, REGULAR_1, ["1", "03/20/2026", ""]).await;
        let auth = text(&api.auths(&client).await[0]["_id"]);
        let wrong = if number < 4 { "job-timeout" } else { "invalid-mfa" };
        let hold = |finer: &str| json!({ "outcome": "hold", "code": code, "subcategory": finer });
        refresh(&api, &auth, hold(wrong)).await.refused(400, "is no subcategory of");
        refresh(&api, &auth, hold(finer)).await.ok();
        assert_eq!(api.auths(&client).await[0]["reason"]["subcategory"], finer);
        assert_eq!(api.last_event("auth.hold")["hold"]["subcategory"], finer);
    }
}

#[tokio::test]
async fn a_hold_can_survive_its_first_fixes() {
    let (api, client, auth, _) = with_bill(REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let found = json!({ "outcome": "hold", "code": "account_issue_account_locked", "failingFixes": 2 });
    refresh(&api, &auth, found).await.ok();
    for (holds, status) in [(2, "hold"), (3, "hold"), (3, "verified")] {
        api.post(&format!("/auth/{auth}/fix-hold"), json!({})).await.ok();
        api.advance("PT5S").await;
        assert_eq!(api.auths(&client).await[0]["status"]["type"], status);
        assert_eq!(api.event_types().iter().filter(|kind| *kind == "auth.hold").count(), holds);
    }
    let invented = json!({ "outcome": "hold", "code": "account_issue_invented" });
    refresh(&api, &auth, invented).await.refused(400, "no documented hold code");
    refresh(&api, "nobody", json!({ "outcome": "verified" })).await.refused(404, "no auth");
    refresh(&api, &auth, json!({ "outcome": "perhaps" })).await.refused(400, "outcome");
}

#[tokio::test]
async fn a_refresh_can_find_new_questions() {
    for live in [true, false] {
        let (api, client, auth, bill) = with_bill(REGULAR_1, ["25.21", "03/20/2026", ""]).await;
        let before = api.sandbox.events().len();
        refresh(&api, &auth, json!({ "outcome": "mfa-required" })).await.ok();
        let shown = &api.auths(&client).await[0];
        assert_eq!(shown["status"]["type"], "mfa-required");
        let challenge = api.last_event("auth.security-input-required");
        assert_eq!(shown["mfa"]["mfa"], challenge["input"]);
        api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, "not verified");
        let answers: Value = shown["mfa"]["mfa"]
            .as_array()
            .expect("questions")
            .iter()
            .map(|question| json!({ "identifier": question["identifier"], "answer": "Smith" }))
            .collect();
        if live {
            let step = json!({ "token": challenge["token"], "method": "questions", "security": answers });
            api.post("/auth/step", step).await.ok();
        } else {
            api.advance("PT10M").await;
            assert_eq!(api.auths(&client).await[0]["reason"]["subcategory"], "no-mfa-response-received");
            api.post(&format!("/auth/{auth}/answer-questions"), json!({ "answers": answers })).await.ok();
        }
        api.advance("PT5S").await;
        assert_eq!(api.auths(&client).await[0]["status"]["type"], "verified");
        assert_eq!(api.read_bill(&bill).await["balance"], "25.21", "the bill is as it was");
        let types = api.event_types().split_off(before);
        let hold: &[&str] = if live { &[] } else { &["auth.hold"] };
        assert_eq!(types, [&["auth.security-input-required"], hold, &["auth.success"]].concat());
    }
}

#[tokio::test]
async fn a_refresh_without_news_tells_nothing() {
    let (api, client, auth, bill) = with_bill(REGULAR_1, ["25.21", "01/15/2026", "paid"]).await;
    let before = api.sandbox.events().len();
    refresh(&api, &auth, json!({ "outcome": "verified" })).await.ok();
    assert_eq!(api.bill_status(&bill).await, "syncing");
    refresh(&api, &auth, json!({ "outcome": "verified" })).await.ok();
    api.advance("PT5S").await;
    let shown = api.read_bill(&bill).await;
    assert_eq!((&shown["status"]["type"], &shown["lastPaidAmount"]), (&json!("paid"), &json!("25.21")));
    assert_eq!(api.sandbox.events().len(), before);
    for (outcome, event) in [("needs-resync", "auth.needs-resync"), ("invalid", "auth.invalid")] {
        refresh(&api, &auth, json!({ "outcome": outcome })).await.ok();
        assert_eq!(api.auths(&client).await[0]["status"]["type"], "authenticate");
        assert_eq!(api.event_types().last().map(String::as_str), Some(event));
        refresh(&api, &auth, json!({ "outcome": "verified" })).await.refused(400, "authenticate");
        api.auth(&client, REGULAR_1, ["25.21", "01/15/2026", "paid"]).await;
        api.advance("PT5S").await;
    }
    api.auth(&client, REGULAR_1, ["25.21", "", ""]).await;
    refresh(&api, &auth, json!({ "outcome": "verified" })).await.refused(400, "being checked");
}

#[tokio::test]
async fn a_cancelled_automatic_payment_does_not_come_back_with_a_refresh() {
    let (api, _, auth, bill) = with_bill(REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    api.post("/payment/cancel", json!({ "billId": bill })).await.ok();
    refresh(&api, &auth, json!({ "outcome": "verified" })).await.ok();
    api.advance("PT5S").await;
    assert!(api.read_bill(&bill).await.get("payDate").is_none());
    deliver(&api, &bill, json!({ "balance": "26.00", "dueDate": "2026-04-20T00:00:00.000Z" })).await.ok();
    assert_eq!(api.read_bill(&bill).await["payDate"], "2026-04-20T00:00:00.000Z", "the next bill");
}

#[tokio::test]
async fn a_bill_is_announced_once_per_due_date() {
    let (api, _, auth, _) = with_bill(REGULAR_1, ["25.21", "03/03/2026", ""]).await;
    for _ in 0..2 {
        refresh(&api, &auth, json!({ "outcome": "verified" })).await.ok();
        api.advance("PT5S").await;
    }
    assert_eq!(api.event_types().iter().filter(|kind| *kind == "bill.upcoming").count(), 1);
}

#[tokio::test]
async fn a_hold_stops_a_fetch_and_fixing_it_goes_on() {
    let api = Api::start().await;
    let client = api.client("interrupted").await;
    api.auth(&client, REGULAR_4, ["25.21", "03/20/2026", ""]).await;
    api.advance("PT2S").await;
    let auth = text(&api.auths(&client).await[0]["_id"]);
    refresh(&api, &auth, json!({ "outcome": "hold", "code": "system_issue_with_bill" })).await.ok();
    api.advance("PT1H").await;
    assert_eq!(api.bills(&client).await[0]["bill"]["status"]["type"], "syncing");
    api.post(&format!("/auth/{auth}/fix-hold"), json!({})).await.ok();
    api.advance("PT5S").await;
    assert_eq!(api.bills(&client).await[0]["bill"]["status"]["type"], "payment-required");
}

#[tokio::test]
async fn a_custom_amount_is_paid_within_the_company_s_limits() {
    let (api, _, _, bill) = with_bill(REGULAR_3, ["100.00", "03/20/2026", ""]).await;
    let path = format!("/q2/bills/{bill}/choices");
    let choose = async |body: Value| api.control("POST", &path, Some(body)).await;
    choose(json!({ "customPaymentAmount": "100.01" })).await.refused(400, "no more than the balance");
    choose(json!({ "customPaymentAmount": "0" })).await.refused(400, "is 0");
    choose(json!({ "customPaymentAmount": "60.00", "customLabel": "Flat" })).await.ok();
    let shown = api.read_bill(&bill).await;
    assert_eq!((&shown["customPaymentAmount"], &shown["customLabel"]), (&json!("60.00"), &json!("Flat")));
    choose(json!({ "customPaymentAmount": null })).await.ok();
    assert!(api.read_bill(&bill).await.get("customPaymentAmount").is_none());
    choose(json!({ "customPaymentAmount": "60.00" })).await.ok();
    deliver(&api, &bill, json!({ "balance": "50.00" })).await.ok();
    assert!(api.read_bill(&bill).await.get("customPaymentAmount").is_none(), "it was above the new balance");
    choose(json!({ "customPaymentAmount": "40.00" })).await.ok();
    api.pay_now(&bill).await;
    assert_eq!(api.sandbox.ledger()[0].amount.to_string(), "40.00");
    assert_eq!(api.last_event("bill.payment.sent")["surcharge"]["rate"], "1.00", "2.5 per cent of 40");
    choose(json!({ "customPaymentAmount": "1.00" })).await.refused(400, "is paid");

    let (api, client, _, bill) = with_bill(REGULAR_2, ["100.00", "03/20/2026", ""]).await;
    let choices = BillChoices::default().with_custom_payment_amount(amount("150.00"));
    api.sandbox.choose(&bill, &choices).await.expect("it may exceed the balance");
    api.pay_now(&bill).await;
    assert_eq!(api.sandbox.ledger()[0].amount.to_string(), "150.00");
    let plain = api.bill(&client, REGULAR_1, ["1", "03/20/2026", ""]).await;
    api.sandbox.choose(&plain, &choices).await.expect_err("not offered");
    api.sandbox.choose("nothing", &choices).await.expect_err("no such bill");
}

#[tokio::test]
async fn a_hidden_bill_is_not_active() {
    let (api, client, _, bill) = with_bill(REGULAR_1, ["1", "03/20/2026", ""]).await;
    let partner = format!("/bill/listByPartner/{}", api.sandbox.info().credentials.q2_partner_id);
    let active = async || api.get(&partner).await.ok()["data"].as_array().map(Vec::len);
    assert_eq!(active().await, Some(1));
    let body = json!({
        "hidden": true, "notifications": false, "autopay": { "enabled": true, "source": "company" },
    });
    api.control("POST", &format!("/q2/bills/{bill}/choices"), Some(body)).await.ok();
    assert_eq!(active().await, Some(0));
    let shown = &api.bills(&client).await[0]["bill"];
    assert_eq!((&shown["hidden"], &shown["settings"]["notifications"]), (&json!(true), &json!("disabled")));
    assert_eq!((&shown["autopay"], &shown["autopaySource"]), (&json!("enabled"), &json!("company")));
    api.sandbox.choose(&bill, &BillChoices::default().with_hidden(false)).await.expect("shown again");
    assert_eq!(active().await, Some(1));
}

#[tokio::test]
async fn issuers_decline_cancel_and_forgive() {
    let (api, client, _, bill) = with_bill(REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let card = text(&api.methods(&client).await[0]["_id"]);
    let issuer = format!("/q2/payment-methods/{card}/issuer");
    api.control("POST", &issuer, Some(json!({ "declines": true }))).await.ok();
    assert_eq!(api.methods(&client).await[0]["status"], "verified", "until the next payment");
    api.pay_now(&bill).await;
    assert_eq!(api.bill_status(&bill).await, "payment-declined");
    api.sandbox.tell_issuer(&card, IssuerNews::default().with_declines(false)).await.expect("told");
    api.post(&format!("/payment/{card}/retry"), json!({})).await.ok();
    api.advance("PT5S").await;
    assert_eq!(api.bill_status(&bill).await, "paid");

    deliver(&api, &bill, json!({ "balance": "30.00" })).await.ok();
    api.sandbox.tell_issuer(&card, IssuerNews::default().with_cancelled()).await.expect("told");
    api.pay_now(&bill).await;
    assert_eq!(api.last_event("bill.payment.failed")["paymentMethod"]["card"]["cancelled"], json!(true));
    let account = text(&api.post("/payment", bank(&client, "9900000002")).await.ok()["paymentMethodId"]);
    let path = format!("/q2/payment-methods/{account}/issuer");
    api.control("POST", &path, Some(json!({ "cancelled": true }))).await.refused(400, "bank account");
    let path = "/q2/payment-methods/nothing/issuer";
    api.control("POST", path, Some(json!({}))).await.refused(404, "no payment method");
}

#[tokio::test]
async fn a_card_that_expires_declines() {
    let api = Api::start().await;
    let client = api.client("expiring").await;
    let mut march = crate::http::card(&client, "4111111111111111");
    (march["expMonth"], march["expYear"]) = (json!("03"), json!("2026"));
    api.post("/payment", march).await.ok();
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/01/2026", ""]).await;
    api.advance("P60D").await;
    assert_eq!(api.bill_status(&bill).await, "payment-declined", "it worked to the end of March");
}

async fn swap(api: &Api, client: &str, inputs: Value) -> (String, String) {
    let card = text(&api.methods(client).await[0]["_id"]);
    let body = json!({
        "clientId": client, "companyId": REGULAR_2, "items": ["swap"],
        "meta": { "paymentMethodId": card }, "form": inputs,
    });
    let auth = text(&api.post("/auth", body).await.ok()["authId"]);
    api.advance("PT10S").await;
    let swaps = api.get(&format!("/swap/list/{client}")).await.ok();
    (auth, text(&swaps["data"][0]["_id"]))
}

#[tokio::test]
async fn a_swap_in_progress_can_be_ended() {
    for end in ["completed", "card-on-file"] {
        let (api, client, _, _) = with_bill(REGULAR_1, ["1", "03/20/2026", ""]).await;
        let (_, id) =
            swap(&api, &client, json!({ "balance": "", "dueDate": "", "status": "in-progress" })).await;
        let path = format!("/q2/swaps/{id}/end");
        api.control("POST", &path, Some(json!({ "outcome": end }))).await.ok();
        let shown = api.get(&format!("/swap/list/{client}")).await.ok();
        assert_eq!(shown["data"][0]["status"]["type"], end);
        assert_eq!(api.event_types().iter().filter(|kind| *kind == "swap.success").count(), 1);
        api.control("POST", &path, Some(json!({ "outcome": end }))).await.refused(400, "does not end now");
    }
}

#[tokio::test]
async fn a_swap_that_meets_a_problem_is_held_with_its_login_until_that_is_fixed() {
    let (api, client, _, _) = with_bill(REGULAR_1, ["1", "03/20/2026", ""]).await;
    let (auth, id) = swap(&api, &client, json!({ "username": "test", "password": "x" })).await;
    api.sandbox.end_swap(&id, &SwapEnd::Completed {}).await.expect_err("it is completed");
    let other = api.card(&client, "5555555555554444").await;
    api.post("/swap/create", json!({ "authId": auth, "paymentMethodId": other })).await.ok();
    let code = "account_issue_card_not_accepted";
    let path = format!("/q2/swaps/{id}/end");
    api.control("POST", &path, Some(json!({ "outcome": "hold", "code": code }))).await.ok();
    let status =
        async || api.get(&format!("/swap/list/{client}")).await.ok()["data"][0]["status"]["type"].clone();
    assert_eq!(status().await, "hold");
    let auths = api.auths(&client).await;
    let held = auths.iter().find(|shown| shown["_id"] == json!(auth)).expect("the auth");
    assert_eq!(held["reason"]["code"], code, "the reason is on the auth");
    assert_eq!(api.last_event("auth.hold")["hold"]["code"], code);
    api.post(&format!("/auth/{auth}/fix-hold"), json!({})).await.ok();
    api.advance("PT2S").await;
    assert_eq!(status().await, "in-progress");
    api.advance("PT5S").await;
    assert_eq!(status().await, "completed");
    api.sandbox.end_swap("nothing", &SwapEnd::Completed {}).await.expect_err("no such swap");
}

#[tokio::test]
async fn a_swap_waits_while_its_login_does_not_work() {
    let (api, client, _, _) = with_bill(REGULAR_1, ["1", "03/20/2026", ""]).await;
    let (auth, _) = swap(&api, &client, json!({ "username": "test", "password": "x" })).await;
    let other = api.card(&client, "5555555555554444").await;
    api.post("/swap/create", json!({ "authId": auth, "paymentMethodId": other })).await.ok();
    api.sandbox.refresh_auth(&auth, &AuthRefresh::NeedsResync {}).await.expect("refreshed");
    api.advance("PT1H").await;
    let status =
        async || api.get(&format!("/swap/list/{client}")).await.ok()["data"][0]["status"]["type"].clone();
    assert_eq!(status().await, "in-progress", "a hold would need a reason on the auth");
    let form = json!({ "balance": "", "dueDate": "", "status": "" });
    let body = json!({ "clientId": client, "companyId": REGULAR_2, "items": ["bill"], "form": form });
    api.post("/auth", body).await.ok();
    api.advance("PT10S").await;
    assert_eq!(status().await, "completed");
    assert_eq!(api.last_event("swap.success")["paymentMethod"]["_id"], json!(other));
}
