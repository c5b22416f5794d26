//! Three times the documented demand for ten virtual minutes, from eight tasks, against the sandbox that counts: with the
//! limiter nothing is refused, without it every refusal is survived and nothing is lost or doubled.
//!
//! Source: BillerAPI description, sections 3.4 "Retry rules" and 3.5 "Rate limits".

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use billwire::billerapi::{
    AccountLinkId, Client, ClientId, Config, CreateRequestToLink, EventType, ListBillersQuery, RATE_LIMITS,
    RegisterWebhook, TriggerSync, WebhookEnvironment, operations,
};
use billwire::core::retry::RetryPolicy;
use billwire::core::{ClientCredentials, Clock as _, Environment, Error, RateLimits};
use billwire_sandbox::{AccountToLink, BillerApiSettings, Sandbox};
use futures_util::future::join_all;
use serde_json::Value;

use crate::virtual_time::{VirtualTime, Wire};

const TASKS: u32 = 8;
const MINUTES: u32 = 10;
const TEN_MINUTES: Duration = Duration::from_mins(10);
/// So many times what is documented is asked for.
const TIMES: u32 = 3;
/// The sandbox remembers a thousand requests: its log is read before so many more have come.
const READ_EVERY: usize = 500;

/// One asks of every group at its own pace, whatever becomes of the other groups.
#[derive(Clone)]
struct Task {
    client: Client,
    client_id: ClientId,
    account: AccountLinkId,
    time: VirtualTime,
    number: u32,
}

/// How the ten minutes went, by group.
#[derive(Debug, Default)]
struct Outcome {
    /// Calls that ended well.
    succeeded: BTreeMap<&'static str, usize>,
    lost: Vec<Error>,
    /// Calls that the sandbox carried out.
    served: BTreeMap<&'static str, usize>,
    refused: usize,
    /// Requests that the client sent.
    sent: usize,
    /// What came of it: webhooks and requests to link.
    effects: [usize; 2],
}

impl Outcome {
    /// Every call ended well and was carried out once; the sandbox saw no request but these and what it refused.
    fn lost_nothing(&self) {
        assert!(self.lost.is_empty(), "{} calls were lost, such as: {}", self.lost.len(), self.lost[0]);
        assert_eq!(self.served, self.succeeded, "{self:?}");
        let served: usize = self.served.values().sum();
        assert_eq!(served + self.refused, self.sent, "the log has what was sent: {self:?}");
        let of = |group| self.succeeded[group];
        assert_eq!(self.effects, [of("authentication"), of("link")], "{self:?}");
    }

    /// No group got much less than the documents allow.
    fn used_the_limits(&self) {
        for row in RATE_LIMITS {
            let (succeeded, allowed) = (self.succeeded[row.group], (row.requests * MINUTES) as usize);
            assert!(succeeded * 10 >= allowed * 9, "{}: {succeeded} of {allowed}", row.group);
        }
    }
}

impl Task {
    async fn call(&self, group: &str) -> Result<(), Error> {
        match group {
            "authentication" => {
                // A type that does not come up here, so that nothing is delivered.
                let events = vec![EventType::BillUpdated];
                let url = "http://127.0.0.1:9/";
                let request = RegisterWebhook::new(WebhookEnvironment::Sandbox, url, events);
                self.client.register_webhook(&self.client_id, &request).await.map(drop)
            }
            "link" => {
                let request = CreateRequestToLink::new(format!("user-{}", self.number).into());
                self.client.create_request_to_link(&request).await.map(drop)
            }
            "biller" => self.client.list_billers(&ListBillersQuery::new().with_limit(1)).await.map(drop),
            "write" => {
                let request = TriggerSync::new(self.account.clone()).with_force(true);
                self.client.trigger_sync(&request).await.map(drop)
            }
            "read" => self.client.list_accounts().await.map(drop),
            other => panic!("no call of group {other}"),
        }
    }

    /// Asks for its share of three times the limit; when it is behind it asks at once.
    async fn lane(&self, group: &'static str, limit: u32) -> (&'static str, usize, Vec<Error>) {
        let pause = Duration::from_mins(u64::from(TASKS)) / (TIMES * limit);
        let mut due = pause * self.number / TASKS;
        let (mut succeeded, mut lost) = (0, Vec::new());
        while due < TEN_MINUTES {
            self.time.sleep(due.saturating_sub(self.time.monotonic())).await;
            if self.time.monotonic() >= TEN_MINUTES {
                break;
            }
            match self.call(group).await {
                Ok(()) => succeeded += 1,
                Err(error) => lost.push(error),
            }
            due += pause;
        }
        (group, succeeded, lost)
    }
}

/// Operation and status of every request, by its id.
type Log = Mutex<BTreeMap<String, (Option<String>, Option<u16>)>>;

/// Reads what is new in the log of the sandbox.
fn read_log(sandbox: &Sandbox, log: &Log) {
    let requests = sandbox.requests().into_iter();
    let answered = requests.map(|request| (request.request_id, (request.operation, request.status)));
    log.lock().expect("no holder panics").extend(answered);
}

fn count(world: &Value, table: &str) -> usize {
    let table = &world[table];
    let count = table.as_array().map(Vec::len).or_else(|| table.as_object().map(serde_json::Map::len));
    count.unwrap_or_else(|| panic!("no table: {table}"))
}

async fn ten_minutes(limits: Option<RateLimits>) -> Outcome {
    let sandbox = Arc::new(Sandbox::start().await.expect("a sandbox"));
    let settings = BillerApiSettings::default().with_rate_limits(true);
    sandbox.billerapi().set_settings(settings).expect("settings");
    let account = AccountToLink::of_user("user_1").with_account_number("4242424242");
    let account = sandbox.billerapi().link_account(&account).await.expect("an account").account_link_id;
    let credentials = sandbox.info().credentials;
    let client_id = credentials.billerapi_client_id;

    let time = VirtualTime::of(&sandbox);
    let wire = Wire::new(time.clone());
    let environment = Environment::custom_sandbox(sandbox.urls().billerapi.as_str());
    let mut config = Config::builder(
        environment,
        ClientCredentials::new(&*client_id, &*credentials.billerapi_client_secret),
    );
    if let Some(limits) = limits {
        // Eight ask for the five places of a minute: whoever is unlucky must be patient.
        let patient = RetryPolicy::new().with_max_attempts(100).with_max_retry_after(Duration::from_mins(1));
        config = config.with_rate_limits(limits).with_retry(patient);
        config = config.with_deadline(2 * TEN_MINUTES);
    }
    let client = Client::new(
        config.build().expect("a configuration"),
        Arc::<Wire>::clone(&wire),
        Arc::new(time.clone()),
    );

    let log = Arc::new(Log::default());
    let passing = time.passes(Arc::clone(&sandbox), {
        let (sandbox, wire, log) = (Arc::clone(&sandbox), Arc::clone(&wire), Arc::clone(&log));
        let mut read = 0;
        move || {
            if wire.sent() >= read + READ_EVERY {
                read = wire.sent();
                read_log(&sandbox, &log);
            }
        }
    });
    let tasks = (0..TASKS).map(|number| {
        let (client, time, account) = (client.clone(), time.clone(), account.clone());
        let task =
            Task { client, client_id: ClientId::from(&*client_id), account: account.into(), time, number };
        tokio::spawn(async move {
            join_all(RATE_LIMITS.iter().map(|row| task.lane(row.group, row.requests))).await
        })
    });
    let mut outcome = Outcome::default();
    for lanes in join_all(tasks).await {
        for (group, succeeded, lost) in lanes.expect("no task panics") {
            *outcome.succeeded.entry(group).or_default() += succeeded;
            outcome.lost.extend(lost);
        }
    }
    drop(passing);
    read_log(&sandbox, &log);
    for (operation, status) in log.lock().expect("no holder panics").values() {
        let known = operations::ALL.iter().find(|known| Some(known.id) == operation.as_deref());
        let group = known.and_then(|known| known.rate_group).expect("a group");
        match status {
            Some(200..=202) => *outcome.served.entry(group).or_default() += 1,
            Some(429) => outcome.refused += 1,
            other => panic!("{group}: answered {other:?}"),
        }
    }
    outcome.sent = wire.sent();
    let world = &sandbox.state().expect("a state")["billerapi"]["world"];
    outcome.effects = ["subscriptions", "requests"].map(|table| count(world, table));
    outcome
}

#[tokio::test]
async fn with_the_limiter_three_times_the_demand_of_every_group_is_never_refused() {
    let outcome = ten_minutes(None).await;
    assert_eq!(outcome.refused, 0, "{outcome:?}");
    outcome.lost_nothing();
    outcome.used_the_limits();
    println!("figure: limiter against the sandbox: {:?}, 0 refused", outcome.succeeded);
}

#[tokio::test]
async fn without_the_limiter_every_refusal_is_survived_and_has_no_effect() {
    let outcome = ten_minutes(Some(RateLimits::none())).await;
    assert!(outcome.refused > 50, "{outcome:?}");
    outcome.lost_nothing();
    outcome.used_the_limits();
    println!(
        "figure: no limiter against the sandbox: {:?}, {} refused and survived",
        outcome.succeeded, outcome.refused
    );
}
