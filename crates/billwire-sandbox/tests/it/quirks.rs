//! Quirks mode over HTTP: what a client sees, and how it is switched.

use billwire_sandbox::{ErrorKind, Quirk, Quirks, Sandbox, WebhookConfiguration};
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, REGULAR_3, bank};
use crate::receiver::Receiver;

/// A client with a card, a bank account and a bill without cents.
async fn story(api: &Api) -> (String, String) {
    let client = api.client("quirky").await;
    api.card(&client, "4111111111111111").await;
    api.post("/payment", bank(&client, "9900000002")).await.ok();
    let bill = api.bill(&client, REGULAR_1, ["100.00", "04/15/2026", ""]).await;
    (client, bill)
}

/// Trap T2, trap T3, trap T8: a bill as it is printed.
#[tokio::test]
async fn a_bill_as_printed() {
    let api = Api::start().await;
    let (_, bill) = story(&api).await;
    let tidy = api.read_bill(&bill).await;
    assert_eq!((&tidy["hidden"], &tidy["autopay"]), (&json!(false), &json!("unknown")));
    api.sandbox.set_quirks(Quirks::all());
    let untidy = api.read_bill(&bill).await;
    assert_eq!((&untidy["hidden"], &untidy["autopay "]), (&json!("false"), &json!("unknown")));
    assert_eq!((&untidy["balance"], untidy.get("autopay")), (&json!("100"), None));
    api.sandbox.set_quirks(Quirks::none().with(Quirk::MoneyAsNumber));
    assert_eq!(api.read_bill(&bill).await["balance"], json!(100.0));
    api.sandbox.set_quirks(Quirks::none());
    assert_eq!(api.read_bill(&bill).await, tidy);
}

/// Trap T6, trap T24, trap T25, trap T26: companies as they are printed.
#[tokio::test]
async fn companies_as_printed() {
    let api = Api::start_with(Sandbox::builder().quirks(Quirks::all())).await;
    let company = async |id: &str| api.get(&format!("/company/{id}")).await.ok();
    let placed = company(REGULAR_1).await;
    assert_eq!((&placed["geo"]["stateShort"], placed["geo"].get("state_short")), (&json!("TX"), None));
    let dear = company(REGULAR_3).await;
    let cards = dear["fees"]["cards"].as_object().expect("cards");
    assert_eq!(cards["american express"], json!({ "credit": { "rate": "3.5", "percentage": true } }));
    assert_eq!(cards["amex"], json!({ "debit": { "rate": "0.75", "percentage": false } }));
    assert!(placed["auth"]["urls"]["forgotUsername"].is_string(), "only an event prints the other name");
}

/// Trap T7: the short keys are those of the list; nothing else is touched.
#[tokio::test]
async fn the_list_of_methods_has_short_bank_keys() {
    let api = Api::start_with(Sandbox::builder().quirks(Quirks::none().with(Quirk::ShortBankKeys))).await;
    let (client, _) = story(&api).await;
    let methods = api.methods(&client).await;
    let bank = methods.iter().find(|method| method["type"] == "bank").expect("a bank account");
    assert_eq!(bank["bank"], json!({ "routing": "XXXX0021", "account": "XXXX0002", "type": "checking" }));
}

/// Trap T1: the answer to a security step.
#[tokio::test]
async fn a_step_succeeds_in_a_text() {
    let api = Api::start_with(Sandbox::builder().quirks(Quirks::all())).await;
    let client = api.client("mfa").await;
    api.auth(&client, REGULAR_1, ["25.21", "04/15/2026", "mfa-required-prompt"]).await;
    api.advance("PT5S").await;
    let asked = api.last_event("auth.security-input-required");
    let answer = api.post("/auth/step", json!({ "token": asked["token"], "method": "prompt" })).await.ok();
    assert_eq!(answer["success"], json!("true"));
}

async fn hooked(quirks: Quirks) -> (Api, Receiver) {
    let (api, receiver) = (Api::start_with(Sandbox::builder().quirks(quirks)).await, Receiver::start().await);
    let configuration = WebhookConfiguration::to(receiver.url("/hook")).with_all_event_types();
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    (api, receiver)
}

/// Trap T9, trap T10: events as they are printed, with the record of what happened left tidy.
#[tokio::test]
async fn events_as_printed() {
    let all_but_bare = Quirks::all().without(Quirk::BareEvent).without(Quirk::ChangesInOldForm);
    let (api, receiver) = hooked(all_but_bare).await;
    for kind in ["bill.update", "bill.payment.cancelled"] {
        api.sandbox.trigger_event(kind, None, []).await.expect("an event");
    }
    let [update, cancelled] = &receiver.received("/hook")[..] else { panic!("two webhooks") };
    assert_eq!(update.json()["event"]["created"], "2026-03-02T12:00:00Z");
    assert_eq!(
        update.json()["event"]["payload"]["data"]["bill"]["dueDate"]["current"],
        "2019-03-28 17:00:00.000"
    );
    assert_eq!(cancelled.json()["event"]["type"], "bill.payment.canceled");
    let card = &cancelled.json()["event"]["payload"]["data"]["paymentMethod"]["card"];
    assert_eq!((&card["canceled"], card.get("cancelled")), (&json!(false), None));
    assert_eq!(api.sandbox.events()[1].event["type"], "bill.payment.cancelled");
}

/// Trap T17, trap T18: bodies without their wrapping, and members that come twice.
#[tokio::test]
async fn bodies_as_printed() {
    let (api, receiver) = hooked(Quirks::all()).await;
    api.sandbox.trigger_event("swap.success", None, []).await.expect("an event");
    api.sandbox.set_quirks(Quirks::none().with(Quirk::BarePayload));
    api.sandbox.trigger_event("swap.success", None, []).await.expect("an event");
    let [bare, payload] = &receiver.received("/hook")[..] else { panic!("two webhooks") };
    let text = String::from_utf8(bare.body.to_vec()).expect("text");
    assert!(text.starts_with(r#"{"_id":"580e3e11dec21e861b5a3719","type":"swap.success""#), "{text}");
    assert!(text.ends_with(r#","__v":0}"#), "{text}");
    assert_eq!(bare.json()["_id"], json!(api.sandbox.events()[0].id), "the last one wins");
    assert_eq!(payload.json()["resource"]["type"], "swap");
    assert!(payload.json().get("type").is_none());
}

#[tokio::test]
async fn quirks_are_switched_over_http_and_kept_with_the_state() {
    let api = Api::start_with(Sandbox::builder().quirks(Quirks::none().with(Quirk::ForgotUser))).await;
    let quirks = async || api.control("GET", "/q2/quirks", None).await.ok();
    let shown = quirks().await;
    assert_eq!(shown["quirks"], json!(["forgot-user"]));
    assert_eq!(shown["known"].as_array().map(Vec::len), Some(Quirk::ALL.len()));
    assert_eq!(shown["known"][0]["trap"], "T1");

    let set = async |value: Value| api.control("PUT", "/q2/quirks", Some(json!({ "quirks": value }))).await;
    assert_eq!(set(json!("all")).await.ok()["quirks"], json!(Quirks::all()));
    set(json!(["success-as-text"])).await.ok();
    assert_eq!(api.sandbox.quirks(), Quirks::none().with(Quirk::SuccessAsText));
    let state = api.sandbox.state().expect("a state");
    set(json!("none")).await.ok();
    set(json!(["unheard-of"])).await.refused(400, "is no quirk; there are all, none, success-as-text");
    set(json!(7)).await.refused(400, "a list of quirks");
    assert!(api.sandbox.quirks().is_empty());

    api.sandbox.restore(&state).await.expect("restored");
    assert_eq!(api.sandbox.quirks(), Quirks::none().with(Quirk::SuccessAsText));
    api.sandbox.reset(None).await.expect("reset");
    assert_eq!(api.sandbox.quirks(), Quirks::none().with(Quirk::ForgotUser), "as it was started");
    let kind = "typo".parse::<Quirks>().expect_err("no quirk").kind();
    assert_eq!(kind, ErrorKind::InvalidInput);
}
