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
//! A feature for each API, which can be combined: `q2` (on by default), `unbill`, `billerapi`. Each API has a world of its
//! own; clock, events, faults, ledger and state are common ([`Sandbox::state`]). Without any of them there is nothing but a
//! control API.
//!
//! Feature `validate-answers`, for tests: every answer and every webhook is compared with the API description before it
//! leaves, and a sandbox that broke it panics when it is dropped.

#![cfg_attr(
    not(all(feature = "q2", feature = "unbill", feature = "billerapi")),
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        unused_mut,
        unused_variables,
        clippy::struct_field_names,
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "what no API that is compiled in needs"
    )
)]

mod api;
mod api_error;
mod bearer;
mod bill_pay;
#[cfg(feature = "billerapi")]
mod billerapi;
mod builder;
mod clock;
mod console;
mod context;
mod contract;
mod control;
mod count;
mod decode;
mod engine;
mod error;
mod event;
mod faults;
mod front;
mod hash;
mod http_body;
mod id_text;
mod info;
mod json_text;
mod loopback;
mod moment;
#[cfg(feature = "q2")]
mod outside;
#[cfg(feature = "q2")]
mod q2;
mod request_log;
mod sandbox;
mod schedule;
mod seed;
mod server;
mod service_keys;
mod shared;
mod snapshot;
mod table;
mod test_only_keys;
mod to_the_end;
#[cfg(feature = "unbill")]
mod unbill;
mod webhook_sender;

#[cfg(feature = "q2")]
pub use self::bill_pay::population::Population;
pub use self::bill_pay::{Amount, Counts, LedgerEntry};
#[cfg(feature = "q2")]
pub use self::bill_pay::{
    AmountToPay, Autopay, AutopaySetBy, BillChoices, Rules, ScheduleDateMember, SwapEnd,
};
#[cfg(any(feature = "q2", feature = "unbill"))]
pub use self::bill_pay::{AuthRefresh, IssuerNews, Statement};
#[cfg(feature = "billerapi")]
pub use self::billerapi::inputs::{AccountToLink, BillerApiWebhooks, LinkVisit, LinkedAccount};
#[cfg(feature = "billerapi")]
pub use self::billerapi::settings::{
    AttemptTimes, BillerApiSettings, DeliverySignature, Envelope, ErrorShape, GroupLimits, ObjectForm,
    PageForm,
};
#[cfg(feature = "billerapi")]
pub use self::billerapi::steer::BillerApi;
#[cfg(feature = "billerapi")]
pub use self::billerapi::{
    AccountStatus, BillChange, BillSource, BillStatus, BillToCome, Day, MailToCome, MailboxConsent,
    RequestAnswer,
};
pub use self::builder::SandboxBuilder;
pub use self::clock::ClockMode;
#[cfg(feature = "validate-answers")]
pub use self::contract::Violation;
pub use self::error::{Error, ErrorKind};
pub use self::faults::{
    FaultMoment, FaultReport, Faults, HeldRequest, HttpFault, HttpFaultKind, RetryAfter, WebhookFault,
    WebhookFaultKind,
};
#[cfg(feature = "q2")]
pub use self::info::TestValues;
pub use self::info::{CompanyInfo, Credentials, EventsInfo, Info, Urls, WorldInfo};
pub use self::moment::Moment;
#[cfg(feature = "q2")]
pub use self::q2::WebhookConfiguration;
#[cfg(feature = "q2")]
pub use self::q2::quirks::{Quirk, Quirks};
#[cfg(feature = "q2")]
pub use self::q2::request_signing::RequestSigning;
pub use self::request_log::{CredentialKind, RequestFault, RequestRecord, SignatureCheck};
pub use self::sandbox::{DEFAULT_PORT, Sandbox};
#[cfg(feature = "q2")]
pub use self::service_keys::{KeyUsage, ServiceKey};
pub use self::shared::{ClockReport, DeliveryReport, EffectReport};
#[cfg(feature = "unbill")]
pub use self::unbill::{UnbillRules, UnbillWebhooks, UnbillWorld};
pub use self::webhook_sender::{
    DeliveryAttempt, DeliveryState, EventRecord, WebhookEncryption, WebhookOauth, WebhookSignature,
};

/// The example of the guide to BillerAPI is compiled with the documentation.
#[cfg(all(doctest, feature = "billerapi"))]
#[doc = include_str!("../../../docs/book/sandbox-billerapi.md")]
pub struct BillerApiGuide;

/// The example of the guide is compiled with the documentation.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/book/sandbox.md")]
pub struct Guide;
