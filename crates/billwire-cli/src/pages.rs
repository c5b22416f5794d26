//! `--all-pages`: one page after the other until the list ends, printed as one list.
//!
//! Which operations have pages, and how they are asked for, stands in the operation table.

use std::collections::BTreeSet;
use std::fmt;

use billwire::models::operation::{Operation, PagingStyle};
use clap::{Arg, ArgAction, Command};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::client::Client;
use crate::error::Error;
use crate::exit::Exit;
use crate::operation_args::Arguments;
use crate::outcome::Outcome;

/// Id of the option.
pub(crate) const ALL: &str = "all-pages";
/// The parameters by which pages are asked for.
const CURSOR: &str = "cursor";
const PAGE: &str = "page";
/// More pages than this are no list that a command line asks for.
const MOST_PAGES: usize = 10_000;

/// The command of `operation` with the option, if its list has pages.
pub(crate) fn with_option(operation: &Operation, command: Command) -> Command {
    let parameter = match operation.paging {
        Some(PagingStyle::Cursor) => "cursor",
        Some(PagingStyle::PageNumber) => "page",
        _ => return command,
    };
    command.arg(
        Arg::new(ALL)
            .long(ALL)
            .action(ArgAction::SetTrue)
            .help(format!("Ask for every page from --{parameter} on, and print them as one list")),
    )
}

/// The whole list, as its last page with the elements of all of them.
pub(crate) async fn all(
    client: &Client,
    operation: &'static Operation,
    mut arguments: Arguments,
) -> Result<Outcome, Error> {
    let mut elements: Vec<Box<RawValue>> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut remarks = Vec::new();
    for _ in 0..MOST_PAGES {
        let outcome = client.call(operation, &arguments, None).await?;
        remarks.extend(outcome.remarks);
        let mut page = Page::read(&outcome.json)?;
        let next = page.next(operation.paging);
        elements.append(&mut page.elements);
        let Some((parameter, value)) = next else {
            page.elements = elements;
            return Ok(Outcome { json: page.text(), remarks });
        };
        if !seen.insert(value.clone()) {
            return Err(endless(&format!("the service gave the {parameter} {value} twice")));
        }
        arguments.set(parameter, value);
    }
    Err(endless(&format!("there are more than {MOST_PAGES} pages")))
}

fn endless(why: &str) -> Error {
    Error::new(Exit::ServiceFailed, format!("the list does not end: {why}"))
        .with_advice("ask for single pages, and report it to the service's support")
}

/// One page: the members of the answer in their order, and the elements of the one that is a list.
struct Page {
    members: Vec<(String, Box<RawValue>)>,
    list: usize,
    elements: Vec<Box<RawValue>>,
}

impl Page {
    fn read(json: &str) -> Result<Self, Error> {
        let unreadable = |error: serde_json::Error| {
            Error::unexpected("a page of the answer cannot be read again").with_cause(error)
        };
        let Members(members) = serde_json::from_str(json).map_err(unreadable)?;
        let list = members.iter().position(|(_, value)| value.get().starts_with('['));
        let Some((list, (_, value))) = list.and_then(|list| Some((list, members.get(list)?))) else {
            return Err(Error::unexpected("a page of the answer has no list"));
        };
        let elements = serde_json::from_str(value.get()).map_err(unreadable)?;
        Ok(Self { members, list, elements })
    }

    fn member<'a, T: Deserialize<'a>>(&'a self, name: &str) -> Option<T> {
        let (_, value) = self.members.iter().find(|(member, _)| member == name)?;
        serde_json::from_str(value.get()).ok()
    }

    /// The parameter that asks for the next page, if there is one.
    fn next(&self, style: Option<PagingStyle>) -> Option<(&'static str, String)> {
        match style? {
            PagingStyle::Cursor => {
                let more = self.member("has_more").unwrap_or(true);
                let cursor: String = self.member("next_cursor")?;
                (more && !cursor.is_empty()).then_some((CURSOR, cursor))
            }
            PagingStyle::PageNumber => {
                let (page, limit) = (self.member::<u64>("page")?, self.member::<u64>("limit")?);
                let total = self.member::<u64>("total")?;
                let more = page.saturating_mul(limit) < total && !self.elements.is_empty();
                more.then(|| (PAGE, page.saturating_add(1).to_string()))
            }
            _ => None,
        }
    }

    /// The answer as JSON again.
    fn text(&self) -> String {
        let members = self.members.iter().enumerate().map(|(index, (name, value))| {
            let name = serde_json::Value::from(name.as_str());
            if index == self.list {
                let elements: Vec<&str> = self.elements.iter().map(|element| element.get()).collect();
                return format!("{name}:[{}]", elements.join(","));
            }
            format!("{name}:{}", value.get())
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

/// The members of an object in their order, each as it is written.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, style: PagingStyle, expected: Option<(&'static str, &str)>) {
        let page = Page::read(json).unwrap_or_else(|error| panic!("{json}: {}", error.text()));
        let next = page.next(Some(style));
        assert_eq!(next.as_ref().map(|(name, value)| (*name, value.as_str())), expected, "{json}");
        assert_eq!(page.text(), json);
    }

    #[test]
    fn a_page_says_whether_another_follows() {
        let cursor = PagingStyle::Cursor;
        check(r#"{"data":[1.50],"has_more":true,"next_cursor":"b"}"#, cursor, Some(("cursor", "b")));
        check(r#"{"bills":[],"next_cursor":"b"}"#, cursor, Some(("cursor", "b")));
        check(r#"{"data":[],"has_more":false,"next_cursor":"b"}"#, cursor, None);
        check(r#"{"data":[],"has_more":true,"next_cursor":null}"#, cursor, None);
        check(r#"{"data":[],"has_more":true,"next_cursor":""}"#, cursor, None);
        check(r#"{"data":[]}"#, cursor, None);
        let number = PagingStyle::PageNumber;
        check(r#"{"items":[1],"total":3,"page":1,"limit":2}"#, number, Some(("page", "2")));
        check(r#"{"items":[1],"total":4,"page":2,"limit":2}"#, number, None);
        check(r#"{"items":[],"total":9,"page":2,"limit":2}"#, number, None);
        check(r#"{"items":[1]}"#, number, None);
    }
}
