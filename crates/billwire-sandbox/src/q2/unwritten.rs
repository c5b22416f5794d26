//! The documented routes that this sandbox does not emulate yet; asking for one is answered 501 with its name.
//!
//! A route leaves this list when the description gets its operation: the generated router is asked first.
//!
//! Source: Q2 Biller Direct description, section 4, table of the thirty routes.

use http::Method;

const UNWRITTEN: &[(&str, &str, &str)] = &[
    ("POST", "/auth/{}/fix-hold", "POST /auth/{authId}/fix-hold"),
    ("POST", "/auth/{}/answer-questions", "POST /auth/{authId}/answer-questions"),
    ("DELETE", "/auth/{}", "DELETE /auth/{authId}"),
    ("GET", "/bill/listByPartner/{}", "GET /bill/listByPartner/{partnerId}"),
    ("GET", "/company/categories", "GET /company/categories"),
    ("DELETE", "/payment/{}", "DELETE /payment/{paymentMethodId}"),
    ("POST", "/payment/{}/retry", "POST /payment/{paymentMethodId}/retry"),
    ("POST", "/client/revoke-tokens", "POST /client/revoke-tokens"),
    ("POST", "/client/sync", "POST /client/sync"),
    ("POST", "/swap", "POST /swap/create"),
    ("POST", "/swap/create", "POST /swap/create"),
    ("GET", "/swap/companies", "GET /swap/companies"),
    ("GET", "/swap/list/{}", "GET /swap/list/{clientId}"),
    ("GET", "/partner/public-keys", "GET /partner/public-keys"),
    ("GET", "/partner/public-keys/latest", "GET /partner/public-keys/latest"),
    ("GET", "/partner/public-keys/{}", "GET /partner/public-keys/{keyId}"),
];

/// The name of the unwritten operation a request asks for. `path` is without `/v1`.
pub(super) fn operation(method: &Method, path: &str) -> Option<&'static str> {
    UNWRITTEN
        .iter()
        .find(|(known, pattern, _)| method.as_str() == *known && fits(pattern, path))
        .map(|(_, _, name)| *name)
}

/// The name of the unwritten operation whose path has no parameters: such a path wins over one with parameters.
pub(super) fn fixed_operation(method: &Method, path: &str) -> Option<&'static str> {
    UNWRITTEN
        .iter()
        .find(|(known, pattern, _)| method.as_str() == *known && *pattern == path)
        .map(|(_, _, name)| *name)
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.split('/'), path.split('/'));
    pattern.clone().count() == path.clone().count()
        && pattern
            .zip(path)
            .all(|(expected, given)| expected == given || (expected == "{}" && !given.is_empty()))
}
