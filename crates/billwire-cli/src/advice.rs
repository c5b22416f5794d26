//! What to do about a failed call, in the words of the command. The core speaks to programs, so where it names what only a
//! program has, the command names its option.

use billwire::core::{self, ErrorKind, IdempotencyKey};
use billwire::models::operation::{self, Operation, Safety};

use crate::api;
use crate::commands::export;

/// What only a program has, and the advice of the command in its place. The first that fits is taken.
const IN_ITS_PLACE: &[(&str, &str)] = &[
    (
        "with_max_stream_bytes",
        "the list is longer than the command reads: report it, if the service means it",
    ),
    (
        "with_max_element_bytes",
        "one element is larger than the command holds: report it to the service's support",
    ),
    (
        "with_max_response_bytes",
        "the answer is larger than the command holds: ask for less, or for a page with --limit",
    ),
    (
        "with_max_pages",
        "do not take what came for the whole list: narrow the search, or ask for single pages",
    ),
    ("with_timeout", "give a longer --timeout"),
    ("with_idempotency_key", "leave --idempotency-key out"),
    ("IdempotencyKey::generate", "give a version 4 UUID, or leave --idempotency-key out"),
    (
        "with_payload_encryption",
        "give the service's public key with --encryption-key and --encryption-key-id",
    ),
    ("with_key_id", "give the id that the service gave the key with --encryption-key-id"),
    (
        "Environment::",
        "give --environment sandbox or --environment production for the vendor's hosts, and no other address;\n\
         any other address takes sandbox credentials unless --environment production is given",
    ),
];

/// The advice for `error`: one or more whole lines.
pub(crate) fn of(error: &core::Error) -> String {
    if let Some(advice) = going_on_with_the_key(error) {
        return advice;
    }
    let is_exported = error.operation().is_some_and(export::gives_the_same);
    if error.kind() == ErrorKind::AnswerTooLarge && is_exported {
        return format!("use `{}`, which writes the list to a file while it arrives", export::WORDS);
    }
    let advice = error.advice();
    let command = IN_ITS_PLACE.iter().find(|(term, _)| advice.contains(term));
    command.map_or(advice, |(_, words)| *words).to_owned()
}

/// Whether twice has the effect of once only if both carry the same key.
pub(crate) fn needs_its_key(operation: &Operation) -> bool {
    let is_honoured = operation.idempotency_key == Some(operation::IdempotencyKey::Honoured);
    operation.safety == Safety::Idempotent && is_honoured
}

/// How long the service remembers the key of `operation`, as an adverbial.
pub(crate) fn key_life(operation: &Operation) -> &'static str {
    api::of(operation.api).map_or("soon", |entry| entry.key_life)
}

/// How to repeat a call with the key that it had.
pub(crate) fn with_key(operation: &Operation, key: &IdempotencyKey) -> String {
    format!(
        "repeat it with --idempotency-key {key}, {}: then it has the effect of once\n\
         without that key it is another call, with an effect of its own",
        key_life(operation)
    )
}

/// For a call that may have been carried out, and that its key makes safe to repeat.
fn going_on_with_the_key(error: &core::Error) -> Option<String> {
    let operation = error.operation().filter(|operation| needs_its_key(operation))?;
    if !error.may_have_taken_effect() || error.kind() == ErrorKind::Redirected {
        return None;
    }
    let advice = with_key(operation, error.idempotency_key()?);
    Some(if error.is_retryable() { advice } else { format!("when the cause is mended, {advice}") })
}
