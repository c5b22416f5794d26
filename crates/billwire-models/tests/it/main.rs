//! Integration tests of the wire models: everything here uses the public surface only.

#[cfg(feature = "q2")]
mod decoding;
mod examples;
mod hostile;
#[cfg(feature = "q2")]
#[rustfmt::skip]
mod q2_examples;
#[cfg(feature = "q2")]
#[rustfmt::skip]
mod q2_samples;
#[cfg(feature = "q2")]
mod requests;
#[cfg(feature = "q2")]
mod traps;
mod values;
