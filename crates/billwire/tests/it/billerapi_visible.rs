//! A bill that its webhook tells of before it can be read: the client waits for it, against the sandbox, in virtual time.
//!
//! Source: BillerAPI description, section 6.9 "Dedupe, and 404 after a webhook".

use std::sync::Arc;
use std::time::Duration;

use billwire::billerapi::{BillId, Client, Config, calls};
use billwire::core::{ClientCredentials, Clock as _, Environment, ErrorKind};
use billwire_sandbox::{AccountToLink, BillerApiSettings, Sandbox};

use crate::virtual_time::{Passing, VirtualTime, Wire};

struct Scene {
    sandbox: Arc<Sandbox>,
    time: VirtualTime,
    client: Client,
    _passing: Passing,
}

impl Scene {
    /// A sandbox that shows a new bill so long after it told of it.
    async fn with_delay_ms(delay_ms: u64) -> Self {
        let sandbox = Arc::new(Sandbox::start().await.expect("a sandbox"));
        let settings = BillerApiSettings::default().with_visibility_delay_ms(delay_ms);
        sandbox.billerapi().set_settings(settings).expect("settings");
        let time = VirtualTime::of(&sandbox);
        let info = sandbox.info().credentials;
        let credentials = ClientCredentials::new(info.billerapi_client_id, info.billerapi_client_secret);
        let environment = Environment::custom_sandbox(sandbox.urls().billerapi.as_str());
        let config = Config::builder(environment, credentials).build().expect("a configuration");
        let client = Client::new(config, Wire::new(time.clone()), Arc::new(time.clone()));
        let passing = time.passes(Arc::clone(&sandbox), || ());
        Self { sandbox, time, client, _passing: passing }
    }

    /// The bill that the last event told of.
    async fn told(&self) -> BillId {
        let account = AccountToLink::of_user("user_1").with_account_number("4242424242");
        self.sandbox.billerapi().link_account(&account).await.expect("an account");
        let told = self.sandbox.events().into_iter().rfind(|event| event.kind == "bill.created");
        let body = told.expect("an event").event;
        body["data"]["object"]["id"].as_str().expect("an id").into()
    }

    /// The statuses of the answers to reads of the bill, oldest first.
    fn reads(&self) -> Vec<u16> {
        let requests = self.sandbox.requests().into_iter();
        requests
            .filter(|request| request.operation.as_deref() == Some("getBill"))
            .filter_map(|request| request.status)
            .collect()
    }
}

/// Delay of the service. Outcome: seconds that the client waits, and the answers that it is given.
#[tokio::test]
async fn a_bill_that_is_shown_late_is_waited_for() {
    for (delay_ms, waited, answers) in [
        (0, 0, vec![200]),
        (500, 1, vec![404, 200]),
        (1_000, 1, vec![404, 200]),
        (6_500, 7, vec![404, 404, 404, 200]),
        (29_999, 30, vec![404, 404, 404, 404, 404, 200]),
    ] {
        let scene = Scene::with_delay_ms(delay_ms).await;
        let bill = scene.told().await;
        let seen = scene.client.when_visible(calls::bill(&bill)).await.expect("there at last");
        assert_eq!((&seen.id, seen.amount.to_string()), (&bill, "15420".to_owned()), "{delay_ms}");
        assert_eq!(scene.time.monotonic(), Duration::from_secs(waited), "{delay_ms}");
        assert_eq!(scene.reads(), answers, "{delay_ms}");
    }
}

#[tokio::test]
async fn a_bill_that_is_not_shown_within_half_a_minute_is_given_up() {
    let scene = Scene::with_delay_ms(31_000).await;
    let bill = scene.told().await;
    let error = scene.client.when_visible(calls::bill(&bill)).await.expect_err("not yet");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_eq!((scene.time.monotonic(), scene.reads()), (Duration::from_secs(30), vec![404; 6]));
    scene.time.sleep(Duration::from_secs(1)).await;
    scene.client.bill(&bill).await.expect("a second later it is there");
}
