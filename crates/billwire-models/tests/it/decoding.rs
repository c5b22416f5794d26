//! The rules that every generated decoder keeps: what a newer or untidy service sends never breaks it, and what it cannot
//! read it says precisely.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use billwire_models::operation::{MemberKind, Place};
use billwire_models::q2::{
    AddPaymentMethod, Bill, BillChanges, BillList, BillStatusType, Event, EventData, EventType, Geo, Product,
    SearchCompanies, StepAuth, StepSecurity, operations,
};
use billwire_models::scalar::Answer;
use serde_json::{Value, json};

fn bill(members: &str) -> Result<Bill, String> {
    serde_json::from_str(&format!("{{{members}}}")).map_err(|error| error.to_string())
}

#[test]
fn the_last_of_repeated_members_counts() {
    let bill = bill(r#""_id": "a", "status": {"type": "paid"}, "_id": "b", "balance": "1", "balance": "2""#)
        .unwrap();
    assert_eq!(bill.id.as_str(), "b");
    assert_eq!(bill.balance.unwrap().to_string(), "2");
}

#[test]
fn an_alias_counts_only_without_the_canonical_name_in_either_order() {
    for (json, expected) in [
        (r#"{"state_short": "TX", "stateShort": "NY"}"#, "TX"),
        (r#"{"stateShort": "NY", "state_short": "TX"}"#, "TX"),
        (r#"{"stateShort": "NY"}"#, "NY"),
        (r#"{"stateShort": "NY", "state_short": null}"#, "NY"),
    ] {
        let geo: Geo = serde_json::from_str(json).unwrap();
        assert_eq!(geo.state_short.as_deref(), Some(expected), "{json}");
        assert_eq!(
            serde_json::to_value(&geo).unwrap(),
            json!({"state_short": expected}),
            "written by its own name"
        );
    }
}

#[test]
fn null_is_absent_for_an_optional_member_and_an_error_for_a_required_one() {
    let optional =
        bill(r#""_id": "a", "status": {"type": "paid"}, "balance": null, "hidden": null, "dueDate": null"#)
            .unwrap();
    assert_eq!((optional.balance, optional.hidden, optional.due_date), (None, None, None));
    let error = bill(r#""_id": null, "status": {"type": "paid"}"#).unwrap_err();
    assert!(error.contains("invalid type: null, expected a string (BillId)"), "{error}");
}

#[test]
fn unknown_members_are_skipped_and_missing_ones_named() {
    let tolerant =
        bill(r#""_id": "a", "__v": {"deep": [1, {"x": null}]}, "status": {"type": "paid", "since": 3}"#)
            .unwrap();
    assert_eq!(tolerant.status.kind, BillStatusType::Paid);
    let error = bill(r#""_id": "a""#).unwrap_err();
    assert!(error.starts_with("missing field `status`"), "{error}");
    let error = serde_json::from_str::<Bill>("[1]").unwrap_err().to_string();
    assert!(error.contains("expected an object (Bill)"), "{error}");
}

#[test]
fn unknown_members_are_kept_where_the_description_says_so() {
    let given = json!({"balance": {"current": "2.00"}, "late": {"fee": [1, 2]}});
    let changes: BillChanges = serde_json::from_value(given.clone()).unwrap();
    assert_eq!(changes.extra.len(), 1);
    assert_eq!(serde_json::to_value(&changes).unwrap(), given);
    assert!(!format!("{changes:?}").contains("fee"), "{changes:?}");
}

#[test]
fn a_closed_enum_refuses_what_only_we_could_have_sent() {
    let error = serde_json::from_value::<SearchCompanies>(json!({"products": ["biller-direct", "moon"]}))
        .unwrap_err();
    assert!(error.to_string().contains("not one of: biller-direct, cardswap"), "{error}");
    assert_eq!(Product::ALL.len(), 2);
}

#[test]
fn alternatives_are_told_apart_by_their_json_type() {
    let step = |security: Value| {
        serde_json::from_value::<StepAuth>(json!({"token": "t", "method": "code", "security": security}))
    };
    let one = step(json!({"identifier": "i"})).unwrap();
    assert!(matches!(one.security, Some(StepSecurity::Answer(_))));
    let many = step(json!([{"identifier": "i", "answer": "a"}])).unwrap();
    assert!(matches!(many.security, Some(StepSecurity::Answers(answers)) if answers.len() == 1));
    let error = step(json!("i")).unwrap_err().to_string();
    assert!(error.contains("expected an array or an object (StepSecurity)"), "{error}");
}

#[test]
fn a_bad_element_is_reported_with_its_place_in_the_answer() {
    let good = json!({"bill": {"_id": "a", "status": {"type": "paid"}}, "payments": [{"amount": "1.00"}]});
    let list: BillList =
        serde_json::from_str(&json!({"data": [good, {"bill": {"_id": "b"}}]}).to_string()).unwrap();
    let mut report = Vec::new();
    list.visit_rejected(&billwire_models::scalar::Path::root(), &mut |path, rejected| {
        report.push(format!("{path}: {}", rejected.problem()));
    });
    report.sort();
    assert_eq!(
        report,
        ["data[0].payments[0]: missing field `paidOn`", "data[1]: bill: missing field `status`"],
        "both levels report"
    );
    assert_eq!(list.rejected_count(), 2);
}

#[test]
fn an_event_of_an_unknown_type_is_kept_whole() {
    let given = event("bill.moon-phase", &json!({"phase": "full", "days": [1, 2]}));
    let event: Event = serde_json::from_value(given.clone()).unwrap();
    assert_eq!(event.kind.as_str(), "bill.moon-phase");
    assert!(!event.kind.is_known());
    assert!(matches!(&event.data, EventData::Unrecognized(data) if data["phase"] == "full"));
    assert_eq!(serde_json::to_value(&event).unwrap(), given);
    assert!(!format!("{event:?}").contains("full"), "{event:?}");
}

#[test]
fn an_event_whose_data_does_not_decode_is_kept_whole() {
    let given = event("bill.payment.sent", &json!({"amount": "a lot of 4111111111111111"}));
    let event: Event = serde_json::from_value(given.clone()).unwrap();
    assert_eq!(event.kind, EventType::BillPaymentSent);
    assert_eq!(event.data.kind(), None);
    let EventData::Undecodable { problem, .. } = &event.data else { unreachable!("{event:?}") };
    assert!(problem.starts_with("amount: not an exact amount of money"), "{problem}");
    assert_eq!(serde_json::to_value(&event).unwrap(), given);
    assert!(!format!("{event:?}").contains("4111"), "{event:?}");
}

#[test]
fn an_event_without_data_is_an_event() {
    let mut given = event("bill.moon-phase", &Value::Null);
    given["payload"].as_object_mut().unwrap().remove("data");
    let event: Event = serde_json::from_value(given.clone()).unwrap();
    assert_eq!(event.data, EventData::Unrecognized(Value::Null));
    assert_eq!(serde_json::to_value(&event).unwrap(), given);
}

fn event(kind: &str, data: &Value) -> Value {
    json!({
        "_id": "e", "type": kind, "created": "2016-04-20T16:51:12Z",
        "payload": {"resource": {"type": "bill", "id": "b"}, "data": data},
    })
}

#[test]
fn card_data_is_never_printed() {
    let request: AddPaymentMethod = serde_json::from_value(json!({
        "clientId": "c", "paymentType": "card", "name": "Demo User", "cardNumber": "4111111111111111", "cardCode": "218",
    }))
    .unwrap();
    let text = format!("{request:?}{request:#?}");
    for secret in ["4111", "218", "Demo"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn the_operation_table_agrees_with_itself() {
    let mut ids: Vec<&str> = operations::ALL.iter().map(|operation| operation.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), operations::ALL.len());
    assert!(ids.is_sorted());
    for operation in operations::ALL {
        let holes = operation.path.split('/').filter(|segment| segment.starts_with('{')).count();
        let in_path = operation.parameters.iter().filter(|parameter| parameter.place == Place::Path).count();
        assert_eq!(holes, in_path, "{}", operation.id);
    }
    let pay = &operations::ADD_PAYMENT_METHOD;
    assert!(pay.card_data);
    let members = pay.body.unwrap().members;
    let number = members.iter().find(|member| member.name == "cardNumber").unwrap();
    assert!(number.secret && number.kind == MemberKind::Text);
    let kind = members.iter().find(|member| member.name == "paymentType").unwrap();
    assert!(kind.required && matches!(kind.kind, MemberKind::Choice(choices) if choices.contains(&"card")));
}

#[test]
fn nesting_without_end_costs_the_element_that_has_it_and_no_stack() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let tolerant = bill(&format!(r#""_id": "a", "status": {{"type": "paid"}}, "novelty": {deep}"#)).unwrap();
    assert_eq!(tolerant.status.kind, BillStatusType::Paid, "an unknown member is skipped, however deep");
    let good = json!({"bill": {"_id": "a", "status": {"type": "paid"}}});
    let list: BillList = serde_json::from_str(&format!(
        r#"{{"data": [{good}, {deep}, {{"bill": {{"_id": {deep}}}}}, {good}]}}"#
    ))
    .unwrap();
    assert_eq!((list.data.len(), list.rejected_count()), (2, 2));
    assert!(
        serde_json::from_str::<BillChanges>(&format!(r#"{{"novelty": {deep}}}"#)).is_err(),
        "kept whole or not"
    );
}
