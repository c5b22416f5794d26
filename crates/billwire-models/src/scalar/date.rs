//! Days of the calendar as the services print them.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use jiff::civil;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::InvalidTime;
use super::lenient::TextVisitor;

/// A day of the calendar, such as `2026-04-16`: no time of day, no zone.
///
/// The text is kept and written back. Decoding keeps a text of any other form too, because a bill must not be lost for
/// a date that is printed in a new way; [`civil`](Self::civil) is then `None`.
///
/// ```
/// use billwire_models::scalar::Date;
///
/// let due = Date::parse("2026-04-16")?;
/// assert_eq!(due.civil(), Some(jiff::civil::date(2026, 4, 16)));
/// let odd: Date = serde_json::from_str("\"mid April\"").expect("kept");
/// assert_eq!((odd.civil(), odd.to_string()), (None, "mid April".to_owned()));
/// # Ok::<(), billwire_models::scalar::InvalidTime>(())
/// ```
///
/// Source: BillerAPI description, section 0.3 "General decoding rules for our client".
#[derive(Clone)]
pub struct Date {
    day: Option<civil::Date>,
    received: Option<Box<str>>,
}

impl Date {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`InvalidTime`] on anything else, a time of day behind the date among them.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        let day = read(text).ok_or(InvalidTime { expected: "a date such as 2026-04-16" })?;
        Ok(Self::from(day))
    }

    /// The day; `None` if what was received is no date.
    pub fn civil(&self) -> Option<civil::Date> {
        self.day
    }
}

/// Ten characters and nothing behind them: jiff reads more forms than are documented.
fn read(text: &str) -> Option<civil::Date> {
    let day: civil::Date = text.parse().ok()?;
    (day.to_string() == text).then_some(day)
}

impl From<civil::Date> for Date {
    fn from(day: civil::Date) -> Self {
        Self { day: Some(day), received: None }
    }
}

impl FromStr for Date {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        Self::parse(text)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.received, self.day) {
            (Some(text), _) => formatter.write_str(text),
            (None, Some(day)) => fmt::Display::fmt(&day, formatter),
            (None, None) => Ok(()),
        }
    }
}

/// Hides an unreadable text: it may be anything.
impl fmt::Debug for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.day {
            Some(day) => fmt::Display::fmt(&day, formatter),
            None => formatter.write_str("[unreadable]"),
        }
    }
}

/// Equal when both are the same day, or neither is a day and both have the same text.
impl PartialEq for Date {
    fn eq(&self, other: &Self) -> bool {
        self.day == other.day && (self.day.is_some() || self.received == other.received)
    }
}

impl Eq for Date {}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = |text: &str| match read(text) {
            Some(day) => Ok(Self::from(day)),
            None => Ok(Self { day: None, received: Some(text.into()) }),
        };
        let date: Result<Self, Infallible> = deserializer.deserialize_str(TextVisitor::new("Date", kept))?;
        let Ok(date) = date;
        Ok(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_comes_back_as_it_was() {
        let day: Date = serde_json::from_str("\"2026-04-16\"").unwrap();
        assert_eq!(day, Date::from(civil::date(2026, 4, 16)));
        assert_eq!(serde_json::to_string(&day).unwrap(), "\"2026-04-16\"");
        assert_eq!(format!("{day:?}"), "2026-04-16");
    }

    #[test]
    fn what_is_no_day_is_kept_and_not_shown() {
        for text in ["2026-04-31", "2026-04-16T00:00:00Z", "16.04.2026", "20260416", ""] {
            assert!(Date::parse(text).is_err(), "{text}");
            let kept: Date = serde_json::from_value(text.into()).unwrap();
            assert_eq!((kept.civil(), kept.to_string()), (None, text.to_owned()));
            assert_eq!(format!("{kept:?}"), "[unreadable]");
        }
        assert!(serde_json::from_str::<Date>("20260416").is_err(), "a number is no date");
    }
}
