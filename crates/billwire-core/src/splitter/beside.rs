//! What an answer says of itself beside its list: whether it is a success, and if not, why. Kept in bounded memory.

use bytes::Bytes;

use super::scanner::Token;

/// The members that are kept if they are texts, numbers, `true`, `false` or `null`.
pub(super) const NAMES: [&str; 3] = ["success", "error_code", "message"];

/// The member without which the others mean nothing.
const SUCCESS: usize = 0;

/// The longest value that is kept, as it stands in the text. A longer one is left out: a code or a bool is never that long.
const LONGEST: usize = 1024;

/// The members of [`NAMES`] that came so far. Of a repeated one the last counts.
pub(super) struct Beside {
    /// Each as it stands in the text; empty if it did not come, or is not kept.
    values: [Vec<u8>; NAMES.len()],
    /// The member whose value is being read.
    current: Option<usize>,
}

impl Beside {
    pub(super) const fn new() -> Self {
        Self { values: [const { Vec::new() }; NAMES.len()], current: None }
    }

    /// The value of the member `name` comes next.
    pub(super) fn begin(&mut self, name: &str) {
        self.current = NAMES.iter().position(|known| *known == name);
        if let Some(value) = self.value() {
            value.clear();
        }
    }

    /// A token between two names of members.
    pub(super) fn take(&mut self, token: Token, text: &[u8], depth: u8) {
        match (token, depth) {
            (Token::Space, _) => {}
            (Token::Scalar, 1) => self.extend(text),
            _ => self.current = None,
        }
    }

    /// The members as a JSON object, if `success` is one of them.
    pub(super) fn object(&self) -> Option<Bytes> {
        if self.values.get(SUCCESS).is_none_or(Vec::is_empty) {
            return None;
        }
        let mut object = Vec::new();
        for (name, value) in NAMES.iter().zip(&self.values).filter(|(_, value)| !value.is_empty()) {
            object.push(if object.is_empty() { b'{' } else { b',' });
            object.extend_from_slice(format!("\"{name}\":").as_bytes());
            object.extend_from_slice(value);
        }
        object.push(b'}');
        Some(object.into())
    }

    pub(super) const fn held_bytes(&self) -> usize {
        let [success, code, message] = &self.values;
        success.capacity() + code.capacity() + message.capacity()
    }

    fn extend(&mut self, text: &[u8]) {
        let Some(value) = self.value() else { return };
        if value.len() + text.len() <= LONGEST {
            value.extend_from_slice(text);
        } else {
            *value = Vec::new();
            self.current = None;
        }
    }

    fn value(&mut self) -> Option<&mut Vec<u8>> {
        self.values.get_mut(self.current?)
    }
}
