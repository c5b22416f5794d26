//! What a `bill.update` event changed, in either generation of its form.

use crate::event_body::Change;
use crate::scalar::Money;
use crate::unbill::BillUpdateData;

impl BillUpdateData {
    /// The balance before and now, from the members `previous` and `current` of this version or from the pairs of the
    /// later one. `None` if the event does not speak of it.
    ///
    /// Source: Unbill v1 description, section 3 "Traps of this version", trap L15; section 7 "Webhooks".
    #[must_use]
    pub fn balance(&self) -> Option<Change<'_, Money>> {
        if let Some(current) = self.current.as_ref().and_then(|bill| bill.balance.as_ref()) {
            let previous = self.previous.as_ref().and_then(|bill| bill.balance.as_ref());
            return Some(Change::new(previous, current));
        }
        let change = self.bill.as_ref()?.balance.as_ref()?;
        Some(Change::new(change.previous.as_ref(), &change.current))
    }

    /// Whether a new bill was issued: the balance was zero and now is not. There is no event of its own for it.
    ///
    /// Source: Unbill v1 description, section 7 "Webhooks".
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

    #[track_caller]
    fn check(json: &str, expected: Option<(Option<&str>, &str)>, is_new: bool) {
        let data: BillUpdateData = serde_json::from_str(json).unwrap();
        let texts = data
            .balance()
            .map(|change| (change.previous.map(ToString::to_string), change.current.to_string()));
        let texts = texts.as_ref().map(|(previous, current)| (previous.as_deref(), current.as_str()));
        assert_eq!(texts, expected, "{json}");
        assert_eq!(data.is_new_bill(), is_new, "{json}");
    }

    /// Trap L15: `data.previous` and `data.current` here, pairs under `data.bill` later.
    #[test]
    fn both_forms_of_a_changed_balance() {
        check(
            r#"{"previous": {"balance": "25.21"}, "current": {"balance": "52.11"}}"#,
            Some((Some("25.21"), "52.11")),
            false,
        );
        check(
            r#"{"bill": {"balance": {"previous": "0.00", "current": "52.11"}}}"#,
            Some((Some("0.00"), "52.11")),
            true,
        );
        check(r#"{"current": {"balance": "52.11"}}"#, Some((None, "52.11")), false);
        check(
            r#"{"previous": {"balance": "0.00"}, "current": {"balance": "52.11"}}"#,
            Some((Some("0.00"), "52.11")),
            true,
        );
        check(
            r#"{"previous": {"balance": "0.00"}, "current": {"balance": "0"}}"#,
            Some((Some("0.00"), "0")),
            false,
        );
        check(r#"{"previous": {"balance": "1.00"}}"#, None, false);
        check("{}", None, false);
    }
}
