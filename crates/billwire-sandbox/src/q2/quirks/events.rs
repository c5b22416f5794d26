//! The untidy forms of webhooks.

use serde_json::{Map, Value, json};

use super::edit::{as_number, inside, rename, text};
use super::{Quirk, Quirks};

/// What stands first where members are repeated: the values of the other samples. The last one wins, so they must be
/// overwritten by the real ones.
const REPEATED: &str = r#""_id":"580e3e11dec21e861b5a3719","type":"swap.success","clientId":"579b695decfa110127118752","partnerId":"55942f330cfcfd6c4ed529d8","identifier":"example-id-123","created":"2016-04-20T16:51:12Z","#;

impl Quirks {
    /// The body of a webhook, from the event object. Without quirks it is the event, wrapped.
    pub(crate) fn webhook(self, event: &Value) -> String {
        if self.is_empty() {
            return wrapped(&event.to_string());
        }
        let mut event = event.clone();
        let is_swap = event["type"] == "swap.success";
        self.untidy_event(&mut event);
        if self.contains(Quirk::BarePayload) {
            return event["payload"].to_string();
        }
        match (self.contains(Quirk::BareEvent), is_swap && self.contains(Quirk::RepeatedMembers)) {
            (false, false) => wrapped(&event.to_string()),
            (true, false) => event.to_string(),
            (false, true) => format!(r#"{{"event":{{{REPEATED}{}}},"__v":0}}"#, members(&event)),
            (true, true) => format!(r#"{{{REPEATED}{},"__v":0}}"#, members(&event)),
        }
    }

    fn untidy_event(self, event: &mut Value) {
        if self.contains(Quirk::EventTimeInSeconds) {
            text(event, "created", without_milliseconds);
        }
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        if self.contains(Quirk::ClientIdAsAuthId)
            && matches!(kind.as_str(), "auth.deleted" | "auth.needs-resync")
        {
            let client_id = event["clientId"].clone();
            inside(&mut event["payload"], "resource", |resource| resource["id"] = client_id);
        }
        if self.contains(Quirk::CanceledWithOneL) && kind == "bill.payment.cancelled" {
            event["type"] = json!("bill.payment.canceled");
        }
        if let Some(data) = event.pointer_mut("/payload/data") {
            self.untidy_data(&kind, data);
        }
    }

    fn untidy_data(self, kind: &str, data: &mut Value) {
        inside(data, "paymentMethod", |method| {
            self.payment_method(method);
            if self.contains(Quirk::CanceledWithOneL) {
                inside(method, "card", |card| rename(card, "cancelled", "canceled"));
            }
        });
        inside(data, "company", |company| {
            self.company(company);
            if self.contains(Quirk::ForgotUser) && kind == "swap.success" {
                inside(company, "auth", |auth| {
                    inside(auth, "urls", |urls| rename(urls, "forgotUsername", "forgotUser"));
                });
            }
        });
        if self.contains(Quirk::RatesInOtherForm) {
            inside(data, "surcharge", |surcharge| as_number(surcharge, "rate"));
        }
        if self.contains(Quirk::TimesWithoutZone) && kind.starts_with("bill.") {
            text(data, "payDate", without_zone);
            inside(data, "bill", |bill| {
                text(bill, "dueDate", without_zone);
                inside(bill, "dueDate", |change| {
                    text(change, "previous", without_zone);
                    text(change, "current", without_zone);
                });
            });
        }
        if self.contains(Quirk::ChangesInOldForm) && kind == "bill.update" {
            in_old_form(data);
        }
    }
}

fn wrapped(event: &str) -> String {
    format!(r#"{{"event":{event}}}"#)
}

/// The members of an object as text, without the braces: a JSON value cannot hold a member twice.
fn members(object: &Value) -> String {
    let text = object.to_string();
    text.trim_start_matches('{').strip_suffix('}').unwrap_or_default().to_owned()
}

/// `2026-03-02T12:00:00.000Z` as `2026-03-02T12:00:00Z`. What was in the milliseconds is lost, as it is there.
fn without_milliseconds(time: &str) -> Option<String> {
    let (seconds, _) = time.strip_suffix('Z')?.split_once('.')?;
    Some(format!("{seconds}Z"))
}

/// `2026-03-02T12:00:00.000Z` as `2026-03-02 12:00:00.000`.
fn without_zone(time: &str) -> Option<String> {
    Some(time.strip_suffix('Z')?.replacen('T', " ", 1))
}

/// `{bill: {balance: {previous, current}}}` as `{previous: {balance}, current: {balance}}`.
fn in_old_form(data: &mut Value) {
    let Some(members) = data.as_object_mut() else { return };
    let Some(Value::Object(changes)) = members.remove("bill") else { return };
    let (mut previous, mut current) = (Map::new(), Map::new());
    for (name, mut change) in changes {
        if let Some(value) = change.get_mut("previous") {
            previous.insert(name.clone(), value.take());
        }
        if let Some(value) = change.get_mut("current") {
            current.insert(name, value.take());
        }
    }
    members.insert("previous".to_owned(), previous.into());
    members.insert("current".to_owned(), current.into());
}
