//! The texts of events, one behind the other in a few large pieces of memory.
//!
//! A year of a population makes a million of them and lets nearly all of them go again. Each in memory of its own, they
//! cost more to put there and to take away than to write.

use std::collections::VecDeque;

/// Room for some dozens of events; a longer text gets a piece of its own.
const PIECE: usize = 64 * 1024;

/// Texts that go in the order in which they came.
#[derive(Clone, Default)]
pub(super) struct Texts {
    pieces: VecDeque<String>,
    /// How many pieces went before the first one.
    gone: u64,
    /// An emptied piece, for the next one.
    spare: Option<String>,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextPlace {
    piece: u64,
    start: usize,
    end: usize,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) -> TextPlace {
        let fits = |piece: &String| piece.capacity() - piece.len() >= text.len();
        if !self.pieces.back().is_some_and(fits) {
            let spare = self.spare.take().filter(fits);
            self.pieces.push_back(spare.unwrap_or_else(|| String::with_capacity(PIECE.max(text.len()))));
        }
        let number = self.gone + self.pieces.len() as u64 - 1;
        let Some(piece) = self.pieces.back_mut() else { return TextPlace { piece: 0, start: 0, end: 0 } };
        let start = piece.len();
        piece.push_str(text);
        TextPlace { piece: number, start, end: piece.len() }
    }

    /// Empty if it is gone.
    pub(super) fn get(&self, place: TextPlace) -> &str {
        let piece = place.piece.checked_sub(self.gone).and_then(|piece| usize::try_from(piece).ok());
        let piece = piece.and_then(|piece| self.pieces.get(piece));
        piece.and_then(|piece| piece.get(place.start..place.end)).unwrap_or_default()
    }

    /// Lets go of what came before `place`; of all if there is none.
    pub(super) fn keep_from(&mut self, place: Option<TextPlace>) {
        let first = place.map_or(u64::MAX, |place| place.piece);
        while self.gone < first {
            let Some(mut piece) = self.pieces.pop_front() else { return };
            self.gone += 1;
            piece.clear();
            self.spare = Some(piece).filter(|piece| piece.capacity() == PIECE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_stay_until_they_are_let_go() {
        let text = |number: usize| format!("{number}-").repeat(number * number % 977);
        let long = "x".repeat(3 * PIECE);
        let mut texts = Texts::default();
        let mut kept = VecDeque::new();
        for number in 0..5_000 {
            let text = if number % 1000 == 7 { long.clone() } else { text(number) };
            kept.push_back((texts.push(&text), text));
            if kept.len() > 100 {
                kept.pop_front();
                texts.keep_from(kept.front().map(|(place, _)| *place));
            }
            if number % 100 == 0 {
                assert!(kept.iter().all(|(place, text)| texts.get(*place) == text), "after {number}");
            }
        }
        let held: usize = texts.pieces.iter().map(String::capacity).sum();
        let needed: usize = kept.iter().map(|(_, text)| text.len()).sum();
        assert!(held < needed + 4 * PIECE, "{held} bytes are held for {needed}");
    }

    #[test]
    fn what_is_gone_is_empty() {
        let mut texts = Texts::default();
        let (first, empty) = (texts.push("first"), texts.push(""));
        assert_eq!((texts.get(first), texts.get(empty)), ("first", ""));
        texts.keep_from(None);
        assert_eq!(texts.get(first), "");
        let next = texts.push("next");
        assert_eq!((texts.get(first), texts.get(next)), ("", "next"));
    }
}
