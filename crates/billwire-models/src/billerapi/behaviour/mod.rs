//! What a description of BillerAPI cannot express.
//!
//! - [`RATE_LIMITS`]: the documented limits of each group of operations
//!
//! Nothing here does I/O or knows the time.

mod rate_limits;

pub use rate_limits::RATE_LIMITS;
