//! Every documented value of every enumeration of BillerAPI, written down by hand from the specification: sections 3.2, 3.3,
//! 4, 6.2, 6.7 and 7.4. Each is known by its name, travels unchanged, and nothing else is known.

use billwire_models::billerapi::{
    AccountStatus, BillSource, BillStatus, Consent, DiscoveredAccountType, ErrorCode, EventEnvironment,
    EventMode, EventType, FailureCode, LinkStepStatus, NextStep, RequestToLinkStatus, SubscriptionStatus,
    SyncStatus, WebhookEnvironment,
};

use crate::known_values::check;

/// Contradiction C7: the states of a bill are the union of all pages.
#[test]
fn statuses() {
    check(&["ACTIVE", "INACTIVE", "ERROR", "DISCONNECTED"], AccountStatus::ALL);
    check(&["PENDING", "PAID", "OVERDUE", "CANCELLED", "SCHEDULED"], BillStatus::ALL);
    check(&["PENDING", "IN_PROGRESS", "COMPLETED", "FAILED"], SyncStatus::ALL);
    check(&["PENDING", "IN_PROGRESS", "COMPLETED", "CANCELLED", "EXPIRED"], RequestToLinkStatus::ALL);
    check(&["ACTIVE", "DISABLED"], SubscriptionStatus::ALL);
}

#[test]
fn link_flow() {
    check(
        &["credentials_accepted", "mfa_required", "accounts_discovered", "completed", "failed"],
        LinkStepStatus::ALL,
    );
    check(&["discover_accounts", "submit-mfa"], NextStep::ALL);
    check(&["RESIDENTIAL", "BUSINESS"], DiscoveredAccountType::ALL);
    check(&["bills", "payments"], Consent::ALL);
}

#[test]
fn errors() {
    check(
        &[
            "validation_error",
            "authentication_error",
            "authorization_error",
            "not_found",
            "rate_limit_exceeded",
            "internal_error",
        ],
        ErrorCode::ALL,
    );
    check(
        &[
            "INVALID_CREDENTIALS",
            "BILLER_UNAVAILABLE",
            "ACCOUNT_LOCKED",
            "INVALID_MFA_CODE",
            "LINK_TOKEN_EXPIRED",
        ],
        FailureCode::ALL,
    );
}

/// Contradiction C11: two vocabularies of environments, and nothing maps one to the other.
#[test]
fn environments() {
    check(&["dev", "staging", "prod"], EventEnvironment::ALL);
    check(&["sandbox", "development", "production"], EventMode::ALL);
    check(&["sandbox", "development", "production"], WebhookEnvironment::ALL);
}

#[test]
fn sources() {
    check(&["BILLER_DIRECT", "SCRAPING", "OCR", "EMAIL"], BillSource::ALL);
}

/// Section 6.7: nine types.
#[test]
fn event_types() {
    check(
        &[
            "bill.created",
            "bill.updated",
            "link.created",
            "link.updated",
            "link.completed",
            "account-link.created",
            "account-link.updated",
            "request-to-link.created",
            "request-to-link.updated",
        ],
        EventType::ALL,
    );
}
