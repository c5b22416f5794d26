//! The test functions of a Rust file, as far as their text shows them.

use std::collections::BTreeMap;

/// Each test by its name, with the documentation above it.
pub(super) fn tests_of(text: &str) -> BTreeMap<&str, String> {
    let mut tests = BTreeMap::new();
    let mut documentation = String::new();
    let mut is_test = false;
    let mut in_attribute = false;
    for line in text.lines().map(str::trim) {
        if in_attribute {
            in_attribute = !line.ends_with(']');
        } else if let Some(words) = line.strip_prefix("///") {
            documentation.push_str(words);
            documentation.push('\n');
        } else if line.starts_with("#[") {
            is_test |= is_test_attribute(line);
            in_attribute = !line.ends_with(']');
        } else if !line.starts_with("//") {
            if let Some(name) = function(line).filter(|_| is_test) {
                tests.insert(name, std::mem::take(&mut documentation));
            }
            documentation.clear();
            is_test = false;
        }
    }
    tests
}

/// Whether a test names an entry of the page after `word`: `/// Trap T9: …`, `/// Cases a and b: …`,
/// `/// Checklist, client (5): …`. A name with letters and digits may stand anywhere above it, or in its own name.
pub(super) fn names(function: &str, documentation: &str, word: &str, name: &str) -> bool {
    let is_mark = name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_digit());
    if is_mark {
        let mut words = documentation.split(|letter: char| !letter.is_alphanumeric());
        let mut parts = function.split('_');
        return words.any(|word| word == name) || parts.any(|part| part.eq_ignore_ascii_case(name));
    }
    let (documentation, word) = (documentation.to_lowercase(), word.to_lowercase());
    documentation.match_indices(&word).any(|(at, _)| {
        let rest = documentation.get(at + word.len()..).unwrap_or_default();
        let named = rest.split_once(':').map_or("", |(named, _)| named);
        named.match_indices(name).any(|(at, _)| {
            let before = named[..at].chars().next_back();
            let after = named[at + name.len()..].chars().next();
            [before, after].into_iter().flatten().all(|letter| !letter.is_alphanumeric())
        })
    })
}

/// `#[test]`, `#[tokio::test]`, `#[tokio::test(start_paused = true)]`.
fn is_test_attribute(line: &str) -> bool {
    let path = line.trim_start_matches("#[").split(['(', ']']).next().unwrap_or_default();
    path.rsplit("::").next() == Some("test")
}

/// The name in `fn name(`, `async fn name(` or `fn name<T>(`.
fn function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::{names, tests_of};

    #[test]
    fn tests_are_found_with_their_documentation() {
        let text = "/// Not this one.\nfn plain() {}\n\n/// Trap T9: dates.\n// why\n#[tokio::test(start_paused = true)]\n#[expect(\n    a,\n    reason = \"b\"\n)]\n\
                    async fn first() {\n}\n\n    #[test]\n    fn second<T>() {}\n#[cfg(test)]\nfn third() {}\n";
        let tests = tests_of(text);
        assert_eq!(tests.keys().copied().collect::<Vec<_>>(), ["first", "second"]);
        assert_eq!(tests["first"], " Trap T9: dates.\n");
        assert_eq!(tests["second"], "");
    }

    #[test]
    fn a_trap_is_named_as_a_word() {
        assert!(names("a", " Traps T9 and T10: dates.", "Trap", "T9") && names("t9_dates", "", "Trap", "T9"));
        assert!(!names("t90_dates", " Trap T90, and trapT9.", "Trap", "T9"));
        assert!(!names("dates", "", "Trap", "T9"));
    }

    #[test]
    fn other_names_stand_between_the_word_and_a_colon() {
        assert!(names("x", " Cases a, b and l: all of them.", "Case", "l"));
        assert!(!names("x", " Case b: a signature.", "Case", "a"));
        assert!(!names("x", " A case a reader knows.", "Case", "a"));
        let points = " Contradiction C2 and checklist, client (10), emulator (8): envelopes.";
        assert!(
            names("x", points, "Checklist", "client (10)") && names("x", points, "Checklist", "emulator (8)")
        );
        assert!(!names("x", points, "Checklist", "client (1)"));
    }
}
