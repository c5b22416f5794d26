//! What operations check of their requests before they ask the world.

use std::collections::BTreeMap;

use billwire_models::billerapi as wire;
use billwire_models::scalar::Date;
use serde_json::Value;

use super::routes::RequestContext;
use super::world::{AccountId, Biller, ClientId, Day, UserId};
use crate::api_error::ApiError;

/// The longest name of a user, in bytes.
const LONGEST_USER: usize = 500;

/// The longest metadata of a request to link, in bytes of JSON.
const LONGEST_METADATA: usize = 16 * 1024;

/// The client that calls.
pub(super) fn client_of(context: &RequestContext) -> Result<&ClientId, ApiError> {
    context.caller.client_id().ok_or_else(|| ApiError::unauthorized("Please provide a credential."))
}

/// The client of a body is the one that calls.
pub(super) fn check_own<'a>(
    context: &'a RequestContext,
    named: &wire::ClientId,
) -> Result<&'a ClientId, ApiError> {
    let client_id = client_of(context)?;
    if client_id.as_str() == named.as_str() {
        Ok(client_id)
    } else {
        Err(ApiError::forbidden("The client_id is not that of the credentials."))
    }
}

pub(super) fn user(text: &str, member: &str) -> Result<UserId, ApiError> {
    if text.is_empty() {
        return Err(ApiError::bad_request(format!("Field '{member}' must not be empty.")));
    }
    if text.len() > LONGEST_USER {
        return Err(ApiError::bad_request(format!("{member} takes at most {LONGEST_USER} bytes.")));
    }
    Ok(UserId::new(text))
}

/// The account link that a request is about.
pub(super) fn account_link(id: &wire::AccountLinkId) -> Result<AccountId, ApiError> {
    if id.as_str().is_empty() {
        return Err(ApiError::bad_request("Field 'account_link_id' must not be empty."));
    }
    Ok(AccountId::new(id.as_str()))
}

pub(super) fn biller(id: Option<&wire::BillerId>) -> Result<Option<Biller>, ApiError> {
    id.map(|id| {
        Biller::of_id(id.as_str()).ok_or_else(|| ApiError::not_found(format!("There is no biller {id}.")))
    })
    .transpose()
}

pub(super) fn day(date: Option<&Date>, name: &str) -> Result<Option<Day>, ApiError> {
    date.map(|date| {
        date.civil()
            .map(Day::from)
            .ok_or_else(|| ApiError::bad_request(format!("{name} is a day such as 2026-04-16.")))
    })
    .transpose()
}

/// A value of an enumeration, of those that are documented.
pub(super) fn known<T>(
    text: Option<&str>,
    name: &str,
    of_text: impl Fn(&str) -> Option<T>,
    values: &[&str],
) -> Result<Option<T>, ApiError> {
    text.map(|text| {
        of_text(text).ok_or_else(|| ApiError::bad_request(format!("{name} is one of {}.", values.join(", "))))
    })
    .transpose()
}

/// An absolute address with a host.
pub(super) fn check_address(url: Option<&str>, name: &str) -> Result<(), ApiError> {
    let is_absolute = url.is_none_or(|url| {
        url.parse::<http::Uri>()
            .is_ok_and(|url| url.scheme().is_some() && url.host().is_some_and(|host| !host.is_empty()))
    });
    if is_absolute {
        Ok(())
    } else {
        Err(ApiError::bad_request(format!(
            "{name} is an absolute URL, such as \"https://app.example.test/done\"."
        )))
    }
}

/// Every event about a request to link may carry it, once for each receiver.
pub(super) fn check_metadata(metadata: Option<&BTreeMap<String, Value>>) -> Result<(), ApiError> {
    let length = metadata.map_or(Ok(0), |metadata| serde_json::to_vec(metadata).map(|json| json.len()));
    if length.is_ok_and(|length| length <= LONGEST_METADATA) {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("metadata takes at most {LONGEST_METADATA} bytes of JSON.")))
}

pub(super) fn text_of<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// What was just made is there.
pub(super) fn lost() -> ApiError {
    ApiError::new(500, "The sandbox lost what it has just made.")
}

/// Percent-encoded, so that it can stand in a query.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let digit =
                |value: u8| char::from_digit(value.into(), 16).unwrap_or_default().to_ascii_uppercase();
            encoded.extend(['%', digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
    encoded
}
