//! Companies and the search for them.

use serde_json::{Value, json};

use crate::http::{Api, MFA_1, REGULAR_1, REGULAR_2, REGULAR_3, REGULAR_4, REGULAR_5, text};

async fn found(api: &Api, search: Value) -> Vec<String> {
    let answer = api.post("/company/search", search).await.ok();
    answer["data"].as_array().expect("data").iter().map(|company| text(&company["name"])).collect()
}

#[tokio::test]
async fn the_seven_test_companies_are_found_by_name() {
    let api = Api::start().await;
    let regular = found(&api, json!({ "query": "regular company" })).await;
    assert_eq!(regular, (1..=5).map(|number| format!("Regular Company {number}")).collect::<Vec<_>>());
    assert_eq!(found(&api, json!({ "query": "MFA" })).await, ["MFA Company 1", "MFA Company 2"]);
    assert_eq!(found(&api, json!({ "query": "Company 2" })).await, ["Regular Company 2", "MFA Company 2"]);
    assert!(found(&api, json!({ "query": "Netflix" })).await.is_empty());
}

#[tokio::test]
async fn filters_are_combined() {
    let api = Api::start().await;
    assert_eq!(found(&api, json!({ "category": "gas" })).await, ["Regular Company 2", "Regular Company 3"]);
    assert_eq!(found(&api, json!({ "category": "gas", "query": "3" })).await, ["Regular Company 3"]);
    for products in
        [json!(["cardswap"]), json!("cardswap"), json!("['cardswap']"), json!(["cardswap", "biller-direct"])]
    {
        assert_eq!(found(&api, json!({ "query": "MFA", "products": products })).await.len(), 2, "{products}");
    }
}

#[tokio::test]
async fn near_companies_come_first_and_those_without_a_place_last() {
    let api = Api::start().await;
    let names = found(&api, json!({ "geo": { "lat": 40.233_845, "lng": -111.658_52 } })).await;
    assert_eq!(names[0], "Regular Company 2");
    assert!(!names.contains(&"Regular Company 1".to_owned()), "Texas is too far: {names:?}");
    assert_eq!(names.len(), 6);
}

#[tokio::test]
async fn pages_count_from_one() {
    let api = Api::start().await;
    let page = |size: Value, number: Value| json!({ "query": "company", "paginateResults": "true", "pageSize": size, "pageNumber": number });
    let second = api.post("/company/search", page(json!("3"), json!("2"))).await.ok();
    assert_eq!((second["data"].as_array().map(Vec::len), &second["resultCount"]), (Some(3), &json!(7)));
    let third = api.post("/company/search", page(json!(3), json!(3))).await.ok();
    assert_eq!((third["data"].as_array().map(Vec::len), &third["resultCount"]), (Some(1), &json!(7)));
    let past = api.post("/company/search", page(json!(100), json!(2))).await.ok();
    assert_eq!((&past["data"], &past["resultCount"]), (&json!([]), &json!(7)));
    let all = api.post("/company/search", json!({ "query": "company", "pageSize": 2 })).await.ok();
    assert_eq!(all["data"].as_array().map(Vec::len), Some(7), "without paging the size is ignored");
    assert!(all.get("resultCount").is_none());
    for (body, says) in [
        (page(json!(101), json!(1)), "pageSize"),
        (page(json!(0), json!(1)), "pageSize"),
        (page(json!(5), json!(0)), "pageNumber"),
        (json!({ "query": "company", "pageSize": 101 }), "pageSize"),
        (json!({}), "query, a category or a geo"),
        (json!({ "query": "  " }), "query, a category or a geo"),
        (json!({ "products": ["cardswap"] }), "query, a category or a geo"),
        (json!({ "query": "x", "products": ["loans"] }), "products"),
        (json!({ "geo": { "lat": 91, "lng": 0 } }), "geo.lat"),
        (json!({ "geo": { "lat": 40 } }), "Please provide a lng in geo"),
    ] {
        api.post("/company/search", body).await.refused(400, says);
    }
}

#[tokio::test]
async fn each_company_has_its_own_demands() {
    let api = Api::start().await;
    let company = async |id: &str| api.get(&format!("/company/{id}")).await.ok();
    let first = company(REGULAR_1).await;
    assert_eq!(first["_id"], REGULAR_1);
    assert_eq!(first["status"], "operational");
    assert_eq!(first["supportedItems"], json!(["auth", "bill", "swap", "payment"]));
    let names: Vec<&Value> =
        first["auth"]["loginFields"].as_array().expect("fields").iter().map(|field| &field["name"]).collect();
    assert_eq!(names, ["balance", "dueDate", "status"]);
    assert_eq!(first["geo"]["state_short"], "TX");
    for absent in ["requiredPayment", "schedule", "fees"] {
        assert!(first.get(absent).is_none(), "{absent}");
    }
    let fees = &company(REGULAR_3).await["fees"];
    assert_eq!(fees["cards"]["visa"]["credit"], json!({ "rate": 2.5, "percentage": true }));
    assert_eq!(fees["ach"], json!({ "rate": 1.5, "percentage": false }));
    assert_eq!(company(REGULAR_4).await["requiredPayment"], "card");
    assert_eq!(company(REGULAR_5).await["schedule"], "on-due-date");
    assert_eq!(company(MFA_1).await["userPresenceRequired"], json!(true));
    assert_eq!(company(REGULAR_2).await["userPresenceRequired"], json!(false));
    api.get("/company/579b695decea110719b1874d").await.refused(404, "no company");
}
