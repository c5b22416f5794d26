//! The story, step by step. Every step checks what it claims.

use billwire::models::scalar::{CardData, ProviderTime, Secret, Timestamp};
use billwire::unbill::{
    AddPaymentMethod, AuthItem, AuthProgress, BillId, BillStatusType, ClientId, CompanyId, CreateAuth,
    CreateClient, EnabledState, EventData, EventType, FinishedAuth, MfaChallenge, PaymentMethodType,
    SchedulePayment, SearchCompanies, StepAuth, UpdatePaymentSettings,
};
use billwire_sandbox::Moment;

use super::stage::Stage;
use crate::demo::check::{broken, equal, failed, present};
use crate::demo::fault::Fault;
use crate::error::Error;

const COMPANY: &str = "Test Merchant";
const OTHER_COMPANY: &str = "Test Gas";
/// Documented users of the sandbox, and what their bills are worth.
const USER: &str = "testmfacode";
const OTHER_USER: &str = "test";
const PASSWORD: &str = "test";
const BALANCE: &str = "100.00";
/// The code that the test companies send.
const CODE: &str = "123456";
/// Before the due date, so that it can be told apart from an automatic payment.
const PAY_DATE: &str = "2026-03-10T00:00:00.000Z";
/// Well after the due date: whatever would be paid twice has been paid twice by then.
const LATER: &str = "2026-03-20T12:00:00.000Z";
/// The webhooks of the story, in order.
const WEBHOOKS: [&str; 2] = ["bill.update", "bill.payment"];
/// Long enough for anything the service does at once.
const A_MOMENT: i64 = 5;

/// Plays from the first customer to the last look into the ledger.
pub(crate) async fn play(stage: &mut Stage) -> Result<(), Error> {
    let client_id = create_client(stage).await?;
    let company_id = search_company(stage, COMPANY).await?;
    let bill_id = link(stage, &client_id, &company_id).await?;
    find_bill(stage, &bill_id).await?;
    add_card(stage, &client_id).await?;
    schedule(stage, &bill_id).await?;
    if stage.fault == Some(Fault::SecondPayment) {
        pay_something_else(stage, &client_id).await?;
    }
    pay(stage, &bill_id).await?;
    settle(stage, &bill_id).await
}

async fn create_client(stage: &mut Stage) -> Result<ClientId, Error> {
    stage.step("A customer is created; asked again, the service finds the same one")?;
    let client = stage.client.clone();
    let request = CreateClient::new("customer-0001");
    let created = stage.call(client.create_client(&request)).await?.client_id.clone();
    let again = stage.call(client.create_client(&request)).await?.client_id.clone();
    equal("the client of the second call", &again, &created)?;
    stage.held(format!("client {created}"))?;
    Ok(created)
}

async fn search_company(stage: &mut Stage, name: &str) -> Result<CompanyId, Error> {
    stage.step("The biller is searched")?;
    let client = stage.client.clone();
    let search = SearchCompanies::new().with_query(name);
    let found = stage.call(client.search_companies(&search)).await?;
    let company = found.data.iter().find(|company| company.name.as_deref() == Some(name));
    let company_id = present(&format!("the company {name}"), company.and_then(|company| company.id.clone()))?;
    stage.held(format!("{name} is {company_id}"))?;
    Ok(company_id)
}

/// The login at the biller, with a code sent to the customer. Each answer is there when the call returns: 201 asks, 200 is
/// the end.
async fn link(stage: &mut Stage, client_id: &ClientId, company_id: &CompanyId) -> Result<BillId, Error> {
    stage.step("The customer logs in there; the biller wants to know where to send a code (201)")?;
    let first = challenge(create_auth(stage, client_id, company_id, USER).await?)?;
    let destination = first.mfa.iter().flatten().next().map(|input| input.identifier.clone());
    let destination = present("a destination for the code", destination)?;
    let choose = StepAuth::choosing(&first, destination).map_err(broken)?;

    stage.step("The destination is chosen; the biller asks for the code (201)")?;
    let client = stage.client.clone();
    let second = challenge(stage.call(client.step_auth(&choose)).await?.into_inner())?;
    if second.token.expose() == first.token.expose() {
        return Err(failed("the second challenge has the token of the first"));
    }

    stage.step("The code arrived at the customer, who types it in: the login is finished (200)")?;
    let inputs = second.mfa.iter().flatten().map(|input| (input.identifier.clone(), Secret::new(CODE)));
    let mut step = StepAuth::answering(&second, inputs.collect::<Vec<_>>()).map_err(broken)?;
    if stage.fault == Some(Fault::ReusedChallenge) {
        step.token = first.token.clone();
    }
    let linked = finished(stage.call(client.step_auth(&step)).await?.into_inner())?;
    let auths = stage.call(client.list_auths(client_id)).await?;
    let auth = present("the auth", auths.data.iter().find(|auth| auth.id == linked.auth_id))?;
    equal("the status of the auth", &auth.status.kind.to_string(), &"verified".to_owned())?;
    stage.held(format!("auth {} is verified", linked.auth_id))?;
    let bill = linked.items.iter().flatten().find_map(|item| item.id.clone());
    present("the bill of the login", bill)
}

async fn create_auth(
    stage: &mut Stage,
    client_id: &ClientId,
    company_id: &CompanyId,
    user: &str,
) -> Result<AuthProgress, Error> {
    let client = stage.client.clone();
    let form = [("username", user), ("password", PASSWORD)];
    let form = form.map(|(name, value)| (name.to_owned(), Secret::new(value))).into();
    let request = CreateAuth::new(client_id.clone(), company_id.clone(), form);
    let request = request.with_items(vec![AuthItem::Bill]);
    Ok(stage.call(client.create_auth(&request)).await?.into_inner())
}

fn challenge(progress: AuthProgress) -> Result<MfaChallenge, Error> {
    match progress {
        AuthProgress::Challenge(challenge) => Ok(challenge),
        AuthProgress::Finished(_) => Err(failed("the login was finished without a challenge")),
    }
}

fn finished(progress: AuthProgress) -> Result<FinishedAuth, Error> {
    match progress {
        AuthProgress::Finished(auth) => Ok(auth),
        AuthProgress::Challenge(_) => Err(failed("the login is not finished")),
    }
}

async fn find_bill(stage: &mut Stage, bill_id: &BillId) -> Result<(), Error> {
    stage.step("The bill is fetched, and the webhook that told of it is compared with it")?;
    stage.pass(A_MOMENT).await?;
    let told = stage.bill_to_read_back(&EventType::BillUpdate)?;
    equal("the bill of the webhook", &told.to_string(), &bill_id.to_string())?;
    let client = stage.client.clone();
    let found = stage.call(client.bill(&told)).await?;
    equal("the status of the bill", &found.bill.status.kind.to_string(), &"upcoming".to_owned())?;
    let balance = present("the balance of the bill", found.bill.balance.clone())?;
    equal("the balance of the bill", &balance.to_string(), &BALANCE.to_owned())?;
    let due = present("the due date of the bill", found.bill.due_date.clone())?;
    stage.counts(&format!("bill {bill_id}: ${balance} due {due}"))
}

async fn add_card(stage: &mut Stage, client_id: &ClientId) -> Result<(), Error> {
    stage.step("A card is added")?;
    // A published test number.
    let card = AddPaymentMethod::new(client_id.clone(), PaymentMethodType::Card, "Demo Customer")
        .with_card_number(CardData::new("4111111111111111"))
        .with_card_code(CardData::new("123"))
        .with_exp_month(CardData::new("12"))
        .with_exp_year(CardData::new("2030"))
        .with_zipcode("12345");
    let client = stage.client.clone();
    let added = stage.call(client.add_payment_method(&card)).await?;
    let methods = stage.call(client.list_payment_methods(client_id)).await?;
    let method = methods.data.iter().find(|method| method.id == added.payment_method_id);
    let method = present("the new payment method", method)?;
    let number = method.card.as_ref().and_then(|card| card.number.clone()).unwrap_or_default();
    stage.held(format!("payment method {} is {number}", added.payment_method_id))
}

/// One payment, on a day of our choice, and no automatic one beside it.
async fn schedule(stage: &mut Stage, bill_id: &BillId) -> Result<(), Error> {
    stage.step("Automatic payments are switched off, and one payment is scheduled")?;
    let client = stage.client.clone();
    let settings = UpdatePaymentSettings::new(bill_id.clone()).with_recurring(EnabledState::Disabled);
    stage.call(client.update_payment_settings(&settings)).await?;
    let day = Timestamp::parse(PAY_DATE).map_err(broken)?;
    let request = SchedulePayment::pay_on(bill_id.clone(), day.clone());
    stage.call(client.schedule_payment(&request)).await?;

    stage.step("The bill is read back: does the service have the same day?")?;
    let found = stage.call(client.bill(bill_id)).await?;
    let pay_date = found.bill.pay_date.as_ref().and_then(ProviderTime::instant_assuming_utc);
    if pay_date != Some(day.instant()) {
        return Err(failed(format!(
            "the payment was scheduled for {PAY_DATE}, but the bill has another day"
        )));
    }
    stage.held(format!("pay date {PAY_DATE}"))
}

/// The fault: another bill of the customer is paid too.
async fn pay_something_else(stage: &mut Stage, client_id: &ClientId) -> Result<(), Error> {
    let company_id = search_company(stage, OTHER_COMPANY).await?;
    stage.step("Somebody links another account and pays its bill")?;
    let linked = finished(create_auth(stage, client_id, &company_id, OTHER_USER).await?)?;
    let other = present("a bill", linked.items.iter().flatten().find_map(|item| item.id.clone()))?;
    let client = stage.client.clone();
    stage.call(client.pay_now(&other)).await?;
    stage.pass(A_MOMENT).await
}

/// The day comes.
async fn pay(stage: &mut Stage, bill_id: &BillId) -> Result<(), Error> {
    stage.step("The day of the payment comes")?;
    let day: Moment = PAY_DATE.parse().map_err(|error: billwire_sandbox::Error| broken(error))?;
    stage.pass_until(day).await?;
    stage.pass(A_MOMENT).await?;
    let told = match &stage.newest(&EventType::BillPayment)?.unproved_value().data {
        EventData::BillPayment(data) => data.amount.to_string(),
        _ => return Err(failed("the webhook bill.payment does not hold a payment")),
    };

    stage.step("Anybody could have sent that webhook: what it says is read back")?;
    let paid = stage.bill_to_read_back(&EventType::BillPayment)?;
    equal("the bill of the webhook", &paid.to_string(), &bill_id.to_string())?;
    let client = stage.client.clone();
    let found = stage.call(client.bill(&paid)).await?;
    equal("the status of the bill", &found.bill.status.kind, &BillStatusType::Paid)?;
    let history = found.payments.iter().flat_map(|payments| payments.iter());
    let amounts: Vec<String> = history.map(|payment| payment.amount.to_string()).collect();
    equal("the payment history of the bill", &amounts.join(", "), &BALANCE.to_owned())?;
    if told != BALANCE {
        return Err(failed(format!("the webhook says ${told} was paid, the service says ${BALANCE}")));
    }
    stage.counts(&format!("the bill is paid, ${told}; webhook, bill and history agree"))
}

/// Nothing else happens, and the ledger has the last word.
async fn settle(stage: &mut Stage, bill_id: &BillId) -> Result<(), Error> {
    stage.step("The due date passes: nothing may be paid again")?;
    let later: Moment = LATER.parse().map_err(|error: billwire_sandbox::Error| broken(error))?;
    stage.pass_until(later).await?;
    let ledger = stage.ledger()?;
    equal("the number of payments in the ledger", &ledger.len(), &1)?;
    let payment = present("the payment", ledger.first())?;
    equal("the paid bill", &payment.bill_id, &bill_id.to_string())?;
    equal("the paid amount", &payment.amount.to_string(), &BALANCE.to_owned())?;
    let kinds: Vec<&str> = stage.events().iter().map(|event| event.unproved_value().kind.as_str()).collect();
    equal("the list of webhooks", &kinds.join(", "), &WEBHOOKS.join(", "))
}
