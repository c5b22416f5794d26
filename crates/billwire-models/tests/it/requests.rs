//! The traps of the documents that lie in what is sent: paths of other operations, members that belong to nobody.
//!
//! Source: Q2 Biller Direct description, section 3.2 "Trap table".

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use billwire_models::operation::{Method, Place};
use billwire_models::q2::{SchedulePayment, operations};
use serde_json::json;

/// Trap T12: an example has the API key of an old scheme in its body.
#[test]
fn a_left_over_api_key_is_neither_kept_nor_shown() {
    let printed = json!({"billId": "b", "apiKey": "Authorization: Bearer secret-key"});
    let request: SchedulePayment = serde_json::from_value(printed).unwrap();
    assert_eq!(serde_json::to_value(&request).unwrap(), json!({"billId": "b"}));
    assert!(!format!("{request:?}").contains("secret-key"), "{request:?}");
}

/// Traps T13, T14, T15 and T35: examples and headings name other paths than the request lines.
#[test]
fn requests_go_to_the_paths_of_the_request_lines() {
    for (operation, path) in [
        (&operations::STEP_AUTH, "/auth/step"),
        (&operations::SYNC_CLIENT, "/client/sync"),
        (&operations::CREATE_SWAP, "/swap/create"),
        (&operations::CREATE_TOKEN, "/client/create-token"),
        (&operations::CREATE_CLIENT, "/client"),
    ] {
        assert_eq!((operation.method, operation.path), (Method::Post, path));
    }
}

/// Trap T28: the table of `DELETE /auth/{authId}` calls its parameter the id of a bill.
#[test]
fn an_auth_is_deleted_by_its_own_id() {
    let operation = &operations::DELETE_AUTH;
    assert_eq!((operation.method, operation.path), (Method::Delete, "/auth/{authId}"));
    let [parameter] = operation.parameters else { unreachable!("{:?}", operation.parameters) };
    assert_eq!((parameter.name, parameter.place), ("authId", Place::Path));
}
