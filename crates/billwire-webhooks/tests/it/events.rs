//! Each documented form of an event, through the verifier.

use billwire_models::q2::{Event, EventData, EventType};
use billwire_webhooks::q2::testing::Service;
use billwire_webhooks::q2::{Policy, Verifier};
use serde_json::{Value, json};

use crate::support::{now, open, services};

fn event(kind: &str, data: &Value) -> Value {
    json!({
        "_id": "580e3e11dec21e861b5a3719", "type": kind, "created": "2016-04-20T16:51:12Z",
        "payload": {"resource": {"type": "bill", "id": "579b695decfa11012711875d"}, "data": data},
    })
}

fn opened(service: &Service, verifier: &Verifier, body: impl Into<Vec<u8>>) -> Event {
    let delivery = service.delivery(now()).with_body(body).build().unwrap();
    open(verifier, &delivery).unwrap().into_value()
}

#[track_caller]
fn check(body: impl Into<Vec<u8>>, expect: impl Fn(&Event) -> bool) {
    let body = body.into();
    for service in services() {
        let verifier = Verifier::new(service.policy().build().unwrap());
        let event = opened(&service, &verifier, body.clone());
        assert!(expect(&event), "{event:?}");
    }
}

#[test]
fn wrapped_and_bare() {
    let inner = event("bill.update", &json!({"bill": {"balance": {"current": "52.11"}}}));
    let is_update = |event: &Event| match &event.data {
        EventData::BillUpdate(data) => data.balance().unwrap().current.to_string() == "52.11",
        _ => false,
    };
    check(json!({"event": inner}).to_string(), is_update);
    check(inner.to_string(), is_update);
}

#[test]
fn repeated_members_as_in_the_printed_sample() {
    // Trap T18: six members stand twice, and the last ones count.
    let body = r#"{"event": {"_id": "5ce", "type": "x", "created": "2000-01-01T00:00:00Z", "clientId": "a",
        "_id": "5ceec9223b461830de21b024", "type": "swap.success", "created": "2019-05-29T18:02:10.804Z",
        "clientId": "5c7c01c11f915c41f89de856", "payload": {"resource": {"type": "swap", "id": "1"}, "data": {"clientId": "b",
        "clientId": "5c7c01c11f915c41f89de856"}}, "__v": 0}}"#;
    check(body, |event| {
        event.id.as_str() == "5ceec9223b461830de21b024"
            && event.kind.as_str() == "swap.success"
            && event.created.to_string() == "2019-05-29T18:02:10.804Z"
            && event.client_id.as_ref().is_some_and(|id| id.as_str() == "5c7c01c11f915c41f89de856")
            && matches!(&event.data, EventData::SwapSuccess(data) if data.client_id == event.client_id)
    });
}

#[test]
fn unknown_types_and_undecodable_data_pass_and_are_kept_whole() {
    check(json!({"event": event("bill.moon-phase", &json!({"phase": ["full"]}))}).to_string(), |event| {
        matches!(&event.kind, EventType::Unrecognized(_))
            && matches!(&event.data, EventData::Unrecognized(data) if data["phase"][0] == "full")
    });
    check(json!({"event": event("bill.update", &json!({"bill": 7}))}).to_string(), |event| {
        event.kind == EventType::BillUpdate
            && matches!(&event.data, EventData::Undecodable { data, .. } if data["bill"] == 7)
    });
}

#[test]
fn data_may_be_absent() {
    let mut inner = event("bill.moon-phase", &Value::Null);
    inner["payload"].as_object_mut().unwrap().remove("data");
    check(json!({"event": inner}).to_string(), |event| matches!(event.data, EventData::Unrecognized(_)));
}

#[test]
fn an_event_survives_the_round_trip_of_a_delivery() {
    let sent: Event = serde_json::from_value(event(
        "bill.created",
        &json!({"auth": {"_id": "1", "status": {"type": "verified"}}}),
    ))
    .unwrap();
    for service in services() {
        let policy = Policy::builder().with_signature(service.signature_check()).build().unwrap();
        let builder = service.delivery(now()).plain().with_event(&sent).unwrap();
        let received = open(&Verifier::new(policy), &builder.build().unwrap()).unwrap();
        assert_eq!(*received, sent);
    }
}
