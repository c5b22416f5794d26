//! What the partner hears: the events, written member by member from the description.
//!
//! They are plain JSON on purpose. The wire types belong to the client's side too; building the events by hand is the
//! second reading that lets a test find a mistake in the first.
//!
//! Source: Q2 Biller Direct description, sections 10.1 to 10.3.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::event_types::EventType;
use crate::bill_pay::{
    Amount, Ask, Auth, AuthId, Bill, BillId, Challenge, ClientId, Company, Details, News, PaymentMethod,
    Question, Running, SwapId, World,
};
use crate::event::NewEvent;
use crate::json_text::{Json, Object, Plain};
use crate::moment::Moment;

/// An event without its envelope.
struct Draft {
    kind: EventType,
    client_id: ClientId,
    resource_id: String,
    data: Json,
}

/// What Q2 has to say about a piece of news: always something.
pub(super) fn tell(world: &mut World, now: Moment, news: &News<'_>) -> Option<NewEvent> {
    let draft = draft(world, news)?;
    Some(enveloped(world, now, &draft))
}

fn draft(world: &World, news: &News<'_>) -> Option<Draft> {
    match *news {
        News::AuthSuccess(id) => auth_success(world, id),
        News::AuthCreated(id) => auth_created(world, id),
        News::AuthInvalid(id) => auth_invalid(world, id),
        News::AuthNeedsResync(id) => auth_needs_resync(world, id),
        News::AuthDeleted(id) => auth_deleted(world, id),
        News::AuthHold(id) => auth_hold(world, id),
        News::AuthFailed(id) => auth_failed(world, id),
        News::SecurityInputRequired(id) => security_input_required(world, id),
        News::BillCreated(id) => bill_created(world, id),
        News::BillUpcoming(id) => bill_upcoming(world, id),
        News::BillUpdate { bill, before, balance } => bill_update(world, bill, before, balance),
        News::DueDateMoved { bill, before } => scheduled_payment_notice(world, bill, before),
        News::PaymentScheduled { bill, payment } => payment_scheduled(world, bill, payment),
        News::PaymentSent { bill, payment } => payment_sent(world, bill, payment),
        News::PaymentFailed { bill, payment } => payment_failed(world, bill, payment),
        News::PaymentCancelled { bill, trigger } => payment_cancelled(world, bill, trigger),
        News::SwapSuccess(id) => swap_success(world, id),
    }
}

/// Gives a draft its id and its envelope. The body is the event object without the wrapping `event` member.
fn enveloped(world: &mut World, now: Moment, draft: &Draft) -> NewEvent {
    let id = world.seed_mut().id("event");
    let mut body = Object::new()
        .word("_id", &id)
        .word("type", draft.kind.as_str())
        .shown("created", now)
        .word("clientId", draft.client_id.as_str())
        .word("partnerId", world.partner_id());
    if let Some(client) = world.client(&draft.client_id) {
        body = body.text("identifier", &client.identifier);
    }
    let resource =
        |resource: Object| resource.word("type", draft.kind.resource_type()).word("id", &draft.resource_id);
    let payload = |payload: Object| payload.object("resource", resource).json("data", &draft.data);
    let body = body.object("payload", payload).end();
    let sent_as = Cow::Borrowed(draft.kind.as_str());
    let client_id = draft.client_id.as_text().clone();
    NewEvent {
        id,
        kind: draft.kind.as_str(),
        created: now,
        client_id,
        sent_as,
        body,
        overridden: false,
        receiver: None,
    }
}

fn about_client(kind: EventType, auth: &Auth, data: Json) -> Draft {
    let resource_id = auth.client_id.to_string();
    Draft { kind, client_id: auth.client_id.clone(), resource_id, data }
}

fn about_auth(kind: EventType, auth: &Auth, data: Json) -> Draft {
    Draft { kind, client_id: auth.client_id.clone(), resource_id: auth.id.to_string(), data }
}

fn about_bill(kind: EventType, bill: &Bill, data: Json) -> Draft {
    Draft { kind, client_id: bill.client_id.clone(), resource_id: bill.id.to_string(), data }
}

fn auth_success(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_client(EventType::AuthSuccess, auth, auth_with_items(world, auth)?))
}

fn auth_created(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_auth(EventType::AuthCreated, auth, auth_with_items(world, auth)?))
}

fn auth_invalid(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_auth(EventType::AuthInvalid, auth, company_alone(world, auth)?))
}

fn auth_needs_resync(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_auth(EventType::AuthNeedsResync, auth, company_alone(world, auth)?))
}

fn auth_deleted(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    Some(about_auth(EventType::AuthDeleted, auth, company_alone(world, auth)?))
}

fn auth_hold(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    let hold = auth.hold?;
    let reason = |members: Object| {
        let members = members.word("code", hold.code.as_str());
        let members = match hold.subcategory {
            Some(subcategory) => members.word("subcategory", subcategory.as_str()),
            None => members,
        };
        members.text("text", hold.text())
    };
    let data = with_company(Object::new(), world.company(&auth.company_id)?).object("hold", reason);
    Some(about_auth(EventType::AuthHold, auth, data.end()))
}

fn auth_failed(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    let message = "You may want to double check your information.";
    let data = with_company(Object::new(), world.company(&auth.company_id)?)
        .object("reason", |reason| reason.text("message", message));
    Some(about_client(EventType::AuthFailed, auth, data.end()))
}

/// The sample of a code challenge carries the company, the other samples the auth.
fn security_input_required(world: &World, id: &AuthId) -> Option<Draft> {
    let auth = world.auth(id)?;
    let company = world.company(&auth.company_id)?;
    let challenge = auth.run.as_ref()?.challenge()?;
    let data = if matches!(challenge.ask, Ask::Destination { .. }) {
        with_company(Object::new(), company)
    } else {
        Object::new().object("auth", |members| {
            with_status(with_company(members.word("_id", auth.id.as_str()), company), auth)
        })
    };
    let data = challenge_input(data, challenge).word("method", challenge.method().as_str());
    let data = if challenge.shows_retry() { data.flag("showRetry", true) } else { data };
    Some(about_client(EventType::SecurityInputRequired, auth, data.text("token", &challenge.token).end()))
}

fn challenge_input(data: Object, challenge: &Challenge) -> Object {
    let question = |members: Object, question: &Question| {
        members.text("identifier", &question.identifier).text("question", &question.question)
    };
    match &challenge.ask {
        Ask::Questions { questions } => data.objects("input", questions, question),
        Ask::Code { question: asked, .. } => data.objects("input", [asked], question),
        Ask::Destination { destinations } => data.objects("input", destinations, |members, destination| {
            members
                .text("identifier", &destination.identifier)
                .text("label", &destination.label)
                .text("mask", &destination.mask)
                .text("type", &destination.kind)
        }),
        Ask::Prompt { request } => {
            data.objects("input", [request], |members, request| members.text("request", request))
        }
    }
}

fn bill_created(world: &World, id: &BillId) -> Option<Draft> {
    let bill = world.bill(id)?;
    let auth = world.auth(&bill.auth_id)?;
    let company = world.company(&auth.company_id)?;
    let shown_company = |members: Object| {
        let logo =
            |logo: Object| logo.flag("background", company.background_logo).text("url", &company.logo_url());
        members.word("_id", company.id.as_str()).object("logo", logo).text("name", company.name)
    };
    let data = Object::new().object("auth", |members| {
        with_status(members.word("_id", auth.id.as_str()).object("company", shown_company), auth)
    });
    Some(about_bill(EventType::BillCreated, bill, data.end()))
}

fn bill_upcoming(world: &World, id: &BillId) -> Option<Draft> {
    let bill = world.bill(id)?;
    let (balance, due) = (bill.balance?, bill.due?);
    let data = about_company(world, bill)?
        .object("bill", |shown| shown.shown("balance", balance).shown("dueDate", due))
        .end();
    Some(about_bill(EventType::BillUpcoming, bill, data))
}

fn bill_update(world: &World, id: &BillId, before: Option<Amount>, balance: Amount) -> Option<Draft> {
    let bill = world.bill(id)?;
    let changes = |changes: Object| {
        let changes = changed(changes, "balance", before, balance);
        match bill.due {
            Some(due) => changed(changes, "dueDate", None, due),
            None => changes,
        }
    };
    Some(about_bill(EventType::BillUpdate, bill, about_company(world, bill)?.object("bill", changes).end()))
}

fn scheduled_payment_notice(world: &World, id: &BillId, before: Option<Moment>) -> Option<Draft> {
    let bill = world.bill(id)?;
    let due = bill.due?;
    let data = about_company(world, bill)?.object("bill", |changes| changed(changes, "dueDate", before, due));
    Some(about_bill(EventType::ScheduledPaymentNotice, bill, data.end()))
}

fn payment_scheduled(world: &World, id: &BillId, running: &Running) -> Option<Draft> {
    let bill = world.bill(id)?;
    let data = with_surcharge(payment_data(world, bill, running)?, running);
    Some(about_bill(EventType::PaymentScheduled, bill, data.shown("payDate", running.pay_date).end()))
}

fn payment_sent(world: &World, id: &BillId, running: &Running) -> Option<Draft> {
    let bill = world.bill(id)?;
    let data = with_surcharge(payment_data(world, bill, running)?, running);
    Some(about_bill(EventType::PaymentSent, bill, data.end()))
}

/// As in the sample: no surcharge, no reason, the method still as it was.
fn payment_failed(world: &World, id: &BillId, running: &Running) -> Option<Draft> {
    let bill = world.bill(id)?;
    Some(about_bill(EventType::PaymentFailed, bill, payment_data(world, bill, running)?.end()))
}

fn payment_cancelled(world: &World, id: &BillId, trigger: &str) -> Option<Draft> {
    let bill = world.bill(id)?;
    let changes = |mut changes: Object| {
        if let Some(due) = bill.due {
            changes = changed(changes, "dueDate", None, due);
        }
        if let Some(amount) = bill.amount_to_pay() {
            changes = changed(changes, "amount", None, amount);
        }
        changes
    };
    let data = about_company(world, bill)?.object("bill", changes).word("trigger", trigger);
    let data = with_method(data, world.chosen_method(id));
    Some(about_bill(EventType::PaymentCancelled, bill, data.end()))
}

/// In this event the company comes whole.
fn swap_success(world: &World, id: &SwapId) -> Option<Draft> {
    let swap = world.swap(id)?;
    let method = world.any_payment_method(&swap.method_id)?;
    let data = Object::new()
        .word("clientId", swap.client_id.as_str())
        .json("company", &whole_company(world.company(&swap.company_id)?).into());
    let data = with_method(data, Some(method)).end();
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

fn payment_data(world: &World, bill: &Bill, running: &Running) -> Option<Object> {
    let data = about_company(world, bill)?.shown("amount", running.amount);
    Some(with_method(data, world.any_payment_method(&running.method_id)))
}

fn with_surcharge(data: Object, running: &Running) -> Object {
    let Some(surcharge) = &running.surcharge else { return data };
    let members =
        |members: Object| members.word("type", surcharge.kind.as_str()).shown("rate", surcharge.fee);
    data.object("surcharge", members)
}

fn with_method(data: Object, method: Option<&PaymentMethod>) -> Object {
    let Some(method) = method else { return data };
    data.object("paymentMethod", |members| payment_method(members, method))
}

fn payment_method(members: Object, method: &PaymentMethod) -> Object {
    let mut members = members
        .word("_id", method.id.as_str())
        .word("type", method.kind().as_str())
        .text("name", &method.name)
        .word("status", method.status.as_str());
    if !method.assigned_bills.is_empty() {
        members = members.texts("assignedBills", method.assigned_bills.iter().map(BillId::as_str));
    }
    if let Some(identifier) = &method.identifier {
        members = members.text("identifier", identifier);
    }
    if method.is_default {
        members = members.flag("default", true);
    }
    match &method.details {
        Details::Card(card) => members.object("card", |details| {
            details
                .word("number", &card.number)
                .word("bin", &card.bin)
                .word("brand", card.brand.as_str())
                .word("type", card.kind.as_str())
                .shown("expDate", card.expires)
                .flag("cancelled", card.cancelled)
        }),
        Details::Bank(bank) => members.object("bank", |details| {
            details
                .word("routingNumber", &bank.routing_number)
                .word("accountNumber", &bank.account_number)
                .word("type", bank.kind.as_str())
        }),
    }
}

fn auth_with_items(world: &World, auth: &Auth) -> Option<Json> {
    let company = world.company(&auth.company_id)?;
    let members = |members: Object| {
        let items = auth.items.iter().map(|item| item.as_str());
        with_status(with_company(members.word("_id", auth.id.as_str()), company).texts("items", items), auth)
    };
    Some(Object::new().object("auth", members).end())
}

fn with_status(members: Object, auth: &Auth) -> Object {
    members.object("status", |status| status.word("type", auth.status.as_str()))
}

fn company_alone(world: &World, auth: &Auth) -> Option<Json> {
    Some(with_company(Object::new(), world.company(&auth.company_id)?).end())
}

/// A company as most events name it.
fn with_company(members: Object, company: &Company) -> Object {
    members.object("company", |members| members.word("_id", company.id.as_str()).text("name", company.name))
}

/// The beginning of what is told about a bill. In the payment samples the company has nothing but its name.
fn about_company(world: &World, bill: &Bill) -> Option<Object> {
    let name = world.company(&bill.company_id)?.name;
    Some(Object::new().object("company", |company| company.text("name", name)))
}

fn changed<T: Plain>(changes: Object, name: &'static str, previous: Option<T>, current: T) -> Object {
    changes.object(name, |change| {
        let change = match previous {
            Some(previous) => change.shown("previous", previous),
            None => change,
        };
        change.shown("current", current)
    })
}
