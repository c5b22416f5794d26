//! The world's things as the API shows them.

use billwire_models::billerapi as wire;
use billwire_models::scalar::{Date, Number, ProviderTime};
use rust_decimal::Decimal;

use super::world::{
    Account, Bill, Biller, Client, Day, Failure, Found, Link, LoginOutcome, Message, RequestToLink, Scenario,
    StepResult, Subscription, Sync, masked,
};
use crate::moment::Moment;

/// As the documents of this API print a time: in whole seconds, and with a fraction only if there is one.
pub(super) fn time_text(moment: Moment) -> String {
    moment.timestamp().to_string()
}

pub(super) fn time(moment: Moment) -> ProviderTime {
    time_text(moment).parse().unwrap_or_else(|_| ProviderTime::from(moment.timestamp()))
}

fn date(day: Day) -> Date {
    Date::from(day.date())
}

fn cents(amount: i64) -> Number {
    Number::new(Decimal::from(amount))
}

pub(super) fn biller(biller: Biller) -> wire::Biller {
    wire::Biller::new(wire::BillerId::new(biller.id()))
        .with_name(biller.name())
        .with_category(biller.category())
}

pub(super) fn created_link_token(link: &Link) -> wire::CreatedLinkToken {
    wire::CreatedLinkToken::new(link.link_token.as_str().into())
        .with_success(true)
        .with_link_token_id(wire::LinkTokenId::new(link.id.as_str()))
        .with_expires_at(time(link.expires))
}

/// The answer of a step; `success` is false for what the biller refused.
pub(super) fn step(result: StepResult) -> wire::LinkStep {
    use wire::{LinkStep, LinkStepStatus, NextStep};
    let failed = |failure: Failure| {
        LinkStep::new(false)
            .with_error_code(wire::FailureCode::from(failure.code()))
            .with_message(failure.message())
    };
    match result {
        StepResult::Accepted => LinkStep::new(true)
            .with_status(LinkStepStatus::CredentialsAccepted)
            .with_next_step(NextStep::from("discover_accounts")),
        StepResult::MfaRequired => LinkStep::new(true)
            .with_status(LinkStepStatus::MfaRequired)
            .with_next_step(NextStep::from("submit-mfa")),
        StepResult::WrongCode => failed(Failure::InvalidMfaCode)
            .with_status(LinkStepStatus::MfaRequired)
            .with_next_step(NextStep::from("submit-mfa")),
        StepResult::Failed(failure) => failed(failure).with_status(LinkStepStatus::Failed),
        StepResult::Discovered { accounts, account_number } => LinkStep::new(true)
            .with_status(LinkStepStatus::AccountsDiscovered)
            .with_accounts(accounts.iter().map(|found| discovered(found, &account_number)).collect()),
    }
}

fn discovered(found: &Found, account_number: &str) -> wire::DiscoveredAccount {
    let kind = if found.business { "BUSINESS" } else { "RESIDENTIAL" };
    wire::DiscoveredAccount::new(wire::DiscoveredAccountId::new(found.id))
        .with_name(found.name)
        .with_account_number(masked(account_number))
        .with_kind(wire::DiscoveredAccountType::from(kind))
}

pub(super) fn exchanged(account: &Account) -> wire::ExchangedToken {
    wire::ExchangedToken::new(account.access_token.as_str().into())
        .with_success(true)
        .with_link_id(wire::AccountLinkId::new(account.id.as_str()))
        .with_biller_id(wire::BillerId::new(account.biller.id()))
}

pub(super) fn account(account: &Account) -> wire::Account {
    let status = wire::AccountStatus::from(account.status.as_str());
    let shown = wire::Account::new(wire::AccountId::new(account.id.as_str()), status)
        .with_account_link_id(wire::AccountLinkId::new(account.id.as_str()))
        .with_biller_id(wire::BillerId::new(account.biller.id()))
        .with_biller_name(account.biller.name())
        .with_client_user_id(wire::ClientUserId::new(account.user_id.as_str()))
        .with_account_number(masked(&account.account_number))
        .with_created_at(time(account.created))
        .with_updated_at(time(account.updated));
    match account.last_synced {
        Some(last_synced) => shown.with_last_synced_at(time(last_synced)),
        None => shown,
    }
}

pub(super) fn bill(bill: &Bill) -> wire::Bill {
    let content = &bill.content;
    let items = content
        .items
        .iter()
        .map(|item| wire::LineItem::new(cents(item.amount)).with_description(item.description.as_str()));
    wire::Bill::new(
        wire::BillId::new(bill.id.as_str()),
        cents(content.amount()),
        wire::BillStatus::from(content.status.as_str()),
    )
    .with_biller_id(wire::BillerId::new(bill.biller.id()))
    .with_biller_name(bill.biller.name())
    .with_account_number(bill.account_number.as_str())
    .with_currency("USD")
    .with_due_date(date(content.due))
    .with_statement_date(date(content.statement))
    .with_description(content.description.as_str())
    .with_auto_pay_enabled(content.auto_pay)
    .with_line_items(items.collect())
}

pub(super) fn sync(sync: &Sync) -> wire::Sync {
    let mut shown =
        wire::Sync::new(wire::SyncId::new(sync.id.as_str()), wire::SyncStatus::from(sync.status.as_str()))
            .with_account_link_id(wire::AccountLinkId::new(sync.account_id.as_str()))
            .with_created_at(time(sync.created));
    if let Some(started) = sync.started {
        shown = shown.with_started_at(time(started));
    }
    if let Some(completed) = sync.completed {
        shown = shown
            .with_completed_at(time(completed))
            .with_bills_found(sync.bills_found)
            .with_bills_updated(sync.bills_updated);
    }
    match &sync.error {
        Some(error) => shown.with_error(error.as_str()),
        None => shown,
    }
}

/// `pages` is where the linking pages are.
pub(super) fn request(request: &RequestToLink, pages: &str) -> wire::RequestToLink {
    let mut shown = wire::RequestToLink::new(
        wire::RequestToLinkId::new(request.id.as_str()),
        wire::RequestToLinkStatus::from(request.status.as_str()),
    )
    .with_client_user_id(wire::ClientUserId::new(request.user_id.as_str()))
    .with_client_id(wire::ClientId::new(request.client_id.as_str()))
    .with_created_at(time(request.created))
    .with_updated_at(time(request.updated));
    if let Some(biller) = request.biller {
        shown = shown.with_biller_id(wire::BillerId::new(biller.id()));
    }
    if let Some(link_id) = &request.link_id {
        shown = shown
            .with_link_token_id(wire::LinkTokenId::new(link_id.as_str()))
            .with_session_url(format!("{pages}/session/{link_id}"));
    }
    match &request.metadata {
        Some(metadata) => shown.with_metadata(metadata.clone()),
        None => shown,
    }
}

pub(super) fn message(message: &Message, user_id: &str) -> wire::EmailMessage {
    let mut shown = wire::EmailMessage::new(wire::EmailMessageId::new(message.id.as_str()))
        .with_client_user_id(wire::ClientUserId::new(user_id))
        .with_from(message.from.as_str())
        .with_subject(message.subject.as_str())
        .with_received_at(time(message.received));
    if let Some(biller) = message.biller {
        shown = shown.with_biller_id(wire::BillerId::new(biller.id())).with_biller_name(biller.name());
    }
    if let Some(amount) = message.amount {
        // Dollars, unlike the amount of a bill.
        shown = shown.with_bill_amount(Number::new(Decimal::new(amount, 2)));
    }
    match message.due {
        Some(due) => shown.with_due_date(date(due)),
        None => shown,
    }
}

pub(super) fn subscription(subscription: &Subscription) -> wire::WebhookSubscription {
    wire::WebhookSubscription::new(wire::WebhookSubscriptionId::new(subscription.id.as_str()))
        .with_client_id(wire::ClientId::new(subscription.client_id.as_str()))
        .with_environment(wire::WebhookEnvironment::from(subscription.environment.as_str()))
        .with_url(subscription.url.as_str())
        .with_events(subscription.events.iter().map(|event| wire::EventType::from(event.as_str())).collect())
        .with_status(wire::SubscriptionStatus::from("ACTIVE"))
        .with_created_at(time(subscription.created))
}

pub(super) fn scenario(scenario: Scenario) -> wire::Scenario {
    let shown = wire::Scenario::new(scenario.account_number(), scenario.name())
        .with_description(scenario.description());
    match scenario.login() {
        LoginOutcome::Accepted => shown.with_next_step(wire::NextStep::from("discover_accounts")),
        LoginOutcome::MfaRequired => shown.with_next_step(wire::NextStep::from("submit-mfa")),
        LoginOutcome::Refused(failure) => shown.with_error_code(wire::FailureCode::from(failure.code())),
    }
}

/// What `GET /bills` says of a number that has no bills.
pub(super) fn no_bills(failure: Failure) -> wire::ScenarioBills {
    wire::ScenarioBills::new(false)
        .with_error_code(wire::FailureCode::from(failure.code()))
        .with_message(failure.message())
        .with_bills(Vec::new())
}

/// The client as the control API tells of it.
pub(super) fn client(client: &Client) -> serde_json::Value {
    serde_json::json!({ "clientId": client.id, "portalToken": client.portal_token() })
}
