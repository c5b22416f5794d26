//! Hostile answers through the client: every place of the answer of every operation with something else in it.
//!
//! The samples, the changes and the rules are those of the models' tests. Here it is about errors: their kind, that they
//! say where, and that neither the error nor its `Debug` shows anything of the body.

#[path = "../../../billwire-models/tests/it/hostile/sample.rs"]
mod sample;

use std::sync::LazyLock;

use billwire_core::testing::Step;
use billwire_core::{
    ApiKey, Call, ClientCredentials, Delivery, Environment, Error, ErrorKind, billerapi, q2, unbill,
};
use billwire_models::operation::Api;
use billwire_models::{operation, scalar};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde::de::DeserializeOwned;

use self::sample::{Case, Change, MARKS, Place, Sample, element_around, told};
use crate::support::{self, Scene};
use crate::{billerapi_samples, q2_samples, unbill_samples};

/// An operation and the sample of its answer.
pub(crate) struct Operation {
    pub(crate) called: &'static operation::Operation,
    pub(crate) sample: &'static str,
    pub(crate) read: Read,
}

/// How a client reads: element by element, or all or nothing.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    Lenient,
    Strict,
}

/// Reads a response as the client of the operation's API does; tells the places of the elements that were left out.
type Read = fn(&'static operation::Operation, Mode, Response<Bytes>) -> Result<Vec<String>, Error>;

pub(crate) fn read<R: DeserializeOwned + scalar::Answer>(
    operation: &'static operation::Operation,
    mode: Mode,
    response: Response<Bytes>,
) -> Result<Vec<String>, Error> {
    let call: Call<R> = Call::new(operation, String::new(), None);
    let readers = if mode == Mode::Strict { &*STRICT } else { &*LENIENT };
    let answer = match operation.api {
        Api::Unbill => call.answer(&readers.unbill, response)?,
        Api::BillerApi => call.answer(&readers.billerapi, response)?,
        _ => call.answer(&readers.q2, response)?,
    };
    Ok(answer.rejected().iter().map(|rejected| rejected.path().to_owned()).collect())
}

static LENIENT: LazyLock<Readers> = LazyLock::new(|| Readers::new(false));
static STRICT: LazyLock<Readers> = LazyLock::new(|| Readers::new(true));

/// A client of each API.
struct Readers {
    q2: q2::Config,
    unbill: unbill::Config,
    billerapi: billerapi::Config,
}

impl Readers {
    fn new(strict: bool) -> Self {
        let unbill = unbill::Config::builder(Environment::Sandbox, ApiKey::for_sandbox("key"));
        let credentials = ClientCredentials::new("client_xyz", "bb_test_4f1c");
        let billerapi = billerapi::Config::builder(Environment::Sandbox, credentials);
        Self {
            q2: support::builder().with_strict(strict).build().expect("usable"),
            unbill: unbill.with_strict(strict).build().expect("usable"),
            billerapi: billerapi.with_strict(strict).build().expect("usable"),
        }
    }
}

fn response(status: StatusCode, body: &[u8]) -> Response<Bytes> {
    let mut response = Response::new(Bytes::copy_from_slice(body));
    *response.status_mut() = status;
    response
}

/// No error shows anything that came in a body.
#[track_caller]
fn quotes_nothing(error: &Error, what: &str) {
    let text = format!("{error} {error:?}");
    assert!(!MARKS.iter().any(|mark| text.contains(mark)), "{what} quotes: {text}");
    assert_eq!(error.delivery(), Delivery::Answered, "{what}");
}

fn check(operation: &Operation, place: &Place<'_>, case: &Case) {
    let what = format!("{} {} {:?}", operation.called.id, place.field.at, case.change);
    let read = |mode| (operation.read)(operation.called, mode, response(StatusCode::OK, &case.body));
    let (lenient, strict) = (read(Mode::Lenient), read(Mode::Strict));
    for error in [lenient.as_ref().err(), strict.as_ref().err()].into_iter().flatten() {
        quotes_nothing(error, &what);
    }
    if let Change::Broken(how) = case.change {
        let error = lenient.expect_err(&what);
        assert_eq!(error.kind(), ErrorKind::UnreadableAnswer, "{what}");
        assert_eq!(error.reason().contains("not UTF-8"), how == "invalid UTF-8", "{what}: {error}");
        return;
    }
    // An answer that is one of several is read whole before it is decoded: 128 levels deep, and the place is lost.
    let is_choice = operation.called.successes.len() > 1;
    if is_choice && matches!(case.change, Change::Other("deep array" | "deep object")) {
        return;
    }
    // The only map of BillerAPI is the partner's own metadata, which holds anything.
    let is_anything = operation.called.api == Api::BillerApi && place.field.kind == "map";
    let accepts = match case.change {
        Change::Other("object") if is_anything => Some(true),
        change => place.field.accepts(change),
    };
    match (element_around(&place.sample.fields, &place.field.at), accepts) {
        (_, None) => {}
        (_, Some(true)) => {
            let left_out = lenient.unwrap_or_else(|error| unreachable!("{what}: {error}"));
            assert!(left_out.is_empty() || place.field.kind == "list", "{what}: {left_out:?}");
        }
        (Some((element, _)), Some(false)) => {
            assert_eq!(
                lenient.unwrap_or_else(|error| unreachable!("{what}: {error}")),
                [told(element)],
                "{what}"
            );
            let error = strict.expect_err(&what);
            assert_eq!(error.kind(), ErrorKind::RejectedElements, "{what}");
            assert!(error.reason().contains(&told(element)), "{what}: {error}");
        }
        (None, Some(false)) => {
            let error = lenient.expect_err(&what);
            assert_eq!(error.kind(), ErrorKind::UnreadableAnswer, "{what}");
            let (parent, name) = place.field.at.rsplit_once('/').unwrap_or_default();
            let (at, named) = match case.change {
                Change::Missing => (told(parent), format!("`{name}` is missing")),
                _ => (told(&place.field.at), String::new()),
            };
            // The place of nesting without end may be a member that only the answer knows.
            let is_told = error.reason().contains(&format!(" at {at}")) || at.is_empty();
            assert!(is_told || is_choice || case.change == Change::Other("deep object"), "{what}: {error}");
            assert!(is_choice || error.reason().contains(&named), "{what}: {error}");
        }
    }
}

/// Plays every case of the operations of one API; how many there were.
fn play(operations: &[Operation]) -> usize {
    let mut count = 0;
    for operation in operations {
        let sample = Sample::read(operation.sample);
        let whole = response(StatusCode::OK, &sample.original());
        let left_out = (operation.read)(operation.called, Mode::Strict, whole).expect("the sample decodes");
        assert_eq!(left_out, [""; 0]);
        for place in sample.places() {
            let small = response(StatusCode::OK, &place.original());
            (operation.read)(operation.called, Mode::Strict, small).expect("so does the small one");
            for case in place.cases() {
                check(operation, &place, &case);
                count += 1;
            }
        }
        for (name, body) in sample.nonsense() {
            for status in [StatusCode::OK, StatusCode::BAD_REQUEST, StatusCode::BAD_GATEWAY] {
                check_nonsense(operation, name, &body, status);
                count += 1;
            }
        }
    }
    count
}

fn check_nonsense(operation: &Operation, name: &str, body: &[u8], status: StatusCode) {
    let what = format!("{} {name} {status}", operation.called.name());
    let outcome = (operation.read)(operation.called, Mode::Lenient, response(status, body));
    if let Ok(left_out) = outcome {
        // A bare array is a list where the service is known to send one, and these have bad elements.
        let is_list = status.is_success() && body.starts_with(b"[");
        assert!(operation.called.api == Api::BillerApi && is_list, "{what} decodes");
        assert!(
            left_out.len() == 1 && left_out.iter().all(|place| place.ends_with("[0]")),
            "{what}: {left_out:?}"
        );
        return;
    }
    let error = outcome.expect_err(&what);
    quotes_nothing(&error, &what);
    let expected = match status {
        StatusCode::OK => ErrorKind::UnreadableAnswer,
        StatusCode::BAD_REQUEST => ErrorKind::Rejected,
        _ => ErrorKind::Service,
    };
    assert_eq!(error.kind(), expected, "{what}");
}

#[test]
fn no_hostile_answer_panics_or_shows_in_an_error() {
    for (api, operations, least) in [
        ("", q2_samples::OPERATIONS, 3_000),
        (" of Unbill", unbill_samples::OPERATIONS, 2_000),
        (" of BillerAPI", billerapi_samples::OPERATIONS, 2_000),
    ] {
        let count = play(operations);
        println!(
            "figure: hostile answers{api}: {count} cases of {} operations, through the client",
            operations.len()
        );
        assert!(count >= least, "{count}{api}");
    }
}

/// The same over a transport, with everything that the client adds: attempts, call ids, traces.
#[tokio::test]
async fn nonsense_over_a_transport_is_unreadable_and_never_a_failed_payment() {
    let bills = q2_samples::OPERATIONS.iter().find(|one| one.called.id == support::list().operation().id);
    let sample = Sample::read(bills.expect("the operation").sample);
    for (name, body) in sample.nonsense() {
        let error = Scene::new([Step::ok(body.clone())]).client.send(support::list()).await.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::UnreadableAnswer, "{name}");
        assert!(!error.may_have_taken_effect(), "{name}: a read has no effect");
        quotes_nothing(&error, name);
        let scene = Scene::new([Step::ok(body)]);
        let error = scene.client.send(support::reconcilable()).await.expect_err(name);
        assert!(error.may_have_taken_effect() && !error.is_retryable(), "{name}: {error}");
        assert_eq!(scene.sent(), 1, "{name}");
        quotes_nothing(&error, name);
    }
}
