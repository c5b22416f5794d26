//! The types of events, and which are sent without being switched on.
//!
//! Source: Q2 Biller Direct description, section 10.2 "Event types".

macro_rules! event_types {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// Every type of event the sandbox knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum EventType { $($name),+ }

        impl EventType {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];
            /// As they are sent.
            pub(crate) const NAMES: &[&str] = &[$($text),+];

            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

event_types! {
    AuthSuccess = "auth.success",
    AuthInvalid = "auth.invalid",
    AuthDeleted = "auth.deleted",
    AuthHold = "auth.hold",
    AuthNeedsResync = "auth.needs-resync",
    BillCreated = "bill.created",
    BillUpcoming = "bill.upcoming",
    BillUpdate = "bill.update",
    ScheduledPaymentNotice = "bill.scheduled-payment-notice",
    PaymentSent = "bill.payment.sent",
    PaymentScheduled = "bill.payment.scheduled",
    PaymentCancelled = "bill.payment.cancelled",
    PaymentFailed = "bill.payment.failed",
    SwapSuccess = "swap.success",
    SecurityInputRequired = "auth.security-input-required",
    AuthFailed = "auth.failed",
    AuthCreated = "auth.created",
}

impl EventType {
    /// Sent although nobody switched it on; the three of the realtime flow are not.
    pub(crate) fn is_on_by_default(kind: &str) -> bool {
        [Self::SecurityInputRequired, Self::AuthFailed, Self::AuthCreated]
            .iter()
            .all(|off| off.as_str() != kind)
    }

    /// "canceled" and "cancelled" mean the same (trap T10).
    pub(super) fn usual_spelling(text: &str) -> &str {
        if text == "bill.payment.canceled" { Self::PaymentCancelled.as_str() } else { text }
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let text = Self::usual_spelling(text);
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

impl EventType {
    /// What `payload.resource` names.
    pub(super) fn resource_type(self) -> &'static str {
        match self {
            Self::AuthSuccess | Self::SecurityInputRequired | Self::AuthFailed => "client",
            Self::AuthInvalid
            | Self::AuthDeleted
            | Self::AuthHold
            | Self::AuthNeedsResync
            | Self::AuthCreated => "auth",
            Self::SwapSuccess => "swap",
            _ => "bill",
        }
    }
}
