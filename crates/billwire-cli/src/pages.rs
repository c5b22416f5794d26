//! `--all-pages`: one page after the other until the list ends, printed as one list.
//!
//! Which operations have pages stands in the operation table; how they follow each other, and when they end, is the core's
//! to know.

use std::fmt;

use billwire::core::paging::{Pages, Paging};
use billwire::models::operation::{Operation, PagingStyle};
use clap::{Arg, ArgAction, Command};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::Error;
use crate::outcome::{self, Outcome};

/// Id of the option.
pub(crate) const ALL: &str = "all-pages";

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
pub(crate) async fn whole<P>(mut pages: Pages<P>) -> Result<Outcome, Error>
where
    P: Paging<Page: Serialize>,
{
    let mut whole = Outcome::default();
    let mut elements: Vec<Box<RawValue>> = Vec::new();
    let mut last = None;
    while let Some(answer) = pages.next_page().await.map_err(|error| outcome::failed(&error))? {
        let page = outcome::of_answer(&answer)?;
        whole.remarks.extend(page.remarks);
        whole.unreadable.add_page(pages.fetched(), page.unreadable);
        let mut page = Page::read(&page.json, P::MEMBER)?;
        elements.append(&mut page.elements);
        last = Some(page);
    }
    let mut last = last.ok_or_else(|| Error::unexpected("a list without a page"))?;
    last.elements = elements;
    Ok(Outcome { json: last.text(), ..whole })
}

/// One page: the members of the answer in their order, and the elements of its list.
struct Page {
    members: Vec<(String, Box<RawValue>)>,
    list: usize,
    elements: Vec<Box<RawValue>>,
}

impl Page {
    /// The page in `json`, whose list is the member `list`.
    fn read(json: &str, list: &str) -> Result<Self, Error> {
        let unreadable = |error: serde_json::Error| {
            Error::unexpected("a page of the answer cannot be read again").with_cause(error)
        };
        let Members(members) = serde_json::from_str(json).map_err(unreadable)?;
        let list = members.iter().position(|(name, _)| name == list);
        let Some((list, (_, value))) = list.and_then(|list| Some((list, members.get(list)?))) else {
            return Err(Error::unexpected("a page of the answer has no list"));
        };
        let elements = serde_json::from_str(value.get()).map_err(unreadable)?;
        Ok(Self { members, list, elements })
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

    #[test]
    fn a_page_is_written_as_it_was_read() {
        for json in
            [r#"{"tags":["a"],"data":[1.50,{"a":null}],"has_more":true,"next_cursor":"b"}"#, r#"{"data":[]}"#]
        {
            let page = Page::read(json, "data").unwrap_or_else(|error| panic!("{json}: {}", error.text()));
            assert_eq!(page.text(), json);
        }
        assert!(Page::read(r#"{"tags":["a"]}"#, "data").is_err());
    }
}
