//! Value types that generated models name: money, times, ids, open enums, secrets, tolerant decoding.
//!
//! They are written by hand because each one keeps a promise that a description cannot express: exact money, a
//! zone-less time that is told apart, a secret that is never printed, a list that survives a bad element.

mod answer;
mod date;
mod debug;
mod decimal;
pub(crate) mod generated_support;
mod id;
pub mod lenient;
mod list;
mod money;
mod number;
mod open_enum;
mod problem;
mod secret;
mod time;
mod unknown_choice;

pub use answer::{Answer, Path};
pub use date::Date;
pub use debug::Hidden;
pub use id::InvalidId;
pub use list::{IncompleteList, List, RejectedElement};
pub use money::{InvalidMoney, Money};
pub use number::Number;
pub use open_enum::UnknownValue;
pub use secret::{CardData, Secret};
pub use time::{InvalidTime, ProviderTime, Timestamp, Zone};
pub use unknown_choice::UnknownChoice;
