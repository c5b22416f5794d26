//! What the contract is played on: a client, the service at its other end, and the partner's own server for webhooks.
//!
//! There are two stages. One is our sandbox inside this process: every request signed and encrypted, every webhook behind a
//! bearer token, signed and encrypted, time in our hands. The other is an endpoint that variables name
//! ([`settings`]), where the suite can only ask and wait. What a scenario must not do there it declares as a [`Need`].

mod customer;
mod elsewhere;
mod endpoint;
mod receiver;
mod sandbox;
mod script;
mod settings;

use std::cell::Cell;
use std::ops::Deref;
use std::rc::Rc;
use std::time::Duration;

use billwire::core::{ApiKey, ClientToken, Credential, Environment, Transport, TransportLimits};
use billwire::models::scalar::{Secret, Timestamp};
use billwire::q2::{AuthId, Client, Company, Config, PartnerId, SearchCompanies};
use billwire::reqwest::ReqwestTransport;
use billwire_sandbox::Sandbox;
use bytes::Bytes;
use futures_util::future::join_all;
use jiff::ToSpan;
use jiff::civil::Time;
use jiff::tz::TimeZone;

pub(crate) use self::customer::{Customer, answers, first_input, user};
pub(crate) use self::elsewhere::Elsewhere;
pub(crate) use self::endpoint::Endpoint;
use self::receiver::Receiver;
pub(crate) use self::script::{Need, Report, Scenario, contract, play, play_at};
pub(crate) use self::settings::Settings;
pub(crate) use crate::judge::{Judged, same};

/// How long the sandbox may take, in seconds of virtual time, before something that must happen counts as missing.
const VIRTUAL_PATIENCE: u32 = 30;
/// How often an endpoint is asked again.
const POLL: Duration = Duration::from_millis(500);

/// The stage. Clones are the same stage.
#[derive(Clone)]
pub(crate) struct Q2(Rc<Stage>);

impl Deref for Q2 {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

pub(crate) struct Stage {
    /// Signs and encrypts, as far as the service is set up for it.
    pub(crate) client: Client,
    service: Service,
    receiver: Option<Receiver>,
    environment: Environment,
    /// Midnight UTC of the day on which the play began.
    today: jiff::Zoned,
    /// What makes the identifiers of this run unlike those of another.
    run: String,
    customers: Cell<u32>,
    unheard: Cell<u32>,
}

enum Service {
    Sandbox(Rc<sandbox::Held>),
    Endpoint(Rc<Settings>),
}

impl Q2 {
    fn new(
        client: Client,
        environment: Environment,
        service: Service,
        receiver: Option<Receiver>,
        now: jiff::Timestamp,
    ) -> Self {
        let midnight = now.to_zoned(TimeZone::UTC).with().time(Time::midnight()).build();
        Self(Rc::new(Stage {
            client,
            service,
            receiver,
            environment,
            today: midnight.expect("every day has a midnight in UTC"),
            run: format!("contract-{}", now.as_millisecond()),
            customers: Cell::new(0),
            unheard: Cell::new(0),
        }))
    }

    /// A new customer, unlike any before.
    pub(crate) async fn customer(&self) -> Customer {
        self.customers.set(self.customers.get() + 1);
        Customer::sign_up(self.clone(), format!("{}-{}", self.run, self.customers.get())).await
    }

    /// Plays every row of a table: one after the other in the sandbox, whose clock they share, all at once at an endpoint.
    pub(crate) async fn each<T>(&self, rows: &'static [T], play: impl AsyncFn(&'static T)) {
        match &self.service {
            Service::Sandbox(_) => {
                for row in rows {
                    play(row).await;
                }
            }
            Service::Endpoint(_) => drop(join_all(rows.iter().map(|row| play(row))).await),
        }
    }

    /// Asks until there is an answer: on virtual time in the sandbox, by waiting at an endpoint.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let rounds = match &self.service {
            Service::Sandbox(_) => VIRTUAL_PATIENCE,
            Service::Endpoint(settings) => settings.patience_seconds * 2,
        };
        for _ in 0..rounds {
            if let Some(found) = look().await {
                return found;
            }
            match &self.service {
                Service::Sandbox(_) => self.advance("PT1S").await,
                Service::Endpoint(_) => tokio::time::sleep(POLL).await,
            }
        }
        panic!("it did not happen in time: {what}")
    }
}

impl Stage {
    /// Whether a scenario may do this here.
    fn has(&self, need: Need) -> bool {
        match &self.service {
            Service::Sandbox(_) => true,
            Service::Endpoint(settings) => settings.has(need),
        }
    }

    /// The sandbox, for what only its portal and its control API can do. Scenarios declare [`Need::Portal`] for it.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        match &self.service {
            Service::Sandbox(held) => &held.sandbox,
            Service::Endpoint(_) => panic!("the scenario needs Portal or Time and does not say so"),
        }
    }

    /// Lets virtual time pass. Scenarios declare [`Need::Time`] for it.
    pub(crate) async fn advance(&self, duration: &str) {
        self.sandbox().advance(duration).await.expect("a duration");
    }

    /// Midnight UTC, so many days from the day on which the play began.
    pub(crate) fn day(&self, days: i64) -> Timestamp {
        let day = self.today.checked_add(days.days()).expect("a day of our century");
        Timestamp::from(day.timestamp())
    }

    /// The same day as the test companies want it: `mm/dd/yyyy`.
    pub(crate) fn us_day(&self, days: i64) -> String {
        let day = self.today.checked_add(days.days()).expect("a day of our century").date();
        format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year())
    }

    /// Whole days from the day on which the play began; `None` if `instant` is no midnight.
    pub(crate) fn days_until(&self, instant: jiff::Timestamp) -> Option<i64> {
        let seconds = instant.duration_since(self.today.timestamp()).as_secs();
        (seconds % 86_400 == 0).then_some(seconds / 86_400)
    }

    /// A test company, found as a user would find it.
    pub(crate) async fn company(&self, name: &str) -> Company {
        let found = self.client.search_companies(&SearchCompanies::new().with_query(name)).await.granted();
        let company = found.data.into_iter().find(|company| company.name == name);
        company.unwrap_or_else(|| panic!("there is no test company {name:?}"))
    }

    /// A client that calls with `token` in place of the API key. What belongs into its signature is not documented, so it
    /// signs nothing.
    pub(crate) fn client_of_token(&self, token: &Secret) -> Client {
        let token = Credential::from(ClientToken::for_sandbox(token.expose()));
        let config = Config::builder(self.environment.clone(), token);
        billwire::q2::client(config.build().expect("a configuration")).expect("a client")
    }

    /// A client that calls with another API key, or without signing.
    pub(crate) fn client_of_key(&self, key: &str) -> Client {
        let config = Config::builder(self.environment.clone(), ApiKey::for_sandbox(key));
        billwire::q2::client(config.build().expect("a configuration")).expect("a client")
    }

    /// Whether webhooks reach us here.
    pub(crate) fn hears(&self) -> bool {
        self.has(Need::Webhooks)
    }

    /// The partner that the API key belongs to. Scenarios declare [`Need::Partner`] for it.
    pub(crate) fn partner_id(&self) -> PartnerId {
        match &self.service {
            Service::Sandbox(held) => held.sandbox.info().credentials.q2_partner_id.into(),
            Service::Endpoint(settings) => settings.partner_id.clone().expect("a partner id").into(),
        }
    }

    /// Lets a verified login stop working, which nothing in the API can bring about.
    pub(crate) async fn lapses(&self, auth: &AuthId, reason: &str) {
        let url = format!("{}/q2/auths/{auth}/lapse", self.sandbox().urls().control);
        let body = Bytes::from(format!(r#"{{"reason": "{reason}"}}"#));
        let request = http::Request::post(url).header("content-type", "application/json").body(body);
        let transport = ReqwestTransport::new().expect("a transport");
        let answer = transport.send(request.expect("a request"), &TransportLimits::new(1 << 20)).await;
        assert_eq!(answer.expect("an answer").status(), 200);
    }

    /// What the sandbox applied to bills, oldest first; nothing to compare with at an endpoint.
    pub(crate) fn ledger(&self) -> Vec<String> {
        let entries = self.sandbox().ledger().into_iter();
        entries.map(|entry| format!("{} {}", entry.bill_id, entry.amount)).collect()
    }
}
