//! Deliveries for tests, made as the service makes them: valid ones, and each invalid kind by name.
//!
//! **Never enable the feature `testing` in production code.** The keys are public knowledge: whoever has this crate can
//! sign and decrypt with them.
//!
//! [`Service`] plays the service. Configure your handler with what it [signs with](Service::signature_check), encrypts to
//! and [sends as bearer token](BEARER_TOKEN), or take its whole [policy](Service::policy); then check that the handler
//! lets a valid delivery through and answers every [`InvalidKind`] in the same way.
//!
//! ```
//! use billwire_crypto::PortableProvider;
//! use billwire_webhooks::q2::Verifier;
//! use billwire_webhooks::q2::testing::{InvalidKind, Service};
//!
//! let service = Service::new(&PortableProvider)?;
//! let verifier = Verifier::new(service.policy().build()?);
//! let now = "2020-01-23T04:48:20Z".parse()?;
//!
//! let delivery = service.delivery(now).build()?;
//! assert!(verifier.open(&delivery.inbound(), now).is_ok());
//!
//! for kind in InvalidKind::ALL {
//!     let delivery = service.delivery(now).build_invalid(*kind)?;
//!     let rejection = verifier.open(&delivery.inbound(), now).expect_err("invalid");
//!     assert_eq!(rejection.reason(), kind.reason(), "{kind}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod delivery;
mod forge;
mod invalid;
mod service;
mod spoil;

pub use crate::testing::Delivery;
pub use delivery::DeliveryBuilder;
pub use invalid::{Concern, InvalidKind};
pub use service::{AUDIENCE, BEARER_TOKEN, ISSUER, Service};
