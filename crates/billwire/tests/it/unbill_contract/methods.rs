//! Payment methods.
//!
//! Source: Unbill v1 description, sections 4.4.1 to 4.4.6, 5.7 and 10.

use billwire::models::scalar::CardData;
use billwire::unbill::{AddPaymentMethod, AssignPaymentMethod, CardBrand, ClientId, PaymentMethodId};

use super::stage::Unbill;
use super::{BANK_ONLY, CARD_ONLY, MASTERCARD, REGULAR_1, REGULAR_2, VISA};
use crate::judge::{Judged, same};

pub(super) async fn methods_are_listed_masked_and_checked_when_added(unbill: Unbill) {
    let ann = unbill.customer().await;
    let but = |change: &dyn Fn(&mut AddPaymentMethod)| {
        let mut request = ann.card(VISA);
        change(&mut request);
        request
    };
    for wrong in [
        ann.card("4111111111111112"),
        but(&|request| request.client_id = ClientId::from("nobody")),
        but(&|request| request.name = String::new()),
        but(&|request| request.exp_month = Some(CardData::new("13"))),
        ann.account("9900000002").with_routing_number(CardData::new("021000022")),
    ] {
        unbill.client.add_payment_method(&wrong).await.refused();
    }
    for (number, brand) in [(VISA, "visa"), (MASTERCARD, "mastercard")] {
        let id = ann.adds(ann.card(number)).await;
        let method = ann.methods().await.into_iter().find(|method| method.id == id).expect("it is listed");
        let card = method.card.expect("a card");
        same("its brand", card.brand.as_ref().map(CardBrand::as_str), Some(brand));
        same("its number", card.number, Some(format!("XXXX{}", &number[number.len() - 4..])));
        same("its status", method.status.as_str(), "verified");
    }
    let id = ann.adds(ann.account("9900000002")).await;
    let bank = ann.methods().await.into_iter().find(|method| method.id == id).and_then(|method| method.bank);
    let bank = bank.expect("a bank account");
    same("its number", bank.account_number.as_deref(), Some("XXXX0002"));
    same("its routing number", bank.routing_number.as_deref(), Some("XXXX0021"));
}

pub(super) async fn the_first_method_is_the_default_until_another_is_made_it(unbill: Unbill) {
    let ann = unbill.customer().await;
    let first = ann.adds(ann.card(VISA)).await;
    let second = ann.adds(ann.card(MASTERCARD)).await;
    same("the first", ann.default_method().await, Some(first));
    assert!(unbill.client.set_default_payment_method(&second).await.granted().success);
    same("the chosen one", ann.default_method().await, Some(second.clone()));
    let third = ann.adds(ann.account("9900000002").with_set_as_default(true)).await;
    same("the one added as default", ann.default_method().await, Some(third.clone()));
    assert!(unbill.client.delete_payment_method(&third).await.granted().success);
    same("none takes its place", ann.default_method().await, None);
    unbill.client.delete_payment_method(&third).await.unknown();
    unbill.client.set_default_payment_method(&PaymentMethodId::from("nothing")).await.unknown();
}

pub(super) async fn an_assigned_method_pays_and_only_once_is_it_assigned(unbill: Unbill) {
    let ann = unbill.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    let other = ann.adds(ann.card(MASTERCARD)).await;
    let bill = ann.links(REGULAR_1, "test").await;
    for method in [&card, &other] {
        let request = AssignPaymentMethod::new(bill.clone());
        assert!(unbill.client.assign_payment_method(method, &request).await.granted().success);
    }
    for method in ann.methods().await {
        let assigned = method.assigned_bills.unwrap_or_default();
        same("it has moved", assigned, Vec::from_iter((method.id == other).then(|| bill.clone())));
    }
    same("the default is another one", ann.default_method().await, Some(card));
    ann.pays_now(&bill).await;
    ann.bill_becomes(&bill, "paid").await;
    same("the assigned one paid", unbill.service.payers().await, vec![other.to_string()]);
    let request = AssignPaymentMethod::new(bill);
    unbill.client.assign_payment_method(&PaymentMethodId::from("nothing"), &request).await.unknown();
}

pub(super) async fn a_company_takes_only_the_kind_it_wants(unbill: Unbill) {
    let ann = unbill.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    let bank = ann.adds(ann.account("9900000002")).await;
    for (company, right, wrong) in [(BANK_ONLY, &bank, &card), (CARD_ONLY, &card, &bank)] {
        let bill = ann.links(company, "test").await;
        let wanted = ann
            .bill_becomes(&bill, "payment-required")
            .await
            .company
            .and_then(|company| company.required_payment);
        assert!(wanted.is_some(), "it says which kind it wants");
        let assign = AssignPaymentMethod::new(bill.clone());
        unbill.client.assign_payment_method(wrong, &assign).await.refused();
        assert!(unbill.client.assign_payment_method(right, &assign).await.granted().success);
        ann.bill_becomes(&bill, "upcoming").await;
    }
}

pub(super) async fn the_third_failure_in_a_row_removes_a_method(unbill: Unbill) {
    let ann = unbill.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "testpaymentfail").await;
    ann.pays_now(&bill).await;
    ann.bill_becomes(&bill, "payment-declined").await;
    for left in [1, 0] {
        assert!(unbill.client.retry_payment_method(&card).await.granted().success);
        unbill.advance("PT10S").await;
        same("what is left", ann.methods().await.len(), left);
    }
    unbill.client.retry_payment_method(&card).await.unknown();
}

pub(super) async fn a_declined_method_pays_when_it_is_retried(unbill: Unbill) {
    let ann = unbill.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    unbill.client.retry_payment_method(&card).await.refused();
    let bill = ann.links(REGULAR_2, "testpaymentfail").await;
    ann.pays_now(&bill).await;
    ann.bill_becomes(&bill, "payment-declined").await;
    same("declined", ann.methods().await[0].status.as_str(), "declined");
    assert!(unbill.client.retry_payment_method(&card).await.granted().success);
    unbill.client.retry_payment_method(&PaymentMethodId::from("nothing")).await.unknown();
}

pub(super) async fn a_method_cannot_be_deleted_within_a_day_of_a_payment(unbill: Unbill) {
    let ann = unbill.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    let bill = ann.links(REGULAR_1, "test").await;
    ann.pays_now(&bill).await;
    ann.bill_becomes(&bill, "paid").await;
    unbill.client.delete_payment_method(&card).await.refused();
    unbill.advance("P1DT1S").await;
    unbill.client.delete_payment_method(&card).await.granted();
}
