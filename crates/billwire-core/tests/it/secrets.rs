//! Nothing secret in `Debug`, `Display` or a cause.

use std::error::Error as _;

use billwire_core::testing::Step;
use billwire_core::{Call, CallOptions, ClientToken};
use billwire_models::q2::{QueuedAuth, operations};
use http::StatusCode;
use serde_json::json;

use crate::support::{self, Scene};

const SECRETS: [&str; 4] = [support::API_KEY, support::CARD_NUMBER, "client-token-secret", "737"];

fn assert_silent(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(!text.contains("PRIVATE KEY"), "{text}");
}

#[tokio::test]
async fn nothing_prints_a_secret() {
    let (_, public) = support::encryption_key_pair();
    let builder =
        support::builder().with_request_signing(support::signing_key()).with_payload_encryption(public);
    assert_silent(&format!("{builder:?}"));
    let config = builder.build().expect("usable");
    assert_silent(&format!("{config:?} {config:#?}"));
    let scene = Scene::with(config, [Step::ok("{}")]);
    let options = CallOptions::new().with_client_token(ClientToken::for_sandbox("client-token-secret"));
    assert_silent(&format!("{options:?} {:?}", scene.client.with_options(options.clone())));
    let call = support::never();
    assert_silent(&format!("{call:?}"));
    let _ = scene.client.send(call).await;
    assert_silent(&format!("{:?} {:?}", scene.client, scene.transport));
    let request = &scene.transport.requests()[0];
    assert_silent(&format!("{:?}", request.headers()));
    let signature = request.headers()["signature"].to_str().expect("text");
    assert!(!format!("{request:?}").contains(signature), "the signature is marked sensitive");
}

#[tokio::test]
async fn an_error_does_not_repeat_what_the_service_echoes() {
    let echo = format!(
        r#"{{"message":"card {} refused for key {} and token client-token-secret"}}"#,
        support::CARD_NUMBER,
        support::API_KEY
    );
    let scene = Scene::new([
        Step::respond(StatusCode::BAD_REQUEST, echo.clone()),
        Step::respond(StatusCode::BAD_REQUEST, echo),
    ]);
    let error = scene.client.send(support::never()).await.expect_err("refused");
    let text = format!("{error} {error:?} {error:#?} {:?}", error.source());
    assert!(text.contains("card [redacted] refused for key [redacted]"), "{text}");
    for secret in [support::API_KEY, support::CARD_NUMBER] {
        assert!(!text.contains(secret), "{text}");
    }
    let options = CallOptions::new().with_client_token(ClientToken::for_sandbox("client-token-secret"));
    let error = scene.client.with_options(options).send(support::read()).await.expect_err("refused");
    assert_silent(&format!("{error} {error:?}"));
}

#[tokio::test]
async fn an_undecodable_answer_is_not_quoted() {
    let answer = format!(r#"{{"data":[{{"bill":"{}"}}]}}"#, support::CARD_NUMBER);
    let scene = Scene::new([Step::ok(answer.clone()), Step::ok(answer)]);
    let list = scene.client.send(support::list()).await.expect("reported, not refused");
    assert_silent(&format!("{:?}", list.rejected()));
    let strict = scene.client.with_options(CallOptions::new().with_strict(true));
    let error = strict.send(support::list()).await.expect_err("strict");
    assert_silent(&format!("{error} {error:?} {:?}", error.source()));
}

/// Whatever the table calls secret in the body that was sent, at any depth, in the message or the code.
#[tokio::test]
async fn an_error_does_not_repeat_a_secret_of_its_request() {
    let echo =
        r#"{"message": "code 737 or 7370 of visa is wrong, login anna@example.test, PIN \u00e9t\u00e9"}"#;
    let scene = Scene::new([(); 2].map(|()| Step::respond(StatusCode::BAD_REQUEST, echo)));
    let login = json!({"companyId": "visa", "clientId": "c", "form": {"login": "anna@example.test", "pin": "\u{e9}t\u{e9}"}});
    let call: Call<QueuedAuth> = support::with_body(&operations::CREATE_AUTH, &login);
    let error = scene.client.send(call).await.expect_err("refused");
    assert_eq!(
        error.vendor_message(),
        Some("code 737 or 7370 of visa is wrong, login [redacted], PIN [redacted]"),
        "what is no secret stays"
    );
    let error = scene.client.send(support::never()).await.expect_err("refused");
    assert_silent(&format!("{error} {error:?}"));
}
