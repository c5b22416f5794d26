//! Words of the wire as the world's own: what the sandbox does not know is refused with what it knows.

use billwire_models::scalar::CardData;
use billwire_models::unbill;

use crate::api_error::ApiError;
use crate::bill_pay::words::{self, GivenNumbers};
use crate::bill_pay::{NewNumbers, PaySchedule};

pub(super) fn numbers(request: &unbill::AddPaymentMethod) -> Result<NewNumbers, ApiError> {
    let text = |value: &Option<CardData>| value.as_ref().map(|value| value.expose().to_owned());
    words::numbers(GivenNumbers {
        payment_type: request.payment_type.as_str(),
        card_number: text(&request.card_number),
        card_code: text(&request.card_code),
        exp_month: text(&request.exp_month),
        exp_year: text(&request.exp_year),
        zipcode: request.zipcode.clone(),
        card_brand: None,
        card_type: None,
        routing_number: text(&request.routing_number),
        account_number: text(&request.account_number),
        account_type: request.account_type.as_ref().map(unbill::AccountType::as_str),
    })
}

/// The facts about a user as they came, those the description does not name too.
pub(super) fn meta(meta: Option<&unbill::ClientMeta>) -> serde_json::Map<String, serde_json::Value> {
    words::members(&meta)
}

pub(super) fn enabled(state: &unbill::EnabledState) -> Result<bool, ApiError> {
    words::enabled(state.as_str())
}

pub(super) fn pay_schedule(schedule: &unbill::Schedule) -> Result<PaySchedule, ApiError> {
    words::pay_schedule(schedule.as_str())
}
