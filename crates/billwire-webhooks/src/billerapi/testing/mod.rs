//! Deliveries for tests, signed as the service signs them: valid ones, and each invalid kind by name.
//!
//! **Never enable the feature `testing` in production code.** The secret is public knowledge: whoever has this crate can
//! sign with it.
//!
//! ```
//! use billwire_webhooks::billerapi::Verifier;
//! use billwire_webhooks::billerapi::testing::{InvalidKind, Service};
//!
//! let service = Service::new();
//! let verifier = Verifier::new(service.policy().build()?);
//! let now = "2026-05-20T12:00:00Z".parse()?;
//!
//! let delivery = service.delivery(now).build();
//! assert!(verifier.open(&delivery.inbound(), now).is_ok());
//!
//! for kind in InvalidKind::ALL {
//!     let delivery = service.delivery(now).build_invalid(*kind);
//!     let rejection = verifier.open(&delivery.inbound(), now).expect_err("invalid");
//!     assert_eq!(rejection.reason(), kind.reason(), "{kind}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod delivery;
mod invalid;

pub use crate::testing::Delivery;
pub use delivery::{DeliveryBuilder, Service};
pub use invalid::InvalidKind;

/// The secret that the played service signs with. TEST ONLY: everybody knows it.
pub const SECRET: &str = "whsec_test_0123456789abcdef";
