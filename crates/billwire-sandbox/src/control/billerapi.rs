//! The control routes of BillerAPI alone.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ControlRoute;
use super::respond::{ControlError, Reply, parse, reply};
use crate::billerapi::steer::BillerApi;
use crate::billerapi::{AccountStatus, MailboxConsent, RequestAnswer, clients};
use crate::shared::Shared;

pub(super) const ROUTES: &[ControlRoute] = &[
    ("GET", "/control/billerapi/settings", "how it shows itself"),
    (
        "PUT",
        "/control/billerapi/settings",
        r#"errorShape "N"|"S", envelope "E1"|"E2"|"E3", signature "new"|"legacy"|"both"|"none", rateLimits, limits, visibilityDelayMs, pages, objects, strictIdempotency, attemptsAfterSeconds; what is left out is as at the beginning"#,
    ),
    ("GET", "/control/billerapi/webhooks", "where webhooks go"),
    ("PUT", "/control/billerapi/webhooks", "url, eventTypes, secrets, clientId; {} sends nothing"),
    ("GET", "/control/billerapi/clients", "the clients, with their portal tokens"),
    ("POST", "/control/billerapi/clients", r#"one more; {"clientId": "…", "clientSecret": "bb_test_…"}"#),
    (
        "POST",
        "/control/billerapi/links/{linkTokenId}/visit",
        "a user goes through the whole flow; accountNumber, billerId, mfaCode, account",
    ),
    (
        "POST",
        "/control/billerapi/links/{linkTokenId}/complete",
        r#"a user chooses a discovered account; {"accountId": "da_1"}"#,
    ),
    ("POST", "/control/billerapi/links/{linkTokenId}/leave", "a user goes away"),
    (
        "POST",
        "/control/billerapi/requests-to-link/{id}/answer",
        r#"a user answers; {"answer": "begin"|"cancel"|"expire"}"#,
    ),
    (
        "POST",
        "/control/billerapi/accounts",
        "links an account without a flow; clientUserId, accountNumber, billerId, clientId",
    ),
    (
        "PUT",
        "/control/billerapi/accounts/{accountLinkId}/status",
        r#"{"status": "ACTIVE"|"INACTIVE"|"ERROR"|"DISCONNECTED"}"#,
    ),
    (
        "POST",
        "/control/billerapi/accounts/{accountLinkId}/bills",
        "the biller issues a bill, for the next synchronisation; amount (cents), dueDate, status, description, source, lineItems",
    ),
    (
        "POST",
        "/control/billerapi/accounts/{accountLinkId}/outage",
        "the biller is down at the next synchronisation",
    ),
    (
        "POST",
        "/control/billerapi/bills/{billId}/change",
        "the biller changes a bill, for the next synchronisation; amount (cents), dueDate, status, description, autoPayEnabled",
    ),
    (
        "PUT",
        "/control/billerapi/mailboxes/{clientUserId}/consent",
        r#"what the user says on the consent screen; {"consent": "given"|"refused"}"#,
    ),
    (
        "POST",
        "/control/billerapi/mailboxes/{clientUserId}/messages",
        "a message arrives; from, subject, billerId, billAmountCents, dueDate",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewClient {
    client_id: String,
    client_secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Choice {
    account_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    answer: RequestAnswer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    status: AccountStatus,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    consent: MailboxConsent,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicToken {
    public_token: String,
}

/// Answers a request below `/control/billerapi`.
pub(super) async fn dispatch(shared: &Shared, method: &str, segments: &[&str], body: &[u8]) -> Reply {
    let billerapi = BillerApi::of(shared);
    let rest = segments.get(2..).unwrap_or_default();
    match (method, rest) {
        ("GET", ["settings"]) => reply(&billerapi.settings()),
        ("PUT", ["settings"]) => {
            billerapi.set_settings(parse(body)?)?;
            reply(&billerapi.settings())
        }
        ("GET", ["webhooks"]) => reply(&billerapi.webhooks()),
        ("PUT", ["webhooks"]) => {
            billerapi.configure_webhooks(parse(body)?).await?;
            reply(&billerapi.webhooks())
        }
        ("GET", ["clients"]) => reply(&clients(shared)),
        ("POST", ["clients"]) => {
            let new: NewClient = parse(body)?;
            billerapi.add_client(&new.client_id, &new.client_secret)?;
            reply(&clients(shared))
        }
        ("POST", ["links", id, "visit"]) => {
            let public_token = billerapi.visit_link(id, &or_empty(body)?).await?;
            reply(&PublicToken { public_token })
        }
        ("POST", ["links", id, "complete"]) => {
            let choice: Choice = parse(body)?;
            let public_token = billerapi.complete_link(id, &choice.account_id).await?;
            reply(&PublicToken { public_token })
        }
        ("POST", ["links", id, "leave"]) => {
            billerapi.leave_link(id).await?;
            reply(&done())
        }
        ("POST", ["requests-to-link", id, "answer"]) => {
            let answer: Answer = parse(body)?;
            let link_token_id = billerapi.answer_request_to_link(id, answer.answer).await?;
            reply(&json!({ "linkTokenId": link_token_id }))
        }
        ("POST", ["accounts"]) => reply(&billerapi.link_account(&or_empty(body)?).await?),
        ("PUT", ["accounts", id, "status"]) => {
            let status: Status = parse(body)?;
            billerapi.set_account_status(id, status.status).await?;
            reply(&done())
        }
        ("POST", ["accounts", id, "bills"]) => {
            billerapi.issue_bill(id, parse(body)?)?;
            reply(&done())
        }
        ("POST", ["accounts", id, "outage"]) => {
            billerapi.take_biller_down(id)?;
            reply(&done())
        }
        ("POST", ["bills", id, "change"]) => {
            billerapi.change_bill(id, parse(body)?)?;
            reply(&done())
        }
        ("PUT", ["mailboxes", user, "consent"]) => {
            let consent: Consent = parse(body)?;
            billerapi.set_mailbox_consent(user, consent.consent)?;
            reply(&done())
        }
        ("POST", ["mailboxes", user, "messages"]) => {
            reply(&json!({ "messageId": billerapi.deliver_mail(user, parse(body)?)? }))
        }
        _ => Err(ControlError::no_such_route(method, segments)),
    }
}

/// A body, or none where everything in it may be left out.
fn or_empty<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    if body.trim_ascii().is_empty() { parse(b"{}") } else { parse(body) }
}

fn done() -> Value {
    json!({ "success": true })
}
