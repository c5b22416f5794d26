//! Names, values and repetitions of the headers that the checks read.

use billwire_webhooks::q2::testing::{BEARER_TOKEN, Delivery};
use billwire_webhooks::q2::{Policy, Verifier};
use billwire_webhooks::{CheckedHeader, RejectionReason, SignatureProblem};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::support::{assert_refused, now, open, services, verifier};

fn header(delivery: &Delivery, name: &str) -> HeaderValue {
    delivery.headers().get(name).unwrap().clone()
}

#[test]
fn header_names_are_case_insensitive() {
    for service in services() {
        let genuine = service.delivery(now()).build().unwrap();
        // As a server hands them over: `http` lowers every spelling, which is what the verifier relies on.
        let mut headers = HeaderMap::new();
        for (name, spelling) in
            [("authorization", "AUTHORIZATION"), ("signature", "Signature"), ("content-type", "Content-Type")]
        {
            headers.insert(HeaderName::from_bytes(spelling.as_bytes()).unwrap(), header(&genuine, name));
        }
        let inbound = billwire_webhooks::Inbound::new(&headers, genuine.body());
        verifier(&service).open(&inbound, now()).unwrap();
    }
}

#[test]
fn the_signature_header_can_have_another_name() {
    for service in services() {
        let name = HeaderName::from_static("x-bdcs-token");
        let check = service.signature_check().with_header("X-BDCS-Token".parse().unwrap());
        let verifier = Verifier::new(Policy::builder().with_signature(check).build().unwrap());
        let builder = service.delivery(now()).plain();
        open(&verifier, &builder.clone().with_signature_header(name).build().unwrap()).unwrap();
        assert_refused(open(&verifier, &builder.build().unwrap()), RejectionReason::MissingSignature);
    }
}

#[test]
fn a_leading_bearer_in_the_signature_is_an_option() {
    for service in services() {
        let mut delivery = service.delivery(now()).plain().build().unwrap();
        let token = header(&delivery, "signature").to_str().unwrap().to_owned();
        let strict =
            Verifier::new(Policy::builder().with_signature(service.signature_check()).build().unwrap());
        let check = service.signature_check().with_optional_bearer_prefix();
        let tolerant = Verifier::new(Policy::builder().with_signature(check).build().unwrap());
        open(&tolerant, &delivery).unwrap();
        for prefix in ["Bearer ", "bearer  "] {
            delivery.headers_mut().insert("signature", format!("{prefix}{token}").parse().unwrap());
            open(&tolerant, &delivery).unwrap();
            let malformed = RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
            assert_refused(open(&strict, &delivery), malformed);
        }
        for value in [format!("Basic {token}"), format!("Bearer Bearer {token}"), format!("Bearer{token}")] {
            delivery.headers_mut().insert("signature", value.parse().unwrap());
            let malformed = RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
            assert_refused(open(&tolerant, &delivery), malformed);
        }
    }
}

#[test]
fn content_types_with_parameters_and_without() {
    for service in services() {
        let all = verifier(&service);
        let plain =
            Verifier::new(Policy::builder().with_signature(service.signature_check()).build().unwrap());
        let mut encrypted = service.delivery(now()).build().unwrap();
        for value in ["application/jose+json; charset=utf-8", "application/jose", "APPLICATION/JOSE;x=y"] {
            encrypted.headers_mut().insert("content-type", value.parse().unwrap());
            open(&all, &encrypted).unwrap();
            assert_refused(open(&plain, &encrypted), RejectionReason::EncryptedBodyRefused);
        }
        encrypted.headers_mut().remove("content-type");
        open(&all, &encrypted).unwrap();
        assert_refused(open(&plain, &encrypted), RejectionReason::NotJson);

        let mut json = service.delivery(now()).plain().build().unwrap();
        for value in ["application/json; charset=utf-8", "Application/Json"] {
            json.headers_mut().insert("content-type", value.parse().unwrap());
            open(&plain, &json).unwrap();
            assert_refused(open(&all, &json), RejectionReason::PlainBodyRefused);
        }
        json.headers_mut().remove("content-type");
        open(&plain, &json).unwrap();
        assert_refused(open(&all, &json), RejectionReason::PlainBodyRefused);
    }
}

#[test]
fn an_encrypted_body_that_calls_itself_json_is_refused() {
    for service in services() {
        let mut delivery = service.delivery(now()).build().unwrap();
        delivery.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
        assert_refused(open(&verifier(&service), &delivery), RejectionReason::PlainBodyRefused);
    }
}

#[test]
fn line_breaks_in_an_encrypted_body_do_not_matter() {
    for service in services() {
        let delivery = service.delivery(now()).build().unwrap();
        let text = std::str::from_utf8(delivery.body()).unwrap();
        let lines: Vec<_> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let broken = format!("\r\n {}\n", lines.join("\r\n\t"));
        open(&verifier(&service), &delivery.with_body(broken)).unwrap();
    }
}

#[test]
fn a_header_that_stands_twice_is_refused_even_with_the_same_value() {
    for service in services() {
        let verifier = verifier(&service);
        for (name, checked) in [
            ("authorization", CheckedHeader::Authorization),
            ("signature", CheckedHeader::Signature),
            ("content-type", CheckedHeader::ContentType),
        ] {
            let mut delivery = service.delivery(now()).build().unwrap();
            let again = header(&delivery, name);
            delivery.headers_mut().append(HeaderName::from_static(name), again);
            assert_refused(open(&verifier, &delivery), RejectionReason::RepeatedHeader(checked));
        }
    }
}

#[test]
fn two_signatures_in_one_value_are_no_signature() {
    for service in services() {
        let mut delivery = service.delivery(now()).build().unwrap();
        let token = header(&delivery, "signature").to_str().unwrap().to_owned();
        delivery.headers_mut().insert("signature", format!("{token}, {token}").parse().unwrap());
        let malformed = RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
        assert_refused(open(&verifier(&service), &delivery), malformed);
    }
}

#[test]
fn odd_values_are_refused() {
    for service in services() {
        let verifier = verifier(&service);
        let malformed = RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
        for (value, expected) in [
            (&b""[..], RejectionReason::MissingSignature),
            (b"  ", RejectionReason::MissingSignature),
            (b"\xff\xfe", malformed),
            (b"..", malformed),
            (b"a.b.c", malformed),
            (b"\t.\t.\t", malformed),
        ] {
            let mut delivery = service.delivery(now()).build().unwrap();
            delivery.headers_mut().insert("signature", HeaderValue::from_bytes(value).unwrap());
            assert_refused(open(&verifier, &delivery), expected);
        }
        let mut delivery = service.delivery(now()).build().unwrap();
        delivery.headers_mut().insert("signature", "a".repeat(1024 * 1024).parse().unwrap());
        assert_refused(open(&verifier, &delivery), malformed);
        for value in [BEARER_TOKEN.to_owned(), format!("Basic {BEARER_TOKEN}"), "Bearer".to_owned()] {
            delivery.headers_mut().insert("authorization", value.parse().unwrap());
            assert_refused(open(&verifier, &delivery), RejectionReason::MissingBearer);
        }
    }
}
