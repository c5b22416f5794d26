//! The contradictions of BillerAPI's documents that concern what is received and sent: BillerAPI description, section 10
//! "Contradictions and recommended decisions", and the rules of section 0.3.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use billwire_models::billerapi::{
    Account, AccountList, Bill, BillPage, BillSource, BillStatus, Biller, BillerPage, ConnectGmail,
    CreateGmailAuthorization, CreateLinkToken, CreatedLinkToken, EmailMessage, EmailMessagePage, ErrorBody,
    Event, EventData, ExchangedToken, ListEmailMessagesQuery, ListRequestsToLinkQuery, NextStep,
    RequestToLink, RequestToLinkEventData, ScenarioBills, SubmitCredentials, Sync, SyncPage,
    WebhookSubscription,
};
use billwire_models::scalar::{Answer, Secret};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[track_caller]
fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn written<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

fn bill(id: &str) -> Value {
    json!({"id": id, "amount": 15420, "currency": "USD", "status": "PENDING"})
}

/// Contradiction C1 and checklist, client (3): both shapes of an error are read, and each is known by its own member.
#[test]
fn both_shapes_of_an_error_are_read() {
    let framework =
        json!({"statusCode": 401, "message": "Invalid client credentials", "error": "Unauthorized"});
    let structured = json!({
        "status_code": 400, "error": "validation_error", "message": "No.",
        "documentation_url": "https://docs.billerapi.com/concepts/errors",
    });
    let read_as: ErrorBody = read(&framework);
    assert!(matches!(&read_as, ErrorBody::Framework(body) if body.status_code == 401));
    assert_eq!(written(&read_as), framework);
    let read_as: ErrorBody = read(&structured);
    assert!(matches!(&read_as, ErrorBody::Structured(body) if body.status_code == 400));
    assert_eq!(written(&read_as), structured);
    assert!(serde_json::from_value::<ErrorBody>(json!({"message": "No."})).is_err(), "neither");
    let several = json!({"statusCode": 400, "message": ["No.", "Nor this."], "error": "Bad Request"});
    let read_as: ErrorBody = read(&several);
    assert_eq!(written(&read_as), several, "several messages of a validation");
}

/// Contradiction C5: each list has a name of its own, and the generic ones are read as well.
#[test]
fn a_page_has_its_own_name_or_a_generic_one() {
    for name in ["bills", "data", "items"] {
        let page: BillPage = read(&json!({name: [bill("b")]}));
        assert_eq!(page.bills.len(), 1, "{name}");
    }
    for name in ["data", "billers", "items"] {
        let page: BillerPage = read(&json!({name: [{"id": "b", "name": "B"}]}));
        assert_eq!(page.data.len(), 1, "{name}");
    }
    for name in ["data", "syncs", "records", "items"] {
        let page: SyncPage = read(&json!({name: [{"id": "s", "status": "PENDING"}]}));
        assert_eq!(page.data.len(), 1, "{name}");
    }
    for name in ["data", "messages", "items"] {
        let page: EmailMessagePage = read(&json!({name: [{"id": "m"}]}));
        assert_eq!(page.data.len(), 1, "{name}");
    }
    for name in ["accounts", "data", "items"] {
        let list: AccountList = read(&json!({name: [{"id": "a", "status": "ACTIVE"}]}));
        assert_eq!(list.accounts.len(), 1, "{name}");
    }
    let own: BillPage = read(&json!({"data": [], "bills": [bill("b")]}));
    assert_eq!(own.bills.len(), 1, "its own name counts first");
}

/// Contradiction C6 and checklist, client (7): an amount keeps every digit, whatever its unit; one with a fraction is in
/// dollars, and is cents once it was read.
#[test]
fn amounts_keep_every_digit() {
    for (text, expected) in
        [("15420", "15420"), ("127.55", "12755"), ("0.1", "10"), ("90071992547409931", "90071992547409931")]
    {
        let bill: Bill =
            serde_json::from_str(&format!(r#"{{"id": "b", "status": "PAID", "amount": {text}}}"#)).unwrap();
        assert_eq!(written(&bill)["amount"].to_string(), expected);
    }
    let message: EmailMessage = read(&json!({"id": "m", "bill_amount": "142.50"}));
    assert_eq!(message.bill_amount.unwrap().to_string(), "142.50");
}

/// Contradiction C7: all five states of a bill are known, and a sixth survives.
#[test]
fn a_bill_has_five_states_and_room_for_more() {
    for status in ["PENDING", "PAID", "OVERDUE", "CANCELLED", "SCHEDULED"] {
        assert!(BillStatus::from(status).is_known(), "{status}");
    }
    let mut odd = bill("b");
    odd["status"] = json!("DISPUTED");
    odd["source"] = json!("PIGEON");
    let read_as: Bill = read(&odd);
    assert!(!read_as.status.is_known());
    assert_eq!(read_as.source, Some(BillSource::from("PIGEON")));
    assert_eq!(written(&read_as), odd);
}

/// Contradiction C11: the two words for an environment stay apart.
#[test]
fn mode_and_environment_are_two_members() {
    let event: Event = read(&event(&json!({"environment": "staging", "mode": "sandbox"})));
    assert_eq!(event.environment.unwrap().as_str(), "staging");
    assert_eq!(event.mode.unwrap().as_str(), "sandbox");
}

/// Contradiction C12: an account has an id, and may have the id of its link beside it; they are types of their own.
#[test]
fn an_account_and_its_link_have_two_ids() {
    let account: Account = read(&json!({"id": "acc_1", "account_link_id": "link_1", "status": "ACTIVE"}));
    assert_eq!(account.id.as_str(), "acc_1");
    assert_eq!(account.account_link_id.unwrap().as_str(), "link_1");
    let alone: Account = read(&json!({"id": "acc_1", "status": "ACTIVE"}));
    assert_eq!(alone.account_link_id, None, "nothing is assumed");
}

/// Contradiction C16: one name here, and on the wire the spelling of each endpoint.
#[test]
fn the_users_id_is_spelt_as_each_endpoint_spells_it() {
    let created = CreateLinkToken::new("c".into(), "u".into(), Vec::new());
    assert_eq!(written(&created)["client_user_id"], "u");
    let authorization = CreateGmailAuthorization::new("u".into(), "c".into());
    assert_eq!(authorization.client_user_id.as_str(), "u");
    assert_eq!(written(&authorization), json!({"user_id": "u", "client_id": "c"}));
    assert_eq!(written(&ConnectGmail::new("u".into(), "c".into()))["user_id"], "u");
    let messages = ListEmailMessagesQuery::new("u".into());
    assert_eq!(messages.pairs(), [("userId", "u".to_owned())]);
    let requests = ListRequestsToLinkQuery::new().with_client_user_id("u".into());
    assert_eq!(requests.pairs(), [("clientUserId", "u".to_owned())]);
    for name in ["user_id", "client_user_id"] {
        let mut given = event(&json!({}));
        given["data"]["object"] = json!({"id": "b", name: "u"});
        let event: Event = read(&given);
        assert_eq!(event.client_user_id().unwrap().as_str(), "u", "{name}");
        assert_eq!(written(&event), given, "{name}");
    }
}

/// Contradiction C19: the next step is spelt with hyphens or with underscores.
#[test]
fn hyphens_and_underscores_are_the_same_in_a_next_step() {
    for (spelling, step) in [
        ("discover_accounts", NextStep::DiscoverAccounts),
        ("discover-accounts", NextStep::DiscoverAccounts),
        ("submit-mfa", NextStep::SubmitMfa),
        ("submit_mfa", NextStep::SubmitMfa),
    ] {
        assert_eq!(NextStep::from(spelling), step, "{spelling}");
    }
}

/// Contradiction C20: nothing compares the time of an event with the date of its envelope.
#[test]
fn the_time_of_an_event_and_the_date_of_its_envelope_need_not_agree() {
    let mut given = event(&json!({"api_version": "2026-04-29"}));
    given["created"] = json!(1_714_387_200);
    let event: Event = read(&given);
    assert_eq!((event.created, event.api_version.as_deref()), (1_714_387_200, Some("2026-04-29")));
}

/// Checklist, client (8): unknown members are skipped, or kept where the description says so; unknown values survive.
#[test]
fn unknown_members_and_values_survive() {
    let biller = json!({"id": "b", "name": "B", "category": "ELECTRIC", "coverage": {"states": ["TX"]}});
    assert_eq!(written(&read::<Biller>(&biller)), biller);
    let mut more = bill("b");
    more["novelty"] = json!([1, {"deep": null}]);
    assert_eq!(read::<Bill>(&more), read::<Bill>(&bill("b")));
    let sync: Sync = read(&json!({"id": "s", "status": "PAUSED"}));
    assert_eq!(sync.status.as_str(), "PAUSED");
    let mut unknown = event(&json!({}));
    unknown["type"] = json!("bill.vanished");
    let event: Event = read(&unknown);
    assert!(matches!(event.data, EventData::Unrecognized(_)));
    assert_eq!(written(&event), unknown);
}

/// Section 0.3: null and absent are the same for what may be missing.
#[test]
fn null_and_absent_are_the_same() {
    let printed = json!({
        "id": "r", "client_user_id": "u", "status": "PENDING", "link_token_id": null, "session_url": null,
    });
    let request: RequestToLink = read(&printed);
    assert_eq!((&request.link_token_id, &request.session_url), (&None, &None));
    assert_eq!(request, read(&json!({"id": "r", "client_user_id": "u", "status": "PENDING"})));
}

/// Section 0.3: a time in an undocumented form does not lose what it stands on; its text is kept and written back.
#[test]
fn an_odd_time_does_not_lose_the_object() {
    #[track_caller]
    fn check<T: DeserializeOwned + serde::Serialize>(object: &Value, times: &[&str]) {
        for (given, text) in [
            (json!("2026-04-01 12:00:00"), "2026-04-01 12:00:00"),
            (json!("2026-04-01T12:00:00"), "2026-04-01T12:00:00"),
            (json!("1 April"), "1 April"),
            (json!(1_775_037_600), "1775037600"),
        ] {
            let mut object = object.clone();
            for time in times {
                object[*time] = given.clone();
            }
            let read_as: T = read(&object);
            for time in times {
                assert_eq!(written(&read_as)[*time], text, "{time}");
            }
        }
    }
    check::<Account>(
        &json!({"id": "a", "status": "ACTIVE"}),
        &["last_synced_at", "created_at", "updated_at"],
    );
    check::<Sync>(&json!({"id": "s", "status": "PENDING"}), &["started_at", "completed_at", "created_at"]);
    check::<RequestToLink>(
        &json!({"id": "r", "client_user_id": "u", "status": "PENDING"}),
        &["created_at", "updated_at"],
    );
    check::<EmailMessage>(&json!({"id": "m"}), &["received_at"]);
    check::<WebhookSubscription>(&json!({"id": "w"}), &["created_at"]);
    check::<CreatedLinkToken>(&json!({"success": true, "link_token": "l"}), &["expires_at"]);
    check::<RequestToLinkEventData>(&json!({"id": "r"}), &["created_at"]);
    let account = json!({"id": "a", "status": "ACTIVE", "last_synced_at": 1_775_037_600});
    let list: AccountList = read(&json!({"accounts": [account]}));
    assert_eq!((list.accounts.len(), list.rejected_count()), (1, 0));
}

/// Sections 4.2 and 4.3: what cannot be had again is in the answer, and nothing beside it is needed to read it.
#[test]
fn a_token_is_not_lost_for_what_stands_beside_it() {
    for answer in [
        json!({"access_token": "at_1"}),
        json!({"access_token": "at_1", "link_id": null, "success": null}),
        json!({"access_token": "at_1", "biller_id": "b", "link_id": "l"}),
        json!({"access_token": "at_1", "success": "yes", "biller_id": {"id": "b"}, "link_id": 7}),
    ] {
        let exchanged: ExchangedToken = read(&answer);
        assert_eq!(exchanged.access_token.expose(), "at_1", "{answer}");
        let shown = format!("{exchanged:?}");
        assert!(!shown.contains("at_1"), "{shown}");
    }
    let older: ExchangedToken = read(&json!({"access_token": "at_1", "account_link_id": "l"}));
    assert_eq!(older.link_id.unwrap().as_str(), "l");
    for answer in [json!({"link_token": "lt_1"}), json!({"link_token": "lt_1", "expires_at": [5]})] {
        let created: CreatedLinkToken = read(&answer);
        assert_eq!(created.link_token.expose(), "lt_1");
    }
    let registered: WebhookSubscription = read(&json!({"id": "w", "events": "bill.created", "url": null}));
    assert_eq!((registered.id.as_str(), registered.events), ("w", None));
}

/// A bad element of a page is reported, and the others arrive.
#[test]
fn a_bad_bill_does_not_lose_its_page() {
    let page: ScenarioBills = read(&json!({"success": true, "bills": [bill("a"), {"id": 7}, bill("b")]}));
    assert_eq!((page.bills.as_ref().map_or(0, |bills| bills.len()), page.rejected_count()), (2, 1));
}

/// Checklist, client (11): what a user types in and what a token is never shows.
#[test]
fn secrets_are_not_shown() {
    let request = SubmitCredentials::new(Secret::new("4242424242"))
        .with_username(Secret::new("johnny"))
        .with_password(Secret::new("appleseed"));
    let shown = format!("{request:?} {request:#?}");
    for secret in ["4242424242", "johnny", "appleseed"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert_eq!(written(&request)["password"], "appleseed");
}

/// A whole event in the newest envelope, with more members.
fn event(more: &Value) -> Value {
    let mut event = json!({
        "id": "evt_1", "object": "event", "type": "bill.created", "created": 1_779_278_400,
        "data": {"object": {"id": "b", "object": "bill"}},
    });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}
