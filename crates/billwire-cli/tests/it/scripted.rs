//! A server that plays a script: one answer for each request, and every request is kept.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// What becomes of one request.
pub(crate) enum Step {
    /// An answer with this status and body.
    Answer(u16, String),
    /// The connection is closed without an answer.
    Drop,
    /// The connection stays, and no answer comes.
    #[cfg_attr(not(unix), expect(dead_code, reason = "the test that stalls sends signals"))]
    Stall,
}

impl Step {
    pub(crate) fn ok(body: &Value) -> Self {
        Self::Answer(200, body.to_string())
    }
}

/// The server, which ends with its script.
pub(crate) struct Scripted {
    pub(crate) url: String,
    requests: Receiver<String>,
}

impl Scripted {
    pub(crate) fn new(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (told, requests) = mpsc::channel();
        thread::spawn(move || {
            let mut stalled = Vec::new();
            for step in script {
                let Ok((mut connection, _)) = listener.accept() else { return };
                if told.send(request(&mut connection)).is_err() {
                    return;
                }
                match step {
                    Step::Answer(status, body) => answer(&mut connection, status, &body),
                    Step::Drop => {}
                    Step::Stall => stalled.push(connection),
                }
            }
            // Ends when the test has gone.
            while !stalled.is_empty() && told.send(String::new()).is_ok() {
                thread::park_timeout(Duration::from_millis(50));
            }
        });
        Self { url: format!("http://{address}"), requests }
    }

    /// The next request that comes: head and body.
    pub(crate) fn next(&self) -> String {
        self.requests.recv_timeout(Duration::from_mins(1)).expect("a request")
    }

    /// Every request that has come.
    pub(crate) fn all(&self) -> Vec<String> {
        self.requests.try_iter().filter(|request| !request.is_empty()).collect()
    }
}

/// The value of a header of `request`.
pub(crate) fn header(request: &str, name: &str) -> Option<String> {
    request.lines().find_map(|line| {
        let (given, value) = line.split_once(": ")?;
        given.eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}

/// The JSON body of `request`.
pub(crate) fn body(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

fn answer(connection: &mut TcpStream, status: u16, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // A client that has had enough of a long answer has gone.
    let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body.as_bytes()));
}

fn request(connection: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&String::from_utf8_lossy(&text)) {
        match connection.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => text.extend(buffer.iter().take(read)),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn is_whole(request: &str) -> bool {
    let Some((_, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = header(request, "content-length").and_then(|length| length.parse().ok());
    body.len() >= length.unwrap_or(0)
}
