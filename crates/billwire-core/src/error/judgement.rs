//! What follows from an error: may the call be repeated, and may it have done something?

use billwire_models::operation::{IdempotencyKey, Safety};
use http::StatusCode;

use super::{Error, ErrorKind};
use crate::config::CallOptions;
use crate::delivery::Delivery;
use crate::retry::policy::is_repeatable;

impl Error {
    /// Whether the same call, sent again later, can help and cannot do anything twice.
    ///
    /// When `true`: wait, at least [`Error::retry_after`], and repeat the call with [`Error::retry_options`]. Some operations
    /// do nothing twice only because of the idempotency key in these; without it, the repetition is a second call. When
    /// `false` for a write, look at [`Error::may_have_taken_effect`] first.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let is_safe = is_repeatable(self.safety()) || !self.may_have_taken_effect();
        is_safe
            && match self.kind() {
                ErrorKind::BusinessFailure => self.inner.problem.passes,
                ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::DeadlineExceeded => true,
                ErrorKind::Configuration
                | ErrorKind::InvalidRequest
                | ErrorKind::CredentialNotAllowed
                | ErrorKind::Cryptography
                | ErrorKind::AnswerTooLarge
                | ErrorKind::EndlessList => false,
                _ => self.may_retry(self.delivery()),
            }
    }

    /// What a repetition of the call needs besides its request: the idempotency key of the call that failed, if it had one.
    /// Everything else stays as the client has it.
    ///
    /// ```
    /// use billwire_core::Error;
    /// use billwire_core::billerapi::Client;
    /// use billwire_models::billerapi::TriggerSync;
    ///
    /// async fn sync(client: &Client, request: &TriggerSync) -> Result<(), Error> {
    ///     match client.trigger_sync(request).await {
    ///         // Soon: a service remembers a key for a limited time, BillerAPI for 24 hours.
    ///         Err(error) if error.is_retryable() => {
    ///             client.with_options(error.retry_options()).trigger_sync(request).await.map(drop)
    ///         }
    ///         result => result.map(drop),
    ///     }
    /// }
    /// ```
    ///
    /// A failure that is a known outcome ([`ErrorKind::BusinessFailure`]) is over, and its key would give it again: there the
    /// options are empty, and another try is another call.
    ///
    /// Source: BillerAPI description, section 3.7 "Idempotency".
    #[must_use]
    pub fn retry_options(&self) -> CallOptions {
        let is_over = self.kind() == ErrorKind::BusinessFailure && !self.may_have_taken_effect();
        CallOptions { idempotency_key: self.inner.key.clone().filter(|_| !is_over), ..CallOptions::new() }
    }

    /// Whether the service may have carried the call out although it ended with this error.
    ///
    /// `true` for a write of which any attempt, not only the last one, ended unclear, was answered with a 5xx status, or
    /// was answered with a 2xx status and a body that could not be read or says `success: false` without a documented
    /// reason. Of the 4xx statuses only 408 and 499 count: gateways use them when the service behind them was too slow.
    /// Read the resource back before asking again: this is where paying twice begins.
    #[must_use]
    pub fn may_have_taken_effect(&self) -> bool {
        self.inner.earlier_effect || (self.safety() != Safety::Read && self.may_have_acted())
    }

    /// Whether the answer is the service's way to say "there is no such thing": status 400 or 404.
    ///
    /// The service has used both for unknown ids. When `true` and an id was the only input, treat the resource as
    /// missing; otherwise check the request first.
    ///
    /// Source: Q2 Biller Direct description, section 2.3 "Errors".
    #[must_use]
    pub fn is_not_found_like(&self) -> bool {
        self.status().is_some_and(|status| matches!(status.as_u16(), 400 | 404))
    }

    /// Whether a time limit ended the call. Raise the limit or try later; for a write ask
    /// [`Error::may_have_taken_effect`] first.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout | ErrorKind::DeadlineExceeded)
    }

    /// Whether the service may have acted on the attempt that ended with this error, if it was a write.
    pub(crate) fn may_have_acted(&self) -> bool {
        match self.delivery() {
            Delivery::NotSent => false,
            Delivery::Unknown => true,
            Delivery::Answered => {
                let is_known_failure =
                    self.kind() == ErrorKind::BusinessFailure && self.inner.problem.is_known;
                !is_known_failure && self.status().is_none_or(|status| !is_refusal(status))
            }
        }
    }

    /// Whether the rules allow another attempt after one that ended with this error and `delivery`.
    pub(crate) fn may_retry(&self, delivery: Delivery) -> bool {
        let status = self.status().map(|status| status.as_u16());
        self.inner.answer_rules.may_retry(self.safety(), delivery, status)
    }

    /// Whether twice has the effect of once only if both carry the same key.
    pub(super) fn needs_its_key(&self) -> bool {
        let key = self.operation().and_then(|operation| operation.idempotency_key);
        self.safety() == Safety::Idempotent && key == Some(IdempotencyKey::Honoured)
    }

    /// Without an operation nothing was asked for, so nothing can have happened.
    pub(super) fn safety(&self) -> Safety {
        self.inner.safety.or(self.operation().map(|operation| operation.safety)).unwrap_or(Safety::Read)
    }
}

/// Whether the service says that it did not do what was asked. 408 and 499 come from gateways that gave up waiting.
fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status.as_u16(), 408 | 499)
}
