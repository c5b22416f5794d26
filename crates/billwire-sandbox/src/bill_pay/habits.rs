//! What the people of a population do, and what companies do to them: effects like all others, in the same order.
//!
//! A habit calls the functions that the API calls. What the world refuses does not happen; people shrug and go on, as they
//! do elsewhere. So nobody has to know here what else a user of the sandbox did to a customer in the meantime.

mod login;
mod mend;
mod pay;

use std::sync::Arc;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Auth, Bill, ClientId, Effect, NewPaymentMethod, PaymentMethodId, World};
use crate::bill_pay::population::{Login, Method, Person, Population};
use crate::hash::Index;
use crate::moment::Moment;

/// Something a person of a population does, or a company does to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Habit {
    /// Becomes a client, adds payment methods and sets out to log in.
    Join,
    LogIn {
        login: u8,
        attempt: u8,
    },
    /// Replies to an open security challenge.
    Answer {
        login: u8,
    },
    /// Chooses how the bill is paid.
    Settle {
        login: u8,
    },
    /// Says that the reason of a hold is gone.
    FixHold {
        login: u8,
    },
    /// The company issues the statement of a month.
    ReceiveStatement {
        login: u8,
        month: u16,
    },
    /// The company corrects the due date of its statement.
    ReceiveCorrection {
        login: u8,
    },
    /// Pays by hand: at once, or for the due date or so many days before it.
    Pay {
        login: u8,
        days_before: Option<i64>,
    },
    Cancel {
        login: u8,
    },
    /// Looks whether all is well, and mends what is not.
    LookAfter {
        login: u8,
    },
    /// The login stops working by itself.
    Lapse {
        login: u8,
    },
    SwapCard {
        login: u8,
    },
    /// Adds another payment method and takes the first one away.
    ReplaceMethod {
        attempt: u8,
    },
}

impl Habit {
    pub(super) fn describe(&self, person: u32) -> String {
        let what = match self {
            Self::Join => "joins",
            Self::LogIn { .. } => "logs in",
            Self::Answer { .. } => "answers a security challenge",
            Self::Settle { .. } => "settles how a bill is paid",
            Self::FixHold { .. } => "fixes a hold",
            Self::ReceiveStatement { .. } => "receives a statement",
            Self::ReceiveCorrection { .. } => "receives a correction",
            Self::Pay { .. } => "pays by hand",
            Self::Cancel { .. } => "cancels a payment",
            Self::LookAfter { .. } => "looks after a bill",
            Self::Lapse { .. } => "has a login that stops working",
            Self::SwapCard { .. } => "swaps a card",
            Self::ReplaceMethod { .. } => "replaces a payment method",
        };
        format!("customer {person} {what}")
    }
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl World {
    /// Makes the customers join in the days before `now`: that happens when the schedule runs up to `now`.
    pub(crate) fn populate(&mut self, now: Moment, population: Population) {
        self.population = Some(population);
        self.companies = super::Companies::of_population(self.manner);
        let first_day = now.plus_days(-i64::from(population.past_days()));
        for person in 1..=population.customers() {
            let at = first_day.plus(self.person(person).joins_after(population.past_days()));
            self.expect(at, person, Habit::Join);
        }
    }

    pub(crate) fn population(&self) -> Option<Population> {
        self.population
    }

    pub(super) fn live(&mut self, now: Moment, number: u32, habit: &Habit) {
        let actor = self.actor(number);
        match *habit {
            Habit::Join => self.join(now, &actor),
            Habit::LogIn { login, attempt } => self.log_in(now, &actor, login, attempt),
            Habit::Answer { login } => self.answer(now, &actor, login),
            Habit::Settle { login } => self.settle_ways(now, &actor, login),
            Habit::FixHold { login } => self.say_hold_is_fixed(now, &actor, login),
            Habit::ReceiveStatement { login, month } => self.receive_statement(now, &actor, login, month),
            Habit::ReceiveCorrection { login } => self.receive_correction(now, &actor, login),
            Habit::Pay { login, days_before } => self.pay(now, &actor, login, days_before),
            Habit::Cancel { login } => {
                if let Some(bill) = self.bill_of(&actor, login).map(|bill| bill.id.clone()) {
                    drop(self.cancel_payment(now, &bill));
                }
            }
            Habit::LookAfter { login } => self.look_after(now, &actor, login),
            Habit::Lapse { login } => self.login_lapses(now, &actor, login),
            Habit::SwapCard { login } => self.swap_card(now, &actor, login),
            Habit::ReplaceMethod { attempt } => self.replace_method(now, &actor, attempt),
        }
    }

    fn person(&self, number: u32) -> Person {
        Person::new(self.seed(), number)
    }

    fn actor(&mut self, number: u32) -> Actor {
        let person = self.person(number);
        let work_out = || {
            let logins = (0..person.logins()).map_while(|login| person.login(login)).collect();
            Arc::new(Known { identifier: person.identifier(), logins })
        };
        let known = Arc::clone(self.people.entry(number).or_insert_with(work_out));
        Actor { number, person, known }
    }

    fn expect(&mut self, at: Moment, person: u32, habit: Habit) {
        self.schedule.add(at, Effect::Habit { person, habit });
    }

    fn join(&mut self, now: Moment, actor: &Actor) {
        let (number, person) = (actor.number, actor.person);
        let Ok(client_id) = self.create_client(&actor.known.identifier, person.meta()) else { return };
        for method in person.methods() {
            self.add_method(now, actor, &client_id, method, false);
        }
        for login in 0..person.logins() {
            let at = now.plus(SignedDuration::from_mins(2 + 7 * i64::from(login)));
            self.expect(at, number, Habit::LogIn { login, attempt: 0 });
        }
        if let Some(days) = person.replaces_method_after_days() {
            self.expect(now.plus_days(days), number, Habit::ReplaceMethod { attempt: 0 });
        }
    }

    fn add_method(
        &mut self,
        now: Moment,
        actor: &Actor,
        client_id: &ClientId,
        method: Method,
        set_as_default: bool,
    ) -> Option<PaymentMethodId> {
        let new = NewPaymentMethod {
            client_id: client_id.clone(),
            identifier: None,
            name: actor.person.name(),
            custom_label: None,
            set_as_default,
            numbers: method.numbers(now.day().year() + 3, actor.person.zipcode()),
        };
        self.add_payment_method(now, new).ok()
    }

    fn auth_of(&self, actor: &Actor, login: u8) -> Option<&Auth> {
        let company = &actor.login(login)?.company;
        let client = self.clients.find_named(&actor.known.identifier)?;
        client.auths.iter().filter_map(|id| self.auth(id)).find(|auth| auth.company_id == *company)
    }

    fn bill_of(&self, actor: &Actor, login: u8) -> Option<&Bill> {
        self.bill(self.auth_of(actor, login)?.bills.first()?)
    }
}

/// Who does something.
struct Actor {
    number: u32,
    person: Person,
    known: Arc<Known>,
}

impl Actor {
    fn login(&self, number: u8) -> Option<&Login> {
        self.known.logins.get(usize::from(number))
    }
}

/// What is worked out once for a person who does something, and anew after a restore.
pub(super) struct Known {
    identifier: String,
    logins: Vec<Login>,
}

pub(super) type People = Index<u32, Arc<Known>>;

fn seconds(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}
