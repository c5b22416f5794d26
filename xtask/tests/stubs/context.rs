pub struct RequestContext;

#[derive(Clone, Debug, PartialEq)]
pub struct PathParameters;

impl PathParameters {
    pub fn new() -> Self {
        Self
    }

    pub fn insert(&mut self, _name: &'static str, _value: impl Into<String>) {}

    pub fn get(&self, _name: &str) -> Option<&str> {
        None
    }
}
