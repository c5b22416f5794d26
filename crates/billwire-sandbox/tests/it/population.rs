//! A population: who is there, what they do in a year, and that a second run is the same.

use std::collections::{BTreeMap, BTreeSet};

use billwire_sandbox::{Population, Sandbox};
use serde_json::{Value, json};

use crate::http::{Api, text};

const PARTNER: &str = "55942f330cfcfd6c4ed529d9";

async fn sandbox(customers: u32, seed: u64) -> Sandbox {
    Sandbox::builder().customers(customers).seed(seed).start().await.expect("a sandbox")
}

/// State and events after some months.
async fn run(customers: u32, seed: u64, duration: &str) -> (Vec<u8>, String) {
    let sandbox = sandbox(customers, seed).await;
    sandbox.advance(duration).await.expect("time passes");
    (sandbox.state_text().expect("a state"), sandbox.info().events.digest)
}

#[tokio::test]
async fn the_same_seed_gives_the_same_year_and_another_seed_another() {
    let (first, second) = (run(25, 7, "P180D").await, run(25, 7, "P180D").await);
    assert!(first == second, "state and events are the same, byte for byte");
    let other = run(25, 8, "P180D").await;
    assert_ne!(first.0, other.0);
    assert_ne!(first.1, other.1);
}

#[tokio::test]
async fn a_snapshot_in_the_middle_of_the_year_goes_on_as_the_original() {
    let original = sandbox(20, 7).await;
    original.advance("P100D").await.expect("time passes");
    let snapshot = original.state().expect("a state");
    original.advance("P100D").await.expect("time passes");

    let api = Api::start().await;
    let began = api.control("PUT", "/state", Some(snapshot.clone())).await.ok();
    assert_eq!(began["seed"], 7);
    assert!(api.sandbox.state().expect("a state") == snapshot, "nothing is lost on the way");
    api.advance("P100D").await;
    assert!(api.sandbox.state().expect("a state") == original.state().expect("a state"));
    assert_eq!(api.sandbox.info().events, original.info().events);
    assert_eq!(api.sandbox.info().population, Some(Population::of(20)));
}

#[tokio::test]
async fn a_step_at_a_time_is_the_same_as_all_at_once() {
    let at_once = run(10, 3, "P60D").await;
    let slowly = sandbox(10, 3).await;
    for _ in 0..60 {
        slowly.advance("P1D").await.expect("time passes");
    }
    assert!(at_once == (slowly.state_text().expect("a state"), slowly.info().events.digest));
}

#[tokio::test]
async fn a_reset_brings_the_same_people_back() {
    let sandbox = sandbox(10, 5).await;
    let (at_first, events) = (sandbox.state_text().expect("a state"), sandbox.info().events);
    sandbox.advance("P30D").await.expect("time passes");
    sandbox.reset(None).await.expect("reset");
    assert!(sandbox.state_text().expect("a state") == at_first);
    assert_eq!(sandbox.info().events, events);
    sandbox.reset(Some(6)).await.expect("reset");
    assert!(sandbox.state_text().expect("a state") != at_first, "another seed, other people");
    assert_eq!(sandbox.info().counts.clients, 10);
}

#[tokio::test]
async fn information_says_how_many_there_are() {
    let api = Api::start_with(Sandbox::builder().customers(40).seed(7)).await;
    let info = api.control("GET", "/info", None).await.ok();
    assert_eq!(info["population"], json!({ "customers": 40, "pastDays": 30 }));
    assert_eq!(info["companies"].as_array().map(Vec::len), Some(7), "the test companies");
    let counts = &info["counts"];
    assert_eq!(counts["clients"], 40);
    let count = |name: &str| counts[name].as_u64().unwrap_or_default();
    assert!(count("companies") > 50 && count("bills") >= 40 && count("paymentMethods") > 30, "{counts}");
    assert!(count("scheduled") > 40 && count("payments") > 0, "{counts}");
    assert_eq!(info["events"]["count"], info["events"]["kept"]);

    let bills = api.get(&format!("/bill/listByPartner/{PARTNER}")).await.ok();
    assert_eq!(bills["data"].as_array().map(|bills| bills.len() as u64), Some(count("bills")));

    let empty = Api::start().await.control("GET", "/info", None).await.ok();
    assert!(empty.get("population").is_none());
    assert_eq!((&empty["counts"]["clients"], &empty["counts"]["companies"]), (&json!(0), &json!(7)));
}

#[tokio::test]
async fn companies_are_found_by_name_category_place_and_product() {
    let api = Api::start_with(Sandbox::builder().customers(1)).await;
    let found = async |search: Value| -> Vec<Value> {
        api.post("/company/search", search).await.ok()["data"].as_array().expect("data").clone()
    };
    let by_name = found(json!({ "query": "lumen loft" })).await;
    assert_eq!(by_name.len(), 1);
    assert_eq!(by_name[0]["schedule"], "on-due-date");
    let water = found(json!({ "category": "water" })).await;
    assert!(water.len() > 5);
    let near = found(json!({ "geo": { "lat": 47.66, "lng": -117.43 }, "category": "electric" })).await;
    assert_eq!(near[0]["name"], "Palouse Falls Power");
    let swaps = found(json!({ "category": "shopping", "products": ["cardswap"] })).await;
    assert!(swaps.iter().all(|company| company["fullyAutomatedBill"] == json!(false)), "{swaps:?}");
    let loans = found(json!({ "category": "loan" })).await;
    assert_eq!(loans[0]["additionalPaymentOptions"][0]["settings"]["canExceedBalance"], true);
    let same = api.get(&format!("/company/{}", text(&by_name[0]["_id"]))).await.ok();
    assert_eq!(same, by_name[0]);
}

/// Every habit leaves its traces: all that can happen to these people has happened to some of them.
#[tokio::test]
async fn in_a_year_everything_happens_to_somebody() {
    let sandbox = sandbox(220, 7).await;
    let (mut types, mut reasons) = (BTreeMap::<String, usize>::new(), BTreeSet::new());
    let mut did = BTreeSet::new();
    for _ in 0..73 {
        let report = sandbox.advance("P5D").await.expect("time passes");
        did.extend(report.effects.iter().filter_map(|effect| {
            effect.what.strip_prefix("customer ")?.split_once(' ').map(|(_, what)| what.to_owned())
        }));
    }
    for event in sandbox.events() {
        let data = &event.event["payload"]["data"];
        if let Some(code) = data["hold"]["code"].as_str() {
            reasons.insert(code.to_owned());
        }
        if let Some(trigger) = data["trigger"].as_str() {
            reasons.insert(trigger.to_owned());
        }
        *types.entry(event.kind).or_default() += 1;
    }
    let expected = [
        "answers a security challenge",
        "cancels a payment",
        "fixes a hold",
        "has a login that stops working",
        "logs in",
        "looks after a bill",
        "pays by hand",
        "receives a correction",
        "receives a statement",
        "replaces a payment method",
        "swaps a card",
    ];
    for what in expected {
        assert!(did.contains(what), "nobody {what}: {did:?}");
    }
    for kind in [
        "auth.hold",
        "auth.invalid",
        "auth.needs-resync",
        "auth.success",
        "bill.created",
        "bill.payment.cancelled",
        "bill.payment.failed",
        "bill.payment.scheduled",
        "bill.payment.sent",
        "bill.scheduled-payment-notice",
        "bill.upcoming",
        "bill.update",
        "swap.success",
    ] {
        assert!(types.contains_key(kind), "no {kind}: {types:?}");
    }
    for reason in ["account_issue_accept_toc", "authentication_not_completed", "client", "system"] {
        assert!(reasons.contains(reason), "no {reason}: {reasons:?}");
    }
    let counts = sandbox.info().counts;
    // Two bills in three months paid would be many unhappy customers.
    assert!(counts.payments > counts.bills * 8, "{counts:?}");
    let state = sandbox.state().expect("a state");
    let bills = state["q2"]["bills"].as_array().expect("bills");
    let statuses: BTreeSet<&str> = bills.iter().filter_map(|bill| bill["status"].as_str()).collect();
    for status in ["upcoming", "overdue", "paid", "zero-balance"] {
        assert!(statuses.contains(status), "{statuses:?}");
    }
}

#[tokio::test]
async fn a_long_report_is_cut_and_says_so() {
    let sandbox = sandbox(60, 7).await;
    let report = sandbox.advance("P60D").await.expect("time passes");
    assert_eq!(report.effects.len(), 1000);
    assert!(report.effect_count > 1000);
    assert!(report.effects.is_sorted_by_key(|effect| effect.at));
}
