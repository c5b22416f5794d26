//! The signature header: what it says, whether its time is good, and whether it fits the body.

use std::time::Duration;

use billwire_crypto::mac::{Mac, MacKey};
use http::{HeaderMap, HeaderName};
use jiff::Timestamp;

use crate::evidence::MacEvidence;
use crate::rejection::{CheckedHeader, Rejection, RejectionReason, SignatureProblem};
use crate::single_header::single;

/// The header of the current signature.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("billbutler-signature");

/// The header of the legacy signature.
pub const LEGACY_SIGNATURE_HEADER: HeaderName = HeaderName::from_static("x-webhook-signature");

/// Longest header that is looked at: room for fifty signatures.
const MAX_HEADER_BYTES: usize = 4096;

/// What the headers say about the body that is still to come.
#[derive(Clone, Debug)]
pub(super) enum Claim {
    /// The current signature, within its window.
    Current(Current),
    /// The legacy signature, which the policy accepts.
    Legacy(Mac),
    /// Nothing, which the policy accepts.
    Nothing,
}

/// The parts of the current header.
#[derive(Clone, Debug)]
pub(super) struct Current {
    /// As it stands in the header: that text is what is signed.
    time_text: String,
    signed_at: Timestamp,
    macs: Vec<Mac>,
}

impl Claim {
    /// Reads the headers as of section 6.5: the current header alone counts if it is there, the legacy one only if the
    /// policy accepts it.
    pub(super) fn of(headers: &HeaderMap, legacy: bool, unsigned: bool) -> Result<Self, Rejection> {
        if let Some(value) = single(headers, &SIGNATURE_HEADER, CheckedHeader::Signature)? {
            return Current::parse(value).map(Self::Current).ok_or_else(malformed);
        }
        match single(headers, &LEGACY_SIGNATURE_HEADER, CheckedHeader::Signature)? {
            Some(value) if legacy => legacy_mac(value).map(Self::Legacy).ok_or_else(malformed),
            None if unsigned => Ok(Self::Nothing),
            _ => Err(Rejection::new(RejectionReason::MissingSignature)),
        }
    }

    /// Whether the time of the signature is good at `now`.
    pub(super) fn check_window(&self, now: Timestamp, window: Duration) -> Result<(), Rejection> {
        match self {
            Self::Current(current) if now.duration_since(current.signed_at).unsigned_abs() > window => {
                Err(Rejection::new(RejectionReason::OutsideWindow))
            }
            _ => Ok(()),
        }
    }

    /// Whether one of the signatures fits `body` under one of `secrets`. `None` if there is nothing to check.
    ///
    /// Every secret is tried with every signature, whichever fits: how long it takes tells their numbers and no more.
    pub(super) fn verify(&self, secrets: &[MacKey], body: &[u8]) -> Result<Option<MacEvidence>, Rejection> {
        let (parts, macs, signed_at): (&[&[u8]], &[Mac], _) = match self {
            Self::Current(current) => (
                &[current.time_text.as_bytes(), b".", body],
                current.macs.as_slice(),
                Some(current.signed_at),
            ),
            Self::Legacy(mac) => (&[body], std::slice::from_ref(mac), None),
            Self::Nothing => return Ok(None),
        };
        let mut found = None;
        for (secret_index, secret) in secrets.iter().enumerate() {
            let expected = secret.sign(parts);
            let fits = macs.iter().fold(false, |fits, mac| expected.equals(mac) | fits);
            if fits && found.is_none() {
                found = Some(MacEvidence { secret_index, signed_at });
            }
        }
        let does_not_verify = RejectionReason::SignatureInvalid(SignatureProblem::DoesNotVerify);
        found.map(Some).ok_or_else(|| Rejection::new(does_not_verify))
    }
}

impl Current {
    /// `t=<digits>,v1=<hex>`: parts in any order with spaces around them, exactly one `t`, at least one `v1` that is 32
    /// bytes in hexadecimal, unknown names ignored (`inferred`).
    fn parse(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok().filter(|text| text.len() <= MAX_HEADER_BYTES)?;
        let (mut time_text, mut macs) = (None, Vec::new());
        for part in text.split(',') {
            let (name, value) = part.trim_matches([' ', '\t']).split_once('=')?;
            match name {
                "t" if time_text.is_some() => return None,
                "t" => time_text = Some(value),
                // Another length is no match, but no reason to refuse the ones beside it.
                "v1" => macs.extend(Mac::from_hex(value).ok()),
                _ => {}
            }
        }
        let time_text = time_text.filter(|digits| is_number(digits))?;
        if macs.is_empty() {
            return None;
        }
        // More seconds than can be counted are outside every window.
        let seconds = time_text.parse().unwrap_or(i64::MAX);
        let signed_at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        Some(Self { time_text: time_text.to_owned(), signed_at, macs })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Hexadecimal digits over the raw body, with the prefix `sha256=` or without (`inferred`).
fn legacy_mac(value: &[u8]) -> Option<Mac> {
    let text = std::str::from_utf8(value).ok()?;
    Mac::from_hex(text.strip_prefix("sha256=").unwrap_or(text)).ok()
}

fn malformed() -> Rejection {
    Rejection::new(RejectionReason::SignatureInvalid(SignatureProblem::Malformed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "777a2b453854f6bffb8531bcc7973a427649582954df2d15587558628c930175";

    #[track_caller]
    fn check(value: &str, expected: Option<(&str, usize)>) {
        let value = value.replace("HEX", HEX);
        let parsed = Current::parse(value.as_bytes());
        let parts = parsed.as_ref().map(|current| (current.time_text.as_str(), current.macs.len()));
        assert_eq!(parts, expected, "{value}");
    }

    #[test]
    fn the_grammar_of_the_header() {
        check("t=1779278400,v1=HEX", Some(("1779278400", 1)));
        check("v1=HEX,t=1779278400", Some(("1779278400", 1)));
        check("  v1=HEX ,\tt=1779278400 ", Some(("1779278400", 1)));
        check("t=1779278400,v1=HEX,v1=HEX,v0=abc,v2=,scheme=x=y", Some(("1779278400", 2)));
        check("t=0001779278400,v1=HEX", Some(("0001779278400", 1)));
        check("t=1779278400,v1=abc,v1=HEX", Some(("1779278400", 1)));
        for malformed in [
            "",
            ",",
            "t=1779278400",
            "v1=HEX",
            "t=1779278400,v1=",
            "t=1779278400,v1=abc",
            "t=,v1=HEX",
            "t=-5,v1=HEX",
            "t=+5,v1=HEX",
            "t=1.5,v1=HEX",
            "t= 1779278400,v1=HEX",
            "t=1779278400,t=1779278400,v1=HEX",
            "T=1779278400,v1=HEX",
            "t=1779278400,V1=HEX",
            "t=1779278400,v1=HEX,",
            "t=1779278400;v1=HEX",
            "1779278400,HEX",
            "t=\u{661},v1=HEX",
        ] {
            check(malformed, None);
        }
        check(&format!("t=1779278400,v1=HEX,x={}", "y".repeat(MAX_HEADER_BYTES)), None);
    }

    #[test]
    fn a_time_beyond_all_counting_is_outside_every_window() {
        let claim =
            Claim::Current(Current::parse(format!("t={},v1={HEX}", "9".repeat(40)).as_bytes()).unwrap());
        let rejection = claim.check_window(Timestamp::UNIX_EPOCH, DEFAULT).unwrap_err();
        assert_eq!(rejection.reason(), RejectionReason::OutsideWindow);
    }

    const DEFAULT: Duration = crate::billerapi::DEFAULT_WINDOW;
}
