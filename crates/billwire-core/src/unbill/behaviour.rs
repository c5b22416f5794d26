//! Methods that a description cannot express.

use billwire_models::unbill::{Acknowledgement, BillId, SchedulePayment};

use super::Client;
use crate::answer::Answer;
use crate::error::Error;

impl Client {
    /// Pays a bill **now**, with the payment method that is assigned to it or the client's default.
    ///
    /// Sends `POST /payment/schedule` without a day. For a day in the future make the request with
    /// [`SchedulePayment::pay_on`] and send it with [`Client::schedule_payment`]; then read the bill back with
    /// [`Client::bill`] and compare its pay date, because a day under a name that the service does not read would
    /// have been paid at once.
    ///
    /// Sent at most once, unless it is certain that nothing was sent. There is no call that takes a payment back.
    ///
    /// # Errors
    /// [`Error`]. When [`Error::may_have_taken_effect`] says `true`, read the bill back before asking again;
    /// otherwise the bill was not paid by this call.
    ///
    /// Source: Unbill v1 description, section 4.4.8 "POST /payment/schedule".
    pub async fn pay_now(&self, bill_id: &BillId) -> Result<Answer<Acknowledgement>, Error> {
        self.schedule_payment(&SchedulePayment::pay_now(bill_id.clone())).await
    }
}
