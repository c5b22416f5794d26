//! The claims against the policy. Runs after the signature was verified, never before.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::jwt::Policy;

/// Seconds beyond which a number is no date but a mistake: the year 9999.
const LAST_SECOND: f64 = 253_402_300_799.0;

impl Policy {
    pub(super) fn check(&self, claims: &Map<String, Value>, now_unix_seconds: i64) -> Result<(), Error> {
        self.check_issuer(claims)?;
        self.check_audience(claims)?;
        self.check_expiry(claims, now_unix_seconds)?;
        self.check_not_before(claims, now_unix_seconds)
    }

    fn check_issuer(&self, claims: &Map<String, Value>) -> Result<(), Error> {
        let Some(expected) = &self.issuer else {
            return Ok(());
        };
        match claims.get("iss") {
            Some(Value::String(issuer)) if issuer == expected => Ok(()),
            Some(Value::String(_)) => Err(mismatch("`iss` of the token is not the configured issuer")),
            Some(_) => Err(mismatch("`iss` of the token is not a string")),
            None => Err(mismatch("the token has no `iss`, but an issuer is configured")),
        }
    }

    fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), Error> {
        let Some(expected) = &self.audience else {
            return Ok(());
        };
        let is_expected = |value: &Value| value.as_str() == Some(expected);
        match claims.get("aud") {
            Some(Value::Array(audiences)) if audiences.iter().any(is_expected) => Ok(()),
            Some(audience) if is_expected(audience) => Ok(()),
            Some(Value::String(_) | Value::Array(_)) => {
                Err(mismatch("`aud` of the token does not name the configured audience"))
            }
            Some(_) => Err(mismatch("`aud` of the token is neither a string nor an array")),
            None => Err(mismatch("the token has no `aud`, but an audience is configured")),
        }
    }

    fn check_expiry(&self, claims: &Map<String, Value>, now: i64) -> Result<(), Error> {
        let Some(expiry) = expiry(claims)? else {
            return if self.require_expiry {
                Err(mismatch("the token has no `exp`, but the policy requires one"))
            } else {
                Ok(())
            };
        };
        if now >= expiry.saturating_add(seconds(self.leeway)) {
            return Err(Error::new(ErrorKind::Expired));
        }
        match self.max_expiry_ahead {
            Some(limit) if expiry > now.saturating_add(seconds(limit)) => {
                Err(mismatch("`exp` of the token lies further ahead than the policy allows"))
            }
            _ => Ok(()),
        }
    }

    fn check_not_before(&self, claims: &Map<String, Value>, now: i64) -> Result<(), Error> {
        match numeric_date(claims, "nbf", f64::ceil)? {
            Some(not_before) if not_before > now.saturating_add(seconds(self.leeway)) => {
                Err(Error::new(ErrorKind::NotYetValid))
            }
            _ => Ok(()),
        }
    }
}

/// `exp` in whole seconds; a fraction is dropped, so that a token never lives longer than it says.
pub(super) fn expiry(claims: &Map<String, Value>) -> Result<Option<i64>, Error> {
    numeric_date(claims, "exp", f64::floor)
}

fn numeric_date(
    claims: &Map<String, Value>,
    name: &str,
    round: fn(f64) -> f64,
) -> Result<Option<i64>, Error> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let invalid = || mismatch(format!("`{name}` of the token is not a number of seconds since 1970"));
    if let Some(whole) = value.as_i64() {
        return Ok(Some(whole));
    }
    let number =
        value.as_f64().map(round).filter(|number| number.abs() <= LAST_SECOND).ok_or_else(invalid)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and far within the range of i64")]
    Ok(Some(number as i64))
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

fn mismatch(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::ClaimMismatch, message)
}
