//! Arbitrary bytes and headers: never a panic, never a verified event.

use std::sync::{Arc, LazyLock};

use billwire_webhooks::q2::testing::{Delivery, Service};
use billwire_webhooks::q2::{BearerVerdict, Policy, Verifier};
use billwire_webhooks::{Inbound, Proved, Rejection, RejectionReason};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use crate::support::{assert_refused, at, now, open, services, verifier};

/// What one provider needs, made once: keys are slow to read.
struct Side {
    service: Service,
    all_checks: Arc<Verifier>,
    signature_only: Verifier,
    /// Lets every bearer token pass, so that arbitrary bodies get as far as the decryption.
    encryption_only: Verifier,
    genuine: Delivery,
    genuine_plain: Delivery,
}

impl Side {
    fn new(service: Service) -> Self {
        let signature = Policy::builder().with_signature(service.signature_check());
        let encryption = Policy::builder()
            .with_bearer(|_: &str, _| BearerVerdict::Accepted)
            .with_encryption(service.encryption_keys());
        Self {
            all_checks: verifier(&service),
            signature_only: Verifier::new(signature.build().unwrap()),
            encryption_only: Verifier::new(encryption.build().unwrap()),
            genuine: service.delivery(now()).build().unwrap(),
            genuine_plain: service.delivery(now()).plain().build().unwrap(),
            service,
        }
    }
}

static SIDES: LazyLock<Vec<Side>> = LazyLock::new(|| services().map(Side::new).collect());

fn is_outward(rejection: &Rejection) -> bool {
    !rejection.is_own_trouble() && rejection.answer().status() == http::StatusCode::UNAUTHORIZED
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    let name = prop_oneof![
        Just("authorization"),
        Just("signature"),
        Just("content-type"),
        Just("content-length"),
        Just("x-other")
    ];
    let value = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        "Bearer [a-z0-9.]{0,40}".prop_map(String::into_bytes),
        "application/(jose|json|jose\\+json)(; ?[a-z]{1,5}=[a-z]{0,5})?".prop_map(String::into_bytes),
        "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec((name, value), 0..6).prop_map(|pairs| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        headers
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,40}){0,6}".prop_map(String::into_bytes),
        "[\\[\\]{}\":,a-z0-9 ]{0,200}".prop_map(String::into_bytes),
    ]
}

/// A byte of `bytes` changed by `change`, which is not 0.
fn with_changed_byte(bytes: &[u8], position: proptest::sample::Index, change: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let position = position.index(bytes.len());
    bytes[position] ^= change;
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_deliveries_are_refused(headers in headers(), body in body()) {
        for side in SIDES.iter() {
            for verifier in [&*side.all_checks, &side.signature_only, &side.encryption_only] {
                let rejection = verifier.open(&Inbound::new(&headers, &body), now()).unwrap_err();
                prop_assert!(is_outward(&rejection));
            }
        }
    }

    #[test]
    fn a_genuine_delivery_with_another_body_is_refused(body in body()) {
        for side in SIDES.iter() {
            let rejection = open(&side.all_checks, &side.genuine.clone().with_body(body.clone())).unwrap_err();
            prop_assert!(is_outward(&rejection));
            prop_assert!(matches!(
                rejection.reason(),
                RejectionReason::NotDecryptable(_) | RejectionReason::PlainBodyRefused
            ));
        }
    }

    #[test]
    fn a_genuine_delivery_with_one_changed_byte_of_its_body_is_refused(
        position in any::<proptest::sample::Index>(), change in 1_u8..,
    ) {
        for side in SIDES.iter() {
            let body = with_changed_byte(side.genuine.body(), position, change);
            prop_assert!(open(&side.all_checks, &side.genuine.clone().with_body(body)).is_err());
        }
    }

    #[test]
    fn a_changed_token_is_refused(position in any::<proptest::sample::Index>(), change in 1_u8..) {
        for side in SIDES.iter() {
            let mut delivery = side.genuine_plain.clone();
            let token = delivery.headers().get("signature").unwrap().as_bytes();
            if let Ok(value) = HeaderValue::from_bytes(&with_changed_byte(token, position, change)) {
                delivery.headers_mut().insert("signature", value);
                let rejection = open(&side.signature_only, &delivery).unwrap_err();
                prop_assert!(matches!(rejection.reason(), RejectionReason::SignatureInvalid(_)));
            }
        }
    }

    #[test]
    fn plain_bodies_never_panic_and_prove_nothing(
        body in body(), position in any::<proptest::sample::Index>(), change in 1_u8..,
    ) {
        let policy = Policy::builder().dangerously_accept_unproved_senders().build().unwrap();
        let verifier = Verifier::new(policy);
        let nearly_right = with_changed_byte(SIDES[0].genuine_plain.body(), position, change);
        for body in [body, nearly_right] {
            match verifier.open_any_form(&Inbound::new(&HeaderMap::new(), &body), now()) {
                Ok(event) => prop_assert_eq!(event.proved(), Proved::Nothing),
                Err(rejection) => prop_assert!(matches!(
                    rejection.reason(),
                    RejectionReason::NotJson | RejectionReason::NotAnEvent
                )),
            }
        }
    }

    /// The token is good for 300 seconds from `now`, the leeway is 60 seconds, and 24 hours ahead is the most.
    #[test]
    fn the_moment_decides_as_the_policy_says(
        second in prop_oneof![
            jiff::Timestamp::MIN.as_second()..=jiff::Timestamp::MAX.as_second(),
            now().as_second() - 90_000..=now().as_second() + 400,
        ],
    ) {
        let expiry = now().as_second() + 300;
        let expected = if second >= expiry + 60 {
            Some(RejectionReason::Expired)
        } else if expiry > second + 24 * 60 * 60 {
            Some(RejectionReason::ClaimMismatch)
        } else {
            None
        };
        for side in SIDES.iter() {
            let opened = side.signature_only.open(&side.genuine_plain.inbound(), at(second));
            prop_assert_eq!(opened.err().map(|rejection| rejection.reason()), expected);
        }
    }
}

#[test]
fn large_bodies_are_refused_unread_and_the_limit_is_exact() {
    let limit = 4096;
    for side in SIDES.iter() {
        let verifier = Verifier::new(side.service.policy().with_max_body_bytes(limit).build().unwrap());
        let delivery = |bytes: usize| {
            let mut body = side.genuine.body().to_vec();
            body.resize(bytes, b' ');
            side.genuine.clone().with_body(body)
        };
        open(&verifier, &delivery(limit)).unwrap();
        assert_refused(open(&verifier, &delivery(limit + 1)), RejectionReason::BodyTooLarge);
        assert_refused(
            verifier.open(&Inbound::new(&HeaderMap::new(), &vec![0; limit + 1]), now()),
            RejectionReason::BodyTooLarge,
        );
    }
}

#[test]
fn a_policy_with_a_huge_limit_still_refuses_what_cannot_be_decrypted() {
    for side in SIDES.iter() {
        let verifier = Verifier::new(side.service.policy().with_max_body_bytes(usize::MAX).build().unwrap());
        let huge = side.genuine.clone().with_body("a".repeat(3 * 1024 * 1024));
        assert_refused(open(&verifier, &huge), RejectionReason::BodyTooLarge);
    }
}
