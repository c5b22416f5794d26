//! Rounds of `POST /auth/step`.

use serde_json::{Value, json};

use super::legacy::{Legacy, MERCHANT, OTHER, refused};
use crate::http::{Answer, text};

/// The answer to a challenge, with its newest token.
async fn step(unbill: &Legacy, challenge: &Value, mfa: Value) -> Answer {
    unbill.post("/auth/step", json!({ "token": challenge["token"], "mfa": mfa })).await
}

/// Right answers to every question of a challenge.
fn answers(challenge: &Value, answer: &str) -> Value {
    let asked = challenge["mfa"].as_array().expect("questions").iter();
    asked.map(|question| json!({ "answer": answer, "identifier": question["identifier"] })).collect()
}

async fn asked(unbill: &Legacy, client: &str, user_name: &str) -> Value {
    let answer = unbill.log_in(client, MERCHANT, user_name).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

/// Trap L19: the user name with and without its final s.
#[tokio::test]
async fn questions_are_answered_in_one_round() {
    for user_name in ["testmfaquestions", "testmfaquestion"] {
        let unbill = Legacy::start().await;
        let client = unbill.client("somebody").await;
        let challenge = asked(&unbill, &client, user_name).await;
        assert_eq!(challenge["method"], "questions");
        text(&challenge["mfa"][0]["question"]);
        assert_eq!(unbill.auths(&client).await, Vec::<Value>::new(), "nobody has heard of it yet");
        let answer = step(&unbill, &challenge, answers(&challenge, "blue")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["items"][0]["balance"], "100.00");
        assert_eq!(unbill.auths(&client).await[0]["_id"], answer.body["authId"]);
        assert_eq!(unbill.event_types(), ["bill.update"]);
    }
}

/// Trap L6: an array answers questions, an object chooses a destination; the sandbox takes either for both.
#[tokio::test]
async fn a_code_takes_two_rounds_each_with_its_own_token() {
    let unbill = Legacy::start().await;
    for (number, as_array) in [false, true].into_iter().enumerate() {
        let client = unbill.client(&format!("somebody {number}")).await;
        let choose = asked(&unbill, &client, "testmfacode").await;
        assert_eq!(choose["method"], "code");
        let mut kinds: Vec<String> =
            choose["mfa"].as_array().expect("destinations").iter().map(|to| text(&to["type"])).collect();
        kinds.sort();
        assert_eq!(kinds, ["email", "phone", "text"]);
        let destination = json!({ "identifier": choose["mfa"][0]["identifier"] });
        let destination = if as_array { json!([destination]) } else { destination };
        let answer = step(&unbill, &choose, destination).await;
        assert_eq!(answer.status, 201);
        let code = answer.body;
        assert_eq!(code["method"], "questions");
        assert!(text(&code["mfa"][0]["question"]).contains("code"));
        assert_ne!(code["token"], choose["token"], "the newest one counts");
        let right = json!({ "answer": "123456", "identifier": code["mfa"][0]["identifier"] });
        let right = if as_array { json!([right]) } else { right };
        assert_eq!(step(&unbill, &code, right).await.status, 200);
    }
}

/// Source: Unbill v1 description, section 10 (2).
#[tokio::test]
async fn a_token_is_good_for_one_answer_and_ten_minutes() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let challenge = asked(&unbill, &client, "testmfaquestions").await;
    unbill.advance("PT9M59S").await;
    assert_eq!(step(&unbill, &challenge, answers(&challenge, "blue")).await.status, 200);
    refused(&step(&unbill, &challenge, answers(&challenge, "blue")).await, 400, "unknown, used or expired");
    let late = unbill.log_in(&client, OTHER, "testmfaquestions").await.body;
    unbill.advance("PT10M").await;
    refused(&step(&unbill, &late, answers(&late, "blue")).await, 400, "unknown, used or expired");
    let unknown = json!({ "token": "0".repeat(24) });
    refused(&step(&unbill, &unknown, json!([])).await, 400, "unknown, used or expired");
    assert_eq!(unbill.auths(&client).await.len(), 1, "what was never answered has left nothing");
}

/// Source: Unbill v1 description, section 9 "Sandbox" (values inferred) and section 2 (the refusal).
#[tokio::test]
async fn wrong_answers_are_refused_and_end_the_login() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let challenge = asked(&unbill, &client, "testmfaquestions").await;
    refused(
        &step(&unbill, &challenge, answers(&challenge, "wrong")).await,
        400,
        "check the information you entered",
    );
    refused(&step(&unbill, &challenge, answers(&challenge, "blue")).await, 400, "unknown, used or expired");
    let choose = asked(&unbill, &client, "testmfacode").await;
    let code = step(&unbill, &choose, json!({ "identifier": choose["mfa"][1]["identifier"] })).await.body;
    refused(&step(&unbill, &code, answers(&code, "654321")).await, 400, "check the information you entered");
    assert_eq!(unbill.auths(&client).await, Vec::<Value>::new());
    assert_eq!(unbill.event_types(), Vec::<String>::new());
}

/// What has the wrong form is refused without using the token up.
#[tokio::test]
async fn answers_of_the_wrong_form_may_be_corrected() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let challenge = asked(&unbill, &client, "testmfaquestions").await;
    refused(&step(&unbill, &challenge, json!([])).await, 400, "Please provide an answer");
    refused(
        &step(&unbill, &challenge, json!([{ "identifier": "x", "answer": "y" }])).await,
        400,
        "identifier",
    );
    refused(&unbill.post("/auth/step", json!({ "token": challenge["token"] })).await, 400, "mfa");
    assert_eq!(step(&unbill, &challenge, answers(&challenge, "blue")).await.status, 200);
}

/// A known login that is asked something has to authenticate until it has answered; without an answer it stays so.
///
/// Source: Unbill v1 description, section 5.1 "Auth" (no `mfa-required`).
#[tokio::test]
async fn a_known_login_has_no_status_of_its_own_while_it_is_asked() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let (auth, _) = unbill.verified(&client, MERCHANT, "test").await;
    asked(&unbill, &client, "testmfaquestions").await;
    assert_eq!(unbill.auths(&client).await[0]["status"]["type"], "authenticate");
    unbill.advance("PT10M").await;
    assert_eq!(unbill.auths(&client).await[0]["status"]["type"], "authenticate");
    let challenge = asked(&unbill, &client, "testmfaquestions").await;
    let answer = step(&unbill, &challenge, answers(&challenge, "blue")).await.ok();
    assert_eq!(answer["authId"], json!(auth));
    assert_eq!(unbill.auths(&client).await[0]["status"]["type"], "verified");
}

/// The id of a login on hold was told with a 200: being asked something does not take it away, nor does a wrong answer.
///
/// Source: Unbill v1 description, section 10 (4) and (5): the same id, and "delete from any".
#[tokio::test]
async fn a_login_on_hold_stays_known_while_it_is_asked() {
    let unbill = Legacy::start().await;
    let client = unbill.client("somebody").await;
    let held = unbill.log_in(&client, MERCHANT, "testhold").await.ok()["authId"].clone();
    let ids = async || -> Vec<Value> {
        unbill.auths(&client).await.iter().map(|auth| auth["_id"].clone()).collect()
    };
    let challenge = asked(&unbill, &client, "testmfaquestions").await;
    assert_eq!(ids().await, std::slice::from_ref(&held));
    refused(&step(&unbill, &challenge, answers(&challenge, "wrong")).await, 400, "check the information");
    assert_eq!(ids().await, std::slice::from_ref(&held), "after a wrong answer");
    asked(&unbill, &client, "testmfacode").await;
    unbill.advance("PT10M").await;
    assert_eq!(ids().await, std::slice::from_ref(&held), "after none");
    assert_eq!(unbill.auths(&client).await[0]["status"]["type"], "authenticate");
    asked(&unbill, &client, "testmfacode").await;
    unbill.request("DELETE", &format!("/auth/{}", text(&held)), "").await.ok();
    assert_eq!(ids().await, Vec::<Value>::new());
}
