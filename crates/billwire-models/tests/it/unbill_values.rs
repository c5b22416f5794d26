//! Every documented value of every enumeration of the legacy version, written down by hand from the specification: sections
//! 4.1.1, 5 and 7. Each is known by its name, travels unchanged, and nothing else is known.

use billwire_models::unbill::{
    AccountType, AuthItem, AuthStatusType, BillStatusType, CardBrand, CardType, EnabledState, EventType,
    MfaDestinationType, MfaMethod, PaymentMethodStatus, PaymentMethodType, ResourceType, Schedule,
    SurchargeType,
};

use crate::known_values::check;

/// Trap L18: of the old names of a payment method's status both are read.
#[test]
fn statuses() {
    check(&["verified", "authenticate", "hold"], AuthStatusType::ALL);
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
    check(&["verified", "declined", "failed", "not-linked"], PaymentMethodStatus::ALL);
}

#[test]
fn settings() {
    check(
        &["ten-days-before", "five-days-before", "day-before", "on-due-date", "immediately"],
        Schedule::ALL,
    );
    check(&["enabled", "disabled"], EnabledState::ALL);
}

#[test]
fn kinds() {
    check(&["bill"], AuthItem::ALL);
    check(&["bill"], ResourceType::ALL);
    check(&["questions", "code"], MfaMethod::ALL);
    check(&["email", "phone", "text"], MfaDestinationType::ALL);
}

#[test]
fn money_and_cards() {
    check(&["card", "bank"], PaymentMethodType::ALL);
    check(&["checking", "savings"], AccountType::ALL);
    check(&["credit", "debit"], CardType::ALL);
    check(&["american express", "discover", "maestro", "mastercard", "uatp", "visa"], CardBrand::ALL);
    check(&["credit card", "debit card", "ACH"], SurchargeType::ALL);
}

/// Section 7: two types. The prose names `bill.issued` and `bill.updated` as well, which are defined nowhere (trap L22).
#[test]
fn event_types() {
    check(&["bill.update", "bill.payment"], EventType::ALL);
}
