//! A verified login that stops working by itself, which nothing in the API can bring about.

use serde::Deserialize;

use super::auth::AuthStatus;
use super::ids::AuthId;
use super::{News, World};
use crate::error::{Error, ErrorKind};
use crate::moment::Moment;

/// Why a login stops working.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Lapse {
    /// The credentials are not valid any more: `auth.invalid`.
    Invalid,
    /// The company wants the login verified again: `auth.needs-resync`.
    NeedsResync,
}

impl World {
    /// Lets a verified login stop working; it must authenticate again.
    ///
    /// Source: Q2 Biller Direct description, section 12.1 "Auth" (the status after a re-verification is inferred).
    pub(crate) fn lapse(&mut self, now: Moment, id: &AuthId, lapse: Lapse) -> Result<(), Error> {
        let Some(auth) = self.auths.find_mut(id) else {
            return Err(Error::new(ErrorKind::NotFound, format!("there is no auth \"{id}\"")));
        };
        if auth.status != AuthStatus::Verified {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("the auth is {}; only a verified one can stop working", auth.status.as_str()),
            ));
        }
        auth.status = AuthStatus::Authenticate;
        let news = match lapse {
            Lapse::Invalid => News::AuthInvalid(id),
            Lapse::NeedsResync => News::AuthNeedsResync(id),
        };
        self.tell(now, &news);
        Ok(())
    }
}
