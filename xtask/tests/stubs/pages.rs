use crate::error::Error;
use crate::outcome::Outcome;
use crate::paging::Pages;

pub async fn whole<P>(_pages: Pages<P>) -> Result<Outcome, Error> {
    Err(Error)
}
