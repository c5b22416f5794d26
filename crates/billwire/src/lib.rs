//! The facade of billwire: typed clients, webhook verification and cryptography for bill-pay APIs.
//!
//! What is here: the other crates under one name, and constructors that choose for you where there is a choice (the
//! reqwest transport, the tokio clock, aws-lc for private keys). What is deliberately not here: anything that cannot be
//! had from the crates one by one. Take those instead if you need only a part; the README says which.
//!
//! - [`models`]: the objects, ids, enums and events of each API, and the table of operations
//! - [`crypto`]: keys, request signing, payload encryption, JWE, JWT, key sets
//! - `core`: calls without I/O, the client's configuration and errors (feature `core`)
//! - `reqwest`: the transport on reqwest (feature `client`)
//! - `webhooks`: verification of deliveries (feature `webhooks`)
//! - `q2`, `unbill`, `billerapi`: the models, the client and the webhooks of one API in one place (features of the same
//!   names)
//! - `keys`: keys on aws-lc (feature `aws-lc`)
//!
//! # Pay a bill
//!
//! No call of the API is protected against being made twice, so a write that may have arrived is never repeated, and
//! every error says what is known.
//!
//! ```no_run
//! # #[cfg(all(feature = "q2", feature = "client"))] mod example {
//! use billwire::core::{ApiKey, Environment};
//! use billwire::models::scalar::Timestamp;
//! use billwire::q2::{self, BillId, SchedulePayment};
//!
//! async fn pay(bill_id: BillId, day: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
//!     let api_key = ApiKey::for_sandbox(std::env::var("Q2_API_KEY")?);
//!     let client = q2::client(q2::Config::builder(Environment::Sandbox, api_key).build()?)?;
//!
//!     let request = SchedulePayment::pay_on(bill_id.clone(), day);
//!     match client.schedule_payment(&request).await {
//!         Ok(answer) => println!("scheduled, request id {:?}", answer.request_id()),
//!         // Nothing repeated it, and neither should you: look at the bill first.
//!         Err(error) if error.may_have_taken_effect() => {
//!             let found = client.bill(&bill_id).await?;
//!             println!("unclear ({error}); the bill says {}, pay date {:?}", found.bill.status.kind, found.bill.pay_date);
//!         }
//!         Err(error) => return Err(error.into()),
//!     }
//!     Ok(())
//! }
//! # }
//! ```
//!
//! # Sign requests, encrypt card data
//!
//! ```no_run
//! # #[cfg(all(feature = "q2", feature = "client", feature = "aws-lc"))]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use billwire::core::{ApiKey, Environment};
//! use billwire::{keys, q2};
//!
//! // Our private key, whose public half is registered with the service, and the service's public key.
//! let signing_key = keys::private_key(&std::fs::read_to_string("signing-key.pem")?, "our-key-1")?;
//! let encryption_key = keys::public_key(&std::fs::read_to_string("service-key.pem")?, "os8th269xgj7tyku7wxl")?;
//!
//! let config = q2::Config::builder(Environment::Production, ApiKey::for_production(std::env::var("Q2_API_KEY")?))
//!     .with_request_signing(signing_key)
//!     .with_payload_encryption(encryption_key)
//!     .build()?;
//! let client = q2::client(config)?;
//! # Ok(())
//! # }
//! ```
//!
//! # Verify a webhook
//!
//! ```no_run
//! # #[cfg(all(feature = "q2", feature = "webhooks", feature = "aws-lc"))] mod example {
//! use billwire::crypto::{PrivateKeys, PublicKeys};
//! use billwire::keys;
//! use billwire::q2::webhooks::{Policy, SignatureCheck, Verifier};
//! use billwire::webhooks::Inbound;
//!
//! fn verifier(our_pem: &str, their_pem: &str) -> Result<Verifier, Box<dyn std::error::Error>> {
//!     let signature = SignatureCheck::new(PublicKeys::from_keys([keys::public_key(their_pem, "ory6xbfthn7y0vpufk8k")?])?)
//!         .with_issuer("the issuer set in the portal")
//!         .with_audience("the audience set in the portal");
//!     let policy = Policy::builder()
//!         .with_signature(signature)
//!         .with_encryption(PrivateKeys::from_keys([keys::private_key(our_pem, "our-webhook-key-1")?])?)
//!         .build()?;
//!     Ok(Verifier::new(policy))
//! }
//!
//! // Raw bytes and headers in. What comes out says what was proved: the sender, never the body.
//! fn receive(verifier: &Verifier, inbound: &Inbound<'_>) {
//!     match verifier.open(inbound, billwire::core::clock::system_now()) {
//!         Ok(event) => println!("{} {}: {:?} is proved", event.id, event.kind, event.proved()),
//!         Err(rejection) => println!("refused: {rejection} ({})", rejection.reason().as_str()),
//!     }
//! }
//! # }
//! ```
//!
//! # Try it
//!
//! `billwire sandbox` serves an emulator of the API on this machine; `Environment::custom_sandbox("http://127.0.0.1:7701/v1")`
//! points a client at it. `billwire demo` plays the whole story.
//!
//! # Features
//! All of them only add. On by default: `q2`, `client`, `webhooks`, `aws-lc`, `rustls`.
//! - `q2`: Q2 Biller Direct and CardSwap
//! - `unbill`: the legacy version of it
//! - `billerapi`: BillerAPI
//! - `core`: calls without I/O, and the client without a transport
//! - `client`: the client on reqwest and tokio
//! - `webhooks`: verification of webhook deliveries
//! - `axum`: an extractor that owns the raw body of a delivery
//! - `aws-lc`: cryptography on aws-lc-rs: constant-time and fast; needs a C compiler. Without it there is the portable
//!   provider, which leaks the timing of private-key work to the network: see `SECURITY.md`
//! - `rustls`, `native-tls`: TLS for the client
//! - `testing`: fakes, and signed deliveries for tests

#[cfg(feature = "billerapi")]
pub mod billerapi;
#[cfg(feature = "aws-lc")]
pub mod keys;
#[cfg(feature = "q2")]
pub mod q2;
#[cfg(feature = "unbill")]
pub mod unbill;

#[cfg(feature = "core")]
pub use billwire_core as core;
pub use billwire_crypto as crypto;
pub use billwire_models as models;
#[cfg(feature = "client")]
pub use billwire_reqwest as reqwest;
#[cfg(feature = "webhooks")]
pub use billwire_webhooks as webhooks;

/// The examples of the README are compiled with the documentation.
#[cfg(all(doctest, feature = "q2", feature = "client"))]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// The examples of the guides are compiled with the documentation.
#[cfg(all(doctest, feature = "q2", feature = "unbill", feature = "billerapi", feature = "client"))]
#[doc = include_str!("../../../docs/book/calls.md")]
#[doc = include_str!("../../../docs/book/blocking.md")]
pub struct GuidesToCalls;

/// The examples of the guides are compiled with the documentation.
#[cfg(all(doctest, feature = "q2", feature = "axum"))]
#[doc = include_str!("../../../docs/book/webhooks.md")]
pub struct GuideToWebhooks;
