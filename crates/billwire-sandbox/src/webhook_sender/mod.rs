//! Real deliveries over HTTP: in order per client, signed, encrypted, repeated with growing pauses.
//!
//! Source: Q2 Biller Direct description, sections 10, 10.4, 10.5 and 10.6.

mod configuration;
mod deliver;
mod keys;
mod oauth;
mod queue;
mod sign;
mod spoil;

pub(crate) use self::configuration::NOT_SHOWN;
pub use self::configuration::{WebhookConfiguration, WebhookEncryption, WebhookOauth, WebhookSignature};
pub(crate) use self::deliver::{DeliveryJob, Sender};
pub use self::queue::{DeliveryAttempt, DeliveryState, EventRecord};
pub(crate) use self::queue::{EventLog, Front};
