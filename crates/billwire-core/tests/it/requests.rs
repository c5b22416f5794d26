//! The plain request: address, headers, body.

use billwire_core::{Attempt, Call, Environment, ErrorKind, call};
use billwire_crypto::OsRandom;
use billwire_models::q2::{Acknowledgement, Bill, operations};
use bytes::Bytes;
use http::Request;

use crate::support::{self, header};

fn request_of<R>(call: &Call<R>, base_url: &str) -> Request<Bytes> {
    let config =
        support::builder_for(Environment::custom_sandbox(base_url)).build().expect("a configuration");
    let attempt = Attempt::new(support::START.parse().expect("a timestamp"), &OsRandom);
    call.request(&config, &attempt).expect("a request")
}

#[test]
fn a_read_has_no_body_and_no_content_type() {
    let request = request_of(&support::read(), support::BASE_URL);
    assert_eq!(request.method(), "GET");
    assert_eq!(request.uri(), "http://127.0.0.1:7701/v1/bill/566595c8ce88ccec69328566");
    assert_eq!(header(&request, "accept"), Some("application/json"));
    assert_eq!(header(&request, "authorization"), Some("Bearer dc220490-e6ee-11e5-8a94-e7385a8d929e"));
    assert!(header(&request, "user-agent").is_some_and(|value| value.starts_with("billwire/")));
    let names: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["accept", "authorization", "user-agent"], "nothing else is sent");
    assert!(request.body().is_empty());
    assert!(request.headers()["authorization"].is_sensitive());
}

#[test]
fn a_write_sends_json() {
    let request = request_of(&support::reconcilable(), support::BASE_URL);
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri().path(), "/v1/payment/schedule");
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    let body: serde_json::Value = serde_json::from_slice(request.body()).expect("JSON");
    assert_eq!(body["payDate"], body["date"]);
}

#[test]
fn the_base_urls_trailing_slash_makes_no_difference() {
    for base in ["http://127.0.0.1:7701/v1", "http://127.0.0.1:7701/v1/"] {
        assert_eq!(request_of(&support::read(), base).uri().path(), "/v1/bill/566595c8ce88ccec69328566");
    }
    let root = request_of(&support::read(), "http://localhost:7701/");
    assert_eq!(root.uri(), "http://localhost:7701/bill/566595c8ce88ccec69328566");
}

#[test]
fn the_user_agent_takes_a_suffix() {
    let config =
        support::builder().with_user_agent_suffix("example-bank/1.0").build().expect("a configuration");
    let attempt = Attempt::new(support::START.parse().expect("a timestamp"), &OsRandom);
    let request = support::read().request(&config, &attempt).expect("a request");
    assert!(header(&request, "user-agent").is_some_and(|value| value.ends_with(" example-bank/1.0")));
    for suffix in ["", "line\nbreak", "\u{e9}"] {
        let error = support::builder().with_user_agent_suffix(suffix).build().expect_err(suffix);
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }
}

#[test]
fn a_body_that_does_not_suit_the_operation_is_refused() {
    let attempt = Attempt::new(support::START.parse().expect("a timestamp"), &OsRandom);
    let path = call::path(&operations::GET_BILL, &[("billId", "b")]);
    let too_much: Call<Bill> = Call::new(&operations::GET_BILL, path, Some(b"{}".to_vec()));
    let too_little: Call<Acknowledgement> =
        Call::new(&operations::CANCEL_PAYMENT, "/payment/cancel".to_owned(), None);
    let errors = [
        too_much.request(&support::config(), &attempt).expect_err("a body on GET"),
        too_little.request(&support::config(), &attempt).expect_err("no body on POST"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    }
}

#[test]
fn a_body_that_does_not_serialise_is_refused_without_quoting_it() {
    let secret_keys = std::collections::BTreeMap::from([(vec!["4111111111111111"], 1)]);
    let error = call::body(&secret_keys).expect_err("keys must be text");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(!format!("{error} {error:?}").contains("4111"), "{error}");
}
