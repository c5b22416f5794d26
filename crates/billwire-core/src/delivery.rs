//! Whether a request arrived: the first question when money moves.

use std::fmt;

/// What is known about the way of a request to the service.
///
/// The answer is a type because it decides what may happen next: only [`Delivery::NotSent`] makes repeating a
/// payment harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// No byte of the request reached the service: the name was not resolved, the connection was refused, or the
    /// call was stopped before it was sent. Repeating it cannot do anything twice.
    NotSent,
    /// The request was, or may have been, written, and no whole answer came back. The service may have acted on
    /// it. Read the resource back before repeating a write.
    Unknown,
    /// The service answered with a status.
    Answered,
}

impl Delivery {
    /// The stable text used in messages and traces: `not-sent`, `unknown` or `answered`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not-sent",
            Self::Unknown => "unknown",
            Self::Answered => "answered",
        }
    }

    /// What is known about a whole call after one more attempt ended with `latest`.
    ///
    /// An attempt that was not sent does not take back what earlier attempts did; a whole answer or an unclear
    /// end replaces what was known before.
    #[must_use]
    pub const fn followed_by(self, latest: Self) -> Self {
        match latest {
            Self::NotSent => self,
            Self::Unknown | Self::Answered => latest,
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Delivery::{Answered, NotSent, Unknown};

    #[test]
    fn a_later_refused_connection_does_not_hide_an_earlier_unclear_attempt() {
        for (before, latest, expected) in [
            (NotSent, NotSent, NotSent),
            (NotSent, Unknown, Unknown),
            (NotSent, Answered, Answered),
            (Unknown, NotSent, Unknown),
            (Answered, NotSent, Answered),
            (Unknown, Answered, Answered),
            (Answered, Unknown, Unknown),
        ] {
            assert_eq!(before.followed_by(latest), expected, "{before} then {latest}");
        }
    }
}
