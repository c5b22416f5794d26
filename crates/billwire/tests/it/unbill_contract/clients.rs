//! Clients, their tokens, the key, and companies.
//!
//! Source: Unbill v1 description, sections 2, 4.3, 4.5 and 10.

use billwire::models::scalar::Secret;
use billwire::unbill::{CreateClient, CreateToken, GeoPoint, SearchCompanies};

use super::REGULAR_1;
use super::stage::Unbill;
use crate::judge::{Judged, same};

pub(super) async fn the_same_identifier_is_the_same_client(unbill: Unbill) {
    let ann = unbill.customer().await;
    let again = unbill.client.create_client(&CreateClient::new(&*ann.identifier)).await.granted();
    same("the same identifier, the same client", again.client_id, ann.id);
    assert!(again_is_another(&unbill).await, "another identifier is another client");
    unbill.client.create_client(&CreateClient::new("")).await.refused();
}

async fn again_is_another(unbill: &Unbill) -> bool {
    let (ann, bob) = (unbill.customer().await, unbill.customer().await);
    ann.id != bob.id
}

pub(super) async fn a_token_is_for_one_use_unless_the_request_says_otherwise(unbill: Unbill) {
    let once = unbill.client.create_token(&CreateToken::one_time("somebody new")).await.granted().token;
    let known = unbill.client.create_client(&CreateClient::new("somebody new")).await.granted().client_id;
    same("its first use", unbill.uses(&once).await, Ok(known.clone()));
    same("its second use", unbill.uses(&once).await, Err(400));
    let often = unbill.client.create_token(&CreateToken::reusable("somebody new")).await.granted().token;
    for _ in 0..3 {
        same("every use", unbill.uses(&often).await, Ok(known.clone()));
    }
    same("no token", unbill.uses(&Secret::new("nothing")).await, Err(400));
    unbill.client.create_token(&CreateToken::one_time("")).await.refused();
}

pub(super) async fn every_key_but_the_right_one_is_refused(unbill: Unbill) {
    let stranger = unbill.client_of_key("somebody-elses-key");
    stranger.list_categories().await.unauthorized();
    stranger.create_client(&CreateClient::new("a")).await.unauthorized();
}

pub(super) async fn companies_are_found_by_name_category_and_place_all_at_once(unbill: Unbill) {
    let company = unbill.company(REGULAR_1).await;
    let categories = unbill.client.list_categories().await.granted().data;
    assert!(categories.iter().all(|category| category.image.is_some()), "each has an image");
    let mut found = Vec::new();
    for category in &categories {
        let search = SearchCompanies::new().with_category(&*category.kind);
        found.extend(unbill.client.search_companies(&search).await.granted().data);
    }
    assert!(found.iter().any(|found| found.id == company.id), "every company has a category");
    let place = company.geo.as_ref().and_then(|geo| Some(GeoPoint::new(geo.lat?, geo.lng?)));
    let near = SearchCompanies::new().with_geo(place.expect("a test company is somewhere"));
    let near = unbill.client.search_companies(&near).await.granted().data;
    assert!(near.iter().any(|found| found.id == company.id), "it is where it says");
    let nothing = SearchCompanies::new().with_query("no company is called so");
    assert!(unbill.client.search_companies(&nothing).await.granted().data.is_empty());
    unbill.client.search_companies(&SearchCompanies::new()).await.refused();
}

pub(super) async fn a_company_says_what_it_wants(unbill: Unbill) {
    let listed = unbill.company(REGULAR_1).await;
    let id = listed.id.clone().expect("an id");
    let company = unbill.client.company(&id).await.granted();
    same("the same as in the list", (&company.id, &company.name), (&listed.id, &listed.name));
    let fields = company.auth.and_then(|auth| auth.login_fields).unwrap_or_default();
    assert!(!fields.is_empty(), "what to ask the user for");
    unbill.client.company(&"nothing".into()).await.unknown();
}
