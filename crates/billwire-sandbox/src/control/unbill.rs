//! The control routes of Unbill alone.

use serde::Deserialize;
use serde_json::{Value, json};

use super::respond::{ControlError, Reply, parse, reply};
use super::{ControlRoute, outside};
use crate::bill_pay::AuthRefresh;
use crate::error::{Error, ErrorKind};
use crate::shared::Shared;
use crate::unbill::{API, UnbillRules, UnbillWebhooks};

pub(super) const ROUTES: &[ControlRoute] = &[
    ("GET", "/control/unbill/webhooks", "where webhooks go"),
    ("PUT", "/control/unbill/webhooks", "url, eventTypes; there is nothing to protect them with"),
    ("GET", "/control/unbill/rules", "switches for what the sources leave open"),
    (
        "PUT",
        "/control/unbill/rules",
        "cardSurcharge, strictContentType, acceptExpiredCards, companiesInMaintenance, companiesWithOptionalRecurring; what is left out is off",
    ),
    (
        "POST",
        "/control/unbill/auths/{authId}/refresh",
        r#"a verified login is looked at; {"outcome": "verified"|"invalid"}, {"outcome": "hold", "code": "…"}"#,
    ),
    (
        "POST",
        "/control/unbill/auths/{authId}/bills",
        r#"one more bill is found; {"balance": "52.11", "dueDate": "…"}"#,
    ),
    (
        "POST",
        "/control/unbill/bills/{billId}/statement",
        r#"the company issues a statement; {"balance": "52.11", "dueDate": "…"}"#,
    ),
    (
        "POST",
        "/control/unbill/payment-methods/{paymentMethodId}/issuer",
        r#"{"declines": true|false}, {"cancelled": true}"#,
    ),
    (
        "POST",
        "/control/unbill/tokens/use",
        r#"{"token": "…"}: a white-label product is opened with it; answers whose it is"#,
    ),
];

/// What `POST /control/unbill/tokens/use` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenUse {
    token: String,
}

/// Answers a request below `/control/unbill`.
pub(super) async fn dispatch(shared: &Shared, method: &str, segments: &[&str], body: &[u8]) -> Reply {
    let of = outside::UNBILL;
    match (method, segments) {
        ("GET", ["control", "unbill", "webhooks"]) => reply(&shared.engine().unbill.webhooks),
        ("PUT", ["control", "unbill", "webhooks"]) => {
            configure_webhooks(shared, parse(body)?).await?;
            reply(&shared.engine().unbill.webhooks)
        }
        ("GET", ["control", "unbill", "rules"]) => reply(&shared.engine().unbill.rules),
        ("PUT", ["control", "unbill", "rules"]) => {
            let rules: UnbillRules = parse(body)?;
            shared.engine().unbill.set_rules(rules.clone())?;
            reply(&rules)
        }
        ("POST", ["control", "unbill", "auths", id, "refresh"]) => {
            reply(&refresh(shared, id, &parse(body)?).await?)
        }
        ("POST", ["control", "unbill", "auths", id, "bills"]) => {
            reply(&outside::found(&outside::find_bill(shared, of, id, &parse(body)?).await?))
        }
        ("POST", ["control", "unbill", "bills", id, "statement"]) => {
            reply(&outside::statement(shared, of, id, &parse(body)?).await?)
        }
        ("POST", ["control", "unbill", "payment-methods", id, "issuer"]) => {
            reply(&outside::issuer(shared, of, id, parse(body)?).await?)
        }
        ("POST", ["control", "unbill", "tokens", "use"]) => {
            let TokenUse { token } = parse(body)?;
            reply(&json!({ "clientId": use_token(shared, &token)? }))
        }
        _ => Err(ControlError::no_such_route(method, segments)),
    }
}

/// Replaces the configuration; events of before keep waiting and go to the new receiver.
pub(crate) async fn configure_webhooks(shared: &Shared, webhooks: UnbillWebhooks) -> Result<(), Error> {
    webhooks.check()?;
    shared
        .replace(|engine| {
            engine.unbill.webhooks = webhooks;
            engine.receiver_changed(&API);
        })
        .await;
    Ok(())
}

/// Lets the service look at a verified login by itself. What it finds is what this version has a status for.
pub(crate) async fn refresh(shared: &Shared, id: &str, found: &AuthRefresh) -> Result<Value, Error> {
    let refusal = match found {
        AuthRefresh::MfaRequired {} => {
            Some("a login of this version is asked something only while its caller waits")
        }
        AuthRefresh::NeedsResync {} => Some("this version has no such notion; take \"invalid\""),
        AuthRefresh::Verified {} | AuthRefresh::Invalid {} | AuthRefresh::Hold { .. } => None,
    };
    if let Some(message) = refusal {
        return Err(Error::new(ErrorKind::InvalidInput, message));
    }
    outside::refresh(shared, outside::UNBILL, id, found).await
}

/// Opens a white-label product, which uses a token up unless it may be used again; says whose it is.
pub(crate) fn use_token(shared: &Shared, token: &str) -> Result<String, Error> {
    let mut engine = shared.engine();
    let now = engine.now();
    // The world speaks of credentials, which a token of this version never is.
    if !engine.unbill.world.has_token(token) {
        return Err(Error::new(ErrorKind::InvalidInput, "there is no such client token"));
    }
    match engine.unbill.world.use_token(now, token) {
        Ok(client_id) => Ok(client_id.to_string()),
        Err(refusal) => {
            let message = refusal.message.trim_end_matches('.').to_owned();
            Err(Error::new(ErrorKind::InvalidInput, message))
        }
    }
}
