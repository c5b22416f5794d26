//! Steps that are brought to their end though nobody waits for them any more: a clock that is being moved must not stop
//! half-way because a caller hung up or a future was dropped.

use std::panic;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle};

/// The steps that run; none any more once they were stopped.
pub(crate) struct ToTheEnd(Mutex<Option<Vec<AbortHandle>>>);

impl ToTheEnd {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }

    /// Runs a step on its own and waits for it. None: it was stopped.
    pub(crate) fn take<T: Send + 'static>(
        &self,
        step: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = Option<T>> {
        // A step is large, and whoever waits need not be.
        let step = Box::pin(step);
        async {
            // Without a runtime nothing can run on its own.
            let Ok(runtime) = Handle::try_current() else { return Some(step.await) };
            match self.begin(&runtime, step)?.await {
                Ok(result) => Some(result),
                // As if it had not run on its own.
                Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
                Err(_) => None,
            }
        }
    }

    fn begin<T: Send + 'static>(
        &self,
        runtime: &Handle,
        step: impl Future<Output = T> + Send + 'static,
    ) -> Option<JoinHandle<T>> {
        let mut running = self.running();
        let running = running.as_mut()?;
        running.retain(|step| !step.is_finished());
        let step = runtime.spawn(step);
        running.push(step.abort_handle());
        Some(step)
    }

    /// Stops what runs, and takes nothing from now on.
    pub(crate) fn stop(&self) {
        for step in self.running().take().into_iter().flatten() {
            step.abort();
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Vec<AbortHandle>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
