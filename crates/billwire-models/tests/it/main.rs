//! Integration tests of the wire models: everything here uses the public surface only.

mod decoding;
mod examples;
mod hostile;
#[rustfmt::skip]
mod q2_examples;
#[rustfmt::skip]
mod q2_samples;
mod requests;
mod traps;
mod values;
