//! Arbitrary bytes and headers: never a panic, never a verified event.

use std::sync::{Arc, LazyLock};

use billwire_webhooks::q2::testing::{Delivery, Service};
use billwire_webhooks::q2::{Policy, Verifier};
use billwire_webhooks::{Inbound, RejectionReason};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use crate::support::{assert_refused, now, open, service, verifier};

static SERVICE: LazyLock<Service> = LazyLock::new(service);
static ALL_CHECKS: LazyLock<Arc<Verifier>> = LazyLock::new(|| verifier(&SERVICE));
static GENUINE: LazyLock<Delivery> = LazyLock::new(|| SERVICE.delivery(now()).build().unwrap());

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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_deliveries_are_refused(headers in headers(), body in body()) {
        let rejection = ALL_CHECKS.open(&Inbound::new(&headers, &body), now()).unwrap_err();
        prop_assert!(!rejection.is_own_trouble());
        prop_assert_eq!(rejection.answer().status(), http::StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn a_genuine_delivery_with_another_body_is_refused(body in body()) {
        prop_assert!(open(&ALL_CHECKS, &GENUINE.clone().with_body(body)).is_err());
    }

    #[test]
    fn a_genuine_delivery_with_one_changed_byte_of_its_body_is_refused(
        position in any::<proptest::sample::Index>(), change in 1_u8..,
    ) {
        let mut body = GENUINE.body().to_vec();
        let position = position.index(body.len());
        body[position] ^= change;
        prop_assert!(open(&ALL_CHECKS, &GENUINE.clone().with_body(body)).is_err());
    }

    #[test]
    fn a_changed_token_is_refused(position in any::<proptest::sample::Index>(), change in 1_u8..) {
        let mut delivery = GENUINE.clone();
        let mut token = delivery.headers().get("signature").unwrap().as_bytes().to_vec();
        let position = position.index(token.len());
        token[position] ^= change;
        if let Ok(value) = HeaderValue::from_bytes(&token) {
            delivery.headers_mut().insert("signature", value);
            prop_assert!(open(&ALL_CHECKS, &delivery).is_err());
        }
    }

    #[test]
    fn plain_bodies_never_panic(body in body()) {
        let policy = Policy::builder().dangerously_accept_unproved_senders().build().unwrap();
        let opened = Verifier::new(policy).open_any_form(&Inbound::new(&HeaderMap::new(), &body), now());
        prop_assert!(opened.map_or(true, |event| event.proved() == billwire_webhooks::Proved::Nothing));
    }

    #[test]
    fn any_moment_is_fine(second in jiff::Timestamp::MIN.as_second()..=jiff::Timestamp::MAX.as_second()) {
        let opened = ALL_CHECKS.open(&GENUINE.inbound(), jiff::Timestamp::from_second(second).unwrap());
        prop_assert!(opened.map_or_else(|rejection| !rejection.is_own_trouble(), |event| event.proved().sender()));
    }
}

#[test]
fn large_bodies_are_refused_unread_and_the_limit_is_exact() {
    let limit = 4096;
    let policy = SERVICE.policy().with_max_body_bytes(limit).build().unwrap();
    let verifier = Verifier::new(policy);
    let delivery = |bytes: usize| {
        let mut body = GENUINE.body().to_vec();
        body.resize(bytes, b' ');
        GENUINE.clone().with_body(body)
    };
    open(&verifier, &delivery(limit)).unwrap();
    assert_refused(open(&verifier, &delivery(limit + 1)), RejectionReason::BodyTooLarge);
    assert_refused(
        verifier.open(&Inbound::new(&HeaderMap::new(), &vec![0; limit + 1]), now()),
        RejectionReason::BodyTooLarge,
    );
}

#[test]
fn a_policy_with_a_huge_limit_still_refuses_what_cannot_be_decrypted() {
    let verifier = Verifier::new(SERVICE.policy().with_max_body_bytes(usize::MAX).build().unwrap());
    let huge = GENUINE.clone().with_body("a".repeat(3 * 1024 * 1024));
    assert_refused(open(&verifier, &huge), RejectionReason::BodyTooLarge);
}
