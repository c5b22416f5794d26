//! How long things take on the virtual clock. No source says; these are short enough for a person to wait for.

use jiff::SignedDuration;

/// From `POST /auth` to the first answer of the company.
pub(super) const VALIDATION: SignedDuration = SignedDuration::from_secs(2);
/// From `POST /auth/step` to the next answer of the company.
pub(super) const STEP: SignedDuration = SignedDuration::from_secs(1);
/// From a verified auth to the data of its bill.
pub(super) const BILL_DATA: SignedDuration = SignedDuration::from_secs(2);
/// From the start of a payment to its outcome.
pub(super) const PAYMENT: SignedDuration = SignedDuration::from_secs(2);
/// From the start of a card swap to its end.
pub(super) const SWAP: SignedDuration = SignedDuration::from_secs(3);
/// How long before the due date `bill.upcoming` is sent, in days.
///
/// Source: Q2 Biller Direct description, section 10.2 "Event types".
pub(super) const COMING_UP_DAYS: i64 = 2;
/// How long a user interface should wait before it offers to send the code again; enforced by a rule only.
pub(super) const RETRY_WAIT: SignedDuration = SignedDuration::from_secs(30);
/// How long after a payment its method cannot be deleted.
///
/// Source: Q2 Biller Direct description, section 12.4 "Payment methods".
pub(super) const DELETION_WAIT: SignedDuration = SignedDuration::from_hours(24);
/// How long a client token lives if nothing is said.
pub(super) const TOKEN: SignedDuration = SignedDuration::from_hours(24);
/// How long an expired token is remembered, so that its holder hears why it is refused.
pub(super) const TOKEN_KEPT: SignedDuration = SignedDuration::from_hours(24);
