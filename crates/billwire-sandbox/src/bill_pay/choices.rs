//! What clients choose in the white-label products, for which the API has no calls.

use serde::{Deserialize, Serialize};

use super::World;
use super::amount::Amount;
use super::bill::BillStatus;
use super::ids::BillId;
use super::statement::{invalid, not_found};
use crate::error::Error;

/// What a client, or the company on its own site, sets about a bill. What is left out stays.
///
/// In JSON: `{"customPaymentAmount": "10.00"}` (`null` takes it back), `customLabel`, `hidden`, `notifications`,
/// `autopay`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BillChoices {
    /// What a payment moves: the balance (`null` in JSON), or another amount.
    #[serde(deserialize_with = "given")]
    pub custom_payment_amount: Option<AmountToPay>,
    /// The label the client gives the bill.
    pub custom_label: Option<String>,
    /// Hidden from the dashboard; then it is not among the partner's active bills.
    pub hidden: Option<bool>,
    /// Whether the client wants to be notified.
    pub notifications: Option<bool>,
    /// Whether the company's own site pays the bill, and who set that up.
    pub autopay: Option<Autopay>,
}

/// What a payment of a bill moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AmountToPay {
    /// The balance, whatever it is then.
    Balance,
    /// This amount.
    Custom(Amount),
}

/// Automatic payment at the company's own site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Autopay {
    /// It is set up.
    pub enabled: bool,
    /// Who set it up.
    pub source: AutopaySetBy,
}

/// Who set up automatic payment at the company's own site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AutopaySetBy {
    /// The client.
    Client,
    /// The company.
    Company,
}

impl Autopay {
    /// Automatic payment as `source` set it up.
    pub fn new(enabled: bool, source: AutopaySetBy) -> Self {
        Self { enabled, source }
    }
}

impl BillChoices {
    /// The amount to pay instead of the balance.
    #[must_use]
    pub fn with_custom_payment_amount(mut self, amount: Amount) -> Self {
        self.custom_payment_amount = Some(AmountToPay::Custom(amount));
        self
    }

    /// Hides the bill or shows it again.
    #[must_use]
    pub fn with_hidden(mut self, hidden: bool) -> Self {
        self.hidden = Some(hidden);
        self
    }

    /// The label the client gives the bill.
    #[must_use]
    pub fn with_custom_label(mut self, label: impl Into<String>) -> Self {
        self.custom_label = Some(label.into());
        self
    }
}

impl World {
    /// Sets what was chosen; refuses as a whole what the company does not allow.
    ///
    /// Source: Q2 Biller Direct description, sections 5.3 "Bill" and 5.6 "Additional payment option".
    pub(crate) fn choose(&mut self, id: &BillId, choices: &BillChoices) -> Result<(), Error> {
        match choices.custom_payment_amount {
            Some(AmountToPay::Custom(amount)) => self.check_custom_amount(id, amount)?,
            Some(AmountToPay::Balance) if self.bill(id).is_some_and(|bill| bill.running.is_some()) => {
                return Err(invalid("the bill is being paid; the amount cannot be changed any more"));
            }
            _ => {}
        }
        let Some(bill) = self.bills.find_mut(id) else { return Err(not_found("bill", id.as_str())) };
        match choices.custom_payment_amount {
            Some(AmountToPay::Custom(amount)) => bill.custom_payment_amount = Some(amount),
            Some(AmountToPay::Balance) => bill.custom_payment_amount = None,
            None => {}
        }
        if let Some(label) = &choices.custom_label {
            bill.custom_label = Some(label.clone());
        }
        if let Some(hidden) = choices.hidden {
            bill.hidden = hidden;
        }
        if let Some(notifications) = choices.notifications {
            bill.notifications = notifications;
        }
        if let Some(autopay) = choices.autopay {
            bill.autopay = Some(autopay);
        }
        Ok(())
    }

    fn check_custom_amount(&self, id: &BillId, amount: Amount) -> Result<(), Error> {
        let bill = self.bill(id).ok_or_else(|| not_found("bill", id.as_str()))?;
        let option = self.company(&bill.company_id).and_then(|company| company.custom_payment_amount);
        let Some(option) = option else {
            return Err(invalid("the company offers no custom payment amount"));
        };
        let owed = matches!(
            bill.status,
            BillStatus::Upcoming
                | BillStatus::Overdue
                | BillStatus::PaymentRequired
                | BillStatus::PaymentDeclined
        );
        let Some(balance) = bill.balance.filter(|_| owed) else {
            return Err(invalid(format!(
                "the bill is {}; there is no amount to choose",
                bill.status.as_str()
            )));
        };
        if amount.is_zero() {
            return Err(invalid("the amount is 0; take the choice back with null instead"));
        }
        if amount > balance && !option.can_exceed_balance {
            return Err(invalid(format!("the company takes no more than the balance, {balance}")));
        }
        Ok(())
    }

    /// A choice that was allowed for a higher balance ends when the balance falls below it.
    pub(super) fn forget_excessive_choice(&mut self, id: &BillId) {
        let Some(bill) = self.bills.find(id) else { return };
        let option = self.company(&bill.company_id).and_then(|company| company.custom_payment_amount);
        if option.is_some_and(|option| option.can_exceed_balance) {
            return;
        }
        if let Some(bill) = self.bills.find_mut(id)
            && bill.custom_payment_amount > bill.balance
        {
            bill.custom_payment_amount = None;
        }
    }
}

/// Tells `null` (take it back) from absent (leave it).
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<AmountToPay>, D::Error> {
    let amount = Option::<Amount>::deserialize(deserializer)?;
    Ok(Some(amount.map_or(AmountToPay::Balance, AmountToPay::Custom)))
}
