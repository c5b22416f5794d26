//! Every type of event by a real cause, with exactly the members of its documented sample.
//!
//! Source: Q2 Biller Direct description, sections 10.1 to 10.3.

use std::collections::BTreeSet;

use billwire_sandbox::{AuthRefresh, Statement, WebhookConfiguration};
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, REGULAR_3, REGULAR_5, text};

const DUE: &str = "2026-03-20T00:00:00.000Z";

/// A world in which every type of event is switched on.
async fn start() -> Api {
    let api = Api::start().await;
    let configuration = WebhookConfiguration::default().with_all_event_types();
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    api
}

/// The paths of all members, array elements under one name.
fn shape(value: &Value) -> BTreeSet<String> {
    fn add(value: &Value, place: &str, all: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                    all.insert(place.clone());
                    add(value, &place, all);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| add(value, &format!("{place}[]"), all)),
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    add(value, "", &mut all);
    all
}

const ENVELOPE: [&str; 7] = ["_id", "clientId", "created", "identifier", "partnerId", "payload", "type"];

const CARD_METHOD: &str = "paymentMethod paymentMethod._id paymentMethod.card paymentMethod.card.bin \
    paymentMethod.card.brand paymentMethod.card.cancelled paymentMethod.card.expDate paymentMethod.card.number \
    paymentMethod.card.type paymentMethod.default paymentMethod.name paymentMethod.status paymentMethod.type \
    paymentMethod.assignedBills";

/// The latest event of a type is about this resource and its data has these members, no more and no fewer.
#[track_caller]
fn check(api: &Api, kind: &str, resource: (&str, &str), members: &str) -> Value {
    let events = api.sandbox.events();
    let event = events.iter().rev().find(|event| event.kind == kind).expect("such an event");
    let names: Vec<&String> = event.event.as_object().expect("members").keys().collect();
    assert_eq!(names.iter().map(|name| name.as_str()).collect::<BTreeSet<_>>(), ENVELOPE.into());
    let (resource_type, resource_id) = resource;
    assert_eq!(
        event.event["payload"]["resource"],
        json!({ "type": resource_type, "id": resource_id }),
        "{kind}"
    );
    let data = &event.event["payload"]["data"];
    let expected: BTreeSet<String> = members.split_whitespace().map(ToOwned::to_owned).collect();
    assert_eq!(shape(data), expected, "{kind}: {data}");
    data.clone()
}

const AUTH: &str =
    "auth auth._id auth.items auth.company auth.company._id auth.company.name auth.status auth.status.type";
const COMPANY: &str = "company company._id company.name";

#[tokio::test]
async fn auth_success_auth_created_bill_created_and_bill_update_by_a_first_login() {
    let api = start().await;
    let client = api.client("cause").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let auth = text(&api.auths(&client).await[0]["_id"]);
    let success = check(&api, "auth.success", ("client", &client), AUTH);
    let company = json!({ "_id": REGULAR_1, "name": "Regular Company 1" });
    let verified = json!({ "type": "verified" });
    let expected = json!({ "_id": auth, "items": ["bill"], "company": company, "status": verified });
    assert_eq!(success, json!({ "auth": expected }));
    assert_eq!(check(&api, "auth.created", ("auth", &auth), AUTH), success);
    let members = format!(
        "{} auth.company.logo auth.company.logo.background auth.company.logo.url",
        AUTH.replace("auth.items", "")
    );
    check(&api, "bill.created", ("bill", &bill), &members);
    let members =
        "company company.name bill bill.balance bill.balance.current bill.dueDate bill.dueDate.current";
    check(&api, "bill.update", ("bill", &bill), members);
}

#[tokio::test]
async fn bill_update_with_both_values_by_a_new_statement() {
    let api = start().await;
    let client = api.client("cause").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let statement = Statement::of(billwire_sandbox::Amount::from_cents(5211));
    api.sandbox.deliver_statement(&bill, &statement).await.expect("delivered");
    let members = "company company.name bill bill.balance bill.balance.previous bill.balance.current \
        bill.dueDate bill.dueDate.current";
    let data = check(&api, "bill.update", ("bill", &bill), members);
    let changes =
        json!({ "balance": { "previous": "25.21", "current": "52.11" }, "dueDate": { "current": DUE } });
    assert_eq!(data["bill"], changes);
}

#[tokio::test]
async fn bill_upcoming_by_the_approach_of_the_due_date() {
    let api = start().await;
    let client = api.client("cause").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    api.advance("P16D").await;
    let data =
        check(&api, "bill.upcoming", ("bill", &bill), "company company.name bill bill.balance bill.dueDate");
    assert_eq!(data["bill"], json!({ "balance": "25.21", "dueDate": DUE }));
}

#[tokio::test]
async fn bill_payment_scheduled_sent_notice_and_cancelled_by_a_scheduled_payment() {
    let api = start().await;
    let client = api.client("cause").await;
    let card = api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_3, ["100.00", "03/20/2026", ""]).await;
    api.post(&format!("/payment/{card}/assign"), json!({ "billId": bill })).await.ok();
    let schedule = json!({ "billId": bill, "payDate": "2026-03-10T00:00:00.000Z" });
    api.post("/payment/schedule", schedule.clone()).await.ok();
    let payment =
        format!("company company.name amount surcharge surcharge.type surcharge.rate {CARD_METHOD}");
    let data = check(&api, "bill.payment.scheduled", ("bill", &bill), &format!("{payment} payDate"));
    assert_eq!((&data["amount"], &data["payDate"]), (&json!("100.00"), &json!("2026-03-10T00:00:00.000Z")));
    assert_eq!(data["surcharge"], json!({ "type": "credit", "rate": "2.50" }), "as text (trap T25)");
    let expected = json!({
        "_id": card, "type": "card", "name": "Demo User", "status": "verified", "default": true,
        "card": {
            "number": "XXXX1111", "bin": "41111111", "brand": "visa", "type": "credit",
            "expDate": "2030-12-01T12:00:00.000Z", "cancelled": false,
        },
        "assignedBills": [bill],
    });
    assert_eq!(data["paymentMethod"], expected);

    let moved: billwire_sandbox::Moment = "2026-03-28T00:00:00.000Z".parse().expect("an instant");
    let statement = Statement::of(billwire_sandbox::Amount::from_cents(10_000)).with_due_date(moved);
    api.sandbox.deliver_statement(&bill, &statement).await.expect("delivered");
    let members = "company company.name bill bill.dueDate bill.dueDate.previous bill.dueDate.current";
    check(&api, "bill.scheduled-payment-notice", ("bill", &bill), members);

    api.post("/payment/cancel", json!({ "billId": bill })).await.ok();
    let members = format!(
        "company company.name trigger bill bill.amount bill.amount.current bill.dueDate bill.dueDate.current {CARD_METHOD}"
    );
    let data = check(&api, "bill.payment.cancelled", ("bill", &bill), &members);
    assert_eq!((&data["trigger"], &data["bill"]["amount"]["current"]), (&json!("client"), &json!("100.00")));

    api.post("/payment/schedule", schedule).await.ok();
    api.advance("P10D").await;
    check(&api, "bill.payment.sent", ("bill", &bill), &payment);
}

#[tokio::test]
async fn bill_payment_failed_by_a_card_that_is_declined() {
    let api = start().await;
    let client = api.client("cause").await;
    let card = api.card(&client, "4000000000000002").await;
    let bill = api.bill(&client, REGULAR_3, ["25.21", "03/20/2026", ""]).await;
    api.post(&format!("/payment/{card}/assign"), json!({ "billId": bill })).await.ok();
    api.pay_now(&bill).await;
    let data = check(
        &api,
        "bill.payment.failed",
        ("bill", &bill),
        &format!("amount company company.name {CARD_METHOD}"),
    );
    assert_eq!(data["paymentMethod"]["status"], "verified", "as in the sample");
}

#[tokio::test]
async fn auth_hold_auth_invalid_and_auth_needs_resync_by_a_refresh_and_auth_deleted_by_a_deletion() {
    let api = start().await;
    let client = api.client("cause").await;
    api.bill(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let auth = text(&api.auths(&client).await[0]["_id"]);
    let refresh = async |found: AuthRefresh| {
        api.sandbox.refresh_auth(&auth, &found).await.expect("refreshed");
    };
    let again = async || {
        api.auth(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
        api.advance("PT5S").await;
    };
    refresh(AuthRefresh::hold("account_issue_no_service_account")).await;
    let data = check(&api, "auth.hold", ("auth", &auth), &format!("{COMPANY} hold hold.code hold.text"));
    assert_eq!(data["hold"]["code"], "account_issue_no_service_account");
    again().await;
    refresh(AuthRefresh::Invalid {}).await;
    check(&api, "auth.invalid", ("auth", &auth), COMPANY);
    again().await;
    refresh(AuthRefresh::NeedsResync {}).await;
    check(&api, "auth.needs-resync", ("auth", &auth), COMPANY);
    api.request("DELETE", &format!("/auth/{auth}"), None).await.ok();
    check(&api, "auth.deleted", ("auth", &auth), COMPANY);
}

#[tokio::test]
async fn auth_failed_by_refused_credentials_of_a_new_login_and_auth_invalid_of_a_known_one() {
    let api = start().await;
    let client = api.client("cause").await;
    let refused = json!({ "username": "testfail", "password": "x" });
    api.auth_with(&client, REGULAR_1, refused.clone()).await;
    api.advance("PT5S").await;
    check(&api, "auth.failed", ("client", &client), &format!("{COMPANY} reason reason.message"));
    assert!(api.auths(&client).await.is_empty());
    let auth = api.auth(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    api.advance("PT5S").await;
    api.auth_with(&client, REGULAR_1, refused).await;
    api.advance("PT5S").await;
    check(&api, "auth.invalid", ("auth", &auth), COMPANY);
    assert_eq!(api.event_types().iter().filter(|kind| *kind == "auth.failed").count(), 1);
}

/// Traps T21 and T23: the members of the challenge, and the method of a code's follow-up.
#[tokio::test]
async fn auth_security_input_required_by_every_kind_of_challenge() {
    let api = start().await;
    let about = "auth auth._id auth.company auth.company._id auth.company.name auth.status auth.status.type";
    let challenge = |client: &str, members: &str| {
        check(
            &api,
            "auth.security-input-required",
            ("client", client),
            &format!("method token input {members}"),
        )
    };
    let ask = async |kind: &str| {
        let client = api.client(kind).await;
        api.auth(&client, REGULAR_1, ["1", "", kind]).await;
        api.advance("PT3S").await;
        client
    };
    let client = ask("mfa-required-questions").await;
    let asked = challenge(&client, &format!("{about} input[].identifier input[].question"));
    assert_eq!(
        (&asked["method"], &asked["auth"]["status"]["type"]),
        (&json!("questions"), &json!("mfa-required"))
    );
    let client = ask("mfa-required-prompt").await;
    assert_eq!(challenge(&client, &format!("{about} input[].request"))["method"], "prompt");
    let client = ask("mfa-required-code").await;
    let place = "input[].type input[].mask input[].identifier input[].label";
    let choice = challenge(&client, &format!("{COMPANY} {place}"));
    assert_eq!(choice["method"], "code");
    let security = json!({ "identifier": choice["input"][0]["identifier"] });
    let step = json!({ "token": choice["token"], "method": "code", "security": security });
    api.post("/auth/step", step).await.ok();
    api.advance("PT1S").await;
    let asked = challenge(&client, &format!("{about} input[].identifier input[].question showRetry"));
    assert_eq!((&asked["method"], &asked["showRetry"]), (&json!("questions"), &json!(true)));
}

#[tokio::test]
async fn swap_success_by_a_completed_swap() {
    let api = start().await;
    let client = api.client("cause").await;
    let card = api.card(&client, "4111111111111111").await;
    api.bill(&client, REGULAR_5, ["25.21", "03/20/2026", ""]).await;
    let auth = text(&api.auths(&client).await[0]["_id"]);
    api.post("/swap/create", json!({ "authId": auth, "paymentMethodId": card })).await.ok();
    api.advance("PT5S").await;
    let swap = text(&api.get(&format!("/swap/list/{client}")).await.ok()["data"][0]["_id"]);
    let members = format!(
        "{COMPANY} {} clientId company.status company.logo company.logo.url company.logo.background company.logo.svg \
         company.logo.svg.url company.logo.svg.color company.logo.symbol company.logo.symbol.url \
         company.logo.symbol.color company.auth company.auth.urls company.auth.urls.login company.auth.urls.signup \
         company.auth.urls.forgotUsername company.auth.urls.forgotPassword company.auth.loginFields \
         company.auth.loginFields[].placeholder company.auth.loginFields[].formType company.auth.loginFields[].name \
         company.auth.loginFields[].label company.userPresenceRequired company.supportedItems",
        CARD_METHOD.replace("paymentMethod.assignedBills", "")
    );
    let data = check(&api, "swap.success", ("swap", &swap), &members);
    assert_eq!((&data["clientId"], &data["paymentMethod"]["_id"]), (&json!(client), &json!(card)));
    let company = api.get(&format!("/company/{REGULAR_5}")).await.ok();
    for member in data["company"].as_object().expect("members").keys() {
        assert_eq!(data["company"][member], company[member], "{member}: the same as GET tells");
    }
}
