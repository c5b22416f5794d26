//! Answers that are given again to the same idempotency key.
//!
//! Source: BillerAPI description, section 3.7 "Idempotency".

use std::collections::{BTreeMap, VecDeque};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::seed::Digest;

/// How long an answer is given again.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// The most answers, and the most bytes of them, that are kept: then the oldest go.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// The longest key.
pub(crate) const LONGEST_KEY: usize = 255;

/// The answers of the last 24 hours, oldest first in `order`.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Idempotency {
    answers: BTreeMap<String, Kept>,
    order: VecDeque<String>,
    #[serde(default)]
    bytes: usize,
}

/// An answer, and what had been asked.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept {
    at: Moment,
    asked: Digest,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Under what an answer is kept.
pub(crate) struct Place(String);

impl Place {
    /// Of a client, or of nobody.
    pub(crate) fn new(client: &str, method: &str, path: &str, key: &str) -> Self {
        Self([client, method, path, key].join("\n"))
    }
}

impl Kept {
    /// Whether this body had been sent.
    pub(crate) fn is_of(&self, body: &[u8]) -> bool {
        self.asked == digest(body)
    }
}

fn digest(body: &[u8]) -> Digest {
    let mut digest = Digest::new();
    digest.add(body);
    digest
}

impl Idempotency {
    /// The answer that was given before, if it is not older than 24 hours.
    pub(crate) fn find(&self, now: Moment, place: &Place) -> Option<&Kept> {
        self.answers.get(&place.0).filter(|kept| now <= kept.at.plus(LIFE))
    }

    /// Keeps an answer; only those of success are to be kept.
    pub(crate) fn keep(&mut self, now: Moment, place: Place, asked: &[u8], status: u16, body: &[u8]) {
        let Ok(body) = std::str::from_utf8(body) else { return };
        self.forget_old(now);
        self.remove(&place.0);
        let kept = Kept { at: now, asked: digest(asked), status, body: body.to_owned() };
        self.bytes += size(&place.0, &kept);
        self.order.push_back(place.0.clone());
        self.answers.insert(place.0, kept);
        while self.answers.len() > MOST || (self.bytes > MOST_BYTES && self.answers.len() > 1) {
            self.forget_oldest();
        }
    }

    fn forget_old(&mut self, now: Moment) {
        while self.oldest().is_some_and(|kept| now > kept.at.plus(LIFE)) {
            self.forget_oldest();
        }
    }

    fn oldest(&self) -> Option<&Kept> {
        self.answers.get(self.order.front()?)
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.order.pop_front()
            && let Some(kept) = self.answers.remove(&oldest)
        {
            self.bytes = self.bytes.saturating_sub(size(&oldest, &kept));
        }
    }

    fn remove(&mut self, place: &str) {
        if let Some(kept) = self.answers.remove(place) {
            self.bytes = self.bytes.saturating_sub(size(place, &kept));
            self.order.retain(|other| other != place);
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.answers.len()
    }
}

fn size(place: &str, kept: &Kept) -> usize {
    2 * place.len() + kept.body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Moment {
        "2026-03-02T12:00:00Z".parse().expect("an instant")
    }

    fn place(key: &str) -> Place {
        Place::new("client", "POST", "/bills/sync/trigger", key)
    }

    #[test]
    fn an_answer_is_kept_for_exactly_24_hours() {
        let mut kept = Idempotency::default();
        kept.keep(now(), place("a"), b"{}", 202, b"{\"id\":1}");
        let found = |at: Moment| kept.find(at, &place("a")).map(|kept| (kept.status, kept.body.clone()));
        assert_eq!(found(now().plus(LIFE)), Some((202, "{\"id\":1}".to_owned())));
        assert_eq!(found(now().plus(LIFE + SignedDuration::from_millis(1))), None);
        assert!(kept.find(now(), &place("b")).is_none());
        let other = Place::new("client", "POST", "/link/token/create", "a");
        assert!(kept.find(now(), &other).is_none());
        assert!(kept.find(now(), &Place::new("other", "POST", "/bills/sync/trigger", "a")).is_none());
    }

    #[test]
    fn the_store_stays_small() {
        let mut kept = Idempotency::default();
        for number in 0..MOST + 50 {
            kept.keep(now(), place(&number.to_string()), b"{}", 200, b"{}");
        }
        assert_eq!((kept.len(), kept.order.len()), (MOST, MOST));
        assert!(kept.find(now(), &place("49")).is_none() && kept.find(now(), &place("50")).is_some());
        let long = vec![b'x'; MOST_BYTES / 4];
        for number in 0..10 {
            kept.keep(now(), place(&format!("long {number}")), b"{}", 200, &long);
        }
        assert!(kept.len() <= 4 && kept.bytes <= MOST_BYTES, "{} {}", kept.len(), kept.bytes);
        kept.keep(now().plus(LIFE).plus(LIFE), place("late"), b"{}", 200, b"{}");
        assert_eq!(kept.len(), 1);
    }

    #[test]
    fn a_second_answer_under_one_key_replaces_the_expired_one() {
        let mut kept = Idempotency::default();
        kept.keep(now(), place("a"), b"one", 200, b"1");
        kept.keep(now().plus(LIFE), place("a"), b"two", 200, b"2");
        let found = kept.find(now().plus(LIFE), &place("a")).expect("kept");
        assert!(found.body == "2" && found.is_of(b"two") && !found.is_of(b"one"));
        assert_eq!((kept.len(), kept.order.len()), (1, 1));
    }
}
