//! The way of a request through its fault: the same for every API.

use std::sync::Arc;
use std::time::Duration;

use http::Response;

use super::answer::{self, AnswerBody, Cut};
use super::held::{HeldRequest, Passed};
use super::{FaultMoment, HttpFault, HttpFaultKind};
use crate::api::Api;
use crate::api_error::ApiError;
use crate::front;
use crate::http_body::Answer;
use crate::request_log::{RequestFault, RequestRecord};
use crate::shared::Shared;

/// How long a request is held in real time at most, so that a forgotten one does not hold a program for ever.
const LONGEST_HOLD: Duration = Duration::from_mins(1);

/// What a handler made of a request.
pub(crate) struct Handled {
    pub(crate) answer: Answer,
    pub(crate) record: RequestRecord,
}

/// Handles a request, with the fault that was picked for it, and logs it.
///
/// `record` says what is known of the request so far; `handle` carries it out and completes it.
pub(crate) async fn answered(
    shared: &Arc<Shared>,
    api: &'static Api,
    fault: Option<HttpFault>,
    record: RequestRecord,
    handle: impl FnOnce(RequestRecord) -> Handled + Send + 'static,
) -> Result<Response<AnswerBody>, Cut> {
    let Some(fault) = fault else {
        let handled = handle(record);
        shared.engine().log_request(handled.record);
        return Ok(answer::whole(handled.answer));
    };
    let spoiled = Spoiled { shared: Arc::clone(shared), api, fault };
    if spoiled.fault.kind() == HttpFaultKind::Delay {
        // On its own: a client that hangs up does not undo what it asked for.
        let delayed = tokio::spawn(async move { spoiled.delayed(record, handle).await });
        return delayed.await.unwrap_or(Err(Cut));
    }
    spoiled.now(record, handle).await
}

struct Spoiled {
    shared: Arc<Shared>,
    api: &'static Api,
    fault: HttpFault,
}

impl Spoiled {
    async fn now(
        self,
        record: RequestRecord,
        handle: impl FnOnce(RequestRecord) -> Handled,
    ) -> Result<Response<AnswerBody>, Cut> {
        let now = record.at;
        let handled = match self.fault.when() {
            FaultMoment::AfterEffect => handle(record),
            FaultMoment::BeforeEffect => {
                let mut answer = answer::stand_in();
                front::mark(&mut answer, self.api, &record.request_id);
                Handled { answer, record }
            }
        };
        let error_body = |error: &ApiError| (self.api.error_body)(&self.shared, error);
        let outcome = answer::spoil(&self.fault, handled.answer, now, error_body).await;
        self.log(handled.record, &outcome);
        outcome
    }

    async fn delayed(
        self,
        record: RequestRecord,
        handle: impl FnOnce(RequestRecord) -> Handled,
    ) -> Result<Response<AnswerBody>, Cut> {
        let held = HeldRequest {
            request_id: record.request_id.clone(),
            api: self.api.name.to_owned(),
            operation: record.operation.clone(),
            until: self.fault.held_until(record.at),
        };
        // What belongs to a world that is gone is no part of the log of the next one.
        let (handled, passing) = match self.fault.when() {
            FaultMoment::AfterEffect => {
                let handled = handle(record);
                (handled, self.hold(held).await?)
            }
            FaultMoment::BeforeEffect => {
                let passing = self.hold(held).await?;
                (handle(record), passing)
            }
        };
        let outcome = Ok(answer::whole(handled.answer));
        self.log(handled.record, &outcome);
        // Whoever moves the clock goes on only now: effect and log are complete.
        drop(passing);
        outcome
    }

    /// Waits for the clock; what it returns is dropped when the request has had its effect. The error means that the
    /// sandbox the request came to is gone: it was reset.
    async fn hold(&self, held: HeldRequest) -> Result<Option<Passed>, Cut> {
        let request_id = held.request_id.clone();
        let released = self.shared.engine().held.hold(held);
        self.shared.held_changed.notify_waiters();
        // A running clock has one more thing to wait for.
        self.shared.changed.notify_one();
        match tokio::time::timeout(LONGEST_HOLD, released).await {
            Ok(Ok(passing)) => Ok(Some(passing)),
            Ok(Err(_)) => Err(Cut),
            Err(_) => {
                self.shared.engine().held.forget(&request_id);
                Ok(None)
            }
        }
    }

    /// Notes what the sandbox did and what the client saw.
    fn log(&self, mut record: RequestRecord, outcome: &Result<Response<AnswerBody>, Cut>) {
        let handled = record.status;
        record.fault = Some(RequestFault { kind: self.fault.kind(), when: self.fault.when(), handled });
        record.status = outcome.as_ref().ok().map(|answer| answer.status().as_u16());
        self.shared.engine().log_request(record);
    }
}
