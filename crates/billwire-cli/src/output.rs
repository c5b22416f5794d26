//! Data on stdout, talk on stderr.
//!
//! With `--json` stdout carries JSON and nothing else, one document or one object per line; errors become one JSON object
//! on stderr. Without it both are text for people: colour only on terminals and never with `NO_COLOR`.

use std::env;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::error::{Error, of_output};
use crate::ordered_json::Node;
use crate::render::{self, Secrets};

/// Width assumed when the terminal does not say.
const USUAL_WIDTH: usize = 100;

/// How this run prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// The answer of an operation, which is JSON. JSON output carries it whole, text hides secrets unless they were asked
    /// for.
    pub(crate) fn answer(self, json: &str, secrets: Secrets) -> Result<(), Error> {
        if self.json {
            return print(&format!("{json}\n"));
        }
        let answer: Node = serde_json::from_str(json)
            .map_err(|error| Error::unexpected("the answer cannot be shown").with_cause(error))?;
        let rendered = render::text(&answer, secrets, width());
        print(&rendered.text)?;
        if !rendered.left_out.is_empty() {
            self.remark(&format!("not shown, see --json: {}", rendered.left_out.join(", ")));
        }
        Ok(())
    }

    /// A remark for the person at the terminal, on stderr. Programs that read JSON are spared it.
    pub(crate) fn remark(self, text: &str) {
        if !self.json {
            // Nobody is left to be told when stderr is gone.
            let _ = writeln!(anstream::stderr().lock(), "{text}");
        }
    }

    /// The last words of a run that failed.
    pub(crate) fn error(self, error: &Error) {
        if error.is_silent() {
            return;
        }
        let _ = if self.json {
            writeln!(io::stderr().lock(), "{}", error.json())
        } else {
            anstream::stderr().lock().write_all(coloured(&error.text()).as_bytes())
        };
    }
}

/// One JSON value on one line of stdout, its members in the order in which they are declared.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Error> {
    let json = serde_json::to_string(value)
        .map_err(|error| Error::unexpected("the output cannot be written as JSON").with_cause(error))?;
    print(&format!("{json}\n"))
}

/// Text on stdout. Styles are dropped where they do not belong.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| of_output(&error))
}

/// The label of a headline in colour; the stream drops it where it does not belong.
fn coloured(text: &str) -> String {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    match text.strip_prefix("error:") {
        Some(rest) => format!("{style}error:{style:#}{rest}"),
        None => text.to_owned(),
    }
}

/// The width to fit tables into: what `COLUMNS` says, else the terminal.
fn width() -> usize {
    let said = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(seen).unwrap_or(USUAL_WIDTH)
}
