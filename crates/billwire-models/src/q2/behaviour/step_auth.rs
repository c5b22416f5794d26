//! Answers to a security challenge, built from the challenge so that they fit it. [`Challenge`](super::Challenge) offers
//! only those that do.

use std::fmt;

use super::challenge_answer::each_once;
use crate::q2::{MfaInput, MfaMethod, SecurityAnswer, SecurityChallenge, StepAuth, StepSecurity};
use crate::scalar::Secret;

/// Why an answer does not fit its challenge. New variants may be added: always have a `_` arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidStepKind {
    /// The challenge is of a method that is answered in another way.
    OtherMethod,
    /// The challenge is of a method that this version does not know.
    UnknownMethod,
    /// The challenge has no question or destination with this identifier.
    UnknownIdentifier,
    /// A question was answered twice.
    RepeatedIdentifier,
    /// A code was answered more than once: which answer is meant?
    SeveralAnswers,
    /// A question was left out.
    MissingAnswer,
    /// The challenge does not offer to send the code again.
    NoRetryOffered,
    /// The code may be asked for again, but not yet.
    ResendTooEarly,
    /// An answer has no text.
    BlankAnswer,
}

/// An answer that does not fit its challenge: nothing was built or sent. The text never quotes an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidStep {
    kind: InvalidStepKind,
}

impl InvalidStep {
    pub(super) fn new(kind: InvalidStepKind) -> Self {
        Self { kind }
    }

    /// What does not fit.
    #[must_use]
    pub fn kind(&self) -> InvalidStepKind {
        self.kind
    }
}

impl fmt::Display for InvalidStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            InvalidStepKind::OtherMethod => {
                "the challenge is answered in another way: questions and codes by `answering`, a choice of destinations \
                 by `choosing`, a prompt by `confirming`"
            }
            InvalidStepKind::UnknownMethod => {
                "this version does not know the challenge's method: build the answer with `StepAuth::new`"
            }
            InvalidStepKind::UnknownIdentifier => "the challenge has no input with this identifier: copy it from `input`",
            InvalidStepKind::RepeatedIdentifier => "a question was answered twice",
            InvalidStepKind::SeveralAnswers => "a code takes one answer, and several were given",
            InvalidStepKind::MissingAnswer => "a question was left out: answer every one of `input`",
            InvalidStepKind::NoRetryOffered => {
                "the challenge does not offer to send the code again (`showRetry` is not true)"
            }
            InvalidStepKind::ResendTooEarly => {
                "the code may be asked for again 30 seconds after the challenge: wait until `earliest`"
            }
            InvalidStepKind::BlankAnswer => "an answer is blank: ask the user again",
        })
    }
}

impl std::error::Error for InvalidStep {}

impl StepAuth {
    /// Answers every question of `challenge`, or gives the code that the user received.
    ///
    /// `answers` are pairs of the input's identifier and the user's answer. The method of the challenge is echoed;
    /// `security` becomes an array for `questions` and an object for `code`. A challenge is good for one answer.
    ///
    /// ```
    /// use billwire_models::q2::{SecurityChallenge, StepAuth};
    ///
    /// let challenge: SecurityChallenge = serde_json::from_str(
    ///     r#"{"token": "6218f985494a186f08983ec2", "method": "questions",
    ///         "input": [{"identifier": "ibY1g2PC4wrc6q", "question": "What is your mother's maiden name?"}]}"#,
    /// )?;
    /// let step = StepAuth::answering(&challenge, [("ibY1g2PC4wrc6q", "Smith")])?;
    /// assert_eq!(
    ///     serde_json::to_string(&step)?,
    ///     r#"{"token":"6218f985494a186f08983ec2","method":"questions","security":[{"identifier":"ibY1g2PC4wrc6q","answer":"Smith"}]}"#
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidStep`] if the challenge is a prompt, or the answers are not one for each of its inputs. Ask the user
    /// again; nothing was sent.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step".
    pub fn answering<I, A>(
        challenge: &SecurityChallenge,
        answers: impl IntoIterator<Item = (I, A)>,
    ) -> Result<Self, InvalidStep>
    where
        I: Into<String>,
        A: Into<Secret>,
    {
        let answers: Vec<SecurityAnswer> = answers
            .into_iter()
            .map(|(identifier, answer)| SecurityAnswer::new(identifier).with_answer(answer.into()))
            .collect();
        let security = match challenge.method {
            MfaMethod::Questions => {
                all_are_answered(challenge, &answers)?;
                StepSecurity::Answers(answers)
            }
            MfaMethod::Code => StepSecurity::Answer(only(challenge, answers)?),
            MfaMethod::Prompt => return Err(InvalidStep::new(InvalidStepKind::OtherMethod)),
            MfaMethod::Unrecognized(_) => return Err(InvalidStep::new(InvalidStepKind::UnknownMethod)),
        };
        Ok(reply(challenge).with_security(security))
    }

    /// Chooses where the code of `challenge` is sent. `identifier` is that of one of its inputs. A second challenge
    /// will ask for the code.
    ///
    /// # Errors
    /// [`InvalidStep`] if the challenge is not of the method `code`, or has no such input. Nothing was sent.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step".
    pub fn choosing(
        challenge: &SecurityChallenge,
        identifier: impl Into<String>,
    ) -> Result<Self, InvalidStep> {
        let choice = SecurityAnswer::new(identifier);
        is_method(challenge, &MfaMethod::Code)?;
        is_known(challenge, &choice)?;
        Ok(reply(challenge).with_security(StepSecurity::Answer(choice)))
    }

    /// Says that the user confirmed the prompt on the device.
    ///
    /// # Errors
    /// [`InvalidStep`] if the challenge is not of the method `prompt`. Nothing was sent.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step".
    pub fn confirming(challenge: &SecurityChallenge) -> Result<Self, InvalidStep> {
        is_method(challenge, &MfaMethod::Prompt)?;
        Ok(reply(challenge))
    }

    /// Says that the code did not arrive and asks for it to be sent again, 30 seconds after the challenge at the
    /// earliest. The method of the challenge is echoed; no answer is sent.
    ///
    /// # Errors
    /// [`InvalidStep`] if the challenge does not offer it. Nothing was sent.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.2 "POST /auth/step: answer a security step".
    pub fn requesting_code_again(challenge: &SecurityChallenge) -> Result<Self, InvalidStep> {
        if challenge.show_retry != Some(true) {
            return Err(InvalidStep::new(InvalidStepKind::NoRetryOffered));
        }
        Ok(reply(challenge).with_did_not_receive_code(true))
    }
}

fn reply(challenge: &SecurityChallenge) -> StepAuth {
    StepAuth::new(challenge.token.clone(), challenge.method.clone())
}

fn is_method(challenge: &SecurityChallenge, expected: &MfaMethod) -> Result<(), InvalidStep> {
    match &challenge.method {
        method if method == expected => Ok(()),
        MfaMethod::Unrecognized(_) => Err(InvalidStep::new(InvalidStepKind::UnknownMethod)),
        _ => Err(InvalidStep::new(InvalidStepKind::OtherMethod)),
    }
}

fn inputs(challenge: &SecurityChallenge) -> &[MfaInput] {
    challenge.input.as_deref().unwrap_or_default()
}

fn is_known(challenge: &SecurityChallenge, answer: &SecurityAnswer) -> Result<(), InvalidStep> {
    let known = |input: &MfaInput| input.identifier.as_ref() == Some(&answer.identifier);
    if inputs(challenge).iter().any(known) {
        Ok(())
    } else {
        Err(InvalidStep::new(InvalidStepKind::UnknownIdentifier))
    }
}

fn all_are_answered(challenge: &SecurityChallenge, answers: &[SecurityAnswer]) -> Result<(), InvalidStep> {
    let known: Vec<&str> = inputs(challenge).iter().filter_map(|input| input.identifier.as_deref()).collect();
    let given: Vec<&str> = answers.iter().map(|answer| answer.identifier.as_str()).collect();
    each_once(&known, &given)
}

/// A code is answered with one object, and the sample with a code has one input.
fn only(challenge: &SecurityChallenge, answers: Vec<SecurityAnswer>) -> Result<SecurityAnswer, InvalidStep> {
    let mut answers = answers.into_iter();
    let answer = answers.next().ok_or_else(|| InvalidStep::new(InvalidStepKind::MissingAnswer))?;
    if answers.next().is_some() {
        return Err(InvalidStep::new(InvalidStepKind::SeveralAnswers));
    }
    is_known(challenge, &answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn challenge(method: &str) -> SecurityChallenge {
        let input = json!([{"identifier": "one", "question": "1?"}, {"identifier": "two", "question": "2?"}]);
        serde_json::from_value(json!({"token": "t-1", "method": method, "input": input})).unwrap()
    }

    #[track_caller]
    fn sends(step: Result<StepAuth, InvalidStep>, expected: &serde_json::Value) {
        assert_eq!(serde_json::to_value(step.unwrap()).unwrap(), *expected);
    }

    #[track_caller]
    fn fails(step: Result<StepAuth, InvalidStep>, expected: InvalidStepKind) {
        let error = step.unwrap_err();
        assert_eq!(error.kind(), expected);
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn questions_are_answered_with_an_array() {
        sends(
            StepAuth::answering(&challenge("questions"), [("two", "b"), ("one", "a")]),
            &json!({"token": "t-1", "method": "questions", "security": [
                {"identifier": "two", "answer": "b"}, {"identifier": "one", "answer": "a"}]}),
        );
    }

    #[test]
    fn a_code_is_chosen_and_given_with_an_object() {
        sends(
            StepAuth::choosing(&challenge("code"), "two"),
            &json!({"token": "t-1", "method": "code", "security": {"identifier": "two"}}),
        );
        sends(
            StepAuth::answering(&challenge("code"), [("one", "44555")]),
            &json!({"token": "t-1", "method": "code", "security": {"identifier": "one", "answer": "44555"}}),
        );
    }

    #[test]
    fn a_prompt_is_confirmed_without_security() {
        sends(StepAuth::confirming(&challenge("prompt")), &json!({"token": "t-1", "method": "prompt"}));
    }

    #[test]
    fn a_code_is_sent_again_only_if_offered() {
        let mut challenge = challenge("questions");
        fails(StepAuth::requesting_code_again(&challenge), InvalidStepKind::NoRetryOffered);
        challenge.show_retry = Some(false);
        fails(StepAuth::requesting_code_again(&challenge), InvalidStepKind::NoRetryOffered);
        challenge.show_retry = Some(true);
        sends(
            StepAuth::requesting_code_again(&challenge),
            &json!({"token": "t-1", "method": "questions", "didNotReceiveCode": true}),
        );
    }

    #[test]
    fn answers_must_fit_the_questions() {
        let questions = challenge("questions");
        let none: [(&str, &str); 0] = [];
        fails(StepAuth::answering(&questions, none), InvalidStepKind::MissingAnswer);
        fails(StepAuth::answering(&questions, [("one", "secret")]), InvalidStepKind::MissingAnswer);
        fails(
            StepAuth::answering(&questions, [("one", "secret"), ("one", "secret")]),
            InvalidStepKind::RepeatedIdentifier,
        );
        fails(StepAuth::answering(&questions, [("three", "secret")]), InvalidStepKind::UnknownIdentifier);
        fails(StepAuth::answering(&challenge("code"), none), InvalidStepKind::MissingAnswer);
        fails(
            StepAuth::answering(&challenge("code"), [("one", "secret"), ("two", "secret")]),
            InvalidStepKind::SeveralAnswers,
        );
        fails(StepAuth::choosing(&challenge("code"), "three"), InvalidStepKind::UnknownIdentifier);
        let mut without_input = questions;
        without_input.input = None;
        fails(StepAuth::answering(&without_input, none), InvalidStepKind::MissingAnswer);
    }

    #[test]
    fn the_method_must_fit() {
        fails(StepAuth::answering(&challenge("prompt"), [("one", "secret")]), InvalidStepKind::OtherMethod);
        fails(StepAuth::choosing(&challenge("questions"), "one"), InvalidStepKind::OtherMethod);
        fails(StepAuth::confirming(&challenge("code")), InvalidStepKind::OtherMethod);
        fails(StepAuth::confirming(&challenge("palm")), InvalidStepKind::UnknownMethod);
        fails(StepAuth::answering(&challenge("palm"), [("one", "secret")]), InvalidStepKind::UnknownMethod);
    }

    #[test]
    fn debug_shows_no_answer() {
        let step = StepAuth::answering(&challenge("code"), [("one", "44555")]).unwrap();
        assert!(!format!("{step:?}").contains("44555"), "{step:?}");
        assert!(!format!("{step:?}").contains("t-1"), "{step:?}");
    }
}
