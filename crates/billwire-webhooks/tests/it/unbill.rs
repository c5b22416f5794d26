//! Deliveries of the legacy version: read, and nothing proved.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use billwire_models::unbill::{EventData, EventType};
use billwire_webhooks::unbill::axum::{Receiver, UnprovedEvent};
use billwire_webhooks::unbill::{ReadBack, Reader};
use billwire_webhooks::{Inbound, Proved, RejectionReason};
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt as _;

const UPDATE: &str = r#"{"_id":"580e3e11dec21e861b5a3719","type":"bill.update","created":"2016-04-20T16:51:12Z","payload":{"resource":{"type":"bill","id":"579b695decfa11012711875d"},"data":{"company":{"name":"Netflix"},"previous":{"balance":"25.21"},"current":{"balance":"52.11"}}}}"#;

fn read(
    body: &str,
) -> Result<billwire_webhooks::unbill::Unproved<billwire_models::unbill::Event>, RejectionReason> {
    Reader::new()
        .read(&Inbound::new(&HeaderMap::new(), body.as_bytes()))
        .map_err(|rejection| rejection.reason())
}

/// Trap L14: bare as documented, wrapped as sent later. Whatever it is, nothing is proved and the bill is to be read back.
#[test]
fn an_event_is_a_hint_and_says_what_to_read() {
    for body in [UPDATE.to_owned(), format!(r#"{{"event":{UPDATE}}}"#)] {
        let hint = read(&body).unwrap();
        assert_eq!(hint.proved(), Proved::Nothing);
        assert_eq!(hint.unproved_value().kind, EventType::BillUpdate);
        let ReadBack::Bill(bill_id) = hint.read_back() else { panic!() };
        assert_eq!(bill_id.as_str(), "579b695decfa11012711875d");
        assert_eq!(hint.body(), body.as_bytes());
        let shown = format!("{hint:?} {hint:#?}");
        assert!(!shown.contains("52.11") && !shown.contains("Netflix"), "{shown}");
        assert!(matches!(hint.into_unproved_value().data, EventData::BillUpdate(_)));
    }
}

#[test]
fn an_event_that_names_no_bill_says_so() {
    for body in [
        UPDATE.replace(r#""type":"bill""#, r#""type":"moon""#),
        UPDATE.replace("579b695decfa11012711875d", ""),
        UPDATE.replace(r#"{"type":"bill","id":"579b695decfa11012711875d"}"#, "null"),
    ] {
        assert_eq!(read(&body).unwrap().read_back(), ReadBack::Unknown, "{body}");
    }
}

#[test]
fn what_is_no_event_is_refused() {
    assert_eq!(read("").unwrap_err(), RejectionReason::NotJson);
    assert_eq!(read("{}").unwrap_err(), RejectionReason::NotAnEvent);
    assert_eq!(read(&"[".repeat(10_000)).unwrap_err(), RejectionReason::NotJson);
    let reader = Reader::default().with_max_body_bytes(UPDATE.len());
    let read = |body: &str| reader.read(&Inbound::new(&HeaderMap::new(), body.as_bytes()));
    assert!(read(UPDATE).is_ok());
    let too_large = read(&format!("{UPDATE} ")).unwrap_err();
    assert_eq!(too_large.reason(), RejectionReason::BodyTooLarge);
    assert_eq!(too_large.answer().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_extractor_hands_over_hints_within_bounds() {
    let reasons = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&reasons);
    let receiver =
        Receiver::new(Arc::new(Reader::new().with_max_body_bytes(1000)), || jiff::Timestamp::UNIX_EPOCH)
            .with_rejection_hook(move |rejection| seen.lock().unwrap().push(rejection.reason()));
    let handle = |UnprovedEvent(hint): UnprovedEvent| async move {
        if hint.read_back() == ReadBack::Unknown { StatusCode::IM_A_TEAPOT } else { StatusCode::NO_CONTENT }
    };
    let router: Router = Router::new().route("/", post(handle)).with_state(receiver);
    for (body, expected) in [
        (UPDATE.to_owned(), StatusCode::NO_CONTENT),
        ("{}".to_owned(), StatusCode::UNAUTHORIZED),
        (" ".repeat(1001), StatusCode::UNAUTHORIZED),
    ] {
        let request = Request::post("/").body(Body::from(body)).unwrap();
        assert_eq!(router.clone().oneshot(request).await.unwrap().status(), expected);
    }
    assert_eq!(*reasons.lock().unwrap(), [RejectionReason::NotAnEvent, RejectionReason::BodyTooLarge]);
}
