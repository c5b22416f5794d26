//! The link flow: a link token, the login at the biller, perhaps a code, the accounts, and a public token at the end.
//!
//! Source: BillerAPI description, sections 5.2 to 5.6 and 7.2.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::account::NewAccount;
use super::biller::Biller;
use super::failure::Failure;
use super::ids::{AccountId, ClientId, LinkId, RequestId, UserId};
use super::scenario::{Found, LoginOutcome, Scenario};
use super::{Cause, Effect, World};
use crate::api_error::ApiError;
use crate::billerapi::events::Subject;
use crate::moment::Moment;
use crate::table::Row;

/// The only code that passes.
pub(crate) const RIGHT_CODE: &str = "123456";
/// So many wrong codes lock the flow (inferred).
const WRONG_CODES_TO_LOCK: u32 = 3;
/// How long a link token works, and a public token.
pub(crate) const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(30);
/// How long a flow is remembered after its token expired, to be told from one that never was.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// One linking attempt. Its link token is its second name.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the name of the documents: there are other tokens")]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) link_token: String,
    pub(crate) session_id: String,
    pub(crate) client_id: ClientId,
    pub(crate) user_id: UserId,
    pub(crate) consents: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) redirect_uri: Option<String>,
    /// The one the token names.
    pub(crate) biller: Option<Biller>,
    /// The one at which the user logged in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) chosen: Option<Biller>,
    /// The request to link from which it came.
    pub(crate) request_id: Option<RequestId>,
    pub(crate) expires: Moment,
    pub(crate) wrong_codes: u32,
    pub(crate) state: LinkState,
}

/// Where a flow stands. No `Debug`: it holds account numbers and tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum LinkState {
    /// Nothing was accepted yet.
    Created,
    /// The biller asks for a code.
    AwaitsCode {
        account_number: String,
    },
    /// The biller knows the user.
    LoggedIn {
        account_number: String,
    },
    /// The user chooses among accounts.
    Discovered {
        account_number: String,
    },
    Completed {
        account_id: AccountId,
        public_token: PublicToken,
    },
    Locked,
    /// The user went away.
    Left,
}

/// What a flow ends with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublicToken {
    pub(crate) text: String,
    pub(crate) expires: Moment,
    pub(crate) used: bool,
}

/// What a link token is made for.
pub(crate) struct NewLink {
    pub(crate) client_id: ClientId,
    pub(crate) user_id: UserId,
    pub(crate) consents: Vec<String>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) biller: Option<Biller>,
    pub(crate) request_id: Option<RequestId>,
}

/// What a step of the flow answers: with status 200, also if it failed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum StepResult {
    MfaRequired,
    Accepted,
    WrongCode,
    Discovered { accounts: &'static [Found], account_number: String },
    Failed(Failure),
}

/// What completing a flow gives.
pub(crate) struct Completion {
    pub(crate) public_token: String,
    pub(crate) expires: Moment,
}

impl LinkState {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::AwaitsCode { .. } => "awaits-code",
            Self::LoggedIn { .. } => "logged-in",
            Self::Discovered { .. } => "discovered",
            Self::Completed { .. } => "completed",
            Self::Locked => "locked",
            Self::Left => "left",
        }
    }

    /// Why no step can be taken any more, if none can.
    fn ended(&self) -> Option<&'static str> {
        match self {
            Self::Completed { .. } => Some("This link token was used already; create a new one."),
            Self::Left => Some("The user left this link flow; create a new link token."),
            _ => None,
        }
    }
}

impl Link {
    /// The biller it is about: the one the token names, or the one the user chose.
    pub(crate) fn at_biller(&self) -> Option<Biller> {
        self.biller.or(self.chosen)
    }
}

impl Row for Link {
    type Id = LinkId;

    fn id(&self) -> &LinkId {
        &self.id
    }

    fn name(&self) -> Option<&str> {
        Some(&self.link_token)
    }
}

impl World {
    pub(crate) fn link(&self, id: &LinkId) -> Option<&Link> {
        self.links.find(id)
    }

    pub(crate) fn link_of_token(&self, link_token: &str) -> Option<&Link> {
        self.links.find_named(link_token)
    }

    /// A flow of this client.
    pub(crate) fn link_of_client(&self, client_id: &ClientId, id: &LinkId) -> Result<&Link, ApiError> {
        self.link(id)
            .filter(|link| link.client_id == *client_id)
            .ok_or_else(|| ApiError::not_found(format!("There is no link token {id}.")))
    }

    /// Makes a link token.
    pub(crate) fn create_link(&mut self, now: Moment, new: NewLink, cause: &Cause) -> LinkId {
        let text = self.seed.id("link");
        let id = LinkId::new(format!("ltid_{text}"));
        let link = Link {
            id: id.clone(),
            link_token: format!("lt_sandbox_{}", self.seed.token("link-token")),
            session_id: format!("ls_{text}"),
            client_id: new.client_id,
            user_id: new.user_id,
            consents: new.consents,
            redirect_uri: new.redirect_uri,
            biller: new.biller,
            chosen: None,
            request_id: new.request_id,
            expires: now.plus(TOKEN_LIFE),
            wrong_codes: 0,
            state: LinkState::Created,
        };
        self.schedule.add(link.expires.plus(REMEMBERED), Effect::LinkIsForgotten { link_id: id.clone() });
        let told = Subject::link_created(&link);
        self.links.insert(link);
        self.tell(now, told, cause);
        id
    }

    /// The flow as it may go on; a failure if it expired or is locked.
    fn running(
        &self,
        now: Moment,
        client_id: &ClientId,
        id: &LinkId,
    ) -> Result<Result<&Link, Failure>, ApiError> {
        let link = self.link_of_client(client_id, id)?;
        if let Some(message) = link.state.ended() {
            return Err(ApiError::bad_request(message));
        }
        if link.state == LinkState::Locked {
            return Ok(Err(Failure::AccountLocked));
        }
        if now >= link.expires {
            return Ok(Err(Failure::LinkTokenExpired));
        }
        Ok(Ok(link))
    }

    /// The user gives the login at the biller.
    pub(crate) fn submit_credentials(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        id: &LinkId,
        account_number: &str,
        biller: Option<Biller>,
    ) -> Result<StepResult, ApiError> {
        let link = match self.running(now, client_id, id)? {
            Ok(link) => link,
            Err(failure) => return Ok(StepResult::Failed(failure)),
        };
        if matches!(link.state, LinkState::LoggedIn { .. } | LinkState::Discovered { .. }) {
            return Err(ApiError::bad_request(
                "The credentials were accepted already; discover the accounts.",
            ));
        }
        let chosen = match (link.biller, biller) {
            (None, None) => {
                return Err(ApiError::bad_request("Please provide a biller_id: the link token names none."));
            }
            (Some(of_token), Some(given)) if of_token != given => {
                return Err(ApiError::bad_request("The link token is for another biller."));
            }
            (of_token, given) => of_token.or(given),
        };
        let outcome = Scenario::of_number(account_number)
            .map_or(LoginOutcome::Refused(Failure::InvalidCredentials), Scenario::login);
        let account_number = account_number.to_owned();
        let (state, result) = match outcome {
            LoginOutcome::Accepted => (LinkState::LoggedIn { account_number }, StepResult::Accepted),
            LoginOutcome::MfaRequired => (LinkState::AwaitsCode { account_number }, StepResult::MfaRequired),
            LoginOutcome::Refused(Failure::AccountLocked) => {
                (LinkState::Locked, StepResult::Failed(Failure::AccountLocked))
            }
            // Another try with the same token is allowed.
            LoginOutcome::Refused(failure) => (LinkState::Created, StepResult::Failed(failure)),
        };
        if let Some(link) = self.links.find_mut(id) {
            // What is refused chooses nothing.
            if matches!(state, LinkState::LoggedIn { .. } | LinkState::AwaitsCode { .. }) {
                link.chosen = chosen;
            }
            link.state = state;
        }
        Ok(result)
    }

    /// The user gives the code of the biller.
    pub(crate) fn submit_code(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        id: &LinkId,
        code: &str,
    ) -> Result<StepResult, ApiError> {
        let link = match self.running(now, client_id, id)? {
            Ok(link) => link,
            Err(failure) => return Ok(StepResult::Failed(failure)),
        };
        let LinkState::AwaitsCode { account_number } = link.state.clone() else {
            return Err(ApiError::bad_request("No code is asked for; submit credentials first."));
        };
        let Some(link) = self.links.find_mut(id) else { return Ok(StepResult::WrongCode) };
        if code == RIGHT_CODE {
            link.state = LinkState::LoggedIn { account_number };
            return Ok(StepResult::Accepted);
        }
        link.wrong_codes = link.wrong_codes.saturating_add(1);
        if link.wrong_codes < WRONG_CODES_TO_LOCK {
            return Ok(StepResult::WrongCode);
        }
        link.state = LinkState::Locked;
        Ok(StepResult::Failed(Failure::AccountLocked))
    }

    /// The accounts behind the login.
    pub(crate) fn discover_accounts(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        id: &LinkId,
    ) -> Result<StepResult, ApiError> {
        let link = match self.running(now, client_id, id)? {
            Ok(link) => link,
            Err(failure) => return Ok(StepResult::Failed(failure)),
        };
        let (LinkState::LoggedIn { account_number } | LinkState::Discovered { account_number }) =
            link.state.clone()
        else {
            return Err(ApiError::bad_request("The credentials were not accepted yet; submit them first."));
        };
        let accounts = Scenario::of_number(&account_number).map_or(&[][..], Scenario::accounts);
        if let Some(link) = self.links.find_mut(id) {
            link.state = LinkState::Discovered { account_number: account_number.clone() };
        }
        Ok(StepResult::Discovered { accounts, account_number })
    }

    /// The user has chosen: the account is linked, and a public token can be exchanged.
    pub(crate) fn complete_link(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        id: &LinkId,
        chosen: &str,
        cause: &Cause,
    ) -> Result<Result<Completion, Failure>, ApiError> {
        let link = match self.running(now, client_id, id)? {
            Ok(link) => link.clone(),
            Err(failure) => return Ok(Err(failure)),
        };
        let LinkState::Discovered { account_number } = link.state.clone() else {
            return Err(ApiError::bad_request("No account was discovered yet; discover the accounts first."));
        };
        let found = Scenario::of_number(&account_number).map_or(&[][..], Scenario::accounts);
        let (Some(biller), true) = (link.at_biller(), found.iter().any(|account| account.id == chosen))
        else {
            return Err(ApiError::bad_request(
                "The account_id is none of the accounts that were discovered in this flow.",
            ));
        };
        let public_token = format!("pt_sandbox_{}", self.seed.token("public-token"));
        let expires = now.plus(TOKEN_LIFE);
        let new = NewAccount {
            client_id: link.client_id.clone(),
            user_id: link.user_id.clone(),
            biller,
            account_number,
        };
        let told_at = self.outbox.len();
        let account_id = self.account_is_linked(now, new, cause);
        // The flow is told of before what came of it.
        self.tell_before(told_at, now, Subject::link_completed(&link, biller, &account_id), cause);
        self.public_tokens.insert(public_token.clone(), id.clone());
        if let Some(link) = self.links.find_mut(id) {
            let public_token = PublicToken { text: public_token.clone(), expires, used: false };
            link.state = LinkState::Completed { account_id, public_token };
        }
        if let Some(request_id) = &link.request_id {
            self.request_is_completed(now, request_id, cause);
        }
        Ok(Ok(Completion { public_token, expires }))
    }

    /// Exchanges a public token: once, and for half an hour.
    pub(crate) fn exchange(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        public_token: &str,
    ) -> Result<AccountId, ApiError> {
        let refused = || {
            ApiError::bad_request(
                "The public_token is unknown, was used already or has expired; let the user link anew.",
            )
        };
        let link_id = self.public_tokens.get(public_token).ok_or_else(refused)?;
        let link = self.links.find_mut(link_id).ok_or_else(refused)?;
        if link.client_id != *client_id {
            return Err(ApiError::forbidden("The public_token belongs to another client."));
        }
        match &mut link.state {
            LinkState::Completed { account_id, public_token }
                if !public_token.used && now < public_token.expires =>
            {
                public_token.used = true;
                Ok(account_id.clone())
            }
            _ => Err(refused()),
        }
    }

    /// The user goes away.
    pub(crate) fn user_leaves(&mut self, now: Moment, id: &LinkId) -> Result<(), crate::error::Error> {
        let link = self.links.find_mut(id).ok_or_else(|| super::account::not_found("link token", id))?;
        if link.state.ended().is_some() || link.state == LinkState::Locked || now >= link.expires {
            return Err(super::account::invalid("this link flow is over; create a new link token"));
        }
        link.state = LinkState::Left;
        let told = Subject::link_updated(link);
        self.tell(now, told, &Cause::nobody());
        Ok(())
    }

    pub(super) fn link_is_forgotten(&mut self, id: &LinkId) {
        if let Some(Link { state: LinkState::Completed { public_token, .. }, .. }) = self.links.remove(id) {
            self.public_tokens.remove(&public_token.text);
        }
    }
}
