//! Deliveries of Q2 Biller Direct and CardSwap.
//!
//! Three options of the vendor's portal, each off by default there: a bearer token from the partner's OAuth endpoint, a
//! body encrypted to the partner's key, and a signature token in a header. A [`Policy`] says which of them a delivery
//! must pass; a [`Verifier`] checks deliveries against it, in the order bearer, signature, decryption, decoding.
//!
//! **What the options do not prove.** The claims of the signature token are `iss`, `aud` and `exp`: no digest of the
//! body, no event id, no URL. A captured token can be sent again with any body until it expires. Encryption does not
//! mend that, because the key to encrypt with is public. So the most that is ever proved is
//! [`Proved::Sender`](crate::Proved::Sender), and the integrity of the body rests on TLS alone. Treat an event as a
//! hint: before acting on a payment, read it back through the API. Deliveries repeat, overtake each other and get lost:
//! deduplicate by event id.
//!
//! Source: Q2 Biller Direct description, section 10 "Webhooks".

#[cfg(feature = "axum")]
pub mod axum;
mod bearer;
mod headers;
mod policy;
mod signature;
#[cfg(feature = "testing")]
pub mod testing;
mod token_memory;
mod verifier;

pub use bearer::{BearerCheck, BearerVerdict, KnownTokens};
pub use policy::{DEFAULT_MAX_BODY_BYTES, Policy, PolicyBuilder};
pub use signature::{DEFAULT_SIGNATURE_HEADER, SignatureCheck};
pub use verifier::{Admission, Verifier};
