//! Typed wire models of bill-pay and card-swap APIs.
//!
//! What is here: the objects, enumerations, ids and events of each API as Rust types, generated from
//! `apis/*/openapi.yaml`; the table of operations; and the value types they are made of. What is deliberately not here:
//! I/O, a clock, cryptography. A program that only reads recorded traffic needs nothing else.
//!
//! - [`scalar`]: money, times, ids, open enums, secrets, lists that survive a bad element
//! - [`operation`]: what an entry of the operation table says
//! - [`event_body`]: what reading a webhook's body has in common between the APIs
//! - [`q2`]: Q2 Biller Direct and CardSwap (feature `q2`)
//! - [`unbill`]: its legacy version (feature `unbill`)
//! - [`billerapi`] (feature `billerapi`): BillerAPI
//!
//! Four rules hold for every type. What a newer service adds never breaks decoding: enums keep values they do not know,
//! objects skip members they do not know, unknown events are kept whole. `null` and absent mean the same. A repeated
//! member is not an error: the last one counts. `Debug` shows ids, statuses, switches and times, and hides the rest.
//!
//! # Features
//! - `q2` (default): the models of Q2 Biller Direct and CardSwap
//! - `unbill`: the models of its legacy version
//! - `billerapi`: the models of BillerAPI
//!
//! ```
//! use billwire_models::q2::{Bill, BillStatusType};
//!
//! let bill: Bill = serde_json::from_str(
//!     r#"{"_id": "579b695decfa11012711875d", "status": {"type": "upcoming"}, "balance": "100.00"}"#,
//! )?;
//! assert_eq!(bill.status.kind, BillStatusType::Upcoming);
//! assert_eq!(bill.balance.expect("this one has a balance").to_string(), "100.00");
//! # Ok::<(), serde_json::Error>(())
//! ```

#![cfg_attr(
    not(all(feature = "q2", feature = "unbill", feature = "billerapi")),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "what all APIs share stands here, and not every API uses all of it"
    )
)]

#[cfg(feature = "billerapi")]
pub mod billerapi;
pub mod event_body;
pub mod operation;
#[cfg(feature = "q2")]
pub mod q2;
pub mod scalar;
#[cfg(feature = "unbill")]
pub mod unbill;

/// The examples of the guide compile.
#[cfg(all(doctest, feature = "q2"))]
#[doc = include_str!("../../../docs/book/holds-and-challenges.md")]
mod guide {}
