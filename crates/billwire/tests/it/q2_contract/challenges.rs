//! Security challenges: questions, codes and prompts.
//!
//! Source: Q2 Biller Direct description, sections 4.1.2, 4.1.5 and 12.2.

use billwire::models::scalar::Secret;
use billwire::q2::AuthItem::Bill;
use billwire::q2::{
    AnswerQuestions, AuthId, AuthStatusType, HoldCode, HoldSubcategory, MfaDestinationType, MfaMethod,
    MfaQuestion, QuestionAnswer, SecurityAnswer, StepAuth,
};
use billwire_sandbox::Rules;

use super::{MFA_1, REGULAR_1};
use crate::stage::{Judged, Q2, answers, first_input, same};

pub(super) async fn a_challenge_token_is_good_for_one_answer(q2: Q2) {
    let ann = q2.customer().await;
    ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, "mfa-required-questions")).await).await;
    let asked = ann.challenge().await;
    same("the questions", asked.input.as_ref().map(Vec::len), Some(2));
    let answer = StepAuth::answering(&asked, answers(&asked, "Smith")).expect("it fits");
    ann.steps(&answer).await;
    q2.client.step_auth(&answer).await.refused();
    ann.auth_becomes("verified").await;
    q2.client.step_auth(&answer).await.refused();
}

pub(super) async fn a_code_goes_where_it_was_asked_to_and_can_be_sent_again(q2: Q2) {
    let ann = q2.customer().await;
    ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, "mfa-required-code")).await).await;
    let choice = ann.challenge().await;
    let kinds: Vec<_> = choice.input.iter().flatten().filter_map(|input| input.kind.as_ref()).collect();
    assert!(kinds.contains(&&MfaDestinationType::Email), "{kinds:?}");
    ann.steps(&StepAuth::choosing(&choice, first_input(&choice)).expect("it fits")).await;
    let first = ann.challenge().await;
    same("asking again is offered", first.show_retry, Some(true));
    let again = StepAuth::requesting_code_again(&first).expect("it is offered");
    ann.steps(&again).await;
    let second = ann.challenge().await;
    assert!(second.token != first.token && first.token != choice.token, "each challenge has its own token");
    q2.client.step_auth(&again).await.refused();
    // The documents answer the same challenge in another form too (trap T23).
    let code = SecurityAnswer::new(first_input(&second)).with_answer(Secret::new("123456"));
    ann.steps(&StepAuth::new(second.token, MfaMethod::Code).with_security(code.into())).await;
    ann.auth_becomes("verified").await;
}

pub(super) async fn a_code_is_sent_again_after_thirty_seconds_where_that_is_enforced(q2: Q2) {
    q2.sandbox().set_rules(Rules::default().with_strict_code_retry(true)).expect("rules");
    let ann = q2.customer().await;
    ann.logs_in(&ann.login(MFA_1, Bill, ann.form("25.21", 18, "")).await).await;
    ann.passes(&["code"]).await;
    let again = StepAuth::requesting_code_again(&ann.challenge().await).expect("it is offered");
    q2.client.step_auth(&again).await.refused();
    q2.advance("PT30S").await;
    ann.steps(&again).await;
}

pub(super) async fn questions_can_be_answered_later_without_the_token(q2: Q2) {
    let ann = q2.customer().await;
    let auth =
        ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, "mfa-required-questions")).await).await;
    let open = ann.auth_becomes("mfa-required").await.mfa.and_then(|mfa| mfa.mfa).expect("questions");
    let answer = |answer: &str| {
        let one = |question: &MfaQuestion| {
            QuestionAnswer::new(question.identifier.clone().unwrap_or_default(), Secret::new(answer))
        };
        AnswerQuestions::new(open.iter().map(one).collect())
    };
    q2.client.answer_questions(&auth, &AnswerQuestions::new(vec![])).await.refused();
    q2.client.answer_questions(&AuthId::from("nobody"), &answer("Seattle")).await.unknown();
    q2.client.answer_questions(&auth, &answer("Seattle")).await.granted();
    ann.auth_becomes("verified").await;
    q2.client.answer_questions(&auth, &answer("Seattle")).await.refused();
}

pub(super) async fn a_wrong_answer_ends_in_a_hold(q2: Q2) {
    for (status, before) in [("mfa-required-questions", &[][..]), ("mfa-required-code", &["code"])] {
        let ann = q2.customer().await;
        ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, status)).await).await;
        ann.passes(before).await;
        let asked = ann.challenge().await;
        ann.steps(&StepAuth::answering(&asked, answers(&asked, "wrong")).expect("it fits")).await;
        let reason = ann.auth_becomes("hold").await.reason.expect("a reason");
        same("the code", reason.code, Some(HoldCode::AuthenticationNotCompleted));
        same("why", reason.subcategory, Some(HoldSubcategory::InvalidMfa));
    }
}

pub(super) async fn a_challenge_waits_five_minutes(q2: Q2) {
    for status in ["mfa-required-questions", "mfa-required-code", "mfa-required-prompt"] {
        let ann = q2.customer().await;
        ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, status)).await).await;
        let asked = ann.challenge().await;
        q2.advance("PT4M58S").await;
        same(status, ann.auth().await.status.kind, AuthStatusType::MfaRequired);
        q2.advance("PT2S").await;
        let reason = ann.auth_becomes("hold").await.reason.expect("a reason");
        same("why", reason.subcategory, Some(HoldSubcategory::NoMfaResponseReceived));
        q2.client.step_auth(&StepAuth::new(asked.token, asked.method)).await.refused();
    }
}

pub(super) async fn an_answer_that_does_not_fit_leaves_the_challenge_open(q2: Q2) {
    let ann = q2.customer().await;
    ann.logs_in(&ann.login(REGULAR_1, Bill, ann.form("25.21", 18, "mfa-required-questions")).await).await;
    let asked = ann.challenge().await;
    let right = StepAuth::answering(&asked, answers(&asked, "Smith")).expect("it fits");
    let one = SecurityAnswer::new(first_input(&asked)).with_answer(Secret::new("Smith"));
    let stranger = SecurityAnswer::new("stranger").with_answer(Secret::new("Smith"));
    let questions = || StepAuth::new(asked.token.clone(), MfaMethod::Questions);
    for wrong in [
        questions(),
        questions().with_security(vec![one.clone()].into()),
        questions().with_security(vec![one, stranger].into()),
        questions().with_did_not_receive_code(true),
        StepAuth::new(asked.token.clone(), MfaMethod::Prompt),
        StepAuth::new(Secret::new("nobody's"), MfaMethod::Questions),
    ] {
        q2.client.step_auth(&wrong).await.refused();
    }
    ann.steps(&right).await;
    ann.auth_becomes("verified").await;
}
