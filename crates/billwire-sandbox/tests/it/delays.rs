//! Requests that a fault holds until the clock has been moved.

use billwire_sandbox::{Faults, HttpFault, Sandbox};
use serde_json::json;

use crate::http::{Api, REGULAR_1};
use crate::socket::Conversation;

async fn delayed(fault: HttpFault) -> Api {
    let api = Api::start().await;
    api.sandbox.set_faults(Faults::new().with_http(fault)).expect("a fault");
    api
}

fn what_happened(report: &billwire_sandbox::ClockReport) -> Vec<(String, String)> {
    report.effects.iter().map(|effect| (effect.at.to_string(), effect.what.clone())).collect()
}

#[tokio::test]
async fn a_delayed_request_has_its_effect_when_its_time_comes() {
    let api = delayed(HttpFault::delay("createClient", "PT30S")).await;
    let request = api.post("/client", json!({ "identifier": "late" }));
    let steps = async {
        api.sandbox.held(1).await;
        let held = api.sandbox.faults().held;
        assert_eq!(held[0].operation.as_deref(), Some("createClient"));
        assert_eq!(held[0].until.to_string(), "2026-03-02T12:00:30.000Z");
        let report = api.sandbox.advance("PT29S").await.expect("moved");
        assert!(report.effects.is_empty());
        assert_eq!(api.sandbox.requests().len(), 0, "it has not been handled");
        // Far beyond: it still happens at its own time.
        let report = api.sandbox.advance("PT1H").await.expect("moved");
        let happened = what_happened(&report);
        assert_eq!(happened[0].0, "2026-03-02T12:00:30.000Z");
        assert!(happened[0].1.ends_with("(createClient) went on"), "{happened:?}");
        assert!(api.sandbox.faults().held.is_empty());
        // Whoever moved the clock sees what it did.
        let record = api.sandbox.requests().pop().expect("logged");
        assert_eq!((record.status, record.at.to_string().as_str()), (Some(200), "2026-03-02T12:00:00.000Z"));
    };
    let (answer, ()) = tokio::join!(request, steps);
    answer.ok();
}

#[tokio::test]
async fn a_delayed_answer_belongs_to_an_effect_that_is_there_already() {
    let api = delayed(HttpFault::delay("createClient", "PT30S").after_effect()).await;
    let request = api.post("/client", json!({ "identifier": "early" }));
    let steps = async {
        api.sandbox.held(1).await;
        let again = api.client("early").await;
        api.advance("PT30S").await;
        again
    };
    let (answer, known) = tokio::join!(request, steps);
    assert_eq!(answer.ok()["clientId"], json!(known));
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_undo_what_it_asked_for() {
    let api = Api::start().await;
    let client = api.client("impatient").await;
    api.card(&client, "4111111111111111").await;
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let fault = HttpFault::delay("schedulePayment", "PT1M");
    api.sandbox.set_faults(Faults::new().with_http(fault)).expect("a fault");
    {
        let request = api.post("/payment/schedule", json!({ "billId": bill }));
        tokio::select! {
            _ = request => panic!("it is held"),
            () = api.sandbox.held(1) => {}
        }
    }
    // The client has given up and reads back: nothing yet.
    assert_eq!(api.bill_status(&bill).await, "upcoming");
    api.advance("PT2M").await;
    assert_eq!(api.bill_status(&bill).await, "paid");
    assert_eq!(api.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn requests_go_on_in_the_order_of_their_times() {
    let api = Api::start().await;
    let faults = Faults::new()
        .with_http(HttpFault::delay("createClient", "PT2M"))
        .with_http(HttpFault::delay("createClient", "PT1M").skip(1));
    api.sandbox.set_faults(faults).expect("faults");
    let (slow, quick) = (api.post("/client", json!({ "identifier": "slow" })), async {
        api.sandbox.held(1).await;
        api.post("/client", json!({ "identifier": "quick" })).await
    });
    let steps = async {
        api.sandbox.held(2).await;
        let report = api.sandbox.advance("PT5M").await.expect("moved");
        let times: Vec<String> = what_happened(&report).into_iter().map(|(at, _)| at).collect();
        assert_eq!(times, ["2026-03-02T12:01:00.000Z", "2026-03-02T12:02:00.000Z"]);
    };
    let (slow, quick, ()) = tokio::join!(slow, quick, steps);
    assert_ne!(slow.ok(), quick.ok());
}

#[tokio::test]
async fn removing_the_faults_lets_everything_go_on() {
    let api = delayed(HttpFault::delay("*", "P1D").always()).await;
    let steps = async {
        api.sandbox.held(1).await;
        api.control("DELETE", "/faults", None).await.ok()
    };
    let (answer, shown) = tokio::join!(api.client("freed"), steps);
    assert!(!answer.is_empty());
    assert_eq!(shown["held"], json!([]));
    assert_eq!(api.sandbox.now().to_string(), "2026-03-02T12:00:00.000Z");
}

#[tokio::test]
async fn a_reset_closes_what_is_held_without_an_effect() {
    let api = delayed(HttpFault::delay("createClient", "PT1M")).await;
    let body = json!({ "identifier": "of a world that ended" }).to_string();
    let steps = async {
        api.sandbox.held(1).await;
        api.sandbox.reset(None).await.expect("reset");
    };
    let (seen, ()) = tokio::join!(Conversation::until_closed(&api, "POST", "/client", &body), steps);
    assert!(seen.is_empty(), "{}", seen.head);
    api.advance("PT5M").await;
    assert_eq!(api.sandbox.state().expect("a state")["faults"]["faults"]["http"], json!([]));
}

/// On a running clock nobody needs to do anything; the test's own time is paused, so it takes none.
#[tokio::test(start_paused = true)]
async fn on_a_running_clock_it_passes_by_itself() {
    let start = "2026-03-02T12:00:00Z".parse().expect("an instant");
    let api = Api::start_with(Sandbox::builder().running_from(start)).await;
    let fault = HttpFault::delay("createClient", "PT20S");
    api.sandbox.set_faults(Faults::new().with_http(fault)).expect("a fault");
    api.client("patient").await;
    let waited = api.sandbox.now().timestamp().duration_since(start).as_secs();
    assert!((20..60).contains(&waited), "{waited}");
}

/// A request nobody lets go on is not held for ever.
#[tokio::test(start_paused = true)]
async fn after_a_minute_of_real_time_it_goes_on_by_itself() {
    let api = delayed(HttpFault::delay("createClient", "P1D")).await;
    api.client("forgotten").await;
    assert_eq!(api.sandbox.now().to_string(), "2026-03-02T12:00:00.000Z", "no virtual time passed");
    assert!(api.sandbox.faults().held.is_empty());
}

#[tokio::test]
async fn a_delay_beyond_the_calendar_lasts_to_its_end() {
    let api = delayed(HttpFault::delay("createClient", "P8000Y")).await;
    let request = api.post("/client", json!({ "identifier": "never" }));
    let steps = async {
        api.sandbox.held(1).await;
        api.sandbox.settle().await;
        assert_eq!(api.sandbox.faults().held.len(), 1, "it is not through");
        api.sandbox.clear_faults().await;
    };
    let (answer, ()) = tokio::join!(request, steps);
    answer.ok();
}

#[tokio::test]
async fn a_reset_leaves_no_trace_of_what_was_held() {
    let api = delayed(HttpFault::delay("createClient", "PT30S")).await;
    let steps = async {
        api.sandbox.held(1).await;
        api.sandbox.reset(None).await.expect("reset");
    };
    let request = Conversation::until_closed(&api, "POST", "/client", r#"{"identifier":"gone"}"#);
    let (seen, ()) = tokio::join!(request, steps);
    assert!(seen.is_empty(), "{}", seen.head);
    assert!(api.sandbox.requests().is_empty(), "the log is that of the new world");
}
