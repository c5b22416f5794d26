//! Faults on demand.

use crate::error::Error;
use crate::faults::{FaultReport, Faults};
use crate::shared::Shared;

pub(crate) fn shown(shared: &Shared) -> FaultReport {
    let engine = shared.engine();
    let Faults { http, webhooks } = engine.faults.faults().clone();
    FaultReport { http, webhooks, held: engine.held.shown() }
}

/// Replaces the faults; they hold from the next request and the next delivery on. What is held stays held.
pub(crate) fn set(shared: &Shared, faults: Faults) -> Result<FaultReport, Error> {
    faults.check()?;
    shared.engine().faults.set(faults);
    Ok(shown(shared))
}

/// Removes the faults and lets every held request go on, with what else is due at this moment.
pub(crate) async fn clear(shared: &Shared) -> FaultReport {
    {
        let mut engine = shared.engine();
        let now = engine.now();
        engine.faults.set(Faults::new());
        engine.held.release_at(now);
    }
    shared.settle().await;
    shown(shared)
}
