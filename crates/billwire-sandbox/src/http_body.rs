//! Reading request bodies up to a limit, and writing JSON answers.

use std::error::Error as StdError;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Body;

pub(crate) type Answer = Response<Full<Bytes>>;

/// Why a body could not be read.
pub(crate) enum Unreadable {
    TooLong,
    Broken,
}

pub(crate) async fn read<B>(body: B, limit: usize) -> Result<Vec<u8>, Unreadable>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(cause) if cause.is::<LengthLimitError>() => Err(Unreadable::TooLong),
        Err(_) => Err(Unreadable::Broken),
    }
}

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json; charset=utf-8"));
    answer
}
