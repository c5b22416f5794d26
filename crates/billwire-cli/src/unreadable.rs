//! Elements of lists that came and could not be read: an answer without them is printed, and is no success. Whoever acts on
//! what is missing must know that it was there.
//!
//! Names places and never content, which may be personal.

use billwire::core::Answer;

use crate::error::Error;
use crate::exit::Exit;

/// So many places are named; the others are counted.
const NAMED: usize = 100;

/// The elements that are left out of an answer.
#[derive(Debug, Default)]
pub(crate) struct Unreadable {
    places: Vec<String>,
    count: usize,
    /// The request of the first of them, for the service's support.
    request_id: Option<String>,
}

impl Unreadable {
    /// What is left out of `answer`.
    pub(crate) fn of<R>(answer: &Answer<R>) -> Self {
        let places: Vec<String> =
            answer.rejected().iter().map(|rejected| rejected.path().to_owned()).collect();
        let count = places.len().saturating_add(answer.unreported());
        Self { places, count, request_id: answer.request_id().map(str::to_owned) }
    }

    /// Adds what is left out of one page of the list, counted from the first that was asked for.
    pub(crate) fn add_page(&mut self, number: u32, page: Self) {
        if page.count == 0 {
            return;
        }
        let room = NAMED.saturating_sub(self.places.len());
        let places = page.places.into_iter().take(room).map(|place| format!("page {number}: {place}"));
        self.places.extend(places);
        self.count = self.count.saturating_add(page.count);
        self.request_id = self.request_id.take().or(page.request_id);
    }

    /// The end of a call whose answer was printed without something; `Ok` if it was whole.
    pub(crate) fn into_result(self) -> Result<(), Error> {
        let elements = match self.count {
            0 => return Ok(()),
            1 => "1 element of the answer could not be read and is left out".to_owned(),
            count => format!("{count} elements of the answer could not be read and are left out"),
        };
        let mut error = Error::new(Exit::ServiceFailed, elements)
            .with_list("left out", &self.places)
            .with_count("left out count", self.count);
        if let Some(request_id) = self.request_id {
            error = error.with_fact("request id", request_id);
        }
        Err(error.with_advice(
            "everything else is printed; do not take what is left out for gone, and report it to the service's support",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(count: usize) -> Unreadable {
        let places = (0..count.min(NAMED)).map(|index| format!("data[{index}]")).collect();
        Unreadable { places, count, request_id: Some(format!("r-{count}")) }
    }

    #[test]
    fn pages_are_named_up_to_a_bound_and_all_are_counted() {
        let mut whole = Unreadable::default();
        for (number, count) in [(1, 0), (2, 1), (3, 250)] {
            whole.add_page(number, page(count));
        }
        assert_eq!((whole.places.len(), whole.count), (NAMED, 251));
        assert_eq!(whole.places[..2], ["page 2: data[0]", "page 3: data[0]"]);
        let error = whole.into_result().expect_err("something is missing");
        assert!(error.text().starts_with("error: 251 elements of the answer"), "{}", error.text());
        assert!(error.text().contains("request id: r-1\n"), "{}", error.text());
        assert!(Unreadable::default().into_result().is_ok());
    }
}
