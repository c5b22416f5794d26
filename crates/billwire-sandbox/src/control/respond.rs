//! Bodies in and answers out of the control API.

use http::{HeaderValue, StatusCode, header};
use hyper::body::Incoming;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::routes;
use crate::api_error::ApiError;
use crate::error::{Error, ErrorKind};
use crate::http_body::{self, Answer, Unreadable};

pub(super) type Reply = Result<Answer, ControlError>;

/// A refusal of the control API; its body has the same shape as that of the emulated APIs.
pub(super) struct ControlError {
    error: ApiError,
    /// The methods of the route, if that was what was wrong.
    allowed: Option<String>,
}

/// The longest body: a state to restore may be that of a large population.
const LONGEST_BODY: usize = 512 * 1024 * 1024;

impl ControlError {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { error: ApiError::new(status, message), allowed: None }
    }

    pub(super) fn no_such_route(method: &str, segments: &[&str]) -> Self {
        let pattern_fits = |pattern: &str| {
            let pattern: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
            pattern.len() == segments.len()
                && pattern.iter().zip(segments).all(|(known, given)| known == given || known.starts_with('{'))
        };
        let methods: Vec<&str> =
            routes().filter(|(_, pattern, _)| pattern_fits(pattern)).map(|(method, ..)| *method).collect();
        if methods.is_empty() {
            Self::new(404, "There is no such control route; GET / lists them all.")
        } else {
            let allowed = methods.join(", ");
            let refusal = Self::new(405, format!("This control route takes {allowed}, not {method}."));
            Self { allowed: Some(allowed), ..refusal }
        }
    }

    pub(super) fn answer(&self) -> Answer {
        let status = StatusCode::from_u16(self.error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = http_body::json(status, self.error.body());
        if let Some(allowed) = self.allowed.as_deref().and_then(|allowed| HeaderValue::from_str(allowed).ok())
        {
            answer.headers_mut().insert(header::ALLOW, allowed);
        }
        answer
    }
}

impl From<Error> for ControlError {
    fn from(error: Error) -> Self {
        let status = match error.kind() {
            ErrorKind::NotFound => 404,
            ErrorKind::Fetch => 502,
            _ => 400,
        };
        Self::new(status, format!("{error}."))
    }
}

pub(super) fn reply<T: Serialize>(value: &T) -> Reply {
    serde_json::to_vec_pretty(value)
        .map(|body| http_body::json(StatusCode::OK, body))
        .map_err(|_| ControlError::new(500, "The sandbox could not write its answer."))
}

pub(super) async fn read(body: Incoming) -> Result<Vec<u8>, ControlError> {
    http_body::read(body, LONGEST_BODY).await.map_err(|unreadable| match unreadable {
        Unreadable::TooLong => {
            ControlError::new(413, format!("The body is longer than {LONGEST_BODY} bytes."))
        }
        Unreadable::Broken => ControlError::new(400, "The body ended before it was complete."),
    })
}

/// Reads a control input. It is written by the developer who reads the message, so the message repeats what was wrong.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    let text =
        std::str::from_utf8(body).map_err(|_| ControlError::new(400, "The body is not UTF-8 text."))?;
    if text.trim().is_empty() {
        return Err(ControlError::new(400, "Please provide a JSON body; GET / shows what each route takes."));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!(" at {path}") };
        ControlError::new(400, format!("The body cannot be used{place}: {}.", error.inner()))
    })?;
    deserializer
        .end()
        .map_err(|error| ControlError::new(400, format!("The body cannot be used: {error}.")))?;
    Ok(value)
}
