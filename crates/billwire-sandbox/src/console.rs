//! The page a person sees who opens the sandbox in a browser.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Response, header};
use http_body_util::Full;

use crate::control;
use crate::http_body::Answer;
use crate::info::{self, CompanyInfo, Info};
use crate::shared::Shared;

pub(crate) fn page(shared: &Shared) -> Answer {
    let info = info::of(shared);
    let mut apis = String::new();
    for (name, value) in facts(&info) {
        let _ = writeln!(apis, "<tr><td>{name}</td><td><code>{}</code></td></tr>", escape(&value));
    }
    let mut companies = String::new();
    for (api, company) in test_companies(&info) {
        let _ = writeln!(
            companies,
            "<tr><td>{api}</td><td>{}</td><td><code>{}</code></td></tr>",
            escape(&company.name),
            escape(&company.id)
        );
    }
    let mut routes = String::new();
    for (method, path, what) in control::routes() {
        let _ = writeln!(
            routes,
            "<tr><td><code>{method} {}</code></td><td>{}</td></tr>",
            escape(path),
            escape(what)
        );
    }
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>billwire sandbox</title>\n\
         <style>body{{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}\
         td{{padding:0 1rem 0 0;vertical-align:top}}</style></head><body>\n\
         <h1>billwire sandbox {version}</h1>\n\
         <p>No money moves here. Everything below is test data, worthless anywhere else.</p>\n\
         <table>\n\
         {apis}\
         <tr><td>Virtual time</td><td>{now} ({mode:?})</td></tr>\n\
         <tr><td>Seed</td><td>{seed}</td></tr>\n\
         </table>\n\
         <h2>Companies</h2>\n<table>\n{companies}</table>\n\
         <h2>Control API</h2>\n<table>\n{routes}</table>\n\
         </body></html>\n",
        version = escape(&info.version),
        now = info.now,
        mode = info.clock_mode,
        seed = info.seed,
    );
    let mut answer = Response::new(Full::new(Bytes::from(html)));
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    answer
}

/// Addresses and credentials of the APIs that are compiled in.
fn facts(info: &Info) -> Vec<(&'static str, String)> {
    vec![
        #[cfg(feature = "q2")]
        ("Q2 API", info.urls.q2.clone()),
        #[cfg(feature = "q2")]
        ("API key", info.credentials.q2_api_keys.join(", ")),
        #[cfg(feature = "q2")]
        ("Partner id", info.credentials.q2_partner_id.clone()),
        #[cfg(feature = "unbill")]
        ("Unbill API", info.urls.unbill.clone()),
        #[cfg(feature = "unbill")]
        ("API key of Unbill", info.credentials.unbill_api_keys.join(", ")),
    ]
}

fn test_companies(info: &Info) -> Vec<(&'static str, CompanyInfo)> {
    let lists: &[(&'static str, &[CompanyInfo])] = &[
        #[cfg(feature = "q2")]
        ("Q2", &info.companies),
        #[cfg(feature = "unbill")]
        ("Unbill", &info.unbill.companies),
    ];
    lists.iter().flat_map(|(api, list)| list.iter().map(|company| (*api, company.clone()))).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
