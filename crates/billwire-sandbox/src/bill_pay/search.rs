//! Finding companies.

use super::World;
use super::company::{Company, Geo};
use crate::api_error::ApiError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    BillerDirect,
    CardSwap,
}

pub(crate) struct CompanySearch {
    pub(crate) query: Option<String>,
    pub(crate) category: Option<String>,
    /// Latitude and longitude in degrees.
    pub(crate) near: Option<(f64, f64)>,
    pub(crate) products: Vec<Product>,
    /// Without paging the page is checked but not used.
    pub(crate) page: Page,
    pub(crate) paginate: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct Page {
    pub(crate) size: u32,
    pub(crate) number: u32,
}

const NEAR_MILES: f64 = 50.0;

impl World {
    /// The companies of the asked page, and how many match on all pages.
    ///
    /// Source: Q2 Biller Direct description, sections 4.3.3 and 12.9 (rules inferred).
    pub(crate) fn search_companies(
        &self,
        search: &CompanySearch,
    ) -> Result<(Vec<&Company>, usize), ApiError> {
        check(search)?;
        let query = search.query.as_ref().map(|query| query.trim().to_lowercase());
        let named = |name: &str| query.as_ref().is_none_or(|query| name.contains(query));
        let (mut found, others): (Vec<_>, Vec<_>) = self
            .companies
            .named()
            .filter(|(company, name)| named(name) && fits(company, search))
            .partition(|(_, name)| query.as_ref().is_none_or(|query| name.starts_with(query)));
        // Those whose name begins with the query come first.
        found.extend(others);
        let mut found: Vec<&Company> = found.into_iter().map(|(company, _)| company).collect();
        if let Some(point) = search.near {
            let distance = |company: &Company| company.geo.map_or(f64::INFINITY, |geo| miles(point, geo));
            found.sort_by(|one, other| distance(one).total_cmp(&distance(other)));
        }
        let total = found.len();
        if search.paginate {
            let size = usize::try_from(search.page.size).unwrap_or(usize::MAX);
            let before = usize::try_from(search.page.number - 1).unwrap_or(usize::MAX).saturating_mul(size);
            found = found.into_iter().skip(before).take(size).collect();
        }
        Ok((found, total))
    }
}

impl World {
    /// The categories that companies have, with the name to show, in the order of the companies.
    pub(crate) fn categories(&self) -> Vec<(&'static str, String)> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        for kind in self.companies.all().iter().flat_map(|company| company.categories) {
            if !found.iter().any(|(known, _)| known == kind) {
                let (first, rest) = kind.split_at(1);
                found.push((kind, format!("{}{rest}", first.to_uppercase())));
            }
        }
        found
    }
}

fn check(search: &CompanySearch) -> Result<(), ApiError> {
    let has_query = search.query.as_ref().is_some_and(|query| !query.trim().is_empty());
    if !has_query && search.category.is_none() && search.near.is_none() {
        return Err(ApiError::bad_request("Please provide a query, a category or a geo."));
    }
    if let Some((latitude, longitude)) = search.near
        && !((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
    {
        return Err(ApiError::bad_request("geo.lat lies between -90 and 90, geo.lng between -180 and 180."));
    }
    if !(1..=100).contains(&search.page.size) {
        return Err(ApiError::bad_request("pageSize lies between 1 and 100."));
    }
    if search.page.number == 0 {
        return Err(ApiError::bad_request("pageNumber starts at 1."));
    }
    Ok(())
}

fn fits(company: &Company, search: &CompanySearch) -> bool {
    search.category.as_ref().is_none_or(|category| company.categories.contains(&category.as_str()))
        && search.products.iter().all(|product| company.products.contains(product))
        && search.near.is_none_or(|point| company.geo.is_none_or(|geo| miles(point, geo) <= NEAR_MILES))
}

/// The great-circle distance in miles.
fn miles((latitude, longitude): (f64, f64), geo: Geo) -> f64 {
    const EARTH_RADIUS_MILES: f64 = 3958.8;
    let (from, to) = (latitude.to_radians(), geo.latitude.to_radians());
    let half_latitude = ((to - from) / 2.0).sin();
    let half_longitude = ((geo.longitude - longitude).to_radians() / 2.0).sin();
    let chord = half_latitude.powi(2) + from.cos() * to.cos() * half_longitude.powi(2);
    2.0 * EARTH_RADIUS_MILES * chord.sqrt().min(1.0).asin()
}
