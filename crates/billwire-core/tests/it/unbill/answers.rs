//! What is Unbill's own about answers, repetitions and time limits.

use std::time::Duration;

use billwire_core::testing::Step;
use billwire_core::{CallOptions, Clock as _, Delivery, ErrorKind, TransportErrorKind, unbill};
use billwire_models::unbill::{AuthProgress, SchedulePayment};
use http::{HeaderName, HeaderValue, StatusCode};

use super::{API_KEY, Scene, TOKEN, builder, login, step};

const SECOND: Duration = Duration::from_secs(1);
const FINISHED: &str = r#"{"authId": "56e1dbb5443b10a3bd403fcf", "items": []}"#;

fn challenge() -> String {
    format!(r#"{{"token": "{TOKEN}", "method": "questions", "mfa": []}}"#)
}

/// Trap L5: 200 or 201 decides the body's shape, but it is the members that are believed.
#[tokio::test]
async fn finished_or_challenged_is_told_by_the_members_and_never_by_the_status_alone() {
    for status in [StatusCode::OK, StatusCode::CREATED] {
        let steps = [Step::respond(status, FINISHED), Step::respond(status, challenge())];
        let scene = Scene::new(steps);
        let finished = scene.client.create_auth(&login()).await.expect("an answer");
        assert!(matches!(*finished, AuthProgress::Finished(_)), "{status}");
        assert_eq!(finished.status(), status);
        let challenged = scene.client.step_auth(&step()).await.expect("an answer");
        assert!(matches!(*challenged, AuthProgress::Challenge(_)), "{status}");
    }
}

/// A login takes up to half a minute: its time limit is longer than that of every other call.
#[tokio::test]
async fn a_login_has_ninety_seconds_and_everything_else_thirty() {
    let late = |body: &str| Step::ok(body.to_owned()).after(89 * SECOND);
    let scene = Scene::new([late(FINISHED), late(&challenge()), Step::never(), Step::never()]);
    scene.client.create_auth(&login()).await.expect("in time");
    scene.client.step_auth(&step()).await.expect("in time");
    let before = scene.clock.monotonic();
    let error = scene.client.create_auth(&login()).await.expect_err("never");
    assert_eq!(
        (error.kind(), scene.clock.monotonic().saturating_sub(before)),
        (ErrorKind::Timeout, 90 * SECOND)
    );
    assert!(error.may_have_taken_effect() && !error.is_retryable(), "{error}");
    let once = scene.client.with_options(CallOptions::new().with_max_attempts(1));
    let before = scene.clock.monotonic();
    let error = once.list_categories().await.expect_err("never");
    assert_eq!(
        (error.kind(), scene.clock.monotonic().saturating_sub(before)),
        (ErrorKind::Timeout, 30 * SECOND)
    );
}

#[tokio::test]
async fn the_time_limits_of_a_login_can_be_chosen() {
    let shorter = builder().with_login_timeout(10 * SECOND).with_timeout(5 * SECOND);
    let scene = Scene::with(shorter, [Step::never(), Step::never(), Step::never()]);
    scene.client.create_auth(&login()).await.expect_err("never");
    assert_eq!(scene.clock.monotonic(), 10 * SECOND);
    let options = CallOptions::new().with_timeout(2 * SECOND);
    scene.client.with_options(options).create_auth(&login()).await.expect_err("never");
    assert_eq!(scene.clock.monotonic(), 12 * SECOND, "the options of a call come first");
    let deadline = builder().with_login_deadline(3 * SECOND);
    let scene = Scene::with(deadline, [Step::never()]);
    let error = scene.client.create_auth(&login()).await.expect_err("never");
    assert_eq!((error.kind(), scene.clock.monotonic()), (ErrorKind::DeadlineExceeded, 3 * SECOND));
    for builder in
        [builder().with_login_timeout(Duration::ZERO), builder().with_login_deadline(Duration::ZERO)]
    {
        assert_eq!(builder.build().expect_err("zero").kind(), ErrorKind::Configuration);
    }
}

/// Contradiction LC8: unknown ids were 400 at one time and 404 at another; a caller may treat them alike.
#[tokio::test]
async fn an_unknown_id_is_not_found_like_whatever_the_status() {
    for status in [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND] {
        let body = r#"{"message": "We could not find any company with that id."}"#;
        let scene = Scene::new([Step::respond(status, body)]);
        let error = scene.client.company(&"co".into()).await.expect_err("unknown");
        assert!(error.is_not_found_like(), "{error}");
        assert_eq!(error.vendor_message(), Some("We could not find any company with that id."));
        assert_eq!((error.vendor_code(), error.attempts()), (None, 1));
    }
}

#[tokio::test]
async fn a_payment_that_may_have_arrived_is_sent_once() {
    let unclear = Step::fail(Delivery::Unknown, TransportErrorKind::Interrupted);
    for failure in [unclear, Step::never(), Step::respond(StatusCode::BAD_GATEWAY, "")] {
        let scene = Scene::new([failure]);
        let error = scene.client.pay_now(&"b".into()).await.expect_err("unclear");
        assert!(error.may_have_taken_effect() && !error.is_retryable(), "{error}");
        assert_eq!(scene.transport.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_read_survives_two_failures() {
    let busy = Step::respond(StatusCode::TOO_MANY_REQUESTS, r#"{"message": "slow down"}"#)
        .with_header(HeaderName::from_static("retry-after"), HeaderValue::from_static("7"));
    let scene =
        Scene::new([busy, Step::respond(StatusCode::SERVICE_UNAVAILABLE, ""), Step::ok(r#"{"data": []}"#)]);
    let answer = scene.client.list_categories().await.expect("the third attempt");
    assert_eq!(answer.attempts(), 3);
    assert!(scene.clock.monotonic() >= 7 * SECOND, "it waited as long as it was asked to");
}

#[tokio::test]
async fn a_success_that_takes_itself_back_is_an_error() {
    let body = r#"{"success": false, "message": "The bill is being paid."}"#;
    let scene = Scene::new([Step::ok(body)]);
    let request = SchedulePayment::pay_now("b");
    let error = scene.client.schedule_payment(&request).await.expect_err("not accepted");
    assert_eq!(error.kind(), ErrorKind::NotAccepted);
    assert_eq!(error.vendor_message(), Some("The bill is being paid."));
    assert!(error.may_have_taken_effect());
}

#[tokio::test]
async fn the_request_id_is_kept() {
    let id = (HeaderName::from_static("request-id"), HeaderValue::from_static("r-1"));
    let scene = Scene::new([Step::ok(r#"{"data": []}"#).with_header(id.0, id.1)]);
    assert_eq!(scene.client.list_categories().await.expect("an answer").request_id(), Some("r-1"));
}

#[tokio::test]
async fn nothing_of_unbill_prints_a_secret() {
    let echo = format!(r#"{{"message": "no client of {API_KEY}"}}"#);
    let scene = Scene::new([Step::respond(StatusCode::UNAUTHORIZED, echo)]);
    let error = scene.client.create_auth(&login()).await.expect_err("refused");
    let request = &scene.transport.requests()[0];
    let call = unbill::calls::create_auth(&login()).expect("a call");
    for text in [
        format!("{error} {error:?}"),
        format!("{:?} {:?} {:?}", scene.client, scene.client.config(), builder()),
        format!("{:?} {call:?} {:?}", request.headers(), login()),
    ] {
        assert!(!text.contains(API_KEY) && !text.contains("\"test\""), "{text}");
    }
}
