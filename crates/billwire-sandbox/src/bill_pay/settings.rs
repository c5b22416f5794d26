//! How a bill is paid by itself.

use super::bill::PaySchedule;
use super::ids::BillId;
use super::{Company, World};
use crate::api_error::ApiError;
use crate::moment::Moment;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SettingsChange {
    pub(crate) recurring: Option<bool>,
    pub(crate) pay_schedule: Option<PaySchedule>,
}

impl World {
    /// Changes the payment settings of a bill; refuses as a whole what the company does not allow.
    ///
    /// Source: Q2 Biller Direct description, sections 4.4.6 and 12.5.
    pub(crate) fn change_settings(
        &mut self,
        now: Moment,
        bill_id: &BillId,
        change: SettingsChange,
    ) -> Result<(), ApiError> {
        let bill = self.bill_in_body(bill_id)?;
        if change.recurring.is_none() && change.pay_schedule.is_none() {
            return Err(ApiError::bad_request("Please provide recurring or schedule."));
        }
        let company = self
            .company(&bill.company_id)
            .ok_or_else(|| ApiError::bad_request("The company of this bill does not exist any more."))?;
        if change.recurring == Some(false) && self.insists_on_recurring(company) {
            return Err(ApiError::bad_request(
                "This company requires recurring payments; they cannot be disabled.",
            ));
        }
        if change.recurring == Some(true) && company.user_presence_required {
            return Err(ApiError::bad_request(
                "This company requires the user to be present; recurring payments cannot be enabled.",
            ));
        }
        if let (Some(wanted), Some(fixed)) = (change.pay_schedule, company.schedule)
            && wanted != fixed
        {
            return Err(ApiError::bad_request("This company fixes the schedule; it cannot be changed."));
        }
        if let Some(bill) = self.bills.find_mut(bill_id) {
            if let Some(recurring) = change.recurring {
                bill.recurring = recurring;
                bill.skip_recurring = false;
            }
            if let Some(pay_schedule) = change.pay_schedule {
                bill.pay_schedule = pay_schedule;
            }
        }
        self.plan_recurring_payment(now, bill_id);
        Ok(())
    }

    /// Companies with a fixed schedule do, unless the rules say otherwise.
    ///
    /// Source: Q2 Biller Direct description, section 12.5 (inferred).
    fn insists_on_recurring(&self, company: &Company) -> bool {
        let optional = &self.rules.companies_with_optional_recurring;
        company.schedule.is_some() && !optional.iter().any(|id| id == company.id.as_str())
    }
}
