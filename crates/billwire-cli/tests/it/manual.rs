//! The page about the command says what the command does.

use crate::run::{billwire, run};

const MANUAL: &str = include_str!("../../../../docs/book/command.md");

#[test]
fn every_link_that_can_be_broken_is_in_the_manual() {
    let refused = run(billwire().args(["demo", "--break", "nothing"]));
    let (_, list) = refused.stderr.split_once("[possible values: ").expect("a list");
    let (list, _) = list.split_once(']').expect("the end of the list");
    for link in list.split(", ") {
        assert!(MANUAL.contains(&format!("| `{link}` |")), "docs/book/command.md lacks {link}");
    }
}

#[test]
fn every_option_of_the_connection_is_in_the_manual() {
    let help = run(billwire().args(["q2", "--help"])).stdout;
    for word in help.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2) {
        let option = word.trim_end_matches([',', '.']);
        assert!(option == "--help" || MANUAL.contains(option), "docs/book/command.md lacks {option}");
    }
}

#[test]
fn every_variable_is_in_the_manual_and_in_the_help() {
    let help = run(billwire().args(["q2", "--help"])).stdout;
    for variable in ["BILLWIRE_Q2_API_KEY", "BILLWIRE_Q2_BASE_URL", "BILLWIRE_PROFILE", "BILLWIRE_CONFIG"] {
        assert!(MANUAL.contains(variable) && help.contains(variable), "{variable}");
    }
}
