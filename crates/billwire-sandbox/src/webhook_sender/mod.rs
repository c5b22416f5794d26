//! Real deliveries over HTTP: in the order and with the pauses of their API, protected as it protects them.
//!
//! An API says what an attempt sends (a parcel); tokens, encryption and JWTs, which take requests to the partner, are done
//! here for those that have them.
//!
//! Source: Q2 Biller Direct description, sections 10, 10.4, 10.5 and 10.6.

mod configuration;
mod deliver;
mod keys;
mod oauth;
mod queue;
mod record;
mod records;
mod sign;
mod spoil;
mod texts;

use jiff::SignedDuration;

pub(crate) use self::configuration::NOT_SHOWN;
pub use self::configuration::{WebhookEncryption, WebhookOauth, WebhookSignature};
pub(crate) use self::deliver::{DeliveryJob, PortalProtection, Sender};
pub(crate) use self::queue::{EventLog, Front, LaneKey, Turn};
pub use self::record::{DeliveryAttempt, DeliveryState, EventRecord};
pub(crate) use self::spoil::altered;

/// The pause after the first failed attempt; each further one is twice as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// Attempts before an event is given up.
const ATTEMPTS: u32 = 5;

/// Five attempts with pauses that double: after 5, 10, 20 and 40 seconds.
///
/// Source: Q2 Biller Direct description, section 10 (inferred).
pub(crate) fn five_attempts(failed: u32) -> Option<SignedDuration> {
    (1..ATTEMPTS).contains(&failed).then(|| FIRST_PAUSE * 2_i32.pow(failed - 1))
}
