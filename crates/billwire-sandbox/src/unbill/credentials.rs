//! What is typed into a login form, and what the company makes of it.

use std::collections::BTreeMap;

use crate::api_error::ApiError;
use crate::bill_pay::{
    Amount, BillPlan, ChallengeKind, Company, Hold, PaymentOutcome, Plan, PlannedResult, SwapPlan, WantedBill,
};
use crate::moment::Moment;

/// The one password that is right, at every company.
const PASSWORD: &str = "test";

const BALANCE_CENTS: u32 = 10_000;
/// A bill is due so many days from now; one that is paid was due so many days ago.
const DUE_DAYS: i64 = 10;

/// The refusal of a login or of an answer.
pub(super) fn refused() -> ApiError {
    ApiError::bad_request("Please check the information you entered.")
}

/// Reads the test credentials; everything else is refused.
///
/// Source: Unbill v1 description, section 9 "Sandbox" (the bills are inferred, as are the user names of January 2019 and
/// what is refused).
pub(super) fn read(
    now: Moment,
    _company: &Company,
    form: &BTreeMap<String, String>,
) -> Result<Plan, ApiError> {
    if form.get("password").map(String::as_str) != Some(PASSWORD) {
        return Err(refused());
    }
    let name = form.get("username").map_or("", String::as_str);
    let challenges = match name {
        // With and without an "s" at its end (trap L19).
        "testmfaquestions" | "testmfaquestion" => vec![ChallengeKind::Questions],
        "testmfacode" => vec![ChallengeKind::Code],
        "test" | "testsyncing" | "testupcoming" | "testpaid" | "testhold" | "testpaymentfail"
        | "testswap" => Vec::new(),
        // Also the one that is there to fail.
        _ => return Err(refused()),
    };
    let result = match name {
        "testhold" => PlannedResult::Hold { hold: Hold::ACCEPT_TERMS },
        _ => PlannedResult::Verified,
    };
    Ok(Plan { challenges, result, bill: bill(now, name), swap: SwapPlan::Complete })
}

fn bill(now: Moment, name: &str) -> BillPlan {
    let today = Moment::midnight(now.day());
    let (wanted, days) = match name {
        "testsyncing" => (WantedBill::Syncing, DUE_DAYS),
        "testpaid" => (WantedBill::Paid, -DUE_DAYS),
        _ => (WantedBill::Derived, DUE_DAYS),
    };
    let outcome = match name {
        "testpaymentfail" => PaymentOutcome::DeclineAlways,
        _ => PaymentOutcome::AsMethod,
    };
    let due = Some(today.plus_days(days));
    BillPlan { wanted, ..BillPlan::derived(Amount::from_cents(BALANCE_CENTS), due, outcome) }
}
