//! Exit codes. They are a promise: scripts decide by them, so a number never changes its meaning.
//!
//! The same table stands in `docs/book/command.md`; a test compares the two.

use std::process::ExitCode;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for was done.
    Done,
    /// Something that should not happen: a defect of the command, or a machine that refuses to write.
    Unexpected,
    /// The command line or the request body is wrong. Nothing was sent.
    Usage,
    /// The service refused the request.
    Refused,
    /// The service knows no such resource.
    NotFound,
    /// The service refused the credential or the signature.
    Unauthorized,
    /// Nothing reached the service.
    NotSent,
    /// A write may or may not have been carried out.
    Unknown,
    /// A variable, a key, a file or a profile is missing or unusable. Nothing was sent.
    Configuration,
    /// The sandbox could not start.
    SandboxStart,
    /// The demo did not prove what it sets out to prove.
    DemoFailed,
    /// The service failed, or answered something that cannot be read, or not whole. What was done is printed as far as it
    /// can be read; where nothing is printed, nothing was changed.
    ServiceFailed,
    /// A live write was not confirmed. Nothing was sent.
    NotConfirmed,
}

impl Exit {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 13] = [
        Self::Done,
        Self::Unexpected,
        Self::Usage,
        Self::Refused,
        Self::NotFound,
        Self::Unauthorized,
        Self::NotSent,
        Self::Unknown,
        Self::Configuration,
        Self::SandboxStart,
        Self::DemoFailed,
        Self::ServiceFailed,
        Self::NotConfirmed,
    ];

    /// The number the process ends with.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::NotFound => 4,
            Self::Unauthorized => 5,
            Self::NotSent => 6,
            Self::Unknown => 7,
            Self::Configuration => 8,
            Self::SandboxStart => 9,
            Self::DemoFailed => 10,
            Self::ServiceFailed => 11,
            Self::NotConfirmed => 12,
        }
    }

    /// One stable word for programs, as in the `kind` of a JSON error.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unexpected => "unexpected",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::NotFound => "not-found",
            Self::Unauthorized => "unauthorized",
            Self::NotSent => "not-sent",
            Self::Unknown => "outcome-unknown",
            Self::Configuration => "configuration",
            Self::SandboxStart => "sandbox-start",
            Self::DemoFailed => "demo-failed",
            Self::ServiceFailed => "service-failed",
            Self::NotConfirmed => "not-confirmed",
        }
    }

    /// One line for people.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unexpected => "unexpected failure: please report it",
            Self::Usage => "the command line or the request body is wrong; nothing was sent",
            Self::Refused => "the service refused the request (4xx), or answered 200 and said that it failed",
            Self::NotFound => "the service knows no such resource (404)",
            Self::Unauthorized => "the service refused the credential or the signature (401, 403)",
            Self::NotSent => "no connection: nothing reached the service",
            Self::Unknown => {
                "outcome unknown: the write may have been carried out; do as the advice says before repeating"
            }
            Self::Configuration => {
                "a variable, key, file or profile is missing or unusable; nothing was sent"
            }
            Self::SandboxStart => "the sandbox could not start, for example because a port is in use",
            Self::DemoFailed => "the demo did not prove what it sets out to prove",
            Self::ServiceFailed => {
                "the service failed, or its answer cannot be read or not whole; where nothing is printed, nothing was changed"
            }
            Self::NotConfirmed => "a live write was not confirmed; nothing was sent",
        }
    }

    /// The table for `--help`, one line for each code.
    pub(crate) fn table() -> String {
        let lines: Vec<String> =
            Self::ALL.iter().map(|exit| format!("  {:>2}  {}", exit.code(), exit.meaning())).collect();
        lines.join("\n")
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_up_without_a_gap() {
        for (expected, exit) in (0_u8..).zip(Exit::ALL) {
            assert_eq!(exit.code(), expected, "{}", exit.word());
        }
    }

    #[test]
    fn the_manual_lists_every_code_with_its_meaning() {
        let manual = include_str!("../../../docs/book/command.md");
        for exit in Exit::ALL {
            let row = format!("| {} | `{}` | {} |", exit.code(), exit.word(), exit.meaning());
            assert!(manual.contains(&row), "docs/book/command.md lacks the row:\n{row}");
        }
    }
}
