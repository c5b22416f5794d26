//! What several modules need: both providers, one moment, the played service.

use std::sync::Arc;

use billwire_crypto::{AwsLcProvider, PortableProvider, Provider};
use billwire_models::q2::Event;
use billwire_webhooks::q2::Verifier;
use billwire_webhooks::q2::testing::{Delivery, Service};
use billwire_webhooks::{Rejection, RejectionReason, Verified};

pub(crate) const PROVIDERS: [&dyn Provider; 2] = [&PortableProvider, &AwsLcProvider];

/// When every delivery of these tests arrives, unless a test says otherwise.
pub(crate) fn now() -> jiff::Timestamp {
    at(1_579_754_900)
}

pub(crate) fn at(unix_seconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(unix_seconds).unwrap()
}

/// The played service on each provider.
pub(crate) fn services() -> impl Iterator<Item = Service> {
    PROVIDERS.into_iter().map(|provider| Service::new(provider).unwrap())
}

/// The played service on the faster provider, for tests that are not about keys.
pub(crate) fn service() -> Service {
    Service::new(&AwsLcProvider).unwrap()
}

/// A verifier that makes every check.
pub(crate) fn verifier(service: &Service) -> Arc<Verifier> {
    Arc::new(Verifier::new(service.policy().build().unwrap()))
}

pub(crate) fn open(verifier: &Verifier, delivery: &Delivery) -> Result<Verified<Event>, Rejection> {
    verifier.open(&delivery.inbound(), now())
}

#[track_caller]
pub(crate) fn assert_refused<T: std::fmt::Debug>(opened: Result<T, Rejection>, expected: RejectionReason) {
    let rejection = opened.expect_err("a delivery that should be refused was let through");
    assert_eq!(rejection.reason(), expected, "{rejection:?}");
}
