//! What happened, in order: text for people, one JSON object per line for programs. Same seed, same lines, ports apart.

use std::fmt::{self, Write as _};

use billwire_sandbox::{ClockReport, LedgerEntry, RequestRecord, SignatureCheck};
use serde::Serialize;

use crate::error::Error;
use crate::output::{self, Output};

/// How effects begin that happen every day.
const ROUTINE: &str = "partner's signing keys polled";

/// One line of the timeline. The names are a promise: scripts read them.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Entry {
    Start { sandbox: String, receiver: String, now: String, seed: u64 },
    Step { number: u32, what: String, at: String },
    Request(SentRequest),
    Webhook(ArrivedWebhook),
    WebhookRefused { reason: String },
    Clock { now: String, happened: Vec<String> },
    Check { what: String },
    Ledger { payments: Vec<Payment> },
    Result(Summary),
}

/// A request as the service saw it.
#[derive(Debug, Serialize)]
pub(crate) struct SentRequest {
    method: String,
    path: String,
    /// What the service found out about the signature, where requests can be signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<SignatureCheck>,
    /// The body was an encrypted envelope, where it can be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted: Option<bool>,
    status: u16,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A webhook that passed, and what was proved about it.
#[derive(Debug, Serialize)]
pub(crate) struct ArrivedWebhook {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) created: String,
    pub(crate) resource: String,
    pub(crate) proved: &'static str,
    /// What the signature says, where it says something.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) signed: Option<Signed>,
    /// How it was proved, for people.
    #[serde(skip)]
    pub(crate) how: String,
}

/// What a signature says about itself.
#[derive(Debug, Serialize)]
pub(crate) struct Signed {
    pub(crate) signing_key: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) encrypted_to_us: bool,
}

impl ArrivedWebhook {
    /// What every webhook has: id, type and time; what it is about; what was proved, and how.
    pub(crate) fn new(
        (id, kind, created): (&dyn fmt::Display, &dyn fmt::Display, &dyn fmt::Display),
        resource: String,
        (proved, how): (&'static str, String),
    ) -> Self {
        Self {
            id: id.to_string(),
            kind: kind.to_string(),
            created: created.to_string(),
            resource,
            proved,
            signed: None,
            how,
        }
    }
}

/// A payment in the sandbox's ledger.
#[derive(Debug, Serialize)]
pub(crate) struct Payment {
    at: String,
    bill_id: String,
    amount: String,
}

/// The last line. What a story has nothing of is left out.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payments_in_ledger: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bills_read: Option<usize>,
    pub(crate) webhooks_received: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webhooks_verified: Option<usize>,
    /// What they said was read back before it counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webhooks_read_back: Option<usize>,
    pub(crate) ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
}

impl SentRequest {
    /// A request of the log. `secured` if it could have been signed and encrypted.
    pub(crate) fn new(record: &RequestRecord, secured: bool) -> Self {
        Self {
            method: record.method.clone(),
            path: record.path.clone(),
            signature: secured.then_some(record.signature),
            encrypted: secured.then_some(record.encrypted),
            status: record.status.unwrap_or_default(),
            request_id: record.request_id.clone(),
            error: record.error.clone(),
        }
    }
}

impl From<&LedgerEntry> for Payment {
    fn from(entry: &LedgerEntry) -> Self {
        Self { at: entry.at.to_string(), bill_id: entry.bill_id.clone(), amount: entry.amount.to_string() }
    }
}

impl From<&ClockReport> for Entry {
    fn from(report: &ClockReport) -> Self {
        // The service's daily look at our keys is no part of the story.
        let told = report.effects.iter().filter(|effect| !effect.what.starts_with(ROUTINE));
        Self::Clock {
            now: report.now.to_string(),
            happened: told.map(|effect| effect.what.clone()).collect(),
        }
    }
}

/// Prints entries as they happen.
#[derive(Debug)]
pub(crate) struct Timeline {
    output: Output,
}

impl Timeline {
    pub(crate) fn new(output: Output) -> Self {
        Self { output }
    }

    /// A reader that has gone does not stop the story: how it ends still shows in the exit code.
    pub(crate) fn print(&self, entry: &Entry) -> Result<(), Error> {
        let printed =
            if self.output.is_json() { output::print_json(entry) } else { output::print(&text(entry)) };
        printed.or_else(|error| if error.is_silent() { Ok(()) } else { Err(error) })
    }
}

fn text(entry: &Entry) -> String {
    match entry {
        Entry::Start { sandbox, receiver, now, seed } => {
            format!("sandbox  {sandbox}\nreceiver {receiver}\nclock    {now} (virtual), seed {seed}\n")
        }
        Entry::Step { number, what, at } => format!("\n{number:>2}. {what}  [{at}]\n"),
        Entry::Request(request) => request_text(request),
        Entry::Webhook(webhook) => webhook_text(webhook),
        Entry::WebhookRefused { reason } => format!("    webhook REFUSED: {reason}\n"),
        Entry::Clock { now, happened } => {
            let mut text = format!("    clock   {now}\n");
            for what in happened {
                let _ = writeln!(text, "            {what}");
            }
            text
        }
        Entry::Check { what } => format!("    ok      {what}\n"),
        Entry::Ledger { payments } => {
            let mut text = format!("\nledger: {} payment{}\n", payments.len(), plural(payments.len()));
            for payment in payments {
                let _ = writeln!(text, "    {}  bill {}  ${}", payment.at, payment.bill_id, payment.amount);
            }
            text
        }
        Entry::Result(summary) => summary_text(summary),
    }
}

fn request_text(request: &SentRequest) -> String {
    let signed = request.signature.map(|signature| match signature {
        SignatureCheck::Verified => "signed",
        SignatureCheck::Refused => "signature REFUSED",
        _ => "signature not looked at",
    });
    let sealed = match (request.encrypted, request.method.as_str()) {
        (Some(true), _) => ", body encrypted",
        (Some(false), "POST") => ", body in clear",
        _ => "",
    };
    let secured = signed.map_or_else(String::new, |signed| format!(" ({signed}{sealed})"));
    let mut text = format!(
        "    -> {} {}{secured}\n    <- {}  request id {}\n",
        request.method, request.path, request.status, request.request_id
    );
    if let Some(error) = &request.error {
        let _ = writeln!(text, "       {error}");
    }
    text
}

fn webhook_text(webhook: &ArrivedWebhook) -> String {
    format!(
        "    webhook {}  {}  about {}\n            {} proved: {}\n",
        webhook.kind, webhook.id, webhook.resource, webhook.proved, webhook.how
    )
}

fn summary_text(summary: &Summary) -> String {
    let verdict = if summary.ok { "everything held" } else { "NOT everything held" };
    let mut facts = Vec::new();
    if let Some(payments) = summary.payments_in_ledger {
        facts.push(format!("{payments} payment{} in the ledger", plural(payments)));
    }
    if let Some(bills) = summary.bills_read {
        facts.push(format!("{bills} bill{} read", plural(bills)));
    }
    let received = summary.webhooks_received;
    let webhooks = format!("{received} webhook{}", plural(received));
    facts.push(match (summary.webhooks_verified, summary.webhooks_read_back) {
        (Some(verified), _) => format!("{verified} of {webhooks} verified"),
        (None, Some(read_back)) => format!("{read_back} of {webhooks} read back, none can be verified"),
        (None, None) => format!("{webhooks} received"),
    });
    format!("\n{verdict}: {}\n", facts.join(", "))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Checks that hold are part of the timeline.
pub(crate) fn check(what: impl Into<String>) -> Entry {
    Entry::Check { what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_has_the_documented_members() {
        let summary = Summary {
            payments_in_ledger: Some(1),
            webhooks_received: 7,
            webhooks_verified: Some(7),
            ok: true,
            ..Summary::default()
        };
        assert_eq!(
            serde_json::to_string(&Entry::Result(summary)).expect("JSON"),
            r#"{"event":"result","payments_in_ledger":1,"webhooks_received":7,"webhooks_verified":7,"ok":true}"#
        );
    }
}
