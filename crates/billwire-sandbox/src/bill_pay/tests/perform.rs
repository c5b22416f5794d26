//! Carries out the steps: what is asked of the API, and what happens outside it.

use jiff::SignedDuration;
use serde_json::Map;

use super::super::mfa::{Ask, MfaMethod, RIGHT_CODE};
use super::super::*;
use super::action::{Action, INPUTS, LEGACY, What};
use super::given::{SCHEDULES, bank, card, code_at, identifier};
use super::walk::{Done, NOTHING, Walk, Way, invariant_history};
use super::{Totals, Wrong};
use crate::error::{Error, ErrorKind};

impl Walk {
    pub(super) fn perform(&mut self, action: &Action, totals: &mut Totals) -> Result<Done, Wrong> {
        if self.way == Way::Unbill
            && let Some(done) = self.perform_at_once(action)
        {
            return done;
        }
        match *action {
            Action::Client { number } => asked(self.world.create_client(&identifier(number), Map::new())),
            Action::Card { client, number, default } => self.add_method(client, default, card(number)),
            Action::Bank { client, account } => self.add_method(client, false, bank(account)),
            Action::Login { client, company, inputs, what } => {
                let form = ["balance", "dueDate", "status"].into_iter().zip(INPUTS[inputs]);
                self.log_in(client, company, what, form)
            }
            Action::Legacy { client, company, name } => {
                let form = [("username", LEGACY[name]), ("password", "x")];
                self.log_in(client, company, What::Bill, form)
            }
            Action::Answer { challenge, right, again } => self.answer(challenge, right, again),
            Action::AnswerLater { auth, right } => self.answer_later(auth, right),
            Action::FixHold { auth } => {
                let auth = self.auth(auth);
                asked(self.world.fix_hold(self.now, &auth))
            }
            Action::DeleteAuth { auth } => self.delete_auth(auth),
            Action::Pay { bill, days } => {
                let (bill, date) = (self.bill(bill), days.map(|days| self.now.plus_days(days)));
                asked(self.world.schedule_payment(self.now, &bill, date))
            }
            Action::Cancel { bill } => {
                let bill = self.bill(bill);
                asked(self.world.cancel_payment(self.now, &bill))
            }
            Action::Assign { method, bill } => {
                let (method, bill) = (self.method(method), self.bill(bill));
                asked(self.world.assign_payment_method(self.now, &method, &bill))
            }
            Action::Settings { bill, recurring, schedule } => {
                let pay_schedule = schedule.map(|place| SCHEDULES[place]);
                let bill = self.bill(bill);
                asked(self.world.change_settings(self.now, &bill, SettingsChange { recurring, pay_schedule }))
            }
            Action::DeleteMethod { method } => {
                let id = self.method(method);
                self.delete_method(&id)
            }
            Action::DeleteAtTheEdge { early } => self.delete_at_the_edge(early, totals),
            Action::Retry { method } => {
                let method = self.method(method);
                asked(self.world.retry_payment_method(self.now, &method))
            }
            Action::Swap { auth, method } => {
                let (auth, method) = (self.auth(auth), self.method(method));
                asked(self.world.create_swap(self.now, &auth, &method))
            }
            Action::Token { client, hours, once } => self.make_token(client, hours, once),
            Action::UseToken { token } => self.use_token(token),
            Action::Revoke { client } => {
                self.world.revoke_tokens_of(&identifier(client));
                Ok(Done::Accepted)
            }
            Action::Sync { client, number, known, default } => self.sync(client, number, known, default),
            Action::Search { number } => self.search(number),
            Action::Wait { seconds } => self.wait(SignedDuration::from_secs(seconds), totals),
            Action::Snapshot => self.snapshot(),
            _ => self.happen_outside(action),
        }
    }

    fn happen_outside(&mut self, action: &Action) -> Result<Done, Wrong> {
        match *action {
            Action::Statement { bill, cents, days } => {
                let bill = self.bill(bill);
                told(self.world.statement_arrives(self.now, &bill, &self.statement(cents, days)))
            }
            Action::FindBill { auth, cents, days } => {
                let auth = self.auth(auth);
                told(self.world.bill_is_found(self.now, &auth, &self.statement(cents, Some(days))))
            }
            Action::Refresh { auth, finds, code } => {
                let hold = AuthRefresh::Hold {
                    code: code_at(code),
                    subcategory: (code % 4 == 1).then(|| "job-timeout".to_owned()),
                    failing_fixes: u32::from(code % 3 == 0),
                };
                let finds = match finds {
                    0 => AuthRefresh::Verified {},
                    1 => AuthRefresh::MfaRequired {},
                    2 => AuthRefresh::NeedsResync {},
                    3 => AuthRefresh::Invalid {},
                    _ => hold,
                };
                let auth = self.auth(auth);
                told(self.world.refresh_auth(self.now, &auth, &finds))
            }
            Action::EndSwap { swap, end, code } => {
                let end = match end {
                    0 => SwapEnd::Completed {},
                    1 => SwapEnd::CardOnFile {},
                    _ => SwapEnd::Hold { code: code_at(code), subcategory: None, failing_fixes: 0 },
                };
                let swap = self.swap(swap);
                told(self.world.swap_ends(self.now, &swap, &end))
            }
            Action::Issuer { method, declines, cancelled } => {
                let method = self.method(method);
                told(self.world.issuer_says(&method, IssuerNews { declines, cancelled }))
            }
            Action::Choose { bill, cents, hidden } => {
                let amount = cents
                    .map_or(AmountToPay::Balance, |cents| AmountToPay::Custom(Amount::from_cents(cents)));
                let choices = BillChoices {
                    custom_payment_amount: Some(amount),
                    hidden: Some(hidden),
                    ..BillChoices::default()
                };
                let bill = self.bill(bill);
                told(self.world.choose(&bill, &choices))
            }
            Action::Rules { accept_expired, strict_retry, switches, maintenance } => {
                // The two types of event whose switches change what happens.
                self.world.event_switches = EventSwitches { auth_failed: switches, auth_created: switches };
                let companies = maintenance.map(|place| self.company(place).to_string());
                self.world.rules = Rules::default()
                    .with_accept_expired_cards(accept_expired)
                    .with_strict_code_retry(strict_retry)
                    .with_companies_in_maintenance(companies);
                Ok(Done::Accepted)
            }
            Action::Break => {
                let lost = self.world.client(&self.client(0)).map(|client| client.id.to_string());
                self.world.ledger.append(LedgerEntry {
                    api: "",
                    sequence: 0,
                    at: self.now,
                    client_id: lost.unwrap_or_default(),
                    bill_id: "no bill".to_owned(),
                    payment_method_id: "no method".to_owned(),
                    amount: Amount::from_cents(1),
                    surcharge: None,
                });
                Ok(Done::Accepted)
            }
            _ => Err("a step that nobody carries out".to_owned()),
        }
    }

    pub(super) fn add_method(
        &mut self,
        client: usize,
        default: bool,
        numbers: NewNumbers,
    ) -> Result<Done, Wrong> {
        let new = NewPaymentMethod {
            client_id: self.client(client),
            identifier: None,
            name: "Demo User".to_owned(),
            custom_label: None,
            set_as_default: default,
            numbers,
        };
        asked(self.world.add_payment_method(self.now, new))
    }

    fn log_in<'a>(
        &mut self,
        client: usize,
        company: usize,
        what: What,
        form: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Done, Wrong> {
        let client_id = self.client(client);
        let known = self.world.client(&client_id);
        let bill = known.and_then(|client| pick(client.bills.iter(), company)).cloned();
        let method = known.and_then(|client| pick(client.payment_methods.iter(), company / 3)).cloned();
        let swap = known.map(|client| self.world.swaps_of(client)).unwrap_or_default();
        let swap = pick(swap.iter(), company).map(|swap| (swap.id.clone(), swap.company_id.clone()));
        let company_id = match what {
            What::Pay => {
                bill.as_ref().and_then(|bill| self.world.bill(bill)).map(|bill| bill.company_id.clone())
            }
            What::MovedSwap => swap.as_ref().map(|(_, company)| company.clone()),
            _ => None,
        };
        let new = NewAuth {
            client_id,
            company_id: company_id.unwrap_or_else(|| self.company(company)),
            items: match what {
                What::Bill | What::BillWithMethod => vec![AuthItem::Bill],
                What::Pay => vec![AuthItem::Payment],
                What::Swap | What::MovedSwap => vec![AuthItem::Swap],
            },
            payment_method_id: method.filter(|_| what != What::Bill),
            bill_id: bill.filter(|_| what == What::Pay),
            swap_id: swap.map(|(id, _)| id).filter(|_| what == What::MovedSwap),
            form: form.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        asked(self.world.create_auth(self.now, &new))
    }

    pub(super) fn answer(&mut self, place: usize, right: bool, again: bool) -> Result<Done, Wrong> {
        let open = self.world.auths.iter().filter_map(|auth| auth.run.as_ref()?.challenge());
        let open: Vec<_> = open.collect();
        let Some(challenge) = pick(open.iter(), place).map(|challenge| (*challenge).clone()) else {
            let step = StepInput {
                token: "no token".to_owned(),
                method: MfaMethod::Prompt,
                answers: Vec::new(),
                did_not_receive_code: again,
            };
            return asked(self.world.answer_challenge(self.now, &step));
        };
        let answer = |identifier: &str, answer: &str| StepAnswer {
            identifier: identifier.to_owned(),
            answer: Some(answer.to_owned()),
        };
        let answers = match &challenge.ask {
            Ask::Questions { questions } => questions
                .iter()
                .map(|question| answer(&question.identifier, if right { "Smith" } else { "wrong" }))
                .collect(),
            Ask::Code { question, .. } => {
                vec![answer(&question.identifier, if right { RIGHT_CODE } else { "000000" })]
            }
            Ask::Destination { destinations } => {
                let chosen = if right { destinations[0].identifier.as_str() } else { "elsewhere" };
                vec![answer(chosen, "")]
            }
            Ask::Prompt { .. } => Vec::new(),
        };
        let step = StepInput {
            token: challenge.token.clone(),
            method: challenge.method(),
            answers,
            did_not_receive_code: again,
        };
        let done = asked(self.world.answer_challenge(self.now, &step))?;
        // A token is good for one answer.
        if matches!(done, Done::Accepted) && self.world.answer_challenge(self.now, &step).is_ok() {
            return Err("a token was good for two answers".to_owned());
        }
        Ok(done)
    }

    fn answer_later(&mut self, auth: usize, right: bool) -> Result<Done, Wrong> {
        let waits = |auth: &&Auth| auth.unfinished.as_ref().is_some_and(|left| !left.questions.is_empty());
        let waiting: Vec<AuthId> =
            self.world.auths.iter().filter(waits).map(|auth| auth.id.clone()).collect();
        let id = pick(waiting.iter(), auth).cloned().unwrap_or_else(|| self.auth(auth));
        let known = self.world.auth(&id);
        let questions = known.and_then(|auth| auth.unfinished.as_ref()).map(|left| left.questions.clone());
        let answers: Vec<StepAnswer> = questions
            .unwrap_or_default()
            .into_iter()
            .map(|question| StepAnswer {
                identifier: question.identifier,
                answer: Some(if right { "Seattle" } else { "wrong" }.to_owned()),
            })
            .collect();
        asked(self.world.answer_questions(self.now, &id, &answers))
    }

    fn delete_auth(&mut self, auth: usize) -> Result<Done, Wrong> {
        let id = self.auth(auth);
        let bills = self.world.auth(&id).map(|auth| auth.bills.clone()).unwrap_or_default();
        let histories: Vec<_> =
            bills.iter().filter_map(|id| self.world.bill(id)).map(invariant_history).collect();
        let done = asked(self.world.delete_auth(self.now, &id))?;
        if matches!(done, Done::Accepted) {
            self.gone.extend(histories);
            self.known_logins.remove(&id);
        }
        Ok(done)
    }

    /// The 24-hour rule, from the ledger: a method can be deleted exactly when it is neither paying nor has paid in the
    /// last 24 hours.
    fn delete_method(&mut self, id: &PaymentMethodId) -> Result<Done, Wrong> {
        let entries = self.world.ledger.entries().iter();
        let last = entries.filter(|entry| entry.payment_method_id == id.as_str()).map(|entry| entry.at).max();
        let recent = last.is_some_and(|at| at.plus(SignedDuration::from_hours(24)) > self.now);
        let pays = |bill: &Bill| bill.running.as_ref().is_some_and(|running| running.method_id == *id);
        let exists = self.world.payment_method(id).is_some();
        let expected = exists && !recent && !self.world.bills.iter().any(pays);
        let done = asked(self.world.delete_payment_method(self.now, id))?;
        match (&done, expected) {
            (Done::Accepted, true) | (Done::Refused, false) => Ok(done),
            (Done::Accepted, false) => Err(format!("the 24-hour rule: {id} was deleted")),
            (Done::Refused, true) => Err(format!("{id} was not deleted for no reason")),
        }
    }

    fn delete_at_the_edge(&mut self, early: bool, totals: &mut Totals) -> Result<Done, Wrong> {
        let Some(last) = self.world.ledger.entries().last().cloned() else { return Ok(Done::Refused) };
        let edge = last.at.plus(SignedDuration::from_secs(24 * 3600 - i64::from(early)));
        let left = edge.timestamp().duration_since(self.now.timestamp());
        if left.is_positive() {
            self.wait(left, totals)?;
        }
        self.delete_method(&PaymentMethodId::new(last.payment_method_id))
    }

    fn make_token(&mut self, client: usize, hours: Option<i64>, once: bool) -> Result<Done, Wrong> {
        let new = NewToken {
            identifier: identifier(client),
            single_use: once,
            expires_at: hours.map(|hours| self.now.plus(SignedDuration::from_hours(hours))),
            access_token_seconds: None,
        };
        let made = self.world.create_token(self.now, &new);
        self.tokens.extend(made.clone());
        asked(made)
    }

    fn use_token(&mut self, place: usize) -> Result<Done, Wrong> {
        let text = pick(self.tokens.iter(), place).cloned().unwrap_or_default();
        let known = self.world.tokens.iter().find(|token| token.text == text).cloned();
        let used = self.world.use_token(self.now, &text);
        let good =
            known.is_some_and(|token| token.expires_at > self.now && !(token.single_use && token.used));
        match (used, good) {
            (Ok(_), true) => Ok(Done::Accepted),
            (Err(refusal), false) if refusal.status == 401 => Ok(Done::Refused),
            (used, good) => Err(format!("a token that is good ({good}) was answered {used:?}")),
        }
    }

    fn sync(&mut self, client: usize, number: usize, known: bool, default: bool) -> Result<Done, Wrong> {
        let card = SyncCard {
            identifier: known.then(|| "card-1".to_owned()),
            name: "Demo User".to_owned(),
            custom_label: None,
            set_as_default: default,
            numbers: card(number),
        };
        let token = NewToken {
            identifier: identifier(client),
            single_use: false,
            expires_at: None,
            access_token_seconds: None,
        };
        let synced = self.world.sync_client(self.now, NewSync { meta: Map::new(), token, cards: vec![card] });
        self.tokens.extend(synced.as_ref().ok().map(|synced| synced.token.clone()));
        asked(synced)
    }

    fn search(&mut self, number: usize) -> Result<Done, Wrong> {
        let size = u32::try_from(number % 5).expect("small");
        let search = CompanySearch {
            query: (!number.is_multiple_of(3)).then(|| "company".to_owned()),
            category: number.is_multiple_of(2).then(|| "gas".to_owned()),
            near: number.is_multiple_of(7).then_some((40.2, -111.6)),
            products: Vec::new(),
            page: Page { size, number: u32::try_from(number / 10).expect("small") },
            paginate: true,
        };
        match self.world.search_companies(&search) {
            Ok((page, total)) if page.len() <= size as usize && page.len() <= total => Ok(Done::Accepted),
            Ok((page, total)) => Err(format!("{} of {total} on a page of {size}", page.len())),
            Err(refusal) => asked::<()>(Err(refusal)),
        }
    }

    /// Lets time pass, one effect after the other, each judged by itself.
    fn wait(&mut self, time: SignedDuration, totals: &mut Totals) -> Result<Done, Wrong> {
        let until = self.now.plus(time);
        while let Some((at, effect)) = self.world.run_next(until) {
            if at < self.now {
                return Err(format!("{effect:?} came from the past"));
            }
            self.now = at;
            self.judge(totals).map_err(|wrong| format!("{effect:?}: {wrong}"))?;
        }
        self.now = until;
        Ok(Done::Accepted)
    }

    fn snapshot(&mut self) -> Result<Done, Wrong> {
        let written = |world: &World| serde_json::to_string(world).map_err(|error| error.to_string());
        let text = written(&self.world)?;
        self.world = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if written(&self.world)? == text {
            Ok(Done::Accepted)
        } else {
            Err("a snapshot lost something".to_owned())
        }
    }

    fn statement(&self, cents: u32, days: Option<i64>) -> Statement {
        let statement = Statement::of(Amount::from_cents(cents));
        match days {
            Some(days) => statement.with_due_date(self.now.plus_days(days)),
            None => statement,
        }
    }

    pub(super) fn client(&self, place: usize) -> ClientId {
        pick(self.world.clients.iter(), place)
            .map_or_else(|| ClientId::new("no client"), |row| row.id.clone())
    }

    pub(super) fn company(&self, place: usize) -> CompanyId {
        pick(self.world.companies.all().iter(), place)
            .map_or_else(|| CompanyId::new("no company"), |row| row.id.clone())
    }

    fn bill(&self, place: usize) -> BillId {
        pick(self.world.bills.iter(), place).map_or_else(|| BillId::new("no bill"), |row| row.id.clone())
    }

    pub(super) fn auth(&self, place: usize) -> AuthId {
        pick(self.world.auths.iter(), place).map_or_else(|| AuthId::new("no auth"), |row| row.id.clone())
    }

    fn swap(&self, place: usize) -> SwapId {
        pick(self.world.swaps.iter(), place).map_or_else(|| SwapId::new("no swap"), |row| row.id.clone())
    }

    pub(super) fn method(&self, place: usize) -> PaymentMethodId {
        pick(self.world.payment_methods.iter(), place)
            .map_or_else(|| PaymentMethodId::new("no method"), |row| row.id.clone())
    }
}

/// An answer of the API: a refusal is one of the statuses that only a caller can cause.
pub(super) fn asked<T>(answer: Result<T, ApiError>) -> Result<Done, Wrong> {
    match answer {
        Ok(_) => Ok(Done::Accepted),
        Err(refusal) if [400, 401, 404].contains(&refusal.status) => Ok(Done::Refused),
        Err(refusal) => Err(format!("refused with {refusal:?}")),
    }
}

/// An answer of the control API: a refusal says that something does not exist or is not possible.
fn told<T>(answer: Result<T, Error>) -> Result<Done, Wrong> {
    match answer {
        Ok(_) => Ok(Done::Accepted),
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => {
            Ok(Done::Refused)
        }
        Err(error) => Err(format!("refused with {error}")),
    }
}

/// Chooses among what exists; the last place chooses nothing.
fn pick<T>(things: impl Iterator<Item = T>, place: usize) -> Option<T> {
    let mut things: Vec<T> = things.collect();
    if place == NOTHING || things.is_empty() { None } else { Some(things.swap_remove(place % things.len())) }
}
