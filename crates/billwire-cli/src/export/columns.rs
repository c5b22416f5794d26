//! The columns of a CSV export, in their order. `docs/book/command.md` has the same list; a test compares the two.
//!
//! Amounts and times stand as the service printed them. A value that the service did not send is empty.

use billwire::q2::PartnerBill;

/// The names of the columns.
pub(super) const NAMES: [&str; 25] = [
    "bill_id",
    "partner_user_id",
    "partner_id",
    "company_id",
    "company_name",
    "auth_id",
    "auth_status",
    "status",
    "balance",
    "statement_balance",
    "full_balance",
    "due_date",
    "pay_date",
    "custom_payment_amount",
    "custom_label",
    "recurring",
    "schedule",
    "notifications",
    "autopay",
    "autopay_source",
    "last_paid_amount",
    "last_paid_on",
    "account_number",
    "hidden",
    "payment_count",
];

/// The values of one bill, in the order of [`NAMES`].
pub(super) fn values(entry: &PartnerBill) -> [String; NAMES.len()] {
    let bill = &entry.bill;
    let company = bill.company.as_ref();
    let auth = bill.auth.as_ref();
    let settings = bill.settings.as_ref();
    [
        text(Some(&bill.id)),
        text(entry.partner_user_id.as_ref()),
        text(entry.partner_id.as_ref()),
        text(company.and_then(|company| company.id.as_ref())),
        text(company.map(|company| &company.name)),
        text(auth.map(|auth| &auth.id)),
        text(auth.map(|auth| &auth.status.kind)),
        text(Some(&bill.status.kind)),
        plain(bill.balance.as_ref()),
        plain(bill.statement_balance.as_ref()),
        plain(bill.full_balance.as_ref()),
        text(bill.due_date.as_ref()),
        text(bill.pay_date.as_ref()),
        plain(bill.custom_payment_amount.as_ref()),
        text(bill.custom_label.as_ref()),
        text(settings.and_then(|settings| settings.recurring.as_ref())),
        text(settings.and_then(|settings| settings.schedule.as_ref())),
        text(settings.and_then(|settings| settings.notifications.as_ref())),
        text(bill.autopay.as_ref()),
        text(bill.autopay_source.as_ref()),
        plain(bill.last_paid_amount.as_ref()),
        text(bill.last_paid_on.as_ref()),
        text(bill.meta.as_ref().and_then(|meta| meta.account_number.as_ref())),
        plain(bill.hidden.as_ref()),
        entry.payments.as_ref().map_or_else(String::new, |payments| {
            (payments.items.len() + payments.rejected.len() + payments.unreported).to_string()
        }),
    ]
}

/// Anything that somebody typed or that the service may print in a new way: guarded.
fn text(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, |value| guarded(value.to_string()))
}

/// An amount or a truth value, which cannot be anything else; an amount may begin with a minus.
fn plain(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, ToString::to_string)
}

/// Spreadsheets take a text with one of these at its beginning for a formula and carry it out. An apostrophe before it
/// keeps it a text.
fn guarded(value: String) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for dangerous in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(guarded(dangerous.to_owned()), format!("'{dangerous}"));
        }
        assert_eq!(guarded("a=1".to_owned()), "a=1");
    }

    #[test]
    fn the_manual_lists_the_columns_in_their_order() {
        let manual = include_str!("../../../../docs/book/command.md");
        let list = format!("`{}`", NAMES.join("`, `"));
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(manual).contains(&words(&list)), "docs/book/command.md lacks:\n{list}");
    }
}
