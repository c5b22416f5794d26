//! Where companies are and people live: real towns, so that a search by place finds what a map would show.

use crate::bill_pay::Geo;

pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) geo: Geo,
}

const fn place(
    city: &'static str,
    (state_short, state_long): (&'static str, &'static str),
    zipcode: &'static str,
    latitude: f64,
    longitude: f64,
) -> Place {
    Place { city, geo: Geo { latitude, longitude, state_short, state_long, zipcode } }
}

pub(super) const PLACES: [Place; 12] = [
    place("Huntsville", ("TX", "Texas"), "77340", 30.7, -95.53),
    place("Provo", ("UT", "Utah"), "84601", 40.233_845, -111.658_52),
    place("Austin", ("TX", "Texas"), "78701", 30.271_13, -97.743_70),
    place("Portland", ("OR", "Oregon"), "97201", 45.507_85, -122.690_64),
    place("Boise", ("ID", "Idaho"), "83702", 43.631_98, -116.211_35),
    place("Madison", ("WI", "Wisconsin"), "53703", 43.077_93, -89.376_11),
    place("Columbus", ("OH", "Ohio"), "43215", 39.966_89, -83.012_52),
    place("Raleigh", ("NC", "North Carolina"), "27601", 35.773_68, -78.634_37),
    place("Tampa", ("FL", "Florida"), "33602", 27.953_93, -82.456_54),
    place("Albany", ("NY", "New York"), "12207", 42.658_51, -73.748_32),
    place("Denver", ("CO", "Colorado"), "80202", 39.749_35, -104.995_17),
    place("Spokane", ("WA", "Washington"), "99201", 47.663_88, -117.432_64),
];
