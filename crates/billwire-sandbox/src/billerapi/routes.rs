//! The operations: from the wire into the world and back.
//!
//! Source: BillerAPI description, section 5 "Endpoints".

use billwire_models::billerapi as wire;

use super::checks::{
    account_link, biller, check_address, check_metadata, check_own, client_of, day, encoded, known, lost,
    text_of, user,
};
use super::cursor::{self, Part, Question, Wanted};
use super::generated::server::Server;
use super::security::Caller;
use super::settings::PageForm;
use super::state::State;
use super::wire as shown;
use super::world::{
    Account, BillFilter, BillId, BillSource, BillStatus, Biller, Cause, ClientId, LinkId, NewLink,
    NewSubscription, RequestFilter, RequestId, RequestStatus, Scenario, UserId, World,
};
use crate::api_error::ApiError;
use crate::context;
use crate::moment::Moment;

/// Who calls and when.
pub(crate) type RequestContext = context::RequestContext<Caller>;

/// The world, and what an operation is told beside its request.
pub(super) struct Routes<'a> {
    pub(super) state: &'a mut State,
    /// The base URL of this API.
    pub(super) base: &'a str,
    pub(super) cause: Cause,
}

impl Routes<'_> {
    fn world(&mut self) -> &mut World {
        &mut self.state.world
    }

    /// A page of what is numbered; everything at once where no pages are to be made.
    fn page<T>(
        &self,
        now: Moment,
        question: &[&str],
        wanted: &Wanted<'_>,
        items: Vec<T>,
        number: impl Fn(&T) -> u64,
    ) -> Result<Part<T>, ApiError> {
        if self.state.world.settings.pages == PageForm::BareArray {
            return Ok(Part { items, next_cursor: None });
        }
        cursor::page(now, &Question::new(question.iter().copied()), wanted, items, number)
    }

    /// The account that a query names: with an access token only its own.
    fn account_to_read(
        &self,
        context: &RequestContext,
        id: &wire::AccountLinkId,
    ) -> Result<&Account, ApiError> {
        let id = account_link(id)?;
        if let Caller::Account { account_id, .. } = &context.caller
            && *account_id != id
        {
            return Err(ApiError::forbidden("The access token belongs to another account link."));
        }
        self.state.world.account_of_client(client_of(context)?, &id)
    }
}

/// A link flow is stepped through by its client, or by the page that has its link token.
pub(super) fn flow_of<'a>(
    context: &'a RequestContext,
    link_token_id: &str,
) -> Result<(&'a ClientId, LinkId), ApiError> {
    let id = LinkId::new(link_token_id);
    if let Caller::Link { link_id, .. } = &context.caller
        && *link_id != id
    {
        return Err(ApiError::forbidden("The link token belongs to another link flow."));
    }
    Ok((client_of(context)?, id))
}

impl Server for Routes<'_> {
    fn connect_gmail(
        &mut self,
        context: &RequestContext,
        request: wire::ConnectGmail,
    ) -> Result<wire::Acknowledgement, ApiError> {
        let client_id = check_own(context, &request.client_id)?;
        let user_id = user(request.client_user_id.as_str(), "user_id")?;
        self.world().connect_mailbox(context.now, client_id, &user_id)?;
        Ok(wire::Acknowledgement::new(true))
    }

    fn create_gmail_authorization(
        &mut self,
        _context: &RequestContext,
        request: wire::CreateGmailAuthorization,
    ) -> Result<wire::GmailAuthorization, ApiError> {
        let user_id = user(request.client_user_id.as_str(), "user_id")?;
        check_address(request.redirect_uri.as_deref(), "redirect_uri")?;
        let client_id = ClientId::new(request.client_id.as_str());
        self.world().ask_for_mailbox(&client_id, &user_id)?;
        let mut url = format!(
            "{}/emails/gmail/consent?client_id={}&state={}",
            self.base,
            encoded(client_id.as_str()),
            encoded(user_id.as_str())
        );
        if let Some(redirect_uri) = &request.redirect_uri {
            url.push_str("&redirect_uri=");
            url.push_str(&encoded(redirect_uri));
        }
        Ok(wire::GmailAuthorization::new(url))
    }

    fn create_link_token(
        &mut self,
        context: &RequestContext,
        request: wire::CreateLinkToken,
    ) -> Result<wire::CreatedLinkToken, ApiError> {
        let client_id = check_own(context, &request.client_id)?.clone();
        let user_id = user(request.client_user_id.as_str(), "client_user_id")?;
        let mut consents: Vec<String> = Vec::new();
        for consent in &request.consents {
            let consent = consent.as_str();
            if !matches!(consent, "bills" | "payments") {
                return Err(ApiError::bad_request("consents takes bills and payments."));
            }
            if !consents.iter().any(|known| known == consent) {
                consents.push(consent.to_owned());
            }
        }
        if consents.is_empty() {
            return Err(ApiError::bad_request("Field 'consents' must not be empty."));
        }
        check_address(request.redirect_uri.as_deref(), "redirect_uri")?;
        let biller = biller(request.biller_id.as_ref())?;
        let redirect_uri = request.redirect_uri;
        let new = NewLink { client_id, user_id, consents, redirect_uri, biller, request_id: None };
        let cause = self.cause.clone();
        let id = self.world().create_link(context.now, new, &cause);
        let link = self.world().link(&id).ok_or_else(lost)?;
        Ok(shown::created_link_token(link))
    }

    fn create_request_to_link(
        &mut self,
        context: &RequestContext,
        request: wire::CreateRequestToLink,
    ) -> Result<wire::RequestToLink, ApiError> {
        let client_id = match &request.client_id {
            Some(named) => check_own(context, named)?,
            None => client_of(context)?,
        };
        let user_id = user(request.client_user_id.as_str(), "client_user_id")?;
        let biller = biller(request.biller_id.as_ref())?;
        let (cause, pages) = (self.cause.clone(), self.base.to_owned());
        let metadata = request.metadata;
        check_metadata(metadata.as_ref())?;
        let id = self.world().create_request(context.now, client_id, user_id, biller, metadata, &cause);
        let request = self.world().request(&id).ok_or_else(lost)?;
        Ok(shown::request(request, &pages))
    }

    fn discover_accounts(
        &mut self,
        context: &RequestContext,
        link_token_id: wire::LinkTokenId,
    ) -> Result<wire::LinkStep, ApiError> {
        let (client_id, id) = flow_of(context, link_token_id.as_str())?;
        self.world().discover_accounts(context.now, client_id, &id).map(shown::step)
    }

    fn exchange_public_token(
        &mut self,
        context: &RequestContext,
        request: wire::ExchangePublicToken,
    ) -> Result<wire::ExchangedToken, ApiError> {
        let client_id = check_own(context, &request.client_id)?;
        let account_id = self.world().exchange(context.now, client_id, request.public_token.expose())?;
        let account = self.world().account(&account_id).ok_or_else(lost)?;
        Ok(shown::exchanged(account))
    }

    fn bill(&mut self, context: &RequestContext, bill_id: wire::BillId) -> Result<wire::Bill, ApiError> {
        let (now, client_id) = (context.now, client_of(context)?);
        let id = BillId::new(bill_id.as_str());
        match (self.world().bill_of_client(now, client_id, &id), &context.caller) {
            (Ok(bill), Caller::Account { account_id, .. }) if bill.account_id != *account_id => {
                Err(ApiError::forbidden("The access token belongs to another account link."))
            }
            (Ok(bill), _) => Ok(shown::bill(bill)),
            // The fixtures of the magic numbers belong to nobody, so no access token opens them.
            (Err(error), Caller::Account { .. }) => Err(error),
            (Err(error), _) => {
                let of_scenario = |scenario| World::scenario_bills(now, client_id, scenario);
                let bill = Scenario::ALL.into_iter().flat_map(of_scenario).find(|bill| bill.id == id);
                bill.map(|bill| shown::bill(&bill)).ok_or(error)
            }
        }
    }

    fn request_to_link(
        &mut self,
        context: &RequestContext,
        id: wire::RequestToLinkId,
    ) -> Result<wire::RequestToLink, ApiError> {
        let id = RequestId::new(id.as_str());
        let request = self.state.world.request_of_client(client_of(context)?, &id)?;
        Ok(shown::request(request, self.base))
    }

    fn list_accounts(&mut self, context: &RequestContext) -> Result<wire::AccountList, ApiError> {
        let client_id = client_of(context)?;
        let mut accounts: Vec<_> = self.world().accounts_of(client_id).map(shown::account).collect();
        accounts.reverse();
        Ok(wire::AccountList::new(accounts))
    }

    fn list_billers(
        &mut self,
        context: &RequestContext,
        query: wire::ListBillersQuery,
    ) -> Result<wire::BillerPage, ApiError> {
        let search = query.search.as_deref().unwrap_or_default().to_lowercase();
        let category = query.category.as_deref();
        let found = Biller::ALL.into_iter().zip((1..=4_u64).rev()).filter(|(biller, _)| {
            biller.name().to_lowercase().contains(&search)
                && category.is_none_or(|category| biller.category() == category)
        });
        let wanted = Wanted { limit: query.limit, cursor: query.cursor.as_deref(), usual: 50 };
        let question = [
            "billers",
            client_of(context)?.as_str(),
            &search,
            category.unwrap_or_default(),
            &text_of(query.limit.as_ref()),
        ];
        let part = self.page(context.now, &question, &wanted, found.collect(), |(_, number)| *number)?;
        let billers = part.items.into_iter().map(|(biller, _)| shown::biller(biller)).collect();
        let page = wire::BillerPage::new(billers).with_has_more(part.next_cursor.is_some());
        Ok(match part.next_cursor {
            Some(cursor) => page.with_next_cursor(cursor),
            None => page,
        })
    }

    fn list_bills(
        &mut self,
        context: &RequestContext,
        query: wire::ListBillsQuery,
    ) -> Result<wire::BillPage, ApiError> {
        let filter = BillFilter {
            start: day(query.start_date.as_ref(), "start_date")?,
            end: day(query.end_date.as_ref(), "end_date")?,
            status: known(
                query.status.as_ref().map(wire::BillStatus::as_str),
                "status",
                BillStatus::of_text,
                &BillStatus::ALL.map(BillStatus::as_str),
            )?,
            source: known(
                query.source.as_ref().map(wire::BillSource::as_str),
                "source",
                BillSource::of_text,
                &BillSource::ALL.map(BillSource::as_str),
            )?,
        };
        let account = self.account_to_read(context, &query.account_link_id)?;
        let question = [
            "bills",
            account.id.as_str(),
            &text_of(query.start_date.as_ref()),
            &text_of(query.end_date.as_ref()),
            filter.status.map_or("", BillStatus::as_str),
            filter.source.map_or("", BillSource::as_str),
            &text_of(query.limit.as_ref()),
        ];
        let wanted = Wanted { limit: query.limit, cursor: query.cursor.as_deref(), usual: 25 };
        let bills = self.state.world.bills_of(context.now, account, &filter);
        let part = self.page(context.now, &question, &wanted, bills, |bill| bill.number)?;
        let page = wire::BillPage::new(part.items.into_iter().map(shown::bill).collect())
            .with_has_more(part.next_cursor.is_some());
        Ok(match part.next_cursor {
            Some(cursor) => page.with_next_cursor(cursor),
            None => page,
        })
    }

    fn list_email_messages(
        &mut self,
        context: &RequestContext,
        query: wire::ListEmailMessagesQuery,
    ) -> Result<wire::EmailMessagePage, ApiError> {
        let client_id = client_of(context)?;
        let user_id = user(query.client_user_id.as_str(), "userId")?;
        let start = day(query.start_date.as_ref(), "startDate")?;
        let end = day(query.end_date.as_ref(), "endDate")?;
        let question = [
            "messages",
            client_id.as_str(),
            user_id.as_str(),
            &text_of(start.as_ref()),
            &text_of(end.as_ref()),
            &text_of(query.limit.as_ref()),
        ];
        let wanted = Wanted { limit: query.limit, cursor: query.cursor.as_deref(), usual: 50 };
        let messages = self.state.world.messages_of(client_id, &user_id, start, end);
        let part = self.page(context.now, &question, &wanted, messages, |message| message.number)?;
        let messages = part.items.into_iter().map(|message| shown::message(message, user_id.as_str()));
        let page = wire::EmailMessagePage::new(messages.collect()).with_has_more(part.next_cursor.is_some());
        Ok(match part.next_cursor {
            Some(cursor) => page.with_next_cursor(cursor),
            None => page,
        })
    }

    fn list_requests_to_link(
        &mut self,
        context: &RequestContext,
        query: wire::ListRequestsToLinkQuery,
    ) -> Result<wire::RequestToLinkPage, ApiError> {
        let limit = cursor::limit(query.limit, 20)?;
        let page = query.page.unwrap_or(1);
        if page == 0 {
            return Err(ApiError::bad_request("page is a whole number from 1."));
        }
        let filter = RequestFilter {
            search: query.search,
            status: known(
                query.status.as_ref().map(wire::RequestToLinkStatus::as_str),
                "status",
                RequestStatus::of_text,
                &RequestStatus::ALL.map(RequestStatus::as_str),
            )?,
            user_id: query.client_user_id.map(|id| UserId::new(id.as_str())),
            biller_id: query.biller_id.map(|id| id.as_str().to_owned()),
        };
        let requests = self.state.world.requests_of(client_of(context)?, &filter);
        let total = u32::try_from(requests.len()).unwrap_or(u32::MAX);
        let size = usize::try_from(limit).unwrap_or_default();
        let skipped = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(size);
        let all = self.state.world.settings.pages == PageForm::BareArray;
        let (skipped, size) = if all { (0, usize::MAX) } else { (skipped, size) };
        let items = requests.into_iter().skip(skipped).take(size);
        let items = items.map(|request| shown::request(request, self.base)).collect();
        Ok(wire::RequestToLinkPage::new(items).with_total(total).with_page(page).with_limit(limit))
    }

    fn list_scenario_bills(
        &mut self,
        context: &RequestContext,
        query: wire::ListScenarioBillsQuery,
    ) -> Result<wire::ScenarioBills, ApiError> {
        let number = query.account_number.as_str();
        if number.is_empty() {
            return Err(ApiError::bad_request("Field 'account_number' must not be empty."));
        }
        let scenario = Scenario::of_number(number);
        if let Some(failure) = scenario.and_then(Scenario::failure) {
            return Ok(shown::no_bills(failure));
        }
        let client_id = client_of(context)?;
        let bills = scenario.map(|scenario| World::scenario_bills(context.now, client_id, scenario));
        let bills = bills.unwrap_or_default().iter().map(shown::bill).collect();
        Ok(wire::ScenarioBills::new(true).with_bills(bills).with_has_more(false))
    }

    fn list_scenarios(&mut self, _context: &RequestContext) -> Result<wire::ScenarioList, ApiError> {
        Ok(wire::ScenarioList::new(Scenario::ALL.into_iter().map(shown::scenario).collect()))
    }

    fn list_syncs(
        &mut self,
        context: &RequestContext,
        query: wire::ListSyncsQuery,
    ) -> Result<wire::SyncPage, ApiError> {
        let account = self.account_to_read(context, &query.account_link_id)?;
        let since = query.since.map(|since| Moment::new(since.instant()));
        let question =
            ["syncs", account.id.as_str(), &text_of(since.as_ref()), &text_of(query.limit.as_ref())];
        let wanted = Wanted { limit: query.limit, cursor: query.cursor.as_deref(), usual: 50 };
        let syncs = self.state.world.syncs_of(&account.id, since);
        let part = self.page(context.now, &question, &wanted, syncs, |sync| sync.number)?;
        let page = wire::SyncPage::new(part.items.into_iter().map(shown::sync).collect())
            .with_has_more(part.next_cursor.is_some());
        Ok(match part.next_cursor {
            Some(cursor) => page.with_next_cursor(cursor),
            None => page,
        })
    }

    fn register_webhook(
        &mut self,
        context: &RequestContext,
        client_id: wire::ClientId,
        request: wire::RegisterWebhook,
    ) -> Result<wire::WebhookSubscription, ApiError> {
        let client_id = check_own(context, &client_id)?;
        let new = NewSubscription {
            environment: request.environment.as_str().to_owned(),
            url: request.url,
            events: request.events.iter().map(|event| event.as_str().to_owned()).collect(),
            secret: request.secret.map(|secret| secret.expose().to_owned()),
        };
        let id = self.world().register(context.now, client_id, new)?;
        let mut subscriptions = self.world().subscriptions().iter();
        subscriptions.find(|subscription| subscription.id == id).map(shown::subscription).ok_or_else(lost)
    }

    fn submit_credentials(
        &mut self,
        context: &RequestContext,
        link_token_id: wire::LinkTokenId,
        request: wire::SubmitCredentials,
    ) -> Result<wire::LinkStep, ApiError> {
        let (client_id, id) = flow_of(context, link_token_id.as_str())?;
        let number = request.account_number.expose();
        if number.is_empty() {
            return Err(ApiError::bad_request("Field 'account_number' must not be empty."));
        }
        let biller = biller(request.biller_id.as_ref())?;
        self.world().submit_credentials(context.now, client_id, &id, number, biller).map(shown::step)
    }

    fn submit_mfa(
        &mut self,
        context: &RequestContext,
        link_token_id: wire::LinkTokenId,
        request: wire::SubmitMfa,
    ) -> Result<wire::LinkStep, ApiError> {
        let (client_id, id) = flow_of(context, link_token_id.as_str())?;
        self.world().submit_code(context.now, client_id, &id, request.mfa_code.expose()).map(shown::step)
    }

    fn trigger_sync(
        &mut self,
        context: &RequestContext,
        request: wire::TriggerSync,
    ) -> Result<wire::Sync, ApiError> {
        let client_id = client_of(context)?;
        let account_id = account_link(&request.account_link_id)?;
        let cause = self.cause.clone();
        let force = request.force.unwrap_or(false);
        let id = self.world().trigger_sync(context.now, client_id, &account_id, force, &cause)?;
        self.world().sync(&id).map(shown::sync).ok_or_else(lost)
    }
}
