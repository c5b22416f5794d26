//! How people log in, answer, and swap cards; and how logins stop working.

use jiff::SignedDuration;
use jiff::civil::Date;

use super::super::auth::NewAuth;
use super::super::mfa::{Ask, Challenge};
use super::super::{
    Amount, AuthId, AuthItem, AuthRefresh, Lapse, MethodKind, RIGHT_CODE, StepAnswer, StepInput, World,
};
use super::pay::statement_time;
use super::{Actor, HOUR, Habit, seconds};
use crate::bill_pay::population::{FirstLogin, Login};
use crate::moment::Moment;

/// What companies hold logins for, that a user can mend.
const HOLDS: [&str; 4] = [
    "account_issue_accept_toc",
    "account_issue_verify_identity",
    "account_issue_no_service_account",
    "account_set_up_online_payments",
];

impl World {
    /// Types user name and password, and what the sandbox's companies are to find.
    pub(super) fn log_in(&mut self, now: Moment, actor: &Actor, number: u8, attempt: u8) {
        let Some(login) = actor.login(number) else { return };
        let mut dice = actor.person.day(number, now);
        let status = match login.first {
            _ if attempt > 0 => "",
            FirstLogin::Works => "",
            FirstLogin::Hold => "hold",
            FirstLogin::WrongPassword => "authenticate",
            FirstLogin::Questions => "mfa-required-questions",
            FirstLogin::Code => "mfa-required-code",
            FirstLogin::Prompt => "mfa-required-prompt",
        };
        let statement = Amount::from_cents(login.statement_cents(&mut dice));
        let (balance, due) = match self.bill_of(actor, number) {
            // Where the user must be present a login is also how the next statement comes.
            Some(bill) if bill.balance.is_some() || !login.presence => {
                (bill.balance.unwrap_or_default(), bill.due)
            }
            _ => (statement, None),
        };
        let due = due.unwrap_or_else(|| now.plus_days(login.due_days));
        let form = [
            ("username", actor.known.identifier.clone()),
            ("password", "correct horse".to_owned()),
            ("balance", balance.to_string()),
            ("dueDate", month_day_year(due.day())),
            ("status", status.to_owned()),
        ];
        let Some(new) = self.new_auth(actor, login, form.map(|(name, value)| (name.to_owned(), value)))
        else {
            return;
        };
        if self.create_auth(now, &new).is_err() {
            return;
        }
        let person = actor.number;
        let asks = login.presence || !matches!(status, "" | "hold" | "authenticate");
        // Some do not see the question in time; they answer when they look the next day.
        if asks && !dice.chance(12) {
            self.expect(now.plus(seconds(dice.between(20, 90))), person, Habit::Answer { login: number });
        }
        match status {
            "hold" => {
                let days = dice.between(1, 9);
                self.expect(now.plus_days(days.into()), person, Habit::FixHold { login: number });
            }
            "authenticate" => {
                let hours = dice.between(1, 100);
                let again = Habit::LogIn { login: number, attempt: 1 };
                self.expect(now.plus(HOUR * hours.cast_signed()), person, again);
            }
            _ => {}
        }
        if attempt == 0 {
            self.begin_habits(now, actor, number, login);
        }
    }

    pub(super) fn begin_habits(&mut self, now: Moment, actor: &Actor, number: u8, login: &Login) {
        let person = actor.number;
        let mut dice = actor.person.month(number, 50_000);
        self.expect(now.plus(SignedDuration::from_mins(6)), person, Habit::Settle { login: number });
        self.expect(now.plus_days(1), person, Habit::LookAfter { login: number });
        if login.bills {
            // The first bill has its own due date; statements begin when that has passed.
            let after = now.plus_days(login.due_days).day();
            self.expect(
                statement_time(after, login),
                person,
                Habit::ReceiveStatement { login: number, month: 1 },
            );
            self.react(now, actor, number, login, now.plus_days(login.due_days), 0);
        }
        if dice.chance(14) {
            let days = dice.between(35, 330);
            self.expect(now.plus_days(days.into()), person, Habit::Lapse { login: number });
        }
        if login.swaps {
            let days = dice.between(3, 200);
            self.expect(now.plus_days(days.into()), person, Habit::SwapCard { login: number });
        }
    }

    /// A login with everything it is for: the bill, or the card on file.
    pub(super) fn new_auth(
        &self,
        actor: &Actor,
        login: &Login,
        form: impl IntoIterator<Item = (String, String)>,
    ) -> Option<NewAuth> {
        let client = self.clients.find_named(&actor.known.identifier)?;
        let card =
            self.payment_methods_of(client).into_iter().find(|method| method.kind() == MethodKind::Card);
        let (items, payment_method_id) = if login.bills {
            (vec![AuthItem::Bill], None)
        } else {
            (vec![AuthItem::Swap], Some(card?.id.clone()))
        };
        Some(NewAuth {
            client_id: client.id.clone(),
            company_id: login.company.clone(),
            items,
            payment_method_id,
            bill_id: None,
            swap_id: None,
            form: form.into_iter().collect(),
        })
    }

    pub(super) fn answer(&mut self, now: Moment, actor: &Actor, login: u8) {
        let Some(auth) = self.auth_of(actor, login) else { return };
        let Some(challenge) = auth.run.as_ref().and_then(|run| run.challenge()).cloned() else { return };
        let mut dice = actor.person.day(login, now);
        let wrong = dice.chance(8);
        let asks_for_code = matches!(challenge.ask, Ask::Destination { .. });
        if self.answer_challenge(now, &reply(&challenge, wrong)).is_ok() && asks_for_code {
            let at = now.plus(seconds(dice.between(15, 60)));
            self.expect(at, actor.number, Habit::Answer { login });
        }
    }

    pub(super) fn say_hold_is_fixed(&mut self, now: Moment, actor: &Actor, login: u8) {
        if let Some(auth) = self.auth_of(actor, login).map(|auth| auth.id.clone()) {
            drop(self.fix_hold(now, &auth));
        }
    }

    pub(super) fn login_lapses(&mut self, now: Moment, actor: &Actor, login: u8) {
        let Some(auth) = self.auth_of(actor, login).map(|auth| auth.id.clone()) else { return };
        let mut dice = actor.person.month(login, 30_000);
        let person = actor.number;
        let later = now.plus_days(dice.between(1, 12).into());
        let again = Habit::LogIn { login, attempt: 1 };
        let presence = actor.login(login).is_some_and(|login| login.presence);
        let found = match dice.below(100) {
            0..25 => AuthRefresh::Invalid {},
            25..50 => AuthRefresh::NeedsResync {},
            50..65 => AuthRefresh::MfaRequired {},
            _ => AuthRefresh::hold(dice.pick(&HOLDS).copied().unwrap_or_default()),
        };
        if presence {
            // Nobody looks there by itself; the company sends word.
            if self.lapse(now, &auth, Lapse::Invalid).is_ok() {
                self.expect(later, person, again);
            }
        } else if self.refresh_auth(now, &auth, &found).is_ok() {
            let reaction = match found {
                AuthRefresh::Hold { .. } => Habit::FixHold { login },
                AuthRefresh::MfaRequired {} if dice.chance(60) => Habit::Answer { login },
                _ => again,
            };
            let at = if matches!(reaction, Habit::Answer { .. }) { now.plus(seconds(50)) } else { later };
            self.expect(at, person, reaction);
        }
    }

    pub(super) fn swap_card(&mut self, now: Moment, actor: &Actor, login: u8) {
        let Some(auth) = self.auth_of(actor, login) else { return };
        let Some(client) = self.client(&auth.client_id) else { return };
        let cards = self.payment_methods_of(client);
        let newest = cards.into_iter().rfind(|method| method.kind() == MethodKind::Card);
        let Some(method_id) = newest.map(|method| method.id.clone()) else { return };
        let auth_id: AuthId = auth.id.clone();
        drop(self.create_swap(now, &auth_id, &method_id));
    }
}

fn reply(challenge: &Challenge, wrong: bool) -> StepInput {
    let answer = |identifier: &str, answer: &str| StepAnswer {
        identifier: identifier.to_owned(),
        answer: Some(answer.to_owned()),
    };
    let answers = match &challenge.ask {
        Ask::Questions { questions } => {
            let word = if wrong { "wrong" } else { "Smith" };
            questions.iter().map(|question| answer(&question.identifier, word)).collect()
        }
        Ask::Code { question, .. } => {
            vec![answer(&question.identifier, if wrong { "000000" } else { RIGHT_CODE })]
        }
        Ask::Destination { destinations } => {
            destinations.first().map(|first| answer(&first.identifier, "")).into_iter().collect()
        }
        Ask::Prompt { .. } => Vec::new(),
    };
    StepInput {
        token: challenge.token.clone(),
        method: challenge.method(),
        answers,
        did_not_receive_code: false,
    }
}

fn month_day_year(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year())
}
