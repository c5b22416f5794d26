//! Deleting a login with everything that hangs on it.

use super::ids::{AuthId, BillId};
use super::{BillStatus, News, World};
use crate::api_error::ApiError;
use crate::moment::Moment;

impl World {
    /// Deletes a login: its scheduled payments are cancelled, its bills and its swap are gone. Not while one of its bills
    /// is being paid, because a payment on its way cannot be taken back.
    ///
    /// Source: Q2 Biller Direct description, sections 4.1.6 and 12.1 (the refusal is inferred from section 5.3.1,
    /// `pending`).
    pub(crate) fn delete_auth(&mut self, now: Moment, id: &AuthId) -> Result<(), ApiError> {
        let bills = self.auth_in_path(id)?.bills.clone();
        let paying = |id: &BillId| self.bill(id).is_some_and(|bill| bill.status == BillStatus::Pending);
        if bills.iter().any(paying) {
            return Err(ApiError::bad_request(
                "A bill of this auth is being paid; delete it when that is done.",
            ));
        }
        self.stop_validation(id);
        self.cancel_payments_of(now, id);
        self.tell(now, &News::AuthDeleted(id));
        for bill_id in &bills {
            self.delete_bill(bill_id);
        }
        self.delete_swap(id);
        let owner = self.auths.remove(id).map(|auth| auth.client_id);
        if let Some(client) = owner.and_then(|client_id| self.clients.find_mut(&client_id)) {
            client.auths.retain(|known| known != id);
            client.bills.retain(|known| !bills.contains(known));
        }
        Ok(())
    }

    fn delete_bill(&mut self, id: &BillId) {
        self.stop_timers(id);
        let assigned = self.bills.remove(id).and_then(|bill| bill.assigned_method);
        if let Some(method) = assigned.and_then(|method_id| self.payment_methods.find_mut(&method_id)) {
            method.assigned_bills.retain(|assigned| assigned != id);
        }
    }
}
