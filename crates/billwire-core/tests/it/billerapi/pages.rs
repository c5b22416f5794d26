//! The four styles of paging: what is sent, where a list ends, and that it ends.

use billwire_core::paging::{Pages, Paging};
use billwire_core::testing::Step;
use billwire_core::{AccessToken, Element, Error, ErrorKind};
use billwire_models::billerapi::{
    ListBillersQuery, ListBillsQuery, ListEmailMessagesQuery, ListRequestsToLinkQuery, ListSyncsQuery,
};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::{BILL, Scene, status};

fn biller(number: u32) -> Value {
    json!({"id": format!("b{number}"), "name": "A biller"})
}

fn request(number: u32) -> Value {
    let mut request: Value = serde_json::from_str(super::REQUEST_TO_LINK).expect("JSON");
    request["id"] = format!("r{number}").into();
    request
}

/// A page by cursor.
fn page(items: &[Value], more: Option<bool>, cursor: Option<&str>) -> Step {
    let mut body = json!({"data": items, "next_cursor": cursor});
    if let Some(more) = more {
        body["has_more"] = more.into();
    }
    Step::ok(body.to_string())
}

/// A page by number.
fn numbered(items: std::ops::Range<u32>, total: Option<u32>, limit: Option<u32>) -> Step {
    let items: Vec<Value> = items.map(request).collect();
    Step::ok(json!({"items": items, "total": total, "page": 1, "limit": limit}).to_string())
}

/// How many elements came, or the error and how many pages came before it.
async fn walk<P: Paging>(mut pages: Pages<P>) -> Result<usize, (u32, Error)> {
    let mut count = 0;
    loop {
        match pages.next_page().await {
            Ok(Some(page)) => count += P::items(page.into_inner()).items.len(),
            Ok(None) => return Ok(count),
            Err(error) => {
                assert!(pages.next_page().await.expect("an error comes once").is_none());
                return Err((pages.fetched(), error));
            }
        }
    }
}

fn bad_list(error: &Error) -> bool {
    error.kind() == ErrorKind::EndlessList && !error.is_retryable()
}

/// Checklist, client (6): style P1, by cursor.
#[tokio::test]
async fn pages_by_cursor_follow_the_cursor_as_it_came() {
    let scene = Scene::new([
        page(&[biller(1), biller(2)], Some(true), Some("b3B/aXF1+ZQ==")),
        page(&[biller(3)], Some(true), Some("next")),
        page(&[biller(4)], Some(false), None),
    ]);
    let billers = scene.client.billers(ListBillersQuery::new().with_search("electric"));
    assert_eq!(walk(billers).await.expect("three pages"), 4);
    assert_eq!(
        scene.targets(),
        [
            "/billers?search=electric&limit=100",
            "/billers?search=electric&limit=100&cursor=b3B%2FaXF1%2BZQ%3D%3D",
            "/billers?search=electric&limit=100&cursor=next",
        ]
    );
}

/// Checklist, client (6): where a list by cursor ends.
#[tokio::test]
async fn a_list_by_cursor_ends_where_the_service_says_so() {
    for (more, cursor, goes_on) in [
        (Some(true), Some("next"), true),
        (None, Some("next"), true),
        (Some(true), None, false),
        (Some(true), Some(""), false),
        (Some(false), Some("next"), false),
        (Some(false), None, false),
        (None, None, false),
        (None, Some(""), false),
    ] {
        let scene = Scene::new([page(&[biller(1)], more, cursor), page(&[], Some(false), None)]);
        walk(scene.client.billers(ListBillersQuery::new())).await.expect("a list");
        assert_eq!(scene.sent(), if goes_on { 2 } else { 1 }, "{more:?} {cursor:?}");
    }
}

/// Checklist, client (6): style P2, whose array has a name of its own. Contradiction C5: every name of the array is read.
#[tokio::test]
async fn the_array_of_a_page_has_many_names() {
    for name in ["bills", "data", "items"] {
        let body = format!(r#"{{"{name}": [{BILL}, {BILL}], "has_more": false, "next_cursor": null}}"#);
        let scene = Scene::new([Step::ok(body)]);
        let account = scene.client.for_one_account(AccessToken::for_sandbox("at")).expect("usable");
        let bills = account.bills(ListBillsQuery::new("sb_link_0001".into()).with_limit(25));
        assert_eq!(walk(bills).await.expect("a page"), 2, "{name}");
        assert_eq!(scene.targets(), ["/bills/get?account_link_id=sb_link_0001&limit=25"]);
    }
    for name in ["data", "syncs", "records", "items"] {
        let scene = Scene::new([Step::ok(format!(r#"{{"{name}": [{}]}}"#, super::SYNC))]);
        let syncs = scene.client.syncs(ListSyncsQuery::new("sb_link_0001".into()));
        assert_eq!(walk(syncs).await.expect("a page"), 1, "{name}");
    }
    for name in ["data", "messages", "items"] {
        let message = json!({"id": "m", "user_id": "u", "from": "a@b.test"});
        let scene = Scene::new([Step::ok(json!({name: [message]}).to_string())]);
        let messages = scene.client.email_messages(ListEmailMessagesQuery::new("u".into()));
        assert_eq!(walk(messages).await.expect("a page"), 1, "{name}");
    }
}

/// Checklist, client (6): style P3, by number.
#[tokio::test]
async fn pages_by_number_go_on_until_the_count_is_reached() {
    let scene = Scene::new([
        numbered(0..2, Some(5), Some(2)),
        numbered(2..4, Some(5), Some(2)),
        numbered(4..5, Some(5), Some(2)),
    ]);
    let query = ListRequestsToLinkQuery::new().with_limit(2).with_client_user_id("u".into());
    assert_eq!(walk(scene.client.requests_to_link(query)).await.expect("three pages"), 5);
    assert_eq!(
        scene.targets(),
        [1, 2, 3].map(|page| format!("/link/request-to-link?clientUserId=u&page={page}&limit=2"))
    );
}

/// Checklist, client (6): style P3 where the service does as it likes.
#[tokio::test]
async fn a_list_by_number_ends_whatever_the_service_counts() {
    // The service gives less on a page than was asked for, and says so.
    let scene = Scene::new([numbered(0..20, Some(30), Some(20)), numbered(20..30, Some(30), Some(20))]);
    assert_eq!(walk(scene.client.requests_to_link(ListRequestsToLinkQuery::new())).await.expect("all"), 30);
    // It counts more than there is.
    let scene = Scene::new([numbered(0..2, Some(1_000), Some(2)), numbered(0..0, Some(1_000), Some(2))]);
    assert_eq!(walk(scene.client.requests_to_link(ListRequestsToLinkQuery::new())).await.expect("all"), 2);
    // It counts nothing and says the size of its pages: one that is not full is the last one.
    let query = || ListRequestsToLinkQuery::new().with_limit(2);
    let scene = Scene::new([numbered(0..2, None, Some(2)), numbered(2..3, None, Some(2))]);
    assert_eq!(walk(scene.client.requests_to_link(query())).await.expect("all"), 3);
    // It knows no pages: the array is bare and holds more than was asked for (section 3.6).
    let bare = json!((0..3).map(request).collect::<Vec<Value>>());
    let scene = Scene::new([Step::ok(bare.to_string())]);
    assert_eq!(walk(scene.client.requests_to_link(query())).await.expect("all"), 3);
    // It begins where the caller says.
    let scene = Scene::new([numbered(4..5, Some(5), Some(2))]);
    assert_eq!(walk(scene.client.requests_to_link(query().with_page(3))).await.expect("the rest"), 1);
}

/// A service that gives less on a page than was asked for, and does not say so, loses nothing: the empty page is the last one.
#[tokio::test]
async fn a_page_that_is_not_full_is_not_the_last_one_unless_the_service_says_how_full_it_can_be() {
    let all = || {
        Scene::new([numbered(0..20, None, None), numbered(20..25, None, None), numbered(0..0, None, None)])
    };
    let scene = all();
    assert_eq!(walk(scene.client.requests_to_link(ListRequestsToLinkQuery::new())).await.expect("all"), 25);
    assert_eq!(scene.sent(), 3);
    // More on a page than was asked for is not the whole list either.
    let scene = all();
    let small = ListRequestsToLinkQuery::new().with_limit(2);
    assert_eq!(walk(scene.client.requests_to_link(small)).await.expect("all"), 25);
    // It counts, but does not say how many it gives on a page.
    let scene = Scene::new([numbered(0..20, Some(30), None), numbered(20..30, Some(30), None)]);
    assert_eq!(walk(scene.client.requests_to_link(ListRequestsToLinkQuery::new())).await.expect("all"), 30);
    assert_eq!(scene.sent(), 2);
    // It does not read the number of the page.
    let scene = Scene::new([numbered(0..20, None, None), numbered(0..20, None, None)]);
    let (pages, error) =
        walk(scene.client.requests_to_link(ListRequestsToLinkQuery::new())).await.expect_err("a circle");
    assert!(bad_list(&error) && pages == 1, "{error}");
}

/// Section 3.6: a bare array counts as one page without others, full or not.
#[tokio::test]
async fn a_bare_array_is_one_page() {
    for count in [1, 2, 3] {
        let bare = json!((0..count).map(request).collect::<Vec<Value>>());
        let scene = Scene::new([Step::ok(format!("\u{feff} {bare}"))]);
        let requests = scene.client.requests_to_link(ListRequestsToLinkQuery::new().with_limit(2));
        assert_eq!(walk(requests).await.expect("all"), count as usize);
    }
}

/// Checklist, client (6): style P4, one page; and a bare array, which counts as one.
#[tokio::test]
async fn accounts_come_in_one_page_as_an_object_or_a_bare_array() {
    let account = json!({
        "id": "acc_1", "biller_id": "b", "biller_name": "B", "client_user_id": "u", "status": "ACTIVE"
    });
    for body in [json!({"accounts": [account]}), json!({"data": [account]}), json!([account])] {
        let scene = Scene::new([Step::ok(body.to_string())]);
        assert_eq!(walk(scene.client.accounts()).await.expect("one page"), 1, "{body}");
        assert_eq!(scene.targets(), ["/bills/accounts"]);
    }
    let scene = Scene::new([Step::ok(json!([biller(1)]).to_string())]);
    assert_eq!(walk(scene.client.billers(ListBillersQuery::new())).await.expect("a bare array"), 1);
}

/// Checklist, client (6): a cursor or a page that comes twice ends the list with an error.
#[tokio::test]
async fn a_list_that_turns_in_a_circle_is_noticed() {
    let scene = Scene::new([
        page(&[biller(1)], Some(true), Some("a")),
        page(&[biller(2)], Some(true), Some("b")),
        page(&[biller(3)], Some(true), Some("a")),
    ]);
    let (pages, error) = walk(scene.client.billers(ListBillersQuery::new())).await.expect_err("a circle");
    assert!(bad_list(&error), "{error}");
    assert_eq!((pages, scene.sent()), (2, 3));

    let stuck = || page(&[biller(1)], Some(true), Some("same"));
    let scene = Scene::new([stuck(), stuck()]);
    let (pages, error) = walk(scene.client.billers(ListBillersQuery::new())).await.expect_err("stuck");
    assert!(bad_list(&error) && pages == 1, "{error}");

    let same = || numbered(0..2, Some(100), Some(2));
    let scene = Scene::new([same(), same()]);
    let requests = scene.client.requests_to_link(ListRequestsToLinkQuery::new());
    let (pages, error) = walk(requests).await.expect_err("the page number is not read");
    assert!(bad_list(&error) && pages == 1, "{error}");

    let endless = (0..5).map(|number| page(&[biller(number)], Some(true), Some(&format!("c{number}"))));
    let scene = Scene::new(endless);
    let bounded = scene.client.billers(ListBillersQuery::new()).with_max_pages(3);
    let (pages, error) = walk(bounded).await.expect_err("more pages than the bound");
    assert!(bad_list(&error) && pages == 3 && scene.sent() == 3, "{error}");
}

#[tokio::test]
async fn a_page_size_that_no_service_takes_is_refused_unsent() {
    let scene = Scene::new([]);
    for limit in [0, 101] {
        let billers = scene.client.billers(ListBillersQuery::new().with_limit(limit));
        let (_, error) = walk(billers).await.expect_err("out of range");
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let requests = scene.client.requests_to_link(ListRequestsToLinkQuery::new().with_limit(limit));
        let (_, error) = walk(requests).await.expect_err("out of range");
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    let requests = scene.client.requests_to_link(ListRequestsToLinkQuery::new().with_page(0));
    assert_eq!(walk(requests).await.expect_err("the first is 1").1.kind(), ErrorKind::InvalidRequest);
    assert_eq!(scene.sent(), 0);
}

#[tokio::test]
async fn a_list_is_a_stream_of_elements_and_tells_what_it_could_not_read() {
    let broken = json!({"id": 17});
    let scene = Scene::new([
        page(&[biller(1), broken], Some(true), Some("a")),
        status(500),
        page(&[biller(2)], Some(false), None),
    ]);
    let billers = scene.client.billers(ListBillersQuery::new()).into_items();
    let elements: Vec<Element<_>> = billers.try_collect().await.expect("the page after the failure");
    let told: Vec<Option<String>> =
        elements.into_iter().map(|element| element.decoded().map(|biller| biller.id.to_string())).collect();
    assert_eq!(told, [Some("b1".to_owned()), None, Some("b2".to_owned())]);
    let keyed = scene.targets();
    assert_eq!(keyed[1], keyed[2], "the failed page is asked for again with the same cursor");
}
