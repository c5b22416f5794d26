//! Reading a header that a check depends on: at most once, or it is not clear which one counts.

use http::{HeaderMap, HeaderName};

use crate::rejection::{CheckedHeader, Rejection, RejectionReason};

/// The value of a header that may stand there at most once.
pub(crate) fn single<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    checked: CheckedHeader,
) -> Result<Option<&'a [u8]>, Rejection> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Rejection::new(RejectionReason::RepeatedHeader(checked)));
    }
    Ok(first.map(|value| value.as_bytes().trim_ascii()))
}
