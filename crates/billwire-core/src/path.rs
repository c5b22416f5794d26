//! Path templates: filled so that every parameter stays one segment, and checked before anything is sent.

use std::fmt::Write as _;

use billwire_models::operation::Operation;

use crate::error::{Error, ErrorKind};

/// Fills the template of `operation`. Parameters that the template does not name become the query string, in the
/// order given. Nothing is checked here: [`check`] does that when the request is built.
pub(crate) fn fill(template: &str, parameters: &[(&str, &str)]) -> String {
    let mut path = String::with_capacity(template.len() + 24);
    for segment in template.split('/').skip(1) {
        path.push('/');
        match placeholder(segment) {
            Some(name) => encode_into(&mut path, value_of(parameters, name)),
            None => path.push_str(segment),
        }
    }
    let named = |name: &str| template.split('/').filter_map(placeholder).any(|other| other == name);
    let mut separator = '?';
    for (name, value) in parameters.iter().filter(|(name, _)| !named(name)) {
        path.push(separator);
        encode_into(&mut path, name);
        path.push('=');
        encode_into(&mut path, value);
        separator = '&';
    }
    path
}

/// Checks that `path_and_query` is a filled template of `operation`: the fixed segments are the documented ones and
/// every parameter is one clean segment.
pub(crate) fn check(operation: &'static Operation, path_and_query: &str) -> Result<(), Error> {
    let refused = |reason: String| {
        Error::new(ErrorKind::InvalidRequest, reason)
            .with_operation(operation)
            .with_advice("give the id exactly as the service gave it")
    };
    let path = path_and_query.split_once('?').map_or(path_and_query, |(path, _)| path);
    let mut segments = path.split('/');
    for expected in operation.path.split('/') {
        let Some(actual) = segments.next() else {
            return Err(refused(format!("the path is shorter than {}", operation.path)));
        };
        match placeholder(expected) {
            Some(name) => check_value(name, actual).map_err(refused)?,
            None if actual == expected => {}
            None => return Err(refused(format!("the path does not have the form {}", operation.path))),
        }
    }
    if segments.next().is_some() || !path_and_query.bytes().all(is_allowed) {
        return Err(refused(format!("the path does not have the form {}", operation.path)));
    }
    Ok(())
}

/// Checks a path that the caller chose: absolute below the base URL, and without a segment that would lead elsewhere.
pub(crate) fn check_own(operation: &'static Operation, path_and_query: &str) -> Result<(), Error> {
    let refused = |reason: String| {
        Error::new(ErrorKind::InvalidRequest, reason)
            .with_operation(operation)
            .with_advice("give a path such as /link/request-to-link, with its ids percent-encoded")
    };
    let path = path_and_query.split_once('?').map_or(path_and_query, |(path, _)| path);
    let Some(segments) = path.strip_prefix('/') else {
        return Err(refused("the chosen path does not begin with a slash".to_owned()));
    };
    for segment in segments.split('/') {
        check_value("of the chosen path", segment).map_err(refused)?;
    }
    if !path_and_query.bytes().all(is_allowed) {
        return Err(refused("the chosen path has a character that is not allowed".to_owned()));
    }
    Ok(())
}

const fn is_allowed(byte: u8) -> bool {
    is_unreserved(byte) || matches!(byte, b'/' | b'?' | b'&' | b'=' | b'%')
}

fn check_value(name: &str, segment: &str) -> Result<(), String> {
    // URL readers take `%2e` for a dot before they resolve dot segments.
    match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
        "" => Err(format!("the path parameter {name} is empty")),
        "." | ".." => {
            Err(format!("the path parameter {name} is a dot segment, which would address another path"))
        }
        _ => Ok(()),
    }
}

/// The name inside `{…}`.
fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn value_of<'a>(parameters: &[(&str, &'a str)], name: &str) -> &'a str {
    parameters.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
}

/// Percent-encodes everything but the unreserved characters of RFC 3986, so that no other software rewrites it: the
/// bytes of the request line are signed.
fn encode_into(text: &mut String, value: &str) {
    for byte in value.bytes() {
        if is_unreserved(byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_stays_one_segment() {
        for (id, expected) in [
            ("579b695decea110719b1874d", "/bill/579b695decea110719b1874d"),
            ("a/b", "/bill/a%2Fb"),
            ("a?b=c&d#e", "/bill/a%3Fb%3Dc%26d%23e"),
            ("%2e%2e", "/bill/%252e%252e"),
            ("é ", "/bill/%C3%A9%20"),
            ("a~b-c_d.e", "/bill/a~b-c_d.e"),
        ] {
            assert_eq!(fill("/bill/{billId}", &[("billId", id)]), expected);
        }
    }

    #[test]
    fn other_parameters_become_the_query() {
        let parameters = [("page", "1"), ("billId", "b"), ("q", "a&b=c d")];
        assert_eq!(fill("/bill/{billId}", &parameters), "/bill/b?page=1&q=a%26b%3Dc%20d");
    }
}
