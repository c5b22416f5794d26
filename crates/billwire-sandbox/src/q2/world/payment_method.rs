//! Cards and bank accounts. Numbers are masked on arrival; the full ones are never kept.

use serde::{Deserialize, Serialize};

use super::company::{CardBrand, CardKind};
use super::ids::{BillId, ClientId, PaymentMethodId};
use super::{BillStatus, World};
use crate::api_error::ApiError;
use crate::moment::Moment;
use crate::table::Row;

/// The failure that removes a method.
const STRIKES: u32 = 3;

/// Accepted at creation, declined at payment.
///
/// Source: Q2 Biller Direct description, section 11.4 "Test card and limits" (inferred).
const DECLINED_CARD: &str = "4000000000000002";
const DECLINED_ACCOUNT_ENDING: &str = "99";

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentMethod {
    pub(crate) id: PaymentMethodId,
    pub(crate) client_id: ClientId,
    pub(crate) identifier: Option<String>,
    pub(crate) name: String,
    pub(crate) custom_label: Option<String>,
    pub(crate) status: MethodStatus,
    pub(crate) is_default: bool,
    pub(crate) assigned_bills: Vec<BillId>,
    pub(crate) details: Details,
    /// Every payment with it fails.
    pub(crate) declines: bool,
    pub(crate) failures_in_a_row: u32,
    pub(crate) last_paid_at: Option<Moment>,
    /// Taken away by the service; kept for the events that still name it.
    pub(crate) removed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MethodStatus {
    Verified,
    Declined,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MethodKind {
    Bank,
    Card,
}

impl MethodKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Card => "card",
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Details {
    Card(Card),
    Bank(Bank),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Card {
    /// `XXXX` and the last four digits.
    pub(crate) number: String,
    /// The first eight digits.
    pub(crate) bin: String,
    pub(crate) brand: CardBrand,
    pub(crate) kind: CardKind,
    /// Noon of the first day of the last valid month, as in the samples.
    pub(crate) expires: Moment,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bank {
    pub(crate) routing_number: String,
    pub(crate) account_number: String,
    pub(crate) kind: AccountKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccountKind {
    Checking,
    Savings,
}

impl AccountKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Savings => "savings",
        }
    }
}

impl Row for PaymentMethod {
    type Id = PaymentMethodId;

    fn id(&self) -> &PaymentMethodId {
        &self.id
    }
}

impl PaymentMethod {
    pub(crate) fn kind(&self) -> MethodKind {
        match self.details {
            Details::Card(_) => MethodKind::Card,
            Details::Bank(_) => MethodKind::Bank,
        }
    }

    pub(crate) fn is_usable(&self) -> bool {
        self.status == MethodStatus::Verified && !self.removed
    }
}

/// A method as it arrives; no `Debug`, it holds the full numbers.
pub(crate) struct NewPaymentMethod {
    pub(crate) client_id: ClientId,
    pub(crate) identifier: Option<String>,
    pub(crate) name: String,
    pub(crate) custom_label: Option<String>,
    pub(crate) set_as_default: bool,
    pub(crate) numbers: NewNumbers,
}

pub(crate) enum NewNumbers {
    Card {
        number: String,
        code: Option<String>,
        month: String,
        year: String,
        zipcode: String,
        brand: Option<CardBrand>,
        kind: Option<CardKind>,
    },
    Bank {
        routing_number: String,
        account_number: String,
        kind: AccountKind,
    },
}

impl World {
    /// Stores a method after the checks of section 4.4.1; the client's first one becomes the default by itself.
    ///
    /// Source: Q2 Biller Direct description, sections 4.4.1, 11.4 and 12.4.
    pub(crate) fn add_payment_method(
        &mut self,
        now: Moment,
        new: NewPaymentMethod,
    ) -> Result<PaymentMethodId, ApiError> {
        let client_id = self.client_in_body(&new.client_id)?.id.clone();
        if new.name.trim().is_empty() {
            return Err(ApiError::bad_request("Please provide a name."));
        }
        let (details, declines) = read_numbers(now, &new.numbers, self.rules.accept_expired_cards)?;
        let first = self.client(&client_id).is_some_and(|client| self.payment_methods_of(client).is_empty());
        let is_default = new.set_as_default || first;
        if is_default {
            self.clear_default(&client_id);
        }
        let id = PaymentMethodId::new(self.seed.id("payment-method"));
        self.payment_methods.insert(PaymentMethod {
            id: id.clone(),
            client_id: client_id.clone(),
            identifier: new.identifier,
            name: new.name,
            custom_label: new.custom_label,
            status: MethodStatus::Verified,
            is_default,
            assigned_bills: Vec::new(),
            details,
            declines,
            failures_in_a_row: 0,
            last_paid_at: None,
            removed: false,
        });
        if let Some(client) = self.clients.find_mut(&client_id) {
            client.payment_methods.push(id.clone());
        }
        self.methods_changed(now, &client_id);
        Ok(id)
    }

    /// Makes `method_id` the one that pays `bill_id`, instead of the one before.
    ///
    /// Source: Q2 Biller Direct description, sections 4.4.5 and 12.4.
    pub(crate) fn assign_payment_method(
        &mut self,
        now: Moment,
        method_id: &PaymentMethodId,
        bill_id: &BillId,
    ) -> Result<(), ApiError> {
        let method = self
            .payment_method(method_id)
            .ok_or_else(|| ApiError::not_found(format!("There is no payment method {method_id}.")))?;
        let bill = self.bill_in_body(bill_id)?;
        if bill.client_id != method.client_id {
            return Err(ApiError::bad_request(
                "The bill and the payment method belong to different clients.",
            ));
        }
        if !method.is_usable() {
            return Err(ApiError::bad_request("The payment method is declined; assign another one."));
        }
        let required = self.company(&bill.company_id).and_then(|company| company.required_payment);
        if let Some(required) = required
            && required != method.kind()
        {
            return Err(ApiError::bad_request(format!(
                "The company takes only a {} for this bill.",
                required.as_str()
            )));
        }
        let client_id = bill.client_id.clone();
        self.assign(method_id, bill_id);
        self.methods_changed(now, &client_id);
        Ok(())
    }

    /// The method that would pay a bill: the assigned one, else the default unless the company asks for a kind.
    /// It may be declined; then nothing pays the bill.
    ///
    /// Source: Q2 Biller Direct description, section 12.4 "Payment methods".
    pub(crate) fn chosen_method(&self, bill_id: &BillId) -> Option<&PaymentMethod> {
        let bill = self.bill(bill_id)?;
        if let Some(assigned) = &bill.assigned_method {
            return self.payment_method(assigned);
        }
        if self.company(&bill.company_id)?.required_payment.is_some() {
            return None;
        }
        let client = self.client(&bill.client_id)?;
        self.payment_methods_of(client).into_iter().find(|method| method.is_default)
    }

    /// The method that pays a bill, if there is one in working order.
    pub(super) fn usable_method(&self, bill_id: &BillId) -> Option<&PaymentMethod> {
        self.chosen_method(bill_id).filter(|method| method.is_usable())
    }

    pub(super) fn payment_succeeded(&mut self, now: Moment, id: &PaymentMethodId) {
        if let Some(method) = self.payment_methods.find_mut(id) {
            method.status = MethodStatus::Verified;
            method.failures_in_a_row = 0;
            method.last_paid_at = Some(now);
        }
    }

    /// Declines the method; the third failure in a row removes it.
    pub(super) fn payment_failed(&mut self, now: Moment, id: &PaymentMethodId) {
        let Some(method) = self.payment_methods.find_mut(id) else { return };
        method.status = MethodStatus::Declined;
        method.failures_in_a_row += 1;
        if method.failures_in_a_row >= STRIKES && !method.removed {
            self.remove_method(now, id);
        }
    }

    /// Takes a method away: its assignments end and no default is left if it was the default.
    fn remove_method(&mut self, now: Moment, id: &PaymentMethodId) {
        let Some(method) = self.payment_methods.find_mut(id) else { return };
        method.removed = true;
        let was_default = std::mem::take(&mut method.is_default);
        let assigned = std::mem::take(&mut method.assigned_bills);
        let client_id = method.client_id.clone();
        let bills: Vec<BillId> =
            self.client(&client_id).map(|client| client.bills.clone()).unwrap_or_default();
        for bill_id in &assigned {
            if let Some(bill) = self.bills.find_mut(bill_id) {
                bill.assigned_method = None;
            }
        }
        for bill_id in &bills {
            let pays_it = was_default || assigned.contains(bill_id);
            if pays_it && self.usable_method(bill_id).is_none() {
                self.cancel_by_system(now, bill_id);
            }
        }
        if let Some(client) = self.clients.find_mut(&client_id) {
            client.payment_methods.retain(|known| known != id);
        }
    }

    /// Moves the assignment of a bill to `method_id`.
    pub(super) fn assign(&mut self, method_id: &PaymentMethodId, bill_id: &BillId) {
        let Some(bill) = self.bills.find_mut(bill_id) else { return };
        let before = bill.assigned_method.replace(method_id.clone());
        if let Some(before) = before.and_then(|id| self.payment_methods.find_mut(&id)) {
            before.assigned_bills.retain(|assigned| assigned != bill_id);
        }
        if let Some(method) = self.payment_methods.find_mut(method_id) {
            method.assigned_bills.push(bill_id.clone());
        }
    }

    fn clear_default(&mut self, client_id: &ClientId) {
        let ids = self.client(client_id).map(|client| client.payment_methods.clone()).unwrap_or_default();
        for id in ids {
            if let Some(method) = self.payment_methods.find_mut(&id) {
                method.is_default = false;
            }
        }
    }

    /// Lets the client's bills take notice: a bill that waited for a method goes on.
    fn methods_changed(&mut self, now: Moment, client_id: &ClientId) {
        let bills = self.client(client_id).map(|client| client.bills.clone()).unwrap_or_default();
        for bill_id in bills {
            let waits = self.bill(&bill_id).is_some_and(|bill| {
                matches!(bill.status, BillStatus::PaymentRequired | BillStatus::PaymentDeclined)
            });
            if waits && self.usable_method(&bill_id).is_some() {
                self.owe(now, &bill_id);
            }
            self.plan_recurring_payment(now, &bill_id);
        }
    }
}

fn read_numbers(
    now: Moment,
    numbers: &NewNumbers,
    accept_expired: bool,
) -> Result<(Details, bool), ApiError> {
    match numbers {
        NewNumbers::Card { number, code, month, year, zipcode, brand, kind } => {
            check_card_texts(number, code.as_deref(), zipcode)?;
            let expires = read_expiry(month, year)?;
            if !accept_expired && expired(now, expires) {
                return Err(ApiError::bad_request(format!(
                    "The card has expired: it is {} here.",
                    now.day()
                )));
            }
            let brand = brand.or_else(|| CardBrand::of_number(number)).ok_or_else(|| {
                ApiError::bad_request(
                    "The card number belongs to no brand the sandbox knows; give a cardBrand.",
                )
            })?;
            let card = Card {
                number: masked(number),
                bin: number.chars().take(8).collect(),
                brand,
                kind: kind.unwrap_or(CardKind::Credit),
                expires,
            };
            Ok((Details::Card(card), number == DECLINED_CARD))
        }
        NewNumbers::Bank { routing_number, account_number, kind } => {
            if !is_routing_number(routing_number) {
                return Err(ApiError::bad_request(
                    "The routingNumber is not valid: nine digits with a correct ABA check digit are expected.",
                ));
            }
            if !(4..=17).contains(&account_number.len()) || !all_digits(account_number) {
                return Err(ApiError::bad_request(
                    "The accountNumber is not valid: 4 to 17 digits are expected.",
                ));
            }
            let bank = Bank {
                routing_number: masked(routing_number),
                account_number: masked(account_number),
                kind: *kind,
            };
            Ok((Details::Bank(bank), account_number.ends_with(DECLINED_ACCOUNT_ENDING)))
        }
    }
}

fn check_card_texts(number: &str, code: Option<&str>, zipcode: &str) -> Result<(), ApiError> {
    if !(12..=19).contains(&number.len()) || !all_digits(number) || !passes_luhn(number) {
        return Err(ApiError::bad_request(
            "The cardNumber is not valid: 12 to 19 digits with a correct check digit are expected.",
        ));
    }
    if code.is_some_and(|code| !matches!(code.len(), 3 | 4) || !all_digits(code)) {
        return Err(ApiError::bad_request("The cardCode is not valid: three or four digits are expected."));
    }
    if zipcode.trim().is_empty() {
        return Err(ApiError::bad_request("Please provide a zipcode."));
    }
    Ok(())
}

fn read_expiry(month: &str, year: &str) -> Result<Moment, ApiError> {
    let number = |text: &str, length: usize| {
        if text.len() == length && all_digits(text) { text.parse::<i16>().ok() } else { None }
    };
    let month = number(month, 2)
        .and_then(|month| i8::try_from(month).ok())
        .filter(|month| (1..=12).contains(month))
        .ok_or_else(|| ApiError::bad_request("The expMonth is not valid: 01 to 12 are expected."))?;
    let year = number(year, 4).filter(|year| *year >= 1000);
    let year =
        year.ok_or_else(|| ApiError::bad_request("The expYear is not valid: four digits are expected."))?;
    let day = jiff::civil::Date::new(year, month, 1)
        .map_err(|_| ApiError::bad_request("The expMonth and expYear are no month of the calendar."))?;
    Ok(Moment::midnight(day).plus(jiff::SignedDuration::from_hours(12)))
}

/// A card works to the end of its month.
fn expired(now: Moment, expires: Moment) -> bool {
    (now.day().year(), now.day().month()) > (expires.day().year(), expires.day().month())
}

fn masked(digits: &str) -> String {
    let last_four = digits.get(digits.len().saturating_sub(4)..).unwrap_or_default();
    format!("XXXX{last_four}")
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match place % 2 {
                0 => digit,
                _ if digit > 4 => 2 * digit - 9,
                _ => 2 * digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn is_routing_number(text: &str) -> bool {
    const WEIGHTS: [u32; 9] = [3, 7, 1, 3, 7, 1, 3, 7, 1];
    if text.len() != WEIGHTS.len() || !all_digits(text) || text == "000000000" {
        return false;
    }
    let sum: u32 = text.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_good_and_bad_card_numbers() {
        for good in
            ["4111111111111111", "378282246310005", "5555555555554444", "6011111111111117", DECLINED_CARD]
        {
            assert!(passes_luhn(good), "{good}");
        }
        for bad in ["4111111111111112", "1234567890123456"] {
            assert!(!passes_luhn(bad), "{bad}");
        }
    }

    #[test]
    fn knows_the_brands_of_the_test_cards() {
        #[track_caller]
        fn check(number: &str, brand: Option<CardBrand>) {
            assert_eq!(CardBrand::of_number(number), brand);
        }
        check("4111111111111111", Some(CardBrand::Visa));
        check("378282246310005", Some(CardBrand::AmericanExpress));
        check("5555555555554444", Some(CardBrand::Mastercard));
        check("2223000048400011", Some(CardBrand::Mastercard));
        check("6011111111111117", Some(CardBrand::Discover));
        check("6759649826438453", Some(CardBrand::Maestro));
        check("9999999999999999", None);
    }

    #[test]
    fn knows_routing_numbers_by_their_check_digit() {
        assert!(is_routing_number("021000021"));
        for bad in ["021000022", "02100002", "0210000210", "02100002a", "000000000"] {
            assert!(!is_routing_number(bad), "{bad}");
        }
    }

    #[test]
    fn a_card_works_to_the_end_of_its_month() {
        let expires = read_expiry("03", "2026").expect("a month");
        assert!(!expired("2026-03-31T23:59:59Z".parse().expect("an instant"), expires));
        assert!(expired("2026-04-01T00:00:00Z".parse().expect("an instant"), expires));
    }

    #[test]
    fn shows_the_last_four_digits_only() {
        assert_eq!(masked("4111111111111111"), "XXXX1111");
        assert_eq!(masked("12"), "XXXX12");
    }
}
