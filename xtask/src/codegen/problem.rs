//! Mistakes an author can make in a description: where, what is wrong, how to mend it.

use std::cell::RefCell;
use std::fmt;

/// A place in a description: line and column, both counted from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub position: Position,
    pub message: String,
    pub help: String,
}

/// Everything found wrong in one description. Checks push and go on, so that one run shows all mistakes.
#[derive(Debug, Default)]
pub struct Problems {
    found: RefCell<Vec<Problem>>,
}

impl Problems {
    /// Notes a mistake at `position`: what is wrong and how to mend it.
    pub fn push(&self, position: Position, message: impl Into<String>, help: impl Into<String>) {
        self.found.borrow_mut().push(Problem { position, message: message.into(), help: help.into() });
    }

    /// How many mistakes were noted so far: lets a check see whether an earlier one already spoke.
    pub fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// The mistakes in the order of the text, each once, or `value` if there are none.
    pub fn into_result<T>(self, path: &str, value: T) -> Result<T, Rejected> {
        let mut found = self.found.into_inner();
        if found.is_empty() {
            return Ok(value);
        }
        found.sort();
        found.dedup();
        Err(Rejected { path: path.to_owned(), problems: found })
    }
}

/// A description that cannot be used, with every mistake found in it.
#[derive(Debug)]
pub struct Rejected {
    path: String,
    problems: Vec<Problem>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Problem { position, message, help } in &self.problems {
            writeln!(f, "{}:{}:{}: error: {message}", self.path, position.line, position.column)?;
            writeln!(f, "    help: {help}")?;
        }
        let count = self.problems.len();
        write!(f, "{count} mistake{} in {}", if count == 1 { "" } else { "s" }, self.path)
    }
}

impl std::error::Error for Rejected {}
