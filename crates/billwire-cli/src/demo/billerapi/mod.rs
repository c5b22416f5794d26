//! The story of BillerAPI: an account is linked with a code, its bills are read page by page with exact amounts, a
//! synchronisation is asked for twice and happens once, and every webhook is verified.

mod receiver;
mod stage;
mod story;

use self::stage::Stage;
use super::fault::Fault;
use super::timeline::{Entry, Timeline};
use crate::error::Error;

/// Plays the story and reports how it ended.
pub(super) async fn play(seed: u64, fault: Option<Fault>, timeline: Timeline) -> Result<(), Error> {
    let mut stage = Stage::set_up(seed, fault, timeline).await?;
    let outcome = story::play(&mut stage).await;
    stage.report(&Entry::Result(stage.result(outcome.as_ref().err())))?;
    outcome
}
