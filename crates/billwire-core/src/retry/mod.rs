//! When an attempt is repeated, after how long, and how often at most.
//!
//! Nothing here waits or sends: [`policy`] is a table, [`backoff`] and [`retry_after`] are arithmetic, [`budget`]
//! is a counter. The one loop that uses them is in `engine/run.rs`.

pub mod backoff;
pub mod budget;
pub mod policy;
pub mod retry_after;

pub use self::backoff::Backoff;
pub use self::budget::RetryBudget;
pub use self::policy::{AnswerRules, RetryPolicy, may_retry};
