//! Linking an account: the flow through the API, the magic numbers, and the tokens.
//!
//! Source: BillerAPI description, sections 5.2 to 5.6, 7.2, 8.2 and 8.3.

use billwire::billerapi::{
    Bill, Consent, CreateLinkToken, FailureCode, ListScenarioBillsQuery, NextStep, SubmitCredentials,
};
use billwire::models::scalar::Secret;

use super::stage::{BillerApi, Linked, failed};
use super::{BILLS, GOOD, LOGINS, MFA, PLAN, RIGHT_CODE, THREE_ACCOUNTS};
use crate::judge::{Judged, same};

pub(super) async fn every_magic_number_decides_what_becomes_of_a_login(api: BillerApi) {
    for (number, outcome) in LOGINS {
        let link = api.begins(&api.user()).await;
        let step = api.logs_in(&link, number).await;
        if outcome.chars().all(|character| character.is_ascii_uppercase() || character == '_') {
            failed(step, outcome);
        } else {
            let next = step.granted().next_step.expect("a next step");
            same(number, next.as_str().replace('-', "_"), outcome.replace('-', "_"));
        }
    }
}

/// A bill as the table writes it.
fn owed(api: &BillerApi, bill: &Bill) -> (String, String, i64, bool) {
    let due = bill.due_date.as_ref().expect("a due date");
    let due = due.civil().expect("a day");
    let by_itself = bill.auto_pay_enabled.unwrap_or_default();
    (bill.status.as_str().to_owned(), bill.amount.to_string(), api.days_until(due), by_itself)
}

pub(super) async fn every_magic_number_decides_which_bills_there_are(api: BillerApi) {
    for (number, outcome) in BILLS {
        let answer = api.client.list_scenario_bills(&ListScenarioBillsQuery::new(*number)).await;
        match outcome {
            Err(code) => failed(answer, code),
            Ok(expected) => {
                let bills = answer.granted().bills.unwrap_or_default();
                let mut found: Vec<_> = bills.iter().map(|bill| owed(&api, bill)).collect();
                found.sort_by_key(|(_, _, due, _)| *due);
                let expected = expected.iter().map(|(status, cents, due, by_itself)| {
                    ((*status).to_owned(), cents.to_string(), *due, *by_itself)
                });
                same(number, found, expected.collect());
            }
        }
    }
}

pub(super) async fn the_service_lists_its_magic_numbers(api: BillerApi) {
    let listed = api.client.list_scenarios().await.granted().scenarios;
    same("nine", listed.len(), 9);
    for scenario in &listed {
        let (_, outcome) =
            LOGINS.iter().find(|(number, _)| *number == scenario.account_number).expect("a known number");
        let failure = scenario.error_code.as_ref().map(FailureCode::as_str);
        let next = scenario.next_step.as_ref().map(NextStep::as_str);
        let said = failure.or(next).expect("an outcome").replace('-', "_");
        same(&scenario.account_number, said, outcome.replace('-', "_"));
    }
}

pub(super) async fn only_one_code_passes_and_three_wrong_ones_lock(api: BillerApi) {
    let link = api.begins(&api.user()).await;
    api.types(&link, RIGHT_CODE).await.refused(); // nothing asked for a code
    api.logs_in(&link, MFA).await.granted();
    failed(api.types(&link, "654321").await, "INVALID_MFA_CODE");
    api.types(&link, RIGHT_CODE).await.granted();

    let link = api.begins(&api.user()).await;
    api.logs_in(&link, MFA).await.granted();
    for outcome in ["INVALID_MFA_CODE", "INVALID_MFA_CODE", "ACCOUNT_LOCKED"] {
        failed(api.types(&link, "654321").await, outcome);
    }
}

pub(super) async fn a_flow_ends_with_an_access_token_and_bills(api: BillerApi) {
    for (number, bills) in [(GOOD, 1), (MFA, 1), (PLAN, 3)] {
        let linked = api.links(number).await;
        let own = api.client.account_of(&linked.exchanged).expect("its token");
        let query = billwire::billerapi::ListBillsQuery::new(linked.link_id.clone());
        let page = own.list_bills(&query).await.granted();
        same(number, page.bills.len(), bills);
        same("either credential shows the same", api.bills(&linked.link_id).await.bills.len(), bills);
    }
}

pub(super) async fn each_of_several_accounts_has_its_own_bill(api: BillerApi) {
    let link = api.begins(&api.user()).await;
    let found = api.finds(&link, THREE_ACCOUNTS).await;
    let names: Vec<_> = found.iter().filter_map(|account| account.name.as_deref()).collect();
    same("three accounts", names, vec!["Primary", "Vacation Home", "Business"]);
    let public_token = api.completes(&link, &found[2]).await;
    let linked = Linked::by(&api.exchanges(&public_token).await.granted());
    let bill = api.only_bill(&linked.link_id).await;
    let other = api.links(THREE_ACCOUNTS).await;
    assert!(bill != api.only_bill(&other.link_id).await, "each has a bill of its own");
}

pub(super) async fn a_link_token_lives_half_an_hour(api: BillerApi) {
    let link = api.begins(&api.user()).await;
    api.advance("PT29M59S").await;
    api.logs_in(&link, MFA).await.granted();
    api.advance("PT2S").await;
    failed(api.types(&link, RIGHT_CODE).await, "LINK_TOKEN_EXPIRED");
    api.logs_in(&"ltid_nothing".into(), GOOD).await.unknown();
}

pub(super) async fn a_public_token_works_once_and_half_an_hour(api: BillerApi) {
    let complete = async || {
        let link = api.begins(&api.user()).await;
        let found = api.finds(&link, GOOD).await;
        api.completes(&link, &found[0]).await
    };
    let token = complete().await;
    api.exchanges(&token).await.granted();
    api.exchanges(&token).await.refused();
    let token = complete().await;
    api.advance("PT30M1S").await;
    api.exchanges(&token).await.refused();
    api.exchanges("pt_sandbox_nothing").await.refused();
}

pub(super) async fn what_cannot_be_linked_is_refused(api: BillerApi) {
    let request = |user: &str, consents| CreateLinkToken::new(api.client_id.clone(), user.into(), consents);
    let bills = || vec![Consent::Bills];
    for wrong in [
        request("", bills()),
        request("user", vec![]),
        request("user", vec![Consent::from("everything")]),
        request("user", bills()).with_redirect_uri("nowhere"),
    ] {
        api.client.create_link_token(&wrong).await.refused();
    }
    let unknown = request("user", bills()).with_biller_id("no_such_company".into());
    api.client.create_link_token(&unknown).await.unknown();
    let others = CreateLinkToken::new("client_of_another".into(), "user".into(), bills());
    api.client.create_link_token(&others).await.forbidden();
    let without_biller = api.client.create_link_token(&request("user", bills())).await.granted();
    let link = without_biller.link_token_id.expect("an id");
    api.logs_in(&link, GOOD).await.refused();
    let named = SubmitCredentials::new(Secret::new(GOOD)).with_biller_id("test_gas_company".into());
    api.client.submit_credentials(&link, &named).await.granted();
}
