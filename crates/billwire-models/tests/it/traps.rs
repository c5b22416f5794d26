//! The traps of the specification that concern what is received: Q2 Biller Direct description, section 3.2 "Trap table",
//! column D. Each untidy form is read, and written tidily again where we write it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::needless_pass_by_value, reason = "a literal is made for the one call that takes it")]

use billwire_models::q2::behaviour::EventBody;
use billwire_models::q2::{
    Acknowledgement, AuthList, Bank, Bill, BillList, CardFees, CompanyUrls, CreateAuth, Event, EventData,
    EventType, Fees, Geo, Jwk, PaymentMethod, PaymentMethodStatus, SearchCompanies, SwapList, SwapStatusType,
    SyncCard,
};
use billwire_models::scalar::{Money, Number, ProviderTime, Zone};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(value: Value) -> T {
    let text = value.to_string();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn bill(members: Value) -> Bill {
    let mut bill = json!({ "_id": "b", "status": { "type": "upcoming" } });
    bill.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    read(bill)
}

fn event(text: &str) -> Event {
    EventBody::decode(text.as_bytes()).unwrap().into_event().unwrap()
}

fn written<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Trap T1: the answer to a security step prints its success as a text.
#[test]
fn success_may_be_a_text_or_a_number() {
    for (printed, expected) in [
        (json!(true), true),
        (json!("true"), true),
        (json!("True"), true),
        (json!(1), true),
        (json!("false"), false),
        (json!(0), false),
    ] {
        let answer: Acknowledgement = read(json!({ "success": printed }));
        assert_eq!((answer.success, written(&answer)), (expected, json!({ "success": expected })));
    }
}

/// Trap T2: `hidden` is printed as a text.
#[test]
fn hidden_may_be_a_text() {
    for (printed, expected) in [(json!("false"), false), (json!("true"), true), (json!(true), true)] {
        let bill = bill(json!({ "hidden": printed }));
        assert_eq!((bill.hidden, &written(&bill)["hidden"]), (Some(expected), &json!(expected)));
    }
}

/// Trap T3: every example prints `"autopay "`, with a space. Of both keys the clean one counts.
#[test]
fn autopay_may_end_in_a_space() {
    let spaced = bill(json!({ "autopay ": "enabled" }));
    assert_eq!(written(&spaced)["autopay"], "enabled");
    assert_eq!(written(&spaced).get("autopay "), None);
    let both = bill(json!({ "autopay ": "enabled", "autopay": "disabled" }));
    assert_eq!(written(&both)["autopay"], "disabled");
}

/// Trap T4: the printed search has texts in place of a boolean, numbers and a list.
#[test]
fn a_search_in_texts_is_read_and_written_tidily() {
    let printed = json!({ "query": "N", "paginateResults": "true", "pageSize": "25", "pageNumber": "1", "products": "['cardswap']" });
    let tidy = json!({ "query": "N", "paginateResults": true, "pageSize": 25, "pageNumber": 1, "products": ["cardswap"] });
    assert_eq!(written(&read::<SearchCompanies>(printed)), tidy);
}

/// Trap T5: `setAsDefault` is a text in the sync sample.
#[test]
fn set_as_default_may_be_a_text() {
    let card = |default: Value| {
        json!({
            "cardNumber": "4111111111111111", "expMonth": "02", "expYear": "2040", "zipcode": "12345", "name": "Demo User",
            "setAsDefault": default,
        })
    };
    assert_eq!(written(&read::<SyncCard>(card(json!("true")))), card(json!(true)));
}

/// Trap T6: the state of a company is spelt in two ways; the examples' way is written.
#[test]
fn states_are_spelt_in_two_ways() {
    for place in [
        json!({ "state_short": "TX", "state_long": "Texas" }),
        json!({ "stateShort": "TX", "stateLong": "Texas" }),
    ] {
        assert_eq!(written(&read::<Geo>(place)), json!({ "state_short": "TX", "state_long": "Texas" }));
    }
}

/// Trap T7: the list of payment methods has short bank keys.
#[test]
fn bank_keys_are_long_or_short() {
    let long = json!({ "routingNumber": "XXXX0002", "accountNumber": "XXXX0021", "type": "checking" });
    let short = json!({ "routing": "XXXX0002", "account": "XXXX0021", "type": "checking" });
    assert_eq!(written(&read::<Bank>(short)), long);
    assert_eq!(written(&read::<Bank>(long.clone())), long);
}

/// Trap T8: money comes with cents, without, and as a number. Separators would be a guess.
#[test]
fn money_is_a_text_with_or_without_cents_or_a_number() {
    for (printed, cents) in [
        (json!("100"), 10_000),
        (json!("100.00"), 10_000),
        (json!("-25.21"), -2_521),
        (json!(100), 10_000),
        (json!(25.21), 2_521),
    ] {
        let bill = bill(json!({ "balance": printed }));
        assert_eq!(bill.balance.unwrap().amount(), Money::from_cents(cents).amount(), "{printed}");
    }
    assert!(Money::parse("1,000.00").is_err());
}

/// Trap T9: dates come in several forms; one has no zone, is read as UTC, and says so.
#[test]
fn dates_come_in_every_printed_form() {
    let expected: jiff::Timestamp = "2019-03-28T17:00:00Z".parse().unwrap();
    for (printed, zone) in [
        ("2019-03-28T17:00:00.000Z", Zone::Stated),
        ("2019-03-28T17:00:00Z", Zone::Stated),
        ("2019-03-28T13:00:00-04:00", Zone::Stated),
        ("2019-03-28 17:00:00.000", Zone::Absent),
    ] {
        let bill = bill(json!({ "dueDate": printed }));
        let due: ProviderTime = bill.due_date.unwrap();
        assert_eq!((due.instant_assuming_utc(), due.zone()), (Some(expected), zone), "{printed}");
    }
}

/// Trap T10: one l or two, in the type of an event and in a member of a card.
#[test]
fn cancelled_is_spelt_in_two_ways() {
    for (kind, member) in [("bill.payment.cancelled", "cancelled"), ("bill.payment.canceled", "canceled")] {
        let event = event(
            &json!({ "event": {
                "_id": "e", "type": kind, "created": "2016-04-20T16:51:12Z",
                "payload": { "resource": { "type": "bill", "id": "b" }, "data": {
                    "trigger": "client", "paymentMethod": { "_id": "p", "type": "card", "status": "verified", "card": { member: true } },
                } },
            } })
            .to_string(),
        );
        assert_eq!(event.kind, EventType::BillPaymentCancelled);
        let EventData::BillPaymentCancelled(data) = &event.data else {
            panic!("{kind} was read as something else")
        };
        let card = data.payment_method.as_ref().and_then(|method| method.card.as_ref());
        assert_eq!(card.and_then(|card| card.cancelled), Some(true), "{member}");
    }
}

/// Trap T17: an event comes wrapped, bare, and once as its bare payload, which is told apart.
#[test]
fn an_event_is_wrapped_or_bare() {
    let inner = json!({
        "_id": "e", "type": "auth.deleted", "created": "2016-04-20T16:51:12Z",
        "payload": { "resource": { "type": "auth", "id": "a" }, "data": {} },
    });
    let wrapped = event(&json!({ "event": inner }).to_string());
    assert_eq!(wrapped, event(&inner.to_string()));
    assert_eq!(written(&wrapped.wrapped())["event"]["type"], "auth.deleted", "wrapped is what we write");
    let payload = EventBody::decode(inner["payload"].to_string().as_bytes()).unwrap();
    assert!(matches!(payload, EventBody::BarePayload(_)));
}

/// Trap T18: a printed sample repeats members of the event. The last one counts, as in every generic reader.
#[test]
fn repeated_members_are_no_error() {
    let event = event(
        r#"{"event":{"_id":"first","__v":0,"type":"bill.update","clientId":"c1","_id":"last","type":"auth.deleted","clientId":"c2",
            "created":"2016-04-20T16:51:12Z","payload":{"resource":{"type":"auth","id":"a"},"data":{}}}}"#,
    );
    assert_eq!((event.id.as_str(), event.kind), ("last", EventType::AuthDeleted));
    assert_eq!(event.client_id.unwrap().as_str(), "c2");
}

/// Trap T19: the certificate of a key is a text in print, an array in the RFC.
#[test]
fn a_certificate_is_a_text_or_an_array() {
    for chain in [json!("AAAA"), json!(["AAAA", "BBBB"])] {
        let key = json!({ "kty": "RSA", "n": "yn8E", "e": "AQAB", "use": "enc", "kid": "k", "x5c": chain });
        assert_eq!(written(&read::<Jwk>(key.clone())), key, "kept as it came");
    }
}

/// Trap T20: auths, events and the legacy version name the parts of a hold differently, and none is always there.
#[test]
fn every_part_of_a_hold_may_be_missing() {
    let auth =
        |reason: Value| json!({ "data": [{ "_id": "a", "status": { "type": "hold" }, "reason": reason }] });
    let full = json!({ "userMessage": "Accept the terms.", "code": "account_issue_accept_toc" });
    for reason in
        [full, json!({}), json!({ "debugMessage": "legacy" }), json!({ "code": "account_issue_accept_toc" })]
    {
        let list: AuthList = read(auth(reason.clone()));
        assert!(list.data.rejected.is_empty(), "{reason}");
    }
    for hold in [json!({ "text": "Accept the terms.", "code": "account_issue_accept_toc" }), json!({})] {
        let event = event(
            &json!({ "event": {
                "_id": "e", "type": "auth.hold", "created": "2016-04-20T16:51:12Z",
                "payload": { "resource": { "type": "auth", "id": "a" }, "data": { "hold": hold } },
            } })
            .to_string(),
        );
        let EventData::AuthHold(data) = event.data else { panic!("a hold was not read") };
        let expected = hold.get("code").and_then(Value::as_str);
        let code = data.hold.and_then(|hold| hold.code);
        assert_eq!(code.as_ref().map(billwire_models::q2::HoldCode::as_str), expected);
    }
}

/// Trap T24: American Express stands under two names in the fees of one company.
#[test]
fn american_express_has_two_names_in_one_object() {
    let fee = json!({ "rate": 1.5, "percentage": false });
    let fees: Fees =
        read(json!({ "cards": { "american express": { "credit": fee }, "amex": { "debit": fee } } }));
    let cards = fees.cards.unwrap();
    assert_eq!(cards.len(), 2, "neither hides the other");
    assert!(cards["american express"].credit.is_some() && cards["amex"].debit.is_some());
}

/// Trap T25: a rate is a number in a company's fees and a text in an event.
#[test]
fn a_rate_is_a_number_or_a_text() {
    for rate in [json!(2.5), json!("2.50")] {
        let fees: CardFees = read(json!({ "credit": { "rate": rate, "percentage": true } }));
        let read_rate: Number = fees.credit.unwrap().rate.unwrap();
        assert_eq!(read_rate.value(), Money::from_cents(250).amount());
    }
}

/// Trap T26: an address is called `forgotUser` in one sample.
#[test]
fn forgot_username_has_two_names() {
    for name in ["forgotUsername", "forgotUser"] {
        let urls: CompanyUrls =
            read(json!({ "login": "https://example.com", name: "https://example.com/forgot" }));
        assert_eq!(written(&urls)["forgotUsername"], "https://example.com/forgot");
    }
}

/// Trap T27: a swap has no id while its status is `pending`, an old name of `in-progress`.
#[test]
fn a_swap_may_lack_its_id() {
    let list: SwapList = read(
        json!({ "data": [{ "status": { "type": "pending" } }, { "_id": "s", "status": { "type": "in-progress" } }] }),
    );
    let read: Vec<_> = list.data.iter().map(|swap| (swap.id.is_some(), swap.status.kind.clone())).collect();
    assert_eq!(read, [(false, SwapStatusType::Pending), (true, SwapStatusType::InProgress)]);
}

/// Trap T29: a payment method was `failed` where it is `declined` now, and `not-linked` where it is not there.
#[test]
fn a_payment_method_has_old_statuses() {
    let method =
        |status: &str| read::<PaymentMethod>(json!({ "_id": "p", "type": "card", "status": status }));
    for (status, is_declined, is_usable) in [
        ("verified", false, true),
        ("declined", true, false),
        ("failed", true, false),
        ("not-linked", false, false),
    ] {
        let method = method(status);
        assert_eq!(
            (method.status.is_declined(), method.status.is_usable()),
            (is_declined, is_usable),
            "{status}"
        );
    }
    assert_eq!(method("suspended").status, PaymentMethodStatus::from("suspended"), "a new one is kept");
}

/// Trap T34: `items` may be a text.
#[test]
fn items_may_be_a_text() {
    let body = |items: Value| json!({ "clientId": "c", "companyId": "co", "items": items, "form": { "username": "u" } });
    assert_eq!(written(&read::<CreateAuth>(body(json!("swap")))), body(json!(["swap"])));
}

/// Trap T36: in samples the client's id equals the id of the auth. Neither is derived from the other.
#[test]
fn the_client_and_the_resource_are_two_things() {
    let event = |client: Value| {
        let mut inner = json!({
            "_id": "e", "type": "auth.deleted", "created": "2016-04-20T16:51:12Z",
            "payload": { "resource": { "type": "auth", "id": "579b695decfa11012711875d" }, "data": {} },
        });
        inner["clientId"] = client;
        event(&json!({ "event": inner }).to_string())
    };
    let same = event(json!("579b695decfa11012711875d"));
    assert_eq!(same.client_id.unwrap().as_str(), same.resource.id.as_str());
    let other = event(json!("c"));
    assert_eq!(
        (other.client_id.unwrap().as_str(), other.resource.id.as_str()),
        ("c", "579b695decfa11012711875d")
    );
    assert_eq!(event(Value::Null).client_id, None, "an absent client is not made up");
}

/// A list that printed one element untidily has all of them.
#[test]
fn untidy_elements_stay_in_their_list() {
    let bill = |hidden: Value| json!({ "bill": { "_id": "b", "status": { "type": "paid" }, "hidden": hidden, "autopay ": "unknown" } });
    let list: BillList = read(json!({ "data": [bill(json!("false")), bill(json!(false))] }));
    assert_eq!((list.data.len(), list.data.rejected.len()), (2, 0));
}
