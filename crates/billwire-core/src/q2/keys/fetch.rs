//! Fetching the key of the payload encryption.

use std::time::Duration;

use billwire_crypto::PublicKey;
use billwire_models::q2::Jwk;

use super::cache::{Flight, Landed, Look};
use super::{FetchedKey, KeyCache};
use crate::config::CallOptions;
use crate::engine::{self, first_of, trace};
use crate::error::{Error, ErrorKind};
use crate::q2::scope::Scope;
use crate::q2::{Client, calls};
use crate::response;

impl<S: Scope> Client<S> {
    /// The key for a call that may take `limit`: the one at hand, or a fresh one.
    pub(in crate::q2) async fn fetched_key(
        &self,
        settings: &FetchedKey,
        cache: &KeyCache,
        limit: Duration,
    ) -> Result<PublicKey, Error> {
        let clock = &*self.parts.link.clock;
        let end = clock.monotonic().saturating_add(limit);
        loop {
            let now = clock.monotonic();
            let left = end.saturating_sub(now);
            match cache.look(now, settings) {
                Look::Use(key) => return Ok(key),
                Look::Fetch(flight, old) => return self.fetch(settings, flight, old, left).await,
                // The other call may never go on: the wait has an end of its own.
                Look::Wait(number) => match first_of(cache.landed(number), clock.sleep(left)).await {
                    Some(Landed::Again) => {}
                    Some(Landed::Failed(error)) => return Err(unavailable().with_source(error)),
                    None => {
                        return Err(unavailable()
                            .with_advice("nothing was sent: give the call more time, or try again later"));
                    }
                },
            }
        }
    }

    async fn fetch(
        &self,
        settings: &FetchedKey,
        flight: Flight<'_>,
        old: Option<PublicKey>,
        left: Duration,
    ) -> Result<PublicKey, Error> {
        let mut options = CallOptions::new().with_deadline(left);
        options.credential.clone_from(&self.parts.config.inner.key_credential);
        if old.is_some() {
            // With a key at hand a call does not wait for repetitions, and keeps half of its time for itself.
            options = options.with_max_attempts(1).with_deadline(left / 2);
        }
        match (self.ask_for_key(settings, &options).await, old) {
            (Ok(key), old) => {
                trace::key_fetched(id_of(&key), old.as_ref().map(id_of).unwrap_or_default());
                flight.arrived(key.clone(), self.parts.link.clock.monotonic());
                Ok(key)
            }
            (Err(error), Some(old)) => {
                trace::key_not_fetched(id_of(&old), &error);
                flight.failed(error);
                Ok(old)
            }
            // The time of this call was up, which is no news for those that wait: one of them goes on.
            (Err(error), None) if error.kind() == ErrorKind::DeadlineExceeded => {
                trace::key_not_fetched("", &error);
                Err(unavailable().with_source(error))
            }
            (Err(error), None) => {
                trace::key_not_fetched("", &error);
                Err(unavailable().with_source(flight.failed(error)))
            }
        }
    }

    /// One call with the API key, whatever the credential of this client.
    async fn ask_for_key(&self, settings: &FetchedKey, options: &CallOptions) -> Result<PublicKey, Error> {
        let call = calls::latest_public_key();
        let done =
            engine::run(&self.parts.link, &self.parts.config, call.draft(), options, &engine::Whole).await?;
        let head = &done.output.head;
        response::decode::<Jwk>(&self.parts.config, call.operation(), &done.output, false)
            .and_then(|jwk| {
                settings.read(&jwk).map_err(|error| {
                    error.with_operation(call.operation()).with_answer(head.status, head.request_id.clone())
                })
            })
            .map_err(|error| error.with_call(&done.call_id, done.attempts))
    }
}

fn id_of(key: &PublicKey) -> &str {
    key.key_id().map(billwire_crypto::KeyId::as_str).unwrap_or_default()
}

fn unavailable() -> Error {
    Error::new(ErrorKind::KeyUnavailable, "the service's payload encryption key could not be fetched")
}
