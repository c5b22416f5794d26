//! The contract with BillerAPI: what a partner may rely on, rule by rule, each shown through the real client. Read it from
//! top to bottom beside the description; the numbers are its sections.
//!
//! Every rule is a function whose name is the rule, and every rule plays in every form that the documents leave open: both
//! shapes of errors, three envelopes, the new and the old signature, four forms of pages, bare and wrapped objects. Days
//! are counted from today: 15 is in fifteen days. Amounts are in cents. `granted`, `refused` (400), `unauthorized` (401),
//! `forbidden` (403) and `unknown` (404) are what the service answers, `failed` is a business failure inside a 200; `heard`
//! are verified webhooks.

mod accounts;
mod linking;
mod repeating;
mod stage;
mod telling;

use billwire::billerapi::{EventType, operations};

use self::stage::{BillerApi, Form};
use crate::suite::{Report, rules};

rules! { BillerApi:
    linking "8.2 and 8.3, magic account numbers" {
        every_magic_number_decides_what_becomes_of_a_login;
        every_magic_number_decides_which_bills_there_are;
        the_service_lists_its_magic_numbers;
        only_one_code_passes_and_three_wrong_ones_lock;
    }
    linking "5.2 to 5.6 and 7.2, linking" {
        a_flow_ends_with_an_access_token_and_bills;
        each_of_several_accounts_has_its_own_bill;
        a_link_token_lives_half_an_hour;
        a_public_token_works_once_and_half_an_hour;
        what_cannot_be_linked_is_refused;
    }
    accounts "5.10 to 5.13, bills and accounts" {
        bills_come_in_pages_that_add_up_with_exact_amounts;
        filters_of_bills_combine;
        a_bill_is_the_same_alone_and_in_the_list;
        an_access_token_opens_its_own_account_only;
        an_account_says_how_it_is;
    }
    accounts "5.14 and 5.15, synchronisation" {
        a_sync_takes_five_seconds_and_is_not_repeated_within_a_minute;
        a_sync_finds_what_the_biller_issued;
    }
    accounts "5.1, billers" {
        billers_are_found_by_name_and_category_in_pages;
    }
    accounts "5.16 to 5.18, mail" {
        a_mailbox_is_connected_and_its_messages_are_listed;
    }
    accounts "5.7 to 5.9, requests to link" {
        requests_to_link_are_listed_by_page_number;
        a_request_to_link_goes_from_pending_to_its_end;
    }
    repeating "3.7, idempotency" {
        the_same_key_is_the_same_call_for_a_day;
        every_call_has_a_key_of_its_own;
    }
    repeating "2.3 and 3.2, refusals" {
        a_wrong_credential_opens_nothing;
        errors_of_both_shapes_say_the_same;
    }
    telling "6 and 5.19, webhooks" {
        a_webhook_is_registered_with_either_credential;
        every_event_is_told_signed_and_about_its_resource;
        a_delivery_that_is_not_taken_comes_again_signed_anew;
        a_bill_may_be_visible_later_than_its_webhook;
    }
}

/// Account number. Outcome: the next step or the failure of a login.
#[rustfmt::skip]
const LOGINS: &[(&str, &str)] = &[
    ("4242424242", "discover_accounts"),
    ("4000000001", "INVALID_CREDENTIALS"),
    ("4000000002", "BILLER_UNAVAILABLE"),
    ("4000000003", "submit-mfa"),
    ("4000000004", "ACCOUNT_LOCKED"),
    ("4000000005", "discover_accounts"),
    ("4000000006", "discover_accounts"),
    ("4000000007", "discover_accounts"),
    ("4000000008", "discover_accounts"),
    ("1234567890", "INVALID_CREDENTIALS"),
];

/// A bill: status, cents, due in days, paid by itself.
type Owed = (&'static str, i64, i64, bool);

/// Account number. Outcome: the failure, or the bills.
#[rustfmt::skip]
const BILLS: &[(&str, Result<&[Owed], &str>)] = &[
    ("4242424242", Ok(&[("PENDING", 15420, 15, false)])),
    ("4000000001", Err("INVALID_CREDENTIALS")),
    ("4000000002", Err("BILLER_UNAVAILABLE")),
    ("4000000003", Ok(&[("PENDING", 15420, 15, false)])),
    ("4000000004", Err("ACCOUNT_LOCKED")),
    ("4000000005", Ok(&[("OVERDUE", 14620, -30, false)])),
    ("4000000006", Ok(&[("SCHEDULED", 9875, 5, true)])),
    ("4000000007", Ok(&[("PENDING", 5000, 15, false), ("SCHEDULED", 5000, 45, false), ("SCHEDULED", 5000, 75, false)])),
    ("4000000008", Ok(&[("PENDING", 15420, 15, false)])),
    ("1234567890", Ok(&[])),
];

const GOOD: &str = "4242424242";
const MFA: &str = "4000000003";
const PLAN: &str = "4000000007";
const THREE_ACCOUNTS: &str = "4000000008";
const RIGHT_CODE: &str = "123456";

/// Checklist, client (3), (6), (7), (10) and emulator (1), (2), (3), (4), (7), (8): the contract holds in every form, and no
/// operation and no event type is left out.
#[tokio::test]
async fn the_billerapi_contract_holds_in_every_form() {
    let mut report = Report::default();
    for form in Form::ALL {
        let fresh = async || BillerApi::fresh(form).await;
        report.play(&format!("{}: ", form.name), rules(), fresh).await;
    }
    let event_types: Vec<&str> = EventType::ALL.iter().map(EventType::as_str).collect();
    println!("{}", report.judge("BillerAPI", operations::ALL, &event_types));
}

/// A contract without rules would leave everything out.
#[test]
fn a_billerapi_contract_without_rules_would_be_noticed() {
    let nothing = Report::default();
    assert_eq!(nothing.missing_operations(operations::ALL).len(), 20);
    let event_types: Vec<&str> = EventType::ALL.iter().map(EventType::as_str).collect();
    assert_eq!(nothing.missing_event_types(&event_types).len(), 9);
}
