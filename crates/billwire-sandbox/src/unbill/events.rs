//! What the partner hears: two events, written member by member from the description, bare and without a client.
//!
//! Source: Unbill v1 description, section 7 "Webhooks".

use std::borrow::Cow;

use crate::bill_pay::{Amount, Bill, BillId, Company, News, Running, World};
use crate::event::NewEvent;
use crate::json_text::{Json, Object};
use crate::moment::Moment;

pub(super) const UPDATE: &str = "bill.update";
pub(super) const PAYMENT: &str = "bill.payment";
pub(super) const TYPES: &[&str] = &[UPDATE, PAYMENT];

/// What Unbill has to say about a piece of news: only that a balance changed and that a payment was made.
pub(super) fn tell(world: &mut World, now: Moment, news: &News<'_>) -> Option<NewEvent> {
    let (kind, bill, data) = match *news {
        News::BillUpdate { bill, before, balance } => (UPDATE, bill, update(world, bill, before, balance)?),
        News::PaymentSent { bill, payment } => (PAYMENT, bill, self::payment(world, bill, payment)?),
        _ => return None,
    };
    let client_id = world.bill(bill)?.client_id.as_text().clone();
    let id = world.seed_mut().id("event");
    let body = enveloped(&id, kind, now, bill.as_str(), &data);
    Some(NewEvent {
        id,
        kind,
        created: now,
        client_id,
        sent_as: Cow::Borrowed(kind),
        body,
        overridden: false,
        receiver: None,
    })
}

fn enveloped(id: &str, kind: &str, now: Moment, bill_id: &str, data: &Json) -> Json {
    let payload = |payload: Object| {
        payload
            .object("resource", |resource| resource.word("type", "bill").word("id", bill_id))
            .json("data", data)
    };
    Object::new().word("_id", id).word("type", kind).shown("created", now).object("payload", payload).end()
}

/// The values before and after, each in an object of its own (trap L15); the first balance has none before it.
fn update(world: &World, id: &BillId, before: Option<Amount>, balance: Amount) -> Option<Json> {
    let bill = world.bill(id)?;
    let mut data = about(company_of(world, bill)?);
    if let Some(before) = before {
        data = data.object("previous", |values| values.shown("balance", before));
    }
    Some(data.object("current", |values| values.shown("balance", balance)).end())
}

/// Source: Unbill v1 description, section 3 "Traps of this version" (L13: the long words).
fn payment(world: &World, id: &BillId, payment: &Running) -> Option<Json> {
    let bill = world.bill(id)?;
    let mut data = about(company_of(world, bill)?).shown("amount", payment.amount);
    if let Some(surcharge) = &payment.surcharge {
        let words = match surcharge.kind.as_str() {
            "credit" => "credit card",
            "debit" => "debit card",
            _ => "ACH",
        };
        data = data.object("surcharge", |members| members.word("type", words).shown("rate", surcharge.fee));
    }
    Some(data.end())
}

fn company_of<'a>(world: &'a World, bill: &Bill) -> Option<&'a Company> {
    world.company(&bill.company_id)
}

fn about(company: &Company) -> Object {
    Object::new().object("company", |members| members.text("name", company.name))
}
