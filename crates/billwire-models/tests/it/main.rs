//! Integration tests of the wire models: everything here uses the public surface only.

mod examples;
#[rustfmt::skip]
mod q2_examples;
