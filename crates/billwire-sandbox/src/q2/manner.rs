//! How Q2 shows the bill-pay world.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{events, outcome, seed_data};
use crate::api_error::ApiError;
use crate::bill_pay::{AuthItem, Company, Hold, Manner, NewAuth, Plan, PlannedResult};
use crate::moment::Moment;

/// What is told is told by webhooks; a challenge that nobody answers, or answers wrongly, ends on hold.
///
/// Source: Q2 Biller Direct description, sections 10, 11 and 12.
pub(crate) static MANNER: Manner = Manner {
    name: "q2",
    companies: seed_data::companies,
    tell: events::tell,
    check_items,
    read_credentials,
    challenge_lasts: SignedDuration::from_mins(5),
    wrong_answer: PlannedResult::Hold { hold: Hold::INVALID_MFA },
    no_answer: PlannedResult::Hold { hold: Hold::NO_MFA_RESPONSE },
    forgets_unanswered: false,
    // Balance and due date are typed into the form.
    known_bills_stay: false,
    swaps_replace: false,
    every_hold_ends: false,
};

fn check_items(new: &NewAuth) -> Result<(), ApiError> {
    if new.items.is_empty() {
        return Err(ApiError::bad_request("Please provide items: \"bill\", \"payment\", both, or \"swap\"."));
    }
    if new.items.contains(&AuthItem::Payment) && (new.bill_id.is_none() || new.payment_method_id.is_none()) {
        return Err(ApiError::bad_request(
            "The item \"payment\" needs meta.billId and meta.paymentMethodId: what to pay and with what.",
        ));
    }
    Ok(())
}

fn read_credentials(
    now: Moment,
    company: &Company,
    form: &BTreeMap<String, String>,
) -> Result<Plan, ApiError> {
    if let Some(plan) = outcome::of_legacy_credentials(now, company, form) {
        return Ok(plan);
    }
    if let Some(missing) = company.login_fields.iter().find(|field| !form.contains_key(field.name)) {
        return Err(ApiError::bad_request(format!(
            "Please provide the login field {} in form.",
            missing.name
        )));
    }
    outcome::of_test_inputs(now, company, form)
}
