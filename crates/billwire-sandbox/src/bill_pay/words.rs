//! Words that mean the same in every API that shows this world: what is not known is refused with what is.

use serde::Serialize;
use serde_json::{Map, Value};

use super::bill::PaySchedule;
use super::company::{CardBrand, CardKind};
use super::numbers::NewNumbers;
use super::payment_method::AccountKind;
use crate::api_error::ApiError;

/// The numbers of a card or an account as they arrive; no `Debug`, they are in full.
pub(crate) struct GivenNumbers<'a> {
    pub(crate) payment_type: &'a str,
    pub(crate) card_number: Option<String>,
    pub(crate) card_code: Option<String>,
    pub(crate) exp_month: Option<String>,
    pub(crate) exp_year: Option<String>,
    pub(crate) zipcode: Option<String>,
    pub(crate) card_brand: Option<&'a str>,
    pub(crate) card_type: Option<&'a str>,
    pub(crate) routing_number: Option<String>,
    pub(crate) account_number: Option<String>,
    pub(crate) account_type: Option<&'a str>,
}

pub(crate) fn numbers(given: GivenNumbers<'_>) -> Result<NewNumbers, ApiError> {
    let required = |value: Option<String>, name: &str| {
        value.ok_or_else(|| ApiError::bad_request(format!("Please provide {name}.")))
    };
    match given.payment_type {
        "card" => Ok(NewNumbers::Card {
            number: required(given.card_number, "a cardNumber")?,
            code: given.card_code,
            month: required(given.exp_month, "an expMonth")?,
            year: required(given.exp_year, "an expYear")?,
            zipcode: required(given.zipcode, "a zipcode")?,
            brand: given.card_brand.map(card_brand).transpose()?,
            kind: given.card_type.map(card_kind).transpose()?,
        }),
        "bank" => Ok(NewNumbers::Bank {
            routing_number: required(given.routing_number, "a routingNumber")?,
            account_number: required(given.account_number, "an accountNumber")?,
            kind: match given.account_type {
                Some(kind) => account_kind(kind)?,
                None => return Err(ApiError::bad_request("Please provide an accountType.")),
            },
        }),
        _ => Err(ApiError::bad_request("paymentType is \"card\" or \"bank\".")),
    }
}

/// The members of what was sent, those no description names too.
pub(crate) fn members<T: Serialize>(sent: &T) -> Map<String, Value> {
    match serde_json::to_value(sent) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

pub(crate) fn enabled(state: &str) -> Result<bool, ApiError> {
    match state {
        "enabled" => Ok(true),
        "disabled" => Ok(false),
        _ => Err(ApiError::bad_request("recurring is \"enabled\" or \"disabled\".")),
    }
}

/// The other way round.
pub(crate) fn of_enabled(on: bool) -> &'static str {
    if on { "enabled" } else { "disabled" }
}

pub(crate) fn pay_schedule(schedule: &str) -> Result<PaySchedule, ApiError> {
    match schedule {
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

/// The other way round.
pub(crate) fn of_pay_schedule(schedule: PaySchedule) -> &'static str {
    match schedule {
        PaySchedule::TenDaysBefore => "ten-days-before",
        PaySchedule::FiveDaysBefore => "five-days-before",
        PaySchedule::DayBefore => "day-before",
        PaySchedule::OnDueDate => "on-due-date",
        PaySchedule::Immediately => "immediately",
    }
}

pub(crate) fn card_brand(brand: &str) -> Result<CardBrand, ApiError> {
    CardBrand::from_text(brand).ok_or_else(|| {
        ApiError::bad_request(
            "cardBrand is \"american express\", \"discover\", \"maestro\", \"mastercard\", \"uatp\" or \"visa\".",
        )
    })
}

pub(crate) fn card_kind(kind: &str) -> Result<CardKind, ApiError> {
    match kind {
        "credit" => Ok(CardKind::Credit),
        "debit" => Ok(CardKind::Debit),
        _ => Err(ApiError::bad_request("cardType is \"credit\" or \"debit\".")),
    }
}

fn account_kind(kind: &str) -> Result<AccountKind, ApiError> {
    match kind {
        "checking" => Ok(AccountKind::Checking),
        "savings" => Ok(AccountKind::Savings),
        _ => Err(ApiError::bad_request("accountType is \"checking\" or \"savings\".")),
    }
}
