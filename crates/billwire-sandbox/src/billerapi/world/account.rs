//! Linked accounts, and what happens to them outside the API.
//!
//! Source: BillerAPI description, section 4.4 "Account (account link)".

use serde::{Deserialize, Serialize};

use super::bill::{BillSource, BillStatus, Draft, LineItem};
use super::biller::Biller;
use super::day::Day;
use super::ids::{AccountId, BillId, ClientId, SyncId, UserId};
use super::scenario::{self, Scenario};
use super::{Cause, World};
use crate::api_error::ApiError;
use crate::billerapi::events::Subject;
use crate::count;
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;
use crate::table::Row;

/// An account of a user at a biller. Its access token is its second name.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "a number of the biller's is something else than one of ours")]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) client_id: ClientId,
    pub(crate) user_id: UserId,
    pub(crate) biller: Biller,
    /// Whole; only masked ones leave.
    pub(crate) account_number: String,
    pub(crate) access_token: String,
    pub(crate) status: AccountStatus,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
    pub(crate) last_synced: Option<Moment>,
    /// Oldest first.
    pub(crate) bills: Vec<BillId>,
    #[serde(deserialize_with = "count::deserialize")]
    pub(crate) bills_made: u64,
    /// Oldest first.
    pub(crate) syncs: Vec<SyncId>,
    /// What the biller has that the next synchronisation finds.
    pub(crate) news: Vec<News>,
}

/// How a linked account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum AccountStatus {
    /// Synchronises.
    Active,
    /// Paused: no synchronisation.
    Inactive,
    /// The last synchronisation failed.
    Error,
    /// The user or the biller ended the link; a new one is needed.
    Disconnected,
}

/// What a biller has for the next synchronisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum News {
    Bill {
        source: BillSource,
        content: Draft,
    },
    Change {
        bill_id: BillId,
        content: Draft,
    },
    /// The biller is down once.
    Outage,
}

/// An account to link without a flow.
pub(crate) struct NewAccount {
    pub(crate) client_id: ClientId,
    pub(crate) user_id: UserId,
    pub(crate) biller: Biller,
    pub(crate) account_number: String,
}

/// Longest text that a control call may put on a bill.
const LONGEST_TEXT: usize = 1000;

impl AccountStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Error => "ERROR",
            Self::Disconnected => "DISCONNECTED",
        }
    }
}

impl Row for Account {
    type Id = AccountId;

    fn id(&self) -> &AccountId {
        &self.id
    }

    fn name(&self) -> Option<&str> {
        Some(&self.access_token)
    }
}

/// `****` and the last four characters.
pub(crate) fn masked(account_number: &str) -> String {
    let last = account_number.char_indices().rev().nth(3).map_or(0, |(place, _)| place);
    format!("****{}", account_number.get(last..).unwrap_or_default())
}

impl World {
    /// Every account of a client, oldest first.
    pub(crate) fn accounts_of(&self, client_id: &ClientId) -> impl Iterator<Item = &Account> {
        let client_id = client_id.clone();
        self.accounts.iter().filter(move |account| account.client_id == client_id)
    }

    pub(crate) fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.find(id)
    }

    /// The account to which an access token belongs.
    pub(crate) fn account_of_token(&self, access_token: &str) -> Option<&Account> {
        self.accounts.find_named(access_token)
    }

    /// An account of this client.
    pub(crate) fn account_of_client(
        &self,
        client_id: &ClientId,
        id: &AccountId,
    ) -> Result<&Account, ApiError> {
        self.account(id)
            .filter(|account| account.client_id == *client_id)
            .ok_or_else(|| ApiError::not_found(format!("There is no account link {id}.")))
    }

    /// Links an account, with the bills that its number has; tells of all of it.
    pub(super) fn account_is_linked(&mut self, now: Moment, new: NewAccount, cause: &Cause) -> AccountId {
        let id = self.free_account_id();
        let access_token = format!("at_sandbox_{}", self.seed.token("access-token"));
        let account = Account {
            id: id.clone(),
            client_id: new.client_id,
            user_id: new.user_id,
            biller: new.biller,
            account_number: new.account_number,
            access_token,
            status: AccountStatus::Active,
            created: now,
            updated: now,
            last_synced: Some(now),
            bills: Vec::new(),
            bills_made: 0,
            syncs: Vec::new(),
            news: Vec::new(),
        };
        let told = Subject::account_link(&account, true);
        let drafts = Scenario::of_number(&account.account_number)
            .map(|scenario| scenario.bills(account.biller, Day::from(now.day())))
            .unwrap_or_default();
        self.accounts.insert(account);
        self.tell(now, told, cause);
        for draft in drafts {
            self.bill_is_found(now, &id, BillSource::BillerDirect, draft, cause);
        }
        id
    }

    /// `sb_link_` and eight digits, which so few may have been used for another account already.
    fn free_account_id(&mut self) -> AccountId {
        loop {
            let text = self.seed.id("account-link");
            let id = AccountId::new(format!("sb_link_{}", text.get(..8).unwrap_or(&text)));
            if self.accounts.find(&id).is_none() {
                return id;
            }
        }
    }

    /// Links an account as if its user had gone through the flow elsewhere; any account number will do.
    pub(crate) fn link_account(&mut self, now: Moment, new: NewAccount) -> Result<AccountId, Error> {
        if self.client(&new.client_id).is_none() {
            return Err(not_found("client", &new.client_id));
        }
        if new.user_id.as_str().is_empty() {
            return Err(invalid("clientUserId is empty; name the user"));
        }
        let number = &new.account_number;
        if number.is_empty() || number.len() > 64 || !number.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(invalid("accountNumber takes 1 to 64 letters and digits, such as \"4242424242\""));
        }
        Ok(self.account_is_linked(now, new, &Cause::nobody()))
    }

    /// The status changes outside the API.
    pub(crate) fn account_becomes(
        &mut self,
        now: Moment,
        id: &AccountId,
        status: AccountStatus,
    ) -> Result<(), Error> {
        let account = self.account(id).ok_or_else(|| not_found("account link", id))?;
        if account.status == status {
            return Err(invalid(format!("the account link is {} already", status.as_str())));
        }
        if account.status == AccountStatus::Disconnected {
            return Err(invalid("a DISCONNECTED account link stays so; the user has to link anew"));
        }
        self.set_account_status(now, id, status, &Cause::nobody());
        Ok(())
    }

    pub(super) fn set_account_status(
        &mut self,
        now: Moment,
        id: &AccountId,
        status: AccountStatus,
        cause: &Cause,
    ) {
        let Some(account) = self.accounts.find_mut(id).filter(|account| account.status != status) else {
            return;
        };
        account.status = status;
        account.updated = now;
        let told = Subject::account_link(account, false);
        self.tell(now, told, cause);
    }

    /// The biller issues a bill, which the next synchronisation finds.
    pub(crate) fn biller_issues(
        &mut self,
        now: Moment,
        id: &AccountId,
        issued: BillToCome,
    ) -> Result<(), Error> {
        let account = self.accounts.find_mut(id).ok_or_else(|| not_found("account link", id))?;
        let (source, content) = issued.draft(now, account.biller)?;
        account.add_news(News::Bill { source, content })
    }

    /// The biller changes a bill, which the next synchronisation finds.
    pub(crate) fn biller_changes(&mut self, id: &BillId, change: BillChange) -> Result<(), Error> {
        let bill = self.bills.find(id).ok_or_else(|| not_found("bill", id))?;
        let account = self
            .accounts
            .find_mut(&bill.account_id)
            .ok_or_else(|| not_found("account link", &bill.account_id))?;
        let latest = account.news.iter().rev().find_map(|news| match news {
            News::Change { bill_id, content } if bill_id == id => Some(content),
            _ => None,
        });
        let before = latest.unwrap_or(&bill.content);
        let content = change.applied_to(before)?;
        if content == *before {
            return Err(invalid("this changes nothing; give another amount, status, dueDate or description"));
        }
        account.add_news(News::Change { bill_id: id.clone(), content })
    }

    /// The biller is down at the next synchronisation.
    pub(crate) fn biller_goes_down(&mut self, id: &AccountId) -> Result<(), Error> {
        let account = self.accounts.find_mut(id).ok_or_else(|| not_found("account link", id))?;
        account.add_news(News::Outage)
    }
}

impl Account {
    fn add_news(&mut self, news: News) -> Result<(), Error> {
        if self.news.len() >= MOST_NEWS {
            return Err(invalid(format!(
                "{MOST_NEWS} pieces of news wait already; let a synchronisation run"
            )));
        }
        self.news.push(news);
        Ok(())
    }
}

/// So much may wait for one synchronisation.
const MOST_NEWS: usize = 1000;

/// A bill that a biller issues: what `POST /control/billerapi/accounts/{id}/bills` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct BillToCome {
    /// Cents. With line items it may be left out: it is their sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Day of the due date, `YYYY-MM-DD`; 15 days ahead if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Day>,
    /// `PENDING` if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<BillStatus>,
    /// Text for people; made from biller and month if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it pays itself; no if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_pay_enabled: Option<bool>,
    /// Where the data comes from; the biller if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<BillSource>,
    /// Charges as pairs of text and cents; they add up to the amount.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub line_items: Vec<(String, i64)>,
}

impl BillToCome {
    /// A bill of so many cents.
    pub fn of(cents: i64) -> Self {
        Self { amount: Some(cents), ..Self::default() }
    }

    /// Due on this day.
    #[must_use]
    pub fn with_due_date(mut self, day: Day) -> Self {
        self.due_date = Some(day);
        self
    }

    /// In this state.
    #[must_use]
    pub fn with_status(mut self, status: BillStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// From this source.
    #[must_use]
    pub fn with_source(mut self, source: BillSource) -> Self {
        self.source = Some(source);
        self
    }

    fn draft(self, now: Moment, biller: Biller) -> Result<(BillSource, Draft), Error> {
        let today = Day::from(now.day());
        let due = self.due_date.unwrap_or_else(|| today.plus_days(15));
        let description = self.description.unwrap_or_else(|| scenario::title(biller, due));
        check_text("description", &description)?;
        let items = if self.line_items.is_empty() {
            let amount = self.amount.ok_or_else(|| invalid("give an amount in cents, or lineItems"))?;
            vec![LineItem::new("Charges", amount)]
        } else {
            charges(&self.line_items, self.amount)?
        };
        let draft = Draft {
            due,
            statement: scenario::statement_date(today, due),
            status: self.status.unwrap_or(BillStatus::Pending),
            description,
            auto_pay: self.auto_pay_enabled.unwrap_or(false),
            items,
        };
        check_amount(draft.amount())?;
        Ok((self.source.unwrap_or(BillSource::BillerDirect), draft))
    }
}

/// What a biller changes on a bill: what `POST /control/billerapi/bills/{id}/change` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct BillChange {
    /// Cents; the difference becomes a charge of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Day of the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Day>,
    /// State.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<BillStatus>,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it pays itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_pay_enabled: Option<bool>,
}

impl BillChange {
    /// To another amount, in cents.
    pub fn to_amount(cents: i64) -> Self {
        Self { amount: Some(cents), ..Self::default() }
    }

    /// To another state.
    pub fn to_status(status: BillStatus) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    fn applied_to(self, before: &Draft) -> Result<Draft, Error> {
        let mut after = before.clone();
        if let Some(amount) = self.amount {
            check_amount(amount)?;
            let difference = amount - before.amount();
            if difference != 0 {
                after.items.push(LineItem::new("Adjustment", difference));
            }
        }
        if after.items.len() > MOST_ITEMS {
            return Err(invalid(format!("a bill has at most {MOST_ITEMS} charges")));
        }
        if let Some(description) = self.description {
            check_text("description", &description)?;
            after.description = description;
        }
        after.due = self.due_date.unwrap_or(after.due);
        after.status = self.status.unwrap_or(after.status);
        after.auto_pay = self.auto_pay_enabled.unwrap_or(after.auto_pay);
        Ok(after)
    }
}

/// The most charges of one bill.
const MOST_ITEMS: usize = 100;
/// A hundred million dollars; sums of a thousand bills stay far from the end of the numbers.
const HIGHEST_AMOUNT: i64 = 10_000_000_000;

fn charges(items: &[(String, i64)], amount: Option<i64>) -> Result<Vec<LineItem>, Error> {
    if items.len() > MOST_ITEMS {
        return Err(invalid(format!("a bill has at most {MOST_ITEMS} charges")));
    }
    let mut sum = 0_i64;
    for (text, cents) in items {
        check_text("a charge", text)?;
        if cents.unsigned_abs() > HIGHEST_AMOUNT.unsigned_abs() {
            return Err(invalid(format!("a charge is at most {HIGHEST_AMOUNT} cents")));
        }
        sum = sum.saturating_add(*cents);
    }
    if amount.is_some_and(|amount| amount != sum) {
        return Err(invalid(format!("the lineItems add up to {sum}; give that amount, or leave it out")));
    }
    Ok(items.iter().map(|(text, cents)| LineItem::new(text, *cents)).collect())
}

fn check_amount(amount: i64) -> Result<(), Error> {
    if (0..=HIGHEST_AMOUNT).contains(&amount) {
        Ok(())
    } else {
        Err(invalid(format!("amount is a number of cents from 0 to {HIGHEST_AMOUNT}")))
    }
}

fn check_text(what: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() || text.len() > LONGEST_TEXT {
        return Err(invalid(format!("{what} takes 1 to {LONGEST_TEXT} bytes of text")));
    }
    Ok(())
}

pub(super) fn not_found(what: &str, id: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no {what} {id}"))
}

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
