//! The page a person sees who opens the sandbox in a browser.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Response, header};
use http_body_util::Full;

use crate::control::ROUTES;
use crate::http_body::Answer;
use crate::info;
use crate::shared::Shared;

pub(crate) fn page(shared: &Shared) -> Answer {
    let info = info::of(shared);
    let mut companies = String::new();
    for company in &info.companies {
        let _ = writeln!(
            companies,
            "<tr><td>{}</td><td><code>{}</code></td></tr>",
            escape(&company.name),
            escape(&company.id)
        );
    }
    let mut routes = String::new();
    for (method, path, what) in ROUTES {
        let _ = writeln!(
            routes,
            "<tr><td><code>{method} {}</code></td><td>{}</td></tr>",
            escape(path),
            escape(what)
        );
    }
    let keys: Vec<String> = info.credentials.q2_api_keys.iter().map(|key| escape(key)).collect();
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>billwire sandbox</title>\n\
         <style>body{{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}\
         td{{padding:0 1rem 0 0;vertical-align:top}}</style></head><body>\n\
         <h1>billwire sandbox {version}</h1>\n\
         <p>No money moves here. Everything below is test data, worthless anywhere else.</p>\n\
         <table>\n\
         <tr><td>Q2 API</td><td><code>{q2}</code></td></tr>\n\
         <tr><td>API key</td><td><code>{keys}</code></td></tr>\n\
         <tr><td>Partner id</td><td><code>{partner}</code></td></tr>\n\
         <tr><td>Virtual time</td><td>{now} ({mode:?})</td></tr>\n\
         <tr><td>Seed</td><td>{seed}</td></tr>\n\
         </table>\n\
         <h2>Companies</h2>\n<table>\n{companies}</table>\n\
         <h2>Control API</h2>\n<table>\n{routes}</table>\n\
         </body></html>\n",
        version = escape(&info.version),
        q2 = escape(&info.urls.q2),
        keys = keys.join(", "),
        partner = escape(&info.credentials.q2_partner_id),
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

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
