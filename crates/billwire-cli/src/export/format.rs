//! What an export looks like: a JSON array with one bill on each line, or rows of comma-separated values.

use billwire::q2::PartnerBill;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde::{Deserialize, Serialize};

use super::columns;
use crate::error::Error;

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// One array: everything the service said about each bill.
    Json,
    /// One row for each bill, RFC 4180.
    Csv,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Json, Self::Csv]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl Format {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    /// What stands before the first bill.
    pub(super) fn head(self) -> String {
        match self {
            Self::Json => "[".to_owned(),
            Self::Csv => row(columns::NAMES.into_iter().map(str::to_owned)),
        }
    }

    /// One bill, and what parts it from the one before.
    pub(super) fn entry(self, entry: &PartnerBill, is_first: bool) -> Result<String, Error> {
        match self {
            Self::Json => {
                let json = serde_json::to_string(entry).map_err(|error| {
                    Error::unexpected("a bill cannot be written as JSON").with_cause(error)
                })?;
                Ok(format!("{}{json}", if is_first { "\n" } else { ",\n" }))
            }
            Self::Csv => Ok(row(columns::values(entry))),
        }
    }

    /// What stands after the last bill.
    pub(super) fn tail(self) -> &'static str {
        match self {
            Self::Json => "\n]\n",
            Self::Csv => "",
        }
    }
}

/// One record: quoted where a comma, a quote or a line break needs it.
fn row(values: impl IntoIterator<Item = String>) -> String {
    let quoted: Vec<String> = values.into_iter().map(|value| quoted(&value)).collect();
    format!("{}\r\n", quoted.join(","))
}

fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_where_they_must_be() {
        let values = ["plain", "a,b", "say \"yes\"", "two\nlines", ""].map(str::to_owned);
        assert_eq!(row(values), "plain,\"a,b\",\"say \"\"yes\"\"\",\"two\nlines\",\r\n");
    }
}
