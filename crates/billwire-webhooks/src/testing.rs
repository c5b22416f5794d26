//! What the test deliveries of all APIs have in common. The deliveries themselves are made by each API's own `testing`.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri};

use crate::inbound::Inbound;

/// What a handler receives: headers and a raw body. `Debug` shows no values.
#[derive(Clone)]
pub struct Delivery {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Delivery {
    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers, to change them.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// The raw body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The same headers with another body: what a thief of a token would send.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// What a verifier opens.
    #[must_use]
    pub fn inbound(&self) -> Inbound<'_> {
        Inbound::new(&self.headers, &self.body)
    }

    /// The `POST` request that a server gets.
    #[must_use]
    pub fn into_request(self, uri: Uri) -> Request<Bytes> {
        let mut request = Request::new(self.body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers;
        request
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.inbound(), formatter)
    }
}
