//! The nine magic account numbers and their fixtures.
//!
//! Source: BillerAPI description, section 8.2 "Magic account numbers".

use super::bill::{BillStatus, Draft, LineItem};
use super::biller::Biller;
use super::day::Day;
use super::failure::Failure;

/// What a magic account number plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Success,
    AuthFailure,
    BillerUnavailable,
    MfaRequired,
    AccountLocked,
    PastDue,
    AutoPay,
    PaymentPlan,
    MultipleAccounts,
}

/// What the biller says to a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginOutcome {
    Accepted,
    MfaRequired,
    Refused(Failure),
}

/// An account that is found at the biller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Id within the link flow.
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) business: bool,
}

const PRIMARY: Found = Found { id: "da_1", name: "Primary", business: false };
const VACATION_HOME: Found = Found { id: "da_2", name: "Vacation Home", business: false };
const BUSINESS: Found = Found { id: "da_3", name: "Business", business: true };

impl Scenario {
    pub(crate) const ALL: [Self; 9] = [
        Self::Success,
        Self::AuthFailure,
        Self::BillerUnavailable,
        Self::MfaRequired,
        Self::AccountLocked,
        Self::PastDue,
        Self::AutoPay,
        Self::PaymentPlan,
        Self::MultipleAccounts,
    ];

    pub(crate) fn of_number(account_number: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.account_number() == account_number)
    }

    pub(crate) fn account_number(self) -> &'static str {
        match self {
            Self::Success => "4242424242",
            Self::AuthFailure => "4000000001",
            Self::BillerUnavailable => "4000000002",
            Self::MfaRequired => "4000000003",
            Self::AccountLocked => "4000000004",
            Self::PastDue => "4000000005",
            Self::AutoPay => "4000000006",
            Self::PaymentPlan => "4000000007",
            Self::MultipleAccounts => "4000000008",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::AuthFailure => "auth_failure",
            Self::BillerUnavailable => "biller_unavailable",
            Self::MfaRequired => "mfa_required",
            Self::AccountLocked => "account_locked",
            Self::PastDue => "past_due",
            Self::AutoPay => "auto_pay",
            Self::PaymentPlan => "payment_plan",
            Self::MultipleAccounts => "multiple_accounts",
        }
    }

    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Success => "Credentials accepted; one PENDING bill.",
            Self::AuthFailure => "Credentials refused.",
            Self::BillerUnavailable => "The biller is down for a while.",
            Self::MfaRequired => "A one-time code is asked for; 123456 is the right one.",
            Self::AccountLocked => "The account is locked at the biller.",
            Self::PastDue => "One OVERDUE bill with a late fee and interest.",
            Self::AutoPay => "One SCHEDULED bill that is paid automatically.",
            Self::PaymentPlan => "Three installments, 30 days apart.",
            Self::MultipleAccounts => "Three accounts behind one login.",
        }
    }

    /// What the biller says to this number at the credentials step.
    pub(crate) fn login(self) -> LoginOutcome {
        match self {
            Self::AuthFailure => LoginOutcome::Refused(Failure::InvalidCredentials),
            Self::BillerUnavailable => LoginOutcome::Refused(Failure::BillerUnavailable),
            Self::AccountLocked => LoginOutcome::Refused(Failure::AccountLocked),
            Self::MfaRequired => LoginOutcome::MfaRequired,
            Self::Success | Self::PastDue | Self::AutoPay | Self::PaymentPlan | Self::MultipleAccounts => {
                LoginOutcome::Accepted
            }
        }
    }

    /// Why this number has no bills, if it has none.
    pub(crate) fn failure(self) -> Option<Failure> {
        match self.login() {
            LoginOutcome::Refused(failure) => Some(failure),
            LoginOutcome::Accepted | LoginOutcome::MfaRequired => None,
        }
    }

    pub(crate) fn accounts(self) -> &'static [Found] {
        match self {
            Self::MultipleAccounts => &[PRIMARY, VACATION_HOME, BUSINESS],
            _ => &[PRIMARY],
        }
    }

    /// The bills of one account, seen on `today`.
    pub(crate) fn bills(self, biller: Biller, today: Day) -> Vec<Draft> {
        if self.failure().is_some() {
            return Vec::new();
        }
        match self {
            Self::PastDue => vec![past_due(biller, today)],
            Self::AutoPay => vec![auto_pay(biller, today)],
            Self::PaymentPlan => (1..=3).map(|number| installment(number, today)).collect(),
            _ => vec![usual(biller, today)],
        }
    }
}

/// The earlier of four days ago and nineteen days before the due date.
pub(crate) fn statement_date(today: Day, due: Day) -> Day {
    today.plus_days(-4).min(due.plus_days(-19))
}

/// "April 2026 Electric Bill", by the due date.
pub(crate) fn title(biller: Biller, due: Day) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let place = usize::try_from(due.date().month() - 1).unwrap_or_default();
    let month = MONTHS.get(place).copied().unwrap_or_default();
    format!("{month} {} {} Bill", due.date().year(), biller.trade())
}

fn usage(biller: Biller) -> &'static str {
    match biller {
        Biller::Electric => "Electric usage",
        Biller::Gas => "Gas usage",
        Biller::Water => "Water usage",
        Biller::Telecom => "Line rental",
    }
}

fn usual(biller: Biller, today: Day) -> Draft {
    let due = today.plus_days(15);
    let first = match biller {
        Biller::Electric => "Electric usage (820 kWh)",
        other => usage(other),
    };
    let items = vec![
        LineItem::new(first, 13_100),
        LineItem::new("Distribution charge", 1_520),
        LineItem::new("State tax", 800),
    ];
    Draft {
        due,
        statement: statement_date(today, due),
        status: BillStatus::Pending,
        description: title(biller, due),
        auto_pay: false,
        items,
    }
}

fn past_due(biller: Biller, today: Day) -> Draft {
    let due = today.plus_days(-30);
    let items = vec![
        LineItem::new(usage(biller), 14_000),
        LineItem::new("Late fee", 500),
        LineItem::new("Interest", 120),
    ];
    Draft { status: BillStatus::Overdue, items, ..simple(biller, today, due) }
}

fn auto_pay(biller: Biller, today: Day) -> Draft {
    let items = vec![LineItem::new(usage(biller), 9_875)];
    Draft {
        status: BillStatus::Scheduled,
        auto_pay: true,
        items,
        ..simple(biller, today, today.plus_days(5))
    }
}

fn installment(number: i32, today: Day) -> Draft {
    let due = today.plus_days(15 + 30 * (number - 1));
    let description = format!("Payment plan installment {number} of 3");
    Draft {
        due,
        statement: statement_date(today, due),
        status: if number == 1 { BillStatus::Pending } else { BillStatus::Scheduled },
        items: vec![LineItem::new(&description, 5_000)],
        description,
        auto_pay: false,
    }
}

/// A bill without charges, to be completed.
fn simple(biller: Biller, today: Day, due: Day) -> Draft {
    Draft {
        due,
        statement: statement_date(today, due),
        status: BillStatus::Pending,
        description: title(biller, due),
        auto_pay: false,
        items: Vec::new(),
    }
}
