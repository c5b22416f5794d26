//! Bills, and the cards and bank accounts that pay them.
//!
//! Source: Q2 Biller Direct description, sections 4.2, 4.4, 12.3 and 12.4.

use billwire::models::scalar::CardData;
use billwire::q2::EnabledState::Enabled;
use billwire::q2::{
    AddPaymentMethod, AssignPaymentMethod, BillStatusType, CardBrand, ClientId, PartnerId, PaymentMethodId,
    PaymentMethodType,
};
use serde_json::json;

use super::{
    AC, AMEX, BC, BU, DECLINED, DISCOVER, MASTERCARD, REGULAR_1, REGULAR_2, REGULAR_4, S1, SCHEDULED, VISA,
};
use crate::stage::{Judged, Q2, same, user};

pub(super) async fn a_bill_is_the_same_in_every_list(q2: Q2) {
    let ann = q2.customer().await;
    let id = ann.links(REGULAR_1, "25.21", 18).await;
    let bill = ann.bill(&id).await;
    same("of the client", &ann.bills().await, &vec![bill.clone()]);
    let partner = q2.partner_id();
    let all = q2.client.list_bills_by_partner(&partner).await.granted();
    let entry = all.data.iter().find(|entry| entry.bill.id == id).expect("of the partner");
    same("of the partner", &entry.bill, &bill);
    same("whose it is", entry.partner_id.as_ref(), Some(&partner));
    same("new bills pay themselves", bill.settings.and_then(|settings| settings.recurring), Some(Enabled));
    q2.client.list_bills_by_partner(&PartnerId::from("nobody")).await.unknown();
}

pub(super) async fn a_new_statement_is_told_and_a_moved_due_date_too(q2: Q2) {
    let ann = q2.customer().await;
    ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "0", 18).await;
    same("nothing yet", ann.links(REGULAR_1, "52.11", 18).await, bill.clone());
    ann.bill_becomes(&bill, "upcoming").await;
    ann.heard(&[AC, S1, BC, S1, BU]).await;
    ann.schedules(&bill, 9).await;
    ann.links(REGULAR_1, "52.11", 28).await;
    ann.heard(&[AC, S1, BC, S1, BU, SCHEDULED, S1, "bill.scheduled-payment-notice"]).await;
    let moved = json!({ "previous": q2.day(18), "current": q2.day(28) });
    if q2.hears() {
        same("what moved", ann.told("bill.scheduled-payment-notice").await["bill"]["dueDate"].clone(), moved);
    }
    same("the payment stays", ann.pay_day(&bill).await, Some(9));
}

pub(super) async fn a_bill_is_announced_two_days_before_and_overdue_a_day_after(q2: Q2) {
    let ann = q2.customer().await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    q2.advance("P15DT11H").await;
    ann.heard(&[AC, S1, BC, BU]).await;
    q2.advance("PT13H").await;
    ann.heard(&[AC, S1, BC, BU, "bill.upcoming"]).await;
    q2.advance("P1DT23H").await;
    same("on its due day", ann.bill(&bill).await.status.kind, BillStatusType::Upcoming);
    q2.advance("P1D").await;
    same("a day later", ann.bill(&bill).await.status.kind, BillStatusType::Overdue);
}

pub(super) async fn methods_are_listed_masked_and_checked_when_added(q2: Q2) {
    let ann = q2.customer().await;
    let but = |change: &dyn Fn(&mut AddPaymentMethod)| {
        let mut request = ann.card(VISA);
        change(&mut request);
        request
    };
    for wrong in [
        ann.card("4111111111111112"),
        ann.account("12"),
        but(&|request| request.client_id = ClientId::from("nobody")),
        but(&|request| request.name = String::new()),
        but(&|request| request.zipcode = None),
        but(&|request| request.exp_month = Some(CardData::new("13"))),
        but(&|request| request.exp_year = Some(CardData::new("2020"))),
        but(&|request| request.payment_type = PaymentMethodType::Bank),
        ann.account("9900000002").with_routing_number(CardData::new("021000022")),
    ] {
        q2.client.add_payment_method(&wrong).await.refused();
    }
    for (number, brand) in
        [(VISA, "visa"), (AMEX, "american express"), (MASTERCARD, "mastercard"), (DISCOVER, "discover")]
    {
        let id = ann.adds(ann.card(number).with_identifier(brand)).await;
        let method = ann.methods().await.pop().expect("the newest is last");
        let card = method.card.expect("a card");
        same("the card", (&method.id, card.brand.as_ref().map(CardBrand::as_str)), (&id, Some(brand)));
        same("its number", card.number, Some(format!("XXXX{}", &number[number.len() - 4..])));
        assert!(method.status.is_usable());
    }
    ann.adds(ann.account("9900000002")).await;
    let bank = ann.methods().await.pop().and_then(|method| method.bank).expect("a bank account");
    same("the account", bank.account_number.as_deref(), Some("XXXX0002"));
}

pub(super) async fn the_first_method_is_the_default_until_another_is_made_it(q2: Q2) {
    let ann = q2.customer().await;
    let first = ann.adds(ann.card(VISA)).await;
    let second = ann.adds(ann.card(MASTERCARD)).await;
    same("the first", ann.default_method().await, Some(first));
    let third = ann.adds(ann.account("9900000002").with_set_as_default(true)).await;
    same("the chosen one", ann.default_method().await, Some(third.clone()));
    q2.client.delete_payment_method(&third).await.granted();
    same("none takes its place", ann.default_method().await, None);
    q2.client.delete_payment_method(&third).await.unknown();
    q2.client.delete_payment_method(&second).await.granted();
}

pub(super) async fn an_assignment_moves_and_its_kind_must_fit(q2: Q2) {
    let (ann, bob) = (q2.customer().await, q2.customer().await);
    let bank = ann.adds(ann.account("9900000002")).await;
    let card = ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_4, "25.21", 18).await;
    same("the default is not enough", ann.bill(&bill).await.status.kind, BillStatusType::PaymentRequired);
    let to_bill = AssignPaymentMethod::new(bill.clone());
    q2.client.assign_payment_method(&bank, &to_bill).await.refused();
    ann.assigns(&card, &bill).await;
    ann.bill_becomes(&bill, "upcoming").await;
    let other = ann.adds(ann.card(MASTERCARD)).await;
    ann.assigns(&other, &bill).await;
    for method in ann.methods().await {
        let assigned = method.assigned_bills.unwrap_or_default();
        same("it has moved", assigned, Vec::from_iter((method.id == other).then(|| bill.clone())));
    }
    q2.client.delete_payment_method(&other).await.granted();
    same("it is required again", ann.bill(&bill).await.status.kind, BillStatusType::PaymentRequired);
    q2.client.assign_payment_method(&bob.adds(bob.card(VISA)).await, &to_bill).await.refused();
    q2.client.assign_payment_method(&card, &AssignPaymentMethod::new("nothing".into())).await.refused();
    q2.client.assign_payment_method(&PaymentMethodId::from("nothing"), &to_bill).await.unknown();
}

pub(super) async fn a_declined_method_pays_nothing_until_it_is_retried_or_replaced(q2: Q2) {
    let ann = q2.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    q2.client.retry_payment_method(&card).await.refused();
    let once = ann.links_with(REGULAR_1, ann.form("25.21", 18, "payment-declined")).await;
    ann.pays_now(&once).await;
    ann.bill_becomes(&once, "payment-declined").await;
    ann.heard(&[AC, S1, BC, BU, SCHEDULED, "bill.payment.failed"]).await;
    assert!(ann.methods().await[0].status.is_declined());
    q2.client.pay_now(&once).await.refused();
    q2.client.assign_payment_method(&card, &AssignPaymentMethod::new(once.clone())).await.refused();
    q2.client.retry_payment_method(&card).await.granted();
    ann.bill_becomes(&once, "paid").await;
    assert!(ann.methods().await[0].status.is_usable(), "a payment proves it");

    let always = ann.links_with(REGULAR_2, user("testpaymentfail")).await;
    ann.pays_now(&always).await;
    ann.bill_becomes(&always, "payment-declined").await;
    let other = ann.adds(ann.card(MASTERCARD)).await;
    ann.assigns(&other, &always).await;
    ann.bill_becomes(&always, "upcoming").await;
    q2.client.retry_payment_method(&PaymentMethodId::from("nothing")).await.unknown();
}

pub(super) async fn a_method_that_fails_three_times_in_a_row_is_removed(q2: Q2) {
    let ann = q2.customer().await;
    let card = ann.adds(ann.card(DECLINED)).await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    ann.pays_now(&bill).await;
    ann.bill_becomes(&bill, "payment-declined").await;
    for left in [1, 0] {
        q2.client.retry_payment_method(&card).await.granted();
        ann.bill_becomes(&bill, "payment-declined").await;
        same("methods left", ann.methods().await.len(), left);
    }
    let new = ann.adds(ann.account("9900000002")).await;
    same("the first again", ann.default_method().await, Some(new));
    ann.bill_becomes(&bill, "upcoming").await;
}

pub(super) async fn a_method_cannot_be_deleted_within_a_day_of_a_payment(q2: Q2) {
    let ann = q2.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "25.21", 18).await;
    ann.pays_now(&bill).await;
    q2.client.delete_payment_method(&card).await.refused();
    q2.advance("PT2S").await;
    ann.bill_becomes(&bill, "paid").await;
    q2.advance("PT23H59M59S").await;
    q2.client.delete_payment_method(&card).await.refused();
    q2.advance("PT1S").await;
    q2.client.delete_payment_method(&card).await.granted();
}
