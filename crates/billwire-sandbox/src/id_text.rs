//! The text of an id, kept in place: copying one costs nothing and comparing two touches no other memory.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The length of every id that is made here.
const USUAL: usize = 24;

/// Any text, and cheap if it has the form of an id: 24 ASCII characters.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct IdText(Form);

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Usual([u8; USUAL]),
    /// What somebody asked for that is no id of ours.
    Other(Box<str>),
}

impl IdText {
    pub(crate) fn new(text: &str) -> Self {
        match <[u8; USUAL]>::try_from(text.as_bytes()) {
            Ok(bytes) if text.is_ascii() => Self(Form::Usual(bytes)),
            _ => Self(Form::Other(text.into())),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match &self.0 {
            // It was ASCII when it was made.
            Form::Usual(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            Form::Other(text) => text,
        }
    }
}

impl Hash for IdText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Form::Usual(bytes) => state.write(bytes),
            Form::Other(text) => state.write(text.as_bytes()),
        }
    }
}

impl PartialOrd for IdText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IdText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Display for IdText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for IdText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl Serialize for IdText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for IdText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::new(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_as_it_was() {
        for text in
            ["", "5bd885fccd274b4324a20001", "5bd885fccd274b4324a2000", "zwölf Zeichen im Text ä", "a\"b"]
        {
            let id = IdText::new(text);
            assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
            let json = serde_json::to_string(&id).expect("JSON");
            assert_eq!(serde_json::from_str::<IdText>(&json).expect("an id"), id);
        }
    }

    #[test]
    fn ids_are_ordered_as_their_texts() {
        let mut ids =
            ["b", "5bd885fccd274b4324a20002", "", "5bd885fccd274b4324a20001", "5bd8"].map(IdText::new);
        ids.sort();
        assert!(ids.is_sorted_by(|one, other| one.as_str() <= other.as_str()));
    }
}
