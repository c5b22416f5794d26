//! What becomes of a login: answered while the caller waits, with what was found or with a challenge.
//!
//! Source: Unbill v1 description, sections 4.1, 9 and 10.

use billwire::core::ErrorKind;
use billwire::models::scalar::Secret;
use billwire::unbill::{AuthId, AuthItem, AuthProgress, MfaMethod, StepAuth};

use serde_json::json;

use super::stage::{Unbill, answers, challenged, finished, first_input};
use super::{REGULAR_1, REGULAR_2, USERS};
use crate::judge::{Judged, same};

pub(super) async fn the_user_name_decides_what_becomes_of_a_login(unbill: Unbill) {
    for (user, challenges, bill, events) in USERS {
        let ann = unbill.customer().await;
        let mut progress = ann.logs_in(REGULAR_1, user).await;
        let mut asked = Vec::new();
        while let AuthProgress::Challenge(challenge) = &progress {
            let method = challenge.method.clone().expect("a method");
            let code_was_sent = asked.last().is_some_and(|method: &String| method == "code");
            asked.push(method.as_str().to_owned());
            progress = ann.answers(challenge, code_was_sent).await;
        }
        same(user, asked.iter().map(String::as_str).collect::<Vec<_>>(), challenges.to_vec());
        let found = finished(progress).items.expect("items");
        let id = found.iter().find_map(|item| item.id.clone()).expect("a bill");
        same(
            user,
            ann.auths().await.iter().map(|auth| auth.status.kind.as_str().to_owned()).collect(),
            vec!["verified".to_owned()],
        );
        let shown = ann.bill_becomes(&id, bill).await;
        if *bill == "upcoming" {
            let due = shown.due_date.map(|due| unbill.days_until(&due));
            let owed = shown.balance.map(|owed| owed.to_string());
            same(user, (owed.as_deref(), due), (Some("100.00"), Some(10)));
        }
        unbill.advance("PT10S").await;
        same(user, unbill.told(&id), events.iter().map(|kind| (*kind).to_owned()).collect());
    }
    let ann = unbill.customer().await;
    let mut wrong = ann.login(REGULAR_1, "test").await;
    wrong.form.insert("password".to_owned(), Secret::new("another"));
    unbill.client.create_auth(&wrong).await.refused();
    unbill.client.create_auth(&ann.login(REGULAR_1, "nobody").await).await.refused();
    assert!(ann.auths().await.is_empty(), "nothing is stored");
}

pub(super) async fn items_say_what_is_fetched(unbill: Unbill) {
    let (ann, bob) = (unbill.customer().await, unbill.customer().await);
    let everything = ann.login(REGULAR_1, "test").await;
    let all = finished(unbill.client.create_auth(&everything).await.granted()).items.unwrap_or_default();
    same("what is not named is everything", all.len(), 1);
    let nothing = bob.login(REGULAR_1, "test").await.with_items(vec![]);
    let none = finished(unbill.client.create_auth(&nothing).await.granted()).items.unwrap_or_default();
    same("an empty list only checks the login", none.len(), 0);
    let coffee = bob.login(REGULAR_2, "test").await.with_items(vec![AuthItem::from("coffee")]);
    unbill.client.create_auth(&coffee).await.refused();
}

pub(super) async fn a_challenge_token_is_good_for_one_answer_and_ten_minutes(unbill: Unbill) {
    let ann = unbill.customer().await;
    let first = challenged(ann.logs_in(REGULAR_1, "testmfacode").await);
    same("a code is offered first", first.method.clone(), Some(MfaMethod::Code));
    let choose = StepAuth::choosing(&first, first_input(&first)).expect("it fits");
    let second = challenged(unbill.client.step_auth(&choose).await.granted());
    assert!(second.token.expose() != first.token.expose(), "every challenge has a token of its own");
    unbill.client.step_auth(&choose).await.refused();
    unbill.advance("PT10M1S").await;
    let late = StepAuth::answering(&second, answers(&second, "123456")).expect("it fits");
    unbill.client.step_auth(&late).await.refused();
    let again = challenged(ann.logs_in(REGULAR_1, "testmfaquestions").await);
    finished(ann.answers(&again, false).await);
}

pub(super) async fn an_answer_that_does_not_fit_is_refused(unbill: Unbill) {
    let ann = unbill.customer().await;
    let challenge = challenged(ann.logs_in(REGULAR_1, "testmfaquestions").await);
    assert!(StepAuth::choosing(&challenge, "anything").is_err(), "questions offer no destination");
    let wrong = StepAuth::answering(&challenge, answers(&challenge, "wrong")).expect("it fits");
    let refused = unbill.client.step_auth(&wrong).await;
    let error = refused.expect_err("a wrong answer");
    same("it is refused", error.kind(), ErrorKind::Rejected);
}

pub(super) async fn the_same_client_and_company_are_the_same_login(unbill: Unbill) {
    let ann = unbill.customer().await;
    let first = finished(ann.logs_in(REGULAR_1, "test").await).auth_id;
    let again = finished(ann.logs_in(REGULAR_1, "test").await).auth_id;
    same("it is checked again", &again, &first);
    let other = finished(ann.logs_in(REGULAR_2, "test").await).auth_id;
    assert!(other != first, "another company is another login");
}

pub(super) async fn a_login_that_stopped_working_is_renewed_by_logging_in(unbill: Unbill) {
    let ann = unbill.customer().await;
    let bill = ann.links(REGULAR_1, "test").await;
    let auth = ann.auths().await.pop().expect("a login").id;
    let invalid = json!({ "outcome": "invalid" });
    unbill.service.control("POST", &format!("unbill/auths/{auth}/refresh"), invalid).await;
    let status = async || ann.auths().await.pop().expect("a login").status.kind.as_str().to_owned();
    same("it has to authenticate", status().await.as_str(), "authenticate");
    let before = ann.bill(&bill).await;
    let mut wrong = ann.login(REGULAR_1, "test").await;
    wrong.form.insert("password".to_owned(), Secret::new("another"));
    unbill.client.create_auth(&wrong).await.refused();
    same("still", status().await.as_str(), "authenticate");
    same("the same login", finished(ann.logs_in(REGULAR_1, "test").await).auth_id, auth);
    same("renewed", status().await.as_str(), "verified");
    assert!(ann.bill(&bill).await == before, "with the bill as it was");
}

pub(super) async fn a_hold_is_fixed(unbill: Unbill) {
    let ann = unbill.customer().await;
    let _ = ann.logs_in(REGULAR_1, "testhold").await;
    let auth = ann.auths().await.pop().expect("a login");
    same("held", auth.status.kind.as_str(), "hold");
    assert!(unbill.client.fix_hold(&auth.id).await.granted().success);
    let verified = async || ann.auths().await.pop().filter(|auth| auth.status.kind.as_str() == "verified");
    unbill.service.until("a fixed hold is verified", verified).await;
    unbill.client.fix_hold(&auth.id).await.refused();
    unbill.client.fix_hold(&AuthId::from("nobody")).await.refused();
}

pub(super) async fn a_deleted_login_takes_its_bills_with_it(unbill: Unbill) {
    let ann = unbill.customer().await;
    let bill = ann.links(REGULAR_1, "test").await;
    let auth = ann.auths().await.pop().expect("a login").id;
    assert!(unbill.client.delete_auth(&auth).await.granted().success);
    unbill.client.bill(&bill).await.unknown();
    unbill.client.delete_auth(&auth).await.refused();
}
