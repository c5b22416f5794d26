//! Playing scenarios: each on a stage of its own in the sandbox, all on one stage at an endpoint. What cannot be played is
//! counted and named, never left out in silence.

use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::pin::Pin;

use billwire::q2::{EventType, operations};
use tokio::task::LocalSet;

use super::{Endpoint, Q2, Service, Settings};

/// What a scenario does that an arbitrary endpoint may not have or not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Moves the clock.
    Time,
    /// Waits for webhooks that nothing else can replace.
    Webhooks,
    /// Makes payments, leaves a bill and a method behind that will pay it, or swaps cards.
    Money,
    /// Changes what only the vendor's portal or our control API can change.
    Portal,
    /// Knows the partner's id.
    Partner,
}

/// One rule and how to see that it holds.
pub(crate) struct Scenario {
    pub(crate) section: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) needs: &'static [Need],
    pub(crate) play: fn(Q2) -> Pin<Box<dyn Future<Output = ()>>>,
}

impl fmt::Display for Scenario {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.section, self.rule.replace('_', " "))
    }
}

/// The table of contents of a contract: sections, and in each the rules, which are functions, with what they need.
macro_rules! contract {
    ($($chapter:ident $section:literal { $($rule:ident $(needs $($need:ident)+)?;)+ })+) => {
        fn scenarios() -> Vec<$crate::stage::Scenario> {
            vec![$($($crate::stage::Scenario {
                section: $section,
                rule: stringify!($rule),
                needs: &[$($($crate::stage::Need::$need),+)?],
                play: |q2| Box::pin($chapter::$rule(q2)),
            }),+),+]
        }
    };
}
pub(crate) use contract;

/// What came of a play.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) held: usize,
    pub(crate) broken: Vec<String>,
    pub(crate) not_run: Vec<String>,
    /// Looks at webhooks that could not reach us.
    pub(crate) unheard: u32,
    pub(crate) operations: BTreeSet<String>,
    pub(crate) event_types: BTreeSet<String>,
}

/// Plays the contract where the variables say, or in the sandbox if they say nothing.
pub(crate) async fn play(scenarios: Vec<Scenario>, settings: Option<Settings>) -> Report {
    match settings {
        None => play_in_sandbox(scenarios, std::env::var("BILLWIRE_CONTRACT_ONLY").ok()).await,
        Some(settings) => play_at(scenarios, Endpoint::open(settings).await).await,
    }
}

async fn play_in_sandbox(scenarios: Vec<Scenario>, only: Option<String>) -> Report {
    let mut report = Report::default();
    let meant =
        |scenario: &Scenario| only.as_ref().is_none_or(|part| scenario.to_string().contains(part.as_str()));
    let (meant, others): (Vec<_>, Vec<_>) = scenarios.into_iter().partition(meant);
    report.not_run = others.iter().map(|scenario| format!("{scenario} (not asked for)")).collect();
    for scenario in meant {
        let q2 = Q2::in_sandbox().await;
        report.judge(&scenario, perform(&scenario, q2.clone()).await);
        report.look_at(&q2);
    }
    report
}

/// Plays at an endpoint: one after the other, or all at once if that was asked for.
pub(crate) async fn play_at(scenarios: Vec<Scenario>, endpoint: Endpoint) -> Report {
    let q2 = endpoint.stage().await;
    let Service::Endpoint(settings) = &q2.service else { panic!("no endpoint") };
    let mut report = Report::default();
    let local = LocalSet::new();
    let mut running = Vec::new();
    for scenario in scenarios {
        let missing: Vec<_> = scenario.needs.iter().filter(|need| !q2.has(**need)).collect();
        if !settings.only.as_ref().is_none_or(|part| scenario.to_string().contains(part.as_str())) {
            report.not_run.push(format!("{scenario} (not asked for)"));
        } else if missing.is_empty() {
            let task = local.spawn_local((scenario.play)(q2.clone()));
            if settings.parallel {
                running.push((scenario, task));
            } else {
                let ended = local.run_until(task).await;
                report.judge(&scenario, ended.map_err(|_| ()));
            }
        } else {
            report.not_run.push(format!("{scenario} (needs {missing:?})"));
        }
    }
    for (scenario, task) in running {
        let ended = local.run_until(task).await;
        report.judge(&scenario, ended.map_err(|_| ()));
    }
    report.look_at(&q2);
    report
}

/// A panic is the verdict; its text is in the output of the test.
async fn perform(scenario: &Scenario, q2: Q2) -> Result<(), ()> {
    let local = LocalSet::new();
    let task = local.spawn_local((scenario.play)(q2));
    local.run_until(task).await.map_err(|_| ())
}

impl Report {
    fn judge(&mut self, scenario: &Scenario, ended: Result<(), ()>) {
        match ended {
            Ok(()) => self.held += 1,
            Err(()) => self.broken.push(scenario.to_string()),
        }
    }

    /// What the service saw, and what reached us.
    fn look_at(&mut self, q2: &Q2) {
        self.unheard += q2.unheard.get();
        if let Service::Sandbox(held) = &q2.service {
            self.operations.extend(held.inspect());
        }
        if let Some(receiver) = &q2.receiver {
            self.event_types.extend(receiver.events().iter().map(|event| event.kind.as_str().to_owned()));
            self.broken.extend(receiver.refusals().iter().map(|why| format!("a webhook was refused: {why}")));
        }
    }

    /// The operations of the table that nobody called.
    pub(crate) fn missing_operations(&self) -> Vec<&'static str> {
        let ids = operations::ALL.iter().map(|operation| operation.id);
        ids.filter(|id| !self.operations.contains(*id)).collect()
    }

    /// The documented event types that nobody heard.
    pub(crate) fn missing_event_types(&self) -> Vec<&'static str> {
        let kinds = EventType::ALL.iter().map(EventType::as_str);
        kinds.filter(|kind| !self.event_types.contains(*kind)).collect()
    }

    /// Everything for people.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "contract: {} scenarios held, {} broken, {} not run; {} looks at webhooks left out\n",
            self.held,
            self.broken.len(),
            self.not_run.len(),
            self.unheard
        );
        for (word, list) in [("broken", &self.broken), ("not run", &self.not_run)] {
            for line in list {
                // Writing to a text does not fail.
                let _ = writeln!(text, "  {word}: {line}");
            }
        }
        text
    }
}

impl Scenario {
    /// No endpoint has what it needs.
    pub(crate) fn is_for_the_sandbox_only(&self) -> bool {
        self.needs.iter().any(|need| matches!(need, Need::Time | Need::Portal))
    }
}
