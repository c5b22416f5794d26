//! Every operation has a client method, and each goes where the documents say, with what they say.

use std::collections::{BTreeMap, BTreeSet};

use billwire_core::testing::Step;
use billwire_core::{Attempt, CallOptions, ClientToken, Environment, ErrorKind, unbill};
use billwire_crypto::OsRandom;
use billwire_models::scalar::Timestamp;
use billwire_models::unbill::{
    AccountType, AddPaymentMethod, AssignPaymentMethod, AuthItem, CreateClient, CreateSwap, CreateToken,
    EnabledState, MfaChallenge, PaymentMethodType, SchedulePayment, SearchCompanies, StepAuth,
    UpdatePaymentSettings, operations,
};
use serde_json::{Value, json};

use super::{Scene, TOKEN, builder, login, step};
use crate::support::header;

/// Source: Unbill v1 description, section 4 "Endpoints". Written by hand, not read from the table.
fn documented() -> BTreeMap<&'static str, (&'static str, Option<Value>)> {
    let bill = || Some(json!({"billId": "b"}));
    let login = json!({"clientId": "c", "companyId": "co", "form": {"username": "test", "password": "test"}});
    let bank = json!({
        "clientId": "c", "paymentType": "bank", "name": "Demo User", "routingNumber": "021000021",
        "accountNumber": "9900000002", "accountType": "checking"
    });
    BTreeMap::from([
        ("createAuth", ("POST /v1/auth", Some(login))),
        (
            "stepAuth",
            (
                "POST /v1/auth/step",
                Some(json!({"token": TOKEN, "mfa": [{"identifier": "q", "answer": "Rex"}]})),
            ),
        ),
        ("listAuths", ("GET /v1/auth/list/c%2F1", None)),
        ("fixHold", ("POST /v1/auth/a%2F1/fix-hold", None)),
        ("deleteAuth", ("DELETE /v1/auth/a%2F1", None)),
        ("getBill", ("GET /v1/bill/b%2F1", None)),
        ("listBills", ("GET /v1/bill/list/c%2F1", None)),
        ("listCategories", ("GET /v1/company/categories", None)),
        ("getCompany", ("GET /v1/company/co%2F1", None)),
        ("searchCompanies", ("POST /v1/company/search", Some(json!({"query": "Netflix"})))),
        ("addPaymentMethod", ("POST /v1/payment", Some(bank))),
        ("listPaymentMethods", ("GET /v1/payment/list/c%2F1", None)),
        ("deletePaymentMethod", ("DELETE /v1/payment/p%2F1", None)),
        ("retryPaymentMethod", ("POST /v1/payment/p%2F1/retry", None)),
        ("setDefaultPaymentMethod", ("POST /v1/payment/p%2F1/set-default", None)),
        ("assignPaymentMethod", ("POST /v1/payment/p%2F1/assign", bill())),
        (
            "updatePaymentSettings",
            ("POST /v1/payment/settings", Some(json!({"billId": "b", "recurring": "enabled"}))),
        ),
        ("schedulePayment", ("POST /v1/payment/schedule", bill())),
        ("createClient", ("POST /v1/client", Some(json!({"identifier": "i"})))),
        ("createToken", ("POST /v1/client/create-token", Some(json!({"identifier": "i", "nonce": true})))),
        ("createSwap", ("POST /v1/swap", Some(json!({"authId": "a"})))),
        ("listSwapCompanies", ("GET /v1/swap/companies", None)),
    ])
}

/// Calls every method once; the answers do not matter here.
async fn call_everything(scene: &Scene) -> Vec<&'static str> {
    let client = &scene.client;
    let mut called = Vec::new();
    macro_rules! call {
        ($id:literal, $call:expr) => {
            scene.transport.push(Step::ok("null"));
            let error = $call.await.expect_err("null is no answer");
            assert_eq!(error.operation().expect("an operation").id, $id, "{error}");
            called.push($id);
        };
    }
    let bank = AddPaymentMethod::new("c".into(), PaymentMethodType::Bank, "Demo User")
        .with_routing_number("021000021".into())
        .with_account_number("9900000002".into())
        .with_account_type(AccountType::Checking);
    let settings = UpdatePaymentSettings::new("b".into()).with_recurring(EnabledState::Enabled);
    let assign = AssignPaymentMethod::new("b".into());
    call!("createAuth", client.create_auth(&login()));
    call!("stepAuth", client.step_auth(&step()));
    call!("listAuths", client.list_auths(&"c/1".into()));
    call!("fixHold", client.fix_hold(&"a/1".into()));
    call!("deleteAuth", client.delete_auth(&"a/1".into()));
    call!("getBill", client.bill(&"b/1".into()));
    call!("listBills", client.list_bills(&"c/1".into()));
    call!("listCategories", client.list_categories());
    call!("getCompany", client.company(&"co/1".into()));
    call!("searchCompanies", client.search_companies(&SearchCompanies::new().with_query("Netflix")));
    call!("addPaymentMethod", client.add_payment_method(&bank));
    call!("listPaymentMethods", client.list_payment_methods(&"c/1".into()));
    call!("deletePaymentMethod", client.delete_payment_method(&"p/1".into()));
    call!("retryPaymentMethod", client.retry_payment_method(&"p/1".into()));
    call!("setDefaultPaymentMethod", client.set_default_payment_method(&"p/1".into()));
    call!("assignPaymentMethod", client.assign_payment_method(&"p/1".into(), &assign));
    call!("updatePaymentSettings", client.update_payment_settings(&settings));
    call!("schedulePayment", client.pay_now(&"b".into()));
    call!("createClient", client.create_client(&CreateClient::new("i")));
    call!("createToken", client.create_token(&CreateToken::one_time("i")));
    call!("createSwap", client.create_swap(&CreateSwap::new("a".into())));
    call!("listSwapCompanies", client.list_swap_companies());
    called
}

/// Trap L1: the samples post to the wrong path; each call goes to the documented route. Trap L2: a POST is always
/// declared as JSON, also one without a body. Trap L12 and Contradiction LC12: the key stands in the header as a plain bearer key, and never in a body.
#[tokio::test]
async fn every_unbill_method_sends_what_is_documented() {
    let scene = Scene::new([]);
    let called = call_everything(&scene).await;
    let requests = scene.transport.requests();
    assert_eq!(requests.len(), called.len(), "each was sent once");
    let documented = documented();
    for (id, request) in called.iter().zip(&requests) {
        let (line, body) = &documented[id];
        let target = request.uri().path_and_query().expect("a path");
        assert_eq!(&format!("{} {target}", request.method()), line, "{id}");
        let mut names = vec!["accept", "authorization", "user-agent"];
        match body {
            Some(body) => {
                let sent: Value = serde_json::from_slice(request.body()).expect("JSON");
                assert_eq!(&sent, body, "{id}");
            }
            None => assert!(request.body().is_empty(), "{id}"),
        }
        if request.method() == http::Method::POST {
            assert_eq!(header(request, "content-type"), Some("application/json"), "{id}");
            names.push("content-type");
        }
        let sent: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
        assert_eq!(sent, names, "{id}: nothing else is sent");
        assert_eq!(header(request, "accept"), Some("application/json"), "{id}");
        let bearer = format!("Bearer {}", super::API_KEY);
        assert_eq!(header(request, "authorization"), Some(bearer.as_str()), "{id}");
        assert!(request.headers()["authorization"].is_sensitive(), "{id}");
        assert!(!String::from_utf8_lossy(request.body()).contains(super::API_KEY), "{id}");
    }
}

#[tokio::test]
async fn no_unbill_operation_of_the_table_is_left_out() {
    let table: BTreeSet<&str> = operations::ALL.iter().map(|operation| operation.id).collect();
    let called: BTreeSet<&str> = call_everything(&Scene::new([])).await.into_iter().collect();
    let written: BTreeSet<&str> = documented().into_keys().collect();
    assert_eq!(table, called, "a new operation needs a line in `call_everything`");
    assert_eq!(table, written, "a new operation needs a line in `documented`");
}

/// Trap L11 and Contradiction LC2: the day goes under both names, also if it came under one.
#[tokio::test]
async fn the_day_of_an_unbill_payment_goes_under_both_names() {
    let day = Timestamp::parse("2018-10-25T00:00:00.000Z").expect("a timestamp");
    let scene = Scene::new([Step::ok(r#"{"success": true}"#), Step::ok(r#"{"success": true}"#)]);
    scene.client.schedule_payment(&SchedulePayment::pay_on("b", day)).await.expect("scheduled");
    let one_name = r#"{"billId": "b", "date": "2018-10-25T00:00:00.000Z"}"#;
    let request: SchedulePayment = serde_json::from_str(one_name).expect("a request");
    scene.client.schedule_payment(&request).await.expect("scheduled");
    for request in scene.transport.requests() {
        let sent: Value = serde_json::from_slice(request.body()).expect("JSON");
        let day = "2018-10-25T00:00:00.000Z";
        assert_eq!(sent, json!({"billId": "b", "payDate": day, "date": day}));
    }
    let two_days =
        r#"{"billId": "b", "payDate": "2018-10-25T00:00:00.000Z", "date": "2018-10-26T00:00:00.000Z"}"#;
    let request: SchedulePayment = serde_json::from_str(two_days).expect("a request");
    let error = scene.client.schedule_payment(&request).await.expect_err("nobody knows which day counts");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(scene.transport.requests().len(), 2, "and nothing was sent");
}

/// Trap L6: a choice of destinations is answered by one object, questions by an array.
#[tokio::test]
async fn a_step_sends_the_form_that_its_method_wants() {
    let scene = Scene::new([Step::ok("null"), Step::ok("null")]);
    let challenge = r#"{"token": "t", "method": "code", "mfa": [{"identifier": "d", "type": "email"}]}"#;
    let challenge: MfaChallenge = serde_json::from_str(challenge).expect("a challenge");
    let choice = StepAuth::choosing(&challenge, "d").expect("a choice");
    scene.client.step_auth(&choice).await.expect_err("null is no answer");
    scene.client.step_auth(&step()).await.expect_err("null is no answer");
    let bodies: Vec<Value> = scene
        .transport
        .requests()
        .iter()
        .map(|request| serde_json::from_slice(request.body()).expect("JSON"))
        .collect();
    assert_eq!(bodies[0], json!({"token": "t", "mfa": {"identifier": "d"}}));
    assert!(bodies[1]["mfa"].is_array());
}

/// Trap L7 and Contradiction LC7: `nonce` is always sent, because what its absence means changed.
#[tokio::test]
async fn a_token_always_says_how_often_it_works() {
    let scene = Scene::new([Step::ok("null"), Step::ok("null")]);
    for request in [CreateToken::one_time("i"), CreateToken::reusable("i")] {
        scene.client.create_token(&request).await.expect_err("null is no answer");
    }
    let nonces: Vec<Value> = scene
        .transport
        .requests()
        .iter()
        .map(|request| serde_json::from_slice::<Value>(request.body()).expect("JSON")["nonce"].clone())
        .collect();
    assert_eq!(nonces, [true, false]);
}

/// What is wanted of a login: everything, nothing but the check, or some.
#[tokio::test]
async fn absent_items_and_no_items_are_two_things() {
    let scene = Scene::new([Step::ok("null"), Step::ok("null"), Step::ok("null")]);
    for request in [login(), login().with_items(vec![]), login().with_items(vec![AuthItem::Bill])] {
        scene.client.create_auth(&request).await.expect_err("null is no answer");
    }
    let items: Vec<Option<Value>> = scene
        .transport
        .requests()
        .iter()
        .map(|request| serde_json::from_slice::<Value>(request.body()).expect("JSON").get("items").cloned())
        .collect();
    assert_eq!(items, [None, Some(json!([])), Some(json!(["bill"]))]);
}

#[test]
fn card_data_never_goes_over_plain_http() {
    let environment = Environment::custom_sandbox("http://10.0.0.1/v1");
    let config = unbill::Config::builder(environment, billwire_core::ApiKey::for_sandbox("key"))
        .with_plain_http_to_any_host_dangerously_allowed()
        .build()
        .expect("a closed test network");
    let attempt = Attempt::new("2018-10-01T12:00:00Z".parse().expect("a timestamp"), &OsRandom);
    let card = AddPaymentMethod::new("c".into(), PaymentMethodType::Card, "n");
    let call = unbill::calls::add_payment_method(&card).expect("a call");
    let error = call.request(&config, &attempt).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    unbill::calls::list_categories().request(&config, &attempt).expect("nothing secret but the key");
    call.request(&builder().build().expect("usable"), &attempt).expect("loopback");
}

#[tokio::test]
async fn a_client_token_is_no_credential_of_unbill() {
    let scene = Scene::new([]);
    let options = CallOptions::new().with_client_token(ClientToken::for_sandbox("token"));
    let error = scene.client.with_options(options).list_categories().await.expect_err("not accepted");
    assert_eq!(error.kind(), ErrorKind::CredentialNotAllowed);
    assert!(scene.transport.requests().is_empty());
}
