//! Paying now and paying on a day: two things that differ in one optional member on the wire.

use std::fmt;

use crate::scalar::Timestamp;
use crate::unbill::{BillId, SchedulePayment};

/// Under which name the day of payment is sent. The documents use two; which one the service reads is unknown.
///
/// Source: Unbill v1 description, section 4.4.8 "POST /payment/schedule".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayDateName {
    /// Both `payDate` and `date`, with the same value. A service that reads either gets it.
    #[default]
    Both,
    /// `payDate`, the name in the samples.
    PayDate,
    /// `date`, the name in the parameter table.
    Date,
}

impl SchedulePayment {
    /// Asks for payment on a day.
    ///
    /// Sends the day as `payDate` **and** as `date`: the documents use both names, and a day under the name that the
    /// service does not read would turn a scheduled payment into an immediate one. Afterwards read the bill back and
    /// compare its `pay_date`.
    ///
    /// ```
    /// use billwire_models::unbill::SchedulePayment;
    /// use billwire_models::scalar::Timestamp;
    ///
    /// let request = SchedulePayment::pay_on("566595c8ce88ccec69328566", Timestamp::parse("2018-10-25T00:00:00.000Z")?);
    /// assert_eq!(
    ///     serde_json::to_string(&request)?,
    ///     r#"{"billId":"566595c8ce88ccec69328566","payDate":"2018-10-25T00:00:00.000Z","date":"2018-10-25T00:00:00.000Z"}"#
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: Unbill v1 description, section 4.4.8 "POST /payment/schedule".
    #[must_use]
    pub fn pay_on(bill_id: impl Into<BillId>, day: impl Into<Timestamp>) -> Self {
        Self::pay_on_named(bill_id, day, PayDateName::Both)
    }

    /// As [`pay_on`](Self::pay_on), but sends the day only under the given name: for a service that is known to refuse
    /// the other. A client that is not configured to send one name only adds the other all the same.
    ///
    /// Source: Unbill v1 description, section 4.4.8 "POST /payment/schedule".
    #[must_use]
    pub fn pay_on_named(bill_id: impl Into<BillId>, day: impl Into<Timestamp>, name: PayDateName) -> Self {
        let day = day.into();
        let request = Self::new(bill_id.into());
        match name {
            PayDateName::Both => request.with_pay_date(day.clone()).with_date(day),
            PayDateName::PayDate => request.with_pay_date(day),
            PayDateName::Date => request.with_date(day),
        }
    }

    /// Asks for payment **now**. Sends no day, which is how the service is told so.
    ///
    /// ```
    /// use billwire_models::unbill::SchedulePayment;
    ///
    /// let request = SchedulePayment::pay_now("566595c8ce88ccec69328566");
    /// assert_eq!(serde_json::to_string(&request)?, r#"{"billId":"566595c8ce88ccec69328566"}"#);
    /// assert!(request.is_immediate());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: Unbill v1 description, section 4.4.8 "POST /payment/schedule".
    #[must_use]
    pub fn pay_now(bill_id: impl Into<BillId>) -> Self {
        Self::new(bill_id.into())
    }

    /// Whether it asks for payment now.
    #[must_use]
    pub fn is_immediate(&self) -> bool {
        self.pay_date.is_none() && self.date.is_none()
    }

    /// The day of payment it asks for, under whichever name; `None` for now.
    ///
    /// # Errors
    /// [`ConflictingDays`] if a request from elsewhere names two different moments. Refuse it: nobody knows which of them
    /// the service would read. The client refuses to send it.
    ///
    /// Source: Unbill v1 description, section 3 "Traps of this version", trap L11.
    pub fn day(&self) -> Result<Option<&Timestamp>, ConflictingDays> {
        match (&self.pay_date, &self.date) {
            (Some(pay_date), Some(date)) if pay_date != date => Err(ConflictingDays),
            (pay_date, date) => Ok(pay_date.as_ref().or(date.as_ref())),
        }
    }
}

/// A request to pay on two different days: one under `payDate`, one under `date`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConflictingDays;

impl fmt::Display for ConflictingDays {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(
            "the request has different days under `payDate` and `date`: make it with SchedulePayment::pay_on",
        )
    }
}

impl std::error::Error for ConflictingDays {}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Timestamp {
        Timestamp::parse("2018-10-25T00:00:00.000Z").unwrap()
    }

    /// Trap L11: the documents name the day in two ways, and without the one that is read the service pays now.
    #[test]
    fn a_day_is_sent_under_both_names() {
        let request = SchedulePayment::pay_on("b", day());
        assert_eq!((&request.pay_date, &request.date), (&Some(day()), &Some(day())));
        assert_eq!(request.day(), Ok(Some(&day())));
        assert!(!request.is_immediate());
    }

    #[test]
    fn two_different_days_are_no_day() {
        let read = |date: &str| -> SchedulePayment {
            let json =
                format!(r#"{{"billId": "b", "payDate": "2018-10-25T00:00:00.000Z", "date": "{date}"}}"#);
            serde_json::from_str(&json).unwrap()
        };
        assert_eq!(read("2018-10-26T00:00:00.000Z").day(), Err(ConflictingDays));
        assert!(!read("2018-10-26T00:00:00.000Z").is_immediate());
        assert_eq!(
            read("2018-10-25T02:00:00+02:00").day(),
            Ok(Some(&day())),
            "one moment, written in two ways"
        );
        assert!(ConflictingDays.to_string().contains("different days"));
    }

    #[test]
    fn one_name_can_be_chosen() {
        let request = SchedulePayment::pay_on_named("b", day(), PayDateName::PayDate);
        assert_eq!(
            serde_json::to_string(&request).unwrap(),
            r#"{"billId":"b","payDate":"2018-10-25T00:00:00.000Z"}"#
        );
        let request = SchedulePayment::pay_on_named("b", day(), PayDateName::Date);
        assert_eq!(
            serde_json::to_string(&request).unwrap(),
            r#"{"billId":"b","date":"2018-10-25T00:00:00.000Z"}"#
        );
        assert!(!request.is_immediate(), "the other name counts too");
        assert_eq!(PayDateName::default(), PayDateName::Both);
    }

    #[test]
    fn now_sends_no_day() {
        let request = SchedulePayment::pay_now("b");
        assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"billId":"b"}"#);
        assert!(request.is_immediate());
    }
}
