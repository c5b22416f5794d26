//! A client token and its limits: in the types, and where types end, before anything is sent.

use std::sync::Arc;

use billwire_core::q2::{Client, Config, scope::OneClient};
use billwire_core::{
    ApiKey, Attempt, CallOptions, ClientToken, Credential, Delivery, Environment, Error, ErrorKind,
};
use billwire_crypto::OsRandom;
use billwire_models::operation;
use billwire_models::q2::operations;

use crate::support::{self, Scene, header};

fn token() -> ClientToken {
    ClientToken::for_sandbox("client-token-secret")
}

fn sandbox() -> Environment {
    Environment::custom_sandbox(support::BASE_URL)
}

fn authorizations(scene: &Scene) -> Vec<String> {
    let requests = scene.transport.requests();
    requests.iter().map(|request| header(request, "authorization").expect("one").to_owned()).collect()
}

/// The methods stand in two blocks, and in which of them each one stands follows from the operation table.
#[test]
fn every_operation_is_a_method_of_the_clients_whose_credential_it_takes() {
    let generated = include_str!("../../src/q2/generated/client.rs");
    let everyone = generated.find("impl<S: scope::Scope> Client<S> {").expect("a block for both");
    let partner = generated.find("impl Client<scope::Partner> {").expect("a block for the API key");
    assert!(everyone < partner && generated.matches("impl").count() == 2);
    let mut for_the_api_key_alone = Vec::new();
    for operation in operations::ALL {
        let call = format!("calls::{}(", method(operation.id));
        let at = generated.find(&call).expect(operation.id);
        let takes_token = operation.credentials.contains(&operation::Credential::ClientToken);
        assert_eq!(at < partner, takes_token, "{}", operation.id);
        if !takes_token {
            for_the_api_key_alone.push(operation.id);
        }
    }
    for_the_api_key_alone.sort_unstable();
    // Source: Q2 Biller Direct description, section 2.1 "Bearer credentials", written by hand.
    assert_eq!(
        for_the_api_key_alone,
        [
            "createClient",
            "createToken",
            "getLatestPublicKey",
            "getPublicKey",
            "listBillsByPartner",
            "listPublicKeys",
            "revokeTokens",
            "syncClient",
        ]
    );
}

/// `getBill` -> `bill`, `listBills` -> `list_bills`.
fn method(id: &str) -> String {
    let mut name = String::new();
    for character in id.chars() {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name.strip_prefix("get_").map(str::to_owned).unwrap_or(name)
}

#[tokio::test]
async fn a_client_of_a_token_sends_the_token_and_never_the_api_key() {
    let scene = Scene::new([support::bill(), support::bill(), support::bill()]);
    let limited: Client<OneClient> = scene.client.for_one_client(token()).expect("usable");
    limited.send(support::read()).await.expect("an answer");
    limited
        .with_options(CallOptions::new().with_max_attempts(1))
        .send(support::read())
        .await
        .expect("an answer");
    scene.client.send(support::read()).await.expect("the first client is unchanged");
    let token = "Bearer client-token-secret".to_owned();
    assert_eq!(authorizations(&scene), [token.clone(), token, format!("Bearer {}", support::API_KEY)]);
    assert!(!format!("{limited:?}").contains("client-token-secret"));
}

#[tokio::test]
async fn a_client_can_be_made_from_a_token_alone() {
    let config: Config<OneClient> = Config::builder(sandbox(), token()).build().expect("usable");
    let scene = Scene::new([support::bill(), support::acknowledged()]);
    let transport = Arc::new(scene.transport.clone());
    let client: Client<OneClient> = Client::new(config, transport, Arc::new(scene.clock.clone()));
    client.bill(&support::BILL_ID.into()).await.expect("its own bill");
    client.pay_now(&support::BILL_ID.into()).await.expect("its own payment");
    assert_eq!(authorizations(&scene), ["Bearer client-token-secret", "Bearer client-token-secret"]);
}

/// Plain calls know no types of credentials, so the check stays where they are sent.
#[tokio::test]
async fn what_the_types_do_not_see_is_refused_unsent() {
    let scene = Scene::new([]);
    let limited = scene.client.for_one_client(token()).expect("usable");
    let dynamic = Config::builder(sandbox(), Credential::from(token())).build().expect("usable");
    let dynamic = Client::new(dynamic, Arc::new(scene.transport.clone()), Arc::new(scene.clock.clone()));
    let check = |error: Error| {
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::CredentialNotAllowed, Delivery::NotSent));
    };
    check(limited.send(support::idempotent()).await.expect_err("createClient"));
    check(dynamic.send(support::idempotent()).await.expect_err("createClient"));
    check(dynamic.bills_of_partner(&"p".into()).try_next().await.expect_err("a list of the partner"));
    check(dynamic.latest_public_key().await.expect_err("keys of the partner"));
    assert_eq!(scene.sent(), 0);
}

/// What a signature over a token call would cover is not documented, so such calls are not made.
#[test]
fn a_client_that_signs_makes_no_client_of_a_token() {
    let config = support::builder().with_request_signing(support::signing_key()).build().expect("usable");
    let error = Scene::with(config, []).client.for_one_client(token()).expect_err("cannot be signed");
    assert_eq!(error.kind(), ErrorKind::CredentialNotAllowed);
    let dynamic = Config::builder(sandbox(), Credential::from(token()));
    let error = dynamic.with_request_signing(support::signing_key()).build().expect_err("cannot be signed");
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[test]
fn a_token_stays_in_its_environment() {
    let scene = Scene::new([]);
    let error = scene.client.for_one_client(ClientToken::for_production("t")).expect_err("wrong environment");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let error = scene.client.for_one_client(ClientToken::for_sandbox("line\nbreak")).expect_err("no header");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(Config::builder(sandbox(), ClientToken::for_production("t")).build().is_err());
    assert!(Config::builder(sandbox(), ApiKey::for_sandbox("k")).build().is_ok());
}

/// What a client of a token gives away goes no further than the token either.
#[tokio::test]
async fn the_configuration_of_a_client_of_a_token_does_not_lead_back_to_the_api_key() {
    let scene = Scene::new([support::bill()]);
    let limited = scene.client.for_one_client(token()).expect("usable");
    let (transport, clock) = (Arc::new(scene.transport.clone()), Arc::new(scene.clock.clone()));
    let second = Client::<OneClient>::new(limited.config().clone(), transport, clock);
    second.send(support::read()).await.expect("an answer");
    assert_eq!(authorizations(&scene), ["Bearer client-token-secret"]);
    let attempt = Attempt::new(support::START.parse().expect("a timestamp"), &OsRandom);
    let request = support::read().request(limited.config(), &attempt).expect("a request");
    assert_eq!(header(&request, "authorization"), Some("Bearer client-token-secret"));
    let error = support::idempotent().request(limited.config(), &attempt).expect_err("createClient");
    assert_eq!(error.kind(), ErrorKind::CredentialNotAllowed);
}
