//! What is behind a link: bills, accounts, synchronisations; and what leads to one: billers, mail, requests to link.
//!
//! Source: BillerAPI description, sections 4 and 5.

use std::collections::BTreeSet;

use billwire::billerapi::{
    AccountLinkId, Bill, BillStatus, ConnectGmail, CreateGmailAuthorization, CreateRequestToLink,
    ListBillersQuery, ListBillsQuery, ListEmailMessagesQuery, ListRequestsToLinkQuery, ListSyncsQuery,
    RequestToLinkStatus, Sync, TriggerSync,
};
use billwire::core::Element;
use billwire::models::scalar::Date;
use serde_json::json;

use super::stage::BillerApi;
use super::{GOOD, PLAN};
use crate::judge::{Judged, same};

fn date(day: jiff::civil::Date) -> Date {
    Date::parse(&day.to_string()).expect("a day")
}

/// Every bill of an account, read in pages of `limit`.
async fn all_bills(api: &BillerApi, account: &AccountLinkId, limit: u32) -> Vec<Bill> {
    let mut bills = api.client.bills(ListBillsQuery::new(account.clone()).with_limit(limit)).into_items();
    let mut all = Vec::new();
    while let Some(element) = bills.try_next().await.expect("a page") {
        let Element::Decoded(bill) = element else { panic!("unreadable") };
        all.push(bill);
    }
    all
}

pub(super) async fn bills_come_in_pages_that_add_up_with_exact_amounts(api: BillerApi) {
    let linked = api.links(PLAN).await;
    for limit in [1, 2, 3, 100] {
        let bills = all_bills(&api, &linked.link_id, limit).await;
        let ids: BTreeSet<&str> = bills.iter().map(|bill| bill.id.as_str()).collect();
        same("each once", (bills.len(), ids.len()), (3, 3));
        let amounts: Vec<String> = bills.iter().map(|bill| bill.amount.to_string()).collect();
        same("to the cent", amounts, vec!["5000".to_owned(); 3]);
    }
    if api.form.has_no_pages() {
        return;
    }
    let query = ListBillsQuery::new(linked.link_id.clone());
    for wrong in [query.clone().with_limit(101), query.clone().with_cursor("nonsense")] {
        api.client.list_bills(&wrong).await.refused();
    }
}

pub(super) async fn filters_of_bills_combine(api: BillerApi) {
    let linked = api.links(PLAN).await;
    let query = || ListBillsQuery::new(linked.link_id.clone());
    let count = async |query: ListBillsQuery| api.client.list_bills(&query).await.granted().bills.len();
    same("all", count(query()).await, 3);
    same("one is pending", count(query().with_status(BillStatus::Pending)).await, 1);
    same("two follow", count(query().with_status(BillStatus::Scheduled)).await, 2);
    let (first, second) = (date(api.day(15)), date(api.day(45)));
    same("from a day on", count(query().with_start_date(second.clone())).await, 2);
    same("until a day", count(query().with_end_date(second.clone())).await, 2);
    same(
        "both ends count",
        count(query().with_start_date(second.clone()).with_end_date(second.clone())).await,
        1,
    );
    let none = query().with_status(BillStatus::Scheduled).with_end_date(first);
    same("filters combine", count(none).await, 0);
}

pub(super) async fn a_bill_is_the_same_alone_and_in_the_list(api: BillerApi) {
    let linked = api.links(GOOD).await;
    let listed = api.bills(&linked.link_id).await.bills.into_iter().next().expect("a bill");
    let alone = api.client.bill(&listed.id).await.granted();
    let shown = |bill: &Bill| (bill.amount.to_string(), bill.due_date.clone(), bill.status.clone());
    same("the same", shown(&alone), shown(&listed));
    let items: Vec<i64> = alone
        .line_items
        .iter()
        .flat_map(|items| items.iter())
        .map(|item| item.amount.to_string().parse().expect("cents"))
        .collect();
    same("its lines add up", items.iter().sum::<i64>().to_string(), alone.amount.to_string());
    let own = api.client.account_of(&linked.exchanged).expect("its token");
    same("with its own token", own.bill(&listed.id).await.granted().id, listed.id);
    api.client.bill(&"sandbox_bill_nothing".into()).await.unknown();
}

pub(super) async fn an_access_token_opens_its_own_account_only(api: BillerApi) {
    let (anns, bobs) = (api.links(GOOD).await, api.links(GOOD).await);
    let ann = api.client.account_of(&anns.exchanged).expect("its token");
    ann.list_bills(&ListBillsQuery::new(anns.link_id.clone())).await.granted();
    ann.list_bills(&ListBillsQuery::new(bobs.link_id.clone())).await.forbidden();
    let nobody = api.account("at_sandbox_nothing");
    nobody.list_bills(&ListBillsQuery::new(anns.link_id)).await.unauthorized();
    api.client.list_bills(&ListBillsQuery::new("sb_link_nothing".into())).await.unknown();
}

pub(super) async fn an_account_says_how_it_is(api: BillerApi) {
    let linked = api.links(GOOD).await;
    let accounts = api.client.list_accounts().await.granted().accounts;
    same("one account", accounts.len(), 1);
    let account = &accounts[0];
    same("the link of the exchange", account.account_link_id.as_ref(), Some(&linked.link_id));
    same("masked", account.account_number.as_deref(), Some("****4242"));
    same("active", account.status.as_str(), "ACTIVE");
    let path = format!("billerapi/accounts/{}/status", linked.link_id);
    api.service.control("PUT", &path, json!({"status": "DISCONNECTED"})).await;
    let accounts = api.client.list_accounts().await.granted().accounts;
    same("no longer", accounts[0].status.as_str(), "DISCONNECTED");
}

async fn syncs(api: &BillerApi, account: &AccountLinkId) -> Vec<Sync> {
    let listed = api.client.list_syncs(&ListSyncsQuery::new(account.clone())).await.granted();
    listed.data.into_iter().collect()
}

pub(super) async fn a_sync_takes_five_seconds_and_is_not_repeated_within_a_minute(api: BillerApi) {
    let account = api.links(GOOD).await.link_id;
    let trigger = TriggerSync::new(account.clone());
    let first = api.client.trigger_sync(&trigger).await.granted();
    same("it begins", first.status.as_str(), "PENDING");
    api.advance("PT4S").await;
    assert!(syncs(&api, &account).await[0].status.as_str() == "IN_PROGRESS", "it runs");
    api.advance("PT1S").await;
    let done = syncs(&api, &account).await.remove(0);
    same("it is done", (done.status.as_str(), &done.id), ("COMPLETED", &first.id));
    let again = api.client.trigger_sync(&trigger).await.granted();
    same("the same within a minute", &again.id, &first.id);
    let forced = api.client.trigger_sync(&trigger.clone().with_force(true)).await.granted();
    assert!(forced.id != first.id, "unless it is forced");
    api.advance("PT2M").await;
    let later = api.client.trigger_sync(&trigger).await.granted();
    assert!(later.id != first.id && later.id != forced.id, "or later");
    api.client.trigger_sync(&TriggerSync::new("sb_link_nothing".into())).await.unknown();
}

pub(super) async fn a_sync_finds_what_the_biller_issued(api: BillerApi) {
    let account = api.links(GOOD).await.link_id;
    let path = format!("billerapi/accounts/{account}/bills");
    api.service.control("POST", &path, json!({"amount": 777})).await;
    api.client.trigger_sync(&TriggerSync::new(account.clone())).await.granted();
    api.advance("PT6S").await;
    let done = syncs(&api, &account).await.remove(0);
    same("it says what it found", (done.status.as_str(), done.bills_found), ("COMPLETED", Some(1)));
    let amounts: BTreeSet<String> =
        api.bills(&account).await.bills.iter().map(|bill| bill.amount.to_string()).collect();
    assert!(amounts.contains("777"), "{amounts:?}");
}

pub(super) async fn billers_are_found_by_name_and_category_in_pages(api: BillerApi) {
    let found = api.client.list_billers(&ListBillersQuery::new().with_search("ELECTRIC")).await.granted();
    same("one electric company", found.data.len(), 1);
    let category = found.data[0].category.clone().expect("a category");
    let same_kind = ListBillersQuery::new().with_category(category);
    assert!(!api.client.list_billers(&same_kind).await.granted().data.is_empty());
    let mut billers = api.client.billers(ListBillersQuery::new().with_limit(1)).into_items();
    let mut names = BTreeSet::new();
    while let Some(element) = billers.try_next().await.expect("a page") {
        names.insert(element.decoded().expect("readable").name);
    }
    same("all test billers", names.len(), 4);
}

pub(super) async fn a_mailbox_is_connected_and_its_messages_are_listed(api: BillerApi) {
    let user = api.user();
    let asked = CreateGmailAuthorization::new(user.clone(), api.client_id.clone());
    let authorization = api.client.create_gmail_authorization(&asked).await.granted();
    assert!(authorization.oauth_url.starts_with("http"), "{}", authorization.oauth_url);
    let mailbox = format!("billerapi/mailboxes/{user}");
    api.service.control("PUT", &format!("{mailbox}/consent"), json!({"consent": "given"})).await;
    let connect = ConnectGmail::new(user.clone(), api.client_id.clone());
    assert!(api.client.connect_gmail(&connect).await.granted().success);
    for cents in [14_250, 99] {
        let mail = json!({"billerId": "test_electric_company", "billAmountCents": cents});
        api.service.control("POST", &format!("{mailbox}/messages"), mail).await;
    }
    let mut messages =
        api.client.email_messages(ListEmailMessagesQuery::new(user).with_limit(1)).into_items();
    let mut amounts = BTreeSet::new();
    while let Some(element) = messages.try_next().await.expect("a page") {
        let amount = element.decoded().expect("readable").bill_amount.expect("an amount");
        amounts.insert(amount.to_string());
    }
    assert!(amounts.contains("142.5") || amounts.contains("142.50"), "in major units: {amounts:?}");
}

pub(super) async fn requests_to_link_are_listed_by_page_number(api: BillerApi) {
    for user in ["ann", "bob", "eve"] {
        let request = CreateRequestToLink::new(user.into()).with_biller_id("test_electric_company".into());
        api.client.create_request_to_link(&request).await.granted();
    }
    let query = ListRequestsToLinkQuery::new().with_limit(2);
    let mut requests = api.client.requests_to_link(query).into_items();
    let mut users = BTreeSet::new();
    while let Some(element) = requests.try_next().await.expect("a page") {
        let user = element.decoded().expect("readable").client_user_id.clone().expect("a user");
        users.insert(user.to_string());
    }
    same(
        "everybody once",
        users.into_iter().collect::<Vec<_>>(),
        vec!["ann".to_owned(), "bob".into(), "eve".into()],
    );
    let anns = ListRequestsToLinkQuery::new().with_client_user_id("ann".into());
    same("one is Ann's", api.client.list_requests_to_link(&anns).await.granted().items.len(), 1);
    let done = ListRequestsToLinkQuery::new().with_status(RequestToLinkStatus::Completed);
    same("none is done", api.client.list_requests_to_link(&done).await.granted().items.len(), 0);
    if !api.form.has_no_pages() {
        let too_many = ListRequestsToLinkQuery::new().with_limit(101);
        api.client.list_requests_to_link(&too_many).await.refused();
    }
}

pub(super) async fn a_request_to_link_goes_from_pending_to_its_end(api: BillerApi) {
    let request = CreateRequestToLink::new("ann".into());
    let created = api.client.create_request_to_link(&request).await.granted();
    same("it waits", created.status.as_str(), "PENDING");
    let path = format!("billerapi/requests-to-link/{}/answer", created.id);
    for (answer, status) in [("begin", "IN_PROGRESS"), ("cancel", "CANCELLED")] {
        api.service.control("POST", &path, json!({"answer": answer})).await;
        let found = api.client.request_to_link(&created.id).await.granted();
        same("it goes on", found.status.as_str(), status);
    }
    api.client.request_to_link(&"rtl_nothing".into()).await.unknown();
}
