//! A store of handled events: one suite that any store has to pass, and what is special about the one in memory.

use std::time::Duration;

use billwire_webhooks::{EventKey, HandledEvents, HandledInMemory, Turn};
use jiff::{SignedDuration, Timestamp};

fn noon() -> Timestamp {
    "2026-05-20T12:00:00Z".parse().unwrap()
}

fn later(duration: Duration) -> Timestamp {
    noon().checked_add(SignedDuration::try_from(duration).unwrap()).unwrap()
}

/// What every store promises.
async fn keeps_its_promises<S: HandledEvents>(store: S) {
    let event = EventKey::new("evt_1").of_client("client_1");
    assert_eq!(store.begin(&event, noon()).await.unwrap(), Turn::Yours);
    assert_eq!(store.begin(&event, noon()).await.unwrap(), Turn::SomebodyElses, "one turn at a time");
    store.give_up(&event).await.unwrap();
    assert_eq!(store.begin(&event, noon()).await.unwrap(), Turn::Yours, "what was not handled comes again");
    store.finish(&event, noon()).await.unwrap();
    assert_eq!(store.begin(&event, noon()).await.unwrap(), Turn::Handled);
    store.give_up(&event).await.unwrap();
    let in_a_week = later(Duration::from_hours(7 * 24 - 1));
    assert_eq!(store.begin(&event, in_a_week).await.unwrap(), Turn::Handled, "nobody undoes what was done");
    for other in
        [EventKey::new("evt_1"), EventKey::new("evt_1").of_client("client_2"), EventKey::new("evt_2")]
    {
        assert_eq!(store.begin(&other, in_a_week).await.unwrap(), Turn::Yours, "{other:?} is another event");
    }
}

#[tokio::test]
async fn the_store_in_memory_keeps_its_promises() {
    keeps_its_promises(HandledInMemory::new()).await;
}

#[tokio::test]
async fn a_turn_that_nobody_ended_ends_by_itself() {
    let store = HandledInMemory::new().with_turn(Duration::from_mins(1));
    let event = EventKey::new("evt_1");
    assert_eq!(store.begin(&event, noon()).await.unwrap(), Turn::Yours);
    assert_eq!(store.begin(&event, later(Duration::from_secs(59))).await.unwrap(), Turn::SomebodyElses);
    assert_eq!(store.begin(&event, later(Duration::from_mins(1))).await.unwrap(), Turn::Yours);
    // A clock that was set back lets no turn end.
    assert_eq!(store.begin(&event, noon()).await.unwrap(), Turn::SomebodyElses);
}

#[tokio::test]
async fn memory_is_bounded_by_time_and_number_and_the_oldest_go_first() {
    let store = HandledInMemory::new().with_capacity(2).with_memory(Duration::from_hours(1));
    let events: Vec<EventKey> = (0..4).map(|number| EventKey::new(format!("evt_{number}"))).collect();
    // A turn that is taken is not forgotten, however many events come after it.
    assert_eq!(store.begin(&events[0], noon()).await.unwrap(), Turn::Yours);
    for event in &events[1..] {
        assert_eq!(store.begin(event, noon()).await.unwrap(), Turn::Yours);
        store.finish(event, noon()).await.unwrap();
    }
    let known = async |event: &EventKey, now| {
        let turn = store.begin(event, now).await.unwrap();
        if turn == Turn::Yours {
            store.give_up(event).await.unwrap();
        }
        turn
    };
    assert_eq!(known(&events[0], noon()).await, Turn::SomebodyElses);
    assert_eq!(known(&events[1], noon()).await, Turn::Yours, "the oldest is forgotten");
    assert_eq!(known(&events[2], noon()).await, Turn::Handled);
    assert_eq!(known(&events[3], later(Duration::from_mins(59))).await, Turn::Handled);
    assert_eq!(known(&events[3], later(Duration::from_hours(1))).await, Turn::Yours, "its time is over");
}

#[test]
fn of_many_that_ask_at_once_one_gets_the_turn() {
    let store = HandledInMemory::new();
    let event = EventKey::new("evt_1");
    let ask = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(store.begin(&event, noon())).unwrap()
    };
    let turns: Vec<Turn> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(turns.iter().filter(|turn| **turn == Turn::Yours).count(), 1, "{turns:?}");
    assert!(turns.iter().all(|turn| matches!(turn, Turn::Yours | Turn::SomebodyElses)));
}

#[test]
fn the_key_of_an_event_is_its_id_and_its_client() {
    use billwire_models::billerapi::behaviour::EventBody;

    let flat = r#"{"event_type":"bill.created","event_id":"evt_abc123","timestamp":"2026-05-20T12:00:00Z","client_id":"client_xyz","data":{"bill_id":"bill_456"}}"#;
    let event = EventBody::decode(flat.as_bytes()).unwrap().into_event().unwrap();
    let key = EventKey::from(&event);
    assert_eq!((key.client_id(), key.event_id()), (Some("client_xyz"), "evt_abc123"));
    assert_eq!(key, EventKey::new("evt_abc123").of_client("client_xyz"));
}
