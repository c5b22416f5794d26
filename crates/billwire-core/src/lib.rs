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
//! [`answer`], [`retry`], [`rate_limit`], [`paging`], [`stream`], [`splitter`], [`transport`], [`clock`], [`redact`], `q2`,
//! `unbill`, `billerapi`, `testing`.
//!
//! # Features
//! - `q2` (default): Q2 Biller Direct and CardSwap
//! - `unbill`: its legacy version
//! - `billerapi`: BillerAPI
//! - `tokio`: `TokioClock`
//! - `testing`: `ScriptedTransport` and `ManualClock`

// The mechanism serves the APIs: without one of them nothing uses it.
#![cfg_attr(
    not(all(feature = "q2", feature = "unbill", feature = "billerapi")),
    allow(dead_code, unused_imports, unused_macros, reason = "some of it serves one API only")
)]

pub mod delivery;
pub mod error;

pub mod config;
pub mod credential;
pub mod environment;

pub mod answer;
pub mod call;
mod element;
mod error_body;
mod idempotency;
mod path;
mod pay_date;
mod protocol;
mod refusal;
mod request;
mod response;
mod uuid;

mod client;
pub mod clock;
mod engine;
mod members;
pub mod paging;
pub mod rate_limit;
pub mod redact;
pub mod retry;
mod sent;
pub mod splitter;
pub mod stream;
pub mod transport;

#[cfg(feature = "billerapi")]
pub mod billerapi;
#[cfg(feature = "q2")]
pub mod q2;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "unbill")]
pub mod unbill;

pub use self::answer::{Answer, Rejected};
pub use self::call::{Attempt, Call};
pub use self::clock::Clock;
#[cfg(feature = "tokio")]
pub use self::clock::TokioClock;
pub use self::config::CallOptions;
pub use self::credential::{AccessToken, ApiKey, ClientCredentials, ClientToken, Credential, PortalToken};
pub use self::delivery::Delivery;
pub use self::element::Element;
pub use self::environment::{Environment, Stage};
pub use self::error::{Error, ErrorKind};
pub use self::idempotency::IdempotencyKey;
pub use self::protocol::Protocol;
pub use self::rate_limit::RateLimits;
pub use self::transport::{Transport, TransportError, TransportErrorKind, TransportLimits};
