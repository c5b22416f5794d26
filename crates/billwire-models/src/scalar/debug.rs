//! What generated `Debug` shows in place of personal data.

use std::fmt;

/// Prints `[hidden]`. Generated `Debug` puts it in place of names, addresses, amounts and other personal data; ids,
/// statuses, switches and times stay readable.
#[derive(Clone, Copy)]
pub struct Hidden;

impl Hidden {
    /// `Some([hidden])` where there is a value, `None` where there is none.
    pub fn option<T>(value: Option<&T>) -> Option<Self> {
        value.map(|_| Self)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[hidden]")
    }
}
