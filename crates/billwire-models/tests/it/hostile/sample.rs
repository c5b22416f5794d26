//! A full sample with its places, and what a hostile service might put there. Also compiled into the tests of the client.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value, json};

/// Every text of a sample, and every text that takes its place, begins like this; every number that takes a place contains
/// these digits. Neither may be seen in an error.
pub(crate) const MARKS: [&str; 2] = ["quokka", "4111"];

const HOLE: &str = "@hole@";
/// Far beyond any limit of a recursive reader.
const DEPTH: usize = 10_000;
/// Enough to be beyond it, and short: it stands in every place of every sample.
const LESS_DEPTH: usize = 1_000;

/// A generated file: a body with every member, and its places.
#[derive(Deserialize)]
pub(crate) struct Sample {
    #[serde(rename = "sample")]
    pub(crate) body: Value,
    /// Where an event says what happened. Without it there is nothing to decode.
    #[serde(default)]
    pub(crate) data: String,
    pub(crate) fields: Vec<Field>,
}

/// A place in a body, and what may stand there.
#[derive(Clone, Deserialize)]
pub(crate) struct Field {
    /// JSON pointer.
    pub(crate) at: String,
    pub(crate) kind: String,
    /// `required` or `optional` of an object, `element` of an array, `value` of a map.
    pub(crate) member: String,
    /// Whether the object here has required members.
    #[serde(default)]
    pub(crate) demands: bool,
    /// The kind of the elements of an array and the values of a map.
    #[serde(default)]
    pub(crate) items: String,
    /// The JSON types of alternatives.
    #[serde(default)]
    pub(crate) branches: Vec<String>,
}

/// What became of the value in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Something else stands there.
    Other(&'static str),
    Null,
    Missing,
    /// The member is there twice; the second time it is as it was.
    Twice,
    /// The object there has one member more.
    Extra,
    /// The body is no JSON from there on.
    Broken(&'static str),
}

/// A changed body.
pub(crate) struct Case {
    pub(crate) change: Change,
    pub(crate) body: Vec<u8>,
}

impl Sample {
    pub(crate) fn read(file: &str) -> Self {
        serde_json::from_str(file).expect("a generated sample")
    }

    pub(crate) fn original(&self) -> Vec<u8> {
        self.body.to_string().into_bytes()
    }

    /// Puts a text that has a meaning in place of a text that has none, and keeps it in every body.
    #[allow(dead_code, reason = "answers have no such place")]
    pub(crate) fn tell(&mut self, at: &str, text: &str) {
        let field = self.fields.iter_mut().find(|field| field.at == at).expect("a place of the sample");
        if field.kind == "text" {
            "required".clone_into(&mut field.member);
            *self.body.pointer_mut(at).expect("a place of the sample") = json!(text);
        }
    }

    /// Every place, in a body that has beside it only what must be there: a small body is read quickly.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place<'_>> {
        let required = self.fields.iter().filter(|field| field.member == "required" || field.at == self.data);
        let required: HashSet<&str> = required.map(|field| field.at.as_str()).collect();
        self.fields.iter().map(move |field| {
            let mut body = self.body.clone();
            prune(&mut body, "", &field.at, &required);
            Place { sample: self, field, body }
        })
    }

    /// Bodies that have nothing to do with the sample.
    pub(crate) fn nonsense(&self) -> Vec<(&'static str, Vec<u8>)> {
        let whole = self.original();
        let half = whole.get(..whole.len() / 2).expect("half of it").to_vec();
        let mut bodies: Vec<(&str, Vec<u8>)> = vec![
            ("empty", Vec::new()),
            ("blank", b" \r\n\t".to_vec()),
            ("HTML", b"<!DOCTYPE html><html><body>quokka 4111</body></html>".to_vec()),
            ("null", b"null".to_vec()),
            ("true", b"true".to_vec()),
            ("number", b"4111".to_vec()),
            ("text", b"\"quokka\"".to_vec()),
            ("list", b"[\"quokka\"]".to_vec()),
            ("invalid UTF-8", b"{\"quokka\": \"\xc3\x28\"}".to_vec()),
            ("UTF-16", "{\"quokka\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("zeros", vec![0; 64]),
            ("cut off", half),
            ("twice", [whole.clone(), whole].concat()),
        ];
        bodies.push(("deep array", ("[".repeat(DEPTH) + &"]".repeat(DEPTH)).into_bytes()));
        bodies.push(("deep, without end", "[".repeat(DEPTH).into_bytes()));
        bodies
    }
}

/// Leaves out what is neither on the way to `target` nor required. `at` is where `value` stands, as the list of places
/// names it: the first element of an array has the places of the second.
fn prune(value: &mut Value, at: &str, target: &str, required: &HashSet<&str>) {
    let is_on_the_way = |at: &str| target == at || target.starts_with(&format!("{at}/"));
    match value {
        Value::Object(members) => {
            let place = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            members.retain(|name, _| is_on_the_way(&place(name)) || required.contains(place(name).as_str()));
            for (name, value) in members {
                prune(value, &place(name), target, required);
            }
        }
        Value::Array(elements) => {
            // The neighbour needs only what is required of it.
            let listed = format!("{at}/1");
            for (index, element) in elements.iter_mut().enumerate() {
                prune(element, &listed, if index == 1 { target } else { "" }, required);
            }
        }
        _ => {}
    }
}

/// One place of a sample, in a body of its own.
pub(crate) struct Place<'a> {
    pub(crate) sample: &'a Sample,
    pub(crate) field: &'a Field,
    body: Value,
}

impl Place<'_> {
    pub(crate) fn original(&self) -> Vec<u8> {
        self.body.to_string().into_bytes()
    }

    /// The body without the place.
    pub(crate) fn without(&self) -> Vec<u8> {
        let (parent, name) = self.field.at.rsplit_once('/').expect("a pointer");
        let mut body = self.body.clone();
        let members = body.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
        members.remove(&name.replace("~1", "/").replace("~0", "~")).expect("a member");
        body.to_string().into_bytes()
    }

    /// Every change of the place.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let field = self.field;
        let mut body = self.body.clone();
        let place = body.pointer_mut(&field.at).expect("a place of the sample");
        let original = std::mem::replace(place, json!(HOLE));
        let text = body.to_string();
        let (before, after) = text.split_once(&format!("\"{HOLE}\"")).expect("one hole");
        let filled = |value: &[u8]| [before.as_bytes(), value, after.as_bytes()].concat();

        let mut cases = Vec::new();
        let mut add = |change: Change, body: Vec<u8>| cases.push(Case { change, body });
        for (name, value) in others() {
            add(Change::Other(name), filled(value.as_bytes()));
        }
        add(Change::Null, filled(b"null"));
        add(Change::Broken("invalid UTF-8"), filled(b"\"quokka \xff\xfe\""));
        add(Change::Broken("a bare word"), filled(b"quokka"));
        add(Change::Broken("cut off"), [before.as_bytes(), b"\"quok"].concat());
        if field.is_member() {
            add(Change::Missing, self.without());
        }
        if field.member != "element" {
            let name = field.at.rsplit('/').next().expect("a pointer").replace("~1", "/").replace("~0", "~");
            let again = format!("{},{}:{original}", field.another(&original), json!(name));
            add(Change::Twice, filled(again.as_bytes()));
        }
        if field.kind.ends_with("object") {
            let mut more = original;
            more["quokkaExtra"] = json!({"deep": [null, {"quokka": 1.5}]});
            add(Change::Extra, filled(more.to_string().as_bytes()));
        }
        cases
    }
}

impl Field {
    pub(crate) fn is_member(&self) -> bool {
        matches!(self.member.as_str(), "required" | "optional")
    }

    /// Another value that may stand here, where one is known.
    fn another(&self, original: &Value) -> String {
        let value = match self.kind.as_str() {
            "text" | "secret" | "card-data" | "id" | "open-enum" => json!("quokka other"),
            "boolean" | "lenient-boolean" => json!(false),
            "integer" | "lenient-integer" => json!(3),
            "float" | "number" => json!(3.5),
            "money" => json!("1.00"),
            "timestamp" | "provider-time" => json!("2020-01-01T00:00:00Z"),
            "date" => json!("2020-01-01"),
            "list" | "array" | "lenient-array" => json!([]),
            "map" => json!({}),
            "object" | "open-object" if !self.demands => json!({}),
            _ => original.clone(),
        };
        value.to_string()
    }

    /// Whether `change` leaves a value that may stand here; `None` if that is not worth a rule.
    pub(crate) fn accepts(&self, change: Change) -> Option<bool> {
        match change {
            Change::Null | Change::Missing => Some(self.member == "optional" || self.kind == "any"),
            Change::Twice | Change::Extra => Some(true),
            Change::Broken(_) => Some(false),
            Change::Other(name) => self.accepts_value(name),
        }
    }

    fn accepts_value(&self, name: &str) -> Option<bool> {
        let text = matches!(name, "text" | "empty text" | "digits");
        Some(match self.kind.as_str() {
            "text" | "secret" | "card-data" | "id" | "open-enum" | "date" => text,
            "boolean" | "lenient-boolean" => name == "true",
            "integer" => name == "number",
            "lenient-integer" => matches!(name, "number" | "digits"),
            "float" => matches!(name, "number" | "negative" | "huge" | "fraction"),
            "number" | "money" => matches!(name, "number" | "negative" | "fraction" | "digits"),
            "provider-time" => text || matches!(name, "number" | "negative" | "huge" | "fraction"),
            "list" => matches!(name, "array" | "empty array" | "deep array"),
            "array" => name == "empty array" || (name == "array" && is_text(&self.items)),
            "lenient-array" if is_text(&self.items) => text || matches!(name, "array" | "empty array"),
            "map" if name == "deep object" => return None,
            "map" => {
                name == "empty object" || (name == "object" && (is_text(&self.items) || self.items == "any"))
            }
            "open-object" if name == "deep object" => false,
            "object" | "open-object" => {
                matches!(name, "object" | "empty object" | "deep object") && !self.demands
            }
            "one-of" => {
                let branch = |branch: &str| self.branches.iter().any(|kind| kind == branch);
                (text && branch("text")) || (matches!(name, "array" | "empty array") && branch("array"))
            }
            "timestamp" | "closed-enum" => false,
            _ => return None,
        })
    }
}

fn is_text(kind: &str) -> bool {
    matches!(kind, "text" | "id" | "open-enum")
}

/// What takes the place of a value: every JSON type, in the forms that tolerant decoders are tempted by.
fn others() -> Vec<(&'static str, String)> {
    vec![
        ("text", json!("quokka odd").to_string()),
        ("empty text", json!("").to_string()),
        ("digits", json!("4111").to_string()),
        ("number", "4111777".to_owned()),
        ("negative", "-4111777".to_owned()),
        ("huge", "41117779999999999999999999".to_owned()),
        ("fraction", "4111777.5".to_owned()),
        ("true", "true".to_owned()),
        ("array", json!(["quokka odd"]).to_string()),
        ("empty array", "[]".to_owned()),
        ("object", json!({"quokka odd": "quokka odd"}).to_string()),
        ("empty object", "{}".to_owned()),
        ("deep array", "[".repeat(DEPTH) + &"]".repeat(DEPTH)),
        ("deep object", r#"{"quokka":"#.repeat(LESS_DEPTH) + "4111" + &"}".repeat(LESS_DEPTH)),
    ]
}

/// A place as errors tell it: members that do not look documented are hidden, because the keys of a map are data.
pub(crate) fn told(at: &str) -> String {
    let mut told = String::new();
    for part in at.split('/').skip(1) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            let _ = write!(told, "[{part}]");
            continue;
        }
        if !told.is_empty() {
            told.push('.');
        }
        told.push_str(if part.contains("quokka") { "[hidden]" } else { part });
    }
    told
}

/// The innermost element of a list whose elements stand for themselves that `at` is or lies in, and the rest of the way.
pub(crate) fn element_around<'a>(fields: &[Field], at: &'a str) -> Option<(&'a str, &'a str)> {
    let lists =
        fields.iter().filter(|field| field.kind == "list" && at.starts_with(&format!("{}/", field.at)));
    let list = lists.max_by_key(|field| field.at.len())?;
    let inside = at.get(list.at.len() + 1..)?;
    let index = inside.find('/').unwrap_or(inside.len());
    Some(at.split_at(list.at.len() + 1 + index))
}
