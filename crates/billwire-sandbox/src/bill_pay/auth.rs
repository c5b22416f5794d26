//! Logins of clients at companies, and `POST /auth`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::hold::Hold;
use super::ids::{AuthId, BillId, ClientId, CompanyId, PaymentMethodId, SwapId};
use super::swap::SwapPlan;
use super::validation::{Run, Unfinished};
use super::{BillStatus, Company, World};
use crate::api_error::ApiError;
use crate::moment::Moment;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Auth {
    pub(crate) id: AuthId,
    pub(crate) client_id: ClientId,
    pub(crate) company_id: CompanyId,
    pub(crate) created: Moment,
    pub(crate) items: Vec<AuthItem>,
    pub(crate) status: AuthStatus,
    pub(crate) hold: Option<Hold>,
    /// It was verified at least once.
    pub(crate) has_been_verified: bool,
    /// It was on hold at least once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) has_been_on_hold: bool,
    pub(crate) bills: Vec<BillId>,
    pub(crate) swap: Option<SwapId>,
    /// How card swaps at this login end.
    pub(crate) swap_plan: SwapPlan,
    /// The validation that is running, if one is.
    pub(crate) run: Option<Run>,
    /// What a hold interrupted.
    pub(crate) unfinished: Option<Unfinished>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AuthStatus {
    /// Before the end of the first validation; not shown to the partner.
    Validating,
    Verified,
    Authenticate,
    Hold,
    MfaRequired,
}

impl AuthStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Validating => "syncing",
            Self::Verified => "verified",
            Self::Authenticate => "authenticate",
            Self::Hold => "hold",
            Self::MfaRequired => "mfa-required",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AuthItem {
    Bill,
    Payment,
    Swap,
}

impl AuthItem {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bill => "bill",
            Self::Payment => "payment",
            Self::Swap => "swap",
        }
    }
}

impl Auth {
    /// The partner was told of it once, by a good answer or by a hold: it goes only by being deleted.
    pub(crate) fn is_told(&self) -> bool {
        self.has_been_verified || self.has_been_on_hold
    }

    /// The login that is being checked was asked for with its bills.
    pub(crate) fn wants_bills(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.work.items.contains(&AuthItem::Bill))
    }
}

impl Row for Auth {
    type Id = AuthId;

    fn id(&self) -> &AuthId {
        &self.id
    }
}

/// A request to check credentials; no `Debug`, it holds them. They are read once and not kept.
pub(crate) struct NewAuth {
    pub(crate) client_id: ClientId,
    pub(crate) company_id: CompanyId,
    pub(crate) items: Vec<AuthItem>,
    pub(crate) payment_method_id: Option<PaymentMethodId>,
    pub(crate) bill_id: Option<BillId>,
    pub(crate) swap_id: Option<SwapId>,
    pub(crate) form: BTreeMap<String, String>,
}

impl World {
    /// Starts the check of credentials. A login of the same client at the same company is checked again instead of
    /// a second one being made.
    ///
    /// Source: Q2 Biller Direct description, sections 4.1.1 and 12.1.
    pub(crate) fn create_auth(&mut self, now: Moment, new: &NewAuth) -> Result<AuthId, ApiError> {
        let client_id = self.client_in_body(&new.client_id)?.id.clone();
        let company = self
            .company(&new.company_id)
            .ok_or_else(|| ApiError::bad_request(format!("There is no company {}.", new.company_id)))?;
        if self.rules.companies_in_maintenance.iter().any(|id| id == company.id.as_str()) {
            return Err(ApiError::bad_request(format!("{} is in maintenance; try later.", company.name)));
        }
        (self.manner.check_items)(new)?;
        self.check_targets(company, new)?;
        self.check_swap_target(company, new)?;
        let plan = (self.manner.read_credentials)(now, company, &new.form)?;
        let existing = self.matching_auth(&client_id, new);
        let auth_id = existing.unwrap_or_else(|| self.store_auth(now, &client_id, new));
        self.start_validation(now, &auth_id, new, plan);
        Ok(auth_id)
    }

    fn check_targets(&self, company: &Company, new: &NewAuth) -> Result<(), ApiError> {
        if let Some(id) = &new.payment_method_id {
            let method = self
                .payment_method(id)
                .filter(|method| method.client_id == new.client_id)
                .ok_or_else(|| ApiError::bad_request(format!("The client has no payment method {id}.")))?;
            if new.items.contains(&AuthItem::Payment) {
                if !method.is_usable() {
                    return Err(ApiError::bad_request("The payment method is declined; give another one."));
                }
                company.check_kind(method.kind())?;
            }
        }
        if let Some(id) = &new.bill_id {
            let bill = self
                .bill(id)
                .filter(|bill| bill.client_id == new.client_id && bill.company_id == new.company_id)
                .ok_or_else(|| {
                    ApiError::bad_request(format!("The client has no bill {id} at this company."))
                })?;
            if new.items.contains(&AuthItem::Payment) && bill.status == BillStatus::Pending {
                return Err(ApiError::bad_request("The bill is being paid."));
            }
        }
        Ok(())
    }

    fn matching_auth(&self, client_id: &ClientId, new: &NewAuth) -> Option<AuthId> {
        let client = self.client(client_id)?;
        let auths = client.auths.iter().filter_map(|id| self.auth(id));
        let mut same = auths.filter(|auth| auth.company_id == new.company_id);
        let fits = |auth: &&Auth| {
            new.bill_id.as_ref().is_none_or(|bill_id| auth.bills.contains(bill_id))
                && (new.swap_id.is_none() || new.swap_id == auth.swap)
        };
        same.find(fits).map(|auth| auth.id.clone())
    }

    fn store_auth(&mut self, now: Moment, client_id: &ClientId, new: &NewAuth) -> AuthId {
        let id = AuthId::new(self.seed.id("auth"));
        self.auths.insert(Auth {
            id: id.clone(),
            client_id: client_id.clone(),
            company_id: new.company_id.clone(),
            created: now,
            items: Vec::new(),
            status: AuthStatus::Validating,
            hold: None,
            has_been_verified: false,
            has_been_on_hold: false,
            bills: Vec::new(),
            swap: None,
            swap_plan: SwapPlan::Complete,
            run: None,
            unfinished: None,
        });
        if let Some(client) = self.clients.find_mut(client_id) {
            client.auths.push(id.clone());
        }
        id
    }
}
