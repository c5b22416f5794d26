//! Card swaps, and the keys and credentials of the partner.
//!
//! Source: Q2 Biller Direct description, sections 2, 4.6, 4.7, 8 and 12.8.

use billwire::q2::AuthItem::Swap;
use billwire::q2::{
    AuthId, AuthMeta, BillId, ClientId, CompanyId, CreateClient, CreateSwap, KeyUse, PaymentMethodId,
    PublicKeyId, SwapStatusType,
};
use billwire_sandbox::KeyUsage;

use super::{AC, BC, BU, MASTERCARD, REGULAR_1, REGULAR_2, S1, SWAPPED, VISA};
use crate::stage::{Judged, Q2, same};

pub(super) async fn a_swap_runs_completes_and_moves_to_another_card(q2: Q2) {
    let ann = q2.customer().await;
    let (visa, mastercard) = (ann.adds(ann.card(VISA)).await, ann.adds(ann.card(MASTERCARD)).await);
    ann.links(REGULAR_1, "25.21", 18).await;
    let auth = ann.auth().await.id;
    q2.client.create_swap(&CreateSwap::new(auth.clone(), visa.clone())).await.granted();
    same("it runs", ann.swaps().await[0].status.kind.clone(), SwapStatusType::InProgress);
    let other = CreateSwap::new(auth.clone(), mastercard.clone());
    q2.client.create_swap(&other).await.refused();
    let first = ann.swap_becomes("completed").await;
    q2.client.create_swap(&CreateSwap::new(auth, visa.clone())).await.granted(); // the same again: no second swap
    q2.client.create_swap(&other).await.granted();
    let moved = ann.swap_becomes("completed").await;
    same("the same swap", (moved.id.clone(), ann.swaps().await.len()), (first.id, 1));
    same("the other card", moved.payment_method.map(|method| method.id), Some(mastercard));
    let meta = AuthMeta::new().with_payment_method_id(visa.clone()).with_swap_id(moved.id.expect("an id"));
    ann.logs_in(&ann.login(REGULAR_1, Swap, ann.form("", 0, "")).await.with_meta(meta)).await;
    let back = async || {
        ann.swaps()
            .await
            .pop()
            .filter(|swap| swap.payment_method.as_ref().is_some_and(|method| method.id == visa))
    };
    q2.until("the first card again, by logging in", back).await;
    ann.swap_becomes("completed").await;
    ann.heard(&[AC, S1, BC, BU, SWAPPED, SWAPPED, S1, SWAPPED]).await;
}

pub(super) async fn a_held_swap_goes_on_when_the_hold_is_fixed(q2: Q2) {
    let ann = q2.customer().await;
    let card = ann.adds(ann.card(VISA)).await;
    let auth = ann.logs_in(&ann.swap_login(REGULAR_1, &card, ann.form("", 0, "hold")).await).await;
    ann.swap_becomes("hold").await;
    q2.client.create_swap(&CreateSwap::new(auth.clone(), card)).await.refused();
    q2.client.fix_hold(&auth).await.granted();
    ann.swap_becomes("completed").await;
    ann.heard(&["auth.hold", AC, S1, SWAPPED]).await;
}

pub(super) async fn a_swap_that_cannot_be_made_is_refused(q2: Q2) {
    let (ann, bob) = (q2.customer().await, q2.customer().await);
    ann.links(REGULAR_1, "25.21", 18).await;
    let auth = ann.auth().await.id;
    let card = ann.adds(ann.card(VISA)).await;
    let bank = ann.adds(ann.account("9900000002")).await;
    let bobs = bob.adds(bob.card(VISA)).await;
    for (auth, method) in [
        (AuthId::from("nobody"), card.clone()),
        (auth.clone(), PaymentMethodId::from("nothing")),
        (auth.clone(), bank.clone()),
        (auth, bobs),
    ] {
        q2.client.create_swap(&CreateSwap::new(auth, method)).await.refused();
    }
    q2.client.create_auth(&ann.login(REGULAR_2, Swap, ann.form("", 0, "")).await).await.refused();
    q2.client.create_auth(&ann.swap_login(REGULAR_2, &bank, ann.form("", 0, "")).await).await.refused();
}

pub(super) async fn the_newest_key_is_one_of_at_most_two_and_opens_what_it_sealed(q2: Q2) {
    let latest = q2.client.latest_public_key().await.granted();
    same("by its id", &q2.client.public_key(&latest.key_id).await.granted(), &latest);
    let all = q2.client.list_public_keys().await.granted().keys;
    assert!(all.contains(&latest) && all.len() <= 2, "{all:?}");
    same("what for", latest.usage, Some(KeyUse::Enc));
    q2.customer().await; // the client seals every body with this key
}

pub(super) async fn an_old_key_opens_until_it_is_removed(q2: Q2) {
    let ann = q2.customer().await;
    let old = q2.client.latest_public_key().await.granted().key_id;
    q2.advance("P1D").await;
    let new = q2.sandbox().create_key(KeyUsage::Encryption).expect("room for a second key").key_id;
    same("the newest", q2.client.latest_public_key().await.granted().key_id.as_str(), new.as_str());
    q2.client.create_client(&CreateClient::new(&*ann.identifier)).await.granted(); // sealed with the old one
    q2.sandbox().remove_key(old.as_str()).expect("removed");
    q2.client.create_client(&CreateClient::new(&*ann.identifier)).await.refused();
    q2.client.public_key(&old).await.unknown();
}

pub(super) async fn unknown_things_are_not_found(q2: Q2) {
    let nobody = ClientId::from("nobody");
    q2.client.list_auths(&nobody).await.unknown();
    q2.client.list_bills(&nobody).await.unknown();
    q2.client.list_payment_methods(&nobody).await.unknown();
    q2.client.list_swaps(&nobody).await.unknown();
    q2.client.bill(&BillId::from("nothing")).await.unknown();
    q2.client.company(&CompanyId::from("nothing")).await.unknown();
    q2.client.public_key(&PublicKeyId::from("nothing")).await.unknown();
    let ann = q2.customer().await;
    assert!(
        ann.auths().await.is_empty()
            && ann.bills().await.is_empty()
            && ann.methods().await.is_empty()
            && ann.swaps().await.is_empty()
    );
}

pub(super) async fn a_wrong_or_unsigned_credential_opens_nothing(q2: Q2) {
    q2.client_of_key("no-such-key").list_categories().await.unauthorized();
    let unsigned = q2.client_of_key(q2.sandbox().api_key());
    unsigned.list_categories().await.unauthorized();
}
