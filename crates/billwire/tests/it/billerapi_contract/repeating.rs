//! Saying the same thing twice, and being refused.
//!
//! Source: BillerAPI description, sections 2.3, 3.2 and 3.7.

use std::collections::BTreeSet;

use billwire::billerapi::{
    AccountLinkId, Client, Consent, CreateLinkToken, CreateRequestToLink, ListBillersQuery,
    ListRequestsToLinkQuery, ListSyncsQuery, TriggerSync,
};
use billwire::core::{CallOptions, IdempotencyKey};

use super::GOOD;
use super::stage::BillerApi;
use crate::judge::{Judged, same};

/// The client, calling with this key.
fn with_key(api: &BillerApi, key: &str) -> Client {
    let key = IdempotencyKey::new(key).expect("a key");
    api.client.with_options(CallOptions::new().with_idempotency_key(key))
}

async fn syncs(api: &BillerApi, account: &AccountLinkId) -> usize {
    api.client.list_syncs(&ListSyncsQuery::new(account.clone())).await.granted().data.len()
}

pub(super) async fn the_same_key_is_the_same_call_for_a_day(api: BillerApi) {
    let account = api.links(GOOD).await.link_id;
    let (first, other) = (with_key(&api, "first"), with_key(&api, "other"));
    let token = CreateLinkToken::new(api.client_id.clone(), api.user(), vec![Consent::Bills]);
    let ask = async |client: &Client| {
        client.create_link_token(&token).await.granted().link_token.expose().to_owned()
    };
    let once = ask(&first).await;
    same("one link token", ask(&first).await, once.clone());
    assert!(ask(&other).await != once, "another key is another call");

    let request = CreateRequestToLink::new(api.user());
    let id = first.create_request_to_link(&request).await.granted().id;
    same("one request to link", first.create_request_to_link(&request).await.granted().id, id);
    let listed = api.client.list_requests_to_link(&ListRequestsToLinkQuery::new()).await.granted();
    same("one effect", listed.items.len(), 1);

    let before = syncs(&api, &account).await;
    let sync = TriggerSync::new(account.clone()).with_force(true);
    let id = first.trigger_sync(&sync).await.granted().id;
    // Not while the first one runs, which would be given to anybody.
    api.advance("PT10S").await;
    same("one synchronisation", first.trigger_sync(&sync).await.granted().id, id);
    same("one effect", syncs(&api, &account).await, before + 1);

    api.advance("PT23H59M").await;
    same(
        "until a day is over",
        first.create_request_to_link(&request).await.granted().status.as_str(),
        "PENDING",
    );
    let listed = api.client.list_requests_to_link(&ListRequestsToLinkQuery::new()).await.granted();
    same("still one", listed.items.len(), 1);
    api.advance("PT2M").await;
    first.create_request_to_link(&request).await.granted();
    let listed = api.client.list_requests_to_link(&ListRequestsToLinkQuery::new()).await.granted();
    same("then it is another call", listed.items.len(), 2);
}

pub(super) async fn every_call_has_a_key_of_its_own(api: BillerApi) {
    let request = CreateRequestToLink::new("ann".into());
    let mut keys = BTreeSet::new();
    for _ in 0..3 {
        let answer = api.client.create_request_to_link(&request).await.expect("created");
        keys.insert(answer.idempotency_key().expect("a key").as_str().to_owned());
    }
    same("three keys", keys.len(), 3);
    let listed = api.client.list_requests_to_link(&ListRequestsToLinkQuery::new()).await.granted();
    same("three effects", listed.items.len(), 3);
}

pub(super) async fn a_wrong_credential_opens_nothing(api: BillerApi) {
    let billers = ListBillersQuery::new();
    for (id, secret) in
        [(api.client_id.as_str(), "bb_test_wrong"), ("client_nobody", "bb_test_sandbox_secret")]
    {
        api.client_of(id, secret).list_billers(&billers).await.unauthorized();
    }
    let request = api.registration(vec!["bill.created".into()]);
    api.client.register_webhook(&"client_of_another".into(), &request).await.forbidden();
}

pub(super) async fn errors_of_both_shapes_say_the_same(api: BillerApi) {
    let error = api.client.bill(&"sandbox_bill_nothing".into()).await.expect_err("no such bill");
    same("its code", error.error_code().map(|code| code.as_str().to_owned()), Some("not_found".to_owned()));
    let wrong = api.registration(vec![]);
    let error = api.client.register_webhook(&api.client_id, &wrong).await.expect_err("no events");
    same(
        "its code",
        error.error_code().map(|code| code.as_str().to_owned()),
        Some("validation_error".to_owned()),
    );
    assert!(error.vendor_message().is_some_and(|message| !message.is_empty()));
}
