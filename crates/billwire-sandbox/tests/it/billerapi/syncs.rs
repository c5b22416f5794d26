//! Synchronisations, and what they find.

use billwire_sandbox::{AccountStatus, BillChange, BillSource, BillStatus, BillToCome, ErrorKind};
use serde_json::{Value, json};

use super::calls::Biller;

async fn syncs(api: &Biller, account: &str) -> Vec<Value> {
    let answer = api.get(&format!("/bills/sync?account_link_id={account}")).await.ok();
    answer["data"].as_array().expect("data").clone()
}

#[tokio::test]
async fn a_sync_runs_on_the_virtual_clock() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await.account_link_id;
    let triggered = api.trigger(&account).await;
    let at = "2026-03-02T12:00:00Z";
    let pending =
        json!({ "id": triggered["id"], "account_link_id": account, "status": "PENDING", "created_at": at });
    assert_eq!(triggered, pending);
    assert_eq!(syncs(&api, &account).await, [pending]);
    api.sandbox.settle().await;
    let running = &syncs(&api, &account).await[0];
    assert_eq!((&running["status"], &running["started_at"]), (&json!("IN_PROGRESS"), &json!(at)));
    api.advance("PT4.999S").await;
    assert_eq!(syncs(&api, &account).await[0]["status"], json!("IN_PROGRESS"));
    api.advance("PT0.001S").await;
    let end = "2026-03-02T12:00:05Z";
    assert_eq!(
        syncs(&api, &account).await,
        [json!({
            "id": triggered["id"],
            "account_link_id": account,
            "status": "COMPLETED",
            "bills_found": 0,
            "bills_updated": 0,
            "started_at": at,
            "completed_at": end,
            "created_at": at,
        })]
    );
    assert_eq!(api.account(&account).await["last_synced_at"], json!(end));
}

/// Without `force` the running one, or a fresh one, is given again.
#[tokio::test]
async fn a_fresh_sync_is_given_again_unless_forced() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await.account_link_id;
    let force = async |force: bool| {
        let body = json!({ "account_link_id": account, "force": force });
        api.post("/bills/sync/trigger", body).await.is(202)
    };
    let first = force(false).await;
    assert_eq!(force(true).await["id"], first["id"], "one runs already");
    api.advance("PT5S").await;
    let again = force(false).await;
    assert_eq!((&again["id"], &again["status"]), (&first["id"], &json!("COMPLETED")));
    api.advance("PT60S").await;
    assert_eq!(force(false).await["id"], first["id"]);
    assert_ne!(force(true).await["id"], first["id"]);
    api.advance("PT5S").await;
    api.advance("PT60.001S").await;
    let third = force(false).await;
    assert_eq!(third["status"], json!("PENDING"));
    api.advance("PT5S").await;
    let all = syncs(&api, &account).await;
    assert_eq!((all.len(), &all[0]["id"]), (3, &third["id"]), "newest first");
    let since = format!("/bills/sync?account_link_id={account}&since=");
    let count = async |since: String| api.get(&since).await.ok()["data"].as_array().map(Vec::len);
    assert_eq!(count(format!("{since}2026-03-02T12:00:00Z")).await, Some(3), "inclusive");
    assert_eq!(count(format!("{since}2026-03-02T13:00:00.5%2B01:00")).await, Some(2));
    api.get(&format!("{since}yesterday")).await.refused(400, "since");
    api.get("/bills/sync").await.refused(400, "account_link_id");
}

/// New and changed bills are found by the next synchronisation, each with its event.
#[tokio::test]
async fn a_sync_finds_what_the_biller_has() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await.account_link_id;
    let old = api.bills(&account).await[0].clone();
    let (id, play) = (old["id"].as_str().expect("an id").to_owned(), api.sandbox.billerapi());
    let issued =
        json!({ "amount": 2500, "dueDate": "2026-05-01", "source": "EMAIL", "description": "Reconnection" });
    api.control("POST", &format!("/accounts/{account}/bills"), issued).await.ok();
    play.change_bill(&id, BillChange::to_amount(16_000)).expect("changed");
    assert_eq!(api.bills(&account).await, std::slice::from_ref(&old), "not before it is looked at");
    api.trigger(&account).await;
    api.advance("PT5S").await;
    let sync = &syncs(&api, &account).await[0];
    assert_eq!((&sync["bills_found"], &sync["bills_updated"]), (&json!(1), &json!(1)));
    let bills = api.bills(&account).await;
    assert_eq!((&bills[0]["amount"], &bills[0]["due_date"]), (&json!(2500), &json!("2026-05-01")));
    assert_eq!((&bills[1]["id"], &bills[1]["amount"]), (&json!(id), &json!(16_000)));
    let items = bills[1]["line_items"].as_array().expect("items");
    assert_eq!(items.last().expect("one"), &json!({ "description": "Adjustment", "amount": 580 }));
    assert_eq!(api.event_types()[2..], ["bill.updated", "bill.created"]);
    // The same again finds nothing.
    api.advance("PT2M").await;
    api.trigger(&account).await;
    api.advance("PT5S").await;
    assert_eq!(syncs(&api, &account).await[0]["bills_found"], json!(0));
    assert_eq!(api.event_types().len(), 4);
    let by_mail = format!("/bills/get?account_link_id={account}&source=EMAIL");
    assert_eq!(api.get(&by_mail).await.ok()["bills"].as_array().map(Vec::len), Some(1));
}

/// Time passes for a bill: unpaid ones fall overdue, automatic ones are paid, installments fall due.
#[tokio::test]
async fn a_sync_sees_that_time_has_passed() {
    let api = Biller::start().await;
    let mut accounts = Vec::new();
    for number in ["4242424242", "4000000006", "4000000007"] {
        accounts.push(api.linked(number).await.account_link_id);
    }
    api.advance("P20D").await;
    for account in &accounts {
        api.trigger(account).await;
    }
    api.advance("PT5S").await;
    let mut statuses = Vec::new();
    for account in &accounts {
        statuses.extend(
            api.bills(account).await.iter().map(|bill| bill["status"].as_str().expect("one").to_owned()),
        );
    }
    assert_eq!(statuses, ["OVERDUE", "PAID", "SCHEDULED", "PENDING", "OVERDUE"]);
}

/// A failed synchronisation puts the account into error, and a good one out of it.
#[tokio::test]
async fn a_failed_sync_shows_on_the_account() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await.account_link_id;
    api.control("POST", &format!("/accounts/{account}/outage"), json!({})).await.ok();
    api.trigger(&account).await;
    api.advance("PT5S").await;
    let failed = &syncs(&api, &account).await[0];
    assert_eq!((&failed["status"], &failed["error"]), (&json!("FAILED"), &json!("BILLER_UNAVAILABLE")));
    assert_eq!(api.account(&account).await["status"], json!("ERROR"));
    api.trigger(&account).await;
    api.advance("PT5S").await;
    assert_eq!(api.account(&account).await["status"], json!("ACTIVE"));
    assert_eq!(api.event_types()[2..], ["account-link.updated", "account-link.updated"]);
}

/// Paused and disconnected accounts are not synchronised; what is disconnected stays so.
#[tokio::test]
async fn an_account_changes_from_outside() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await.account_link_id;
    let play = api.sandbox.billerapi();
    for status in ["INACTIVE", "DISCONNECTED"] {
        api.control("PUT", &format!("/accounts/{account}/status"), json!({ "status": status })).await.ok();
        assert_eq!(api.account(&account).await["status"], json!(status));
        let body = json!({ "account_link_id": account });
        api.post("/bills/sync/trigger", body).await.refused(400, status);
    }
    assert_eq!(api.bills(&account).await.len(), 1, "what was found stays to be read");
    let error = play.set_account_status(&account, AccountStatus::Active).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = play.set_account_status(&account, AccountStatus::Disconnected).await.expect_err("the same");
    assert!(error.to_string().contains("already"), "{error}");
    let error = play.set_account_status("sb_link_x", AccountStatus::Active).await.expect_err("unknown");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(api.event_types()[2..], ["account-link.updated", "account-link.updated"]);

    // One that is disconnected while it is synchronised fails, and stays disconnected.
    let account = api.linked("4242424242").await.account_link_id;
    api.trigger(&account).await;
    play.set_account_status(&account, AccountStatus::Disconnected).await.expect("changed");
    api.advance("PT5S").await;
    assert_eq!(syncs(&api, &account).await[0]["error"], json!("ACCOUNT_DISCONNECTED"));
    assert_eq!(api.account(&account).await["status"], json!("DISCONNECTED"));
}

/// Contradiction C18: both bounds are those of the due date, and inclusive. Contradiction C7: all five states.
#[tokio::test]
async fn bills_are_filtered() {
    let api = Biller::start().await;
    let account = api.linked("99").await.account_link_id;
    let play = api.sandbox.billerapi();
    let statuses = [
        BillStatus::Pending,
        BillStatus::Paid,
        BillStatus::Overdue,
        BillStatus::Cancelled,
        BillStatus::Scheduled,
    ];
    for (day, status) in (1..).zip(statuses) {
        let due = jiff::civil::date(2026, 4, day);
        let source = if day % 2 == 0 { BillSource::Ocr } else { BillSource::Scraping };
        let bill = BillToCome::of(i64::from(day) * 100).with_due_date(due.into()).with_source(source);
        play.issue_bill(&account, bill.with_status(status)).expect("issued");
    }
    api.trigger(&account).await;
    api.advance("PT5S").await;
    let amounts = async |filter: &str| -> Vec<i64> {
        let page = api.get(&format!("/bills/get?account_link_id={account}{filter}")).await.ok();
        page["bills"]
            .as_array()
            .expect("bills")
            .iter()
            .map(|bill| bill["amount"].as_i64().expect("cents"))
            .collect()
    };
    assert_eq!(amounts("").await, [500, 400, 300, 200, 100]);
    assert_eq!(amounts("&start_date=2026-04-03").await, [500, 400, 300]);
    assert_eq!(amounts("&end_date=2026-04-03").await, [300, 200, 100]);
    assert_eq!(amounts("&start_date=2026-04-02&end_date=2026-04-04&source=OCR").await, [400, 200]);
    assert_eq!(amounts("&start_date=2026-04-05&end_date=2026-04-01").await, [0_i64; 0]);
    for (status, amount) in
        [("PENDING", 100), ("PAID", 200), ("OVERDUE", 300), ("CANCELLED", 400), ("SCHEDULED", 500)]
    {
        assert_eq!(amounts(&format!("&status={status}")).await, [amount]);
    }
    for (filter, says) in [
        ("status=pending", "status is one of PENDING"),
        ("source=FAX", "source is one of"),
        ("start_date=04/01/2026", "start_date"),
        ("end_date=2026-02-30", "end_date"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("cursor=abc", "cursor"),
    ] {
        api.get(&format!("/bills/get?account_link_id={account}&{filter}")).await.refused(400, says);
    }
}

/// What a test says of a bill is checked, with a message that helps.
#[tokio::test]
async fn odd_news_of_a_biller_are_refused() {
    let api = Biller::start().await;
    let account = api.linked("4242424242").await.account_link_id;
    let bill = api.bills(&account).await[0]["id"].as_str().expect("an id").to_owned();
    let issue = async |body| api.control("POST", &format!("/accounts/{account}/bills"), body).await;
    issue(json!({})).await.refused(400, "amount");
    issue(json!({ "amount": -1 })).await.refused(400, "amount");
    issue(json!({ "amount": 12.5 })).await.refused(400, "amount");
    issue(json!({ "amount": i64::MAX })).await.refused(400, "amount");
    issue(json!({ "amount": 5, "lineItems": [["a", 1], ["b", 2]] })).await.refused(400, "add up to 3");
    issue(json!({ "amount": 5, "dueDate": "tomorrow" })).await.refused(400, "YYYY-MM-DD");
    issue(json!({ "amount": 5, "status": "LATE" })).await.refused(400, "status");
    issue(json!({ "amount": 5, "colour": "red" })).await.refused(400, "colour");
    issue(json!({ "lineItems": [["a", 5], ["credit", -2]] })).await.ok();
    let change = async |body| api.control("POST", &format!("/bills/{bill}/change"), body).await;
    change(json!({})).await.refused(400, "changes nothing");
    change(json!({ "amount": 15420 })).await.refused(400, "changes nothing");
    change(json!({ "description": "" })).await.refused(400, "description");
    api.control("POST", "/bills/nothing/change", json!({ "amount": 1 })).await.refused(404, "no bill");
    api.control("POST", "/accounts/nothing/bills", json!({ "amount": 1 }))
        .await
        .refused(404, "no account link");
    api.control("POST", "/accounts", json!({ "accountNumber": "12 34" })).await.refused(400, "accountNumber");
    api.control("POST", "/accounts", json!({ "billerId": "x" })).await.refused(404, "no biller");
    api.control("POST", "/accounts", json!({ "clientId": "x" })).await.refused(404, "no client");
    let missing = json!({ "account_link_id": "sb_link_x" });
    api.post("/bills/sync/trigger", missing).await.refused(404, "no account link");
    api.post("/bills/sync/trigger", json!({ "account_link_id": account, "force": "yes please" }))
        .await
        .refused(400, "force");
}

/// Sections 5.14 and 5.15: the account link is needed.
#[tokio::test]
async fn syncs_need_an_account_link() {
    let api = Biller::start().await;
    for id in ["", "link_unknown"] {
        let (status, word) = if id.is_empty() { (400, "account_link_id") } else { (404, "account link") };
        api.post("/bills/sync/trigger", json!({ "account_link_id": id })).await.refused(status, word);
        api.get(&format!("/bills/sync?account_link_id={id}")).await.refused(status, word);
    }
}
