pub(crate) fn with_limit(pairs: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    pairs
}
