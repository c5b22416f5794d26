//! Payments: when a bill is paid, by whom, how much, and how often: once.
//!
//! Source: Q2 Biller Direct description, sections 4.4.6 to 4.4.8, 12.5 and 12.7.

use billwire::q2::AuthItem::{Bill, Payment};
use billwire::q2::EnabledState::{Disabled, Enabled};
use billwire::q2::{
    AuthMeta, BillId, BillStatusType, CancelPayment, CreateSwap, Schedule, SchedulePayment,
    UpdatePaymentSettings,
};
use serde_json::json;

use super::{
    AC, BC, BU, CANCELLED, MASTERCARD, MFA_2, REGULAR_1, REGULAR_2, REGULAR_3, REGULAR_4, REGULAR_5, S1,
    SCHEDULED, SENT, VISA,
};
use crate::stage::{Judged, Q2, same};

pub(super) async fn the_schedule_says_on_which_day_a_bill_pays_itself(q2: Q2) {
    let ann = q2.customer().await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    same("as a rule", ann.pay_day(&bill).await, Some(18));
    for (schedule, day) in
        [("ten-days-before", 8), ("five-days-before", 13), ("day-before", 17), ("on-due-date", 18)]
    {
        ann.sets_schedule(&bill, schedule).await;
        same(schedule, ann.pay_day(&bill).await, Some(day));
    }
    ann.adds(ann.card(VISA)).await;
    ann.sets_schedule(&bill, "immediately").await;
    ann.bill_becomes(&bill, "paid").await;
    let settings = UpdatePaymentSettings::new(bill.clone());
    q2.client.update_payment_settings(&settings).await.refused();
    q2.client.update_payment_settings(&settings.with_schedule(Schedule::from("sometimes"))).await.refused();
    let nothing = UpdatePaymentSettings::new("nothing".into()).with_recurring(Enabled);
    q2.client.update_payment_settings(&nothing).await.refused();
}

pub(super) async fn a_bill_pays_itself_on_its_pay_date_and_only_once(q2: Q2) {
    let ann = q2.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    ann.sets_schedule(&bill, "five-days-before").await;
    q2.advance("P12DT11H").await;
    same("the day before", q2.ledger(), vec![]);
    q2.advance("PT2H").await;
    let paid = ann.bill_becomes(&bill, "paid").await;
    same("how much", paid.last_paid_amount.map(|paid| paid.to_string()), Some("25.21".to_owned()));
    same("nothing is left", (paid.balance, paid.due_date, paid.pay_date), (None, None, None));
    q2.advance("P60D").await;
    same("once", q2.ledger(), vec![format!("{bill} 25.21")]);
    let history = q2.client.bill(&bill).await.granted().payments.unwrap_or_default();
    same(
        "history",
        history.iter().map(|payment| payment.amount.to_string()).collect(),
        vec!["25.21".to_owned()],
    );
}

pub(super) async fn a_payment_without_a_date_is_made_at_once(q2: Q2) {
    let ann = q2.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "25.21", -18).await;
    same("late", ann.bill(&bill).await.status.kind, BillStatusType::Overdue);
    ann.pays_now(&bill).await;
    let cancel = CancelPayment::new(bill.clone());
    q2.client.cancel_payment(&cancel).await.refused();
    ann.bill_becomes(&bill, "paid").await;
    ann.heard(&[AC, S1, BC, BU, SCHEDULED, SENT]).await;
    q2.client.cancel_payment(&cancel).await.refused();
    q2.client.pay_now(&bill).await.refused();
}

pub(super) async fn a_scheduled_payment_can_be_replaced_and_cancelled_until_it_is_being_made(q2: Q2) {
    let ann = q2.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    ann.schedules(&bill, 8).await;
    ann.schedules(&bill, 25).await;
    same("the second takes the place of the first", ann.pay_day(&bill).await, Some(25));
    ann.cancels(&bill).await;
    same("no pay date", ann.pay_day(&bill).await, None);
    ann.heard(&[AC, S1, BC, BU, SCHEDULED, SCHEDULED, CANCELLED]).await;
    if q2.hears() {
        let told = ann.told(CANCELLED).await;
        same(
            "by whom",
            (&told["trigger"], &told["bill"]["amount"]["current"]),
            (&json!("client"), &json!("25.21")),
        );
    }
    q2.client.cancel_payment(&CancelPayment::new(bill)).await.refused();
}

pub(super) async fn without_recurring_nothing_is_paid_by_itself(q2: Q2) {
    let ann = q2.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    ann.sets_recurring(&bill, Disabled).await;
    same("no pay date", ann.pay_day(&bill).await, None);
    q2.advance("P20D").await;
    ann.bill_becomes(&bill, "overdue").await;
    same("nothing was paid", q2.ledger(), vec![]);
    ann.schedules(&bill, 25).await;
    q2.advance("P10D").await;
    same("what was asked for", q2.ledger(), vec![format!("{bill} 25.21")]);
}

pub(super) async fn a_cancelled_payment_is_not_made_and_the_next_bill_is_paid_again(q2: Q2) {
    let ann = q2.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    ann.cancels(&bill).await;
    q2.advance("P20D").await;
    ann.bill_becomes(&bill, "overdue").await;
    ann.links(REGULAR_1, "52.11", 49).await;
    q2.advance("P60D").await;
    same("the next one", q2.ledger(), vec![format!("{bill} 52.11")]);
}

pub(super) async fn what_cannot_be_paid_is_refused(q2: Q2) {
    let ann = q2.customer().await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    q2.client.pay_now(&bill).await.refused(); // with what?
    let card = ann.adds(ann.card(VISA)).await;
    q2.client.schedule_payment(&SchedulePayment::pay_on(bill.clone(), q2.day(-1))).await.refused();
    q2.client.pay_now(&BillId::from("nothing")).await.refused();
    for (company, balance, status) in
        [(REGULAR_2, "0", ""), (REGULAR_3, "25.21", "paid"), (REGULAR_4, "25.21", "")]
    {
        let bill = ann.links_with(company, ann.form(balance, -18, status)).await;
        q2.client.pay_now(&bill).await.refused();
    }
    ann.logs_in(&ann.login(REGULAR_5, Bill, ann.form("25.21", 18, "syncing")).await).await;
    let syncing =
        async || ann.bills().await.into_iter().find(|bill| bill.status.kind == BillStatusType::Syncing);
    let syncing = q2.until("a bill that stays syncing", syncing).await;
    q2.client.pay_now(&syncing.id).await.refused();
    ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("", 0, "hold")).await).await;
    ann.auth_becomes("hold").await;
    q2.client.pay_now(&bill).await.refused();
    q2.client.delete_payment_method(&card).await.granted();
}

pub(super) async fn a_company_that_fixes_the_schedule_keeps_it(q2: Q2) {
    let ann = q2.customer().await;
    let bill = ann.links(REGULAR_5, "25.21", 18).await;
    let settings = || UpdatePaymentSettings::new(bill.clone());
    q2.client.update_payment_settings(&settings().with_recurring(Disabled)).await.refused();
    q2.client.update_payment_settings(&settings().with_schedule(Schedule::DayBefore)).await.refused();
    ann.sets_schedule(&bill, "on-due-date").await;
    let kept = ann.bill(&bill).await.settings.expect("settings");
    same("nothing changed", (kept.recurring, kept.schedule), (Some(Enabled), Some(Schedule::OnDueDate)));
}

pub(super) async fn a_user_who_must_be_present_pays_by_logging_in(q2: Q2) {
    let ann = q2.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    let auth = ann.logs_in(&ann.login(MFA_2, Bill, ann.form("25.21", 18, "")).await).await;
    ann.passes(&["prompt"]).await;
    let bill = q2
        .until("the bill", async || {
            ann.bills().await.pop().filter(|bill| bill.status.kind == BillStatusType::Upcoming)
        })
        .await
        .id;
    q2.client.pay_now(&bill).await.refused();
    q2.client.create_swap(&CreateSwap::new(auth, card.clone())).await.refused();
    let meta = AuthMeta::new().with_bill_id(bill.clone()).with_payment_method_id(card);
    ann.logs_in(&ann.login(MFA_2, Payment, ann.form("", 0, "")).await.with_meta(meta)).await;
    ann.passes(&["prompt"]).await;
    ann.bill_becomes(&bill, "paid").await;
}

pub(super) async fn a_surcharge_is_exact_and_not_part_of_the_amount(q2: Q2) {
    let ann = q2.customer().await;
    let (visa, mastercard) = (ann.adds(ann.card(VISA)).await, ann.adds(ann.card(MASTERCARD)).await);
    let bank = ann.adds(ann.account("9900000002")).await;
    for (method, balance, surcharge) in [
        (&visa, "33.40", json!({ "type": "credit", "rate": "0.84" })), // 2.5 per cent are 0.835, rounded half up
        (&visa, "0.20", json!({ "type": "credit", "rate": "0.01" })),
        (&bank, "33.40", json!({ "type": "ach", "rate": "1.50" })),
        (&mastercard, "33.40", json!(null)),
    ] {
        let bill = ann.links(REGULAR_3, balance, 18).await;
        ann.assigns(method, &bill).await;
        ann.pays_now(&bill).await;
        ann.bill_becomes(&bill, "paid").await;
        for webhook in [SCHEDULED, SENT] {
            let told = ann.told(webhook).await;
            same(webhook, (&told["amount"], &told["surcharge"]), (&json!(balance), &surcharge));
        }
    }
}
