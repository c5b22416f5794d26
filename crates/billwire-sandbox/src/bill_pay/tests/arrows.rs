//! The documented arrows: what may become what. Everything else is a mistake.
//!
//! Source: Q2 Biller Direct description, sections 12.1 "Auth", 12.3 "Bill", 12.4 "Payment methods", 12.8 "Swap".

/// From, then everything it may become. `-` is what does not exist, yet or any more.
type Table = &'static [(&'static str, &'static [&'static str])];

/// A login is validating while the company looks at credentials or at an answer, whatever is shown meanwhile.
///
/// Source: section 12.1. `POST /auth` for the same client and company checks any login again (section 4.1.1), and an
/// answer that nobody gave in time ends in a hold (section 12.2).
const AUTH: Table = &[
    ("-", &["validating"]),
    ("validating", &["verified", "mfa-required", "-", "authenticate", "hold"]),
    ("verified", &["hold", "authenticate", "mfa-required", "validating", "-"]),
    ("hold", &["validating", "-"]),
    ("authenticate", &["validating", "-"]),
    ("mfa-required", &["validating", "hold", "-"]),
];

/// A login whose caller waits for its end: nobody sees it being checked. What was asked something and never answered is
/// gone, or has to authenticate if the partner knows it.
///
/// Source: Unbill v1 description, section 10 (2), (4) and (5).
const AUTH_AT_ONCE: Table = &[
    ("-", &["verified", "hold", "mfa-required"]),
    ("verified", &["hold", "authenticate", "mfa-required", "-"]),
    ("hold", &["verified", "mfa-required", "-"]),
    ("authenticate", &["verified", "hold", "mfa-required", "-"]),
    ("mfa-required", &["verified", "hold", "authenticate", "-"]),
];

/// Source: section 12.3. Beyond its table: a required method that goes is required again (section 12.3, last
/// sentence), and bills go with their login (section 12.1).
const BILL: Table = &[
    ("syncing", &["zero-balance", "upcoming", "overdue", "paid", "payment-required"]),
    ("zero-balance", &["upcoming", "syncing"]),
    ("paid", &["upcoming", "syncing"]),
    ("upcoming", &["overdue", "pending", "payment-required", "syncing"]),
    ("overdue", &["pending", "payment-required", "syncing"]),
    ("pending", &["paid", "payment-declined"]),
    ("payment-declined", &["upcoming", "overdue", "syncing"]),
    ("payment-required", &["upcoming", "overdue", "syncing"]),
];

/// Source: section 12.4: a method that keeps being declined, and one that is deleted, is gone.
const METHOD: Table =
    &[("-", &["verified"]), ("verified", &["declined", "-"]), ("declined", &["verified", "-"])];

/// Source: section 12.8. A swap that is asked for at a login that goes on hold begins on hold (section 11.2).
const SWAP: Table = &[
    ("-", &["in-progress", "hold"]),
    ("in-progress", &["completed", "card-on-file", "hold", "-"]),
    ("hold", &["in-progress", "-"]),
    ("completed", &["in-progress", "hold", "-"]),
    ("card-on-file", &["in-progress", "hold", "-"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    Auth,
    AuthAtOnce,
    Bill,
    Method,
    Swap,
}

impl Of {
    fn table(self) -> Table {
        match self {
            Self::Auth => AUTH,
            Self::AuthAtOnce => AUTH_AT_ONCE,
            Self::Bill => BILL,
            Self::Method => METHOD,
            Self::Swap => SWAP,
        }
    }

    pub(super) fn allows(self, from: &str, to: &str) -> bool {
        let row = self.table().iter().find(|(known, _)| *known == from);
        from == to || row.is_some_and(|(_, allowed)| allowed.contains(&to))
    }

    pub(super) fn arrow(self, from: &str, to: &str) -> String {
        format!("{self:?}: {from} -> {to}").to_lowercase()
    }
}

/// Every arrow of these tables, as it is counted.
pub(super) fn all(tables: impl IntoIterator<Item = Of>) -> Vec<String> {
    let of = |of: Of| {
        let row = move |(from, to): &(&'static str, &'static [&'static str])| {
            let from = *from;
            to.iter().map(move |to| of.arrow(from, to)).collect::<Vec<_>>()
        };
        of.table().iter().flat_map(row).collect::<Vec<_>>()
    };
    tables.into_iter().flat_map(of).collect()
}
