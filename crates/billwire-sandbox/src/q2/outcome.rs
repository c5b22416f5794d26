//! What the test companies do with what is typed into their login forms.
//!
//! Source: Q2 Biller Direct description, sections 11.1 to 11.3; the tables there are the tests of this module.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::api_error::ApiError;
use crate::bill_pay::{
    Amount, BillPlan, ChallengeKind, Company, Hold, PaymentOutcome, Plan, PlannedResult, SwapPlan, WantedBill,
};
use crate::moment::Moment;

/// Where a balance is wanted but none is given.
const USUAL_BALANCE_CENTS: u32 = 10_000;
/// Where a due date is wanted but none is given, so many days from now (or ago).
const USUAL_DUE_DAYS: i64 = 10;

/// The plan for a legacy test user name, which works with any company and any password.
///
/// Source: Q2 Biller Direct description, section 11.3 "Legacy test credentials".
pub(super) fn of_legacy_credentials(
    now: Moment,
    company: &Company,
    form: &BTreeMap<String, String>,
) -> Option<Plan> {
    let name = legacy_name(form)?;
    let due = Moment::midnight(now.day()).plus_days(USUAL_DUE_DAYS);
    let bill = |outcome| BillPlan::derived(Amount::from_cents(USUAL_BALANCE_CENTS), Some(due), outcome);
    let success = PlannedResult::Verified;
    let outcome =
        if name == "testpaymentfail" { PaymentOutcome::DeclineAlways } else { PaymentOutcome::AsMethod };
    let (challenge, result) = match name {
        "test" | "testpaymentfail" | "testswap" => (None, success),
        "testfail" => (None, PlannedResult::Failed),
        "testhold" => (None, PlannedResult::Hold { hold: Hold::ACCEPT_TERMS }),
        // The legacy spelling has an "s" at its end (contradiction C24).
        "testmfaquestion" | "testmfaquestions" => (Some(ChallengeKind::Questions), success),
        "testmfacode" => (Some(ChallengeKind::Code), success),
        "testmfaprompt" => (Some(ChallengeKind::Prompt), success),
        _ => return None,
    };
    // Credentials that fail outright never get as far as the company's own challenge.
    let first = if result == PlannedResult::Failed { None } else { company.first_challenge };
    let challenges = in_order(first, challenge);
    Some(Plan { challenges, result, bill: bill(outcome), swap: SwapPlan::Complete })
}

fn legacy_name(form: &BTreeMap<String, String>) -> Option<&str> {
    let typed = form.get("username").or_else(|| form.get("email"))?;
    Some(typed.strip_suffix("@test.test").unwrap_or(typed))
}

/// The plan for the inputs `balance`, `dueDate` and `status`.
///
/// Where balance or due date are missing, values that fit the wanted status are taken; where they contradict it, they
/// win, because a bill's status follows from them.
///
/// Source: Q2 Biller Direct description, section 11.2 "Outcome table".
pub(super) fn of_test_inputs(
    now: Moment,
    company: &Company,
    form: &BTreeMap<String, String>,
) -> Result<Plan, ApiError> {
    let text = |name: &str| form.get(name).map_or("", |value| value.trim());
    let status = text("status");
    let swap_only = ["in-progress", "completed", "card-on-file"].contains(&status);
    let bill = if swap_only { "" } else { status };
    let bill = read_bill(now, text("balance"), text("dueDate"), bill)?;
    let challenge = match status {
        "mfa-required-questions" => Some(ChallengeKind::Questions),
        "mfa-required-code" => Some(ChallengeKind::Code),
        "mfa-required-prompt" => Some(ChallengeKind::Prompt),
        _ => None,
    };
    let result = match status {
        "authenticate" => PlannedResult::Authenticate,
        "hold" => PlannedResult::Hold { hold: Hold::ACCEPT_TERMS },
        _ => PlannedResult::Verified,
    };
    let swap = match status {
        "in-progress" => SwapPlan::Stay,
        "card-on-file" => SwapPlan::CardOnFile,
        _ => SwapPlan::Complete,
    };
    Ok(Plan { challenges: in_order(company.first_challenge, challenge), result, bill, swap })
}

fn read_bill(now: Moment, balance: &str, due: &str, status: &str) -> Result<BillPlan, ApiError> {
    let today = Moment::midnight(now.day());
    let given_balance = read_balance(balance)?;
    let given_due = read_due_date(due)?;
    let owes = matches!(status, "overdue" | "upcoming" | "paid" | "payment-declined" | "payment-required");
    let usual_balance = if owes { Amount::from_cents(USUAL_BALANCE_CENTS) } else { Amount::ZERO };
    let balance = given_balance.unwrap_or(usual_balance);
    let late = matches!(status, "overdue" | "paid");
    let usual_due = today.plus_days(if late { -USUAL_DUE_DAYS } else { USUAL_DUE_DAYS });
    let due = given_due.unwrap_or(usual_due);
    let wanted = match status {
        "syncing" => WantedBill::Syncing,
        "paid" if !balance.is_zero() => WantedBill::Paid,
        _ => WantedBill::Derived,
    };
    let outcome = match status {
        "payment-declined" => PaymentOutcome::DeclineOnce,
        _ => PaymentOutcome::AsMethod,
    };
    Ok(BillPlan { wanted, ..BillPlan::derived(balance, Some(due), outcome) })
}

fn read_balance(text: &str) -> Result<Option<Amount>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    Amount::parse(text).map(Some).ok_or_else(|| {
        ApiError::bad_request(
            "form.balance is an amount such as \"25.21\" or \"100\": no sign, at most two decimals.",
        )
    })
}

fn read_due_date(text: &str) -> Result<Option<Moment>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    month_day_year(text).map(|day| Some(Moment::midnight(day))).ok_or_else(|| {
        ApiError::bad_request("form.dueDate is a day in the form mm/dd/yyyy, such as \"10/25/2026\".")
    })
}

fn month_day_year(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('/').collect();
    let [month, day, year] = parts.as_slice() else { return None };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || month.len() > 2 || day.len() > 2 || !parts.iter().all(|part| digits(part)) {
        return None;
    }
    // The calendar ends with the year 9999, and a bill has days after its due date.
    let year = year.parse::<i16>().ok().filter(|year| (1900..9990).contains(year))?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

fn in_order(first: Option<ChallengeKind>, second: Option<ChallengeKind>) -> Vec<ChallengeKind> {
    first.into_iter().chain(second).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::q2::seed_data;

    fn now() -> Moment {
        "2026-03-02T12:00:00Z".parse().expect("an instant")
    }

    fn plan(inputs: [&str; 3]) -> Result<Plan, ApiError> {
        let names = ["balance", "dueDate", "status"];
        let form =
            names.iter().zip(inputs).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect();
        of_test_inputs(now(), &seed_data::companies()[0], &form)
    }

    /// balance, dueDate, status -> balance, due day, wanted, outcome
    #[track_caller]
    fn check(inputs: [&str; 3], balance: &str, due: &str, wanted: WantedBill, outcome: PaymentOutcome) {
        let Plan { result, bill, .. } = plan(inputs).expect("a plan");
        assert_eq!(result, PlannedResult::Verified);
        assert_eq!(bill.balance.to_string(), balance);
        assert_eq!(bill.due.map(|due| due.day().to_string()).as_deref(), Some(due));
        assert_eq!((bill.wanted, bill.outcome), (wanted, outcome));
    }

    #[test]
    fn balance_and_due_date_are_read() {
        let (derived, as_method) = (WantedBill::Derived, PaymentOutcome::AsMethod);
        check(["25.21", "03/20/2026", ""], "25.21", "2026-03-20", derived, as_method);
        check(["25.21", "3/2/2026", "no such status"], "25.21", "2026-03-02", derived, as_method);
        check(["", "", ""], "0.00", "2026-03-12", derived, as_method);
        check(["", "", "upcoming"], "100.00", "2026-03-12", derived, as_method);
        check(["", "", "overdue"], "100.00", "2026-02-20", derived, as_method);
        check(["40", "02/01/2026", "paid"], "40.00", "2026-02-01", WantedBill::Paid, as_method);
        check(["40", "", "payment-declined"], "40.00", "2026-03-12", derived, PaymentOutcome::DeclineOnce);
        check(["40", "", "syncing"], "40.00", "2026-03-12", WantedBill::Syncing, as_method);
    }

    #[test]
    fn bad_inputs_are_named() {
        for inputs in [["-1", "", ""], ["1,000", "", ""], ["a lot", "", ""]] {
            assert!(plan(inputs).expect_err("refused").message.contains("form.balance"), "{inputs:?}");
        }
        for inputs in [
            ["1", "2026-03-02", ""],
            ["1", "13/01/2026", ""],
            ["1", "02/30/2026", ""],
            ["1", "1/1/26", ""],
            ["1", "12/31/9999", ""],
        ] {
            assert!(plan(inputs).expect_err("refused").message.contains("form.dueDate"), "{inputs:?}");
        }
    }

    #[test]
    fn legacy_names_match_exactly() {
        let check = |name: &str| {
            let form = BTreeMap::from([("username".to_owned(), name.to_owned())]);
            of_legacy_credentials(now(), &seed_data::companies()[0], &form).is_some()
        };
        for name in ["test", "testfail@test.test", "testmfaquestion", "testmfaquestions", "testpaymentfail"] {
            assert!(check(name), "{name}");
        }
        for name in ["Test", "tests", "test@example.com", "", "test@test.test@test.test"] {
            assert!(!check(name), "{name}");
        }
    }
}
