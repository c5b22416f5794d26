//! Every documented value of every enumeration, written down by hand from the specification: section 7 "Enumerations at a
//! glance" and the sections it repeats. Each is known by its name, travels unchanged, and nothing else is known.

use billwire_models::q2::{
    AccountType, AuthItem, AuthStatusType, Autopay, AutopaySource, BillStatusType, CancelTrigger, CardBrand,
    CardType, CompanyStatus, EnabledState, EventType, HoldCode, HoldSubcategory, KeyType, KeyUse,
    MfaDestinationType, MfaMethod, PaymentMethodStatus, PaymentMethodType, PaymentOptionType, Product,
    ResourceType, Schedule, SurchargeType, SwapStatusType,
};

use crate::known_values::check;

#[test]
fn statuses() {
    check(&["verified", "authenticate", "hold", "mfa-required"], AuthStatusType::ALL);
    check(
        &[
            "syncing",
            "zero-balance",
            "overdue",
            "payment-required",
            "payment-declined",
            "upcoming",
            "pending",
            "paid",
        ],
        BillStatusType::ALL,
    );
    check(&["in-progress", "hold", "completed", "card-on-file", "pending"], SwapStatusType::ALL);
    check(&["verified", "declined", "failed", "not-linked"], PaymentMethodStatus::ALL);
    check(&["operational", "maintenance"], CompanyStatus::ALL);
}

#[test]
fn settings() {
    check(
        &["ten-days-before", "five-days-before", "day-before", "on-due-date", "immediately"],
        Schedule::ALL,
    );
    check(&["enabled", "disabled"], EnabledState::ALL);
    check(&["enabled", "disabled", "unknown"], Autopay::ALL);
    check(&["client", "company", "unknown"], AutopaySource::ALL);
    check(&["client", "system"], CancelTrigger::ALL);
}

#[test]
fn kinds() {
    check(&["bill", "payment", "swap", "auth"], AuthItem::ALL);
    check(&["biller-direct", "cardswap"], Product::ALL);
    check(&["client", "auth", "bill", "swap"], ResourceType::ALL);
    check(&["custom-payment-amount"], PaymentOptionType::ALL);
    check(&["questions", "code", "prompt"], MfaMethod::ALL);
    check(&["text", "email", "phone"], MfaDestinationType::ALL);
    check(&["RSA"], KeyType::ALL);
    check(&["enc", "sig"], KeyUse::ALL);
}

#[test]
fn money_and_cards() {
    check(&["card", "bank"], PaymentMethodType::ALL);
    check(&["checking", "savings"], AccountType::ALL);
    check(&["credit", "debit"], CardType::ALL);
    check(&["american express", "discover", "maestro", "mastercard", "uatp", "visa"], CardBrand::ALL);
    check(&["credit", "debit", "ach"], SurchargeType::ALL);
}

/// Section 10.2: fourteen documented types, and three of the realtime flow.
#[test]
fn event_types() {
    check(
        &[
            "auth.success",
            "auth.invalid",
            "auth.deleted",
            "auth.hold",
            "auth.needs-resync",
            "bill.created",
            "bill.upcoming",
            "bill.update",
            "bill.scheduled-payment-notice",
            "bill.payment.sent",
            "bill.payment.scheduled",
            "bill.payment.cancelled",
            "bill.payment.failed",
            "swap.success",
            "auth.security-input-required",
            "auth.failed",
            "auth.created",
        ],
        EventType::ALL,
    );
}

/// Section 6.1: twenty-four names are known. The five unknown ones have none, and none is made up for them.
#[test]
fn hold_codes() {
    check(
        &[
            "account_issue_apple_pay_on_file",
            "account_issue_disney_plus_third_party_on_file",
            "account_issue_payment_details_required",
            "account_issue_with_swap",
            "account_issue_primary_account_holder",
            "account_issue_card_not_accepted",
            "account_issue_max_cards_on_file",
            "account_issue_third_party_connected",
            "account_issue_third_party_available",
            "account_issue_no_active_subscription",
            "system_issue_with_swap",
            "partner_expiration_exceeded",
            "account_issue_account_locked",
            "authentication_not_completed",
            "account_set_up_online_payments",
            "account_issue_verify_identity",
            "account_issue_accept_toc",
            "account_issue_no_service_account",
            "account_issue_third_party_payments_on_file",
            "system_issue_with_bill",
            "system_issue_with_bill_payment",
            "account_paid_in_full",
            "account_issue_payment_restrictions",
            "account_issue_inactive_account",
        ],
        HoldCode::ALL,
    );
}

/// Section 6.2: eleven subcategories.
#[test]
fn hold_subcategories() {
    check(
        &[
            "invalid-credentials",
            "no-mfa-response-received",
            "invalid-mfa",
            "unanswered-mfa-question",
            "selector-not-found",
            "navigation-error",
            "job-timeout",
            "captcha-failure",
            "proxy-failure",
            "known-system-error",
            "issue-unidentified",
        ],
        HoldSubcategory::ALL,
    );
}
