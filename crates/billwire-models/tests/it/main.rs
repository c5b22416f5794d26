//! Integration tests of the wire models: everything here uses the public surface only.

#[cfg(feature = "billerapi")]
#[rustfmt::skip]
mod billerapi_examples;
#[cfg(feature = "billerapi")]
#[rustfmt::skip]
mod billerapi_samples;
#[cfg(feature = "billerapi")]
mod billerapi_traps;
#[cfg(feature = "billerapi")]
mod billerapi_values;
#[cfg(feature = "q2")]
mod decoding;
mod examples;
mod hostile;
mod known_values;
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
#[cfg(feature = "unbill")]
#[rustfmt::skip]
mod unbill_examples;
#[cfg(feature = "unbill")]
#[rustfmt::skip]
mod unbill_samples;
#[cfg(feature = "unbill")]
mod unbill_traps;
#[cfg(feature = "unbill")]
mod unbill_values;
#[cfg(feature = "q2")]
mod values;
