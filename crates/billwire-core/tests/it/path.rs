//! Whatever an id holds, it stays one segment of the path, and comes back as it was.

use billwire_core::q2::calls;
use billwire_core::{Attempt, Call, ErrorKind};
use billwire_crypto::OsRandom;
use billwire_models::q2::{Acknowledgement, operations};
use proptest::prelude::*;

use crate::support;

fn request_line(bill_id: &str) -> Result<String, billwire_core::Error> {
    let call = calls::bill(&bill_id.into());
    let attempt = Attempt::new(support::START.parse().expect("a timestamp"), &OsRandom);
    let request = call.request(&support::config(), &attempt)?;
    Ok(request.uri().path_and_query().expect("a path").as_str().to_owned())
}

/// An independent reading of percent-encoding.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
            let text = std::str::from_utf8(&digits).expect("ASCII");
            bytes.push(u8::from_str_radix(text, 16).expect("two hexadecimal digits"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

proptest! {
    #[test]
    fn any_id_stays_one_segment_and_comes_back(id in "\\PC{1,40}|[/?#%.&=+ ]{1,8}|[\\x00-\\x7f]{1,20}") {
        prop_assume!(id != "." && id != "..");
        let line = request_line(&id).expect("a request");
        let segment = line.strip_prefix("/v1/bill/").expect("the fixed part");
        prop_assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
        prop_assert_eq!(decoded(segment), id);
    }
}

#[test]
fn ids_that_would_address_another_path_are_refused() {
    for (id, reason) in
        [("", "billId is empty"), (".", "billId is a dot segment"), ("..", "billId is a dot segment")]
    {
        let error = request_line(id).expect_err(id);
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.attempts(), 0);
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.to_string().starts_with("q2.getBill failed: "), "{error}");
    }
}

#[test]
fn a_path_that_is_not_the_operations_is_refused() {
    let operation = &operations::ASSIGN_PAYMENT_METHOD;
    for path in [
        "/payment/id",
        "/payment/id/assign/more",
        "/payment/id/retry",
        "payment/id/assign",
        "",
        "/payment/é/assign",
        "/payment/%2e%2E/assign",
        "/payment/%2E/assign",
        "/payment/.%2e/assign",
    ] {
        let call: Call<Acknowledgement> = Call::new(operation, path.to_owned(), Some(b"{}".to_vec()));
        let attempt = Attempt::new(support::START.parse().expect("a timestamp"), &OsRandom);
        let error = call.request(&support::config(), &attempt).expect_err(path);
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{path}");
    }
}
