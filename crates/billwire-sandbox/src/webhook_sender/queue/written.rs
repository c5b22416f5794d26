//! The JSON form of the log; what can be worked out from it is left out, and what cannot be is refused.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{EventLog, Lane, LaneKey};
use crate::api::Api;
use crate::count;
use crate::id_text::IdText;
use crate::seed::Digest;
use crate::webhook_sender::record::{DeliveryState, WrittenRecord};
use crate::webhook_sender::records::Records;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a, R> {
    records: R,
    /// How many came before the first record.
    #[serde(deserialize_with = "count::deserialize")]
    forgotten: u64,
    digest: Digest,
    lanes: Vec<WrittenLane<'a>>,
    #[serde(deserialize_with = "count::deserialize")]
    next_order: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenLane<'a> {
    api: Cow<'a, str>,
    of: Cow<'a, IdText>,
    #[serde(flatten)]
    lane: Cow<'a, Lane>,
}

impl Serialize for EventLog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = |(LaneKey(api, of), lane): (&'_ LaneKey, &'_ Lane)| WrittenLane {
            api: Cow::Borrowed(*api),
            of: Cow::Owned(of.clone()),
            lane: Cow::Owned(lane.clone()),
        };
        let lanes = self.lanes.iter().map(written).collect();
        Written {
            records: &self.records,
            forgotten: self.records.gone(),
            digest: self.digest,
            lanes,
            next_order: self.next_order,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EventLog {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::<Vec<WrittenRecord<'_>>>::deserialize(deserializer)?;
        let records = Records::after(written.forgotten);
        let mut log = Self { records, digest: written.digest, next_order: written.next_order, ..Self::new() };
        for record in written.records {
            log.take_record(record).map_err(D::Error::custom)?;
        }
        for lane in written.lanes {
            log.take_lane(lane).map_err(D::Error::custom)?;
        }
        log.check_what_waits().map_err(D::Error::custom)?;
        Ok(log)
    }
}

impl EventLog {
    fn take_record(&mut self, mut record: WrittenRecord<'_>) -> Result<(), String> {
        if self.records.find(record.id()).is_some() {
            return Err(format!("event {} is there twice", record.id()));
        }
        let text = std::mem::take(&mut record.event);
        self.records.push(&text, |place| record.into_record(place));
        Ok(())
    }

    fn take_lane(&mut self, written: WrittenLane<'_>) -> Result<(), String> {
        let WrittenLane { api, of, lane } = written;
        let api = Api::of_state(&api)?;
        let (key, lane) = (LaneKey(api.name, of.into_owned()), lane.into_owned());
        self.next_order = self.next_order.max(lane.order + 1);
        self.turns.insert((lane.next_attempt, lane.order, key.clone()));
        match self.lanes.insert(key, lane) {
            Some(_) => Err("there are two lanes of one client".to_owned()),
            None => Ok(()),
        }
    }

    /// What stands in a lane waits and can be found, and what waits stands in its lane: otherwise its turn would come for
    /// ever, or never.
    fn check_what_waits(&self) -> Result<(), String> {
        let mut queued = BTreeSet::new();
        for (key, lane) in &self.lanes {
            if lane.waiting.is_empty() {
                return Err("a lane is of no use: nothing waits in it".to_owned());
            }
            for id in &lane.waiting {
                let record = self.records.find(id.as_str());
                let record = record.filter(|record| record.delivery == DeliveryState::Waiting);
                let record = record.ok_or_else(|| format!("no such event waits: {id}"))?;
                if record.lane() != *key {
                    return Err(format!("event {id} belongs to another lane"));
                }
                if !queued.insert(id) {
                    return Err(format!("event {id} waits twice"));
                }
            }
        }
        match self.records.waiting().find(|id| !queued.contains(id)) {
            Some(id) => Err(format!("event {id} waits, but in no lane")),
            None => Ok(()),
        }
    }
}
