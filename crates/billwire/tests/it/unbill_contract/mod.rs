//! The contract with the legacy version of Q2 Biller Direct: what a partner may rely on, rule by rule, each shown through
//! the real client. Read it from top to bottom beside the description; the numbers are its sections. What it inherits from
//! the current version is shown there once more only where the answers differ.
//!
//! Every rule is a function whose name is the rule. Days are counted from today: 18 is in eighteen days. `granted`,
//! `refused` (400), `unauthorized` (401) and `unknown` (404) are what the service answers; `told` are webhooks, about which
//! nothing is proved.

mod clients;
mod logins;
mod methods;
mod payments;
mod stage;

use billwire::unbill::{EventType, operations};

use self::stage::Unbill;
use crate::suite::{Report, rules};

rules! { Unbill:
    clients "4.5 and 10, clients and tokens" {
        the_same_identifier_is_the_same_client;
        a_token_is_for_one_use_unless_the_request_says_otherwise;
        every_key_but_the_right_one_is_refused;
    }
    clients "4.3, companies" {
        companies_are_found_by_name_category_and_place_all_at_once;
        a_company_says_what_it_wants;
    }
    logins "9 and 4.1.1, outcomes of a login" {
        the_user_name_decides_what_becomes_of_a_login;
        items_say_what_is_fetched;
    }
    logins "4.1 and 10, logins" {
        a_challenge_token_is_good_for_one_answer_and_ten_minutes;
        an_answer_that_does_not_fit_is_refused;
        the_same_client_and_company_are_the_same_login;
        a_login_that_stopped_working_is_renewed_by_logging_in;
        a_hold_is_fixed;
        a_deleted_login_takes_its_bills_with_it;
    }
    methods "4.4 and 5.7, payment methods" {
        methods_are_listed_masked_and_checked_when_added;
        the_first_method_is_the_default_until_another_is_made_it;
        an_assigned_method_pays_and_only_once_is_it_assigned;
        a_company_takes_only_the_kind_it_wants;
        a_declined_method_pays_when_it_is_retried;
        the_third_failure_in_a_row_removes_a_method;
        a_method_cannot_be_deleted_within_a_day_of_a_payment;
    }
    payments "4.2, 4.4.7 and 4.4.8, payments" {
        a_bill_is_the_same_alone_and_in_the_list;
        the_schedule_says_on_which_day_a_bill_pays_itself_and_only_once;
        a_payment_without_a_day_is_made_at_once;
        scheduling_again_takes_the_place_of_the_first;
        without_recurring_nothing_is_paid_by_itself;
        a_company_may_fix_the_schedule_and_insist_on_recurring_payments;
        a_bill_of_nothing_has_nothing_to_pay;
    }
    payments "7, events" {
        events_prove_nothing_and_are_read_back;
        a_surcharge_is_told_of_cards_alone;
    }
    payments "4.6, card swaps" {
        a_swap_succeeds_and_leaves_no_trace;
    }
}

const REGULAR_1: &str = "Test Merchant";
const REGULAR_2: &str = "Test Gas";
/// Takes only bank accounts.
const BANK_ONLY: &str = "Test Water";
/// Takes only cards.
const CARD_ONLY: &str = "Test Wireless";
/// Fixes the schedule of its bills.
const FIXED: &str = "Test Streaming";

const VISA: &str = "4111111111111111"; // a published test number
const MASTERCARD: &str = "5555555555554444"; // a published test number

/// The documented user names of section 9. User name. Outcome: challenges, status of the bill, its events.
#[rustfmt::skip]
const USERS: &[(&str, &[&str], &str, &[&str])] = &[
    ("test",             &[],                    "upcoming", &["bill.update"]),
    ("testmfaquestions", &["questions"],         "upcoming", &["bill.update"]),
    ("testmfaquestion",  &["questions"],         "upcoming", &["bill.update"]), // trap L19
    ("testmfacode",      &["code", "questions"], "upcoming", &["bill.update"]),
    ("testsyncing",      &[],                    "syncing",  &[]),
    ("testupcoming",     &[],                    "upcoming", &["bill.update"]),
    ("testpaid",         &[],                    "paid",     &[]),
];

/// The contract holds, and no operation and no event type is left out.
#[tokio::test]
async fn the_unbill_contract_holds() {
    let mut report = Report::default();
    report.play("", rules(), Unbill::fresh).await;
    let event_types: Vec<&str> = EventType::ALL.iter().map(EventType::as_str).collect();
    println!("{}", report.judge("Unbill", operations::ALL, &event_types));
}

/// A contract without rules would leave everything out.
#[test]
fn an_unbill_contract_without_rules_would_be_noticed() {
    let nothing = Report::default();
    assert_eq!(nothing.missing_operations(operations::ALL).len(), 22);
    assert_eq!(nothing.missing_event_types(&["bill.update", "bill.payment"]).len(), 2);
}
