//! The vectors V1 to V5 and the cases a to l of the description, section 6.6.

use billwire_models::billerapi::behaviour::{Envelope, EventBody};
use billwire_models::billerapi::{EventEnvironment, EventMode, EventType};
use billwire_webhooks::billerapi::testing::{SECRET, Service};
use billwire_webhooks::billerapi::{Policy, Verifier};
use billwire_webhooks::{Inbound, Proved, RejectionReason, SignatureProblem, Verified};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

const T: i64 = 1_779_278_400;
const V1: &str = r#"{"id":"evt_01JV9Q0000000000000000TEST","object":"event","type":"bill.created","api_version":"2026-04-29","created":1779278400,"environment":"dev","data":{"object":{"id":"sandbox_bill_4242424242_1","object":"bill","user_id":"user_123","biller_id":"test_electric_company"}},"request":{"id":null,"idempotency_key":null}}"#;
const V1_CODE: &str = "775a4d45ccd213fa9e571d0e3a706c50a6210ecc165d563e63e8dcb9837a4465";
const V1_LEGACY: &str = "8309a9dce94b63ca82b07517ead4c1b78400c7bdcf1243f6dd9446dd1776aba6";
const V2: &str = r#"{"event_type":"bill.created","event_id":"evt_abc123","timestamp":"2026-05-20T12:00:00Z","client_id":"client_xyz","mode":"sandbox","data":{"bill_id":"bill_456","account_link_id":"link_789","client_user_id":"user_123"}}"#;
const V2_CODE: &str = "777a2b453854f6bffb8531bcc7973a427649582954df2d15587558628c930175";
const V2_LEGACY: &str = "5265b2d7f86585486997e8d66934b4e645dea7c2d9ff27ab76f65581a6b6cb82";
const V3: &str = r#"{"id":"evt_001","type":"request-to-link.created","created_at":"2026-04-01T10:00:00Z","client_id":"client_xyz","data":{"id":"rtl_abc123","client_user_id":"user_456","biller_id":"test_electric_company","status":"PENDING"}}"#;
const V3_CODE: &str = "93be5ba46fb1430f26101bbdacd2fc33dd3310c4e1ac1755e7e5bd259cd2fbb9";
const V3_LEGACY: &str = "0e2b970a0ba8343d6c7ea220969974433478a6e0490a26ab7ac2da805e2d2248";
const V4: &str = r#"{"event_type":"account-link.updated","event_id":"evt_utf8","timestamp":"2026-05-20T12:00:00Z","client_id":"client_xyz","mode":null,"data":{"account_link_id":"sb_link_1","client_user_id":"zoë"}}"#;
const V4_CODE: &str = "0f53937eeca4399ac61fc6b82219e34cf0e5b173d9238fe93481b66bea327378";
const V5_CODE: &str = "5f3940c4eed61176fd601865f11813d4b549685c108708d0a3d1cd2837761482";

const MALFORMED: RejectionReason = RejectionReason::SignatureInvalid(SignatureProblem::Malformed);
const NO_MATCH: RejectionReason = RejectionReason::SignatureInvalid(SignatureProblem::DoesNotVerify);

fn verifier() -> Verifier {
    Verifier::new(Policy::builder().with_secret(SECRET).build().unwrap())
}

fn current(code: &str) -> String {
    format!("t={T},v1={code}")
}

fn open(
    verifier: &Verifier,
    headers: &[(&'static str, &str)],
    body: &str,
    now: i64,
) -> Result<Verified<EventBody>, RejectionReason> {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value"))
        })
        .collect();
    let now = Timestamp::from_second(now).expect("a time");
    verifier
        .open_any_form(&Inbound::new(&headers, body.as_bytes()), now)
        .map_err(|rejection| rejection.reason())
}

/// Opens a vector in its current and its legacy form, and compares both signatures with those of the played service.
#[track_caller]
fn vector(body: &str, bytes: usize, code: &str, legacy: Option<&str>) -> EventBody {
    assert_eq!(body.len(), bytes);
    let service = Service::new();
    assert_eq!(service.signature(T, body.as_bytes()).to_hex(), code);
    let verified = open(&verifier(), &[("billbutler-signature", &current(code))], body, T).expect("valid");
    assert_eq!(verified.proved(), Proved::SenderAndBody);
    let mac = verified.evidence().mac().expect("a signature");
    assert_eq!((mac.secret_index(), mac.signed_at()), (0, Timestamp::from_second(T).ok()));
    assert_eq!(verified.plain_body(), body.as_bytes());
    if let Some(legacy) = legacy {
        assert_eq!(service.legacy_signature(body.as_bytes()).to_hex(), legacy);
        let lenient = Verifier::new(
            Policy::builder().with_secret(SECRET).with_legacy_signature().build().expect("a policy"),
        );
        let by_legacy = open(&lenient, &[("x-webhook-signature", legacy)], body, 0).expect("valid");
        assert_eq!(by_legacy.value(), verified.value());
    }
    verified.into_value()
}

fn event(body: EventBody, expected: Envelope) -> billwire_models::billerapi::Event {
    match body {
        EventBody::Event { event, envelope } if envelope == expected => *event,
        other => panic!("{other:?}"),
    }
}

/// Vector V1 and checklist, client (9): the newest envelope (E3).
#[test]
fn vector_v1() {
    let event = event(vector(V1, 317, V1_CODE, Some(V1_LEGACY)), Envelope::Newest);
    assert_eq!(event.id.as_str(), "evt_01JV9Q0000000000000000TEST");
    assert_eq!((event.kind.clone(), event.created), (EventType::BillCreated, T));
    assert_eq!(event.environment, Some(EventEnvironment::Dev));
    assert_eq!(event.resource_id(), Some("sandbox_bill_4242424242_1"));
}

/// Vector V2 and checklist, client (9): the flat envelope (E2) with `mode`.
#[test]
fn vector_v2() {
    let event = event(vector(V2, 217, V2_CODE, Some(V2_LEGACY)), Envelope::Flat);
    assert_eq!((event.id.as_str(), event.created), ("evt_abc123", T));
    assert_eq!(event.mode, Some(EventMode::Sandbox));
    assert_eq!(event.resource_id(), Some("bill_456"));
}

/// Vector V3 and checklist, client (9): the oldest envelope (E1).
#[test]
fn vector_v3() {
    let event = event(vector(V3, 220, V3_CODE, Some(V3_LEGACY)), Envelope::Oldest);
    assert_eq!(event.kind, EventType::RequestToLinkCreated);
    assert_eq!(event.resource_id(), Some("rtl_abc123"));
}

/// Vector V4 and checklist, client (9): a body that is not ASCII, `mode` null.
#[test]
fn vector_v4() {
    let event = event(vector(V4, 194, V4_CODE, None), Envelope::Flat);
    assert_eq!(event.mode, None);
    assert_eq!(event.client_user_id().unwrap().as_str(), "zo\u{eb}");
}

/// Vector V5 and checklist, client (9): an empty body verifies, and then is no event.
#[test]
fn vector_v5() {
    assert_eq!(Service::new().signature(T, b"").to_hex(), V5_CODE);
    let headers = [("billbutler-signature", &*current(V5_CODE))];
    assert_eq!(open(&verifier(), &headers, "", T).unwrap_err(), RejectionReason::NotJson);
    let headers = [("billbutler-signature", &*current(V4_CODE))];
    assert_eq!(open(&verifier(), &headers, "", T).unwrap_err(), NO_MATCH, "not even verified");
}

#[track_caller]
fn case(header: &str, body: &str, now: i64, expected: Option<RejectionReason>) {
    let opened = open(&verifier(), &[("billbutler-signature", header)], body, now);
    assert_eq!(opened.err(), expected);
}

/// Case a: V2's header at its time is valid.
#[test]
fn case_a() {
    case(&current(V2_CODE), V2, T, None);
}

/// Case b: exactly 300 seconds later is valid; so is exactly 300 seconds before.
#[test]
fn case_b() {
    case(&current(V2_CODE), V2, T + 300, None);
    case(&current(V2_CODE), V2, T - 300, None);
}

/// Case c: 301 seconds later is outside the window.
#[test]
fn case_c() {
    case(&current(V2_CODE), V2, T + 301, Some(RejectionReason::OutsideWindow));
}

/// Case d: 301 seconds before is outside the window.
#[test]
fn case_d() {
    case(&current(V2_CODE), V2, T - 301, Some(RejectionReason::OutsideWindow));
}

/// Case e: one character of the body changed.
#[test]
fn case_e() {
    let changed = V2.replace("bill_456", "bill_457");
    case(&current(V2_CODE), &changed, T, Some(NO_MATCH));
    case(&current("126f7cf9ee005fd6d6af9738ce3ad1c380f89871c0d589ec160eb1b05b808820"), &changed, T, None);
}

/// Case f: the same JSON printed again with spaces is another body.
#[test]
fn case_f() {
    // Times hold colons too, so the members are spaced one by one, as a printer does.
    let printed = V2.replace("\":", "\": ").replace(",\"", ", \"");
    case(&current(V2_CODE), &printed, T, Some(NO_MATCH));
    case(&current("b277b00ad072de0b8d822ff1bed2dfbc6d1c92724baaa23978f12be678175bd9"), &printed, T, None);
}

/// Case g: two codes, the first made with an old secret.
#[test]
fn case_g() {
    const OLD: &str = "9486e3d63a6b9838e5bcdf851a0d17b134b04546a3428f4771f90a6b00a510d5";
    let header = format!("t={T},v1={OLD},v1={V2_CODE}");
    case(&header, V2, T, None);
    // The other half of a rotation: we still know the old secret, the service sends one code.
    let both = Policy::builder().with_secret(SECRET).with_secret("whsec_old_secret").build().unwrap();
    let verified = open(&Verifier::new(both), &[("billbutler-signature", &current(OLD))], V2, T).unwrap();
    assert_eq!(verified.evidence().mac().unwrap().secret_index(), 1);
    case(&current(OLD), V2, T, Some(NO_MATCH));
}

/// Case h: hexadecimal digits in upper case.
#[test]
fn case_h() {
    case(&current(&V2_CODE.to_uppercase()), V2, T, None);
}

/// Case i: no time in the header is malformed at any time.
#[test]
fn case_i() {
    for now in [0, T, T * 3] {
        case(&format!("v1={V2_CODE}"), V2, now, Some(MALFORMED));
    }
}

/// Case j: the time is signed too.
#[test]
fn case_j() {
    case(&format!("t={},v1={V2_CODE}", T + 1), V2, T, Some(NO_MATCH));
}

/// Case k and contradiction C3: the legacy header alone counts as no header.
#[test]
fn case_k() {
    for now in [0, T] {
        let opened = open(&verifier(), &[("x-webhook-signature", V2_LEGACY)], V2, now);
        assert_eq!(opened.unwrap_err(), RejectionReason::MissingSignature);
    }
}

/// Case l and contradiction C3: the legacy header alone, switched on, is valid at any time, bare or with its prefix; it
/// never rescues a current header that is wrong.
#[test]
fn case_l() {
    let policy = Policy::builder().with_secret(SECRET).with_legacy_signature().build().unwrap();
    let lenient = Verifier::new(policy);
    for now in [0, T, T * 3] {
        for value in [V2_LEGACY.to_owned(), format!("sha256={V2_LEGACY}"), V2_LEGACY.to_uppercase()] {
            let verified = open(&lenient, &[("x-webhook-signature", &value)], V2, now).unwrap();
            assert_eq!(verified.proved(), Proved::SenderAndBody);
            assert_eq!(verified.evidence().mac().unwrap().signed_at(), None, "no time, no end");
        }
    }
    for (current, reason) in
        [(current(V1_CODE), NO_MATCH), (format!("v1={V2_CODE}"), MALFORMED), (String::new(), MALFORMED)]
    {
        let headers = [("billbutler-signature", &*current), ("x-webhook-signature", V2_LEGACY)];
        assert_eq!(open(&lenient, &headers, V2, T).unwrap_err(), reason, "{current}");
    }
    let late = [("billbutler-signature", &*current(V2_CODE)), ("x-webhook-signature", V2_LEGACY)];
    assert_eq!(open(&lenient, &late, V2, T + 301).unwrap_err(), RejectionReason::OutsideWindow);
    let wrong = [("x-webhook-signature", V1_LEGACY)];
    assert_eq!(open(&lenient, &wrong, V2, T).unwrap_err(), NO_MATCH);
    let malformed = [("x-webhook-signature", "sha256=abc")];
    assert_eq!(open(&lenient, &malformed, V2, T).unwrap_err(), MALFORMED);
    // Both headers, the current one right: the legacy one is not looked at.
    let both = [("billbutler-signature", &*current(V2_CODE)), ("x-webhook-signature", "nonsense")];
    assert!(open(&verifier(), &both, V2, T).is_ok());
}

/// The header names of the event are not signed: the body counts, and the age is taken from the signature.
#[test]
fn headers_beside_the_signature_change_nothing() {
    let headers = [
        ("billbutler-signature", &*current(V2_CODE)),
        ("x-webhook-event-type", "link.created"),
        ("x-webhook-id", "evt_other"),
        ("x-webhook-timestamp", "1999-01-01T00:00:00Z"),
        ("x-webhook-client-id", "client_of_somebody_else"),
    ];
    let verified = open(&verifier(), &headers, V2, T).unwrap();
    let event = event(verified.into_value(), Envelope::Flat);
    assert_eq!((event.kind.as_str(), event.id.as_str()), ("bill.created", "evt_abc123"));
    assert_eq!(event.dedupe_key().0.unwrap().as_str(), "client_xyz");
}
