//! Amounts: two units on the wire, one here.

use rust_decimal::Decimal;

use crate::billerapi::{Bill, LineItem};
use crate::scalar::Number;

/// Decimals of a currency that is not listed, which most have, and of a bill that names none: the older sample, whose
/// amounts look like US dollars (`inferred`).
const USUAL_DECIMALS: u32 = 2;

/// Currencies with another number of decimals, from ISO 4217.
const DECIMALS: &[(u32, &[&str])] = &[
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
            "XAF", "XOF", "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

impl Bill {
    /// The amount in major units, such as dollars: exact, with the decimals of the currency.
    ///
    /// The wire has two units. An amount of the older form (`bill_id` for `id`) or written with a decimal point is taken for
    /// major units, also `128.00`; every other one for the smallest unit. Two cases cannot be told from the text: dollars
    /// without a point under `id` (`128`) read as cents, and cents with a point (`15420.0`) as dollars. No document shows either.
    ///
    /// ```
    /// use billwire_models::billerapi::Bill;
    ///
    /// let newer: Bill =
    ///     serde_json::from_str(r#"{"id": "bill_1", "amount": 12750, "currency": "USD", "status": "PENDING"}"#)?;
    /// let older: Bill = serde_json::from_str(r#"{"bill_id": "bill_1", "amount": 127.5, "status": "PENDING"}"#)?;
    /// assert_eq!(newer.amount_in_major_units().to_string(), "127.50");
    /// assert_eq!(older.amount, newer.amount);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: BillerAPI description, section 10 "Contradictions and recommended decisions", C6.
    #[must_use]
    pub fn amount_in_major_units(&self) -> Decimal {
        major(self.amount, self.decimals())
    }

    /// The amount of one of this bill's charges in major units, exact.
    ///
    /// Source: BillerAPI description, section 4.5 "Bill", table of line items.
    #[must_use]
    pub fn line_item_in_major_units(&self, item: &LineItem) -> Decimal {
        major(item.amount, self.decimals())
    }

    /// How many decimals the currency has.
    fn decimals(&self) -> u32 {
        let Some(currency) = self.currency.as_deref() else { return USUAL_DECIMALS };
        let is_listed = |list: &[&str]| list.iter().any(|listed| listed.eq_ignore_ascii_case(currency));
        DECIMALS.iter().find(|(_, list)| is_listed(list)).map_or(USUAL_DECIMALS, |(decimals, _)| *decimals)
    }

    /// Brings amounts in major units into the smallest unit: all of them if the object is of the older form, which has
    /// `bill_id` for `id`, or if the bill's amount is written with a fraction, because the charges are in the unit of the
    /// bill; else those charges that are written with one themselves.
    pub(in crate::billerapi) fn after_decoding(mut self, other_spellings: &[&str]) -> Self {
        let decimals = self.decimals();
        let is_major = other_spellings.contains(&"id") || has_fraction(self.amount);
        let smallest = |amount: Number| {
            if is_major || has_fraction(amount) { in_smallest_unit(amount, decimals) } else { amount }
        };
        self.amount = smallest(self.amount);
        for item in self.line_items.iter_mut().flat_map(|items| items.items.iter_mut()) {
            item.amount = smallest(item.amount);
        }
        self
    }
}

/// Whether the amount was written with a fractional part, which may be zero: `128.00` is in dollars like its neighbour
/// `127.50` on the same page.
fn has_fraction(amount: Number) -> bool {
    amount.value().scale() > 0
}

/// Exact: the point moves, no digit changes. An amount too large for that, beyond 10^24, stays as it is.
fn in_smallest_unit(amount: Number, decimals: u32) -> Number {
    let factor = Decimal::from(10_u64.pow(decimals));
    amount.value().checked_mul(factor).map_or(amount, |product| Number::new(product.normalize()))
}

fn major(amount: Number, decimals: u32) -> Decimal {
    let factor = Decimal::from(10_u64.pow(decimals));
    let mut exact = amount.value().checked_div(factor).unwrap_or_default();
    if exact.scale() < decimals {
        exact.rescale(decimals);
    }
    exact
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(json: &str) -> Bill {
        serde_json::from_str(json).unwrap()
    }

    #[track_caller]
    fn check(members: &str, smallest: &str, major: &str) {
        let bill = bill(&format!(r#"{{"status":"PENDING",{members}}}"#));
        assert_eq!(bill.amount.to_string(), smallest, "{members}");
        assert_eq!(bill.amount_in_major_units().to_string(), major, "{members}");
        let again = serde_json::to_string(&bill).unwrap();
        assert_eq!(self::bill(&again), bill, "the meaning survives being written: {again}");
    }

    /// Contradiction C6 and checklist, client (7): the smallest unit, unless the object is of the older form or the number
    /// has a fraction; converted exactly by the currency's decimals.
    #[test]
    fn amounts_in_either_unit() {
        check(r#""id":"b","amount":15420,"currency":"USD""#, "15420", "154.20");
        check(r#""id":"b","amount":15420"#, "15420", "154.20");
        check(r#""id":"b","amount":154.2,"currency":"USD""#, "15420", "154.20");
        check(r#""bill_id":"b","amount":127.50,"currency":"USD""#, "12750", "127.50");
        check(r#""bill_id":"b","amount":127,"currency":"USD""#, "12700", "127.00");
        check(r#""bill_id":"b","amount":"127.50""#, "12750", "127.50");
        check(r#""id":"b","bill_id":"x","amount":127"#, "127", "1.27");
        check(r#""id":"b","amount":0"#, "0", "0.00");
        check(r#""id":"b","amount":-0.5"#, "-50", "-0.50");
        check(r#""bill_id":"b","amount":500,"currency":"JPY""#, "500", "500");
        check(r#""id":"b","amount":1.234,"currency":"KWD""#, "1234", "1.234");
        check(r#""bill_id":"b","amount":1.5,"currency":"clf""#, "15000", "1.5000");
        check(r#""id":"b","amount":0.29,"currency":"USD""#, "29", "0.29");
        check(r#""id":"b","amount":1.15,"currency":"USD""#, "115", "1.15");
        check(r#""id":"b","amount":70368744177.66,"currency":"USD""#, "7036874417766", "70368744177.66");
    }

    /// Contradiction C6: what is written with a decimal point has a fractional part, also if that is zero.
    #[test]
    fn a_fraction_of_zero_is_a_fraction() {
        check(r#""id":"b","amount":"128.00","currency":"USD""#, "12800", "128.00");
        check(r#""id":"b","amount":128.00,"currency":"USD""#, "12800", "128.00");
        check(r#""id":"b","amount":128.0,"currency":"USD""#, "12800", "128.00");
        check(r#""id":"b","amount":0.0,"currency":"USD""#, "0", "0.00");
        check(r#""id":"b","amount":-5.00"#, "-500", "-5.00");
        check(r#""id":"b","amount":500.0,"currency":"JPY""#, "500", "500");
        check(r#""id":"b","amount":"128","currency":"USD""#, "128", "1.28");
        check(r#""id":"b","amount":128,"currency":"USD""#, "128", "1.28");
        // Also after a detour over a tree, which keeps numbers with a point apart from whole ones.
        let tree = serde_json::json!({"id": "b", "status": "PAID", "amount": 128.0});
        assert_eq!(serde_json::from_value::<Bill>(tree).unwrap().amount.to_string(), "12800");
    }

    /// Contradiction C6: the charges are in the unit of their bill.
    #[test]
    fn charges_are_in_the_unit_of_the_bill() {
        let items = |json: &str| -> Vec<String> {
            let bill = bill(json);
            let items = bill.line_items.as_ref().unwrap();
            items.iter().map(|item| bill.line_item_in_major_units(item).to_string()).collect()
        };
        let newer =
            r#"{"id":"b","status":"PAID","amount":2000,"line_items":[{"amount":1500},{"amount":500}]}"#;
        assert_eq!(items(newer), ["15.00", "5.00"]);
        let older =
            r#"{"bill_id":"b","status":"PAID","amount":20,"line_items":[{"amount":15},{"amount":5}]}"#;
        assert_eq!(items(older), ["15.00", "5.00"]);
        let fraction =
            r#"{"id":"b","status":"PAID","amount":20.5,"line_items":[{"amount":15},{"amount":5.5}]}"#;
        assert_eq!(items(fraction), ["15.00", "5.50"]);
        let whole =
            r#"{"id":"b","status":"PAID","amount":2000,"line_items":[{"amount":19.5},{"amount":50}]}"#;
        assert_eq!(items(whole), ["19.50", "0.50"], "a charge with a fraction says what it is in");
        let even =
            r#"{"id":"b","status":"PAID","amount":20.00,"line_items":[{"amount":15},{"amount":5.00}]}"#;
        assert_eq!(items(even), ["15.00", "5.00"]);
    }

    proptest::proptest! {
        /// Contradiction C6: never a float. Every amount of cents is the same in both forms.
        #[test]
        fn both_forms_mean_the_same(cents in -1_000_000_000_000_i64..1_000_000_000_000) {
            let sign = if cents < 0 { "-" } else { "" };
            let (whole, rest) = (cents.abs() / 100, cents.abs() % 100);
            let older = bill(&format!(
                r#"{{"bill_id":"b","status":"PAID","amount":{sign}{whole}.{rest:02}}}"#
            ));
            let newer = bill(&format!(r#"{{"id":"b","status":"PAID","amount":{cents}}}"#));
            proptest::prop_assert_eq!(older, newer);
        }
    }
}
