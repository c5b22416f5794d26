//! The demo: the toolkit's main job, end to end, over real HTTP on this machine, with every step checked.
//!
//! `stage` sets up both ends, `story` plays, `timeline` prints, `check` decides, `fault` breaks one link on purpose to
//! prove that the demo notices.

mod check;
mod fault;
mod keys;
mod receiver;
mod stage;
mod story;
mod timeline;
mod virtual_clock;

pub(crate) use self::fault::Fault;

use crate::demo::stage::Stage;
use crate::demo::timeline::{Entry, Timeline};
use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;

/// Plays the story with ids from `seed`. An error is the first thing that did not hold; the last line of the timeline
/// says the same.
pub(crate) async fn play(seed: u64, fault: Option<Fault>, output: Output) -> Result<(), Error> {
    let timeline = Timeline::new(output);
    let mut stage = Stage::set_up(seed, fault, timeline).await?;
    let outcome = story::play(&mut stage).await;
    stage.report(&Entry::Result(stage.result(outcome.as_ref().err())))?;
    outcome.map_err(|error| match (error.exit(), fault) {
        (Exit::DemoFailed, Some(fault)) => error.with_advice(format!(
            "nothing: --break {} broke it on purpose, and it was noticed",
            fault.word()
        )),
        (Exit::DemoFailed, None) => {
            error.with_advice("this is a defect of billwire: please report it with the timeline above")
        }
        _ => error,
    })
}
