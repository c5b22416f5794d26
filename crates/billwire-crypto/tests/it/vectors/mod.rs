//! The published vectors, valid and invalid. A member of the files that nothing here looks at fails the test.

mod message_security;
mod tracked;
mod webhooks;

use tracked::Vectors;

use crate::support::PROVIDERS;

#[test]
fn every_vector_passes_and_no_member_is_left_out() {
    let mut counts = Vec::new();
    for provider in PROVIDERS {
        let vectors = Vectors::load("q2-message-security.json");
        message_security::check(&vectors.root(), provider);
        let message_security = vectors.finish();

        let vectors = Vectors::load("q2-webhooks.json");
        webhooks::check(&vectors.root(), provider);
        counts.push(message_security + vectors.finish());
    }
    assert_eq!(counts.first(), counts.last(), "both providers see the same vectors");
    let count = counts.first().unwrap();
    // `cargo xtask test` repeats this line at its end.
    println!("figure: vectors exercised: {count} on {} providers", PROVIDERS.len());
}

#[test]
fn a_member_that_is_left_out_is_noticed() {
    let vectors = Vectors::load("q2-webhooks.json");
    webhooks::check(&vectors.root(), PROVIDERS[0]);
    let mut document = vectors.document().clone();
    document["signature_jwt"]["valid"][0]["surprise"] = serde_json::json!({"deep": ["x"]});
    let vectors = Vectors::from_document(document);
    webhooks::check(&vectors.root(), PROVIDERS[0]);
    assert_eq!(vectors.left_out(), ["/signature_jwt/valid/0/surprise/deep/0"]);
}
