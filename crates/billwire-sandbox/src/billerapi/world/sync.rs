//! Synchronisations: the fetching of what is new at the biller, on the virtual clock.
//!
//! Source: BillerAPI description, sections 4.6, 5.14 and 5.15.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::account::{AccountStatus, News};
use super::bill::{BillStatus, Draft};
use super::failure::Failure;
use super::ids::{AccountId, BillId, ClientId, SyncId};
use super::scenario::Scenario;
use super::{Cause, Effect, World};
use crate::api_error::ApiError;
use crate::billerapi::events::Subject;
use crate::moment::Moment;
use crate::table::Row;

/// How long one takes: five seconds, as in the documented sample.
const DURATION: SignedDuration = SignedDuration::from_secs(5);
/// So soon after a synchronisation that worked, another one is only made if it is forced.
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// So many are remembered of each account.
const KEPT: usize = 1000;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sync {
    pub(crate) id: SyncId,
    pub(crate) number: u64,
    pub(crate) account_id: AccountId,
    pub(crate) status: SyncStatus,
    pub(crate) created: Moment,
    pub(crate) started: Option<Moment>,
    pub(crate) completed: Option<Moment>,
    pub(crate) bills_found: u32,
    pub(crate) bills_updated: u32,
    pub(crate) error: Option<String>,
    /// The request that asked for it.
    pub(crate) cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SyncStatus {
    Pending,
    InProgress,
    Completed,
    Failed,
}

impl SyncStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

impl Row for Sync {
    type Id = SyncId;

    fn id(&self) -> &SyncId {
        &self.id
    }
}

impl World {
    pub(crate) fn sync(&self, id: &SyncId) -> Option<&Sync> {
        self.syncs.find(id)
    }

    /// The synchronisations of an account since then, newest first.
    pub(crate) fn syncs_of(&self, account: &AccountId, since: Option<Moment>) -> Vec<&Sync> {
        let ids = self.accounts.find(account).map_or(&[][..], |account| &account.syncs);
        let syncs = ids.iter().rev().filter_map(|id| self.syncs.find(id));
        syncs.filter(|sync| since.is_none_or(|since| sync.created >= since)).collect()
    }

    /// Starts one, or gives the one that runs or has just worked.
    pub(crate) fn trigger_sync(
        &mut self,
        now: Moment,
        client_id: &ClientId,
        account_id: &AccountId,
        force: bool,
        cause: &Cause,
    ) -> Result<SyncId, ApiError> {
        let account = self.account_of_client(client_id, account_id)?;
        if matches!(account.status, AccountStatus::Inactive | AccountStatus::Disconnected) {
            let status = account.status.as_str();
            return Err(ApiError::bad_request(format!(
                "The account link is {status}: it is not synchronised."
            )));
        }
        if let Some(sync) = account.syncs.last().and_then(|id| self.sync(id)) {
            let is_fresh = sync.status == SyncStatus::Completed
                && sync.completed.is_some_and(|completed| now <= completed.plus(FRESH));
            let runs = matches!(sync.status, SyncStatus::Pending | SyncStatus::InProgress);
            if runs || (is_fresh && !force) {
                return Ok(sync.id.clone());
            }
        }
        let id = SyncId::new(format!("sync_{}", self.seed.id("sync")));
        let number = self.next_number();
        self.syncs.insert(Sync {
            id: id.clone(),
            number,
            account_id: account_id.clone(),
            status: SyncStatus::Pending,
            created: now,
            started: None,
            completed: None,
            bills_found: 0,
            bills_updated: 0,
            error: None,
            cause: cause.clone(),
        });
        self.remember_sync(account_id, &id);
        self.schedule.add(now, Effect::SyncStarts { sync_id: id.clone() });
        self.schedule.add(now.plus(DURATION), Effect::SyncEnds { sync_id: id.clone() });
        Ok(id)
    }

    fn remember_sync(&mut self, account_id: &AccountId, id: &SyncId) {
        let Some(account) = self.accounts.find_mut(account_id) else { return };
        account.syncs.push(id.clone());
        if account.syncs.len() > KEPT {
            let oldest = account.syncs.remove(0);
            self.syncs.remove(&oldest);
        }
    }

    pub(super) fn sync_starts(&mut self, now: Moment, id: &SyncId) {
        if let Some(sync) = self.syncs.find_mut(id) {
            sync.status = SyncStatus::InProgress;
            sync.started = Some(now);
        }
    }

    pub(super) fn sync_ends(&mut self, now: Moment, id: &SyncId) {
        let Some(sync) = self.syncs.find(id) else { return };
        let (account_id, cause) = (sync.account_id.clone(), sync.cause.clone());
        let result = self.look_at_biller(now, &account_id, &cause);
        let Some(sync) = self.syncs.find_mut(id) else { return };
        sync.completed = Some(now);
        match result {
            Ok((found, updated)) => {
                sync.status = SyncStatus::Completed;
                (sync.bills_found, sync.bills_updated) = (found, updated);
                if let Some(account) = self.accounts.find_mut(&account_id) {
                    account.last_synced = Some(now);
                    account.updated = now;
                }
                self.set_account_status(now, &account_id, AccountStatus::Active, &cause);
            }
            Err(error) => {
                sync.status = SyncStatus::Failed;
                sync.error = Some(error.to_owned());
                let paused = self.accounts.find(&account_id).is_none_or(|account| {
                    matches!(account.status, AccountStatus::Inactive | AccountStatus::Disconnected)
                });
                if !paused {
                    self.set_account_status(now, &account_id, AccountStatus::Error, &cause);
                }
            }
        }
    }

    /// Takes over what the biller has: how many bills are new, and how many changed.
    fn look_at_biller(
        &mut self,
        now: Moment,
        account_id: &AccountId,
        cause: &Cause,
    ) -> Result<(u32, u32), &'static str> {
        let account = self.accounts.find_mut(account_id).ok_or("ACCOUNT_DISCONNECTED")?;
        match account.status {
            AccountStatus::Disconnected => return Err("ACCOUNT_DISCONNECTED"),
            AccountStatus::Inactive => return Err("ACCOUNT_INACTIVE"),
            AccountStatus::Active | AccountStatus::Error => {}
        }
        let is_down = Scenario::of_number(&account.account_number) == Some(Scenario::BillerUnavailable);
        if is_down {
            return Err(Failure::BillerUnavailable.code());
        }
        if let Some(place) = account.news.iter().position(|news| *news == News::Outage) {
            account.news.remove(place);
            return Err(Failure::BillerUnavailable.code());
        }
        let known = account.bills.clone();
        let mut contents: Vec<(BillId, Draft)> = Vec::new();
        let mut new = Vec::new();
        for news in std::mem::take(&mut account.news) {
            match news {
                News::Bill { source, content } => new.push((source, content)),
                News::Change { bill_id, content } => contents.push((bill_id, content)),
                News::Outage => {}
            }
        }
        let mut updated = 0;
        for id in &known {
            let change = contents.iter().rev().find(|(changed, _)| changed == id).map(|(_, content)| content);
            updated += u32::from(self.refresh_bill(now, id, change, cause));
        }
        let mut found = 0;
        for (source, content) in new {
            found += u32::from(self.bill_is_found(now, account_id, source, content, cause).is_some());
        }
        Ok((found, updated))
    }

    /// Brings a bill up to date; whether it changed.
    fn refresh_bill(&mut self, now: Moment, id: &BillId, change: Option<&Draft>, cause: &Cause) -> bool {
        let Some(bill) = self.bills.find_mut(id) else { return false };
        let mut content = change.unwrap_or(&bill.content).clone();
        // What the biller said expressly stands; otherwise time passes for a bill.
        if change.is_none_or(|change| change.status == bill.content.status) {
            content.status = content.status_on(now.day().into());
        }
        if content == bill.content {
            return false;
        }
        debug_assert!(bill.content.status != BillStatus::Cancelled || change.is_some(), "{id}");
        bill.content = content;
        let Some(account) = self.accounts.find(&bill.account_id) else { return true };
        let told = Subject::bill(bill, &account.user_id, false);
        self.tell(now, told, cause);
        true
    }
}
