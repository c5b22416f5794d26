//! The documented rate limits, switched on.

use billwire_sandbox::{BillerApiSettings, GroupLimits};
use serde_json::json;

use super::calls::{Biller, CLIENT, FIRST, OTHER, With};
use crate::http::Answer;

async fn limited() -> Biller {
    let api = Biller::start_with_two_clients().await;
    api.sandbox
        .billerapi()
        .set_settings(BillerApiSettings::default().with_rate_limits(true))
        .expect("settings");
    api
}

/// One request of a group, which may be refused for other reasons.
async fn ask(api: &Biller, with: With<'_>, group: &str) -> Answer {
    match group {
        "authentication" => api.post_as(with, "/iam/clients/client_sandbox/webhooks", json!({})).await,
        "link" => api.post_as(with, "/link/token/exchange", json!({})).await,
        "biller" => api.get_as(with, "/billers").await,
        "read" => api.get_as(with, "/bills/accounts").await,
        _ => api.post_as(with, "/emails/gmail/connect", json!({})).await,
    }
}

fn retry_after(answer: &Answer) -> Option<&str> {
    answer.headers.get("retry-after").and_then(|value| value.to_str().ok())
}

/// Checklist, emulator (6): each group has its documented limit. Contradiction C10: those of the founding document for
/// its three groups, those by method elsewhere.
#[tokio::test]
async fn each_group_has_its_limit() {
    let api = limited().await;
    for (group, limit) in
        [("authentication", 5), ("link", 100), ("biller", 200), ("read", 1000), ("write", 100)]
    {
        for number in 0..limit {
            assert_ne!(ask(&api, FIRST, group).await.status, 429, "{group} {number}");
        }
        let refused = ask(&api, FIRST, group).await;
        assert_eq!((refused.status, retry_after(&refused)), (429, Some("60")), "{group}");
        refused.refused(429, "Rate limit exceeded. Retry after 60 seconds.");
        let of_other = ask(&api, OTHER, group).await.status;
        assert_eq!(of_other == 429, group == "authentication", "{group} is counted by address or by client");
    }
    api.advance("PT59.5S").await;
    assert_eq!(retry_after(&ask(&api, FIRST, "link").await), Some("1"));
    api.advance("PT0.5S").await;
    assert_eq!(ask(&api, FIRST, "link").await.status, 400);
}

/// Checklist, emulator (6): off by default, and every limit can be set.
#[tokio::test]
async fn limits_are_off_by_default_and_can_be_set() {
    let api = Biller::start().await;
    for _ in 0..20 {
        assert_ne!(ask(&api, FIRST, "authentication").await.status, 429);
    }
    let mut limits = GroupLimits::default();
    limits.biller = 2;
    let settings = BillerApiSettings::default().with_rate_limits(true).with_limits(limits);
    api.sandbox.billerapi().set_settings(settings).expect("settings");
    for status in [200, 200, 429] {
        assert_eq!(ask(&api, FIRST, "biller").await.status, status);
    }
    let off = json!({ "rateLimits": false });
    assert_eq!(api.control("PUT", "/settings", off).await.ok()["limits"]["biller"], json!(200));
    assert_eq!(ask(&api, FIRST, "biller").await.status, 200);
}

/// A refused request does nothing, and is not the answer of its idempotency key.
#[tokio::test]
async fn a_refused_request_has_no_effect() {
    let api = limited().await;
    let mut limits = GroupLimits::default();
    limits.link = 1;
    let settings = BillerApiSettings::default().with_rate_limits(true).with_limits(limits);
    api.sandbox.billerapi().set_settings(settings).expect("settings");
    let create = async || {
        let body = json!({ "client_id": CLIENT, "client_user_id": "u", "consents": ["bills"] });
        api.post_once("k2", "/link/token/create", body).await
    };
    api.link_token().await;
    create().await.refused(429, "Rate limit");
    assert_eq!(api.event_types(), ["link.created"]);
    api.advance("PT1M").await;
    create().await.is(201);
    create().await.refused(429, "Rate limit");
}

/// Whoever has no good credential does not use up the limit of a client.
#[tokio::test]
async fn strangers_do_not_count() {
    let api = limited().await;
    for _ in 0..210 {
        let stranger = With::Client(CLIENT, "bb_test_wrong");
        assert_eq!(ask(&api, stranger, "biller").await.status, 401);
    }
    assert_eq!(ask(&api, FIRST, "biller").await.status, 200);
}
