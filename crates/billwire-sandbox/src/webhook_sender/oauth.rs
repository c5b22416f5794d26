//! The bearer token of the partner's OAuth endpoint.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use jiff::SignedDuration;
use serde::Deserialize;

use super::configuration::WebhookOauth;
use crate::error::{Error, ErrorKind};
use crate::loopback;
use crate::moment::Moment;

/// A token is renewed so long before it expires.
///
/// Source: Q2 Biller Direct description, section 10.4 (inferred).
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_secs(60);
/// Where the endpoint does not say how long a token lives.
const USUAL_LIFE_SECONDS: i64 = 3600;

/// The last token and the configuration it belongs to.
#[derive(Default)]
pub(super) struct TokenCache {
    cached: Option<Cached>,
}

struct Cached {
    configuration: WebhookOauth,
    fetched: Moment,
    renew_at: Moment,
    token: String,
}

/// RFC 6749, section 5.1.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: Option<i64>,
}

impl TokenCache {
    /// The current token, fetched if there is none or it is about to expire.
    pub(super) async fn token(
        &mut self,
        configuration: &WebhookOauth,
        now: Moment,
        limit: Duration,
    ) -> Result<String, Error> {
        if let Some(cached) = &self.cached
            && cached.configuration == *configuration
            && cached.fetched <= now
            && now < cached.renew_at
        {
            return Ok(cached.token.clone());
        }
        let answer = request(configuration, limit).await?;
        let life = SignedDuration::from_secs(answer.expires_in.unwrap_or(USUAL_LIFE_SECONDS));
        self.cached = Some(Cached {
            configuration: configuration.clone(),
            fetched: now,
            renew_at: now.plus(life).plus(-RENEWED_BEFORE),
            token: answer.access_token.clone(),
        });
        Ok(answer.access_token)
    }

    /// Forgets the token: the receiver refused it.
    pub(super) fn drop_token(&mut self) {
        self.cached = None;
    }
}

async fn request(configuration: &WebhookOauth, limit: Duration) -> Result<TokenAnswer, Error> {
    let failed = |why: String| Error::new(ErrorKind::Fetch, format!("no OAuth token: {why}"));
    let uri = loopback::check_url("oauth.url", &configuration.url)?;
    let (parts, ()) = Request::post(uri)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_LENGTH, configuration.payload.len())
        .body(())
        .map_err(|cause| failed("the request cannot be built".to_owned()).with_source(cause))?
        .into_parts();
    let body = Bytes::from(configuration.payload.clone());
    let answer = loopback::send(parts, body, limit)
        .await
        .map_err(|cause| failed(cause.to_string()).with_source(cause))?;
    if !answer.status.is_success() {
        return Err(failed(format!("the endpoint answered with status {}", answer.status.as_u16())));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|_| failed("the answer is no JSON object with an access_token".to_owned()))
}
