//! The arithmetic of a group, played through with made-up callers, ways and pauses.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use super::Limit;
use super::group::{Group, Ticket, Turn};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn group(requests: u32) -> Group {
    Group::new(Some(Limit { requests, window: seconds(60) }))
}

#[test]
fn a_place_is_free_one_window_after_its_answer() {
    let mut group = group(1);
    let (first, second) = (group.enter(), group.enter());
    assert_eq!(group.turn(first, seconds(0)), Turn::Go);
    assert_eq!(group.turn(second, seconds(5)), Turn::Later, "the answer is still out");
    group.done(seconds(10));
    assert_eq!(group.turn(second, seconds(10)), Turn::At(seconds(70)));
    assert_eq!(group.turn(second, seconds(70)), Turn::Go);
}

#[test]
fn a_request_that_was_not_sent_does_not_count() {
    let mut group = group(1);
    let (first, second) = (group.enter(), group.enter());
    assert_eq!(group.turn(first, seconds(0)), Turn::Go);
    group.not_sent();
    assert_eq!(group.turn(second, seconds(0)), Turn::Go);
}

#[test]
fn nobody_overtakes() {
    let mut group = group(5);
    let (first, second) = (group.enter(), group.enter());
    assert_eq!(group.turn(second, seconds(0)), Turn::Later);
    group.leave(first);
    assert_eq!(group.turn(second, seconds(0)), Turn::Go);
}

#[test]
fn a_hold_stops_a_group_without_a_limit_too_and_never_gets_shorter() {
    let mut group = Group::new(None);
    group.hold(seconds(30));
    group.hold(seconds(20));
    let ticket = group.enter();
    assert_eq!(group.turn(ticket, seconds(29)), Turn::At(seconds(30)));
    assert_eq!(group.turn(ticket, seconds(30)), Turn::Go);
}

#[test]
fn the_earliest_turn_counts_those_before_and_whole_rounds() {
    let mut group = group(2);
    for _ in 0..2 {
        let ticket = group.enter();
        assert_eq!(group.turn(ticket, seconds(0)), Turn::Go);
    }
    group.done(seconds(4));
    let tickets: Vec<Ticket> = (0..5).map(|_| group.enter()).collect();
    let earliest: Vec<u64> =
        tickets.iter().map(|ticket| group.earliest(*ticket, seconds(10)).as_secs()).collect();
    assert_eq!(earliest, [64, 70, 124, 130, 184]);
    group.hold(seconds(100));
    assert_eq!(group.earliest(tickets[0], seconds(10)), seconds(100));
}

/// One caller of the play; times in milliseconds.
#[derive(Clone, Debug)]
struct Caller {
    arrives: u64,
    /// From being sent to being counted by the service.
    way: u64,
    /// From being counted to the answer being here.
    back: u64,
    sent: bool,
    /// How long it waits for its turn.
    patience: Option<u64>,
}

fn callers() -> impl Strategy<Value = Vec<Caller>> {
    let caller = (0..300_000_u64, 0..20_000_u64, 0..20_000_u64, 0..10_u8, 0..20_u8, 0..90_000_u64).prop_map(
        |(arrives, way, back, sent, patient, patience)| Caller {
            arrives,
            way,
            back,
            sent: sent > 0,
            patience: (patient == 0).then_some(patience),
        },
    );
    proptest::collection::vec(caller, 1..60)
}

/// What can happen, in the order in which things of the same moment happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Over(usize),
    Hold(u64),
    Arrive(usize),
    GiveUp(usize),
    Look,
}

/// What came of a play.
#[derive(Debug, Default)]
struct Outcome {
    /// Who went, and when.
    went: Vec<(usize, u64)>,
    given_up: usize,
    /// Times at which the service counted a request.
    counted: Vec<u64>,
    idle: bool,
}

fn play(limit: Limit, callers: &[Caller], holds: &[(u64, u64)]) -> Outcome {
    let mut group = Group::new(Some(limit));
    let mut outcome = Outcome::default();
    let mut tickets: Vec<Option<Ticket>> = vec![None; callers.len()];
    let mut agenda: BTreeSet<(u64, Step)> =
        callers.iter().enumerate().map(|(number, caller)| (caller.arrives, Step::Arrive(number))).collect();
    agenda.extend(holds.iter().map(|(at, length)| (*at, Step::Hold(at + length))));
    while let Some((now, step)) = agenda.pop_first() {
        let moment = Duration::from_millis(now);
        match step {
            Step::Over(number) if callers[number].sent => group.done(moment),
            Step::Over(_) => group.not_sent(),
            Step::Hold(until) => group.hold(Duration::from_millis(until)),
            Step::Arrive(number) => {
                tickets[number] = Some(group.enter());
                if let Some(patience) = callers[number].patience {
                    agenda.insert((now + patience, Step::GiveUp(number)));
                }
            }
            Step::GiveUp(number) => {
                if let Some(ticket) = tickets[number].take() {
                    group.leave(ticket);
                    outcome.given_up += 1;
                }
            }
            Step::Look => {}
        }
        while let Some(head) = group.head() {
            match group.turn(head, moment) {
                Turn::Go => {
                    let number =
                        tickets.iter().position(|ticket| *ticket == Some(head)).expect("a waiting caller");
                    tickets[number] = None;
                    outcome.went.push((number, now));
                    let caller = &callers[number];
                    if caller.sent {
                        outcome.counted.push(now + caller.way);
                    }
                    agenda.insert((now + caller.way + caller.back, Step::Over(number)));
                }
                Turn::At(later) => {
                    assert!(later > moment, "a wait has an end ahead");
                    let later = u64::try_from(later.as_millis()).expect("a short play");
                    agenda.insert((later, Step::Look));
                    break;
                }
                Turn::Later => break,
            }
        }
    }
    outcome.idle = group.is_idle();
    outcome.counted.sort_unstable();
    outcome
}

proptest! {
    #[test]
    fn no_window_of_the_service_ever_holds_more_than_the_limit(
        callers in callers(),
        requests in 1..6_u32,
        window in 1..90_u64,
        holds in proptest::collection::vec((0..300_000_u64, 0..120_000_u64), 0..4),
    ) {
        let limit = Limit { requests, window: seconds(window) };
        let outcome = play(limit, &callers, &holds);
        for span in outcome.counted.windows(requests as usize + 1) {
            prop_assert!(span[requests as usize] - span[0] >= window * 1000, "{span:?}");
        }
        for (number, at) in &outcome.went {
            let held = holds.iter().any(|(from, length)| *from <= *at && *at < from + length);
            prop_assert!(!held, "{number} went at {at}");
        }
    }

    #[test]
    fn everybody_goes_or_gives_up_and_in_the_order_of_asking(
        callers in callers(),
        requests in 1..6_u32,
        holds in proptest::collection::vec((0..300_000_u64, 0..120_000_u64), 0..4),
    ) {
        let outcome = play(Limit { requests, window: seconds(60) }, &callers, &holds);
        prop_assert!(outcome.idle);
        prop_assert_eq!(outcome.went.len() + outcome.given_up, callers.len());
        let asked: Vec<(u64, usize)> =
            outcome.went.iter().map(|(number, _)| (callers[*number].arrives, *number)).collect();
        prop_assert!(asked.is_sorted(), "{asked:?}");
    }

    #[test]
    fn the_earliest_turn_is_never_later_than_the_turn(
        queue in 1..40_usize,
        requests in 1..6_u32,
        answers in proptest::collection::vec(0..30_u64, 40),
    ) {
        let limit = Limit { requests, window: seconds(60) };
        let mut group = Group::new(Some(limit));
        let tickets: Vec<Ticket> = (0..queue).map(|_| group.enter()).collect();
        let promised: Vec<u64> =
            tickets.iter().map(|ticket| group.earliest(*ticket, seconds(0)).as_secs()).collect();
        let callers: Vec<Caller> = answers[..queue]
            .iter()
            .map(|answer| Caller { arrives: 0, way: 0, back: answer * 1000, sent: true, patience: None })
            .collect();
        for (number, at) in play(limit, &callers, &[]).went {
            prop_assert!(promised[number] * 1000 <= at, "{number}: {} <= {at}", promised[number]);
        }
        // With answers that take no time the promise is exact.
        let prompt: Vec<Caller> = callers.iter().map(|caller| Caller { back: 0, ..caller.clone() }).collect();
        for (number, at) in play(limit, &prompt, &[]).went {
            prop_assert_eq!(promised[number] * 1000, at);
        }
    }
}
