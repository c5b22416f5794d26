//! One call without I/O: to a request, and from a response to an answer.
//!
//! The functions of `q2::calls` make a [`Call`] for every operation. [`Call::request`] turns it into a plain
//! [`http::Request`], [`Call::answer`] reads the [`http::Response`]; time and randomness are arguments. So any HTTP
//! client, blocking or not, can carry it: see `examples/blocking.rs`, which uses nothing but `std::net`.
//!
//! What this layer does not do: repeat anything, measure time, or trace. `q2::Client` does.

use std::fmt;
use std::marker::PhantomData;

use billwire_crypto::{PublicKey, SecureRandom};
use billwire_models::operation::Operation;
use billwire_models::scalar;
use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind};
use crate::idempotency::IdempotencyKey;
use crate::path;
use crate::protocol::Protocol;
use crate::redact;
use crate::request::{self, Draft};
use crate::response;
use crate::sent::Sent;

/// One call of one operation, whose answer is an `R`.
///
/// `Debug` shows the operation and the path. The query and the body, which may hold secrets, are hidden, and the body is wiped
/// when dropped.
#[must_use = "a call does nothing until it is sent"]
pub struct Call<R> {
    operation: &'static Operation,
    path_and_query: String,
    /// Whether the caller chose another path than the operation's.
    own_path: bool,
    body: Option<Bytes>,
    answer: PhantomData<fn() -> R>,
}

impl<R> Call<R> {
    /// A call of `operation`. `path_and_query` lies below the base URL, as [`path`] makes it; `body` is the JSON that
    /// [`body`] makes. Whether they suit the operation is checked when the request is built.
    pub fn new(operation: &'static Operation, path_and_query: String, body: Option<Vec<u8>>) -> Self {
        let body = body.map(|body| Bytes::from_owner(Zeroizing::new(body)));
        Self { operation, path_and_query, own_path: false, body, answer: PhantomData }
    }

    /// The same call to another path below the base URL, for a service that is known to serve the operation there: where
    /// the documents print one path and its siblings suggest another. Ids in it must be percent-encoded.
    ///
    /// That an operation honours its idempotency key is documented for its own path. So such a call is sent once, like any
    /// other write, when nobody knows whether it arrived.
    ///
    /// ```
    /// use billwire_core::Error;
    /// use billwire_core::billerapi::{Client, calls};
    /// use billwire_models::billerapi::CreateRequestToLink;
    ///
    /// async fn ask(client: &Client, request: &CreateRequestToLink) -> Result<(), Error> {
    ///     client.send(calls::create_request_to_link(request)?.with_path("/link/request-to-link")).await?;
    ///     Ok(())
    /// }
    /// ```
    pub fn with_path(mut self, path_and_query: impl Into<String>) -> Self {
        self.path_and_query = path_and_query.into();
        self.own_path = true;
        self
    }

    /// The operation that is called.
    pub const fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Path and query below the base URL, percent-encoded.
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// Builds the request of one attempt. Build a new one for each attempt: date, signature, content key and
    /// initialisation vector are never used twice.
    ///
    /// The request has an absolute URI and the headers `Accept`, those of the credential (`Authorization`, or
    /// `X-Client-ID` and `X-Client-Secret`), `User-Agent`, `Content-Type` if there is a body, `Idempotency-Key` if the
    /// operation takes one, and `Date` and `Signature` if signing is on. `Host` and `Content-Length` are left to the
    /// HTTP client. Send `Date` as it is: it holds the signed text.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for an empty id, a body that does not suit the operation, or card data that
    /// would go in clear although the configuration forbids it; [`ErrorKind::CredentialNotAllowed`];
    /// [`ErrorKind::Configuration`] for a credential of another environment; [`ErrorKind::Cryptography`].
    ///
    /// Source: Q2 Biller Direct description, section 1 "Hosts and environments" and section 8 "Message security".
    pub fn request(
        &self,
        config: &impl Protocol,
        attempt: &Attempt<'_>,
    ) -> Result<http::Request<Bytes>, Error> {
        request::build(config, &self.draft(), attempt)
    }

    /// The same call, whatever its answer is decoded to.
    pub(crate) fn without_answer(self) -> Call<()> {
        let Self { operation, path_and_query, own_path, body, answer: _ } = self;
        Call { operation, path_and_query, own_path, body, answer: PhantomData }
    }

    pub(crate) fn draft(&self) -> Draft<'_> {
        Draft {
            operation: self.operation,
            path_and_query: &self.path_and_query,
            own_path: self.own_path,
            body: self.body.as_ref(),
        }
    }
}

impl<R: DeserializeOwned + scalar::Answer> Call<R> {
    /// Reads the response to a request of this call.
    ///
    /// # Errors
    /// [`Error`] with the kind that belongs to the status; [`ErrorKind::UnreadableAnswer`] if a 2xx answer does not
    /// decode; [`ErrorKind::AnswerTooLarge`]; [`ErrorKind::RejectedElements`] in strict mode. Its delivery is always
    /// [`Answered`](crate::Delivery::Answered).
    pub fn answer(
        &self,
        config: &impl Protocol,
        response: http::Response<Bytes>,
    ) -> Result<Answer<R>, Error> {
        let settings = config.settings();
        let sent = Sent { operation: self.operation, body: self.body.as_ref(), credential: None };
        response::receive(config, &sent, settings.max_response_bytes, response)
            .and_then(|received| response::decode(config, self.operation, &received, settings.strict))
            .map_err(|error| error.with_safety(self.draft().safety()))
    }
}

impl<R> Clone for Call<R> {
    fn clone(&self) -> Self {
        Self {
            operation: self.operation,
            path_and_query: self.path_and_query.clone(),
            own_path: self.own_path,
            body: self.body.clone(),
            answer: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Call<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Call")
            .field("operation", &self.operation.id)
            .field("path_and_query", &redact::without_query(&self.path_and_query))
            .field("own_path", &self.own_path)
            .field("body", &self.body.as_ref().map(|_| "[hidden]"))
            .finish()
    }
}

/// What differs from attempt to attempt: the facts that pure functions cannot fetch for themselves.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The time of day, for the signed date.
    pub now: Timestamp,
    /// Randomness for the payload encryption.
    pub random: &'a dyn SecureRandom,
    /// A credential in place of the configured one.
    pub credential: Option<&'a Credential>,
    /// The service's encryption key, for a configuration that has it fetched.
    pub encryption_key: Option<&'a PublicKey>,
    /// The idempotency key, for an operation that takes one.
    pub idempotency_key: Option<&'a IdempotencyKey>,
}

impl<'a> Attempt<'a> {
    /// An attempt at the time `now` with randomness from `random`.
    pub const fn new(now: Timestamp, random: &'a dyn SecureRandom) -> Self {
        Self { now, random, credential: None, encryption_key: None, idempotency_key: None }
    }

    /// Uses `credential` in place of the configured one.
    #[must_use]
    pub const fn with_credential(mut self, credential: &'a Credential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Sends `key` with an operation that takes one; without it each request has a fresh one. Give every attempt of one
    /// call the same key.
    #[must_use]
    pub const fn with_idempotency_key(mut self, key: &'a IdempotencyKey) -> Self {
        self.idempotency_key = Some(key);
        self
    }

    /// Encrypts the body to `key`. Needed for a configuration that has its key fetched, because this layer fetches
    /// nothing: call the operation for the latest key yourself. A configured key comes first.
    #[must_use]
    pub const fn with_encryption_key(mut self, key: &'a PublicKey) -> Self {
        self.encryption_key = Some(key);
        self
    }
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Attempt").field("now", &self.now).finish_non_exhaustive()
    }
}

/// The path of `operation` with its parameters filled in, each as one percent-encoded segment. Parameters that the
/// path template does not name become the query string.
///
/// An empty parameter, `.` and `..` are refused when the request is built.
#[must_use]
pub fn path(operation: &'static Operation, parameters: &[(&str, &str)]) -> String {
    path::fill(operation.path, parameters)
}

/// The JSON of a request body.
///
/// # Errors
/// [`ErrorKind::InvalidRequest`] if the value does not serialise, such as a map whose keys are not text.
pub fn body(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| {
        // The cause's text may quote the value, which may be secret: only its class is told.
        Error::new(
            ErrorKind::InvalidRequest,
            format!("the request body does not serialise ({:?})", error.classify()),
        )
        .with_advice("correct the value; every map key must be text and every number finite")
    })
}
