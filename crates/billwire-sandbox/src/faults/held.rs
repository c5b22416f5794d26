//! Requests that wait for the clock because of a delay. They live as long as their connection, so they are no part of
//! the written state.

use serde::Serialize;
use tokio::sync::oneshot;

use crate::moment::Moment;

/// A request that waits for the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HeldRequest {
    /// The `request-id` its answer will carry.
    pub request_id: String,
    /// The API it was sent to.
    pub api: String,
    /// Its operation, if its path belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// When it goes on, on the virtual clock.
    pub until: Moment,
}

/// A request to let go on, and where it says that it has had its effect.
pub(crate) struct Held {
    pub(crate) shown: HeldRequest,
    release: oneshot::Sender<Passed>,
}

/// Dropped when the request has had its effect.
pub(crate) type Passed = oneshot::Sender<()>;

impl Held {
    /// One line for a report.
    pub(crate) fn describe(&self) -> String {
        let HeldRequest { request_id, operation, .. } = &self.shown;
        format!("held request {request_id} ({}) went on", operation.as_deref().unwrap_or("no operation"))
    }

    /// Lets the request go on; returns when it has had its effect, or has gone.
    pub(crate) async fn pass(self) {
        let (passed, has_passed) = oneshot::channel();
        if self.release.send(passed).is_ok() {
            // An error is the usual end: the request drops its side when it is through.
            drop(has_passed.await);
        }
    }
}

#[derive(Default)]
pub(crate) struct HeldRequests {
    waiting: Vec<Held>,
}

impl HeldRequests {
    /// Holds a request; the receiver hears when it may go on, or fails if the sandbox was reset.
    pub(crate) fn hold(&mut self, shown: HeldRequest) -> oneshot::Receiver<Passed> {
        let (release, released) = oneshot::channel();
        let later = self.waiting.iter().position(|held| held.shown.until > shown.until);
        self.waiting.insert(later.unwrap_or(self.waiting.len()), Held { shown, release });
        released
    }

    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.waiting.first().map(|held| held.shown.until)
    }

    /// The first one that may go on at `until`.
    pub(crate) fn pop_due(&mut self, until: Moment) -> Option<Held> {
        self.next_due().filter(|due| *due <= until)?;
        Some(self.waiting.remove(0))
    }

    /// Every one may go on now.
    pub(crate) fn release_at(&mut self, now: Moment) {
        for held in &mut self.waiting {
            held.shown.until = held.shown.until.min(now);
        }
    }

    /// Forgets one that does not wait any more.
    pub(crate) fn forget(&mut self, request_id: &str) {
        self.waiting.retain(|held| held.shown.request_id != request_id);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn count(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn shown(&self) -> Vec<HeldRequest> {
        self.waiting.iter().map(|held| held.shown.clone()).collect()
    }
}
