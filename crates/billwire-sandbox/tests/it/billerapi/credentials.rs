//! Who may call what: the matrix of section 2.2, and how everybody else is refused.

use billwire_sandbox::CredentialKind;
use http::{HeaderMap, HeaderName};
use serde_json::{Value, json};

use super::calls::{Biller, CLIENT, FIRST, OTHER_SECRET, SECRET, With};

/// Every operation with a path and a body that reach it, and the credentials that open it: client credentials, access
/// token, portal token, none.
const MATRIX: [(&str, &str, &str, [bool; 4]); 20] = [
    ("GET", "/billers", "", [true, false, false, false]),
    ("POST", "/link/token/create", "{}", [true, false, false, false]),
    ("POST", "/link/token/exchange", "{}", [true, false, false, false]),
    ("POST", "/link/ltid_x/submit-credentials", "{}", [true, false, false, false]),
    ("POST", "/link/ltid_x/submit-mfa", "{}", [true, false, false, false]),
    ("POST", "/link/ltid_x/discover-accounts", "{}", [true, false, false, false]),
    ("GET", "/link/request-to-link", "", [true, false, false, false]),
    ("GET", "/link/request-to-link/rtl_x", "", [true, false, false, false]),
    ("POST", "/request-to-link/create", "{}", [true, false, false, false]),
    ("GET", "/bills/get?account_link_id=ACCOUNT", "", [true, true, false, false]),
    ("GET", "/bills?account_number=1", "", [true, false, false, false]),
    ("GET", "/v1/bills/bill_x", "", [true, true, false, false]),
    ("GET", "/bills/accounts", "", [true, false, false, false]),
    ("POST", "/bills/sync/trigger", "{}", [true, false, false, false]),
    ("GET", "/bills/sync?account_link_id=ACCOUNT", "", [true, false, false, false]),
    ("POST", "/emails/gmail/oauth-url", "{}", [true, true, true, true]),
    ("POST", "/emails/gmail/connect", "{}", [true, false, false, false]),
    ("GET", "/emails/messages?userId=u", "", [true, false, false, false]),
    ("POST", "/iam/clients/client_sandbox/webhooks", "{}", [true, false, true, false]),
    ("GET", "/sandbox/scenarios", "", [true, true, true, true]),
];

/// Contradiction C4: a webhook is registered with either credential. Contradiction C15: bills are read with either.
#[tokio::test]
async fn each_operation_opens_to_its_credentials_only() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await;
    let portal = api.sandbox.info().credentials.billerapi_portal_token;
    let credentials = [FIRST, With::Bearer(&account.access_token), With::Bearer(&portal), With::Nothing];
    for (method, path, body, opens) in MATRIX {
        let path = path.replace("ACCOUNT", &account.account_link_id);
        for (with, opens) in credentials.into_iter().zip(opens) {
            let answer = api.ask(with, method, &path, &[], Some(body.to_owned())).await;
            let refused = match with {
                With::Nothing => answer.status == 401,
                _ => answer.status == 403,
            };
            let is_good = if opens { !matches!(answer.status, 401 | 403) } else { refused };
            assert!(is_good, "{method} {path}: {} {}", answer.status, answer.body);
        }
    }
}

#[tokio::test]
async fn both_headers_are_needed_and_must_be_right() {
    let api = Biller::start_with_two_clients().await;
    let with =
        async |headers: &[(&str, &str)]| api.ask(With::Nothing, "GET", "/billers", headers, None).await;
    with(&[]).await.refused(401, "X-Client-ID and X-Client-Secret");
    with(&[("X-Client-ID", CLIENT)]).await.refused(401, "X-Client-Secret");
    with(&[("X-Client-Secret", SECRET)]).await.refused(401, "X-Client-ID");
    with(&[("X-Client-ID", CLIENT), ("X-Client-Secret", "")]).await.refused(401, "Invalid");
    with(&[("X-Client-ID", CLIENT), ("X-Client-Secret", OTHER_SECRET)]).await.refused(401, "Invalid");
    with(&[("X-Client-ID", "client_xyz"), ("X-Client-Secret", SECRET)]).await.refused(401, "Invalid");
    let live = [("X-Client-ID", CLIENT), ("X-Client-Secret", "bb_live_sandbox_secret")];
    with(&live).await.refused(401, "bb_test_");
    with(&[("x-client-id", CLIENT), ("X-CLIENT-SECRET", SECRET)]).await.ok();
}

/// A bearer token is looked at first: good client credentials beside a bad one do not help.
#[tokio::test]
async fn a_bearer_token_is_looked_at_first() {
    let api = Biller::start().await;
    let both = async |token: &str| api.ask(FIRST, "GET", "/billers", &[("authorization", token)], None).await;
    both("Bearer at_sandbox_unknown").await.refused(401, "unknown");
    both("Basic dXNlcjpwYXNz").await.refused(401, "Bearer");
    both("Bearer").await.refused(401, "Bearer");
    let account = api.linked("4242424242").await;
    both(&format!("Bearer {}", account.access_token)).await.refused(403, "does not open");
}

/// An access token opens one account: 403 for another one, and for its bills.
#[tokio::test]
async fn an_access_token_opens_its_own_account() {
    let api = Biller::start().await;
    let (one, other) = (api.linked("4242424242").await, api.linked("4000000006").await);
    let bearer = With::Bearer(&one.access_token);
    let bills = |account: &str| format!("/bills/get?account_link_id={account}");
    api.get_as(bearer, &bills(&one.account_link_id)).await.ok();
    api.get_as(bearer, &bills(&other.account_link_id)).await.refused(403, "another account link");
    api.get_as(bearer, &bills("sb_link_unknown")).await.refused(403, "another account link");
    let foreign = api.bills(&other.account_link_id).await[0]["id"].clone();
    let path = format!("/v1/bills/{}", foreign.as_str().expect("an id"));
    api.get_as(bearer, &path).await.refused(403, "another account link");
    api.get_as(bearer, "/v1/bills/sandbox_bill_4242424242_1").await.refused(404, "no bill");
    // With client credentials all of it is there.
    api.get(&path).await.ok();
    api.get(&bills("sb_link_unknown")).await.refused(404, "no account link");
    api.get("/bills/get").await.refused(400, "account_link_id");
    api.get("/bills/get?account_link_id=").await.refused(400, "account_link_id");
}

/// What belongs to another client does not exist.
#[tokio::test]
async fn clients_do_not_see_each_other() {
    let api = Biller::start_with_two_clients().await;
    let other = super::calls::OTHER;
    let account = api.linked("4242424242").await.account_link_id;
    let bill = api.bills(&account).await[0]["id"].as_str().expect("an id").to_owned();
    let request = api.post("/request-to-link/create", json!({ "client_user_id": "u" })).await.is(201);
    let request = request["id"].as_str().expect("an id").to_owned();
    for path in [
        format!("/bills/get?account_link_id={account}"),
        format!("/bills/sync?account_link_id={account}"),
        format!("/v1/bills/{bill}"),
        format!("/link/request-to-link/{request}"),
    ] {
        api.get_as(other, &path).await.refused(404, "There is no");
        api.get(&path).await.ok();
    }
    let sync = json!({ "account_link_id": account });
    api.post_as(other, "/bills/sync/trigger", sync).await.refused(404, "no account link");
    for (path, member) in [("/bills/accounts", "accounts"), ("/link/request-to-link", "items")] {
        assert_eq!(api.get_as(other, path).await.ok()[member], json!([]), "{path}");
    }
    let registration = json!({ "environment": "sandbox", "url": "http://127.0.0.1:9/", "events": ["*"] });
    let path = "/iam/clients/client_sandbox/webhooks";
    api.post_as(other, path, registration).await.refused(403, "client_id");
}

/// The log of requests says which kind of credential came, and never the credential.
#[tokio::test]
async fn credentials_do_not_reach_the_log() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await;
    let (link, token) = api.link_token().await;
    let portal = api.sandbox.info().credentials.billerapi_portal_token;
    let bills = format!("/bills/get?account_link_id={}", account.account_link_id);
    api.get_as(With::Bearer(&account.access_token), &bills).await.ok();
    let path = format!("/link/{link}/submit-credentials");
    let login = json!({ "account_number": "4242424242", "username": "jo", "password": "very-secret" });
    api.post_as(With::Bearer(&token), &path, login).await.ok();
    let hook = "/iam/clients/client_sandbox/webhooks";
    let webhook = json!({
        "environment": "sandbox",
        "url": "http://127.0.0.1:9/",
        "events": ["*"],
        "secret": "whsec_test_0123456789abcdef",
    });
    let registered = api.post_as(With::Bearer(&portal), hook, webhook).await.is(201);
    assert!(registered.get("secret").is_none());
    let records = api.sandbox.requests();
    let kinds: Vec<_> = records.iter().filter_map(|record| record.credential).collect();
    assert_eq!(
        kinds,
        [
            CredentialKind::ClientCredentials,
            CredentialKind::AccessToken,
            CredentialKind::LinkToken,
            CredentialKind::PortalToken,
        ]
    );
    let shown = api.control("GET", "/webhooks", json!({})).await.ok();
    let everything = format!(
        "{records:?} {} {:?} {:?} {:?} {shown} {:?}",
        serde_json::to_string(&records).expect("JSON"),
        api.sandbox.info().credentials,
        account,
        api.sandbox.billerapi(),
        api.sandbox.events(),
    );
    for secret in
        [SECRET, &account.access_token, &token, &portal, "very-secret", "whsec_test_0123456789abcdef"]
    {
        assert!(!everything.contains(secret), "{secret}");
    }
}

/// An answer carries a request id, also when it is an error.
#[tokio::test]
async fn every_answer_has_a_request_id() {
    let api = Biller::start().await;
    let id = |headers: &HeaderMap| headers.get(HeaderName::from_static("x-request-id")).cloned();
    let (one, other) = (api.get("/billers").await, api.get("/nowhere").await);
    assert!(id(&one.headers).is_some() && id(&other.headers).is_some());
    assert_ne!(id(&one.headers), id(&other.headers));
    for answer in [&one, &other] {
        let kind = answer.headers[http::header::CONTENT_TYPE].to_str().expect("text");
        assert_eq!(kind.split(';').next(), Some("application/json"));
    }
    other.refused(404, "no route");
    let record = api.sandbox.requests().pop().expect("a record");
    assert_eq!(Value::from(record.api.to_string()), json!("billerapi"));
}
