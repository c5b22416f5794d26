//! Card swaps: the card on file at a company is replaced by another one.

use serde::{Deserialize, Serialize};

use super::auth::{AuthItem, AuthStatus, NewAuth};
use super::ids::{AuthId, ClientId, CompanyId, PaymentMethodId, SwapId};
use super::payment_method::MethodKind;
use super::refresh::documented_hold;
use super::search::Product;
use super::statement::{invalid, not_found};
use super::validation::{Unfinished, Work};
use super::{Company, Effect, News, World, pace};
use crate::api_error::ApiError;
use crate::error::Error;
use crate::moment::Moment;
use crate::schedule::EntryKey;
use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Swap {
    pub(crate) id: SwapId,
    pub(crate) auth_id: AuthId,
    pub(crate) client_id: ClientId,
    pub(crate) company_id: CompanyId,
    pub(crate) method_id: PaymentMethodId,
    pub(crate) status: SwapStatus,
    /// When it will end, while it runs and if it ends.
    finish: Option<EntryKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SwapStatus {
    InProgress,
    Hold,
    Completed,
    CardOnFile,
}

impl SwapStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Hold => "hold",
            Self::Completed => "completed",
            Self::CardOnFile => "card-on-file",
        }
    }
}

/// How swaps at a login end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SwapPlan {
    Complete,
    /// The card is there already.
    CardOnFile,
    /// It never ends.
    Stay,
}

impl Row for Swap {
    type Id = SwapId;

    fn id(&self) -> &SwapId {
        &self.id
    }
}

impl Swap {
    /// Nothing will end it: a hold, or a login that stopped working, is in its way.
    fn waits(&self) -> bool {
        match self.status {
            SwapStatus::Hold => true,
            SwapStatus::InProgress => self.finish.is_none(),
            SwapStatus::Completed | SwapStatus::CardOnFile => false,
        }
    }
}

/// How a swap ends that is in progress.
///
/// In JSON: `{"outcome": "completed"}`, `card-on-file`, or `{"outcome": "hold", "code": "account_issue_card_not_accepted"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum SwapEnd {
    /// The new card is on file: `swap.success`.
    Completed {},
    /// It was there already: `swap.success` too.
    CardOnFile {},
    /// A problem: the login goes on hold, with `auth.hold`.
    Hold {
        /// One of the 24 documented codes, such as `account_issue_card_not_accepted`.
        code: String,
        /// One of the eleven documented finer reasons, if the code has any.
        #[serde(default)]
        subcategory: Option<String>,
        /// How often the re-check after `fix-hold` finds the problem unchanged before it passes; 0 if nothing is said.
        #[serde(default)]
        failing_fixes: u32,
    },
}

impl Company {
    pub(crate) fn supports_swaps(&self) -> bool {
        self.products.contains(&Product::CardSwap)
    }
}

impl World {
    /// Starts the swap of a card at a verified login. The same card again changes nothing.
    ///
    /// Source: Q2 Biller Direct description, sections 4.6.1 and 12.8 (rules inferred).
    pub(crate) fn create_swap(
        &mut self,
        now: Moment,
        auth_id: &AuthId,
        method_id: &PaymentMethodId,
    ) -> Result<(), ApiError> {
        let refuse = |message: &str| Err(ApiError::bad_request(message));
        let auth = self
            .auth(auth_id)
            .ok_or_else(|| ApiError::bad_request(format!("There is no auth {auth_id}.")))?;
        self.check_swap_method(&auth.client_id, method_id)?;
        if auth.status != AuthStatus::Verified {
            return refuse("The login is not verified; authenticate again first.");
        }
        let company = self.company(&auth.company_id);
        if !company.is_some_and(Company::supports_swaps) {
            return refuse("The company does not support card swaps.");
        }
        if company.is_none_or(|company| company.user_presence_required) {
            return refuse(
                "The company requires the user to be present: swap with POST /auth and the item \"swap\".",
            );
        }
        let known = auth.swap.as_ref().and_then(|id| self.swap(id));
        let same = known.is_some_and(|swap| swap.method_id == *method_id);
        let runs = known.is_some_and(|swap| swap.status == SwapStatus::InProgress);
        if !same && runs && !self.manner.swaps_replace {
            return refuse("Another card is being swapped in at this login; wait until that is done.");
        }
        if !same {
            self.begin_swap(now, auth_id, method_id);
        }
        Ok(())
    }

    /// Checks what `POST /auth` says about a swap.
    pub(super) fn check_swap_target(&self, company: &Company, new: &NewAuth) -> Result<(), ApiError> {
        if let Some(id) = &new.swap_id {
            let swap = self.swap(id);
            if !swap.is_some_and(|swap| swap.client_id == new.client_id && swap.company_id == new.company_id)
            {
                return Err(ApiError::bad_request(format!("The client has no swap {id} at this company.")));
            }
        }
        if !new.items.contains(&AuthItem::Swap) {
            return Ok(());
        }
        if !company.supports_swaps() {
            return Err(ApiError::bad_request("The company does not support card swaps."));
        }
        match &new.payment_method_id {
            Some(method_id) => self.check_swap_method(&new.client_id, method_id),
            None => Err(ApiError::bad_request("The item \"swap\" needs meta.paymentMethodId: the new card.")),
        }
    }

    fn check_swap_method(&self, client_id: &ClientId, id: &PaymentMethodId) -> Result<(), ApiError> {
        let method = self
            .payment_method(id)
            .filter(|method| method.client_id == *client_id)
            .ok_or_else(|| ApiError::bad_request(format!("The client has no payment method {id}.")))?;
        match method.kind() {
            MethodKind::Card => Ok(()),
            MethodKind::Bank => Err(ApiError::bad_request("Only a card can be swapped in.")),
        }
    }

    /// After a good login: starts the swap that was asked for, or goes on with one that a hold interrupted.
    pub(super) fn swap_after_login(&mut self, now: Moment, auth_id: &AuthId, work: &Work) {
        let interrupted =
            self.swap_of(auth_id).filter(|swap| swap.waits()).map(|swap| swap.method_id.clone());
        let asked = work.payment_method_id.clone().filter(|_| work.items.contains(&AuthItem::Swap));
        // A swap goes on with the card it was started with, even if that was deleted here in the meantime.
        if let Some(method_id) = asked.or(interrupted) {
            self.begin_swap(now, auth_id, &method_id);
        }
    }

    /// The login went on hold: a running swap, or the one that was asked for, waits on hold with it.
    pub(super) fn hold_swap(&mut self, auth_id: &AuthId, work: &Work) {
        let asked = work.payment_method_id.as_ref().filter(|_| work.items.contains(&AuthItem::Swap));
        let running = self.swap_of(auth_id).is_some_and(|swap| swap.status == SwapStatus::InProgress);
        match asked {
            Some(method_id) => self.put_swap(auth_id, method_id, SwapStatus::Hold, None),
            None if running => {
                let Some(id) = self.auth(auth_id).and_then(|auth| auth.swap.clone()) else { return };
                self.stop_swap(&id);
                if let Some(swap) = self.swaps.find_mut(&id) {
                    swap.status = SwapStatus::Hold;
                }
            }
            None => {}
        }
    }

    pub(super) fn swap_finishes(&mut self, now: Moment, id: &SwapId) {
        let Some(swap) = self.swaps.find_mut(id) else { return };
        swap.finish = None;
        let Some(auth) = self.auths.find(&swap.auth_id) else { return };
        if auth.status != AuthStatus::Verified {
            // While a login is not verified nothing is done at the company; the next good login goes on.
            return;
        }
        swap.status = match auth.swap_plan {
            SwapPlan::Complete => SwapStatus::Completed,
            SwapPlan::CardOnFile => SwapStatus::CardOnFile,
            SwapPlan::Stay => return,
        };
        self.tell(now, &News::SwapSuccess(id));
    }

    /// Ends a swap now and so, whatever its login's credentials promised.
    ///
    /// Source: Q2 Biller Direct description, section 12.8 "Swap".
    pub(crate) fn swap_ends(&mut self, now: Moment, id: &SwapId, end: &SwapEnd) -> Result<(), Error> {
        let swap = self.swap(id).ok_or_else(|| not_found("swap", id.as_str()))?;
        if swap.status != SwapStatus::InProgress {
            return Err(invalid(format!("the swap is {}; it does not end now", swap.status.as_str())));
        }
        let auth = self.auth(&swap.auth_id).ok_or_else(|| not_found("auth", swap.auth_id.as_str()))?;
        if auth.status != AuthStatus::Verified || auth.run.is_some() {
            return Err(invalid("the login of the swap is not verified, or is being checked just now"));
        }
        let status = match end {
            SwapEnd::Completed {} => SwapStatus::Completed,
            SwapEnd::CardOnFile {} => SwapStatus::CardOnFile,
            SwapEnd::Hold { code, subcategory, failing_fixes } => {
                let hold = documented_hold(code, subcategory.as_deref(), *failing_fixes)?;
                let (auth_id, unfinished) = (auth.id.clone(), Unfinished::of_background(auth));
                self.put_on_hold(now, &auth_id, hold, unfinished);
                return Ok(());
            }
        };
        self.stop_swap(id);
        if let Some(swap) = self.swaps.find_mut(id) {
            swap.status = status;
        }
        self.tell(now, &News::SwapSuccess(id));
        Ok(())
    }

    /// Forgets the swap of a login.
    pub(super) fn delete_swap(&mut self, auth_id: &AuthId) {
        let Some(id) = self.auths.find_mut(auth_id).and_then(|auth| auth.swap.take()) else { return };
        self.stop_swap(&id);
        self.swaps.remove(&id);
    }

    fn begin_swap(&mut self, now: Moment, auth_id: &AuthId, method_id: &PaymentMethodId) {
        let ends = self.auth(auth_id).is_some_and(|auth| auth.swap_plan != SwapPlan::Stay);
        self.put_swap(auth_id, method_id, SwapStatus::InProgress, ends.then(|| now.plus(pace::SWAP)));
    }

    /// One swap per login: it is made, or moved to another card.
    fn put_swap(
        &mut self,
        auth_id: &AuthId,
        method_id: &PaymentMethodId,
        status: SwapStatus,
        ends_at: Option<Moment>,
    ) {
        let Some(auth) = self.auths.find(auth_id) else { return };
        let (client_id, company_id) = (auth.client_id.clone(), auth.company_id.clone());
        let id = match auth.swap.clone() {
            Some(id) => id,
            None => SwapId::new(self.seed.id("swap")),
        };
        self.stop_swap(&id);
        let finish = ends_at.map(|at| self.schedule.add(at, Effect::SwapFinishes { swap_id: id.clone() }));
        let method_id = method_id.clone();
        if let Some(swap) = self.swaps.find_mut(&id) {
            (swap.method_id, swap.status, swap.finish) = (method_id, status, finish);
        } else {
            let auth_id = auth_id.clone();
            self.swaps.insert(Swap {
                id: id.clone(),
                auth_id,
                client_id,
                company_id,
                method_id,
                status,
                finish,
            });
        }
        if let Some(auth) = self.auths.find_mut(auth_id) {
            auth.swap = Some(id);
        }
    }

    fn stop_swap(&mut self, id: &SwapId) {
        if let Some(entry) = self.swaps.find_mut(id).and_then(|swap| swap.finish.take()) {
            self.schedule.remove(entry);
        }
    }

    fn swap_of(&self, auth_id: &AuthId) -> Option<&Swap> {
        self.swap(self.auth(auth_id)?.swap.as_ref()?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::super::{CardBrand, CardKind, NewNumbers, NewPaymentMethod};
    use super::*;

    /// Every company of the sandbox supports swaps, so this rule has no way in through the API.
    #[test]
    fn a_company_without_swaps_refuses_them() {
        let now: Moment = "2026-03-02T12:00:00Z".parse().expect("an instant");
        let mut world = World::new(&crate::q2::manner::MANNER, crate::seed::Seed::new(1));
        world.companies.change_first(|company| company.products = &[Product::BillerDirect]);
        let client_id = world.create_client("somebody", Map::new()).expect("a client");
        let numbers = NewNumbers::Card {
            number: "4111111111111111".to_owned(),
            code: None,
            month: "12".to_owned(),
            year: "2030".to_owned(),
            zipcode: "12345".to_owned(),
            brand: Some(CardBrand::Visa),
            kind: Some(CardKind::Credit),
        };
        let new = NewPaymentMethod {
            client_id: client_id.clone(),
            identifier: None,
            name: "Demo User".to_owned(),
            custom_label: None,
            set_as_default: false,
            numbers,
        };
        let card = world.add_payment_method(now, new).expect("a card");
        let form = ["balance", "dueDate", "status"].map(|name| (name.to_owned(), String::new()));
        let mut login = NewAuth {
            client_id,
            company_id: world.companies.all()[0].id.clone(),
            items: vec![AuthItem::Swap],
            payment_method_id: Some(card.clone()),
            bill_id: None,
            swap_id: None,
            form: form.into_iter().collect(),
        };
        let refusal = world.create_auth(now, &login).expect_err("refused");
        assert_eq!((refusal.status, refusal.message.contains("does not support")), (400, true));
        login.items = vec![AuthItem::Bill];
        let auth_id = world.create_auth(now, &login).expect("an ordinary login");
        while world.run_next(now.plus(pace::SWAP)).is_some() {}
        let refusal = world.create_swap(now, &auth_id, &card).expect_err("refused");
        assert_eq!((refusal.status, refusal.message.contains("does not support")), (400, true));
        assert!(!world.companies.all()[0].supports_swaps());
    }
}
