//! Verification of one webhook delivery: bytes and headers in, a verified event and what was proved about it out.
//!
//! What is here: the checks of a delivery, the one answer that a refused delivery gets, and the precise reason for our
//! own logs. What is deliberately not here: a server, a clock (`now` is an argument), a durable store. Handle an event once
//! per id ([`HandledEvents`]), in your own store, and answer 2xx only after it is written down.
//!
//! Read in this order:
//! - [`Inbound`]: one delivery as it arrived
//! - [`q2`]: the policy and the verifier of Q2 Biller Direct and CardSwap (feature `q2`)
//! - `billerapi`: those of BillerAPI, whose signature proves the body too (feature `billerapi`)
//! - `unbill`: the reader of the legacy version, in which nothing can be proved (feature `unbill`)
//! - [`Verified`], [`Proved`], [`Evidence`]: a value that passed, how much is proved, by which checks
//! - [`Rejection`], [`RejectionReason`]: a delivery that did not pass
//! - [`HandledEvents`], [`EventKey`]: which events were handled already
//! - [`Error`], [`ErrorKind`]: a mistake in setting a verifier up
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(all(feature = "testing", feature = "q2"))] {
//! use billwire_crypto::{PortableProvider, PrivateKey, PrivateKeys, PublicKey, PublicKeys};
//! use billwire_webhooks::q2::{KnownTokens, Policy, SignatureCheck, Verifier, testing};
//! use billwire_webhooks::{Inbound, Proved};
//! # let provider = PortableProvider;
//! # let service = testing::Service::new(&provider)?;
//! # let now = "2020-01-23T04:48:20Z".parse()?;
//! # let delivery = service.delivery(now).build()?;
//! # let (headers, body) = (delivery.headers(), delivery.body());
//! # let our_pem = billwire_crypto::testing::keys::PARTNER_WEBHOOK_ENCRYPTION.private_pem;
//! # let their_pem = billwire_crypto::testing::keys::Q2_WEBHOOK_SIGNING_OLD.public_pem;
//!
//! let our_key = PrivateKey::from_pem(&provider, our_pem)?.with_key_id("partner-webhook-enc-test-1".into());
//! let their_key = PublicKey::from_pem(&provider, their_pem)?.with_key_id("ory6xbfthn7y0vpufk8k".into());
//! let signature = SignatureCheck::new(PublicKeys::from_keys([their_key])?)
//!     .with_issuer("example issuer")
//!     .with_audience("audience.example.com");
//! let policy = Policy::builder()
//!     .with_bearer(KnownTokens::new(["test-access-token-1"]))
//!     .with_signature(signature)
//!     .with_encryption(PrivateKeys::from_keys([our_key])?)
//!     .build()?;
//! let verifier = Verifier::new(policy);
//!
//! match verifier.open(&Inbound::new(headers, body), now) {
//!     Ok(event) => {
//!         // The sender is proved, the body is not: read a payment back through the API before acting on it.
//!         assert_eq!(event.proved(), Proved::Sender);
//!         println!("{} {}", event.id, event.kind);
//!     }
//!     Err(rejection) => {
//!         println!("{rejection} ({})", rejection.reason().as_str());
//!         let answer = rejection.answer(); // to the sender: the same for every reason
//! #       unreachable!("{answer:?}");
//!     }
//! }
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//! - `q2` (default): Q2 Biller Direct and CardSwap
//! - `unbill`: the legacy version of Q2 Biller Direct
//! - `billerapi`: BillerAPI
//! - `axum`: an extractor for each API that owns the raw body (`q2::axum` and so on)
//! - `testing`: deliveries for tests, valid and each invalid kind by name (`q2::testing` and so on)

#![cfg_attr(
    not(feature = "q2"),
    allow(
        dead_code,
        unused_imports,
        reason = "what all APIs share stands here, and not every API uses all of it"
    )
)]

#[cfg(feature = "billerapi")]
pub mod billerapi;
mod error;
mod evidence;
mod handled;
mod inbound;
#[cfg(feature = "q2")]
pub mod q2;
#[cfg(feature = "axum")]
pub mod receiver;
mod rejection;
mod replaceable;
mod single_header;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "unbill")]
pub mod unbill;
mod verified;

pub use error::{Error, ErrorKind};
pub use evidence::{Evidence, MacEvidence, SignatureEvidence, TokenUse};
pub use handled::{
    DEFAULT_CAPACITY, DEFAULT_MEMORY, DEFAULT_TURN, EventKey, HandledEvents, HandledInMemory, Turn,
};
pub use inbound::Inbound;
pub use rejection::{CheckedHeader, DecryptionProblem, Rejection, RejectionReason, SignatureProblem};
pub use verified::{Proved, Verified};

/// The examples of the guide compile.
#[cfg(all(doctest, feature = "billerapi", feature = "unbill"))]
#[doc = include_str!("../../../docs/book/webhooks-billerapi-unbill.md")]
mod guide {}
