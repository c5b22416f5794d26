//! The link flow, step by step and whole.

use billwire_sandbox::{ErrorKind, LinkVisit};
use serde_json::json;

use super::calls::{Biller, CLIENT, ELECTRIC, FIRST, OTHER, With};
use crate::http::text;

/// Checklist, emulator (4): from the link token to the bills.
#[tokio::test]
async fn a_user_links_an_account_and_its_bills_are_read() {
    let api = Biller::start().await;
    let body = json!({
        "client_id": CLIENT,
        "client_user_id": "user_123",
        "consents": ["bills", "payments"],
        "redirect_uri": "https://app.example.test/done",
        "biller_id": ELECTRIC,
    });
    let created = api.post("/link/token/create", body).await.is(201);
    assert_eq!((&created["success"], &created["expires_at"]), (&json!(true), &json!("2026-03-02T12:30:00Z")));
    let (link, token) = (text(&created["link_token_id"]), text(&created["link_token"]));
    assert!(link.starts_with("ltid_") && token.starts_with("lt_sandbox_"), "{created}");

    api.submit(&link, "4242424242").await;
    let found = api.step(&link, "discover-accounts", json!({})).await;
    let primary = json!([
        { "account_id": "da_1", "name": "Primary", "account_number": "****4242", "type": "RESIDENTIAL" },
    ]);
    assert_eq!((&found["status"], &found["accounts"]), (&json!("accounts_discovered"), &primary));
    let completed = api.step(&link, "complete", json!({ "account_id": "da_1" })).await;
    assert_eq!(
        (&completed["status"], &completed["expires_at"]),
        (&json!("completed"), &json!("2026-03-02T12:30:00Z"))
    );
    let exchanged = api.exchange(&text(&completed["public_token"])).await.ok();
    assert_eq!((&exchanged["success"], &exchanged["biller_id"]), (&json!(true), &json!(ELECTRIC)));
    let (access, account) = (text(&exchanged["access_token"]), text(&exchanged["link_id"]));
    assert!(access.starts_with("at_sandbox_") && account.len() == "sb_link_00000000".len(), "{exchanged}");

    let page = api.get_as(With::Bearer(&access), &format!("/bills/get?account_link_id={account}")).await.ok();
    assert_eq!((&page["has_more"], &page["next_cursor"]), (&json!(false), &json!(null)));
    let bill = page["bills"][0].clone();
    assert_eq!(bill["id"], json!(format!("sandbox_bill_{account}_1")));
    let path = format!("/v1/bills/{}", text(&bill["id"]));
    assert_eq!(api.get_as(With::Bearer(&access), &path).await.ok(), bill);
    assert_eq!(
        api.account(&account).await,
        json!({
            "id": account,
            "account_link_id": account,
            "biller_id": ELECTRIC,
            "biller_name": "Test Electric Company",
            "client_user_id": "user_123",
            "status": "ACTIVE",
            "account_number": "****4242",
            "last_synced_at": "2026-03-02T12:00:00Z",
            "created_at": "2026-03-02T12:00:00Z",
            "updated_at": "2026-03-02T12:00:00Z",
        })
    );
}

/// Section 7.2: an access token is permanent.
#[tokio::test]
async fn an_access_token_does_not_expire() {
    let api = Biller::start().await;
    let public_token = api.public_token("4242424242").await;
    let exchanged = api.exchange(&public_token).await.ok();
    let (access, account) = (text(&exchanged["access_token"]), text(&exchanged["link_id"]));
    api.advance("P400D").await;
    let bearer = With::Bearer(&access);
    let page = api.get_as(bearer, &format!("/bills/get?account_link_id={account}")).await.ok();
    let bill = &page["bills"][0];
    assert_eq!(api.get_as(bearer, &format!("/v1/bills/{}", text(&bill["id"]))).await.ok(), *bill);
}

/// Checklist, emulator (3): only 123456 passes.
#[tokio::test]
async fn only_one_code_passes() {
    let api = Biller::start().await;
    let (link, _) = api.link_token().await;
    api.submit(&link, "4000000003").await;
    let wrong = api.step(&link, "submit-mfa", json!({ "mfa_code": "654321" })).await;
    assert_eq!(
        wrong,
        json!({
            "success": false,
            "status": "mfa_required",
            "error_code": "INVALID_MFA_CODE",
            "next_step": "submit-mfa",
            "message": "The biller rejected this code.",
        })
    );
    let right = api.step(&link, "submit-mfa", json!({ "mfa_code": "123456" })).await;
    assert_eq!(
        right,
        json!({ "success": true, "status": "credentials_accepted", "next_step": "discover_accounts" })
    );
}

/// Checklist, emulator (3): the third wrong code locks the flow, and starting over with the same token does not help.
#[tokio::test]
async fn three_wrong_codes_lock_the_flow() {
    let api = Biller::start().await;
    let (link, _) = api.link_token().await;
    api.submit(&link, "4000000003").await;
    let wrong = json!({ "mfa_code": "000000" });
    api.step(&link, "submit-mfa", wrong.clone()).await;
    // The count is that of the flow, not of the login.
    api.submit(&link, "4000000003").await;
    assert_eq!(api.step(&link, "submit-mfa", wrong.clone()).await["error_code"], json!("INVALID_MFA_CODE"));
    assert_eq!(api.step(&link, "submit-mfa", wrong).await["error_code"], json!("ACCOUNT_LOCKED"));
    for (step, body) in [
        ("submit-mfa", json!({ "mfa_code": "123456" })),
        ("submit-credentials", json!({ "account_number": "4242424242" })),
        ("discover-accounts", json!({})),
        ("complete", json!({ "account_id": "da_1" })),
    ] {
        let answer = api.step(&link, step, body).await;
        assert_eq!(
            (&answer["success"], &answer["error_code"]),
            (&json!(false), &json!("ACCOUNT_LOCKED")),
            "{step}"
        );
    }
}

#[tokio::test]
async fn a_refused_login_may_be_tried_again_with_the_same_token() {
    let api = Biller::start().await;
    let (link, _) = api.link_token().await;
    for number in ["4000000001", "4000000002", "1"] {
        assert_eq!(api.submit(&link, number).await["success"], json!(false));
    }
    assert_eq!(api.submit(&link, "4242424242").await["success"], json!(true));
}

/// A link token lives 30 minutes: what comes later fails with status 200, and a day later it is unknown.
#[tokio::test]
async fn a_link_token_expires_after_30_minutes() {
    let api = Biller::start().await;
    let (link, _) = api.link_token().await;
    api.advance("PT29M59.999S").await;
    assert_eq!(api.submit(&link, "4242424242").await["success"], json!(true));
    api.advance("PT0.001S").await;
    for (step, body) in
        [("discover-accounts", json!({})), ("submit-credentials", json!({ "account_number": "1" }))]
    {
        let answer = api.step(&link, step, body).await;
        assert_eq!(
            answer,
            json!({
                "success": false,
                "status": "failed",
                "error_code": "LINK_TOKEN_EXPIRED",
                "message": "The link token has expired; create a new one.",
            })
        );
    }
    api.advance("P1D").await;
    let path = format!("/link/{link}/discover-accounts");
    api.post(&path, json!({})).await.refused(404, "no link token");
}

/// A public token works once, for 30 minutes, and for its own client.
#[tokio::test]
async fn a_public_token_works_once_and_for_30_minutes() {
    let api = Biller::start_with_two_clients().await;
    let token = api.public_token("4242424242").await;
    let foreign = json!({ "public_token": token, "client_id": "client_other" });
    api.post_as(OTHER, "/link/token/exchange", foreign.clone()).await.refused(403, "another client");
    api.post_as(FIRST, "/link/token/exchange", foreign).await.refused(403, "client_id");
    api.exchange(&token).await.ok();
    api.exchange(&token).await.refused(400, "public_token");
    api.exchange("pt_sandbox_unknown").await.refused(400, "public_token");
    let late = api.public_token("4242424242").await;
    api.advance("PT30M").await;
    api.exchange(&late).await.refused(400, "public_token");
}

/// Steps out of their order are mistakes of the caller, not of the biller.
#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let api = Biller::start().await;
    let (link, _) = api.link_token().await;
    let step = async |name: &str, body| api.post(&format!("/link/{link}/{name}"), body).await;
    let (code, choice) = (json!({ "mfa_code": "123456" }), json!({ "account_id": "da_1" }));
    step("submit-mfa", code.clone()).await.refused(400, "No code is asked for");
    step("discover-accounts", json!({})).await.refused(400, "submit them first");
    step("complete", choice.clone()).await.refused(400, "discover the accounts first");
    api.submit(&link, "4242424242").await;
    step("submit-mfa", code).await.refused(400, "No code is asked for");
    step("submit-credentials", json!({ "account_number": "4242424242" })).await.refused(400, "already");
    step("complete", choice.clone()).await.refused(400, "discover the accounts first");
    let once = api.step(&link, "discover-accounts", json!({})).await;
    assert_eq!(api.step(&link, "discover-accounts", json!({})).await, once, "looking twice changes nothing");
    step("complete", json!({ "account_id": "da_2" })).await.refused(400, "none of the accounts");
    step("complete", choice.clone()).await.ok();
    step("complete", choice).await.refused(400, "used already");
    step("discover-accounts", json!({})).await.refused(400, "used already");
}

#[tokio::test]
async fn the_biller_comes_from_the_token_or_from_the_user() {
    let api = Biller::start().await;
    let body = json!({ "client_id": CLIENT, "client_user_id": "user_123", "consents": ["bills"] });
    let link = text(&api.post("/link/token/create", body).await.is(201)["link_token_id"]);
    let path = format!("/link/{link}/submit-credentials");
    api.post(&path, json!({ "account_number": "4242424242" })).await.refused(400, "biller_id");
    let unknown = json!({ "account_number": "4242424242", "biller_id": "no_such_company" });
    api.post(&path, unknown).await.refused(404, "no biller");
    let gas = json!({ "account_number": "4242424242", "biller_id": "test_gas_company" });
    assert_eq!(api.post(&path, gas.clone()).await.ok()["success"], json!(true));
    let token = api.sandbox.billerapi();
    api.step(&link, "discover-accounts", json!({})).await;
    let public_token = token.complete_link(&link, "da_1").await.expect("completed");
    let exchanged = api.exchange(&public_token).await.ok();
    assert_eq!(exchanged["biller_id"], json!("test_gas_company"));
    assert_eq!(api.bills(&text(&exchanged["link_id"])).await[0]["description"], json!("March 2026 Gas Bill"));
    let (link, _) = api.link_token().await;
    api.post(&format!("/link/{link}/submit-credentials"), gas).await.refused(400, "another biller");
}

#[tokio::test]
async fn a_link_token_is_made_for_what_is_asked() {
    let api = Biller::start().await;
    let create = async |changes: serde_json::Value| {
        let mut body = json!({ "client_id": CLIENT, "client_user_id": "user_123", "consents": ["bills"] });
        for (name, value) in changes.as_object().expect("changes") {
            body[name] = value.clone();
        }
        api.post("/link/token/create", body).await
    };
    create(json!({ "client_id": "client_xyz" })).await.refused(403, "client_id");
    create(json!({ "client_user_id": "" })).await.refused(400, "Field 'client_user_id' must not be empty.");
    create(json!({ "client_user_id": "u".repeat(501) })).await.refused(400, "client_user_id");
    create(json!({ "consents": [] })).await.refused(400, "consents");
    create(json!({ "consents": ["bills", "everything"] })).await.refused(400, "consents");
    create(json!({ "redirect_uri": "/done" })).await.refused(400, "redirect_uri");
    create(json!({ "biller_id": "no_such_company" })).await.refused(404, "no biller");
    create(json!({ "redirect_uri": "myapp://linked", "biller_id": "test_water_company" })).await.is(201);
    api.post("/link/token/create", json!({})).await.refused(400, "client_id");
    // A fraction of a second stands there only if there is one.
    let expires = async || create(json!({})).await.is(201)["expires_at"].clone();
    assert_eq!(expires().await, json!("2026-03-02T12:30:00Z"));
    api.advance("PT0.25S").await;
    assert_eq!(expires().await, json!("2026-03-02T12:30:00.25Z"));
}

/// The page of a flow has its link token only, and that opens this flow only.
#[tokio::test]
async fn a_link_token_opens_its_own_flow() {
    let api = Biller::start_with_two_clients().await;
    let ((link, token), (other, _)) = (api.link_token().await, api.link_token().await);
    let login = || json!({ "account_number": "4242424242" });
    let path = |link: &str| format!("/link/{link}/submit-credentials");
    api.post_as(With::Bearer(&token), &path(&link), login()).await.ok();
    api.post_as(With::Bearer(&token), &path(&other), login()).await.refused(403, "another link flow");
    api.get_as(With::Bearer(&token), "/billers").await.refused(403, "does not open");
    api.post_as(OTHER, &path(&other), login()).await.refused(404, "no link token");
    // An expired one still says what is wrong.
    api.advance("PT30M").await;
    let answer = api.post_as(With::Bearer(&token), &path(&link), login()).await.ok();
    assert_eq!(answer["error_code"], json!("LINK_TOKEN_EXPIRED"));
}

/// A user goes through the flow by one control call, and leaves it by another.
#[tokio::test]
async fn a_test_can_play_the_user() {
    let api = Biller::start().await;
    let (link, _) = api.link_token().await;
    let visit = json!({ "accountNumber": "4000000008", "account": "Business" });
    let answer = api.control("POST", &format!("/links/{link}/visit"), visit).await.ok();
    assert_eq!(api.exchange(&text(&answer["publicToken"])).await.ok()["success"], json!(true));

    let play = api.sandbox.billerapi();
    let (link, _) = api.link_token().await;
    let wrong = LinkVisit::with_account_number("4000000003").with_code("1");
    let error = play.visit_link(&link, &wrong).await.expect_err("refused");
    assert!(
        error.kind() == ErrorKind::InvalidInput && error.to_string().contains("INVALID_MFA_CODE"),
        "{error}"
    );
    let nobody = LinkVisit::with_account_number("4000000008").choosing("Castle");
    let (link, _) = api.link_token().await;
    assert!(
        play.visit_link(&link, &nobody).await.expect_err("refused").to_string().contains("Vacation Home")
    );
    let somebody = LinkVisit::with_account_number("4000000008").choosing("Business");
    play.visit_link(&link, &somebody).await.expect("nothing had happened in the flow");
    let error = play.visit_link("ltid_unknown", &LinkVisit::default()).await.expect_err("unknown");
    assert_eq!(error.kind(), ErrorKind::NotFound);

    let (link, _) = api.link_token().await;
    api.control("POST", &format!("/links/{link}/leave"), json!({})).await.ok();
    assert_eq!(api.event_types().last().map(String::as_str), Some("link.updated"));
    let path = format!("/link/{link}/submit-credentials");
    api.post(&path, json!({ "account_number": "4242424242" })).await.refused(400, "left");
    assert!(play.leave_link(&link).await.is_err());
}

/// Until a login is accepted to its end the user may go back and choose another biller.
#[tokio::test]
async fn a_user_may_turn_to_another_biller_before_the_code() {
    let api = Biller::start().await;
    let body = json!({ "client_id": CLIENT, "client_user_id": "user_123", "consents": ["bills"] });
    let link = text(&api.post("/link/token/create", body).await.is(201)["link_token_id"]);
    let at = |number: &str, biller: &str| json!({ "account_number": number, "biller_id": biller });
    let asked = api.step(&link, "submit-credentials", at("4000000003", "test_gas_company")).await;
    assert_eq!(asked["status"], json!("mfa_required"));
    let path = format!("/link/{link}/submit-credentials");
    api.post(&path, json!({ "account_number": "4242424242" })).await.refused(400, "biller_id");
    api.step(&link, "submit-credentials", at("4242424242", "test_water_company")).await;
    api.step(&link, "discover-accounts", json!({})).await;
    let public_token =
        text(&api.step(&link, "complete", json!({ "account_id": "da_1" })).await["public_token"]);
    assert_eq!(api.exchange(&public_token).await.ok()["biller_id"], json!("test_water_company"));
}
