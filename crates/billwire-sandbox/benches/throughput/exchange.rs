//! What is asked and what is answered.

use serde::{Deserialize, Serialize};

/// A request that the load repeats.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) name: String,
    pub(crate) method: String,
    /// Below the base URL.
    pub(crate) path: String,
    pub(crate) body: String,
}

/// Where a server listens and what can be asked there.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ready {
    pub(crate) address: String,
    /// Before each path.
    pub(crate) base: String,
    pub(crate) key: String,
    pub(crate) asks: Vec<Ask>,
}

/// An answer, to be given again by the bare server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Ask {
    /// The bytes of the request as they go over the wire.
    pub(crate) fn bytes(&self, address: &str, base: &str, key: &str) -> Vec<u8> {
        let Self { method, path, body, .. } = self;
        let content = match body.len() {
            0 => String::new(),
            length => format!("content-type: application/json\r\ncontent-length: {length}\r\n"),
        };
        format!(
            "{method} {base}{path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
             accept: application/json\r\n{content}\r\n{body}"
        )
        .into_bytes()
    }
}
