//! The list of quirks.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// An untidy form that the documents print, or that older versions of the service sent.
///
/// Source: Q2 Biller Direct description, section 3.2 "Trap table".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// T1: `"success": "true"` as the answer to a security step.
    SuccessAsText,
    /// T2: `"hidden": "false"` in bills.
    HiddenAsText,
    /// T3: the key `"autopay "`, with a trailing space, in bills.
    AutopayWithSpace,
    /// T6: `stateShort` and `stateLong` in the place of a company.
    GeoInCamelCase,
    /// T7: `routing` and `account` in the list of payment methods.
    ShortBankKeys,
    /// T8: `"100"` for balances and last payments without cents.
    MoneyWithoutCents,
    /// T8: amounts as JSON numbers, as in 2016. Not in [`Quirks::all`](super::Quirks::all).
    MoneyAsNumber,
    /// T9: `created` of events without milliseconds.
    EventTimeInSeconds,
    /// T9: `2019-03-28 17:00:00.000`, without a zone, for due dates and pay dates inside `bill.*` events.
    TimesWithoutZone,
    /// T10: `bill.payment.canceled` and `card.canceled` in events.
    CanceledWithOneL,
    /// T17: an event without its wrapping `event` member.
    BareEvent,
    /// T17: nothing but the `payload` of an event. Not in [`Quirks::all`](super::Quirks::all): type and id are lost.
    BarePayload,
    /// T17, contradiction C11: `bill.update` with `previous` and `current` objects, as on the page of the bare event.
    ChangesInOldForm,
    /// T18: `swap.success` with six members twice, the wrong values first, and `__v`.
    RepeatedMembers,
    /// T19: public keys with the printed, truncated certificate as one text.
    CertificateAsText,
    /// T19: public keys with their certificate in a list, as RFC 7517 wants it. Not in [`Quirks::all`](super::Quirks::all).
    CertificateAsList,
    /// T20: a hold's reason with the `debugMessage` of the legacy version.
    DebugMessage,
    /// T21: the second open question of an auth under the key `answer`, as in 2018.
    QuestionUnderAnswer,
    /// T24: debit fees of American Express under `amex`, beside `american express`.
    AmexBesideAmericanExpress,
    /// T25: the rates of fees as texts, those of surcharges as numbers: each in the other one's form.
    RatesInOtherForm,
    /// T26: `forgotUser` in the company of `swap.success`.
    ForgotUser,
    /// T27: a running swap as `pending` and without its `_id`.
    PendingSwapWithoutId,
    /// T29: `failed` for a declined payment method.
    FailedMethod,
    /// T36: the client's id as the id of the auth in `auth.deleted` and `auth.needs-resync`.
    ClientIdAsAuthId,
}

impl Quirk {
    /// Every quirk, in the order of the trap table.
    pub const ALL: &'static [Self] = &[
        Self::SuccessAsText,
        Self::HiddenAsText,
        Self::AutopayWithSpace,
        Self::GeoInCamelCase,
        Self::ShortBankKeys,
        Self::MoneyWithoutCents,
        Self::MoneyAsNumber,
        Self::EventTimeInSeconds,
        Self::TimesWithoutZone,
        Self::CanceledWithOneL,
        Self::BareEvent,
        Self::BarePayload,
        Self::ChangesInOldForm,
        Self::RepeatedMembers,
        Self::CertificateAsText,
        Self::CertificateAsList,
        Self::DebugMessage,
        Self::QuestionUnderAnswer,
        Self::AmexBesideAmericanExpress,
        Self::RatesInOtherForm,
        Self::ForgotUser,
        Self::PendingSwapWithoutId,
        Self::FailedMethod,
        Self::ClientIdAsAuthId,
    ];

    /// Its name in settings and on the command line.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The trap it comes from, such as `T1`.
    pub fn trap(self) -> &'static str {
        self.row().1
    }

    /// What it does, in one line for a person.
    pub fn summary(self) -> &'static str {
        self.row().2
    }

    /// Whether it takes the place of another quirk, so that [`Quirks::all`](super::Quirks::all) leaves it out.
    pub fn is_alternative(self) -> bool {
        matches!(self, Self::MoneyAsNumber | Self::BarePayload | Self::CertificateAsList)
    }

    #[rustfmt::skip]
    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::SuccessAsText => ("success-as-text", "T1", r#"POST /auth/step answers "success": "true""#),
            Self::HiddenAsText => ("hidden-as-text", "T2", r#"bills carry "hidden": "false""#),
            Self::AutopayWithSpace => ("autopay-with-space", "T3", r#"bills carry the key "autopay " with a trailing space"#),
            Self::GeoInCamelCase => ("geo-in-camel-case", "T6", "companies carry stateShort and stateLong"),
            Self::ShortBankKeys => ("short-bank-keys", "T7", "the list of payment methods carries routing and account"),
            Self::MoneyWithoutCents => ("money-without-cents", "T8", r#"bills carry "100" instead of "100.00" as balance and lastPaidAmount"#),
            Self::MoneyAsNumber => ("money-as-number", "T8", "bills and their payments carry amounts as JSON numbers, as in 2016"),
            Self::EventTimeInSeconds => ("event-time-in-seconds", "T9", "created of events has no milliseconds"),
            Self::TimesWithoutZone => ("times-without-zone", "T9", r#"bill events carry due dates and pay dates as "2019-03-28 17:00:00.000""#),
            Self::CanceledWithOneL => ("canceled-with-one-l", "T10", "events carry bill.payment.canceled and card.canceled"),
            Self::BareEvent => ("bare-event", "T17", "webhooks carry the event without its wrapping"),
            Self::BarePayload => ("bare-payload", "T17", "webhooks carry nothing but the payload; type and id are lost"),
            Self::ChangesInOldForm => ("changes-in-old-form", "T17", "bill.update carries previous and current objects (contradiction C11)"),
            Self::RepeatedMembers => ("repeated-members", "T18", "swap.success repeats six members with other values, and carries __v"),
            Self::CertificateAsText => ("certificate-as-text", "T19", "public keys carry the printed x5c, one truncated text"),
            Self::CertificateAsList => ("certificate-as-list", "T19", "public keys carry x5c as a list, as RFC 7517 wants it"),
            Self::DebugMessage => ("debug-message", "T20", "the reason of a hold carries the legacy debugMessage too"),
            Self::QuestionUnderAnswer => ("question-under-answer", "T21", "the second open question of an auth stands under the key answer"),
            Self::AmexBesideAmericanExpress => ("amex-beside-american-express", "T24", "fees carry american express for credit and amex for debit"),
            Self::RatesInOtherForm => ("rates-in-other-form", "T25", "rates of fees are texts, rates of surcharges are numbers"),
            Self::ForgotUser => ("forgot-user", "T26", "the company of swap.success carries forgotUser"),
            Self::PendingSwapWithoutId => ("pending-swap-without-id", "T27", "a running swap is pending and has no _id"),
            Self::FailedMethod => ("failed-method", "T29", "a declined payment method is failed"),
            Self::ClientIdAsAuthId => ("client-id-as-auth-id", "T36", "auth.deleted and auth.needs-resync carry the client's id as that of the auth"),
        }
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Quirk {
    type Err = Error;

    /// Reads a name.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for any other text; the message lists the names.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|quirk| quirk.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|quirk| quirk.name()).collect();
            Error::new(
                ErrorKind::InvalidInput,
                format!("\"{text}\" is no quirk; there are all, none, {}", names.join(", ")),
            )
        })
    }
}
