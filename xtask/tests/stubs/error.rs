pub enum Kind {
    Other,
}

pub struct Error;

impl Error {
    pub fn kind(&self) -> Kind {
        Kind::Other
    }
}
