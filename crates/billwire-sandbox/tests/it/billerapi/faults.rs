//! Faults of answers: what this API's answers carry besides their body stays on them.

use billwire_sandbox::{Faults, HttpFault};

use super::calls::{Biller, FIRST};

/// Checklist, emulator: every answer has an id, also one that a fault made.
#[tokio::test]
async fn an_error_that_a_fault_made_has_its_request_id() {
    let api = Biller::start().await;
    let fault = HttpFault::status("listBillers", 503);
    for fault in [fault.clone(), fault.after_effect()] {
        let when = fault.when();
        api.sandbox.set_faults(Faults::new().with_http(fault)).expect("a fault");
        let answer = api.get_as(FIRST, "/billers").await;
        assert_eq!(answer.status, 503);
        let id = answer.headers.get("x-request-id").and_then(|id| id.to_str().ok());
        let record = api.sandbox.requests().pop().expect("logged");
        assert_eq!(id, Some(record.request_id.as_str()), "{when:?}");
        assert!(answer.headers.get("request-id").is_none());
        assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
    }
}
