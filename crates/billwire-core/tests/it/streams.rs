//! Long lists: element by element, in bounded memory, with errors that come last.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use billwire_core::q2::{Client, calls};
use billwire_core::stream::Elements;
use billwire_core::testing::{ManualClock, Step};
use billwire_core::transport::Body;
use billwire_core::{
    CallOptions, Delivery, Element, ErrorKind, Transport, TransportError, TransportErrorKind, TransportLimits,
};
use billwire_models::q2::{BillWithPayments, PartnerBill};
use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};
use http::{HeaderName, HeaderValue, Request, Response};

use crate::support::{self, Scene, header};

fn entry(number: usize) -> String {
    format!(
        r#"{{"bill":{{"_id":"b{number}","status":{{"type":"upcoming"}},"balance":"25.21"}},"payments":[],"partnerUserId":"u{number}","partnerId":"p"}}"#
    )
}

fn entries(count: usize) -> String {
    let entries: Vec<String> = (0..count).map(entry).collect();
    format!(r#"{{"data":[{}]}}"#, entries.join(","))
}

/// `text` in pieces of `size` bytes.
fn in_pieces(text: &str, size: usize) -> Step {
    Step::pieces(text.as_bytes().chunks(size).map(<[u8]>::to_vec))
        .with_header(HeaderName::from_static("request-id"), HeaderValue::from_static("r-7"))
}

fn bills(scene: &Scene) -> Elements<PartnerBill> {
    scene.client.bills_of_partner(&"p/1".into())
}

/// The ids of the bills, `-` for rejected elements.
async fn ids(elements: &mut Elements<PartnerBill>) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(element) = elements.try_next().await.expect("no error") {
        ids.push(id(element));
    }
    ids
}

fn id(element: Element<PartnerBill>) -> String {
    element.decoded().map_or_else(|| "-".to_owned(), |entry| entry.bill.id.to_string())
}

#[tokio::test]
async fn the_bills_of_a_partner_come_one_after_the_other() {
    for size in [1, 100, 100_000] {
        let scene = Scene::new([in_pieces(&entries(5), size)]);
        let mut elements = bills(&scene);
        assert_eq!(
            (elements.request_id(), elements.attempts(), scene.sent()),
            (None, 0, 0),
            "nothing is sent yet"
        );
        assert_eq!(ids(&mut elements).await, ["b0", "b1", "b2", "b3", "b4"]);
        assert_eq!((elements.position(), elements.rejected()), (5, 0));
        assert_eq!((elements.request_id(), elements.attempts()), (Some("r-7"), 1));
        assert!(elements.call_id().is_some_and(|id| id.len() == 36));
        assert_eq!(elements.status().expect("a status").as_u16(), 200);
        assert!(elements.try_next().await.expect("no error").is_none(), "it stays at its end");
        let request = &scene.transport.requests()[0];
        assert_eq!(request.method(), "GET");
        assert_eq!(request.uri().path(), "/v1/bill/listByPartner/p%2F1");
        assert_eq!(header(request, "authorization"), Some(format!("Bearer {}", support::API_KEY).as_str()));
    }
}

#[tokio::test]
async fn an_empty_list_is_a_list() {
    let scene = Scene::new([in_pieces(r#"{"data":[]}"#, 4)]);
    assert!(ids(&mut bills(&scene)).await.is_empty());
}

#[tokio::test]
async fn a_bad_element_does_not_lose_the_others() {
    let card = support::CARD_NUMBER;
    let text = format!(r#"{{"data":[{},{{"bill":"{card}"}},null,{},17]}}"#, entry(0), entry(1));
    let scene = Scene::new([in_pieces(&text, 9), in_pieces(&text, 9)]);
    let mut elements = bills(&scene);
    let mut rejected = Vec::new();
    let mut good = Vec::new();
    while let Some(element) = elements.try_next().await.expect("no error") {
        match element {
            Element::Decoded(entry) => good.push(entry.bill.id.to_string()),
            Element::Rejected(report) => {
                assert!(!format!("{report:?}").contains(card));
                rejected.push((
                    report.path().to_owned(),
                    report.element().index(),
                    report.element().json().len(),
                ));
            }
        }
    }
    assert_eq!(good, ["b0", "b1"]);
    assert_eq!(rejected[0], ("data[1]".to_owned(), 1, format!(r#"{{"bill":"{card}"}}"#).len()));
    assert_eq!((rejected[1].0.as_str(), rejected[2].0.as_str()), ("data[2]", "data[4]"));
    assert_eq!((elements.position(), elements.rejected()), (5, 3));

    let strict = scene.client.with_options(CallOptions::new().with_strict(true));
    let mut elements = strict.bills_of_partner(&"p/1".into());
    assert_eq!(id(elements.try_next().await.expect("good").expect("one")), "b0");
    let error = elements.try_next().await.expect_err("strict");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::RejectedElements, Delivery::Answered));
    assert!(
        error.reason().contains("data[1], after 1 elements") && !error.to_string().contains(card),
        "{error}"
    );
    assert!(elements.try_next().await.expect("no second error").is_none(), "an error comes once");
}

#[tokio::test]
async fn strict_mode_looks_into_the_elements_too() {
    let text = r#"{"data":[{"bill":{"_id":"b","status":{"type":"paid"}},"payments":[17],"partnerUserId":"u","partnerId":"p"}]}"#;
    let scene = Scene::new([in_pieces(text, 50), in_pieces(text, 50)]);
    let entry = bills(&scene).try_next().await.expect("lenient").and_then(Element::decoded).expect("decoded");
    assert_eq!(entry.payments.expect("a list").rejected.len(), 1, "a list inside an element tells its own");
    let strict = scene.client.with_options(CallOptions::new().with_strict(true));
    let error = strict.bills_of_partner(&"p".into()).try_next().await.expect_err("strict");
    assert_eq!(error.kind(), ErrorKind::RejectedElements);
}

#[tokio::test]
async fn a_cut_comes_after_the_elements_before_it_and_nothing_is_repeated() {
    let text = entries(5);
    let half = &text[..text.len() / 2];
    let cut = in_pieces(half, 40).then_fail(Delivery::Unknown, TransportErrorKind::Interrupted);
    let scene = Scene::new([cut, in_pieces(&text, 40)]);
    let mut elements = bills(&scene);
    let mut given = 0;
    let error = loop {
        match elements.try_next().await {
            Ok(Some(element)) => assert_eq!(id(element), format!("b{given}")),
            Ok(None) => panic!("it did not end well"),
            Err(error) => break error,
        }
        given += 1;
    };
    assert_eq!((given, elements.position()), (2, 2));
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Transport, Delivery::Unknown, 1)
    );
    assert_eq!((error.request_id(), error.status().map(|status| status.as_u16())), (Some("r-7"), Some(200)));
    assert_eq!(error.operation().expect("an operation").id, "listBillsByPartner");
    assert_eq!(error.call_id(), elements.call_id());
    assert!(error.reason().ends_with("after 2 elements"), "{error}");
    assert!(error.is_retryable() && !error.may_have_taken_effect());
    assert!(elements.try_next().await.expect("no second error").is_none());
    assert_eq!(scene.sent(), 1, "what was given cannot be taken back, so nothing is repeated");
}

#[tokio::test]
async fn an_answer_that_ends_early_without_an_error_is_one() {
    let text = entries(5);
    let scene = Scene::new([in_pieces(&text[..text.len() - 2], 40)]);
    let mut stream = bills(&scene);
    let results: Vec<_> = (&mut stream).collect().await;
    assert_eq!(results.len(), 6, "five bills and one error");
    let error = results.into_iter().next_back().expect("six").expect_err("the last one");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::UnreadableAnswer, Delivery::Answered));
    assert!(error.reason().contains("ends in the middle of its JSON"), "{error}");
}

#[tokio::test]
async fn until_the_first_element_it_is_repeated_like_every_read() {
    let start = r#"{"data":["#;
    let failures = [
        Step::fail(Delivery::NotSent, TransportErrorKind::Connect),
        Step::fail(Delivery::Unknown, TransportErrorKind::Interrupted),
        support::status(503),
        in_pieces(start, 3).then_fail(Delivery::Unknown, TransportErrorKind::Interrupted),
        in_pieces(&entries(3)[..60], 7).then_fail(Delivery::Unknown, TransportErrorKind::Interrupted),
        in_pieces(start, 3).then_hang(),
        Step::never(),
    ];
    for failure in failures {
        let label = format!("{failure:?}");
        let scene = Scene::new([failure, in_pieces(&entries(3), 40)]);
        let mut elements = bills(&scene);
        assert_eq!(ids(&mut elements).await, ["b0", "b1", "b2"], "{label}");
        assert_eq!((elements.attempts(), scene.sent()), (2, 2), "{label}");
    }
    let scene = Scene::new([in_pieces(start, 3).then_hang(), support::status(502), Step::never()]);
    let error = bills(&scene).try_next().await.expect_err("three failures");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3), "{error}");
}

#[tokio::test]
async fn an_error_status_is_the_error_of_every_call() {
    let refused = Step::respond(http::StatusCode::NOT_FOUND, r#"{"message":"no such partner"}"#);
    let scene = Scene::new([refused, Step::ok("<html>"), Step::ok("[]")]);
    let error = bills(&scene).try_next().await.expect_err("404");
    assert_eq!((error.kind(), error.vendor_message()), (ErrorKind::NotFound, Some("no such partner")));
    for _ in 0..2 {
        let error = bills(&scene).try_next().await.expect_err("not such an answer");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::UnreadableAnswer, Delivery::Answered));
        assert!(error.call_id().is_some());
    }
}

#[tokio::test]
async fn each_wait_for_a_piece_has_the_limit_and_the_whole_has_none() {
    let slow = in_pieces(&entries(20), 200).with_pause(Duration::from_secs(29));
    let scene = Scene::new([slow]);
    assert_eq!(ids(&mut bills(&scene)).await.len(), 20);
    let took: Duration = scene.clock.slept().iter().sum();
    assert!(took > Duration::from_mins(5), "{took:?} is far beyond the deadline of a call");

    let text = entries(2);
    let stalled = in_pieces(&text[..text.len() - 10], 1000).then_hang();
    let scene = Scene::new([stalled]);
    let mut elements = bills(&scene);
    assert_eq!(id(elements.try_next().await.expect("good").expect("one")), "b0");
    let error = elements.try_next().await.expect_err("it hangs");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::Unknown), "{error}");
    assert_eq!(scene.clock.slept(), [Duration::from_secs(30)]);
}

#[tokio::test]
async fn a_dropped_wait_loses_nothing() {
    let clock = ManualClock::new(support::START.parse().expect("a timestamp"));
    let slow = in_pieces(&entries(3), 50).with_pause(Duration::from_secs(1)).after(Duration::from_secs(1));
    let transport = billwire_core::testing::ScriptedTransport::new(Arc::new(clock.clone()), [slow]);
    let client = Client::new(support::config(), Arc::new(transport.clone()), Arc::new(clock.clone()));
    let mut elements = client.bills_of_partner(&"p".into());
    let mut found = Vec::new();
    for _ in 0..60 {
        // Polled once and dropped, whatever came of it.
        if let Some(element) = elements.try_next().now_or_never() {
            found.extend(element.expect("no error").map(id));
        } else {
            clock.advance(Duration::from_secs(1));
        }
    }
    assert_eq!(found, ["b0", "b1", "b2"]);
    assert_eq!((transport.requests().len(), transport.dropped()), (1, 0), "one request, never given up");
}

fn assert_send<T: Send + Unpin + 'static>(_: &T) {}

#[tokio::test]
async fn it_is_a_stream_with_the_usual_combinators() {
    let scene = Scene::new([in_pieces(&entries(4), 64)]);
    let ids: Vec<String> = bills(&scene).map_ok(id).try_collect().await.expect("no error");
    assert_eq!(ids, ["b0", "b1", "b2", "b3"]);
    assert_send(&bills(&scene));
}

#[tokio::test]
async fn any_list_that_is_read_can_be_streamed_and_nothing_else() {
    let text = r#"{"data":[{"bill":{"_id":"b","status":{"type":"paid"}},"payments":[]}]}"#;
    let scene = Scene::new([Step::ok(text)]);
    let mut bills: Elements<BillWithPayments> = scene.client.elements(support::list(), "data");
    assert!(matches!(bills.try_next().await.expect("good"), Some(Element::Decoded(_))));
    let write = calls::retry_payment_method(&"p".into());
    let mut elements: Elements<BillWithPayments> = scene.client.elements(write, "data");
    let error = elements.try_next().await.expect_err("a write");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidRequest, Delivery::NotSent));
    assert_eq!(scene.sent(), 1);
}

#[tokio::test]
async fn sizes_are_bounded() {
    let config = support::builder().with_max_stream_bytes(400).build().expect("usable");
    let scene = Scene::with(config, [in_pieces(&entries(10), 100)]);
    let mut elements = bills(&scene);
    let mut given = 0;
    let error = loop {
        match elements.try_next().await {
            Ok(element) => given += usize::from(element.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!((given, error.kind()), (3, ErrorKind::AnswerTooLarge), "{error}");
    assert!(error.advice().contains("with_max_stream_bytes"), "{error}");

    let config = support::builder().with_max_element_bytes(100).build().expect("usable");
    let scene = Scene::with(config, [in_pieces(&entries(10), 100)]);
    let error = bills(&scene).try_next().await.expect_err("an element of more than 100 bytes");
    assert_eq!(error.kind(), ErrorKind::AnswerTooLarge);
    assert!(error.advice().contains("with_max_element_bytes"), "{error}");
}

/// A service with as many bills as one likes, each piece of the answer made when it is asked for.
#[derive(Debug)]
struct Endless {
    bills: usize,
    in_piece: usize,
    made: Arc<AtomicUsize>,
    bytes: Arc<AtomicU64>,
}

#[async_trait]
impl Transport for Endless {
    async fn send(&self, _: Request<Bytes>, _: &TransportLimits) -> Result<Response<Bytes>, TransportError> {
        // The whole answer must not be asked for.
        Err(TransportError::without_source(Delivery::NotSent, TransportErrorKind::Other))
    }

    async fn open(&self, _: Request<Bytes>, _: &TransportLimits) -> Result<Response<Body>, TransportError> {
        Ok(Response::new(Body::new(Made {
            next: 0,
            ended: false,
            bills: self.bills,
            in_piece: self.in_piece,
            count: Arc::clone(&self.made),
            bytes: Arc::clone(&self.bytes),
        })))
    }
}

struct Made {
    next: usize,
    ended: bool,
    bills: usize,
    in_piece: usize,
    count: Arc<AtomicUsize>,
    bytes: Arc<AtomicU64>,
}

impl Stream for Made {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let mut piece = String::new();
        for _ in 0..self.in_piece {
            let start = if self.next == 0 { r#"{"data":["# } else { "," };
            if self.next < self.bills {
                piece.push_str(start);
                piece.push_str(&entry(self.next));
                self.next += 1;
            }
        }
        if self.next == self.bills {
            piece += "]}";
            self.ended = true;
        }
        self.count.store(self.next, Ordering::Relaxed);
        self.bytes.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(piece.into())))
    }
}

/// The proof that a long list is not held: neither does the client hold more than one piece and one element, nor does
/// it have the next piece made before the last one is used up.
#[tokio::test]
async fn two_hundred_thousand_bills_are_read_in_a_few_kilobytes() {
    let (made, bytes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)));
    let in_piece = 50;
    let transport = Endless { bills: 200_000, in_piece, made: Arc::clone(&made), bytes: Arc::clone(&bytes) };
    let clock = ManualClock::jumping(support::START.parse().expect("a timestamp"));
    let client = Client::new(support::config(), Arc::new(transport), Arc::new(clock));
    let mut elements = client.bills_of_partner(&"p".into());
    assert_eq!(made.load(Ordering::Relaxed), 0);
    let (mut given, mut most_bytes, mut most_ahead) = (0, 0, 0);
    while let Some(element) = elements.try_next().await.expect("no error") {
        assert!(matches!(element, Element::Decoded(_)));
        given += 1;
        most_bytes = most_bytes.max(elements.held_bytes());
        most_ahead = most_ahead.max(made.load(Ordering::Relaxed) - given);
    }
    let total = bytes.load(Ordering::Relaxed);
    println!("figure: {given} bills, {total} bytes, at most {most_bytes} bytes held at a time");
    assert_eq!(given, 200_000);
    assert!(total > 25_000_000, "{total}");
    assert!(most_bytes < 16 * 1024, "{most_bytes} bytes were held");
    assert!(most_ahead < in_piece, "{most_ahead} bills were made before they were asked for");
}

/// A transport that only knows whole answers.
#[derive(Debug)]
struct WholeOnly(billwire_core::testing::ScriptedTransport);

#[async_trait]
impl Transport for WholeOnly {
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: &TransportLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        assert_eq!(limits.max_response_bytes, billwire_core::config::DEFAULT_MAX_RESPONSE_BYTES);
        self.0.send(request, limits).await
    }
}

#[tokio::test]
async fn a_transport_that_only_knows_whole_answers_will_do() {
    let scene = Scene::new([Step::ok(entries(3))]);
    let transport = Arc::new(WholeOnly(scene.transport.clone()));
    let client = Client::new(support::config(), transport, Arc::new(scene.clock.clone()));
    assert_eq!(ids(&mut client.bills_of_partner(&"p".into())).await, ["b0", "b1", "b2"]);
}
