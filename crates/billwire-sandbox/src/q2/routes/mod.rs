//! The operations: wire types in, the world's functions, wire types out.

mod auth;
mod client;
mod partner;
mod swap;

use billwire_models::q2;
use billwire_models::scalar::Secret;

use super::generated::server::Server;
use super::{Caller, RequestContext};
use super::{read, wire};
use crate::api_error::ApiError;
use crate::bill_pay::{
    BillId, Client, ClientId, CompanyId, CompanySearch, NewAuth, NewPaymentMethod, NewToken, Page,
    PaymentMethodId, ScheduleDateMember, SettingsChange, StepAnswer, StepInput, SwapId, World,
};
use crate::moment::Moment;
use crate::service_keys::ServiceKeys;

/// The operations on a world.
pub(crate) struct Routes<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) keys: &'a ServiceKeys,
}

impl Server for Routes<'_> {
    fn create_client(
        &mut self,
        context: &RequestContext,
        request: q2::CreateClient,
    ) -> Result<q2::CreatedClient, ApiError> {
        partner_only(context)?;
        let id = self.world.create_client(&request.identifier, read::meta(request.meta.as_ref()))?;
        Ok(q2::CreatedClient::new(id.as_str().into()))
    }

    fn create_token(
        &mut self,
        context: &RequestContext,
        request: q2::CreateToken,
    ) -> Result<q2::CreatedToken, ApiError> {
        partner_only(context)?;
        let new = NewToken {
            identifier: request.identifier,
            single_use: request.nonce.unwrap_or(false),
            expires_at: request.expiration.map(|expiration| Moment::new(expiration.instant())),
            access_token_seconds: request.access_token_expires_in.map(i64::from),
        };
        let token = self.world.create_token(context.now, &new)?;
        Ok(q2::CreatedToken::new(Secret::new(token)))
    }

    fn search_companies(
        &mut self,
        _context: &RequestContext,
        request: q2::SearchCompanies,
    ) -> Result<q2::CompanyList, ApiError> {
        let products = request.products.unwrap_or_default().into_iter().map(read::product).collect();
        let paginate = request.paginate_results.unwrap_or(false);
        let page = Page { size: request.page_size.unwrap_or(25), number: request.page_number.unwrap_or(1) };
        let search = CompanySearch {
            query: request.query,
            category: request.category,
            near: request.geo.map(|geo| (geo.lat, geo.lng)),
            products,
            page,
            paginate,
        };
        let (companies, total) = self.world.search_companies(&search)?;
        let companies = companies.into_iter().map(|company| wire::company(self.world, company)).collect();
        let list = q2::CompanyList::new(companies);
        Ok(if paginate { list.with_result_count(u32::try_from(total).unwrap_or(u32::MAX)) } else { list })
    }

    fn company(
        &mut self,
        _context: &RequestContext,
        company_id: q2::CompanyId,
    ) -> Result<q2::Company, ApiError> {
        let company = self
            .world
            .company(&CompanyId::new(company_id.as_str()))
            .ok_or_else(|| ApiError::not_found(format!("There is no company {company_id}.")))?;
        Ok(wire::company(self.world, company))
    }

    fn create_auth(
        &mut self,
        context: &RequestContext,
        request: q2::CreateAuth,
    ) -> Result<q2::QueuedAuth, ApiError> {
        let client_id = ClientId::new(request.client_id.as_str());
        owner_only(context, &client_id)?;
        let meta = request.meta.unwrap_or_default();
        if meta.bill_id.is_some() && meta.swap_id.is_some() {
            return Err(ApiError::bad_request("meta takes a billId or a swapId, not both."));
        }
        let new = NewAuth {
            client_id,
            company_id: CompanyId::new(request.company_id.as_str()),
            items: read::items(&request.items)?,
            payment_method_id: meta.payment_method_id.map(|id| PaymentMethodId::new(id.as_str())),
            bill_id: meta.bill_id.map(|id| BillId::new(id.as_str())),
            swap_id: meta.swap_id.map(|id| SwapId::new(id.as_str())),
            form: request.form.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect(),
        };
        let id = self.world.create_auth(context.now, &new)?;
        Ok(q2::QueuedAuth::new(true, id.as_str().into())
            .with_message("Auth has been queued and will respond via webhooks."))
    }

    fn step_auth(
        &mut self,
        context: &RequestContext,
        request: q2::StepAuth,
    ) -> Result<q2::Acknowledgement, ApiError> {
        if let Some(owner) = self.world.client_of_challenge(context.now, request.token.expose()) {
            owner_only(context, owner)?;
        }
        let answers = match request.security {
            None => Vec::new(),
            Some(q2::StepSecurity::Answer(answer)) => vec![answer],
            Some(q2::StepSecurity::Answers(answers)) => answers,
        };
        let step = StepInput {
            token: request.token.expose().to_owned(),
            method: read::mfa_method(&request.method)?,
            answers: answers
                .into_iter()
                .map(|answer| StepAnswer {
                    identifier: answer.identifier,
                    answer: answer.answer.map(|answer| answer.expose().to_owned()),
                })
                .collect(),
            did_not_receive_code: request.did_not_receive_code.unwrap_or(false),
        };
        self.world.answer_challenge(context.now, &step)?;
        Ok(q2::Acknowledgement::new(true)
            .with_message("Auth security response has been queued and will respond via webhooks."))
    }

    fn list_auths(
        &mut self,
        context: &RequestContext,
        client_id: q2::ClientId,
    ) -> Result<q2::AuthList, ApiError> {
        let client = self.client_in_path(context, &client_id)?;
        let auths =
            self.world.auths_of(client).into_iter().map(|auth| wire::auth(self.world, auth)).collect();
        Ok(q2::AuthList::new(auths))
    }

    fn bill(
        &mut self,
        context: &RequestContext,
        bill_id: q2::BillId,
    ) -> Result<q2::BillWithPayments, ApiError> {
        let bill = self
            .world
            .bill(&BillId::new(bill_id.as_str()))
            .ok_or_else(|| ApiError::not_found(format!("There is no bill {bill_id}.")))?;
        owner_only(context, &bill.client_id)?;
        Ok(wire::bill_with_payments(self.world, bill))
    }

    fn list_bills(
        &mut self,
        context: &RequestContext,
        client_id: q2::ClientId,
    ) -> Result<q2::BillList, ApiError> {
        let client = self.client_in_path(context, &client_id)?;
        let bills =
            self.world.bills_of(client).into_iter().map(|bill| wire::bill_with_payments(self.world, bill));
        Ok(q2::BillList::new(bills.collect()))
    }

    fn add_payment_method(
        &mut self,
        context: &RequestContext,
        request: q2::AddPaymentMethod,
    ) -> Result<q2::CreatedPaymentMethod, ApiError> {
        let client_id = ClientId::new(request.client_id.as_str());
        owner_only(context, &client_id)?;
        let numbers = read::numbers(&request)?;
        let new = NewPaymentMethod {
            client_id,
            identifier: request.identifier,
            name: request.name,
            custom_label: request.custom_label,
            set_as_default: request.set_as_default.unwrap_or(false),
            numbers,
        };
        let id = self.world.add_payment_method(context.now, new)?;
        Ok(q2::CreatedPaymentMethod::new(id.as_str().into()))
    }

    fn list_payment_methods(
        &mut self,
        context: &RequestContext,
        client_id: q2::ClientId,
    ) -> Result<q2::PaymentMethodList, ApiError> {
        let client = self.client_in_path(context, &client_id)?;
        let methods = self.world.payment_methods_of(client).into_iter().map(wire::payment_method).collect();
        Ok(q2::PaymentMethodList::new(methods))
    }

    fn assign_payment_method(
        &mut self,
        context: &RequestContext,
        payment_method_id: q2::PaymentMethodId,
        request: q2::AssignPaymentMethod,
    ) -> Result<q2::Acknowledgement, ApiError> {
        let method_id = own_method(self, context, &payment_method_id)?;
        self.own_bill(context, &request.bill_id)?;
        self.world.assign_payment_method(context.now, &method_id, &BillId::new(request.bill_id.as_str()))?;
        Ok(q2::Acknowledgement::new(true))
    }

    fn update_payment_settings(
        &mut self,
        context: &RequestContext,
        request: q2::UpdatePaymentSettings,
    ) -> Result<q2::Acknowledgement, ApiError> {
        self.own_bill(context, &request.bill_id)?;
        let change = SettingsChange {
            recurring: request.recurring.as_ref().map(read::enabled).transpose()?,
            pay_schedule: request.schedule.as_ref().map(read::pay_schedule).transpose()?,
        };
        self.world.change_settings(context.now, &BillId::new(request.bill_id.as_str()), change)?;
        Ok(q2::Acknowledgement::new(true))
    }

    fn schedule_payment(
        &mut self,
        context: &RequestContext,
        request: q2::SchedulePayment,
    ) -> Result<q2::Acknowledgement, ApiError> {
        self.own_bill(context, &request.bill_id)?;
        let pay_date = request.pay_date.map(|date| Moment::new(date.instant()));
        let date = request.date.map(|date| Moment::new(date.instant()));
        let date = match self.world.rules.schedule_date_member {
            ScheduleDateMember::PayDate => pay_date,
            ScheduleDateMember::Date => date,
            ScheduleDateMember::Either => match (pay_date, date) {
                (Some(one), Some(other)) if one != other => {
                    return Err(ApiError::bad_request(
                        "payDate and date say different things; give one of them or both the same.",
                    ));
                }
                (one, other) => one.or(other),
            },
        };
        self.world.schedule_payment(context.now, &BillId::new(request.bill_id.as_str()), date)?;
        Ok(q2::Acknowledgement::new(true))
    }

    fn cancel_payment(
        &mut self,
        context: &RequestContext,
        request: q2::CancelPayment,
    ) -> Result<q2::Acknowledgement, ApiError> {
        self.own_bill(context, &request.bill_id)?;
        self.world.cancel_payment(context.now, &BillId::new(request.bill_id.as_str()))?;
        Ok(q2::Acknowledgement::new(true))
    }

    fn fix_hold(
        &mut self,
        context: &RequestContext,
        auth_id: q2::AuthId,
    ) -> Result<q2::Acknowledgement, ApiError> {
        auth::fix_hold(self, context, &auth_id)
    }

    fn answer_questions(
        &mut self,
        context: &RequestContext,
        auth_id: q2::AuthId,
        request: q2::AnswerQuestions,
    ) -> Result<q2::Acknowledgement, ApiError> {
        auth::answer_questions(self, context, &auth_id, request)
    }

    fn delete_auth(
        &mut self,
        context: &RequestContext,
        auth_id: q2::AuthId,
    ) -> Result<q2::Acknowledgement, ApiError> {
        auth::delete(self, context, &auth_id)
    }

    fn list_bills_by_partner(
        &mut self,
        context: &RequestContext,
        partner_id: q2::PartnerId,
    ) -> Result<q2::PartnerBillList, ApiError> {
        partner::bills(self, context, &partner_id)
    }

    fn list_categories(&mut self, _context: &RequestContext) -> Result<q2::CategoryList, ApiError> {
        let categories =
            self.world.categories().into_iter().map(|(kind, name)| q2::Category::new(kind).with_name(name));
        Ok(q2::CategoryList::new(categories.collect()))
    }

    fn delete_payment_method(
        &mut self,
        context: &RequestContext,
        payment_method_id: q2::PaymentMethodId,
    ) -> Result<q2::Acknowledgement, ApiError> {
        let id = own_method(self, context, &payment_method_id)?;
        self.world.delete_payment_method(context.now, &id)?;
        Ok(q2::Acknowledgement::new(true))
    }

    fn retry_payment_method(
        &mut self,
        context: &RequestContext,
        payment_method_id: q2::PaymentMethodId,
    ) -> Result<q2::Acknowledgement, ApiError> {
        let id = own_method(self, context, &payment_method_id)?;
        self.world.retry_payment_method(context.now, &id)?;
        Ok(q2::Acknowledgement::new(true))
    }

    fn revoke_tokens(
        &mut self,
        context: &RequestContext,
        request: q2::RevokeTokens,
    ) -> Result<q2::Acknowledgement, ApiError> {
        client::revoke_tokens(self, context, &request)
    }

    fn sync_client(
        &mut self,
        context: &RequestContext,
        request: q2::SyncClient,
    ) -> Result<q2::SyncedClient, ApiError> {
        client::sync(self, context, request)
    }

    fn create_swap(
        &mut self,
        context: &RequestContext,
        request: q2::CreateSwap,
    ) -> Result<q2::Acknowledgement, ApiError> {
        swap::create(self, context, &request)
    }

    fn list_swap_companies(&mut self, _context: &RequestContext) -> Result<q2::CompanyList, ApiError> {
        Ok(swap::companies(self))
    }

    fn list_swaps(
        &mut self,
        context: &RequestContext,
        client_id: q2::ClientId,
    ) -> Result<q2::SwapList, ApiError> {
        swap::list(self, context, &client_id)
    }

    fn list_public_keys(&mut self, context: &RequestContext) -> Result<q2::JwkSet, ApiError> {
        partner::public_keys(self, context)
    }

    fn public_key(&mut self, context: &RequestContext, key_id: q2::PublicKeyId) -> Result<q2::Jwk, ApiError> {
        partner::public_key(self, context, &key_id)
    }

    fn latest_public_key(&mut self, context: &RequestContext) -> Result<q2::Jwk, ApiError> {
        partner::latest_public_key(self, context)
    }
}

impl Routes<'_> {
    fn client_in_path(&self, context: &RequestContext, id: &q2::ClientId) -> Result<&Client, ApiError> {
        let client_id = ClientId::new(id.as_str());
        owner_only(context, &client_id)?;
        self.world.client(&client_id).ok_or_else(|| ApiError::not_found(format!("There is no client {id}.")))
    }

    /// Refuses a client token for the bill of another client; an unknown bill is for the world to refuse.
    fn own_bill(&self, context: &RequestContext, id: &q2::BillId) -> Result<(), ApiError> {
        match self.world.bill(&BillId::new(id.as_str())) {
            Some(bill) => owner_only(context, &bill.client_id),
            None => Ok(()),
        }
    }
}

/// Refuses a client token for the payment method of another client; an unknown one is for the world to refuse.
fn own_method(
    routes: &Routes<'_>,
    context: &RequestContext,
    id: &q2::PaymentMethodId,
) -> Result<PaymentMethodId, ApiError> {
    let id = PaymentMethodId::new(id.as_str());
    if let Some(method) = routes.world.payment_method(&id) {
        owner_only(context, &method.client_id)?;
    }
    Ok(id)
}

/// Source: Q2 Biller Direct description, section 2.1 "Bearer credentials" (limits inferred).
fn partner_only(context: &RequestContext) -> Result<(), ApiError> {
    match context.caller {
        Caller::Partner => Ok(()),
        Caller::Client(_) => {
            Err(ApiError::forbidden("A client token does not open this call; use the API key."))
        }
    }
}

fn owner_only(context: &RequestContext, owner: &ClientId) -> Result<(), ApiError> {
    match &context.caller {
        Caller::Client(client_id) if client_id != owner => {
            Err(ApiError::forbidden("The client token belongs to another client."))
        }
        _ => Ok(()),
    }
}
