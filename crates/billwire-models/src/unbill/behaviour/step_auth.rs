//! From a challenge to the one right form of its answer.

use std::collections::BTreeSet;
use std::fmt;

use crate::scalar::Secret;
use crate::unbill::{MfaAnswer, MfaChallenge, MfaMethod, StepAnswers, StepAuth};

/// An answer that does not fit its challenge: nothing was built or sent. The text never quotes an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidStep {
    /// The challenge is answered in another way: questions by `answering`, a choice of destinations by `choosing`.
    OtherMethod,
    /// The challenge has no question or destination with this identifier.
    UnknownIdentifier,
    /// A question was answered twice.
    RepeatedIdentifier,
    /// A question was left out.
    MissingAnswer,
    /// An answer has no text.
    BlankAnswer,
}

impl fmt::Display for InvalidStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OtherMethod => {
                "the challenge is answered in another way: questions by `answering`, a choice of destinations by `choosing`"
            }
            Self::UnknownIdentifier => "the challenge has no input with this identifier: copy it from `mfa`",
            Self::RepeatedIdentifier => "a question was answered twice",
            Self::MissingAnswer => "a question was left out: answer every one of `mfa`",
            Self::BlankAnswer => "an answer is blank: ask the user again",
        })
    }
}

impl std::error::Error for InvalidStep {}

impl StepAuth {
    /// Answers every question of `challenge`, or gives the code that the user received: the challenge asks for it as a
    /// question. `answers` are pairs of the question's identifier and the user's answer.
    ///
    /// ```
    /// use billwire_models::unbill::{MfaChallenge, StepAuth};
    ///
    /// let challenge: MfaChallenge = serde_json::from_str(
    ///     r#"{"token": "566595c8ce88ccec69328566", "method": "questions",
    ///         "mfa": [{"identifier": "Bk0zwVx1Z", "question": "What is the name of your first pet?"}]}"#,
    /// )?;
    /// let step = StepAuth::answering(&challenge, [("Bk0zwVx1Z", "Rex")])?;
    /// assert_eq!(
    ///     serde_json::to_string(&step)?,
    ///     r#"{"token":"566595c8ce88ccec69328566","mfa":[{"identifier":"Bk0zwVx1Z","answer":"Rex"}]}"#
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidStep`] if the challenge is a choice of destinations, or the answers are not one for each question. Ask
    /// the user again; nothing was sent.
    ///
    /// Source: Unbill v1 description, section 4.1.2 "POST /auth/step: answer MFA".
    pub fn answering<I, A>(
        challenge: &MfaChallenge,
        answers: impl IntoIterator<Item = (I, A)>,
    ) -> Result<Self, InvalidStep>
    where
        I: Into<String>,
        A: Into<Secret>,
    {
        // A challenge that does not say its method asks for answers if it has questions.
        if challenge.method == Some(MfaMethod::Code) {
            return Err(InvalidStep::OtherMethod);
        }
        let mut open = identifiers(challenge);
        let asked = open.clone();
        let mut found = Vec::new();
        for (identifier, answer) in answers {
            let (identifier, answer) = (identifier.into(), answer.into());
            if !asked.contains(identifier.as_str()) {
                return Err(InvalidStep::UnknownIdentifier);
            }
            if !open.remove(identifier.as_str()) {
                return Err(InvalidStep::RepeatedIdentifier);
            }
            if answer.expose().trim().is_empty() {
                return Err(InvalidStep::BlankAnswer);
            }
            found.push(MfaAnswer::new(identifier).with_answer(answer));
        }
        if !open.is_empty() || found.is_empty() {
            return Err(InvalidStep::MissingAnswer);
        }
        Ok(Self::new(challenge.token.clone(), StepAnswers::Answers(found)))
    }

    /// Chooses where the code of `challenge` is sent. The next challenge will ask for the code (inferred).
    ///
    /// # Errors
    /// [`InvalidStep`] if the challenge is no choice of destinations, or has no such destination. Nothing was sent.
    ///
    /// Source: Unbill v1 description, section 4.1.2 "POST /auth/step: answer MFA".
    pub fn choosing(challenge: &MfaChallenge, identifier: impl Into<String>) -> Result<Self, InvalidStep> {
        let identifier = identifier.into();
        if challenge.method != Some(MfaMethod::Code) {
            return Err(InvalidStep::OtherMethod);
        }
        if !identifiers(challenge).contains(identifier.as_str()) {
            return Err(InvalidStep::UnknownIdentifier);
        }
        Ok(Self::new(challenge.token.clone(), StepAnswers::Destination(MfaAnswer::new(identifier))))
    }
}

fn identifiers(challenge: &MfaChallenge) -> BTreeSet<&str> {
    challenge.mfa.iter().flatten().map(|input| input.identifier.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(method: &str) -> MfaChallenge {
        let json = format!(
            r#"{{"token": "t", "method": "{method}", "mfa": [{{"identifier": "a"}}, {{"identifier": "b"}}]}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn every_question_wants_one_answer() {
        let questions = challenge("questions");
        let answers = |answers: &[(&str, &str)]| {
            StepAuth::answering(&questions, answers.iter().map(|(id, text)| (*id, (*text).to_owned())))
        };
        assert!(answers(&[("b", "2"), ("a", "1")]).is_ok());
        assert_eq!(answers(&[("a", "1")]).unwrap_err(), InvalidStep::MissingAnswer);
        assert_eq!(answers(&[("a", "1"), ("a", "1")]).unwrap_err(), InvalidStep::RepeatedIdentifier);
        assert_eq!(answers(&[("a", "1"), ("c", "1")]).unwrap_err(), InvalidStep::UnknownIdentifier);
        assert_eq!(answers(&[("a", "1"), ("b", " ")]).unwrap_err(), InvalidStep::BlankAnswer);
        assert_eq!(StepAuth::choosing(&questions, "a").unwrap_err(), InvalidStep::OtherMethod);
    }

    /// Trap L6: an array for questions, one object for a destination.
    #[test]
    fn a_destination_is_one_object() {
        let code = challenge("code");
        let step = StepAuth::choosing(&code, "b").unwrap();
        assert_eq!(serde_json::to_string(&step).unwrap(), r#"{"token":"t","mfa":{"identifier":"b"}}"#);
        assert_eq!(StepAuth::choosing(&code, "c").unwrap_err(), InvalidStep::UnknownIdentifier);
        assert_eq!(StepAuth::answering(&code, [("a", "1")]).unwrap_err(), InvalidStep::OtherMethod);
    }
}
