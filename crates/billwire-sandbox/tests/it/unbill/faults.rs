//! Faults of answers.

use billwire_sandbox::{Faults, HttpFault, HttpFaultKind};
use serde_json::json;

use super::legacy::{Legacy, MERCHANT, login, refused};

/// 402 comes by a fault only.
///
/// Source: Unbill v1 description, section 2 "Authentication, request ids, errors".
#[tokio::test]
async fn a_status_comes_in_this_versions_form() {
    let unbill = Legacy::start().await;
    let fault = HttpFault::status("createAuth", 402).of_api("unbill");
    unbill.sandbox().set_faults(Faults::new().with_http(fault)).expect("a fault");
    // The other API has an operation of the same name, which is not meant.
    unbill.api.post("/auth", json!({})).await.refused(400, "Please provide");
    let client = unbill.client("somebody").await;
    refused(&unbill.log_in(&client, MERCHANT, "test").await, 402, "");
    unbill.log_in(&client, MERCHANT, "test").await.ok();
    let record =
        unbill.sandbox().requests().into_iter().find(|record| record.fault.is_some()).expect("logged");
    assert_eq!((record.api, record.status), ("unbill", Some(402)));
}

/// The rows that the service itself never answers come by a fault, each with this version's body.
///
/// Source: Unbill v1 description, section 2 "Authentication, request ids, errors".
#[tokio::test]
async fn every_status_of_the_table_can_be_had() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    for status in [402, 429, 500, 502, 503, 504] {
        let fault = HttpFault::status("createAuth", status).of_api("unbill").with_retry_after_seconds(7);
        unbill.sandbox().set_faults(Faults::new().with_http(fault)).expect("a fault");
        let answer = unbill.log_in(&client, MERCHANT, "test").await;
        refused(&answer, status, "");
        assert_eq!(answer.headers["retry-after"], "7");
        assert!(answer.headers.contains_key("request-id"), "{status}");
    }
    assert!(unbill.auths(&client).await.is_empty(), "nothing was carried out");
}

#[tokio::test]
async fn what_a_fault_spoils_has_had_its_effect_or_not() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    unbill.card(&client, "4111111111111111").await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    let set =
        |fault: HttpFault| unbill.sandbox().set_faults(Faults::new().with_http(fault)).expect("a fault");
    set(HttpFault::status("schedulePayment", 503));
    refused(&unbill.schedule(&bill, None).await, 503, "");
    assert_eq!(unbill.bill_status(&bill).await, "upcoming");
    set(HttpFault::new(HttpFaultKind::Html, "getBill"));
    let page = unbill.get(&format!("/bill/{bill}")).await;
    assert!(page.body.as_str().is_some_and(|text| text.contains("<html")), "{}", page.body);
    set(HttpFault::status("schedulePayment", 500).after_effect());
    refused(&unbill.schedule(&bill, None).await, 500, "");
    assert_eq!(unbill.bill_status(&bill).await, "pending");
    unbill.advance("PT5S").await;
    assert_eq!(unbill.bill_status(&bill).await, "paid");
    assert_eq!(unbill.sandbox().ledger().len(), 1);
}

/// A login that takes its time: the caller waits, the clock decides.
#[tokio::test]
async fn a_slow_company_keeps_the_caller_waiting() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let fault = HttpFault::delay("createAuth", "PT30S").of_api("unbill");
    unbill.sandbox().set_faults(Faults::new().with_http(fault)).expect("a fault");
    let waiting = unbill.post("/auth", login(&client, MERCHANT, "test"));
    let moving = async {
        unbill.sandbox().held(1).await;
        unbill.sandbox().advance("PT30S").await.expect("time moves")
    };
    let (answer, report) = tokio::join!(waiting, moving);
    assert_eq!(answer.status, 200);
    assert_eq!(report.effect_count, 1, "{report:?}");
    assert_eq!(unbill.sandbox().now().to_string(), "2026-03-02T12:00:30.000Z");
}

/// A fault of an operation that only this API has is known; one of no API is refused.
#[tokio::test]
async fn operations_of_every_api_are_known() {
    let unbill = Legacy::start().await;
    let set = |fault: HttpFault| unbill.sandbox().set_faults(Faults::new().with_http(fault));
    set(HttpFault::status("setDefaultPaymentMethod", 500)).expect("known");
    set(HttpFault::status("setDefaultPaymentMethod", 500).of_api("q2")).expect_err("not there");
    set(HttpFault::status("cancelPayment", 500).of_api("unbill")).expect_err("not here");
}
