//! Unbill through the command, from a customer to a paid bill and a card on file.

use serde_json::{Value, json};

use crate::run::{Service, text};

const PAY_DATE: &str = "2026-03-10T00:00:00.000Z";

/// Calls without secrets.
fn call(service: &Service, words: &[&str]) -> Value {
    service.call_of("unbill", words, &[])
}

#[test]
fn from_a_customer_to_a_paid_bill_and_a_swapped_card() {
    let service = Service::start();
    let client_id = client(&service);
    let finished = log_in(&service, &client_id);
    let auth_id = text(&finished, "authId");
    let bill_id = text(&finished["items"][0], "_id");
    let auths = call(&service, &["auth", "list", "--client-id", &client_id]);
    assert_eq!(auths["data"][0]["status"]["type"], "verified", "{auths}");

    add_card(&service, &client_id);
    let settings = ["payment", "settings", "--bill-id", &bill_id, "--recurring", "disabled"];
    assert_eq!(call(&service, &settings), json!({"success": true}));
    call(&service, &["payment", "schedule", "--bill-id", &bill_id, "--pay-date", PAY_DATE]);
    assert_eq!(call(&service, &["bill", "get", "--bill-id", &bill_id])["bill"]["payDate"], PAY_DATE);
    service.wait(service.sandbox.advance("P20D")).expect("time passes");

    let paid = call(&service, &["bill", "get", "--bill-id", &bill_id]);
    assert_eq!(paid["bill"]["status"]["type"], "paid", "{paid}");
    assert_eq!(paid["payments"].as_array().map(Vec::len), Some(1), "{paid}");
    assert_eq!(paid["payments"][0]["amount"], "100.00");
    let ledger = service.sandbox.ledger();
    assert_eq!((ledger.len(), &ledger[0].bill_id), (1, &bill_id));

    assert_eq!(call(&service, &["swap", "create", "--auth-id", &auth_id]), json!({"success": true}));
    let requests = service.sandbox.requests();
    assert!(requests.iter().all(|request| request.credential.is_some()), "{requests:#?}");
}

/// A customer, found again by the partner's own name, and a token for the customer's own page, which works once.
fn client(service: &Service) -> String {
    let created = call(service, &["client", "create", "--identifier", "customer-1"]);
    assert_eq!(call(service, &["client", "create", "--identifier", "customer-1"]), created);
    let token = call(service, &["client", "create-token", "--identifier", "customer-1", "--nonce"]);
    let token = text(&token, "token");
    let client_id = text(&created, "clientId");
    assert_eq!(service.sandbox.unbill().use_token(&token).expect("it opens"), client_id);
    assert!(service.sandbox.unbill().use_token(&token).is_err(), "it worked twice");
    client_id
}

/// A login that asks where to send a code, then for the code.
fn log_in(service: &Service, client_id: &str) -> Value {
    let companies = call(service, &["company", "search", "--query", "Test Merchant"]);
    let company_id = text(&companies["data"][0], "_id");
    let create = ["auth", "create", "--client-id", client_id, "--company-id", &company_id, "--items", "bill"];
    let form = r#"{"username": "testmfacode", "password": "test"}"#;
    let first = service.call_of("unbill", &create, &[("--form-from", form)]);
    let second = answer(service, &first, |input| json!({"identifier": input}));
    assert_ne!(first["token"], second["token"], "each challenge has a token of its own");
    answer(service, &second, |input| json!({"identifier": input, "answer": "123456"}))
}

/// Answers the first input of a challenge.
fn answer(service: &Service, challenge: &Value, answer: impl Fn(&Value) -> Value) -> Value {
    let answers = Value::from(vec![answer(&challenge["mfa"][0]["identifier"])]).to_string();
    let secrets = [("--token-from", text(challenge, "token")), ("--mfa-from", answers)];
    service.call_of(
        "unbill",
        &["auth", "step"],
        &secrets.each_ref().map(|(name, value)| (*name, value.as_str())),
    )
}

fn add_card(service: &Service, client_id: &str) {
    let add =
        ["payment", "add", "--client-id", client_id, "--payment-type", "card", "--name", "Demo Customer"];
    // A published test number.
    let card = [
        ("--card-number-from", "4111111111111111"),
        ("--card-code-from", "123"),
        ("--exp-month-from", "12"),
        ("--exp-year-from", "2030"),
    ];
    let words = [&add[..], &["--zipcode", "12345", "--set-as-default"]].concat();
    let method = text(&service.call_of("unbill", &words, &card), "paymentMethodId");
    let methods = call(service, &["payment", "list", "--client-id", client_id]);
    assert_eq!(methods["data"][0]["_id"], method, "{methods}");
    assert_eq!(methods["data"][0]["card"]["number"], "XXXX1111", "{methods}");
}
