//! What the client of every API is made of, and how it sends.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use billwire_models::operation::Safety;
use billwire_models::scalar;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::Clock;
use crate::config::CallOptions;
use crate::engine::{self, Done, Exchange, Link, Opened, trace};
use crate::error::{Error, ErrorKind};
use crate::paging::{Pages, Paging};
use crate::protocol::sealed::Protocol;
use crate::rate_limit::RateLimiter;
use crate::request::Draft;
use crate::response;
use crate::stream::{Elements, List};
use crate::transport::Transport;

/// A way to the world, which clones share, a configuration, and what the calls of one clone do differently.
#[derive(Clone, Debug)]
pub(crate) struct Parts<P> {
    pub(crate) link: Arc<Link>,
    pub(crate) config: P,
    pub(crate) options: CallOptions,
}

impl<P: Protocol> Parts<P> {
    pub(crate) fn new(config: P, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let limiter = RateLimiter::new(config.settings().rate_limits.clone());
        let link = Arc::new(Link { transport, clock, limiter });
        Self { link, config, options: CallOptions::new() }
    }

    /// The same way with another configuration. A credential and a key of a single call do not come along.
    pub(crate) fn with_config<Q>(&self, config: Q) -> Parts<Q> {
        let mut options = self.options.clone();
        options.credential = None;
        options.idempotency_key = None;
        Parts { link: Arc::clone(&self.link), config, options }
    }

    fn is_strict(&self) -> bool {
        self.options.strict.unwrap_or(self.config.settings().strict)
    }
}

impl<P: Clone> Parts<P> {
    pub(crate) fn with_options(&self, options: CallOptions) -> Self {
        Self {
            link: Arc::clone(&self.link),
            config: self.config.clone(),
            options: self.options.overridden_by(options),
        }
    }
}

/// A client of some API.
pub(crate) trait Carrier: Clone + fmt::Debug + Send + Sync + 'static {
    type Protocol: Protocol + Clone;

    fn parts(&self) -> &Parts<Self::Protocol>;

    /// Sends a drafted call until it is done. An API that has to prepare its calls does it here.
    fn exchange<E: Exchange>(
        &self,
        draft: Draft<'_>,
        exchange: &E,
    ) -> impl Future<Output = Result<Done<E::Output>, Error>> + Send {
        let parts = self.parts();
        engine::run(&parts.link, &parts.config, draft, &parts.options, exchange)
    }
}

/// Sends a call and decodes its answer.
pub(crate) async fn send<C: Carrier, R: DeserializeOwned + scalar::Answer>(
    client: &C,
    call: Call<R>,
) -> Result<Answer<R>, Error> {
    let parts = client.parts();
    let done = client.exchange(call.draft(), &engine::Whole).await?;
    match response::decode::<R>(&parts.config, call.operation(), &done.output, parts.is_strict()) {
        Ok(answer) => {
            trace::elements_rejected(&done.call_id, &answer);
            Ok(answer.with_call(done.call_id, done.attempts, done.key.map(|key| key.key().clone())))
        }
        Err(error) => {
            let error = error.with_safety(call.draft().safety());
            Err(error.with_call(&done.call_id, done.attempts).with_key(done.key))
        }
    }
}

/// The elements of the list `member` in the answer to `call`, one after the other.
pub(crate) fn elements<C: Carrier, R, T>(client: &C, call: Call<R>, member: &'static str) -> Elements<T> {
    let parts = client.parts();
    let list = List {
        operation: call.operation(),
        member,
        strict: parts.is_strict(),
        limit: parts.options.timeout.unwrap_or_else(|| parts.config.timeout(call.operation())),
        clock: Arc::clone(&parts.link.clock),
    };
    let (client, call) = (client.clone(), call.without_answer());
    Elements::new(list, async move { open(&client, &call, member).await })
}

async fn open<C: Carrier>(client: &C, call: &Call<()>, member: &'static str) -> Result<Done<Opened>, Error> {
    if call.operation().safety != Safety::Read {
        return Err(Error::new(ErrorKind::InvalidRequest, "only lists that are read can be streamed")
            .with_operation(call.operation())
            .with_advice("send the call with `Client::send`"));
    }
    client.exchange(call.draft(), &engine::Pieces { member }).await
}

/// The pages of a list.
pub(crate) fn pages<C: Carrier, P: Paging>(client: &C, style: P) -> Pages<P> {
    let client = client.clone();
    Pages::new(style, move |call| {
        let client = client.clone();
        Box::pin(async move { send(&client, call).await })
    })
}
