//! BillerAPI: from an operation and its arguments to a call of the client.

#[rustfmt::skip]
mod generated;

pub(crate) use generated::dispatch;
