//! A well-behaved server, on hyper: keep-alive, every status, many requests at a time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use billwire_core::{Transport, TransportLimits};
use billwire_reqwest::ReqwestTransport;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::support::{get, post};

/// Answers `/status/<code>` with that status, and everything else with its own body.
async fn serve(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body =
        request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let status = path.strip_prefix("/status/").and_then(|code| code.parse().ok()).unwrap_or(200);
    let response = Response::builder().status(status).header("Request-Id", "req-1");
    Ok(response.body(Full::new(body)).expect("a response"))
}

async fn start() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(serve)),
            );
        }
    });
    (address, connections)
}

#[tokio::test]
async fn every_status_is_an_answer_and_the_connection_is_kept() {
    let (address, connections) = start().await;
    let transport = ReqwestTransport::new().expect("a transport");
    let limits = TransportLimits::new(1000);
    for status in [200_u16, 201, 204, 301, 400, 401, 404, 429, 500, 503, 599] {
        let response = transport
            .send(get(&format!("http://{address}/status/{status}")), &limits)
            .await
            .expect("an answer");
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["request-id"], "req-1");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1, "one connection served them all");
}

#[tokio::test]
async fn many_requests_at_a_time_get_their_own_answers() {
    let (address, _) = start().await;
    let transport = ReqwestTransport::new().expect("a transport");
    let calls = ["one", "two", "three", "four", "five", "six"].map(|body| {
        let transport = transport.clone();
        tokio::spawn(async move {
            let request = post(&format!("http://{address}/echo"), body);
            let response = transport.send(request, &TransportLimits::new(1000)).await.expect("an answer");
            assert_eq!(response.body().as_ref(), body.as_bytes());
        })
    });
    for call in calls {
        call.await.expect("its own answer");
    }
}
