//! The money that moved: one entry per payment that was applied, never changed afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Deserializer, Serialize};

use super::amount::Amount;
use crate::count;
use crate::moment::Moment;

/// One applied payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LedgerEntry {
    /// The API it was paid through, such as `q2`. A world leaves it out: all of its money moves through one.
    #[serde(default, skip_deserializing, skip_serializing_if = "str::is_empty")]
    pub api: &'static str,
    /// 1 for the first payment of the sandbox, through whichever API, then one more each time.
    #[serde(deserialize_with = "count::deserialize")]
    pub sequence: u64,
    /// When it was applied, on the virtual clock.
    pub at: Moment,
    /// The client who paid.
    pub client_id: String,
    /// The bill that was paid.
    pub bill_id: String,
    /// The method the money came from.
    pub payment_method_id: String,
    /// What the biller received.
    pub amount: Amount,
    /// The fee on top, if the company charges one for this method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surcharge: Option<Amount>,
}

/// Its JSON form is the array of its entries, which say how far the count has come.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Ledger {
    entries: Vec<LedgerEntry>,
    #[serde(skip)]
    count: PaymentCount,
}

/// How many payments there were, in all the worlds that share it. Whoever settles one has its sandbox for itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct PaymentCount(Arc<AtomicU64>);

impl Ledger {
    /// Every entry with the API it belongs to.
    pub(crate) fn of_api(&self, api: &'static str) -> Vec<LedgerEntry> {
        self.entries.iter().map(|entry| LedgerEntry { api, ..entry.clone() }).collect()
    }

    pub(crate) fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// Takes its numbers from a common count from now on, which is at least as far.
    pub(crate) fn count_with(&mut self, count: &PaymentCount) {
        count.0.fetch_max(self.last(), Ordering::Relaxed);
        self.count = count.clone();
    }

    /// Appends an entry; its sequence number is given here.
    pub(super) fn append(&mut self, mut entry: LedgerEntry) {
        entry.sequence = self.count.0.fetch_add(1, Ordering::Relaxed) + 1;
        self.entries.push(entry);
    }

    /// The highest number of an entry.
    fn last(&self) -> u64 {
        self.entries.last().map_or(0, |last| last.sequence)
    }
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut ledger = Self { entries: Vec::deserialize(deserializer)?, count: PaymentCount::default() };
        ledger.count_with(&PaymentCount::default());
        Ok(ledger)
    }
}
