//! One world and its time; takes steps at random and judges what each one changed.

#![expect(clippy::unnecessary_wraps, reason = "all steps have one form, whether they can go wrong or not")]

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::super::*;
use super::invariants::{self, States};
use super::{Totals, Wrong};
use crate::api_error::ApiError;
use crate::billerapi::cursor::{self, Question, Wanted};
use crate::billerapi::idempotency::{Idempotency, Place};
use crate::seed::SplitMix64;

pub(super) struct Walk {
    dice: SplitMix64,
    world: World,
    now: Moment,
    states: States,
    links: Vec<LinkId>,
    accounts: Vec<AccountId>,
    requests: Vec<RequestId>,
    public_tokens: Vec<String>,
    event_ids: BTreeSet<String>,
    kept: Idempotency,
    keys: u64,
}

/// What became of a step.
type Done = Result<bool, Wrong>;

impl Walk {
    pub(super) fn new(seed: u64, stage: u64) -> Self {
        Self {
            dice: SplitMix64::new(seed.wrapping_mul(1_000_003).wrapping_add(stage)),
            world: World::new(Seed::new(seed)),
            now: "2026-03-02T12:00:00Z".parse().expect("an instant"),
            states: States::new(),
            links: Vec::new(),
            accounts: Vec::new(),
            requests: Vec::new(),
            public_tokens: Vec::new(),
            event_ids: BTreeSet::new(),
            kept: Idempotency::default(),
            keys: 0,
        }
    }

    fn below(&mut self, count: u64) -> u64 {
        self.dice.next() % count
    }

    fn one_of<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        let count = u64::try_from(items.len()).ok().filter(|count| *count > 0)?;
        // The newest are the liveliest.
        let back = self.below(count.min(6));
        items.get(items.len() - 1 - usize::try_from(back).ok()?).cloned()
    }

    fn client() -> ClientId {
        ClientId::new(FIRST_CLIENT)
    }

    pub(super) fn step(&mut self, totals: &mut Totals) -> Result<(), Wrong> {
        let (kind, done) = match self.below(24) {
            0 | 1 => ("create-link", self.create_link()),
            2..=4 => ("submit-credentials", self.submit()),
            5 | 6 => ("submit-code", self.code()),
            7 | 8 => ("discover", self.discover()),
            9 | 10 => ("complete", self.complete()),
            11 => ("exchange", self.exchange()),
            12 => ("leave", self.leave()),
            13 => ("create-request", self.create_request(totals)),
            14 => ("answer", self.answer()),
            15 => ("link-account", self.link_account()),
            16 => ("status", self.status()),
            17 => ("issue", self.issue()),
            18 => ("change", self.change()),
            19 => ("outage", self.outage()),
            20 => ("sync", self.sync()),
            21 => ("page", self.turn_pages(totals)),
            22 => ("snapshot", self.snapshot()),
            _ => ("wait", self.wait(totals)),
        };
        let accepted = done.map_err(|wrong| format!("{kind}: {wrong}"))?;
        totals.steps += 1;
        let counts = totals.kinds.entry(kind).or_default();
        if accepted {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
        self.judge(totals).map_err(|wrong| format!("after {kind}: {wrong}"))
    }

    /// Everything that was begun comes to its end.
    pub(super) fn end(&mut self, totals: &mut Totals) -> Result<(), Wrong> {
        self.pass(SignedDuration::from_hours(24 * 40), totals)?;
        if self.world.schedule.len() > 0 || !self.world.public_tokens.is_empty() || self.world.links.len() > 0
        {
            return Err("something never ends".to_owned());
        }
        Ok(())
    }

    fn judge(&mut self, totals: &mut Totals) -> Result<(), Wrong> {
        let mut previous = None;
        for event in self.world.take_events() {
            *totals.events.entry(event.kind.as_str()).or_default() += 1;
            if event.created != self.now || previous.is_some_and(|previous| previous > event.created) {
                return Err(format!("{} was told for another time", event.kind.as_str()));
            }
            previous = Some(event.created);
            if !self.event_ids.insert(event.id.clone()) {
                return Err(format!("two events have the id {}", event.id));
            }
        }
        let after = invariants::states(&self.world);
        for arrow in invariants::arrows(&self.states, &after)? {
            *totals.arrows.entry(arrow).or_default() += 1;
        }
        self.states = after;
        invariants::hold(&self.world, self.now)
    }

    fn wait(&mut self, totals: &mut Totals) -> Done {
        let span = match self.below(6) {
            0 => SignedDuration::ZERO,
            1 => SignedDuration::from_secs(5),
            2 => SignedDuration::from_secs(61),
            3 => SignedDuration::from_mins(31),
            4 => SignedDuration::from_hours(26),
            _ => SignedDuration::from_hours(24 * 5),
        };
        self.pass(span, totals).map(|()| true)
    }

    fn pass(&mut self, span: SignedDuration, totals: &mut Totals) -> Result<(), Wrong> {
        let until = self.now.plus(span);
        while let Some((at, _)) = self.world.run_next(until) {
            if at < self.now {
                return Err("time ran backwards".to_owned());
            }
            self.now = at;
            self.judge(totals)?;
        }
        self.now = until;
        Ok(())
    }

    fn create_link(&mut self) -> Done {
        let biller = if self.below(4) == 0 { None } else { Some(Biller::Electric) };
        let new = NewLink {
            client_id: Self::client(),
            user_id: UserId::new("user"),
            consents: vec!["bills".to_owned()],
            redirect_uri: None,
            biller,
            request_id: None,
        };
        let id = self.world.create_link(self.now, new, &Cause::nobody());
        self.links.push(id);
        Ok(true)
    }

    fn submit(&mut self) -> Done {
        let Some(id) = self.one_of(&self.links.clone()) else { return Ok(false) };
        let numbers = Scenario::ALL.map(Scenario::account_number);
        let number = self.one_of(&numbers).unwrap_or("1");
        let number = match self.below(6) {
            0 => "12345",
            1 | 2 => "4000000003",
            3 => "4242424242",
            _ => number,
        };
        let biller = (self.below(3) > 0).then_some(Biller::Electric);
        outcome(&self.world.submit_credentials(self.now, &Self::client(), &id, number, biller))
    }

    fn code(&mut self) -> Done {
        let Some(id) = self.link_that_is("awaits-code") else { return Ok(false) };
        let code = if self.below(3) == 0 { "123456" } else { "000000" };
        outcome(&self.world.submit_code(self.now, &Self::client(), &id, code))
    }

    /// A flow that stands there, most of the time; otherwise any.
    fn link_that_is(&mut self, state: &str) -> Option<LinkId> {
        let there = self.world.links.iter().filter(|link| link.state.name() == state);
        let there: Vec<LinkId> = there.map(|link| link.id.clone()).collect();
        let any = there.is_empty() || self.below(4) == 0;
        if any { self.one_of(&self.links.clone()) } else { self.one_of(&there) }
    }

    fn discover(&mut self) -> Done {
        let Some(id) = self.link_that_is("logged-in") else { return Ok(false) };
        outcome(&self.world.discover_accounts(self.now, &Self::client(), &id))
    }

    fn complete(&mut self) -> Done {
        let Some(id) = self.link_that_is("discovered") else { return Ok(false) };
        let account = ["da_1", "da_2", "da_9"][usize::try_from(self.below(3)).unwrap_or_default()];
        let before = self.world.accounts.len();
        let result = self.world.complete_link(self.now, &Self::client(), &id, account, &Cause::nobody());
        match result {
            Ok(Ok(completion)) => {
                self.public_tokens.push(completion.public_token);
                let newest = self.world.accounts.iter().last().map(|account| account.id.clone());
                self.accounts.extend(newest);
                if self.world.accounts.len() == before + 1 {
                    Ok(true)
                } else {
                    Err("not one account".to_owned())
                }
            }
            Ok(Err(_)) | Err(_) if self.world.accounts.len() == before => Ok(false),
            _ => Err("a refused flow made an account".to_owned()),
        }
    }

    fn exchange(&mut self) -> Done {
        let token = self.one_of(&self.public_tokens.clone()).unwrap_or_default();
        let first = self.world.exchange(self.now, &Self::client(), &token);
        if first.is_ok() && self.world.exchange(self.now, &Self::client(), &token).is_ok() {
            return Err("a public token worked twice".to_owned());
        }
        Ok(first.is_ok())
    }

    fn leave(&mut self) -> Done {
        let Some(id) = self.one_of(&self.links.clone()) else { return Ok(false) };
        Ok(self.world.user_leaves(self.now, &id).is_ok())
    }

    /// With an idempotency key, twice: one effect.
    fn create_request(&mut self, totals: &mut Totals) -> Done {
        self.keys += 1;
        let key = self.keys.to_string();
        let place = || Place::new(FIRST_CLIENT, "POST", "/request-to-link/create", &key);
        let repeats = 1 + self.below(3);
        let before = self.world.requests.len();
        for _ in 0..repeats {
            if self.kept.find(self.now, &place()).is_some() {
                totals.replays += 1;
                continue;
            }
            let (now, client) = (self.now, Self::client());
            let id = self.world.create_request(now, &client, UserId::new("u"), None, None, &Cause::nobody());
            self.kept.keep(now, place(), b"{}", 201, id.as_str().as_bytes());
            self.requests.push(id);
        }
        if self.world.requests.len() == before + 1 {
            Ok(true)
        } else {
            Err("not one effect for one key".to_owned())
        }
    }

    fn answer(&mut self) -> Done {
        let Some(id) = self.one_of(&self.requests.clone()) else { return Ok(false) };
        let answer = match self.below(5) {
            0 => RequestAnswer::Cancel,
            1 => RequestAnswer::Expire,
            _ => RequestAnswer::Begin,
        };
        let accepted = self.world.user_answers(self.now, &id, answer).is_ok();
        let link = self.world.request(&id).and_then(|request| request.link_id.clone());
        if let (true, RequestAnswer::Begin, Some(link)) = (accepted, answer, link) {
            self.links.push(link);
        }
        Ok(accepted)
    }

    fn link_account(&mut self) -> Done {
        let numbers = Scenario::ALL.map(Scenario::account_number);
        let number = self.one_of(&numbers).unwrap_or("99").to_owned();
        let new = NewAccount {
            client_id: Self::client(),
            user_id: UserId::new("user"),
            biller: Biller::Gas,
            account_number: number,
        };
        let id = self.world.link_account(self.now, new).map_err(|error| error.to_string())?;
        self.accounts.push(id);
        Ok(true)
    }

    fn status(&mut self) -> Done {
        let Some(id) = self.one_of(&self.accounts.clone()) else { return Ok(false) };
        let status = match self.below(8) {
            0 => AccountStatus::Disconnected,
            1 | 2 => AccountStatus::Inactive,
            3 => AccountStatus::Error,
            _ => AccountStatus::Active,
        };
        Ok(self.world.account_becomes(self.now, &id, status).is_ok())
    }

    fn issue(&mut self) -> Done {
        let Some(id) = self.one_of(&self.accounts.clone()) else { return Ok(false) };
        let cents = i64::try_from(self.below(50_000)).unwrap_or_default() - 5_000;
        Ok(self.world.biller_issues(self.now, &id, BillToCome::of(cents)).is_ok())
    }

    fn change(&mut self) -> Done {
        let bills: Vec<BillId> = self.world.bills.iter().map(|bill| bill.id.clone()).collect();
        let Some(id) = self.one_of(&bills) else { return Ok(false) };
        let cents = i64::try_from(self.below(50_000)).unwrap_or_default() - 5_000;
        Ok(self.world.biller_changes(&id, BillChange::to_amount(cents)).is_ok())
    }

    fn outage(&mut self) -> Done {
        let id = self.one_of(&self.accounts.clone()).filter(|_| self.below(5) > 0);
        Ok(id.is_some_and(|id| self.world.biller_goes_down(&id).is_ok()))
    }

    fn sync(&mut self) -> Done {
        let Some(id) = self.one_of(&self.accounts.clone()) else { return Ok(false) };
        let force = self.below(2) == 0;
        Ok(self.world.trigger_sync(self.now, &Self::client(), &id, force, &Cause::nobody()).is_ok())
    }

    /// Turns the pages of an account's bills while new ones may come: nothing repeats, nothing is skipped.
    fn turn_pages(&mut self, totals: &mut Totals) -> Done {
        let Some(id) = self.one_of(&self.accounts.clone()) else { return Ok(true) };
        let limit = u32::try_from(1 + self.below(4)).unwrap_or(1);
        let question = Question::new(["bills", id.as_str()]);
        let Some(account) = self.world.account(&id).cloned() else { return Err("no account".to_owned()) };
        let expected: Vec<BillId> = account.bills.iter().rev().cloned().collect();
        let (mut seen, mut next): (Vec<BillId>, Option<String>) = (Vec::new(), None);
        loop {
            totals.pages += 1;
            let account = self.world.account(&id).ok_or("no account")?;
            let bills = self.world.bills_of(self.now, account, &BillFilter::default());
            let wanted = Wanted { limit: Some(limit), cursor: next.as_deref(), usual: 25 };
            let part = cursor::page(self.now, &question, &wanted, bills, |bill| bill.number)
                .map_err(|error: ApiError| error.message)?;
            seen.extend(part.items.iter().map(|bill| bill.id.clone()));
            next = part.next_cursor;
            if next.is_none() {
                break;
            }
            if self.below(3) == 0 {
                let (now, source) = (self.now, BillSource::Email);
                let content = Scenario::Success.bills(Biller::Water, now.day().into()).remove(0);
                self.world.bill_is_found(now, &id, source, content, &Cause::nobody());
            }
        }
        if seen == expected { Ok(true) } else { Err(format!("pages gave {seen:?} of {expected:?}")) }
    }

    fn snapshot(&mut self) -> Done {
        let text = serde_json::to_string(&self.world).map_err(|error| error.to_string())?;
        let restored: World = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if serde_json::to_string(&restored).map_err(|error| error.to_string())? != text {
            return Err("a snapshot came back as another world".to_owned());
        }
        // What was told but not collected is no part of it, and there is none between steps.
        self.world = restored;
        Ok(true)
    }
}

/// Whether a step of the flow was accepted.
fn outcome(result: &Result<StepResult, ApiError>) -> Done {
    Ok(matches!(result, Ok(StepResult::Accepted | StepResult::MfaRequired | StepResult::Discovered { .. })))
}
