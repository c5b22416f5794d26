//! Cursors of pages: opaque to clients, readable here.
//!
//! A cursor holds the place after which the next page begins, as the number of the last element that was given. So
//! elements that come meanwhile neither push others onto a page a second time nor off it.
//!
//! Source: BillerAPI description, section 3.6 "Pagination" (the format is inferred).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::api_error::ApiError;
use crate::moment::Moment;
use crate::seed::Digest;

/// How long a cursor works, in seconds.
const LIFE: i64 = 24 * 3600;
/// Longer ones are none of ours.
const LONGEST: usize = 500;
/// The most elements of a page.
pub(crate) const MOST: u32 = 100;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    /// The number of the last element that was given.
    o: u64,
    /// What was asked for.
    q: String,
    /// When it expires, Unix seconds.
    e: i64,
}

/// What a list was asked for: who asked, for what, with which filters. A cursor goes on with the same only.
pub(crate) struct Question(Digest);

/// What is asked of a page.
pub(crate) struct Wanted<'a> {
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<&'a str>,
    /// The size of a page that does not ask for one.
    pub(crate) usual: u32,
}

/// A part of a list, and how it goes on.
pub(crate) struct Part<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_cursor: Option<String>,
}

impl Question {
    pub(crate) fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut digest = Digest::new();
        for part in parts {
            digest.add(part.as_bytes());
        }
        Self(digest)
    }
}

/// A page of `items`, which are in the order of falling numbers.
pub(crate) fn page<T>(
    now: Moment,
    question: &Question,
    wanted: &Wanted<'_>,
    items: Vec<T>,
    number: impl Fn(&T) -> u64,
) -> Result<Part<T>, ApiError> {
    let limit = limit(wanted.limit, wanted.usual)?;
    let after = match wanted.cursor {
        Some(text) => Some(read(now, question, text)?),
        None => None,
    };
    let mut rest = items.into_iter().skip_while(|item| after.is_some_and(|after| number(item) >= after));
    let items: Vec<T> = rest.by_ref().take(usize::try_from(limit).unwrap_or_default()).collect();
    let next_cursor = match (items.last(), rest.next()) {
        (Some(last), Some(_)) => Some(written(now, question, number(last))),
        _ => None,
    };
    Ok(Part { items, next_cursor })
}

pub(crate) fn limit(limit: Option<u32>, usual: u32) -> Result<u32, ApiError> {
    match limit {
        None => Ok(usual),
        Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
        Some(_) => Err(ApiError::bad_request(format!("limit is a whole number from 1 to {MOST}."))),
    }
}

fn written(now: Moment, question: &Question, last: u64) -> String {
    let content = serde_json::json!({
        "o": last,
        "q": question.0.to_string(),
        "e": now.timestamp().as_second() + LIFE,
    });
    URL_SAFE_NO_PAD.encode(content.to_string())
}

fn read(now: Moment, question: &Question, text: &str) -> Result<u64, ApiError> {
    let unknown = || ApiError::bad_request("The cursor is unknown; start again without one.");
    if text.len() > LONGEST {
        return Err(unknown());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unknown())?;
    let content: Content = serde_json::from_slice(&bytes).map_err(|_| unknown())?;
    if content.q != question.0.to_string() {
        return Err(ApiError::bad_request(
            "The cursor belongs to another request; keep all other parameters from page to page.",
        ));
    }
    let now = now.timestamp().as_second();
    if now > content.e {
        return Err(ApiError::bad_request("The cursor has expired after 24 hours; start again without one."));
    }
    if content.e > now.saturating_add(LIFE) {
        return Err(unknown());
    }
    Ok(content.o)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Moment {
        "2026-03-02T12:00:00Z".parse().expect("an instant")
    }

    fn part(at: Moment, limit: u32, cursor: Option<&str>, items: Vec<u64>) -> Result<Part<u64>, ApiError> {
        let wanted = Wanted { limit: Some(limit), cursor, usual: 50 };
        page(at, &Question::new(["bills", "a"]), &wanted, items, |item| *item)
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let items: Vec<u64> = (1..=23).rev().collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let part = part(now(), 5, cursor.as_deref(), items.clone()).expect("a page");
            assert!(part.items.len() <= 5);
            seen.extend(part.items);
            cursor = part.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, items);
    }

    /// What comes while somebody turns pages neither repeats nor hides anything.
    #[test]
    fn new_elements_do_not_shift_the_pages() {
        let first = part(now(), 2, None, vec![5, 4, 3, 2, 1]).expect("a page");
        assert_eq!(first.items, [5, 4]);
        let second = part(now(), 2, first.next_cursor.as_deref(), vec![7, 6, 5, 4, 3, 2, 1]).expect("a page");
        assert_eq!(second.items, [3, 2]);
        let last = part(now(), 2, second.next_cursor.as_deref(), vec![7, 6, 2, 1]).expect("a page");
        assert_eq!((last.items, last.next_cursor), (vec![1], None));
    }

    #[test]
    fn a_full_last_page_has_no_cursor() {
        assert!(part(now(), 2, None, vec![2, 1]).expect("a page").next_cursor.is_none());
        assert!(part(now(), 2, None, vec![]).expect("a page").next_cursor.is_none());
    }

    #[test]
    fn limits_are_1_to_100() {
        for limit in [0, 101, u32::MAX] {
            assert_eq!(part(now(), limit, None, vec![1]).err().map(|error| error.status), Some(400));
        }
        assert!(part(now(), 1, None, vec![1]).is_ok() && part(now(), 100, None, vec![1]).is_ok());
    }

    #[test]
    fn a_cursor_lives_24_hours_and_fits_one_question() {
        let cursor = part(now(), 1, None, vec![2, 1]).expect("a page").next_cursor;
        let at = |seconds| now().plus(jiff::SignedDuration::from_secs(seconds));
        assert!(part(at(LIFE), 1, cursor.as_deref(), vec![2, 1]).is_ok());
        assert!(part(at(LIFE + 1), 1, cursor.as_deref(), vec![2, 1]).is_err());
        let wanted = Wanted { limit: Some(1), cursor: cursor.as_deref(), usual: 50 };
        let other = Question::new(["bills", "b"]);
        assert!(page(now(), &other, &wanted, vec![2_u64, 1], |item| *item).is_err());
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let far = URL_SAFE_NO_PAD.encode(
            serde_json::json!({
                "o": 1,
                "q": Question::new(["bills", "a"]).0.to_string(),
                "e": i64::MAX,
            })
            .to_string(),
        );
        let long = "a".repeat(10_000);
        for cursor in ["", "x", "%%%", "e30", &far, &long, "🦀"] {
            assert!(part(now(), 1, Some(cursor), vec![2, 1]).is_err(), "{cursor:.20}");
        }
    }
}
