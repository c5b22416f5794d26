//! The contract with Q2 Biller Direct and CardSwap: what a partner may rely on, rule by rule, each shown through the real
//! client. Read it from top to bottom beside the description; the numbers are its sections.
//!
//! Every rule is a function whose name is the rule. It plays in our sandbox, or at an endpoint named by variables
//! (`docs/book/contract-suite.md`). Days are counted from today: 18 is in eighteen days. `granted`, `refused` (400),
//! `unauthorized` (401), `forbidden` (403) and `unknown` (404) are what the service answers; `heard` and `told` are verified
//! webhooks. All plumbing is in `stage`.

mod bills;
mod challenges;
mod clients;
mod logins;
mod payments;
mod swaps;

use crate::stage::{Elsewhere, Endpoint, Report, Scenario, Settings, contract, play, play_at};

contract! {
    clients "4.5 and 12.6, clients and tokens" {
        the_same_identifier_is_the_same_client;
        a_sync_makes_client_token_and_cards_at_once_and_updates_what_it_knows;
        a_client_token_opens_what_belongs_to_its_client_and_nothing_else needs Money;
        a_token_ends_when_it_is_used_up_or_revoked;
        a_token_lives_a_day_or_as_long_as_asked_for needs Time;
    }
    clients "4.3 and 12.9, companies" {
        companies_are_found_by_name_category_place_and_product needs Portal;
        pages_count_from_one_and_add_up_to_the_whole;
        a_company_says_what_it_wants;
        a_company_in_maintenance_is_listed_and_takes_no_login needs Portal;
    }
    logins "11.2 and 11.3, outcomes of a login" {
        a_bill_is_what_was_typed_into_the_login_form;
        a_swap_is_what_was_typed_into_the_login_form needs Money;
        documented_user_names_work_at_any_company;
        an_mfa_company_asks_first_and_then_the_table_applies needs Webhooks;
    }
    logins "4.1 and 12.1, logins" {
        a_login_that_cannot_be_checked_is_refused_at_once;
        the_same_client_and_company_are_the_same_login;
        a_fixed_hold_is_verified_and_its_bill_is_found;
        a_hold_that_is_not_fixed_comes_back needs Webhooks;
        a_login_that_stops_working_pays_nothing_until_it_works_again needs Portal Time Money;
        a_deleted_login_takes_its_bills_and_payments_with_it needs Money;
    }
    challenges "4.1.2, 4.1.5 and 12.2, security challenges" {
        a_challenge_token_is_good_for_one_answer needs Webhooks;
        a_code_goes_where_it_was_asked_to_and_can_be_sent_again needs Webhooks;
        a_code_is_sent_again_after_thirty_seconds_where_that_is_enforced needs Webhooks Portal Time;
        questions_can_be_answered_later_without_the_token;
        a_wrong_answer_ends_in_a_hold needs Webhooks;
        a_challenge_waits_five_minutes needs Webhooks Time;
        an_answer_that_does_not_fit_leaves_the_challenge_open needs Webhooks;
    }
    bills "4.2 and 12.3, bills" {
        a_bill_is_the_same_in_every_list needs Partner;
        a_new_statement_is_told_and_a_moved_due_date_too needs Money;
        a_bill_is_announced_two_days_before_and_overdue_a_day_after needs Time;
    }
    bills "4.4 and 12.4, payment methods" {
        methods_are_listed_masked_and_checked_when_added;
        the_first_method_is_the_default_until_another_is_made_it;
        an_assignment_moves_and_its_kind_must_fit needs Money;
        a_declined_method_pays_nothing_until_it_is_retried_or_replaced needs Money;
        a_method_that_fails_three_times_in_a_row_is_removed needs Money;
        a_method_cannot_be_deleted_within_a_day_of_a_payment needs Money Time;
    }
    payments "4.4.6 to 4.4.8 and 12.5, payments" {
        the_schedule_says_on_which_day_a_bill_pays_itself needs Money;
        a_bill_pays_itself_on_its_pay_date_and_only_once needs Money Time;
        a_payment_without_a_date_is_made_at_once needs Money;
        a_scheduled_payment_can_be_replaced_and_cancelled_until_it_is_being_made needs Money;
        without_recurring_nothing_is_paid_by_itself needs Money Time;
        a_cancelled_payment_is_not_made_and_the_next_bill_is_paid_again needs Money Time;
        what_cannot_be_paid_is_refused needs Money;
        a_company_that_fixes_the_schedule_keeps_it;
        a_user_who_must_be_present_pays_by_logging_in needs Money Webhooks;
    }
    payments "12.7, fees" {
        a_surcharge_is_exact_and_not_part_of_the_amount needs Money Webhooks;
    }
    swaps "4.6 and 12.8, card swaps" {
        a_swap_runs_completes_and_moves_to_another_card needs Money;
        a_held_swap_goes_on_when_the_hold_is_fixed needs Money;
        a_swap_that_cannot_be_made_is_refused needs Money;
    }
    swaps "2, 4.7 and 8, keys and errors" {
        the_newest_key_is_one_of_at_most_two_and_opens_what_it_sealed;
        an_old_key_opens_until_it_is_removed needs Portal;
        unknown_things_are_not_found;
        a_wrong_or_unsigned_credential_opens_nothing needs Portal;
    }
}

// The tables of 11.2 and 11.3

const AC: &str = "auth.created"; // with every new auth, where it is switched on
const S1: &str = "auth.success";
const BC: &str = "bill.created";
const BU: &str = "bill.update";
const SCHEDULED: &str = "bill.payment.scheduled";
const SENT: &str = "bill.payment.sent";
const CANCELLED: &str = "bill.payment.cancelled";
const SWAPPED: &str = "swap.success";
const ASKED: &str = "auth.security-input-required";

/// Typed: status, balance, due in days. Outcome: challenges, auth, bill, webhooks.
type BillOutcome = (
    &'static str,
    &'static str,
    i64,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static [&'static str],
);
#[rustfmt::skip]
const BILLS: &[BillOutcome] = &[
    ("",                       "0",     18,  &[],                    "verified",     "zero-balance", &[AC, S1, BC]),
    ("",                       "25.21", -18, &[],                    "verified",     "overdue",      &[AC, S1, BC, BU]),
    ("",                       "25.21", 18,  &[],                    "verified",     "upcoming",     &[AC, S1, BC, BU]),
    ("no such status",         "25.21", 18,  &[],                    "verified",     "upcoming",     &[AC, S1, BC, BU]),
    ("authenticate",           "25.21", 18,  &[],                    "authenticate", "",             &["auth.invalid"]),
    ("hold",                   "25.21", 18,  &[],                    "hold",         "",             &["auth.hold"]),
    ("mfa-required-questions", "25.21", 18,  &["questions"],         "verified",     "upcoming",     &[ASKED, AC, S1, BC, BU]),
    ("mfa-required-code",      "25.21", 18,  &["code", "questions"], "verified",     "upcoming",     &[ASKED, ASKED, AC, S1, BC, BU]),
    ("mfa-required-prompt",    "25.21", -18, &["prompt"],            "verified",     "overdue",      &[ASKED, AC, S1, BC, BU]),
    ("syncing",                "25.21", 18,  &[],                    "verified",     "syncing",      &[AC, S1, BC]),
    ("zero-balance",           "0",     18,  &[],                    "verified",     "zero-balance", &[AC, S1, BC]),
    ("overdue",                "25.21", -18, &[],                    "verified",     "overdue",      &[AC, S1, BC, BU]),
    ("upcoming",               "25.21", 18,  &[],                    "verified",     "upcoming",     &[AC, S1, BC, BU]),
    ("upcoming",               "25.21", 2,   &[],                    "verified",     "upcoming",     &[AC, S1, BC, BU, "bill.upcoming"]),
    ("paid",                   "25.21", -18, &[],                    "verified",     "paid",         &[AC, S1, BC]),
    ("payment-declined",       "25.21", 18,  &[],                    "verified",     "upcoming",     &[AC, S1, BC, BU]),
];
/// Typed: status. Outcome: auth, swap, webhooks.
#[rustfmt::skip]
const SWAPS: &[(&str, &str, &str, &[&str])] = &[
    ("",                       "verified",     "completed",    &[AC, S1, "swap.success"]),
    ("completed",              "verified",     "completed",    &[AC, S1, "swap.success"]),
    ("card-on-file",           "verified",     "card-on-file", &[AC, S1, "swap.success"]),
    ("in-progress",            "verified",     "in-progress",  &[AC, S1]),
    ("hold",                   "hold",         "hold",         &["auth.hold"]),
    ("authenticate",           "authenticate", "",             &["auth.invalid"]),
    ("mfa-required-questions", "mfa-required", "",             &[ASKED]),
];

/// User name. Outcome: challenges, auth, webhooks. A verified one owes 100.00 in ten days.
#[rustfmt::skip]
const USERS: &[(&str, &[&str], &str, &[&str])] = &[
    ("test",                &[],                    "verified", &[AC, S1, BC, BU]),
    ("test@test.test",      &[],                    "verified", &[AC, S1, BC, BU]),
    ("testfail",            &[],                    "",         &["auth.failed"]),
    ("testhold",            &[],                    "hold",     &["auth.hold"]),
    ("testmfaquestion",     &["questions"],         "verified", &[ASKED, AC, S1, BC, BU]),
    ("testmfacode",         &["code", "questions"], "verified", &[ASKED, ASKED, AC, S1, BC, BU]),
    ("testmfaprompt",       &["prompt"],            "verified", &[ASKED, AC, S1, BC, BU]),
    ("testpaymentfail",     &[],                    "verified", &[AC, S1, BC, BU]),
];

const REGULAR_1: &str = "Regular Company 1";
const REGULAR_2: &str = "Regular Company 2";
const REGULAR_3: &str = "Regular Company 3"; // visa credit 2.5 per cent, ACH 1.50
const REGULAR_4: &str = "Regular Company 4"; // requires a card
const REGULAR_5: &str = "Regular Company 5"; // fixes the schedule
const MFA_1: &str = "MFA Company 1"; // a code
const MFA_2: &str = "MFA Company 2"; // a prompt

const VISA: &str = "4111111111111111";
const MASTERCARD: &str = "5555555555554444";
const DISCOVER: &str = "6011111111111117";
const AMEX: &str = "378282246310005";
const DECLINED: &str = "4000000000000002";

/// The contract holds in our sandbox, or at the endpoint that variables name; and in the sandbox no operation and no event
/// type is left out.
#[tokio::test]
async fn the_contract_holds() {
    let settings = Settings::of_environment();
    let whole = settings.is_none() && std::env::var("BILLWIRE_CONTRACT_ONLY").is_err();
    let report = play(scenarios(), settings).await;
    println!("{}", report.text());
    assert!(report.broken.is_empty(), "{}", report.text());
    if whole {
        assert_eq!(report.missing_operations(), [""; 0], "operations that no scenario drives");
        assert_eq!(report.missing_event_types(), [""; 0], "event types that no scenario brings about");
        assert_eq!(report.not_run, [""; 0]);
        println!(
            "figure: contract suite: {} rules, {} operations, {} event types",
            report.held,
            report.operations.len(),
            report.event_types.len()
        );
    }
}

/// The same contract, played over the variables at another sandbox whose clock runs as outside: nothing but its API is
/// touched. What needs the portal or the clock is reported as not run.
#[tokio::test]
async fn the_contract_can_be_pointed_at_another_endpoint() {
    let elsewhere = Elsewhere::start().await;
    let settings =
        Settings::read(elsewhere.variables("sandbox")).expect("good variables").expect("an endpoint");
    let endpoint = Endpoint::open(settings).await;
    elsewhere.set_up_portal(&endpoint).await;
    let report = play_at(scenarios(), endpoint).await;
    println!("{}", report.text());
    assert!(report.broken.is_empty(), "{}", report.text());
    let (own, all) =
        (scenarios().into_iter().filter(Scenario::is_for_the_sandbox_only).count(), scenarios().len());
    assert_eq!((report.held, report.not_run.len()), (all - own, own));
    assert!(report.held > 30, "{}", report.text());

    // Without a word about money none moves, and without webhooks nothing waits for them.
    let quiet = elsewhere.variables("").into_iter().filter(|(name, _)| !name.contains("WEBHOOK"));
    let quiet = Settings::read(quiet).expect("good variables").expect("an endpoint");
    let before = elsewhere.payments();
    let report = play_at(scenarios(), Endpoint::open(quiet).await).await;
    assert!(report.broken.is_empty(), "{}", report.text());
    assert!(report.held > 10 && report.not_run.len() > 25 && report.unheard > 10, "{}", report.text());
    assert_eq!(elsewhere.payments(), before, "{}", report.text());
}

#[test]
fn a_contract_without_scenarios_would_be_noticed() {
    let nothing = Report::default();
    assert_eq!((nothing.missing_operations().len(), nothing.missing_event_types().len()), (30, 17));
}
