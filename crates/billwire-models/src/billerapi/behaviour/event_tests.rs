//! Tests of the three envelopes.

use super::*;
use crate::billerapi::{EventType, RequestToLinkStatus};

const E1: &str = r#"{"id":"evt_001","type":"request-to-link.created","created_at":"2026-04-01T10:00:00Z","client_id":"client_xyz","data":{"id":"rtl_abc123","client_user_id":"user_456","biller_id":"test_electric_company","status":"PENDING"}}"#;
const E2: &str = r#"{"event_type":"bill.created","event_id":"evt_abc123","timestamp":"2026-05-20T12:00:00Z","client_id":"client_xyz","mode":"sandbox","data":{"bill_id":"bill_456","account_link_id":"link_789","client_user_id":"user_123"}}"#;
const E3: &str = r#"{"id":"evt_01JV9Q0000000000000000TEST","object":"event","type":"bill.created","api_version":"2026-04-29","created":1779278400,"environment":"dev","data":{"object":{"id":"sandbox_bill_4242424242_1","object":"bill","user_id":"user_123","biller_id":"test_electric_company"}},"request":{"id":"req_1","idempotency_key":"key_1"}}"#;

/// Every type of event, with what the flat envelope calls the id of its resource.
const RESOURCE_KEYS: &[(&str, &str)] = &[
    ("bill.created", "bill_id"),
    ("bill.updated", "bill_id"),
    ("account-link.created", "account_link_id"),
    ("account-link.updated", "account_link_id"),
    ("request-to-link.created", "request_to_link_id"),
    ("request-to-link.updated", "request_to_link_id"),
    ("link.created", "link_id"),
    ("link.updated", "link_id"),
    ("link.completed", "link_id"),
];

fn body(text: &str) -> EventBody {
    EventBody::decode(text.as_bytes()).unwrap()
}

fn decoded(text: &str) -> (Event, Envelope) {
    match body(text) {
        EventBody::Event { event, envelope } => (*event, envelope),
        EventBody::UnknownEnvelope(_) => panic!("unknown envelope: {text}"),
    }
}

/// Contradiction C2 and checklist, client (10): three envelopes, one type; what an envelope lacks is `None`.
#[test]
fn the_oldest_envelope() {
    let (event, envelope) = decoded(E1);
    assert_eq!(envelope, Envelope::Oldest);
    assert_eq!(event.id.as_str(), "evt_001");
    assert_eq!(event.kind, EventType::RequestToLinkCreated);
    assert_eq!(event.occurred_at().unwrap().to_string(), "2026-04-01T10:00:00Z");
    assert_eq!(event.client_id.as_ref().unwrap().as_str(), "client_xyz");
    assert_eq!((&event.mode, &event.environment, &event.api_version), (&None, &None, &None));
    assert_eq!(event.request, None);
    assert_eq!(event.resource_id(), Some("rtl_abc123"));
    assert_eq!(event.client_user_id().unwrap().as_str(), "user_456");
    let EventData::RequestToLinkCreated(data) = &event.data else { panic!() };
    assert_eq!(data.status, Some(RequestToLinkStatus::Pending));
    let (key_client, key_event) = event.dedupe_key();
    assert_eq!((key_client.unwrap().as_str(), key_event.as_str()), ("client_xyz", "evt_001"));
}

/// Contradiction C2 and checklist, client (10): the flat envelope, with a key of its own for each kind of resource.
#[test]
fn the_flat_envelope() {
    let (event, envelope) = decoded(E2);
    assert_eq!(envelope, Envelope::Flat);
    assert_eq!((event.id.as_str(), event.created), ("evt_abc123", 1_779_278_400));
    assert_eq!(event.kind, EventType::BillCreated);
    assert_eq!(event.mode, Some(EventMode::Sandbox));
    assert_eq!((&event.environment, &event.api_version, &event.request), (&None, &None, &None));
    let EventData::BillCreated(data) = &event.data else { panic!() };
    assert_eq!(data.account_link_id.as_ref().unwrap().as_str(), "link_789");
    for (kind, key) in RESOURCE_KEYS {
        let text = format!(
            r#"{{"event_type":"{kind}","event_id":"e","timestamp":"2026-05-20T12:00:00.750+00:00","data":{{"{key}":"r","client_user_id":"u"}}}}"#
        );
        let (event, _) = decoded(&text);
        assert_eq!(event.kind.as_str(), *kind);
        assert_eq!(event.resource_id(), Some("r"), "{kind}");
        assert_eq!(event.client_user_id().unwrap().as_str(), "u", "{kind}");
        assert_eq!(event.data.kind(), Some(event.kind.clone()), "{kind}");
        assert_eq!(event.created, 1_779_278_400, "{kind}");
    }
}

/// Contradictions C2 and C16, checklist, client (10): the newest envelope, which calls the user `user_id`.
#[test]
fn the_newest_envelope() {
    let (event, envelope) = decoded(E3);
    assert_eq!(envelope, Envelope::Newest);
    assert_eq!(event.api_version.as_deref(), Some("2026-04-29"));
    assert_eq!(event.environment, Some(EventEnvironment::Dev));
    assert_eq!(event.client_id, None);
    assert_eq!(event.resource_id(), Some("sandbox_bill_4242424242_1"));
    assert_eq!(event.client_user_id().unwrap().as_str(), "user_123");
    let request = event.request.as_ref().unwrap();
    assert_eq!((request.id.as_deref(), request.idempotency_key.as_deref()), (Some("req_1"), Some("key_1")));
    // Without `object`, the object inside the data tells.
    assert_eq!(decoded(&E3.replace(r#""object":"event","#, "")).1, Envelope::Newest);
    // Contradiction C20: no rule connects the two dates.
    assert_eq!(decoded(&E3.replace("1779278400", "1714387200")).0.created, 1_714_387_200);
}

/// Section 6.2, tolerant decoding 4: the key of the resource counts in the flat envelope, also where the data does not
/// decode or has an `id` of another meaning.
#[test]
fn the_resource_is_found_whatever_else_is_odd() {
    for (kind, key) in RESOURCE_KEYS {
        for more in
            [r#""biller_id":7"#, r#""id":null"#, r#""id":"other""#, r#""id":5"#, r#""client_user_id":[]"#]
        {
            let text = format!(
                r#"{{"event_type":"{kind}","event_id":"e","timestamp":"2026-05-20T12:00:00Z","data":{{{more},"{key}":"r"}}}}"#
            );
            assert_eq!(decoded(&text).0.resource_id(), Some("r"), "{text}");
        }
    }
    // In the others `id` counts, whatever stands beside it.
    let beside = E3.replace(r#""object":"bill""#, r#""object":"bill","bill_id":"other""#);
    assert_eq!(decoded(&beside).0.resource_id(), Some("sandbox_bill_4242424242_1"));
    let unknown = E2.replace("bill.created", "biller.merged").replace("bill_id", "id");
    assert_eq!(decoded(&unknown).0.resource_id(), Some("bill_456"));
    let none = E2.replace(r#""bill_456""#, "[]");
    assert_eq!(decoded(&none).0.resource_id(), None, "nothing is made up");
}

/// Section 6.2, tolerant decoding 5: the first of `client_user_id` and `user_id`, in every envelope and of every type; the
/// other one is kept.
#[test]
fn of_two_ids_of_the_user_ours_counts_and_the_other_is_kept() {
    for (kind, _) in RESOURCE_KEYS.iter().chain(&[("biller.merged", "")]) {
        for data in [
            r#"{"id":"r","user_id":"usr_internal_77","client_user_id":"user_123"}"#,
            r#"{"id":"r","client_user_id":"user_123","user_id":"usr_internal_77"}"#,
        ] {
            for text in [
                format!(r#"{{"id":"e","type":"{kind}","created_at":"2026-05-20T12:00:00Z","data":{data}}}"#),
                format!(
                    r#"{{"event_id":"e","event_type":"{kind}","timestamp":"2026-05-20T12:00:00Z","data":{data}}}"#
                ),
                format!(
                    r#"{{"id":"e","object":"event","type":"{kind}","created":1,"data":{{"object":{data}}}}}"#
                ),
            ] {
                let (event, _) = decoded(&text);
                assert_eq!(event.client_user_id().unwrap().as_str(), "user_123", "{text}");
                let written = serde_json::to_value(&event).unwrap();
                assert_eq!(written["data"]["object"], serde_json::from_str::<Value>(data).unwrap(), "{text}");
            }
        }
    }
}

/// Contradiction C11: two members with words of their own; live is `production` or `prod`, and nothing else.
#[test]
fn whether_it_is_live() {
    let mode = |mode: &str| decoded(&E2.replace(r#""sandbox""#, mode)).0.is_live();
    assert_eq!(mode(r#""production""#), Some(true));
    assert_eq!(mode(r#""sandbox""#), Some(false));
    assert_eq!(mode(r#""development""#), Some(false));
    assert_eq!(mode("null"), None, "an internal cause");
    assert_eq!(mode(r#""prod""#), None, "not a word of this member");
    let environment = |environment: &str| decoded(&E3.replace(r#""dev""#, environment)).0.is_live();
    assert_eq!(environment(r#""prod""#), Some(true));
    assert_eq!(environment(r#""dev""#), Some(false));
    assert_eq!(environment(r#""staging""#), Some(false));
    assert_eq!(environment(r#""production""#), None, "not a word of this member");
    assert_eq!(decoded(E1).0.is_live(), None);
}

/// Checklist, client (8): unknown values and members survive or are skipped; unknown types and undecodable data are kept.
#[test]
fn nothing_unknown_is_lost() {
    for (text, kind) in [
        (E1.replace("request-to-link.created", "biller.merged"), "biller.merged"),
        (E2.replace("bill.created", "biller.merged"), "biller.merged"),
        (E3.replace("bill.created", "biller.merged"), "biller.merged"),
    ] {
        let (event, _) = decoded(&text);
        assert_eq!(event.kind.as_str(), kind);
        let EventData::Unrecognized(data) = &event.data else { panic!("{text}") };
        assert!(data.is_object());
        assert!(event.client_user_id().is_some(), "{text}");
    }
    let (event, _) = decoded(&E2.replace(r#""bill_456""#, r#"["bill_456"]"#));
    let EventData::Undecodable { data, problem } = &event.data else { panic!() };
    assert_eq!(data["bill_id"][0], "bill_456");
    assert!(!problem.contains("bill_456"), "{problem}");
    let (event, _) = decoded(&E2.replace(r#""mode":"sandbox""#, r#""mode":"qa","new":1"#));
    assert_eq!(event.mode.unwrap().as_str(), "qa");
}

#[test]
fn odd_envelopes_are_mended() {
    for (text, created) in [
        (E3.replace("1779278400", "1779278400.75"), 1_779_278_400),
        (E3.replace("1779278400", r#""1779278400""#), 1_779_278_400),
        (E3.replace("1779278400", r#""2026-05-20T12:00:00Z""#), 1_779_278_400),
        (E3.replace("1779278400", "null"), 0),
        (E2.replace("2026-05-20T12:00:00Z", "yesterday"), 0),
        (E1.replace(r#""client_xyz""#, "5"), 1_775_037_600),
        (E3.replace(r#"{"id":"req_1","idempotency_key":"key_1"}"#, "[]"), 1_779_278_400),
        (E3.replace(r#""dev""#, r#"{"name":"dev"}"#), 1_779_278_400),
    ] {
        let (event, _) = decoded(&text);
        assert_eq!(event.created, created, "{text}");
        assert_eq!(event.occurred_at().is_some(), created != 0);
        assert!(event.resource_id().is_some(), "{text}");
    }
    assert_eq!(decoded(&E1.replace(r#""client_xyz""#, "5")).0.client_id.unwrap().as_str(), "5");
}

/// An event is never lost: data that is not nested, or nested in something else, is kept whole.
#[test]
fn data_that_is_not_nested_is_kept() {
    let newest = |data: &str| {
        format!(r#"{{"object":"event","id":"e","type":"bill.created","created":1779278400,"data":{data}}}"#)
    };
    for data in [
        r#"{"id":"bill_1","user_id":"u"}"#,
        r#"{"id":"bill_1","object":"bill","user_id":"u"}"#,
        r#"{"id":"bill_1","object":null,"user_id":"u"}"#,
    ] {
        let (event, envelope) = decoded(&newest(data));
        assert_eq!(envelope, Envelope::Newest);
        assert_eq!(event.resource_id(), Some("bill_1"), "{data}");
        assert_eq!(event.client_user_id().unwrap().as_str(), "u", "{data}");
        assert_eq!(event.data.kind(), Some(EventType::BillCreated), "{data}");
        let (event, _) = decoded(&newest(data).replace("bill.created", "biller.merged"));
        let EventData::Unrecognized(kept) = &event.data else { panic!("{data}") };
        assert_eq!(kept, &serde_json::from_str::<Value>(data).unwrap());
    }
    for data in [r#""bill_1""#, "7", r#"["bill_1"]"#] {
        let (event, _) = decoded(&newest(data));
        let EventData::Undecodable { data: kept, .. } = &event.data else { panic!("{data}") };
        assert_eq!(kept, &serde_json::from_str::<Value>(data).unwrap());
        assert_eq!(decoded(&serde_json::to_string(&event).unwrap()).0, event, "{data}");
    }
}

/// What has the name that it has in the newest envelope is not lost in an older one, and what an `Event` writes is read
/// as the same event.
#[test]
fn an_older_envelope_with_newer_members_keeps_them() {
    let (event, envelope) =
        decoded(r#"{"id":"e","type":"bill.created","created":1779278400,"data":{"id":"b"}}"#);
    assert_eq!((envelope, event.created), (Envelope::Oldest, 1_779_278_400));
    let mixed = r#"{"event_type":"bill.created","id":"e","created":1779278400,"data":{"bill_id":"b"}}"#;
    let (event, envelope) = decoded(mixed);
    assert_eq!((envelope, event.id.as_str(), event.created), (Envelope::Flat, "e", 1_779_278_400));
    for (text, change) in [
        (E1, r#""data":null"#),
        (E1, r#""data":null,"mode":"production","environment":"prod","request":{"id":"r"}"#),
        (E2, r#""mode":"production","data":null"#),
        (E2, r#""mode":"production","data":{}"#),
        (E3, r#""mode":"production","data":null"#),
    ] {
        let start = text.split(r#""data""#).next().unwrap().replace(r#""mode":"sandbox","#, "");
        let (event, _) = decoded(&format!("{start}{change}}}"));
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(decoded(&written).0, event, "{written}");
        assert_eq!(event.is_live().is_some(), change.contains("production") || text == E3, "{written}");
        assert!(event.occurred_at().is_some(), "{written}");
    }
}

#[test]
fn what_is_no_event_says_why_without_quoting() {
    for (text, expected) in [
        (r#"{"object":"event","secret-text":1}"#, "`id` of the event is missing"),
        (r#"{"object":"event","id":"secret-text"}"#, "`type` of the event is missing"),
        (r#"{"event_type":"secret-text"}"#, "`event_id` of the event is missing"),
        (r#"{"event_type":5,"event_id":"secret-text"}"#, "`event_type` of the event is missing"),
        (r#"{"type":"secret-text","id":""}"#, "`id` of the event is empty"),
        (r#"{"event_type":"secret-text","event_id":""}"#, "`event_id` of the event is empty"),
        (r#"{"secret-text":1}"#, "unknown envelope"),
        ("[1]", "not an object"),
        ("", "not JSON"),
    ] {
        let error = EventBody::decode(text.as_bytes()).and_then(EventBody::into_event).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
        assert!(!format!("{error:?} {error}").contains("secret-text"), "{error:?}");
    }
}

#[test]
fn an_unknown_envelope_is_kept_and_not_shown() {
    let unknown = body(r#"{"specversion":"1.0","subject":"secret-text"}"#);
    let EventBody::UnknownEnvelope(members) = &unknown else { panic!() };
    assert_eq!(members["subject"], "secret-text");
    assert!(!format!("{unknown:?}").contains("secret-text"));
    assert!(!format!("{:?}", body(E2)).contains("1.0"));
}
