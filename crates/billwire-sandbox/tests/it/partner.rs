//! What concerns the partner as a whole: the bills of all clients, categories and public keys.

use billwire_crypto::{OsRandom, PortableProvider, envelope, jwks};
use billwire_sandbox::KeyUsage;
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, REGULAR_2, text};

#[tokio::test]
async fn the_partner_sees_the_bills_of_every_client() {
    let api = Api::start().await;
    let partner = api.sandbox.info().credentials.q2_partner_id;
    let path = format!("/bill/listByPartner/{partner}");
    assert_eq!(api.get(&path).await.ok(), json!({ "data": [] }));
    let (first, second) = (api.client("first").await, api.client("second").await);
    let one = api.bill(&first, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    let two = api.bill(&second, REGULAR_2, ["1", "04/15/2026", ""]).await;
    let listed = api.get(&path).await.ok();
    let listed = listed["data"].as_array().expect("data");
    let seen: Vec<_> = listed
        .iter()
        .map(|row| (&row["bill"]["_id"], &row["partnerUserId"], &row["partnerId"], &row["payments"]))
        .collect();
    let (partner, none) = (json!(partner), json!([]));
    let (one, two, first, second) = (json!(one), json!(two), json!(first), json!(second));
    assert_eq!(seen, [(&one, &first, &partner, &none), (&two, &second, &partner, &none)]);
    let auth = text(&api.auths(first.as_str().expect("text")).await[0]["_id"]);
    api.request("DELETE", &format!("/auth/{auth}"), None).await.ok();
    assert_eq!(api.get(&path).await.ok()["data"].as_array().expect("data").len(), 1);
    api.get("/bill/listByPartner/nobody").await.refused(404, "no partner nobody");
}

#[tokio::test]
async fn categories_are_what_the_search_takes() {
    let api = Api::start().await;
    let categories = api.get("/company/categories").await.ok();
    let categories = categories["data"].as_array().expect("data");
    assert_eq!(categories[0], json!({ "name": "Electric", "type": "electric" }));
    for category in categories {
        let found = api.post("/company/search", json!({ "category": category["type"] })).await.ok();
        assert!(!found["data"].as_array().expect("data").is_empty(), "{category}");
    }
}

#[tokio::test]
async fn the_newest_key_opens_what_it_sealed() {
    let api = Api::start().await;
    let latest = api.get("/partner/public-keys/latest").await.ok();
    assert_eq!(api.get("/partner/public-keys").await.ok(), json!({ "keys": [latest] }));
    api.advance("P1D").await;
    let second = api.sandbox.create_key(KeyUsage::Encryption).expect("room for a second");
    let newest = api.get("/partner/public-keys/latest").await.ok();
    assert_eq!(newest["kid"], json!(second.key_id));
    assert_eq!(api.get("/partner/public-keys").await.ok(), json!({ "keys": [latest, newest] }));
    for key in [&latest, &newest] {
        assert_eq!((&key["kty"], &key["use"]), (&json!("RSA"), &json!("enc")));
        let set = json!({ "keys": [key] }).to_string();
        let set = jwks::JwkSet::parse(&PortableProvider, &set).expect("a set");
        let body = json!({ "identifier": "sealed" }).to_string();
        let sealed = envelope::seal(&set.keys[0].key, &OsRandom, body.as_bytes()).expect("sealed");
        api.post("/client", json!(sealed)).await.ok();
    }
}

#[tokio::test]
async fn one_key_is_found_by_its_id_whatever_it_is_for() {
    let api = Api::start().await;
    for (id, usage) in [("os8th269xgj7tyku7wxl", "enc"), ("ory6xbfthn7y0vpufk8k", "sig")] {
        let key: Value = api.get(&format!("/partner/public-keys/{id}")).await.ok();
        assert_eq!((&key["kid"], &key["use"]), (&json!(id), &json!(usage)));
    }
    api.get("/partner/public-keys/none").await.refused(404, "no key none");
}

#[tokio::test]
async fn a_client_token_opens_nothing_of_this() {
    let api = Api::start().await;
    let token = api.token(json!({ "identifier": "owner" })).await;
    let partner = api.sandbox.info().credentials.q2_partner_id;
    let paths = ["/partner/public-keys", "/partner/public-keys/latest", "/partner/public-keys/x"];
    for path in paths.map(str::to_owned).into_iter().chain([format!("/bill/listByPartner/{partner}")]) {
        api.request_as(&token, "GET", &path, None).await.refused(403, "API key");
    }
    for path in ["/client/sync", "/client/revoke-tokens"] {
        let body = json!({ "client": { "identifier": "x" }, "identifier": "x" }).to_string();
        api.request_as(&token, "POST", path, Some(body)).await.refused(403, "API key");
    }
    api.request_as(&token, "GET", "/company/categories", None).await.ok();
    api.request_as(&token, "GET", "/swap/companies", None).await.ok();
}
