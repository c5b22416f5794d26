//! The transport-agnostic client of billwire: typed call to request to answer or error, without a runtime.
//!
//! Two ways in:
//! - `q2::Client`: give it a [`Transport`] and a [`Clock`], and call one method per operation. It signs, encrypts,
//!   repeats what may be repeated, keeps time limits, and tells what is known when something fails.
//! - [`call`]: the same calls as pure functions from a [`Call`] to an [`http::Request`] and from an
//!   [`http::Response`] to an [`Answer`], for blocking programs and other HTTP clients (`examples/blocking.rs`).
//!
//! What it deliberately does not do: open connections (`billwire-reqwest` does), read the clock, choose a runtime, or
//! repeat a payment that may have arrived.
//!
//! Modules in reading order: [`delivery`], [`error`], [`environment`], [`credential`], [`config`], [`call`],
//! [`answer`], [`retry`], [`rate_limit`], [`paging`], [`stream`], [`splitter`], [`transport`], [`clock`], [`redact`], `q2`, `testing`.
//!
//! # Features
//! - `q2` (default): Q2 Biller Direct and CardSwap
//! - `tokio`: `TokioClock`
//! - `testing`: `ScriptedTransport` and `ManualClock`

// The mechanism serves the APIs: without one of them nothing uses it.
#![cfg_attr(not(feature = "q2"), allow(dead_code, unused_imports, reason = "no API is chosen"))]

pub mod delivery;
pub mod error;

pub mod config;
pub mod credential;
pub mod environment;

pub mod answer;
pub mod call;
mod element;
mod path;
mod protocol;
mod request;
mod response;

pub mod clock;
mod engine;
pub mod paging;
#[allow(dead_code, unused_imports, reason = "the engine is about to use it")]
pub mod rate_limit;
pub mod redact;
pub mod retry;
pub mod splitter;
pub mod stream;
pub mod transport;

#[cfg(feature = "q2")]
pub mod q2;
#[cfg(feature = "testing")]
pub mod testing;

pub use self::answer::{Answer, Rejected};
pub use self::call::{Attempt, Call};
pub use self::clock::Clock;
#[cfg(feature = "tokio")]
pub use self::clock::TokioClock;
pub use self::config::CallOptions;
pub use self::credential::{ApiKey, ClientToken, Credential};
pub use self::delivery::Delivery;
pub use self::element::Element;
pub use self::environment::{Environment, Stage};
pub use self::error::{Error, ErrorKind};
pub use self::protocol::Protocol;
pub use self::rate_limit::RateLimits;
pub use self::transport::{Transport, TransportError, TransportErrorKind, TransportLimits};
