//! Companies and categories.

use serde_json::json;

use super::legacy::{BANK_ONLY, FIXED, Legacy, MERCHANT, refused};
use crate::http::text;

/// Trap L21: a category has an image.
#[tokio::test]
async fn categories_have_images() {
    let unbill = Legacy::start().await;
    let answer = unbill.get("/company/categories").await.ok();
    let categories = answer["data"].as_array().expect("data");
    assert!(categories.len() >= 5);
    for category in categories {
        assert!(text(&category["image"]["url"]).contains("/categories/"), "{category}");
    }
}

/// Trap L9, contradiction LC4: `state_short`, as in the sample. What later versions added is not there.
#[tokio::test]
async fn a_company_shows_what_this_version_knows() {
    let unbill = Legacy::start().await;
    let merchant = unbill.get(&format!("/company/{MERCHANT}")).await.ok();
    assert_eq!(merchant["geo"]["state_short"], "TX");
    assert_eq!(merchant["auth"]["loginFields"][1]["formType"], "password");
    for later in ["categories", "status", "userPresenceRequired", "fees", "supportedItems"] {
        assert!(merchant.get(later).is_none(), "{later}");
    }
    let fixed = unbill.get(&format!("/company/{FIXED}")).await.ok();
    assert_eq!(
        (&fixed["schedule"], &fixed["logo"]["svg"]["color"]),
        (&json!("on-due-date"), &json!("FF041F"))
    );
    let bank = unbill.get(&format!("/company/{BANK_ONLY}")).await.ok();
    assert_eq!(bank["requiredPayment"], "bank");
    refused(&unbill.get(&format!("/company/{}", "0".repeat(24))).await, 404, "There is no company");
}

/// Source: Unbill v1 description, section 4.3.3 "POST /company/search" and section 10 (11).
#[tokio::test]
async fn a_search_has_no_pages() {
    let unbill = Legacy::start().await;
    let all = unbill.post("/company/search", json!({ "query": "test" })).await.ok();
    assert_eq!(all["data"].as_array().map(Vec::len), Some(5));
    assert!(all.get("resultCount").is_none());
    let paged = json!({ "query": "test", "paginateResults": true, "pageSize": 1 });
    assert_eq!(unbill.post("/company/search", paged).await.ok(), all, "what is unknown is passed over");
    let electric = unbill.post("/company/search", json!({ "category": "electric" })).await.ok();
    assert_eq!(electric["data"].as_array().map(Vec::len), Some(2));
    let near = unbill.post("/company/search", json!({ "geo": { "lat": 30.7, "lng": -95.5 } })).await.ok();
    assert_eq!(near["data"][0]["_id"], json!(MERCHANT));
    refused(&unbill.post("/company/search", json!({})).await, 400, "Please provide a query");
    let swaps = unbill.get("/swap/companies").await.ok();
    assert_eq!(swaps["data"].as_array().map(Vec::len), Some(5));
}
