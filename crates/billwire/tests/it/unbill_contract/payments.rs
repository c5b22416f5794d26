//! Bills, their payments, and the events that tell of them.
//!
//! Source: Unbill v1 description, sections 4.2, 4.4.7, 4.4.8, 4.6, 7 and 10.

use billwire::unbill::{
    CreateSwap, EnabledState, EventData, Schedule, SchedulePayment, UpdatePaymentSettings,
};
use serde_json::json;

use super::stage::Unbill;
use super::{FIXED, REGULAR_1, REGULAR_2, VISA};
use crate::judge::{Judged, same};

pub(super) async fn a_bill_is_the_same_alone_and_in_the_list(unbill: Unbill) {
    let ann = unbill.customer().await;
    let id = ann.links(REGULAR_1, "test").await;
    let alone = unbill.client.bill(&id).await.granted();
    let mut listed = ann.bills().await;
    same("one bill", listed.len(), 1);
    assert!(listed.remove(0) == alone.bill, "the same bill");
    assert!(alone.payments.is_some_and(|payments| payments.is_empty()), "nothing was paid");
    unbill.client.bill(&"nothing".into()).await.unknown();
}

pub(super) async fn the_schedule_says_on_which_day_a_bill_pays_itself_and_only_once(unbill: Unbill) {
    let ann = unbill.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "test").await;
    for (schedule, day) in [("day-before", 9), ("on-due-date", 10), ("five-days-before", 5)] {
        ann.sets_schedule(&bill, schedule).await;
        same(schedule, ann.pay_day(&bill).await, Some(day));
    }
    unbill.advance("P3D").await;
    same("not before its day", unbill.service.ledger().await, vec![]);
    unbill.advance("P3D").await;
    let paid = ann.bill_becomes(&bill, "paid").await;
    same("how much", paid.last_paid_amount.map(|paid| paid.to_string()), Some("100.00".to_owned()));
    unbill.advance("P20D").await;
    same("once", unbill.service.ledger().await, vec![format!("{bill} 100.00")]);
    let nothing = UpdatePaymentSettings::new("nothing".into()).with_recurring(EnabledState::Enabled);
    unbill.client.update_payment_settings(&nothing).await.refused();
}

pub(super) async fn a_payment_without_a_day_is_made_at_once(unbill: Unbill) {
    let ann = unbill.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "test").await;
    ann.pays_now(&bill).await;
    ann.bill_becomes(&bill, "paid").await;
    same("it is in the ledger", unbill.service.ledger().await, vec![format!("{bill} 100.00")]);
    unbill.client.schedule_payment(&SchedulePayment::pay_now(bill)).await.refused();
    unbill.client.schedule_payment(&SchedulePayment::pay_now("nothing")).await.refused();
}

pub(super) async fn scheduling_again_takes_the_place_of_the_first(unbill: Unbill) {
    let ann = unbill.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "test").await;
    ann.schedules(&bill, 3).await;
    same("the first", ann.pay_day(&bill).await, Some(3));
    ann.schedules(&bill, 7).await;
    same("the second takes its place", ann.pay_day(&bill).await, Some(7));
    unbill.advance("P20D").await;
    same("one payment", unbill.service.ledger().await, vec![format!("{bill} 100.00")]);
}

pub(super) async fn without_recurring_nothing_is_paid_by_itself(unbill: Unbill) {
    let ann = unbill.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "test").await;
    ann.sets_recurring(&bill, EnabledState::Disabled).await;
    same("no day", ann.pay_day(&bill).await, None);
    unbill.advance("P20D").await;
    same("nothing was paid", unbill.service.ledger().await, vec![]);
    ann.bill_becomes(&bill, "overdue").await;
}

pub(super) async fn a_company_may_fix_the_schedule_and_insist_on_recurring_payments(unbill: Unbill) {
    let ann = unbill.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(FIXED, "test").await;
    let settings = || UpdatePaymentSettings::new(bill.clone());
    let off = settings().with_recurring(EnabledState::Disabled);
    unbill.client.update_payment_settings(&off).await.refused();
    let other = settings().with_schedule(Schedule::from("day-before"));
    unbill.client.update_payment_settings(&other).await.refused();
    ann.sets_schedule(&bill, "on-due-date").await;
    unbill.advance("P11D").await;
    ann.bill_becomes(&bill, "paid").await;
}

pub(super) async fn a_bill_of_nothing_has_nothing_to_pay(unbill: Unbill) {
    let ann = unbill.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "test").await;
    let nothing = json!({ "balance": "0.00" });
    unbill.service.control("POST", &format!("unbill/bills/{bill}/statement"), nothing).await;
    let shown = ann.bill_becomes(&bill, "zero-balance").await;
    assert!(shown.balance.is_none() && shown.pay_date.is_none(), "nothing is due");
    unbill.client.schedule_payment(&SchedulePayment::pay_now(bill)).await.refused();
}

pub(super) async fn a_surcharge_is_told_of_cards_alone(unbill: Unbill) {
    unbill.service.control("PUT", "unbill/rules", json!({ "cardSurcharge": "2.50" })).await;
    let ann = unbill.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    let bank = ann.adds(ann.account("9900000002")).await;
    for (method, company, fee) in [(card, REGULAR_1, Some("2.50")), (bank, REGULAR_2, None)] {
        let bill = ann.links(company, "test").await;
        assert!(unbill.client.set_default_payment_method(&method).await.granted().success);
        ann.pays_now(&bill).await;
        ann.bill_becomes(&bill, "paid").await;
        unbill.service.until("it is told", async || unbill.told(&bill).get(1).map(drop)).await;
        let events = unbill.events();
        let Some(EventData::BillPayment(payment)) = events.last().map(|event| &event.data) else {
            panic!("no payment: {events:?}")
        };
        same("what the bill gets", payment.amount.to_string().as_str(), "100.00");
        let told = payment.surcharge.as_ref().and_then(|surcharge| surcharge.rate.as_ref());
        same("the surcharge", told.map(ToString::to_string).as_deref(), fee);
    }
}

pub(super) async fn events_prove_nothing_and_are_read_back(unbill: Unbill) {
    let ann = unbill.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "test").await;
    ann.pays_now(&bill).await;
    let told = async || (unbill.told(&bill).len() >= 2).then_some(());
    unbill.service.until("two events", told).await;
    same("in order", unbill.told(&bill), vec!["bill.update".to_owned(), "bill.payment".to_owned()]);
    let events = unbill.events();
    let Some(EventData::BillPayment(payment)) = events.last().map(|event| &event.data) else {
        panic!("no payment: {events:?}")
    };
    let history = unbill.client.bill(&bill).await.granted().payments.unwrap_or_default();
    let read_back: Vec<String> = history.iter().map(|entry| entry.amount.to_string()).collect();
    same("what was told is what is read", vec![payment.amount.to_string()], read_back);
}

pub(super) async fn a_swap_succeeds_and_leaves_no_trace(unbill: Unbill) {
    let ann = unbill.customer().await;
    let companies = unbill.client.list_swap_companies().await.granted().data;
    assert!(!companies.is_empty(), "companies that can swap");
    ann.adds(ann.card(VISA)).await;
    ann.links(REGULAR_1, "test").await;
    let auth = ann.auths().await.pop().expect("a login").id;
    unbill.advance("PT1M").await;
    let before = unbill.events().len();
    assert!(unbill.client.create_swap(&CreateSwap::new(auth)).await.granted().success);
    unbill.advance("PT1H").await;
    same("no event", unbill.events().len(), before);
    unbill.client.create_swap(&CreateSwap::new("nothing".into())).await.refused();
}
