//! What an answer can tell about the list elements that did not decode.

use std::fmt;

use super::list::RejectedElement;

/// Every decoded object: it can report the list elements inside it that did not decode.
///
/// Generated objects implement it; an object without lists reports nothing.
pub trait Answer {
    /// Calls `report` with the place and the report of every rejected element that has one, at any depth: the first
    /// hundred of an answer.
    fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
        let _ = (path, report);
    }

    /// The number of rejected elements without a report, at any depth.
    fn unreported_count(&self) -> usize {
        0
    }

    /// The number of rejected elements, at any depth, with and without a report.
    fn rejected_count(&self) -> usize {
        let mut count = self.unreported_count();
        self.visit_rejected(&Path::root(), &mut |_, _| count += 1);
        count
    }
}

impl<T: Answer> Answer for Option<T> {
    fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
        if let Some(value) = self {
            value.visit_rejected(path, report);
        }
    }

    fn unreported_count(&self) -> usize {
        self.as_ref().map_or(0, T::unreported_count)
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
        for (index, item) in self.iter().enumerate() {
            item.visit_rejected(&path.index(index), report);
        }
    }

    fn unreported_count(&self) -> usize {
        self.iter().map(T::unreported_count).sum()
    }
}

impl<T: Answer> Answer for Box<T> {
    fn visit_rejected(&self, path: &Path<'_>, report: &mut dyn FnMut(&Path<'_>, &RejectedElement)) {
        (**self).visit_rejected(path, report);
    }

    fn unreported_count(&self) -> usize {
        (**self).unreported_count()
    }
}

/// A place inside an answer, such as `data[3].payments[0]`. Made while walking, printed only when needed.
#[derive(Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    segment: Segment<'a>,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Root,
    Field(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The answer itself.
    pub fn root() -> Self {
        Self { parent: None, segment: Segment::Root }
    }

    /// The place of a member, by its name on the wire.
    #[must_use]
    pub fn field(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), segment: Segment::Field(name) }
    }

    /// The place of an element, counted from zero in the received list.
    #[must_use]
    pub fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), segment: Segment::Index(index) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            fmt::Display::fmt(parent, formatter)?;
        }
        match self.segment {
            Segment::Root => Ok(()),
            Segment::Index(index) => write!(formatter, "[{index}]"),
            Segment::Field(name) => {
                let first = self.parent.is_none_or(|parent| matches!(parent.segment, Segment::Root));
                write!(formatter, "{}{name}", if first { "" } else { "." })
            }
        }
    }
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
