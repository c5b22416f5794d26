//! The credential in the header `Authorization`.

use http::{HeaderMap, header};

use crate::api_error::ApiError;

/// The bearer credential of a request.
///
/// Source: Q2 Biller Direct description, section 2.1 "Bearer credentials".
pub(crate) fn credential(headers: &HeaderMap) -> Result<&str, ApiError> {
    let refuse = || ApiError::unauthorized("Send the header Authorization: Bearer followed by your API key.");
    let value = headers.get(header::AUTHORIZATION).ok_or_else(refuse)?;
    let text = value.to_str().map_err(|_| refuse())?;
    let (scheme, credential) = text.split_once(' ').ok_or_else(refuse)?;
    if !scheme.eq_ignore_ascii_case("bearer") || credential.trim().is_empty() {
        return Err(refuse());
    }
    Ok(credential.trim())
}
