//! Reading what an event told of, and finding a bill whose single read is not served.

use std::time::Duration;

use billwire_core::testing::Step;
use billwire_core::{AccessToken, Clock as _, Delivery, ErrorKind};
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{BILL, Scene, read, status};

/// Source: BillerAPI description, section 6.9 "Dedupe, and 404 after a webhook".
#[tokio::test]
async fn what_is_not_there_yet_is_asked_for_after_1_2_4_8_and_15_seconds() {
    let mut waited = 0;
    for (failures, pause) in [1, 2, 4, 8, 15].into_iter().enumerate() {
        let steps = std::iter::repeat_n(status(404), failures + 1).chain([Step::ok(BILL)]);
        let scene = Scene::new(steps);
        scene.client.when_visible(read()).await.expect("there at last");
        waited += pause;
        assert_eq!(scene.clock.monotonic(), Duration::from_secs(waited), "after {} failures", failures + 1);
        assert_eq!(scene.sent(), failures + 2);
    }
    let scene = Scene::new(std::iter::repeat_n(status(404), 7));
    let error = scene.client.when_visible(read()).await.expect_err("never");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::NotFound, 6), "then it gives up");
    assert_eq!(scene.clock.monotonic(), Duration::from_secs(30));
}

#[tokio::test]
async fn another_failure_ends_the_waiting_and_a_write_is_not_made_again_and_again() {
    let scene = Scene::new([status(404), status(403)]);
    let error = scene.client.when_visible(read()).await.expect_err("forbidden");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::Forbidden, 2));
    let scene = Scene::new([]);
    let error = scene.client.when_visible(super::trigger_sync()).await.expect_err("a write");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::InvalidRequest, 0));
}

fn page(ids: &[&str], cursor: Option<&str>) -> Step {
    let bills: Vec<Value> = ids
        .iter()
        .map(|id| {
            let mut bill: Value = serde_json::from_str(BILL).expect("JSON");
            bill["id"] = (*id).into();
            bill
        })
        .collect();
    Step::ok(json!({"bills": bills, "has_more": cursor.is_some(), "next_cursor": cursor}).to_string())
}

/// Contradiction C8: a bill that cannot be read by itself is looked for among those of its account.
#[tokio::test]
async fn a_bill_is_found_in_its_account_where_the_single_read_is_not_served() {
    let scene = Scene::new([Step::ok(BILL)]);
    let bill = scene.client.bill_of_account(&"sandbox_bill_1".into(), &"sb_link_0001".into()).await;
    assert_eq!((bill.expect("a bill").id.as_str(), scene.sent()), ("sandbox_bill_1", 1));

    let scene = Scene::new([
        Step::respond(http::StatusCode::NOT_FOUND, "<html>no such page</html>"),
        page(&["b1", "b2"], Some("next")),
        page(&["b3"], None),
    ]);
    let account = scene.client.for_one_account(AccessToken::for_sandbox("at")).expect("usable");
    let bill = account.bill_of_account(&"b3".into(), &"sb_link_0001".into()).await.expect("a bill");
    assert_eq!(bill.id.as_str(), "b3");
    assert_eq!(
        scene.targets(),
        [
            "/v1/bills/b3",
            "/bills/get?account_link_id=sb_link_0001&limit=100",
            "/bills/get?account_link_id=sb_link_0001&limit=100&cursor=next",
        ]
    );

    let scene = Scene::new([status(404), page(&["b1"], None)]);
    let error = scene.client.bill_of_account(&"b3".into(), &"sb_link_0001".into()).await.expect_err("none");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::NotFound, 2));
    let scene = Scene::new([status(403)]);
    let error = scene.client.bill_of_account(&"b3".into(), &"sb_link_0001".into()).await.expect_err("no");
    assert_eq!((error.kind(), scene.sent()), (ErrorKind::Forbidden, 1));
}

/// Rule 3 of the architecture: a bill that is there and cannot be read is not said to be absent.
#[tokio::test]
async fn a_bill_that_cannot_be_read_is_not_called_not_found() {
    let broken = json!({"id": "b3", "amount": true, "status": "PENDING"});
    let list = |bills: Value, cursor: Option<&str>| {
        Step::ok(json!({"bills": bills, "next_cursor": cursor}).to_string())
            .with_header(HeaderName::from_static("x-request-id"), HeaderValue::from_static("r-7"))
    };
    for broken in [json!([broken]), json!(vec![0; 150])] {
        let scene = Scene::new([status(404), list(broken.clone(), Some("next")), page(&["b1"], None)]);
        let error =
            scene.client.bill_of_account(&"b3".into(), &"sb_link_0001".into()).await.expect_err("unknown");
        assert_eq!((error.kind(), scene.sent()), (ErrorKind::RejectedElements, 3), "{error}");
        assert_eq!(error.operation().expect("an operation").id, "listBills");
        assert_eq!((error.request_id(), error.delivery()), (Some("r-7"), Delivery::Answered));
        assert!(error.call_id().is_some() && !error.is_retryable());
        assert!(!error.advice().contains("strict"), "{error}");
        // A bill that is found is found.
        let scene = Scene::new([status(404), list(broken, Some("next")), page(&["b3"], None)]);
        scene.client.bill_of_account(&"b3".into(), &"sb_link_0001".into()).await.expect("a bill");
    }
    // A bad charge inside another bill hides no bill.
    let other = json!({"id": "b1", "amount": 1, "status": "PENDING", "line_items": [17]});
    let scene = Scene::new([status(404), list(json!([other]), None)]);
    let error = scene.client.bill_of_account(&"b3".into(), &"sb_link_0001".into()).await.expect_err("none");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
