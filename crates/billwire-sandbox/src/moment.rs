//! Instants of the virtual clock: UTC, whole milliseconds, printed as the API prints them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, ErrorKind};
use crate::json_text::Plain;

/// An instant of the sandbox's virtual clock, in whole milliseconds.
///
/// Prints as RFC 3339 in UTC with three decimals (`2026-03-02T12:00:00.000Z`), which is also its JSON form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl Moment {
    /// The instant `timestamp`, cut to whole milliseconds.
    pub fn new(timestamp: Timestamp) -> Self {
        Self(Timestamp::from_millisecond(timestamp.as_millisecond()).unwrap_or(timestamp))
    }

    /// The same instant as a `jiff` timestamp.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// This instant, `duration` later (earlier if negative); stops at the ends of the calendar.
    #[must_use]
    pub fn plus(self, duration: SignedDuration) -> Self {
        self.0.saturating_add(duration).map_or(self, Self::new)
    }

    /// This instant, `days` days of 24 hours later (earlier if negative).
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus(SignedDuration::from_hours(24 * days))
    }

    /// The calendar day in UTC.
    pub(crate) fn day(self) -> Date {
        Offset::UTC.to_datetime(self.0).date()
    }

    /// The first instant of the next calendar day in UTC.
    pub(crate) fn end_of_day(self) -> Self {
        Self::midnight(self.day()).plus_days(1)
    }

    /// The first instant of `day` in UTC.
    pub(crate) fn midnight(day: Date) -> Self {
        Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_or(Self(Timestamp::UNIX_EPOCH), Self::new)
    }

    /// This instant moved by an ISO 8601 duration such as `P10D`, `PT30S` or `P1M` (calendar arithmetic in UTC).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the text is no ISO 8601 duration or leads out of the calendar.
    pub(crate) fn plus_iso(self, duration: &str) -> Result<Self, Error> {
        let span: Span = duration.parse().map_err(|_| {
            Error::new(
                ErrorKind::InvalidInput,
                format!("\"{duration}\" is not an ISO 8601 duration; give one such as \"PT30S\", \"PT1H\" or \"P10D\""),
            )
        })?;
        let moved = self.0.to_zoned(TimeZone::UTC).checked_add(span).map_err(|_| {
            Error::new(
                ErrorKind::InvalidInput,
                format!("\"{duration}\" leads out of the calendar; give a shorter one"),
            )
        })?;
        Ok(Self::new(moved.timestamp()))
    }
}

impl FromStr for Moment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self::new).map_err(|_| {
            Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "\"{text}\" is not an RFC 3339 instant; give one such as \"2026-03-02T12:00:00.000Z\""
                ),
            )
        })
    }
}

impl Moment {
    /// As it prints, for the years that have four digits. A year of a population prints millions of instants, and the
    /// general way takes ten times as long.
    fn printed(self) -> Option<[u8; 24]> {
        let civil = Offset::UTC.to_datetime(self.0);
        let year = u16::try_from(civil.year()).ok().filter(|year| *year <= 9999)?;
        let part = |number: i8| number.unsigned_abs();
        let milliseconds = civil.subsec_nanosecond().unsigned_abs() / 1_000_000;
        let mut text = *b"0000-00-00T00:00:00.000Z";
        push_digits(&mut text[0..4], year.into());
        push_digits(&mut text[5..7], part(civil.month()).into());
        push_digits(&mut text[8..10], part(civil.day()).into());
        push_digits(&mut text[11..13], part(civil.hour()).into());
        push_digits(&mut text[14..16], part(civil.minute()).into());
        push_digits(&mut text[17..19], part(civil.second()).into());
        push_digits(&mut text[20..23], milliseconds);
        Some(text)
    }
}

/// The last digits of `number`, as many as there are places.
fn push_digits(places: &mut [u8], mut number: u32) {
    for place in places.iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

impl Plain for Moment {
    fn push_to(self, text: &mut String) {
        match self.printed() {
            Some(printed) => text.push_str(std::str::from_utf8(&printed).unwrap_or_default()),
            None => text.push_str(&self.to_string()),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.printed() {
            Some(printed) => formatter.write_str(std::str::from_utf8(&printed).unwrap_or_default()),
            None => write!(formatter, "{:.3}", self.0),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        text.parse().expect("an instant")
    }

    #[track_caller]
    fn check_moved(from: &str, duration: &str, expected: &str) {
        assert_eq!(moment(from).plus_iso(duration).expect("a duration").to_string(), expected);
    }

    #[test]
    fn prints_three_decimals_and_cuts_the_rest() {
        assert_eq!(moment("2026-03-02T12:00:00Z").to_string(), "2026-03-02T12:00:00.000Z");
        assert_eq!(moment("2026-03-02T14:00:00.9876+02:00").to_string(), "2026-03-02T12:00:00.987Z");
    }

    #[test]
    fn prints_as_the_library_prints() {
        let ends = [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH];
        let years = (-9990..9990).map(|year| jiff::civil::date(year, 2, 28).at(23, 7, 9, 40_000_000));
        let years = years.filter_map(|time| Offset::UTC.to_timestamp(time).ok());
        for timestamp in ends.into_iter().chain(years) {
            let (moment, mut text) = (Moment::new(timestamp), String::new());
            moment.push_to(&mut text);
            assert_eq!(moment.to_string(), format!("{:.3}", moment.timestamp()));
            assert_eq!(text, moment.to_string());
        }
    }

    #[test]
    fn moves_by_iso_durations() {
        check_moved("2026-03-02T12:00:00Z", "P10D", "2026-03-12T12:00:00.000Z");
        check_moved("2026-03-02T12:00:00Z", "PT0S", "2026-03-02T12:00:00.000Z");
        check_moved("2026-01-31T12:00:00Z", "P1M", "2026-02-28T12:00:00.000Z");
        check_moved("2026-03-02T12:00:00Z", "P1DT1.5S", "2026-03-03T12:00:01.500Z");
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for text in ["", "10 days ago please", "P", "ten"] {
            let error = moment("2026-03-02T12:00:00Z").plus_iso(text).expect_err(text);
            assert!(error.to_string().contains("ISO 8601"), "{error}");
        }
        assert!(moment("2026-03-02T12:00:00Z").plus_iso("P15000Y").is_err());
    }

    #[test]
    fn knows_the_end_of_its_day() {
        assert_eq!(moment("2026-02-28T23:59:59.999Z").end_of_day().to_string(), "2026-03-01T00:00:00.000Z");
        assert_eq!(moment("2026-03-01T00:00:00Z").end_of_day().to_string(), "2026-03-02T00:00:00.000Z");
    }
}
