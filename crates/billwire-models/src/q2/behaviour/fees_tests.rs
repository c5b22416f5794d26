//! Tests of surcharges: tables, refusals, properties.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn fees(json: Value) -> Fees {
    serde_json::from_value(json).unwrap()
}

fn method(members: &Value) -> PaymentMethod {
    let mut json = json!({"_id": "m", "type": "card", "status": "verified"});
    json.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    serde_json::from_value(json).unwrap()
}

fn card(brand: &str, kind: &str) -> PaymentMethod {
    method(&json!({"card": {"brand": brand, "type": kind}}))
}

fn bank() -> PaymentMethod {
    method(&json!({"type": "bank", "bank": {"routingNumber": "XXXX0002"}}))
}

/// The fee in dollars for paying `amount` from a bank account.
fn fee(rate: &Value, percentage: bool, amount: &str) -> Result<String, UnknownSurchargeKind> {
    let fees = fees(json!({"ach": {"rate": rate, "percentage": percentage}}));
    let surcharge = fees.bank_surcharge(&Money::parse(amount).unwrap()).map_err(|error| error.kind())?;
    Ok(surcharge.unwrap().rate.unwrap().to_string())
}

#[test]
fn a_rate_is_dollars_or_per_cent() {
    for (rate, percentage, amount, expected) in [
        ("1.5", false, "100.00", "1.50"),
        ("1.5", false, "0.00", "1.50"),
        ("0", false, "100.00", "0.00"),
        ("1.505", false, "100.00", "1.51"),
        ("1.5", true, "100.00", "1.50"),
        ("1.5", true, "100", "1.50"),
        ("1.5", true, "0.00", "0.00"),
        ("0", true, "100.00", "0.00"),
        ("100", true, "25.21", "25.21"),
        ("2.5", true, "33.33", "0.83"),
        ("2.95", true, "1234.56", "36.42"),
        ("0.333", true, "150.15", "0.50"),
        // Half a cent goes up, just below it down: 0.2 times 2.5 per cent is 0.005.
        ("2.5", true, "0.20", "0.01"),
        ("2.5", true, "0.60", "0.02"),
        ("2.4999999999", true, "0.20", "0.00"),
        ("2.5", true, "0.19", "0.00"),
        ("3", true, "79228162514264337593543.95", "2376844875427930127806.32"),
    ] {
        assert_eq!(fee(&json!(rate), percentage, amount).as_deref(), Ok(expected), "{rate} of {amount}");
    }
}

/// Trap T25: a rate is a number in the fees of a company, and a text with two decimals, the fee itself, in an event.
#[test]
fn a_rate_is_read_as_number_and_as_text_and_written_as_the_fee() {
    for rate in [json!(2.5), json!("2.5"), json!("2.50")] {
        assert_eq!(fee(&rate, true, "100.00").as_deref(), Ok("2.50"));
    }
    let printed: Surcharge = serde_json::from_value(json!({"type": "debit", "rate": "2.50"})).unwrap();
    let fees = fees(json!({"cards": {"visa": {"debit": {"rate": 2.5, "percentage": true}}}}));
    let computed = fees.surcharge(&Money::from_cents(10_000), &card("visa", "debit")).unwrap().unwrap();
    assert_eq!(computed, printed);
    assert_eq!(serde_json::to_value(&computed).unwrap(), json!({"type": "debit", "rate": "2.50"}));
    let as_number: Surcharge = serde_json::from_value(json!({"type": "debit", "rate": 2.5})).unwrap();
    assert_eq!(as_number, printed);
}

/// Trap T24: American Express stands under two names, in one object even.
#[test]
fn american_express_and_amex_are_one_brand() {
    let short = fees(json!({"cards": {"amex": {"credit": {"rate": 1, "percentage": false}}}}));
    let full = fees(json!({"cards": {"american express": {"credit": {"rate": 1, "percentage": false}}}}));
    let both = fees(json!({"cards": {
        "amex": {"credit": {"rate": 9, "percentage": false}, "debit": {"rate": 1, "percentage": false}},
        "american express": {"credit": {"rate": 1, "percentage": false}},
    }}));
    let hundred = Money::from_cents(10_000);
    for fees in [short, full, both.clone()] {
        for brand in ["american express", "amex", "American Express"] {
            let method = card(brand, "credit");
            let surcharge = fees.surcharge(&hundred, &method).unwrap();
            assert_eq!(surcharge.unwrap().rate, Some(Money::from_cents(100)), "{brand}");
        }
    }
    let debit = both.surcharge(&hundred, &card("american express", "debit")).unwrap();
    assert_eq!(debit.unwrap().rate, Some(Money::from_cents(100)), "one name lists what the other lacks");
}

#[test]
fn the_fee_is_that_of_the_method() {
    let fees = fees(json!({
        "ach": {"rate": 0.5, "percentage": false},
        "cards": {"visa": {
            "credit": {"rate": 3, "percentage": false}, "debit": {"rate": 2, "percentage": false},
        }},
    }));
    let hundred = Money::from_cents(10_000);
    for (method, expected) in [
        (bank(), Some((SurchargeType::Ach, 50))),
        (card("visa", "credit"), Some((SurchargeType::Credit, 300))),
        (card("visa", "debit"), Some((SurchargeType::Debit, 200))),
        (card("mastercard", "credit"), None),
        (card("of-next-year", "credit"), None),
    ] {
        let surcharge = fees.surcharge(&hundred, &method).unwrap();
        let expected = expected
            .map(|(kind, cents)| Surcharge::new().with_kind(kind).with_rate(Money::from_cents(cents)));
        assert_eq!(surcharge, expected, "{method:?}");
    }
    assert_eq!(Fees::new().surcharge(&hundred, &bank()).unwrap(), None);
    assert_eq!(Fees::new().surcharge(&hundred, &method(&json!({}))).unwrap(), None, "no fee for any card");
}

#[test]
fn what_is_open_is_an_error_and_never_no_fee() {
    let hundred = Money::from_cents(10_000);
    let visa = fees(json!({"cards": {"visa": {"credit": {"rate": 3, "percentage": false}}}}));
    for members in [
        json!({}),
        json!({"card": {"brand": "visa"}}),
        json!({"card": {"type": "credit"}}),
        json!({"card": {"brand": "visa", "type": "prepaid"}}),
        json!({"type": "wallet"}),
    ] {
        let error = visa.surcharge(&hundred, &method(&members)).unwrap_err();
        assert_eq!(error.kind(), UnknownSurchargeKind::IncompleteMethod, "{members}");
    }
    for fee in [json!({}), json!({"rate": 1.5}), json!({"percentage": true})] {
        let error = fees(json!({"ach": fee})).surcharge(&hundred, &bank()).unwrap_err();
        assert_eq!(error.kind(), UnknownSurchargeKind::IncompleteFee, "{fee}");
        assert!(error.to_string().contains("rate"), "{error}");
    }
    assert_eq!(fee(&json!(1.5), true, "-0.01"), Err(UnknownSurchargeKind::NegativeAmount));
    assert_eq!(fee(&json!(-1.5), true, "1.00"), Err(UnknownSurchargeKind::NegativeRate));
    assert_eq!(fee(&json!(-1), false, "1.00"), Err(UnknownSurchargeKind::NegativeRate));
}

#[test]
fn a_result_that_cannot_be_told_exactly_is_an_error() {
    let most = "79228162514264337593543950335";
    for (rate, percentage, amount) in [
        (most, true, "2.00"),
        (most, false, "1.00"),
        ("3", true, most),
        ("0.00000000000000000000000001", true, "1.2345"),
    ] {
        assert_eq!(
            fee(&json!(rate), percentage, amount),
            Err(UnknownSurchargeKind::TooLarge),
            "{rate} of {amount}"
        );
    }
}

proptest! {
    /// The rule once more, in whole numbers: cents times rate in ten thousandths of a per cent.
    #[test]
    fn a_percentage_agrees_with_whole_numbers(cents in 0_i64..10_000_000_000, rate in 0_i64..2_000_000) {
        let per_cent = Decimal::new(rate, 4);
        let fee = compute(Decimal::new(cents, 2), per_cent, true).unwrap();
        let product = i128::from(cents) * i128::from(rate);
        let rounded = (product + 500_000) / 1_000_000;
        prop_assert_eq!(fee, Money::from_cents(i64::try_from(rounded).unwrap()));
    }

    #[test]
    fn a_fee_is_whole_cents_and_never_negative(cents in 0_i64.., rate in 0_i64.., scale in 0_u32..=28, percentage: bool) {
        if let Ok(fee) = compute(Decimal::new(cents, 2), Decimal::new(rate, scale), percentage) {
            prop_assert!(fee.amount() >= Decimal::ZERO);
            prop_assert_eq!(fee.amount().scale(), 2);
        }
    }

    #[test]
    fn who_pays_more_pays_no_smaller_fee(one in 0_i64..1_000_000_000, more in 0_i64..1_000_000_000, rate in 0_i64..1_000_000) {
        let rate = Decimal::new(rate, 4);
        for percentage in [false, true] {
            let fee = compute(Decimal::new(one, 2), rate, percentage).unwrap();
            prop_assert!(fee <= compute(Decimal::new(one + more, 2), rate, percentage).unwrap());
        }
    }

    #[test]
    fn a_higher_rate_is_no_smaller_fee(amount in 0_i64..1_000_000_000, one in 0_i64..1_000_000, more in 0_i64..1_000_000) {
        let amount = Decimal::new(amount, 2);
        for percentage in [false, true] {
            let fee = compute(amount, Decimal::new(one, 4), percentage).unwrap();
            prop_assert!(fee <= compute(amount, Decimal::new(one + more, 4), percentage).unwrap());
        }
    }
}

/// No fee is a promise, so no spelling of a brand may hide another one's fee.
#[test]
fn two_spellings_of_one_brand_hide_no_fee() {
    let fees = fees(json!({"cards": {
        "VISA": {"debit": {"rate": 1, "percentage": false}},
        "visa": {"credit": {"rate": 2, "percentage": false}},
    }}));
    for (kind, expected) in [("credit", "2.00"), ("debit", "1.00")] {
        let surcharge = fees.surcharge(&Money::from_cents(10_000), &card("visa", kind)).unwrap();
        assert_eq!(surcharge.expect(kind).rate.unwrap().to_string(), expected, "{kind}");
    }
}

#[test]
fn nothing_below_zero_is_written() {
    for (rate, percentage, amount) in
        [("-0", false, "1.00"), ("-0.00", true, "1.00"), ("1", true, "-0.00"), ("0.001", false, "-0")]
    {
        assert_eq!(fee(&json!(rate), percentage, amount).unwrap(), "0.00", "{rate} {amount}");
    }
}
