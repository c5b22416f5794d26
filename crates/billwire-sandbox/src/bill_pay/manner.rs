//! What differs between the APIs that show this world: how it speaks, what is typed into its login forms, how long it
//! waits. Everything else is the same rule for all of them.

use std::collections::BTreeMap;
use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::World;
use super::amount::Amount;
use super::auth::NewAuth;
use super::company::Company;
use super::ids::{AuthId, BillId, SwapId};
use super::payment::Running;
use super::validation::{Plan, PlannedResult};
use crate::api_error::ApiError;
use crate::event::NewEvent;
use crate::moment::Moment;

/// The manner in which an API shows the world; a value of that API.
pub(crate) struct Manner {
    /// As in the written state.
    pub(crate) name: &'static str,
    /// The companies that are there from the start.
    pub(crate) companies: fn() -> Vec<Company>,
    /// Puts what has happened into the API's words, if it has any for it.
    pub(crate) tell: fn(&mut World, Moment, &News<'_>) -> Option<NewEvent>,
    /// Refuses a wish for items that the API does not have.
    pub(crate) check_items: fn(&NewAuth) -> Result<(), ApiError>,
    /// What the company makes of the credentials.
    pub(crate) read_credentials: fn(Moment, &Company, &Form) -> Result<Plan, ApiError>,
    /// How long a challenge waits for its answer.
    pub(crate) challenge_lasts: SignedDuration,
    /// What a wrong answer leads to.
    pub(crate) wrong_answer: PlannedResult,
    /// What no answer leads to.
    pub(crate) no_answer: PlannedResult,
    /// A login that was asked something before anybody was told of it is forgotten if it fails.
    pub(crate) forgets_unanswered: bool,
    /// Credentials that ask for no status say nothing of a bill that is known: it is fetched as it is.
    pub(crate) known_bills_stay: bool,
    /// A second swap takes the place of one that runs, where nobody can see that one runs.
    pub(crate) swaps_replace: bool,
    /// `fix-hold` ends a hold whatever its reason, where no code says that it does not.
    pub(crate) every_hold_ends: bool,
}

/// What was typed into a login form, by the names of its fields.
pub(crate) type Form = BTreeMap<String, String>;

/// The manners that are compiled in.
const MANNERS: &[&Manner] = &[
    #[cfg(feature = "q2")]
    &crate::q2::manner::MANNER,
    #[cfg(feature = "unbill")]
    &crate::unbill::manner::MANNER,
];

/// Something a partner may want to hear of.
pub(crate) enum News<'a> {
    AuthSuccess(&'a AuthId),
    AuthCreated(&'a AuthId),
    AuthInvalid(&'a AuthId),
    AuthNeedsResync(&'a AuthId),
    AuthDeleted(&'a AuthId),
    AuthHold(&'a AuthId),
    AuthFailed(&'a AuthId),
    SecurityInputRequired(&'a AuthId),
    BillCreated(&'a BillId),
    BillUpcoming(&'a BillId),
    BillUpdate {
        bill: &'a BillId,
        before: Option<Amount>,
        balance: Amount,
    },
    /// The due date of a bill whose payment is scheduled.
    DueDateMoved {
        bill: &'a BillId,
        before: Option<Moment>,
    },
    PaymentScheduled {
        bill: &'a BillId,
        payment: &'a Running,
    },
    PaymentSent {
        bill: &'a BillId,
        payment: &'a Running,
    },
    PaymentFailed {
        bill: &'a BillId,
        payment: &'a Running,
    },
    PaymentCancelled {
        bill: &'a BillId,
        trigger: &'static str,
    },
    SwapSuccess(&'a SwapId),
}

impl World {
    /// Puts what has happened into the outbox, in the manner of the API.
    pub(super) fn tell(&mut self, now: Moment, news: &News<'_>) {
        let tell = self.manner.tell;
        if let Some(event) = tell(self, now, news) {
            self.push_event(event);
        }
    }
}

impl fmt::Debug for Manner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Manner").field(&self.name).finish()
    }
}

impl Serialize for Manner {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

/// Written as a name.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Manner, D::Error> {
    let name = String::deserialize(deserializer)?;
    named(&name)
        .ok_or_else(|| serde::de::Error::custom(format!("there is no world in the manner \"{name}\"")))
}

pub(super) fn named(name: &str) -> Option<&'static Manner> {
    MANNERS.iter().copied().find(|manner| manner.name == name)
}
