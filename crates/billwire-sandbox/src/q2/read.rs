//! Words of the wire as the world's own: what the sandbox does not know is refused with what it knows.

use billwire_models::q2;
use billwire_models::scalar::CardData;

use crate::api_error::ApiError;
use crate::bill_pay::words::{self, GivenNumbers};
use crate::bill_pay::{AuthItem, CardBrand, CardKind, MfaMethod, NewNumbers, PaySchedule, Product, SyncCard};

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
    let text = |value: &Option<CardData>| value.as_ref().map(|value| value.expose().to_owned());
    words::numbers(GivenNumbers {
        payment_type: request.payment_type.as_str(),
        card_number: text(&request.card_number),
        card_code: text(&request.card_code),
        exp_month: text(&request.exp_month),
        exp_year: text(&request.exp_year),
        zipcode: request.zipcode.clone(),
        card_brand: request.card_brand.as_ref().map(q2::CardBrand::as_str),
        card_type: request.card_type.as_ref().map(q2::CardType::as_str),
        routing_number: text(&request.routing_number),
        account_number: text(&request.account_number),
        account_type: request.account_type.as_ref().map(q2::AccountType::as_str),
    })
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
    words::members(&meta)
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
    words::enabled(state.as_str())
}

pub(super) fn pay_schedule(schedule: &q2::Schedule) -> Result<PaySchedule, ApiError> {
    words::pay_schedule(schedule.as_str())
}

fn card_brand(brand: &q2::CardBrand) -> Result<CardBrand, ApiError> {
    words::card_brand(brand.as_str())
}

fn card_kind(kind: &q2::CardType) -> Result<CardKind, ApiError> {
    words::card_kind(kind.as_str())
}
