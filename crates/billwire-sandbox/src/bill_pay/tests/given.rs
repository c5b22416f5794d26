//! What the steps give: names, codes, numbers of cards and accounts, good ones and bad ones.

use super::super::*;

pub(super) const SCHEDULES: [PaySchedule; 5] = [
    PaySchedule::TenDaysBefore,
    PaySchedule::FiveDaysBefore,
    PaySchedule::DayBefore,
    PaySchedule::OnDueDate,
    PaySchedule::Immediately,
];

/// The last one is none, which the API refuses.
pub(super) fn identifier(number: usize) -> String {
    if number == 3 { String::new() } else { format!("client-{number}") }
}

/// The documented codes, and a few that nobody documents.
pub(super) fn code_at(place: usize) -> String {
    let known = HoldCode::ALL.get(place);
    known.map_or("account_issue_invented", |code| code.as_str()).to_owned()
}

pub(super) fn card(number: usize) -> NewNumbers {
    let (number, year) = [
        ("4111111111111111", "2030"),
        ("5555555555554444", "2030"),
        ("4000000000000002", "2030"),
        ("4111111111111111", "2026"),
        ("4111111111111112", "2030"),
    ][number];
    NewNumbers::Card {
        number: number.to_owned(),
        code: None,
        month: "04".to_owned(),
        year: year.to_owned(),
        zipcode: "12345".to_owned(),
        brand: None,
        kind: None,
    }
}

pub(super) fn bank(account: usize) -> NewNumbers {
    NewNumbers::Bank {
        routing_number: "021000021".to_owned(),
        account_number: ["9900000002", "1234567899", "12"][account].to_owned(),
        kind: AccountKind::Checking,
    }
}
