//! Setting a transport up.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, Proxy, redirect, retry};

use crate::build_error::BuildError;
use crate::transport::ReqwestTransport;

/// Time limit for name resolution, TCP and TLS together unless set otherwise.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept unless set otherwise.
pub const DEFAULT_POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// A transport being set up.
#[derive(Debug)]
#[must_use = "call `build` to get the transport"]
pub struct ReqwestTransportBuilder {
    connect_timeout: Duration,
    pool_idle_timeout: Duration,
    proxy: ProxyChoice,
}

#[derive(Debug)]
enum ProxyChoice {
    None,
    System,
    Address(String),
}

impl ReqwestTransportBuilder {
    pub(crate) const fn new() -> Self {
        Self {
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            pool_idle_timeout: DEFAULT_POOL_IDLE_TIMEOUT,
            proxy: ProxyChoice::None,
        }
    }

    /// The time limit for making a connection: name resolution, TCP and TLS together. Default: 10 seconds.
    ///
    /// Keep it well below the attempt's timeout: a connection that is not made in time is known not to have carried
    /// the request, an attempt that is not answered in time is not.
    pub const fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an idle connection is kept. Default: 20 seconds.
    ///
    /// A server that closes a connection just as a request is written leaves it unclear whether the request arrived.
    /// Stay below the server's own idle limit.
    pub const fn with_pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.pool_idle_timeout = timeout;
        self
    }

    /// Uses the proxy that the environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`) or the system names. Default:
    /// no proxy, whatever the environment says. Loopback addresses are never proxied.
    pub fn with_system_proxy(mut self) -> Self {
        self.proxy = ProxyChoice::System;
        self
    }

    /// Uses the proxy at `address`, such as `http://proxy.example:3128`. Loopback addresses are never proxied.
    pub fn with_proxy(mut self, address: impl Into<String>) -> Self {
        self.proxy = ProxyChoice::Address(address.into());
        self
    }

    /// Makes the transport.
    ///
    /// # Errors
    /// [`BuildError`] if TLS cannot be started or the proxy address cannot be used.
    pub fn build(self) -> Result<ReqwestTransport, BuildError> {
        self.build_from(&Client::builder)
    }

    /// Makes the transport from client builders of your own, for what this type does not offer: root certificates, a
    /// client certificate, a resolver.
    ///
    /// `new_client` is called once or twice and must return equal builders. What a transport promises is set on top
    /// of them: no redirects, no repetitions, no decompression, HTTP/1.1, and the limits and proxy of this builder.
    ///
    /// # Errors
    /// [`BuildError`] if TLS cannot be started or the proxy address cannot be used.
    pub fn build_from(self, new_client: &dyn Fn() -> ClientBuilder) -> Result<ReqwestTransport, BuildError> {
        let finish = |builder: ClientBuilder| {
            self.promised(builder)
                .build()
                .map_err(|error| BuildError::new("the HTTP client could not be set up", error))
        };
        let direct = finish(new_client().no_proxy())?;
        let remote = match &self.proxy {
            ProxyChoice::None => direct.clone(),
            ProxyChoice::System => finish(new_client())?,
            ProxyChoice::Address(address) => {
                let proxy = Proxy::all(address)
                    .map_err(|error| BuildError::new("the proxy address cannot be used", error))?;
                finish(new_client().no_proxy().proxy(proxy))?
            }
        };
        Ok(ReqwestTransport::from_clients(direct, remote))
    }

    /// Sets what a transport promises.
    fn promised(&self, builder: ClientBuilder) -> ClientBuilder {
        builder
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            // Sizes are checked as received, so nothing may unpack an answer below us.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .http1_only()
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(self.pool_idle_timeout)
    }
}
