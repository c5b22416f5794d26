//! Security challenges: questions, codes and prompts, and the answers to them.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::auth::Auth;
use super::ids::{AuthId, ClientId};
use super::{Effect, World, pace};
use crate::api_error::ApiError;
use crate::moment::Moment;

/// The code that every company of the sandbox sends.
///
/// Source: Q2 Biller Direct description, section 11.2 (inferred).
pub(crate) const RIGHT_CODE: &str = "123456";
/// The one answer to a question that is not right.
const WRONG_ANSWER: &str = "wrong";

const QUESTIONS: [&str; 2] = ["What is your mother's maiden name?", "What is your favorite color?"];
const PROMPT: &str = "Verify your login with your mobile device";

/// What a company asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChallengeKind {
    Questions,
    Code,
    Prompt,
}

/// The word on the wire for a kind of challenge or reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MfaMethod {
    Questions,
    Code,
    Prompt,
}

impl MfaMethod {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Questions => "questions",
            Self::Code => "code",
            Self::Prompt => "prompt",
        }
    }
}

/// A challenge that waits for its answer; its token is good for one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Challenge {
    pub(crate) token: String,
    pub(crate) asked_at: Moment,
    pub(crate) ask: Ask,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Ask {
    Questions {
        questions: Vec<Question>,
    },
    Destination {
        destinations: Vec<Destination>,
    },
    /// The follow-up of a destination: the code that was sent there.
    Code {
        question: Question,
        destination: Destination,
    },
    Prompt {
        request: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Question {
    pub(crate) identifier: String,
    pub(crate) question: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Destination {
    pub(crate) kind: String,
    pub(crate) mask: String,
    pub(crate) identifier: String,
    pub(crate) label: String,
}

impl Challenge {
    /// The method the webhook names; the follow-up of a code says `questions` (trap T23).
    pub(crate) fn method(&self) -> MfaMethod {
        match self.ask {
            Ask::Questions { .. } | Ask::Code { .. } => MfaMethod::Questions,
            Ask::Destination { .. } => MfaMethod::Code,
            Ask::Prompt { .. } => MfaMethod::Prompt,
        }
    }

    /// Asking for the code again is offered.
    pub(crate) fn shows_retry(&self) -> bool {
        matches!(self.ask, Ask::Code { .. })
    }

    /// It is answered with text: security questions, or the question for a code.
    pub(super) fn asks_questions(&self) -> bool {
        matches!(self.ask, Ask::Questions { .. } | Ask::Code { .. })
    }

    /// The security questions; a code that was sent is none, it is of no use later.
    pub(super) fn questions(&self) -> Vec<Question> {
        match &self.ask {
            Ask::Questions { questions } => questions.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn judge(&self, answers: &[StepAnswer]) -> Result<Verdict, ApiError> {
        judge(&self.ask, answers)
    }

    fn accepts(&self, method: MfaMethod) -> bool {
        method == self.method() || (matches!(self.ask, Ask::Code { .. }) && method == MfaMethod::Code)
    }
}

/// How an answer goes on, decided when it arrives and told when the company has looked at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Verdict {
    Passed,
    SendCode { destination: Destination },
    Wrong,
}

/// A reply to a challenge; no `Debug`, it holds the answers.
pub(crate) struct StepInput {
    pub(crate) token: String,
    pub(crate) method: MfaMethod,
    pub(crate) answers: Vec<StepAnswer>,
    pub(crate) did_not_receive_code: bool,
}

pub(crate) struct StepAnswer {
    pub(crate) identifier: String,
    pub(crate) answer: Option<String>,
}

impl World {
    /// Takes a reply. Only its form is judged here; whether it is right is told by a later event.
    ///
    /// Source: Q2 Biller Direct description, sections 4.1.2 and 12.2.
    pub(crate) fn answer_challenge(&mut self, now: Moment, step: &StepInput) -> Result<(), ApiError> {
        let (auth_id, challenge) = self.challenged(now, &step.token)?;
        if !challenge.accepts(step.method) {
            return Err(ApiError::bad_request(format!(
                "The challenge was of the method \"{}\", the reply is of \"{}\".",
                challenge.method().as_str(),
                step.method.as_str()
            )));
        }
        let verdict = if step.did_not_receive_code {
            self.check_retry(now, &challenge)?
        } else {
            challenge.judge(&step.answers)?
        };
        self.check_answer(now, &auth_id, verdict);
        Ok(())
    }

    /// The client whose challenge has this token.
    pub(crate) fn client_of_challenge(&self, now: Moment, token: &str) -> Option<&ClientId> {
        self.find_challenge(now, token).map(|(auth, _)| &auth.client_id)
    }

    fn challenged(&self, now: Moment, token: &str) -> Result<(AuthId, Challenge), ApiError> {
        let (auth, challenge) = self.find_challenge(now, token).ok_or_else(|| {
            ApiError::bad_request("The token belongs to no open challenge: it is unknown, used or expired.")
        })?;
        Ok((auth.id.clone(), challenge.clone()))
    }

    /// Every open challenge has its timeout in the schedule, and not far ahead: that is a shorter list than all auths.
    pub(crate) fn find_challenge(&self, now: Moment, token: &str) -> Option<(&Auth, &Challenge)> {
        self.schedule.due_until(now.plus(self.manner.challenge_lasts)).find_map(|effect| {
            let Effect::ChallengeTimesOut { auth_id } = effect else { return None };
            let auth = self.auth(auth_id)?;
            Some((auth, open_challenge(auth, token)?))
        })
    }

    fn check_retry(&self, now: Moment, challenge: &Challenge) -> Result<Verdict, ApiError> {
        let Ask::Code { destination, .. } = &challenge.ask else {
            return Err(ApiError::bad_request(
                "didNotReceiveCode answers only a challenge that came with showRetry: true.",
            ));
        };
        let waited: SignedDuration = now.timestamp().duration_since(challenge.asked_at.timestamp());
        if self.rules.strict_code_retry && waited < pace::RETRY_WAIT {
            return Err(ApiError::bad_request("Wait at least 30 seconds before asking for another code."));
        }
        Ok(Verdict::SendCode { destination: destination.clone() })
    }

    /// Puts a challenge of `kind` to the client.
    pub(super) fn ask(&mut self, now: Moment, id: &AuthId, kind: ChallengeKind) {
        let ask = match kind {
            ChallengeKind::Questions => Ask::Questions {
                questions: QUESTIONS.map(|question| self.question(question.to_owned())).to_vec(),
            },
            ChallengeKind::Code => Ask::Destination {
                destinations: vec![
                    self.destination("text", "xxx-xxx-1234", "Text"),
                    self.destination("email", "e..e@example.com", "Email"),
                    self.destination("phone", "xxx-xxx-1234", "Call"),
                ],
            },
            ChallengeKind::Prompt => Ask::Prompt { request: PROMPT.to_owned() },
        };
        self.put(now, id, ask);
    }

    /// Asks for the code that was just sent.
    pub(super) fn ask_for_code(&mut self, now: Moment, id: &AuthId, destination: Destination) {
        let question = self.question(format!("What is the code sent to {}?", destination.mask));
        self.put(now, id, Ask::Code { question, destination });
    }

    fn put(&mut self, now: Moment, id: &AuthId, ask: Ask) {
        let token = self.seed.id("challenge");
        self.challenge(now, id, Challenge { token, asked_at: now, ask });
    }

    fn question(&mut self, question: String) -> Question {
        Question { identifier: self.seed.identifier("question"), question }
    }

    fn destination(&mut self, kind: &str, mask: &str, word: &str) -> Destination {
        Destination {
            kind: kind.to_owned(),
            mask: mask.to_owned(),
            identifier: self.seed.identifier("destination"),
            label: format!("{word}: {mask}"),
        }
    }
}

fn open_challenge<'a>(auth: &'a Auth, token: &str) -> Option<&'a Challenge> {
    auth.run.as_ref()?.challenge().filter(|challenge| challenge.token == token)
}

fn judge(ask: &Ask, answers: &[StepAnswer]) -> Result<Verdict, ApiError> {
    match ask {
        Ask::Questions { questions } => judge_questions(questions, answers),
        Ask::Code { question, .. } => {
            let given = answers_to(std::slice::from_ref(question), answers)?;
            Ok(if given == [RIGHT_CODE] { Verdict::Passed } else { Verdict::Wrong })
        }
        Ask::Destination { destinations } => {
            let [answer] = answers else {
                return Err(ApiError::bad_request(
                    "Please provide one identifier in security: where the code goes.",
                ));
            };
            let destination = destinations.iter().find(|known| known.identifier == answer.identifier);
            let destination = destination.ok_or_else(unknown_identifier)?;
            Ok(Verdict::SendCode { destination: destination.clone() })
        }
        // There is nothing to answer: the reply says that the prompt was confirmed.
        Ask::Prompt { .. } => Ok(Verdict::Passed),
    }
}

pub(super) fn judge_questions(questions: &[Question], answers: &[StepAnswer]) -> Result<Verdict, ApiError> {
    let wrong = answers_to(questions, answers)?.contains(&WRONG_ANSWER);
    Ok(if wrong { Verdict::Wrong } else { Verdict::Passed })
}

/// The answers in the order of the questions; every question needs one.
fn answers_to<'a>(questions: &[Question], answers: &'a [StepAnswer]) -> Result<Vec<&'a str>, ApiError> {
    let known =
        |answer: &StepAnswer| questions.iter().any(|question| question.identifier == answer.identifier);
    if !answers.iter().all(known) {
        return Err(unknown_identifier());
    }
    questions
        .iter()
        .map(|question| {
            answers
                .iter()
                .find(|answer| answer.identifier == question.identifier)
                .and_then(|answer| answer.answer.as_deref())
                .filter(|answer| !answer.trim().is_empty())
                .ok_or_else(|| {
                    ApiError::bad_request(format!("Please provide an answer for {}.", question.identifier))
                })
        })
        .collect()
}

fn unknown_identifier() -> ApiError {
    ApiError::bad_request("An identifier is none of the challenge's.")
}
