//! The story, step by step. Every step checks what it claims.

use billwire::models::scalar::{CardData, Money, ProviderTime, Secret, Timestamp};
use billwire::q2::behaviour::PayDateName;
use billwire::q2::{
    AddPaymentMethod, AuthId, AuthItem, BillId, BillStatusType, ClientId, CompanyId, CreateAuth,
    CreateClient, EnabledState, EventData, EventType, PaymentMethodType, SchedulePayment, SearchCompanies,
    SecurityChallenge, StepAuth, UpdatePaymentSettings,
};
use billwire_sandbox::Moment;

use super::stage::Stage;
use crate::demo::check::{broken, equal, failed, present};
use crate::demo::fault::Fault;
use crate::error::Error;

const COMPANY: &str = "Regular Company 1";
const OTHER_COMPANY: &str = "Regular Company 2";
/// Texts that the test companies understand.
const BALANCE: &str = "125.40";
const DUE_DATE: &str = "03/16/2026";
/// The code that the test companies send.
const CODE: &str = "123456";
/// Well before the due date, so that it can be told apart from an automatic payment.
const PAY_DATE: &str = "2026-03-10T00:00:00.000Z";
/// Well after the due date: whatever would be paid twice has been paid twice by then.
const LATER: &str = "2026-03-20T12:00:00.000Z";
/// The webhooks of the story, in order.
const WEBHOOKS: [&str; 7] = [
    "auth.security-input-required",
    "auth.security-input-required",
    "auth.success",
    "bill.created",
    "bill.update",
    "bill.payment.scheduled",
    "bill.payment.sent",
];
/// Long enough for anything the service does at once.
const A_MOMENT: i64 = 5;

/// Plays from the first customer to the last look into the ledger.
pub(crate) async fn play(stage: &mut Stage) -> Result<(), Error> {
    let client_id = create_client(stage).await?;
    let company_id = search_company(stage, COMPANY).await?;
    link(stage, &client_id, &company_id).await?;
    let bill_id = find_bill(stage, &client_id).await?;
    add_card(stage, &client_id).await?;
    schedule(stage, &bill_id).await?;
    if stage.fault == Some(Fault::SecondPayment) {
        pay_something_else(stage, &client_id).await?;
    }
    let amount = pay(stage, &bill_id).await?;
    settle(stage, &bill_id, &amount).await
}

async fn create_client(stage: &mut Stage) -> Result<ClientId, Error> {
    stage.step("A customer is created")?;
    let client = stage.client.clone();
    let created = stage.call(client.create_client(&CreateClient::new("customer-0001"))).await?;
    stage.held(format!("client {}", created.client_id))?;
    Ok(created.client_id.clone())
}

async fn search_company(stage: &mut Stage, name: &str) -> Result<CompanyId, Error> {
    stage.step("The biller is searched")?;
    let client = stage.client.clone();
    let search = SearchCompanies::new().with_query(name);
    let found = stage.call(client.search_companies(&search)).await?;
    let company = found.data.iter().find(|company| company.name == name);
    let company_id = present(&format!("the company {name}"), company.and_then(|company| company.id.clone()))?;
    stage.held(format!("{name} is {company_id}"))?;
    Ok(company_id)
}

/// The login at the biller, with a code sent to the customer.
async fn link(stage: &mut Stage, client_id: &ClientId, company_id: &CompanyId) -> Result<(), Error> {
    stage.step("The customer's account there is linked")?;
    let auth_id = create_auth(stage, client_id, company_id, "mfa-required-code").await?;

    stage.step("The biller wants to know where to send a code")?;
    let challenge = challenge(stage)?;
    let destination = present("a destination for the code", first_input(&challenge))?;
    let step = StepAuth::choosing(&challenge, &destination).map_err(broken)?;
    answer(stage, &step).await?;

    stage.step("The code arrived at the customer, who types it in")?;
    let challenge = challenge_after(stage, &challenge)?;
    let input = present("the input for the code", first_input(&challenge))?;
    let step = StepAuth::answering(&challenge, [(input, Secret::new(CODE))]).map_err(broken)?;
    answer(stage, &step).await?;

    stage.newest(&EventType::AuthSuccess)?;
    let client = stage.client.clone();
    let auths = stage.call(client.list_auths(client_id)).await?;
    let auth = present("the auth", auths.data.iter().find(|auth| auth.id == auth_id))?;
    equal("the status of the auth", &auth.status.kind.to_string(), &"verified".to_owned())?;
    stage.held(format!("auth {auth_id} is verified"))
}

async fn create_auth(
    stage: &mut Stage,
    client_id: &ClientId,
    company_id: &CompanyId,
    status: &str,
) -> Result<AuthId, Error> {
    let client = stage.client.clone();
    let form = [("balance", BALANCE), ("dueDate", DUE_DATE), ("status", status)];
    let form = form.map(|(name, value)| (name.to_owned(), Secret::new(value))).into();
    let request = CreateAuth::new(client_id.clone(), company_id.clone(), vec![AuthItem::Bill], form);
    let queued = stage.call(client.create_auth(&request)).await?;
    stage.pass(A_MOMENT).await?;
    Ok(queued.auth_id.clone())
}

async fn answer(stage: &mut Stage, step: &StepAuth) -> Result<(), Error> {
    let client = stage.client.clone();
    stage.call(client.step_auth(step)).await?;
    stage.pass(A_MOMENT).await
}

/// What the newest challenge webhook asks.
fn challenge(stage: &Stage) -> Result<SecurityChallenge, Error> {
    match &stage.newest(&EventType::AuthSecurityInputRequired)?.data {
        EventData::AuthSecurityInputRequired(challenge) => Ok(challenge.clone()),
        _ => Err(failed("the webhook auth.security-input-required does not hold a challenge")),
    }
}

/// The challenge that follows `earlier`: it has a token of its own.
fn challenge_after(stage: &Stage, earlier: &SecurityChallenge) -> Result<SecurityChallenge, Error> {
    let next = challenge(stage)?;
    if next.token == earlier.token {
        Err(failed("the webhook that asks for the code is missing"))
    } else {
        Ok(next)
    }
}

/// The first thing that `challenge` asks for.
fn first_input(challenge: &SecurityChallenge) -> Option<String> {
    challenge.input.iter().flatten().find_map(|input| input.identifier.clone())
}

async fn find_bill(stage: &mut Stage, client_id: &ClientId) -> Result<BillId, Error> {
    stage.step("The bill is fetched")?;
    let bill_id = BillId::from(stage.newest(&EventType::BillCreated)?.resource.id.as_str());
    stage.newest(&EventType::BillUpdate)?;
    let client = stage.client.clone();
    let bills = stage.call(client.list_bills(client_id)).await?;
    let entry = present("the bill of the webhook", bills.data.iter().find(|entry| entry.bill.id == bill_id))?;
    equal("the status of the bill", &entry.bill.status.kind.to_string(), &"upcoming".to_owned())?;
    let balance = present("the balance of the bill", entry.bill.balance.clone())?;
    equal("the balance of the bill", &balance.to_string(), &BALANCE.to_owned())?;
    let due = present("the due date of the bill", entry.bill.due_date.clone())?;
    stage.held(format!("bill {bill_id}: ${balance} due {due}"))?;
    Ok(bill_id)
}

/// The only call that carries card data is the one whose body is encrypted.
async fn add_card(stage: &mut Stage, client_id: &ClientId) -> Result<(), Error> {
    stage.step("A card is added; its data travels encrypted")?;
    let card = AddPaymentMethod::new(client_id.clone(), PaymentMethodType::Card, "Demo Customer")
        .with_card_number(CardData::new("4111111111111111"))
        .with_card_code(CardData::new("123"))
        .with_exp_month(CardData::new("12"))
        .with_exp_year(CardData::new("2030"))
        .with_zipcode("12345");
    let sealing_client = stage.sealing_client.clone();
    let added = stage.sealed_call(sealing_client.add_payment_method(&card)).await?;
    let client = stage.client.clone();
    let methods = stage.call(client.list_payment_methods(client_id)).await?;
    let method = methods.data.iter().find(|method| method.id == added.payment_method_id);
    let method = present("the new payment method", method)?;
    let number = method.card.as_ref().and_then(|card| card.number.clone()).unwrap_or_default();
    stage.held(format!("payment method {} is {number}", added.payment_method_id))
}

/// One payment, on a day of our choice, and no automatic one beside it.
async fn schedule(stage: &mut Stage, bill_id: &BillId) -> Result<(), Error> {
    stage.step("Automatic payments are switched off, so that exactly one payment can happen")?;
    let client = stage.client.clone();
    let settings = UpdatePaymentSettings::new(bill_id.clone()).with_recurring(EnabledState::Disabled);
    stage.call(client.update_payment_settings(&settings)).await?;

    stage.step("A payment is scheduled")?;
    let day = Timestamp::parse(PAY_DATE).map_err(broken)?;
    let request = if stage.fault == Some(Fault::IgnoredPayDate) {
        SchedulePayment::pay_on_named(bill_id.clone(), day.clone(), PayDateName::PayDate)
    } else {
        SchedulePayment::pay_on(bill_id.clone(), day.clone())
    };
    stage.call(client.schedule_payment(&request)).await?;
    stage.pass(A_MOMENT).await?;

    stage.step("The bill is read back: does the service have the same day?")?;
    let found = stage.call(client.bill(bill_id)).await?;
    let pay_date = found.bill.pay_date.as_ref().and_then(ProviderTime::instant_assuming_utc);
    if pay_date != Some(day.instant()) {
        let shown =
            found.bill.pay_date.as_ref().map_or_else(|| "no pay date".to_owned(), ToString::to_string);
        return Err(failed(format!(
            "the payment was scheduled for {PAY_DATE}, but the bill has {shown} and is {}",
            found.bill.status.kind
        )));
    }
    match &stage.newest(&EventType::BillPaymentScheduled)?.data {
        EventData::BillPaymentScheduled(data) => {
            equal("the scheduled amount", &data.amount.to_string(), &BALANCE.to_owned())?;
        }
        _ => return Err(failed("the webhook bill.payment.scheduled does not hold a payment")),
    }
    stage.held(format!("pay date {PAY_DATE}"))
}

/// The fault: another bill of the customer is paid too.
async fn pay_something_else(stage: &mut Stage, client_id: &ClientId) -> Result<(), Error> {
    let company_id = search_company(stage, OTHER_COMPANY).await?;
    stage.step("Somebody links another account and pays its bill")?;
    create_auth(stage, client_id, &company_id, "").await?;
    let other = BillId::from(stage.newest(&EventType::BillCreated)?.resource.id.as_str());
    let client = stage.client.clone();
    stage.call(client.pay_now(&other)).await?;
    stage.pass(A_MOMENT).await
}

/// The day comes.
async fn pay(stage: &mut Stage, bill_id: &BillId) -> Result<Money, Error> {
    stage.step("The day of the payment comes")?;
    let day: Moment = PAY_DATE.parse().map_err(|error: billwire_sandbox::Error| broken(error))?;
    stage.pass_until(day).await?;
    stage.pass(A_MOMENT).await?;
    let sent = match &stage.newest(&EventType::BillPaymentSent)?.data {
        EventData::BillPaymentSent(data) => data.amount.clone(),
        _ => return Err(failed("the webhook bill.payment.sent does not hold a payment")),
    };

    // A webhook proves its sender, not its body: before it counts, it is read back.
    let client = stage.client.clone();
    let found = stage.call(client.bill(bill_id)).await?;
    equal("the status of the bill", &found.bill.status.kind, &BillStatusType::Paid)?;
    let history = found.payments.iter().flat_map(|payments| payments.iter());
    let amounts: Vec<String> = history.map(|payment| payment.amount.to_string()).collect();
    equal("the payment history of the bill", &amounts.join(", "), &BALANCE.to_owned())?;
    equal("the amount of the webhook", &sent.to_string(), &BALANCE.to_owned())?;
    stage.held(format!("the bill is paid, ${sent}; webhook, bill and history agree"))?;
    Ok(sent)
}

/// Nothing else happens, and the ledger has the last word.
async fn settle(stage: &mut Stage, bill_id: &BillId, amount: &Money) -> Result<(), Error> {
    stage.step("The due date passes: nothing may be paid again")?;
    let later: Moment = LATER.parse().map_err(|error: billwire_sandbox::Error| broken(error))?;
    stage.pass_until(later).await?;
    let ledger = stage.ledger()?;
    equal("the number of payments in the ledger", &ledger.len(), &1)?;
    let payment = present("the payment", ledger.first())?;
    equal("the paid bill", &payment.bill_id, &bill_id.to_string())?;
    equal("the paid amount", &payment.amount.to_string(), &amount.to_string())?;
    let kinds: Vec<&str> = stage.kinds().into_iter().map(EventType::as_str).collect();
    equal("the list of webhooks", &kinds.join(", "), &WEBHOOKS.join(", "))
}
