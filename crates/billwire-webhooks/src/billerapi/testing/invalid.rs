//! The names of what can be wrong with a delivery.

use std::fmt;

use crate::rejection::{CheckedHeader, RejectionReason, SignatureProblem};

macro_rules! invalid_kinds {
    ($( $(#[$attribute:meta])* $variant:ident = $name:literal, $reason:expr; )+) => {
        /// What is wrong with a delivery; apart from that it is valid.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum InvalidKind { $( $(#[$attribute])* $variant, )+ }

        impl InvalidKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// A short name that stays the same between versions, for test reports.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }

            /// The reason with which a verifier of [`Service::policy`](super::Service::policy) refuses it.
            #[must_use]
            pub fn reason(self) -> RejectionReason {
                match self { $( Self::$variant => $reason, )+ }
            }
        }
    };
}

const MALFORMED: RejectionReason = RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
const DOES_NOT_VERIFY: RejectionReason = RejectionReason::SignatureInvalid(SignatureProblem::DoesNotVerify);

invalid_kinds! {
    /// No signature header.
    MissingSignature = "missing-signature", RejectionReason::MissingSignature;
    /// The legacy header alone, which the policy does not accept.
    LegacySignatureOnly = "legacy-signature-only", RejectionReason::MissingSignature;
    /// The right signature header, twice.
    RepeatedSignature = "repeated-signature", RejectionReason::RepeatedHeader(CheckedHeader::Signature);
    /// The header without `t`.
    MissingTime = "missing-time", MALFORMED;
    /// The header with `t` twice.
    TwoTimes = "two-times", MALFORMED;
    /// The header without `v1`.
    MissingCode = "missing-code", MALFORMED;
    /// A `v1` of 31 bytes.
    ShortCode = "short-code", MALFORMED;
    /// A header of another form.
    NotASignature = "not-a-signature", MALFORMED;
    /// Signed 301 seconds ago.
    TooOld = "too-old", RejectionReason::OutsideWindow;
    /// Signed 301 seconds ahead.
    TooFarAhead = "too-far-ahead", RejectionReason::OutsideWindow;
    /// Signed with another secret.
    WrongSecret = "wrong-secret", DOES_NOT_VERIFY;
    /// The right code under another time.
    ChangedTime = "changed-time", DOES_NOT_VERIFY;
    /// The right code over another body.
    ChangedBody = "changed-body", DOES_NOT_VERIFY;
    /// The code of the legacy header in the current one.
    LegacyCodeInCurrentHeader = "legacy-code-in-current-header", DOES_NOT_VERIFY;
    /// A wrong current header beside a right legacy one.
    LegacyToTheRescue = "legacy-to-the-rescue", DOES_NOT_VERIFY;
    /// A body of more than [`DEFAULT_MAX_BODY_BYTES`](crate::billerapi::DEFAULT_MAX_BODY_BYTES) bytes.
    Oversized = "oversized", RejectionReason::BodyTooLarge;
    /// No body, signed.
    EmptyBody = "empty-body", RejectionReason::NotJson;
    /// A text that is not JSON.
    NotJson = "not-json", RejectionReason::NotJson;
    /// An event with a byte that is not UTF-8.
    NotUtf8 = "not-utf8", RejectionReason::NotJson;
    /// JSON that is nested ten thousand times.
    NestedTooDeeply = "nested-too-deeply", RejectionReason::NotJson;
    /// An object in none of the three envelopes.
    UnknownEnvelope = "unknown-envelope", RejectionReason::NotAnEvent;
    /// An event without its id.
    MissingEventId = "missing-event-id", RejectionReason::NotAnEvent;
    /// An event whose id is empty.
    EmptyEventId = "empty-event-id", RejectionReason::NotAnEvent;
}

impl fmt::Display for InvalidKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
