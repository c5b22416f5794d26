//! The company search in pages: what is sent, where it ends, and that it ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use billwire_core::paging::Pages;
use billwire_core::q2::{Client, CompanySearch};
use billwire_core::testing::{ManualClock, ScriptedTransport, Step};
use billwire_core::{
    CallOptions, ClientToken, Delivery, Element, ErrorKind, Transport, TransportError, TransportErrorKind,
    TransportLimits,
};
use billwire_models::q2::{Company, Product, SearchCompanies};
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use http::{HeaderName, HeaderValue, Request, Response};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{self, Scene, header};

fn company(number: u64) -> Value {
    json!({"_id": format!("c{number}"), "name": format!("Company {number}")})
}

/// A page with the companies of the range, and the count if there is one.
fn page(companies: std::ops::Range<u64>, count: Option<u64>) -> Step {
    let mut body = json!({"data": companies.map(company).collect::<Vec<_>>()});
    if let Some(count) = count {
        body["resultCount"] = count.into();
    }
    Step::ok(body.to_string())
}

fn search(scene: &Scene) -> Pages<CompanySearch> {
    scene.client.companies(SearchCompanies::new().with_query("water").with_page_size(2))
}

fn bodies(scene: &Scene) -> Vec<Value> {
    let requests = scene.transport.requests();
    requests.iter().map(|request| serde_json::from_slice(request.body()).expect("JSON")).collect()
}

/// The ids on all pages, or the error and how many pages came before it.
async fn walk(mut pages: Pages<CompanySearch>) -> Result<Vec<Vec<String>>, (usize, billwire_core::Error)> {
    let mut found = Vec::new();
    loop {
        match pages.next_page().await {
            Ok(Some(page)) => found.push(page.data.iter().map(|company| id(company.clone())).collect()),
            Ok(None) => return Ok(found),
            Err(error) => {
                assert!(pages.next_page().await.expect("an error comes once").is_none());
                return Err((found.len(), error));
            }
        }
    }
}

fn id(company: Company) -> String {
    company.id.expect("an id").to_string()
}

/// Trap T4: booleans, numbers and arrays are sent as such, not as text.
#[tokio::test]
async fn paging_is_asked_for_with_real_booleans_and_numbers() {
    let scene = Scene::new([page(0..2, Some(3)), page(2..3, Some(3))]);
    let search = SearchCompanies::new()
        .with_query("water")
        .with_products(vec![Product::Cardswap])
        .with_paginate_results(false)
        .with_page_size(2);
    let pages = walk(scene.client.companies(search)).await.expect("two pages");
    assert_eq!(pages, [vec!["c0", "c1"], vec!["c2"]]);
    let sent = |number: u64| json!({"query": "water", "paginateResults": true, "pageSize": 2, "pageNumber": number, "products": ["cardswap"]});
    assert_eq!(bodies(&scene), [sent(1), sent(2)]);
    assert_eq!(scene.transport.requests()[0].uri().path(), "/v1/company/search");
}

#[tokio::test]
async fn the_list_ends_with_the_count_or_with_an_empty_page() {
    for (steps, expected) in [
        (vec![page(0..2, Some(2))], 1),
        (vec![page(0..2, Some(4)), page(2..4, Some(4))], 2),
        (vec![page(0..0, Some(0))], 1),
        (vec![page(0..0, None)], 1),
        (vec![page(0..2, None), page(2..3, None), page(3..3, None)], 3),
        // The list became shorter while it was read.
        (vec![page(0..2, Some(9)), page(2..2, Some(9))], 2),
        // A service that does not page: everything on one page, and no count.
        (vec![page(0..5, None)], 1),
    ] {
        let scene = Scene::new(steps);
        assert_eq!(walk(search(&scene)).await.expect("an end").len(), expected);
        assert_eq!((scene.sent(), scene.transport.remaining()), (expected, 0), "no page too many");
    }
}

#[tokio::test]
async fn a_page_that_came_before_ends_it_with_an_error() {
    let again = page(0..2, Some(9))
        .with_header(HeaderName::from_static("request-id"), HeaderValue::from_static("r-3"));
    let scene = Scene::new([page(0..2, Some(9)), page(2..4, Some(9)), again, page(4..6, Some(9))]);
    let (good, error) = walk(search(&scene)).await.expect_err("a circle");
    assert_eq!((good, error.kind()), (2, ErrorKind::EndlessList), "{error}");
    assert_eq!(
        (error.request_id(), error.operation().expect("an operation").id),
        (Some("r-3"), "searchCompanies")
    );
    assert!(error.reason().contains("page 3 of the list came before") && !error.is_retryable(), "{error}");
    assert_eq!(scene.sent(), 3);

    // Even where the count says that it was the last page: the companies after the first page were not seen.
    let scene = Scene::new([page(0..2, Some(4)), page(0..2, Some(4))]);
    let (good, error) = walk(search(&scene)).await.expect_err("the same page twice");
    assert_eq!((good, error.kind()), (1, ErrorKind::EndlessList));
}

#[tokio::test]
async fn the_number_of_pages_is_bounded() {
    let scene = Scene::new((0..5).map(|number| page(number * 2..number * 2 + 2, Some(100))));
    let (good, error) = walk(search(&scene).with_max_pages(3)).await.expect_err("too many");
    assert_eq!((good, error.kind(), scene.sent()), (3, ErrorKind::EndlessList, 3), "{error}");
    assert!(error.advice().contains("with_max_pages"), "{error}");

    let scene = Scene::new([]);
    let (_, error) = walk(search(&scene).with_max_pages(0)).await.expect_err("none allowed");
    assert_eq!(
        (error.kind(), error.delivery(), scene.sent()),
        (ErrorKind::EndlessList, Delivery::NotSent, 0)
    );
    assert!(!error.is_retryable(), "it would end in the same way");
}

/// Companies that have no id yet differ by what else is said of them.
#[tokio::test]
async fn pages_that_look_alike_are_not_the_same_page() {
    let page = |city: &str| {
        let company = json!({"name": "City Water", "geo": {"address": city}});
        Step::ok(json!({"data": [company], "resultCount": 2}).to_string())
    };
    let scene = Scene::new([page("Austin"), page("Boston")]);
    let search = SearchCompanies::new().with_query("water").with_page_size(1);
    let mut items = scene.client.companies(search).into_items();
    let mut count = 0;
    while items.try_next().await.expect("two different companies").is_some() {
        count += 1;
    }
    assert_eq!(count, 2);
}

#[tokio::test]
async fn a_failed_page_ends_it_after_the_pages_before() {
    let unclear = || Step::fail(Delivery::Unknown, TransportErrorKind::Interrupted);
    let scene = Scene::new([page(0..2, Some(9)), unclear(), page(2..4, Some(9)), support::status(400)]);
    let (good, error) = walk(search(&scene)).await.expect_err("400");
    assert_eq!(
        (good, error.kind(), scene.sent()),
        (2, ErrorKind::Rejected, 4),
        "a read is repeated: {error}"
    );
}

#[tokio::test]
async fn sizes_and_numbers_that_the_service_does_not_take_are_refused_unsent() {
    let scene = Scene::new([]);
    for (search, reason) in [
        (SearchCompanies::new().with_page_size(0), "1 to 100 companies, not 0"),
        (SearchCompanies::new().with_page_size(101), "not 101"),
        (SearchCompanies::new().with_page_number(0), "the number 1, not 0"),
    ] {
        let (good, error) = walk(scene.client.companies(search)).await.expect_err(reason);
        assert_eq!((good, error.kind(), error.delivery()), (0, ErrorKind::InvalidRequest, Delivery::NotSent));
        assert!(error.reason().contains(reason), "{error}");
    }
    assert_eq!(scene.sent(), 0);
}

#[tokio::test]
async fn it_can_start_in_the_middle_and_has_a_page_size_of_its_own() {
    let scene = Scene::new([page(200..250, Some(250))]);
    let pages =
        walk(scene.client.companies(SearchCompanies::new().with_page_number(3))).await.expect("one page");
    assert_eq!((pages.len(), pages[0].len()), (1, 50));
    assert_eq!(bodies(&scene), [json!({"paginateResults": true, "pageSize": 100, "pageNumber": 3})]);
}

#[tokio::test]
async fn every_page_has_its_own_request_id_and_report() {
    let bad = json!({"data": [company(1), 17, company(2)], "resultCount": 5}).to_string();
    let first = Step::ok(bad.clone())
        .with_header(HeaderName::from_static("request-id"), HeaderValue::from_static("r-1"));
    let scene = Scene::new([first, page(3..5, Some(5)), Step::ok(bad), page(3..5, Some(5))]);
    let mut pages = scene.client.companies(SearchCompanies::new().with_page_size(3));
    let page = pages.next_page().await.expect("good").expect("one");
    assert_eq!((page.request_id(), page.rejected()[0].path()), (Some("r-1"), "data[1]"));
    assert_eq!(pages.fetched(), 1);
    drop(pages.next_page().await.expect("good"));
    assert!(pages.next_page().await.expect("the rejected one counts").is_none());

    let mut items = scene.client.companies(SearchCompanies::new().with_page_size(3)).into_items();
    let mut found = Vec::new();
    while let Some(element) = items.try_next().await.expect("no error") {
        found.push(match element {
            Element::Decoded(company) => id(company),
            Element::Rejected(rejected) => rejected.path().to_owned(),
        });
    }
    assert_eq!(found, ["c1", "data[1]", "c2", "c3", "c4"], "in the order of the answer");
    assert_eq!(items.fetched_pages(), 2);
}

#[tokio::test]
async fn bad_elements_beyond_the_reports_are_counted() {
    let bad = || json!({"data": vec![17; 130], "resultCount": 130}).to_string();
    let scene = Scene::new([Step::ok(bad()), Step::ok(bad())]);
    let page = search(&scene).next_page().await.expect("good").expect("one");
    assert_eq!((page.rejected().len(), page.unreported()), (100, 30));
    let mut items = search(&scene).into_items();
    let mut given = 0;
    while items.try_next().await.expect("the page was the last").is_some() {
        given += 1;
    }
    assert_eq!((given, items.unreported(), items.fetched_pages()), (100, 30, 1));
}

#[tokio::test]
async fn nothing_is_fetched_ahead_and_a_dropped_wait_is_not_repeated() {
    let scene = Scene::new([page(0..2, Some(4)), page(2..4, Some(4))]);
    let mut items = search(&scene).into_items();
    assert_eq!(scene.sent(), 0);
    for (given, sent) in [(1, 1), (2, 1), (3, 2), (4, 2)] {
        items.try_next().await.expect("good").expect("one");
        assert_eq!(scene.sent(), sent, "after {given}");
    }

    let clock = ManualClock::new(support::START.parse().expect("a timestamp"));
    let slow = page(0..2, Some(2)).after(Duration::from_secs(3));
    let transport = ScriptedTransport::new(Arc::new(clock.clone()), [slow]);
    let client = Client::new(support::config(), Arc::new(transport.clone()), Arc::new(clock.clone()));
    let mut pages = client.companies(SearchCompanies::new());
    assert!(pages.next_page().now_or_never().is_none());
    clock.advance(Duration::from_secs(3));
    let page = pages.next_page().now_or_never().expect("there").expect("good").expect("a page");
    assert_eq!(page.data.len(), 2);
    assert_eq!((transport.requests().len(), transport.dropped()), (1, 0));
}

#[tokio::test]
async fn both_are_streams() {
    let scene =
        Scene::new([page(0..2, Some(3)), page(2..3, Some(3)), page(0..2, Some(3)), support::status(500)]);
    let sizes: Vec<usize> = search(&scene).map_ok(|page| page.data.len()).try_collect().await.expect("good");
    assert_eq!(sizes, [2, 1]);
    let items: Vec<_> = search(&scene).into_items().collect().await;
    assert_eq!(items.len(), 3, "two companies and one error");
    assert!(items[0].is_ok() && items[1].is_ok() && items[2].is_err());
}

#[tokio::test]
async fn a_client_token_may_search() {
    let scene = Scene::new([page(0..1, Some(1))]);
    let client = scene.client.for_one_client(ClientToken::for_sandbox("client-token")).expect("usable");
    walk(client.companies(SearchCompanies::new())).await.expect("one page");
    assert_eq!(header(&scene.transport.requests()[0], "authorization"), Some("Bearer client-token"));
    let strict = client.with_options(CallOptions::new().with_strict(true));
    scene.transport.push(Step::ok(r#"{"data":[17],"resultCount":1}"#));
    let (_, error) =
        walk(strict.companies(SearchCompanies::new())).await.expect_err("options hold for pages");
    assert_eq!(error.kind(), ErrorKind::RejectedElements);
}

/// A service with so many companies, with or without a count.
#[derive(Debug)]
struct Service {
    companies: u64,
    counts: bool,
    asked: Arc<Mutex<Vec<u64>>>,
}

#[async_trait]
impl Transport for Service {
    async fn send(
        &self,
        request: Request<Bytes>,
        _: &TransportLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        let asked: Value = serde_json::from_slice(request.body()).expect("JSON");
        let number = |name: &str| asked[name].as_u64().expect("a number");
        let (size, page) = (number("pageSize"), number("pageNumber"));
        self.asked.lock().expect("no panic while held").push(page);
        let start = ((page - 1) * size).min(self.companies);
        let end = (page * size).min(self.companies);
        let mut body = json!({"data": (start..end).map(company).collect::<Vec<_>>()});
        if self.counts {
            body["resultCount"] = self.companies.into();
        }
        Ok(Response::new(body.to_string().into()))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_company_comes_once_and_in_order(companies in 0_u64..120, size in 1_u32..=100, counts in any::<bool>()) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let service = Service { companies, counts, asked: Arc::clone(&asked) };
        let clock = ManualClock::jumping(support::START.parse().expect("a timestamp"));
        let client = Client::new(support::config(), Arc::new(service), Arc::new(clock));
        let search = SearchCompanies::new().with_page_size(size);
        let found: Vec<String> = client
            .companies(search)
            .into_items()
            .map(|element| id(element.expect("no error").decoded().expect("decodes")))
            .collect()
            .now_or_never()
            .expect("nothing waits");
        prop_assert_eq!(found, (0..companies).map(|number| format!("c{number}")).collect::<Vec<_>>());
        let pages = companies.div_ceil(u64::from(size)).max(1);
        let expected = if counts || companies == 0 { pages } else { pages + 1 };
        prop_assert_eq!(asked.lock().expect("no panic while held").len() as u64, expected);
    }
}
