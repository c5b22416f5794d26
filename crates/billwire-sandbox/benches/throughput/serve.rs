//! The servers, each in a process of its own.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use billwire_sandbox::Sandbox;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::exchange::{Ask, Ready, Reply};

/// A sandbox with a few customers; prints what can be asked of it.
pub(crate) async fn sandbox() {
    let mut sandbox =
        Sandbox::builder().customers(200).seed(7).check_answers(false).start().await.expect("a sandbox");
    let state = sandbox.state().expect("a state");
    let bills = state["q2"]["bills"].as_array().expect("bills");
    let bill = bills.iter().find(|bill| bill["status"] == "upcoming").expect("an upcoming bill");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ask = |name: &str, method: &str, path: String, body: &str| Ask {
        name: name.to_owned(),
        method: method.to_owned(),
        path,
        body: body.to_owned(),
    };
    let (bill, company) = (text(&bill["id"]), text(&bill["companyId"]));
    let asks = vec![
        ask("GET a bill", "GET", format!("/bill/{bill}"), ""),
        ask("GET a company", "GET", format!("/company/{company}"), ""),
        ask("POST a search", "POST", "/company/search".to_owned(), r#"{"query":"Streaming"}"#),
    ];
    let address = sandbox.urls().q2.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
    let ready = Ready { address, base: "/v1".to_owned(), key: sandbox.api_key().to_owned(), asks };
    println!("{}", serde_json::to_string(&ready).expect("JSON"));
    sandbox.wait().await;
}

/// Reads answers from standard input and gives them: the same bytes, the same headers, nothing else.
pub(crate) async fn bare() {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).expect("a line of answers");
    let replies: Vec<Reply> = serde_json::from_str(&line).expect("answers");
    let replies: HashMap<String, (HeaderMap, Bytes)> = replies
        .into_iter()
        .map(|reply| {
            let headers = reply.headers.iter().map(|(name, value)| {
                (name.parse::<HeaderName>().expect("a name"), value.parse::<HeaderValue>().expect("a value"))
            });
            (reply.path, (headers.collect(), Bytes::from(reply.body)))
        })
        .collect();
    let replies = Arc::new(replies);
    let answer = move |request: Request<Body>| {
        let replies = Arc::clone(&replies);
        async move {
            let (parts, body) = request.into_parts();
            body.collect().await.expect("a body");
            let (headers, body) = &replies[parts.uri.path()];
            let mut response = Response::new(Body::from(body.clone()));
            *response.headers_mut() = headers.clone();
            response
        }
    };
    let router = Router::new()
        .route("/v1/bill/{id}", any(answer.clone()))
        .route("/v1/company/{id}", any(answer.clone()))
        .route("/v1/company/search", any(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("{}", listener.local_addr().expect("an address"));
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        stream.set_nodelay(true).expect("no delay");
    });
    axum::serve(listener, router).await.expect("it serves");
}
