//! The world's things as the API shows them.
//!
//! Source: Unbill v1 description, section 5 "Objects".

use billwire_models::scalar::{Money, ProviderTime};
use billwire_models::unbill;
use rust_decimal::Decimal;

use crate::bill_pay::words;
use crate::bill_pay::{
    Amount, Auth, AuthStatus, Bill, BillStatus, Company, Details, PaySchedule, PaymentMethod, World,
};
use crate::moment::Moment;

/// This version knows no login that is asked something: while it is, a known one has to authenticate.
///
/// Source: Unbill v1 description, section 5.1 "Auth".
pub(super) fn auth(world: &World, auth: &Auth) -> unbill::Auth {
    let status = match auth.status {
        AuthStatus::Verified => "verified",
        AuthStatus::Hold => "hold",
        AuthStatus::Authenticate | AuthStatus::MfaRequired | AuthStatus::Validating => "authenticate",
    };
    let mut shown = unbill::Auth::new(auth.id.as_str().into(), unbill::AuthStatus::new(status.into()));
    if let Some(company) = world.company(&auth.company_id) {
        shown = shown.with_company(company_in_short(company));
    }
    // No codes in this version (trap L16): the developer gets a text too, which names none.
    match auth.hold.filter(|_| auth.status == AuthStatus::Hold) {
        Some(hold) => {
            let reason = unbill::HoldReason::new()
                .with_user_message(hold.text())
                .with_debug_message("Only the user can end this, at the provider; call fix-hold afterwards.");
            shown.with_reason(reason)
        }
        None => shown,
    }
}

/// What a login has found.
pub(super) fn item(bill: &Bill) -> unbill::AuthItemDetails {
    let mut shown = unbill::AuthItemDetails::new(unbill::AuthItem::Bill).with_id(bill.id.as_str().into());
    shown.balance = bill.balance.map(money);
    shown.due_date = bill.due.map(time);
    shown
}

/// A bill with its history.
pub(super) fn bill_with_payments(world: &World, bill: &Bill) -> unbill::BillWithPayments {
    let payments = bill
        .payments
        .iter()
        .map(|entry| unbill::PaymentHistoryEntry::new(money(entry.amount), time(entry.paid_on)));
    unbill::BillWithPayments::new(self::bill(world, bill)).with_payments(payments.collect())
}

/// Which members come with which status follows the table of section 5.3; `pending` is a payment on its way (LC6).
fn bill(world: &World, bill: &Bill) -> unbill::Bill {
    let status = unbill::BillStatus::new(bill.status.as_str().into());
    let mut shown = unbill::Bill::new(bill.id.as_str().into(), status).with_settings(settings(bill));
    if let Some(company) = world.company(&bill.company_id) {
        shown = shown.with_company(company_of_bill(company));
    }
    if matches!(bill.status, BillStatus::Upcoming | BillStatus::Overdue | BillStatus::Pending) {
        shown.balance = bill.balance.map(money);
        shown.due_date = bill.due.map(time);
        shown.pay_date = bill.pay_date().map(time);
    }
    shown.last_paid_amount = bill.last_paid_amount.map(money);
    shown.last_paid_on = bill.last_paid_on.map(time);
    shown
}

fn settings(bill: &Bill) -> unbill::BillSettings {
    unbill::BillSettings::new()
        .with_recurring(words::of_enabled(bill.recurring).into())
        .with_schedule(schedule(bill.pay_schedule))
}

fn schedule(schedule: PaySchedule) -> unbill::Schedule {
    words::of_pay_schedule(schedule).into()
}

/// Id, name and logo, as in auths.
fn company_in_short(company: &Company) -> unbill::Company {
    let logo = unbill::Logo::new(company.logo_url()).with_background(company.background_logo);
    unbill::Company::new().with_id(company.id.as_str().into()).with_name(company.name).with_logo(logo)
}

/// In bills the company also tells what it insists on.
fn company_of_bill(company: &Company) -> unbill::Company {
    let mut shown = company_in_short(company);
    shown.schedule = company.schedule.map(schedule);
    shown.required_payment = company.required_payment.map(|kind| kind.as_str().into());
    shown
}

pub(super) fn company(company: &Company) -> unbill::Company {
    let mut shown = company_of_bill(company).with_auth(login(company));
    if let (Some(color), Some(logo)) = (company.brand_color, shown.logo.take()) {
        let drawing = unbill::LogoVector::new().with_url(company.drawing_url("logo")).with_color(color);
        shown.logo = Some(logo.with_svg(drawing));
    } else {
        shown =
            shown.with_logo(unbill::Logo::new(company.logo_url()).with_background(company.background_logo));
    }
    shown.geo = company.geo.map(|geo| {
        unbill::Geo::new()
            .with_lat(geo.latitude)
            .with_lng(geo.longitude)
            .with_state_short(geo.state_short)
            .with_state_long(geo.state_long)
            .with_zipcode(geo.zipcode)
    });
    shown
}

fn login(company: &Company) -> unbill::CompanyLogin {
    let fields = company.login_fields.iter().map(|field| {
        unbill::LoginField::new()
            .with_placeholder(field.placeholder)
            .with_form_type(field.form_type)
            .with_name(field.name)
            .with_label(field.label)
    });
    let urls = unbill::CompanyUrls::new()
        .with_login(company.page_url("login"))
        .with_signup(company.page_url("signup"));
    unbill::CompanyLogin::new().with_urls(urls).with_login_fields(fields.collect())
}

/// Every category has an image, which no host has.
///
/// Source: Unbill v1 description, section 5.6 "Category".
pub(super) fn category(kind: &str, name: &str) -> unbill::Category {
    let url = format!("https://logos.sandbox.example/categories/{kind}.svg");
    unbill::Category::new(kind).with_name(name).with_image(unbill::CategoryImage::new().with_url(url))
}

pub(super) fn payment_method(method: &PaymentMethod) -> unbill::PaymentMethod {
    let status = if method.is_usable() { "verified" } else { "declined" };
    let mut shown =
        unbill::PaymentMethod::new(method.id.as_str().into(), method.kind().as_str().into(), status.into())
            .with_name(&method.name);
    // Absent means false, as in the sample.
    shown.is_default = method.is_default.then_some(true);
    if !method.assigned_bills.is_empty() {
        shown.assigned_bills = Some(method.assigned_bills.iter().map(|id| id.as_str().into()).collect());
    }
    match &method.details {
        Details::Card(card) => shown.with_card(
            unbill::Card::new()
                .with_number(&card.number)
                .with_brand(card.brand.as_str().into())
                .with_kind(card.kind.as_str().into())
                .with_exp_date(time(card.expires)),
        ),
        // The long names (trap L8).
        Details::Bank(bank) => shown.with_bank(
            unbill::Bank::new()
                .with_routing_number(&bank.routing_number)
                .with_account_number(&bank.account_number)
                .with_kind(bank.kind.as_str().into()),
        ),
    }
}

/// Exactly two decimals (trap L10).
fn money(amount: Amount) -> Money {
    let mut value: Decimal = amount.value();
    value.rescale(2);
    Money::from_decimal(value).unwrap_or_else(|_| Money::from_cents(0))
}

/// RFC 3339 in UTC with milliseconds.
fn time(moment: Moment) -> ProviderTime {
    ProviderTime::from(moment.timestamp())
}
