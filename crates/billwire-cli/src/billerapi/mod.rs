//! BillerAPI: from an operation and its arguments to a call of the client.

pub(crate) mod lists;

#[rustfmt::skip]
mod generated;

pub(crate) use generated::dispatch;
