//! The file that grows: exactly the beginning of what it will be when it is complete.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use billwire::q2::PartnerBill;

use super::checkpoint::{Checkpoint, Identity, Reached};
use super::digest::Digest;
use super::target::{Target, private_file};
use super::{Format, unusable};
use crate::error::Error;

/// So many bills are written before they are made safe.
const BATCH: usize = 500;

/// An export on its way.
#[derive(Debug)]
pub(crate) struct Partial {
    file: File,
    path: PathBuf,
    checkpoint: Checkpoint,
    format: Format,
    /// What has been written but not made safe.
    pending: Vec<u8>,
    ids: Vec<String>,
    bytes: u64,
    digest: Digest,
    /// Bills that an earlier run wrote and that the list has not named again yet.
    skipped: HashMap<String, u32>,
    kept: u64,
    written: u64,
}

impl Partial {
    /// Begins an export, or goes on with the same one.
    pub(crate) fn open(target: &Target, identity: &Identity) -> Result<Self, Error> {
        let path = target.partial().to_owned();
        let (checkpoint, reached) = Checkpoint::open(target, identity)?;
        let mut file = private_file(&path).map_err(|error| unusable(&path, "written", &error))?;
        let digest = check(&mut file, &reached, &path)?;
        file.set_len(reached.bytes)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(|error| unusable(&path, "written", &error))?;
        let format = identity.format;
        let pending = if reached.bytes == 0 { format.head().into_bytes() } else { Vec::new() };
        Ok(Self {
            file,
            path,
            checkpoint,
            format,
            pending,
            ids: Vec::new(),
            bytes: reached.bytes,
            digest,
            skipped: reached.bills,
            kept: reached.count,
            written: reached.count,
        })
    }

    /// How many bills an earlier run left.
    pub(crate) fn kept(&self) -> u64 {
        self.kept
    }

    /// How many bills are in the file, those of earlier runs included.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Writes a bill; false if an earlier run wrote it.
    pub(crate) fn write(&mut self, entry: &PartnerBill) -> Result<bool, Error> {
        let id = entry.bill.id.as_str();
        if let Some(times) = self.skipped.get_mut(id).filter(|times| **times > 0) {
            *times -= 1;
            return Ok(false);
        }
        let text = self.format.entry(entry, self.written == 0)?;
        self.pending.extend_from_slice(text.as_bytes());
        self.ids.push(id.to_owned());
        self.written += 1;
        if self.ids.len() >= BATCH {
            self.checkpoint()?;
        }
        Ok(true)
    }

    /// Makes safe what was written: first the data, then the word that it is there.
    pub(crate) fn checkpoint(&mut self) -> Result<(), Error> {
        self.flush()?;
        let ids = std::mem::take(&mut self.ids);
        self.checkpoint.add(self.bytes, self.digest.text(), ids)
    }

    /// Completes the file and gives it its name. Says how many bills are in it.
    pub(crate) fn finish(mut self, target: &Target) -> Result<u64, Error> {
        self.pending.extend_from_slice(self.format.tail().as_bytes());
        self.flush()?;
        self.file.sync_all().map_err(|error| unusable(&self.path, "written", &error))?;
        target.publish()?;
        Ok(self.written)
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.file
            .write_all(&self.pending)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| unusable(&self.path, "written", &error))?;
        self.digest.add(&self.pending);
        self.bytes += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

/// The part that the checkpoint speaks of must be what was written then.
fn check(file: &mut File, reached: &Reached, path: &Path) -> Result<Digest, Error> {
    let mut digest = Digest::new();
    let Some(expected) = &reached.digest else { return Ok(digest) };
    let mut buffer = vec![0; 64 * 1024];
    let mut left = Read::by_ref(file).take(reached.bytes);
    let mut length = 0;
    loop {
        let read = left.read(&mut buffer).map_err(|error| unusable(path, "read", &error))?;
        if read == 0 {
            break;
        }
        digest.add(buffer.get(..read).unwrap_or_default());
        length += read as u64;
    }
    if length == reached.bytes && digest.text() == *expected {
        return Ok(digest);
    }
    Err(Error::configuration(format!("{} is not what the interrupted export wrote", path.display()))
        .with_advice("it was changed or damaged since: give --restart to begin at the beginning"))
}
