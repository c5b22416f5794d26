//! What is refused before anything is sent: wrong places, wrong credentials, card data in clear.

use std::time::Duration;

use billwire_core::q2::Config;
use billwire_core::{
    ApiKey, Call, CallOptions, ClientToken, Credential, Delivery, Environment, Error, ErrorKind,
};
use billwire_crypto::PublicKey;
use billwire_models::q2::behaviour::PayDateName;
use billwire_models::q2::{Acknowledgement, operations};
use serde_json::json;

use crate::support::{self, Scene};

fn build(environment: Environment, credential: ApiKey) -> Result<Config, Error> {
    Config::builder(environment, credential).build()
}

fn refused(result: Result<Config, Error>, reason: &str) {
    let error = result.expect_err(reason);
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert!(error.to_string().contains(reason), "{error}");
    assert!(!error.is_retryable() && !error.may_have_taken_effect());
    assert!(!error.to_string().contains(support::API_KEY), "{error}");
}

#[test]
fn a_sandbox_key_never_goes_to_production_and_the_reverse() {
    let sandbox_key = || ApiKey::for_sandbox(support::API_KEY);
    let production_key = || ApiKey::for_production(support::API_KEY);
    refused(build(Environment::Production, sandbox_key()), "would go to a production address");
    refused(build(Environment::Sandbox, production_key()), "would go to a sandbox address");
    refused(
        build(Environment::custom_sandbox("http://127.0.0.1:1/v1"), production_key()),
        "would go to a sandbox address",
    );
    refused(
        build(Environment::custom_production("http://127.0.0.1:1/v1"), production_key()),
        "loopback address takes sandbox credentials only",
    );
    refused(
        build(Environment::custom_sandbox("https://api.q2open.io/v1"), sandbox_key()),
        "the host belongs to production",
    );
    refused(
        build(Environment::custom_production("https://sb-api.q2open.io/v1"), production_key()),
        "the host belongs to sandbox",
    );
    assert!(build(Environment::Production, production_key()).is_ok());
    assert!(build(Environment::Sandbox, sandbox_key()).is_ok());
    assert!(build(Environment::custom_production("https://gateway.example/q2/v1"), production_key()).is_ok());
}

#[test]
fn plain_http_needs_loopback_or_the_loud_switch() {
    let away = || Environment::custom_sandbox("http://10.1.2.3:7701/v1");
    refused(build(away(), ApiKey::for_sandbox("key")), "plain http is refused");
    let allowed = Config::builder(away(), ApiKey::for_sandbox("key"))
        .with_plain_http_to_any_host_dangerously_allowed()
        .build();
    assert_eq!(allowed.expect("the loud switch").base_url(), "http://10.1.2.3:7701/v1");
}

#[test]
fn bounds_of_zero_and_unfit_keys_are_refused() {
    refused(support::builder().with_timeout(Duration::ZERO).build(), "timeout of an attempt is zero");
    refused(support::builder().with_deadline(Duration::ZERO).build(), "deadline of a call is zero");
    refused(support::builder().with_max_response_bytes(0).build(), "largest response is zero");
    refused(support::builder().with_max_stream_bytes(0).build(), "largest streamed response is zero");
    refused(support::builder().with_max_element_bytes(0).build(), "largest element is zero");
    let (private, _) = support::encryption_key_pair();
    let nameless = PublicKey::from_modulus_exponent(
        &billwire_crypto::PortableProvider,
        private.public_key().modulus(),
        private.public_key().exponent(),
    )
    .expect("a key");
    refused(support::builder().with_payload_encryption(nameless).build(), "no key id");
    let token = Config::builder(
        Environment::custom_sandbox(support::BASE_URL),
        Credential::from(ClientToken::for_sandbox("client-token")),
    );
    refused(token.with_request_signing(support::signing_key()).build(), "there is no API key");
}

#[tokio::test]
async fn a_client_token_is_refused_where_the_api_key_is_needed() {
    let scene = Scene::new([]);
    let token = CallOptions::new().with_client_token(ClientToken::for_sandbox("client-token"));
    let client = scene.client.with_options(token);
    let error = client.send(support::idempotent()).await.expect_err("createClient needs the API key");
    assert_eq!(error.kind(), ErrorKind::CredentialNotAllowed);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!((error.attempts(), scene.sent()), (0, 0));
    assert!(error.advice().contains("an API key"), "{error}");
}

#[tokio::test]
async fn a_client_token_is_sent_in_place_of_the_api_key() {
    let scene = Scene::new([support::bill(), support::bill()]);
    let token = CallOptions::new().with_client_token(ClientToken::for_sandbox("client-token"));
    scene.client.with_options(token).send(support::read()).await.expect("an answer");
    scene.client.send(support::read()).await.expect("the first client is unchanged");
    let sent: Vec<String> = scene
        .transport
        .requests()
        .iter()
        .map(|request| support::header(request, "authorization").expect("a credential").to_owned())
        .collect();
    assert_eq!(sent, ["Bearer client-token".to_owned(), format!("Bearer {}", support::API_KEY)]);
}

#[tokio::test]
async fn a_token_of_the_other_environment_is_refused_per_call() {
    let scene = Scene::new([]);
    let token = CallOptions::new().with_client_token(ClientToken::for_production("client-token"));
    let error = scene.client.with_options(token).send(support::read()).await.expect_err("wrong environment");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(scene.sent(), 0);
}

#[tokio::test]
async fn signing_and_a_client_token_exclude_each_other() {
    let config = support::builder().with_request_signing(support::signing_key()).build().expect("usable");
    let scene = Scene::with(config, []);
    let token = CallOptions::new().with_client_token(ClientToken::for_sandbox("client-token"));
    let error = scene.client.with_options(token).send(support::read()).await.expect_err("cannot be signed");
    assert_eq!(error.kind(), ErrorKind::CredentialNotAllowed);
    assert!(error.to_string().contains("cannot be signed"), "{error}");
    assert_eq!(scene.sent(), 0);
}

#[tokio::test]
async fn card_data_goes_in_clear_only_where_it_may() {
    let config = support::builder().with_card_data_encrypted_only().build().expect("usable");
    let scene = Scene::with(config, [support::bill()]);
    let error = scene.client.send(support::never()).await.expect_err("card data");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(scene.sent(), 0);
    assert!(!error.to_string().contains(support::CARD_NUMBER));
    scene.client.send(support::read()).await.expect("other calls go on");

    let (_, public) = support::encryption_key_pair();
    let config = support::builder()
        .with_card_data_encrypted_only()
        .with_payload_encryption(public)
        .build()
        .expect("usable");
    let scene =
        Scene::with(config, [billwire_core::testing::Step::ok(r#"{"paymentMethodId":"p1","success":true}"#)]);
    let _ = scene.client.send(support::never()).await;
    assert_eq!(scene.sent(), 1, "encrypted it may go");
}

#[tokio::test]
async fn either_pay_date_member_can_be_left_out_but_never_the_day() {
    for (name, kept) in [
        (PayDateName::Both, vec!["billId", "date", "payDate"]),
        (PayDateName::PayDate, vec!["billId", "payDate"]),
        (PayDateName::Date, vec!["billId", "date"]),
    ] {
        let config = support::builder().with_pay_date_name(name).build().expect("usable");
        let scene = Scene::with(config, [support::acknowledged(), support::acknowledged()]);
        scene.client.send(support::reconcilable()).await.expect("scheduled");
        let body: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(scene.transport.requests()[0].body()).expect("JSON");
        let mut names: Vec<&str> = body.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, kept, "{name:?}");
    }
    let day = "2026-10-25T00:00:00.000Z";
    for given in ["payDate", "date"] {
        let scene = Scene::new([support::acknowledged()]);
        let one_name = json!({"billId": "b", given: day});
        let call: Call<Acknowledgement> = support::with_body(&operations::SCHEDULE_PAYMENT, &one_name);
        scene.client.send(call).await.expect("scheduled");
        let sent: serde_json::Value =
            serde_json::from_slice(scene.transport.requests()[0].body()).expect("JSON");
        assert_eq!(
            sent,
            json!({"billId": "b", "payDate": day, "date": day}),
            "nobody knows which one is read"
        );
    }
    for (name, body, reason) in [
        (PayDateName::Date, json!({"billId": "b", "payDate": day}), "paid at once"),
        (PayDateName::PayDate, json!({"billId": "b", "date": day}), "paid at once"),
        (PayDateName::Both, json!({"billId": "b", "date": day, "payDate": "2027-01-01"}), "different days"),
        (PayDateName::Both, json!(["b"]), "not a JSON object"),
        (PayDateName::Both, json!({"billId": "b", "payDate": ""}), "not a day"),
        (PayDateName::Date, json!({"billId": "b", "date": null}), "not a day"),
        (PayDateName::PayDate, json!({"billId": "b", "payDate": 0}), "not a day"),
    ] {
        let config = support::builder().with_pay_date_name(name).build().expect("usable");
        let scene = Scene::with(config, []);
        let call: Call<Acknowledgement> = support::with_body(&operations::SCHEDULE_PAYMENT, &body);
        let error = scene.client.send(call).await.expect_err(reason);
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(scene.sent(), 0);
    }
}

#[tokio::test]
async fn paying_now_sends_no_day_under_any_name() {
    for name in [PayDateName::Both, PayDateName::PayDate, PayDateName::Date] {
        let config = support::builder().with_pay_date_name(name).build().expect("usable");
        let scene = Scene::with(config, [support::acknowledged()]);
        scene.client.pay_now(&support::BILL_ID.into()).await.expect("paid");
        let request = &scene.transport.requests()[0];
        assert_eq!(request.uri().path(), "/v1/payment/schedule");
        assert_eq!(request.body(), r#"{"billId":"566595c8ce88ccec69328566"}"#);
    }
}
