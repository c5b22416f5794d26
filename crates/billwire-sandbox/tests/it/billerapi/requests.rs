//! Requests to link: their states, and who changes them.

use billwire_sandbox::{BillerApiSettings, LinkVisit, ObjectForm, RequestAnswer};
use serde_json::{Value, json};

use super::calls::{Biller, CLIENT, ELECTRIC};
use crate::http::text;

async fn created(api: &Biller) -> String {
    let body = json!({
        "client_user_id": "user_123",
        "biller_id": ELECTRIC,
        "metadata": { "source": "onboarding", "depth": { "list": [1, null] } },
    });
    text(&api.post("/request-to-link/create", body).await.is(201)["id"])
}

async fn read(api: &Biller, id: &str) -> Value {
    api.get(&format!("/link/request-to-link/{id}")).await.ok()
}

#[tokio::test]
async fn a_request_becomes_a_linked_account() {
    let api = Biller::start().await;
    let id = created(&api).await;
    let at = "2026-03-02T12:00:00Z";
    let pending = json!({
        "id": id,
        "client_id": CLIENT,
        "client_user_id": "user_123",
        "biller_id": ELECTRIC,
        "status": "PENDING",
        "metadata": { "source": "onboarding", "depth": { "list": [1, null] } },
        "created_at": at,
        "updated_at": at,
    });
    assert_eq!(read(&api, &id).await, pending);
    api.advance("PT5M").await;
    let answer = json!({ "answer": "begin" });
    let begun = api.control("POST", &format!("/requests-to-link/{id}/answer"), answer).await.ok();
    let link = text(&begun["linkTokenId"]);
    let progress = read(&api, &id).await;
    assert_eq!((&progress["status"], &progress["link_token_id"]), (&json!("IN_PROGRESS"), &json!(link)));
    assert_eq!(progress["updated_at"], json!("2026-03-02T12:05:00Z"));
    assert!(text(&progress["session_url"]).ends_with(&format!("/session/{link}")));
    let public_token =
        api.sandbox.billerapi().visit_link(&link, &LinkVisit::default()).await.expect("linked");
    assert_eq!(read(&api, &id).await["status"], json!("COMPLETED"));
    api.exchange(&public_token).await.ok();
    assert_eq!(
        api.event_types(),
        [
            "request-to-link.created",
            "link.created",
            "request-to-link.updated",
            "link.completed",
            "account-link.created",
            "bill.created",
            "request-to-link.updated",
        ]
    );
}

/// Contradiction C9: both paths make one.
#[tokio::test]
async fn both_paths_create_a_request() {
    let api = Biller::start().await;
    for path in ["/request-to-link/create", "/link/request-to-link"] {
        let request = api.post(path, json!({ "client_id": CLIENT, "client_user_id": "u" })).await.is(201);
        assert_eq!(read(&api, &text(&request["id"])).await, request);
        assert!(request.get("biller_id").is_none() && request.get("metadata").is_none());
        api.post(path, json!({ "client_user_id": "" })).await.refused(400, "client_user_id");
        api.post(path, json!({ "client_user_id": "u", "client_id": "client_xyz" }))
            .await
            .refused(403, "client_id");
        api.post(path, json!({ "client_user_id": "u", "biller_id": "x" })).await.refused(404, "no biller");
        api.post(path, json!({ "client_user_id": "u", "metadata": "text" })).await.refused(400, "metadata");
    }
    api.get("/link/request-to-link/rtl_unknown").await.refused(404, "no request to link");
}

/// COMPLETED, CANCELLED and EXPIRED are final.
#[tokio::test]
async fn final_states_stay() {
    let api = Biller::start().await;
    let play = api.sandbox.billerapi();
    let answers = [RequestAnswer::Begin, RequestAnswer::Cancel, RequestAnswer::Expire];
    let (cancelled, expired) = (created(&api).await, created(&api).await);
    play.answer_request_to_link(&cancelled, RequestAnswer::Cancel).await.expect("cancelled");
    play.answer_request_to_link(&expired, RequestAnswer::Begin).await.expect("begun");
    play.answer_request_to_link(&expired, RequestAnswer::Expire).await.expect("expired");
    let completed = created(&api).await;
    let link =
        play.answer_request_to_link(&completed, RequestAnswer::Begin).await.expect("begun").expect("a token");
    assert!(play.answer_request_to_link(&completed, RequestAnswer::Begin).await.is_err(), "begun already");
    play.visit_link(&link, &LinkVisit::default()).await.expect("linked");
    for (id, status) in [(&cancelled, "CANCELLED"), (&expired, "EXPIRED"), (&completed, "COMPLETED")] {
        for answer in answers {
            let error = play.answer_request_to_link(id, answer).await.expect_err("final");
            assert!(error.to_string().contains(status), "{error}");
        }
        assert_eq!(read(&api, id).await["status"], json!(status));
    }
    let told = api.event_types().len();
    api.advance("P30D").await;
    assert_eq!(api.event_types().len(), told, "nothing expires that is final");
    assert!(play.answer_request_to_link("rtl_unknown", RequestAnswer::Cancel).await.is_err());
}

/// Nobody answers: after seven days it expires (inferred), also half way.
#[tokio::test]
async fn a_request_expires_by_itself() {
    let api = Biller::start().await;
    let (untouched, begun) = (created(&api).await, created(&api).await);
    let play = api.sandbox.billerapi();
    let link =
        play.answer_request_to_link(&begun, RequestAnswer::Begin).await.expect("begun").expect("a token");
    api.advance("PT30M").await;
    // Its link token is of no use any more: the user may begin anew.
    let next =
        play.answer_request_to_link(&begun, RequestAnswer::Begin).await.expect("again").expect("a token");
    assert_ne!(link, next);
    api.advance("P6DT23H29M59S").await;
    assert_eq!(read(&api, &untouched).await["status"], json!("PENDING"));
    api.advance("PT1S").await;
    for id in [&untouched, &begun] {
        assert_eq!(read(&api, id).await["status"], json!("EXPIRED"));
    }
}

/// Contradiction C16: the filters have the documented spellings.
#[tokio::test]
async fn requests_are_filtered() {
    let api = Biller::start().await;
    let create = async |user: &str, biller: Option<&str>| {
        let mut body = json!({ "client_user_id": user });
        if let Some(biller) = biller {
            body["biller_id"] = json!(biller);
        }
        text(&api.post("/request-to-link/create", body).await.is(201)["id"])
    };
    create("anna", Some(ELECTRIC)).await;
    create("bert", Some("test_gas_company")).await;
    let cancelled = create("gastone", None).await;
    let play = api.sandbox.billerapi();
    play.answer_request_to_link(&cancelled, RequestAnswer::Cancel).await.expect("cancelled");
    let users = async |query: &str| -> Vec<String> {
        let page = api.get(&format!("/link/request-to-link?{query}")).await.ok();
        page["items"].as_array().expect("items").iter().map(|item| text(&item["client_user_id"])).collect()
    };
    assert_eq!(users("search=GAS").await, ["gastone", "bert"], "user id or name of the biller");
    assert_eq!(users("status=CANCELLED").await, ["gastone"]);
    assert_eq!(users("clientUserId=anna").await, ["anna"]);
    assert_eq!(users("billerId=test_gas_company&status=PENDING").await, ["bert"]);
    assert!(users("billerId=nobody").await.is_empty());
    assert!(users("clientUserId=Anna").await.is_empty());
    api.get("/link/request-to-link?status=OPEN").await.refused(400, "status is one of PENDING");
}

/// One request inside `data`, as other pages print single objects.
#[tokio::test]
async fn a_request_may_stand_in_data() {
    let api = Biller::start().await;
    let id = created(&api).await;
    let bare = read(&api, &id).await;
    let settings = BillerApiSettings::default().with_objects(ObjectForm::Data);
    api.sandbox.billerapi().set_settings(settings).expect("settings");
    assert_eq!(read(&api, &id).await, json!({ "success": true, "data": bare }));
}

/// What a client notes with a request is short.
#[tokio::test]
async fn metadata_is_short() {
    let api = Biller::start().await;
    let with = |length: usize| json!({ "client_user_id": "u", "metadata": { "note": "x".repeat(length) } });
    let around = r#"{"note":""}"#.len();
    api.post("/request-to-link/create", with(16 * 1024 - around)).await.is(201);
    api.post("/request-to-link/create", with(16 * 1024 - around + 1)).await.refused(400, "metadata");
}
