//! The story, step by step. Every step checks what it claims.

use billwire::billerapi::{
    AccountLinkId, BillStatus, ClientUserId, Consent, CreateLinkToken, EventType, ExchangePublicToken,
    LinkStepStatus, LinkTokenId, ListBillsQuery, ListSyncsQuery, SubmitCredentials, SubmitMfa, SyncStatus,
    TriggerSync,
};
use billwire::core::{AccessToken, CallOptions, ErrorKind, IdempotencyKey};
use billwire::models::scalar::Secret;
use billwire_sandbox::{BillToCome, CredentialKind};

use super::stage::Stage;
use crate::demo::check::{broken, equal, failed, present};
use crate::demo::fault::Fault;
use crate::error::Error;

const BILLER: &str = "test_electric_company";
/// The documented account number that asks for a code, what its bill is worth in cents, and the code.
const ACCOUNT_NUMBER: &str = "4000000003";
const FIRST_BILL: i64 = 15_420;
const WRONG_CODE: &str = "654321";
const CODE: &str = "123456";
/// What the biller issues later, in cents.
const LATER_BILLS: [i64; 2] = [1, 10_010];
/// Bills on a page.
const PAGE: u32 = 2;
/// Keys of the story: the same one is the same call.
const KEY: &str = "demo-sync-0001";
const OTHER_KEY: &str = "demo-sync-0002";
/// A synchronisation takes five seconds.
const SYNC_SECONDS: i64 = 6;
/// Long enough for anything the service does at once.
const A_MOMENT: i64 = 1;

/// Plays from the first token to the last webhook.
pub(crate) async fn play(stage: &mut Stage) -> Result<(), Error> {
    register(stage).await?;
    let link = link_token(stage).await?;
    log_in(stage, &link).await?;
    let public_token = discover(stage, &link).await?;
    let (account, access_token) = exchange(stage, &public_token).await?;
    biller_issues(stage, &account)?;
    synchronise(stage, &account).await?;
    read_bills(stage, &account, access_token).await?;
    settle(stage)
}

async fn register(stage: &mut Stage) -> Result<(), Error> {
    stage.step("Our server is registered for webhooks, with a secret that only we and the service know")?;
    let (client, client_id) = (stage.client.clone(), stage.client_id.clone());
    let request = stage.registration();
    let registered = stage.call(client.register_webhook(&client_id, &request)).await?;
    stage.held(format!("subscription {}", registered.id))
}

async fn link_token(stage: &mut Stage) -> Result<LinkTokenId, Error> {
    stage.step("A link token is made for a user")?;
    let (client, client_id) = (stage.client.clone(), stage.client_id.clone());
    let user = ClientUserId::from("user-0001");
    let request = CreateLinkToken::new(client_id, user, vec![Consent::Bills]).with_biller_id(BILLER.into());
    let created = stage.call(client.create_link_token(&request)).await?;
    let link = present("the id of the link token", created.link_token_id.clone())?;
    stage.held(format!("link token {link}, for one attempt within thirty minutes"))?;
    Ok(link)
}

/// The user's part, as the provider's own page would play it.
async fn log_in(stage: &mut Stage, link: &LinkTokenId) -> Result<(), Error> {
    stage.step("The user logs in at the biller, which asks for a code")?;
    let client = stage.client.clone();
    let login = SubmitCredentials::new(Secret::new(ACCOUNT_NUMBER));
    let step = stage.call(client.submit_credentials(link, &login)).await?;
    let status = present("the status of the login", step.status.clone())?;
    equal("the status of the login", &status, &LinkStepStatus::MfaRequired)?;

    stage.step("A wrong code is a failure inside a success: status 200, and an error for us")?;
    let wrong = SubmitMfa::new(Secret::new(WRONG_CODE));
    match stage.try_call(client.submit_mfa(link, &wrong)).await? {
        Err(error) if error.kind() == ErrorKind::BusinessFailure => {
            stage.held(format!("refused: {}", error.vendor_code().unwrap_or("no code")))?;
        }
        Err(error) => return Err(broken(error)),
        Ok(_) => return Err(failed("a wrong code was taken")),
    }

    stage.step("The user types in the right code")?;
    let right = SubmitMfa::new(Secret::new(CODE));
    let step = stage.call(client.submit_mfa(link, &right)).await?;
    let status = present("the status of the login", step.status.clone())?;
    equal("the status of the login", &status, &LinkStepStatus::CredentialsAccepted)?;
    stage.held("the login was accepted")
}

async fn discover(stage: &mut Stage, link: &LinkTokenId) -> Result<String, Error> {
    stage.step("The accounts behind the login are found, and the user chooses one")?;
    let client = stage.client.clone();
    let found = stage.call(client.discover_accounts(link)).await?;
    let account = present("an account", found.accounts.iter().flatten().next())?;
    let completed = stage.sandbox.billerapi().complete_link(link.as_str(), account.account_id.as_str()).await;
    stage.held(format!("account {}", account.account_number.as_deref().unwrap_or("without a number")))?;
    completed.map_err(broken)
}

async fn exchange(stage: &mut Stage, public_token: &str) -> Result<(AccountLinkId, AccessToken), Error> {
    stage.step("The public token is exchanged for an access token, once")?;
    let (client, client_id) = (stage.client.clone(), stage.client_id.clone());
    let request = ExchangePublicToken::new(Secret::new(public_token), client_id);
    let linked = stage.call(client.exchange_public_token(&request)).await?;
    if stage.try_call(client.exchange_public_token(&request)).await?.is_ok() {
        return Err(failed("the public token worked twice"));
    }
    stage.pass(A_MOMENT).await?;
    let link_id = present("the id of the link", linked.link_id.clone())?;
    stage.held(format!("account link {link_id}"))?;
    Ok((link_id, AccessToken::for_sandbox(linked.access_token.expose())))
}

fn biller_issues(stage: &mut Stage, account: &AccountLinkId) -> Result<(), Error> {
    stage.step("The biller issues two bills; the service does not know them yet")?;
    for cents in LATER_BILLS {
        stage.sandbox.billerapi().issue_bill(account.as_str(), BillToCome::of(cents)).map_err(broken)?;
    }
    Ok(())
}

/// Asked for twice, as by a program that was restarted before it could note the answer: the key makes it one.
async fn synchronise(stage: &mut Stage, account: &AccountLinkId) -> Result<(), Error> {
    stage.step("A synchronisation is asked for; five seconds later it is done")?;
    let request = TriggerSync::new(account.clone()).with_force(true);
    let first = stage.client.with_options(keyed(KEY)?);
    let asked = stage.call(first.trigger_sync(&request)).await?;
    stage.pass(SYNC_SECONDS).await?;
    let client = stage.client.clone();
    let listed = stage.call(client.list_syncs(&ListSyncsQuery::new(account.clone()))).await?;
    let sync = present("the synchronisation", listed.data.iter().find(|sync| sync.id == asked.id))?;
    equal("its status", &sync.status, &SyncStatus::Completed)?;
    equal("the number of bills it found", &sync.bills_found.unwrap_or_default(), &2)?;
    stage.held("it found both bills")?;

    stage.step("It is asked for once more with the same key, as after a restart: nothing happens again")?;
    let second_key = if stage.fault == Some(Fault::SecondEffect) { OTHER_KEY } else { KEY };
    let again = stage.client.with_options(keyed(second_key)?);
    stage.call(again.trigger_sync(&request)).await?;
    let listed = stage.call(client.list_syncs(&ListSyncsQuery::new(account.clone()))).await?;
    equal("the number of synchronisations", &listed.data.len(), &1)?;
    stage.held(format!("one synchronisation, {}", asked.id))
}

fn keyed(key: &str) -> Result<CallOptions, Error> {
    Ok(CallOptions::new().with_idempotency_key(IdempotencyKey::new(key).map_err(broken)?))
}

/// Page by page, with the token that opens nothing but this account.
async fn read_bills(stage: &mut Stage, account: &AccountLinkId, token: AccessToken) -> Result<(), Error> {
    stage.step("The bills are read page by page, with the token of this account")?;
    let own = stage.client.for_one_account(token).map_err(broken)?;
    let mut cursor = None;
    let mut cents = Vec::new();
    let mut pages = 0;
    loop {
        let mut query = ListBillsQuery::new(account.clone()).with_limit(PAGE);
        query.cursor = cursor.take();
        let page = stage.call_as(CredentialKind::AccessToken, own.list_bills(&query)).await?;
        pages += 1;
        for bill in &page.bills {
            equal("the status of a bill", &bill.status, &BillStatus::Pending)?;
            cents.push(cents_of(&bill.amount.to_string())?);
        }
        cursor = page.next_cursor.clone().filter(|_| page.has_more == Some(true));
        if cursor.is_none() {
            break;
        }
    }
    equal("the number of pages", &pages, &2)?;
    cents.sort_unstable();
    let mut expected = vec![FIRST_BILL, LATER_BILLS[0], LATER_BILLS[1]];
    expected.sort_unstable();
    let list = |cents: &[i64]| cents.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    equal("the amounts in cents", &list(&cents), &list(&expected))?;
    stage.bills_read(cents.len());
    stage.held(format!("three bills on two pages, {} cents in all", cents.iter().sum::<i64>()))
}

/// A whole number of cents, exactly.
fn cents_of(amount: &str) -> Result<i64, Error> {
    amount.parse().map_err(|_| failed(format!("the amount {amount} is no whole number of cents")))
}

/// Every bill was told of, and nothing came that did not verify.
fn settle(stage: &mut Stage) -> Result<(), Error> {
    stage.step("Every bill was told of by a webhook that verifies")?;
    equal("the number of webhooks bill.created", &stage.count(&EventType::BillCreated), &3)?;
    equal("the number of webhooks link.completed", &stage.count(&EventType::LinkCompleted), &1)?;
    equal("the number of webhooks account-link.created", &stage.count(&EventType::AccountLinkCreated), &1)?;
    stage.held("three bills, one account, one finished flow")
}
