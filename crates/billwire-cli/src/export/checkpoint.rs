//! How far an export has come: one line that says which export it is, then a line for each batch that is safe on the disk.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::target::{Target, private_file};
use super::{Format, unusable};
use crate::error::Error;

/// Raised when the form of the file, or of what is exported, changes.
const VERSION: u32 = 1;

/// What makes one export another one than the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) partner_id: String,
    pub(crate) base_url: String,
    pub(crate) format: Format,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    billwire_export: u32,
    #[serde(flatten)]
    identity: Identity,
}

/// The state of the partial file after a batch.
#[derive(Debug, Serialize, Deserialize)]
struct Batch {
    bytes: u64,
    digest: String,
    /// The bills of this batch.
    ids: Vec<String>,
}

/// What the last checkpoint says.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub(super) bytes: u64,
    pub(super) digest: Option<String>,
    /// The bills that are written, and how often each: the list may name a bill twice.
    pub(super) bills: HashMap<String, u32>,
    pub(super) count: u64,
}

/// The file that the lines go to. It is locked: two exports at once would tear each other's files.
#[derive(Debug)]
pub(super) struct Checkpoint {
    file: File,
    path: PathBuf,
}

impl Checkpoint {
    /// Goes on with the checkpoint of the same export, or begins one.
    pub(super) fn open(target: &Target, identity: &Identity) -> Result<(Self, Reached), Error> {
        let path = target.checkpoint().to_owned();
        let file = private_file(&path).map_err(|error| unusable(&path, "written", &error))?;
        target.lock(&file)?;
        let mut checkpoint = Self { file, path };
        let reached = if target.partial().exists() {
            checkpoint.go_on(target, identity)?
        } else {
            // Without data a checkpoint speaks of nothing.
            checkpoint.begin(identity)?;
            target.synchronise_folder()?;
            Reached::default()
        };
        Ok((checkpoint, reached))
    }

    /// Says that everything up to `bytes` is on the disk.
    pub(super) fn add(&mut self, bytes: u64, digest: String, ids: Vec<String>) -> Result<(), Error> {
        let line = line(&Batch { bytes, digest, ids })?;
        self.write(&line)
    }

    fn begin(&mut self, identity: &Identity) -> Result<(), Error> {
        self.cut(0)?;
        self.write(&line(&Header { billwire_export: VERSION, identity: identity.clone() })?)
    }

    fn go_on(&mut self, target: &Target, identity: &Identity) -> Result<Reached, Error> {
        let mut lines = Lines { reader: BufReader::new(&self.file), good: 0 };
        let Some(header) = lines.next::<Header>() else { return Err(self.not_ours(target)) };
        if header != (Header { billwire_export: VERSION, identity: identity.clone() }) {
            return Err(of_another_export(&header.identity, target));
        }
        let mut reached = Reached::default();
        while let Some(batch) = lines.next::<Batch>() {
            (reached.bytes, reached.digest) = (batch.bytes, Some(batch.digest));
            for id in batch.ids {
                *reached.bills.entry(id).or_default() += 1;
                reached.count += 1;
            }
        }
        let good = lines.good;
        self.cut(good)?;
        Ok(reached)
    }

    /// There is data, but nothing that says what it is.
    fn not_ours(&self, target: &Target) -> Error {
        if self.file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
            // It was made a moment ago, by opening it.
            let _ = std::fs::remove_file(&self.path);
        }
        Error::configuration(format!(
            "{} is there, but no checkpoint beside it says that it is an interrupted export",
            target.partial().display()
        ))
        .with_advice("move it away if it is yours, or give --restart to replace it")
    }

    /// Drops what comes after `length`: a line that a crash tore, and whatever follows it.
    fn cut(&mut self, length: u64) -> Result<(), Error> {
        self.file
            .set_len(length)
            .and_then(|()| self.file.seek(SeekFrom::Start(length)))
            .map(|_| ())
            .map_err(|error| unusable(&self.path, "written", &error))
    }

    fn write(&mut self, line: &str) -> Result<(), Error> {
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|error| unusable(&self.path, "written", &error))
    }
}

fn of_another_export(other: &Identity, target: &Target) -> Error {
    let Identity { partner_id, base_url, format } = other;
    Error::configuration(format!(
        "{} belongs to another export: partner {partner_id} at {base_url} as {}",
        target.partial().display(),
        format.as_str()
    ))
    .with_advice("give another --out, finish that export first, or give --restart to forget it")
}

/// Whole, readable lines from the beginning.
struct Lines<'a> {
    reader: BufReader<&'a File>,
    /// How many bytes they take.
    good: u64,
}

impl Lines<'_> {
    fn next<T: DeserializeOwned>(&mut self) -> Option<T> {
        let mut line = String::new();
        let length = self.reader.read_line(&mut line).ok()?;
        let value = serde_json::from_str(line.strip_suffix('\n')?).ok()?;
        self.good += length as u64;
        Some(value)
    }
}

fn line(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value)
        .map(|json| format!("{json}\n"))
        .map_err(|error| Error::unexpected("the checkpoint cannot be written as JSON").with_cause(error))
}
