//! Why a login is on hold: the documented codes and their finer reasons.
//!
//! Source: Q2 Biller Direct description, section 6 "Auth hold codes". The texts are ours; the service's own reach its
//! clients in `userMessage` and `text` and are for display only.

use serde::{Deserialize, Serialize};

/// A reason that keeps a login on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hold {
    pub(crate) code: HoldCode,
    pub(crate) subcategory: Option<HoldSubcategory>,
    /// How many times more the re-check after `fix-hold` finds the reason unchanged; none: every time.
    pub(crate) failing_fixes: Option<u32>,
}

impl Hold {
    /// The one hold of the documented test inputs.
    ///
    /// Source: Q2 Biller Direct description, section 11.2 "Outcome table".
    pub(crate) const ACCEPT_TERMS: Self = Self::of(HoldCode::AcceptTerms);
    pub(crate) const NO_MFA_RESPONSE: Self =
        Self::of(HoldCode::AuthenticationNotCompleted).because(HoldSubcategory::NoMfaResponseReceived);
    pub(crate) const INVALID_MFA: Self =
        Self::of(HoldCode::AuthenticationNotCompleted).because(HoldSubcategory::InvalidMfa);

    /// A hold that `fix-hold` ends at once, except that a login that was never finished is not finished by saying so.
    ///
    /// Source: Q2 Biller Direct description, section 12.1 "Auth" (which holds pass is inferred).
    pub(crate) const fn of(code: HoldCode) -> Self {
        let failing_fixes = match code {
            HoldCode::AuthenticationNotCompleted => None,
            _ => Some(0),
        };
        Self { code, subcategory: None, failing_fixes }
    }

    const fn because(mut self, subcategory: HoldSubcategory) -> Self {
        self.subcategory = Some(subcategory);
        self
    }

    /// This hold after one more vain `fix-hold`; none if the next one ends it.
    pub(crate) fn after_fix(self) -> Option<Self> {
        match self.failing_fixes {
            Some(0) => None,
            left => Some(Self { failing_fixes: left.map(|left| left - 1), ..self }),
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self.subcategory {
            Some(subcategory) => subcategory.text().unwrap_or(self.code.text()),
            None => self.code.text(),
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($name:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub(crate) enum $type { $(#[serde(rename = $word)] $name),+ }

        impl $type {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];

            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            pub(crate) fn from_text(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text)
            }
        }
    };
}

words! {
    /// The 24 codes whose names are known. For the other five documented entries nobody invents one.
    HoldCode {
        ApplePayOnFile = "account_issue_apple_pay_on_file",
        DisneyPlusThirdPartyOnFile = "account_issue_disney_plus_third_party_on_file",
        PaymentDetailsRequired = "account_issue_payment_details_required",
        AccountIssueWithSwap = "account_issue_with_swap",
        PrimaryAccountHolder = "account_issue_primary_account_holder",
        CardNotAccepted = "account_issue_card_not_accepted",
        MaxCardsOnFile = "account_issue_max_cards_on_file",
        ThirdPartyConnected = "account_issue_third_party_connected",
        ThirdPartyAvailable = "account_issue_third_party_available",
        NoActiveSubscription = "account_issue_no_active_subscription",
        SystemIssueWithSwap = "system_issue_with_swap",
        PartnerExpirationExceeded = "partner_expiration_exceeded",
        AccountLocked = "account_issue_account_locked",
        AuthenticationNotCompleted = "authentication_not_completed",
        SetUpOnlinePayments = "account_set_up_online_payments",
        VerifyIdentity = "account_issue_verify_identity",
        AcceptTerms = "account_issue_accept_toc",
        NoServiceAccount = "account_issue_no_service_account",
        ThirdPartyPaymentsOnFile = "account_issue_third_party_payments_on_file",
        SystemIssueWithBill = "system_issue_with_bill",
        SystemIssueWithBillPayment = "system_issue_with_bill_payment",
        PaidInFull = "account_paid_in_full",
        PaymentRestrictions = "account_issue_payment_restrictions",
        InactiveAccount = "account_issue_inactive_account",
    }
}

words! {
    /// The finer reasons of four of the codes.
    HoldSubcategory {
        InvalidCredentials = "invalid-credentials",
        NoMfaResponseReceived = "no-mfa-response-received",
        InvalidMfa = "invalid-mfa",
        UnansweredMfaQuestion = "unanswered-mfa-question",
        SelectorNotFound = "selector-not-found",
        NavigationError = "navigation-error",
        JobTimeout = "job-timeout",
        CaptchaFailure = "captcha-failure",
        ProxyFailure = "proxy-failure",
        KnownSystemError = "known-system-error",
        IssueUnidentified = "issue-unidentified",
    }
}

impl HoldCode {
    fn text(self) -> &'static str {
        match self {
            Self::ApplePayOnFile => {
                "Your account is paid through Apple Pay. Please change the payment there."
            }
            Self::DisneyPlusThirdPartyOnFile => {
                "Your Disney+ account is paid through a third party. Please change the payment there."
            }
            Self::PaymentDetailsRequired => "The provider wants more information about the payment.",
            Self::AccountIssueWithSwap => {
                "There is a problem with your account. Please log in at the provider and look."
            }
            Self::PrimaryAccountHolder => {
                "This is not the login of the primary account holder. Please use that one."
            }
            Self::CardNotAccepted => "The provider does not accept this card. Please choose another one.",
            Self::MaxCardsOnFile => "The provider allows no further card. Please remove one there.",
            Self::ThirdPartyConnected => {
                "Your subscription is paid through a third party. Please change the payment there."
            }
            Self::ThirdPartyAvailable => {
                "Your subscription is paid through a third party that you find in our list. Please link that one."
            }
            Self::NoActiveSubscription => "Your account has no active subscription.",
            Self::SystemIssueWithSwap => "There was a technical problem. Please try again.",
            Self::PartnerExpirationExceeded => "The request is too old. Please start again.",
            Self::AccountLocked => "Your account is locked. Please unlock it at the provider.",
            Self::AuthenticationNotCompleted => "The login was not finished. Please authenticate again.",
            Self::SetUpOnlinePayments => "Please set up online payments at the provider.",
            Self::VerifyIdentity => "You need to login and verify your account information.",
            Self::AcceptTerms => "Please log in at the company and accept its terms and conditions.",
            Self::NoServiceAccount => "Please login and add your service account.",
            Self::ThirdPartyPaymentsOnFile => "Your account is connected to a third-party provider.",
            Self::SystemIssueWithBill => "Your bill cannot be read because of a technical problem.",
            Self::SystemIssueWithBillPayment => "The payment is not possible because of a technical problem.",
            Self::PaidInFull => "Your account is paid in full. There is nothing to pay.",
            Self::PaymentRestrictions => "Your account has payment restrictions.",
            Self::InactiveAccount => "Your account is inactive.",
        }
    }
}

impl HoldSubcategory {
    /// The code has no other subcategories than its own.
    ///
    /// Source: Q2 Biller Direct description, section 6.2 "Subcategories".
    pub(crate) fn belongs_to(self, code: HoldCode) -> bool {
        match self {
            Self::InvalidCredentials
            | Self::NoMfaResponseReceived
            | Self::InvalidMfa
            | Self::UnansweredMfaQuestion => code == HoldCode::AuthenticationNotCompleted,
            _ => matches!(
                code,
                HoldCode::SystemIssueWithSwap
                    | HoldCode::SystemIssueWithBillPayment
                    | HoldCode::SystemIssueWithBill
            ),
        }
    }

    fn text(self) -> Option<&'static str> {
        Some(match self {
            Self::NoMfaResponseReceived => {
                "The security question was not answered in time. Please authenticate again."
            }
            Self::InvalidMfa => "The security answer was not right. Please authenticate again.",
            Self::InvalidCredentials => "The credentials are not right. Please authenticate again.",
            Self::UnansweredMfaQuestion => "There is a new security question. Please authenticate again.",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_as_many_as_documented_and_each_can_be_read_back() {
        assert_eq!((HoldCode::ALL.len(), HoldSubcategory::ALL.len()), (24, 11));
        for code in HoldCode::ALL {
            assert_eq!(HoldCode::from_text(code.as_str()), Some(*code));
        }
        for subcategory in HoldSubcategory::ALL {
            assert_eq!(HoldSubcategory::from_text(subcategory.as_str()), Some(*subcategory));
        }
        assert_eq!(HoldCode::from_text("account_issue_invented"), None);
    }

    #[test]
    fn every_code_has_a_text_of_its_own() {
        let texts: BTreeSet<&str> = HoldCode::ALL.iter().map(|code| code.text()).collect();
        assert_eq!(texts.len(), HoldCode::ALL.len());
    }

    #[test]
    fn four_codes_have_subcategories() {
        let with: Vec<&str> = HoldCode::ALL
            .iter()
            .filter(|code| HoldSubcategory::ALL.iter().any(|subcategory| subcategory.belongs_to(**code)))
            .map(|code| code.as_str())
            .collect();
        assert_eq!(
            with,
            [
                "system_issue_with_swap",
                "authentication_not_completed",
                "system_issue_with_bill",
                "system_issue_with_bill_payment"
            ]
        );
    }
}
