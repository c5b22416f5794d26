//! Tests of the way from a challenge to its answer.

use serde_json::{Value, json};

use super::super::EventBody;
use super::*;

const ISSUED: &str = "2022-02-24T19:46:21.685Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn data(json: Value) -> SecurityChallenge {
    serde_json::from_value(json).unwrap()
}

fn challenge(json: Value) -> Challenge {
    Challenge::from_data(&data(json), time(ISSUED))
}

fn documented(name: &str) -> Challenge {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/q2_examples/fixtures");
    let file = format!("{folder}/event.auth_security_input_required.{name}.json");
    let body = std::fs::read(file).unwrap();
    let event = EventBody::decode(&body).unwrap().into_event().unwrap();
    Challenge::from_event(&event, time("2030-01-01T00:00:00Z")).unwrap()
}

#[track_caller]
fn sends(step: Result<StepAuth, InvalidStep>, expected: &Value) {
    assert_eq!(serde_json::to_value(step.unwrap()).unwrap(), *expected);
}

#[track_caller]
fn fails<T: std::fmt::Debug>(step: Result<T, InvalidStep>, expected: InvalidStepKind) {
    let error = step.unwrap_err();
    assert_eq!(error.kind(), expected);
    assert!(!error.to_string().contains("secret"), "{error}");
}

/// Trap T22: the answer to questions is an array, to a code an object, to a prompt nothing.
#[test]
fn every_documented_challenge_has_its_one_form_of_answer() {
    let Challenge::Questions(questions) = documented("questions") else { unreachable!() };
    let identifiers: Vec<&str> = questions.questions().map(|question| question.identifier).collect();
    assert_eq!(identifiers, ["ibY1g2PC4wrc6q", "P4erF9C__n73GY"]);
    assert_eq!(questions.questions().next().unwrap().text, Some("What is your mother's maiden name?"));
    sends(
        questions.answer([("ibY1g2PC4wrc6q", "Smith"), ("P4erF9C__n73GY", "White")]),
        &json!({"token": "6218f985494a186f08983ec2", "method": "questions", "security": [
            {"identifier": "ibY1g2PC4wrc6q", "answer": "Smith"}, {"identifier": "P4erF9C__n73GY", "answer": "White"}]}),
    );
    assert_eq!(questions.resend(), None);

    let Challenge::ChooseDestination(choice) = documented("choose_destination") else { unreachable!() };
    let shown: Vec<_> = choice.destinations().map(|place| (place.identifier, place.label.unwrap())).collect();
    assert_eq!(shown, [("Xf9DWrxK_", "Text: xxx-xxx-1234"), ("fWaGHa00al", "Email: e..e@example.com")]);
    assert_eq!(choice.destinations().next().unwrap().kind, Some(&MfaDestinationType::Text));
    assert_eq!(choice.live().auth_id(), None, "this sample names the company only");
    assert_eq!(choice.live().company().unwrap().name, "Geico");
    sends(
        choice.choose("Xf9DWrxK_"),
        &json!({"token": "5d9ca25aa71f7c94d0fad1b1", "method": "code", "security": {"identifier": "Xf9DWrxK_"}}),
    );

    let Challenge::Prompt(prompt) = documented("prompt") else { unreachable!() };
    assert_eq!(prompt.text(), Some("Verify your login with your mobile device"));
    sends(Ok(prompt.confirm()), &json!({"token": "6218f231494a186f08983d89", "method": "prompt"}));
}

/// Trap T23: the challenge that asks for a code says `questions`, a documented answer says `code`. The answer echoes what
/// it answers, in the form that belongs to it.
#[test]
fn a_code_is_given_under_the_method_of_its_challenge() {
    let Challenge::Code(code) = documented("give_code") else { unreachable!() };
    assert_eq!(code.question(), Some("What is the code sent to xxx-xxx-1234?"));
    sends(
        code.answer("44555"),
        &json!({"token": "6218f985494a186f08983ec2", "method": "questions",
            "security": [{"identifier": "QMbuXxBKqnDvYC", "answer": "44555"}]}),
    );
    let input = json!([{"identifier": "one", "question": "Which code?"}]);
    let Challenge::Code(code) = challenge(json!({"token": "t", "method": "code", "input": input})) else {
        unreachable!()
    };
    sends(
        code.answer("44555"),
        &json!({"token": "t", "method": "code", "security": {"identifier": "one", "answer": "44555"}}),
    );
    assert_eq!(code.resend(), None, "not offered");
    fails(code.answer(" "), InvalidStepKind::BlankAnswer);
    assert!(!format!("{code:?}").contains("Which"), "{code:?}");
}

#[test]
fn a_code_is_asked_for_again_thirty_seconds_after_the_challenge() {
    let Challenge::Code(code) = documented("give_code") else { unreachable!() };
    let resend = code.resend().unwrap();
    assert_eq!(code.live().issued(), time("2022-02-24T19:46:51.685Z"), "the event's own time");
    assert_eq!(resend.earliest(), time("2022-02-24T19:47:21.685Z"));
    fails(resend.request(time("2022-02-24T19:47:21.684Z")), InvalidStepKind::ResendTooEarly);
    let again =
        json!({"token": "6218f985494a186f08983ec2", "method": "questions", "didNotReceiveCode": true});
    sends(resend.request(time("2022-02-24T19:47:21.685Z")), &again);
    sends(resend.request(time("2024-01-01T00:00:00Z")), &again);
}

#[test]
fn several_questions_may_offer_it_too_but_only_if_the_challenge_says_so() {
    let input =
        json!([{"identifier": "one", "question": "Code?"}, {"identifier": "two", "question": "City?"}]);
    for (show_retry, offered) in
        [(json!(true), true), (json!("true"), true), (json!(false), false), (Value::Null, false)]
    {
        let json = json!({"token": "t", "method": "questions", "input": input, "showRetry": show_retry});
        let Challenge::Questions(questions) = challenge(json) else { unreachable!() };
        assert_eq!(questions.resend().is_some(), offered, "{show_retry}");
    }
}

#[test]
fn answers_must_fit_the_questions() {
    let Challenge::Questions(questions) = documented("questions") else { unreachable!() };
    let (one, two) = ("ibY1g2PC4wrc6q", "P4erF9C__n73GY");
    let none: [(&str, &str); 0] = [];
    fails(questions.answer(none), InvalidStepKind::MissingAnswer);
    fails(questions.answer([(one, "secret")]), InvalidStepKind::MissingAnswer);
    fails(questions.answer([(one, "secret"), (one, "secret")]), InvalidStepKind::RepeatedIdentifier);
    fails(questions.answer([(one, "secret"), ("three", "secret")]), InvalidStepKind::UnknownIdentifier);
    fails(questions.answer([(one, "secret"), (two, "\t")]), InvalidStepKind::BlankAnswer);
    let Challenge::ChooseDestination(choice) = documented("choose_destination") else { unreachable!() };
    fails(choice.choose("secret"), InvalidStepKind::UnknownIdentifier);
}

/// Trap T21: the same questions are `mfa.mfa[]` in an auth, `input[]` in an event, and go out as `answers[]` or `security`.
#[test]
fn stored_questions_are_answered_by_their_own_route() {
    let auth = |mfa: Value| {
        let json = json!({"_id": "579b695decea110719b1874d", "status": {"type": "mfa-required"}, "mfa": mfa});
        serde_json::from_value::<Auth>(json).unwrap()
    };
    let questions = json!([
        {"question": "What city did you grow up in?", "identifier": "1j5k2l1"},
        {"answer": "What is your favorite food?", "identifier": "3buw78h3"},
    ]);
    let both = auth(json!({"method": "questions", "mfa": questions}));
    let Some(Challenge::Stored(stored)) = Challenge::from_auth(&both) else { unreachable!() };
    assert_eq!(stored.auth_id(), &both.id);
    let texts: Vec<_> = stored.questions().filter_map(|question| question.text).collect();
    assert_eq!(texts, ["What city did you grow up in?", "What is your favorite food?"]);
    let request = stored.answer([("1j5k2l1", "Seattle"), ("3buw78h3", "Pickles")]).unwrap();
    assert_eq!(
        serde_json::to_value(&request).unwrap(),
        json!({"answers": [
            {"answer": "Seattle", "identifier": "1j5k2l1"}, {"answer": "Pickles", "identifier": "3buw78h3"}]}),
    );
    fails(stored.answer([("1j5k2l1", "secret")]), InvalidStepKind::MissingAnswer);
    fails(stored.answer([("1j5k2l1", "secret"), ("4", "secret")]), InvalidStepKind::UnknownIdentifier);
    fails(stored.answer([("1j5k2l1", "secret"), ("1j5k2l1", "secret")]), InvalidStepKind::RepeatedIdentifier);
    fails(stored.answer([("1j5k2l1", "secret"), ("3buw78h3", "")]), InvalidStepKind::BlankAnswer);
    assert!(!format!("{stored:?}").contains("city"), "{stored:?}");
    assert!(Challenge::Stored(stored).live().is_none());

    let silent = auth(json!({"mfa": [{"question": "City?", "identifier": "1"}]}));
    assert!(matches!(Challenge::from_auth(&silent), Some(Challenge::Stored(_))));
    for elsewhere in [
        Value::Null,
        json!({"method": "questions"}),
        json!({"method": "questions", "mfa": [{"question": "no identifier"}]}),
        json!({"method": "code", "mfa": questions}),
        json!({"method": "palm", "mfa": questions}),
    ] {
        let challenge = Challenge::from_auth(&auth(elsewhere.clone()));
        assert_eq!(challenge, Some(Challenge::AuthenticateAgain(both.id.clone())), "{elsewhere}");
    }
    let mut verified = both;
    verified.status.kind = AuthStatusType::Verified;
    assert_eq!(Challenge::from_auth(&verified), None);
}

#[test]
fn a_challenge_waits_five_minutes() {
    let challenge = challenge(json!({"token": "t", "method": "prompt"}));
    let live = challenge.live().unwrap();
    assert_eq!(live.expires(), time("2022-02-24T19:51:21.685Z"));
    assert!(!live.is_expired(time("2022-02-24T19:51:21.684Z")));
    assert!(live.is_expired(time("2022-02-24T19:51:21.685Z")));
    assert!(!live.is_expired(Timestamp::MIN));
    let last = Challenge::from_data(&data(json!({"token": "t", "method": "prompt"})), Timestamp::MAX);
    assert_eq!(last.live().unwrap().expires(), Timestamp::MAX);
}

#[test]
fn an_event_without_a_readable_time_counts_from_its_arrival() {
    let body = json!({"_id": "e", "type": "auth.security-input-required", "created": "lately", "payload": {
        "resource": {"type": "client", "id": "c"}, "data": {"token": "t", "method": "prompt"}}});
    let event = EventBody::from_value(body).unwrap().into_event().unwrap();
    let challenge = Challenge::from_event(&event, time(ISSUED)).unwrap();
    assert_eq!(challenge.live().unwrap().issued(), time(ISSUED));
    let other = json!({"_id": "e", "type": "auth.deleted", "created": ISSUED, "payload": {
        "resource": {"type": "auth", "id": "a"}, "data": {}}});
    let event = EventBody::from_value(other).unwrap().into_event().unwrap();
    assert_eq!(Challenge::from_event(&event, time(ISSUED)), None);
}

#[test]
fn what_nobody_could_answer_is_not_offered_as_answerable() {
    for unknown in [
        json!({"token": "t", "method": "palm", "input": [{"identifier": "one"}]}),
        json!({"token": "t", "method": "questions"}),
        json!({"token": "t", "method": "questions", "input": []}),
        json!({"token": "t", "method": "questions", "input": [{"question": "without a name?"}]}),
        json!({"token": "t", "method": "code", "input": [{"label": "Text: xxx"}]}),
    ] {
        let Challenge::Unrecognized(live) = challenge(unknown.clone()) else { unreachable!("{unknown}") };
        assert_eq!(live.data().token.expose(), "t");
    }
    let one = json!({"token": "t", "method": "code", "input": [{"identifier": "one", "label": "Text: xxx"}]});
    assert!(matches!(challenge(one), Challenge::ChooseDestination(_)), "one destination is a choice too");
}

/// A late legacy version printed the text of a stored question under `answer`.
#[test]
fn the_text_of_a_stored_question_may_stand_under_its_old_name() {
    let auth: Auth = serde_json::from_value(json!({"_id": "a", "status": {"type": "mfa-required"}, "mfa": {
        "method": "questions", "mfa": [{"answer": "What is your favorite food?", "identifier": "3buw78h3"}]}}))
    .unwrap();
    let Some(Challenge::Stored(stored)) = Challenge::from_auth(&auth) else { unreachable!() };
    assert_eq!(stored.questions().next().unwrap().text, Some("What is your favorite food?"));
}
