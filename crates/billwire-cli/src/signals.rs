//! The signals by which a person or a job's runner stops a command.

use std::io;

use crate::error::Error;

/// Ends when the process is asked to stop. From the call on, not from the first poll, such a signal no longer ends it.
///
/// # Errors
/// If signals cannot be received.
pub(crate) fn interruption() -> Result<impl Future<Output = ()>, Error> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| unavailable(&error))?;
        let mut terminate = signal(SignalKind::terminate()).map_err(|error| unavailable(&error))?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(windows)]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c().map_err(|error| unavailable(&error))?;
        Ok(async move {
            interrupt.recv().await;
        })
    }
}

fn unavailable(error: &io::Error) -> Error {
    Error::unexpected("signals cannot be received")
        .with_cause(error)
        .with_advice("check the limits of this user")
}
