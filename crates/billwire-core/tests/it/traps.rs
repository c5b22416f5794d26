//! The traps of the specification that concern what is sent: Q2 Biller Direct description, section 3.2 "Trap table",
//! column E.

use billwire_core::q2::Client;
use billwire_models::q2::{
    AddPaymentMethod, AuthItem, ClientMeta, CreateAuth, CreateClient, CreateSwap, CreateToken,
    PaymentMethodType, Product, SchedulePayment, SearchCompanies, SyncClient, operations,
};
use billwire_models::scalar::Timestamp;
use serde_json::{Value, json};

use crate::support::{Scene, header};

/// What a client sends for one call: `POST /v1/auth` and the body.
async fn sent<F>(call: impl FnOnce(Client) -> F) -> (String, Value)
where
    F: Future,
{
    let scene = Scene::new([]);
    // The script is empty, so the call fails; what it sent is there all the same.
    call(scene.client.clone()).await;
    let requests = scene.transport.requests();
    let request = requests.first().expect("a request");
    let path = request.uri().path();
    (format!("{} {path}", request.method()), serde_json::from_slice(request.body()).unwrap_or_default())
}

/// Trap T4: the search is sent with a boolean, numbers and a list, whatever the printed sample has.
#[tokio::test]
async fn a_search_is_sent_with_types() {
    let search = SearchCompanies::new()
        .with_query("Netflix")
        .with_paginate_results(true)
        .with_page_size(25)
        .with_page_number(1)
        .with_products(vec![Product::Cardswap]);
    let (_, body) = sent(async |client| client.search_companies(&search).await).await;
    let expected = json!({ "query": "Netflix", "paginateResults": true, "pageSize": 25, "pageNumber": 1, "products": ["cardswap"] });
    assert_eq!(body, expected);
}

/// Trap T5: `setAsDefault` is sent as a boolean.
#[tokio::test]
async fn set_as_default_is_sent_as_a_boolean() {
    let method =
        AddPaymentMethod::new("c".into(), PaymentMethodType::Bank, "Demo User").with_set_as_default(true);
    let (_, body) = sent(async |client| client.add_payment_method(&method).await).await;
    assert_eq!(body["setAsDefault"], json!(true));
}

/// Trap T11: the day of a payment is sent under both names with one value. Trap T12: never a key in the body.
#[tokio::test]
async fn the_day_is_sent_under_both_names_and_no_key_with_it() {
    let day = Timestamp::parse("2018-10-25T00:00:00.000Z").expect("a time");
    let (_, body) =
        sent(async |client| client.schedule_payment(&SchedulePayment::pay_on("b", day)).await).await;
    let expected =
        json!({ "billId": "b", "payDate": "2018-10-25T00:00:00.000Z", "date": "2018-10-25T00:00:00.000Z" });
    assert_eq!(body, expected);
}

/// Trap T13, trap T14, trap T15 and trap T35: where samples and headings name another path, the right one is used.
#[tokio::test]
async fn requests_go_to_the_right_paths() {
    use billwire_models::q2::{MfaMethod, StepAuth};
    let (step, _) =
        sent(async |client| client.step_auth(&StepAuth::new("t".into(), MfaMethod::Prompt)).await).await;
    assert_eq!(step, "POST /v1/auth/step");
    let (sync, _) =
        sent(async |client| client.sync_client(&SyncClient::new(CreateClient::new("i"))).await).await;
    assert_eq!(sync, "POST /v1/client/sync");
    let (swap, _) =
        sent(async |client| client.create_swap(&CreateSwap::new("a".into(), "p".into())).await).await;
    assert_eq!(swap, "POST /v1/swap/create");
    let (token, _) = sent(async |client| client.create_token(&CreateToken::new("i")).await).await;
    assert_eq!(token, "POST /v1/client/create-token");
    let (client, _) = sent(async |client| client.create_client(&CreateClient::new("i")).await).await;
    assert_eq!(client, "POST /v1/client");
}

/// Trap T16: printed samples have commas too many and too few. What is sent is JSON, however odd the text in it.
#[tokio::test]
async fn what_is_sent_is_json() {
    let odd = "\",}\u{2028}\\ \u{0} é";
    let client = CreateClient::new(odd).with_meta(ClientMeta::new().with_first_name(odd));
    let (_, body) = sent(async |http| http.create_client(&client).await).await;
    assert_eq!(body, json!({ "identifier": odd, "meta": { "firstName": odd } }));
}

/// Trap T28: the parameter of `DELETE /auth/{authId}` is the id of the auth; its type says so.
#[tokio::test]
async fn an_auth_is_deleted_by_its_own_id() {
    let (line, _) = sent(async |client| client.delete_auth(&"579b695decea110719b1874d".into()).await).await;
    assert_eq!(line, "DELETE /v1/auth/579b695decea110719b1874d");
    let parameters: Vec<&str> =
        operations::DELETE_AUTH.parameters.iter().map(|parameter| parameter.name).collect();
    assert_eq!(parameters, ["authId"]);
}

/// Trap T33: the date of a signed request is ISO 8601 with milliseconds and `Z`, not the form of HTTP.
#[tokio::test]
async fn the_date_of_a_signed_request_is_iso_8601() {
    let config = crate::support::builder()
        .with_request_signing(crate::support::signing_key())
        .build()
        .expect("a config");
    let scene = Scene::with(config, []);
    let _ = scene.client.list_categories().await;
    let requests = scene.transport.requests();
    assert_eq!(header(&requests[0], "date"), Some("2026-03-01T12:00:00.000Z"));
}

/// Trap T34: `items` is sent as a list.
#[tokio::test]
async fn items_are_sent_as_a_list() {
    let form = [("username".to_owned(), "u".into())].into();
    let auth = CreateAuth::new("c".into(), "co".into(), vec![AuthItem::Swap], form);
    let (_, body) = sent(async |client| client.create_auth(&auth).await).await;
    assert_eq!(body["items"], json!(["swap"]));
}
