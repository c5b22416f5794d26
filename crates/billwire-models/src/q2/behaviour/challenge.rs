//! From a challenge to the one right form of its answer.
//!
//! A company may ask for more than name and password. The question arrives in two places: as the event
//! `auth.security-input-required` while a login is running, answered with `stepAuth`; and later in the status of an auth,
//! answered with `answerQuestions`. [`Challenge`] tells the cases apart, and each case offers only what may be sent for it.
//!
//! Nothing here knows the time: it is an argument.
//!
//! Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step", section 4.1.5, section
//! 12.2 "MFA", and section 3.2 "Trap table", traps T21, T22 and T23.

use jiff::{SignedDuration, Timestamp};

use super::challenge_answer::{self as answer, Question};
use super::{InvalidStep, InvalidStepKind, StoredQuestions};
use crate::q2::{
    Auth, AuthId, AuthStatusType, Company, Event, EventData, MfaDestinationType, MfaInput, MfaMethod,
    SecurityChallenge, StepAuth,
};
use crate::scalar::Secret;

/// How long after the challenge a code may be asked for again, at the earliest.
const RESEND_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// How long a challenge waits for its answer (inferred).
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// What a company wants to know before it lets the service in. New variants may be added: always have a `_` arm.
///
/// ```
/// use billwire_models::q2::behaviour::{Challenge, EventBody};
///
/// let body = br#"{"event": {
///     "_id": "580e3e11dec21e861b5a371c", "type": "auth.security-input-required", "created": "2022-02-24T19:46:51.685Z",
///     "payload": {"resource": {"id": "6217deda4c94a9f552489392", "type": "client"}, "data": {
///         "method": "questions", "showRetry": true, "token": "6218f985494a186f08983ec2",
///         "input": [{"identifier": "QMbuXxBKqnDvYC", "question": "What is the code sent to xxx-xxx-1234?"}]}}
/// }}"#;
/// let event = EventBody::decode(body)?.into_event()?;
/// let received = "2022-02-24T19:46:52Z".parse()?;
/// let Some(Challenge::Code(code)) = Challenge::from_event(&event, received) else { panic!("a code is asked for") };
///
/// let step = code.answer("44555")?;
/// assert_eq!(
///     serde_json::to_string(&step)?,
///     r#"{"token":"6218f985494a186f08983ec2","method":"questions","security":[{"identifier":"QMbuXxBKqnDvYC","answer":"44555"}]}"#
/// );
/// let resend = code.resend().expect("it is offered");
/// assert_eq!(resend.earliest().to_string(), "2022-02-24T19:47:21.685Z");
/// assert!(resend.request("2022-02-24T19:47:00Z".parse()?).is_err(), "too early");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Q2 Biller Direct description, section 12.2 "MFA".
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Challenge {
    /// Security questions of a login that is running. Send the answers with `stepAuth`.
    Questions(Questions),
    /// Where is the code to be sent? Send the choice with `stepAuth`; a second challenge asks for the code.
    ChooseDestination(DestinationChoice),
    /// Which code arrived? Send it with `stepAuth`.
    Code(CodeRequest),
    /// The user confirms on a device. Then say so with `stepAuth`.
    Prompt(Prompt),
    /// Security questions that an auth keeps until somebody answers. Send the answers with `answerQuestions`.
    Stored(StoredQuestions),
    /// The auth wants security input that cannot be stored: the user has to be there. Send `createAuth` again for the
    /// same client and company, or open Connect; a challenge of the running login follows.
    AuthenticateAgain(AuthId),
    /// A method, or a form of a known method, that this version does not know. Open Connect, or build the answer by
    /// [`StepAuth::new`] and say so to the maintainers of these models.
    Unrecognized(LiveChallenge),
}

impl Challenge {
    /// The challenge of an event. `received` is when the event arrived; it counts as the time of the challenge if the
    /// event does not say a readable one. `None` for every other event, and if its data does not decode.
    #[must_use]
    pub fn from_event(event: &Event, received: Timestamp) -> Option<Self> {
        let EventData::AuthSecurityInputRequired(data) = &event.data else { return None };
        let issued = event.created.instant_assuming_utc().unwrap_or(received);
        Some(Self::from_data(data, issued))
    }

    /// The challenge of an event's data. `issued` is the event's time.
    ///
    /// A code is asked for either under the method `code`, by an input with a question, or, as in the documented sample,
    /// under `questions` with `showRetry`. Either way the answer echoes the method of the challenge.
    ///
    /// Source: Q2 Biller Direct description, section 3.2 "Trap table", trap T23.
    #[must_use]
    pub fn from_data(data: &SecurityChallenge, issued: Timestamp) -> Self {
        let live = LiveChallenge { data: data.clone(), issued };
        let answerable = live.inputs().iter().filter(|input| input.identifier.is_some()).count();
        match &data.method {
            MfaMethod::Prompt => Self::Prompt(Prompt { live }),
            MfaMethod::Code if answerable == 1 && live.inputs().iter().all(is_question) => {
                Self::Code(CodeRequest { live })
            }
            MfaMethod::Code if answerable > 0 => Self::ChooseDestination(DestinationChoice { live }),
            MfaMethod::Questions if answerable == 1 && live.offers_resend() => {
                Self::Code(CodeRequest { live })
            }
            MfaMethod::Questions if answerable > 0 => Self::Questions(Questions { live }),
            _ => Self::Unrecognized(live),
        }
    }

    /// What an auth waits for. `None` unless its status is `mfa-required`.
    ///
    /// If the login is still running, its event brings the same questions with a token: answer that one.
    ///
    /// Source: Q2 Biller Direct description, section 5.2 "Auth status" and section 3.2 "Trap table", trap T21.
    #[must_use]
    pub fn from_auth(auth: &Auth) -> Option<Self> {
        if auth.status.kind != AuthStatusType::MfaRequired {
            return None;
        }
        let stored = StoredQuestions::of(auth);
        Some(stored.map_or_else(|| Self::AuthenticateAgain(auth.id.clone()), Self::Stored))
    }

    /// What the challenge of a running login has in common with its kind; `None` if it came from the status of an auth.
    #[must_use]
    pub fn live(&self) -> Option<&LiveChallenge> {
        match self {
            Self::Questions(questions) => Some(questions.live()),
            Self::ChooseDestination(choice) => Some(choice.live()),
            Self::Code(code) => Some(code.live()),
            Self::Prompt(prompt) => Some(prompt.live()),
            Self::Unrecognized(live) => Some(live),
            Self::Stored(_) | Self::AuthenticateAgain(_) => None,
        }
    }
}

fn is_question(input: &MfaInput) -> bool {
    input.question.is_some() && input.kind.is_none() && input.mask.is_none() && input.label.is_none()
}

/// A challenge of a login that is running: its token is good for one answer, and not for long.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveChallenge {
    data: SecurityChallenge,
    issued: Timestamp,
}

impl LiveChallenge {
    /// When the challenge was put.
    #[must_use]
    pub fn issued(&self) -> Timestamp {
        self.issued
    }

    /// When nobody waits for the answer any more: five minutes after the challenge. The auth then goes on hold with
    /// `authentication_not_completed` and `no-mfa-response-received`.
    ///
    /// Source: inferred, Q2 Biller Direct description, section 12.2 "MFA".
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        later(self.issued, ANSWER_WITHIN)
    }

    /// Whether an answer sent at `now` would come too late.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires()
    }

    /// The auth that is being checked, if the challenge names it: one of the documented samples does not.
    #[must_use]
    pub fn auth_id(&self) -> Option<&AuthId> {
        self.data.auth.as_ref().map(|auth| &auth.id)
    }

    /// The company that asks, if the challenge names it.
    #[must_use]
    pub fn company(&self) -> Option<&Company> {
        let of_auth = self.data.auth.as_ref().and_then(|auth| auth.company.as_ref());
        of_auth.or(self.data.company.as_ref())
    }

    /// The challenge as it came.
    #[must_use]
    pub fn data(&self) -> &SecurityChallenge {
        &self.data
    }

    fn inputs(&self) -> &[MfaInput] {
        self.data.input.as_deref().unwrap_or_default()
    }

    fn questions(&self) -> impl Iterator<Item = Question<'_>> {
        self.inputs()
            .iter()
            .filter_map(|input| Question::new(input.identifier.as_deref(), input.question.as_deref()))
    }

    fn offers_resend(&self) -> bool {
        self.data.show_retry == Some(true)
    }

    fn resend(&self) -> Option<Resend<'_>> {
        self.offers_resend().then_some(Resend { live: self })
    }
}

/// Latest time there is, if the sum lies beyond it.
fn later(time: Timestamp, duration: SignedDuration) -> Timestamp {
    time.saturating_add(duration).unwrap_or(Timestamp::MAX)
}

/// Security questions of a running login.
#[derive(Clone, Debug, PartialEq)]
pub struct Questions {
    live: LiveChallenge,
}

impl Questions {
    /// Token's age and what it is about.
    #[must_use]
    pub fn live(&self) -> &LiveChallenge {
        &self.live
    }

    /// The questions to put to the user, in their order.
    pub fn questions(&self) -> impl Iterator<Item = Question<'_>> {
        self.live.questions()
    }

    /// The answers to all questions, each with the identifier of its question. Sends `security` as an array.
    ///
    /// # Errors
    /// [`InvalidStep`] unless there is exactly one answer, not blank, for each question. Ask the user again; nothing was
    /// sent.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step".
    pub fn answer<I, A>(&self, answers: impl IntoIterator<Item = (I, A)>) -> Result<StepAuth, InvalidStep>
    where
        I: Into<String>,
        A: Into<Secret>,
    {
        StepAuth::answering(&self.live.data, answer::not_blank(answers)?)
    }

    /// Asking for a code again, if the challenge offers it although it has several questions.
    #[must_use]
    pub fn resend(&self) -> Option<Resend<'_>> {
        self.live.resend()
    }
}

/// The question where a code is to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct DestinationChoice {
    live: LiveChallenge,
}

impl DestinationChoice {
    /// Token's age and what it is about.
    #[must_use]
    pub fn live(&self) -> &LiveChallenge {
        &self.live
    }

    /// The destinations to offer to the user, in their order.
    pub fn destinations(&self) -> impl Iterator<Item = Destination<'_>> {
        self.live.inputs().iter().filter_map(|input| {
            Some(Destination {
                identifier: input.identifier.as_deref()?,
                kind: input.kind.as_ref(),
                label: input.label.as_deref().or(input.mask.as_deref()),
            })
        })
    }

    /// The choice of one destination. Sends `security` as an object without an answer.
    ///
    /// # Errors
    /// [`InvalidStep`] if there is no destination with this identifier. Nothing was sent.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step".
    pub fn choose(&self, identifier: impl Into<String>) -> Result<StepAuth, InvalidStep> {
        StepAuth::choosing(&self.live.data, identifier)
    }
}

/// A place that a code can be sent to.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Destination<'a> {
    /// Names the destination in the answer.
    pub identifier: &'a str,
    /// What kind of place it is.
    pub kind: Option<&'a MfaDestinationType>,
    /// What to show to the user, already masked by the service.
    pub label: Option<&'a str>,
}

impl std::fmt::Debug for Destination<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Destination").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The question which code arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeRequest {
    live: LiveChallenge,
}

impl CodeRequest {
    /// Token's age and what it is about.
    #[must_use]
    pub fn live(&self) -> &LiveChallenge {
        &self.live
    }

    /// The text to show to the user, if there is one: it says where the code went.
    #[must_use]
    pub fn question(&self) -> Option<&str> {
        self.live.questions().find_map(|question| question.text)
    }

    /// The code that the user received. Sends the method of the challenge, and `security` in the form that belongs to it.
    ///
    /// # Errors
    /// [`InvalidStep`] if the code is blank. Nothing was sent.
    ///
    /// Source: Q2 Biller Direct description, section 3.2 "Trap table", traps T22 and T23.
    pub fn answer(&self, code: impl Into<Secret>) -> Result<StepAuth, InvalidStep> {
        let identifier = self.live.questions().next().map(|question| question.identifier.to_owned());
        let identifier = identifier.ok_or_else(|| InvalidStep::new(InvalidStepKind::UnknownIdentifier))?;
        StepAuth::answering(&self.live.data, answer::not_blank([(identifier, code)])?)
    }

    /// Asking for the code again; `None` if the challenge does not offer it.
    #[must_use]
    pub fn resend(&self) -> Option<Resend<'_>> {
        self.live.resend()
    }
}

/// Something that the user confirms on a device. There is nothing to type, hence no answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    live: LiveChallenge,
}

impl Prompt {
    /// Token's age and what it is about.
    #[must_use]
    pub fn live(&self) -> &LiveChallenge {
        &self.live
    }

    /// The text to show to the user, if there is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.live.inputs().iter().find_map(|input| input.request.as_deref())
    }

    /// Says that the user confirmed. Sends no `security`.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step".
    #[must_use]
    pub fn confirm(&self) -> StepAuth {
        StepAuth::new(self.live.data.token.clone(), MfaMethod::Prompt)
    }
}

/// The offer to send a code again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resend<'a> {
    live: &'a LiveChallenge,
}

impl Resend<'_> {
    /// When the user may be offered it: 30 seconds after the challenge.
    ///
    /// Source: Q2 Biller Direct description, section 12.2 "MFA".
    #[must_use]
    pub fn earliest(&self) -> Timestamp {
        later(self.live.issued, RESEND_AFTER)
    }

    /// Says at `now` that the code did not arrive. Sends `didNotReceiveCode` and the method of the challenge, and no
    /// answer. A new challenge with a new token follows; this one is used up.
    ///
    /// # Errors
    /// [`InvalidStep`] before [`earliest`](Self::earliest). Nothing was sent.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step".
    pub fn request(&self, now: Timestamp) -> Result<StepAuth, InvalidStep> {
        if now < self.earliest() {
            return Err(InvalidStep::new(InvalidStepKind::ResendTooEarly));
        }
        StepAuth::requesting_code_again(&self.live.data)
    }
}

#[cfg(test)]
#[path = "challenge_tests.rs"]
mod tests;
