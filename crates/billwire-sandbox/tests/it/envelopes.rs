//! Encrypted request bodies.

use billwire_crypto::{OsRandom, envelope};
use billwire_sandbox::KeyUsage;
use serde_json::{Value, json};

use crate::http::{Api, REGULAR_1};
use crate::keys;

const REFUSAL: &str = "The encrypted body could not be read.";

fn sealed(api: &Api, place: usize, body: &Value) -> Value {
    let ring = keys::of(&api.sandbox, KeyUsage::Encryption);
    let key = ring.iter().nth(place).expect("a key").clone();
    json!(envelope::seal(&key, &OsRandom, body.to_string().as_bytes()).expect("sealed"))
}

#[tokio::test]
async fn an_encrypted_body_does_what_the_plain_one_does() {
    let api = Api::start().await;
    let plain = api.client("Bk0zwVx1Z").await;
    let answer = api.post("/client", sealed(&api, 0, &json!({ "identifier": "Bk0zwVx1Z" }))).await.ok();
    assert_eq!(answer, json!({ "clientId": plain }));
    let log = api.sandbox.requests();
    assert_eq!((log[0].encrypted, log[1].encrypted), (false, true));
    api.post("/client", sealed(&api, 0, &json!({}))).await.refused(400, "Please provide an identifier.");
}

#[tokio::test]
async fn both_keys_of_a_rotation_are_accepted() {
    let api = Api::start().await;
    let old = sealed(&api, 0, &json!({ "identifier": "x" }));
    api.sandbox.create_key(KeyUsage::Encryption).expect("room for a second");
    api.post("/client", sealed(&api, 1, &json!({ "identifier": "x" }))).await.ok();
    api.post("/client", old.clone()).await.ok();
    api.sandbox.remove_key(old["encrypted"].as_str().expect("a key id")).expect("removed");
    api.post("/client", old).await.refused(400, REFUSAL);
}

#[tokio::test]
async fn every_failure_has_the_same_answer() {
    let api = Api::start().await;
    let good = sealed(&api, 0, &json!({ "identifier": "x" }));
    let hash = good["hash"].as_str().expect("text").to_owned();
    let (rsa, aes) = hash.split_once('|').expect("two parts");
    let with = |name: &str, value: &str| {
        let mut body = good.clone();
        body[name] = json!(value);
        body
    };
    for body in [
        with("encrypted", "unknown"),
        with("hash", ""),
        with("hash", rsa),
        with("hash", &format!("{rsa}|{aes}|{aes}")),
        with("hash", &format!("{aes}|{rsa}")),
        with("hash", &format!("{}|{aes}", rsa.replace(['A', 'B', 'C'], "D"))),
        with("hash", &format!("{rsa}|not base64")),
        with("hash", &format!("{rsa}|AAAA")),
    ] {
        api.post("/client", body).await.refused(400, REFUSAL);
    }
    // Not an envelope: taken as an ordinary body.
    api.post("/client", json!({ "encrypted": "x", "hash": 7 }))
        .await
        .refused(400, "Please provide an identifier.");
}

#[tokio::test]
async fn the_published_vector_of_the_documents_is_understood() {
    let api = Api::start().await;
    // Vector `create-token` has this key id; a new sandbox has the vectors' first key.
    let ids: Vec<String> = api.sandbox.info().keys.into_iter().map(|key| key.key_id).collect();
    assert_eq!(ids, ["os8th269xgj7tyku7wxl", "ory6xbfthn7y0vpufk8k"]);
    api.get(&format!("/company/{REGULAR_1}")).await.ok();
}
