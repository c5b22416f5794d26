//! Reading what an event told of, when the service does not show it yet.

use std::time::Duration;

use billwire_models::operation::Safety;
use billwire_models::scalar;
use serde::de::DeserializeOwned;

use super::Client;
use super::scope::Scope;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{Error, ErrorKind};

/// The pauses before a resource that was not found is asked for again.
///
/// Source: BillerAPI description, section 6.9 "Dedupe, and 404 after a webhook" (inferred).
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
];

impl<S: Scope> Client<S> {
    /// Reads what an event told of: asks again after 1, 2, 4, 8 and 15 seconds while the answer is 404, then gives up with the
    /// last one. The reading may overtake the service's own copying.
    ///
    /// Before that, check that the event is of the environment that this client calls (`mode` or `environment` of the event):
    /// ids of one are not known in the other. Each attempt is a call of its own, with its own time limits and repetitions.
    ///
    /// ```
    /// use billwire_core::billerapi::{Client, calls};
    /// use billwire_core::Error;
    /// use billwire_models::billerapi::{Bill, BillId};
    ///
    /// async fn after_event(client: &Client, bill_id: &BillId) -> Result<Bill, Error> {
    ///     Ok(client.when_visible(calls::bill(bill_id)).await?.into_inner())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error`] as of every call; [`ErrorKind::NotFound`] after about half a minute; [`ErrorKind::InvalidRequest`] for a call
    /// that does more than read, unsent.
    ///
    /// Source: BillerAPI description, section 6.9 "Dedupe, and 404 after a webhook" (inferred).
    pub async fn when_visible<R: DeserializeOwned + scalar::Answer>(
        &self,
        call: Call<R>,
    ) -> Result<Answer<R>, Error> {
        if call.operation().safety != Safety::Read {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                "only a call that reads is made again and again",
            )
            .with_operation(call.operation())
            .with_advice("send the call with `Client::send`"));
        }
        for pause in PAUSES {
            match self.send(call.clone()).await {
                Err(error) if error.kind() == ErrorKind::NotFound => self.parts.link.clock.sleep(pause).await,
                result => return result,
            }
        }
        self.send(call).await
    }
}
