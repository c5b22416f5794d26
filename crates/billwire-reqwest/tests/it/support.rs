//! A peer that follows a script, byte for byte, on a free loopback port.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use billwire_core::{Transport, TransportError, TransportLimits};
use billwire_reqwest::ReqwestTransport;
use bytes::Bytes;
use http::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One thing that the peer does with a connection. When the script ends the connection is closed.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Reads one whole request and remembers it.
    Read,
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Writes these bytes again and again until the other side closes.
    WriteForEver(Vec<u8>),
    /// Does nothing until the other side closes.
    Hold,
}

pub(crate) fn write(text: &str) -> Act {
    Act::Write(text.as_bytes().to_vec())
}

/// An answer with a body and its length.
pub(crate) fn answer(status: &str, body: &str) -> Act {
    write(&format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

/// A running peer and what it has seen.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    connections: usize,
    closed: usize,
    requests: Vec<String>,
}

impl Peer {
    /// A peer that gives each connection, in order, its script; further connections are closed at once.
    pub(crate) async fn start(scripts: impl IntoIterator<Item = Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let peer = Self { address: listener.local_addr().expect("an address"), state: Arc::default() };
        let (scripts, serving) = (scripts.into_iter().collect::<Vec<_>>(), peer.clone());
        tokio::spawn(async move {
            let mut scripts = scripts.into_iter();
            while let Ok((stream, _)) = listener.accept().await {
                serving.state.lock().expect("no panic while held").connections += 1;
                tokio::spawn(serving.clone().follow(stream, scripts.next().unwrap_or_default()));
            }
        });
        peer
    }

    async fn follow(self, mut stream: TcpStream, script: Vec<Act>) {
        for act in script {
            match act {
                Act::Read => match read_request(&mut stream).await {
                    Some(request) => self.state.lock().expect("no panic while held").requests.push(request),
                    None => break,
                },
                Act::Write(bytes) => {
                    if stream.write_all(&bytes).await.is_err() {
                        break;
                    }
                }
                Act::WriteForEver(bytes) => while stream.write_all(&bytes).await.is_ok() {},
                Act::Hold => while stream.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {},
            }
        }
        drop(stream);
        self.state.lock().expect("no panic while held").closed += 1;
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that were read whole, as they came over the wire.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.lock().expect("no panic while held").requests.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().expect("no panic while held").connections
    }

    /// Waits until `count` connections have ended.
    pub(crate) async fn closed(&self, count: usize) {
        while self.state.lock().expect("no panic while held").closed < count {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until `count` requests were read whole.
    pub(crate) async fn has_read(&self, count: usize) {
        while self.requests().len() < count {
            tokio::task::yield_now().await;
        }
    }
}

/// Reads a head, and the body that its `Content-Length` announces.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let announced = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= announced.unwrap_or(0) {
                return Some(text);
            }
        }
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(chunk.get(..count)?);
    }
}

pub(crate) fn get(url: &str) -> Request<Bytes> {
    Request::builder().uri(url).body(Bytes::new()).expect("a request")
}

pub(crate) fn post(url: &str, body: &'static str) -> Request<Bytes> {
    Request::post(url).header("content-type", "application/json").body(Bytes::from(body)).expect("a request")
}

/// Sends with a limit of 1000 bytes.
pub(crate) async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
    let transport = ReqwestTransport::new().expect("a transport");
    transport.send(request, &TransportLimits::new(1000)).await
}
