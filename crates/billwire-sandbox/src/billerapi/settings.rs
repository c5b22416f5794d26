//! What the documents leave open or contradict themselves in, as switches.

use jiff::SignedDuration;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, ErrorKind};

/// How the emulated BillerAPI shows itself: what `PUT /control/billerapi/settings` takes. What is left out is as
/// [`BillerApiSettings::default`] says.
///
/// ```
/// use billwire_sandbox::{BillerApiSettings, Envelope, ErrorShape};
///
/// let settings = BillerApiSettings::default()
///     .with_error_shape(ErrorShape::S)
///     .with_envelope(Envelope::E2)
///     .with_rate_limits(true);
/// assert_eq!(settings.limits.link, 100);
/// ```
///
/// Source: BillerAPI description, section 10 "Contradictions and recommended decisions".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct BillerApiSettings {
    /// The shape of error bodies (contradiction C1).
    pub error_shape: ErrorShape,
    /// The envelope of events from now on (contradiction C2).
    pub envelope: Envelope,
    /// How deliveries are signed (contradiction C3).
    pub signature: DeliverySignature,
    /// Whether the documented rate limits are kept.
    pub rate_limits: bool,
    /// How many requests each group takes in a minute (contradiction C10).
    pub limits: GroupLimits,
    /// A new bill is shown so many milliseconds after its webhook: section 6.9, "404 after a webhook".
    pub visibility_delay_ms: u64,
    /// The form of pages (contradiction C5).
    pub pages: PageForm,
    /// The form of single objects (contradiction C13 and sections 5.8, 5.12).
    pub objects: ObjectForm,
    /// Whether another body under the same idempotency key is refused.
    pub strict_idempotency: bool,
    /// When a delivery is attempted: seconds after the event, in order. Section 6.8.
    pub attempts_after_seconds: AttemptTimes,
}

/// The two shapes of error bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ErrorShape {
    /// `statusCode`, `message`, `error`: that of the founding document.
    #[default]
    N,
    /// `status_code`, `error`, `message`, `documentation_url`.
    S,
}

/// The three envelopes of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Envelope {
    /// The oldest: `id`, `type`, `created_at`, `client_id`, `data`.
    E1,
    /// The flat one: `event_type`, `event_id`, `timestamp`, `client_id`, `mode`, `data`.
    E2,
    /// The newest, with `object: "event"`.
    #[default]
    E3,
}

/// Which signature headers a delivery carries, if the receiver was registered with a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DeliverySignature {
    /// `BillButler-Signature`.
    #[default]
    New,
    /// `X-Webhook-Signature`.
    Legacy,
    /// Both.
    Both,
    /// None, even with a secret.
    None,
}

/// Requests a minute by group.
///
/// Source: BillerAPI description, section 3.5 "Rate limits".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct GroupLimits {
    /// `/iam/…`, per address.
    pub authentication: u32,
    /// `/link/…` and `/request-to-link/…`, per client.
    pub link: u32,
    /// `/billers`, per client.
    pub biller: u32,
    /// Every other GET, per client.
    pub read: u32,
    /// Every other POST, per client.
    pub write: u32,
}

/// The forms of pages. Those that the documents print are [`Documented`](PageForm::Documented); the others are what a
/// client is told to accept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PageForm {
    /// Each endpoint as its own page prints it.
    #[default]
    Documented,
    /// The array under `data` everywhere.
    Data,
    /// The array under `items` everywhere.
    Items,
    /// The array under the name of the resource: `billers`, `syncs`, `messages`.
    Resource,
    /// As documented, but without `has_more`.
    WithoutHasMore,
    /// Nothing but the array, with everything in it: `limit`, `cursor` and `page` do nothing.
    BareArray,
}

/// The forms of single objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ObjectForm {
    /// As decided in the specification.
    #[default]
    Bare,
    /// Inside `data`, with `success` beside it.
    Data,
    /// A bill inside `bill`; everything else as `data`.
    Resource,
}

/// When a delivery is attempted, in seconds after the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptTimes(Vec<u64>);

/// The most attempts of one delivery.
const MOST_ATTEMPTS: usize = 20;
/// A year: later attempts help nobody.
const LATEST_ATTEMPT: u64 = 366 * 24 * 3600;

impl Default for GroupLimits {
    fn default() -> Self {
        Self { authentication: 5, link: 100, biller: 200, read: 1_000, write: 100 }
    }
}

/// At once, then after 10 s, 1 min, 5 min, 30 min and 2 h (inferred).
impl Default for AttemptTimes {
    fn default() -> Self {
        Self(vec![0, 10, 60, 300, 1_800, 7_200])
    }
}

impl AttemptTimes {
    /// The given seconds after the event.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if there are none or more than 20, if they do not rise from 0, or if one is over a year.
    pub fn new(seconds: impl IntoIterator<Item = u64>) -> Result<Self, Error> {
        let times = Self(seconds.into_iter().collect());
        times.check()?;
        Ok(times)
    }

    /// The seconds after the event.
    pub fn seconds(&self) -> &[u64] {
        &self.0
    }

    fn check(&self) -> Result<(), Error> {
        let rises = self.0.is_sorted_by(|one, other| one < other);
        let fits = (1..=MOST_ATTEMPTS).contains(&self.0.len());
        let at_once = self.0.first() == Some(&0);
        if rises && fits && at_once && self.0.last().is_none_or(|last| *last <= LATEST_ATTEMPT) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            "attemptsAfterSeconds takes 1 to 20 rising numbers of seconds from 0 to a year, such as [0, 10, 60]",
        ))
    }
}

impl GroupLimits {
    pub(crate) fn of_group(&self, group: &str) -> Option<u32> {
        match group {
            "authentication" => Some(self.authentication),
            "link" => Some(self.link),
            "biller" => Some(self.biller),
            "read" => Some(self.read),
            "write" => Some(self.write),
            _ => None,
        }
    }
}

impl BillerApiSettings {
    /// With this shape of error bodies.
    #[must_use]
    pub fn with_error_shape(mut self, shape: ErrorShape) -> Self {
        self.error_shape = shape;
        self
    }

    /// With this envelope of events.
    #[must_use]
    pub fn with_envelope(mut self, envelope: Envelope) -> Self {
        self.envelope = envelope;
        self
    }

    /// With these signature headers.
    #[must_use]
    pub fn with_signature(mut self, signature: DeliverySignature) -> Self {
        self.signature = signature;
        self
    }

    /// With the documented rate limits kept, or not.
    #[must_use]
    pub fn with_rate_limits(mut self, kept: bool) -> Self {
        self.rate_limits = kept;
        self
    }

    /// With other limits; they are only kept if [`BillerApiSettings::with_rate_limits`] says so.
    #[must_use]
    pub fn with_limits(mut self, limits: GroupLimits) -> Self {
        self.limits = limits;
        self
    }

    /// With new bills shown so many milliseconds after their webhook.
    #[must_use]
    pub fn with_visibility_delay_ms(mut self, milliseconds: u64) -> Self {
        self.visibility_delay_ms = milliseconds;
        self
    }

    /// With this form of pages.
    #[must_use]
    pub fn with_pages(mut self, pages: PageForm) -> Self {
        self.pages = pages;
        self
    }

    /// With this form of single objects.
    #[must_use]
    pub fn with_objects(mut self, objects: ObjectForm) -> Self {
        self.objects = objects;
        self
    }

    /// With another body under the same idempotency key refused, or not.
    #[must_use]
    pub fn with_strict_idempotency(mut self, strict: bool) -> Self {
        self.strict_idempotency = strict;
        self
    }

    /// With deliveries attempted at other times.
    #[must_use]
    pub fn with_attempts(mut self, times: AttemptTimes) -> Self {
        self.attempts_after_seconds = times;
        self
    }

    pub(crate) fn visibility_delay(&self) -> SignedDuration {
        SignedDuration::from_millis(i64::try_from(self.visibility_delay_ms).unwrap_or(i64::MAX))
    }

    /// Those of a state that was written by hand may be as wrong as those of a request.
    pub(crate) fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let settings = Self::deserialize(deserializer)?;
        settings.check().map_err(D::Error::custom)?;
        Ok(settings)
    }

    /// What serde cannot say.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.attempts_after_seconds.check()?;
        let limits = &self.limits;
        if [limits.authentication, limits.link, limits.biller, limits.read, limits.write].contains(&0) {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "a limit of 0 lets nothing through; give at least 1",
            ));
        }
        if self.visibility_delay_ms > LATEST_ATTEMPT * 1000 {
            return Err(Error::new(ErrorKind::InvalidInput, "visibilityDelayMs is at most a year"));
        }
        Ok(())
    }
}
