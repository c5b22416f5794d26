//! Bodies in and out, with messages that name the member and never repeat its value.

use std::str::FromStr;

use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;

use crate::api_error::ApiError;
use crate::context::PathParameters;

/// Reads a request body.
///
/// A missing member is answered "Please provide a billId."; a member of the wrong type is named with its path and
/// what was expected. The value itself is never repeated: it may be a card number.
pub(crate) fn body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::bad_request("The body is not UTF-8 text."))?;
    if text.trim().is_empty() {
        return Err(ApiError::bad_request("Please provide a JSON body."));
    }
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(_) => Err(explain::<T>(text)),
    }
}

/// Reads the query of a request from its parameters: texts, numbers and truth values. What nobody asks for is passed over.
pub(crate) fn query<'de, T: Deserialize<'de>>(parameters: &'de PathParameters) -> Result<T, ApiError> {
    let values = parameters.iter().map(|(name, value)| (name, QueryValue { name, value }));
    T::deserialize(MapDeserializer::new(values)).map_err(|QueryError(message)| ApiError::bad_request(message))
}

/// One value of a query, which is what is asked for if it can be.
struct QueryValue<'a> {
    name: &'a str,
    value: &'a str,
}

/// Why a query could not be read, for the one who sent it.
#[derive(Debug)]
struct QueryError(String);

impl QueryError {
    /// What a type says of its text does not know the name of the parameter.
    fn about(self, name: &str) -> Self {
        match self.0.strip_prefix(BODY) {
            Some(said) => Self(format!("The parameter {name}{said}")),
            None => self,
        }
    }
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for QueryError {}

impl serde::de::Error for QueryError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(data_message(".", &message.to_string()))
    }
}

impl<'de> IntoDeserializer<'de, QueryError> for QueryValue<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl QueryValue<'_> {
    fn parsed<T: FromStr>(&self, what: &str) -> Result<T, QueryError> {
        let refuse =
            |_| QueryError(format!("The parameter {} is not acceptable: expected {what}.", self.name));
        self.value.parse().map_err(refuse)
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $what:literal),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
            visitor.$visit(self.parsed($what)?)
        }
    )+};
}

impl<'de> Deserializer<'de> for QueryValue<'de> {
    type Error = QueryError;

    parsed! {
        deserialize_bool visit_bool "true or false",
        deserialize_u8 visit_u8 "a number",
        deserialize_u16 visit_u16 "a number",
        deserialize_u32 visit_u32 "a number",
        deserialize_u64 visit_u64 "a number",
        deserialize_i32 visit_i32 "a number",
        deserialize_i64 visit_i64 "a number",
        deserialize_f64 visit_f64 "a number",
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        let name = self.name;
        visitor.visit_borrowed_str(self.value).map_err(|error: QueryError| error.about(name))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryError> {
        let name = self.name;
        visitor.visit_some(self).map_err(|error| error.about(name))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, QueryError> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct enum
        identifier ignored_any
    }
}

/// The names and values of a query string, decoded; a pair that is no text is left out.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((percent_decoded(&name.replace('+', " "))?, percent_decoded(&value.replace('+', " "))?))
    })
}

/// Writes an answer.
pub(crate) fn encode<T: Serialize>(answer: &T) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(answer).map_err(|_| ApiError::new(500, "The sandbox could not write its answer."))
}

/// One path segment with its percent-encoding undone; none if it is empty or not text.
pub(crate) fn segment(segment: &str) -> Option<String> {
    percent_decoded(segment).filter(|text| !text.is_empty())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Parses again, this time keeping track of where it fails: the happy path does not pay for it.
fn explain<T: DeserializeOwned>(text: &str) -> ApiError {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => ApiError::bad_request("The body has text after its JSON value."),
        Err(error) => {
            let path = error.path().to_string();
            ApiError::bad_request(message(&path, error.inner()))
        }
    }
}

fn message(path: &str, error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Io => "The body could not be read.".to_owned(),
        Category::Syntax | Category::Eof => {
            format!("The body is not valid JSON (line {}, column {}).", error.line(), error.column())
        }
        Category::Data => data_message(path, &error.to_string()),
    }
}

/// How a message begins that is about no member in particular.
const BODY: &str = "The body";

fn data_message(path: &str, error: &str) -> String {
    if let Some(member) = between(error, "missing field `", "`") {
        let parent = if path == "." { String::new() } else { format!(" in {path}") };
        return format!("Please provide {} {member}{parent}.", article(member));
    }
    let place = if path == "." { BODY.to_owned() } else { format!("The member {path}") };
    format!("{place} is not acceptable: {}.", reason(error))
}

/// What was expected. The decoder's own words before that may repeat the value; those of the wire types never do.
fn reason(error: &str) -> String {
    let text = error.split(" at line ").next().unwrap_or(error);
    match text.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if text.starts_with("invalid ") || text.starts_with("unknown ") => {
            "expected something else".to_owned()
        }
        None => text.to_owned(),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "camelCase")]
    struct Sample {
        #[allow(dead_code, reason = "read by the derive only")]
        bill_id: String,
        #[allow(dead_code, reason = "read by the derive only")]
        inner: Option<Inner>,
    }

    #[derive(Deserialize, Debug)]
    struct Inner {
        #[allow(dead_code, reason = "read by the derive only")]
        amount: u32,
    }

    #[track_caller]
    fn check(input: &str, expected: &str) {
        let error = body::<Sample>(input.as_bytes()).expect_err("refused");
        assert_eq!((error.status, error.message.as_str()), (400, expected));
    }

    #[test]
    fn names_what_is_missing() {
        check("{}", "Please provide a billId.");
        check(r#"{"billId":"b","inner":{}}"#, "Please provide an amount in inner.");
    }

    #[test]
    fn names_what_has_the_wrong_type_without_repeating_it() {
        check(r#"{"billId":4111111111111111}"#, "The member billId is not acceptable: expected a string.");
        check(
            r#"{"billId":"b","inner":{"amount":"4111111111111111"}}"#,
            "The member inner.amount is not acceptable: expected u32.",
        );
        check("[1]", "The member [0] is not acceptable: expected a string.");
        check("7", "The body is not acceptable: expected struct Sample.");
    }

    #[test]
    fn reads_queries() {
        #[derive(Deserialize, Debug, PartialEq)]
        struct Query {
            limit: Option<u32>,
            search: Option<String>,
        }
        let mut parameters = PathParameters::new();
        parameters.insert("limit", "7");
        parameters.insert("search", "a b");
        parameters.insert("other", "x");
        let expected = Query { limit: Some(7), search: Some("a b".to_owned()) };
        assert_eq!(query::<Query>(&parameters), Ok(expected));
        let mut parameters = PathParameters::new();
        parameters.insert("limit", "many");
        let error = query::<Query>(&parameters).expect_err("refused");
        assert_eq!(error.message, "The parameter limit is not acceptable: expected a number.");
        let pairs: Vec<_> = query_pairs("a=1+2&b=%2B&c&&d=%zz").collect();
        let expected = [("a", "1 2"), ("b", "+"), ("c", "")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn undoes_percent_encoding() {
        assert_eq!(segment("579b%20x%C3%A9").as_deref(), Some("579b xé"));
        for bad in ["", "%", "%4", "%zz", "%ff"] {
            assert_eq!(segment(bad), None, "{bad}");
        }
    }

    #[test]
    fn says_where_the_json_breaks() {
        check("{\"billId\":\n\"b\",}", "The body is not valid JSON (line 2, column 5).");
        check("", "Please provide a JSON body.");
        check("{\"billId\":\"b\"} {", "The body has text after its JSON value.");
        assert_eq!(
            body::<Sample>(&[0xff, 0xfe]).expect_err("refused").message,
            "The body is not UTF-8 text."
        );
    }
}
