//! What answers mean: failures at the biller, both shapes of an error, wrappers and request ids.

use billwire_core::testing::Step;
use billwire_core::{CallOptions, ErrorKind};
use billwire_models::billerapi::{
    BillStatus, ConnectGmail, CreateGmailAuthorization, ErrorCode, ExchangePublicToken, FailureCode,
    ListScenarioBillsQuery,
};
use http::{HeaderName, HeaderValue, StatusCode};

use super::{Scene, submit_credentials};
use crate::support;

fn failed(code: &str) -> Step {
    Step::ok(format!(r#"{{"success": false, "error_code": "{code}", "message": "The biller says no."}}"#))
}

/// Source: BillerAPI description, section 3.3 "Business failures inside HTTP 200", written by hand.
#[tokio::test]
async fn a_failure_at_the_biller_is_an_error_with_its_code_and_advice() {
    for (code, known, passes, advice) in [
        ("INVALID_CREDENTIALS", FailureCode::InvalidCredentials, false, "ask the user"),
        ("BILLER_UNAVAILABLE", FailureCode::BillerUnavailable, true, "growing pauses"),
        ("ACCOUNT_LOCKED", FailureCode::AccountLocked, false, "unlock"),
        ("INVALID_MFA_CODE", FailureCode::InvalidMfaCode, false, "code again"),
        ("LINK_TOKEN_EXPIRED", FailureCode::LinkTokenExpired, false, "new link token"),
        ("A_NEW_ONE", FailureCode::from("A_NEW_ONE"), false, "look up"),
    ] {
        let scene = Scene::new([failed(code)]);
        let error = scene.client.send(submit_credentials()).await.expect_err(code);
        assert_eq!(error.kind(), ErrorKind::BusinessFailure, "{error}");
        assert_eq!((error.vendor_code(), error.failure_code()), (Some(code), Some(known)));
        assert_eq!(error.vendor_message(), Some("The biller says no."));
        assert_eq!((error.status(), error.error_code()), (Some(StatusCode::OK), None), "no error of HTTP");
        assert_eq!(error.is_retryable(), passes, "{error}");
        assert_eq!(error.may_have_taken_effect(), code == "A_NEW_ONE", "{code}: is the outcome known?");
        assert!(error.advice().contains(advice), "{error}");
        assert!(error.to_string().contains(code), "{error}");
        assert_eq!(scene.sent(), 1, "never repeated by itself");
    }
}

#[tokio::test]
async fn a_failure_at_the_biller_is_found_in_a_read_too() {
    let scene = Scene::new([failed("BILLER_UNAVAILABLE")]);
    let query = ListScenarioBillsQuery::new("4000000002");
    let error = scene.client.list_scenario_bills(&query).await.expect_err("the biller is down");
    assert_eq!(error.failure_code(), Some(FailureCode::BillerUnavailable));
    assert!(error.is_retryable());
    let scene = Scene::new([super::unclear(), failed("BILLER_UNAVAILABLE")]);
    let error = scene.client.list_scenario_bills(&query).await.expect_err("the biller is down");
    assert!(error.is_retryable() && !error.may_have_taken_effect(), "a read does nothing twice: {error}");
}

/// What no document lists may leave anything behind: a public token that works once, for one.
#[tokio::test]
async fn an_unknown_failure_of_a_write_leaves_the_outcome_open() {
    let scene = Scene::new([failed("A_NEW_ONE"), failed("A_NEW_ONE")]);
    let request = ExchangePublicToken::new("pt_sandbox_7Qm2".into(), "client_xyz".into());
    let error = scene.client.exchange_public_token(&request).await.expect_err("no token");
    assert_eq!(error.kind(), ErrorKind::BusinessFailure);
    assert!(error.may_have_taken_effect() && !error.is_retryable(), "{error}");
    assert!(error.advice().contains("no document says what it leaves behind"), "{error}");
    let query = ListScenarioBillsQuery::new("4000000002");
    let error = scene.client.list_scenario_bills(&query).await.expect_err("no bills");
    assert!(!error.may_have_taken_effect(), "a read leaves nothing behind: {error}");
}

/// The codes are those of BillerAPI; the other services have none.
#[tokio::test]
async fn only_errors_of_this_api_have_its_codes() {
    let scene = support::Scene::new([support::status(404)]);
    let error = scene.client.send(support::read()).await.expect_err("not found");
    assert_eq!((error.kind(), error.error_code()), (ErrorKind::NotFound, None));
}

#[tokio::test]
async fn a_success_that_takes_itself_back_without_a_code_leaves_the_outcome_open() {
    let scene = Scene::new([Step::ok(r#"{"success": false}"#)]);
    let request = ConnectGmail::new("user_123".into(), "client_xyz".into());
    let error = scene.client.connect_gmail(&request).await.expect_err("not accepted");
    assert_eq!((error.kind(), error.failure_code()), (ErrorKind::NotAccepted, None));
    assert!(error.may_have_taken_effect() && !error.is_retryable());
}

/// Checklist, client (3): both shapes of an error body. Contradiction C1: the status of the answer is the truth.
#[tokio::test]
async fn both_shapes_of_an_error_give_one_error() {
    let shapes = |code: u16, word: &str, phrase: &str| {
        [
            format!(r#"{{"statusCode": 1, "message": "what is wrong", "error": "{phrase}"}}"#),
            format!(r#"{{"status_code": 1, "error": "{word}", "message": "what is wrong", "documentation_url": "u"}}"#),
        ]
        .map(|body| (StatusCode::from_u16(code).expect("a status"), body))
    };
    for (code, word, phrase, known, kind) in [
        (400, "validation_error", "Bad Request", ErrorCode::ValidationError, ErrorKind::Rejected),
        (
            401,
            "authentication_error",
            "Unauthorized",
            ErrorCode::AuthenticationError,
            ErrorKind::Unauthorized,
        ),
        (403, "authorization_error", "Forbidden", ErrorCode::AuthorizationError, ErrorKind::Forbidden),
        (404, "not_found", "Not Found", ErrorCode::NotFound, ErrorKind::NotFound),
        (
            429,
            "rate_limit_exceeded",
            "Too Many Requests",
            ErrorCode::RateLimitExceeded,
            ErrorKind::RateLimited,
        ),
        (500, "internal_error", "Internal Server Error", ErrorCode::InternalError, ErrorKind::Service),
    ] {
        for (status, body) in shapes(code, word, phrase) {
            let scene = Scene::new([Step::respond(status, body)]);
            let once = scene.client.with_options(CallOptions::new().with_max_attempts(1));
            let error = once.send(super::read()).await.expect_err(word);
            assert_eq!((error.kind(), error.error_code()), (kind, Some(known.clone())), "{error}");
            assert_eq!(error.vendor_message(), Some("what is wrong"));
            assert_eq!(error.status(), Some(status));
            assert_eq!(error.failure_code(), None);
        }
    }
}

#[tokio::test]
async fn an_error_code_follows_the_body_only_as_far_as_it_is_documented() {
    for (code, body, told, known) in [
        (422, r#"{"error": "validation_error"}"#, Some("validation_error"), Some(ErrorCode::ValidationError)),
        (400, r#"{"error": "a_new_code"}"#, Some("a_new_code"), Some(ErrorCode::ValidationError)),
        (409, r#"{"error": "a_new_code"}"#, Some("a_new_code"), None),
        (503, "<html>", None, None),
        (404, "", None, Some(ErrorCode::NotFound)),
    ] {
        let scene = Scene::new([Step::respond(StatusCode::from_u16(code).expect("a status"), body)]);
        let once = scene.client.with_options(CallOptions::new().with_max_attempts(1));
        let error = once.send(super::read()).await.expect_err(body);
        assert_eq!((error.vendor_code(), error.error_code()), (told, known), "{code} {body}");
    }
}

#[tokio::test]
async fn several_messages_become_one_and_none_becomes_the_reason_phrase() {
    let body = r#"{"statusCode": 400, "message": ["url must be absolute", "events is empty"], "error": "Bad Request"}"#;
    let scene =
        Scene::new([Step::respond(StatusCode::BAD_REQUEST, body), Step::respond(StatusCode::CONFLICT, "{}")]);
    let error = scene.client.send(super::read()).await.expect_err("refused");
    assert_eq!(error.vendor_message(), Some("url must be absolute; events is empty"));
    let error = scene.client.send(super::read()).await.expect_err("refused");
    assert_eq!(error.vendor_message(), Some("Conflict"));
}

/// A page for people is kept in part: 2 KiB.
#[tokio::test]
async fn a_body_that_is_not_json_is_an_error_all_the_same() {
    let page = format!("<html>{}</html>", "x".repeat(10_000));
    let scene = Scene::new([Step::respond(StatusCode::FORBIDDEN, page.clone())]);
    let error = scene.client.send(super::read()).await.expect_err("refused");
    assert_eq!((error.kind(), error.vendor_message()), (ErrorKind::Forbidden, Some("Forbidden")));
    let raw = error.raw_answer().expect("the text");
    assert!(raw.len() == 2048 && page.starts_with(raw), "{}", raw.len());
}

/// Contradiction C13: the address stands at the top or in `data`.
#[tokio::test]
async fn an_answer_is_read_out_of_its_documented_wrappers() {
    let request = CreateGmailAuthorization::new("user_123".into(), "client_xyz".into());
    let url = "https://accounts.example.test";
    for body in [
        format!(r#"{{"oauth_url": "{url}"}}"#),
        format!(r#"{{"success": true, "data": {{"oauth_url": "{url}"}}}}"#),
    ] {
        let scene = Scene::new([Step::ok(body)]);
        assert_eq!(
            scene.client.create_gmail_authorization(&request).await.expect("an address").oauth_url,
            url
        );
    }
    for wrapper in ["data", "bill"] {
        let scene = Scene::new([Step::ok(format!(r#"{{"{wrapper}": {}}}"#, super::BILL))]);
        let bill = scene.client.bill(&"sandbox_bill_1".into()).await.expect("a bill");
        assert_eq!((bill.id.as_str(), bill.status.clone()), ("sandbox_bill_1", BillStatus::Pending));
    }
    let scene = Scene::new([Step::ok(format!(r#"{{"data": {}}}"#, super::REQUEST_TO_LINK))]);
    assert_eq!(
        scene.client.request_to_link(&"rtl_0001".into()).await.expect("a request").id.as_str(),
        "rtl_0001"
    );
}

/// Checklist, client (8): unknown enumeration values and fields survive.
#[tokio::test]
async fn what_is_new_does_not_break_an_answer() {
    let bill = super::BILL
        .replace("PENDING", "DISPUTED")
        .replace("\"currency\"", "\"new\": {\"a\": [1]}, \"currency\"");
    let scene = Scene::new([Step::ok(bill)]);
    let bill = scene.client.bill(&"sandbox_bill_1".into()).await.expect("a bill");
    assert_eq!(bill.status.as_str(), "DISPUTED");
}

#[tokio::test]
async fn the_request_id_is_kept_from_successes_and_errors() {
    let id = || (HeaderName::from_static("x-request-id"), HeaderValue::from_static("req_1"));
    let steps = [Step::ok(super::BILL), super::status(404)].map(|step| step.with_header(id().0, id().1));
    let scene = Scene::new(steps);
    assert_eq!(scene.client.send(super::read()).await.expect("a bill").request_id(), Some("req_1"));
    let error = scene.client.send(super::read()).await.expect_err("not found");
    assert_eq!(error.request_id(), Some("req_1"));
    assert!(error.to_string().contains("req_1"), "{error}");
}
