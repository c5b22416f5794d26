//! A faithful local sandbox of bill-pay and card-swap APIs: stateful, on virtual time, with real signed webhooks.
//!
//! It answers the emulated APIs over HTTP on loopback, lets a test move its clock, and delivers webhooks as the vendor
//! does: signed, encrypted, in order, with retries. No money moves, no real system is reached, nothing is needed
//! besides this crate. See [`Sandbox`].
//!
//! It is a second reading of the specification, independent of the client and of the webhook verifier, so that one
//! misreading cannot pass at both ends. On demand it fails as a network or a vendor does ([`Faults`]). What it does not do:
//! the white-label pages, a store on disk.
//!
//! Feature `q2` (on by default): the Q2 Biller Direct API. Without an API there is nothing to start. Feature
//! `validate-answers`, for tests: every answer and every webhook is compared with the API description before it leaves, and
//! a sandbox that broke it panics when it is dropped.

#[cfg(feature = "q2")]
mod api_error;
#[cfg(all(feature = "q2", feature = "billerapi"))]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod billerapi;
#[cfg(feature = "q2")]
mod builder;
#[cfg(feature = "q2")]
mod clock;
#[cfg(feature = "q2")]
mod console;
#[cfg(feature = "q2")]
mod context;
#[cfg(feature = "q2")]
mod contract;
#[cfg(feature = "q2")]
mod control;
#[cfg(feature = "q2")]
mod decode;
#[cfg(feature = "q2")]
mod engine;
mod error;
#[cfg(feature = "q2")]
mod faults;
#[cfg(feature = "q2")]
mod hash;
#[cfg(feature = "q2")]
mod http_body;
#[cfg(feature = "q2")]
mod id_text;
#[cfg(feature = "q2")]
mod info;
#[cfg(feature = "q2")]
mod json_text;
#[cfg(feature = "q2")]
mod loopback;
#[cfg(feature = "q2")]
mod moment;
#[cfg(feature = "q2")]
mod outside;
#[cfg(feature = "q2")]
mod q2;
#[cfg(feature = "q2")]
mod request_log;
#[cfg(feature = "q2")]
mod sandbox;
#[cfg(feature = "q2")]
mod schedule;
#[cfg(feature = "q2")]
mod seed;
#[cfg(feature = "q2")]
mod server;
#[cfg(feature = "q2")]
mod service_keys;
#[cfg(feature = "q2")]
mod shared;
#[cfg(feature = "q2")]
mod table;
#[cfg(feature = "q2")]
mod test_only_keys;
#[cfg(feature = "q2")]
mod webhook_sender;

#[cfg(feature = "q2")]
pub use self::builder::SandboxBuilder;
#[cfg(feature = "q2")]
pub use self::clock::ClockMode;
#[cfg(all(feature = "q2", feature = "validate-answers"))]
pub use self::contract::Violation;
pub use self::error::{Error, ErrorKind};
#[cfg(feature = "q2")]
pub use self::faults::{
    FaultMoment, FaultReport, Faults, HeldRequest, HttpFault, HttpFaultKind, RetryAfter, WebhookFault,
    WebhookFaultKind,
};
#[cfg(feature = "q2")]
pub use self::info::{CompanyInfo, Credentials, EventsInfo, Info, TestValues, Urls};
#[cfg(feature = "q2")]
pub use self::moment::Moment;
#[cfg(feature = "q2")]
pub use self::q2::population::Population;
#[cfg(feature = "q2")]
pub use self::q2::quirks::{Quirk, Quirks};
#[cfg(feature = "q2")]
pub use self::q2::request_signing::RequestSigning;
#[cfg(feature = "q2")]
pub use self::q2::world::{
    Amount, AmountToPay, AuthRefresh, Autopay, AutopaySetBy, BillChoices, Counts, IssuerNews, LedgerEntry,
    Rules, ScheduleDateMember, Statement, SwapEnd,
};
#[cfg(feature = "q2")]
pub use self::request_log::{CredentialKind, RequestFault, RequestRecord, SignatureCheck};
#[cfg(feature = "q2")]
pub use self::sandbox::{DEFAULT_PORT, Sandbox};
#[cfg(feature = "q2")]
pub use self::service_keys::{KeyUsage, ServiceKey};
#[cfg(feature = "q2")]
pub use self::shared::{ClockReport, DeliveryReport, EffectReport};
#[cfg(feature = "q2")]
pub use self::webhook_sender::{
    DeliveryAttempt, DeliveryState, EventRecord, WebhookConfiguration, WebhookEncryption, WebhookOauth,
    WebhookSignature,
};

/// The example of the guide is compiled with the documentation.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/book/sandbox.md")]
pub struct Guide;
