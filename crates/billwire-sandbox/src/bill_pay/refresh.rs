//! What a background refresh of a login finds.

use serde::Deserialize;

use super::World;
use super::hold::{Hold, HoldCode, HoldSubcategory};
use super::ids::AuthId;
use super::lapse::Lapse;
use super::statement::{invalid, not_found};
use super::validation::Unfinished;
use crate::error::Error;
use crate::moment::Moment;

/// What the service finds when it looks at a verified login by itself.
///
/// In JSON: `{"outcome": "verified"}`, `mfa-required`, `needs-resync`, `invalid`, or
/// `{"outcome": "hold", "code": "account_issue_verify_identity"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum AuthRefresh {
    /// All is well: its bills are fetched again and are as they were.
    Verified {},
    /// The company asks questions that nobody has answered yet.
    MfaRequired {},
    /// The company wants the login verified again: `auth.needs-resync`.
    NeedsResync {},
    /// The credentials are not valid any more: `auth.invalid`.
    Invalid {},
    /// A problem that the user has to solve at the company: `auth.hold`.
    Hold {
        /// One of the 24 documented codes, such as `account_issue_verify_identity`.
        code: String,
        /// One of the eleven documented finer reasons, if the code has any.
        #[serde(default)]
        subcategory: Option<String>,
        /// How often the re-check after `fix-hold` finds the problem unchanged before it passes; 0 if nothing is said.
        /// `authentication_not_completed` never passes, except at Unbill, which knows no codes.
        #[serde(default)]
        failing_fixes: u32,
    },
}

impl AuthRefresh {
    /// A hold with one of the documented codes; the first `fix-hold` ends it.
    pub fn hold(code: impl Into<String>) -> Self {
        Self::Hold { code: code.into(), subcategory: None, failing_fixes: 0 }
    }
}

impl World {
    /// A refresh that nobody asked for finds `found`.
    ///
    /// Source: Q2 Biller Direct description, section 12.1 "Auth".
    pub(crate) fn refresh_auth(
        &mut self,
        now: Moment,
        id: &AuthId,
        found: &AuthRefresh,
    ) -> Result<(), Error> {
        let auth = self.auth(id).ok_or_else(|| not_found("auth", id.as_str()))?;
        self.check_background(auth)?;
        if auth.run.is_some() {
            return Err(invalid("the auth is being checked; let the clock go on until that is done"));
        }
        match found {
            AuthRefresh::Verified {} => {
                for bill_id in auth.bills.clone() {
                    self.refresh_known_bill(now, &bill_id);
                }
            }
            AuthRefresh::MfaRequired {} => self.ask_in_background(now, id),
            AuthRefresh::NeedsResync {} => self.lapse(now, id, Lapse::NeedsResync)?,
            AuthRefresh::Invalid {} => self.lapse(now, id, Lapse::Invalid)?,
            AuthRefresh::Hold { code, subcategory, failing_fixes } => {
                let mut hold = documented_hold(code, subcategory.as_deref(), *failing_fixes)?;
                if self.manner.every_hold_ends {
                    hold.failing_fixes = Some(*failing_fixes);
                }
                let unfinished = Unfinished::of_background(auth);
                self.put_on_hold(now, id, hold, unfinished);
            }
        }
        Ok(())
    }
}

/// The hold with these names. The emulator sends no code that no document names.
///
/// Source: Q2 Biller Direct description, section 6 "Auth hold codes".
pub(super) fn documented_hold(
    code: &str,
    subcategory: Option<&str>,
    failing_fixes: u32,
) -> Result<Hold, Error> {
    let known = HoldCode::from_text(code).ok_or_else(|| {
        let all: Vec<&str> = HoldCode::ALL.iter().map(|code| code.as_str()).collect();
        invalid(format!("\"{code}\" is no documented hold code; known are {}", all.join(", ")))
    })?;
    let mut hold = Hold::of(known);
    if let Some(left) = hold.failing_fixes.as_mut() {
        *left = failing_fixes;
    }
    if let Some(text) = subcategory {
        let finer = HoldSubcategory::from_text(text).filter(|finer| finer.belongs_to(known));
        hold.subcategory = Some(finer.ok_or_else(|| {
            let own = HoldSubcategory::ALL.iter().filter(|finer| finer.belongs_to(known));
            let own: Vec<&str> = own.map(|finer| finer.as_str()).collect();
            let own = if own.is_empty() { "none".to_owned() } else { own.join(", ") };
            invalid(format!("\"{text}\" is no subcategory of {code}; it has {own}"))
        })?);
    }
    Ok(hold)
}
