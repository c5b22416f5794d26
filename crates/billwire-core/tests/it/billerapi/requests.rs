//! Every operation has a client method, and each goes where the documents say, with what they say.

use std::collections::{BTreeMap, BTreeSet};

use billwire_core::billerapi::{Config, calls};
use billwire_core::testing::Step;
use billwire_core::{AccessToken, Attempt, ClientCredentials, Environment, ErrorKind};
use billwire_crypto::OsRandom;
use billwire_models::billerapi::{
    ConnectGmail, CreateGmailAuthorization, CreateLinkToken, CreateRequestToLink, EventType,
    ExchangePublicToken, ListBillersQuery, ListBillsQuery, ListEmailMessagesQuery, ListRequestsToLinkQuery,
    ListScenarioBillsQuery, ListSyncsQuery, RegisterWebhook, RequestToLinkStatus, SubmitCredentials,
    SubmitMfa, TriggerSync, WebhookEnvironment, operations,
};
use billwire_models::scalar::{Date, Timestamp};
use serde_json::{Value, json};

use super::{BILL, CLIENT_ID, REQUEST_TO_LINK, SECRET, Scene};
use crate::support::header;

/// Source: BillerAPI description, section 5 "Endpoints". Written by hand, not read from the table.
fn documented() -> BTreeMap<&'static str, (&'static str, Option<Value>)> {
    let user = || json!({"user_id": "user_123", "client_id": "client_xyz"});
    let link_token = json!({"client_id": "client_xyz", "client_user_id": "user_123", "consents": ["bills"]});
    let webhook = json!({
        "environment": "sandbox", "url": "https://app.example.test/webhooks/billerapi",
        "events": ["bill.created"], "secret": "whsec_test_0123456789abcdef"
    });
    BTreeMap::from([
        ("listBillers", ("GET /billers?search=electric&limit=100", None)),
        ("createLinkToken", ("POST /link/token/create", Some(link_token))),
        (
            "exchangePublicToken",
            (
                "POST /link/token/exchange",
                Some(json!({"public_token": "pt_sandbox_7Qm2", "client_id": "client_xyz"})),
            ),
        ),
        (
            "submitCredentials",
            ("POST /link/lt%2F1/submit-credentials", Some(json!({"account_number": "4000000003"}))),
        ),
        ("submitMfa", ("POST /link/lt%2F1/submit-mfa", Some(json!({"mfa_code": "123456"})))),
        // Printed with an empty object (section 5.6).
        ("discoverAccounts", ("POST /link/lt%2F1/discover-accounts", Some(json!({})))),
        (
            "listRequestsToLink",
            (
                "GET /link/request-to-link?status=PENDING&clientUserId=user_123&billerId=b&page=2&limit=20",
                None,
            ),
        ),
        ("getRequestToLink", ("GET /link/request-to-link/rtl%2F1", None)),
        (
            "createRequestToLink",
            ("POST /request-to-link/create", Some(json!({"client_user_id": "user_123"}))),
        ),
        (
            "listBills",
            (
                "GET /bills/get?account_link_id=sb_link_0001&start_date=2026-04-01&end_date=2026-04-30&limit=100",
                None,
            ),
        ),
        ("listScenarioBills", ("GET /bills?account_number=4000000006", None)),
        ("getBill", ("GET /v1/bills/b%2F1", None)),
        ("listAccounts", ("GET /bills/accounts", None)),
        (
            "triggerSync",
            ("POST /bills/sync/trigger", Some(json!({"account_link_id": "sb_link_0001", "force": false}))),
        ),
        (
            "listSyncs",
            ("GET /bills/sync?account_link_id=sb_link_0001&since=2026-04-01T00%3A00%3A00Z&limit=100", None),
        ),
        ("createGmailAuthorization", ("POST /emails/gmail/oauth-url", Some(user()))),
        ("connectGmail", ("POST /emails/gmail/connect", Some(user()))),
        ("listEmailMessages", ("GET /emails/messages?userId=user_123&limit=50&cursor=a%2Bb%3D", None)),
        ("registerWebhook", ("POST /iam/clients/client_xyz/webhooks", Some(webhook))),
        ("listScenarios", ("GET /sandbox/scenarios", None)),
    ])
}

/// Calls every method once; the answers do not matter here.
async fn call_everything(scene: &Scene) -> Vec<&'static str> {
    let client = &scene.client;
    let mut called = Vec::new();
    macro_rules! call {
        ($id:literal, $call:expr) => {
            scene.transport.push(Step::ok("null"));
            let error = $call.await.expect_err("null is no answer");
            assert_eq!(error.operation().expect("an operation").id, $id, "{error}");
            called.push($id);
        };
    }
    let day = |text: &str| Date::parse(text).expect("a day");
    let bills = ListBillsQuery::new("sb_link_0001".into())
        .with_start_date(day("2026-04-01"))
        .with_end_date(day("2026-04-30"));
    let requests = ListRequestsToLinkQuery::new()
        .with_status(RequestToLinkStatus::Pending)
        .with_client_user_id("user_123".into())
        .with_biller_id("b".into())
        .with_page(2)
        .with_limit(20);
    let since = Timestamp::parse("2026-04-01T00:00:00Z").expect("a timestamp");
    let syncs = ListSyncsQuery::new("sb_link_0001".into()).with_since(since);
    let messages = ListEmailMessagesQuery::new("user_123".into()).with_limit(50).with_cursor("a+b=");
    let webhook = RegisterWebhook::new(
        WebhookEnvironment::Sandbox,
        "https://app.example.test/webhooks/billerapi",
        vec![EventType::BillCreated],
    )
    .with_secret("whsec_test_0123456789abcdef".into());
    let link_token = CreateLinkToken::new("client_xyz".into(), "user_123".into(), vec!["bills".into()]);
    let exchange = ExchangePublicToken::new("pt_sandbox_7Qm2".into(), "client_xyz".into());
    let link = "lt/1".into();
    let gmail = CreateGmailAuthorization::new("user_123".into(), "client_xyz".into());
    let connect = ConnectGmail::new("user_123".into(), "client_xyz".into());
    call!("listBillers", client.list_billers(&ListBillersQuery::new().with_search("electric")));
    call!("createLinkToken", client.create_link_token(&link_token));
    call!("exchangePublicToken", client.exchange_public_token(&exchange));
    call!(
        "submitCredentials",
        client.submit_credentials(&link, &SubmitCredentials::new("4000000003".into()))
    );
    call!("submitMfa", client.submit_mfa(&link, &SubmitMfa::new("123456".into())));
    call!("discoverAccounts", client.discover_accounts(&link));
    call!("listRequestsToLink", client.list_requests_to_link(&requests));
    call!("getRequestToLink", client.request_to_link(&"rtl/1".into()));
    call!("createRequestToLink", client.create_request_to_link(&CreateRequestToLink::new("user_123".into())));
    call!("listBills", client.list_bills(&bills));
    call!("listScenarioBills", client.list_scenario_bills(&ListScenarioBillsQuery::new("4000000006")));
    call!("getBill", client.bill(&"b/1".into()));
    call!("listAccounts", client.list_accounts());
    call!("triggerSync", client.trigger_sync(&TriggerSync::new("sb_link_0001".into()).with_force(false)));
    call!("listSyncs", client.list_syncs(&syncs));
    call!("createGmailAuthorization", client.create_gmail_authorization(&gmail));
    call!("connectGmail", client.connect_gmail(&connect));
    call!("listEmailMessages", client.list_email_messages(&messages));
    call!("registerWebhook", client.register_webhook(&CLIENT_ID.into(), &webhook));
    call!("listScenarios", client.list_scenarios());
    called
}

/// Checklist, client (1): both headers of the client credentials on every call that takes them. Contradiction C16: the
/// user's id has four names on the wire and one here.
#[tokio::test]
async fn every_billerapi_method_sends_what_is_documented() {
    let scene = Scene::new([]);
    let called = call_everything(&scene).await;
    let requests = scene.transport.requests();
    assert_eq!(requests.len(), called.len(), "each was sent once");
    let documented = documented();
    for (id, request) in called.iter().zip(&requests) {
        let (line, body) = &documented[id];
        let target = request.uri().path_and_query().expect("a path");
        assert_eq!(&format!("{} {target}", request.method()), line, "{id}");
        assert_eq!(header(request, "accept"), Some("application/json"), "{id}");
        let takes_none = ["createGmailAuthorization", "listScenarios"].contains(id);
        let mut names = vec!["accept"];
        if !takes_none {
            names.extend(["x-client-id", "x-client-secret"]);
            assert_eq!(header(request, "x-client-id"), Some(CLIENT_ID), "{id}");
            assert_eq!(header(request, "x-client-secret"), Some(SECRET), "{id}");
            assert!(request.headers()["x-client-secret"].is_sensitive(), "{id}");
        }
        names.push("user-agent");
        match body {
            Some(body) => {
                let sent: Value = serde_json::from_slice(request.body()).expect("JSON");
                assert_eq!(&sent, body, "{id}");
                assert_eq!(header(request, "content-type"), Some("application/json"), "{id}");
                names.push("content-type");
            }
            None => assert!(request.body().is_empty(), "{id}"),
        }
        if request.method() == "POST" {
            names.push("idempotency-key");
        }
        let sent: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
        assert_eq!(sent, names, "{id}: nothing else is sent");
        assert!(header(request, "user-agent").is_some_and(|value| value.starts_with("billwire/")), "{id}");
    }
}

#[tokio::test]
async fn no_billerapi_operation_of_the_table_is_left_out() {
    let table: BTreeSet<&str> = operations::ALL.iter().map(|operation| operation.id).collect();
    let called: BTreeSet<&str> = call_everything(&Scene::new([])).await.into_iter().collect();
    let written: BTreeSet<&str> = documented().into_keys().collect();
    assert_eq!(table, called, "a new operation needs a line in `call_everything`");
    assert_eq!(table, written, "a new operation needs a line in `documented`");
}

/// Contradiction C5: the defaults for `limit` differ, so it is always sent.
#[tokio::test]
async fn a_list_is_never_asked_for_without_a_limit() {
    let scene = Scene::new([]);
    let called = call_everything(&scene).await;
    for (id, target) in called.iter().zip(scene.targets()) {
        let operation = operations::ALL.iter().find(|operation| operation.id == *id).expect("in the table");
        assert_eq!(operation.paging.is_some(), target.contains("limit="), "{target}");
    }
}

/// Contradiction C8: the single bill is read by the only path that is printed for it. Contradiction C9: a request to link is
/// created by the only path that is printed for that, and by another one if the caller says so.
#[tokio::test]
async fn where_two_paths_are_possible_the_printed_one_is_used() {
    let scene = Scene::new([Step::ok(BILL), Step::ok(REQUEST_TO_LINK), Step::ok(REQUEST_TO_LINK)]);
    scene.client.send(super::read()).await.expect("a bill");
    scene.client.send(super::create_request_to_link()).await.expect("a request");
    let other = super::create_request_to_link().with_path("/link/request-to-link");
    scene.client.send(other).await.expect("a request");
    assert_eq!(
        scene.targets(),
        ["/v1/bills/sandbox_bill_1", "/request-to-link/create", "/link/request-to-link"]
    );
    assert!(scene.headers("idempotency-key")[2].is_some(), "it is the same operation");
}

#[tokio::test]
async fn a_path_that_leads_elsewhere_is_refused() {
    let scene = Scene::new([]);
    for path in ["", "bills", "/", "//host/bills", "/a/../b", "/a/%2e%2E/b", "/a b", "/a#b", "https://host/a"]
    {
        let error = scene.client.send(super::read().with_path(path)).await.expect_err(path);
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{path}: {error}");
    }
    assert_eq!(scene.sent(), 0);
}

#[test]
fn what_only_the_sandbox_serves_is_not_sent_to_production() {
    let live = ClientCredentials::new("c", "bb_live_1");
    let production = Config::builder(Environment::Production, live).build().expect("usable");
    let sandbox = super::builder().build().expect("usable");
    let attempt = Attempt::new(super::START.parse().expect("a timestamp"), &OsRandom);
    let bills = calls::list_scenario_bills(&ListScenarioBillsQuery::new("4242424242"));
    let scenarios = calls::list_scenarios();
    let errors = [bills.request(&production, &attempt).err(), scenarios.request(&production, &attempt).err()];
    for error in errors.into_iter().flatten().collect::<Vec<_>>() {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.reason().contains("sandbox"), "{error}");
    }
    assert!(
        bills.request(&production, &attempt).is_err() && scenarios.request(&production, &attempt).is_err()
    );
    bills.request(&sandbox, &attempt).expect("served there");
    scenarios.request(&sandbox, &attempt).expect("served there");
}

/// Contradiction C15: one list, two credentials.
#[tokio::test]
async fn the_bills_take_the_access_token_or_the_client_credentials() {
    let scene = Scene::new([Step::ok(r#"{"bills": []}"#), Step::ok(r#"{"bills": []}"#)]);
    let query = ListBillsQuery::new("sb_link_0001".into());
    let account = scene.client.for_one_account(AccessToken::for_sandbox("at_sandbox_9Zk4")).expect("usable");
    account.list_bills(&query).await.expect("an answer");
    scene.client.list_bills(&query).await.expect("an answer");
    assert_eq!(scene.headers("authorization"), [Some("Bearer at_sandbox_9Zk4".to_owned()), None]);
    assert_eq!(scene.headers("x-client-secret"), [None, Some(SECRET.to_owned())]);
    assert_eq!(scene.headers("x-client-id"), [None, Some(CLIENT_ID.to_owned())]);
}
