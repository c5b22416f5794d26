//! Lists that are too long for one answer, or for the memory.

use std::hash::{Hash as _, Hasher};

use billwire_models::q2::{Company, CompanyList, PartnerBill, PartnerId, SearchCompanies, operations};
use billwire_models::scalar;

use super::scope::Scope;
use super::{Client, calls};
use crate::call::Call;
use crate::client;
use crate::error::{Error, ErrorKind};
use crate::paging::{Pages, Paging, Turn};
use crate::stream::Elements;

/// Companies on a page unless the search says otherwise; the service's own default is 25.
const DEFAULT_PAGE_SIZE: u32 = 100;
/// Source: Q2 Biller Direct description, section 4.3.3 "POST /company/search: search companies".
const LARGEST_PAGE: u32 = 100;

impl Client {
    /// Every active bill of a partner with its payments, one after the other, without holding the list.
    ///
    /// The list has no pages and grows with the number of customers. The bills are given as they arrive; see [`Elements`]
    /// for what is repeated, how long is waited, and what an error means. For a list that is known to be short there is
    /// [`Client::list_bills_by_partner`].
    ///
    /// ```
    /// use billwire_core::{Element, Error, q2::Client};
    /// use billwire_models::q2::PartnerId;
    ///
    /// async fn count(client: &Client, partner_id: &PartnerId) -> Result<usize, Error> {
    ///     let mut bills = client.bills_of_partner(partner_id);
    ///     let mut count = 0;
    ///     while let Some(element) = bills.try_next().await? {
    ///         match element {
    ///             Element::Decoded(_) => count += 1,
    ///             Element::Rejected(rejected) => println!("could not be read: {}", rejected.path()),
    ///         }
    ///     }
    ///     Ok(count)
    /// }
    /// ```
    ///
    /// Sends `GET /bill/listByPartner/{partnerId}` with the API key.
    ///
    /// Source: Q2 Biller Direct description, section 4.2.3 "GET /bill/listByPartner/{partnerId}: list a partner's active
    /// bills".
    pub fn bills_of_partner(&self, partner_id: &PartnerId) -> Elements<PartnerBill> {
        self.elements(calls::list_bills_by_partner(partner_id), "data")
    }
}

impl<S: Scope> Client<S> {
    /// The companies that `search` finds, in pages: asked for page by page, or with
    /// [`into_items`](Pages::into_items) company by company.
    ///
    /// The size of a page is the search's, 1 to 100, and 100 if it names none. The first page is the search's
    /// `page_number`, or 1. `paginate_results` is always sent as `true`. The list ends with an empty page, or when as many
    /// companies came as the service counts. For all companies in one answer there is [`Client::search_companies`].
    ///
    /// ```
    /// use billwire_core::{Error, q2::Client};
    /// use billwire_models::q2::SearchCompanies;
    ///
    /// async fn names(client: &Client) -> Result<Vec<String>, Error> {
    ///     let mut companies = client.companies(SearchCompanies::new().with_query("water")).into_items();
    ///     let mut names = Vec::new();
    ///     while let Some(element) = companies.try_next().await? {
    ///         names.extend(element.decoded().map(|company| company.name));
    ///     }
    ///     Ok(names)
    /// }
    /// ```
    ///
    /// Sends `POST /company/search` with the API key or a client token, once for each page.
    ///
    /// Source: Q2 Biller Direct description, section 4.3.3 "POST /company/search: search companies", section 12.9 "Company
    /// search" and section 3.2 "Trap table", trap T4.
    pub fn companies(&self, search: SearchCompanies) -> Pages<CompanySearch> {
        client::pages(self, CompanySearch::new(search))
    }
}

/// The paging of the company search: by page number, with a count of all matches.
#[derive(Clone, Debug)]
pub struct CompanySearch {
    search: SearchCompanies,
    page_size: u32,
    page_number: u32,
    /// How many companies stand before the next page, those of pages that were left out included.
    passed: u64,
}

impl CompanySearch {
    fn new(search: SearchCompanies) -> Self {
        let page_size = search.page_size.unwrap_or(DEFAULT_PAGE_SIZE);
        let page_number = search.page_number.unwrap_or(1);
        let passed = u64::from(page_number.saturating_sub(1)) * u64::from(page_size);
        Self { search, page_size, page_number, passed }
    }
}

impl Paging for CompanySearch {
    type Page = CompanyList;
    type Item = Company;

    const MEMBER: &'static str = "data";

    fn call(&self) -> Result<Call<CompanyList>, Error> {
        let refused = |reason: String| {
            Err(Error::new(ErrorKind::InvalidRequest, reason).with_operation(&operations::SEARCH_COMPANIES))
        };
        if !(1..=LARGEST_PAGE).contains(&self.page_size) {
            return refused(format!("a page has 1 to {LARGEST_PAGE} companies, not {}", self.page_size));
        }
        if self.page_number == 0 {
            return refused("the first page has the number 1, not 0".to_owned());
        }
        let search = self.search.clone().with_paginate_results(true);
        calls::search_companies(&search.with_page_size(self.page_size).with_page_number(self.page_number))
    }

    fn turn(&mut self, page: &CompanyList) -> Turn {
        let count = page.data.items.len() + page.data.rejected.len() + page.data.unreported;
        self.passed = self.passed.saturating_add(count as u64);
        let Some(next) = self.page_number.checked_add(1) else { return Turn::Last };
        self.page_number = next;
        let is_last = match page.result_count {
            _ if count == 0 => true,
            Some(total) => self.passed >= u64::from(total),
            // No count and more than a page: the service does not page, and that was everything.
            None => count > self.page_size as usize,
        };
        if is_last { Turn::Last } else { Turn::More }
    }

    fn mark(page: &CompanyList, hasher: &mut impl Hasher) {
        for company in &page.data {
            match &company.id {
                Some(id) => id.as_str().hash(hasher),
                None => serde_json::to_string(company).ok().hash(hasher),
            }
        }
        for rejected in &page.data.rejected {
            rejected.json().hash(hasher);
        }
    }

    fn items(page: CompanyList) -> scalar::List<Company> {
        page.data
    }
}
