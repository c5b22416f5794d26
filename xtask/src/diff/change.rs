//! One change, and how it is printed.

use std::fmt;

use serde_json::{Value, json};

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `operation getBill`, `schema Bill`, `event bill.update`.
    pub place: String,
    /// The member, parameter or value inside the place.
    pub part: Option<String>,
    /// What is different.
    pub what: String,
    pub breaks: bool,
    /// Why it breaks users, or why it does not.
    pub reason: String,
    /// The operations and events that the place is part of.
    pub used_by: Vec<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.breaks { "breaks users" } else { "compatible  " };
        write!(f, "{verdict}  {}", self.place)?;
        if let Some(part) = &self.part {
            write!(f, ", {part}")?;
        }
        write!(f, ": {} ({})", self.what, self.reason)?;
        if !self.used_by.is_empty() {
            write!(f, " [in {}]", self.used_by.join(", "))?;
        }
        Ok(())
    }
}

/// The changes found so far.
#[derive(Debug, Default)]
pub struct Changes {
    found: Vec<Change>,
}

impl Changes {
    /// A change that can break users.
    pub fn breaking(&mut self, at: &Place, what: impl Into<String>, reason: &str) {
        self.push(at, what.into(), true, reason);
    }

    /// A change that cannot.
    pub fn compatible(&mut self, at: &Place, what: impl Into<String>, reason: &str) {
        self.push(at, what.into(), false, reason);
    }

    fn push(&mut self, at: &Place, what: String, breaks: bool, reason: &str) {
        self.found.push(Change {
            place: at.place.clone(),
            part: at.part.clone(),
            what,
            breaks,
            reason: reason.to_owned(),
            used_by: at.used_by.clone(),
        });
    }

    /// What breaks users first, then by place; what was found first of one place stays first.
    pub fn sorted(mut self) -> Vec<Change> {
        self.found.sort_by(|a, b| (!a.breaks, &a.place, &a.part).cmp(&(!b.breaks, &b.place, &b.part)));
        self.found
    }
}

/// Where a change is.
#[derive(Clone, Debug)]
pub struct Place {
    place: String,
    part: Option<String>,
    used_by: Vec<String>,
}

impl Place {
    /// A place without parts.
    pub fn new(place: impl Into<String>) -> Self {
        Self { place: place.into(), part: None, used_by: Vec::new() }
    }

    /// Names the operations and events that the place is part of.
    pub fn used_by(mut self, used_by: Vec<String>) -> Self {
        self.used_by = used_by;
        self
    }

    /// A part of this place.
    pub fn part(&self, part: impl Into<String>) -> Self {
        Self { part: Some(part.into()), ..self.clone() }
    }
}

/// All changes as one JSON object.
pub fn json(changes: &[Change]) -> Value {
    let list: Vec<Value> = changes
        .iter()
        .map(|change| {
            json!({
                "place": change.place,
                "part": change.part,
                "change": change.what,
                "breaks_users": change.breaks,
                "reason": change.reason,
                "used_by": change.used_by,
            })
        })
        .collect();
    let breaking = changes.iter().filter(|change| change.breaks).count();
    json!({ "changes": list, "total": changes.len(), "breaking": breaking })
}
