//! A blocking program without any runtime: the layer without I/O, a `TcpStream`, and nothing else.
//!
//! It signs a request, sends it to a small server on a loopback port, and reads the typed answer. Replace [`exchange`]
//! by your own HTTP client; it needs to know nothing about this crate.
//!
//! Run it with `cargo run -p billwire-core --example blocking`.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use billwire_core::clock::system_now;
use billwire_core::{ApiKey, Attempt, Environment, q2};
use billwire_crypto::request::{RequestParts, verify};
use billwire_crypto::testing::keys::REQUEST_SIGNING;
use billwire_crypto::{OsRandom, PortableProvider, PrivateKey};
use billwire_models::q2::CreateClient;
use bytes::Bytes;
use http::{Request, Response};

const API_KEY: &str = "dc220490-e6ee-11e5-8a94-e7385a8d929e";

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base_url = format!("http://{}/v1", listener.local_addr()?);
    let server = thread::spawn(move || serve_one(&listener).map_err(|error| error.to_string()));

    // TEST ONLY: this key is public. Take yours from a file or a vault.
    let key = PrivateKey::from_pem(&PortableProvider, REQUEST_SIGNING.private_pem)?;
    let config = q2::Config::builder(Environment::custom_sandbox(base_url), ApiKey::for_sandbox(API_KEY))
        .with_request_signing(key)
        .build()?;

    let call = q2::calls::create_client(&CreateClient::new("customer-17"))?;

    // One attempt. Build a new request for each further one: date and signature are never used twice.
    let request = call.request(&config, &Attempt::new(system_now(), &OsRandom))?;
    let response = exchange(&request)?;
    let answer = call.answer(&config, response)?;

    server.join().map_err(|_| "the server panicked")??;
    writeln!(io::stdout(), "client {}, request id {:?}", answer.client_id, answer.request_id())?;
    Ok(())
}

/// Sends one request over a fresh connection and reads the answer: what an HTTP client does.
fn exchange(request: &Request<Bytes>) -> Result<Response<Bytes>, Box<dyn Error>> {
    let host = request.uri().authority().ok_or("the URI is absolute")?.as_str();
    let target = request.uri().path_and_query().ok_or("the URI has a path")?;
    let mut stream = TcpStream::connect(host)?;
    let length = request.body().len();
    write!(stream, "{} {target} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n", request.method())?;
    for (name, value) in request.headers() {
        stream.write_all(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat())?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(request.body())?;

    let (first_line, headers, body) = read_message(&stream)?;
    let status: u16 = first_line.split(' ').nth(1).ok_or("no status")?.parse()?;
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    Ok(response.body(Bytes::from(body))?)
}

/// The other end: checks the signature as the service would, and answers.
fn serve_one(listener: &TcpListener) -> Result<(), Box<dyn Error>> {
    let (mut stream, _) = listener.accept()?;
    let (first_line, headers, _) = read_message(&stream)?;
    let value_of = |name: &str| {
        let found = headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let mut words = first_line.split(' ');
    let parts = RequestParts {
        method: words.next().unwrap_or_default(),
        path_and_query: words.next().unwrap_or_default(),
        api_key: value_of("authorization").strip_prefix("Bearer ").unwrap_or_default(),
        date: value_of("date"),
    };
    let key = PrivateKey::from_pem(&PortableProvider, REQUEST_SIGNING.private_pem)?.public_key();
    let (status, body) = match verify(&[key], &parts, value_of("signature")) {
        Ok(_) => ("200 OK", r#"{"clientId":"579b695decfa11012711875d"}"#),
        Err(_) => ("401 Unauthorized", r#"{"message":"the signature does not verify"}"#),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nrequest-id: r-1\r\ncontent-length: {length}\r\n\r\n{body}")?;
    Ok(())
}

type Message = (String, Vec<(String, String)>, Vec<u8>);

/// First line, headers and body of a message with `Content-Length`.
fn read_message(stream: &TcpStream) -> Result<Message, Box<dyn Error>> {
    let mut reader = BufReader::new(stream);
    let mut first_line = String::new();
    reader.read_line(&mut first_line)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(Ok(0), |(_, value)| value.parse())?];
    reader.read_exact(&mut body)?;
    Ok((first_line, headers, body))
}
