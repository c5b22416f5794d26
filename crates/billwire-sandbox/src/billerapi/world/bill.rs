//! Bills: what a user owes a biller. Amounts are whole cents and always the sum of their charges.
//!
//! Source: BillerAPI description, section 4.5 "Bill".

use serde::{Deserialize, Serialize};

use super::account::{Account, masked};
use super::biller::Biller;
use super::day::Day;
use super::ids::{AccountId, BillId, ClientId};
use super::scenario::Scenario;
use super::{Cause, World};
use crate::api_error::ApiError;
use crate::billerapi::events::Subject;
use crate::moment::Moment;
use crate::table::Row;

/// A bill of a linked account.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bill {
    pub(crate) id: BillId,
    /// Its place among everything that was made: later things have higher ones.
    pub(crate) number: u64,
    pub(crate) client_id: ClientId,
    pub(crate) account_id: AccountId,
    pub(crate) biller: Biller,
    /// Masked.
    pub(crate) account_number: String,
    pub(crate) source: BillSource,
    #[serde(flatten)]
    pub(crate) content: Draft,
    /// From then on the API shows it; its webhook may have told of it before.
    pub(crate) visible_from: Moment,
}

/// What stands on a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Draft {
    pub(crate) due: Day,
    pub(crate) statement: Day,
    pub(crate) status: BillStatus,
    pub(crate) description: String,
    pub(crate) auto_pay: bool,
    pub(crate) items: Vec<LineItem>,
}

/// One charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineItem {
    pub(crate) description: String,
    /// Cents; negative for a credit.
    pub(crate) amount: i64,
}

/// Where a bill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum BillStatus {
    /// To be paid.
    Pending,
    /// Paid.
    Paid,
    /// Not paid in time.
    Overdue,
    /// Withdrawn by the biller.
    Cancelled,
    /// It will be paid, or fall due, by itself.
    Scheduled,
}

/// Where the data of a bill came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum BillSource {
    /// The biller gave it.
    BillerDirect,
    /// It was read from the biller's pages.
    Scraping,
    /// It was read from a picture.
    Ocr,
    /// It came by mail.
    Email,
}

/// Which bills of an account are asked for.
#[derive(Clone, Copy, Default)]
pub(crate) struct BillFilter {
    pub(crate) start: Option<Day>,
    pub(crate) end: Option<Day>,
    pub(crate) status: Option<BillStatus>,
    pub(crate) source: Option<BillSource>,
}

/// So many days before its due date an installment becomes payable (inferred from the fixture of the payment plan).
const PAYABLE_BEFORE_DUE: i32 = 30;

impl BillStatus {
    pub(crate) const ALL: [Self; 5] =
        [Self::Pending, Self::Paid, Self::Overdue, Self::Cancelled, Self::Scheduled];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Paid => "PAID",
            Self::Overdue => "OVERDUE",
            Self::Cancelled => "CANCELLED",
            Self::Scheduled => "SCHEDULED",
        }
    }

    pub(crate) fn of_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

impl BillSource {
    pub(crate) const ALL: [Self; 4] = [Self::BillerDirect, Self::Scraping, Self::Ocr, Self::Email];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BillerDirect => "BILLER_DIRECT",
            Self::Scraping => "SCRAPING",
            Self::Ocr => "OCR",
            Self::Email => "EMAIL",
        }
    }

    pub(crate) fn of_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

impl LineItem {
    pub(crate) fn new(description: &str, amount: i64) -> Self {
        Self { description: description.to_owned(), amount }
    }
}

impl Draft {
    /// Cents: the sum of the charges.
    pub(crate) fn amount(&self) -> i64 {
        self.items.iter().fold(0, |sum, item| sum.saturating_add(item.amount))
    }

    /// How it stands on `today` at the biller: what was due is overdue or, if that is automatic, paid (inferred).
    pub(crate) fn status_on(&self, today: Day) -> BillStatus {
        match self.status {
            BillStatus::Pending if self.due < today => BillStatus::Overdue,
            BillStatus::Scheduled if self.auto_pay && self.due <= today => BillStatus::Paid,
            BillStatus::Scheduled if !self.auto_pay && self.due < today => BillStatus::Overdue,
            BillStatus::Scheduled if !self.auto_pay && self.due <= today.plus_days(PAYABLE_BEFORE_DUE) => {
                BillStatus::Pending
            }
            status => status,
        }
    }
}

impl BillFilter {
    fn keeps(&self, bill: &Bill) -> bool {
        let due = bill.content.due;
        self.start.is_none_or(|start| due >= start)
            && self.end.is_none_or(|end| due <= end)
            && self.status.is_none_or(|status| bill.content.status == status)
            && self.source.is_none_or(|source| bill.source == source)
    }
}

impl Row for Bill {
    type Id = BillId;

    fn id(&self) -> &BillId {
        &self.id
    }
}

impl World {
    /// The visible bills of an account that the filter keeps, newest first.
    pub(crate) fn bills_of(&self, now: Moment, account: &Account, filter: &BillFilter) -> Vec<&Bill> {
        let bills = account.bills.iter().rev().filter_map(|id| self.bills.find(id));
        bills.filter(|bill| bill.visible_from <= now && filter.keeps(bill)).collect()
    }

    /// A bill of this client, if it is to be seen already.
    pub(crate) fn bill_of_client(
        &self,
        now: Moment,
        client_id: &ClientId,
        id: &BillId,
    ) -> Result<&Bill, ApiError> {
        self.bills
            .find(id)
            .filter(|bill| bill.client_id == *client_id && bill.visible_from <= now)
            .ok_or_else(|| ApiError::not_found(format!("There is no bill {id}.")))
    }

    /// The fixtures that a magic number shows in `GET /bills`; they belong to nobody.
    pub(crate) fn scenario_bills(now: Moment, client_id: &ClientId, scenario: Scenario) -> Vec<Bill> {
        let drafts = scenario.bills(Biller::Electric, Day::from(now.day()));
        let number = scenario.account_number();
        let bills = drafts.into_iter().zip(1..).map(|(content, place)| Bill {
            id: BillId::new(format!("sandbox_bill_{number}_{place}")),
            number: place,
            client_id: client_id.clone(),
            account_id: AccountId::new(""),
            biller: Biller::Electric,
            account_number: masked(number),
            source: BillSource::BillerDirect,
            content,
            visible_from: now,
        });
        bills.collect()
    }

    /// Puts a bill into an account and tells of it.
    pub(crate) fn bill_is_found(
        &mut self,
        now: Moment,
        account_id: &AccountId,
        source: BillSource,
        content: Draft,
        cause: &Cause,
    ) -> Option<BillId> {
        let number = self.next_number();
        let delay = self.settings.visibility_delay();
        let account = self.accounts.find_mut(account_id)?;
        account.bills_made += 1;
        let id = BillId::new(format!("sandbox_bill_{account_id}_{}", account.bills_made));
        account.bills.push(id.clone());
        let bill = Bill {
            id: id.clone(),
            number,
            client_id: account.client_id.clone(),
            account_id: account_id.clone(),
            biller: account.biller,
            account_number: masked(&account.account_number),
            source,
            content,
            visible_from: now.plus(delay),
        };
        let told = Subject::bill(&bill, &account.user_id, true);
        self.bills.insert(bill);
        self.tell(now, told, cause);
        Some(id)
    }
}
