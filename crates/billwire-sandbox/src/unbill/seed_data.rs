//! The companies that are there when the sandbox starts.
//!
//! Source: Unbill v1 description, section 9 "Sandbox": any company will do; these have the features that companies of this
//! version can have (inferred). Test Merchant is the one of January 2019.

use crate::bill_pay::{Company, CompanyId, Fees, Geo, LoginField, MethodKind, PaySchedule, Product};

const LOGIN_FIELDS: &[LoginField] = &[
    LoginField { name: "username", label: "Username", placeholder: "Username", form_type: "text" },
    LoginField { name: "password", label: "Password", placeholder: "Password", form_type: "password" },
];

const TEXAS: Geo =
    Geo { latitude: 30.7, longitude: -95.53, state_short: "TX", state_long: "Texas", zipcode: "77340" };

/// A plain company; one that takes only bank accounts, one that takes only cards; one with a fixed schedule, which
/// insists on recurring payments.
pub(crate) fn companies() -> Vec<Company> {
    vec![
        Company {
            categories: &["electric"],
            geo: Some(TEXAS),
            ..company("5bd885fccd274b4324a21f57", "Test Merchant")
        },
        Company {
            categories: &["water"],
            required_payment: Some(MethodKind::Bank),
            ..company("5bd885fccd274b4324a22001", "Test Water")
        },
        Company {
            categories: &["wireless"],
            required_payment: Some(MethodKind::Card),
            ..company("5bd885fccd274b4324a22002", "Test Wireless")
        },
        Company {
            categories: &["streaming"],
            schedule: Some(PaySchedule::OnDueDate),
            brand_color: Some("FF041F"),
            ..company("5bd885fccd274b4324a22003", "Test Streaming")
        },
        Company {
            categories: &["gas", "electric"],
            background_logo: true,
            ..company("5bd885fccd274b4324a22004", "Test Gas")
        },
    ]
}

fn company(id: &str, name: &'static str) -> Company {
    Company {
        id: CompanyId::new(id),
        name,
        categories: &[],
        products: &[Product::BillerDirect, Product::CardSwap],
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
