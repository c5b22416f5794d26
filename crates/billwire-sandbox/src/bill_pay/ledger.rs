//! The money that moved: one entry per payment that was applied, never changed afterwards.

use serde::{Deserialize, Serialize};

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
    /// 1 for the first payment of the sandbox, then one more each time.
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

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ledger {
    entries: Vec<LedgerEntry>,
}

impl Ledger {
    /// Every entry with the API it belongs to.
    pub(crate) fn of_api(&self, api: &'static str) -> Vec<LedgerEntry> {
        self.entries.iter().map(|entry| LedgerEntry { api, ..entry.clone() }).collect()
    }

    pub(crate) fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// Appends an entry; its sequence number is given here.
    pub(super) fn append(&mut self, mut entry: LedgerEntry) {
        entry.sequence = self.entries.last().map_or(1, |last| last.sequence + 1);
        self.entries.push(entry);
    }
}
