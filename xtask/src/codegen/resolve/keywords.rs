//! The accepted subset: which members may stand where.

pub const DOCUMENT: &[&str] =
    &["openapi", "info", "servers", "tags", "security", "externalDocs", "paths", "webhooks", "components"];
pub const INFO: &[&str] =
    &["title", "summary", "version", "description", "contact", "license", "termsOfService"];
pub const TAG: &[&str] = &["name", "description", "externalDocs"];
pub const COMPONENTS: &[&str] = &["schemas", "parameters", "responses", "headers", "securitySchemes"];

pub const PATH_ITEM: &[&str] =
    &["summary", "description", "parameters", "get", "post", "put", "patch", "delete"];
pub const OPERATION: &[&str] = &[
    "operationId",
    "summary",
    "description",
    "tags",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "deprecated",
    "externalDocs",
    "x-source",
    "x-safety",
    "x-safety-reason",
    "x-auth",
    "x-command",
    "x-rate-group",
    "x-card-data",
    "x-answer",
    "x-path-aliases",
    "x-idempotency-key",
    "x-paging",
    "x-unwrap",
    "x-sandbox-only",
];
pub const ANSWER: &[&str] = &["name", "variants"];
pub const PARAMETER: &[&str] =
    &["name", "in", "required", "description", "schema", "example", "examples", "x-source", "x-rust-name"];
pub const BODY: &[&str] = &["description", "required", "content"];
pub const RESPONSE: &[&str] = &["description", "headers", "content", "x-source"];
pub const CONTENT: &[&str] = &["application/json"];
pub const MEDIA: &[&str] = &["schema", "examples", "x-quirk-examples"];
pub const EXAMPLE: &[&str] = &["summary", "description", "value", "x-source"];
pub const WEBHOOK: &[&str] = &[
    "operationId",
    "summary",
    "description",
    "tags",
    "requestBody",
    "responses",
    "security",
    "x-source",
    "x-aliases",
];

/// Members that every schema may have.
const SCHEMA: &[&str] =
    &["type", "title", "description", "deprecated", "readOnly", "writeOnly", "examples", "x-source"];
/// Members that a property may have besides those of its schema.
const PROPERTY: &[&str] = &["x-aliases", "x-rust-name", "x-explicit-default"];
const REFERENCE: &[&str] = &["$ref"];
const TEXT: &[&str] = &[
    "format",
    "minLength",
    "maxLength",
    "pattern",
    "enum",
    "x-extensible-enum",
    "x-enum-descriptions",
    "x-enum-aliases",
    "x-id",
    "x-lenient",
    "x-card-data",
];
const BOOLEAN: &[&str] = &["x-lenient", "default"];
const NUMBER: &[&str] = &["format", "minimum", "maximum", "x-lenient", "default"];
const ARRAY: &[&str] = &["items", "minItems", "maxItems", "x-list", "x-lenient"];
const OBJECT: &[&str] =
    &["properties", "required", "additionalProperties", "x-constructor", "x-after-decoding", "x-forgiving"];
const ONE_OF: &[&str] = &["oneOf", "x-told-apart-by"];

/// The shape of a schema, as far as it decides which members make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Reference,
    Text,
    Boolean,
    Integer,
    Number,
    Array,
    Object,
    OneOf,
    Unknown,
}

impl Shape {
    /// The members that a schema of this shape may have.
    pub fn keywords(self, property: bool) -> Vec<&'static str> {
        let own = match self {
            Self::Reference => REFERENCE,
            Self::Text => TEXT,
            Self::Boolean => BOOLEAN,
            Self::Integer | Self::Number => NUMBER,
            Self::Array => ARRAY,
            Self::Object => OBJECT,
            Self::OneOf => ONE_OF,
            Self::Unknown => &[],
        };
        let property: &[&str] = if property { PROPERTY } else { &[] };
        [own, SCHEMA, property].concat()
    }

    /// The shape in the words of an error message.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reference => "a reference",
            Self::Text => "a string schema",
            Self::Boolean => "a boolean schema",
            Self::Integer => "an integer schema",
            Self::Number => "a number schema",
            Self::Array => "an array schema",
            Self::Object => "an object schema",
            Self::OneOf => "a oneOf schema",
            Self::Unknown => "a schema of any type",
        }
    }
}

/// The candidate that `word` is most likely a misspelling of.
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let limit = 1 + word.chars().count() / 4;
    candidates
        .iter()
        .map(|candidate| (distance(&word.to_lowercase(), &candidate.to_lowercase()), *candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The number of single letters to add, drop or change to get from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (to, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let changed = diagonal + usize::from(from != *to);
            left = changed.min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_word_that_was_meant() {
        let known = ["description", "x-source", "x-safety"];
        assert_eq!(nearest("descripton", &known), Some("description"));
        assert_eq!(nearest("x-safty", &known), Some("x-safety"));
        assert_eq!(nearest("discriminator", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
