//! The `Retry-After` header in both forms of RFC 9110, section 10.2.3, a date also in the two obsolete forms that
//! section 5.6.7 still asks every recipient to read.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Reads a `Retry-After` value: seconds (`120`) or an HTTP date (`Wed, 21 Oct 2026 07:28:00 GMT`), the latter
/// measured from `now`.
///
/// A date in the past means no wait. Text that is neither form gives `None`, as does a value that is not ASCII.
#[must_use]
pub fn parse(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a u64 holds is still a wait, only an absurd one.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let moment = match rfc2822::parse(value) {
        Ok(moment) => moment.timestamp(),
        Err(_) => obsolete(value, now)?,
    };
    Some(Duration::try_from(moment.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`, both in UTC.
fn obsolete(value: &str, now: Timestamp) -> Option<Timestamp> {
    let in_utc = |civil: DateTime| TimeZone::UTC.to_timestamp(civil).ok();
    if let Ok(civil) = DateTime::strptime("%a %b %e %H:%M:%S %Y", value) {
        return in_utc(civil);
    }
    let civil = DateTime::strptime("%A, %d-%b-%y %H:%M:%S GMT", value).ok()?;
    // Two digits of a year that seem to lie more than 50 years ahead mean the century before.
    let latest = TimeZone::UTC.to_datetime(now).checked_add(50.years()).ok()?;
    in_utc(if civil > latest { civil.checked_sub(100.years()).ok()? } else { civil })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Option<u64>) {
        let now: Timestamp = "2026-10-21T07:28:00Z".parse().expect("a timestamp");
        assert_eq!(parse(value, now), expected.map(Duration::from_secs), "{value:?}");
    }

    #[test]
    fn seconds() {
        check("0", Some(0));
        check("120", Some(120));
        check(" 5 ", Some(5));
        check("99999999999999999999999999", Some(u64::MAX));
    }

    #[test]
    fn dates() {
        check("Wed, 21 Oct 2026 07:28:30 GMT", Some(30));
        check("Wed, 21 Oct 2026 07:28:00 GMT", Some(0));
        check("Wed, 21 Oct 2015 07:28:00 GMT", Some(0));
        check("Wednesday, 21-Oct-26 07:28:30 GMT", Some(30));
        check("Sunday, 06-Nov-94 08:49:37 GMT", Some(0));
        check("Wed Oct 21 07:28:30 2026", Some(30));
        check("Sun Nov  6 08:49:37 1994", Some(0));
    }

    #[test]
    fn neither_form() {
        for value in ["", "-1", "1.5", "soon", "2026-10-21T07:28:00Z", "Wed, 99 Oct 2026 07:28:30 GMT", "1 s"]
        {
            check(value, None);
        }
    }
}
