//! Clients, their tokens, and companies.
//!
//! Source: Q2 Biller Direct description, sections 4.3, 4.5, 12.6 and 12.9.

use billwire::core::ErrorKind;
use billwire::models::scalar::{CardData, Secret};
use billwire::q2::AuthItem::Bill;
use billwire::q2::{
    CompanyStatus, CreateClient, CreateToken, GeoPoint, PaymentMethodId, PaymentMethodType, Product,
    RevokeTokens, Schedule, SearchCompanies, SyncCard, SyncClient, SyncToken, SyncedClient,
};
use billwire_sandbox::Rules;

use super::{DISCOVER, MASTERCARD, MFA_1, REGULAR_1, REGULAR_4, REGULAR_5, VISA};
use crate::stage::{Judged, Q2, same, user};

pub(super) async fn the_same_identifier_is_the_same_client(q2: Q2) {
    let ann = q2.customer().await;
    let again = q2.client.create_client(&CreateClient::new(&*ann.identifier)).await.granted();
    same("the same identifier, the same client", again.client_id, ann.id);
    let synced = SyncClient::new(CreateClient::new(&*ann.identifier));
    assert!(q2.client.sync_client(&synced).await.granted().client_id != q2.customer().await.id);
    q2.client.create_client(&CreateClient::new("")).await.refused();
}

pub(super) async fn a_sync_makes_client_token_and_cards_at_once_and_updates_what_it_knows(q2: Q2) {
    let ann = q2.customer().await;
    let card = |number: &str| {
        let (month, year) = (CardData::new("02"), CardData::new("2040"));
        SyncCard::new(CardData::new(number), month, year, "12345", "Demo Customer")
    };
    let sync = async |cards: [SyncCard; 2]| {
        let client = CreateClient::new(&*ann.identifier);
        let request = SyncClient::new(client).with_token(SyncToken::new()).with_cards(cards.into());
        q2.client.sync_client(&request).await.granted()
    };
    let first = sync([card(VISA).with_identifier("gold").with_set_as_default(true), card(MASTERCARD)]).await;
    same("the client that is there", &first.client_id, &ann.id);
    q2.client_of_token(first.sso_token.as_ref().expect("a token")).list_bills(&ann.id).await.granted();
    let second = sync([card(DISCOVER).with_identifier("gold"), card(MASTERCARD)]).await;
    let cards = |synced: &SyncedClient| -> Vec<PaymentMethodId> {
        synced.cards.iter().flatten().map(|card| card.payment_method_id.clone()).collect()
    };
    same("a known identifier is the same card", &cards(&second)[0], &cards(&first)[0]);
    assert!(cards(&second)[1] != cards(&first)[1], "without an identifier a card is added");
    let methods = ann.methods().await;
    let number = methods[0].card.as_ref().and_then(|card| card.number.as_deref());
    same("number, cards, default", (number, methods.len()), (Some("XXXX1117"), 3));
    same("it stays the default", ann.default_method().await, Some(cards(&first)[0].clone()));
}

pub(super) async fn a_client_token_opens_what_belongs_to_its_client_and_nothing_else(q2: Q2) {
    let (ann, bob) = (q2.customer().await, q2.customer().await);
    let bobs_bill = bob.links(REGULAR_1, "25.21", 18).await;
    let bobs_card = bob.adds(bob.card(VISA)).await;
    let token = q2.client.create_token(&CreateToken::new(&*ann.identifier)).await.granted().token;
    let anns = q2.client_of_token(&token);
    anns.list_bills(&ann.id).await.granted();
    anns.add_payment_method(&ann.card(VISA)).await.granted();
    anns.list_categories().await.granted();
    anns.list_bills(&bob.id).await.forbidden();
    anns.bill(&bobs_bill).await.forbidden();
    anns.pay_now(&bobs_bill).await.forbidden();
    anns.retry_payment_method(&bobs_card).await.forbidden();
    anns.create_client(&CreateClient::new("x")).await.not_sent(ErrorKind::CredentialNotAllowed);
    anns.list_public_keys().await.not_sent(ErrorKind::CredentialNotAllowed);
}

pub(super) async fn a_token_ends_when_it_is_used_up_or_revoked(q2: Q2) {
    let ann = q2.customer().await;
    let token = async |request: CreateToken| q2.client.create_token(&request).await.granted().token;
    let use_it = async |token: &Secret| q2.client_of_token(token).list_bills(&ann.id).await;
    let once = token(CreateToken::new(&*ann.identifier).with_nonce(true)).await;
    use_it(&once).await.granted();
    use_it(&once).await.unauthorized();
    let revoke = async |request: RevokeTokens| q2.client.revoke_tokens(&request).await.granted();
    let (one, two) =
        (token(CreateToken::new(&*ann.identifier)).await, token(CreateToken::new(&*ann.identifier)).await);
    revoke(RevokeTokens::for_token(one.clone())).await;
    use_it(&one).await.unauthorized();
    use_it(&two).await.granted();
    revoke(RevokeTokens::for_client(&*ann.identifier)).await;
    use_it(&two).await.unauthorized();
    revoke(RevokeTokens::for_client("nobody")).await;
    use_it(&token(CreateToken::new(&*ann.identifier)).await).await.granted();
}

pub(super) async fn a_token_lives_a_day_or_as_long_as_asked_for(q2: Q2) {
    let ann = q2.customer().await;
    let token = async |request: &CreateToken| q2.client.create_token(request).await.granted().token;
    let use_it = async |token: &Secret| q2.client_of_token(token).list_bills(&ann.id).await;
    let usual = token(&CreateToken::new(&*ann.identifier)).await;
    let until_midnight = CreateToken::new(&*ann.identifier).with_expiration(q2.day(1));
    let shorter = token(&until_midnight).await;
    q2.advance("PT11H59M").await;
    use_it(&shorter).await.granted();
    q2.advance("PT1M").await;
    use_it(&shorter).await.unauthorized();
    q2.client.create_token(&until_midnight).await.refused();
    q2.advance("PT11H59M").await;
    use_it(&usual).await.granted();
    q2.advance("PT1M").await;
    use_it(&usual).await.unauthorized();
}

pub(super) async fn companies_are_found_by_name_category_place_and_product(q2: Q2) {
    let search = SearchCompanies::new;
    let provo = || GeoPoint::new(40.233_845, -111.658_52);
    for (wanted, found) in [
        (search().with_query("regular COMPANY"), "Regular Company 1-5"),
        (search().with_query("Company 2"), "Regular Company 2, MFA Company 2"),
        (search().with_query("Netflix"), ""),
        (search().with_category("gas"), "Regular Company 2, Regular Company 3"),
        (search().with_category("gas").with_query("3"), "Regular Company 3"),
        (search().with_category("gas").with_geo(provo()), "Regular Company 2, Regular Company 3"),
        (search().with_category("electric").with_geo(provo()), "Regular Company 3"),
        (search().with_query("MFA").with_products(vec![Product::Cardswap]), "MFA Company 1, MFA Company 2"),
    ] {
        let answer = q2.client.search_companies(&wanted).await.granted();
        let names: Vec<&str> = answer.data.iter().map(|company| company.name.as_str()).collect();
        let five =
            "Regular Company 1, Regular Company 2, Regular Company 3, Regular Company 4, Regular Company 5";
        same("the companies", names.join(", ").replace(five, "Regular Company 1-5"), found.to_owned());
        same("no count without paging", answer.result_count, None);
    }
    for category in q2.client.list_categories().await.granted().data {
        let found = q2.client.search_companies(&search().with_category(&*category.kind)).await.granted();
        assert!(!found.data.is_empty(), "{category:?}");
    }
    for wrong in [search(), search().with_query(" "), search().with_products(vec![Product::Cardswap])] {
        q2.client.search_companies(&wrong).await.refused();
    }
}

pub(super) async fn pages_count_from_one_and_add_up_to_the_whole(q2: Q2) {
    let all = SearchCompanies::new().with_query("Regular Company");
    let page = async |size: u32, number: u32| {
        let page = all.clone().with_paginate_results(true).with_page_size(size).with_page_number(number);
        q2.client.search_companies(&page).await
    };
    let whole = q2.client.search_companies(&all).await.granted().data;
    let mut pages = Vec::new();
    for number in 1.. {
        let answer = page(2, number).await.granted();
        same("the count of all pages", answer.result_count, u32::try_from(whole.len()).ok());
        if answer.data.is_empty() {
            break;
        }
        pages.extend(answer.data);
    }
    same("the pages together", pages, whole.into_iter().collect());
    page(101, 1).await.refused();
    page(0, 1).await.refused();
    page(2, 0).await.refused();
}

pub(super) async fn a_company_says_what_it_wants(q2: Q2) {
    let found = q2.company(REGULAR_4).await;
    let read = q2.client.company(&found.id.clone().expect("an id")).await.granted();
    same("search and company", &read, &found);
    same("Regular Company 4", read.required_payment, Some(PaymentMethodType::Card));
    same("Regular Company 5", q2.company(REGULAR_5).await.schedule, Some(Schedule::OnDueDate));
    same("MFA Company 1", q2.company(MFA_1).await.user_presence_required, Some(true));
    let fields = read.auth.and_then(|login| login.login_fields).expect("a form");
    let names: Vec<_> = fields.iter().filter_map(|field| field.name.as_deref()).collect();
    same("the test companies' form", names, vec!["balance", "dueDate", "status"]);
    let listed = q2.client.list_swap_companies().await.granted();
    assert!(listed.data.iter().any(|company| company.id == found.id), "it supports card swaps");
}

pub(super) async fn a_company_in_maintenance_is_listed_and_takes_no_login(q2: Q2) {
    let ann = q2.customer().await;
    let login = ann.login(REGULAR_1, Bill, user("test")).await;
    let closed = Rules::default().with_companies_in_maintenance([login.company_id.to_string()]);
    q2.sandbox().set_rules(closed).expect("rules");
    same("it is found", q2.company(REGULAR_1).await.status, Some(CompanyStatus::Maintenance));
    q2.client.create_auth(&login).await.refused();
}
