//! Pages: four styles, and the forms that a client is told to accept.

use billwire_sandbox::{BillToCome, BillerApiSettings, MailToCome, PageForm};
use serde_json::{Value, json};

use super::calls::{Biller, CLIENT, With};
use crate::http::text;

/// An account with so many bills, newest first.
async fn account_with(api: &Biller, count: i64) -> String {
    let account = api.linked("99").await.account_link_id;
    for cents in 1..=count {
        api.sandbox.billerapi().issue_bill(&account, BillToCome::of(cents)).expect("issued");
    }
    api.trigger(&account).await;
    api.advance("PT5S").await;
    account
}

fn amounts(page: &Value, member: &str) -> Vec<i64> {
    let bills = page[member].as_array().unwrap_or_else(|| panic!("no {member}: {page}"));
    bills.iter().map(|bill| bill["amount"].as_i64().expect("cents")).collect()
}

/// Style P2: 25 bills on a page unless asked otherwise, to the last one.
#[tokio::test]
async fn bills_come_in_cursor_pages() {
    let api = Biller::start().await;
    let account = account_with(&api, 60).await;
    let path = format!("/bills/get?account_link_id={account}");
    let (mut seen, mut cursor, mut sizes) = (Vec::new(), String::new(), Vec::new());
    loop {
        let page = api.get(&format!("{path}{cursor}")).await.ok();
        let part = amounts(&page, "bills");
        sizes.push(part.len());
        seen.extend(part);
        assert_eq!(page["has_more"], json!(page["next_cursor"].is_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(sizes, [25, 25, 10]);
    assert_eq!(seen, (1..=60).rev().collect::<Vec<i64>>());
    let all = api.get(&format!("{path}&limit=100")).await.ok();
    assert_eq!((amounts(&all, "bills").len(), &all["next_cursor"]), (60, &Value::Null));
}

/// A cursor goes on with the same request only, for 24 hours, whatever comes meanwhile.
#[tokio::test]
async fn a_cursor_belongs_to_its_request() {
    let api = Biller::start_with_two_clients().await;
    let (account, other) = (account_with(&api, 6).await, account_with(&api, 6).await);
    let path = |account: &str, more: &str| format!("/bills/get?account_link_id={account}&limit=2{more}");
    let first = api.get(&path(&account, "")).await.ok();
    let cursor = format!("&cursor={}", first["next_cursor"].as_str().expect("one"));
    api.get(&path(&other, &cursor)).await.refused(400, "another request");
    api.get(&path(&account, &format!("{cursor}&status=PENDING"))).await.refused(400, "another request");
    let sync = format!("/bills/sync?account_link_id={account}&limit=2{cursor}");
    api.get(&sync).await.refused(400, "another request");
    // New bills neither repeat nor hide anything.
    api.sandbox.billerapi().issue_bill(&account, BillToCome::of(7)).expect("issued");
    api.advance("PT2M").await;
    api.trigger(&account).await;
    api.advance("PT5S").await;
    let second = api.get(&path(&account, &cursor)).await.ok();
    assert_eq!((amounts(&first, "bills"), amounts(&second, "bills")), (vec![6, 5], vec![4, 3]));
    let cursor = format!("&cursor={}", second["next_cursor"].as_str().expect("one"));
    api.advance("PT24H").await;
    assert_eq!(amounts(&api.get(&path(&account, &cursor)).await.ok(), "bills"), [2, 1]);
    api.advance("PT1S").await;
    api.get(&path(&account, &cursor)).await.refused(400, "expired");
}

/// The sizes of the pages to the last one, and the ids on them.
async fn followed(api: &Biller, path: &str) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut ids, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{path}{cursor}")).await.ok();
        let part = page["data"].as_array().expect("data");
        sizes.push(part.len());
        ids.extend(part.iter().map(|one| text(&one["id"])));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (sizes, ids),
        }
    }
}

/// Style P1: 50 synchronisations or messages on a page unless asked otherwise, newest first, to the last one.
#[tokio::test]
async fn synchronisations_and_messages_come_in_pages() {
    let api = Biller::start().await;
    let account = api.linked("99").await.account_link_id;
    let user = || json!({ "user_id": "u", "client_id": CLIENT });
    api.post_as(With::Nothing, "/emails/gmail/oauth-url", user()).await.ok();
    api.post("/emails/gmail/connect", user()).await.ok();
    let (_, found) = followed(&api, "/emails/messages?userId=u").await;
    let (mut syncs, mut messages) = (Vec::new(), found.into_iter().rev().collect::<Vec<_>>());
    for _ in 0..51 {
        let force = json!({ "account_link_id": account, "force": true });
        syncs.push(text(&api.post("/bills/sync/trigger", force).await.is(202)["id"]));
        api.advance("PT10S").await;
    }
    while messages.len() < 51 {
        let mail = MailToCome::from_biller("test_gas_company", 8_735);
        messages.push(api.sandbox.billerapi().deliver_mail("u", mail).expect("delivered"));
    }
    syncs.reverse();
    messages.reverse();
    let paths = [format!("/bills/sync?account_link_id={account}"), "/emails/messages?userId=u".to_owned()];
    for (path, all) in paths.into_iter().zip([syncs, messages]) {
        assert_eq!(followed(&api, &path).await, (vec![50, 1], all.clone()), "{path}");
        assert_eq!(followed(&api, &format!("{path}&limit=20")).await, (vec![20, 20, 11], all), "{path}");
    }
}

/// Style P1: billers.
#[tokio::test]
async fn billers_are_found_and_come_in_pages() {
    let api = Biller::start().await;
    let list = api.get("/billers").await.ok();
    let electric =
        json!({ "id": "test_electric_company", "name": "Test Electric Company", "category": "ELECTRIC" });
    assert_eq!(
        (&list["data"][0], &list["has_more"], &list["next_cursor"]),
        (&electric, &json!(false), &Value::Null)
    );
    let ids = |page: &Value| -> Vec<String> {
        let billers = page["data"].as_array().expect("data");
        billers.iter().map(|biller| biller["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&list).len(), 4);
    assert_eq!(ids(&api.get("/billers?search=ELECTR").await.ok()), ["test_electric_company"]);
    assert_eq!(ids(&api.get("/billers?category=GAS").await.ok()), ["test_gas_company"]);
    assert!(ids(&api.get("/billers?category=gas").await.ok()).is_empty());
    assert!(ids(&api.get("/billers?search=ELECTR&category=GAS").await.ok()).is_empty());
    let first = api.get("/billers?limit=3").await.ok();
    let cursor = first["next_cursor"].as_str().expect("one");
    let rest = api.get(&format!("/billers?limit=3&cursor={cursor}")).await.ok();
    assert_eq!([ids(&first), ids(&rest)].concat(), ids(&list));
    assert_eq!(api.get("/billers/test_gas_company").await.ok()["name"], json!("Test Gas Company"));
    api.get("/billers/nobody").await.refused(404, "no biller");
}

/// Style P3: requests to link, by number, 20 on a page unless asked otherwise.
#[tokio::test]
async fn requests_come_in_numbered_pages() {
    let api = Biller::start().await;
    for number in 1..=45 {
        let body = json!({ "client_user_id": format!("user_{number}") });
        api.post("/request-to-link/create", body).await.is(201);
    }
    let users = async |query: &str| -> Vec<String> {
        let page = api.get(&format!("/link/request-to-link{query}")).await.ok();
        assert_eq!(page["total"], json!(45), "{query}");
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item["client_user_id"].as_str().expect("one").to_owned()).collect()
    };
    let (one, two, three) = (users("").await, users("?page=2").await, users("?page=3&limit=20").await);
    assert_eq!([one.len(), two.len(), three.len()], [20, 20, 5]);
    let all: Vec<String> = (1..=45).rev().map(|number| format!("user_{number}")).collect();
    assert_eq!([one, two, three].concat(), all);
    assert!(users("?page=4").await.is_empty());
    assert!(users("?page=4294967295&limit=100").await.is_empty());
    for query in ["?page=0", "?page=-1", "?page=x", "?limit=0", "?limit=101"] {
        api.get(&format!("/link/request-to-link{query}")).await.refused(400, "");
    }
    let page = api.get("/link/request-to-link?page=2&limit=3").await.ok();
    assert_eq!((&page["page"], &page["limit"]), (&json!(2), &json!(3)));
}

/// Contradiction C5: the forms of pages that a client is told to accept, over HTTP.
#[tokio::test]
async fn pages_leave_in_every_form() {
    let api = Biller::start().await;
    let account = account_with(&api, 3).await;
    let path = format!("/bills/get?account_link_id={account}&limit=2");
    for (form, member, has_more) in [
        (PageForm::Documented, "bills", true),
        (PageForm::Data, "data", true),
        (PageForm::Items, "items", true),
        (PageForm::Resource, "bills", true),
        (PageForm::WithoutHasMore, "bills", false),
    ] {
        api.sandbox
            .billerapi()
            .set_settings(BillerApiSettings::default().with_pages(form))
            .expect("settings");
        let page = api.get(&path).await.ok();
        assert_eq!(amounts(&page, member), [3, 2], "{form:?}");
        assert_eq!(page.get("has_more").is_some(), has_more, "{form:?}");
        assert!(page["next_cursor"].is_string());
    }
    api.control("PUT", "/settings", json!({ "pages": "bare-array" })).await.ok();
    let bare = json!({ "bills": api.get(&path).await.ok() });
    assert_eq!(amounts(&bare, "bills"), [3, 2, 1], "everything, because there is no way to the rest");
    assert!(api.get("/link/request-to-link").await.ok().is_array());
    assert!(api.get("/bills/accounts").await.ok().is_array());
}

/// Style P4: accounts come all at once. Contradiction C12: one id under two names.
#[tokio::test]
async fn accounts_are_not_paged() {
    let api = Biller::start().await;
    let mut ids = Vec::new();
    for _ in 0..30 {
        ids.push(api.linked("4242424242").await.account_link_id);
    }
    let list = api.get("/bills/accounts").await.ok();
    let accounts = list["accounts"].as_array().expect("accounts");
    let shown: Vec<&str> = accounts.iter().map(|account| account["id"].as_str().expect("an id")).collect();
    ids.reverse();
    assert_eq!(shown, ids);
    assert!(accounts.iter().all(|account| account["id"] == account["account_link_id"]));
}
