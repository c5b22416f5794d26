//! Words of the wire as the world's own: what the sandbox does not know is refused with what it knows.

use billwire_models::q2;
use billwire_models::scalar::CardData;

use crate::bill_pay::{
    AccountKind, AuthItem, CardBrand, CardKind, MfaMethod, NewNumbers, PaySchedule, Product, SyncCard,
};
use crate::api_error::ApiError;

pub(super) fn items(items: &[q2::AuthItem]) -> Result<Vec<AuthItem>, ApiError> {
    if items.contains(&q2::AuthItem::Swap) && items.len() > 1 {
        return Err(ApiError::bad_request("The item \"swap\" must stand alone."));
    }
    items
        .iter()
        .map(|item| match item {
            q2::AuthItem::Bill => Ok(AuthItem::Bill),
            q2::AuthItem::Payment => Ok(AuthItem::Payment),
            q2::AuthItem::Swap => Ok(AuthItem::Swap),
            _ => Err(ApiError::bad_request("items takes \"bill\", \"payment\" and \"swap\".")),
        })
        .collect()
}

pub(super) fn numbers(request: &q2::AddPaymentMethod) -> Result<NewNumbers, ApiError> {
    let required = |value: &Option<CardData>, name: &str| {
        value
            .as_ref()
            .map(|value| value.expose().to_owned())
            .ok_or_else(|| ApiError::bad_request(format!("Please provide {name}.")))
    };
    match request.payment_type {
        q2::PaymentMethodType::Card => Ok(NewNumbers::Card {
            number: required(&request.card_number, "a cardNumber")?,
            code: request.card_code.as_ref().map(|code| code.expose().to_owned()),
            month: required(&request.exp_month, "an expMonth")?,
            year: required(&request.exp_year, "an expYear")?,
            zipcode: request
                .zipcode
                .clone()
                .ok_or_else(|| ApiError::bad_request("Please provide a zipcode."))?,
            brand: request.card_brand.as_ref().map(card_brand).transpose()?,
            kind: request.card_type.as_ref().map(card_kind).transpose()?,
        }),
        q2::PaymentMethodType::Bank => Ok(NewNumbers::Bank {
            routing_number: required(&request.routing_number, "a routingNumber")?,
            account_number: required(&request.account_number, "an accountNumber")?,
            kind: match &request.account_type {
                Some(kind) => account_kind(kind)?,
                None => return Err(ApiError::bad_request("Please provide an accountType.")),
            },
        }),
        _ => Err(ApiError::bad_request("paymentType is \"card\" or \"bank\".")),
    }
}

/// A card of a sync: everything but the code, brand and kind is required by the description already.
pub(super) fn sync_card(card: q2::SyncCard) -> Result<SyncCard, ApiError> {
    let numbers = NewNumbers::Card {
        number: card.card_number.expose().to_owned(),
        code: card.card_code.as_ref().map(|code| code.expose().to_owned()),
        month: card.exp_month.expose().to_owned(),
        year: card.exp_year.expose().to_owned(),
        zipcode: card.zipcode,
        brand: card.card_brand.as_ref().map(card_brand).transpose()?,
        kind: card.card_type.as_ref().map(card_kind).transpose()?,
    };
    Ok(SyncCard {
        identifier: card.identifier,
        name: card.name,
        custom_label: card.custom_label,
        set_as_default: card.set_as_default.unwrap_or(false),
        numbers,
    })
}

/// The facts about a user as they came, those the description does not name too.
pub(super) fn meta(meta: Option<&q2::ClientMeta>) -> serde_json::Map<String, serde_json::Value> {
    match serde_json::to_value(meta) {
        Ok(serde_json::Value::Object(meta)) => meta,
        _ => serde_json::Map::new(),
    }
}

pub(super) fn product(product: q2::Product) -> Product {
    match product {
        q2::Product::BillerDirect => Product::BillerDirect,
        q2::Product::Cardswap => Product::CardSwap,
    }
}

pub(super) fn mfa_method(method: &q2::MfaMethod) -> Result<MfaMethod, ApiError> {
    match method.as_str() {
        "questions" => Ok(MfaMethod::Questions),
        "code" => Ok(MfaMethod::Code),
        "prompt" => Ok(MfaMethod::Prompt),
        _ => Err(ApiError::bad_request("method is \"questions\", \"code\" or \"prompt\".")),
    }
}

pub(super) fn enabled(state: &q2::EnabledState) -> Result<bool, ApiError> {
    match state.as_str() {
        "enabled" => Ok(true),
        "disabled" => Ok(false),
        _ => Err(ApiError::bad_request("recurring is \"enabled\" or \"disabled\".")),
    }
}

pub(super) fn pay_schedule(schedule: &q2::Schedule) -> Result<PaySchedule, ApiError> {
    match schedule.as_str() {
        "ten-days-before" => Ok(PaySchedule::TenDaysBefore),
        "five-days-before" => Ok(PaySchedule::FiveDaysBefore),
        "day-before" => Ok(PaySchedule::DayBefore),
        "on-due-date" => Ok(PaySchedule::OnDueDate),
        "immediately" => Ok(PaySchedule::Immediately),
        _ => Err(ApiError::bad_request(
            "schedule is \"ten-days-before\", \"five-days-before\", \"day-before\", \"on-due-date\" or \"immediately\".",
        )),
    }
}

pub(super) fn card_brand(brand: &q2::CardBrand) -> Result<CardBrand, ApiError> {
    CardBrand::from_text(brand.as_str()).ok_or_else(|| {
        ApiError::bad_request(
            "cardBrand is \"american express\", \"discover\", \"maestro\", \"mastercard\", \"uatp\" or \"visa\".",
        )
    })
}

pub(super) fn card_kind(kind: &q2::CardType) -> Result<CardKind, ApiError> {
    match kind.as_str() {
        "credit" => Ok(CardKind::Credit),
        "debit" => Ok(CardKind::Debit),
        _ => Err(ApiError::bad_request("cardType is \"credit\" or \"debit\".")),
    }
}

pub(super) fn account_kind(kind: &q2::AccountType) -> Result<AccountKind, ApiError> {
    match kind.as_str() {
        "checking" => Ok(AccountKind::Checking),
        "savings" => Ok(AccountKind::Savings),
        _ => Err(ApiError::bad_request("accountType is \"checking\" or \"savings\".")),
    }
}
