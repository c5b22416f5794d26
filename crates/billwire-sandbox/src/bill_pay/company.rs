//! The billers. They are fixed: nothing the partner does changes them.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::bill::PaySchedule;
use super::ids::CompanyId;
use super::mfa::ChallengeKind;
use super::payment_method::MethodKind;
use super::search::Product;

#[derive(Clone)]
pub(crate) struct Company {
    pub(crate) id: CompanyId,
    pub(crate) name: &'static str,
    pub(crate) categories: &'static [&'static str],
    pub(crate) products: &'static [Product],
    /// Only methods of this kind that were assigned to the bill pay it.
    pub(crate) required_payment: Option<MethodKind>,
    /// The client must be there at every login: no scheduling, no automatic payment.
    pub(crate) user_presence_required: bool,
    /// Fixed schedule; then recurring payment cannot be switched off either.
    pub(crate) schedule: Option<PaySchedule>,
    /// Clients may choose what they pay.
    pub(crate) custom_payment_amount: Option<CustomPaymentAmount>,
    pub(crate) fees: Fees,
    pub(crate) geo: Option<Geo>,
    /// Hexadecimal without `#`; a company with one also has its logo as a drawing.
    pub(crate) brand_color: Option<&'static str>,
    /// The bitmap looks best as a background.
    pub(crate) background_logo: bool,
    pub(crate) login_fields: &'static [LoginField],
    /// The challenge that comes before anything else.
    pub(crate) first_challenge: Option<ChallengeKind>,
}

impl Company {
    /// The host does not exist: nothing is fetched from it.
    pub(crate) fn logo_url(&self) -> String {
        format!("https://logos.sandbox.example/{}.png", self.id)
    }

    /// The same logo as a drawing, and the company's symbol.
    pub(crate) fn drawing_url(&self, what: &str) -> String {
        format!("https://logos.sandbox.example/{}-{what}.svg", self.id)
    }

    /// A page of the company's site; that host does not exist either.
    pub(crate) fn page_url(&self, page: &str) -> String {
        format!("https://{}.sandbox.example/{page}", self.id)
    }
}

#[derive(Clone, Copy)]
pub(crate) struct CustomPaymentAmount {
    pub(crate) can_exceed_balance: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct LoginField {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) placeholder: &'static str,
    pub(crate) form_type: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) struct Geo {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) state_short: &'static str,
    pub(crate) state_long: &'static str,
    pub(crate) zipcode: &'static str,
}

#[derive(Clone, Default)]
pub(crate) struct Fees {
    pub(crate) ach: Option<Fee>,
    pub(crate) cards: Vec<CardFees>,
}

#[derive(Clone, Copy)]
pub(crate) struct CardFees {
    pub(crate) brand: CardBrand,
    pub(crate) credit: Option<Fee>,
    pub(crate) debit: Option<Fee>,
}

#[derive(Clone, Copy)]
pub(crate) struct Fee {
    /// Dollars, or per cent of the payment.
    pub(crate) rate: Decimal,
    pub(crate) percentage: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CardBrand {
    AmericanExpress,
    Discover,
    Maestro,
    Mastercard,
    Uatp,
    Visa,
}

impl CardBrand {
    /// The brand a card number belongs to, by its first digits.
    pub(crate) fn of_number(digits: &str) -> Option<Self> {
        let prefix =
            |length: usize| digits.get(..length).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        Some(match (prefix(1), prefix(2), prefix(3), prefix(4)) {
            (4, ..) => Self::Visa,
            (_, 34 | 37, ..) => Self::AmericanExpress,
            (_, 51..=55, ..) | (.., 2221..=2720) => Self::Mastercard,
            (_, 65, ..) | (_, _, 644..=649, _) | (.., 6011) => Self::Discover,
            (_, 50 | 56..=58 | 60..=69, ..) => Self::Maestro,
            (1, ..) => Self::Uatp,
            _ => return None,
        })
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AmericanExpress => "american express",
            Self::Discover => "discover",
            Self::Maestro => "maestro",
            Self::Mastercard => "mastercard",
            Self::Uatp => "uatp",
            Self::Visa => "visa",
        }
    }

    /// Reads the documented spellings; `amex` is the same brand as `american express` (trap T24).
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Some(match text {
            "american express" | "amex" => Self::AmericanExpress,
            "discover" => Self::Discover,
            "maestro" => Self::Maestro,
            "mastercard" => Self::Mastercard,
            "uatp" => Self::Uatp,
            "visa" => Self::Visa,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CardKind {
    Credit,
    Debit,
}

impl CardKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
        }
    }
}
