//! The names under which the day of a scheduled payment goes over the wire.
//!
//! Which of the two documented names the service reads is not known, and **without the one it reads it pays at once**.
//!
//! Source: Q2 Biller Direct description, section 4.4.7 "POST /payment/schedule: schedule a payment"; Unbill v1 description,
//! section 4.4.8 "POST /payment/schedule".

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};

const PAY_DATE: &str = "payDate";
const DATE: &str = "date";

/// The names under which the day is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Names {
    Both,
    PayDate,
    Date,
}

/// The body of a schedule request with the day under the wanted name only, or under both.
///
/// The day is never lost: a body that would lose it, or that names two different days, is refused.
pub(crate) fn apply(wanted: Names, body: &Bytes) -> Result<Bytes, Error> {
    let mut members: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| refused("the schedule request is not a JSON object"))?;
    for name in [PAY_DATE, DATE] {
        // A service may read an empty day like none at all.
        if members.get(name).is_some_and(|day| day.as_str().is_none_or(str::is_empty)) {
            return Err(refused(format!("`{name}` of the schedule request is not a day")));
        }
    }
    if let (Some(pay_date), Some(date)) = (members.get(PAY_DATE), members.get(DATE))
        && pay_date != date
    {
        return Err(refused("the schedule request has different days under `payDate` and `date`"));
    }
    let (dropped, kept) = match wanted {
        Names::PayDate => (DATE, PAY_DATE),
        Names::Date => (PAY_DATE, DATE),
        Names::Both => return under_both_names(members),
    };
    if members.remove(dropped).is_some() && !members.contains_key(kept) {
        return Err(refused(format!("the schedule request has no `{kept}`, so it would be paid at once")));
    }
    crate::call::body(&members).map(Bytes::from)
}

/// A day that came under one name only gets the other one too: nobody knows which of them the service reads.
fn under_both_names(mut members: Map<String, Value>) -> Result<Bytes, Error> {
    if let Some(day) = members.get(PAY_DATE).or_else(|| members.get(DATE)).cloned() {
        members.insert(PAY_DATE.to_owned(), day.clone());
        members.insert(DATE.to_owned(), day);
    }
    crate::call::body(&members).map(Bytes::from)
}

fn refused(reason: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidRequest, reason)
        .with_advice("make the request with SchedulePayment::pay_on or SchedulePayment::pay_now")
}
