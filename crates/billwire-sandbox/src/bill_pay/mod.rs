//! The emulated bill-pay system, which more than one API shows ([`Manner`]): a plain state machine without network, threads or a clock of its own.
//!
//! Every function takes `now`. What happens later is put into the schedule; what the partner should hear about is put
//! into the outbox. The same calls at the same times with the same seed give the same world, byte for byte.

mod amount;
mod auth;
mod bill;
mod bill_data;
mod choices;
mod client;
mod companies;
mod company;
mod deletion;
mod fees;
mod habits;
mod hold;
mod ids;
mod issuer;
mod lapse;
mod ledger;
mod manner;
mod mfa;
mod numbers;
mod pace;
mod payment;
mod payment_method;
pub(crate) mod population;
mod refresh;
mod rules;
mod search;
mod settings;
mod statement;
mod swap;
mod sync;
#[cfg(test)]
mod tests;
mod token;
mod validation;
pub(crate) mod words;

use serde::{Deserialize, Serialize};

pub use self::amount::Amount;
pub(crate) use self::auth::{Auth, AuthItem, AuthStatus, NewAuth};
pub(crate) use self::bill::{Bill, BillStatus, PaySchedule, PaymentOutcome};
pub(crate) use self::bill_data::{BillPlan, WantedBill};
pub use self::choices::{AmountToPay, Autopay, AutopaySetBy, BillChoices};
pub(crate) use self::client::Client;
pub(crate) use self::companies::Companies;
pub(crate) use self::company::{
    CardBrand, CardFees, CardKind, Company, CustomPaymentAmount, Fee, Fees, Geo, LoginField,
};
pub(crate) use self::habits::Habit;
pub(crate) use self::hold::{Hold, HoldCode};
pub(crate) use self::ids::{AuthId, BillId, ClientId, CompanyId, PaymentMethodId, SwapId};
pub use self::issuer::IssuerNews;
pub(crate) use self::lapse::Lapse;
pub use self::ledger::LedgerEntry;
pub(crate) use self::ledger::{Ledger, PaymentCount};
pub(crate) use self::manner::{Manner, News};
pub(crate) use self::mfa::{
    Ask, Challenge, ChallengeKind, MfaMethod, Question, RIGHT_CODE, StepAnswer, StepInput,
};
pub(crate) use self::numbers::NewNumbers;
pub(crate) use self::payment::Running;
pub(crate) use self::payment_method::{AccountKind, Details, MethodKind, NewPaymentMethod, PaymentMethod};
use self::population::Population;
pub use self::refresh::AuthRefresh;
pub use self::rules::Rules;
pub use self::rules::ScheduleDateMember;
pub(crate) use self::search::{CompanySearch, Page, Product};
pub(crate) use self::settings::SettingsChange;
pub use self::statement::Statement;
pub use self::swap::SwapEnd;
pub(crate) use self::swap::{Swap, SwapPlan};
pub(crate) use self::sync::{NewSync, SyncCard};
pub(crate) use self::token::{NewToken, Token};
pub(crate) use self::validation::{Plan, PlannedResult};
use crate::api_error::ApiError;
use crate::event::NewEvent;
use crate::moment::Moment;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::table::Table;

/// Everything the emulated service knows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    #[serde(deserialize_with = "manner::deserialize")]
    manner: &'static Manner,
    partner_id: String,
    seed: Seed,
    pub(crate) rules: Rules,
    pub(crate) event_switches: EventSwitches,
    clients: Table<Client>,
    tokens: Table<Token>,
    auths: Table<Auth>,
    bills: Table<Bill>,
    payment_methods: Table<PaymentMethod>,
    swaps: Table<Swap>,
    ledger: Ledger,
    /// A fee on every payment by card, where a test wants one and the company asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) card_surcharge: Option<Amount>,
    schedule: Schedule<Effect>,
    #[serde(skip)]
    outbox: Vec<NewEvent>,
    /// Fixed, so the written state only says which.
    companies: Companies,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    population: Option<Population>,
    #[serde(skip)]
    people: habits::People,
    /// Every change of a bill's status since the last look.
    #[cfg(test)]
    #[serde(skip)]
    bill_moves: Vec<tests::BillMove>,
}

/// The partner of every sandbox.
pub(crate) const PARTNER_ID: &str = "55942f330cfcfd6c4ed529d9";

/// The events whose switches change what happens, not only what is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventSwitches {
    /// On: refused credentials are told by `auth.failed`, else by `auth.invalid`.
    pub(crate) auth_failed: bool,
    pub(crate) auth_created: bool,
}

/// How many things there are in a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Counts {
    /// Billers.
    pub companies: usize,
    /// Clients of the partner.
    pub clients: usize,
    /// Logins of clients at companies.
    pub auths: usize,
    /// Bills.
    pub bills: usize,
    /// Cards and bank accounts that were not taken away.
    pub payment_methods: usize,
    /// Card swaps.
    pub swaps: usize,
    /// Applied payments: the entries of the ledger.
    pub payments: usize,
    /// What will happen by itself, as far as that is known.
    pub scheduled: usize,
}

/// What the world does by itself when its time has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Effect {
    /// The company has looked at the credentials or at an answer.
    ContinueValidation { auth_id: AuthId },
    /// Nobody answered the challenge in time.
    ChallengeTimesOut { auth_id: AuthId },
    /// The bill's data has been fetched.
    BillDataArrives { bill_id: BillId },
    /// The bill is due within two days.
    BillComesUp { bill_id: BillId },
    /// The due date has passed.
    BillFallsOverdue { bill_id: BillId },
    /// The pay date is reached.
    PaymentStarts { bill_id: BillId },
    /// The bank or card network has answered.
    PaymentFinishes { bill_id: BillId },
    /// The company has answered about the new card.
    SwapFinishes { swap_id: SwapId },
    /// The client token expired a day ago.
    TokenIsForgotten { token_id: String },
    /// Somebody of the population does something, or has it done to them.
    Habit { person: u32, habit: Habit },
}

impl Effect {
    /// One line for a report: what happened to what.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::ContinueValidation { auth_id } => format!("validation of auth {auth_id} continued"),
            Self::ChallengeTimesOut { auth_id } => format!("security challenge of auth {auth_id} timed out"),
            Self::BillDataArrives { bill_id } => format!("data of bill {bill_id} arrived"),
            Self::BillComesUp { bill_id } => format!("bill {bill_id} is due within two days"),
            Self::BillFallsOverdue { bill_id } => format!("due date of bill {bill_id} passed"),
            Self::PaymentStarts { bill_id } => format!("pay date of bill {bill_id} reached"),
            Self::PaymentFinishes { bill_id } => format!("payment of bill {bill_id} finished"),
            Self::SwapFinishes { swap_id } => format!("card swap {swap_id} finished"),
            Self::TokenIsForgotten { token_id } => format!("expired client token {token_id} forgotten"),
            Self::Habit { person, habit } => habit.describe(*person),
        }
    }
}

impl World {
    pub(crate) fn new(manner: &'static Manner, seed: Seed) -> Self {
        Self {
            manner,
            partner_id: PARTNER_ID.to_owned(),
            seed,
            rules: Rules::default(),
            event_switches: EventSwitches::default(),
            clients: Table::new(),
            tokens: Table::new(),
            auths: Table::new(),
            bills: Table::new(),
            payment_methods: Table::new(),
            swaps: Table::new(),
            ledger: Ledger::default(),
            card_surcharge: None,
            schedule: Schedule::new(),
            outbox: Vec::new(),
            companies: Companies::of(manner),
            population: None,
            people: habits::People::default(),
            #[cfg(test)]
            bill_moves: Vec::new(),
        }
    }

    /// When the next thing happens by itself.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.schedule.next_due()
    }

    /// Lets the first thing happen that is due at or before `until`; says when and what it was.
    pub(crate) fn run_next(&mut self, until: Moment) -> Option<(Moment, Effect)> {
        let (at, effect) = self.schedule.pop_due(until)?;
        match &effect {
            Effect::ContinueValidation { auth_id } => self.continue_validation(at, auth_id),
            Effect::ChallengeTimesOut { auth_id } => self.challenge_times_out(at, auth_id),
            Effect::BillDataArrives { bill_id } => self.bill_data_arrives(at, bill_id),
            Effect::BillComesUp { bill_id } => self.bill_comes_up(at, bill_id),
            Effect::BillFallsOverdue { bill_id } => self.bill_falls_overdue(bill_id),
            Effect::PaymentStarts { bill_id } => self.payment_starts(at, bill_id),
            Effect::PaymentFinishes { bill_id } => self.payment_finishes(at, bill_id),
            Effect::SwapFinishes { swap_id } => self.swap_finishes(at, swap_id),
            Effect::TokenIsForgotten { token_id } => self.token_is_forgotten(token_id),
            Effect::Habit { person, habit } => self.live(at, *person, habit),
        }
        Some((at, effect))
    }

    /// The events since the last call, oldest first.
    pub(crate) fn take_events(&mut self) -> Vec<NewEvent> {
        std::mem::take(&mut self.outbox)
    }

    /// Takes the emptied list of events back, so that not every effect needs a new one.
    pub(crate) fn reuse(&mut self, emptied: Vec<NewEvent>) {
        if self.outbox.is_empty() {
            self.outbox = emptied;
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            companies: self.companies.all().len(),
            clients: self.clients.len(),
            auths: self.auths.len(),
            bills: self.bills.len(),
            payment_methods: self.payment_methods.iter().filter(|method| !method.removed).count(),
            swaps: self.swaps.len(),
            payments: self.ledger.entries().len(),
            scheduled: self.schedule.len(),
        }
    }

    pub(crate) fn partner_id(&self) -> &str {
        &self.partner_id
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) fn count_payments_with(&mut self, count: &PaymentCount) {
        self.ledger.count_with(count);
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed.value()
    }

    pub(crate) fn seed_mut(&mut self) -> &mut Seed {
        &mut self.seed
    }

    /// Those that are there from the start.
    pub(crate) fn test_companies(&self) -> Vec<Company> {
        (self.manner.companies)()
    }

    pub(crate) fn companies(&self) -> &[Company] {
        self.companies.all()
    }

    pub(crate) fn client(&self, id: &ClientId) -> Option<&Client> {
        self.clients.find(id)
    }

    pub(crate) fn auth(&self, id: &AuthId) -> Option<&Auth> {
        self.auths.find(id)
    }

    pub(crate) fn bill(&self, id: &BillId) -> Option<&Bill> {
        self.bills.find(id)
    }

    pub(crate) fn swap(&self, id: &SwapId) -> Option<&Swap> {
        self.swaps.find(id)
    }

    /// Every bill that is shown to its client, oldest first.
    pub(crate) fn active_bills(&self) -> impl Iterator<Item = &Bill> {
        self.bills.iter().filter(|bill| !bill.hidden)
    }

    pub(crate) fn payment_method(&self, id: &PaymentMethodId) -> Option<&PaymentMethod> {
        self.payment_methods.find(id).filter(|method| !method.removed)
    }

    /// Also a method that was removed: a payment on its way still names it.
    pub(crate) fn any_payment_method(&self, id: &PaymentMethodId) -> Option<&PaymentMethod> {
        self.payment_methods.find(id)
    }

    pub(crate) fn company(&self, id: &CompanyId) -> Option<&Company> {
        self.companies.find(id)
    }

    /// The auths of a client that have finished their first validation, oldest first.
    pub(crate) fn auths_of(&self, client: &Client) -> Vec<&Auth> {
        let shown = |auth: &&Auth| auth.status != AuthStatus::Validating || self.rules.list_validating_auths;
        client.auths.iter().filter_map(|id| self.auths.find(id)).filter(shown).collect()
    }

    pub(crate) fn bills_of(&self, client: &Client) -> Vec<&Bill> {
        client.bills.iter().filter_map(|id| self.bills.find(id)).collect()
    }

    pub(crate) fn payment_methods_of(&self, client: &Client) -> Vec<&PaymentMethod> {
        client.payment_methods.iter().filter_map(|id| self.payment_method(id)).collect()
    }

    pub(crate) fn swaps_of(&self, client: &Client) -> Vec<&Swap> {
        client.auths.iter().filter_map(|id| self.swaps.find(self.auths.find(id)?.swap.as_ref()?)).collect()
    }

    pub(crate) fn push_event(&mut self, event: NewEvent) {
        self.outbox.push(event);
    }

    fn auth_in_path(&self, id: &AuthId) -> Result<&Auth, ApiError> {
        self.auth(id).ok_or_else(|| ApiError::not_found(format!("There is no auth {id}.")))
    }

    fn payment_method_in_path(&self, id: &PaymentMethodId) -> Result<&PaymentMethod, ApiError> {
        self.payment_method(id)
            .ok_or_else(|| ApiError::not_found(format!("There is no payment method {id}.")))
    }

    fn client_in_body(&self, id: &ClientId) -> Result<&Client, ApiError> {
        self.client(id).ok_or_else(|| ApiError::bad_request(format!("There is no client {id}.")))
    }

    fn bill_in_body(&self, id: &BillId) -> Result<&Bill, ApiError> {
        self.bill(id).ok_or_else(|| ApiError::bad_request(format!("There is no bill {id}.")))
    }
}
