//! Lists that are read element by element: the same lists as in pages, and no failure inside a 200 is lost.

use billwire_core::billerapi::calls;
use billwire_core::stream::Elements;
use billwire_core::testing::Step;
use billwire_core::{Delivery, Error, ErrorKind, TransportErrorKind};
use billwire_models::billerapi::{
    Bill, BillId, FailureCode, ListBillsQuery, ListScenarioBillsQuery, ListSyncsQuery, Sync,
};

use super::{BILL, SECRET, SYNC, Scene};

/// `text` in pieces of `size` bytes.
fn in_pieces(text: &str, size: usize) -> Step {
    Step::pieces(text.as_bytes().chunks(size).map(<[u8]>::to_vec))
}

fn scenario_bills(scene: &Scene) -> Elements<Bill> {
    scene.client.elements(calls::list_scenario_bills(&ListScenarioBillsQuery::new("4000000002")), "bills")
}

fn bills(scene: &Scene) -> Elements<Bill> {
    scene.client.elements(calls::list_bills(&ListBillsQuery::new("sb_link_0001".into())), "bills")
}

/// How many elements came before the end, or before the error.
async fn walk<T>(mut elements: Elements<T>) -> (usize, Result<(), Error>)
where
    T: serde::de::DeserializeOwned + billwire_models::scalar::Answer,
{
    let mut count = 0;
    loop {
        match elements.try_next().await {
            Ok(Some(element)) => {
                assert!(element.decoded().is_some(), "every element is good");
                count += 1;
            }
            Ok(None) => return (count, Ok(())),
            Err(error) => {
                assert!(elements.try_next().await.expect("an error comes once").is_none());
                return (count, Err(error));
            }
        }
    }
}

/// The members in each order, in pieces of each size: so many elements, then the failure.
async fn fails(body: &str, elements: usize, kind: ErrorKind, code: Option<&str>, message: Option<&str>) {
    for size in [1, 7, body.len()] {
        let scene = Scene::new([in_pieces(body, size)]);
        let (count, result) = walk(scenario_bills(&scene)).await;
        let error = result.expect_err(body);
        assert_eq!((error.kind(), count), (kind, elements), "{body}: {error}");
        assert_eq!(error.failure_code().as_ref().map(FailureCode::as_str), code, "{body}");
        assert_eq!(error.vendor_message(), message, "{body}");
        assert_eq!((error.delivery(), scene.sent()), (Delivery::Answered, 1), "{body}");
        assert_eq!(error.status().expect("a status").as_u16(), 200, "{body}");
        assert!(error.operation().is_some() && error.call_id().is_some(), "{body}");
    }
}

/// Section 3.3 and 5.11: an outage is not an empty list, wherever the answer says so.
#[tokio::test]
async fn a_failure_inside_a_200_is_one_in_a_stream_too() {
    let business = ErrorKind::BusinessFailure;
    let down = Some("BILLER_UNAVAILABLE");
    let documented =
        r#"{"success": false, "error_code": "BILLER_UNAVAILABLE", "message": "Down.", "bills": []}"#;
    fails(documented, 0, business, down, Some("Down.")).await;
    let behind = r#"{"bills": [], "message": "Down.", "error_code": "BILLER_UNAVAILABLE", "success": false}"#;
    fails(behind, 0, business, down, Some("Down.")).await;
    let without_list = r#"{"success": false, "error_code": "BILLER_UNAVAILABLE"}"#;
    fails(without_list, 0, business, down, None).await;
    let null_list = r#"{"bills": null, "success": "False", "error_code": "BILLER_UNAVAILABLE"}"#;
    fails(null_list, 0, business, down, None).await;
    fails(r#"{"success": false, "bills": []}"#, 0, ErrorKind::NotAccepted, None, None).await;
    let escaped = r#"{"\u0073uccess": 0, "bills": [], "error_code": "ACCOUNT_LOCKED"}"#;
    fails(escaped, 0, business, Some("ACCOUNT_LOCKED"), None).await;
    let repeated = r#"{"success": true, "success": false, "bills": [], "error_code": "ACCOUNT_LOCKED"}"#;
    fails(repeated, 0, business, Some("ACCOUNT_LOCKED"), None).await;
    let before = format!(r#"{{"success": false, "error_code": "BILLER_UNAVAILABLE", "bills": [{BILL}]}}"#);
    fails(&before, 0, business, down, None).await;
    let after =
        format!(r#"{{"bills": [{BILL}, {BILL}], "error_code": "BILLER_UNAVAILABLE", "success": false}}"#);
    fails(&after, 2, business, down, None).await;
}

#[tokio::test]
async fn what_only_looks_like_a_failure_is_none() {
    for body in [
        r#"{"success": true, "error_code": "ACCOUNT_LOCKED", "bills": []}"#,
        r#"{"success": null, "bills": []}"#,
        r#"{"error_code": "ACCOUNT_LOCKED", "bills": []}"#,
        r#"{"more": {"success": false}, "bills": [], "list": [{"success": false}]}"#,
        r#"{"success": false, "success": true, "bills": []}"#,
        r#"{"success": {"success": false}, "bills": []}"#,
    ] {
        let scene = Scene::new([in_pieces(body, 3)]);
        walk(scenario_bills(&scene)).await.1.expect(body);
    }
}

/// Without bounds a message would be held whole, however long it is.
#[tokio::test]
async fn what_stands_beside_the_list_is_held_within_bounds() {
    let long = "x".repeat(100_000);
    let body = format!(
        r#"{{"success": false, "message": "{long}", "other": "{long}", "error_code": "ACCOUNT_LOCKED", "bills": [{BILL}]}}"#
    );
    fails(&body, 0, ErrorKind::BusinessFailure, Some("ACCOUNT_LOCKED"), None).await;
    let body = format!(
        r#"{{"bills": [{BILL}, {BILL}], "message": "{long}", "success": true, "error_code": "{long}"}}"#
    );
    let scene = Scene::new([in_pieces(&body, 100)]);
    let mut elements = scenario_bills(&scene);
    let mut most = 0;
    while elements.try_next().await.expect("a list").is_some() {
        most = most.max(elements.held_bytes());
    }
    assert!(most < 4_096, "{most}");
}

/// Rule 4 of the architecture holds for messages that come in a stream.
#[tokio::test]
async fn an_echoed_secret_is_cut_out_of_a_failure_of_a_stream() {
    for bills in ["", BILL] {
        let body = format!(r#"{{"bills": [{bills}], "success": false, "message": "not {SECRET}"}}"#);
        let scene = Scene::new([in_pieces(&body, 50)]);
        let error = walk(scenario_bills(&scene)).await.1.expect_err("a failure");
        let told = error.vendor_message().expect("a message").to_owned();
        assert!(told.starts_with("not ") && !format!("{told}{error}{error:?}").contains(SECRET));
    }
}

/// A failure that was told in an answer that then broke off is a broken answer: it may be asked for again.
#[tokio::test]
async fn an_answer_that_broke_off_is_asked_for_again() {
    let cut = in_pieces(r#"{"success": false, "error_code": "ACCOUNT_LOCKED", "#, 5)
        .then_fail(Delivery::Unknown, TransportErrorKind::Interrupted);
    let scene = Scene::new([cut, in_pieces(&format!(r#"{{"bills": [{BILL}]}}"#), 5)]);
    assert_eq!(walk(scenario_bills(&scene)).await.0, 1);
    assert_eq!(scene.sent(), 2);
}

/// Contradiction C5: what is a list in pages is one in a stream.
#[tokio::test]
async fn the_array_of_a_stream_has_the_names_of_that_of_a_page() {
    let two = |name: &str| format!(r#"{{"{name}": [{BILL}, {BILL}], "has_more": false}}"#);
    let counts = format!(r#"{{"data": {{"bills": 17}}, "items": null, "bills": [{BILL}, {BILL}]}}"#);
    let both = format!(r#"{{"bills": [{BILL}, {BILL}], "data": [{BILL}]}}"#);
    let bare = format!(" [{BILL}, {BILL}] ");
    for body in [two("bills"), two("data"), two("items"), counts, both, bare] {
        for size in [1, body.len()] {
            let scene = Scene::new([in_pieces(&body, size)]);
            let (count, result) = walk(bills(&scene)).await;
            result.expect(&body);
            assert_eq!(count, 2, "{body}");
        }
    }
    for name in ["data", "syncs", "records", "items"] {
        let scene = Scene::new([in_pieces(&format!(r#"{{"{name}": [{SYNC}]}}"#), 9)]);
        let query = ListSyncsQuery::new("sb_link_0001".into());
        let syncs: Elements<Sync> = scene.client.elements(calls::list_syncs(&query), "data");
        assert_eq!(walk(syncs).await.0, 1, "{name}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_told_is_refused() {
    let other_first = format!(r#"{{"data": [{BILL}], "bills": [{BILL}]}}"#);
    for (body, reason) in [
        (other_first.as_str(), "behind the list"),
        (r#"{"bills": {}}"#, "is not a list"),
        (r#"{"records": []}"#, "no list"),
        ("17", "not an object"),
    ] {
        let scene = Scene::new([in_pieces(body, 2)]);
        let error = walk(bills(&scene)).await.1.expect_err(body);
        assert!(error.kind() == ErrorKind::UnreadableAnswer && error.reason().contains(reason), "{error}");
    }
    // A list of another kind in the same answer is asked for by its own name, and has no other.
    let scene = Scene::new([in_pieces(r#"{"things": ["a", "b"], "data": [3]}"#, 4)]);
    let query = ListBillsQuery::new("sb_link_0001".into());
    let things: Elements<BillId> = scene.client.elements(calls::list_bills(&query), "things");
    assert_eq!(walk(things).await.0, 2);
}
