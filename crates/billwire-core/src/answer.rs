//! What a successful call gives back.

use std::fmt;
use std::ops::Deref;

use billwire_models::scalar::{self, Path, RejectedElement};
use http::StatusCode;

use crate::idempotency::IdempotencyKey;

/// A decoded answer and what came with it. Dereferences to the value.
#[derive(Clone, Debug)]
pub struct Answer<R> {
    value: R,
    status: StatusCode,
    request_id: Option<String>,
    call_id: Option<String>,
    attempts: u32,
    idempotency_key: Option<IdempotencyKey>,
    rejected: Vec<Rejected>,
    unreported: usize,
    /// Whether the whole answer was an array.
    is_bare: bool,
}

impl<R> Answer<R> {
    /// The value, without what came with it.
    pub fn into_inner(self) -> R {
        self.value
    }

    /// The status, always of the 200 range.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The service's `request-id`, to be quoted to its support. Some answers have none.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Our own id of the call, as in its traces; `None` when the answer was parsed without a client.
    pub fn call_id(&self) -> Option<&str> {
        self.call_id.as_deref()
    }

    /// How many attempts were made; 1 when the answer was parsed without a client.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The list elements that could not be decoded and are missing from the value, up to a hundred of them. In strict mode
    /// they are an error instead.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// How many list elements could not be decoded and have no report, because a hundred others have one.
    pub fn unreported(&self) -> usize {
        self.unreported
    }

    /// The key that every attempt carried, if the operation takes one. Events that the call caused may name it.
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        self.idempotency_key.as_ref()
    }

    pub(crate) fn with_call(mut self, call_id: String, attempts: u32, key: Option<IdempotencyKey>) -> Self {
        self.call_id = Some(call_id);
        self.attempts = attempts;
        self.idempotency_key = key;
        self
    }

    /// Marks an answer that was an array where an object is documented.
    pub(crate) const fn with_bare(mut self, is_bare: bool) -> Self {
        self.is_bare = is_bare;
        self
    }

    /// Whether it was an array where an object is documented.
    pub(crate) const fn is_bare(&self) -> bool {
        self.is_bare
    }

    /// A part of the value, with what came with the whole. The reports of elements that did not decode stay behind.
    #[cfg(feature = "billerapi")]
    pub(crate) fn map<T>(self, part: impl FnOnce(R) -> T) -> Answer<T> {
        Answer {
            value: part(self.value),
            status: self.status,
            request_id: self.request_id,
            call_id: self.call_id,
            attempts: self.attempts,
            idempotency_key: self.idempotency_key,
            rejected: Vec::new(),
            unreported: 0,
            is_bare: false,
        }
    }
}

impl<R: scalar::Answer> Answer<R> {
    pub(crate) fn new(value: R, status: StatusCode, request_id: Option<String>) -> Self {
        let mut rejected = Vec::new();
        value.visit_rejected(&Path::root(), &mut |path, element| {
            rejected.push(Rejected { path: path.to_string(), element: element.clone() });
        });
        let unreported = value.unreported_count();
        Self {
            value,
            status,
            request_id,
            call_id: None,
            attempts: 1,
            idempotency_key: None,
            rejected,
            unreported,
            is_bare: false,
        }
    }
}

impl<R> Deref for Answer<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.value
    }
}

/// A list element that could not be decoded, and where it stood.
///
/// `Debug` shows the place only: what is wrong with an element quotes what came.
#[derive(Clone)]
pub struct Rejected {
    path: String,
    element: RejectedElement,
}

impl fmt::Debug for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rejected").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Rejected {
    pub(crate) const fn new(path: String, element: RejectedElement) -> Self {
        Self { path, element }
    }

    /// The place in the answer, such as `data[3]`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The element as it came, and what was wrong with it. Both may hold personal data: do not log them.
    pub fn element(&self) -> &RejectedElement {
        &self.element
    }
}
