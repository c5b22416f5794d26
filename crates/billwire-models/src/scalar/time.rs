//! Points in time as the services print them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::lenient::TextVisitor;

/// A text that is not a documented form of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTime {
    pub(super) expected: &'static str,
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
#[non_exhaustive]
pub enum Zone {
    /// The text names an offset, or `Z`.
    Stated,
    /// The text names none. Reading it as UTC is a guess.
    Absent,
    /// The text has no documented form, so not even the day can be told.
    Unreadable,
}

/// A received time in any documented form: RFC 3339, or `2019-03-28 17:00:00.000` without a zone.
///
/// The text is kept and written back. A time without a zone is told apart by [`zone`](Self::zone), because nothing says
/// which zone the service means; [`instant_assuming_utc`](Self::instant_assuming_utc) says the guess in its name.
///
/// Decoding keeps a text, or a number, of any other form too: an event or a bill must not be lost because its time is
/// printed in a new way. [`zone`](Self::zone) then says [`Zone::Unreadable`], and there is neither a moment nor a date.
///
/// ```
/// use billwire_models::scalar::{ProviderTime, Zone};
///
/// let due = ProviderTime::parse("2019-03-28 17:00:00.000")?;
/// assert_eq!(due.zone(), Zone::Absent);
/// assert_eq!(due.civil().expect("a readable one").to_string(), "2019-03-28T17:00:00");
///
/// let odd: ProviderTime = serde_json::from_str("\"28 March\"")?;
/// assert_eq!((odd.zone(), odd.to_string()), (Zone::Unreadable, "28 March".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
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
    Unreadable,
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

    fn parse_or_keep(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|_| Self { moment: Moment::Unreadable, received: Some(text.into()) })
    }

    /// Whether the text says which zone it is in.
    pub fn zone(&self) -> Zone {
        match self.moment {
            Moment::Zoned(_) => Zone::Stated,
            Moment::Zoneless(_) => Zone::Absent,
            Moment::Unreadable => Zone::Unreadable,
        }
    }

    /// The moment, if the text says which zone it is in.
    pub fn instant(&self) -> Option<jiff::Timestamp> {
        match self.moment {
            Moment::Zoned(instant) => Some(instant),
            Moment::Zoneless(_) | Moment::Unreadable => None,
        }
    }

    /// The moment, reading a text without a zone as UTC. `None` for an unreadable text, and at the ends of the calendar.
    pub fn instant_assuming_utc(&self) -> Option<jiff::Timestamp> {
        match self.moment {
            Moment::Zoned(instant) => Some(instant),
            Moment::Zoneless(civil) => TimeZone::UTC.to_timestamp(civil).ok(),
            Moment::Unreadable => None,
        }
    }

    /// Date and time of day: in UTC if the text states a zone, as printed if it does not. `None` for an unreadable text.
    pub fn civil(&self) -> Option<DateTime> {
        match self.moment {
            Moment::Zoned(instant) => Some(TimeZone::UTC.to_datetime(instant)),
            Moment::Zoneless(civil) => Some(civil),
            Moment::Unreadable => None,
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
            (None, Moment::Unreadable) => Ok(()),
        }
    }
}

/// Equal when both state a zone and are the same moment, or neither does and date and time are the same, or both are
/// unreadable and have the same text.
impl PartialEq for ProviderTime {
    fn eq(&self, other: &Self) -> bool {
        self.moment == other.moment && (self.moment != Moment::Unreadable || self.received == other.received)
    }
}

impl Eq for ProviderTime {}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Hides an unreadable text: it may be anything.
impl fmt::Debug for ProviderTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.moment {
            Moment::Unreadable => formatter.write_str("[unreadable]"),
            Moment::Zoned(_) | Moment::Zoneless(_) => fmt::Display::fmt(self, formatter),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for ProviderTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parsed = deserializer.deserialize_str(TextVisitor::new("Timestamp", Self::parse))?;
        parsed.map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for ProviderTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ProviderTimeVisitor)
    }
}

struct ProviderTimeVisitor;

impl Visitor<'_> for ProviderTimeVisitor {
    type Value = ProviderTime;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string (ProviderTime)")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ProviderTime, E> {
        Ok(ProviderTime::parse_or_keep(text))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<ProviderTime, E> {
        Ok(ProviderTime::parse_or_keep(&number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<ProviderTime, E> {
        Ok(ProviderTime::parse_or_keep(&number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<ProviderTime, E> {
        Ok(ProviderTime::parse_or_keep(&number.to_string()))
    }
}

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

    /// Trap T9: RFC 3339 with and without a fraction, and a form without a zone.
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
    fn what_arrives_in_another_form_is_kept_and_told_apart() {
        for (json, text) in [
            ("\"03/28/2019\"", "03/28/2019"),
            ("\"\"", ""),
            ("1461171072", "1461171072"),
            ("-1", "-1"),
            ("1461171072.5", "1461171072.5"),
        ] {
            let time: ProviderTime = serde_json::from_str(json).unwrap();
            assert_eq!(time.zone(), Zone::Unreadable);
            assert_eq!((time.instant(), time.instant_assuming_utc(), time.civil()), (None, None, None));
            assert_eq!(serde_json::to_value(&time).unwrap(), text);
            assert_eq!(format!("{time:?}"), "[unreadable]");
            assert!(serde_json::from_str::<Timestamp>(json).is_err(), "what is sent stays strict");
        }
        let read = |json: &str| serde_json::from_str::<ProviderTime>(json).unwrap();
        assert_eq!(read("\"soon\""), read("\"soon\""));
        assert_ne!(read("\"soon\""), read("\"later\""));
        for json in ["null", "true", "[]", "{}"] {
            assert!(serde_json::from_str::<ProviderTime>(json).is_err(), "{json}");
        }
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
