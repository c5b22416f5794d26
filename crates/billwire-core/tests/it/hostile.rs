//! Hostile answers through the client: every place of the answer of every operation with something else in it.
//!
//! The samples, the changes and the rules are those of the models' tests. Here it is about errors: their kind, that they
//! say where, and that neither the error nor its `Debug` shows anything of the body.

#[path = "../../../billwire-models/tests/it/hostile/sample.rs"]
mod sample;

use billwire_core::q2::Config;
use billwire_core::testing::Step;
use billwire_core::{Call, Delivery, Error, ErrorKind};
use billwire_models::{operation, scalar};
use http::StatusCode;
use serde::de::DeserializeOwned;

use self::sample::{Case, Change, MARKS, Place, Sample, element_around, told};
use crate::q2_samples::OPERATIONS;
use crate::support::{self, Scene};

/// An operation and the sample of its answer.
pub(crate) struct Operation {
    pub(crate) called: &'static operation::Operation,
    pub(crate) sample: &'static str,
    pub(crate) read: Read,
}

/// Reads a response; tells the places of the elements that were left out.
type Read =
    fn(&'static operation::Operation, &Config, http::Response<bytes::Bytes>) -> Result<Vec<String>, Error>;

pub(crate) fn read<R: DeserializeOwned + scalar::Answer>(
    operation: &'static operation::Operation,
    config: &Config,
    response: http::Response<bytes::Bytes>,
) -> Result<Vec<String>, Error> {
    let call: Call<R> = Call::new(operation, String::new(), None);
    let answer = call.answer(config, response)?;
    Ok(answer.rejected().iter().map(|rejected| rejected.path().to_owned()).collect())
}

fn response(status: StatusCode, body: &[u8]) -> http::Response<bytes::Bytes> {
    let mut response = http::Response::new(bytes::Bytes::copy_from_slice(body));
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

/// The client as it is by default, and one that wants all or nothing.
struct Readers {
    lenient: Config,
    strict: Config,
}

fn check(operation: &Operation, place: &Place<'_>, case: &Case, readers: &Readers) {
    let what = format!("{} {} {:?}", operation.called.id, place.field.at, case.change);
    let read = |config| (operation.read)(operation.called, config, response(StatusCode::OK, &case.body));
    let (lenient, strict) = (read(&readers.lenient), read(&readers.strict));
    for error in [lenient.as_ref().err(), strict.as_ref().err()].into_iter().flatten() {
        quotes_nothing(error, &what);
    }
    if let Change::Broken(how) = case.change {
        let error = lenient.expect_err(&what);
        assert_eq!(error.kind(), ErrorKind::UnreadableAnswer, "{what}");
        assert_eq!(error.reason().contains("not UTF-8"), how == "invalid UTF-8", "{what}: {error}");
        return;
    }
    let accepts = place.field.accepts(case.change);
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
            assert!(is_told || case.change == Change::Other("deep object"), "{what}: {error}");
            assert!(error.reason().contains(&named), "{what}: {error}");
        }
    }
}

#[test]
fn no_hostile_answer_panics_or_shows_in_an_error() {
    let strict = support::builder().with_strict(true).build().expect("a usable configuration");
    let readers = Readers { lenient: support::config(), strict };
    let mut count = 0;
    for operation in OPERATIONS {
        let sample = Sample::read(operation.sample);
        let whole = response(StatusCode::OK, &sample.original());
        let left_out =
            (operation.read)(operation.called, &readers.strict, whole).expect("the sample decodes");
        assert_eq!(left_out, [""; 0]);
        for place in sample.places() {
            let small = response(StatusCode::OK, &place.original());
            (operation.read)(operation.called, &readers.strict, small).expect("so does the small one");
            for case in place.cases() {
                check(operation, &place, &case, &readers);
                count += 1;
            }
        }
        for (name, body) in sample.nonsense() {
            for status in [StatusCode::OK, StatusCode::BAD_REQUEST, StatusCode::BAD_GATEWAY] {
                let answer = response(status, &body);
                let outcome = (operation.read)(operation.called, &readers.lenient, answer);
                let error = outcome.expect_err(name);
                quotes_nothing(&error, &format!("{} {name} {status}", operation.called.id));
                let expected = match status {
                    StatusCode::OK => ErrorKind::UnreadableAnswer,
                    StatusCode::BAD_REQUEST => ErrorKind::Rejected,
                    _ => ErrorKind::Service,
                };
                assert_eq!(error.kind(), expected, "{} {name}", operation.called.id);
                count += 1;
            }
        }
    }
    println!("figure: hostile answers: {count} cases of {} operations, through the client", OPERATIONS.len());
    assert!(count >= 3_000, "{count}");
}

/// The same over a transport, with everything that the client adds: attempts, call ids, traces.
#[tokio::test]
async fn nonsense_over_a_transport_is_unreadable_and_never_a_failed_payment() {
    let bills = OPERATIONS.iter().find(|one| one.called.id == support::list().operation().id);
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
