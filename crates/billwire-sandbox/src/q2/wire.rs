//! The world's things as the API shows them.
//!
//! Source: Q2 Biller Direct description, section 5 "Objects".

use std::collections::BTreeMap;

use billwire_models::q2;
use billwire_models::scalar::{Money, Number, ProviderTime};
use rust_decimal::Decimal;

use crate::bill_pay::{
    Amount, Ask, Auth, AuthStatus, AutopaySetBy, Bill, BillStatus, CardFees, Company, Details, Fee,
    MethodKind, PaySchedule, PaymentMethod, Product, Swap, World,
};
use crate::moment::Moment;

pub(super) fn auth(world: &World, auth: &Auth) -> q2::Auth {
    let status = q2::AuthStatus::new(auth.status.as_str().into());
    let mut shown = q2::Auth::new(auth.id.as_str().into(), status);
    if let Some(company) = world.company(&auth.company_id) {
        shown = shown.with_company(company_in_short(company));
    }
    if let Some(hold) = auth.hold.filter(|_| auth.status == AuthStatus::Hold) {
        let mut reason =
            q2::HoldReason::new().with_user_message(hold.text()).with_code(hold.code.as_str().into());
        if let Some(subcategory) = hold.subcategory {
            reason = reason.with_subcategory(subcategory.as_str().into());
        }
        shown = shown.with_reason(reason);
    }
    match open_questions(auth) {
        Some(mfa) => shown.with_mfa(mfa),
        None => shown,
    }
}

/// In bills the auth also tells its items and when it was made.
fn auth_of_bill(world: &World, of_bill: &Auth) -> q2::Auth {
    let items = of_bill.items.iter().map(|item| item.as_str().into()).collect();
    auth(world, of_bill).with_created(time(of_bill.created)).with_items(items)
}

fn open_questions(auth: &Auth) -> Option<q2::AuthMfa> {
    if auth.status != AuthStatus::MfaRequired {
        return None;
    }
    let challenge = auth.run.as_ref()?.challenge()?;
    let mfa = q2::AuthMfa::new().with_method(challenge.method().as_str().into());
    let questions = match &challenge.ask {
        Ask::Questions { questions } => questions.as_slice(),
        Ask::Code { question, .. } => std::slice::from_ref(question),
        Ask::Destination { .. } | Ask::Prompt { .. } => return Some(mfa),
    };
    let questions = questions.iter().map(|question| {
        q2::MfaQuestion::new().with_question(&question.question).with_identifier(&question.identifier)
    });
    Some(mfa.with_mfa(questions.collect()))
}

/// A bill with its history. Which members come with which status follows the table of section 5.3.1.
pub(super) fn bill_with_payments(world: &World, bill: &Bill) -> q2::BillWithPayments {
    let payments = bill
        .payments
        .iter()
        .map(|entry| q2::PaymentHistoryEntry::new(money(entry.amount), time(entry.paid_on)));
    q2::BillWithPayments::new(self::bill(world, bill)).with_payments(payments.collect())
}

/// A bill as the partner's list shows it; the user's record is the client.
pub(super) fn partner_bill(world: &World, bill: &Bill) -> q2::PartnerBill {
    let pair = bill_with_payments(world, bill);
    let mut shown = q2::PartnerBill::new(pair.bill)
        .with_partner_user_id(bill.client_id.as_str())
        .with_partner_id(world.partner_id().into());
    shown.payments = pair.payments;
    shown
}

/// A swap with its auth, company and card in short, as in the sample.
pub(super) fn swap(world: &World, swap: &Swap) -> q2::Swap {
    let mut shown =
        q2::Swap::new(q2::SwapStatus::new(swap.status.as_str().into())).with_id(swap.id.as_str().into());
    if let Some(auth) = world.auth(&swap.auth_id) {
        let status = q2::AuthStatus::new(auth.status.as_str().into());
        shown = shown.with_auth(q2::Auth::new(auth.id.as_str().into(), status));
    }
    if let Some(company) = world.company(&swap.company_id) {
        shown = shown.with_company(company_in_short(company).with_status(company_status(world, company)));
    }
    // A card that was deleted meanwhile is still the one that was swapped in.
    if let Some(method) = world.any_payment_method(&swap.method_id) {
        let mut method_shown = payment_method(method);
        if let (Some(card), Details::Card(details)) = (&mut method_shown.card, &method.details) {
            card.bin = Some(details.bin.clone());
        }
        shown = shown.with_payment_method(method_shown);
    }
    shown
}

fn bill(world: &World, bill: &Bill) -> q2::Bill {
    let status = q2::BillStatus::new(bill.status.as_str().into());
    let mut shown = q2::Bill::new(bill.id.as_str().into(), status)
        .with_autopay(bill.autopay.map_or("unknown", |autopay| enabled(autopay.enabled)).into())
        .with_autopay_source(bill.autopay.map_or("unknown", |autopay| set_by(autopay.source)).into())
        .with_settings(settings(bill))
        .with_meta(q2::BillMeta::new().with_account_number(&bill.account_number))
        .with_hidden(bill.hidden);
    if let Some(auth) = world.auth(&bill.auth_id) {
        shown = shown.with_auth(auth_of_bill(world, auth));
    }
    if let Some(company) = world.company(&bill.company_id) {
        shown = shown.with_company(company_of_bill(company));
    }
    if matches!(bill.status, BillStatus::Upcoming | BillStatus::Overdue | BillStatus::Pending) {
        shown.balance = bill.balance.map(money);
        shown.statement_balance = bill.statement_balance.map(money);
        shown.full_balance = bill.full_balance.map(money);
        shown.due_date = bill.due.map(time);
        shown.pay_date = bill.pay_date().map(time);
        shown.custom_payment_amount = bill.custom_payment_amount.map(money);
    }
    shown.custom_label.clone_from(&bill.custom_label);
    shown.last_paid_amount = bill.last_paid_amount.map(money);
    shown.last_paid_on = bill.last_paid_on.map(time);
    shown
}

fn settings(bill: &Bill) -> q2::BillSettings {
    q2::BillSettings::new()
        .with_recurring(enabled(bill.recurring).into())
        .with_schedule(schedule(bill.pay_schedule))
        .with_notifications(enabled(bill.notifications).into())
}

fn enabled(on: bool) -> &'static str {
    if on { "enabled" } else { "disabled" }
}

fn set_by(source: AutopaySetBy) -> &'static str {
    match source {
        AutopaySetBy::Client => "client",
        AutopaySetBy::Company => "company",
    }
}

fn schedule(schedule: PaySchedule) -> q2::Schedule {
    match schedule {
        PaySchedule::TenDaysBefore => q2::Schedule::TenDaysBefore,
        PaySchedule::FiveDaysBefore => q2::Schedule::FiveDaysBefore,
        PaySchedule::DayBefore => q2::Schedule::DayBefore,
        PaySchedule::OnDueDate => q2::Schedule::OnDueDate,
        PaySchedule::Immediately => q2::Schedule::Immediately,
    }
}

/// Id, name and logo, as in auths.
fn company_in_short(company: &Company) -> q2::Company {
    q2::Company::new(company.name).with_id(company.id.as_str().into()).with_logo(logo(company))
}

/// In bills the company also tells what it insists on.
fn company_of_bill(company: &Company) -> q2::Company {
    let mut shown = company_in_short(company);
    shown.schedule = company.schedule.map(schedule);
    shown.required_payment = company.required_payment.map(method_kind);
    shown
}

pub(super) fn company(world: &World, company: &Company) -> q2::Company {
    let biller_direct = company.products.contains(&Product::BillerDirect);
    let mut shown = company_of_bill(company)
        .with_categories(company.categories.iter().map(|category| (*category).to_owned()).collect())
        .with_status(company_status(world, company))
        .with_fully_automated_bill(biller_direct)
        .with_fully_automated_card_swap(company.products.contains(&Product::CardSwap))
        .with_user_presence_required(company.user_presence_required)
        .with_supported_items(["auth", "bill", "swap", "payment"].map(Into::into).to_vec())
        .with_auth(login(company));
    if let Some(color) = company.brand_color {
        let drawing = |what| q2::LogoVector::new().with_url(company.drawing_url(what)).with_color(color);
        let drawn = logo(company).with_svg(drawing("logo")).with_symbol(drawing("symbol"));
        shown = shown.with_logo(drawn);
    }
    shown.additional_payment_options = company.custom_payment_amount.map(|option| {
        let settings = q2::PaymentOptionSettings::new().with_can_exceed_balance(option.can_exceed_balance);
        vec![q2::PaymentOption::new().with_kind("custom-payment-amount".into()).with_settings(settings)]
    });
    shown.fees = fees(company);
    shown.geo = company.geo.map(|geo| {
        q2::Geo::new()
            .with_lat(geo.latitude)
            .with_lng(geo.longitude)
            .with_state_short(geo.state_short)
            .with_state_long(geo.state_long)
            .with_zipcode(geo.zipcode)
    });
    shown
}

fn company_status(world: &World, company: &Company) -> q2::CompanyStatus {
    let in_maintenance = world.rules.companies_in_maintenance.iter().any(|id| id == company.id.as_str());
    if in_maintenance { "maintenance" } else { "operational" }.into()
}

fn logo(company: &Company) -> q2::Logo {
    q2::Logo::new(company.logo_url()).with_background(company.background_logo)
}

fn login(company: &Company) -> q2::CompanyLogin {
    let fields = company.login_fields.iter().map(|field| {
        q2::LoginField::new()
            .with_placeholder(field.placeholder)
            .with_form_type(field.form_type)
            .with_name(field.name)
            .with_label(field.label)
    });
    let urls = q2::CompanyUrls::new()
        .with_login(company.page_url("login"))
        .with_signup(company.page_url("signup"))
        .with_forgot_password(company.page_url("forgot-password"))
        .with_forgot_username(company.page_url("forgot-username"));
    q2::CompanyLogin::new().with_urls(urls).with_login_fields(fields.collect())
}

fn fees(company: &Company) -> Option<q2::Fees> {
    if company.fees.ach.is_none() && company.fees.cards.is_empty() {
        return None;
    }
    let mut shown = q2::Fees::new();
    shown.ach = company.fees.ach.map(fee);
    let cards: BTreeMap<String, q2::CardFees> =
        company.fees.cards.iter().map(|fees| (fees.brand.as_str().to_owned(), card_fees(*fees))).collect();
    Some(if cards.is_empty() { shown } else { shown.with_cards(cards) })
}

fn card_fees(fees: CardFees) -> q2::CardFees {
    let mut shown = q2::CardFees::new();
    shown.credit = fees.credit.map(fee);
    shown.debit = fees.debit.map(fee);
    shown
}

fn fee(fee: Fee) -> q2::Fee {
    q2::Fee::new().with_rate(Number::new(fee.rate.normalize())).with_percentage(fee.percentage)
}

pub(super) fn payment_method(method: &PaymentMethod) -> q2::PaymentMethod {
    let status = if method.is_usable() { "verified" } else { "declined" };
    let mut shown =
        q2::PaymentMethod::new(method.id.as_str().into(), method_kind(method.kind()), status.into())
            .with_name(&method.name);
    shown.identifier.clone_from(&method.identifier);
    shown.custom_label.clone_from(&method.custom_label);
    // Absent means false, as in the sample.
    shown.is_default = method.is_default.then_some(true);
    if !method.assigned_bills.is_empty() {
        shown.assigned_bills = Some(method.assigned_bills.iter().map(|id| id.as_str().into()).collect());
    }
    match &method.details {
        Details::Card(card) => shown.with_card(
            q2::Card::new()
                .with_number(&card.number)
                .with_brand(card.brand.as_str().into())
                .with_kind(card.kind.as_str().into())
                .with_exp_date(time(card.expires)),
        ),
        Details::Bank(bank) => shown.with_bank(
            q2::Bank::new()
                .with_routing_number(&bank.routing_number)
                .with_account_number(&bank.account_number)
                .with_kind(bank.kind.as_str().into()),
        ),
    }
}

fn method_kind(kind: MethodKind) -> q2::PaymentMethodType {
    kind.as_str().into()
}

/// Exactly two decimals (trap T8).
fn money(amount: Amount) -> Money {
    let mut value: Decimal = amount.value();
    value.rescale(2);
    Money::from_decimal(value).unwrap_or_else(|_| Money::from_cents(0))
}

/// RFC 3339 in UTC with milliseconds (trap T9).
fn time(moment: Moment) -> ProviderTime {
    ProviderTime::from(moment.timestamp())
}
