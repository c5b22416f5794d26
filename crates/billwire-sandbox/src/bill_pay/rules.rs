//! Switches for what the sources leave open.

use serde::{Deserialize, Serialize};

use super::World;
use crate::error::{Error, ErrorKind};

/// Switches of the emulated rules. All off or neutral by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Rules {
    /// Accept cards that have expired, such as the one in the documented sample.
    pub accept_expired_cards: bool,
    /// Which member of `POST /payment/schedule` the service reads; the sources contradict each other.
    pub schedule_date_member: ScheduleDateMember,
    /// Refuse `didNotReceiveCode` in the first 30 seconds.
    pub strict_code_retry: bool,
    /// List auths (as `syncing`) whose first validation has not ended.
    pub list_validating_auths: bool,
    /// Ids of companies in maintenance: they are listed, but `POST /auth` for them is refused.
    pub companies_in_maintenance: Vec<String>,
    /// Ids of companies with a fixed schedule that nevertheless let recurring payments be disabled.
    pub companies_with_optional_recurring: Vec<String>,
}

impl Rules {
    /// Accept cards that have expired.
    #[must_use]
    pub fn with_accept_expired_cards(mut self, accept: bool) -> Self {
        self.accept_expired_cards = accept;
        self
    }

    /// Choose the member of `POST /payment/schedule` that is read.
    #[must_use]
    pub fn with_schedule_date_member(mut self, member: ScheduleDateMember) -> Self {
        self.schedule_date_member = member;
        self
    }

    /// Refuse `didNotReceiveCode` in the first 30 seconds.
    #[must_use]
    pub fn with_strict_code_retry(mut self, strict: bool) -> Self {
        self.strict_code_retry = strict;
        self
    }

    /// List auths whose first validation has not ended.
    #[must_use]
    pub fn with_list_validating_auths(mut self, list: bool) -> Self {
        self.list_validating_auths = list;
        self
    }

    /// Put companies into maintenance, by id.
    #[must_use]
    pub fn with_companies_in_maintenance(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.companies_in_maintenance = ids.into_iter().collect();
        self
    }

    /// Let recurring payments be disabled at companies with a fixed schedule, by id.
    #[must_use]
    pub fn with_companies_with_optional_recurring(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.companies_with_optional_recurring = ids.into_iter().collect();
        self
    }
}

impl World {
    /// Replaces the rules, unless they name a company that there is not.
    pub(crate) fn set_rules(&mut self, rules: Rules) -> Result<(), Error> {
        let known = |id: &str| self.companies().iter().any(|company| company.id.as_str() == id);
        for (name, ids) in [
            ("companiesInMaintenance", &rules.companies_in_maintenance),
            ("companiesWithOptionalRecurring", &rules.companies_with_optional_recurring),
        ] {
            if let Some(unknown) = ids.iter().find(|id| !known(id)) {
                let message = format!("{name}: there is no company \"{unknown}\"");
                return Err(Error::new(ErrorKind::InvalidInput, message));
            }
        }
        self.rules = rules;
        Ok(())
    }
}

/// The member of `POST /payment/schedule` that carries the date.
///
/// Source: Q2 Biller Direct description, section 4.4.7 and trap T11.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScheduleDateMember {
    /// Either; two different values are refused.
    #[default]
    #[serde(rename = "either")]
    Either,
    /// Only `payDate`, the name in the samples; `date` is ignored.
    #[serde(rename = "payDate")]
    PayDate,
    /// Only `date`, the name in the parameter table; `payDate` is ignored.
    #[serde(rename = "date")]
    Date,
}
