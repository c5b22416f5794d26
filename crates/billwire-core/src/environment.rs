//! Where requests go, and which credentials may go there.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::error::{Error, ErrorKind};

/// The two worlds that must never mix: a key of one is never sent to a host of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Real people, real money.
    Production,
    /// Test data: the vendor's sandbox, or the local one of `billwire sandbox`.
    Sandbox,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        })
    }
}

/// The service to talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// The vendor's production hosts.
    Production,
    /// The vendor's sandbox hosts.
    Sandbox,
    /// Another address: the local sandbox, or a gateway of your own in front of the service.
    Custom {
        /// Absolute URL up to and including the version prefix, for example `http://127.0.0.1:7701/v1`. With and
        /// without a trailing slash mean the same.
        base_url: String,
        /// Which credentials this address may be given.
        stage: Stage,
    },
}

impl Environment {
    /// A sandbox at another address, such as `http://127.0.0.1:7701/v1`.
    pub fn custom_sandbox(base_url: impl Into<String>) -> Self {
        Self::Custom { base_url: base_url.into(), stage: Stage::Sandbox }
    }

    /// Production behind another address, such as a gateway of your own. Loopback addresses are refused.
    pub fn custom_production(base_url: impl Into<String>) -> Self {
        Self::Custom { base_url: base_url.into(), stage: Stage::Production }
    }

    /// Which credentials belong here.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Production => Stage::Production,
            Self::Sandbox => Stage::Sandbox,
            Self::Custom { stage, .. } => *stage,
        }
    }
}

/// The vendor's addresses of one API, and how to tell its hosts from others.
#[derive(Debug)]
pub(crate) struct Hosts {
    /// Base URL of production, version prefix included.
    pub(crate) production: &'static str,
    /// Base URL of the sandbox, version prefix included.
    pub(crate) sandbox: &'static str,
    /// The domain under which every host is the vendor's.
    pub(crate) domain: &'static str,
    /// Whether the name of one of the vendor's hosts, without the domain, is that of a sandbox. In small letters, with the
    /// dot before the domain.
    pub(crate) is_sandbox: fn(&str) -> bool,
}

impl Hosts {
    /// The stage of one of the vendor's hosts; `None` for a host of somebody else.
    fn stage_of(&self, host: &str) -> Option<Stage> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let name = host.strip_suffix(self.domain)?;
        if !(name.is_empty() || name.ends_with('.')) {
            return None;
        }
        Some(if (self.is_sandbox)(name) { Stage::Sandbox } else { Stage::Production })
    }
}

/// A checked base URL: absolute, without query, fragment, credentials or trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    /// The path part alone, for example `/v1`; empty when there is none.
    path_start: usize,
    /// Plain `http` to another machine.
    is_readable_on_the_way: bool,
}

impl BaseUrl {
    /// The base URL of `environment` after every rule about hosts was checked.
    pub(crate) fn of(environment: &Environment, hosts: &Hosts, plain_http: PlainHttp) -> Result<Self, Error> {
        let (text, stage) = match environment {
            Environment::Production => (hosts.production, Stage::Production),
            Environment::Sandbox => (hosts.sandbox, Stage::Sandbox),
            Environment::Custom { base_url, stage } => (base_url.as_str(), *stage),
        };
        let uri = parse(text)?;
        let host = uri.host().unwrap_or_default();
        let loopback = is_loopback(host);
        check_scheme(&uri, loopback, plain_http)?;
        if may_be_loopback(host) && stage == Stage::Production {
            return Err(refused("a loopback address takes sandbox credentials only")
                .with_advice("declare it with Environment::custom_sandbox"));
        }
        if let Some(actual) = hosts.stage_of(host).filter(|actual| *actual != stage) {
            return Err(refused(format!("the host belongs to {actual}, but is declared as {stage}"))
                .with_advice("use Environment::Production or Environment::Sandbox for the vendor's hosts"));
        }
        let is_readable_on_the_way = uri.scheme_str() == Some("http") && !loopback;
        Ok(Self::new(&uri, text, is_readable_on_the_way))
    }

    fn new(uri: &http::Uri, text: &str, is_readable_on_the_way: bool) -> Self {
        let text = text.trim_end_matches('/').to_owned();
        let path = uri.path().trim_end_matches('/');
        let path_start = text.len().saturating_sub(path.len());
        Self { text, path_start, is_readable_on_the_way }
    }

    /// The whole URL without a trailing slash.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether what is sent there can be read on the way: plain `http` to another machine.
    pub(crate) const fn is_readable_on_the_way(&self) -> bool {
        self.is_readable_on_the_way
    }

    /// The path prefix of every request line, for example `/v1`; may be empty.
    pub(crate) fn path(&self) -> &str {
        self.text.get(self.path_start..).unwrap_or_default()
    }
}

/// Whether plain `http` may be spoken with hosts other than loopback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PlainHttp {
    #[default]
    LoopbackOnly,
    AnyHost,
}

fn parse(text: &str) -> Result<http::Uri, Error> {
    let unusable = |reason: &str| {
        refused(format!("the base URL {reason}"))
            .with_advice("give scheme, host and path only, for example https://host.example/v1")
    };
    if text.contains(['#', '?']) {
        return Err(unusable("has a query or a fragment"));
    }
    // Nothing that another URL reader might decode or rewrite: the host is compared with the vendor's as it stands.
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/[]@".contains(&byte)) {
        return Err(unusable("has a character that is not allowed"));
    }
    let uri: http::Uri = text.parse().map_err(|_| unusable("is not a URL"))?;
    let Some(authority) = uri.authority() else { return Err(unusable("has no host")) };
    if uri.scheme_str().is_none() || authority.host().is_empty() {
        return Err(unusable("is not absolute"));
    }
    if authority.as_str().contains('@') {
        return Err(unusable("has a user name or password in it"));
    }
    if is_ambiguous_number(authority.host()) {
        return Err(unusable("has a number for a host that URL readers understand differently"));
    }
    let path = uri.path().trim_end_matches('/');
    let clean = |segment: &str| !matches!(segment, "" | "." | "..");
    if !path.split('/').skip(1).all(clean) {
        return Err(unusable("has an empty or a dot path segment"));
    }
    Ok(uri)
}

fn check_scheme(uri: &http::Uri, loopback: bool, plain_http: PlainHttp) -> Result<(), Error> {
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if loopback || plain_http == PlainHttp::AnyHost => Ok(()),
        Some("http") => Err(refused("plain http is refused for a host that is not loopback")
            .with_advice("use https; credentials and card data would be readable on the way")),
        _ => Err(refused("the base URL's scheme is neither https nor http").with_advice("use https")),
    }
}

/// Whether `host`, as it stands in a URL, is this machine: `localhost`, `127.0.0.0/8` or `[::1]`.
fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || literal.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

/// As [`is_loopback`], and every other host that reaches this machine all the same.
fn may_be_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let literal = name.trim_start_matches('[').trim_end_matches(']');
    let mapped = literal.parse::<Ipv6Addr>().ok().map(|address| (address, address.to_ipv4()));
    is_loopback(&name)
        || name.ends_with(".localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_unspecified())
        || mapped.is_some_and(|(address, mapped)| {
            address.is_unspecified() || mapped.is_some_and(|mapped| mapped.is_loopback())
        })
}

/// Whether `host` is a number in another form than four decimal parts, such as `127.1`, `0x7f.1` or `2130706433`. URL
/// readers turn such a host into another address than the one that was checked here.
fn is_ambiguous_number(host: &str) -> bool {
    let name = host.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    (is_decimal || last.starts_with("0x")) && host.parse::<Ipv4Addr>().is_err()
}

fn refused(reason: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Configuration, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: Hosts = Hosts {
        production: "https://api.vendor.example/v1",
        sandbox: "https://sb-api.vendor.example/v1",
        domain: "vendor.example",
        is_sandbox: |name| name.starts_with("sb-"),
    };

    fn custom(url: &str, stage: Stage) -> Result<BaseUrl, Error> {
        let environment = Environment::Custom { base_url: url.to_owned(), stage };
        BaseUrl::of(&environment, &HOSTS, PlainHttp::LoopbackOnly)
    }

    fn refused_because(url: &str, stage: Stage, reason: &str) {
        let error = custom(url, stage).expect_err(url);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
        assert!(error.to_string().contains(reason), "{url}: {error}");
    }

    #[test]
    fn a_trailing_slash_makes_no_difference() {
        for url in ["http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1/", "http://127.0.0.1:1/v1//"] {
            let base = custom(url, Stage::Sandbox).expect(url);
            assert_eq!((base.as_str(), base.path()), ("http://127.0.0.1:1/v1", "/v1"));
        }
        let base = custom("https://gateway.example/", Stage::Production).expect("no path");
        assert_eq!((base.as_str(), base.path()), ("https://gateway.example", ""));
        let base = custom("https://gateway.example/q2/v1", Stage::Production).expect("two segments");
        assert_eq!(base.path(), "/q2/v1");
    }

    #[test]
    fn plain_http_is_for_loopback() {
        for host in ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LOCALHOST"] {
            custom(&format!("http://{host}:7701/v1"), Stage::Sandbox).expect(host);
        }
        for host in ["128.0.0.1", "[::2]", "localhost.example", "127.0.0.1.example", "0.0.0.0", "10.0.0.1"] {
            refused_because(&format!("http://{host}/v1"), Stage::Sandbox, "plain http");
        }
        refused_because("ftp://127.0.0.1/v1", Stage::Sandbox, "scheme");
        let environment = Environment::custom_sandbox("http://10.0.0.1/v1");
        BaseUrl::of(&environment, &HOSTS, PlainHttp::AnyHost).expect("the loud switch");
    }

    #[test]
    fn stages_do_not_mix() {
        refused_because("http://127.0.0.1:1/v1", Stage::Production, "loopback");
        refused_because("https://localhost/v1", Stage::Production, "loopback");
        for host in
            ["LocalHost.", "sub.localhost", "127.9.9.9", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]"]
        {
            refused_because(&format!("https://{host}/v1"), Stage::Production, "loopback");
        }
        refused_because("https://api.vendor.example/v1", Stage::Sandbox, "belongs to production");
        refused_because("https://API.Vendor.Example./v1", Stage::Sandbox, "belongs to production");
        refused_because("https://vendor.example/v1", Stage::Sandbox, "belongs to production");
        refused_because("https://sb-api.vendor.example/v1", Stage::Production, "belongs to sandbox");
        custom("https://notvendor.example/v1", Stage::Sandbox).expect("somebody else's host");
        custom("https://sb-api.vendor.example/v1", Stage::Sandbox).expect("the vendor's sandbox");
    }

    #[test]
    fn unusable_urls() {
        for (url, reason) in [
            ("", "not a URL"),
            ("api.vendor.example/v1", ""),
            ("/v1", "no host"),
            ("https://", ""),
            ("https://user:secret@gateway.example/v1", "user name"),
            ("https://gateway.example/v1?x=1", "query"),
            ("https://gateway.example/v1#x", "fragment"),
            ("https://gateway.example/a//b", "segment"),
            ("https://gateway.example/../v1", "segment"),
            ("https://gateway.example/%2e/v1", "not allowed"),
            ("https://api.vendor%2eexample/v1", "not allowed"),
            ("https://api.vendor\u{3002}example/v1", "not allowed"),
            ("https://gateway.example/v 1", "not allowed"),
            ("https://127.1/v1", "number"),
            ("https://127.0.0.1./v1", "number"),
            ("https://2130706433/v1", "number"),
            ("https://0x7f.0.0.1/v1", "number"),
            ("https://127.0.0.0x1/v1", "number"),
            ("https://0177.0.0.1/v1", "number"),
            ("https://1.2.3.4.5/v1", "number"),
            ("https://gateway.example/v1\r\nX: y", "not allowed"),
        ] {
            refused_because(url, Stage::Sandbox, reason);
            let error = custom(url, Stage::Sandbox).expect_err(url);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_vendors_own_addresses_are_usable() {
        for environment in [Environment::Production, Environment::Sandbox] {
            BaseUrl::of(&environment, &HOSTS, PlainHttp::LoopbackOnly).expect("a built-in address");
        }
    }
}
