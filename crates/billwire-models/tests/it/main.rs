//! Integration tests of the wire models: everything here uses the public surface only.

mod decoding;
mod examples;
#[rustfmt::skip]
mod q2_examples;
mod wrong_types;
