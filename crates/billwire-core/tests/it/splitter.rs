//! The splitter gives the same elements as `serde_json`, wherever the pieces of an answer end.

use billwire_core::splitter::Splitter;
use billwire_core::{Error, ErrorKind};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The elements of `pieces`, one after the other, and the error that ended it, if one did.
fn split(pieces: &[&[u8]], max_element_bytes: usize) -> (Vec<String>, Option<Error>) {
    let mut splitter = Splitter::new("data", max_element_bytes);
    let mut found = Vec::new();
    for piece in pieces {
        splitter.feed(piece.to_vec());
        loop {
            match splitter.next_element() {
                Ok(Some(element)) => found.push(String::from_utf8(element.to_vec()).expect("UTF-8")),
                Ok(None) => break,
                Err(error) => return (found, Some(error)),
            }
        }
    }
    let end = splitter.finish().err();
    (found, end)
}

/// What `serde_json` finds, or `None` if the text is not such an answer.
fn expected(text: &[u8]) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Answer {
        data: Vec<Box<RawValue>>,
    }
    let text = std::str::from_utf8(text).ok()?;
    let answer: Answer = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    Some(answer.data.iter().map(|element| element.get().to_owned()).collect())
}

fn refused(text: &str, kind: ErrorKind, reason: &str) {
    for size in [1, 3, text.len().max(1)] {
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        let (_, error) = split(&pieces, 1000);
        let error = error.expect(reason);
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(error.reason().contains(reason), "{text}: {error}");
    }
}

/// Everything that JSON has, with the list in the middle and traps around it.
const DOCUMENT: &str = r#" {"extra" : {"data": [1, "]", {"data": []}]}, "d\u0061tum": -0.5e+7, "é\"": "\\\"},[",
    "d\u0061ta" : [ {"a": [1, 2, {"b": "}],\""}]} ,"x",  -12.5E-3,true ,null, [] ,{}, "\ud83d\ude00 😀 é", 0 ]
    , "resultCount": 9, "more": [[[]]], "": false } "#;

#[test]
fn every_split_of_a_document_gives_the_same_elements() {
    let expected = expected(DOCUMENT.as_bytes()).expect("a document");
    assert_eq!(expected.len(), 9);
    let text = DOCUMENT.as_bytes();
    for cut in 0..=text.len() {
        for second in [cut, (cut + 7).min(text.len()), text.len()] {
            let pieces = [&text[..cut], &text[cut..second], &text[second..]];
            let (found, error) = split(&pieces, 1000);
            assert!(error.is_none(), "{cut}: {error:?}");
            assert_eq!(found, expected, "cut at {cut} and {second}");
        }
    }
    let bytes: Vec<&[u8]> = text.chunks(1).collect();
    assert_eq!(split(&bytes, 1000).0, expected);
}

#[test]
fn a_document_that_is_cut_off_gives_its_first_elements_and_an_error() {
    let expected = expected(DOCUMENT.as_bytes()).expect("a document");
    let text = DOCUMENT.trim_end().as_bytes();
    for end in 0..text.len() {
        let (found, error) = split(&[&text[..end]], 1000);
        let error = error.expect("it is cut off");
        assert_eq!(error.kind(), ErrorKind::UnreadableAnswer, "{error}");
        assert!(error.reason().contains("ends in the middle"), "{end}: {error}");
        assert_eq!(found, expected[..found.len()], "{end}");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over_at_the_start_only() {
    let text = "\u{feff}{\"data\":[1]}".as_bytes();
    for cut in 0..text.len() {
        let (found, error) = split(&[&text[..cut], &text[cut..]], 1000);
        assert!(error.is_none(), "{cut}: {error:?}");
        assert_eq!(found, ["1"]);
    }
    refused("{\u{feff}\"data\":[1]}", ErrorKind::UnreadableAnswer, "not JSON");
    assert!(split(&[b"\xef\xbb{\"data\":[]}"], 1000).1.is_some());
    assert!(split(&[b"\xef", b"{\"data\":[]}"], 1000).1.is_some());
}

#[test]
fn what_is_not_such_an_answer_is_refused() {
    let unreadable = ErrorKind::UnreadableAnswer;
    refused("", unreadable, "ends in the middle");
    refused("[]", unreadable, "not an object");
    refused("\"data\"", unreadable, "not an object");
    refused("<html>", unreadable, "not JSON");
    refused("{}", unreadable, "no list `data`");
    refused(r#"{"date":[1]}"#, unreadable, "no list `data`");
    refused(r#"{"dat":[1],"data2":[1],"a":{"data":[1]}}"#, unreadable, "no list `data`");
    refused(r#"{"data":null}"#, unreadable, "no list `data`");
    for value in ["{}", "17", "\"[1]\"", "true"] {
        refused(&format!(r#"{{"data":{value}}}"#), unreadable, "is not a list");
    }
    refused(r#"{"data":[1],"data":[2]}"#, unreadable, "twice");
    refused(r#"{"data":[1]} x"#, unreadable, "not JSON");
    refused(r#"{"data":[1,]}"#, unreadable, "not JSON");
    refused(r#"{"data":[1 2]}"#, unreadable, "not JSON");
    refused(r#"{"data":[tru]}"#, unreadable, "not JSON");
    refused(r#"{"data":[1],"more":nonsense}"#, unreadable, "not JSON");
    refused(&format!(r#"{{"data":[{}"#, "[".repeat(500)), unreadable, "nested more than 127 deep");
    refused(&format!(r#"{{"x":{}"#, "[".repeat(500)), unreadable, "nested more than 127 deep");
    let (found, error) = split(&[b"{\"data\":[1, \"\xff\"]}"], 1000);
    assert_eq!(found, ["1"], "what was complete was given");
    assert!(error.expect("not UTF-8").reason().contains("not UTF-8"));
    assert!(split(&[b"{\"x\":\"\xe2\x82\",\"data\":[]}"], 1000).1.is_some(), "also outside the list");
}

#[test]
fn an_element_is_bounded_and_what_is_passed_over_is_not() {
    let long = format!(r#"{{"skipped":"{}","data":["{}",1]}}"#, "x".repeat(5000), "y".repeat(98));
    for size in [1, 7, 100, 10_000] {
        let pieces: Vec<&[u8]> = long.as_bytes().chunks(size).collect();
        let (found, error) = split(&pieces, 100);
        assert!(error.is_none(), "{size}: {error:?}");
        assert_eq!(found.len(), 2);
        let (found, error) = split(&pieces, 99);
        let error = error.expect("too large");
        assert_eq!((found.len(), error.kind()), (0, ErrorKind::AnswerTooLarge), "{size}");
        assert!(error.to_string().contains("with_max_element_bytes"), "{error}");
    }
}

#[test]
fn little_is_held() {
    let mut splitter = Splitter::new("data", 1000);
    splitter.feed(r#"{"data":["#);
    let mut most = 0;
    for index in 0..10_000 {
        splitter.feed(format!("{}{{\"n\":{index}", if index > 0 { "}," } else { "" }));
        while splitter.next_element().expect("JSON").is_some() {}
        most = most.max(splitter.held_bytes());
    }
    assert!(most < 100, "{most} bytes were held");
    assert!(splitter.read_bytes() > 100_000);
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(|number| serde_json::json!(number)),
        any::<String>().prop_map(Into::into),
        "[\\[\\]{},:\"\\\\ é]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::Array),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An answer with members before and after the list, compact or not, and places to cut it at.
fn answer() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    let members = || prop::collection::btree_map("[a-z]{1,6}", json(), 0..3);
    (members(), prop::collection::vec(json(), 0..12), members(), any::<bool>())
        .prop_map(|(before, list, after, pretty)| {
            let named =
                |(name, value): (String, serde_json::Value), prefix: &str| (format!("{prefix}{name}"), value);
            let mut object = serde_json::Map::new();
            object.extend(before.into_iter().map(|member| named(member, "a")));
            object.insert("data".to_owned(), list.into());
            object.extend(after.into_iter().map(|member| named(member, "z")));
            let text = if pretty { serde_json::to_vec_pretty(&object) } else { serde_json::to_vec(&object) };
            text.expect("JSON")
        })
        .prop_flat_map(|text| {
            let length = text.len();
            (Just(text), prop::collection::vec(0..=length, 0..8))
        })
}

fn pieces<'a>(text: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts = cuts.to_vec();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|window| &text[window[0]..window[1]]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_split_of_any_answer_gives_the_same_elements((text, cuts) in answer()) {
        let (found, error) = split(&pieces(&text, &cuts), usize::MAX);
        prop_assert!(error.is_none(), "{:?}", error);
        prop_assert_eq!(Some(found), expected(&text));
    }

    /// A damaged answer is refused by both or read alike by both. Only in names that are no text (`\ud800`) and in
    /// answers with the list twice the splitter differs, and the damage makes neither.
    #[test]
    fn a_damaged_answer_is_not_read_differently(
        (text, cuts) in answer(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut text = text;
        let place = place.index(text.len());
        text[place] = byte;
        let (found, error) = split(&pieces(&text, &cuts), usize::MAX);
        match expected(&text) {
            Some(expected) => {
                prop_assert!(error.is_none(), "{:?}", error);
                prop_assert_eq!(found, expected);
            }
            None => prop_assert!(error.is_some() || text.contains(&b'\\')),
        }
    }

    #[test]
    fn nothing_makes_it_panic(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..20)) {
        let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        let _ = split(&chunks, 10);
    }

    #[test]
    fn nothing_that_looks_like_json_makes_it_panic(text in "[\\[\\]{}\":,\\\\datu0-9e. ]{0,60}", size in 1_usize..9) {
        let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
        let _ = split(&chunks, 10);
        let _ = split(&[br#"{"data":["#, text.as_bytes()], 10);
    }
}

#[test]
fn its_debug_form_shows_nothing_of_the_answer() {
    let mut splitter = Splitter::new("data", 1024);
    splitter.feed(r#"{"data": [{"name": "Ada"}, {"name": "Gra"#);
    splitter.next_element().expect("JSON").expect("an element");
    let between = format!("{splitter:?}");
    assert!(splitter.next_element().expect("JSON").is_none());
    splitter.feed(r#"ce"}], "Hopper"#);
    splitter.next_element().expect("JSON").expect("an element");
    let inside = format!("{splitter:#?}");
    for text in [between, inside] {
        // Also not as a list of bytes.
        assert!(!text.contains("Gra") && !text.contains("Hop") && !text.contains("71, "), "{text}");
        assert!(!text.contains("71,\n"), "{text}");
    }
}
