//! The queue on its own, with the pauses of Q2.

use serde_json::json;

use super::*;
use crate::q2::API;
use crate::webhook_sender;

fn now() -> Moment {
    "2026-03-02T12:00:00Z".parse().expect("an instant")
}

fn log(events: &[(&str, &str)]) -> EventLog {
    let mut log = EventLog::new();
    for (id, client) in events {
        add(&mut log, id, client, DeliveryState::Waiting);
    }
    log
}

fn add(log: &mut EventLog, id: &str, client: &str, delivery: DeliveryState) -> Option<LaneKey> {
    let event = NewEvent {
        id: id.to_owned(),
        kind: "bill.update",
        created: now(),
        client_id: IdText::new(client),
        sent_as: "bill.update".into(),
        body: json!({ "_id": id }).into(),
        overridden: false,
    };
    log.add(now(), &API, event, delivery)
}

fn attempt(log: &mut EventLog, status: u16) -> String {
    let Turn { at, record, .. } = log.next().expect("something to send");
    let id = record.id.clone();
    let error = (status >= 300).then(|| "refused".to_owned());
    let attempt = DeliveryAttempt { at, status: Some(status), error, fault: None };
    log.attempted(&id, attempt, webhook_sender::five_attempts);
    id
}

#[test]
fn a_failing_event_holds_back_its_own_client_only() {
    let mut log = log(&[("a1", "a"), ("a2", "a"), ("b1", "b")]);
    assert_eq!(attempt(&mut log, 500), "a1");
    assert_eq!(attempt(&mut log, 200), "b1", "the other client goes on");
    assert_eq!(log.next_due(), Some(now().plus(SignedDuration::from_secs(5))));
    assert_eq!(attempt(&mut log, 200), "a1", "the same event again, not the next one");
    assert_eq!(attempt(&mut log, 200), "a2");
    assert_eq!(log.next_due(), None);
}

#[test]
fn pauses_double_and_the_fifth_failure_is_the_last() {
    let mut log = log(&[("a1", "a"), ("a2", "a")]);
    let mut seconds = Vec::new();
    for _ in 0..5 {
        let due = log.next_due().expect("due").timestamp();
        seconds.push(due.duration_since(now().timestamp()).as_secs());
        assert_eq!(attempt(&mut log, 503), "a1");
    }
    assert_eq!(seconds, [0, 5, 15, 35, 75]);
    assert_eq!(log.find("a1").map(|record| record.delivery), Some(DeliveryState::GivenUp));
    assert_eq!(attempt(&mut log, 204), "a2", "the next one gets its turn");
    assert_eq!(log.find("a2").map(|record| record.delivery), Some(DeliveryState::Delivered));
}

#[test]
fn a_redelivery_waits_for_its_turn() {
    let mut log = log(&[("a1", "a"), ("a2", "a")]);
    attempt(&mut log, 200);
    assert!(log.redeliver(now(), "a1"));
    assert!(!log.redeliver(now(), "unknown"));
    assert_eq!(attempt(&mut log, 200), "a2");
    assert_eq!(attempt(&mut log, 200), "a1");
    assert_eq!(log.find("a1").map(|record| record.attempts.len()), Some(2));
}

/// What waits is kept, and keeps nothing else: however long, whatever comes after it, in memory and in a state.
#[test]
fn a_waiting_event_does_not_keep_later_ones() {
    let mut log = EventLog::new();
    for id in ["first", "second", "third"] {
        let lane = add(&mut log, id, id, DeliveryState::Waiting).expect("it waits");
        log.postpone(&lane, now().plus_days(400));
    }
    for number in 0..KEPT + 1000 {
        add(&mut log, &format!("{number:024}"), "somebody", DeliveryState::NotEnabled);
    }
    assert_eq!((log.kept(), log.count()), (KEPT + 3, u64::try_from(KEPT).expect("few") + 1003));
    let ids: Vec<String> = log.records().take(4).map(|record| record.id).collect();
    assert_eq!(ids, ["first", "second", "third", "000000000000000000001000"], "oldest first");
    assert_eq!(log.find("second").map(|record| record.event), Some(json!({ "_id": "second" })));
    let text = serde_json::to_string(&log).expect("JSON");
    let mut other: EventLog = serde_json::from_str(&text).expect("the same");
    assert_eq!(serde_json::to_string(&other).expect("JSON"), text);
    for log in [&mut log, &mut other] {
        assert_eq!(attempt(log, 500), "first");
        assert_eq!(attempt(log, 200), "second");
        assert_eq!((log.kept(), log.find("second").is_none()), (KEPT + 2, true), "it waits no longer");
        log.stop(&API);
        add(log, "last", "somebody", DeliveryState::NotEnabled);
        assert_eq!((log.kept(), log.find("first").is_none(), log.next_due()), (KEPT, true, None));
        assert_eq!(
            log.find("000000000000000000001002").map(|record| record.event["_id"].clone()),
            Some(json!("000000000000000000001002"))
        );
    }
}
