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

const APIS: [&str; 3] = ["q2", "unbill", "billerapi"];

fn help_of(api: &str) -> String {
    run(billwire().args([api, "--help"])).stdout
}

#[test]
fn every_option_of_the_connection_is_in_the_manual() {
    for api in APIS {
        let help = help_of(api);
        for word in help.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2) {
            let option = word.trim_end_matches([',', '.']);
            assert!(option == "--help" || MANUAL.contains(option), "docs/book/command.md lacks {option}");
        }
    }
}

#[test]
fn every_variable_is_in_the_manual_and_in_the_help() {
    let of_one = [
        ["BILLWIRE_Q2_API_KEY"].as_slice(),
        &["BILLWIRE_UNBILL_API_KEY"],
        &[
            "BILLWIRE_BILLERAPI_CLIENT_ID",
            "BILLWIRE_BILLERAPI_CLIENT_SECRET",
            "BILLWIRE_BILLERAPI_ACCESS_TOKEN",
        ],
    ];
    for (api, variables) in APIS.into_iter().zip(of_one) {
        let help = help_of(api);
        let base_url = format!("BILLWIRE_{}_BASE_URL", api.to_uppercase());
        let of_all = [base_url.as_str(), "BILLWIRE_PROFILE", "BILLWIRE_CONFIG"];
        for variable in variables.iter().chain(&of_all) {
            assert!(MANUAL.contains(variable) && help.contains(variable), "{api}: {variable}");
        }
        let named =
            help.split(|character: char| !character.is_ascii_uppercase() && !"_2".contains(character));
        for variable in named.filter(|word| word.starts_with("BILLWIRE_")) {
            assert!(variables.iter().chain(&of_all).any(|known| *known == variable), "{api}: {variable}");
        }
    }
}
