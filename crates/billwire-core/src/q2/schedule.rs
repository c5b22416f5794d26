//! Which members carry the day of a scheduled payment.

use std::borrow::Cow;

use billwire_models::operation::Operation;
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};

/// The two documented names of the day on which a scheduled payment is made.
///
/// Which of them the service reads is not known, and **without the one it reads it pays at once**. So both are sent,
/// with the same value, unless the service is known to refuse one of them. Read the bill back after scheduling and
/// compare its pay date.
///
/// Source: Q2 Biller Direct description, section 4.4.7 "`POST /payment/schedule`: schedule a payment".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayDateMembers {
    /// `payDate` and `date`.
    #[default]
    Both,
    /// `payDate` only.
    PayDateOnly,
    /// `date` only.
    DateOnly,
}

impl PayDateMembers {
    const fn dropped(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Both => None,
            Self::PayDateOnly => Some(("date", "payDate")),
            Self::DateOnly => Some(("payDate", "date")),
        }
    }

    /// The body of `operation` with the unwanted name removed. The day itself is never lost: when only the unwanted
    /// name is there, the body is refused.
    pub(super) fn apply(self, operation: &'static Operation, body: &Bytes) -> Result<Bytes, Error> {
        let Some((dropped, kept)) = self.dropped().filter(|_| operation.id == "schedulePayment") else {
            return Ok(body.clone());
        };
        let refused = |reason: Cow<'static, str>| {
            Error::new(ErrorKind::InvalidRequest, reason)
                .with_advice("make the request with SchedulePayment::pay_on or SchedulePayment::pay_now")
        };
        let mut members: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|_| refused("the schedule request is not a JSON object".into()))?;
        if members.remove(dropped).is_some() && !members.contains_key(kept) {
            return Err(refused(
                format!("the schedule request has no {kept}, so it would be paid at once").into(),
            ));
        }
        crate::call::body(&members).map(Bytes::from)
    }
}
