//! Links of the story that can be broken on purpose: `billwire demo --break LINK`. Each makes the demo fail.

use billwire::models::operation::Api;
use clap::ValueEnum;
use clap::builder::PossibleValue;

/// One broken link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Requests are signed with a key that is not registered.
    WrongSigningKey,
    /// Requests are not signed at all.
    UnsignedRequests,
    /// Somebody between the service and us changes webhooks.
    TamperedWebhook,
    /// The receiver trusts another signing key than the service's.
    WrongWebhookKey,
    /// The receiver publishes an encryption key that it cannot open.
    WrongEncryptionKey,
    /// The service does not send one of the webhooks.
    MissingWebhook,
    /// The service reads the other name of the pay date, and so pays at once.
    IgnoredPayDate,
    /// Something else pays too.
    SecondPayment,
    /// Requests carry an API key that the service does not know.
    WrongApiKey,
    /// The answer to a challenge carries the token of the one before.
    ReusedChallenge,
    /// Requests carry a client secret that the service does not know.
    WrongClientSecret,
    /// Somebody keeps webhooks and sends them ten minutes later.
    ReplayedWebhook,
    /// The repetition of a call has an idempotency key of its own.
    SecondEffect,
}

impl Fault {
    /// The name on the command line.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::WrongSigningKey => "wrong-signing-key",
            Self::UnsignedRequests => "unsigned-requests",
            Self::TamperedWebhook => "tampered-webhook",
            Self::WrongWebhookKey => "wrong-webhook-key",
            Self::WrongEncryptionKey => "wrong-encryption-key",
            Self::MissingWebhook => "missing-webhook",
            Self::IgnoredPayDate => "ignored-pay-date",
            Self::SecondPayment => "second-payment",
            Self::WrongApiKey => "wrong-api-key",
            Self::ReusedChallenge => "reused-challenge",
            Self::WrongClientSecret => "wrong-client-secret",
            Self::ReplayedWebhook => "replayed-webhook",
            Self::SecondEffect => "second-effect",
        }
    }
}

impl Fault {
    /// The stories that have this link.
    pub(crate) const fn stories(self) -> &'static [Api] {
        match self {
            Self::TamperedWebhook | Self::MissingWebhook => &[Api::Q2, Api::Unbill, Api::BillerApi],
            Self::SecondPayment => &[Api::Q2, Api::Unbill],
            Self::WrongWebhookKey => &[Api::Q2, Api::BillerApi],
            Self::WrongSigningKey
            | Self::UnsignedRequests
            | Self::WrongEncryptionKey
            | Self::IgnoredPayDate => &[Api::Q2],
            Self::WrongApiKey | Self::ReusedChallenge => &[Api::Unbill],
            Self::WrongClientSecret | Self::ReplayedWebhook | Self::SecondEffect => &[Api::BillerApi],
        }
    }
}

impl ValueEnum for Fault {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::WrongSigningKey,
            Self::UnsignedRequests,
            Self::TamperedWebhook,
            Self::WrongWebhookKey,
            Self::WrongEncryptionKey,
            Self::MissingWebhook,
            Self::IgnoredPayDate,
            Self::SecondPayment,
            Self::WrongApiKey,
            Self::ReusedChallenge,
            Self::WrongClientSecret,
            Self::ReplayedWebhook,
            Self::SecondEffect,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
}
