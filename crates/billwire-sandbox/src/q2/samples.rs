//! The documented samples of event data, for events on demand.
//!
//! Source: Q2 Biller Direct description, section 10.3 "Payloads and samples".

use serde_json::{Value, json};

use super::event_types::EventType;

pub(super) const CLIENT_ID: &str = "579b695decfa110127118752";
pub(super) const RESOURCE_ID: &str = "579b695decfa11012711875d";
pub(super) const IDENTIFIER: &str = "example-id-123";

pub(super) fn data(kind: EventType) -> Value {
    match kind {
        EventType::AuthSuccess | EventType::AuthCreated => json!({
            "auth": {
                "_id": "5b157888cb7e60000bfcaa41",
                "items": ["bill"],
                "company": company(),
                "status": { "type": "verified" },
            },
        }),
        EventType::AuthInvalid | EventType::AuthDeleted | EventType::AuthNeedsResync => {
            json!({ "company": company() })
        }
        EventType::AuthHold => json!({
            "hold": {
                "code": "account_issue_no_service_account",
                "text": "Please login and add your service account.",
            },
            "company": company(),
        }),
        EventType::AuthFailed => json!({
            "reason": { "message": "You may want to double check your information." },
            "company": company(),
        }),
        EventType::SecurityInputRequired => security_input_required(),
        EventType::BillCreated => bill_created(),
        EventType::BillUpcoming => json!({
            "company": { "name": "Netflix" },
            "bill": { "balance": "52.11", "dueDate": "2019-03-28T17:00:00.000Z" },
        }),
        EventType::BillUpdate => json!({
            "company": { "name": "Netflix" },
            "bill": {
                "balance": { "previous": "25.21", "current": "52.11" },
                "dueDate": { "current": "2019-03-28T17:00:00.000Z" },
            },
        }),
        EventType::ScheduledPaymentNotice => json!({
            "company": { "name": "XYZ Electric" },
            "bill": {
                "dueDate": { "previous": "2019-03-20T17:00:00.000Z", "current": "2019-03-28T17:00:00.000Z" },
            },
        }),
        EventType::PaymentSent => json!({
            "company": { "name": "Netflix" },
            "amount": "25.21",
            "paymentMethod": payment_method(),
            "surcharge": { "type": "debit", "rate": "2.50" },
        }),
        EventType::PaymentScheduled => json!({
            "company": { "name": "XYZ Electric" },
            "paymentMethod": payment_method(),
            "amount": "95.21",
            "payDate": "2019-03-28T17:00:00.000Z",
            "surcharge": { "type": "debit", "rate": "2.50" },
        }),
        EventType::PaymentCancelled => json!({
            "company": { "name": "XYZ Electric" },
            "paymentMethod": payment_method(),
            "bill": {
                "dueDate": { "current": "2019-03-28T17:00:00.000Z" },
                "amount": { "current": "40.00" },
            },
            "trigger": "client",
        }),
        EventType::PaymentFailed => json!({
            "amount": "25.21",
            "company": { "name": "Netflix" },
            "paymentMethod": payment_method(),
        }),
        EventType::SwapSuccess => json!({
            "clientId": CLIENT_ID,
            "company": { "_id": "5bd885fccd274b4324a21f57", "name": "Test Merchant", "status": "operational" },
            "paymentMethod": payment_method(),
        }),
    }
}

fn company() -> Value {
    json!({ "_id": "55942f330cfcfd6c4ed529d8", "name": "Geico" })
}

fn bill_created() -> Value {
    json!({
        "auth": {
            "_id": "579b695decea110719b1874d",
            "status": { "type": "verified" },
            "company": {
                "_id": "579b695decea110719b1874d",
                "name": "XYZ Electric",
                "logo": { "url": "https://logos.sandbox.example/579b695decea110719b1874d.png", "background": false },
            },
        },
    })
}

fn security_input_required() -> Value {
    json!({
        "auth": {
            "_id": "579b695decea110719b1874d",
            "status": { "type": "mfa-required" },
            "company": company(),
        },
        "method": "questions",
        "input": [
            { "identifier": "ibY1g2PC4wrc6q", "question": "What is your mother's maiden name?" },
            { "identifier": "P4erF9C__n73GY", "question": "What is your favorite color?" },
        ],
        "token": "6218f985494a186f08983ec2",
    })
}

fn payment_method() -> Value {
    json!({
        "_id": "5c5b2ed67d94870391c30b33",
        "type": "card",
        "name": "Johnny Appleseed",
        "status": "verified",
        "default": true,
        "card": {
            "number": "XXXX1111",
            "bin": "41111111",
            "brand": "visa",
            "type": "credit",
            "expDate": "2021-06-01T12:00:00.000Z",
            "cancelled": false,
        },
        "assignedBills": ["5c5b2eba5ddb120427c41ba3"],
    })
}
