//! The load: plain HTTP/1.1 over kept connections, with as little work per answer as possible.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Connections at a time.
pub(crate) const CONNECTIONS: usize = 32;

/// Answers per second to `requests`, asked in turn on each connection for `slice`.
pub(crate) fn measure(runtime: &Runtime, address: &str, requests: &[Vec<u8>], slice: Duration) -> f64 {
    runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in 0..CONNECTIONS {
            streams.push(Connection::open(address).await);
        }
        let begin = now();
        let mut running = JoinSet::new();
        for mut connection in streams {
            let requests = requests.to_vec();
            running.spawn(async move {
                let mut answered = 0_u32;
                for request in requests.iter().cycle() {
                    if begin.elapsed() >= slice {
                        break;
                    }
                    connection.ask(request).await;
                    answered += 1;
                }
                answered
            });
        }
        let answered: u32 = running.join_all().await.into_iter().sum();
        f64::from(answered) / begin.elapsed().as_secs_f64()
    })
}

/// One kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, received: Vec::with_capacity(64 * 1024) }
    }

    /// Asks and waits for the whole answer; leaves its bytes in `self.received`.
    pub(crate) async fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("the request goes out");
        self.received.clear();
        loop {
            let read = self.stream.read_buf(&mut self.received).await.expect("an answer comes in");
            assert!(read > 0, "the server closed the connection");
            if is_complete(&self.received) {
                break;
            }
        }
        let status = String::from_utf8_lossy(&self.received[..self.received.len().min(200)]);
        assert!(self.received.starts_with(b"HTTP/1.1 200"), "not a success: {status}");
    }

    /// Headers in lower case, and the body.
    pub(crate) fn answer(&self) -> (Vec<(String, String)>, String) {
        let text = String::from_utf8_lossy(&self.received);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let headers = head.lines().skip(1).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        });
        (headers.collect(), body.to_owned())
    }
}

fn is_complete(received: &[u8]) -> bool {
    let Some(head) = received.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let body = received.len() - head - 4;
    match length(&received[..head]) {
        Some(length) => body >= length,
        // Chunked: the last chunk is empty.
        None => received.ends_with(b"0\r\n\r\n"),
    }
}

fn length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)))?;
    std::str::from_utf8(line.get(NAME.len()..)?).ok()?.trim().parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
