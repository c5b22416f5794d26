//! JSON (RFC 8259) checked as it arrives, in constant memory: no value is built.

use super::utf8::Utf8;

/// Deepest nesting that is followed, the same as `serde_json`'s.
pub(super) const DEEPEST: u8 = 127;

/// What the bytes just taken are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Space,
    OpenObject,
    OpenArray,
    Close,
    Comma,
    Colon,
    /// A member's name, quotes included.
    Key,
    /// A text, number, or one of `true`, `false`, `null`.
    Scalar,
}

/// Why the bytes are not JSON that can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Syntax,
    NotUtf8,
    TooDeep,
    Unfinished,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// A value must come, or, right after `[`, the end of the array.
    Value {
        or_end: bool,
    },
    /// A member's name must come, or, right after `{`, the end of the object.
    Key {
        or_end: bool,
    },
    Colon,
    /// A value is over: a comma or the end of what it stands in.
    AfterValue,
    Text {
        is_key: bool,
        escape: Escape,
    },
    /// What is still missing of `true`, `false` or `null`.
    Literal(&'static [u8]),
    Number(Number),
}

#[derive(Clone, Copy, Debug)]
enum Escape {
    None,
    Started,
    /// So many hexadecimal digits are missing.
    Hex(u8),
}

/// Where inside a number; what the next byte may be follows from it.
#[derive(Clone, Copy, Debug)]
enum Number {
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
}

impl Number {
    const fn is_whole(self) -> bool {
        matches!(self, Self::Zero | Self::Whole | Self::Fraction | Self::ExponentDigits)
    }

    const fn followed_by(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus | Self::Whole, b'0'..=b'9') => Self::Whole,
            (Self::Zero | Self::Whole, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Whole | Self::Fraction, b'e' | b'E') => Self::Exponent,
            (Self::Exponent, b'+' | b'-') => Self::ExponentSign,
            (Self::Exponent | Self::ExponentSign | Self::ExponentDigits, b'0'..=b'9') => Self::ExponentDigits,
            _ => return None,
        })
    }
}

/// The state of one document between two pieces of it.
#[derive(Debug)]
pub(super) struct Scanner {
    state: State,
    /// One bit for each open container, the innermost last: set for an object.
    objects: u128,
    depth: u8,
    utf8: Utf8,
}

impl Scanner {
    pub(super) const fn new() -> Self {
        Self { state: State::Value { or_end: false }, objects: 0, depth: 0, utf8: Utf8::new() }
    }

    /// How many containers are open.
    pub(super) const fn depth(&self) -> u8 {
        self.depth
    }

    /// Takes the first bytes of `input`, at least one, all of one token. `input` is not empty.
    pub(super) fn take(&mut self, input: &[u8]) -> Result<(Token, usize), Problem> {
        let plain = self.plain_text(input);
        if plain > 0 {
            return Ok((self.text_token(), plain));
        }
        match input.first() {
            Some(byte) => Ok((self.take_byte(*byte)?, 1)),
            None => Ok((Token::Space, 0)),
        }
    }

    /// Whether the document may end here.
    pub(super) fn finish(&self) -> Result<(), Problem> {
        let over = match self.state {
            State::AfterValue => true,
            State::Number(number) => number.is_whole(),
            _ => false,
        };
        if over && self.depth == 0 { Ok(()) } else { Err(Problem::Unfinished) }
    }

    /// How many bytes at the start of `input` lie inside a text and mean nothing but themselves.
    fn plain_text(&self, input: &[u8]) -> usize {
        let inside = matches!(self.state, State::Text { escape: Escape::None, .. });
        if !inside || self.utf8.is_inside_a_character() {
            return 0;
        }
        let is_plain = |byte: &u8| matches!(*byte, 0x20..=0x7f) && *byte != b'"' && *byte != b'\\';
        input.iter().position(|byte| !is_plain(byte)).unwrap_or(input.len())
    }

    const fn text_token(&self) -> Token {
        if matches!(self.state, State::Text { is_key: true, .. }) { Token::Key } else { Token::Scalar }
    }

    fn take_byte(&mut self, byte: u8) -> Result<Token, Problem> {
        match self.state {
            State::Text { is_key, escape } => self.in_text(byte, is_key, escape),
            State::Literal(missing) => self.in_literal(byte, missing),
            State::Number(number) => match number.followed_by(byte) {
                Some(next) => {
                    self.state = State::Number(next);
                    Ok(Token::Scalar)
                }
                None if number.is_whole() => {
                    self.state = State::AfterValue;
                    self.take_byte(byte)
                }
                None => Err(Problem::Syntax),
            },
            _ if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => Ok(Token::Space),
            State::Value { or_end } => self.start_of_value(byte, or_end),
            State::Key { or_end } => match byte {
                b'"' => {
                    self.state = State::Text { is_key: true, escape: Escape::None };
                    Ok(Token::Key)
                }
                b'}' if or_end => Ok(self.close()),
                _ => Err(Problem::Syntax),
            },
            State::Colon if byte == b':' => {
                self.state = State::Value { or_end: false };
                Ok(Token::Colon)
            }
            State::Colon => Err(Problem::Syntax),
            State::AfterValue => self.after_value(byte),
        }
    }

    fn start_of_value(&mut self, byte: u8, or_end: bool) -> Result<Token, Problem> {
        self.state = match byte {
            b'"' => State::Text { is_key: false, escape: Escape::None },
            b't' => State::Literal(b"rue"),
            b'f' => State::Literal(b"alse"),
            b'n' => State::Literal(b"ull"),
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => State::Number(Number::Whole),
            b'{' => return self.open(true),
            b'[' => return self.open(false),
            b']' if or_end => return Ok(self.close()),
            _ => return Err(Problem::Syntax),
        };
        Ok(Token::Scalar)
    }

    fn after_value(&mut self, byte: u8) -> Result<Token, Problem> {
        let in_object = self.objects & 1 == 1;
        match byte {
            _ if self.depth == 0 => Err(Problem::Syntax),
            b',' => {
                self.state =
                    if in_object { State::Key { or_end: false } } else { State::Value { or_end: false } };
                Ok(Token::Comma)
            }
            b'}' if in_object => Ok(self.close()),
            b']' if !in_object => Ok(self.close()),
            _ => Err(Problem::Syntax),
        }
    }

    fn open(&mut self, is_object: bool) -> Result<Token, Problem> {
        if self.depth == DEEPEST {
            return Err(Problem::TooDeep);
        }
        self.depth += 1;
        self.objects = self.objects << 1 | u128::from(is_object);
        if is_object {
            self.state = State::Key { or_end: true };
            Ok(Token::OpenObject)
        } else {
            self.state = State::Value { or_end: true };
            Ok(Token::OpenArray)
        }
    }

    const fn close(&mut self) -> Token {
        self.depth = self.depth.saturating_sub(1);
        self.objects >>= 1;
        self.state = State::AfterValue;
        Token::Close
    }

    fn in_text(&mut self, byte: u8, is_key: bool, escape: Escape) -> Result<Token, Problem> {
        let token = self.text_token();
        let is_plain = matches!(escape, Escape::None);
        if is_plain && (byte >= 0x80 || self.utf8.is_inside_a_character()) {
            return if self.utf8.take(byte) { Ok(token) } else { Err(Problem::NotUtf8) };
        }
        let escape = match (escape, byte) {
            (Escape::None, b'"') => {
                self.state = if is_key { State::Colon } else { State::AfterValue };
                return Ok(token);
            }
            (Escape::None, b'\\') => Escape::Started,
            (Escape::Started, b'u') => Escape::Hex(4),
            (Escape::Hex(missing), byte) if byte.is_ascii_hexdigit() => match missing {
                2.. => Escape::Hex(missing - 1),
                _ => Escape::None,
            },
            (Escape::None, 0x20..)
            | (Escape::Started, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Escape::None,
            _ => return Err(Problem::Syntax),
        };
        self.state = State::Text { is_key, escape };
        Ok(token)
    }

    fn in_literal(&mut self, byte: u8, missing: &'static [u8]) -> Result<Token, Problem> {
        match missing.split_first() {
            Some((expected, rest)) if *expected == byte => {
                self.state = if rest.is_empty() { State::AfterValue } else { State::Literal(rest) };
                Ok(Token::Scalar)
            }
            _ => Err(Problem::Syntax),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &[u8]) -> Result<(), Problem> {
        let mut scanner = Scanner::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (_, taken) = scanner.take(rest)?;
            rest = &rest[taken..];
        }
        scanner.finish()
    }

    /// Compares with `serde_json`, which reads the same grammar.
    fn check(text: &[u8]) {
        let expected = serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
            && std::str::from_utf8(text).is_ok();
        assert_eq!(scan(text).is_ok(), expected, "{}: {:?}", String::from_utf8_lossy(text), scan(text));
    }

    #[test]
    fn agrees_with_serde_json_on_every_edge_of_the_grammar() {
        for text in [
            "",
            " ",
            "{}",
            "[]",
            "{ }",
            "[ ]",
            "[,]",
            "[1,]",
            "[1 2]",
            "[1,2]",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1}"#,
            r#"{"a":1 "b":2}"#,
            "{a:1}",
            r#"{"a":1]"#,
            "[1}",
            "]",
            "}",
            "[[]",
            "[]]",
            "0",
            "-0",
            "-",
            "01",
            "1.",
            ".5",
            "1.5",
            "1e5",
            "1e",
            "1e+",
            "1E-7",
            "1.5e+3x",
            "--1",
            "+1",
            "1,2",
            "true",
            "tru",
            "truee",
            "nul",
            "null ",
            "false",
            "False",
            "NaN",
            r#""""#,
            r#"""#,
            r#""\""#,
            r#""\"""#,
            r#""\x""#,
            r#""\u12""#,
            r#""\u12g4""#,
            r#""\u00e9""#,
            r#""\ud800""#,
            "\"\n\"",
            "\"é\"",
            "\"a\u{7f}\"",
            "\u{feff}{}",
            "// no",
            "[1]x",
            "[1] [2]",
            "'a'",
            "[true,false,null,\"x\",-1.5e3,{\"a\":[]}]",
            "é",
        ] {
            check(text.as_bytes());
        }
        for byte in 0..=255_u8 {
            check(&[byte]);
            check(&[b'"', byte, b'"']);
            check(&[b'[', byte, b']']);
            check(&[b'[', b'1', byte, b'2', b']']);
            check(&[b'"', b'\\', byte, b'"']);
            check(&[b'"', 0xe2, byte, 0xac, b'"']);
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert_eq!(scan(&nested(usize::from(DEEPEST))), Ok(()));
        assert_eq!(scan(&nested(usize::from(DEEPEST) + 1)), Err(Problem::TooDeep));
        check(&nested(usize::from(DEEPEST)));
    }
}
