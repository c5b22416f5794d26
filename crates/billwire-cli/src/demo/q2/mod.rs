//! The story of Q2 Biller Direct: signed requests, an encrypted card, a login with challenges, one payment, and webhooks
//! that are signed and encrypted.

mod keys;
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
    let outcome = Box::pin(story::play(&mut stage)).await;
    stage.report(&Entry::Result(stage.result(outcome.as_ref().err())))?;
    outcome
}
