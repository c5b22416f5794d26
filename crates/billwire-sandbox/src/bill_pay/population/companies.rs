//! The billers of a population. All of them are invented; a name that belongs to somebody does so by accident.

use rust_decimal::Decimal;

use super::places::PLACES;
use crate::bill_pay::{
    CardBrand, CardFees, ChallengeKind, Company, CompanyId, CustomPaymentAmount, Fee, Fees, LoginField,
    MethodKind, PaySchedule, Product,
};

const BOTH: &[Product] = &[Product::BillerDirect, Product::CardSwap];
const BILLS: &[Product] = &[Product::BillerDirect];
const SWAPS: &[Product] = &[Product::CardSwap];

/// As in the documented sample of a company.
const LOGIN_FIELDS: &[LoginField] = &[
    LoginField { name: "username", label: "Username", placeholder: "Username", form_type: "text" },
    LoginField { name: "password", label: "Password", placeholder: "Password", form_type: "password" },
];

/// What is unusual about a company.
#[derive(Clone, Copy)]
enum Rule {
    None,
    /// Only an assigned method of this kind pays.
    Only(MethodKind),
    /// A subscription: paid on its due date, always.
    OnDueDate,
    /// Paid as soon as the bill is there, always.
    AtOnce,
    /// Surcharges for cards and bank transfers.
    Fees,
    /// The user must be there at each login.
    Presence(Option<ChallengeKind>),
}

struct Line {
    name: &'static str,
    categories: &'static [&'static str],
    products: &'static [Product],
    /// Its place in the list of places; none for a national company.
    place: Option<usize>,
    rule: Rule,
}

const fn line(
    name: &'static str,
    categories: &'static [&'static str],
    products: &'static [Product],
    place: Option<usize>,
    rule: Rule,
) -> Line {
    Line { name, categories, products, place, rule }
}

/// In the order of their ids; new ones go to the end, so that ids stay.
const LINES: &[Line] = &[
    line("Lone Pine Electric", &["electric"], BILLS, Some(0), Rule::None),
    line("Wasatch Ridge Power", &["electric"], BILLS, Some(1), Rule::None),
    line("Barton Creek Energy", &["electric", "gas"], BILLS, Some(2), Rule::Fees),
    line("Willamette Light Cooperative", &["electric"], BILLS, Some(3), Rule::None),
    line("Treasure Valley Power", &["electric"], BILLS, Some(4), Rule::Only(MethodKind::Bank)),
    line("Four Lakes Electric", &["electric"], BILLS, Some(5), Rule::None),
    line("Scioto River Energy", &["electric", "gas"], BILLS, Some(6), Rule::Fees),
    line("Oak City Electric", &["electric"], BILLS, Some(7), Rule::None),
    line("Bayshore Power", &["electric"], BILLS, Some(8), Rule::None),
    line("Hudson Bend Electric", &["electric"], BILLS, Some(9), Rule::None),
    line("Front Range Energy", &["electric", "gas"], BILLS, Some(10), Rule::None),
    line("Palouse Falls Power", &["electric"], BILLS, Some(11), Rule::None),
    line("Piney Woods Gas", &["gas"], BILLS, Some(0), Rule::None),
    line("Beehive Natural Gas", &["gas"], BILLS, Some(1), Rule::Fees),
    line("Rose Quarter Gas", &["gas"], BILLS, Some(3), Rule::None),
    line("Gem State Gas", &["gas"], BILLS, Some(4), Rule::None),
    line("Badger Hollow Gas", &["gas"], BILLS, Some(5), Rule::None),
    line("Longleaf Gas Works", &["gas"], BILLS, Some(7), Rule::None),
    line("Mohawk Valley Gas", &["gas"], BILLS, Some(9), Rule::Presence(None)),
    line("City of Huntsville Water Desk", &["water"], BILLS, Some(0), Rule::Fees),
    line("Provo Canyon Water", &["water"], BILLS, Some(1), Rule::None),
    line("Violet Crown Water", &["water"], BILLS, Some(2), Rule::Only(MethodKind::Card)),
    line("Bull Run Water District", &["water"], BILLS, Some(3), Rule::None),
    line("Yahara Water Utility", &["water"], BILLS, Some(5), Rule::None),
    line("Olentangy Water", &["water"], BILLS, Some(6), Rule::None),
    line("Hillsborough Bay Water", &["water"], BILLS, Some(8), Rule::None),
    line("Mile High Water", &["water"], BILLS, Some(10), Rule::Fees),
    line("Latah Creek Water", &["water"], BILLS, Some(11), Rule::None),
    line("Meridian Wireless", &["phone"], BOTH, None, Rule::None),
    line("Bluebird Mobile", &["phone"], BOTH, None, Rule::None),
    line("Copperline Telephone", &["phone", "internet"], BOTH, None, Rule::Fees),
    line("Northwind Fiber", &["internet"], BOTH, None, Rule::None),
    line("Skylark Broadband", &["internet", "tv"], BOTH, None, Rule::None),
    line("Sagebrush Cable", &["internet", "tv"], BOTH, Some(4), Rule::None),
    line("Keystone Harbor Insurance", &["insurance"], BOTH, None, Rule::None),
    line("Evergreen Mutual", &["insurance"], BILLS, None, Rule::Only(MethodKind::Bank)),
    line("Larkspur Life", &["insurance"], BILLS, None, Rule::Presence(Some(ChallengeKind::Prompt))),
    line("Granite Auto Insurance", &["insurance"], BOTH, None, Rule::None),
    line("Prairie Home Loans", &["loan"], BILLS, None, Rule::Only(MethodKind::Bank)),
    line("Cedar Point Mortgage", &["loan"], BILLS, None, Rule::None),
    line("Juniper Student Lending", &["loan"], BILLS, None, Rule::None),
    line("Redwood Auto Finance", &["loan"], BILLS, None, Rule::Presence(Some(ChallengeKind::Code))),
    line("Silver Maple Card", &["credit-card"], BILLS, None, Rule::Only(MethodKind::Bank)),
    line("Harbor Light Card", &["credit-card"], BILLS, None, Rule::None),
    line("Lumen Loft Streaming", &["streaming"], BOTH, None, Rule::OnDueDate),
    line("Kestrel Video", &["streaming"], BOTH, None, Rule::OnDueDate),
    line("Tidepool Music", &["streaming"], BOTH, None, Rule::AtOnce),
    line("Paper Lantern News", &["subscription"], BOTH, None, Rule::OnDueDate),
    line("Trailhead Fitness", &["subscription"], BOTH, None, Rule::AtOnce),
    line("Orchard Meal Kits", &["subscription"], SWAPS, None, Rule::None),
    line("Quickbasket Groceries", &["shopping"], SWAPS, None, Rule::None),
    line("Hearth and Hammer Store", &["shopping"], SWAPS, None, Rule::None),
    line("Valley Waste Collection", &["waste"], BILLS, Some(1), Rule::None),
    line("Rock Prairie Disposal", &["waste"], BILLS, Some(0), Rule::Fees),
];

/// How many there are.
pub(crate) const COUNT: usize = LINES.len();

/// All of them, in the order of their ids.
pub(crate) fn companies() -> impl Iterator<Item = Company> {
    LINES.iter().enumerate().map(|(number, line)| line.company(number))
}

/// The id of the company with this place in the list.
pub(super) fn id(number: usize) -> CompanyId {
    CompanyId::new(format!("5bd885fccd274b4324a3{:04}", number + 1))
}

/// What a person needs to know about a company before choosing it.
pub(super) struct Offer {
    pub(super) place: Option<usize>,
    pub(super) category: &'static str,
    /// It sends bills; the others only keep a card on file.
    pub(super) bills: bool,
    pub(super) swaps: bool,
    pub(super) presence: bool,
    /// Its statements have more than one balance, and clients may choose what they pay.
    pub(super) credit: bool,
}

pub(super) fn offer(number: usize) -> Option<Offer> {
    let line = LINES.get(number)?;
    Some(Offer {
        place: line.place,
        category: line.categories.first().copied().unwrap_or_default(),
        bills: line.products.contains(&Product::BillerDirect),
        swaps: line.products.contains(&Product::CardSwap),
        presence: matches!(line.rule, Rule::Presence(_)),
        credit: line.custom_payment_amount().is_some(),
    })
}

impl Line {
    /// Cards and loans let their clients choose; loans also more than is due.
    fn custom_payment_amount(&self) -> Option<CustomPaymentAmount> {
        match self.categories {
            ["loan"] => Some(CustomPaymentAmount { can_exceed_balance: true }),
            ["credit-card"] => Some(CustomPaymentAmount { can_exceed_balance: false }),
            _ => None,
        }
    }

    fn company(&self, number: usize) -> Company {
        let mut company = Company {
            id: id(number),
            name: self.name,
            categories: self.categories,
            products: self.products,
            required_payment: None,
            user_presence_required: false,
            schedule: None,
            fees: Fees::default(),
            geo: self.place.and_then(|place| PLACES.get(place)).map(|place| place.geo),
            login_fields: LOGIN_FIELDS,
            first_challenge: None,
            custom_payment_amount: self.custom_payment_amount(),
            // The three display rules for logos, in turn.
            background_logo: number % 3 == 1,
            brand_color: (number % 3 == 2).then_some("FF041F"),
        };
        match self.rule {
            Rule::None => {}
            Rule::Only(kind) => company.required_payment = Some(kind),
            Rule::OnDueDate => company.schedule = Some(PaySchedule::OnDueDate),
            Rule::AtOnce => company.schedule = Some(PaySchedule::Immediately),
            Rule::Fees => company.fees = fees(),
            Rule::Presence(challenge) => {
                company.user_presence_required = true;
                company.first_challenge = challenge;
            }
        }
        company
    }
}

fn fees() -> Fees {
    let flat = |cents| Some(Fee { rate: Decimal::new(cents, 2), percentage: false });
    let per_cent = |hundredths| Some(Fee { rate: Decimal::new(hundredths, 2), percentage: true });
    let card = |brand, credit, debit| CardFees { brand, credit, debit };
    Fees {
        ach: flat(75),
        cards: vec![
            card(CardBrand::AmericanExpress, per_cent(350), None),
            card(CardBrand::Discover, per_cent(250), flat(150)),
            card(CardBrand::Mastercard, per_cent(250), flat(150)),
            card(CardBrand::Visa, per_cent(225), flat(150)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::q2::seed_data;

    #[test]
    fn ids_and_names_are_unique_and_of_the_documented_shape() {
        let all: Vec<Company> = seed_data::companies().into_iter().chain(companies()).collect();
        let ids: BTreeSet<&str> = all.iter().map(|company| company.id.as_str()).collect();
        let names: BTreeSet<&str> = all.iter().map(|company| company.name).collect();
        assert_eq!((ids.len(), names.len()), (all.len(), all.len()));
        assert!(ids.iter().all(|id| id.len() == 24), "{ids:?}");
    }

    #[test]
    fn every_kind_of_company_is_there() {
        let all: Vec<Company> = companies().collect();
        let has = |what: &dyn Fn(&Company) -> bool| all.iter().any(what);
        assert!(has(&|company| company.required_payment == Some(MethodKind::Card)));
        assert!(has(&|company| company.required_payment == Some(MethodKind::Bank)));
        assert!(has(&|company| company.user_presence_required && company.first_challenge.is_some()));
        assert!(has(&|company| company.schedule == Some(PaySchedule::Immediately)));
        assert!(has(&|company| company.fees.ach.is_some()));
        assert!(has(&|company| company.geo.is_none()) && has(&|company| company.geo.is_some()));
        assert!(has(&|company| company.products == [Product::CardSwap]));
    }
}
