//! The sandbox over HTTP, driven by a plain client: nothing of the SDK stands between the test and the wire.

mod http;
mod story;
