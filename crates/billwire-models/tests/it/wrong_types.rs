//! Every documented answer with every one of its values replaced by one of another type: nothing panics, no report
//! quotes what came, and a list loses the one element at most.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use billwire_models::q2::behaviour::EventBody;
use billwire_models::q2::{
    Acknowledgement, AuthList, BillList, BillWithPayments, CategoryList, Company, CompanyList, CreatedClient,
    CreatedPaymentMethod, CreatedToken, Jwk, JwkSet, PartnerBillList, PaymentMethodList, QueuedAuth,
    SwapList, SyncedClient, operations,
};
use billwire_models::scalar::Answer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What takes the place of a value. The marker must never be seen again.
fn replacements() -> [Value; 9] {
    let deep = (0..100).fold(json!("MARKER-4111"), |inner, _| json!([inner]));
    [
        Value::Null,
        json!(true),
        json!(4_111_999_777_i64),
        json!(-4_111_999_777.5),
        json!("MARKER-4111"),
        json!([]),
        json!(["MARKER-4111"]),
        json!({"MARKER-4111": "MARKER-4111"}),
        deep,
    ]
}

/// The JSON pointers of every value inside `value`, itself excluded.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (name, value) in members {
        let at = format!("{at}/{name}");
        pointers(value, &at, found);
        found.push(at);
    }
}

/// Every document that differs from `original` in the type of one value, with the place of that value.
fn mutants(original: &Value) -> Vec<(String, Value)> {
    let mut places = Vec::new();
    pointers(original, "", &mut places);
    let mut mutants = Vec::new();
    for place in places {
        for replacement in replacements() {
            let mut mutant = original.clone();
            *mutant.pointer_mut(&place).expect("a place of the original") = replacement;
            mutants.push((place.clone(), mutant));
        }
    }
    mutants
}

/// Decodes, and where that works prints and writes back. Gives the number of elements of the list in `data` that
/// survived, if decoding worked.
fn survives<T>(json: &str) -> Option<usize>
where
    T: DeserializeOwned + Serialize + Answer + Debug + PartialEq,
{
    let decoded: T = serde_json::from_str(json).ok()?;
    decoded.visit_rejected(&billwire_models::scalar::Path::root(), &mut |path, rejected| {
        let report = format!("{path} {rejected} {rejected:?}");
        assert!(!report.contains("4111"), "the report quotes what came: {report}");
    });
    let _ = format!("{decoded:?}");
    let written = serde_json::to_value(&decoded).expect("models serialise");
    let again: T = serde_json::from_value(written.clone()).expect("what is written can be read");
    assert_eq!(serde_json::to_value(&again).expect("models serialise"), written);
    Some(written.get("data").and_then(Value::as_array).map_or(0, Vec::len))
}

fn survivors_of(answer: &str, json: &str) -> Option<usize> {
    match answer {
        "Acknowledgement" => survives::<Acknowledgement>(json),
        "AuthList" => survives::<AuthList>(json),
        "BillList" => survives::<BillList>(json),
        "BillWithPayments" => survives::<BillWithPayments>(json),
        "CategoryList" => survives::<CategoryList>(json),
        "Company" => survives::<Company>(json),
        "CompanyList" => survives::<CompanyList>(json),
        "CreatedClient" => survives::<CreatedClient>(json),
        "CreatedPaymentMethod" => survives::<CreatedPaymentMethod>(json),
        "CreatedToken" => survives::<CreatedToken>(json),
        "Jwk" => survives::<Jwk>(json),
        "JwkSet" => survives::<JwkSet>(json),
        "PartnerBillList" => survives::<PartnerBillList>(json),
        "PaymentMethodList" => survives::<PaymentMethodList>(json),
        "QueuedAuth" => survives::<QueuedAuth>(json),
        "SwapList" => survives::<SwapList>(json),
        "SyncedClient" => survives::<SyncedClient>(json),
        other => unreachable!("add {other} to this table"),
    }
}

/// Name and text of every fixture whose name contains `part`.
fn fixtures(part: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/q2_examples/fixtures");
    let mut fixtures: Vec<(String, Value)> = fs::read_dir(folder)
        .expect("the folder of fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)))
        .filter(|(name, _)| name.contains(part))
        .map(|(name, path)| {
            let text = fs::read_to_string(path).expect("a fixture");
            (name, serde_json::from_str(&text).expect("fixtures are JSON"))
        })
        .collect();
    fixtures.sort_by(|one, other| one.0.cmp(&other.0));
    fixtures
}

fn snake_case(operation_id: &str) -> String {
    let mut name = String::new();
    for letter in operation_id.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[test]
fn no_wrong_type_in_an_answer_panics_or_loses_a_list() {
    let (mut tried, mut lists) = (0, 0);
    for operation in operations::ALL {
        let prefix = format!("{}.answer.", snake_case(operation.id));
        let examples = fixtures(&prefix);
        assert!(!examples.is_empty(), "{prefix} has an example");
        for (name, original) in examples {
            let whole = survivors_of(operation.answer, &original.to_string()).expect("the example decodes");
            let is_list = original["data"].is_array();
            for (place, mutant) in mutants(&original) {
                let survivors = survivors_of(operation.answer, &mutant.to_string());
                tried += 1;
                if is_list && place.starts_with("/data/") {
                    let left =
                        survivors.unwrap_or_else(|| unreachable!("{name}: {place} lost the whole list"));
                    assert!(left + 1 >= whole, "{name}: {place} left {left} of {whole}");
                    lists += 1;
                }
            }
        }
    }
    assert!(tried > 3000 && lists > 1000, "{tried} documents, {lists} of them lists");
}

#[test]
fn no_wrong_type_in_an_event_loses_it_while_it_has_an_id_and_a_type() {
    let mut kept = 0;
    for (name, original) in fixtures("event.") {
        let inner = if original["event"].is_object() { "/event" } else { "" };
        for (place, mutant) in mutants(&original) {
            let event = EventBody::decode(mutant.to_string().as_bytes()).and_then(EventBody::into_event);
            let identity = mutant.pointer(inner).unwrap_or(&mutant);
            let has_identity = |member: &str| identity[member].as_str().is_some_and(|text| !text.is_empty());
            if place == inner || !(has_identity("_id") && has_identity("type")) {
                continue;
            }
            let event = event.unwrap_or_else(|error| unreachable!("{name}: {place} lost the event: {error}"));
            assert_eq!(event.id.as_str(), identity["_id"]);
            let shown = format!("{event:?}");
            let may_show = ["_id", "type", "clientId", "partnerId", "sessionId"]
                .iter()
                .any(|member| place == format!("{inner}/{member}"))
                || place.contains("/payload/");
            assert!(may_show || !shown.contains("4111"), "{name}: {place} is printed: {shown}");
            let _ = serde_json::to_string(&event).expect("events serialise");
            kept += 1;
        }
    }
    assert!(kept > 1000, "{kept} events");
}
