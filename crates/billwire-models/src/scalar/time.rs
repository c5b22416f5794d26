//! Points in time as the services print them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::lenient::TextVisitor;

/// A text that is not a documented form of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTime {
    expected: &'static str,
}

impl fmt::Display for InvalidTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not a time: expected {}", self.expected)
    }
}

impl std::error::Error for InvalidTime {}

/// An instant in RFC 3339, such as `2018-10-25T00:00:00.000Z`: the form that is sent.
///
/// A received instant is written back with the text it came with; one made here is written in UTC with milliseconds.
/// Two instants are equal when they are the same moment.
///
/// Source: Q2 Biller Direct description, section 3.2 "Trap table", trap T9.
#[derive(Clone)]
pub struct Timestamp {
    instant: jiff::Timestamp,
    received: Option<Box<str>>,
}

impl Timestamp {
    /// Reads an RFC 3339 time with any offset, and keeps its text.
    ///
    /// # Errors
    /// [`InvalidTime`] if the zone is missing or the text is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        let invalid = InvalidTime { expected: "RFC 3339 with a zone, such as 2018-10-25T00:00:00.000Z" };
        let instant = zoned(text).filter(|_| has_separator(text, &['T', 't'])).ok_or(invalid)?;
        let received = (print(instant) != text).then(|| text.into());
        Ok(Self { instant, received })
    }

    /// The moment.
    pub fn instant(&self) -> jiff::Timestamp {
        self.instant
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self { instant, received: None }
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        Self::parse(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.received {
            Some(text) => formatter.write_str(text),
            None => formatter.write_str(&print(self.instant)),
        }
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Timestamp {}

/// Whether a received time says which zone it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// The text names an offset, or `Z`.
    Stated,
    /// The text names none. Reading it as UTC is a guess.
    Absent,
}

/// A received time in any documented form: RFC 3339, or `2019-03-28 17:00:00.000` without a zone.
///
/// The text is kept and written back. A time without a zone is told apart by [`zone`](Self::zone), because nothing says
/// which zone the service means; [`instant_assuming_utc`](Self::instant_assuming_utc) says the guess in its name.
///
/// ```
/// use billwire_models::scalar::{ProviderTime, Zone};
///
/// let due = ProviderTime::parse("2019-03-28 17:00:00.000")?;
/// assert_eq!(due.zone(), Zone::Absent);
/// assert_eq!(due.civil().to_string(), "2019-03-28T17:00:00");
/// # Ok::<(), billwire_models::scalar::InvalidTime>(())
/// ```
///
/// Source: Q2 Biller Direct description, section 3.2 "Trap table", trap T9.
#[derive(Clone)]
pub struct ProviderTime {
    moment: Moment,
    received: Option<Box<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Zoned(jiff::Timestamp),
    Zoneless(DateTime),
}

impl ProviderTime {
    /// Reads any documented form and keeps its text.
    ///
    /// # Errors
    /// [`InvalidTime`] on anything else, a bare date among them.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        let invalid = InvalidTime { expected: "RFC 3339, or 2019-03-28 17:00:00.000 without a zone" };
        if !has_separator(text, &['T', 't', ' ']) {
            return Err(invalid);
        }
        let zoneless = || text.parse::<DateTime>().ok().map(Moment::Zoneless);
        let moment = zoned(text).map(Moment::Zoned).or_else(zoneless).ok_or(invalid)?;
        Ok(Self { moment, received: Some(text.into()) })
    }

    /// Whether the text says which zone it is in.
    pub fn zone(&self) -> Zone {
        match self.moment {
            Moment::Zoned(_) => Zone::Stated,
            Moment::Zoneless(_) => Zone::Absent,
        }
    }

    /// The moment, if the text says which zone it is in.
    pub fn instant(&self) -> Option<jiff::Timestamp> {
        match self.moment {
            Moment::Zoned(instant) => Some(instant),
            Moment::Zoneless(_) => None,
        }
    }

    /// The moment, reading a text without a zone as UTC. `None` only at the ends of the calendar.
    pub fn instant_assuming_utc(&self) -> Option<jiff::Timestamp> {
        match self.moment {
            Moment::Zoned(instant) => Some(instant),
            Moment::Zoneless(civil) => TimeZone::UTC.to_timestamp(civil).ok(),
        }
    }

    /// Date and time of day: in UTC if the text states a zone, as printed if it does not.
    pub fn civil(&self) -> DateTime {
        match self.moment {
            Moment::Zoned(instant) => TimeZone::UTC.to_datetime(instant),
            Moment::Zoneless(civil) => civil,
        }
    }
}

impl From<jiff::Timestamp> for ProviderTime {
    fn from(instant: jiff::Timestamp) -> Self {
        Self { moment: Moment::Zoned(instant), received: None }
    }
}

impl FromStr for ProviderTime {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        Self::parse(text)
    }
}

impl fmt::Display for ProviderTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.received, self.moment) {
            (Some(text), _) => formatter.write_str(text),
            (None, Moment::Zoned(instant)) => formatter.write_str(&print(instant)),
            (None, Moment::Zoneless(civil)) => fmt::Display::fmt(&civil, formatter),
        }
    }
}

/// Equal when both state a zone and are the same moment, or neither does and date and time are the same.
impl PartialEq for ProviderTime {
    fn eq(&self, other: &Self) -> bool {
        self.moment == other.moment
    }
}

impl Eq for ProviderTime {}

macro_rules! text_on_the_wire {
    ($($name:ident),+) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let parsed = deserializer.deserialize_str(TextVisitor::new(stringify!($name), Self::parse))?;
                parsed.map_err(serde::de::Error::custom)
            }
        }
    )+ };
}
text_on_the_wire!(Timestamp, ProviderTime);

/// A longer text cannot be a time; refusing it early keeps a hostile one from being searched.
const LONGEST_TEXT: usize = 40;

fn zoned(text: &str) -> Option<jiff::Timestamp> {
    // Bracketed zone names (RFC 9557) are nobody's documented form here.
    if text.contains('[') {
        return None;
    }
    text.parse().ok()
}

fn has_separator(text: &str, separators: &[char]) -> bool {
    text.len() <= LONGEST_TEXT
        && text.as_bytes().get(10).is_some_and(|byte| separators.contains(&char::from(*byte)))
        && text.bytes().take(4).all(|byte| byte.is_ascii_digit())
}

/// RFC 3339 in UTC with milliseconds, as every documented sample prints it.
fn print(instant: jiff::Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, zone: Zone, utc: &str) {
        let json = format!("\"{text}\"");
        let time: ProviderTime = serde_json::from_str(&json).unwrap();
        assert_eq!(time.zone(), zone);
        assert_eq!(print(time.instant_assuming_utc().unwrap()), utc);
        assert_eq!(serde_json::to_string(&time).unwrap(), json, "the text is kept");
        assert_eq!(Timestamp::parse(text).is_ok(), zone == Zone::Stated);
    }

    #[test]
    fn every_documented_form() {
        check("2018-10-25T00:00:00.000Z", Zone::Stated, "2018-10-25T00:00:00.000Z");
        check("2016-04-20T16:51:12Z", Zone::Stated, "2016-04-20T16:51:12.000Z");
        check("2016-04-20T16:51:12.5+02:00", Zone::Stated, "2016-04-20T14:51:12.500Z");
        check("2019-03-28 17:00:00.000", Zone::Absent, "2019-03-28T17:00:00.000Z");
        check("2019-03-28T17:00:00", Zone::Absent, "2019-03-28T17:00:00.000Z");
    }

    #[test]
    fn other_forms_are_refused() {
        let long = format!("2018-10-25T00:00:00.{}Z", "0".repeat(40));
        for text in [
            "",
            "03/28/2019",
            "2019-03-28",
            "20190328T170000Z",
            "2019-13-28T17:00:00Z",
            "2019-02-30T00:00:00Z",
            "Tue, 17 Sep 2019 14:14:24 GMT",
            "1568729664",
            "2019-03-28T17:00:00Z[Europe/Paris]",
            "tomorrow",
            &long,
        ] {
            assert!(ProviderTime::parse(text).is_err(), "{text}");
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
        assert!(Timestamp::parse("2019-03-28 17:00:00Z").is_err(), "RFC 3339 is sent with a T");
    }

    #[test]
    fn a_zoneless_time_is_never_equal_to_an_instant() {
        let zoneless = ProviderTime::parse("2019-03-28 17:00:00.000").unwrap();
        let zoned = ProviderTime::parse("2019-03-28T17:00:00.000Z").unwrap();
        assert_ne!(zoneless, zoned);
        assert_eq!(zoneless.instant(), None);
        assert_eq!(zoned, ProviderTime::from(zoned.instant().unwrap()));
    }

    proptest! {
        #[test]
        fn print_then_parse_is_identity(milliseconds in -62_135_596_800_000_i64..253_402_207_200_000) {
            let instant = jiff::Timestamp::from_millisecond(milliseconds).unwrap();
            let text = Timestamp::from(instant).to_string();
            prop_assert_eq!(Timestamp::parse(&text).unwrap().instant(), instant);
            prop_assert_eq!(ProviderTime::parse(&text).unwrap().to_string(), text);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,45}") {
            if let Ok(time) = ProviderTime::parse(&text) {
                prop_assert_eq!(time.to_string(), text);
            }
        }
    }
}
