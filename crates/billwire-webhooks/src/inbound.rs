//! What arrived: the headers and the raw body of one HTTP request.

use std::fmt;

use http::HeaderMap;

/// One delivery as it came off the wire. Nothing about it is proved yet.
///
/// The body must be the exact bytes that arrived: a body that was parsed and printed again may differ.
/// `Debug` shows neither header values nor the body.
#[derive(Clone, Copy)]
pub struct Inbound<'a> {
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Inbound<'a> {
    /// A delivery with these headers and this raw body.
    #[must_use]
    pub fn new(headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { headers, body }
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The raw body.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl fmt::Debug for Inbound<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Inbound")
            .field("header_count", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
