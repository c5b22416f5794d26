//! Credentials: each in its place, and none where it does not belong.

use std::sync::Arc;

use billwire_core::billerapi::scope::{OneAccount, Portal};
use billwire_core::billerapi::{Client, Config, OnePage, calls};
use billwire_core::paging::Pages;
use billwire_core::testing::Step;
use billwire_core::{
    AccessToken, ApiKey, Attempt, CallOptions, ClientCredentials, ClientToken, Credential, Delivery,
    Environment, Error, ErrorKind, PortalToken,
};
use billwire_crypto::OsRandom;
use billwire_models::billerapi::{
    CreateGmailAuthorization, ExchangePublicToken, ExchangedToken, ListScenarioBillsQuery, RegisterWebhook,
    SubmitMfa, WebhookEnvironment,
};
use billwire_models::scalar::Secret;
use http::StatusCode;

use super::{CLIENT_ID, SECRET, Scene, sandbox};

const TOKEN: &str = "at_sandbox_9Zk4";

fn build(environment: Environment, secret: &str) -> Result<Config, Error> {
    Config::builder(environment, ClientCredentials::new(CLIENT_ID, secret)).build()
}

/// Checklist, client (2): the prefix of the secret is checked before anything is sent, at the vendor's addresses and at
/// others.
#[test]
fn a_secret_of_one_environment_never_gets_to_another() {
    let custom_production = || Environment::custom_production("https://gateway.example");
    for (environment, secret, is_allowed) in [
        (Environment::Sandbox, "bb_test_1", true),
        (Environment::Sandbox, "bb_live_1", false),
        (Environment::Production, "bb_live_1", true),
        (Environment::Production, "bb_test_1", false),
        (sandbox(), "bb_test_1", true),
        (sandbox(), "bb_live_1", false),
        (custom_production(), "bb_live_1", true),
        (custom_production(), "bb_test_1", false),
        // A secret that says nothing goes where it is sent.
        (Environment::Production, "another", true),
        (sandbox(), "another", true),
    ] {
        let result = build(environment.clone(), secret);
        assert_eq!(result.is_ok(), is_allowed, "{environment:?} {secret}");
        if let Err(error) = result {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert_eq!(error.delivery(), Delivery::NotSent);
            assert!(!error.to_string().contains(secret), "{error}");
        }
    }
}

#[test]
fn the_prefix_is_checked_for_the_credential_of_one_request_too() {
    let config = build(Environment::Production, "bb_live_1").expect("usable");
    let attempt = Attempt::new(super::START.parse().expect("a timestamp"), &OsRandom);
    let other = Credential::from(ClientCredentials::new(CLIENT_ID, "bb_test_1"));
    let error = super::read().request(&config, &attempt.with_credential(&other)).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[test]
fn the_hosts_are_those_of_the_documents() {
    let production = build(Environment::Production, "bb_live_1").expect("usable");
    assert_eq!(production.base_url(), "https://api.billerapi.com");
    let sandbox = build(Environment::Sandbox, "bb_test_1").expect("usable");
    assert_eq!(sandbox.base_url(), "https://sandbox.api.billerapi.com");
    for (host, is_sandbox) in [
        ("sandbox.api.billerapi.com", true),
        ("SANDBOX.api.billerapi.com.", true),
        ("api.sandbox.billerapi.com", true),
        ("api.billerapi.com", false),
        ("billerapi.com", false),
    ] {
        let url = format!("https://{host}");
        let as_sandbox = build(Environment::custom_sandbox(url.clone()), "bb_test_1");
        let as_production = build(Environment::custom_production(url), "bb_live_1");
        assert_eq!((as_sandbox.is_ok(), as_production.is_ok()), (is_sandbox, !is_sandbox), "{host}");
    }
}

#[tokio::test]
async fn an_account_sends_its_token_and_never_the_secret() {
    let scene = Scene::new([Step::ok(super::BILL), Step::ok(super::BILL), Step::ok(super::BILL)]);
    let account: Client<OneAccount> =
        scene.client.for_one_account(AccessToken::for_sandbox(TOKEN)).expect("usable");
    account.bill(&"b".into()).await.expect("an answer");
    account
        .with_options(CallOptions::new().with_max_attempts(1))
        .send(super::read())
        .await
        .expect("an answer");
    scene.client.bill(&"b".into()).await.expect("the first client is unchanged");
    let bearer = Some(format!("Bearer {TOKEN}"));
    assert_eq!(scene.headers("authorization"), [bearer.clone(), bearer, None]);
    assert_eq!(scene.headers("x-client-secret"), [None, None, Some(SECRET.to_owned())]);
    let texts = format!("{account:?} {:?}", account.config());
    assert!(!texts.contains(TOKEN) && !texts.contains(SECRET), "{texts}");
}

/// A token that was exchanged makes a client of the environment it was exchanged in, without being shown to anybody.
#[tokio::test]
async fn an_exchanged_token_opens_its_account_where_it_was_exchanged() {
    let exchanged = format!(r#"{{"success": true, "access_token": "{TOKEN}", "link_id": "sb_link_0001"}}"#);
    let request = ExchangePublicToken::new("pt_1".into(), CLIENT_ID.into());
    for (environment, secret) in [(sandbox(), SECRET), (Environment::Production, "bb_live_1")] {
        let credentials = ClientCredentials::new(CLIENT_ID, secret);
        let builder = Config::builder(environment, credentials);
        let scene = Scene::with(builder, [Step::ok(exchanged.clone()), Step::ok(super::BILL)]);
        let answer = scene.client.exchange_public_token(&request).await.expect("exchanged");
        let account: Client<OneAccount> = scene.client.account_of(&answer).expect("usable");
        account.bill(&"b".into()).await.expect("an answer");
        assert_eq!(scene.headers("authorization"), [None, Some(format!("Bearer {TOKEN}"))]);
        assert_eq!(scene.headers("x-client-secret"), [Some(secret.to_owned()), None]);
        let texts = format!("{account:?} {answer:?}");
        assert!(!texts.contains(TOKEN), "{texts}");
    }
    let unusable = ExchangedToken::new(Secret::new("line\nbreak"));
    let error = Scene::new([]).client.account_of(&unusable).expect_err("no header");
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

/// The type of every list can be written down.
#[test]
fn a_list_of_accounts_has_a_type_with_a_name() {
    struct Kept {
        accounts: Pages<OnePage>,
    }
    let kept = Kept { accounts: Scene::new([]).client.accounts() };
    assert_eq!(kept.accounts.fetched(), 0);
}

/// The credential of single calls does not follow into a client with a credential of its own.
#[tokio::test]
async fn a_new_credential_takes_the_place_of_every_earlier_one() {
    let scene = Scene::new([Step::ok(super::BILL)]);
    let options = CallOptions::new().with_client_token(ClientToken::for_sandbox("token"));
    let account = scene.client.with_options(options).for_one_account(AccessToken::for_sandbox(TOKEN));
    account.expect("usable").bill(&"b".into()).await.expect("an answer");
    assert_eq!(scene.headers("authorization"), [Some(format!("Bearer {TOKEN}"))]);
}

/// Contradiction C4: a webhook is registered with the client credentials or with the portal's token.
#[tokio::test]
async fn a_webhook_is_registered_with_either_credential() {
    let created = r#"{"id": "wh_0001"}"#;
    let scene = Scene::new([
        Step::respond(StatusCode::CREATED, created),
        Step::respond(StatusCode::CREATED, created),
    ]);
    let request = RegisterWebhook::new(WebhookEnvironment::Sandbox, "https://app.example.test/hook", vec![]);
    scene.client.register_webhook(&CLIENT_ID.into(), &request).await.expect("registered");
    let portal: Client<Portal> =
        scene.client.for_portal(PortalToken::for_sandbox("eyJ0.e30.sig")).expect("usable");
    portal.register_webhook(&CLIENT_ID.into(), &request).await.expect("registered");
    assert_eq!(scene.headers("authorization"), [None, Some("Bearer eyJ0.e30.sig".to_owned())]);
    assert_eq!(scene.headers("x-client-secret"), [Some(SECRET.to_owned()), None]);
}

#[tokio::test]
async fn what_takes_no_credential_is_sent_none_by_any_client() {
    let answer = r#"{"oauth_url": "https://accounts.example.test"}"#;
    let scene = Scene::new([Step::ok(answer), Step::ok(answer), Step::ok(answer)]);
    let request = CreateGmailAuthorization::new("user_123".into(), CLIENT_ID.into());
    let account = scene.client.for_one_account(AccessToken::for_sandbox(TOKEN)).expect("usable");
    let portal = scene.client.for_portal(PortalToken::for_sandbox("jwt")).expect("usable");
    scene.client.create_gmail_authorization(&request).await.expect("an answer");
    account.create_gmail_authorization(&request).await.expect("an answer");
    portal.create_gmail_authorization(&request).await.expect("an answer");
    for name in ["authorization", "x-client-id", "x-client-secret"] {
        assert_eq!(scene.headers(name), [None, None, None], "{name}");
    }
}

#[tokio::test]
async fn a_client_can_be_made_from_a_token_alone() {
    let scene = Scene::new([Step::ok(super::BILL)]);
    let config: Config<OneAccount> =
        Config::builder(sandbox(), AccessToken::for_sandbox(TOKEN)).build().expect("usable");
    let (transport, clock) = (Arc::new(scene.transport.clone()), Arc::new(scene.clock.clone()));
    let account: Client<OneAccount> = Client::new(config, transport, clock);
    account.bill(&"b".into()).await.expect("an answer");
    assert_eq!(scene.headers("authorization"), [Some(format!("Bearer {TOKEN}"))]);
}

#[test]
fn a_token_stays_in_its_environment() {
    let client = Scene::new([]).client;
    for error in [
        client.for_one_account(AccessToken::for_production("t")).expect_err("wrong environment"),
        client.for_one_account(AccessToken::for_sandbox("line\nbreak")).expect_err("no header"),
        client.for_portal(PortalToken::for_production("t")).expect_err("wrong environment"),
        Config::builder(sandbox(), AccessToken::for_production("t")).build().expect_err("wrong environment"),
        Config::builder(sandbox(), ClientCredentials::new("", SECRET)).build().expect_err("half of it"),
        Config::builder(sandbox(), ClientCredentials::new(CLIENT_ID, "")).build().expect_err("half of it"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    }
}

/// Plain calls know no types of credentials, so the check stays where they are sent.
#[tokio::test]
async fn what_the_types_do_not_see_is_refused_unsent() {
    let scene = Scene::new([]);
    let account = scene.client.for_one_account(AccessToken::for_sandbox(TOKEN)).expect("usable");
    let portal = scene.client.for_portal(PortalToken::for_sandbox("jwt")).expect("usable");
    let options = CallOptions::new().with_client_token(ClientToken::for_sandbox("token"));
    for error in [
        account.send(super::trigger_sync()).await.expect_err("the client's"),
        portal.send(super::read()).await.expect_err("not the portal's"),
        scene.client.with_options(options).send(super::read()).await.expect_err("of another API"),
    ] {
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::CredentialNotAllowed, Delivery::NotSent));
    }
    let key = Credential::from(ApiKey::for_sandbox("key"));
    let attempt = Attempt::new(super::START.parse().expect("a timestamp"), &OsRandom);
    let config = scene.client.config();
    let error = super::read().request(config, &attempt.with_credential(&key)).expect_err("of another API");
    assert_eq!(error.kind(), ErrorKind::CredentialNotAllowed);
    assert_eq!(scene.sent(), 0);
}

/// Checklist, client (11): secrets are redacted, also when the service echoes them.
#[tokio::test]
async fn nothing_of_billerapi_prints_a_secret() {
    let echo =
        format!(r#"{{"statusCode": 401, "message": "unknown secret {SECRET}", "error": "Unauthorized"}}"#);
    let scene = Scene::new([Step::respond(StatusCode::UNAUTHORIZED, echo)]);
    let call = super::submit_credentials();
    let shown = format!("{call:?}");
    let error = scene.client.send(call).await.expect_err("refused");
    let request = &scene.transport.requests()[0];
    for text in [
        shown,
        format!("{error} {error:?}"),
        format!("{:?} {:?} {:?}", scene.client, super::builder(), ClientCredentials::new(CLIENT_ID, SECRET)),
        format!("{:?} {:?}", request.headers(), scene.transport),
    ] {
        assert!(!text.contains(SECRET) && !text.contains("4242424242"), "{text}");
    }
    assert_eq!(error.vendor_message(), Some("unknown secret [redacted]"));
}

#[tokio::test]
async fn an_error_does_not_repeat_the_code_of_the_user() {
    let echo = r#"{"success": false, "error_code": "CODE_739201", "message": "The code 739201 is wrong."}"#;
    let echoes = [Step::respond(StatusCode::BAD_REQUEST, echo), Step::ok(echo)];
    let scene = Scene::new(echoes);
    for _ in 0..2 {
        let call = calls::submit_mfa(&"ltid_7Qm2".into(), &SubmitMfa::new("739201".into())).expect("a call");
        let error = scene.client.send(call).await.expect_err("refused");
        assert_eq!(error.vendor_message(), Some("The code [redacted] is wrong."));
        assert!(!format!("{error} {error:?}").contains("739201"), "{error:?}");
    }
}

#[test]
fn a_response_read_without_a_client_is_as_silent() {
    let call = calls::submit_mfa(&"ltid_7Qm2".into(), &SubmitMfa::new("739201".into())).expect("a call");
    let mut response = http::Response::new(bytes::Bytes::from_static(br#"{"message": "739201 is wrong"}"#));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let error = call.answer(&super::builder().build().expect("usable"), response).expect_err("refused");
    assert_eq!(error.vendor_message(), Some("[redacted] is wrong"));
}

/// The query holds what callers look for, which is hidden in the type of the query, too.
#[test]
fn a_call_does_not_show_its_query() {
    let call = calls::list_scenario_bills(&ListScenarioBillsQuery::new("4242424242"));
    assert!(call.path_and_query().contains("4242424242"));
    let shown = format!("{call:?} {call:#?}");
    assert!(!shown.contains("4242424242") && shown.contains("/bills?[hidden]"), "{shown}");
    let plain = format!("{:?}", super::read());
    assert!(plain.contains("/bills/sandbox_bill_1\""), "{plain}");
}
