//! The reqwest transport of billwire: [`ReqwestTransport`], and the mapping of its errors. Nothing else.
//!
//! It sends one request and reads one answer. It never follows a redirect, never repeats a request that may have been
//! written, keeps no cookies, and has one time limit of its own, that of making a connection: all other limits are
//! those of `billwire-core`, which drops the future. Needs a tokio runtime.
//!
//! ```no_run
//! use std::sync::Arc;
//! use billwire_core::Transport;
//! use billwire_reqwest::ReqwestTransport;
//!
//! let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new()?);
//! # Ok::<(), billwire_reqwest::BuildError>(())
//! ```
//!
//! # Features
//! - `rustls` (default): TLS by rustls on aws-lc, with the platform's root certificates
//! - `native-tls`: TLS by the operating system's library
//!
//! Without either, only plain `http` to loopback addresses works.

mod build_error;
mod builder;
mod chunks;
mod map_error;
mod transport;

pub use self::build_error::BuildError;
pub use self::builder::{DEFAULT_CONNECT_TIMEOUT, DEFAULT_POOL_IDLE_TIMEOUT, ReqwestTransportBuilder};
pub use self::transport::ReqwestTransport;
