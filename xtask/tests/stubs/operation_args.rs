use crate::error::Error;

pub struct Arguments;

impl Arguments {
    pub fn parameter(&self, _name: &str) -> Result<&str, Error> {
        Err(Error)
    }
}
