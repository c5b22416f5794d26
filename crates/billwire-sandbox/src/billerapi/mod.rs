//! The emulated BillerAPI: client credentials and tokens, link flows, bills, synchronisations, mailboxes, webhooks.
//!
//! Read it in this order: `api.rs` (one request from its route to its answer), `routes.rs` (the operations), `world/` (the
//! state machine), `events.rs` and `sending.rs` (what clients hear), `steer.rs` (what tests do to it).

mod api;
mod checks;
mod cursor;
pub(crate) mod event_types;
pub(crate) mod events;
mod extras;
mod forms;
#[rustfmt::skip]
mod generated;
mod handle;
mod idempotency;
pub(crate) mod inputs;
mod rate_limits;
mod routes;
mod security;
mod sending;
pub(crate) mod settings;
mod state;
pub(crate) mod steer;
mod wire;
pub(crate) mod world;

use serde_json::{Value, json};

use self::event_types::EventType;
pub(crate) use self::routes::RequestContext;
pub(crate) use self::state::State;
pub use self::world::{
    AccountStatus, BillChange, BillSource, BillStatus, BillToCome, Day, MailToCome, MailboxConsent,
    RequestAnswer,
};
use crate::api::{Api, ApiWorld, Ordering, Schemas};
use crate::shared::Shared;

/// As in URLs of the control API, faults and records.
pub(crate) const NAME: &str = "billerapi";

/// What the shared parts know of this API.
pub(crate) static API: Api = Api {
    name: NAME,
    port_offset: 3,
    base_path: "",
    request_id_header: "x-request-id",
    url: |urls| &mut urls.billerapi,
    operations: billwire_models::billerapi::operations::ALL,
    event_types: &EVENT_TYPES,
    // Source: BillerAPI description, section 6.8: the order of events is not guaranteed.
    ordering: Ordering::None,
    route: api::route,
    perform: api::perform,
    untidy: api::untidy,
    error_body: api::error_body,
    schemas: Schemas {
        text: include_str!("generated/schemas.json"),
        prepare: schemas,
        event: state::described_event,
    },
    world: |engine| &engine.billerapi as &dyn ApiWorld,
    world_mut: |engine| &mut engine.billerapi,
};

static EVENT_TYPES: [&str; 9] = {
    let mut names = [""; 9];
    let mut place = 0;
    while place < names.len() {
        names[place] = EventType::ALL[place].as_str();
        place += 1;
    }
    names
};

/// Members that a client does without and the sandbox always sends, by schema.
const ALWAYS_SENT: [(&str, &[&str]); 9] = [
    (
        "Bill",
        &[
            "id",
            "biller_id",
            "biller_name",
            "account_number",
            "amount",
            "currency",
            "due_date",
            "status",
            "statement_date",
            "auto_pay_enabled",
            "line_items",
        ],
    ),
    (
        "Account",
        &["id", "account_link_id", "biller_id", "biller_name", "client_user_id", "status", "created_at"],
    ),
    ("Biller", &["id", "name"]),
    ("LinkStep", &["success"]),
    ("CreatedLinkToken", &["success", "link_token", "link_token_id", "expires_at"]),
    ("ExchangedToken", &["success", "access_token", "biller_id", "link_id"]),
    ("Sync", &["id", "account_link_id", "status", "created_at"]),
    ("RequestToLink", &["id", "client_id", "client_user_id", "status", "created_at", "updated_at"]),
    ("WebhookSubscription", &["id", "client_id", "environment", "url", "events", "status", "created_at"]),
];

/// Makes the schemas as strict as the sandbox is, and adds those of what only the sandbox has.
fn schemas(all: &mut Value) -> Result<(), String> {
    for (name, members) in ALWAYS_SENT {
        let schema = all["$defs"].get_mut(name).ok_or_else(|| format!("there is no schema {name}"))?;
        schema["required"] = json!(members);
    }
    // Whole cents.
    for name in ["Bill", "LineItem"] {
        all["$defs"][name]["properties"]["amount"] = json!({ "type": "integer" });
    }
    // As the documents of this API print it.
    all["$defs"]["time"]["pattern"] =
        json!(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?Z$");
    let event_type = json!({ "anyOf": [{ "$ref": "#/$defs/EventType" }, { "const": "*" }] });
    all["$defs"]["WebhookSubscription"]["properties"]["events"]["items"] = event_type;
    all["errors"] = json!({ "oneOf": [
        { "$ref": "#/$defs/FrameworkError", "required": ["statusCode", "message", "error"] },
        {
            "$ref": "#/$defs/StructuredError",
            "required": ["status_code", "error", "message", "documentation_url"],
        },
    ] });
    extras::add_schemas(&mut all["answers"]);
    for kind in EventType::ALL {
        let data = format!("#/$defs/{}", kind.data_schema());
        all["events"][kind.as_str()] = json!({
            "$ref": "#/$defs/Event",
            "properties": {
                "type": { "const": kind.as_str() },
                "data": { "properties": { "object": { "$ref": data } } },
            },
        });
    }
    Ok(())
}

/// The clients as the control API tells of them: never their secrets.
pub(crate) fn clients(shared: &Shared) -> Value {
    let engine = shared.engine();
    engine.billerapi.world.clients().iter().map(wire::client).collect()
}
