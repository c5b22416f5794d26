//! `POST /auth`: the outcome tables of the specification, row by row.

use serde_json::{Value, json};

use crate::http::{Api, MFA_1, REGULAR_1, REGULAR_2, REGULAR_4, text};

/// What a row of the table promises.
struct Outcome {
    auth: Option<&'static str>,
    bill: Option<&'static str>,
    events: &'static [&'static str],
}

const S1_BC_BU: &[&str] = &["auth.success", "bill.created", "bill.update"];
const S1_BC: &[&str] = &["auth.success", "bill.created"];

async fn check(company: &str, form: Value, expected: Outcome) {
    let api = Api::start().await;
    let client = api.client("outcome").await;
    api.auth_with(&client, company, form.clone()).await;
    api.advance("PT10S").await;
    let auth = api.auths(&client).await.first().map(|auth| text(&auth["status"]["type"]));
    assert_eq!(auth.as_deref(), expected.auth, "auth of {form}");
    let bill = api.bills(&client).await.first().map(|pair| text(&pair["bill"]["status"]["type"]));
    assert_eq!(bill.as_deref(), expected.bill, "bill of {form}");
    assert_eq!(api.event_types(), expected.events, "events of {form}");
}

fn inputs(balance: &str, due: &str, status: &str) -> Value {
    json!({ "balance": balance, "dueDate": due, "status": status })
}

#[tokio::test]
async fn regular_companies_do_what_the_inputs_say() {
    let verified = |bill, events| Outcome { auth: Some("verified"), bill: Some(bill), events };
    let (past, future) = ("01/15/2026", "04/15/2026");
    let rows = [
        (inputs("25.21", future, ""), verified("upcoming", S1_BC_BU)),
        (inputs("25.21", past, ""), verified("overdue", S1_BC_BU)),
        (inputs("0", future, ""), verified("zero-balance", S1_BC)),
        (inputs("", "", ""), verified("zero-balance", S1_BC)),
        (inputs("25.21", future, "no such status"), verified("upcoming", S1_BC_BU)),
        (inputs("25.21", future, "verified"), verified("upcoming", S1_BC_BU)),
        (inputs("25.21", future, "syncing"), verified("syncing", S1_BC)),
        (inputs("0", future, "zero-balance"), verified("zero-balance", S1_BC)),
        (inputs("25.21", past, "overdue"), verified("overdue", S1_BC_BU)),
        (inputs("25.21", future, "upcoming"), verified("upcoming", S1_BC_BU)),
        (inputs("25.21", past, "paid"), verified("paid", S1_BC)),
        (inputs("25.21", future, "payment-declined"), verified("upcoming", S1_BC_BU)),
        (inputs("", "", "overdue"), verified("overdue", S1_BC_BU)),
        (
            inputs("25.21", "03/04/2026", "upcoming"),
            verified("upcoming", &["auth.success", "bill.created", "bill.update", "bill.upcoming"]),
        ),
        (
            inputs("25.21", future, "authenticate"),
            Outcome { auth: Some("authenticate"), bill: None, events: &["auth.invalid"] },
        ),
        (inputs("25.21", future, "hold"), Outcome { auth: Some("hold"), bill: None, events: &["auth.hold"] }),
        (
            inputs("25.21", future, "mfa-required-questions"),
            Outcome { auth: Some("mfa-required"), bill: None, events: &["auth.security-input-required"] },
        ),
        (
            inputs("25.21", future, "mfa-required-code"),
            Outcome { auth: Some("mfa-required"), bill: None, events: &["auth.security-input-required"] },
        ),
        (
            inputs("25.21", future, "mfa-required-prompt"),
            Outcome { auth: Some("mfa-required"), bill: None, events: &["auth.security-input-required"] },
        ),
    ];
    for (form, expected) in rows {
        check(REGULAR_1, form, expected).await;
    }
}

#[tokio::test]
async fn a_company_that_requires_a_card_asks_for_one() {
    let expected = Outcome { auth: Some("verified"), bill: Some("payment-required"), events: S1_BC_BU };
    check(REGULAR_4, inputs("25.21", "04/15/2026", ""), expected).await;
}

#[tokio::test]
async fn mfa_companies_ask_whatever_the_status_says() {
    let expected =
        Outcome { auth: Some("mfa-required"), bill: None, events: &["auth.security-input-required"] };
    check(MFA_1, inputs("25.21", "04/15/2026", "overdue"), expected).await;
}

#[tokio::test]
async fn legacy_credentials_work_with_any_company() {
    let challenged =
        || Outcome { auth: Some("mfa-required"), bill: None, events: &["auth.security-input-required"] };
    let rows = [
        ("test", Outcome { auth: Some("verified"), bill: Some("upcoming"), events: S1_BC_BU }),
        ("testfail", Outcome { auth: None, bill: None, events: &["auth.invalid"] }),
        ("testhold", Outcome { auth: Some("hold"), bill: None, events: &["auth.hold"] }),
        ("testmfaquestion", challenged()),
        ("testmfaquestions", challenged()),
        ("testmfacode", challenged()),
        ("testmfaprompt", challenged()),
        ("testpaymentfail", Outcome { auth: Some("verified"), bill: Some("upcoming"), events: S1_BC_BU }),
    ];
    for (name, expected) in rows {
        check(REGULAR_2, json!({ "username": name, "password": "anything" }), expected).await;
    }
    let expected = Outcome { auth: None, bill: None, events: &["auth.invalid"] };
    check(REGULAR_2, json!({ "email": "testfail@test.test", "password": "anything" }), expected).await;
}

#[tokio::test]
async fn the_legacy_success_owes_a_hundred_in_ten_days() {
    let api = Api::start().await;
    let client = api.client("legacy").await;
    api.auth_with(&client, REGULAR_1, json!({ "username": "test", "password": "x" })).await;
    api.advance("PT5S").await;
    let bill = &api.bills(&client).await[0]["bill"];
    assert_eq!((&bill["balance"], &bill["dueDate"]), (&json!("100.00"), &json!("2026-03-12T00:00:00.000Z")));
}

#[tokio::test]
async fn a_hold_tells_its_reason() {
    let api = Api::start().await;
    let client = api.client("hold").await;
    let auth = api.auth(&client, REGULAR_1, ["", "", "hold"]).await;
    api.advance("PT5S").await;
    let shown = &api.auths(&client).await[0];
    assert_eq!(shown["_id"], json!(auth));
    assert_eq!(shown["reason"]["code"], "account_issue_accept_toc");
    assert!(shown["reason"]["userMessage"].is_string());
    assert!(shown.get("mfa").is_none());
    let event = api.last_event("auth.hold");
    assert_eq!(event["hold"]["code"], "account_issue_accept_toc");
    assert_eq!(event["company"], json!({ "_id": REGULAR_1, "name": "Regular Company 1" }));
}

#[tokio::test]
async fn a_bill_that_was_paid_elsewhere_tells_when_and_how_much() {
    let api = Api::start().await;
    let client = api.client("paid").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "01/15/2026", "paid"]).await;
    let shown = api.get(&format!("/bill/{bill}")).await.ok();
    assert_eq!(shown["bill"]["lastPaidAmount"], "25.21");
    assert_eq!(shown["bill"]["lastPaidOn"], "2026-01-15T00:00:00.000Z");
    assert_eq!(shown["payments"], json!([]), "the sandbox moved no money for it");
    assert!(api.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn the_same_login_is_checked_again_instead_of_stored_twice() {
    let api = Api::start().await;
    let client = api.client("again").await;
    let first = api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.advance("PT5S").await;
    let again = api.auth(&client, REGULAR_1, ["52.11", "04/15/2026", ""]).await;
    assert_eq!(again, first);
    api.advance("PT2S").await;
    assert_eq!(api.bills(&client).await[0]["bill"]["status"]["type"], "syncing");
    api.advance("PT3S").await;
    assert_eq!((api.auths(&client).await.len(), api.bills(&client).await.len()), (1, 1));
    assert_eq!(api.bills(&client).await[0]["bill"]["balance"], "52.11");
    let change = &api.last_event("bill.update")["bill"]["balance"];
    assert_eq!(*change, json!({ "previous": "25.21", "current": "52.11" }));
    let other = api.auth(&client, REGULAR_2, ["1", "04/15/2026", ""]).await;
    assert_ne!(other, first, "another company is another login");
}

#[tokio::test]
async fn a_known_login_that_fails_must_authenticate_again() {
    let api = Api::start().await;
    let client = api.client("known").await;
    api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.advance("PT5S").await;
    api.auth_with(&client, REGULAR_1, json!({ "username": "testfail", "password": "x" })).await;
    api.advance("PT5S").await;
    assert_eq!(api.auths(&client).await[0]["status"]["type"], "authenticate");
    let bill = text(&api.bills(&client).await[0]["bill"]["_id"]);
    api.card(&client, "4111111111111111").await;
    api.post("/payment/schedule", json!({ "billId": bill })).await.refused(400, "not verified");
    api.advance("P60D").await;
    assert!(api.sandbox.ledger().is_empty(), "no payment while the login is not verified");
}

#[tokio::test]
async fn a_new_login_can_be_told_from_a_known_one_if_asked_for() {
    let api = Api::start().await;
    let configuration = billwire_sandbox::WebhookConfiguration::default().with_all_event_types();
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    let client = api.client("created").await;
    api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.advance("PT5S").await;
    api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.advance("PT5S").await;
    let types = api.event_types();
    assert_eq!(types.iter().filter(|kind| *kind == "auth.created").count(), 1, "{types:?}");
    api.auth_with(&client, REGULAR_2, json!({ "username": "testfail", "password": "x" })).await;
    api.advance("PT5S").await;
    let failed = api.last_event("auth.failed");
    assert!(failed["reason"]["message"].is_string(), "{failed}");
}

#[tokio::test]
async fn bad_requests_are_refused_with_the_reason() {
    let api = Api::start().await;
    let client = api.client("bad").await;
    let other = api.client("other").await;
    let card = api.card(&other, "4111111111111111").await;
    let good = json!({
        "clientId": client,
        "companyId": REGULAR_1,
        "items": ["bill"],
        "form": { "balance": "", "dueDate": "", "status": "" },
    });
    let with = |change: Value| {
        let mut body = good.clone();
        for (name, value) in change.as_object().expect("members") {
            body[name] = value.clone();
        }
        body
    };
    let rows = [
        (json!({ "clientId": "nobody" }), "no client nobody"),
        (json!({ "companyId": "nowhere" }), "no company nowhere"),
        (json!({ "items": [] }), "items"),
        (json!({ "items": ["bill", "swap"] }), "alone"),
        (json!({ "items": ["bills"] }), "items takes"),
        (json!({ "items": ["payment"] }), "meta.billId"),
        (json!({ "meta": { "billId": "b", "swapId": "s" } }), "not both"),
        (json!({ "meta": { "billId": "unknown" } }), "no bill unknown"),
        (json!({ "meta": { "paymentMethodId": card } }), "no payment method"),
        (json!({ "form": { "balance": "", "dueDate": "" } }), "login field status"),
        (json!({ "form": { "balance": "lots", "dueDate": "", "status": "" } }), "form.balance"),
        (json!({ "form": { "balance": "", "dueDate": "2026-03-02", "status": "" } }), "mm/dd/yyyy"),
        (json!({ "form": { "username": "someone", "password": "x" } }), "login field balance"),
    ];
    for (change, says) in rows {
        api.post("/auth", with(change)).await.refused(400, says);
    }
    api.post("/auth", with(json!({ "items": ["swap"] }))).await.refused(400, "meta.paymentMethodId");
    // A step posted to the wrong route (trap T13).
    api.post("/auth", json!({ "token": "t", "method": "prompt" })).await.refused(400, "Please provide a");
    assert!(api.sandbox.events().is_empty());
}

#[tokio::test]
async fn a_company_in_maintenance_is_listed_but_refuses_logins() {
    let api = Api::start().await;
    api.sandbox
        .set_rules(billwire_sandbox::Rules::default().with_companies_in_maintenance([REGULAR_1.to_owned()]))
        .expect("known company");
    let client = api.client("maintenance").await;
    assert_eq!(api.get(&format!("/company/{REGULAR_1}")).await.ok()["status"], "maintenance");
    let form = json!({ "balance": "", "dueDate": "", "status": "" });
    let body = json!({ "clientId": client, "companyId": REGULAR_1, "items": ["bill"], "form": form });
    api.post("/auth", body).await.refused(400, "maintenance");
}

#[tokio::test]
async fn items_may_be_a_bare_text() {
    let api = Api::start().await;
    let client = api.client("bare").await;
    let form = json!({ "username": "test", "password": "x" });
    let body = json!({ "clientId": client, "companyId": REGULAR_1, "items": "bill", "form": form });
    api.post("/auth", body).await.ok();
    api.advance("PT5S").await;
    assert_eq!(api.bills(&client).await[0]["bill"]["auth"]["items"], json!(["bill"]));
}

/// The rows of section 11.3 that ask first: after the answer they are as `test`.
#[tokio::test]
async fn a_legacy_challenge_leads_to_the_legacy_bill() {
    for name in ["testmfaquestion", "testmfacode", "testmfaprompt"] {
        let api = Api::start().await;
        let client = api.client(name).await;
        api.auth_with(&client, REGULAR_1, json!({ "username": name, "password": "x" })).await;
        api.advance("PT3S").await;
        while api.auths(&client).await[0]["status"]["type"] == "mfa-required" {
            let challenge = api.last_event("auth.security-input-required");
            let answer = |asked: &Value| json!({ "identifier": asked["identifier"], "answer": "123456" });
            let mut step = json!({ "token": challenge["token"], "method": challenge["method"] });
            let inputs = challenge["input"].as_array().expect("input");
            match text(&challenge["method"]).as_str() {
                "questions" => step["security"] = inputs.iter().map(answer).collect(),
                "code" => step["security"] = json!({ "identifier": inputs[0]["identifier"] }),
                _ => {}
            }
            api.post("/auth/step", step).await.ok();
            api.advance("PT1S").await;
        }
        api.advance("PT5S").await;
        let bill = &api.bills(&client).await[0]["bill"];
        assert_eq!(
            (&bill["status"]["type"], &bill["balance"]),
            (&json!("upcoming"), &json!("100.00")),
            "{name}"
        );
    }
}
