//! A JSON document that remembers which of its leaves were looked at.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde_json::Value;

pub(crate) struct Vectors {
    document: Value,
    exercised: RefCell<BTreeSet<String>>,
    count: Cell<usize>,
}

/// Members that say something to a reader and nothing to a program.
const PROSE: [&str; 11] = [
    "title",
    "warning",
    "specification",
    "role",
    "note",
    "reason",
    "how_to_use",
    "invalid_note",
    "latest_note",
    "created",
    "recommended_http_status",
];

impl Vectors {
    pub(crate) fn load(file: &str) -> Self {
        let path = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        Self::from_document(serde_json::from_str(&text).unwrap())
    }

    pub(crate) fn from_document(document: Value) -> Self {
        Self { document, exercised: RefCell::default(), count: Cell::new(0) }
    }

    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { vectors: self, path: String::new(), value: &self.document }
    }

    /// Fails if a leaf was left out; otherwise the number of vectors.
    pub(crate) fn finish(&self) -> usize {
        let left_out = self.left_out();
        assert!(left_out.is_empty(), "no test looks at these members: {left_out:#?}");
        self.count.get()
    }

    pub(crate) fn left_out(&self) -> Vec<String> {
        let mut leaves = Vec::new();
        collect(&self.document, String::new(), &mut leaves);
        let exercised = self.exercised.borrow();
        leaves.into_iter().filter(|leaf| !exercised.contains(leaf)).collect()
    }
}

fn collect(value: &Value, path: String, leaves: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !PROSE.contains(&name.as_str())) {
                collect(member, format!("{path}/{name}"), leaves);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, format!("{path}/{index}"), leaves);
            }
        }
        _ => leaves.push(path),
    }
}

#[derive(Clone)]
pub(crate) struct Node<'a> {
    vectors: &'a Vectors,
    path: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    #[track_caller]
    pub(crate) fn get(&self, name: &str) -> Self {
        self.find(name).unwrap_or_else(|| panic!("{} has no member {name}", self.path))
    }

    pub(crate) fn find(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        Some(Self { vectors: self.vectors, path: format!("{}/{name}", self.path), value })
    }

    #[track_caller]
    pub(crate) fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_array().unwrap_or_else(|| panic!("{} is not an array", self.path));
        assert!(!elements.is_empty(), "{} is empty", self.path);
        let child =
            |(index, value)| Self { vectors: self.vectors, path: format!("{}/{index}", self.path), value };
        elements.iter().enumerate().map(child).collect()
    }

    #[track_caller]
    pub(crate) fn members(&self) -> Vec<(&'a str, Self)> {
        let members = self.value.as_object().unwrap_or_else(|| panic!("{} is not an object", self.path));
        assert!(!members.is_empty(), "{} is empty", self.path);
        members.keys().map(|name| (name.as_str(), self.get(name))).collect()
    }

    /// The text of this leaf, which is herewith exercised.
    #[track_caller]
    pub(crate) fn text(&self) -> &'a str {
        self.mark();
        self.value.as_str().unwrap_or_else(|| panic!("{} is not a string", self.path))
    }

    #[track_caller]
    pub(crate) fn integer(&self) -> i64 {
        self.mark();
        self.value.as_i64().unwrap_or_else(|| panic!("{} is not an integer", self.path))
    }

    #[track_caller]
    pub(crate) fn boolean(&self) -> bool {
        self.mark();
        self.value.as_bool().unwrap_or_else(|| panic!("{} is not a boolean", self.path))
    }

    /// `None` for `null`, which is a leaf too.
    pub(crate) fn optional_text(&self) -> Option<&'a str> {
        self.mark();
        self.value.as_str()
    }

    /// Everything below, all of which is herewith exercised: compare it whole.
    pub(crate) fn whole(&self) -> &'a Value {
        let mut leaves = Vec::new();
        collect(self.value, self.path.clone(), &mut leaves);
        self.vectors.exercised.borrow_mut().extend(leaves);
        self.value
    }

    /// Counts this node as one vector.
    pub(crate) fn vector(&self, name: &str) {
        self.vectors.count.set(self.vectors.count.get() + 1);
        assert!(!name.is_empty(), "{} has no name", self.path);
    }

    fn mark(&self) {
        self.vectors.exercised.borrow_mut().insert(self.path.clone());
    }
}
