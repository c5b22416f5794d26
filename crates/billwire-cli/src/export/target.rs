//! Where an export goes, and the two files beside it while it is not complete.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::unusable;
use crate::error::Error;

#[derive(Debug)]
pub(crate) struct Target {
    path: PathBuf,
    partial: PathBuf,
    checkpoint: PathBuf,
    overwrite: bool,
}

impl Target {
    /// Refuses a file that is there already, unless it may be replaced.
    pub(crate) fn new(path: PathBuf, overwrite: bool) -> Result<Self, Error> {
        let beside = |end: &str| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(end);
            path.with_file_name(name)
        };
        if path.file_name().is_none() || path.is_dir() {
            return Err(Error::usage(format!("--out {} is not a file", path.display()))
                .with_advice("give the name of a file to write"));
        }
        let target = Self { partial: beside(".partial"), checkpoint: beside(".checkpoint"), path, overwrite };
        target.refuse_existing()?;
        Ok(target)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn partial(&self) -> &Path {
        &self.partial
    }

    pub(super) fn checkpoint(&self) -> &Path {
        &self.checkpoint
    }

    fn refuse_existing(&self) -> Result<(), Error> {
        if self.overwrite || !self.path.exists() {
            return Ok(());
        }
        Err(Error::configuration(format!("{} is there already", self.path.display()))
            .with_advice("give another --out, or --overwrite to replace it when the new one is complete"))
    }

    /// Makes sure that no other export writes here; `checkpoint` is held until the end.
    pub(super) fn lock(&self, checkpoint: &File) -> Result<(), Error> {
        match checkpoint.try_lock() {
            Err(TryLockError::WouldBlock) => {
                Err(Error::configuration(format!("another export is writing {}", self.partial.display()))
                    .with_advice("wait until it has ended, or give another --out"))
            }
            // Not every file system can lock; there the user must not start two.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
        }
    }

    /// Removes what an interrupted export left.
    pub(crate) fn forget(&self) -> Result<(), Error> {
        if let Ok(checkpoint) = File::open(&self.checkpoint) {
            self.lock(&checkpoint)?;
        }
        // The checkpoint last: without it nobody would know what the partial file is.
        for path in [&self.partial, &self.checkpoint] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(unusable(path, "removed", &error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The export is complete: the file appears under its name, and the checkpoint goes.
    pub(super) fn publish(&self) -> Result<(), Error> {
        self.refuse_existing()?;
        fs::rename(&self.partial, &self.path).map_err(|error| unusable(&self.path, "written", &error))?;
        self.synchronise_folder()?;
        fs::remove_file(&self.checkpoint).map_err(|error| unusable(&self.checkpoint, "removed", &error))
    }

    /// Makes new names in the folder survive a crash of the machine.
    pub(super) fn synchronise_folder(&self) -> Result<(), Error> {
        #[cfg(unix)]
        {
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|error| unusable(folder, "synchronised", &error))?;
        }
        Ok(())
    }
}

/// A file that only this user may read: it holds what customers owe.
pub(super) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
