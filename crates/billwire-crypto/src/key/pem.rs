//! PEM blocks in the shapes people paste.

use std::fmt;

use zeroize::Zeroizing;

use crate::encoding;
use crate::error::{Error, ErrorKind};
use crate::key::MAX_KEY_TEXT_BYTES;

/// The labels of the blocks that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Pkcs8Private,
    Pkcs1Private,
    SpkiPublic,
    Pkcs1Public,
}

impl Label {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "PRIVATE KEY" => Some(Self::Pkcs8Private),
            "RSA PRIVATE KEY" => Some(Self::Pkcs1Private),
            "PUBLIC KEY" => Some(Self::SpkiPublic),
            "RSA PUBLIC KEY" => Some(Self::Pkcs1Public),
            _ => None,
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pkcs8Private => "BEGIN PRIVATE KEY",
            Self::Pkcs1Private => "BEGIN RSA PRIVATE KEY",
            Self::SpkiPublic => "BEGIN PUBLIC KEY",
            Self::Pkcs1Public => "BEGIN RSA PUBLIC KEY",
        })
    }
}

/// One decoded block.
pub(crate) struct Block {
    pub(crate) label: Label,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// Finds the one block with a wanted label and decodes it.
pub(crate) fn read(text: &str, wanted: &[Label]) -> Result<Block, Error> {
    if text.len() > MAX_KEY_TEXT_BYTES {
        return Err(Error::with_message(
            ErrorKind::TooLarge,
            format!("the key text is longer than {MAX_KEY_TEXT_BYTES} bytes"),
        ));
    }
    // A backslash never occurs in PEM, so a literal `\n` can only mean a line break.
    let text = Zeroizing::new(text.replace("\\r", "\n"));
    let text = Zeroizing::new(text.replace("\\n", "\n"));
    let blocks = split(&text)?;
    let mut matching = blocks
        .iter()
        .filter_map(|raw| Some((Label::from_text(raw.label)?, raw)))
        .filter(|(l, _)| wanted.contains(l));
    match (matching.next(), matching.next()) {
        (Some((label, raw)), None) => Ok(Block { label, der: decode(raw)? }),
        (Some(_), Some(_)) => {
            Err(Error::unusable_key("the text holds more than one key: keep the one that is meant"))
        }
        (None, _) => Err(nothing_fits(&blocks, wanted)),
    }
}

struct RawBlock<'a> {
    label: &'a str,
    body: &'a str,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

fn split(text: &str) -> Result<Vec<RawBlock<'_>>, Error> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after_begin)) = rest.split_once(BEGIN) {
        let (label, after_label) = after_begin.split_once(DASHES).ok_or_else(incomplete)?;
        let (body, after_end) = after_label.split_once(END).ok_or_else(incomplete)?;
        let (end_label, after_block) = after_end.split_once(DASHES).ok_or_else(incomplete)?;
        if label != end_label {
            return Err(Error::malformed("the BEGIN and END lines of the PEM block do not fit together"));
        }
        blocks.push(RawBlock { label, body });
        rest = after_block;
    }
    Ok(blocks)
}

fn incomplete() -> Error {
    Error::malformed("the PEM block is incomplete: copy it with its BEGIN and END lines")
}

fn decode(block: &RawBlock<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
    if block.body.contains(':') {
        return Err(if block.body.contains("ENCRYPTED") {
            encrypted()
        } else {
            Error::malformed("the PEM block has header lines, which are not supported")
        });
    }
    let mut base64 = Zeroizing::new(String::with_capacity(block.body.len()));
    block.body.split_ascii_whitespace().for_each(|line| base64.push_str(line));
    encoding::decode_secret(&base64)
        .ok_or_else(|| Error::malformed("the PEM block is damaged: its content is not base64"))
}

fn encrypted() -> Error {
    Error::unusable_key(
        "the private key is encrypted with a passphrase, which is not supported: \
         decrypt it first, for example with `openssl pkcs8 -in key.pem -out plain.pem`",
    )
}

/// Says what was found instead of the wanted key.
fn nothing_fits(blocks: &[RawBlock<'_>], wanted: &[Label]) -> Error {
    let has = |label: &str| blocks.iter().any(|block| block.label == label);
    let private_wanted = wanted.contains(&Label::Pkcs8Private);
    if blocks.is_empty() {
        return Error::malformed(format!("no PEM block was found: the text should hold {}", list(wanted)));
    }
    if private_wanted && has("ENCRYPTED PRIVATE KEY") {
        return encrypted();
    }
    if has("EC PRIVATE KEY") || has("DSA PRIVATE KEY") || has("OPENSSH PRIVATE KEY") {
        return Error::unusable_key(format!(
            "the key is not an RSA key in a supported form; wanted is {}",
            list(wanted)
        ));
    }
    if private_wanted && (has("PUBLIC KEY") || has("RSA PUBLIC KEY")) {
        return Error::unusable_key("this is a public key, but a private key is wanted");
    }
    if !private_wanted && blocks.iter().any(|block| block.label.ends_with("PRIVATE KEY")) {
        return Error::unusable_key(
            "this is a private key, but a public key is wanted: never hand out the private one; \
             make the public one with `openssl pkey -in key.pem -pubout`",
        );
    }
    if has("CERTIFICATE") {
        return Error::unusable_key(format!(
            "this is a certificate, but {} is wanted: \
             get its public key with `openssl x509 -in certificate.pem -noout -pubkey`",
            list(wanted)
        ));
    }
    Error::unusable_key(format!("the PEM block is of an unknown kind; wanted is {}", list(wanted)))
}

fn list(wanted: &[Label]) -> String {
    wanted.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(" or ")
}
