//! The traps of the legacy version that concern what is received and sent: Unbill v1 description, section 3 "Traps of this
//! version", column "D / E". Each untidy form is read, and written tidily again where we write it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use billwire_models::scalar::{Money, Secret, Timestamp};
use billwire_models::unbill::{
    Acknowledgement, AuthProgress, Bank, Bill, BillUpdateData, CategoryList, CreateAuth, CreateSwap,
    CreateToken, Geo, HoldReason, PaymentMethod, PaymentMethodStatus, SchedulePayment, StepAnswers, StepAuth,
    SurchargeType, operations,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[track_caller]
fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn written<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Trap L5: the members say what an answer to a login is, and nothing else has to be known.
#[test]
fn the_members_tell_a_finished_login_from_a_challenge() {
    let finished: AuthProgress = read(&json!({"authId": "a", "items": []}));
    assert!(matches!(&finished, AuthProgress::Finished(auth) if auth.auth_id.as_str() == "a"));
    let challenge: AuthProgress = read(&json!({"token": "t", "method": "questions", "mfa": []}));
    assert!(matches!(challenge, AuthProgress::Challenge(_)));
    let neither = serde_json::from_value::<AuthProgress>(json!({"items": []})).unwrap_err();
    let told = neither.to_string();
    assert!(told.contains("`authId`") && told.contains("`token`"), "{told}");
}

/// Trap L6: answers to questions are an array, the chosen destination is an object.
#[test]
fn answers_are_an_array_or_an_object() {
    let answers = json!({"token": "t", "mfa": [{"identifier": "i", "answer": "a"}]});
    let request: StepAuth = read(&answers);
    assert!(matches!(&request.mfa, StepAnswers::Answers(answers) if answers.len() == 1));
    assert_eq!(written(&request), answers);
    let chosen = json!({"token": "t", "mfa": {"identifier": "i"}});
    let request: StepAuth = read(&chosen);
    assert!(matches!(request.mfa, StepAnswers::Destination(_)));
    assert_eq!(written(&request), chosen);
}

/// Trap L7 and contradiction LC7: whether a token works once is always said.
#[test]
fn a_token_always_says_whether_it_works_once() {
    assert_eq!(written(&CreateToken::one_time("user"))["nonce"], json!(true));
    assert_eq!(written(&CreateToken::reusable("user"))["nonce"], json!(false));
}

/// Trap L8 and contradiction LC3: a list prints the numbers of a bank account under short names.
#[test]
fn bank_numbers_have_long_and_short_names() {
    let long = json!({"routingNumber": "XXXX2531", "accountNumber": "XXXX4124", "type": "checking"});
    let short = json!({"routing": "XXXX2531", "account": "XXXX4124", "type": "checking"});
    for form in [&long, &short] {
        let bank: Bank = read(form);
        assert_eq!(written(&bank), long);
    }
}

/// Trap L9 and contradiction LC4: the short name of a state is spelt in two ways.
#[test]
fn states_are_spelt_in_two_ways() {
    let sample = json!({"state_short": "TX", "state_long": "Texas"});
    for form in [&sample, &json!({"stateShort": "TX", "stateLong": "Texas"})] {
        let geo: Geo = read(form);
        assert_eq!(written(&geo), sample);
    }
}

/// Trap L10: money without cents, and as a number before July 2016.
#[test]
fn money_may_lack_cents_and_be_a_number() {
    for (printed, shown) in [(json!("100"), "100"), (json!("100.00"), "100.00"), (json!(25.21), "25.21")] {
        let bill: Bill = read(&json!({"_id": "b", "status": {"type": "upcoming"}, "balance": printed}));
        assert_eq!(bill.balance.unwrap().to_string(), shown);
    }
    assert_eq!(written(&Money::parse("100.00").unwrap()), json!("100.00"));
}

/// Trap L11 and contradiction LC2: the day of a payment goes out under both names, with one value.
#[test]
fn a_scheduled_day_is_sent_under_both_names() {
    let day: Timestamp = "2018-10-25T00:00:00.000Z".parse().unwrap();
    let request = written(&SchedulePayment::pay_on("b", day));
    assert_eq!(request["payDate"], request["date"]);
    assert!(request["date"].as_str().unwrap().starts_with("2018-10-25T00:00:00"), "{request}");
    let now = written(&SchedulePayment::pay_now("b"));
    assert_eq!(now, json!({"billId": "b"}), "paying now says no day");
    for name in ["payDate", "date"] {
        let request: SchedulePayment = read(&json!({"billId": "b", name: "2018-10-25T00:00:00.000Z"}));
        assert!(request.day().unwrap().is_some(), "{name} is read");
    }
}

/// Trap L12: a key inside the body of a schedule, as one sample has it, is not kept.
#[test]
fn a_key_in_a_body_is_dropped() {
    let request: SchedulePayment = read(&json!({"billId": "b", "apiKey": "Authorization: Bearer quokka"}));
    assert_eq!(written(&request), json!({"billId": "b"}));
    assert!(!format!("{request:?}").contains("quokka"));
}

/// Trap L13 and contradiction LC5: both sets of words for a surcharge, in any case of letters; the long ones are written.
#[test]
fn surcharges_have_two_sets_of_words() {
    for (long, spellings) in [
        ("credit card", ["credit", "Credit", "CREDIT CARD", "Credit Card"]),
        ("debit card", ["debit", "DEBIT", "Debit card", "debit card"]),
        ("ACH", ["ach", "Ach", "ACH", "aCH"]),
    ] {
        for spelling in spellings {
            let kind: SurchargeType = read(&json!(spelling));
            assert!(kind.is_known(), "{spelling}");
            assert_eq!(written(&kind), json!(long));
        }
    }
    assert!(!SurchargeType::from("cash").is_known());
}

/// Trap L15: what changed on a bill, as two snapshots or as pairs.
#[test]
fn changes_are_two_snapshots_or_pairs() {
    let snapshots: BillUpdateData =
        read(&json!({"previous": {"balance": "25.21"}, "current": {"balance": "52.11"}}));
    assert_eq!(snapshots.current.unwrap().balance.unwrap().to_string(), "52.11");
    assert_eq!(snapshots.previous.unwrap().balance.unwrap().to_string(), "25.21");
    let pairs: BillUpdateData =
        read(&json!({"bill": {"balance": {"previous": "25.21", "current": "52.11"}}}));
    assert_eq!(pairs.bill.unwrap().balance.unwrap().current.to_string(), "52.11");
}

/// Trap L16: a hold has a text for developers; the code of the current version is read where it comes.
#[test]
fn a_hold_has_a_text_for_developers_or_a_code() {
    let printed = json!({"userMessage": "Log in.", "debugMessage": "Not verified."});
    let reason: HoldReason = read(&printed);
    assert_eq!(reason.debug_message.as_deref(), Some("Not verified."));
    assert_eq!(written(&reason), printed);
    let printed = json!({"userMessage": "Log in.", "code": "account_issue_verify_identity"});
    let newer: HoldReason = read(&printed);
    assert_eq!(newer.code.as_deref(), Some("account_issue_verify_identity"));
    assert_eq!(written(&newer), printed);
}

/// Trap L18 and contradiction LC9: two statuses of a payment method, and two old names.
#[test]
fn old_statuses_of_a_payment_method_are_known() {
    for status in ["verified", "declined", "failed", "not-linked"] {
        let method: PaymentMethod = read(&json!({"_id": "p", "type": "card", "status": status}));
        assert!(method.status.is_known(), "{status}");
    }
    assert_ne!(PaymentMethodStatus::from("failed"), PaymentMethodStatus::Declined, "told apart, not merged");
}

/// Trap L20: a swap is made at another path than today, and no card is named.
#[test]
fn a_swap_has_its_own_path_and_names_no_card() {
    assert_eq!(operations::CREATE_SWAP.path, "/swap");
    let members: Vec<&str> =
        operations::CREATE_SWAP.body.unwrap().members.iter().map(|member| member.name).collect();
    assert_eq!(members, ["authId"]);
    let given = json!({"authId": "a", "paymentMethodId": "p"});
    let request: CreateSwap = read(&given);
    assert_eq!(written(&request), json!({"authId": "a"}), "a card of the current version is not sent on");
}

/// Trap L21: a category has an image or has none.
#[test]
fn a_category_may_have_an_image() {
    let list: CategoryList = read(&json!({"data": [
        {"name": "Electric", "type": "electric", "image": {"url": "https://example.test/electric.svg"}},
        {"name": "Gas", "type": "gas"},
    ]}));
    let images: Vec<bool> = list.data.iter().map(|category| category.image.is_some()).collect();
    assert_eq!(images, [true, false]);
}

/// Section 4.1.1: without items everything is fetched, with an empty list nothing.
#[test]
fn no_items_and_an_empty_list_are_two_things() {
    let form = BTreeMap::from([("username".to_owned(), Secret::new("test"))]);
    let request = CreateAuth::new("c".into(), "co".into(), form);
    assert!(written(&request).get("items").is_none());
    assert_eq!(written(&request.with_items(Vec::new()))["items"], json!([]));
}

/// "Not traps of this version": a success is a boolean, and a text is read all the same.
#[test]
fn success_is_a_boolean() {
    let answer: Acknowledgement = read(&json!({"success": true}));
    assert!(answer.success);
    assert_eq!(written(&answer), json!({"success": true}));
}
