//! What the attempts of one call add up to.
//!
//! The last attempt alone does not tell it: an answer of the 500 range may come before a refusal, and a refusal before an
//! attempt that was never sent.

use http::StatusCode;

use crate::delivery::Delivery;
use crate::error::Error;

/// The attempts of a call before the present one.
#[derive(Debug)]
pub(crate) struct History {
    /// What is known about the way of the request.
    pub(crate) delivery: Delivery,
    /// Whether any attempt may have been carried out.
    pub(crate) possible_effect: bool,
    /// What is known of the answer, while `delivery` says that there is one.
    pub(crate) answer: Option<LastAnswer>,
}

/// What a failed call keeps of an answer to an earlier attempt.
#[derive(Clone, Debug)]
pub(crate) struct LastAnswer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<String>,
}

impl History {
    pub(super) const fn new() -> Self {
        Self { delivery: Delivery::NotSent, possible_effect: false, answer: None }
    }

    /// Adds an attempt that ended with `error` and is followed by another one.
    pub(super) fn add(&mut self, error: &Error) {
        self.delivery = self.delivery.followed_by(error.delivery());
        self.possible_effect |= error.may_have_acted();
        if error.delivery() != Delivery::NotSent {
            self.answer = error.last_answer();
        }
    }
}
