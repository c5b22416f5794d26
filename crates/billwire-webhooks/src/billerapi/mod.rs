//! Deliveries of BillerAPI.
//!
//! The service signs the time and the raw body with a secret that was given when the webhook was registered, in the header
//! `BillButler-Signature`. A [`Policy`] says which secrets are good; a [`Verifier`] checks deliveries against it, in the
//! order header, window, signature, decoding.
//!
//! **What the signature proves**: [the sender and every byte of the body](crate::Proved::SenderAndBody), for five minutes. The
//! legacy signature, where a [policy accepts it](PolicyBuilder::with_legacy_signature), proves the same for ever, because it has
//! no time: [`signed_at`](crate::MacEvidence::signed_at) tells the two apart.
//! It does not cover the `X-Webhook-*` headers ([`UnsignedHeaders`]): where they and the body disagree, the body counts.
//! Within its window a delivery can be sent again as it is, and the service itself repeats deliveries and does not keep
//! their order: handle an event once per [id](billwire_models::billerapi::Event::dedupe_key), and read the resource again,
//! because an event carries ids and little else.
//!
//! Without a secret at registration the service does not sign at all. Register one.
//!
//! Source: BillerAPI description, section 6 "Webhooks".

#[cfg(feature = "axum")]
pub mod axum;
mod policy;
mod signature;
#[cfg(feature = "testing")]
pub mod testing;
mod unsigned_headers;
mod verifier;

pub use policy::{DEFAULT_MAX_BODY_BYTES, DEFAULT_WINDOW, Policy, PolicyBuilder};
pub use signature::{LEGACY_SIGNATURE_HEADER, SIGNATURE_HEADER};
pub use unsigned_headers::UnsignedHeaders;
pub use verifier::{Admission, Verifier};
