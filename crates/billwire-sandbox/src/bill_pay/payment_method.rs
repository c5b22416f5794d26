//! Cards and bank accounts. Numbers are masked on arrival; the full ones are never kept.

use serde::{Deserialize, Serialize};

use super::company::{CardBrand, CardKind, Company};
use super::ids::{BillId, ClientId, PaymentMethodId};
use super::numbers::{self, NewNumbers};
use super::{AuthStatus, BillStatus, World, pace};
use crate::api_error::ApiError;
use crate::moment::Moment;
use crate::table::Row;

/// The failure that removes a method.
const STRIKES: u32 = 3;

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
    /// Every payment with this number fails.
    pub(crate) declines: bool,
    /// What the issuer has said since, if anything.
    pub(super) issuer_declines: Option<bool>,
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

impl MethodStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Declined => "declined",
        }
    }
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

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// By its issuer.
    pub(crate) cancelled: bool,
}

impl Card {
    /// A card works to the end of its month.
    pub(super) fn has_expired(&self, now: Moment) -> bool {
        let month = |at: Moment| (at.day().year(), at.day().month());
        month(now) > month(self.expires)
    }

    /// The same number and expiry, as far as is known: numbers are not kept.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        *self == Self { cancelled: self.cancelled, ..other.clone() }
    }
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

    /// A payment at `now` fails: because of the number, the issuer, or a card that has expired or was cancelled.
    ///
    /// Source: Q2 Biller Direct description, sections 5.9 and 11.4.
    pub(super) fn declines_at(&self, now: Moment, accept_expired: bool) -> bool {
        let card_fails = match &self.details {
            Details::Card(card) => card.cancelled || (!accept_expired && card.has_expired(now)),
            Details::Bank(_) => false,
        };
        card_fails || self.issuer_declines.unwrap_or(self.declines)
    }

    /// Takes over new numbers; nothing is held against them.
    pub(super) fn renew(&mut self, details: Details, declines: bool) {
        self.details = details;
        self.declines = declines;
        self.issuer_declines = None;
        self.status = MethodStatus::Verified;
        self.failures_in_a_row = 0;
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

impl Company {
    /// Refuses a kind of method that the company does not take.
    pub(super) fn check_kind(&self, kind: MethodKind) -> Result<(), ApiError> {
        match self.required_payment {
            Some(required) if required != kind => Err(ApiError::bad_request(format!(
                "The company takes only a {} for this bill.",
                required.as_str()
            ))),
            _ => Ok(()),
        }
    }
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
        let (details, declines) = numbers::read(now, &new.numbers, self.rules.accept_expired_cards)?;
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
            issuer_declines: None,
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
        let method = self.payment_method_in_path(method_id)?;
        let bill = self.bill_in_body(bill_id)?;
        if bill.client_id != method.client_id {
            return Err(ApiError::bad_request(
                "The bill and the payment method belong to different clients.",
            ));
        }
        if !method.is_usable() {
            return Err(ApiError::bad_request("The payment method is declined; assign another one."));
        }
        if let Some(company) = self.company(&bill.company_id) {
            company.check_kind(method.kind())?;
        }
        let client_id = bill.client_id.clone();
        self.assign(method_id, bill_id);
        self.methods_changed(now, &client_id);
        Ok(())
    }

    /// Makes a method the one that pays every bill without an assigned one.
    ///
    /// Source: Unbill v1 description, section 4.4.5 "POST /payment/{paymentMethodId}/set-default".
    pub(crate) fn set_default_payment_method(
        &mut self,
        now: Moment,
        id: &PaymentMethodId,
    ) -> Result<(), ApiError> {
        let client_id = self.payment_method_in_path(id)?.client_id.clone();
        self.clear_default(&client_id);
        if let Some(method) = self.payment_methods.find_mut(id) {
            method.is_default = true;
        }
        self.methods_changed(now, &client_id);
        Ok(())
    }

    /// Takes a method away for its client, but not within 24 hours of a payment with it.
    ///
    /// Source: Q2 Biller Direct description, sections 4.4.3 and 12.4.
    pub(crate) fn delete_payment_method(
        &mut self,
        now: Moment,
        id: &PaymentMethodId,
    ) -> Result<(), ApiError> {
        let method = self.payment_method_in_path(id)?;
        let recent = method.last_paid_at.is_some_and(|paid_at| now < paid_at.plus(pace::DELETION_WAIT));
        if recent || self.is_paying(method) {
            return Err(ApiError::bad_request(
                "A recent payment was made with this method; wait 24 hours before deleting it.",
            ));
        }
        let client_id = method.client_id.clone();
        self.remove_method(now, id);
        self.methods_changed(now, &client_id);
        Ok(())
    }

    /// Makes the payments again that a declined method failed. Without any, a method that works is verified at once.
    ///
    /// Source: Q2 Biller Direct description, sections 4.4.4 and 12.4 (details inferred).
    pub(crate) fn retry_payment_method(&mut self, now: Moment, id: &PaymentMethodId) -> Result<(), ApiError> {
        let method = self.payment_method_in_path(id)?;
        if method.status != MethodStatus::Declined {
            return Err(ApiError::bad_request(
                "The payment method is not declined; there is nothing to retry.",
            ));
        }
        if self.is_paying(method) {
            return Err(ApiError::bad_request(
                "The payment method is being retried already; wait for the event.",
            ));
        }
        let failed: Vec<BillId> = self
            .client(&method.client_id)
            .map(|client| self.bills_of(client))
            .unwrap_or_default()
            .into_iter()
            .filter(|bill| bill.status == BillStatus::PaymentDeclined)
            .filter(|bill| self.chosen_method(&bill.id).is_some_and(|chosen| chosen.id == *id))
            .filter(|bill| self.auth(&bill.auth_id).is_some_and(|auth| auth.status == AuthStatus::Verified))
            .map(|bill| bill.id.clone())
            .collect();
        let works = failed.is_empty() && !method.declines_at(now, self.rules.accept_expired_cards);
        if let Some(method) = self.payment_methods.find_mut(id).filter(|_| works) {
            method.status = MethodStatus::Verified;
        }
        for bill_id in failed {
            self.owe(now, &bill_id);
            self.start_with(now, &bill_id, now, id);
        }
        Ok(())
    }

    /// A payment with it is on its way.
    fn is_paying(&self, method: &PaymentMethod) -> bool {
        let bills = self.client(&method.client_id).map(|client| self.bills_of(client)).unwrap_or_default();
        bills.iter().any(|bill| bill.running.as_ref().is_some_and(|running| running.method_id == method.id))
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
        method.failures_in_a_row = method.failures_in_a_row.saturating_add(1);
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
            // Where the company asks for a kind of method, one has to be assigned again.
            let owed = self
                .bill(bill_id)
                .is_some_and(|bill| matches!(bill.status, BillStatus::Upcoming | BillStatus::Overdue));
            if owed && assigned.contains(bill_id) {
                self.owe(now, bill_id);
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

    pub(super) fn clear_default(&mut self, client_id: &ClientId) {
        let ids = self.client(client_id).map(|client| client.payment_methods.clone()).unwrap_or_default();
        for id in ids {
            if let Some(method) = self.payment_methods.find_mut(&id) {
                method.is_default = false;
            }
        }
    }

    /// Lets the client's bills take notice: a bill that waited for a method goes on.
    pub(super) fn methods_changed(&mut self, now: Moment, client_id: &ClientId) {
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
