//! Quirks mode through the real client and the real verifier: the same story in two sandboxes of one seed, one tidy, one
//! as untidy as the documents print it, gives the same typed values. Where a printed form says something else (a swap
//! without its id, an id that is another one), the difference is exactly that: see [`reading`].

mod reading;
mod sides;

use std::collections::BTreeMap;

use billwire::core::Answer;
use billwire::models::scalar::Timestamp;
use billwire::q2::{
    AddPaymentMethod, AnswerQuestions, AssignPaymentMethod, AuthId, AuthItem, BillId, CancelPayment,
    ClientId, CompanyId, CreateAuth, CreateClient, CreateSwap, CreateToken, EventData, PaymentMethodId,
    PaymentMethodType, QuestionAnswer, RevokeTokens, Schedule, SchedulePayment, SecurityChallenge, StepAuth,
    SyncCard, SyncClient, SyncToken, UpdatePaymentSettings,
};
use billwire_sandbox::{Quirk, Quirks};

use sides::Sides;

const REGULAR_1: &str = "5bd885fccd274b4324a20001";
const REGULAR_2: &str = "5bd885fccd274b4324a20002";
const REGULAR_3: &str = "5bd885fccd274b4324a20003";

const KINDS: &[&str] = &[
    "auth.created",
    "auth.deleted",
    "auth.failed",
    "auth.hold",
    "auth.invalid",
    "auth.needs-resync",
    "auth.security-input-required",
    "auth.success",
    "bill.created",
    "bill.payment.cancelled",
    "bill.payment.failed",
    "bill.payment.scheduled",
    "bill.payment.sent",
    "bill.scheduled-payment-notice",
    "bill.upcoming",
    "bill.update",
    "swap.success",
];

/// Traps T1 to T36, as far as the service's side shows them: every operation, and the events of a long story.
#[tokio::test]
async fn every_operation_reads_the_same_values() {
    let sides = Sides::start(Quirks::all()).await;
    let client = story(&sides).await;
    reading::everything(&sides, &client).await;
    reading::is_untidy(&sides, &client).await;
    let operations = sides.operations();
    let missing: Vec<&str> = billwire::q2::operations::ALL
        .iter()
        .map(|operation| operation.id)
        .filter(|id| !operations.contains(*id))
        .collect();
    assert!(missing.is_empty(), "no answer of {missing:?} was compared");
}

/// Each quirk by itself, in the reads it may touch: what one does is not hidden by another.
#[tokio::test]
async fn each_quirk_alone_reads_the_same_values() {
    let sides = Sides::start(Quirks::none()).await;
    let client = story(&sides).await;
    for quirk in Quirk::ALL {
        sides.set_quirks(Quirks::none().with(*quirk));
        reading::everything(&sides, &client).await;
    }
}

/// Trap T9, trap T10, trap T17, trap T18, trap T25, trap T26, trap T29, trap T36: every type of event, signed and
/// encrypted, with every quirk.
#[tokio::test]
async fn every_event_reads_the_same_values() {
    let sides = Sides::start(Quirks::all()).await;
    for kind in KINDS {
        sides.trigger(kind).await;
    }
    assert_eq!(sides.events().len(), KINDS.len());
}

/// The same, each quirk by itself.
#[tokio::test]
async fn every_event_with_each_quirk_alone_reads_the_same_values() {
    let sides = Sides::start(Quirks::none()).await;
    for quirk in Quirk::ALL.iter().filter(|quirk| **quirk != Quirk::BarePayload) {
        sides.set_quirks(Quirks::none().with(*quirk));
        for kind in
            ["auth.deleted", "bill.update", "bill.payment.cancelled", "bill.payment.sent", "swap.success"]
        {
            sides.trigger(kind).await;
        }
        assert_eq!(sides.events().len(), 5, "{quirk}");
    }
}

/// Trap T17: a payload alone has neither type nor id; it is refused as an event, and read where that is asked for.
#[tokio::test]
async fn a_bare_payload_is_read_only_on_request() {
    let sides = Sides::start(Quirks::none().with(Quirk::BarePayload)).await;
    sides.trigger("bill.update").await;
    sides.bare_payload();
}

/// Every operation that changes something, in both sandboxes: a client with two cards and a bank account, bills that
/// are paid, planned, cancelled and on hold, open questions, a swap that runs.
async fn story(sides: &Sides) -> ClientId {
    let client = clients(sides).await;
    let card = methods(sides, &client).await;
    bills(sides, &client, &card).await;
    questions(sides, &client).await;
    declined_and_swapped(sides, &client, &card).await;
    client
}

async fn clients(sides: &Sides) -> ClientId {
    let request = CreateClient::new("quirky");
    let client = sides
        .same(async |api| api.create_client(&request).await.map(|answer| answer.client_id.clone()))
        .await;
    let token = CreateToken::new("quirky");
    sides.same(async |api| api.create_token(&token).await.map(|answer| answer.token.clone())).await;
    let card = SyncCard::new("4111111111111111".into(), "12".into(), "2030".into(), "12345", "Demo User");
    let sync = SyncClient::new(CreateClient::new("quirky"))
        .with_token(SyncToken::new())
        .with_cards(vec![card.with_identifier("first")]);
    sides.same(async |api| api.sync_client(&sync).await.map(Answer::into_inner)).await;
    let revoke = RevokeTokens::for_client("quirky");
    sides.same(async |api| api.revoke_tokens(&revoke).await.map(Answer::into_inner)).await;
    client
}

async fn methods(sides: &Sides, client: &ClientId) -> PaymentMethodId {
    let bank = |account: &str| {
        AddPaymentMethod::new(client.clone(), PaymentMethodType::Bank, "Demo User")
            .with_routing_number("021000021".into())
            .with_account_number(account.into())
            .with_account_type("checking".into())
    };
    let gone = add(sides, bank("9900000002")).await;
    sides.same(async |api| api.delete_payment_method(&gone).await.map(Answer::into_inner)).await;
    add(sides, bank("9900000003")).await;
    add(sides, card(client, "378282246310005")).await
}

async fn add(sides: &Sides, request: AddPaymentMethod) -> PaymentMethodId {
    sides
        .same(async |api| api.add_payment_method(&request).await.map(Answer::into_inner))
        .await
        .payment_method_id
}

fn card(client: &ClientId, number: &str) -> AddPaymentMethod {
    AddPaymentMethod::new(client.clone(), PaymentMethodType::Card, "Demo User")
        .with_card_number(number.into())
        .with_card_code("1234".into())
        .with_exp_month("12".into())
        .with_exp_year("2030".into())
        .with_zipcode("12345")
}

async fn log_in(sides: &Sides, client: &ClientId, company: &str, inputs: [&str; 3]) -> AuthId {
    let form: BTreeMap<String, _> = ["balance", "dueDate", "status"]
        .into_iter()
        .zip(inputs)
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let request = CreateAuth::new(client.clone(), CompanyId::new(company), vec![AuthItem::Bill], form);
    let auth =
        sides.same(async |api| api.create_auth(&request).await.map(|answer| answer.auth_id.clone())).await;
    sides.advance("PT10S").await;
    auth
}

async fn bill(sides: &Sides, client: &ClientId, company: &str, inputs: [&str; 3]) -> (AuthId, BillId) {
    let auth = log_in(sides, client, company, inputs).await;
    let found = sides
        .same(async |api| {
            let bills = api.list_bills(client).await?;
            let of_auth =
                bills.data.iter().find(|pair| pair.bill.auth.as_ref().is_some_and(|of| of.id == auth));
            Ok(of_auth.map(|pair| pair.bill.id.clone()))
        })
        .await;
    (auth, found.expect("a bill"))
}

async fn bills(sides: &Sides, client: &ClientId, card: &PaymentMethodId) {
    // Without cents, planned, cancelled, planned again and paid: with a fee, because it is company 3.
    let (_, dear) = bill(sides, client, REGULAR_3, ["100.00", "04/15/2026", ""]).await;
    let assign = AssignPaymentMethod::new(dear.clone());
    sides.same(async |api| api.assign_payment_method(card, &assign).await.map(Answer::into_inner)).await;
    let settings = UpdatePaymentSettings::new(dear.clone()).with_schedule(Schedule::FiveDaysBefore);
    sides.same(async |api| api.update_payment_settings(&settings).await.map(Answer::into_inner)).await;
    let day = Timestamp::parse("2026-03-05T00:00:00.000Z").expect("a day");
    let plan = SchedulePayment::pay_on(dear.clone(), day);
    let cancel = CancelPayment::new(dear.clone());
    sides.same(async |api| api.schedule_payment(&plan).await.map(Answer::into_inner)).await;
    sides.same(async |api| api.cancel_payment(&cancel).await.map(Answer::into_inner)).await;
    sides.same(async |api| api.schedule_payment(&plan).await.map(Answer::into_inner)).await;
    sides.advance("P5D").await;
    // A second one stays open, a third one is on hold and stays so, a fourth login is deleted.
    bill(sides, client, REGULAR_1, ["25.21", "04/20/2026", ""]).await;
    let held = log_in(sides, client, REGULAR_2, ["12.00", "04/20/2026", "hold"]).await;
    sides.same(async |api| api.fix_hold(&held).await.map(Answer::into_inner)).await;
    sides.advance("PT10S").await;
    log_in(sides, client, "5bd885fccd274b4324a20004", ["12.00", "04/20/2026", "hold"]).await;
    let gone = log_in(sides, client, "5bd885fccd274b4324a20005", ["12.00", "04/20/2026", ""]).await;
    sides.same(async |api| api.delete_auth(&gone).await.map(Answer::into_inner)).await;
    sides.advance("PT10S").await;
}

/// The first questions are answered as they are asked, the next ones when nobody waits any more, the last ones stay.
async fn questions(sides: &Sides, client: &ClientId) {
    log_in(sides, client, REGULAR_1, ["30.00", "04/20/2026", "mfa-required-questions"]).await;
    let challenge = last_challenge(sides);
    let step = StepAuth::answering(&challenge, answers(&challenge)).expect("answers");
    sides.same(async |api| api.step_auth(&step).await.map(Answer::into_inner)).await;
    sides.advance("PT10S").await;
    let late = log_in(sides, client, REGULAR_2, ["30.00", "04/20/2026", "mfa-required-questions"]).await;
    let challenge = last_challenge(sides);
    let written = answers(&challenge)
        .into_iter()
        .map(|(identifier, answer)| QuestionAnswer::new(identifier, answer.into()))
        .collect();
    let answers = AnswerQuestions::new(written);
    sides.same(async |api| api.answer_questions(&late, &answers).await.map(Answer::into_inner)).await;
    sides.advance("PT10S").await;
    log_in(sides, client, "5bd885fccd274b4324a20005", ["30.00", "", "mfa-required-questions"]).await;
}

fn answers(challenge: &SecurityChallenge) -> Vec<(String, String)> {
    let inputs = challenge.input.iter().flatten();
    inputs.filter_map(|input| Some((input.identifier.clone()?, "Smith".to_owned()))).collect()
}

fn last_challenge(sides: &Sides) -> SecurityChallenge {
    let events = sides.events();
    let mut challenges = events.into_iter().rev().filter_map(|event| match event.data {
        EventData::AuthSecurityInputRequired(challenge) => Some(challenge),
        _ => None,
    });
    challenges.next().expect("a challenge")
}

/// A declined method that was tried again, and a swap that has not ended.
async fn declined_and_swapped(sides: &Sides, client: &ClientId, card: &PaymentMethodId) {
    let declined = add(sides, self::card(client, "5555555555554444")).await;
    sides.decline(declined.as_str()).await;
    let (_, bill) = bill(sides, client, REGULAR_2, ["12.34", "04/20/2026", ""]).await;
    let assign = AssignPaymentMethod::new(bill.clone());
    sides.same(async |api| api.assign_payment_method(&declined, &assign).await.map(Answer::into_inner)).await;
    let now = SchedulePayment::pay_now(bill);
    sides.same(async |api| api.schedule_payment(&now).await.map(Answer::into_inner)).await;
    sides.advance("PT10S").await;
    sides.same(async |api| api.retry_payment_method(&declined).await.map(Answer::into_inner)).await;
    sides.advance("PT10S").await;
    let company = sides.tidy_first(async |api| api.list_swap_companies().await.map(Answer::into_inner)).await;
    let company = company.data.iter().find_map(|company| company.id.clone()).expect("a company");
    let auth = log_in(sides, client, company.as_str(), ["9.00", "04/20/2026", ""]).await;
    let swap = CreateSwap::new(auth, card.clone());
    sides.same(async |api| api.create_swap(&swap).await.map(Answer::into_inner)).await;
}
