//! What is there when the sandbox starts.
//!
//! Source: Q2 Biller Direct description, section 11.1 "Dedicated test companies" (ids and details inferred).

use rust_decimal::Decimal;

use crate::bill_pay::{
    CardBrand, CardFees, ChallengeKind, Company, CompanyId, CustomPaymentAmount, Fee, Fees, Geo, LoginField,
    MethodKind, PaySchedule, Product,
};

const BOTH_PRODUCTS: &[Product] = &[Product::BillerDirect, Product::CardSwap];

/// The inputs of the test companies are their login fields.
const LOGIN_FIELDS: &[LoginField] = &[
    LoginField { name: "balance", label: "Balance", placeholder: "25.21", form_type: "text" },
    LoginField { name: "dueDate", label: "Due date", placeholder: "mm/dd/yyyy", form_type: "text" },
    LoginField { name: "status", label: "Status", placeholder: "upcoming", form_type: "text" },
];

const TEXAS: Geo =
    Geo { latitude: 30.7, longitude: -95.53, state_short: "TX", state_long: "Texas", zipcode: "77340" };
const UTAH: Geo = Geo {
    latitude: 40.233_845,
    longitude: -111.658_52,
    state_short: "UT",
    state_long: "Utah",
    zipcode: "84601",
};

/// Regular Companies 1 to 5 and MFA Companies 1 and 2.
pub(crate) fn companies() -> Vec<Company> {
    let regular = |number: u8, name: &'static str| company(format!("5bd885fccd274b4324a2000{number}"), name);
    let mfa = |number: u8, name: &'static str, challenge| Company {
        user_presence_required: true,
        first_challenge: Some(challenge),
        ..company(format!("5bd885fccd274b4324a2010{number}"), name)
    };
    vec![
        Company { categories: &["electric"], geo: Some(TEXAS), ..regular(1, "Regular Company 1") },
        Company {
            categories: &["gas"],
            geo: Some(UTAH),
            background_logo: true,
            custom_payment_amount: Some(CustomPaymentAmount { can_exceed_balance: true }),
            ..regular(2, "Regular Company 2")
        },
        Company {
            categories: &["electric", "gas"],
            custom_payment_amount: Some(CustomPaymentAmount { can_exceed_balance: false }),
            fees: fees(),
            ..regular(3, "Regular Company 3")
        },
        Company {
            categories: &["water"],
            required_payment: Some(MethodKind::Card),
            ..regular(4, "Regular Company 4")
        },
        Company {
            categories: &["streaming"],
            schedule: Some(PaySchedule::OnDueDate),
            brand_color: Some("06C580"),
            ..regular(5, "Regular Company 5")
        },
        mfa(1, "MFA Company 1", ChallengeKind::Code),
        mfa(2, "MFA Company 2", ChallengeKind::Prompt),
    ]
}

fn company(id: String, name: &'static str) -> Company {
    Company {
        id: CompanyId::new(id),
        name,
        categories: &["insurance"],
        products: BOTH_PRODUCTS,
        required_payment: None,
        user_presence_required: false,
        schedule: None,
        custom_payment_amount: None,
        fees: Fees::default(),
        geo: None,
        brand_color: None,
        background_logo: false,
        login_fields: LOGIN_FIELDS,
        first_challenge: None,
    }
}

fn fees() -> Fees {
    Fees {
        ach: Some(Fee { rate: Decimal::new(150, 2), percentage: false }),
        cards: vec![
            CardFees {
                brand: CardBrand::Visa,
                credit: Some(Fee { rate: Decimal::new(25, 1), percentage: true }),
                debit: None,
            },
            CardFees {
                brand: CardBrand::AmericanExpress,
                credit: Some(Fee { rate: Decimal::new(35, 1), percentage: true }),
                debit: Some(Fee { rate: Decimal::new(75, 2), percentage: false }),
            },
        ],
    }
}
