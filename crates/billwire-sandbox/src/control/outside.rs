//! What companies, issuers and clients do outside the API.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::Api;
use crate::bill_pay::{
    AuthId, AuthRefresh, BillChoices, BillId, IssuerNews, Lapse, PaymentMethodId, Statement, SwapEnd, SwapId,
    World,
};
use crate::engine::Engine;
use crate::error::Error;
use crate::moment::Moment;
use crate::shared::Shared;

/// A bill-pay world and the API that shows it.
#[derive(Clone, Copy)]
pub(crate) struct WorldOf {
    pub(crate) api: &'static Api,
    pub(crate) world: fn(&mut Engine) -> &mut World,
}

/// That of Q2.
#[cfg(feature = "q2")]
pub(crate) const Q2: WorldOf = WorldOf { api: &crate::q2::API, world: |engine| &mut engine.q2.world };

/// That of Unbill.
#[cfg(feature = "unbill")]
pub(crate) const UNBILL: WorldOf =
    WorldOf { api: &crate::unbill::API, world: |engine| &mut engine.unbill.world };

/// What `POST /control/q2/auths/{authId}/lapse` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LapseRequest {
    reason: Lapse,
}

/// Lets a verified login stop working, with its event.
pub(super) async fn lapse(
    shared: &Shared,
    of: WorldOf,
    id: &str,
    request: LapseRequest,
) -> Result<Value, Error> {
    happens(shared, of, |world, now| world.lapse(now, &AuthId::new(id), request.reason)).await?;
    Ok(done())
}

/// Lets the service look at a verified login by itself.
pub(crate) async fn refresh(
    shared: &Shared,
    of: WorldOf,
    id: &str,
    found: &AuthRefresh,
) -> Result<Value, Error> {
    happens(shared, of, |world, now| world.refresh_auth(now, &AuthId::new(id), found)).await?;
    Ok(done())
}

/// Finds one more bill at a verified login.
pub(crate) async fn find_bill(
    shared: &Shared,
    of: WorldOf,
    id: &str,
    statement: &Statement,
) -> Result<BillId, Error> {
    happens(shared, of, |world, now| world.bill_is_found(now, &AuthId::new(id), statement)).await
}

/// Lets the company issue a statement.
pub(crate) async fn statement(
    shared: &Shared,
    of: WorldOf,
    id: &str,
    statement: &Statement,
) -> Result<Value, Error> {
    happens(shared, of, |world, now| world.statement_arrives(now, &BillId::new(id), statement)).await?;
    Ok(done())
}

/// Sets what the client chose in a white-label product.
pub(crate) async fn choose(
    shared: &Shared,
    of: WorldOf,
    id: &str,
    choices: &BillChoices,
) -> Result<Value, Error> {
    happens(shared, of, |world, _| world.choose(&BillId::new(id), choices)).await?;
    Ok(done())
}

/// Lets an issuer change its mind.
pub(crate) async fn issuer(shared: &Shared, of: WorldOf, id: &str, news: IssuerNews) -> Result<Value, Error> {
    happens(shared, of, |world, _| world.issuer_says(&PaymentMethodId::new(id), news)).await?;
    Ok(done())
}

/// Ends a swap that is in progress.
pub(crate) async fn end_swap(shared: &Shared, of: WorldOf, id: &str, end: &SwapEnd) -> Result<Value, Error> {
    happens(shared, of, |world, now| world.swap_ends(now, &SwapId::new(id), end)).await?;
    Ok(done())
}

pub(super) fn found(id: &BillId) -> Value {
    json!({ "billId": id })
}

fn done() -> Value {
    json!({ "success": true })
}

/// Changes a world, tells its events and lets happen what is due at once.
async fn happens<T>(
    shared: &Shared,
    of: WorldOf,
    change: impl FnOnce(&mut World, Moment) -> Result<T, Error>,
) -> Result<T, Error> {
    let result = {
        let mut engine = shared.engine();
        let now = engine.now();
        let result = change((of.world)(&mut engine), now)?;
        engine.collect_events(of.api);
        result
    };
    shared.settle().await;
    Ok(result)
}
