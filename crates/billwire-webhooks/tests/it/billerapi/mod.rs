//! Deliveries of BillerAPI.

mod axum_extractor;
mod debug;
mod invalid_kinds;
mod policy;
mod properties;
mod unsigned_headers;
mod vectors;
