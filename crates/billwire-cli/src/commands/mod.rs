//! One module for each command: options, then the work, then the output.

pub(crate) mod completions;
mod configuration_file;
pub(crate) mod demo;
pub(crate) mod export;
pub(crate) mod operation;
mod read_back;
pub(crate) mod sandbox;
mod sandbox_configuration;

use tokio::runtime::{Builder, Runtime};

use crate::error::Error;

/// The runtime of a command.
fn runtime(mut builder: Builder) -> Result<Runtime, Error> {
    builder.enable_all().build().map_err(|error| {
        Error::unexpected("the asynchronous runtime cannot start")
            .with_cause(error)
            .with_advice("check the limits of this user on threads and open files")
    })
}
