pub(crate) fn with_limit(pairs: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    pairs
}

pub struct ByCursor<Q>(Q);

impl<Q> ByCursor<Q> {
    pub fn new(query: Q) -> Self {
        Self(query)
    }
}

pub struct ByNumber<Q>(Q);

impl<Q> ByNumber<Q> {
    pub fn new(query: Q) -> Self {
        Self(query)
    }
}

pub struct Pages<P>(pub P);
