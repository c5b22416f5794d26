//! Questions and their answers, the same behind all the names that the routes give them.
//!
//! An auth keeps `mfa[].question`, an event brings `input[].question`, a step takes `security`, stored answers are called
//! `answers`: one kind of question is behind all of them.
//!
//! Source: Q2 Biller Direct description, section 3.2 "Trap table", trap T21.

use std::fmt;

use super::{InvalidStep, InvalidStepKind};
use crate::q2::{AnswerQuestions, Auth, AuthId, MfaMethod, QuestionAnswer};
use crate::scalar::Secret;

/// A security question.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question<'a> {
    /// Names the question in the answer.
    pub identifier: &'a str,
    /// What to ask the user.
    pub text: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// `None` without an identifier: nothing could name the answer.
    pub(super) fn new(identifier: Option<&'a str>, text: Option<&'a str>) -> Option<Self> {
        identifier.map(|identifier| Self { identifier, text })
    }
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Question").finish_non_exhaustive()
    }
}

/// The open questions of an auth with the status `mfa-required`.
///
/// ```
/// use billwire_models::q2::Auth;
/// use billwire_models::q2::behaviour::Challenge;
///
/// let auth: Auth = serde_json::from_str(
///     r#"{"_id": "579b695decea110719b1874d", "status": {"type": "mfa-required"}, "mfa": {"method": "questions",
///         "mfa": [{"question": "What city did you grow up in?", "identifier": "1j5k2l1"}]}}"#,
/// )?;
/// let Some(Challenge::Stored(stored)) = Challenge::from_auth(&auth) else { panic!("it has questions") };
/// assert!(stored.answer([("1j5k2l2", "Seattle")]).is_err(), "not one of the questions");
/// let request = stored.answer([("1j5k2l1", "Seattle")])?;
/// assert_eq!(
///     serde_json::to_string(&request)?,
///     r#"{"answers":[{"identifier":"1j5k2l1","answer":"Seattle"}]}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Q2 Biller Direct description, section 4.1.5 "POST /auth/{authId}/answer-questions: answer stored questions".
#[derive(Clone, PartialEq, Eq)]
pub struct StoredQuestions {
    auth_id: AuthId,
    /// Identifier and text.
    questions: Vec<(String, Option<String>)>,
}

impl StoredQuestions {
    /// `None` if the auth stores no question, or wants something else than answers.
    pub(super) fn of(auth: &Auth) -> Option<Self> {
        let mfa = auth.mfa.as_ref()?;
        // Every sample says `questions`; an auth that says nothing has nothing else that could be answered.
        if mfa.method.as_ref().is_some_and(|method| *method != MfaMethod::Questions) {
            return None;
        }
        let questions = mfa.mfa.iter().flatten();
        let questions: Vec<_> = questions
            .filter_map(|question| Some((question.identifier.clone()?, question.question.clone())))
            .collect();
        (!questions.is_empty()).then(|| Self { auth_id: auth.id.clone(), questions })
    }

    /// The auth to answer for: the path parameter of `answerQuestions`.
    #[must_use]
    pub fn auth_id(&self) -> &AuthId {
        &self.auth_id
    }

    /// The questions to put to the user, in their order.
    pub fn questions(&self) -> impl Iterator<Item = Question<'_>> {
        self.questions.iter().map(|(identifier, text)| Question { identifier, text: text.as_deref() })
    }

    /// The answers to all questions, each with the identifier of its question.
    ///
    /// # Errors
    /// [`InvalidStep`] unless there is exactly one answer, not blank, for each question. Ask the user again; nothing was
    /// sent.
    ///
    /// Source: Q2 Biller Direct description, section 4.1.5 "POST /auth/{authId}/answer-questions: answer stored
    /// questions".
    pub fn answer<I, A>(
        &self,
        answers: impl IntoIterator<Item = (I, A)>,
    ) -> Result<AnswerQuestions, InvalidStep>
    where
        I: Into<String>,
        A: Into<Secret>,
    {
        let answers = not_blank(answers)?;
        let known: Vec<&str> = self.questions.iter().map(|(identifier, _)| identifier.as_str()).collect();
        let given: Vec<&str> = answers.iter().map(|(identifier, _)| identifier.as_str()).collect();
        each_once(&known, &given)?;
        let answers = answers.into_iter().map(|(identifier, answer)| QuestionAnswer::new(identifier, answer));
        Ok(AnswerQuestions::new(answers.collect()))
    }
}

impl fmt::Debug for StoredQuestions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoredQuestions")
            .field("auth_id", &self.auth_id)
            .field("questions", &self.questions.len())
            .finish()
    }
}

/// The answers, if each of them says something: a blank one costs the user an attempt at the company.
pub(super) fn not_blank<I, A>(
    answers: impl IntoIterator<Item = (I, A)>,
) -> Result<Vec<(String, Secret)>, InvalidStep>
where
    I: Into<String>,
    A: Into<Secret>,
{
    let answers = answers.into_iter().map(|(identifier, answer)| (identifier.into(), answer.into()));
    let answers: Vec<(String, Secret)> = answers.collect();
    if answers.iter().any(|(_, answer)| answer.expose().trim().is_empty()) {
        return Err(InvalidStep::new(InvalidStepKind::BlankAnswer));
    }
    Ok(answers)
}

/// Whether `given` names every one of `known` exactly once, and nothing else.
pub(super) fn each_once(known: &[&str], given: &[&str]) -> Result<(), InvalidStep> {
    for (position, identifier) in given.iter().enumerate() {
        if !known.contains(identifier) {
            return Err(InvalidStep::new(InvalidStepKind::UnknownIdentifier));
        }
        if given.iter().take(position).any(|earlier| earlier == identifier) {
            return Err(InvalidStep::new(InvalidStepKind::RepeatedIdentifier));
        }
    }
    if given.is_empty() || known.iter().any(|identifier| !given.contains(identifier)) {
        return Err(InvalidStep::new(InvalidStepKind::MissingAnswer));
    }
    Ok(())
}
