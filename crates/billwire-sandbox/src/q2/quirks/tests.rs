//! Each quirk by itself, byte for byte where the bytes matter.

use serde_json::{Value, json};

use super::{Quirk, Quirks};

#[track_caller]
fn answer(quirk: Quirk, operation: &str, tidy: &Value, untidy: &Value) {
    let body = tidy.to_string().into_bytes();
    let changed = Quirks::none().with(quirk).answer(Some(operation), body.clone());
    assert_eq!(serde_json::from_slice::<Value>(&changed).expect("JSON"), *untidy, "{quirk}");
    assert_eq!(Quirks::none().answer(Some(operation), body.clone()), body, "nothing without quirks");
    let others: Quirks = Quirk::ALL.iter().copied().filter(|other| *other != quirk).collect();
    let with_others = others.answer(Some(operation), body.clone());
    assert_ne!(with_others, changed, "{quirk}: another quirk does the same");
}

#[track_caller]
fn event(quirk: Quirk, tidy: &Value, body: &Value) {
    let changed = Quirks::none().with(quirk).webhook(tidy);
    assert_eq!(serde_json::from_str::<Value>(&changed).expect("JSON"), *body, "{quirk}");
    assert_eq!(Quirks::none().webhook(tidy), json!({ "event": tidy }).to_string(), "nothing without quirks");
}

fn bill(bill: &Value) -> Value {
    json!({ "bill": bill, "payments": [{ "amount": "123.12" }] })
}

fn envelope(kind: &str, data: &Value) -> Value {
    json!({
        "_id": "e1", "type": kind, "created": "2026-03-02T12:00:00.000Z", "clientId": "c1",
        "payload": { "resource": { "type": "auth", "id": "r1" }, "data": data },
    })
}

/// Trap T1, trap T2, trap T3 in answers.
#[test]
fn booleans_as_text_and_a_key_with_a_space() {
    answer(Quirk::SuccessAsText, "stepAuth", &json!({ "success": true }), &json!({ "success": "true" }));
    let pair = |hidden: Value| bill(&json!({ "hidden": hidden }));
    answer(Quirk::HiddenAsText, "getBill", &pair(json!(false)), &pair(json!("false")));
    let tidy = json!({ "data": [bill(&json!({ "autopay": "unknown" }))] });
    let untidy = json!({ "data": [bill(&json!({ "autopay ": "unknown" }))] });
    answer(Quirk::AutopayWithSpace, "listBills", &tidy, &untidy);
    let other = br#"{"success":true}"#.to_vec();
    assert_eq!(
        Quirks::all().answer(Some("cancelPayment"), other.clone()),
        other,
        "only the security step prints a text"
    );
}

/// Trap T6 and trap T7: keys spelt in two ways.
#[test]
fn other_spellings_of_keys() {
    let company = |short: &str, long: &str| json!({ "data": [{ "geo": { short: "TX", long: "Texas" } }] });
    answer(
        Quirk::GeoInCamelCase,
        "searchCompanies",
        &company("state_short", "state_long"),
        &company("stateShort", "stateLong"),
    );
    let method = |routing: &str, account: &str| json!({ "data": [{ "bank": { routing: "XXXX2531", account: "XXXX4124" } }] });
    answer(
        Quirk::ShortBankKeys,
        "listPaymentMethods",
        &method("routingNumber", "accountNumber"),
        &method("routing", "account"),
    );
}

/// Trap T8: money without cents where there are none, and money as a number.
#[test]
fn money_in_other_forms() {
    let pair = |balance: Value, paid: Value, custom: Value| {
        bill(&json!({ "balance": balance, "lastPaidAmount": paid, "customPaymentAmount": custom }))
    };
    let tidy = pair(json!("100.00"), json!("25.21"), json!("50.00"));
    answer(Quirk::MoneyWithoutCents, "getBill", &tidy, &pair(json!("100"), json!("25.21"), json!("50.00")));
    let mut numbers = pair(json!(100.0), json!(25.21), json!(50.0));
    numbers["payments"][0]["amount"] = json!(123.12);
    answer(Quirk::MoneyAsNumber, "getBill", &tidy, &numbers);
}

/// Trap T9: the times of events.
#[test]
fn times_without_milliseconds_and_without_a_zone() {
    let time = "2019-03-28T17:00:00.000Z";
    let data = json!({ "bill": { "dueDate": { "previous": time, "current": time } }, "payDate": time });
    let tidy = envelope("bill.update", &data);
    let mut in_seconds = tidy.clone();
    in_seconds["created"] = json!("2026-03-02T12:00:00Z");
    event(Quirk::EventTimeInSeconds, &tidy, &json!({ "event": in_seconds }));
    let bare = "2019-03-28 17:00:00.000";
    let data = json!({ "bill": { "dueDate": { "previous": bare, "current": bare } }, "payDate": bare });
    event(Quirk::TimesWithoutZone, &tidy, &json!({ "event": envelope("bill.update", &data) }));
    let plain = |due: &str| envelope("bill.upcoming", &json!({ "bill": { "dueDate": due } }));
    event(Quirk::TimesWithoutZone, &plain(time), &json!({ "event": plain(bare) }));
}

/// Trap T10: one l.
#[test]
fn canceled() {
    let tidy =
        |kind, member: &str| envelope(kind, &json!({ "paymentMethod": { "card": { member: false } } }));
    event(
        Quirk::CanceledWithOneL,
        &tidy("bill.payment.cancelled", "cancelled"),
        &json!({ "event": tidy("bill.payment.canceled", "canceled") }),
    );
}

/// Trap T17: the three forms of a body, and the older form of a change.
#[test]
fn bodies_without_their_wrapping() {
    let data = json!({ "bill": { "balance": { "previous": "25.21", "current": "52.11" }, "dueDate": { "current": "d" } } });
    let tidy = envelope("bill.update", &data);
    event(Quirk::BareEvent, &tidy, &tidy);
    event(Quirk::BarePayload, &tidy, &tidy["payload"]);
    let old =
        json!({ "previous": { "balance": "25.21" }, "current": { "balance": "52.11", "dueDate": "d" } });
    event(Quirk::ChangesInOldForm, &tidy, &json!({ "event": envelope("bill.update", &old) }));
}

/// Trap T18: the wrong values come first, so that the last one wins.
#[test]
fn repeated_members() {
    let tidy = envelope("swap.success", &json!({}));
    let text = Quirks::none().with(Quirk::RepeatedMembers).webhook(&tidy);
    assert!(
        text.starts_with(r#"{"event":{"_id":"580e3e11dec21e861b5a3719","type":"swap.success","#),
        "{text}"
    );
    assert!(text.ends_with(r#"},"__v":0}"#), "{text}");
    for member in ["_id", "type", "clientId", "created"] {
        assert!(text.matches(&format!("\"{member}\":")).count() >= 2, "{member} once in {text}");
    }
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&value["event"]["_id"], &value["event"]["clientId"]), (&json!("e1"), &json!("c1")));
    let both = Quirks::none().with(Quirk::RepeatedMembers).with(Quirk::BareEvent).webhook(&tidy);
    let value: Value = serde_json::from_str(&both).expect("JSON");
    assert_eq!((&value["_id"], &value["__v"]), (&json!("e1"), &json!(0)));
    let other = envelope("bill.update", &json!({}));
    assert_eq!(
        Quirks::none().with(Quirk::RepeatedMembers).webhook(&other),
        json!({ "event": other }).to_string()
    );
}

/// Trap T19: the certificate of a key.
#[test]
fn certificates() {
    let printed = "MIIFczCCBFugAwIBAgISBB/csS+OpHRTGG...";
    let keys = json!({ "keys": [{ "kid": "k" }] });
    let text = json!({ "keys": [{ "kid": "k", "x5c": printed }] });
    answer(Quirk::CertificateAsText, "listPublicKeys", &keys, &text);
    let list = |certificate: &str| json!({ "kid": "k", "x5c": [certificate] });
    answer(Quirk::CertificateAsList, "getLatestPublicKey", &json!({ "kid": "k" }), &list(printed));
    answer(Quirk::CertificateAsList, "getPublicKey", &json!({ "kid": "k", "x5c": "real" }), &list("real"));
}

/// Trap T20 and trap T21: what an auth says about a hold and about its questions.
#[test]
fn auths() {
    let auth = |reason: Value| json!({ "data": [{ "reason": reason }] });
    answer(
        Quirk::DebugMessage,
        "listAuths",
        &auth(json!({ "userMessage": "Log in." })),
        &auth(json!({ "userMessage": "Log in.", "debugMessage": "Log in." })),
    );
    let questions =
        |second: &str| json!({ "data": [{ "mfa": { "mfa": [{ "question": "a" }, { second: "b" }] } }] });
    answer(Quirk::QuestionUnderAnswer, "listAuths", &questions("question"), &questions("answer"));
}

/// Trap T24 and trap T25: fees and surcharges.
#[test]
fn fees() {
    let fee = |rate: Value| json!({ "rate": rate, "percentage": false });
    let whole = json!({ "credit": fee(json!(1.5)), "debit": fee(json!(1.5)) });
    let tidy = json!({ "fees": { "ach": fee(json!(1.5)), "cards": { "american express": whole } } });
    let mut apart = tidy.clone();
    apart["fees"]["cards"] = json!({
        "american express": { "credit": fee(json!(1.5)) },
        "amex": { "debit": fee(json!(1.5)) },
    });
    answer(Quirk::AmexBesideAmericanExpress, "getCompany", &tidy, &apart);
    let whole = json!({ "credit": fee(json!("1.5")), "debit": fee(json!("1.5")) });
    let texts = json!({ "fees": { "ach": fee(json!("1.5")), "cards": { "american express": whole } } });
    answer(Quirk::RatesInOtherForm, "getCompany", &tidy, &texts);
    let sent = |rate: Value| {
        envelope("bill.payment.sent", &json!({ "surcharge": { "type": "debit", "rate": rate } }))
    };
    event(Quirk::RatesInOtherForm, &sent(json!("2.50")), &json!({ "event": sent(json!(2.5)) }));
}

/// Trap T26: a member of the company of a swap.
#[test]
fn forgot_user() {
    let swap = |member: &str| {
        envelope("swap.success", &json!({ "company": { "auth": { "urls": { member: "u" } } } }))
    };
    event(Quirk::ForgotUser, &swap("forgotUsername"), &json!({ "event": swap("forgotUser") }));
}

/// Trap T27 and trap T29: old names of statuses.
#[test]
fn old_statuses() {
    let tidy = json!({ "data": [{ "_id": "s1", "status": { "type": "in-progress" } }, { "_id": "s2", "status": { "type": "completed" } }] });
    let untidy = json!({ "data": [{ "status": { "type": "pending" } }, { "_id": "s2", "status": { "type": "completed" } }] });
    answer(Quirk::PendingSwapWithoutId, "listSwaps", &tidy, &untidy);
    let methods = |status: &str| json!({ "data": [{ "status": status }, { "status": "verified" }] });
    answer(Quirk::FailedMethod, "listPaymentMethods", &methods("declined"), &methods("failed"));
    let failed =
        |status: &str| envelope("bill.payment.failed", &json!({ "paymentMethod": { "status": status } }));
    event(Quirk::FailedMethod, &failed("declined"), &json!({ "event": failed("failed") }));
}

/// Trap T36: the client's id where the auth's belongs.
#[test]
fn client_id_as_auth_id() {
    let tidy = envelope("auth.deleted", &json!({}));
    let mut untidy = tidy.clone();
    untidy["payload"]["resource"]["id"] = json!("c1");
    event(Quirk::ClientIdAsAuthId, &tidy, &json!({ "event": untidy }));
    let hold = envelope("auth.hold", &json!({}));
    event(Quirk::ClientIdAsAuthId, &hold, &json!({ "event": hold }));
}

#[test]
fn names_are_unique_and_read_back() {
    for quirk in Quirk::ALL {
        assert_eq!(quirk.name().parse::<Quirk>().ok(), Some(*quirk));
        assert!(quirk.trap().starts_with('T') && !quirk.summary().is_empty());
        assert_eq!(Quirk::ALL.iter().filter(|other| other.name() == quirk.name()).count(), 1);
    }
    let error = "hidden".parse::<Quirks>().expect_err("unknown").to_string();
    assert!(error.starts_with("\"hidden\" is no quirk; there are all, none, success-as-text,"), "{error}");
}

/// The guide lists every quirk with its trap and its form.
#[test]
fn the_guide_lists_them_all() {
    let guide = include_str!("../../../../../docs/book/sandbox.md");
    for quirk in Quirk::ALL {
        let left_out = if quirk.is_alternative() { " (not in `all`)" } else { "" };
        let row = format!("| `{quirk}` | {} | {}{left_out} |", quirk.trap(), quirk.summary());
        assert!(guide.contains(&row), "docs/book/sandbox.md lacks {row}");
    }
}

#[test]
fn choices_are_written_and_read() {
    let some = Quirks::none().with(Quirk::ForgotUser).with(Quirk::SuccessAsText);
    assert_eq!(json!(some), json!(["success-as-text", "forgot-user"]));
    for written in [json!(["forgot-user", "success-as-text"]), json!("success-as-text,forgot-user")] {
        assert_eq!(serde_json::from_value::<Quirks>(written).ok(), Some(some));
    }
    assert_eq!(serde_json::from_value::<Quirks>(json!("all")).ok(), Some(Quirks::all()));
    assert_eq!("none".parse::<Quirks>().ok(), Some(Quirks::none()));
    assert_eq!(some.without(Quirk::ForgotUser).to_string(), "success-as-text");
    let wrong = serde_json::from_value::<Quirks>(json!(7)).expect_err("a number").to_string();
    assert!(wrong.contains("a list of quirks"), "{wrong}");
    for left_out in [Quirk::MoneyAsNumber, Quirk::BarePayload, Quirk::CertificateAsList] {
        assert!(left_out.is_alternative() && !Quirks::all().contains(left_out));
    }
}
