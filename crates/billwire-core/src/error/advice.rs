//! What to do about an error: one sentence for each situation.

use billwire_models::operation::Safety;

use super::{Error, ErrorKind};
use crate::delivery::Delivery;

const REPEAT: &str = "repeat it: carried out twice it has the effect of once";
const MEND_AND_REPEAT: &str = "it may have been carried out: when the cause is mended, repeat it; carried out twice it has \
                               the effect of once";

const REPEAT_WITH_KEY: &str = "repeat it soon with the same idempotency key (`Error::retry_options`): then it has the effect \
                               of once; with another key it is a second call";
const MEND_AND_REPEAT_WITH_KEY: &str = "it may have been carried out: when the cause is mended, repeat it soon with the same \
                                        idempotency key (`Error::retry_options`); with another key it is a second call";

const READ_BACK: &str = "do not repeat it blindly, it may have been carried out: read the resource back, compare, \
                         and only then decide";
const CANNOT_READ_BACK: &str = "do not repeat it, it may have been carried out and that cannot be read back \
                                reliably: wait for its events or ask the service's support with the request id";

const HARMLESS: &str = "it may have been carried out, but asking again does no harm: repeat the call";

const READ_BACK_ACCEPTED: &str = "do not repeat it, the service answered with success and so it was probably carried \
                                  out: read the resource back to learn what happened";
const CANNOT_READ_BACK_ACCEPTED: &str = "do not repeat it, the service answered with success and so it was probably \
                                         carried out: wait for its events or ask the service's support with the \
                                         request id";
const NOT_ACCEPTED: &str = "the service says that it did not do it, but no document says what that leaves behind: read \
                            the resource back before asking again";

const REDIRECTED: &str = "correct the base URL; redirects are never followed because they would carry the \
                          credential elsewhere";
const REDIRECTED_WRITE: &str = "correct the base URL (redirects are never followed because they would carry the \
                                credential elsewhere), and read the resource back before asking again";

/// The sentence for an error that carries no advice of its own.
pub(super) fn of(error: &Error) -> &'static str {
    if error.may_have_taken_effect() {
        return of_unclear_write(error);
    }
    match error.kind() {
        ErrorKind::Configuration => "correct the configuration",
        ErrorKind::InvalidRequest => "correct the arguments of the call",
        ErrorKind::CredentialNotAllowed => "use a credential that the operation accepts",
        ErrorKind::Cryptography => "check the configured keys",
        ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::DeadlineExceeded => of_no_answer(error),
        ErrorKind::Unauthorized => {
            "check that the credential is current and of this environment; if request signing is on, check the \
             signing key that is registered with the service and this machine's clock"
        }
        ErrorKind::Forbidden => {
            "use a credential that may do this; one of a single client or account reaches only what belongs to it"
        }
        ErrorKind::NotFound => "check the id and the base URL; the resource may be gone",
        ErrorKind::Rejected => "correct the request as the service's message says; an id in it may not exist",
        ErrorKind::RateLimited => "wait as long as the service asks, then send fewer requests at a time",
        ErrorKind::Service => "try again later; if it stays, ask the service's support with the request id",
        ErrorKind::Redirected => REDIRECTED,
        ErrorKind::UnexpectedStatus => "check that the base URL is the service and not a proxy",
        ErrorKind::NotAccepted => "the service says that it has no answer: ask again later",
        ErrorKind::BusinessFailure => "look up the service's code, and ask the user before trying again",
        ErrorKind::UnreadableAnswer => {
            "check that the base URL is the service and not a proxy; if it is, report the place of the problem \
             with the request id"
        }
        ErrorKind::AnswerTooLarge => {
            "raise the limit with with_max_response_bytes if the answer is legitimate"
        }
        ErrorKind::RejectedElements => {
            "turn strict mode off to receive the readable elements, and report the others"
        }
        ErrorKind::EndlessList => {
            "do not take what came for the whole list; narrow the search, or raise the bound with with_max_pages"
        }
        ErrorKind::KeyUnavailable => {
            "nothing was sent: look at the cause, which is the failed call for the key, then repeat the call"
        }
    }
}

fn of_unclear_write(error: &Error) -> &'static str {
    let accepted = error.status().is_some_and(|status| status.is_success());
    match error.safety() {
        _ if error.kind() == ErrorKind::Redirected => REDIRECTED_WRITE,
        Safety::Harmless => HARMLESS,
        _ if error.kind() == ErrorKind::NotAccepted => NOT_ACCEPTED,
        Safety::Idempotent => of_unclear_idempotent_write(error),
        Safety::Reconcilable if accepted => READ_BACK_ACCEPTED,
        Safety::Reconcilable => READ_BACK,
        _ if accepted => CANNOT_READ_BACK_ACCEPTED,
        _ => CANNOT_READ_BACK,
    }
}

fn of_unclear_idempotent_write(error: &Error) -> &'static str {
    match (error.is_retryable(), error.needs_its_key()) {
        (true, false) => REPEAT,
        (true, true) => REPEAT_WITH_KEY,
        (false, false) => MEND_AND_REPEAT,
        (false, true) => MEND_AND_REPEAT_WITH_KEY,
    }
}

fn of_no_answer(error: &Error) -> &'static str {
    match error.delivery() {
        Delivery::NotSent => "nothing was sent: check the network and the address, then repeat the call",
        _ if error.safety() == Safety::Read => "repeat it: the call changes nothing",
        Delivery::Unknown | Delivery::Answered => {
            "nothing was carried out, the service refused what reached it: wait as long as it asks, then repeat the call"
        }
    }
}
