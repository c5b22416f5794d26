//! What companies issue: a new statement for a known bill, and a bill nobody knew of.

use serde::Deserialize;

use super::amount::Amount;
use super::auth::{Auth, AuthStatus};
use super::bill::{BillStatus, PaymentOutcome};
use super::bill_data::BillPlan;
use super::ids::{AuthId, BillId};
use super::{Bill, World};
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;

/// What a company writes on a bill.
///
/// In JSON: `{"balance": "52.11", "dueDate": "2026-04-20T00:00:00.000Z"}`, perhaps with `statementBalance` and
/// `fullBalance`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Statement {
    /// What is due; `0` if nothing is.
    pub balance: Amount,
    /// When it is due; a known bill keeps its due date if there is none here, a new one is due in ten days.
    #[serde(default)]
    pub due_date: Option<Moment>,
    /// The balance of the statement, of cards and loans.
    #[serde(default)]
    pub statement_balance: Option<Amount>,
    /// Everything that is owed, of cards and loans.
    #[serde(default)]
    pub full_balance: Option<Amount>,
}

/// Where a due date is needed and none is given.
const USUAL_DUE_DAYS: i64 = 10;

impl Statement {
    /// A statement of `balance`.
    pub fn of(balance: Amount) -> Self {
        Self { balance, due_date: None, statement_balance: None, full_balance: None }
    }

    /// Due at `due`.
    #[must_use]
    pub fn with_due_date(mut self, due: Moment) -> Self {
        self.due_date = Some(due);
        self
    }

    /// With the balance of the statement and everything that is owed, as cards and loans have them.
    #[must_use]
    pub fn with_card_balances(mut self, statement: Amount, full: Amount) -> Self {
        (self.statement_balance, self.full_balance) = (Some(statement), Some(full));
        self
    }

    fn plan(&self, now: Moment, due: Option<Moment>, outcome: PaymentOutcome) -> BillPlan {
        let usual = || Moment::midnight(now.day()).plus_days(USUAL_DUE_DAYS);
        BillPlan {
            statement_balance: self.statement_balance,
            full_balance: self.full_balance,
            ..BillPlan::derived(self.balance, self.due_date.or(due).or_else(|| Some(usual())), outcome)
        }
    }
}

impl World {
    /// A new statement for a known bill.
    ///
    /// A bill with nothing due becomes `upcoming` at once. Every other change is that of a refresh: the bill is `syncing`
    /// until the schedule has run to `now`, then it has the new balance and due date.
    ///
    /// Source: Q2 Biller Direct description, section 12.3 "Bill".
    pub(crate) fn statement_arrives(
        &mut self,
        now: Moment,
        id: &BillId,
        statement: &Statement,
    ) -> Result<(), Error> {
        let bill = self.bill(id).ok_or_else(|| not_found("bill", id.as_str()))?;
        self.check_refreshable(bill)?;
        let plan = statement.plan(now, bill.due, bill.outcome);
        let settled = matches!(bill.status, BillStatus::Paid | BillStatus::ZeroBalance);
        let upcoming = self.owed_status(now, bill, plan.due) == BillStatus::Upcoming;
        if settled && upcoming && !plan.balance.is_zero() {
            self.take_data(now, id, &plan);
        } else {
            self.fetch(id, plan, now);
        }
        Ok(())
    }

    /// One more bill is found at a login that is verified: it is `syncing` until the schedule has run to `now`.
    ///
    /// Source: Q2 Biller Direct description, sections 5.3 (`meta.accountNumber`) and 12.3 "Bill".
    pub(crate) fn bill_is_found(
        &mut self,
        now: Moment,
        auth_id: &AuthId,
        statement: &Statement,
    ) -> Result<BillId, Error> {
        let auth = self.auth(auth_id).ok_or_else(|| not_found("auth", auth_id.as_str()))?;
        self.check_background(auth)?;
        let plan = statement.plan(now, None, PaymentOutcome::AsMethod);
        let found = self.create_bill_at(now, auth_id, plan, now);
        found.ok_or_else(|| not_found("company of auth", auth_id.as_str()))
    }

    fn check_refreshable(&self, bill: &Bill) -> Result<(), Error> {
        let auth = self.auth(&bill.auth_id).ok_or_else(|| not_found("auth", bill.auth_id.as_str()))?;
        self.check_background(auth)?;
        if bill.status == BillStatus::Pending {
            return Err(invalid("the bill is being paid; let the clock go on until that is done"));
        }
        Ok(())
    }

    /// Nothing is fetched for a login that is not verified, nor where the user must be present.
    ///
    /// Source: Q2 Biller Direct description, sections 12.1 and 12.5 (`userPresenceRequired`).
    pub(super) fn check_background(&self, auth: &Auth) -> Result<(), Error> {
        if auth.status != AuthStatus::Verified {
            return Err(invalid(format!(
                "the auth is {}; only what belongs to a verified one is refreshed",
                auth.status.as_str()
            )));
        }
        if self.company(&auth.company_id).is_none_or(|company| company.user_presence_required) {
            return Err(invalid(
                "the company requires the user to be present; there is no refresh without POST /auth",
            ));
        }
        Ok(())
    }
}

pub(super) fn not_found(kind: &str, id: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no {kind} \"{id}\""))
}

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
