//! Reading and moving the virtual clock.

use serde::{Deserialize, Serialize};

use crate::clock::ClockMode;
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;
use crate::shared::{ClockReport, Shared};

/// The clock goes so far at most: at the last instant of the calendar whatever recurs would recur for ever.
const LAST_YEAR: i16 = 9000;

/// What `PUT /control/clock` takes: a new time, or how far to go; and perhaps whether time passes by itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClockChange {
    #[serde(default)]
    pub(crate) now: Option<Moment>,
    #[serde(default)]
    pub(crate) advance: Option<String>,
    #[serde(default)]
    pub(crate) mode: Option<ClockMode>,
}

/// What `GET /control/clock` answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClockReading {
    now: Moment,
    mode: ClockMode,
    /// When the next thing will happen by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_due: Option<Moment>,
}

pub(crate) fn reading(shared: &Shared) -> ClockReading {
    let engine = shared.engine();
    ClockReading { now: engine.now(), mode: engine.clock.mode(), next_due: engine.next_due() }
}

/// Moves the clock forward; answers after everything that became due has happened and was delivered.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] for a time in the past or after the year 9000, a text that is no duration, or nothing at all.
pub(crate) async fn change(shared: &Shared, change: ClockChange) -> Result<ClockReport, Error> {
    match (change.now, change.advance.as_deref()) {
        (Some(_), Some(_)) => return Err(invalid("give either \"now\" or \"advance\", not both")),
        (None, None) if change.mode.is_none() => {
            return Err(invalid("give \"now\", \"advance\" or \"mode\", such as {\"advance\": \"P10D\"}"));
        }
        _ => {}
    }
    shared
        .advance(change.mode, move |now| {
            let target = match (change.now, change.advance.as_deref()) {
                (Some(target), _) => target,
                (None, Some(duration)) => now.plus_iso(duration)?,
                (None, None) => now,
            };
            if target < now {
                return Err(invalid(format!(
                    "time does not run backwards: it is {now}; reset or restore a state instead"
                )));
            }
            if target.day().year() > LAST_YEAR {
                return Err(invalid(format!("the clock goes to the year {LAST_YEAR} at most")));
            }
            Ok(target)
        })
        .await
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
