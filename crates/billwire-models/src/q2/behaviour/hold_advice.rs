//! What to do about a hold: who has to act, when to try again, and by which call.
//!
//! The code decides, never the text beside it: texts are for people and change without notice.
//!
//! The documents say what each code means. Who has to act, when, and what comes next are conclusions from that meaning
//! and from the life of an auth, so all of it is inferred; the waiting times are ours.
//!
//! Source: Q2 Biller Direct description, section 6 "Auth hold codes", section 12.1 "Auth" and section 13, C21.

use std::time::Duration;

use crate::operation::Operation;
use crate::q2::operations;
use crate::q2::{
    Auth, AuthHoldData, AuthStatusType, EventHold, HoldCode, HoldReason, HoldSubcategory, Product,
};

/// Who has to act before a hold can end. New variants may be added: always have a `_` arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HoldActor {
    /// The end user, on the company's own site or by calling the company.
    UserAtCompany,
    /// The end user, in your product or in one of the service's pages that you show.
    UserInProduct,
    /// You, the partner.
    Partner,
    /// Nobody: wait.
    Nobody,
    /// The service's support.
    VendorSupport,
}

/// Whether and when to try again. New variants may be added: always have a `_` arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HoldRetry {
    /// Trying again changes nothing.
    Never,
    /// As soon as the one who has to act says that it is done, and not before.
    AfterAction,
    /// After this time, counted from the hold, and if the hold comes back after twice that time. Inferred: no document
    /// names a time.
    AfterWaiting(Duration),
}

/// The call, or the page, that comes next. New variants may be added: always have a `_` arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HoldStep {
    /// `fixHold`: the service looks again.
    FixHold,
    /// `createAuth` for the same client and company, with credentials that the user gives anew.
    AuthenticateAgain,
    /// `answerQuestions` with the user's answers to the open questions.
    AnswerQuestions,
    /// `createAuth` with `meta.swapId` and `meta.paymentMethodId`: the swap moves to another card.
    ChangePaymentMethod,
    /// `createAuth` with `items: ["swap"]`: a new request. `createSwap` wants a verified auth, and this one is on hold.
    StartNewSwap,
    /// `searchCompanies` for the third party that takes the payments, and a new auth there.
    UseOtherCompany,
    /// The service's Connect page, where the user does the same without your forms.
    OpenConnect,
    /// The service's support. Quote the `request-id`, the auth and the code.
    ContactSupport,
    /// `deleteAuth`, if the user no longer wants it.
    DeleteAuth,
}

impl HoldStep {
    /// The operation to call first; `None` for a page and for support.
    ///
    /// Source: Q2 Biller Direct description, section 4 "Endpoints".
    #[must_use]
    pub fn operation(self) -> Option<&'static Operation> {
        match self {
            Self::FixHold => Some(&operations::FIX_HOLD),
            Self::AuthenticateAgain | Self::ChangePaymentMethod | Self::StartNewSwap => {
                Some(&operations::CREATE_AUTH)
            }
            Self::AnswerQuestions => Some(&operations::ANSWER_QUESTIONS),
            Self::UseOtherCompany => Some(&operations::SEARCH_COMPANIES),
            Self::DeleteAuth => Some(&operations::DELETE_AUTH),
            Self::OpenConnect | Self::ContactSupport => None,
        }
    }
}

/// What to do about a hold. See [`Hold::advice`].
///
/// Source: inferred from Q2 Biller Direct description, section 6 "Auth hold codes".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HoldAdvice {
    /// Who has to act.
    pub actor: HoldActor,
    /// Whether and when to try again.
    pub retry: HoldRetry,
    /// What to do then.
    pub next: HoldStep,
    /// Another way, or what to do when the hold comes back.
    pub otherwise: Option<HoldStep>,
    /// The products in which the code is documented; empty if the documents do not say.
    pub products: &'static [Product],
    /// Whether nothing leads this request out of its hold: tell the user and stop asking.
    pub is_terminal: bool,
}

/// A hold, from whichever place it came: an auth says `reason.userMessage`, an event says `hold.text`.
///
/// Every part may be missing.
///
/// ```
/// use billwire_models::q2::behaviour::{HoldActor, HoldRetry, HoldStep};
/// use billwire_models::q2::{Auth, AuthHoldData};
///
/// let event: AuthHoldData = serde_json::from_str(
///     r#"{"hold": {"code": "account_issue_accept_toc", "text": "Please accept the terms."}}"#,
/// )?;
/// let auth: Auth = serde_json::from_str(
///     r#"{"_id": "579b695decea110719b1874d", "status": {"type": "hold"},
///         "reason": {"code": "account_issue_accept_toc", "userMessage": "Please accept the terms."}}"#,
/// )?;
/// assert_eq!(Some(event.as_hold()), auth.as_hold());
/// assert_eq!(event.as_hold().text_for_user, Some("Please accept the terms."));
///
/// let advice = event.advice();
/// assert_eq!((advice.actor, advice.retry), (HoldActor::UserAtCompany, HoldRetry::AfterAction));
/// assert_eq!(advice.next.operation().expect("a call").id, "fixHold");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: Q2 Biller Direct description, section 3.2 "Trap table", trap T20.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hold<'a> {
    /// The machine-readable reason: decide by this.
    pub code: Option<&'a HoldCode>,
    /// The finer reason.
    pub subcategory: Option<&'a HoldSubcategory>,
    /// The service's text for the user. Show it; never decide by it.
    pub text_for_user: Option<&'a str>,
}

impl Hold<'_> {
    /// What to do about it.
    ///
    /// The subcategory refines the advice if it is documented for the code, or if the code is missing or unknown. If
    /// both are, the advice is the one that the documents give for every hold: show the text, let the user see to it at
    /// the company, then `fixHold`; and support if the hold comes back.
    ///
    /// Source: inferred from Q2 Biller Direct description, section 5.2 "Auth status" and section 6 "Auth hold codes".
    #[must_use]
    pub fn advice(&self) -> HoldAdvice {
        let general = self.code.map_or(GENERIC, by_code);
        let applies = |subcategory: &&HoldSubcategory| {
            self.code.is_none_or(|code| !code.is_known() || subcategory.belongs_to(code))
        };
        match self.subcategory.filter(applies).and_then(by_subcategory) {
            Some(finer) => HoldAdvice { products: general.products, ..finer },
            None => general,
        }
    }
}

impl HoldCode {
    /// What to do about a hold with this code and no subcategory. An unknown code gets the general advice; see
    /// [`Hold::advice`].
    ///
    /// Source: inferred from Q2 Biller Direct description, section 6.1 "Codes".
    #[must_use]
    pub fn advice(&self) -> HoldAdvice {
        by_code(self)
    }
}

impl HoldSubcategory {
    /// Whether the documents list this subcategory for `code`.
    ///
    /// Source: Q2 Biller Direct description, section 6.2 "Subcategories".
    #[must_use]
    pub fn belongs_to(&self, code: &HoldCode) -> bool {
        let of_authentication = matches!(
            self,
            Self::InvalidCredentials
                | Self::NoMfaResponseReceived
                | Self::InvalidMfa
                | Self::UnansweredMfaQuestion
        );
        match code {
            HoldCode::AuthenticationNotCompleted => of_authentication,
            HoldCode::SystemIssueWithSwap
            | HoldCode::SystemIssueWithBill
            | HoldCode::SystemIssueWithBillPayment => self.is_known() && !of_authentication,
            _ => false,
        }
    }
}

impl HoldReason {
    /// The hold, in the form that auths and events share.
    #[must_use]
    pub fn as_hold(&self) -> Hold<'_> {
        Hold {
            code: self.code.as_ref(),
            subcategory: self.subcategory.as_ref(),
            text_for_user: shown(self.user_message.as_deref()),
        }
    }

    /// What to do about it. See [`Hold::advice`].
    #[must_use]
    pub fn advice(&self) -> HoldAdvice {
        self.as_hold().advice()
    }
}

impl EventHold {
    /// The hold, in the form that auths and events share.
    #[must_use]
    pub fn as_hold(&self) -> Hold<'_> {
        Hold {
            code: self.code.as_ref(),
            subcategory: self.subcategory.as_ref(),
            text_for_user: shown(self.text.as_deref()),
        }
    }

    /// What to do about it. See [`Hold::advice`].
    #[must_use]
    pub fn advice(&self) -> HoldAdvice {
        self.as_hold().advice()
    }
}

impl AuthHoldData {
    /// The hold, in the form that auths and events share; without any part if the event does not say why.
    #[must_use]
    pub fn as_hold(&self) -> Hold<'_> {
        self.hold.as_ref().map(EventHold::as_hold).unwrap_or_default()
    }

    /// What to do about it. See [`Hold::advice`].
    #[must_use]
    pub fn advice(&self) -> HoldAdvice {
        self.as_hold().advice()
    }
}

impl Auth {
    /// Why the auth is on hold; without any part if it is on hold and does not say why. `None` if it is not on hold.
    ///
    /// Source: Q2 Biller Direct description, section 5.2 "Auth status".
    #[must_use]
    pub fn as_hold(&self) -> Option<Hold<'_>> {
        (self.status.kind == AuthStatusType::Hold)
            .then(|| self.reason.as_ref().map(HoldReason::as_hold).unwrap_or_default())
    }
}

fn shown(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

const BILLS: &[Product] = &[Product::BillerDirect];
const SWAPS: &[Product] = &[Product::Cardswap];

/// The documented way out of every hold.
const GENERIC: HoldAdvice = HoldAdvice {
    actor: HoldActor::UserAtCompany,
    retry: HoldRetry::AfterAction,
    next: HoldStep::FixHold,
    otherwise: Some(HoldStep::ContactSupport),
    products: &[],
    is_terminal: false,
};

/// The user acts and the service looks again.
const fn at_the_company(products: &'static [Product]) -> HoldAdvice {
    HoldAdvice { products, ..GENERIC }
}

/// The user does something in your product, which is itself the next attempt.
const fn in_the_product(next: HoldStep, otherwise: HoldStep, products: &'static [Product]) -> HoldAdvice {
    HoldAdvice { actor: HoldActor::UserInProduct, next, otherwise: Some(otherwise), products, ..GENERIC }
}

/// A fault of the service or of the company's site that may pass.
const fn later(actor: HoldActor, wait: Duration, products: &'static [Product]) -> HoldAdvice {
    HoldAdvice { actor, retry: HoldRetry::AfterWaiting(wait), products, ..GENERIC }
}

/// The end of this request.
const fn over(
    actor: HoldActor,
    next: HoldStep,
    otherwise: HoldStep,
    products: &'static [Product],
) -> HoldAdvice {
    HoldAdvice {
        actor,
        retry: HoldRetry::Never,
        next,
        otherwise: Some(otherwise),
        products,
        is_terminal: true,
    }
}

/// The catalogue. A code that the description gains does not compile until it has a line here.
fn by_code(code: &HoldCode) -> HoldAdvice {
    use HoldCode as Code;
    match code {
        Code::AccountIssueApplePayOnFile
        | Code::AccountIssueDisneyPlusThirdPartyOnFile
        | Code::AccountIssuePaymentDetailsRequired
        | Code::AccountIssueWithSwap
        | Code::AccountIssueMaxCardsOnFile
        | Code::AccountIssueThirdPartyConnected
        | Code::AccountIssueNoActiveSubscription => at_the_company(SWAPS),
        Code::AccountIssuePrimaryAccountHolder => {
            in_the_product(HoldStep::AuthenticateAgain, HoldStep::OpenConnect, SWAPS)
        }
        Code::AccountIssueCardNotAccepted => {
            in_the_product(HoldStep::ChangePaymentMethod, HoldStep::OpenConnect, SWAPS)
        }
        Code::AccountIssueThirdPartyAvailable => {
            over(HoldActor::UserInProduct, HoldStep::UseOtherCompany, HoldStep::DeleteAuth, SWAPS)
        }
        Code::SystemIssueWithSwap => later(HoldActor::Nobody, HOUR, SWAPS),
        Code::PartnerExpirationExceeded => {
            over(HoldActor::Partner, HoldStep::StartNewSwap, HoldStep::OpenConnect, SWAPS)
        }
        Code::AuthenticationNotCompleted => {
            in_the_product(HoldStep::AuthenticateAgain, HoldStep::OpenConnect, &[])
        }
        // Who unlocks an account often gets a new password.
        Code::AccountIssueAccountLocked => {
            HoldAdvice { otherwise: Some(HoldStep::AuthenticateAgain), ..at_the_company(BILLS) }
        }
        Code::AccountSetUpOnlinePayments
        | Code::AccountIssueVerifyIdentity
        | Code::AccountIssueAcceptToc
        | Code::AccountIssueNoServiceAccount
        | Code::AccountIssueThirdPartyPaymentsOnFile
        | Code::AccountIssuePaymentRestrictions
        | Code::AccountIssueInactiveAccount => at_the_company(BILLS),
        Code::SystemIssueWithBill | Code::SystemIssueWithBillPayment => later(HoldActor::Nobody, HOUR, BILLS),
        Code::AccountPaidInFull => {
            over(HoldActor::Nobody, HoldStep::DeleteAuth, HoldStep::ContactSupport, BILLS)
        }
        Code::Unrecognized(_) => GENERIC,
    }
}

/// What a subcategory says beyond its code; `None` if it is unknown.
fn by_subcategory(subcategory: &HoldSubcategory) -> Option<HoldAdvice> {
    use HoldSubcategory as Subcategory;
    Some(match subcategory {
        Subcategory::InvalidCredentials | Subcategory::InvalidMfa => {
            in_the_product(HoldStep::AuthenticateAgain, HoldStep::OpenConnect, &[])
        }
        // What the user did not answer in time can still be answered, if it was a question.
        Subcategory::NoMfaResponseReceived => {
            in_the_product(HoldStep::AuthenticateAgain, HoldStep::AnswerQuestions, &[])
        }
        Subcategory::UnansweredMfaQuestion => {
            in_the_product(HoldStep::AnswerQuestions, HoldStep::AuthenticateAgain, &[])
        }
        Subcategory::NavigationError
        | Subcategory::JobTimeout
        | Subcategory::CaptchaFailure
        | Subcategory::ProxyFailure => later(HoldActor::Nobody, MINUTE.saturating_mul(15), &[]),
        Subcategory::KnownSystemError => later(HoldActor::Nobody, DAY, &[]),
        // The company changed its page: the service has to follow.
        Subcategory::SelectorNotFound => later(HoldActor::VendorSupport, DAY, &[]),
        Subcategory::IssueUnidentified => later(HoldActor::VendorSupport, HOUR, &[]),
        Subcategory::Unrecognized(_) => return None,
    })
}

#[cfg(test)]
#[path = "hold_advice_tests.rs"]
mod tests;
