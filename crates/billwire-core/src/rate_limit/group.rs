//! One group's count and queue: what happened so far and what time it is, in; who may go, or when, out.
//!
//! A request takes its place from the moment it is sent until one window after its answer came. The service counts it
//! somewhere between the two, so two requests that share a place are counted at least a window apart: no fixed and no
//! sliding window of the service can hold more than the limit. Times are monotonic readings.

use std::collections::VecDeque;
use std::time::Duration;

use super::Limit;

/// Who may go when.
#[derive(Debug, Default)]
pub(super) struct Group {
    limit: Option<Limit>,
    /// Requests that are on their way.
    in_flight: usize,
    /// When the others that still count were over, oldest first.
    over: VecDeque<Duration>,
    /// Before this nobody goes, because the service asked for it.
    held_until: Duration,
    /// Who waits, in the order of asking.
    queue: VecDeque<Ticket>,
    next_ticket: u64,
}

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ticket(u64);

/// The answer to "may I go?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Yes; the place is taken.
    Go,
    /// Ask again at this time, or when something changes.
    At(Duration),
    /// Ask again when something changes: others come first, or all places are on their way.
    Later,
}

impl Group {
    pub(super) fn new(limit: Option<Limit>) -> Self {
        Self { limit, ..Self::default() }
    }

    pub(super) const fn limit(&self) -> Option<Limit> {
        self.limit
    }

    /// Stands at the end of the queue.
    pub(super) fn enter(&mut self) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket = self.next_ticket.wrapping_add(1);
        self.queue.push_back(ticket);
        ticket
    }

    /// Gives up waiting. Nothing happens to a ticket that already went.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        self.queue.retain(|other| *other != ticket);
    }

    /// Who is first in the queue.
    pub(super) fn head(&self) -> Option<Ticket> {
        self.queue.front().copied()
    }

    /// Whether `ticket` may go at `now`; if so it is off the queue and on its way.
    pub(super) fn turn(&mut self, ticket: Ticket, now: Duration) -> Turn {
        if self.head() != Some(ticket) {
            return Turn::Later;
        }
        if now < self.held_until {
            return Turn::At(self.held_until);
        }
        self.forget_before(now);
        if let Some(limit) = self.limit
            && self.taken() >= limit.places()
        {
            return self.over.front().map_or(Turn::Later, |over| Turn::At(over.saturating_add(limit.window)));
        }
        self.queue.pop_front();
        self.in_flight += 1;
        Turn::Go
    }

    /// A request was answered at `now`, or will never be: it counts for one more window.
    pub(super) fn done(&mut self, now: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if self.limit.is_some() {
            // Two that end together may report out of order.
            let latest = self.over.back().copied().unwrap_or_default();
            self.over.push_back(now.max(latest));
        }
    }

    /// A request never left: it does not count.
    pub(super) fn not_sent(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Nobody goes before `until`. An earlier hold that lasts longer stays.
    pub(super) fn hold(&mut self, until: Duration) {
        self.held_until = self.held_until.max(until);
    }

    /// The earliest time at which `ticket` can go, if all before it go as soon as they can and every request on its way
    /// is answered at once. It cannot be sooner as long as nobody gives up or turns out not to have been sent.
    pub(super) fn earliest(&mut self, ticket: Ticket, now: Duration) -> Duration {
        self.forget_before(now);
        let start = now.max(self.held_until);
        let Some(limit) = self.limit else { return start };
        let before = self.queue.iter().take_while(|other| **other != ticket).count();
        let free = limit.places().saturating_sub(self.taken());
        let Some(nth) = before.checked_sub(free) else { return start };
        // Every place comes free once before any comes free twice.
        let (rounds, nth) = (nth / limit.places(), nth % limit.places());
        let over = self.over.get(nth).copied().unwrap_or(now);
        let first = over.saturating_add(limit.window).max(start);
        let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
        first.saturating_add(limit.window.saturating_mul(rounds))
    }

    /// Whether nothing is left that would have to be remembered.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight == 0 && self.queue.is_empty()
    }

    fn taken(&self) -> usize {
        self.in_flight + self.over.len()
    }

    fn forget_before(&mut self, now: Duration) {
        let Some(limit) = self.limit else { return };
        while self.over.front().is_some_and(|over| over.saturating_add(limit.window) <= now) {
            self.over.pop_front();
        }
    }
}

impl Limit {
    fn places(self) -> usize {
        usize::try_from(self.requests).unwrap_or(usize::MAX)
    }
}
