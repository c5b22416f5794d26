//! Exact reading of decimal text, shared by [`Money`](super::Money) and [`Number`](super::Number).

use rust_decimal::Decimal;

/// What kept a text from being read as a decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Empty,
    NotDecimal,
    TooLarge,
    Inexact,
}

impl Fault {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Empty => "the text is empty",
            Self::NotDecimal => {
                "expected an optional sign, digits and at most one decimal point, without thousands separators"
            }
            Self::TooLarge => "more digits than can be kept exactly (28)",
            Self::Inexact => {
                "a JSON number with more than 15 digits may already have been rounded; send it as a string"
            }
        }
    }
}

/// Reads `[sign] digits [. digits]`. Exponents, separators, spaces and currency signs are refused, because guessing at
/// them would be guessing at money.
pub(super) fn parse(text: &str) -> Result<Decimal, Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits_only(whole) || !digits_only(fraction) {
        return Err(Fault::NotDecimal);
    }
    Decimal::from_str_exact(text.strip_prefix('+').unwrap_or(text)).map_err(|_| Fault::TooLarge)
}

/// Reads a JSON number that the parser has already turned into a binary float. Fifteen significant digits survive that
/// turn unharmed, more may not.
pub(super) fn from_float(value: f64) -> Result<Decimal, Fault> {
    let text = value.to_string();
    let significant = text.bytes().filter(u8::is_ascii_digit).count();
    if !value.is_finite() || significant > 15 + usize::from(text.trim_start_matches('-').starts_with("0.")) {
        return Err(Fault::Inexact);
    }
    parse(&text)
}
