//! A long list, taken apart while it arrives: bytes in, one element after the other out.
//!
//! Answers of the form `{"data": [ … ]}` have no pages and may hold tens of thousands of elements. [`Splitter`] is given
//! the answer in pieces of any size and returns the text of each element as soon as it is complete. It holds one piece
//! and one element, never the list. It does no I/O and decodes nothing: `q2::Client` does both.

mod beside;
mod scanner;
mod utf8;

use std::fmt;

use bytes::{Buf as _, Bytes};

use self::beside::Beside;
use self::scanner::{Problem, Scanner, Token};
use crate::error::{Error, ErrorKind};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Takes the list of one answer apart.
///
/// The answer must be a JSON object, and the list one of its own members; a member `null` counts as absent. The whole of it
/// is checked to be JSON in UTF-8, nested 127 deep at most, also what stands beside the list and is passed over.
///
/// ```
/// use billwire_core::splitter::Splitter;
///
/// let mut splitter = Splitter::new("data", 1024);
/// let mut found = Vec::new();
/// for piece in [r#"{"total": 2, "data": [{"a": "#, r#"[1, 2]}, {"a": "#, r#"[]}]}"#] {
///     splitter.feed(piece);
///     while let Some(element) = splitter.next_element()? {
///         found.push(String::from_utf8(element.to_vec()).expect("UTF-8"));
///     }
/// }
/// splitter.finish()?;
/// assert_eq!(found, [r#"{"a": [1, 2]}"#, r#"{"a": []}"#]);
/// # Ok::<(), billwire_core::Error>(())
/// ```
///
/// `Debug` tells how far it is, and nothing of the answer.
pub struct Splitter {
    member: &'static str,
    /// Names under which the list may stand as well.
    other_names: &'static [&'static str],
    reads_bare_arrays: bool,
    max_element_bytes: usize,
    scanner: Scanner,
    place: Place,
    /// The name under which the list was found.
    found: Option<&'static str>,
    /// How many containers are open right inside the list.
    list_depth: u8,
    /// What the answer says of itself beside its list.
    beside: Beside,
    /// The name of the member that is being read, as it stands in the text, as far as it can be the list's.
    key: Vec<u8>,
    /// What was not looked at yet.
    chunk: Bytes,
    /// The beginning of an element whose end did not arrive yet.
    partial: Vec<u8>,
    /// How many bytes were looked at, and how many of them were a byte order mark.
    read: u64,
    mark: usize,
}

/// Where the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the object.
    Top,
    /// Inside the object, outside the list.
    Members,
    /// Behind a name of the list, before the list.
    Wanted(&'static str),
    /// Inside the list.
    List,
}

/// What a token is for the list.
enum Part {
    Outside,
    Element,
    /// The last of an element: what it closes with. It need not wait for what comes behind.
    Last,
    /// The comma or bracket behind an element.
    Behind,
}

impl Splitter {
    /// Looks for the list under `member`, and accepts elements of at most `max_element_bytes`.
    #[must_use]
    pub const fn new(member: &'static str, max_element_bytes: usize) -> Self {
        Self {
            member,
            other_names: &[],
            reads_bare_arrays: false,
            max_element_bytes,
            scanner: Scanner::new(),
            place: Place::Top,
            found: None,
            list_depth: 2,
            beside: Beside::new(),
            key: Vec::new(),
            chunk: Bytes::new(),
            partial: Vec::new(),
            read: 0,
            mark: 0,
        }
    }

    /// Reads the list under these names too, where its own name is absent. The first list that comes is taken: what comes
    /// under another name after the list's own is passed over, any other second list is an error.
    pub(crate) const fn with_other_names(mut self, names: &'static [&'static str]) -> Self {
        self.other_names = names;
        self
    }

    /// Whether an answer that is nothing but an array is the list.
    pub(crate) const fn with_bare_arrays(mut self, are_read: bool) -> Self {
        self.reads_bare_arrays = are_read;
        self
    }

    /// Gives the next piece of the answer. Call it when [`Splitter::next_element`] has nothing more; a piece that was not
    /// used up is kept, at the price of a copy.
    pub fn feed(&mut self, chunk: impl Into<Bytes>) {
        let chunk = chunk.into();
        self.chunk = if self.chunk.is_empty() { chunk } else { [&*self.chunk, &*chunk].concat().into() };
    }

    /// The text of the next element, without the white space around it; `None` when a further piece is needed.
    ///
    /// # Errors
    /// [`ErrorKind::UnreadableAnswer`] if the answer is not JSON, is nested too deep, or does not have the list;
    /// [`ErrorKind::AnswerTooLarge`] for an element beyond the bound. Do not go on after an error.
    pub fn next_element(&mut self) -> Result<Option<Bytes>, Error> {
        self.pass_over_byte_order_mark()?;
        loop {
            let chunk = std::mem::take(&mut self.chunk);
            let mut begin = if self.partial.is_empty() { None } else { Some(0) };
            let Some((end, next)) = self.find_end(&chunk, &mut begin)? else {
                self.keep(begin.and_then(|begin| chunk.get(begin..)).unwrap_or_default())?;
                return Ok(None);
            };
            self.chunk = chunk.slice(next..);
            // Without a beginning it was the comma behind an element that was given, or the end of the list.
            if let Some(begin) = begin {
                return self.cut(&chunk.slice(begin..end)).map(Some);
            }
        }
    }

    /// Checks that the answer is over and had the list. Call it when no further piece comes.
    ///
    /// # Errors
    /// [`ErrorKind::UnreadableAnswer`] if the answer ends too early, or has no such list.
    pub fn finish(&self) -> Result<(), Error> {
        if !self.chunk.is_empty() {
            return Err(refused(Problem::Unfinished, self.read));
        }
        self.scanner.finish().map_err(|problem| refused(problem, self.read))?;
        let missing = || unreadable(format!("the answer has no list `{}`", self.member));
        self.found.map(|_| ()).ok_or_else(missing)
    }

    /// Whether the answer is whole, with the list or without it.
    pub(crate) fn is_over(&self) -> bool {
        self.chunk.is_empty() && self.scanner.finish().is_ok()
    }

    /// A JSON object of what the answer has said of itself so far, if it said whether it is a success. Bounded, however much
    /// stands beside the list.
    pub(crate) fn beside(&self) -> Option<Bytes> {
        self.beside.object()
    }

    /// How many bytes of the answer are held: the unread rest of the last piece, and the beginning of one element.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.chunk.len() + self.partial.capacity() + self.key.capacity() + self.beside.held_bytes()
    }

    /// How many bytes of the answer were looked at.
    #[must_use]
    pub const fn read_bytes(&self) -> u64 {
        self.read
    }

    /// Reads `chunk` up to the end of an element: where that is, and where to go on. `begin` is set where one begins.
    fn find_end(
        &mut self,
        chunk: &Bytes,
        begin: &mut Option<usize>,
    ) -> Result<Option<(usize, usize)>, Error> {
        let mut at = 0;
        while let Some(rest) = chunk.get(at..).filter(|rest| !rest.is_empty()) {
            let (token, taken) = self.scanner.take(rest).map_err(|problem| refused(problem, self.read))?;
            self.read = self.read.saturating_add(taken as u64);
            match self.part(token, rest.get(..taken).unwrap_or_default())? {
                Part::Outside => {}
                Part::Element => *begin = begin.or(Some(at)),
                Part::Last => return Ok(Some((at + taken, at + taken))),
                Part::Behind => return Ok(Some((at, at + taken))),
            }
            at += taken;
        }
        Ok(None)
    }

    /// Follows the structure down to the list.
    fn part(&mut self, token: Token, text: &[u8]) -> Result<Part, Error> {
        let depth = self.scanner.depth();
        match (self.place, token) {
            (Place::Top, _) => self.at_the_top(token)?,
            (Place::Members, _) => self.among_members(token, text, depth)?,
            (Place::Wanted(name), _) => self.behind_a_name(name, token, text)?,
            (Place::List, Token::Close) if depth == self.list_depth => return Ok(Part::Last),
            (Place::List, Token::Comma) if depth == self.list_depth => return Ok(Part::Behind),
            (Place::List, Token::Close) if depth + 1 == self.list_depth => {
                self.place = Place::Members;
                return Ok(Part::Behind);
            }
            (Place::List, Token::Space) => {}
            (Place::List, _) => return Ok(Part::Element),
        }
        Ok(Part::Outside)
    }

    fn at_the_top(&mut self, token: Token) -> Result<(), Error> {
        match token {
            Token::Space => {}
            Token::OpenObject => self.place = Place::Members,
            Token::OpenArray if self.reads_bare_arrays => {
                self.list_depth = 1;
                self.enter(self.member);
            }
            _ => return Err(unreadable("the answer is not an object".to_owned())),
        }
        Ok(())
    }

    fn among_members(&mut self, token: Token, text: &[u8], depth: u8) -> Result<(), Error> {
        match (token, depth) {
            (Token::Key, 1) => {
                let room = self.longest_key().saturating_sub(self.key.len());
                self.key.extend(text.iter().take(room));
            }
            (Token::Colon, 1) => return self.end_of_key(),
            _ => self.beside.take(token, text, depth),
        }
        Ok(())
    }

    fn end_of_key(&mut self) -> Result<(), Error> {
        // A name may be written with escapes. One that is too long was cut off, and is not a text any more.
        let key = serde_json::from_slice::<String>(&self.key).unwrap_or_default();
        self.key.clear();
        let Some(name) = self.names().find(|name| *name == key) else {
            self.beside.begin(&key);
            return Ok(());
        };
        match self.found {
            None => self.place = Place::Wanted(name),
            Some(found) if found == self.member && name != found => {}
            Some(found) if found == name => {
                return Err(unreadable(format!("the answer has the list `{name}` twice")));
            }
            Some(found) => {
                return Err(unreadable(format!(
                    "the answer has the list `{name}` behind the list `{found}`"
                )));
            }
        }
        Ok(())
    }

    /// The value behind a name of the list. What is no list is an error under the list's own name, and passed over under the
    /// others, which mean something else then.
    fn behind_a_name(&mut self, name: &'static str, token: Token, text: &[u8]) -> Result<(), Error> {
        let is_null = token == Token::Scalar && text.first() == Some(&b'n');
        match token {
            Token::Space => {}
            Token::OpenArray => self.enter(name),
            _ if is_null || name != self.member => self.place = Place::Members,
            _ => return Err(unreadable(format!("`{name}` of the answer is not a list"))),
        }
        Ok(())
    }

    const fn enter(&mut self, name: &'static str) {
        self.place = Place::List;
        self.found = Some(name);
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.member].into_iter().chain(self.other_names.iter().copied())
    }

    /// The longest text, quotes included, that can be a name we look for: every byte of it as a `\u` escape.
    fn longest_key(&self) -> usize {
        self.names().chain(beside::NAMES).map(str::len).max().unwrap_or_default() * 6 + 2
    }

    /// Keeps the beginning of an element until its end arrives.
    fn keep(&mut self, beginning: &[u8]) -> Result<(), Error> {
        self.check_size(beginning.len())?;
        self.partial.extend_from_slice(beginning);
        Ok(())
    }

    /// A whole element, whose last piece is `rest`.
    fn cut(&mut self, rest: &Bytes) -> Result<Bytes, Error> {
        self.check_size(rest.len())?;
        let whole = if self.partial.is_empty() {
            rest.clone()
        } else {
            self.partial.extend_from_slice(rest);
            Bytes::from(std::mem::take(&mut self.partial))
        };
        let length = whole.trim_ascii_end().len();
        Ok(whole.slice(..length))
    }

    fn check_size(&self, further: usize) -> Result<(), Error> {
        if further <= self.max_element_bytes.saturating_sub(self.partial.len()) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::AnswerTooLarge,
            format!("an element of the list has more than {} bytes", self.max_element_bytes),
        )
        .with_advice("raise the limit with with_max_element_bytes if the answer is legitimate"))
    }

    /// Some gateways put a byte order mark before JSON text, which RFC 8259 lets a reader skip.
    fn pass_over_byte_order_mark(&mut self) -> Result<(), Error> {
        while self.read == self.mark as u64
            && let Some(expected) = BYTE_ORDER_MARK.get(self.mark)
        {
            match self.chunk.first() {
                Some(byte) if byte == expected => {
                    self.chunk.advance(1);
                    self.mark += 1;
                    self.read += 1;
                }
                Some(_) if self.mark > 0 => return Err(refused(Problem::NotUtf8, self.read)),
                _ => break,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Splitter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Splitter")
            .field("member", &self.member)
            .field("place", &self.place)
            .field("held_bytes", &self.held_bytes())
            .field("read_bytes", &self.read)
            .finish_non_exhaustive()
    }
}

fn refused(problem: Problem, position: u64) -> Error {
    unreadable(match problem {
        Problem::Syntax => format!("the answer is not JSON (byte {position})"),
        Problem::NotUtf8 => format!("the answer is not UTF-8 at byte {position}"),
        Problem::TooDeep => {
            format!("the answer is nested more than {} deep (byte {position})", scanner::DEEPEST)
        }
        Problem::Unfinished => format!("the answer ends in the middle of its JSON (byte {position})"),
    })
}

fn unreadable(reason: String) -> Error {
    Error::new(ErrorKind::UnreadableAnswer, reason)
}
