//! Steering the emulated BillerAPI: its switches, and what users, billers and the portal do outside the API.
//!
//! The control API and the handle call the same functions.

use std::fmt;

use super::API;
use super::inputs::{AccountToLink, BillerApiWebhooks, LinkVisit, LinkedAccount};
use super::settings::BillerApiSettings;
use super::state::first_client;
use super::world::{
    AccountId, AccountStatus, BillChange, BillId, BillToCome, Biller, Cause, ClientId, Failure, LinkId,
    MailToCome, MailboxConsent, NewAccount, Receiver, RequestAnswer, RequestId, Scenario, StepResult, UserId,
    World,
};
use crate::api_error::ApiError;
use crate::error::{Error, ErrorKind};
use crate::front;
use crate::moment::Moment;
use crate::shared::Shared;

/// What the control API shows instead of a secret.
const NOT_SHOWN: &str = "[not shown]";

/// The emulated BillerAPI of a sandbox, from outside: see [`Sandbox::billerapi`](crate::Sandbox::billerapi).
///
/// Every function that makes something happen returns after what was due at once has happened, its webhooks answered.
#[derive(Clone, Copy)]
pub struct BillerApi<'a> {
    shared: &'a Shared,
}

impl fmt::Debug for BillerApi<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BillerApi").finish_non_exhaustive()
    }
}

impl<'a> BillerApi<'a> {
    pub(crate) fn of(shared: &'a Shared) -> Self {
        Self { shared }
    }

    /// How it shows itself.
    pub fn settings(&self) -> BillerApiSettings {
        self.shared.engine().billerapi.world.settings.clone()
    }

    /// Lets it show itself in another way, from the next request and the next event on.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a limit of 0 or a delay of more than a year.
    pub fn set_settings(&self, settings: BillerApiSettings) -> Result<(), Error> {
        settings.check()?;
        self.shared.engine().billerapi.world.settings = settings;
        Ok(())
    }

    /// Where webhooks go, as the portal configured it; secrets are not shown.
    pub fn webhooks(&self) -> BillerApiWebhooks {
        let engine = self.shared.engine();
        let Some(receiver) = engine.billerapi.world.configured() else { return BillerApiWebhooks::default() };
        BillerApiWebhooks {
            url: Some(receiver.url.clone()),
            event_types: receiver.events.clone(),
            secrets: receiver.secrets.iter().map(|_| NOT_SHOWN.to_owned()).collect(),
            client_id: Some(receiver.client_id.to_string()),
        }
    }

    /// Sends webhooks to another receiver than before, or to none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a URL that is not on this machine, an unknown event type, or a secret of less than
    /// 16 bytes; [`ErrorKind::NotFound`] for an unknown client.
    pub async fn configure_webhooks(&self, webhooks: BillerApiWebhooks) -> Result<(), Error> {
        let receiver = match webhooks.url {
            None if webhooks.secrets.is_empty() && webhooks.event_types.is_empty() => None,
            None => return Err(invalid("secrets and eventTypes need a url")),
            Some(url) => {
                crate::loopback::check_url("url", &url)?;
                let all = || vec!["*".to_owned()];
                Some(Receiver {
                    client_id: webhooks.client_id.map_or_else(first_client, ClientId::new),
                    url,
                    events: if webhooks.event_types.is_empty() { all() } else { webhooks.event_types },
                    secrets: webhooks.secrets,
                })
            }
        };
        let change = move |engine: &mut crate::engine::Engine| {
            let now = engine.now();
            engine.billerapi.world.configure(now, receiver)?;
            engine.receiver_changed(&API);
            Ok(())
        };
        self.shared.replace(change).await
    }

    /// One more client, with credentials of its own. The secret begins with `bb_test_`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for a name that is taken, or a secret that no sandbox has.
    pub fn add_client(&self, client_id: &str, client_secret: &str) -> Result<(), Error> {
        self.shared.engine().billerapi.world.add_client(client_id, client_secret)
    }

    /// A user completes a link flow in which the accounts were discovered; gives the public token.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown link token; [`ErrorKind::InvalidInput`] if the flow does not stand there, or
    /// for an account that it did not discover.
    pub async fn complete_link(&self, link_token_id: &str, account_id: &str) -> Result<String, Error> {
        self.happens(|world, now| completed(world, now, &LinkId::new(link_token_id), account_id)).await
    }

    /// A user goes through a whole link flow; gives the public token.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown link token or biller; [`ErrorKind::InvalidInput`] if a step fails: the message
    /// has the code of the failure.
    pub async fn visit_link(&self, link_token_id: &str, visit: &LinkVisit) -> Result<String, Error> {
        self.happens(|world, now| visited(world, now, &LinkId::new(link_token_id), visit)).await
    }

    /// A user leaves a link flow, with `link.updated`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown link token; [`ErrorKind::InvalidInput`] if the flow is over.
    pub async fn leave_link(&self, link_token_id: &str) -> Result<(), Error> {
        self.happens(|world, now| world.user_leaves(now, &LinkId::new(link_token_id))).await
    }

    /// Links an account as if its user had gone through the flow elsewhere, with its events.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown biller or client; [`ErrorKind::InvalidInput`] for an empty user or an account
    /// number that is none.
    pub async fn link_account(&self, account: &AccountToLink) -> Result<LinkedAccount, Error> {
        let biller = biller(&account.biller_id)?;
        let new = NewAccount {
            client_id: account.client_id.as_ref().map_or_else(first_client, ClientId::new),
            user_id: UserId::new(&account.client_user_id),
            biller,
            account_number: account.account_number.clone(),
        };
        self.happens(move |world, now| {
            let id = world.link_account(now, new)?;
            let access_token = world.account(&id).map(|account| account.access_token.clone());
            Ok(LinkedAccount {
                account_link_id: id.to_string(),
                access_token: access_token.unwrap_or_default(),
            })
        })
        .await
    }

    /// An account becomes paused, broken, disconnected or well again, with `account-link.updated`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown account; [`ErrorKind::InvalidInput`] if it is so already, or disconnected.
    pub async fn set_account_status(
        &self,
        account_link_id: &str,
        status: AccountStatus,
    ) -> Result<(), Error> {
        self.happens(|world, now| world.account_becomes(now, &AccountId::new(account_link_id), status)).await
    }

    /// A biller issues a bill, which the next synchronisation finds.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown account; [`ErrorKind::InvalidInput`] for an amount that is missing, too high,
    /// or not the sum of the line items.
    pub fn issue_bill(&self, account_link_id: &str, bill: BillToCome) -> Result<(), Error> {
        let mut engine = self.shared.engine();
        let now = engine.now();
        engine.billerapi.world.biller_issues(now, &AccountId::new(account_link_id), bill)
    }

    /// A biller changes a bill, which the next synchronisation finds.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown bill; [`ErrorKind::InvalidInput`] if it changes nothing.
    pub fn change_bill(&self, bill_id: &str, change: BillChange) -> Result<(), Error> {
        self.shared.engine().billerapi.world.biller_changes(&BillId::new(bill_id), change)
    }

    /// The biller is down at the next synchronisation of an account, which fails.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown account.
    pub fn take_biller_down(&self, account_link_id: &str) -> Result<(), Error> {
        self.shared.engine().billerapi.world.biller_goes_down(&AccountId::new(account_link_id))
    }

    /// A user answers a request to link, with `request-to-link.updated`; gives the id of the link token, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown request; [`ErrorKind::InvalidInput`] if it is over, or begun already.
    pub async fn answer_request_to_link(
        &self,
        request_id: &str,
        answer: RequestAnswer,
    ) -> Result<Option<String>, Error> {
        self.happens(|world, now| {
            let id = RequestId::new(request_id);
            world.user_answers(now, &id, answer)?;
            let link_id = world.request(&id).and_then(|request| request.link_id.as_ref());
            Ok(link_id.map(ToString::to_string))
        })
        .await
    }

    /// A user says yes or no on the consent screen of the mailbox.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if there are too many mailboxes.
    pub fn set_mailbox_consent(&self, client_user_id: &str, consent: MailboxConsent) -> Result<(), Error> {
        let user_id = UserId::new(client_user_id);
        self.shared.engine().billerapi.world.user_consents(&first_client(), &user_id, consent)
    }

    /// A message arrives in a connected mailbox; gives its id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a mailbox that is not connected, or an unknown biller; [`ErrorKind::InvalidInput`] if
    /// there is no sender.
    pub fn deliver_mail(&self, client_user_id: &str, mail: MailToCome) -> Result<String, Error> {
        let mut engine = self.shared.engine();
        let now = engine.now();
        let user_id = UserId::new(client_user_id);
        let id = engine.billerapi.world.mail_arrives(now, &first_client(), &user_id, mail)?;
        Ok(id.to_string())
    }

    /// Changes the world, tells its events and lets happen what is due at once.
    async fn happens<T>(
        &self,
        change: impl FnOnce(&mut World, Moment) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let result = front::acted(self.shared, &API, |engine, now| change(&mut engine.billerapi.world, now))?;
        self.shared.settle().await;
        Ok(result)
    }
}

fn biller(id: &str) -> Result<Biller, Error> {
    Biller::of_id(id).ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no biller {id}")))
}

fn client_of_link(world: &World, id: &LinkId) -> Result<ClientId, Error> {
    let link = world.link(id);
    link.map(|link| link.client_id.clone())
        .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no link token {id}")))
}

fn completed(world: &mut World, now: Moment, id: &LinkId, account_id: &str) -> Result<String, Error> {
    let client_id = client_of_link(world, id)?;
    let completion = world
        .complete_link(now, &client_id, id, account_id, &Cause::nobody())
        .map_err(|error| refused(&error))?;
    completion.map(|completion| completion.public_token).map_err(failed)
}

fn visited(world: &mut World, now: Moment, id: &LinkId, visit: &LinkVisit) -> Result<String, Error> {
    let client_id = client_of_link(world, id)?;
    let biller = visit.biller_id.as_deref().map(biller).transpose()?;
    // Before the first step: a wrong name leaves the flow where it is.
    let chosen = chosen_account(visit)?;
    let mut result = world
        .submit_credentials(now, &client_id, id, &visit.account_number, biller)
        .map_err(|error| refused(&error))?;
    if result == StepResult::MfaRequired {
        result = world.submit_code(now, &client_id, id, &visit.mfa_code).map_err(|error| refused(&error))?;
    }
    succeeded(&result)?;
    let found = world.discover_accounts(now, &client_id, id).map_err(|error| refused(&error))?;
    succeeded(&found)?;
    completed(world, now, id, chosen)
}

/// The id of the account that a user is to choose, of those behind the account number; a login that finds none is refused
/// anyway.
fn chosen_account(visit: &LinkVisit) -> Result<&str, Error> {
    let scenario = Scenario::of_number(&visit.account_number).filter(|scenario| scenario.failure().is_none());
    let accounts = scenario.map_or(&[][..], Scenario::accounts);
    let chosen = accounts.iter().find(|found| found.id == visit.account || found.name == visit.account);
    if chosen.is_none() && !accounts.is_empty() {
        let names = accounts.iter().map(|found| found.name).collect::<Vec<_>>().join(", ");
        return Err(invalid(format!("there is no account \"{}\"; there are {names}", visit.account)));
    }
    Ok(chosen.map_or("", |found| found.id))
}

fn succeeded(result: &StepResult) -> Result<(), Error> {
    match result {
        StepResult::Failed(failure) => Err(failed(*failure)),
        StepResult::WrongCode => Err(failed(Failure::InvalidMfaCode)),
        StepResult::Accepted | StepResult::MfaRequired | StepResult::Discovered { .. } => Ok(()),
    }
}

fn failed(failure: Failure) -> Error {
    let message = failure.message().trim_end_matches('.');
    invalid(format!("the link flow failed with {}: {message}", failure.code()))
}

fn refused(error: &ApiError) -> Error {
    let kind = if error.status == 404 { ErrorKind::NotFound } else { ErrorKind::InvalidInput };
    Error::new(kind, error.message.trim_end_matches('.'))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
