//! Deliveries of the legacy version of Q2 Biller Direct.
//!
//! **Nothing can be proved about them.** This version has no webhook security of any kind: no token, no signature, no
//! encryption. Whoever knows the address can post events that look genuine, and nothing in a delivery tells them apart.
//! So there is no verifier and no `Verified` here, only a [`Reader`], whose result says what it is: [`Unproved`].
//!
//! What to do with such an event: take it as a hint that something may have changed, [read the object
//! back](Unproved::read_back) through the API, and act on what you read. Deduplicate by event id, so that a stranger who
//! posts the same hint a thousand times causes one reading, and limit how many readings an hour you do for one bill. A
//! path that is hard to guess keeps passers-by out; it is no security.
//!
//! Source: Unbill v1 description, section 7 "Webhooks".

#[cfg(feature = "axum")]
pub mod axum;
mod reader;
mod unproved;

pub use reader::{DEFAULT_MAX_BODY_BYTES, Reader};
pub use unproved::{ReadBack, Unproved};
