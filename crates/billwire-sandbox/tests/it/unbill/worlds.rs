//! Worlds side by side: one clock, one log, one state; nothing of one reaches the other.

use billwire_sandbox::{Amount, DeliveryState, Sandbox, Statement, UnbillWebhooks, WebhookConfiguration};
use serde_json::json;

use super::legacy::{Legacy, MERCHANT, OTHER};
use crate::http::{Api, REGULAR_1};
use crate::receiver::Receiver;

/// Something in both worlds, with a payment to come and a challenge that is open.
async fn live(unbill: &Legacy) -> (String, String) {
    let client = unbill.client("both").await;
    unbill.card(&client, "4111111111111111").await;
    let (_, bill) = unbill.verified(&client, MERCHANT, "test").await;
    unbill.schedule(&bill, Some("2026-03-09T00:00:00.000Z")).await.ok();
    unbill.log_in(&client, OTHER, "testmfaquestions").await;
    let other = unbill.api.client("both").await;
    unbill.api.card(&other, "4111111111111111").await;
    let other_bill = unbill.api.bill(&other, REGULAR_1, ["25.21", "03/10/2026", ""]).await;
    (bill, other_bill)
}

#[tokio::test]
async fn the_same_identifier_is_somebody_else_in_each_world() {
    let unbill = Legacy::start().await;
    let (here, there) = (unbill.client("both").await, unbill.api.client("both").await);
    assert_ne!(here, there);
    unbill.api.get(&format!("/bill/list/{here}")).await.refused(404, "There is no client");
    let info = serde_json::to_value(unbill.sandbox().info()).expect("JSON");
    assert_eq!((&info["counts"]["clients"], &info["unbill"]["counts"]["clients"]), (&json!(1), &json!(1)));
    assert_eq!(info["urls"]["unbill"], json!(unbill.sandbox().urls().unbill));
    assert_eq!(info["credentials"]["unbillApiKeys"], json!([unbill.sandbox().api_key()]));
    let companies = info["unbill"]["companies"].as_array().expect("companies");
    assert_eq!((companies.len(), &companies[0]["loginFields"]), (5, &json!(["username", "password"])));
}

#[tokio::test]
async fn one_clock_orders_both_and_one_ledger_holds_both() {
    let unbill = Legacy::start().await;
    let (bill, other_bill) = live(&unbill).await;
    let report = unbill.sandbox().advance("P30D").await.expect("time moves");
    let times: Vec<_> = report.effects.iter().map(|effect| effect.at).collect();
    assert!(times.is_sorted(), "{times:?}");
    let ledger = unbill.sandbox().ledger();
    let paid: Vec<(&str, &str)> = ledger.iter().map(|entry| (entry.api, entry.bill_id.as_str())).collect();
    assert_eq!(paid, [("unbill", bill.as_str()), ("q2", other_bill.as_str())]);
    let listed = unbill.api.control("GET", "/ledger", None).await.ok();
    assert_eq!(listed["data"][0]["api"], "unbill");
}

/// One payment after the other, whichever API it is made through, also at one instant and after a restore.
#[tokio::test]
async fn the_ledger_counts_the_payments_of_both() {
    let unbill = Legacy::start().await;
    let (bill, other_bill) = live(&unbill).await;
    unbill.schedule(&bill, None).await.ok();
    unbill.api.post("/payment/schedule", json!({ "billId": other_bill })).await.ok();
    unbill.advance("PT3S").await;
    let counted = |sandbox: &Sandbox| {
        let ledger = sandbox.ledger().into_iter();
        ledger.map(|entry| (entry.sequence, entry.api)).collect::<Vec<_>>()
    };
    assert_eq!(counted(unbill.sandbox()), [(1, "q2"), (2, "unbill")]);
    let fork = Legacy::start().await;
    fork.sandbox().restore(&unbill.sandbox().state().expect("a state")).await.expect("restored");
    let statement = Statement::of(Amount::from_cents(5211));
    fork.sandbox().unbill().deliver_statement(&bill, &statement).await.expect("it comes");
    fork.pay_now(&bill).await;
    assert_eq!(counted(fork.sandbox()), [(1, "q2"), (2, "unbill"), (3, "unbill")]);
    fork.sandbox().reset(None).await.expect("reset");
    let (bill, _) = live(&fork).await;
    fork.pay_now(&bill).await;
    assert_eq!(counted(fork.sandbox()), [(1, "unbill")]);
}

/// Source: Unbill v1 description, section 7: two URLs, nothing shared with the other API.
#[tokio::test]
async fn each_api_has_its_own_receiver() {
    let unbill = Legacy::start().await;
    let (here, there) = (Receiver::start().await, Receiver::start().await);
    let webhooks = UnbillWebhooks::to(here.url("/hook"));
    unbill.sandbox().unbill().configure_webhooks(webhooks).await.expect("configured");
    let webhooks = WebhookConfiguration::to(there.url("/hook"));
    unbill.sandbox().configure_webhooks(webhooks).await.expect("configured");
    live(&unbill).await;
    unbill.sandbox().advance("P30D").await.expect("time moves");
    let kinds: Vec<_> = here.received("/hook").iter().map(|request| request.json()["type"].clone()).collect();
    assert_eq!(kinds, ["bill.update", "bill.payment"]);
    assert!(there.types().contains(&"bill.payment.sent".to_owned()));
    // Without a receiver of its own, nothing of this API waits any more; the other one goes on.
    unbill.sandbox().unbill().configure_webhooks(UnbillWebhooks::default()).await.expect("configured");
    unbill.sandbox().trigger_event_of("unbill", "bill.update", None, []).await.expect("an event");
    assert_eq!(here.received("/hook").len(), 2);
    let before = there.types().len();
    unbill.sandbox().trigger_event_of("q2", "bill.update", None, []).await.expect("an event");
    assert_eq!(there.types().len(), before + 1);
}

/// What Q2 has fetched from its partner is kept, whatever is configured elsewhere.
#[tokio::test]
async fn another_receiver_elsewhere_throws_no_token_away() {
    let unbill = Legacy::start().await;
    let receiver = Receiver::start().await;
    receiver.publishes("/token", 200, r#"{"access_token":"one","token_type":"Bearer","expires_in":3600}"#);
    let webhooks =
        || WebhookConfiguration::to(receiver.url("/hook")).with_oauth(receiver.url("/token"), "a=b");
    let sandbox = unbill.sandbox();
    let asked = async || {
        sandbox.trigger_event_of("q2", "bill.update", None, []).await.expect("an event");
        receiver.received("/token").len()
    };
    sandbox.configure_webhooks(webhooks()).await.expect("configured");
    assert_eq!(asked().await, 1);
    sandbox.unbill().configure_webhooks(UnbillWebhooks::default()).await.expect("configured");
    assert_eq!(asked().await, 1);
    let none = billwire_sandbox::BillerApiWebhooks::default();
    sandbox.billerapi().configure_webhooks(none).await.expect("configured");
    assert_eq!(asked().await, 1);
    sandbox.configure_webhooks(webhooks()).await.expect("configured");
    assert_eq!(asked().await, 2, "a configuration of its own begins anew");
}

#[tokio::test]
async fn the_state_holds_both_worlds() {
    let unbill = Legacy::start().await;
    live(&unbill).await;
    let snapshot = unbill.sandbox().state().expect("a state");
    assert_eq!(snapshot["unbill"]["world"]["manner"], "unbill");
    unbill.advance("P90D").await;
    let ending = unbill.sandbox().state().expect("a state");
    let fork = Api::start_with(Sandbox::builder().seed(99)).await;
    fork.sandbox.restore(&snapshot).await.expect("restored");
    assert_eq!(fork.sandbox.state().expect("a state"), snapshot, "nothing is lost on the way");
    fork.advance("P90D").await;
    assert_eq!(fork.sandbox.state().expect("a state"), ending, "and what was to come still comes");
    let mut unknown = snapshot;
    unknown["unbill"]["world"]["manner"] = json!("other");
    fork.sandbox.restore(&unknown).await.expect_err("refused");
    assert_eq!(fork.sandbox.state().expect("a state"), ending, "nothing has changed");
}

/// A state of a sandbox with fewer APIs: those it does not have begin, with its seed; nothing that waits goes to them.
#[tokio::test]
async fn an_api_that_a_state_does_not_have_begins() {
    let seeded = async || Legacy { api: Api::start_with(Sandbox::builder().seed(7)).await };
    let unbill = seeded().await;
    live(&unbill).await;
    unbill
        .sandbox()
        .unbill()
        .configure_webhooks(UnbillWebhooks::to("http://127.0.0.1:9/"))
        .await
        .expect("configured");
    unbill.sandbox().trigger_event_of("unbill", "bill.update", None, []).await.expect("an event");
    let whole = unbill.sandbox().state().expect("a state");
    let without = |names: &[&str]| {
        let mut state = whole.clone();
        names.iter().for_each(|name| drop(state.as_object_mut().expect("an object").remove(*name)));
        state
    };
    let q2 = ["q2", "webhooks", "requestSigning", "partnerKeys", "keys"];
    let fresh = seeded().await.sandbox().state().expect("a state");
    for (names, kept) in [(&["unbill"][..], "q2"), (&q2[..], "unbill"), (&["billerapi", "unbill"], "q2")] {
        let fork = Legacy::start().await;
        fork.sandbox().restore(&without(names)).await.expect("restored");
        let state = fork.sandbox().state().expect("a state");
        assert_eq!(state[kept], whole[kept], "without {names:?}");
        // Keys have the state's time.
        for name in names.iter().filter(|name| **name != "keys") {
            assert_eq!(state[*name], fresh[*name], "{name}");
        }
        let of_unbill = fork.sandbox().events().into_iter().filter(|event| event.api == "unbill");
        let waits = of_unbill.filter(|event| event.delivery == DeliveryState::Waiting).count();
        assert_eq!(waits == 0, names.contains(&"unbill"), "without {names:?}");
    }
    let refusal = unbill.sandbox().restore(&without(&["keys"])).await.expect_err("refused");
    assert!(refusal.to_string().contains("belong together"), "{refusal}");
    let mut foreign = whole.clone();
    foreign["events"]["records"][0]["api"] = json!("other");
    let refusal = unbill.sandbox().restore(&foreign).await.expect_err("refused");
    assert!(refusal.to_string().contains("feature"), "{refusal}");
    assert_eq!(unbill.sandbox().state().expect("a state"), whole, "nothing has changed");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_worlds() {
    let mut states = Vec::new();
    for seed in [7, 7, 8] {
        let unbill = Legacy { api: Api::start_with(Sandbox::builder().seed(seed)).await };
        live(&unbill).await;
        unbill.advance("P30D").await;
        let events = json!(unbill.sandbox().events());
        states.push((unbill.sandbox().state().expect("a state").to_string(), events.to_string()));
    }
    assert_eq!(states[0], states[1]);
    assert_ne!(states[0].1, states[2].1);
    let unbill = Legacy { api: Api::start_with(Sandbox::builder().seed(7)).await };
    let first = unbill.sandbox().state().expect("a state");
    live(&unbill).await;
    unbill.sandbox().reset(None).await.expect("reset");
    assert_eq!(unbill.sandbox().state().expect("a state"), first, "a reset begins again in both");
}
