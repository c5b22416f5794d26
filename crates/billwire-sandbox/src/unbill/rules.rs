//! Switches for what the sources leave open.

use serde::{Deserialize, Serialize};

use crate::bill_pay::Amount;

/// Switches of the emulated Unbill; all are off by default.
///
/// In JSON: `{"cardSurcharge": "2.50", "strictContentType": true}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct UnbillRules {
    /// A surcharge in US dollars on every payment by card, which `bill.payment` tells. Companies of this version name no
    /// fees of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_surcharge: Option<Amount>,
    /// Refuses a body that is not sent as `application/json`, as documents from May 2018 on demand (trap L2).
    pub strict_content_type: bool,
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
}
