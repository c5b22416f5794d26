//! The running check of credentials: challenges first, then the outcome.

use serde::{Deserialize, Serialize};

use super::auth::{Auth, AuthItem, AuthStatus, NewAuth};
use super::bill_data::BillPlan;
use super::hold::Hold;
use super::ids::{AuthId, BillId, PaymentMethodId};
use super::mfa::{self, Challenge, ChallengeKind, Question, StepAnswer, Verdict};
use super::swap::SwapPlan;
use super::{Effect, News, World, pace};
use crate::api_error::ApiError;
use crate::moment::Moment;
use crate::schedule::EntryKey;

/// What the company will do with these credentials. Worked out when they arrive, so that they need not be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plan {
    /// Asked in this order before the result.
    pub(crate) challenges: Vec<ChallengeKind>,
    pub(crate) result: PlannedResult,
    /// What is found once the login is verified.
    pub(crate) bill: BillPlan,
    pub(crate) swap: SwapPlan,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum PlannedResult {
    Verified,
    /// The credentials are stored but not valid any more.
    Authenticate,
    Hold {
        hold: Hold,
    },
    /// The company refuses the credentials.
    Failed,
}

/// A validation on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    pub(super) work: Work,
    challenges: Vec<ChallengeKind>,
    result: PlannedResult,
    pub(super) stage: Stage,
}

/// What is done once the login is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Work {
    pub(super) items: Vec<AuthItem>,
    pub(super) payment_method_id: Option<PaymentMethodId>,
    bill_id: Option<BillId>,
    /// What the fetch finds; none: what is known already.
    bill: Option<BillPlan>,
    pub(super) swap: SwapPlan,
}

impl Work {
    /// What a good login does that nobody asked for: everything is fetched again and is as it was.
    pub(super) fn of_background(auth: &Auth) -> Self {
        let items = auth.items.iter().copied().filter(|item| *item != AuthItem::Payment).collect();
        Self { items, payment_method_id: None, bill_id: None, bill: None, swap: auth.swap_plan }
    }
}

/// A validation that a hold interrupted, and how it would have gone on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unfinished {
    work: Work,
    challenges: Vec<ChallengeKind>,
    result: PlannedResult,
    /// Asked and never answered; they can be answered later.
    pub(super) questions: Vec<Question>,
}

impl Unfinished {
    /// The login was verified before, and nothing but the hold stands in the way.
    pub(super) fn of_background(auth: &Auth) -> Self {
        Self {
            work: Work::of_background(auth),
            challenges: Vec::new(),
            result: PlannedResult::Verified,
            questions: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Stage {
    /// The company is looking at the credentials or at an answer.
    Checking { verdict: Verdict, entry: EntryKey },
    /// The company waits for an answer.
    Challenged { challenge: Challenge, timeout: EntryKey },
}

impl Run {
    /// The open challenge, if the company waits for an answer.
    pub(crate) fn challenge(&self) -> Option<&Challenge> {
        match &self.stage {
            Stage::Challenged { challenge, .. } => Some(challenge),
            Stage::Checking { .. } => None,
        }
    }

    /// When the company will have looked, while it looks.
    fn check(&self) -> Option<EntryKey> {
        match &self.stage {
            Stage::Checking { entry, .. } => Some(*entry),
            Stage::Challenged { .. } => None,
        }
    }

    fn entry(&self) -> EntryKey {
        match &self.stage {
            Stage::Checking { entry, .. } => *entry,
            Stage::Challenged { timeout, .. } => *timeout,
        }
    }
}

impl World {
    pub(super) fn start_validation(&mut self, now: Moment, id: &AuthId, new: &NewAuth, plan: Plan) {
        self.stop_validation(id);
        let entry =
            self.schedule.add(now.plus(pace::VALIDATION), Effect::ContinueValidation { auth_id: id.clone() });
        if let Some(auth) = self.auths.find_mut(id) {
            for item in &new.items {
                if !auth.items.contains(item) {
                    auth.items.push(*item);
                }
            }
            auth.unfinished = None;
            auth.run = Some(Run {
                work: Work {
                    items: new.items.clone(),
                    payment_method_id: new.payment_method_id.clone(),
                    bill_id: new.bill_id.clone(),
                    bill: Some(plan.bill),
                    swap: plan.swap,
                },
                challenges: plan.challenges,
                result: plan.result,
                stage: Stage::Checking { verdict: Verdict::Passed, entry },
            });
        }
    }

    /// Brings a login to the end of what the company says by itself, for a caller who waits: to a challenge or to a result,
    /// with the data of its bills.
    ///
    /// Source: Unbill v1 description, section 10 "Behaviour an emulator must keep".
    pub(crate) fn answer_at_once(&mut self, now: Moment, id: &AuthId) {
        while let Some(entry) = self.auth(id).and_then(|auth| auth.run.as_ref()).and_then(Run::check) {
            self.schedule.remove(entry);
            self.continue_validation(now, id);
        }
        let bills = self.auth(id).map(|auth| auth.bills.clone()).unwrap_or_default();
        for bill_id in bills {
            self.fetch_at_once(now, &bill_id);
        }
    }

    /// Lets a running validation end without a result; its token is dead.
    pub(super) fn stop_validation(&mut self, id: &AuthId) {
        if let Some(run) = self.auths.find_mut(id).and_then(|auth| auth.run.take()) {
            self.schedule.remove(run.entry());
        }
    }

    /// The answer was given: the company looks at it.
    pub(super) fn check_answer(&mut self, now: Moment, id: &AuthId, verdict: Verdict) {
        let entry =
            self.schedule.add(now.plus(pace::STEP), Effect::ContinueValidation { auth_id: id.clone() });
        let Some(run) = self.auths.find_mut(id).and_then(|auth| auth.run.as_mut()) else { return };
        let before = run.entry();
        run.stage = Stage::Checking { verdict, entry };
        self.schedule.remove(before);
    }

    /// Goes on with an interrupted validation at the point where a hold interrupted it.
    fn go_on(&mut self, now: Moment, id: &AuthId, unfinished: Unfinished, verdict: Verdict) {
        self.stop_validation(id);
        let entry =
            self.schedule.add(now.plus(pace::VALIDATION), Effect::ContinueValidation { auth_id: id.clone() });
        let Unfinished { work, challenges, result, .. } = unfinished;
        if let Some(auth) = self.auths.find_mut(id) {
            auth.run = Some(Run { work, challenges, result, stage: Stage::Checking { verdict, entry } });
        }
    }

    /// The user says that the reason of a hold is gone: the company looks again. A login that was never finished is
    /// not finished by this; it goes back on hold.
    ///
    /// Source: Q2 Biller Direct description, sections 4.1.4 and 12.1.
    pub(crate) fn fix_hold(&mut self, now: Moment, id: &AuthId) -> Result<(), ApiError> {
        let auth = self.auth_in_path(id)?;
        let hold = auth.hold.filter(|_| auth.status == AuthStatus::Hold);
        let hold = hold.ok_or_else(|| ApiError::bad_request("The auth is not on hold."))?;
        if auth.run.is_some() {
            return Err(ApiError::bad_request(
                "The login is being checked again already; wait for the event.",
            ));
        }
        let Some(mut unfinished) = auth.unfinished.clone() else {
            return Err(ApiError::bad_request("Nothing is known of this hold; create the auth again."));
        };
        unfinished.challenges.clear();
        unfinished.result = match hold.after_fix() {
            Some(hold) => PlannedResult::Hold { hold },
            None => PlannedResult::Verified,
        };
        self.go_on(now, id, unfinished, Verdict::Passed);
        Ok(())
    }

    /// Answers stored questions: those of an open challenge without its token, or those that nobody answered in time.
    ///
    /// Source: Q2 Biller Direct description, sections 4.1.5 and 12.2 (the second case is inferred from "later").
    pub(crate) fn answer_questions(
        &mut self,
        now: Moment,
        id: &AuthId,
        answers: &[StepAnswer],
    ) -> Result<(), ApiError> {
        let auth = self.auth_in_path(id)?;
        if let Some(challenge) = auth.run.as_ref().and_then(Run::challenge) {
            if !challenge.asks_questions() {
                return Err(ApiError::bad_request(
                    "The auth waits for no answers to questions; reply to the challenge with POST /auth/step.",
                ));
            }
            let verdict = challenge.judge(answers)?;
            self.check_answer(now, id, verdict);
            return Ok(());
        }
        let unfinished = auth.unfinished.as_ref().filter(|_| auth.run.is_none());
        let Some(unfinished) = unfinished.filter(|unfinished| !unfinished.questions.is_empty()).cloned()
        else {
            return Err(ApiError::bad_request("The auth has no open questions."));
        };
        let verdict = mfa::judge_questions(&unfinished.questions, answers)?;
        self.go_on(now, id, unfinished, verdict);
        Ok(())
    }

    pub(super) fn continue_validation(&mut self, now: Moment, id: &AuthId) {
        let Some(run) = self.auths.find_mut(id).and_then(|auth| auth.run.as_mut()) else { return };
        let Stage::Checking { verdict, .. } = run.stage.clone() else { return };
        match verdict {
            Verdict::Wrong => {
                let result = self.manner.wrong_answer.clone();
                self.conclude(now, id, &result);
            }
            Verdict::SendCode { destination } => self.ask_for_code(now, id, destination),
            Verdict::Passed if run.challenges.is_empty() => {
                let result = run.result.clone();
                self.conclude(now, id, &result);
            }
            Verdict::Passed => {
                let kind = run.challenges.remove(0);
                self.ask(now, id, kind);
            }
        }
    }

    pub(super) fn challenge_times_out(&mut self, now: Moment, id: &AuthId) {
        let challenge = self.auth(id).and_then(|auth| auth.run.as_ref()).and_then(Run::challenge);
        let Some(questions) = challenge.map(Challenge::questions) else { return };
        let result = self.manner.no_answer.clone();
        self.conclude(now, id, &result);
        if let Some(unfinished) = self.auths.find_mut(id).and_then(|auth| auth.unfinished.as_mut()) {
            unfinished.questions = questions;
        }
    }

    /// Puts a challenge to the client.
    pub(super) fn challenge(&mut self, now: Moment, id: &AuthId, challenge: Challenge) {
        let timeout = self
            .schedule
            .add(now.plus(self.manner.challenge_lasts), Effect::ChallengeTimesOut { auth_id: id.clone() });
        let Some(auth) = self.auths.find_mut(id) else { return };
        auth.status = AuthStatus::MfaRequired;
        auth.hold = None;
        if let Some(run) = auth.run.as_mut() {
            let before = run.entry();
            run.stage = Stage::Challenged { challenge, timeout };
            self.schedule.remove(before);
        }
        self.tell(now, &News::SecurityInputRequired(id));
    }

    fn conclude(&mut self, now: Moment, id: &AuthId, result: &PlannedResult) {
        let Some(run) = self.auths.find_mut(id).and_then(|auth| auth.run.take()) else { return };
        match result {
            PlannedResult::Verified => self.verified(now, id, &run.work),
            PlannedResult::Authenticate => {
                self.set_status(id, AuthStatus::Authenticate, None);
                self.tell(now, &News::AuthInvalid(id));
            }
            PlannedResult::Hold { hold } => {
                let Run { work, challenges, result, .. } = run;
                let unfinished = Unfinished { work, challenges, result, questions: Vec::new() };
                self.put_on_hold(now, id, *hold, unfinished);
            }
            PlannedResult::Failed => self.failed(now, id),
        }
    }

    /// Stops everything that happens at this login and says why; `unfinished` is how it goes on when the hold ends.
    pub(super) fn put_on_hold(&mut self, now: Moment, id: &AuthId, hold: Hold, unfinished: Unfinished) {
        self.set_status(id, AuthStatus::Hold, Some(hold));
        self.cancel_payments_of(now, id);
        self.hold_swap(id, &unfinished.work);
        if let Some(auth) = self.auths.find_mut(id) {
            auth.unfinished = Some(unfinished);
            auth.has_been_on_hold = true;
        }
        self.tell(now, &News::AuthHold(id));
    }

    /// Asks new questions at a login that was verified; with the right answers it is so again.
    pub(super) fn ask_in_background(&mut self, now: Moment, id: &AuthId) {
        let Some(auth) = self.auths.find(id) else { return };
        let work = Work::of_background(auth);
        let entry = self.schedule.add(now, Effect::ContinueValidation { auth_id: id.clone() });
        if let Some(auth) = self.auths.find_mut(id) {
            auth.run = Some(Run {
                work,
                challenges: Vec::new(),
                result: PlannedResult::Verified,
                stage: Stage::Checking { verdict: Verdict::Passed, entry },
            });
        }
        self.ask(now, id, ChallengeKind::Questions);
    }

    fn verified(&mut self, now: Moment, id: &AuthId, work: &Work) {
        let Some(auth) = self.auths.find_mut(id) else { return };
        auth.unfinished = None;
        auth.swap_plan = work.swap;
        let is_new = !std::mem::replace(&mut auth.has_been_verified, true);
        let known_bills = auth.bills.clone();
        self.set_status(id, AuthStatus::Verified, None);
        if is_new && self.event_switches.auth_created {
            self.tell(now, &News::AuthCreated(id));
        }
        self.tell(now, &News::AuthSuccess(id));
        if work.items.contains(&AuthItem::Bill) {
            self.fetch_bills(now, id, work, &known_bills);
        }
        if let (true, Some(bill_id), Some(method_id)) =
            (work.items.contains(&AuthItem::Payment), &work.bill_id, &work.payment_method_id)
        {
            self.pay_in_presence(now, bill_id, method_id);
        }
        self.swap_after_login(now, id, work);
    }

    /// Finds the bill of a new login, or fetches the known ones again: the one that was asked for, else the first one,
    /// with what the credentials promise of it, the others as they were.
    fn fetch_bills(&mut self, now: Moment, id: &AuthId, work: &Work, known: &[BillId]) {
        if known.is_empty() {
            let made = work.bill.clone().and_then(|plan| self.create_bill(now, id, plan));
            if let (Some(bill_id), Some(method_id)) = (made, &work.payment_method_id) {
                self.assign_if_fitting(method_id, &bill_id);
            }
            return;
        }
        let meant = work.bill_id.as_ref().or(known.first());
        for bill_id in known {
            let to_be_paid =
                work.items.contains(&AuthItem::Payment) && work.bill_id.as_ref() == Some(bill_id);
            match &work.bill {
                // A bill that is to be paid now keeps its data.
                _ if to_be_paid => {}
                Some(plan) if meant == Some(bill_id) => self.refresh_meant_bill(now, bill_id, plan),
                _ => self.refresh_known_bill(now, bill_id),
            }
        }
    }

    /// `meta.paymentMethodId` asks for an assignment; a method of the wrong kind is left alone.
    fn assign_if_fitting(&mut self, method_id: &PaymentMethodId, bill_id: &BillId) {
        let Some(bill) = self.bill(bill_id) else { return };
        let required = self.company(&bill.company_id).and_then(|company| company.required_payment);
        let fits = self
            .payment_method(method_id)
            .is_some_and(|method| method.is_usable() && required.is_none_or(|kind| kind == method.kind()));
        if fits {
            self.assign(method_id, bill_id);
        }
    }

    /// Bad credentials: a new auth is forgotten, a known one has to authenticate again.
    ///
    /// Source: Q2 Biller Direct description, sections 11.3 and 12.1 (which event goes with which is inferred).
    fn failed(&mut self, now: Moment, id: &AuthId) {
        let is_new = self.auth(id).is_some_and(|auth| self.is_unfinished(auth));
        if is_new && self.event_switches.auth_failed {
            self.tell(now, &News::AuthFailed(id));
        } else {
            self.tell(now, &News::AuthInvalid(id));
        }
        if !is_new {
            self.set_status(id, AuthStatus::Authenticate, None);
            return;
        }
        if let Some(client) = self.auths.remove(id).and_then(|auth| self.clients.find_mut(&auth.client_id)) {
            client.auths.retain(|known| known != id);
        }
    }

    /// A login that nobody was told of, and of which nothing is to be left if it fails.
    fn is_unfinished(&self, auth: &Auth) -> bool {
        match auth.status {
            AuthStatus::Validating => true,
            AuthStatus::MfaRequired => self.manner.forgets_unanswered && !auth.is_told(),
            _ => false,
        }
    }

    fn set_status(&mut self, id: &AuthId, status: AuthStatus, hold: Option<Hold>) {
        if let Some(auth) = self.auths.find_mut(id) {
            auth.status = status;
            auth.hold = hold;
        }
    }

    pub(super) fn cancel_payments_of(&mut self, now: Moment, id: &AuthId) {
        let bills = self.auth(id).map(|auth| auth.bills.clone()).unwrap_or_default();
        for bill_id in bills {
            self.cancel_by_system(now, &bill_id);
        }
    }
}
