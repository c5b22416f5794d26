//! What a call must end with.

use std::fmt::Debug;

use billwire::core::{Answer, Error, ErrorKind};

/// The verdicts of the service, in the words of the contract. Each fails the scenario if it was another one.
pub(crate) trait Judged<T> {
    /// It was done.
    fn granted(self) -> T;
    /// 400: a rule or the form of the request forbids it, and the service says which.
    fn refused(self);
    /// 404: no such thing in the path.
    fn unknown(self);
    /// 401: the credential is missing, wrong, used up or expired, or the signature is.
    fn unauthorized(self);
    /// 403: the client token is of another client.
    fn forbidden(self);
    /// Our own client does not send it.
    fn not_sent(self, kind: ErrorKind);
}

impl<T: Debug> Judged<T> for Result<Answer<T>, Error> {
    #[track_caller]
    fn granted(self) -> T {
        match self {
            Ok(answer) => {
                assert!(answer.rejected().is_empty(), "unreadable elements: {:?}", answer.rejected());
                answer.into_inner()
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[track_caller]
    fn refused(self) {
        answered(self, 400, ErrorKind::Rejected);
    }

    #[track_caller]
    fn unknown(self) {
        answered(self, 404, ErrorKind::NotFound);
    }

    #[track_caller]
    fn unauthorized(self) {
        answered(self, 401, ErrorKind::Unauthorized);
    }

    #[track_caller]
    fn forbidden(self) {
        answered(self, 403, ErrorKind::Forbidden);
    }

    #[track_caller]
    fn not_sent(self, kind: ErrorKind) {
        let error = self.expect_err("it must not be sent");
        assert_eq!((error.kind(), error.status()), (kind, None), "{error}");
    }
}

/// Every refusal has a status, a message for people and a request id to quote, and changed nothing.
#[track_caller]
fn answered<T: Debug>(result: Result<Answer<T>, Error>, status: u16, kind: ErrorKind) {
    let error = result.expect_err("it must be refused");
    assert_eq!((error.status().map(|status| status.as_u16()), error.kind()), (Some(status), kind), "{error}");
    assert!(error.vendor_message().is_some_and(|message| !message.is_empty()), "{error}");
    assert!(error.request_id().is_some(), "{error}");
    assert!(!error.may_have_taken_effect(), "{error}");
}

/// `actual` is `expected`, in the words of the rule.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "what is compared is written down where it is compared")]
pub(crate) fn same<T: PartialEq + Debug>(what: &str, actual: T, expected: T) {
    assert_eq!(actual, expected, "{what}");
}
