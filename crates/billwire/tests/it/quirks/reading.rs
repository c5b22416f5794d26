//! Every operation that reads, and what a printed form says differently from the tidy one: each difference is undone here
//! by name, and nothing else may differ.

use billwire::core::Answer;
use billwire::models::scalar::ProviderTime;
use billwire::q2::{
    Auth, Bill, BillUpdateData, CardBrand, CardFees, CertificateChain, ClientId, Company, CompanyId, Event,
    EventData, EventType, Jwk, PartnerId, PaymentMethod, PaymentMethodStatus, SearchCompanies, Swap,
    SwapStatusType,
};

use super::sides::Sides;

/// Reads everything there is about a client, and compares the events that have arrived.
pub(super) async fn everything(sides: &Sides, client: &ClientId) {
    let settle_list = |mut list: billwire::q2::BillList| {
        list.data.items.iter_mut().for_each(|pair| bill(&mut pair.bill));
        list
    };
    let bills =
        sides.same_after(async |api| api.list_bills(client).await.map(Answer::into_inner), settle_list).await;
    assert!(bills.data.len() >= 3 && bills.data.rejected.is_empty(), "{} bills", bills.data.len());
    for pair in &bills.data {
        let id = &pair.bill.id;
        let settle = |mut pair: billwire::q2::BillWithPayments| {
            bill(&mut pair.bill);
            pair
        };
        sides.same_after(async |api| api.bill(id).await.map(Answer::into_inner), settle).await;
    }
    let partner = PartnerId::new("55942f330cfcfd6c4ed529d9");
    let settle = |mut list: billwire::q2::PartnerBillList| {
        list.data.items.iter_mut().for_each(|one| bill(&mut one.bill));
        list
    };
    sides
        .same_after(async |api| api.list_bills_by_partner(&partner).await.map(Answer::into_inner), settle)
        .await;
    let settle = |mut list: billwire::q2::AuthList| {
        list.data.items.iter_mut().for_each(auth);
        list
    };
    sides.same_after(async |api| api.list_auths(client).await.map(Answer::into_inner), settle).await;
    let settle = |mut list: billwire::q2::PaymentMethodList| {
        list.data.items.iter_mut().for_each(method);
        list
    };
    sides
        .same_after(async |api| api.list_payment_methods(client).await.map(Answer::into_inner), settle)
        .await;
    let settle = |mut list: billwire::q2::SwapList| {
        list.data.items.iter_mut().for_each(swap);
        list
    };
    let swaps =
        sides.same_after(async |api| api.list_swaps(client).await.map(Answer::into_inner), settle).await;
    assert!(!swaps.data.is_empty(), "a swap");
    companies(sides).await;
    public_keys(sides).await;
    sides.events();
}

/// The forms did arrive, and the story has something for each of them: where a quirk leaves a trace in the value.
pub(super) async fn is_untidy(sides: &Sides, client: &ClientId) {
    let swaps = sides.untidy(async |api| api.list_swaps(client).await.map(Answer::into_inner)).await;
    assert!(swaps.data.iter().any(|swap| swap.status.kind == SwapStatusType::Pending && swap.id.is_none()));
    let methods =
        sides.untidy(async |api| api.list_payment_methods(client).await.map(Answer::into_inner)).await;
    assert!(methods.data.iter().any(|method| method.status == PaymentMethodStatus::Failed));
    assert!(
        methods
            .data
            .iter()
            .any(|method| method.bank.as_ref().is_some_and(|bank| bank.account_number.is_some()))
    );
    let auths = sides.untidy(async |api| api.list_auths(client).await.map(Answer::into_inner)).await;
    let reasons = || auths.data.iter().filter_map(|auth| auth.reason.as_ref());
    assert!(reasons().any(|reason| reason.debug_message.is_some()));
    let questions = auths.data.iter().filter_map(|auth| auth.mfa.as_ref()?.mfa.as_ref()?.get(1));
    assert!(questions.into_iter().any(|second| second.question.is_some()));
    let key = sides.untidy(async |api| api.latest_public_key().await.map(Answer::into_inner)).await;
    assert!(
        key.certificates == Some(CertificateChain::One("MIIFczCCBFugAwIBAgISBB/csS+OpHRTGG...".to_owned()))
    );
    let dear = CompanyId::new("5bd885fccd274b4324a20003");
    let company = sides.untidy(async |api| api.company(&dear).await.map(Answer::into_inner)).await;
    let cards = company.fees.and_then(|fees| fees.cards).expect("fees");
    assert!(cards.contains_key("amex") && cards.contains_key("american express"));
    let bills = sides.untidy(async |api| api.list_bills(client).await.map(Answer::into_inner)).await;
    let texts: Vec<String> =
        bills.data.iter().filter_map(|pair| Some(pair.bill.last_paid_amount.as_ref()?.to_string())).collect();
    assert_eq!(texts, ["100"], "paid, and without cents");
}

async fn companies(sides: &Sides) {
    let settle = |mut list: billwire::q2::CompanyList| {
        list.data.items.iter_mut().for_each(company);
        list
    };
    let search = SearchCompanies::new().with_query("Company");
    let found = sides
        .same_after(async |api| api.search_companies(&search).await.map(Answer::into_inner), settle)
        .await;
    sides.same_after(async |api| api.list_swap_companies().await.map(Answer::into_inner), settle).await;
    sides.same(async |api| api.list_categories().await.map(Answer::into_inner)).await;
    let ids: Vec<CompanyId> = found.data.iter().filter_map(|company| company.id.clone()).collect();
    assert_eq!(ids.len(), 7);
    for id in ids {
        let settle = |mut one: Company| {
            company(&mut one);
            one
        };
        sides.same_after(async |api| api.company(&id).await.map(Answer::into_inner), settle).await;
    }
}

async fn public_keys(sides: &Sides) {
    let settle_set = |mut set: billwire::q2::JwkSet| {
        set.keys.items.iter_mut().for_each(without_certificate);
        set
    };
    let settle = |mut key: Jwk| {
        without_certificate(&mut key);
        key
    };
    sides.same_after(async |api| api.list_public_keys().await.map(Answer::into_inner), settle_set).await;
    let key =
        sides.same_after(async |api| api.latest_public_key().await.map(Answer::into_inner), settle).await;
    let id = key.key_id;
    sides.same_after(async |api| api.public_key(&id).await.map(Answer::into_inner), settle).await;
}

/// T20: the legacy text for developers comes on top, and is the same text.
fn auth(auth: &mut Auth) {
    if let Some(reason) = &mut auth.reason
        && let Some(message) = reason.debug_message.take()
    {
        assert_eq!(Some(&message), reason.user_message.as_ref());
    }
}

fn bill(bill: &mut Bill) {
    bill.auth.iter_mut().for_each(auth);
}

/// T24: the two keys of one brand are one again.
fn company(company: &mut Company) {
    let Some(cards) = company.fees.as_mut().and_then(|fees| fees.cards.as_mut()) else { return };
    if let Some(CardFees { debit, .. }) = cards.remove("amex") {
        let whole = cards.get_mut(CardBrand::AmericanExpress.as_str()).expect("the other half");
        assert!(whole.debit.is_none() && debit.is_some());
        whole.debit = debit;
    }
}

/// T29: the old name means the new one, as the client says.
fn method(method: &mut PaymentMethod) {
    if method.status == PaymentMethodStatus::Failed {
        assert!(method.status.is_declined() && !method.status.is_usable());
        method.status = PaymentMethodStatus::Declined;
    }
}

/// T27: the old name of a running swap, and its missing id.
fn swap(swap: &mut Swap) {
    if swap.status.kind == SwapStatusType::Pending {
        swap.status.kind = SwapStatusType::InProgress;
    }
    if swap.status.kind == SwapStatusType::InProgress {
        swap.id = None;
    }
    swap.payment_method.iter_mut().for_each(method);
}

/// T19: the certificate is there in one form or the other; the key does not depend on it.
fn without_certificate(key: &mut Jwk) {
    key.certificates = None;
}

/// T9, T17, T29, T36 in events.
pub(super) fn event(mut event: Event) -> Event {
    if matches!(event.kind, EventType::AuthDeleted | EventType::AuthNeedsResync) {
        // T36: only the client's id is there; the auth's cannot be learned from such an event.
        let client_id = event.client_id.as_ref().expect("a client").as_str();
        event.resource.id = client_id.into();
    }
    match &mut event.data {
        EventData::BillUpcoming(data) => {
            if let Some(bill) = &mut data.bill {
                bill.due_date.iter_mut().for_each(with_zone);
            }
            data.company.iter_mut().for_each(company);
        }
        EventData::BillUpdate(data) => *data = in_new_form(data),
        EventData::BillScheduledPaymentNotice(data) => {
            let change = data.bill.as_mut().and_then(|bill| bill.due_date.as_mut());
            if let Some(change) = change {
                with_zone(&mut change.current);
                change.previous.iter_mut().for_each(with_zone);
            }
        }
        EventData::BillPaymentScheduled(data) => {
            data.pay_date.iter_mut().for_each(with_zone);
            data.payment_method.iter_mut().for_each(method);
        }
        EventData::BillPaymentSent(data) => data.payment_method.iter_mut().for_each(method),
        EventData::BillPaymentFailed(data) => data.payment_method.iter_mut().for_each(method),
        EventData::BillPaymentCancelled(data) => {
            data.payment_method.iter_mut().for_each(method);
            let change = data.bill.as_mut().and_then(|bill| bill.due_date.as_mut());
            if let Some(change) = change {
                with_zone(&mut change.current);
            }
        }
        EventData::SwapSuccess(data) => data.payment_method.iter_mut().for_each(method),
        EventData::Unrecognized(_) | EventData::Undecodable { .. } => panic!("not read: {event:?}"),
        _ => {}
    }
    event
}

/// T9: a time without a zone is read as UTC.
fn with_zone(time: &mut ProviderTime) {
    *time = ProviderTime::from(time.instant_assuming_utc().expect("a time"));
}

/// T17, C11: the change as the client reads it from either form.
fn in_new_form(data: &BillUpdateData) -> BillUpdateData {
    let money = data.balance().map(|change| (change.previous.cloned(), change.current.clone()));
    let due = data.due_date().map(|change| (change.previous.cloned(), change.current.clone()));
    let mut plain = data.clone();
    (plain.previous, plain.current) = (None, None);
    let bill = plain.bill.get_or_insert_default();
    bill.balance = money.map(|(previous, current)| {
        let mut change = billwire::q2::MoneyChange::new(current);
        change.previous = previous;
        change
    });
    bill.due_date = due.map(|(previous, current)| {
        let mut change = billwire::q2::DateChange::new(current);
        change.previous = previous;
        with_zone(&mut change.current);
        change.previous.iter_mut().for_each(with_zone);
        change
    });
    plain
}
