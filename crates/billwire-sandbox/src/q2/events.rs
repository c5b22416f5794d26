//! What the partner hears: the events, written member by member from the description.
//!
//! They are plain JSON on purpose. The wire types belong to the client's side too; building the events by hand is the
//! second reading that lets a test find a mistake in the first.
//!
//! Source: Q2 Biller Direct description, sections 10.1 to 10.3.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::event_types::EventType;
use super::world::{
    Amount, Ask, Auth, AuthId, Bill, BillId, Challenge, ClientId, Company, Details, PaymentMethod,
    PaymentMethodId, Running, SwapId, World,
};
use crate::moment::Moment;

/// An event that has happened.
#[derive(Clone)]
pub(crate) struct NewEvent {
    pub(crate) id: String,
    pub(crate) kind: EventType,
    pub(crate) created: Moment,
    pub(crate) client_id: ClientId,
    /// The event object, without the wrapping `event` member.
    pub(crate) body: Value,
    /// It was triggered with overrides.
    pub(crate) overridden: bool,
}

/// An event without its envelope.
pub(crate) struct Draft {
    kind: EventType,
    client_id: ClientId,
    resource_id: String,
    data: Value,
}

impl World {
    /// Writes an event into the outbox.
    pub(super) fn emit(&mut self, now: Moment, draft: Option<Draft>) {
        if let Some(draft) = draft {
            let event = self.enveloped(now, draft);
            self.push_event(event);
        }
    }

    /// Gives a draft its id and its envelope.
    pub(crate) fn enveloped(&mut self, now: Moment, draft: Draft) -> NewEvent {
        let id = self.seed_mut().id("event");
        let mut body = json!({
            "_id": id,
            "type": draft.kind.as_str(),
            "created": now,
            "clientId": draft.client_id,
            "partnerId": self.partner_id(),
            "payload": {
                "resource": { "type": draft.kind.resource_type(), "id": draft.resource_id },
                "data": draft.data,
            },
        });
        if let (Some(client), Some(members)) = (self.client(&draft.client_id), body.as_object_mut()) {
            members.insert("identifier".to_owned(), client.identifier.clone().into());
        }
        NewEvent { id, kind: draft.kind, created: now, client_id: draft.client_id, body, overridden: false }
    }
}

fn about_client(kind: EventType, auth: &Auth, data: Value) -> Draft {
    let resource_id = auth.client_id.to_string();
    Draft { kind, client_id: auth.client_id.clone(), resource_id, data }
}

fn about_auth(kind: EventType, auth: &Auth, data: Value) -> Draft {
    Draft { kind, client_id: auth.client_id.clone(), resource_id: auth.id.to_string(), data }
}

fn about_bill(kind: EventType, bill: &Bill, data: Value) -> Draft {
    Draft { kind, client_id: bill.client_id.clone(), resource_id: bill.id.to_string(), data }
}

pub(crate) fn auth_success(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_client(EventType::AuthSuccess, auth, json!({ "auth": auth_with_items(world, auth)? })))
}

pub(crate) fn auth_created(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_auth(EventType::AuthCreated, auth, json!({ "auth": auth_with_items(world, auth)? })))
}

pub(crate) fn auth_invalid(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_auth(EventType::AuthInvalid, auth, json!({ "company": company_of_auth(world, auth)? })))
}

pub(crate) fn auth_needs_resync(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_auth(EventType::AuthNeedsResync, auth, json!({ "company": company_of_auth(world, auth)? })))
}

pub(crate) fn auth_deleted(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_auth(EventType::AuthDeleted, auth, json!({ "company": company_of_auth(world, auth)? })))
}

pub(crate) fn auth_hold(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    let hold = auth.hold?;
    let mut reason = Map::from_iter([
        ("code".to_owned(), json!(hold.code.as_str())),
        ("text".to_owned(), json!(hold.text())),
    ]);
    if let Some(subcategory) = hold.subcategory {
        reason.insert("subcategory".to_owned(), json!(subcategory.as_str()));
    }
    Some(about_auth(
        EventType::AuthHold,
        auth,
        json!({ "hold": reason, "company": company_of_auth(world, auth)? }),
    ))
}

pub(crate) fn auth_failed(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    let data = json!({
        "reason": { "message": "You may want to double check your information." },
        "company": company_of_auth(world, auth)?,
    });
    Some(about_client(EventType::AuthFailed, auth, data))
}

/// The sample of a code challenge carries the company, the other samples the auth.
pub(crate) fn security_input_required(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    let challenge = auth.run.as_ref()?.challenge()?;
    let mut data = Map::from_iter([
        ("token".to_owned(), json!(challenge.token)),
        ("method".to_owned(), json!(challenge.method().as_str())),
        ("input".to_owned(), challenge_input(challenge)),
    ]);
    if challenge.shows_retry() {
        data.insert("showRetry".to_owned(), json!(true));
    }
    let company = company_of_auth(world, auth)?;
    if matches!(challenge.ask, Ask::Destination { .. }) {
        data.insert("company".to_owned(), company);
    } else {
        let about = json!({ "_id": auth.id, "status": { "type": auth.status.as_str() }, "company": company });
        data.insert("auth".to_owned(), about);
    }
    Some(about_client(EventType::SecurityInputRequired, auth, data.into()))
}

fn challenge_input(challenge: &Challenge) -> Value {
    match &challenge.ask {
        Ask::Questions { questions } => json!(questions),
        Ask::Code { question, .. } => json!([question]),
        Ask::Destination { destinations } => destinations
            .iter()
            .map(|destination| {
                json!({
                    "type": destination.kind,
                    "mask": destination.mask,
                    "identifier": destination.identifier,
                    "label": destination.label,
                })
            })
            .collect(),
        Ask::Prompt { request } => json!([{ "request": request }]),
    }
}

pub(crate) fn bill_created(world: &World, id: &BillId) -> Option<Draft> {
    let bill = world.bill(id)?;
    let auth = world.auth(&bill.auth_id)?;
    let mut company = company_of_auth(world, auth)?;
    let whole = world.company(&auth.company_id)?;
    let logo = json!({ "url": whole.logo_url(), "background": whole.background_logo });
    company.as_object_mut()?.insert("logo".to_owned(), logo);
    let about = json!({ "_id": auth.id, "status": { "type": auth.status.as_str() }, "company": company });
    Some(about_bill(EventType::BillCreated, bill, json!({ "auth": about })))
}

pub(crate) fn bill_upcoming(world: &World, id: &BillId) -> Option<Draft> {
    let bill = world.bill(id)?;
    let data = json!({
        "company": company_of_bill(world, bill)?,
        "bill": { "balance": bill.balance, "dueDate": bill.due },
    });
    Some(about_bill(EventType::BillUpcoming, bill, data))
}

pub(crate) fn bill_update(
    world: &World,
    id: &BillId,
    before: Option<Amount>,
    balance: Amount,
) -> Option<Draft> {
    let bill = world.bill(id)?;
    let mut changes = Map::from_iter([("balance".to_owned(), change(before, balance))]);
    if let Some(due) = bill.due {
        changes.insert("dueDate".to_owned(), json!({ "current": due }));
    }
    let data = json!({ "company": company_of_bill(world, bill)?, "bill": changes });
    Some(about_bill(EventType::BillUpdate, bill, data))
}

pub(crate) fn scheduled_payment_notice(world: &World, id: &BillId, before: Option<Moment>) -> Option<Draft> {
    let bill = world.bill(id)?;
    let data = json!({
        "company": company_of_bill(world, bill)?,
        "bill": { "dueDate": change(before, bill.due?) },
    });
    Some(about_bill(EventType::ScheduledPaymentNotice, bill, data))
}

pub(crate) fn payment_scheduled(world: &World, id: &BillId, running: &Running) -> Option<Draft> {
    let bill = world.bill(id)?;
    let mut data = payment_data(world, bill, running)?;
    data.insert("payDate".to_owned(), json!(running.pay_date));
    Some(about_bill(EventType::PaymentScheduled, bill, data.into()))
}

pub(crate) fn payment_sent(world: &World, id: &BillId, running: &Running) -> Option<Draft> {
    let bill = world.bill(id)?;
    Some(about_bill(EventType::PaymentSent, bill, payment_data(world, bill, running)?.into()))
}

/// As in the sample: no surcharge, no reason, the method still as it was.
pub(crate) fn payment_failed(world: &World, id: &BillId, running: &Running) -> Option<Draft> {
    let bill = world.bill(id)?;
    let mut data = payment_data(world, bill, running)?;
    data.remove("surcharge");
    Some(about_bill(EventType::PaymentFailed, bill, data.into()))
}

pub(crate) fn payment_cancelled(world: &World, id: &BillId, trigger: &str) -> Option<Draft> {
    let bill = world.bill(id)?;
    let mut changes = Map::new();
    if let Some(due) = bill.due {
        changes.insert("dueDate".to_owned(), json!({ "current": due }));
    }
    if let Some(amount) = bill.amount_to_pay() {
        changes.insert("amount".to_owned(), json!({ "current": amount }));
    }
    let mut data = Map::from_iter([
        ("company".to_owned(), company_of_bill(world, bill)?),
        ("bill".to_owned(), changes.into()),
        ("trigger".to_owned(), json!(trigger)),
    ]);
    if let Some(method) = world.chosen_method(id) {
        data.insert("paymentMethod".to_owned(), payment_method(method));
    }
    Some(about_bill(EventType::PaymentCancelled, bill, data.into()))
}

/// In this event the company comes whole.
pub(crate) fn swap_success(world: &World, id: &SwapId) -> Option<Draft> {
    let swap = world.swap(id)?;
    let data = json!({
        "clientId": swap.client_id,
        "company": whole_company(world.company(&swap.company_id)?),
        "paymentMethod": method_of(world, &swap.method_id)?,
    });
    Some(Draft {
        kind: EventType::SwapSuccess,
        client_id: swap.client_id.clone(),
        resource_id: swap.id.to_string(),
        data,
    })
}

fn whole_company(company: &Company) -> Value {
    let fields = company.login_fields.iter().map(|field| {
        json!({
            "placeholder": field.placeholder,
            "formType": field.form_type,
            "name": field.name,
            "label": field.label,
        })
    });
    let mut logo = json!({ "url": company.logo_url(), "background": company.background_logo });
    if let Some(color) = company.brand_color {
        logo["svg"] = json!({ "url": company.drawing_url("logo"), "color": color });
        logo["symbol"] = json!({ "url": company.drawing_url("symbol"), "color": color });
    }
    json!({
        "_id": company.id,
        "name": company.name,
        "status": "operational",
        "logo": logo,
        "auth": {
            "urls": {
                "login": company.page_url("login"),
                "signup": company.page_url("signup"),
                "forgotPassword": company.page_url("forgot-password"),
                "forgotUsername": company.page_url("forgot-username"),
            },
            "loginFields": fields.collect::<Vec<_>>(),
        },
        "userPresenceRequired": company.user_presence_required,
        "supportedItems": ["auth", "bill", "swap", "payment"],
    })
}

fn payment_data(world: &World, bill: &Bill, running: &Running) -> Option<Map<String, Value>> {
    let mut data = Map::from_iter([
        ("company".to_owned(), company_of_bill(world, bill)?),
        ("amount".to_owned(), json!(running.amount)),
    ]);
    if let Some(method) = method_of(world, &running.method_id) {
        data.insert("paymentMethod".to_owned(), method);
    }
    if let Some(surcharge) = &running.surcharge {
        data.insert(
            "surcharge".to_owned(),
            json!({ "type": surcharge.kind.as_str(), "rate": surcharge.fee }),
        );
    }
    Some(data)
}

fn method_of(world: &World, id: &PaymentMethodId) -> Option<Value> {
    world.any_payment_method(id).map(payment_method)
}

fn payment_method(method: &PaymentMethod) -> Value {
    let mut members = Map::from_iter([
        ("_id".to_owned(), json!(method.id)),
        ("type".to_owned(), json!(method.kind().as_str())),
        ("name".to_owned(), json!(method.name)),
        ("status".to_owned(), json!(method.status)),
    ]);
    if !method.assigned_bills.is_empty() {
        members.insert("assignedBills".to_owned(), json!(method.assigned_bills));
    }
    if let Some(identifier) = &method.identifier {
        members.insert("identifier".to_owned(), json!(identifier));
    }
    if method.is_default {
        members.insert("default".to_owned(), json!(true));
    }
    match &method.details {
        Details::Card(card) => {
            let details = json!({
                "number": card.number,
                "bin": card.bin,
                "brand": card.brand.as_str(),
                "type": card.kind.as_str(),
                "expDate": card.expires,
                "cancelled": card.cancelled,
            });
            members.insert("card".to_owned(), details);
        }
        Details::Bank(bank) => {
            let details = json!({
                "routingNumber": bank.routing_number,
                "accountNumber": bank.account_number,
                "type": bank.kind.as_str(),
            });
            members.insert("bank".to_owned(), details);
        }
    }
    members.into()
}

fn auth_with_items(world: &World, auth: &Auth) -> Option<Value> {
    Some(json!({
        "_id": auth.id,
        "items": auth.items.iter().map(|item| item.as_str()).collect::<Vec<_>>(),
        "company": company_of_auth(world, auth)?,
        "status": { "type": auth.status.as_str() },
    }))
}

fn company_of_auth(world: &World, auth: &Auth) -> Option<Value> {
    let company = world.company(&auth.company_id)?;
    Some(json!({ "_id": company.id, "name": company.name }))
}

/// In the payment samples the company has nothing but its name.
fn company_of_bill(world: &World, bill: &Bill) -> Option<Value> {
    Some(json!({ "name": world.company(&bill.company_id)?.name }))
}

fn change<T: Serialize>(previous: Option<T>, current: T) -> Value {
    match previous {
        Some(previous) => json!({ "previous": previous, "current": current }),
        None => json!({ "current": current }),
    }
}
