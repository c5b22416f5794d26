//! Every operation has a client method, and each goes where the documents say.

use std::collections::{BTreeMap, BTreeSet};

use billwire_core::testing::Step;
use billwire_models::q2::{
    AddPaymentMethod, AnswerQuestions, AssignPaymentMethod, AuthItem, CancelPayment, CreateAuth,
    CreateClient, CreateSwap, CreateToken, MfaMethod, PaymentMethodType, QuestionAnswer, RevokeTokens,
    SchedulePayment, SearchCompanies, StepAuth, SyncClient, UpdatePaymentSettings, operations,
};
use serde_json::{Value, json};

use crate::support::{Scene, header};

/// Source: Q2 Biller Direct description, section 4 "Endpoints". Written by hand, not read from the table.
fn documented() -> BTreeMap<&'static str, (&'static str, Option<Value>)> {
    let bill = || Some(json!({"billId": "b"}));
    BTreeMap::from([
        ("createClient", ("POST /v1/client", Some(json!({"identifier": "i"})))),
        ("createToken", ("POST /v1/client/create-token", Some(json!({"identifier": "i"})))),
        ("searchCompanies", ("POST /v1/company/search", Some(json!({"query": "water"})))),
        ("getCompany", ("GET /v1/company/co%2F1", None)),
        (
            "createAuth",
            (
                "POST /v1/auth",
                Some(
                    json!({"clientId": "c", "companyId": "co", "items": ["bill"], "form": {"username": "u"}}),
                ),
            ),
        ),
        ("stepAuth", ("POST /v1/auth/step", Some(json!({"token": "t", "method": "code"})))),
        ("listAuths", ("GET /v1/auth/list/c%2F1", None)),
        ("getBill", ("GET /v1/bill/b%2F1", None)),
        ("listBills", ("GET /v1/bill/list/c%2F1", None)),
        (
            "addPaymentMethod",
            ("POST /v1/payment", Some(json!({"clientId": "c", "paymentType": "card", "name": "n"}))),
        ),
        ("listPaymentMethods", ("GET /v1/payment/list/c%2F1", None)),
        ("assignPaymentMethod", ("POST /v1/payment/p%2F1/assign", bill())),
        ("updatePaymentSettings", ("POST /v1/payment/settings", bill())),
        ("schedulePayment", ("POST /v1/payment/schedule", bill())),
        ("cancelPayment", ("POST /v1/payment/cancel", bill())),
        ("fixHold", ("POST /v1/auth/a%2F1/fix-hold", None)),
        (
            "answerQuestions",
            (
                "POST /v1/auth/a%2F1/answer-questions",
                Some(json!({"answers": [{"identifier": "q", "answer": "Seattle"}]})),
            ),
        ),
        ("deleteAuth", ("DELETE /v1/auth/a%2F1", None)),
        ("listBillsByPartner", ("GET /v1/bill/listByPartner/pa%2F1", None)),
        ("listCategories", ("GET /v1/company/categories", None)),
        ("deletePaymentMethod", ("DELETE /v1/payment/p%2F1", None)),
        ("retryPaymentMethod", ("POST /v1/payment/p%2F1/retry", None)),
        ("revokeTokens", ("POST /v1/client/revoke-tokens", Some(json!({"identifier": "i"})))),
        ("syncClient", ("POST /v1/client/sync", Some(json!({"client": {"identifier": "i"}})))),
        ("createSwap", ("POST /v1/swap/create", Some(json!({"authId": "a", "paymentMethodId": "p"})))),
        ("listSwapCompanies", ("GET /v1/swap/companies", None)),
        ("listSwaps", ("GET /v1/swap/list/c%2F1", None)),
        ("listPublicKeys", ("GET /v1/partner/public-keys", None)),
        ("getPublicKey", ("GET /v1/partner/public-keys/k%2F1", None)),
        ("getLatestPublicKey", ("GET /v1/partner/public-keys/latest", None)),
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
    let form = BTreeMap::from([("username".to_owned(), "u".into())]);
    let auth = CreateAuth::new("c".into(), "co".into(), vec![AuthItem::Bill], form);
    let card = AddPaymentMethod::new("c".into(), PaymentMethodType::Card, "n");
    call!("createClient", client.create_client(&CreateClient::new("i")));
    call!("createToken", client.create_token(&CreateToken::new("i")));
    call!("searchCompanies", client.search_companies(&SearchCompanies::new().with_query("water")));
    call!("getCompany", client.company(&"co/1".into()));
    call!("createAuth", client.create_auth(&auth));
    call!("stepAuth", client.step_auth(&StepAuth::new("t".into(), MfaMethod::Code)));
    call!("listAuths", client.list_auths(&"c/1".into()));
    call!("getBill", client.bill(&"b/1".into()));
    call!("listBills", client.list_bills(&"c/1".into()));
    call!("addPaymentMethod", client.add_payment_method(&card));
    call!("listPaymentMethods", client.list_payment_methods(&"c/1".into()));
    call!(
        "assignPaymentMethod",
        client.assign_payment_method(&"p/1".into(), &AssignPaymentMethod::new("b".into()))
    );
    call!("updatePaymentSettings", client.update_payment_settings(&UpdatePaymentSettings::new("b".into())));
    call!("schedulePayment", client.schedule_payment(&SchedulePayment::pay_now("b")));
    call!("cancelPayment", client.cancel_payment(&CancelPayment::new("b".into())));
    call!("fixHold", client.fix_hold(&"a/1".into()));
    let answers = AnswerQuestions::new(vec![QuestionAnswer::new("q", "Seattle".into())]);
    call!("answerQuestions", client.answer_questions(&"a/1".into(), &answers));
    call!("deleteAuth", client.delete_auth(&"a/1".into()));
    call!("listBillsByPartner", client.list_bills_by_partner(&"pa/1".into()));
    call!("listCategories", client.list_categories());
    call!("deletePaymentMethod", client.delete_payment_method(&"p/1".into()));
    call!("retryPaymentMethod", client.retry_payment_method(&"p/1".into()));
    call!("revokeTokens", client.revoke_tokens(&RevokeTokens::for_client("i")));
    call!("syncClient", client.sync_client(&SyncClient::new(CreateClient::new("i"))));
    call!("createSwap", client.create_swap(&CreateSwap::new("a".into(), "p".into())));
    call!("listSwapCompanies", client.list_swap_companies());
    call!("listSwaps", client.list_swaps(&"c/1".into()));
    call!("listPublicKeys", client.list_public_keys());
    call!("getPublicKey", client.public_key(&"k/1".into()));
    call!("getLatestPublicKey", client.latest_public_key());
    called
}

#[tokio::test]
async fn every_method_sends_what_is_documented() {
    let scene = Scene::new([]);
    let called = call_everything(&scene).await;
    let requests = scene.transport.requests();
    assert_eq!(requests.len(), called.len(), "each was sent once");
    let documented = documented();
    for (id, request) in called.iter().zip(&requests) {
        let (line, body) = &documented[id];
        let target = request.uri().path_and_query().expect("a path");
        assert_eq!(&format!("{} {target}", request.method()), line, "{id}");
        match body {
            Some(body) => {
                let sent: Value = serde_json::from_slice(request.body()).expect("JSON");
                assert_eq!(&sent, body, "{id}");
                assert_eq!(header(request, "content-type"), Some("application/json"), "{id}");
            }
            None => assert!(request.body().is_empty() && header(request, "content-type").is_none(), "{id}"),
        }
    }
}

#[tokio::test]
async fn no_operation_of_the_table_is_left_out() {
    let table: BTreeSet<&str> = operations::ALL.iter().map(|operation| operation.id).collect();
    let called: BTreeSet<&str> = call_everything(&Scene::new([])).await.into_iter().collect();
    let written: BTreeSet<&str> = documented().into_keys().collect();
    assert_eq!(table, called, "a new operation needs a line in `call_everything`");
    assert_eq!(table, written, "a new operation needs a line in `documented`");
}
