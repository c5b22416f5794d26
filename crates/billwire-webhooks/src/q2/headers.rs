//! Reading the headers that the checks need: each at most once.

use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::rejection::{CheckedHeader, Rejection, RejectionReason};
use crate::single_header::single;

/// What the content type says about the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyForm {
    /// `application/json`.
    Plain,
    /// `application/jose+json` or `application/jose`.
    Encrypted,
    /// No content type. What the body must be is then for the policy to say.
    Unstated,
}

/// The token of `authorization: Bearer <token>`: visible ASCII only, so that a check never sees a text that no service
/// may issue (RFC 6750 section 2.1) and that two readers may take for different ones.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Rejection> {
    let missing = || Rejection::new(RejectionReason::MissingBearer);
    let value = single(headers, &AUTHORIZATION, CheckedHeader::Authorization)?.ok_or_else(missing)?;
    let token = std::str::from_utf8(value).ok().and_then(without_bearer_scheme).ok_or_else(missing)?;
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(missing());
    }
    Ok(token)
}

/// The text after `Bearer` and at least one space, the scheme in any case. `None` if the scheme is another.
pub(super) fn without_bearer_scheme(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim_matches(' '))
}

/// What the content type says. Parameters such as `charset=utf-8` are not looked at: the body is read as UTF-8.
pub(super) fn body_form(headers: &HeaderMap) -> Result<BodyForm, Rejection> {
    let Some(value) = single(headers, &CONTENT_TYPE, CheckedHeader::ContentType)? else {
        return Ok(BodyForm::Unstated);
    };
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let is = |name: &str| essence.eq_ignore_ascii_case(name.as_bytes());
    if is("application/json") {
        Ok(BodyForm::Plain)
    } else if is("application/jose+json") || is("application/jose") {
        Ok(BodyForm::Encrypted)
    } else {
        Err(Rejection::new(RejectionReason::UnsupportedContentType))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check_bearer(value: &[u8], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        assert_eq!(bearer(&headers).ok(), expected);
    }

    #[test]
    fn bearer_tokens() {
        check_bearer(b"Bearer abc", Some("abc"));
        check_bearer(b"bearer   abc", Some("abc"));
        check_bearer(b"BEARER a.b-c_~+/=", Some("a.b-c_~+/="));
        check_bearer(b"Bearer", None);
        check_bearer(b"Bearer ", None);
        check_bearer(b"Bearer a b", None);
        check_bearer(b"Bearer a\tb", None);
        check_bearer("Bearer caf\u{e9}".as_bytes(), None);
        check_bearer("Bearer a\u{200b}".as_bytes(), None);
        check_bearer(b"Basic abc", None);
        check_bearer(b"abc", None);
        check_bearer(b"", None);
        check_bearer(b"Bearer \xff", None);
        assert!(bearer(&HeaderMap::new()).is_err());
    }

    #[track_caller]
    fn check_form(value: &[u8], expected: Option<BodyForm>) {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_bytes(value).unwrap());
        assert_eq!(body_form(&headers).ok(), expected);
    }

    #[test]
    fn content_types() {
        check_form(b"application/json", Some(BodyForm::Plain));
        check_form(b"Application/JSON ; charset=UTF-8", Some(BodyForm::Plain));
        check_form(b"application/jose+json", Some(BodyForm::Encrypted));
        check_form(b"application/jose; charset=utf-8", Some(BodyForm::Encrypted));
        check_form(b"application/jose+json;a=b;c=\"d;e\"", Some(BodyForm::Encrypted));
        check_form(b"text/json", None);
        check_form(b"application/json, application/jose", None);
        check_form(b"application/jsonp", None);
        check_form(b"", None);
        check_form(b";charset=utf-8", None);
        check_form(b"\xff", None);
        assert_eq!(body_form(&HeaderMap::new()).unwrap(), BodyForm::Unstated);
    }
}
