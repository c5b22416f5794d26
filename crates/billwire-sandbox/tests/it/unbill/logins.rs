//! `POST /auth` and what becomes of a login.

use billwire_sandbox::AuthRefresh;
use serde_json::{Value, json};

use super::legacy::{Legacy, MERCHANT, OTHER, login, refused};
use crate::http::text;

/// Trap L5: 200 comes with `authId`, 201 with `token`; nothing is to be waited for.
///
/// Source: Unbill v1 description, section 10 (1).
#[tokio::test]
async fn a_login_is_answered_while_the_caller_waits() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let answer = unbill.log_in(&client, MERCHANT, "test").await;
    assert_eq!(answer.status, 200);
    let item = &answer.body["items"][0];
    assert_eq!(item["type"], "bill");
    assert_eq!((&item["balance"], &item["dueDate"]), (&json!("100.00"), &json!("2026-03-12T00:00:00.000Z")));
    assert!(answer.body.get("token").is_none());
    let bill = unbill.bill(&text(&item["_id"])).await;
    assert_eq!(bill["status"]["type"], "upcoming");
    assert_eq!(unbill.auths(&client).await[0]["status"]["type"], "verified");
    assert_eq!(unbill.sandbox().now().to_string(), "2026-03-02T12:00:00.000Z", "no time has passed");
    let challenge = unbill.log_in(&client, OTHER, "testmfaquestions").await;
    assert_eq!(challenge.status, 201);
    assert!(challenge.body.get("authId").is_none());
    text(&challenge.body["token"]);
}

/// Source: Unbill v1 description, section 10 (3).
#[tokio::test]
async fn items_absent_empty_and_listed() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let wish = |company: &str, items: Option<Value>| {
        let mut body = login(&client, company, "test");
        match items {
            Some(items) => body["items"] = items,
            None => drop(body.as_object_mut().expect("an object").remove("items")),
        }
        body
    };
    let none = unbill.post("/auth", wish(MERCHANT, Some(json!([])))).await.ok();
    assert_eq!(none["items"], json!([]));
    assert_eq!(unbill.get(&format!("/bill/list/{client}")).await.ok()["data"], json!([]));
    let all = unbill.post("/auth", wish(MERCHANT, None)).await.ok();
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(all["authId"], none["authId"]);
    let listed = unbill.post("/auth", wish(OTHER, Some(json!(["bill"])))).await.ok();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    let unknown = unbill.post("/auth", wish(OTHER, Some(json!(["usage"])))).await;
    refused(&unknown, 400, "items takes");
}

/// Source: Unbill v1 description, section 9 "Sandbox".
#[tokio::test]
async fn every_row_of_the_test_credentials() {
    let unbill = Legacy::start().await;
    for (user_name, status, events) in [
        ("test", "upcoming", &["bill.update"][..]),
        ("testupcoming", "upcoming", &["bill.update"]),
        ("testsyncing", "syncing", &[]),
        ("testpaid", "paid", &[]),
        ("testswap", "upcoming", &["bill.update"]),
        ("testpaymentfail", "upcoming", &["bill.update"]),
    ] {
        let before = unbill.event_types().len();
        let client = unbill.client(user_name).await;
        let (_, bill) = unbill.verified(&client, MERCHANT, user_name).await;
        assert_eq!(unbill.bill_status(&bill).await, status, "{user_name}");
        assert_eq!(unbill.auths(&client).await[0]["status"], json!({ "type": "verified" }), "{user_name}");
        assert_eq!(
            unbill.event_types().get(before..),
            Some(&events.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
            "{user_name}"
        );
    }
    let client = unbill.client("testpaid").await;
    let pair = unbill.get(&format!("/bill/list/{client}")).await.ok()["data"][0].clone();
    assert_eq!(pair["bill"]["lastPaidAmount"], "100.00");
    assert!(pair["bill"].get("balance").is_none());
    let client = unbill.client("testsyncing").await;
    let item = unbill.log_in(&client, OTHER, "testsyncing").await.ok()["items"][0].clone();
    assert!(item.get("balance").is_none(), "{item}");
}

/// Source: Unbill v1 description, section 9 "Sandbox", last row, and section 2 (the body of an error).
#[tokio::test]
async fn other_credentials_are_refused_and_leave_nothing() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    for (user_name, password) in [
        ("test", "Test"),
        ("test", ""),
        ("nobody", "test"),
        ("", "test"),
        ("testfail", "test"),
        ("Test", "test"),
    ] {
        let mut body = login(&client, MERCHANT, user_name);
        body["form"]["password"] = json!(password);
        refused(&unbill.post("/auth", body).await, 400, "check the information you entered");
    }
    let mut body = login(&client, MERCHANT, "test");
    body["form"] = json!({});
    refused(&unbill.post("/auth", body).await, 400, "check the information");
    assert_eq!(unbill.auths(&client).await, Vec::<Value>::new());
    let unknown = [("0".repeat(24), MERCHANT.to_owned()), (client, "0".repeat(24))];
    for (client, company) in unknown {
        refused(&unbill.log_in(&client, &company, "test").await, 400, "There is no");
    }
}

/// Source: Unbill v1 description, section 10 (4).
#[tokio::test]
async fn authenticating_again_renews_the_same_auth() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let (auth, bill) = unbill.verified(&client, MERCHANT, "test").await;
    unbill.sandbox().unbill().refresh_auth(&auth, &AuthRefresh::Invalid {}).await.expect("it lapses");
    assert_eq!(unbill.auths(&client).await[0]["status"]["type"], "authenticate");
    let mut wrong = login(&client, MERCHANT, "test");
    wrong["form"]["password"] = json!("forgotten");
    refused(&unbill.post("/auth", wrong).await, 400, "check the information");
    assert_eq!(unbill.auths(&client).await[0]["status"]["type"], "authenticate");
    assert_eq!(unbill.verified(&client, MERCHANT, "test").await, (auth, bill));
    let auths = unbill.auths(&client).await;
    assert_eq!((auths.len(), &auths[0]["status"]["type"]), (1, &json!("verified")));
}

/// What a login fetches again is as the company has it: no bill is issued anew by logging in.
///
/// Source: Unbill v1 description, section 10 (4): the route "renews" a login.
#[tokio::test]
async fn authenticating_again_finds_the_bill_as_it_is() {
    let unbill = Legacy::start().await;
    let (payer, debtor) = (unbill.client("payer").await, unbill.client("debtor").await);
    unbill.card(&payer, "4111111111111111").await;
    let (paid_auth, paid) = unbill.verified(&payer, MERCHANT, "test").await;
    let (late_auth, late) = unbill.verified(&debtor, MERCHANT, "test").await;
    unbill.pay_now(&paid).await;
    unbill.advance("P11D").await;
    let before = (unbill.bill(&paid).await, unbill.bill(&late).await, unbill.event_types());
    for (client, auth) in [(&payer, &paid_auth), (&debtor, &late_auth)] {
        unbill.sandbox().unbill().refresh_auth(auth, &AuthRefresh::Invalid {}).await.expect("it lapses");
        unbill.verified(client, MERCHANT, "test").await;
        unbill.verified(client, MERCHANT, "testupcoming").await;
    }
    assert_eq!((unbill.bill(&paid).await, unbill.bill(&late).await, unbill.event_types()), before);
    assert_eq!(
        (unbill.bill_status(&paid).await, unbill.bill_status(&late).await),
        ("paid".into(), "overdue".into())
    );
    unbill.advance("P30D").await;
    assert_eq!(unbill.sandbox().ledger().len(), 1, "it was paid once");
}

/// User names that ask for a status get it; afterwards the bill is as it was.
#[tokio::test]
async fn a_user_name_that_asks_for_a_status_changes_a_known_bill() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "testsyncing").await;
    for (user_name, status) in [
        ("test", "upcoming"),
        ("testsyncing", "syncing"),
        ("test", "upcoming"),
        ("testpaid", "paid"),
        ("test", "paid"),
    ] {
        assert_eq!(unbill.verified(&client, MERCHANT, user_name).await.1, bill);
        assert_eq!(unbill.bill_status(&bill).await, status, "{user_name}");
    }
    let (_, other) = unbill.verified(&client, OTHER, "test").await;
    let method = unbill.card(&client, "4111111111111111").await;
    assert_eq!(unbill.verified(&client, OTHER, "testpaymentfail").await.1, other);
    unbill.pay_now(&other).await;
    assert_eq!(unbill.bill_status(&other).await, "payment-declined", "its payments fail from now on");
    assert_eq!(unbill.method(&client, &method).await["status"], "declined");
}

/// Trap L16: a hold has two texts and no code. Trap L23: `fix-hold` is `POST`, and `PATCH` does too.
///
/// Source: Unbill v1 description, section 10 (5).
#[tokio::test]
async fn a_hold_says_why_and_is_fixed() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    for method in ["POST", "PATCH"] {
        let answer = unbill.log_in(&client, MERCHANT, "testhold").await.ok();
        assert_eq!(answer["items"], json!([]));
        let auth = text(&answer["authId"]);
        let shown = unbill.auths(&client).await[0].clone();
        assert_eq!(shown["status"]["type"], "hold");
        text(&shown["reason"]["userMessage"]);
        text(&shown["reason"]["debugMessage"]);
        assert!(shown["reason"].get("code").is_none());
        let path = format!("/auth/{auth}/fix-hold");
        assert_eq!(unbill.request(method, &path, "").await.ok(), json!({ "success": true }));
        assert_eq!(unbill.auths(&client).await[0]["status"]["type"], "verified");
        refused(&unbill.request(method, &path, "").await, 400, "not on hold");
        assert_eq!(
            unbill.request("DELETE", &format!("/auth/{auth}"), "").await.ok(),
            json!({ "success": true })
        );
    }
}

/// Contradiction LC8: an unknown auth is a 400 in this version. Trap L17: the id is that of an auth, not of a bill.
#[tokio::test]
async fn deleting_a_login_takes_its_bills_away() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let (auth, bill) = unbill.verified(&client, MERCHANT, "test").await;
    for path in [format!("/auth/{bill}"), format!("/auth/{}", "0".repeat(24))] {
        refused(&unbill.request("DELETE", &path, "").await, 400, "There is no auth");
    }
    refused(&unbill.get(&format!("/auth/list/{}", "0".repeat(24))).await, 400, "no auths");
    unbill.request("DELETE", &format!("/auth/{auth}"), "").await.ok();
    refused(&unbill.get(&format!("/bill/{bill}")).await, 404, "There is no bill");
    assert_eq!(unbill.auths(&client).await, Vec::<Value>::new());
}

/// Contradiction LC11: both spellings of 2017 lead to the same routes. Trap L24.
#[tokio::test]
async fn the_older_route_of_a_client_leads_to_the_same() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let older = unbill.post("/client/create", json!({ "identifier": "somebody" })).await.ok();
    assert_eq!(older["clientId"], json!(client));
    refused(&unbill.request("GET", "/client/create", "").await, 405, "POST");
}

/// Source: Unbill v1 description, section 4.6.1 "POST /swap" and section 10 (13).
#[tokio::test]
async fn a_swap_succeeds_without_a_trace() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let (auth, _) = unbill.verified(&client, MERCHANT, "test").await;
    let swap = json!({ "authId": auth });
    refused(&unbill.post("/swap", swap.clone()).await, 400, "no default card");
    let bank = unbill.bank(&client, "9900000002").await;
    refused(&unbill.post("/swap", swap.clone()).await, 400, "no default card");
    unbill.card(&client, "4111111111111111").await;
    refused(&unbill.post("/swap", swap.clone()).await, 400, "no default card");
    unbill.request("DELETE", &format!("/payment/{bank}"), "").await.ok();
    let card = unbill.methods(&client).await[0]["_id"].clone();
    unbill.post(&format!("/payment/{}/set-default", text(&card)), json!({})).await.ok();
    let before = unbill.event_types();
    assert_eq!(unbill.post("/swap", swap).await.ok(), json!({ "success": true }));
    unbill.advance("P1D").await;
    assert_eq!(unbill.event_types(), before, "no event");
    refused(&unbill.post("/swap", json!({ "authId": "0".repeat(24) })).await, 400, "There is no auth");
}

/// Nothing shows a swap, so none is in the way of the next one.
///
/// Source: Unbill v1 description, section 10 (13): it succeeds and has no visible state.
#[tokio::test]
async fn a_swap_does_not_wait_for_the_one_before() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let (auth, _) = unbill.verified(&client, MERCHANT, "test").await;
    let swap = json!({ "authId": auth });
    for number in ["4111111111111111", "5555555555554444", "4111111111111111"] {
        let mut next = crate::http::card(&client, number);
        next["setAsDefault"] = json!(true);
        unbill.post("/payment", next).await.ok();
        assert_eq!(unbill.post("/swap", swap.clone()).await.ok(), json!({ "success": true }));
    }
}
