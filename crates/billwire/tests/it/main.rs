//! The facade against the sandbox: what its constructors choose, and the contract with the API rule by rule.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and clippy only exempts the test functions themselves"
)]

mod billerapi_contract;
mod billerapi_limits;
mod billerapi_repeats;
mod billerapi_visible;
mod judge;
mod place;
mod q2_contract;
mod quirks;
mod stage;
mod suite;
mod unbill_contract;
mod virtual_time;

use billwire::core::{ApiKey, Environment, ErrorKind};
use billwire::keys;
use billwire::q2::{self, BillId, CreateClient, SearchCompanies};
use billwire_sandbox::{KeyUsage, RequestSigning, Sandbox};

/// A key of this test alone: it is in the published test vectors.
const SIGNING_KEY: &str = include_str!("../fixtures/TEST-ONLY-request-signing.pem");

fn config(sandbox: &Sandbox) -> q2::ConfigBuilder {
    let environment = Environment::custom_sandbox(sandbox.urls().q2.as_str());
    q2::Config::builder(environment, ApiKey::for_sandbox(sandbox.api_key()))
}

#[tokio::test]
async fn a_client_of_the_facade_calls() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client = q2::client(config(&sandbox).build().expect("a configuration")).expect("a client");
    let found =
        client.search_companies(&SearchCompanies::new().with_query("MFA Company")).await.expect("an answer");
    let names: Vec<&str> = found.data.iter().map(|company| company.name.as_str()).collect();
    assert_eq!(names, ["MFA Company 1", "MFA Company 2"]);
    let error = client.bill(&BillId::new("nobody's")).await.expect_err("no such bill");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.request_id().is_some());
}

#[tokio::test]
async fn keys_of_the_facade_sign_and_encrypt() {
    let now = billwire::core::clock::system_now();
    let sandbox = Sandbox::builder().running_from(now).start().await.expect("a sandbox");
    let signing_key = keys::private_key(SIGNING_KEY, "our-key").expect("a key");
    let public_pem = signing_key.public_key().to_spki_pem().expect("a PEM");
    sandbox
        .configure_request_signing(RequestSigning::with_public_key(public_pem))
        .await
        .expect("request signing");
    let info = sandbox.info();
    let service_key = info.keys.iter().find(|key| key.usage == KeyUsage::Encryption).expect("a key");
    let encryption_key =
        keys::public_key(&service_key.public_key, service_key.key_id.as_str()).expect("a key");

    let signed = config(&sandbox).with_request_signing(signing_key).with_payload_encryption(encryption_key);
    let client = q2::client(signed.build().expect("a configuration")).expect("a client");
    client.create_client(&CreateClient::new("customer-1")).await.expect("created");
    let requests = sandbox.requests();
    let request = requests.last().expect("a request");
    assert_eq!(request.signature, billwire_sandbox::SignatureCheck::Verified);
    assert!(request.encrypted);

    let unsigned = q2::client(config(&sandbox).build().expect("a configuration")).expect("a client");
    let error = unsigned.create_client(&CreateClient::new("customer-1")).await.expect_err("not signed");
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[test]
fn a_key_set_is_read_and_its_bad_keys_are_told() {
    let set = keys::key_set(r#"{"keys": [{"kty": "AKP", "kid": "tomorrow"}]}"#).expect("a set");
    assert_eq!((set.keys.len(), set.skipped.len()), (0, 1));
    assert!(keys::key_set("not a set").is_err());
    assert!(keys::private_key("not a key", "a").is_err());
    assert!(keys::public_key(SIGNING_KEY, "a").is_err(), "a private key is not taken for a public one");
}
