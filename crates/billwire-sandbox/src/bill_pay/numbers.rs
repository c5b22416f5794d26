//! Card and account numbers as they arrive: checked, masked, and forgotten.
//!
//! Source: Q2 Biller Direct description, sections 4.4.1 and 11.4.

use super::company::{CardBrand, CardKind};
use super::payment_method::{AccountKind, Bank, Card, Details};
use crate::api_error::ApiError;
use crate::moment::Moment;

/// Accepted at creation, declined at payment.
///
/// Source: Q2 Biller Direct description, section 11.4 "Test card and limits" (inferred).
const DECLINED_CARD: &str = "4000000000000002";
const DECLINED_ACCOUNT_ENDING: &str = "99";

/// No `Debug`: these are the full numbers.
pub(crate) enum NewNumbers {
    Card {
        number: String,
        code: Option<String>,
        month: String,
        year: String,
        zipcode: String,
        brand: Option<CardBrand>,
        kind: Option<CardKind>,
    },
    Bank {
        routing_number: String,
        account_number: String,
        kind: AccountKind,
    },
}

/// Checks the numbers and masks them; says whether payments with them are declined.
pub(super) fn read(
    now: Moment,
    numbers: &NewNumbers,
    accept_expired: bool,
) -> Result<(Details, bool), ApiError> {
    match numbers {
        NewNumbers::Card { number, code, month, year, zipcode, brand, kind } => {
            check_card_texts(number, code.as_deref(), zipcode)?;
            let expires = read_expiry(month, year)?;
            let brand = brand.or_else(|| CardBrand::of_number(number)).ok_or_else(|| {
                ApiError::bad_request(
                    "The card number belongs to no brand the sandbox knows; give a cardBrand.",
                )
            })?;
            let card = Card {
                number: masked(number),
                bin: number.chars().take(8).collect(),
                brand,
                kind: kind.unwrap_or(CardKind::Credit),
                expires,
                cancelled: false,
            };
            if !accept_expired && card.has_expired(now) {
                return Err(ApiError::bad_request(format!(
                    "The card has expired: it is {} here.",
                    now.day()
                )));
            }
            Ok((Details::Card(card), number == DECLINED_CARD))
        }
        NewNumbers::Bank { routing_number, account_number, kind } => {
            if !is_routing_number(routing_number) {
                return Err(ApiError::bad_request(
                    "The routingNumber is not valid: nine digits with a correct ABA check digit are expected.",
                ));
            }
            if !(4..=17).contains(&account_number.len()) || !all_digits(account_number) {
                return Err(ApiError::bad_request(
                    "The accountNumber is not valid: 4 to 17 digits are expected.",
                ));
            }
            let bank = Bank {
                routing_number: masked(routing_number),
                account_number: masked(account_number),
                kind: *kind,
            };
            Ok((Details::Bank(bank), account_number.ends_with(DECLINED_ACCOUNT_ENDING)))
        }
    }
}

fn check_card_texts(number: &str, code: Option<&str>, zipcode: &str) -> Result<(), ApiError> {
    if !(12..=19).contains(&number.len()) || !all_digits(number) || !passes_luhn(number) {
        return Err(ApiError::bad_request(
            "The cardNumber is not valid: 12 to 19 digits with a correct check digit are expected.",
        ));
    }
    if code.is_some_and(|code| !matches!(code.len(), 3 | 4) || !all_digits(code)) {
        return Err(ApiError::bad_request("The cardCode is not valid: three or four digits are expected."));
    }
    if zipcode.trim().is_empty() {
        return Err(ApiError::bad_request("Please provide a zipcode."));
    }
    Ok(())
}

fn read_expiry(month: &str, year: &str) -> Result<Moment, ApiError> {
    let number = |text: &str, length: usize| {
        if text.len() == length && all_digits(text) { text.parse::<i16>().ok() } else { None }
    };
    let month = number(month, 2)
        .and_then(|month| i8::try_from(month).ok())
        .filter(|month| (1..=12).contains(month))
        .ok_or_else(|| ApiError::bad_request("The expMonth is not valid: 01 to 12 are expected."))?;
    let year = number(year, 4).filter(|year| *year >= 1000);
    let year =
        year.ok_or_else(|| ApiError::bad_request("The expYear is not valid: four digits are expected."))?;
    let day = jiff::civil::Date::new(year, month, 1)
        .map_err(|_| ApiError::bad_request("The expMonth and expYear are no month of the calendar."))?;
    Ok(Moment::midnight(day).plus(jiff::SignedDuration::from_hours(12)))
}

fn masked(digits: &str) -> String {
    let last_four = digits.get(digits.len().saturating_sub(4)..).unwrap_or_default();
    format!("XXXX{last_four}")
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match place % 2 {
                0 => digit,
                _ if digit > 4 => 2 * digit - 9,
                _ => 2 * digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn is_routing_number(text: &str) -> bool {
    const WEIGHTS: [u32; 9] = [3, 7, 1, 3, 7, 1, 3, 7, 1];
    if text.len() != WEIGHTS.len() || !all_digits(text) || text == "000000000" {
        return false;
    }
    let sum: u32 = text.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_good_and_bad_card_numbers() {
        for good in
            ["4111111111111111", "378282246310005", "5555555555554444", "6011111111111117", DECLINED_CARD]
        {
            assert!(passes_luhn(good), "{good}");
        }
        for bad in ["4111111111111112", "1234567890123456"] {
            assert!(!passes_luhn(bad), "{bad}");
        }
    }

    #[test]
    fn knows_the_brands_of_the_test_cards() {
        #[track_caller]
        fn check(number: &str, brand: Option<CardBrand>) {
            assert_eq!(CardBrand::of_number(number), brand);
        }
        check("4111111111111111", Some(CardBrand::Visa));
        check("378282246310005", Some(CardBrand::AmericanExpress));
        check("5555555555554444", Some(CardBrand::Mastercard));
        check("2223000048400011", Some(CardBrand::Mastercard));
        check("6011111111111117", Some(CardBrand::Discover));
        check("6759649826438453", Some(CardBrand::Maestro));
        check("9999999999999999", None);
    }

    #[test]
    fn knows_routing_numbers_by_their_check_digit() {
        assert!(is_routing_number("021000021"));
        for bad in ["021000022", "02100002", "0210000210", "02100002a", "000000000"] {
            assert!(!is_routing_number(bad), "{bad}");
        }
    }

    #[test]
    fn a_card_works_to_the_end_of_its_month() {
        let card = Card {
            number: masked("4111111111111111"),
            bin: "41111111".to_owned(),
            brand: CardBrand::Visa,
            kind: CardKind::Credit,
            expires: read_expiry("03", "2026").expect("a month"),
            cancelled: false,
        };
        assert!(!card.has_expired("2026-03-31T23:59:59Z".parse().expect("an instant")));
        assert!(card.has_expired("2026-04-01T00:00:00Z".parse().expect("an instant")));
    }

    #[test]
    fn shows_the_last_four_digits_only() {
        assert_eq!(masked("4111111111111111"), "XXXX1111");
        assert_eq!(masked("12"), "XXXX12");
    }
}
