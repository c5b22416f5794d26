//! A clock that runs by itself.

use billwire_sandbox::{ClockMode, Sandbox};
use serde_json::json;

use crate::http::{Api, REGULAR_1};
use crate::receiver::Receiver;

#[tokio::test]
async fn webhooks_go_out_without_being_asked() {
    let start = "2026-03-02T12:00:00Z".parse().expect("an instant");
    let api = Api::start_with(Sandbox::builder().running_from(start)).await;
    let receiver = Receiver::start().await;
    let configuration = billwire_sandbox::WebhookConfiguration::to(receiver.url("/hook"));
    api.sandbox.configure_webhooks(configuration).await.expect("configured");
    assert_eq!(api.sandbox.info().clock_mode, ClockMode::Running);
    let client = api.client("running").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let already = receiver.received("/hook").len();
    api.post("/payment/schedule", json!({ "billId": bill })).await.ok();
    // Due at once, so the ticker sends it at once; nobody else does.
    while receiver.received("/hook").len() == already {
        tokio::task::yield_now().await;
    }
    assert_eq!(receiver.types().pop().as_deref(), Some("bill.payment.scheduled"));
}

#[tokio::test]
async fn a_running_clock_can_be_moved_and_stopped() {
    let start = "2026-03-02T12:00:00Z".parse().expect("an instant");
    let api = Api::start_with(Sandbox::builder().running_from(start)).await;
    let client = api.client("moved").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "03/20/2026", ""]).await;
    let report = api.sandbox.advance("P30D").await.expect("moved");
    assert_eq!(report.mode, ClockMode::Running);
    assert_eq!(api.bill_status(&bill).await, "paid");
    assert_eq!(api.sandbox.ledger().len(), 1);
    let report = api.control("PUT", "/clock", Some(json!({ "mode": "frozen" }))).await.ok();
    assert_eq!(report["mode"], "frozen");
    assert_eq!(api.sandbox.now().to_string(), report["now"]);
    api.control("PUT", "/clock", Some(json!({ "mode": "running", "advance": "PT1H" }))).await.ok();
    assert_eq!(api.sandbox.info().clock_mode, ClockMode::Running);
}

/// Whoever asked for it may hang up: the clock must not stand still afterwards.
#[tokio::test]
async fn a_clock_that_is_being_moved_runs_on_though_the_caller_hangs_up() {
    let start = "2026-03-02T12:00:00Z".parse().expect("an instant");
    let builder =
        Sandbox::builder().running_from(start).delivery_limit(std::time::Duration::from_millis(300));
    let (api, receiver) = (Api::start_with(builder).await, Receiver::start().await);
    receiver.hangs();
    api.sandbox
        .configure_webhooks(billwire_sandbox::WebhookConfiguration::to(receiver.url("/hook")))
        .await
        .expect("configured");
    let hook = async {
        while receiver.received("/hook").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let moved = json!({ "type": "bill.update" });
    tokio::select! {
        _ = api.control("POST", "/events/trigger", Some(moved)) => panic!("the receiver does not answer"),
        () = hook => {}
    }
    let advance = json!({ "advance": "P1D" });
    let frozen = async {
        while api.sandbox.info().clock_mode == ClockMode::Running {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = api.control("PUT", "/clock", Some(advance)) => panic!("the receiver does not answer"),
        () = frozen => {}
    }
    // It returns when nobody lets time pass any more.
    api.sandbox.settle().await;
    assert_eq!(api.sandbox.info().clock_mode, ClockMode::Running);
    let event = api.sandbox.events().pop().expect("an event");
    assert!(!event.attempts.is_empty(), "what was sent is recorded");
}

/// The same for a call of the handle: dropping its future neither stops the clock nor forgets what was sent.
#[tokio::test]
async fn a_call_of_the_handle_goes_on_though_its_future_is_dropped() {
    let start = "2026-03-02T12:00:00Z".parse().expect("an instant");
    let builder =
        Sandbox::builder().running_from(start).delivery_limit(std::time::Duration::from_millis(300));
    let (api, receiver) = (Api::start_with(builder).await, Receiver::start().await);
    receiver.hangs();
    let webhooks = billwire_sandbox::WebhookConfiguration::to(receiver.url("/hook"));
    api.sandbox.configure_webhooks(webhooks).await.expect("configured");
    let has_received = async |count: usize| {
        while receiver.received("/hook").len() < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = api.sandbox.trigger_event("bill.update", None, []) => panic!("the receiver does not answer"),
        () = has_received(1) => {}
    }
    let stands_still = async {
        while api.sandbox.info().clock_mode == ClockMode::Running {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = api.sandbox.advance("PT5S") => panic!("the receiver does not answer"),
        () = stands_still => {}
    }
    api.sandbox.settle().await;
    assert_eq!(api.sandbox.info().clock_mode, ClockMode::Running);
    let event = api.sandbox.events().pop().expect("an event");
    assert_eq!(event.attempts.len(), receiver.received("/hook").len(), "what was sent is recorded, once");
    assert_eq!(event.attempts.len(), 2, "the time that was asked for has passed: {event:?}");
}
