//! What a sandbox is started with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use billwire_crypto::{PortableProvider, Provider};
use jiff::Timestamp;

#[cfg(feature = "q2")]
use crate::bill_pay::population::Population;
use crate::clock::{ClockMode, VirtualClock};
use crate::contract::Contract;
use crate::engine::{Beginning, Engine};
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;
#[cfg(feature = "q2")]
use crate::q2::quirks::Quirks;
use crate::sandbox::Sandbox;
use crate::seed::DEFAULT_SEED;
use crate::server::Listeners;
use crate::shared::{Settings, Shared};

/// When the frozen clock of [`Sandbox::start`] stands: a Monday noon.
const DEFAULT_TIME: &str = "2026-03-02T12:00:00.000Z";
/// How long a receiver may take, in real time.
///
/// Source: Q2 Biller Direct description, section 10 (inferred).
const DELIVERY_LIMIT: Duration = Duration::from_secs(10);
/// The documents' example of an API key; it opens this sandbox only.
pub(crate) const API_KEY: &str = "dc220490-e6ee-11e5-8a94-e7385a8d929e";
const BODY_LIMIT: usize = 1024 * 1024;

/// The settings of a sandbox before it starts.
pub struct SandboxBuilder {
    port: u16,
    seed: u64,
    clock: ClockMode,
    time: Option<Timestamp>,
    provider: Arc<dyn Provider>,
    api_keys: Vec<String>,
    delivery_limit: Duration,
    body_limit: usize,
    beginning: Beginning,
    check_answers: bool,
}

impl SandboxBuilder {
    pub(crate) fn new() -> Self {
        Self {
            port: 0,
            seed: DEFAULT_SEED,
            clock: ClockMode::Frozen,
            time: None,
            provider: Arc::new(PortableProvider),
            api_keys: vec![API_KEY.to_owned()],
            delivery_limit: DELIVERY_LIMIT,
            body_limit: BODY_LIMIT,
            beginning: Beginning::default(),
            check_answers: true,
        }
    }

    /// The base port: console and control API there, the Q2 API one above, Unbill two and BillerAPI three. 0 (the default)
    /// picks free ones.
    #[must_use]
    pub fn port(mut self, base: u16) -> Self {
        self.port = base;
        self
    }

    /// The seed that all ids come from; 1 by default.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A clock that stands still at `time`.
    #[must_use]
    pub fn frozen_at(mut self, time: Timestamp) -> Self {
        (self.clock, self.time) = (ClockMode::Frozen, Some(time));
        self
    }

    /// A clock that runs from `time` on, as fast as outside. The caller says what time it is.
    #[must_use]
    pub fn running_from(mut self, time: Timestamp) -> Self {
        (self.clock, self.time) = (ClockMode::Running, Some(time));
        self
    }

    /// The cryptography; the portable provider by default.
    #[must_use]
    pub fn provider(mut self, provider: Arc<dyn Provider>) -> Self {
        self.provider = provider;
        self
    }

    /// The API keys of the Q2 API and of Unbill instead of the documents' example.
    #[must_use]
    pub fn api_keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.api_keys = keys.into_iter().map(Into::into).collect();
        self
    }

    /// How long a webhook receiver may take, in real time; ten seconds by default.
    #[must_use]
    pub fn delivery_limit(mut self, limit: Duration) -> Self {
        self.delivery_limit = limit;
        self
    }

    /// The longest request body in bytes; 1 MiB by default.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// A population of so many customers with billers, bills and habits; none for 0, the default. The same as
    /// [`SandboxBuilder::population`] with [`Population::of`].
    #[cfg(feature = "q2")]
    #[must_use]
    pub fn customers(mut self, customers: u32) -> Self {
        self.beginning.population = (customers > 0).then(|| Population::of(customers));
        self
    }

    /// Customers that are there from the start, and live on the virtual clock from then on.
    #[cfg(feature = "q2")]
    #[must_use]
    pub fn population(mut self, population: Population) -> Self {
        self.beginning.population = Some(population);
        self
    }

    /// The untidy forms that are switched on from the beginning; none by default.
    #[cfg(feature = "q2")]
    #[must_use]
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.beginning.quirks = quirks;
        self
    }

    /// Whether every answer and every webhook is compared with the description; true by default. Only with the feature
    /// `validate-answers`; benchmarks switch it off.
    #[cfg(feature = "validate-answers")]
    #[must_use]
    pub fn check_answers(mut self, check: bool) -> Self {
        self.check_answers = check;
        self
    }

    /// Opens the listeners and starts answering.
    ///
    /// # Errors
    /// [`ErrorKind::PortInUse`] if a port is taken; [`ErrorKind::InvalidInput`] without an API key;
    /// [`ErrorKind::Key`] if the provider refuses the embedded keys.
    pub async fn start(self) -> Result<Sandbox, Error> {
        if self.api_keys.is_empty() || self.api_keys.iter().any(String::is_empty) {
            return Err(Error::new(ErrorKind::InvalidInput, "give at least one API key, and no empty one"));
        }
        let start = match self.time {
            Some(time) => Moment::new(time),
            None => DEFAULT_TIME.parse()?,
        };
        let listeners = Listeners::open(self.port).await?;
        let clock = VirtualClock::new(self.clock, start);
        let engine = Engine::new(&*self.provider, self.seed, clock, self.beginning)?;
        let settings = Settings {
            contract: Contract::switched(self.check_answers),
            provider: self.provider,
            delivery_limit: self.delivery_limit,
            body_limit: self.body_limit,
            api_keys: self.api_keys,
            urls: listeners.urls.clone(),
        };
        let shared = Shared::new(engine, settings);
        let tasks = listeners.serve(&shared);
        Ok(Sandbox { shared, tasks })
    }
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SandboxBuilder")
            .field("port", &self.port)
            .field("seed", &self.seed)
            .field("clock", &self.clock)
            .field("time", &self.time)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
