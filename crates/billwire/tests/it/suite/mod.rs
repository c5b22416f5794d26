//! Playing a contract: every rule in a sandbox of its own, whose control API is all that is known of it. So the same rules
//! play in a sandbox of this process and in one that is a process of its own: `crate::place` says which.

mod desk;
mod service;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::pin::Pin;

use billwire::models::operation::Operation;
use tokio::task::LocalSet;

pub(crate) use self::desk::{Delivery, Desk};
pub(crate) use self::service::Service;

/// One rule and how to see that it holds.
pub(crate) struct Rule<S> {
    pub(crate) section: &'static str,
    pub(crate) name: &'static str,
    pub(crate) play: fn(S) -> Pin<Box<dyn Future<Output = ()>>>,
}

/// The table of contents of a contract: sections, and in each the rules, which are functions.
macro_rules! rules {
    ($stage:ty: $($chapter:ident $section:literal { $($rule:ident;)+ })+) => {
        fn rules() -> Vec<$crate::suite::Rule<$stage>> {
            vec![$($($crate::suite::Rule {
                section: $section,
                name: stringify!($rule),
                play: |stage| Box::pin($chapter::$rule(stage)),
            }),+),+]
        }
    };
}
pub(crate) use rules;

/// What is left to see when a rule has been played.
pub(crate) trait Played: Clone + 'static {
    /// The operations that the service was asked for.
    async fn operations(&self) -> Vec<String>;
    /// The types of the events that reached us and passed every check there is.
    fn event_types(&self) -> Vec<String>;
    /// Why deliveries were turned away. There must be none.
    fn refusals(&self) -> Vec<String>;
}

/// What came of a play.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) held: usize,
    pub(crate) broken: Vec<String>,
    pub(crate) operations: BTreeSet<String>,
    pub(crate) event_types: BTreeSet<String>,
}

impl Report {
    /// Plays every rule on a stage of its own. `form` names how the service is set up, for people.
    pub(crate) async fn play<S: Played>(
        &mut self,
        form: &str,
        rules: Vec<Rule<S>>,
        fresh: impl AsyncFn() -> S,
    ) {
        let only = std::env::var("BILLWIRE_CONTRACT_ONLY").unwrap_or_default();
        for Rule { section, name, play } in rules {
            let line = format!("{form}{section}: {}", name.replace('_', " "));
            if !line.contains(&only) {
                continue;
            }
            let stage = fresh().await;
            let local = LocalSet::new();
            // A panic is the verdict; its text is in the output of the test.
            match local.run_until(local.spawn_local(play(stage.clone()))).await {
                Ok(()) => self.held += 1,
                Err(_) => self.broken.push(line.clone()),
            }
            self.broken
                .extend(stage.refusals().iter().map(|why| format!("{line}: refused a webhook: {why}")));
            self.operations.extend(stage.operations().await);
            self.event_types.extend(stage.event_types());
        }
    }

    /// Fails if a rule is broken, or if an operation or an event type has no part in the contract. Gives the figure.
    pub(crate) fn judge(&self, name: &str, operations: &[&Operation], event_types: &[&str]) -> String {
        let mut text = String::new();
        for line in &self.broken {
            // Writing to a text does not fail.
            let _ = writeln!(text, "  broken: {line}");
        }
        assert!(self.broken.is_empty(), "{name}: {} rules held\n{text}", self.held);
        if std::env::var("BILLWIRE_CONTRACT_ONLY").is_err() {
            assert_eq!(self.missing_operations(operations), [""; 0], "operations that no rule drives");
            assert_eq!(
                self.missing_event_types(event_types),
                [""; 0],
                "event types that no rule brings about"
            );
        }
        format!(
            "figure: contract suite of {name}: {} rules held, {} operations, {} event types",
            self.held,
            self.operations.len(),
            self.event_types.len()
        )
    }

    pub(crate) fn missing_operations<'a>(&self, operations: &[&'a Operation]) -> Vec<&'a str> {
        operations.iter().map(|operation| operation.id).filter(|id| !self.operations.contains(*id)).collect()
    }

    pub(crate) fn missing_event_types<'a>(&self, event_types: &[&'a str]) -> Vec<&'a str> {
        event_types.iter().copied().filter(|kind| !self.event_types.contains(*kind)).collect()
    }
}
