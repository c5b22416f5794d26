//! Tests of the forms of a webhook body.

use super::*;
use crate::q2::{EventData, EventType};
use crate::scalar::Zone;

const BARE: &str = r#"{"_id": "580e3e11dec21e861b5a3719", "type": "bill.created", "created": "2016-04-20T16:51:12Z",
    "payload": {"resource": {"type": "bill", "id": "579b695decfa11012711875d"}, "data": {}}}"#;

fn decoded(text: &str) -> Event {
    EventBody::decode(text.as_bytes()).unwrap().into_event().unwrap()
}

#[track_caller]
fn refused(text: &str, is_json: bool, expected: &str) {
    let error = EventBody::decode(text.as_bytes()).and_then(EventBody::into_event).unwrap_err();
    assert_eq!(error.is_json(), is_json);
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn wrapped_and_bare_events_are_the_same() {
    let bare = decoded(BARE);
    assert_eq!(decoded(&format!(r#"{{"event": {BARE}}}"#)), bare);
    assert_eq!(decoded(&format!("\n {{\"type\": 5, \"event\": {BARE}, \"payload\": null}} ")), bare);
    assert_eq!(bare.kind, EventType::BillCreated);
}

#[test]
fn a_wrapper_that_is_no_object_is_not_a_wrapper() {
    let with_text = BARE.replacen('{', r#"{"event": "bill.created", "#, 1);
    assert_eq!(decoded(&with_text), decoded(BARE));
    refused(r#"{"event": "bill.created"}"#, true, "none of the documented forms");
}

#[test]
fn the_last_of_repeated_members_counts_at_every_level() {
    let inner = BARE.replacen(
        r#"{"_id": "580e3e11dec21e861b5a3719","#,
        r#"{"_id": "a", "type": "auth.failed", "_id": "b","#,
        1,
    );
    let twice = format!(r#"{{"event": {{"_id": "first"}}, "event": {inner}, "__v": 0}}"#);
    let event = decoded(&twice);
    assert_eq!(event.id.as_str(), "b");
    assert_eq!(event.kind, EventType::BillCreated);
}

#[test]
fn cancelled_may_be_spelt_with_one_l() {
    // Trap T10: read either way, written with two.
    let event = decoded(&BARE.replace("bill.created", "bill.payment.canceled"));
    assert_eq!(event.kind, EventType::BillPaymentCancelled);
    assert!(matches!(event.data, EventData::BillPaymentCancelled(_)));
    assert_eq!(serde_json::to_value(&event).unwrap()["type"], "bill.payment.cancelled");
}

#[test]
fn unknown_types_and_undecodable_data_are_kept_whole() {
    let unknown =
        BARE.replace("bill.created", "swap.moved").replace(r#""data": {}"#, r#""data": {"a": [1]}"#);
    let event = decoded(&unknown);
    assert!(matches!(&event.data, EventData::Unrecognized(data) if data["a"][0] == 1));
    assert_eq!(serde_json::to_value(&event).unwrap(), serde_json::from_str::<Value>(&unknown).unwrap());

    let odd = BARE.replace(r#""data": {}"#, r#""data": {"auth": 7}"#);
    let event = decoded(&odd);
    assert!(matches!(&event.data, EventData::Undecodable { data, .. } if data["auth"] == 7));
    assert_eq!(serde_json::to_value(&event).unwrap(), serde_json::from_str::<Value>(&odd).unwrap());
}

#[test]
fn a_bare_payload_is_told_apart() {
    let text = r#"{"resource": {"type": "client", "id": "1"}, "data": {"method": "prompt"}}"#;
    let body = EventBody::decode(text.as_bytes()).unwrap();
    assert!(matches!(&body, EventBody::BarePayload(payload) if payload.data["method"] == "prompt"));
    assert!(!format!("{body:?}").contains("prompt"), "{body:?}");
    refused(text, true, "bare payload");
    refused(r#"{"resource": 5, "data": {}}"#, true, "`resource`");
}

#[test]
fn what_is_wrong_is_named_and_not_quoted() {
    refused("", false, "not JSON");
    refused("{\"event\": ", false, "line 1, column 10");
    refused(&"[".repeat(200), false, "nested too deeply");
    refused("[]", true, "not an object");
    refused("7", true, "not an object");
    refused("{}", true, "none of the documented forms");
    refused(r#"{"event": {}}"#, true, "`_id`");
    refused(&BARE.replace("\"_id\"", "\"id\""), true, "`_id`");
    refused(&BARE.replace("580e3e11dec21e861b5a3719", ""), true, "`_id` of the event is empty");
    refused(&BARE.replace("\"bill.created\"", "null"), true, "`type`");
    refused(&BARE.replace("\"bill.created\"", "5"), true, "`type`");
    refused(&BARE.replace("\"580e3e11dec21e861b5a3719\"", "5"), true, "`_id`");
    let error = EventBody::decode(b"{\"\xff\": 1}").unwrap_err();
    assert_eq!(error.to_string(), "the body is not UTF-8");
    assert!(!error.is_json());
}

#[test]
fn an_event_is_not_lost_because_its_envelope_is_odd() {
    for (from, to) in [
        ("\"created\"", "\"made\""),
        ("2016-04-20T16:51:12Z", "Monday"),
        ("\"2016-04-20T16:51:12Z\"", "1461171072"),
        ("\"2016-04-20T16:51:12Z\"", "null"),
        ("\"2016-04-20T16:51:12Z\"", "{\"date\": 1}"),
    ] {
        let event = decoded(&BARE.replace(from, to));
        assert_eq!(event.created.zone(), Zone::Unreadable, "{to}");
        assert_eq!(event.created.instant_assuming_utc(), None, "{to}");
        assert_eq!((&event.resource, &event.data), (&decoded(BARE).resource, &decoded(BARE).data), "{to}");
    }
    let resource = r#"{"type": "bill", "id": "579b695decfa11012711875d"}"#;
    for (to, kind, id) in [
        (r#"{"type": "bill"}"#, "bill", ""),
        (r#"{"id": 17}"#, "", "17"),
        (r#"{"type": null, "id": []}"#, "", ""),
        ("null", "", ""),
        ("\"bill\"", "", ""),
    ] {
        let event = decoded(&BARE.replace(resource, to));
        assert_eq!((event.resource.kind.as_str(), event.resource.id.as_str()), (kind, id), "{to}");
        assert_eq!((&event.created, &event.data), (&decoded(BARE).created, &decoded(BARE).data), "{to}");
    }
    let resource = r#"{"resource": {"type": "bill", "id": "b"}, "phase": "full"}"#;
    for (payload, kept) in [
        ("{}", "null"),
        ("null", "null"),
        ("[]", "[]"),
        ("7", "7"),
        (r#"{"phase": "full"}"#, r#"{"phase": "full"}"#),
        (resource, r#"{"phase": "full"}"#),
    ] {
        let event = decoded(&format!(
            r#"{{"event": {{"_id": "a", "type": "bill.moon-phase", "payload": {payload}}}}}"#
        ));
        let kept = serde_json::from_str(kept).unwrap();
        assert_eq!(event.data, EventData::Unrecognized(kept), "{payload}");
        assert_eq!(event.resource.id.as_str(), if payload == resource { "b" } else { "" });
    }
    let event = decoded(&BARE.replacen(
        '{',
        r#"{"clientId": 5, "partnerId": [1], "identifier": 90071992547409931, "sessionId": {},"#,
        1,
    ));
    assert_eq!(event.client_id.unwrap().as_str(), "5");
    assert_eq!(event.identifier.as_deref(), Some("90071992547409931"));
    assert_eq!((event.partner_id, event.session_id), (None, None));
    assert_eq!(event.created, decoded(BARE).created);
    let rounded = BARE.replacen('{', r#"{"identifier": 123456789012345678901234567890,"#, 1);
    assert_eq!(decoded(&rounded).identifier, None, "a number that was rounded is no identifier");
}

#[test]
fn data_that_is_missing_or_null_is_no_reason_to_refuse() {
    for (from, to) in [(r#", "data": {}"#, ""), (r#""data": {}"#, r#""data": null"#)] {
        let event = decoded(&BARE.replace(from, to));
        assert_eq!(event.kind, EventType::BillCreated);
        assert!(matches!(&event.data, EventData::Undecodable { data: Value::Null, .. }), "{event:?}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(decoded(&format!("\u{feff}{BARE}")), decoded(BARE));
}
