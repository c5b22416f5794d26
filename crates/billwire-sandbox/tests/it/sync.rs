//! Client, token and cards in one call, and tokens taken back.

use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1, text};

fn card(identifier: Option<&str>, number: &str) -> Value {
    let mut card = json!({
        "cardNumber": number, "cardCode": "123", "expMonth": "02", "expYear": "2040", "zipcode": "12345",
        "name": "Demo User",
    });
    if let Some(identifier) = identifier {
        card["identifier"] = json!(identifier);
    }
    card
}

fn sync(meta: &Value, cards: &[Value]) -> Value {
    json!({ "client": { "identifier": "Bk0zwVx1Z", "meta": meta }, "cards": cards })
}

#[tokio::test]
async fn a_sync_makes_client_token_and_cards() {
    let api = Api::start().await;
    let mut gold = card(Some("gold"), "4111111111111111");
    gold["cardType"] = json!("debit");
    gold["cardBrand"] = json!("visa");
    gold["customLabel"] = json!("Gold");
    // The documents print the boolean as a text (trap T5).
    gold["setAsDefault"] = json!("true");
    let answer =
        api.post("/client/sync", sync(&json!({}), &[card(None, "5555555555554444"), gold])).await.ok();
    let client = text(&answer["clientId"]);
    assert_eq!(api.client("Bk0zwVx1Z").await, client);
    let cards = answer["cards"].as_array().expect("cards");
    assert!(cards[0].get("identifier").is_none());
    assert_eq!(cards[1]["identifier"], "gold");
    let methods = api.methods(&client).await;
    assert_eq!(methods.len(), 2);
    assert_eq!(
        (&methods[0]["_id"], &methods[1]["_id"]),
        (&cards[0]["paymentMethodId"], &cards[1]["paymentMethodId"])
    );
    assert_eq!((methods[0].get("default"), &methods[1]["default"]), (None, &json!(true)));
    assert_eq!((&methods[1]["card"]["type"], &methods[1]["customLabel"]), (&json!("debit"), &json!("Gold")));
    let token = text(&answer["ssoToken"]);
    api.request_as(&token, "GET", &format!("/payment/list/{client}"), None).await.ok();
}

#[tokio::test]
async fn a_repeated_sync_updates_what_it_knows() {
    let api = Api::start().await;
    let facts = json!({ "firstName": "Demo", "city": "Austin" });
    let first = [card(Some("gold"), "4111111111111111"), card(None, "5555555555554444")];
    let first = api.post("/client/sync", sync(&facts, &first)).await.ok();
    let client = text(&first["clientId"]);
    let mut renewed = card(Some("gold"), "6011111111111117");
    renewed["name"] = json!("New Name");
    let again = [renewed, card(None, "5555555555554444")];
    let second =
        api.post("/client/sync", sync(&json!({ "city": "Dallas", "pet": "cat" }), &again)).await.ok();
    assert_eq!(second["clientId"], first["clientId"]);
    assert_ne!(second["ssoToken"], first["ssoToken"]);
    assert_eq!(second["cards"][0], first["cards"][0], "the same method");
    assert_ne!(second["cards"][1], first["cards"][1], "without an identifier a card is always added");
    let methods = api.methods(&client).await;
    assert_eq!(methods.len(), 3);
    assert_eq!(
        (&methods[0]["card"]["number"], &methods[0]["name"]),
        (&json!("XXXX1117"), &json!("New Name"))
    );
    assert_eq!(methods[0]["default"], json!(true), "it stays the default");
    let clients = &api.sandbox.state().expect("a state")["q2"]["clients"];
    assert_eq!(clients[0]["meta"], json!({ "firstName": "Demo", "city": "Dallas", "pet": "cat" }));
    // POST /client keeps the old facts.
    api.post("/client", json!({ "identifier": "Bk0zwVx1Z", "meta": { "city": "Waco" } })).await.ok();
    assert_eq!(api.sandbox.state().expect("a state")["q2"]["clients"][0]["meta"]["city"], "Dallas");
}

#[tokio::test]
async fn a_new_number_forgives_a_decline_and_the_same_one_does_not() {
    let api = Api::start().await;
    let bad = [card(Some("gold"), "4000000000000002")];
    let client = text(&api.post("/client/sync", sync(&json!({}), &bad)).await.ok()["clientId"]);
    let bill = api.bill(&client, REGULAR_1, ["25.21", "04/15/2026", ""]).await;
    api.pay_now(&bill).await;
    assert_eq!(api.bill_status(&bill).await, "payment-declined");
    api.post("/client/sync", sync(&json!({}), &bad)).await.ok();
    assert_eq!(api.methods(&client).await[0]["status"], "declined");
    api.post("/client/sync", sync(&json!({}), &[card(Some("gold"), "4111111111111111")])).await.ok();
    assert_eq!(api.methods(&client).await[0]["status"], "verified");
    assert_eq!(api.bill_status(&bill).await, "upcoming");
}

#[tokio::test]
async fn a_bad_sync_changes_nothing() {
    let api = Api::start().await;
    let before = api.sandbox.state().expect("a state");
    let good = card(None, "4111111111111111");
    let mut nameless = good.clone();
    nameless["name"] = json!(" ");
    let mut past = sync(&json!({}), &[]);
    past["token"] = json!({ "expiration": "2020-01-01T00:00:00.000Z" });
    for (body, says) in [
        (sync(&json!({}), &[good.clone(), card(None, "4111111111111112")]), "cardNumber"),
        (sync(&json!({}), &[good, nameless]), "name"),
        (past, "in the past"),
        (json!({ "client": { "identifier": "" } }), "identifier"),
        (json!({ "identifier": "x" }), "client"),
    ] {
        api.post("/client/sync", body).await.refused(400, says);
    }
    assert_eq!(api.sandbox.state().expect("a state"), before);
}

#[tokio::test]
async fn tokens_are_revoked_by_client_or_one_by_one() {
    let api = Api::start().await;
    let one = api.token(json!({ "identifier": "owner" })).await;
    let two = api.token(json!({ "identifier": "owner" })).await;
    let other = api.token(json!({ "identifier": "other" })).await;
    let path = format!("/bill/list/{}", api.client("owner").await);
    let others_path = format!("/bill/list/{}", api.client("other").await);
    let works = async |token: &str, path: &str| api.request_as(token, "GET", path, None).await.status == 200;
    let revoke = async |body: Value| api.post("/client/revoke-tokens", body).await;

    assert_eq!(revoke(json!({ "clientToken": one })).await.ok(), json!({ "success": true }));
    assert!(!works(&one, &path).await && works(&two, &path).await);
    // With both only the identifier counts.
    revoke(json!({ "identifier": "owner", "clientToken": other })).await.ok();
    assert!(!works(&two, &path).await && works(&other, &others_path).await);
    api.request_as(&two, "GET", &path, None).await.refused(401, "neither an API key");
    // Unknown values are a success too, and new tokens can be made.
    revoke(json!({ "identifier": "nobody" })).await.ok();
    revoke(json!({ "clientToken": "nothing" })).await.ok();
    revoke(json!({})).await.refused(400, "an identifier or a clientToken");
    let fresh = api.token(json!({ "identifier": "owner" })).await;
    assert!(works(&fresh, &path).await);
}
