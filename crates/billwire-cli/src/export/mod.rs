//! The files of an export: what is written, how far it has come, and how it goes on after an interruption.
//!
//! `FILE.partial` holds exactly the beginning of what `FILE` will be. `FILE.checkpoint` says how much of it is safe, which
//! export it belongs to, and which bills are in it. Both are synchronised to the disk every few hundred bills, the data
//! first; so after a crash, even of the machine, the last checkpoint speaks of data that is there. What comes after it is
//! cut off and fetched again. `FILE` appears by renaming, whole or not at all.

mod checkpoint;
mod columns;
mod digest;
mod format;
mod partial;
mod progress;
mod target;

pub(crate) use self::checkpoint::Identity;
pub(crate) use self::format::Format;
pub(crate) use self::partial::Partial;
pub(crate) use self::progress::Progress;
pub(crate) use self::target::Target;

use std::path::Path;

use crate::error::Error;

/// A file that cannot be used.
fn unusable(path: &Path, what: &str, error: &std::io::Error) -> Error {
    Error::configuration(format!("{} cannot be {what}", path.display())).with_cause(error).with_advice(
        "check that the folder exists, that this user may write there, and that the disk is not full",
    )
}
