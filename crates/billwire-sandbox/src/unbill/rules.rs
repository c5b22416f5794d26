//! Switches for what the sources leave open.

use serde::{Deserialize, Serialize};

use crate::bill_pay::{Amount, Rules};

/// Switches of the emulated Unbill; all are off by default.
///
/// In JSON: `{"cardSurcharge": "2.50", "strictContentType": true}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct UnbillRules {
    /// A surcharge in US dollars on every payment by card, which `bill.payment` tells. Companies of this version name no
    /// fees of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_surcharge: Option<Amount>,
    /// Refuses a body that is not sent as `application/json`, as documents from May 2018 on demand (trap L2).
    pub strict_content_type: bool,
    /// Accept cards that have expired, such as the one in the documented sample.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub accept_expired_cards: bool,
    /// Ids of companies in maintenance: they are listed, but `POST /auth` for them is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub companies_in_maintenance: Vec<String>,
    /// Ids of companies with a fixed schedule that nevertheless let recurring payments be disabled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub companies_with_optional_recurring: Vec<String>,
}

impl UnbillRules {
    /// With a surcharge on payments by card.
    #[must_use]
    pub fn with_card_surcharge(mut self, surcharge: Amount) -> Self {
        self.card_surcharge = Some(surcharge);
        self
    }

    /// With the content type insisted on.
    #[must_use]
    pub fn with_strict_content_type(mut self, strict: bool) -> Self {
        self.strict_content_type = strict;
        self
    }

    /// With cards accepted that have expired.
    #[must_use]
    pub fn with_accept_expired_cards(mut self, accept: bool) -> Self {
        self.accept_expired_cards = accept;
        self
    }

    /// With companies in maintenance, by id.
    #[must_use]
    pub fn with_companies_in_maintenance(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.companies_in_maintenance = ids.into_iter().collect();
        self
    }

    /// With recurring payments that may be disabled at companies with a fixed schedule, by id.
    #[must_use]
    pub fn with_companies_with_optional_recurring(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.companies_with_optional_recurring = ids.into_iter().collect();
        self
    }

    /// Those of them that are rules of the world.
    pub(super) fn of_world(&self) -> Rules {
        Rules::default()
            .with_accept_expired_cards(self.accept_expired_cards)
            .with_companies_in_maintenance(self.companies_in_maintenance.iter().cloned())
            .with_companies_with_optional_recurring(self.companies_with_optional_recurring.iter().cloned())
    }
}
