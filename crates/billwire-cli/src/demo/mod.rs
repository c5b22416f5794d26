//! The demo: the toolkit's main job, end to end, over real HTTP on this machine, with every step checked.
//!
//! There is one story for each API. `scene` is what all of them are played on, `timeline` prints, `check` decides, `fault`
//! breaks one link on purpose to prove that the demo notices.

mod billerapi;
mod check;
mod fault;
mod q2;
mod receiver;
mod scene;
mod timeline;
mod unbill;
mod virtual_clock;

use billwire::models::operation::Api;

pub(crate) use self::fault::Fault;

use crate::demo::timeline::Timeline;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;

/// The APIs that have a story, the usual one first.
pub(crate) const STORIES: [Api; 3] = [Api::Q2, Api::Unbill, Api::BillerApi];

/// Plays the story of `api` with ids from `seed`. An error is the first thing that did not hold; the last line of the
/// timeline says the same.
pub(crate) async fn play(api: Api, seed: u64, fault: Option<Fault>, output: Output) -> Result<(), Error> {
    if let Some(fault) = fault.filter(|fault| !fault.stories().contains(&api)) {
        return Err(Error::usage(format!(
            "--break {} has no place in the story of {}",
            fault.word(),
            api.as_str()
        ))
        .with_advice("the guide about the command lists the links of each story"));
    }
    let timeline = Timeline::new(output);
    let outcome = match api {
        Api::Q2 => Box::pin(q2::play(seed, fault, timeline)).await,
        Api::Unbill => unbill::play(seed, fault, timeline).await,
        Api::BillerApi => billerapi::play(seed, fault, timeline).await,
        _ => Err(Error::unexpected(format!("this build has no story of {}", api.as_str()))),
    };
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
