//! The date of a signed request. Only its shape is checked; its text is signed byte for byte.

/// `YYYY-MM-DDThh:mm:ss`, optionally `.` and 1 to 9 digits, then `Z` or `±hh:mm`; a day that exists.
pub(super) fn is_iso_8601(text: &str) -> bool {
    let Some((date_time, rest)) = text.as_bytes().split_at_checked(19) else {
        return false;
    };
    is_date_time(date_time) && is_zone(without_fraction(rest))
}

fn is_date_time(bytes: &[u8]) -> bool {
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let numbers = (|| {
        Some((
            number(bytes.get(0..4)?)?,
            number(bytes.get(5..7)?)?,
            number(bytes.get(8..10)?)?,
            number(bytes.get(11..13)?)?,
            number(bytes.get(14..16)?)?,
            number(bytes.get(17..19)?)?,
        ))
    })();
    let Some((year, month, day, hour, minute, second)) = numbers else {
        return false;
    };
    separators.iter().all(|(index, separator)| bytes.get(*index) == Some(separator))
        && (1..=days_in_month(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 59
}

fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// The rest after a well-formed fraction; a malformed one is left for the zone to refuse.
fn without_fraction(bytes: &[u8]) -> &[u8] {
    let Some((b'.', fraction)) = bytes.split_first() else {
        return bytes;
    };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if (1..=9).contains(&digits) { fraction.get(digits..).unwrap_or_default() } else { bytes }
}

fn is_zone(bytes: &[u8]) -> bool {
    match bytes {
        b"Z" => true,
        [b'+' | b'-', hour_tens, hour_ones, b':', minute_tens, minute_ones] => {
            number(&[*hour_tens, *hour_ones]).is_some_and(|hour| hour <= 23)
                && number(&[*minute_tens, *minute_ones]).is_some_and(|minute| minute <= 59)
        }
        _ => false,
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0_u32, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::is_iso_8601;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(is_iso_8601(text), expected, "{text:?}");
    }

    #[test]
    fn accepts_iso_8601_with_seconds_and_zone() {
        check("2019-09-17T14:14:24.874Z", true);
        check("2019-09-17T14:14:24Z", true);
        check("2019-09-17T14:14:24.123456789Z", true);
        check("2019-09-17T14:14:24.874+02:00", true);
        check("2019-09-17T14:14:24-23:59", true);
        check("2024-02-29T23:59:59.999Z", true);
        check("2000-02-29T00:00:00Z", true);
    }

    #[test]
    fn refuses_everything_else() {
        check("", false);
        check("Tue, 17 Sep 2019 14:14:24 GMT", false);
        check("Tuesday, 17-Sep-19 14:14:24 GMT", false);
        check("2019-09-17", false);
        check("2019-09-17T14:14:24", false);
        check("2019-09-17T14:14Z", false);
        check("2019-09-17 14:14:24Z", false);
        check("2019-09-17t14:14:24z", false);
        check("2019-09-17T14:14:24.Z", false);
        check("2019-09-17T14:14:24.1234567890Z", false);
        check("2019-09-17T14:14:24,874Z", false);
        check("2019-09-17T14:14:24.874Z ", false);
        check(" 2019-09-17T14:14:24.874Z", false);
        check("2019-09-17T14:14:24.874+0200", false);
        check("2019-09-17T14:14:24.874+24:00", false);
        check("2019-09-17T14:14:24.874+02:60", false);
        check("2023-02-29T00:00:00Z", false);
        check("1900-02-29T00:00:00Z", false);
        check("2019-00-17T14:14:24Z", false);
        check("2019-13-17T14:14:24Z", false);
        check("2019-04-31T14:14:24Z", false);
        check("2019-09-00T14:14:24Z", false);
        check("2019-09-17T24:00:00Z", false);
        check("2019-09-17T14:60:24Z", false);
        check("2019-09-17T14:14:60Z", false);
        check("+019-09-17T14:14:24Z", false);
        check("20\u{0661}9-09-17T14:14:24Z", false);
        check("1568729664", false);
    }
}
