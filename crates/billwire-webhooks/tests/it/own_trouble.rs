//! Trouble of our own asks the sender to come again; it is not a refusal.

use std::error::Error as _;

use billwire_webhooks::RejectionReason;
use billwire_webhooks::q2::{BearerVerdict, Policy, Verifier};
use http::StatusCode;

use crate::support::{now, open, services};

#[test]
fn a_bearer_check_that_cannot_tell() {
    for service in services() {
        let check = |token: &str, at: jiff::Timestamp| {
            assert_eq!(at, now(), "the check is told the time of the delivery");
            if token.is_empty() {
                return BearerVerdict::Refused;
            }
            BearerVerdict::CannotTell("the token store is down".into())
        };
        let verifier = Verifier::new(Policy::builder().with_bearer(check).build().unwrap());
        let rejection = open(&verifier, &service.delivery(now()).plain().build().unwrap()).unwrap_err();
        assert_eq!(rejection.reason(), RejectionReason::BearerCheckUnavailable);
        assert!(rejection.is_own_trouble());
        assert_eq!(rejection.answer().status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(rejection.answer().headers().is_empty() && rejection.answer().body().is_empty());
        assert_eq!(rejection.source().unwrap().to_string(), "the token store is down");

        let missing =
            open(&verifier, &service.delivery(now()).plain().without_bearer().build().unwrap()).unwrap_err();
        assert_eq!(missing.answer().status(), StatusCode::UNAUTHORIZED);
    }
}
