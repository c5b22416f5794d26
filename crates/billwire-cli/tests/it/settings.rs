//! Which setting counts where several say something: an option, the profile that was named, a variable, the default
//! profile, in this order, for where a call goes and as whom.

use std::process::Command;

use crate::run::{API_KEY, CLIENT_ID, CLIENT_SECRET, Folder, Service, billwire, run};

const COMPANIES: [&str; 3] = ["q2", "company", "categories"];
const BILLERS: [&str; 3] = ["billerapi", "biller", "list"];
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9/v1";
/// A key that the sandbox does not know.
const UNKNOWN_KEY: &str = "a-key-of-nobody";

/// A folder with a key that is known, one that is not, and a profile file.
fn settings(name: &str, profile: &str) -> (Folder, String) {
    let folder = Folder::new(name);
    folder.file("known.txt", API_KEY);
    folder.file("unknown.txt", UNKNOWN_KEY);
    folder.file("client-id.txt", CLIENT_ID);
    folder.file("client-secret.txt", CLIENT_SECRET);
    let config = folder.file("config.toml", profile);
    (folder, config)
}

#[track_caller]
fn check(command: &mut Command, code: i32) {
    let ended = run(command);
    assert_eq!(ended.code, code, "{ended:#?}");
}

#[test]
fn a_credential_comes_from_the_strongest_setting() {
    let service = Service::start();
    let (_folder, config) = settings(
        "credential-order",
        "default_profile = \"known\"\n[profiles.known.q2]\napi_key_from = \"file:known.txt\"\n\
         [profiles.unknown.q2]\napi_key_from = \"file:unknown.txt\"\n",
    );
    let call = |key: Option<&str>, words: &[&str]| {
        let mut command = service.command(COMPANIES);
        let name = "BILLWIRE_Q2_API_KEY";
        command.env_remove(name).envs(key.map(|key| (name, key))).args(["--config", &config]).args(words);
        command
    };
    check(&mut call(None, &[]), 0);
    check(&mut call(Some(UNKNOWN_KEY), &[]), 5);
    check(&mut call(Some(API_KEY), &["--profile", "unknown"]), 5);
    check(call(Some(API_KEY), &[]).env("BILLWIRE_PROFILE", "unknown"), 5);
    check(&mut call(Some(UNKNOWN_KEY), &["--profile", "known"]), 0);
    let option = ["--profile", "unknown", "--api-key-from", "env:KEY"];
    check(call(Some(UNKNOWN_KEY), &option).env("KEY", API_KEY), 0);
}

#[test]
fn an_address_comes_from_the_strongest_setting() {
    let service = Service::start();
    let here = service.sandbox.urls().q2.as_str();
    let (_folder, config) = settings(
        "address-order",
        &format!(
            "default_profile = \"here\"\n[profiles.here.q2]\nbase_url = \"{here}\"\n\
             [profiles.nowhere.q2]\nbase_url = \"{NOWHERE}\"\n"
        ),
    );
    let call = |url: Option<&str>, words: &[&str]| {
        let mut command = service.command(COMPANIES);
        let name = "BILLWIRE_Q2_BASE_URL";
        command.env_remove(name).envs(url.map(|url| (name, url))).args(["--config", &config]).args(words);
        command
    };
    check(&mut call(None, &[]), 0);
    check(&mut call(Some(NOWHERE), &[]), 6);
    check(&mut call(Some(here), &["--profile", "nowhere"]), 6);
    check(call(Some(here), &[]).env("BILLWIRE_PROFILE", "nowhere"), 6);
    check(&mut call(Some(NOWHERE), &["--profile", "here"]), 0);
    check(&mut call(Some(NOWHERE), &["--profile", "nowhere", "--base-url", here]), 0);
}

/// Each half of a credential is looked for on its own.
#[test]
fn the_halves_of_a_credential_may_come_from_different_settings() {
    let service = Service::start();
    let (_folder, config) = settings(
        "halves",
        "default_profile = \"id\"\n[profiles.id.billerapi]\nclient_id_from = \"file:client-id.txt\"\n\
         [profiles.secret.billerapi]\nclient_secret_from = \"file:client-secret.txt\"\n",
    );
    let call = |id: Option<&str>, secret: Option<&str>, words: &[&str]| {
        let mut command = service.command(BILLERS);
        command.args(["--config", &config]).args(words);
        for (name, value) in
            [("BILLWIRE_BILLERAPI_CLIENT_ID", id), ("BILLWIRE_BILLERAPI_CLIENT_SECRET", secret)]
        {
            command.env_remove(name).envs(value.map(|value| (name, value)));
        }
        command
    };
    check(&mut call(None, Some(CLIENT_SECRET), &[]), 0);
    check(&mut call(Some("client_of_nobody"), Some(CLIENT_SECRET), &[]), 5);
    check(&mut call(Some(CLIENT_ID), Some("bb_test_of_nobody"), &["--profile", "secret"]), 0);
    check(&mut call(Some(CLIENT_ID), Some("bb_test_of_nobody"), &[]), 5);
    check(&mut call(None, None, &[]), 8);
}

/// `billwire sandbox --port 0` tells to export an address; later somebody means the vendor.
#[test]
fn an_environment_that_was_asked_for_is_not_that_of_a_variable() {
    let service = Service::start();
    let words = ["q2", "payment", "cancel", "--bill-id", "a"];
    let (_folder, config) = settings(
        "environment-order",
        "default_profile = \"live\"\n[profiles.live.q2]\nenvironment = \"production\"\n",
    );
    let named = ["--config", &config, "--profile", "live"];
    for (words, by) in
        [(["--environment", "production"].as_slice(), "--environment"), (&named, "the profile's environment")]
    {
        // It stops at the question, with the address that it would have called.
        let ended = run(service.command(["q2", "payment", "cancel", "--bill-id", "a"]).args(words));
        assert_eq!(ended.code, 12, "{ended:#?}");
        assert!(ended.stderr.contains("at https://api.q2open.io/v1"), "{ended:#?}");
        let remark = format!("BILLWIRE_Q2_BASE_URL is not used: {by} says where to call\n");
        assert!(ended.stderr.starts_with(&remark), "{ended:#?}");
    }
    // A variable is stronger than the default profile; production is not on this machine, and who said so is named.
    let ended = run(service.command(words).args(["--config", &config]));
    assert_eq!(ended.code, 8, "{ended:#?}");
    assert!(ended.stderr.contains("address from: BILLWIRE_Q2_BASE_URL\n"), "{ended:#?}");
    assert!(service.sandbox.requests().is_empty());
}

/// Only an option asks for a credential where none is needed.
#[test]
fn what_needs_no_credential_is_not_disturbed_by_one() {
    let service = Service::start();
    let (_folder, config) = settings(
        "unneeded",
        "default_profile = \"broken\"\n[profiles.broken.billerapi]\nclient_secret_from = \"file:no-such-file\"\n",
    );
    let call = |id: Option<&str>, secret: Option<&str>, words: &[&str]| {
        let mut command = billwire();
        command.arg("billerapi").args(words);
        command.env("BILLWIRE_BILLERAPI_BASE_URL", &service.sandbox.urls().billerapi);
        for (name, value) in
            [("BILLWIRE_BILLERAPI_CLIENT_ID", id), ("BILLWIRE_BILLERAPI_CLIENT_SECRET", secret)]
        {
            command.envs(value.map(|value| (name, value)));
        }
        command
    };
    let scenarios = |words: &[&'static str]| [&["sandbox", "scenarios"], words].concat();
    check(&mut call(None, Some(CLIENT_SECRET), &scenarios(&[])), 0);
    check(&mut call(Some(CLIENT_ID), Some("bb_live_of_nobody"), &scenarios(&[])), 0);
    check(call(None, None, &scenarios(&[])).args(["--config", &config]), 0);
    check(&mut call(None, None, &scenarios(&["--client-id-from", "env:NOT_THERE"])), 8);
    let none = service.sandbox.requests().iter().all(|request| request.credential.is_none());
    assert!(none && service.sandbox.requests().len() == 3);
    // A write that takes none.
    let write = ["email", "authorize-gmail", "--user-id", "user-1", "--client-id", CLIENT_ID];
    let mut command = call(None, Some(CLIENT_SECRET), &write);
    let ended = run(command.args(["--redirect-uri", "https://partner.example/done"]));
    let last = service.sandbox.requests().pop().expect("a request");
    assert_eq!(last.operation.as_deref(), Some("createGmailAuthorization"), "{ended:#?}");
    assert_eq!((ended.code, last.credential), (0, None), "{ended:#?}");
}

/// A profile has a section for each API.
#[test]
fn a_profile_says_where_and_as_whom_for_every_api() {
    let service = Service::start();
    let urls = service.sandbox.urls();
    let (_folder, config) = settings(
        "profile-of-all",
        &format!(
            "[profiles.all.q2]\nbase_url = \"{}\"\napi_key_from = \"file:known.txt\"\n\
             [profiles.all.unbill]\nbase_url = \"{}\"\napi_key_from = \"file:known.txt\"\n\
             [profiles.all.billerapi]\nbase_url = \"{}\"\nclient_id_from = \"file:client-id.txt\"\n\
             client_secret_from = \"file:client-secret.txt\"\n",
            urls.q2, urls.unbill, urls.billerapi
        ),
    );
    for words in [COMPANIES, ["unbill", "company", "categories"], BILLERS] {
        check(billwire().args(words).args(["--config", &config, "--profile", "all"]), 0);
    }
    // The environment of a profile is that of one API too: a test secret does not go to production.
    let (_folder, config) = settings(
        "profile-of-one",
        "[profiles.live.billerapi]\nenvironment = \"production\"\nclient_id_from = \"file:client-id.txt\"\n\
         client_secret_from = \"file:client-secret.txt\"\n",
    );
    check(billwire().args(BILLERS).args(["--config", &config, "--profile", "live"]), 8);
    assert_eq!(service.sandbox.requests().len(), 3);
}
