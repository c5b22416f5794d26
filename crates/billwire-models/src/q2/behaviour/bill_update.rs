//! What a `bill.update` event changed, in either documented form.

use crate::event_body::Change;
use crate::q2::BillUpdateData;
use crate::scalar::{Money, ProviderTime};

impl BillUpdateData {
    /// The balance before and now, from `bill.balance` or from the older members `previous` and `current`. `None` if
    /// the event does not speak of it.
    ///
    /// Source: Q2 Biller Direct description, section 10.3 "Payloads and samples".
    #[must_use]
    pub fn balance(&self) -> Option<Change<'_, Money>> {
        let change = self.bill.as_ref().and_then(|bill| bill.balance.as_ref());
        if let Some(change) = change {
            return Some(Change { previous: change.previous.as_ref(), current: &change.current });
        }
        let previous = self.previous.as_ref().and_then(|bill| bill.balance.as_ref());
        let current = self.current.as_ref().and_then(|bill| bill.balance.as_ref())?;
        Some(Change { previous, current })
    }

    /// The due date before and now, from `bill.dueDate` or from the older members. The current one is there even if it
    /// did not change.
    ///
    /// Source: Q2 Biller Direct description, section 10.3 "Payloads and samples".
    #[must_use]
    pub fn due_date(&self) -> Option<Change<'_, ProviderTime>> {
        let change = self.bill.as_ref().and_then(|bill| bill.due_date.as_ref());
        if let Some(change) = change {
            return Some(Change { previous: change.previous.as_ref(), current: &change.current });
        }
        let previous = self.previous.as_ref().and_then(|bill| bill.due_date.as_ref());
        let current = self.current.as_ref().and_then(|bill| bill.due_date.as_ref())?;
        Some(Change { previous, current })
    }

    /// Whether a new bill was issued: the balance was zero and now is not. There is no event of its own for it.
    ///
    /// Source: Q2 Biller Direct description, section 10.3 "Payloads and samples".
    #[must_use]
    pub fn is_new_bill(&self) -> bool {
        self.balance().is_some_and(|balance| {
            balance.previous.is_some_and(|previous| previous.amount().is_zero())
                && !balance.current.amount().is_zero()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(json: &str) -> BillUpdateData {
        serde_json::from_str(json).unwrap()
    }

    #[track_caller]
    fn check(json: &str, previous: Option<&str>, current: Option<&str>) {
        let data = data(json);
        let balance = data.balance();
        let text = |money: Option<&Money>| money.map(ToString::to_string);
        assert_eq!(text(balance.and_then(|change| change.previous)).as_deref(), previous);
        assert_eq!(text(balance.map(|change| change.current)).as_deref(), current);
    }

    #[test]
    fn both_forms_of_a_changed_balance() {
        check(
            r#"{"bill": {"balance": {"previous": "25.21", "current": "52.11"}}}"#,
            Some("25.21"),
            Some("52.11"),
        );
        check(r#"{"bill": {"balance": {"current": "52.11"}}}"#, None, Some("52.11"));
        check(
            r#"{"previous": {"balance": "25.21"}, "current": {"balance": "52.11"}}"#,
            Some("25.21"),
            Some("52.11"),
        );
        check(r#"{"previous": {"balance": "25.21"}}"#, None, None);
        check(r#"{"bill": {"dueDate": {"current": "2019-03-28 17:00:00.000"}}}"#, None, None);
        check("{}", None, None);
    }

    #[test]
    fn both_forms_of_a_due_date() {
        let newer = data(r#"{"bill": {"dueDate": {"current": "2019-03-28 17:00:00.000"}}}"#);
        assert_eq!(newer.due_date().unwrap().previous, None);
        assert_eq!(newer.due_date().unwrap().current.to_string(), "2019-03-28 17:00:00.000");
        let older = data(
            r#"{"previous": {"dueDate": "2019-03-20 17:00:00.000"}, "current": {"dueDate": "2019-03-28 17:00:00.000"}}"#,
        );
        assert_eq!(older.due_date().unwrap().previous.unwrap().to_string(), "2019-03-20 17:00:00.000");
        assert_eq!(older.due_date().unwrap().current, newer.due_date().unwrap().current);
        assert!(data("{}").due_date().is_none());
    }

    #[test]
    fn a_new_bill_is_a_balance_that_was_zero() {
        assert!(data(r#"{"bill": {"balance": {"previous": "0.00", "current": "52.11"}}}"#).is_new_bill());
        assert!(data(r#"{"previous": {"balance": "0"}, "current": {"balance": "1.00"}}"#).is_new_bill());
        assert!(!data(r#"{"bill": {"balance": {"previous": "0.00", "current": "0.00"}}}"#).is_new_bill());
        assert!(!data(r#"{"bill": {"balance": {"previous": "1.00", "current": "2.00"}}}"#).is_new_bill());
        assert!(!data(r#"{"bill": {"balance": {"current": "2.00"}}}"#).is_new_bill());
    }
}
