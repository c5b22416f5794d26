//! The client's clock in the demo: the time of day is the sandbox's, so that signed dates agree with it; time limits run on
//! real time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use billwire::core::{Clock, TokioClock};
use billwire_sandbox::Sandbox;
use jiff::Timestamp;

/// The sandbox's virtual time, with the runtime's timer.
#[derive(Debug)]
pub(crate) struct VirtualClock {
    sandbox: Arc<Sandbox>,
    real: TokioClock,
}

impl VirtualClock {
    pub(crate) fn new(sandbox: Arc<Sandbox>) -> Self {
        Self { sandbox, real: TokioClock::new() }
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.sandbox.now().timestamp()
    }

    fn monotonic(&self) -> Duration {
        self.real.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        self.real.sleep(duration).await;
    }
}
