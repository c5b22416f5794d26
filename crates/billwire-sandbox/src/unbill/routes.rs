//! The operations: wire types in, the world's functions, wire types out.

mod auth;

use billwire_models::scalar::Secret;
use billwire_models::unbill;

use super::generated::server::Server;
use super::{RequestContext, read, wire};
use crate::api_error::ApiError;
use crate::bill_pay::{
    BillId, Client, ClientId, CompanyId, CompanySearch, MethodKind, NewPaymentMethod, NewToken, Page,
    PaymentMethodId, SettingsChange, World,
};
use crate::moment::Moment;

/// How many companies a search answers with at most.
///
/// Source: Unbill v1 description, section 4.3.3 "POST /company/search" (inferred).
const MOST_COMPANIES: usize = 1000;

/// The operations on a world.
pub(super) struct Routes<'a> {
    pub(super) world: &'a mut World,
}

impl Server for Routes<'_> {
    fn create_client(
        &mut self,
        _context: &RequestContext,
        request: unbill::CreateClient,
    ) -> Result<unbill::CreatedClient, ApiError> {
        let id = self.world.create_client(&request.identifier, read::meta(request.meta.as_ref()))?;
        Ok(unbill::CreatedClient::new(id.as_str().into()))
    }

    /// A token is consumed by its use unless the partner says otherwise (trap L7).
    fn create_token(
        &mut self,
        context: &RequestContext,
        request: unbill::CreateToken,
    ) -> Result<unbill::CreatedToken, ApiError> {
        self.world.create_client(&request.identifier, read::meta(request.meta.as_ref()))?;
        let new = NewToken {
            identifier: request.identifier,
            single_use: request.nonce.unwrap_or(true),
            expires_at: None,
            access_token_seconds: None,
        };
        let token = self.world.create_token(context.now, &new)?;
        Ok(unbill::CreatedToken::new(Secret::new(token)))
    }

    fn search_companies(
        &mut self,
        _context: &RequestContext,
        request: unbill::SearchCompanies,
    ) -> Result<unbill::CompanyList, ApiError> {
        let search = CompanySearch {
            query: request.query,
            category: request.category,
            near: request.geo.map(|geo| (geo.lat, geo.lng)),
            products: Vec::new(),
            page: Page { size: 1, number: 1 },
            paginate: false,
        };
        let (companies, _) = self.world.search_companies(&search)?;
        Ok(unbill::CompanyList::new(companies.into_iter().take(MOST_COMPANIES).map(wire::company).collect()))
    }

    fn company(
        &mut self,
        _context: &RequestContext,
        company_id: unbill::CompanyId,
    ) -> Result<unbill::Company, ApiError> {
        self.world
            .company(&CompanyId::new(company_id.as_str()))
            .map(wire::company)
            .ok_or_else(|| ApiError::not_found(format!("There is no company {company_id}.")))
    }

    fn list_categories(&mut self, _context: &RequestContext) -> Result<unbill::CategoryList, ApiError> {
        let categories = self.world.categories().into_iter().map(|(kind, name)| wire::category(kind, &name));
        Ok(unbill::CategoryList::new(categories.collect()))
    }

    fn create_auth(
        &mut self,
        context: &RequestContext,
        request: unbill::CreateAuth,
    ) -> Result<unbill::AuthProgress, ApiError> {
        auth::create(self.world, context.now, request)
    }

    fn step_auth(
        &mut self,
        context: &RequestContext,
        request: unbill::StepAuth,
    ) -> Result<unbill::AuthProgress, ApiError> {
        auth::step(self.world, context.now, request)
    }

    fn list_auths(
        &mut self,
        _context: &RequestContext,
        client_id: unbill::ClientId,
    ) -> Result<unbill::AuthList, ApiError> {
        auth::list(self.world, &client_id)
    }

    fn fix_hold(
        &mut self,
        context: &RequestContext,
        auth_id: unbill::AuthId,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        auth::fix_hold(self.world, context.now, &auth_id)
    }

    fn delete_auth(
        &mut self,
        context: &RequestContext,
        auth_id: unbill::AuthId,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        auth::delete(self.world, context.now, &auth_id)
    }

    fn bill(
        &mut self,
        _context: &RequestContext,
        bill_id: unbill::BillId,
    ) -> Result<unbill::BillWithPayments, ApiError> {
        self.world
            .bill(&BillId::new(bill_id.as_str()))
            .map(|bill| wire::bill_with_payments(self.world, bill))
            .ok_or_else(|| ApiError::not_found(format!("There is no bill {bill_id}.")))
    }

    fn list_bills(
        &mut self,
        _context: &RequestContext,
        client_id: unbill::ClientId,
    ) -> Result<unbill::BillList, ApiError> {
        let client = self.client_in_path(&client_id)?;
        let bills = self.world.bills_of(client).into_iter();
        Ok(unbill::BillList::new(bills.map(|bill| wire::bill_with_payments(self.world, bill)).collect()))
    }

    fn add_payment_method(
        &mut self,
        context: &RequestContext,
        request: unbill::AddPaymentMethod,
    ) -> Result<unbill::CreatedPaymentMethod, ApiError> {
        let numbers = read::numbers(&request)?;
        let new = NewPaymentMethod {
            client_id: ClientId::new(request.client_id.as_str()),
            identifier: None,
            name: request.name,
            custom_label: None,
            set_as_default: request.set_as_default.unwrap_or(false),
            numbers,
        };
        let id = self.world.add_payment_method(context.now, new)?;
        Ok(unbill::CreatedPaymentMethod::new(id.as_str().into()))
    }

    fn list_payment_methods(
        &mut self,
        _context: &RequestContext,
        client_id: unbill::ClientId,
    ) -> Result<unbill::PaymentMethodList, ApiError> {
        let client = self.client_in_path(&client_id)?;
        let methods = self.world.payment_methods_of(client).into_iter().map(wire::payment_method);
        Ok(unbill::PaymentMethodList::new(methods.collect()))
    }

    fn delete_payment_method(
        &mut self,
        context: &RequestContext,
        payment_method_id: unbill::PaymentMethodId,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        self.world.delete_payment_method(context.now, &method_id(&payment_method_id))?;
        Ok(done())
    }

    fn retry_payment_method(
        &mut self,
        context: &RequestContext,
        payment_method_id: unbill::PaymentMethodId,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        self.world.retry_payment_method(context.now, &method_id(&payment_method_id))?;
        Ok(done())
    }

    fn set_default_payment_method(
        &mut self,
        context: &RequestContext,
        payment_method_id: unbill::PaymentMethodId,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        self.world.set_default_payment_method(context.now, &method_id(&payment_method_id))?;
        Ok(done())
    }

    fn assign_payment_method(
        &mut self,
        context: &RequestContext,
        payment_method_id: unbill::PaymentMethodId,
        request: unbill::AssignPaymentMethod,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        let bill_id = BillId::new(request.bill_id.as_str());
        self.world.assign_payment_method(context.now, &method_id(&payment_method_id), &bill_id)?;
        Ok(done())
    }

    fn update_payment_settings(
        &mut self,
        context: &RequestContext,
        request: unbill::UpdatePaymentSettings,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        let change = SettingsChange {
            recurring: request.recurring.as_ref().map(read::enabled).transpose()?,
            pay_schedule: request.schedule.as_ref().map(read::pay_schedule).transpose()?,
        };
        self.world.change_settings(context.now, &BillId::new(request.bill_id.as_str()), change)?;
        Ok(done())
    }

    /// Takes the date under both names (trap L11); what was scheduled before is replaced, since nothing cancels.
    fn schedule_payment(
        &mut self,
        context: &RequestContext,
        request: unbill::SchedulePayment,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        let pay_date = request.pay_date.map(|date| Moment::new(date.instant()));
        let date = request.date.map(|date| Moment::new(date.instant()));
        let date = match (pay_date, date) {
            (Some(one), Some(other)) if one != other => {
                return Err(ApiError::bad_request(
                    "payDate and date say different things; give one of them or both the same.",
                ));
            }
            (one, other) => one.or(other),
        };
        self.world.schedule_payment(context.now, &BillId::new(request.bill_id.as_str()), date)?;
        Ok(done())
    }

    /// Which card is swapped in is not said: the client's default one.
    ///
    /// Source: Unbill v1 description, section 4.6.1 "POST /swap" (inferred).
    fn create_swap(
        &mut self,
        context: &RequestContext,
        request: unbill::CreateSwap,
    ) -> Result<unbill::Acknowledgement, ApiError> {
        let auth = auth::known(self.world, &request.auth_id)?;
        let (auth_id, client_id) = (auth.id.clone(), auth.client_id.clone());
        let methods = self.world.client(&client_id).map(|client| self.world.payment_methods_of(client));
        let card = methods.unwrap_or_default().into_iter().find(|method| method.is_default);
        let card = card.filter(|method| method.kind() == MethodKind::Card).map(|card| card.id.clone());
        let card = card.ok_or_else(|| {
            ApiError::bad_request("The client has no default card to swap in; make a card the default first.")
        })?;
        self.world.create_swap(context.now, &auth_id, &card)?;
        Ok(done())
    }

    fn list_swap_companies(&mut self, _context: &RequestContext) -> Result<unbill::CompanyList, ApiError> {
        let companies = self.world.companies().iter().filter(|company| company.supports_swaps());
        Ok(unbill::CompanyList::new(companies.map(wire::company).collect()))
    }
}

impl Routes<'_> {
    fn client_in_path(&self, id: &unbill::ClientId) -> Result<&Client, ApiError> {
        self.world
            .client(&ClientId::new(id.as_str()))
            .ok_or_else(|| ApiError::not_found(format!("There is no client {id}.")))
    }
}

fn method_id(id: &unbill::PaymentMethodId) -> PaymentMethodId {
    PaymentMethodId::new(id.as_str())
}

fn done() -> unbill::Acknowledgement {
    unbill::Acknowledgement::new(true)
}
