//! What a response becomes, however hostile it is.

use billwire_core::testing::Step;
use billwire_core::{Answer, CallOptions, Delivery, Error, ErrorKind};
use billwire_models::q2::{BillList, BillWithPayments, Company};
use http::{HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;

use crate::support::{self, Scene};

async fn bill_from(step: Step) -> Result<Answer<BillWithPayments>, Error> {
    let scene = Scene::new([step]);
    let once = scene.client.with_options(CallOptions::new().with_max_attempts(1));
    once.send(support::read()).await
}

async fn error_from(step: Step) -> Error {
    bill_from(step).await.expect_err("an error")
}

#[tokio::test]
async fn a_good_answer_brings_its_facts() {
    let step = support::bill()
        .with_header(HeaderName::from_static("request-id"), HeaderValue::from_static("req-17"));
    let answer = bill_from(step).await.expect("an answer");
    assert_eq!(answer.bill.id.as_str(), support::BILL_ID);
    assert_eq!(
        (answer.status(), answer.request_id(), answer.attempts()),
        (StatusCode::OK, Some("req-17"), 1)
    );
    let call_id = answer.call_id().expect("a call id").to_owned();
    assert_eq!((call_id.len(), call_id.as_bytes()[14]), (36, b'4'), "{call_id}");
    assert!(answer.rejected().is_empty());
    assert_eq!(answer.into_inner().bill.balance.expect("a balance").to_string(), "25.21");
}

#[tokio::test]
async fn a_missing_or_unreadable_request_id_is_no_problem() {
    assert_eq!(bill_from(support::bill()).await.expect("an answer").request_id(), None);
    let garbage = HeaderValue::from_bytes(b"\xff\xfe").expect("opaque bytes are allowed");
    let step = support::bill().with_header(HeaderName::from_static("request-id"), garbage);
    assert_eq!(bill_from(step).await.expect("an answer").request_id(), None);
}

#[tokio::test]
async fn every_status_has_its_kind() {
    for code in 100..=999_u16 {
        let expected = match code {
            200..=299 => continue,
            300..=399 => ErrorKind::Redirected,
            401 => ErrorKind::Unauthorized,
            403 => ErrorKind::Forbidden,
            404 => ErrorKind::NotFound,
            429 => ErrorKind::RateLimited,
            400..=499 => ErrorKind::Rejected,
            500..=599 => ErrorKind::Service,
            _ => ErrorKind::UnexpectedStatus,
        };
        let error = error_from(support::status(code)).await;
        assert_eq!((error.kind(), error.delivery()), (expected, Delivery::Answered), "{code}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(code));
        assert_eq!(error.is_not_found_like(), matches!(code, 400 | 404), "{code}");
        assert!(!error.advice().is_empty());
    }
}

#[tokio::test]
async fn an_error_answer_is_told_with_message_request_id_and_advice() {
    let body = r#"{"statusCode":400,"error":"Bad Request","message":"Please provide a billId."}"#;
    let step = Step::respond(StatusCode::BAD_REQUEST, body)
        .with_header(HeaderName::from_static("request-id"), HeaderValue::from_static("req-18"));
    let error = error_from(step).await;
    assert_eq!(error.vendor_message(), Some("Please provide a billId."));
    assert_eq!(error.raw_answer(), Some(body));
    assert_eq!(error.request_id(), Some("req-18"));
    let call_id = error.call_id().expect("a call id");
    assert_eq!(
        error.to_string(),
        format!(
            "q2.getBill failed: the service answered 400 Bad Request: \"Please provide a billId.\" (delivery \
             answered, attempts 1, request id req-18, call id {call_id}). What to do: correct the request as the \
             service's message says; an id in it may not exist"
        )
    );
}

#[tokio::test]
async fn error_bodies_of_any_kind_give_an_error_and_no_panic() {
    let deep = "[".repeat(200_000);
    for body in ["", "<html><body>Bad Gateway</body></html>", "plain text", "{", "null", deep.as_str()] {
        let error = error_from(Step::respond(StatusCode::BAD_REQUEST, body.to_owned())).await;
        assert_eq!((error.kind(), error.vendor_message()), (ErrorKind::Rejected, None));
        assert!(error.raw_answer().is_some_and(|raw| raw.len() <= 64 * 1024 && body.starts_with(raw)));
        assert!(!error.to_string().contains("html"), "the raw text is not printed");
    }
    let error = error_from(Step::respond(StatusCode::BAD_REQUEST, &b"\xff\xfe{}"[..])).await;
    assert_eq!(error.vendor_message(), None);
}

#[tokio::test]
async fn an_unreadable_success_says_where_and_quotes_nothing() {
    let deep = "[".repeat(200_000);
    for (body, reason) in [
        ("", "the answer is empty"),
        (" \n", "the answer is empty"),
        ("<html>secret-4111111111111111</html>", "the answer is not JSON"),
        (r#"{"bill": {"_id": "b", "status": {"type""#, "ends in the middle"),
        (
            r#"{"bill": {"_id": "b", "status": {"type": 5111}}}"#,
            "is not the documented BillWithPayments at bill.status.type",
        ),
        (r#""5111""#, "is not the documented BillWithPayments"),
        (deep.as_str(), "(line 1, column "),
    ] {
        let error = error_from(Step::ok(body.to_owned())).await;
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::UnreadableAnswer, Delivery::Answered));
        let text = format!("{error} {error:?}");
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains("5111") && !text.contains("4111"), "{text}");
    }
    let error = error_from(Step::ok(&b"{\"_id\": \"\xff\"}"[..])).await;
    assert!(error.to_string().contains("not UTF-8 at byte 9"), "{error}");
}

#[tokio::test]
async fn an_unreadable_success_of_a_payment_is_not_a_failure_to_pay() {
    let scene = Scene::new([Step::ok("<html>")]);
    let error = scene.client.send(support::reconcilable()).await.expect_err("unreadable");
    assert!(error.may_have_taken_effect() && !error.is_retryable());
    assert!(error.advice().contains("read the resource back"), "{error}");
    assert!(error.advice().contains("probably carried out"), "the service answered with success: {error}");
    let scene = Scene::new([Step::ok("<html>")]);
    let error = scene.client.send(support::never()).await.expect_err("unreadable");
    assert!(error.advice().contains("probably carried out"), "{error}");
}

#[tokio::test]
async fn a_success_that_says_it_is_none_is_an_error() {
    for body in
        [r#"{"success":false,"message":"no such bill"}"#, r#"{"success":"False"}"#, r#"{"success":0}"#]
    {
        let scene = Scene::new([Step::ok(body), support::acknowledged()]);
        let error = scene.client.send(support::reconcilable()).await.expect_err(body);
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::NotAccepted, Delivery::Answered));
        assert_eq!((scene.sent(), error.status()), (1, Some(StatusCode::OK)));
        assert!(error.may_have_taken_effect() && !error.is_retryable(), "nobody documented what it means");
        assert!(error.advice().contains("read the resource back"), "{error}");
        assert_eq!(error.vendor_message().is_some(), body.contains("message"));
    }
    let response = http::Response::new(bytes::Bytes::from_static(br#"{"success":false}"#));
    let error = support::reconcilable().answer(&support::config(), response).expect_err("without I/O too");
    assert_eq!(error.kind(), ErrorKind::NotAccepted);

    let incomplete = Scene::new([Step::ok(r#"{"success":false}"#)]);
    let error = incomplete.client.send(support::never()).await.expect_err("it has no id either");
    assert_eq!(error.kind(), ErrorKind::NotAccepted, "and not an unreadable answer");
}

#[tokio::test]
async fn a_gateway_that_gave_up_waiting_proves_nothing_about_a_payment() {
    for (code, unclear) in [(408, true), (499, true), (400, false), (404, false), (409, false), (429, false)]
    {
        let scene = Scene::new([support::status(code)]);
        let error = scene.client.send(support::reconcilable()).await.expect_err("refused");
        assert_eq!(error.may_have_taken_effect(), unclear, "{code}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let bill = r#"{"bill":{"_id":"b","status":{"type":"paid"}}}"#;
    let answer = bill_from(Step::ok(format!("\u{feff}{bill}"))).await.expect("an answer");
    assert_eq!(answer.bill.id.as_str(), "b");
    let error = error_from(Step::respond(StatusCode::BAD_REQUEST, "\u{feff}{\"message\":\"no\"}")).await;
    assert_eq!(error.vendor_message(), Some("no"));
}

#[tokio::test]
async fn the_place_of_a_problem_quotes_no_key_of_the_answer() {
    for body in [
        r#"{"bill": {"Demo User 4111111111111111": x}}"#,
        r#"{"bill": {"Demo User 4111111111111111": {"a": [1"#,
    ] {
        let text = error_from(Step::ok(body)).await.to_string();
        assert!(!text.contains("4111") && !text.contains("Demo"), "{text}");
    }
    let call: billwire_core::Call<Company> = billwire_core::q2::calls::company(&"c".into());
    let body = r#"{"_id":"c","name":"n","fees":{"cards":{"Demo User 4111111111111111":17}}}"#;
    let error = call
        .answer(&support::config(), http::Response::new(bytes::Bytes::from_static(body.as_bytes())))
        .expect_err("a fee is an object");
    let text = error.to_string();
    assert!(text.contains("at fees.cards.[hidden]") && !text.contains("4111"), "{text}");
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused_again_here() {
    let config = support::builder().with_max_response_bytes(100).build().expect("usable");
    for status in [StatusCode::OK, StatusCode::BAD_REQUEST] {
        let scene = Scene::with(config.clone(), [Step::respond(status, vec![b' '; 101])]);
        let error = scene.client.send(support::read()).await.expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::AnswerTooLarge);
        assert!(error.to_string().contains("101 bytes, more than the limit of 100"), "{error}");
        assert_eq!(error.status(), Some(status));
    }
}

#[tokio::test]
async fn a_redirect_is_an_error_that_says_why() {
    let step = support::status(302)
        .with_header(http::header::LOCATION, HeaderValue::from_static("https://elsewhere.example/"));
    let error = error_from(step).await;
    assert_eq!(error.kind(), ErrorKind::Redirected);
    assert!(error.advice().contains("base URL"), "{error}");

    let scene = Scene::new([support::status(307)]);
    let error = scene.client.send(support::reconcilable()).await.expect_err("a redirect");
    assert_eq!(scene.sent(), 1);
    assert!(
        error.advice().contains("base URL") && error.advice().contains("read the resource back"),
        "{error}"
    );
}

fn page() -> String {
    let good = format!(
        r#"{{"bill":{{"_id":"{}","status":{{"type":"upcoming"}}}},"payments":[]}}"#,
        support::BILL_ID
    );
    format!(r#"{{"data":[{good},{{"bill":17}},{good}]}}"#)
}

#[tokio::test]
async fn a_bad_list_element_is_reported_or_in_strict_mode_refused() {
    let scene = Scene::new([Step::ok(page()), Step::ok(page())]);
    let answer: Answer<BillList> = scene.client.send(support::list()).await.expect("the others are there");
    assert_eq!(answer.data.len(), 2);
    let rejected = answer.rejected();
    assert_eq!(rejected.len(), 1);
    assert_eq!((rejected[0].path(), rejected[0].element().index()), ("data[1]", 1));

    let strict = scene.client.with_options(CallOptions::new().with_strict(true));
    let error = strict.send(support::list()).await.expect_err("strict");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::RejectedElements, Delivery::Answered));
    assert!(error.to_string().contains("data[1]"), "{error}");
}

#[test]
fn the_layer_without_io_reads_answers_too() {
    let config = support::builder().with_strict(true).build().expect("usable");
    let response = http::Response::new(bytes::Bytes::from(page()));
    let error = support::list().answer(&config, response).expect_err("strict");
    assert_eq!(error.kind(), ErrorKind::RejectedElements);
    let response = http::Response::new(bytes::Bytes::from_static(br#"{"clientId":"c-1"}"#));
    let answer = support::idempotent().answer(&config, response).expect("an answer");
    assert_eq!((answer.client_id.as_str(), answer.call_id(), answer.attempts()), ("c-1", None, 1));
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(code in 100_u16..=999, body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut response = http::Response::new(bytes::Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(code).expect("a status");
        let _ = support::list().answer(&support::config(), response);
    }

    #[test]
    fn no_json_makes_it_panic(body in r#"[\[\]{}":,0-9a-z_ \\-]{0,80}"#) {
        let _ = support::list().answer(&support::config(), http::Response::new(bytes::Bytes::from(body)));
    }
}
