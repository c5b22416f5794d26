//! Every operation of the command, from the arguments to the answer on stdout.

use serde_json::{Value, json};

use crate::run::{Folder, Service, run, run_with_input, text};

const COMPANY: &str = "5bd885fccd274b4324a20001";

/// A client of the service, by its id.
fn client(service: &Service) -> String {
    text(&service.call(&["client", "create", "--identifier", "customer-1"]), "clientId")
}

/// Links an account with `form` and lets the service find its bill.
fn link(service: &Service, client_id: &str, form: &str) {
    let mut command = service.command([
        "q2",
        "auth",
        "create",
        "--client-id",
        client_id,
        "--company-id",
        COMPANY,
        "--items",
        "bill",
        "--form-from",
        "env:LOGIN",
        "--json",
    ]);
    let queued = run(command.env("LOGIN", form)).json();
    assert_eq!(queued["success"], true);
    pass(service, "PT5S");
}

fn pass(service: &Service, duration: &str) {
    service.wait(service.sandbox.advance(duration)).expect("time passes");
}

fn bill(service: &Service, client_id: &str) -> String {
    let bills = service.call(&["bill", "list", "--client-id", client_id]);
    text(&bills["data"][0]["bill"], "_id")
}

fn add_card(service: &Service, client_id: &str) -> String {
    let mut command = service.command([
        "q2",
        "payment",
        "add",
        "--client-id",
        client_id,
        "--payment-type",
        "card",
        "--name",
        "Demo Customer",
        "--card-number-from",
        "env:CARD",
        "--card-code-from",
        "env:CODE",
        "--exp-month-from",
        "env:MONTH",
        "--exp-year-from",
        "env:YEAR",
        "--zipcode",
        "12345",
        "--set-as-default",
        "--json",
    ]);
    command.env("CARD", "4111111111111111").env("CODE", "123").env("MONTH", "12").env("YEAR", "2030");
    text(&run(&mut command).json(), "paymentMethodId")
}

const FORM: &str = r#"{"balance": "125.40", "dueDate": "03/16/2026", "status": ""}"#;

#[test]
fn from_a_customer_to_a_paid_bill() {
    let service = Service::start();
    let client_id = client(&service);
    link(&service, &client_id, FORM);

    let auths = service.call(&["auth", "list", "--client-id", &client_id]);
    assert_eq!(auths["data"][0]["status"]["type"], "verified");

    let bill_id = bill(&service, &client_id);
    let method = add_card(&service, &client_id);
    let methods = service.call(&["payment", "list", "--client-id", &client_id]);
    assert_eq!(methods["data"][0]["card"]["number"], "XXXX1111");
    assert_eq!(methods["data"][0]["default"], true);

    let assigned =
        service.call(&["payment", "assign", "--payment-method-id", &method, "--bill-id", &bill_id]);
    assert_eq!(assigned, json!({"success": true}));
    let settings = ["payment", "settings", "--bill-id", &bill_id, "--recurring", "disabled"];
    assert_eq!(service.call(&settings), json!({"success": true}));

    let day = "2026-03-10T00:00:00.000Z";
    service.call(&["payment", "schedule", "--bill-id", &bill_id, "--pay-date", day]);
    assert_eq!(service.call(&["bill", "get", "--bill-id", &bill_id])["bill"]["payDate"], day);
    service.call(&["payment", "cancel", "--bill-id", &bill_id]);
    assert_eq!(service.call(&["bill", "get", "--bill-id", &bill_id])["bill"]["payDate"], Value::Null);

    service.call(&["payment", "schedule", "--bill-id", &bill_id, "--date", day]);
    pass(&service, "P10D");
    let paid = service.call(&["bill", "get", "--bill-id", &bill_id]);
    assert_eq!(paid["bill"]["status"]["type"], "paid");
    assert_eq!(paid["payments"][0]["amount"], "125.40");
    assert_eq!(service.sandbox.ledger().len(), 1);
}

#[test]
fn a_security_challenge_is_answered() {
    let service = Service::start();
    let client_id = client(&service);
    let webhooks = billwire_sandbox::WebhookConfiguration::default().with_all_event_types();
    service.wait(service.sandbox.configure_webhooks(webhooks)).expect("webhooks");
    link(
        &service,
        &client_id,
        r#"{"balance": "1.00", "dueDate": "03/16/2026", "status": "mfa-required-questions"}"#,
    );

    let events = service.sandbox.events();
    let challenge = &events.last().expect("a challenge").event["payload"]["data"];
    let answers: Vec<Value> = challenge["input"]
        .as_array()
        .expect("questions")
        .iter()
        .map(|input| json!({"identifier": input["identifier"], "answer": "Smith"}))
        .collect();
    let mut command = service.command([
        "q2",
        "auth",
        "step",
        "--token-from",
        "env:TOKEN",
        "--method",
        "questions",
        "--security-from",
        "-",
        "--json",
    ]);
    command.env("TOKEN", text(challenge, "token"));
    let answered = run_with_input(&mut command, &Value::from(answers).to_string());
    assert_eq!(answered.json()["success"], true);
    pass(&service, "PT5S");
    let auths = service.call(&["auth", "list", "--client-id", &client_id]);
    assert_eq!(auths["data"][0]["status"]["type"], "verified");
}

#[test]
fn companies_are_searched_and_read() {
    let service = Service::start();
    let found = service.call(&["company", "search", "--query", "MFA Company"]);
    let names: Vec<&str> =
        found["data"].as_array().expect("a list").iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!(names, ["MFA Company 1", "MFA Company 2"]);
    let page = [
        "company",
        "search",
        "--query",
        "Company",
        "--paginate-results",
        "--page-size",
        "2",
        "--page-number",
        "2",
    ];
    assert_eq!(service.call(&page)["data"].as_array().expect("a page").len(), 2);
    assert_eq!(service.call(&["company", "get", "--company-id", COMPANY])["name"], "Regular Company 1");
}

#[test]
fn what_takes_no_credential_wants_none() {
    let service = Service::start();
    let call = |words: &[&str]| {
        let mut command = service.command([&["billerapi"], words, &["--json"]].concat());
        for variable in ["BILLWIRE_BILLERAPI_CLIENT_ID", "BILLWIRE_BILLERAPI_CLIENT_SECRET"] {
            command.env_remove(variable);
        }
        run(&mut command)
    };
    let scenarios = call(&["sandbox", "scenarios"]).json();
    assert!(scenarios.to_string().contains("4242424242"), "{scenarios}");
    let last = service.sandbox.requests().pop().expect("a request");
    assert_eq!((last.path.as_str(), last.credential), ("/sandbox/scenarios", None));
    // What takes one still does, and nothing is sent without it.
    assert_eq!(call(&["biller", "list"]).code, 8);
    assert_eq!(service.sandbox.requests().len(), 1);
}

#[test]
fn a_client_is_found_again_and_keeps_its_facts() {
    let service = Service::start();
    let first =
        service.call(&["client", "create", "--identifier", "a", "--meta", r#"{"firstName": "Demo"}"#]);
    assert_eq!(service.call(&["client", "create", "--identifier", "a"]), first);
    let folder = Folder::new("meta");
    let meta = format!("@{}", folder.file("meta.json", r#"{"firstName": "Demo"}"#));
    assert_ne!(service.call(&["client", "create", "--identifier", "b", "--meta", &meta]), first);
}

#[test]
fn a_whole_body_comes_from_a_file_or_standard_input_and_options_replace_its_members() {
    let service = Service::start();
    let folder = Folder::new("body");
    let file = folder.file("client.json", r#"{"identifier": "from-file", "meta": {"firstName": "Demo"}}"#);
    let first = service.call(&["client", "create", "--body", &file]);
    let mut command = service.command(["q2", "client", "create", "--body", "-", "--json"]);
    assert_eq!(run_with_input(&mut command, r#"{"identifier": "from-file"}"#).json(), first);
    let other = service.call(&["client", "create", "--body", &file, "--identifier", "other"]);
    assert_ne!(other, first);
}

#[test]
fn a_token_is_in_json_and_hidden_in_text() {
    let service = Service::start();
    let words = ["q2", "client", "create-token", "--identifier", "a"];
    let token = text(&run(service.command(words).arg("--json")).json(), "token");
    // Here another call gives another token, and the first is merely unused.
    let again = ["unbill", "client", "create-token", "--identifier", "a"];
    let hidden = run(&mut service.command(again));
    assert_eq!(hidden.stdout, "token: [hidden: use --show-secrets or --json]\n");
    let shown = run(service.command(words).arg("--show-secrets"));
    assert!(shown.stdout.starts_with("token: ") && !shown.stdout.contains("hidden"), "{shown:#?}");
    let mut command =
        service.command(["q2", "bill", "list", "--client-token-from", "-", "--json", "--client-id"]);
    let client_id = text(&service.call(&["client", "create", "--identifier", "a"]), "clientId");
    assert_eq!(run_with_input(command.arg(client_id), &format!("{token}\n")).json(), json!({"data": []}));
}

#[test]
fn text_is_a_table_and_the_rest_is_named() {
    let service = Service::start();
    let ended = run(&mut service.command(["q2", "company", "search", "--query", "MFA Company"]));
    insta::assert_snapshot!("company_search", ended.whole());
    let ended = run(&mut service.command(["q2", "company", "get", "--company-id", COMPANY]));
    insta::assert_snapshot!("company_get", ended.whole());
}

#[cfg(unix)]
#[test]
fn secrets_come_from_files_and_descriptors() {
    let service = Service::start();
    let folder = Folder::new("secrets");
    let file = folder.file("key.txt", &format!("{}\n", crate::run::API_KEY));
    let words = ["q2", "client", "create", "--identifier", "a", "--json", "--api-key-from"];
    let by_file =
        run(service.command(words).env_remove("BILLWIRE_Q2_API_KEY").arg(format!("file:{file}"))).json();
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "exec \"$0\" \"$@\" 3<\"$KEY_FILE\"", env!("CARGO_BIN_EXE_billwire")])
        .args(words)
        .arg("fd:3");
    shell.env("KEY_FILE", file).env("BILLWIRE_Q2_BASE_URL", &service.sandbox.urls().q2);
    assert_eq!(run(&mut shell).json(), by_file);
}

#[test]
fn a_profile_says_where_and_as_whom() {
    let service = Service::start();
    let folder = Folder::new("profile");
    folder.file("key.txt", crate::run::API_KEY);
    let config = folder.file(
        "config.toml",
        &format!(
            "default_profile = \"local\"\n[profiles.local.q2]\nbase_url = \"{}\"\napi_key_from = \"file:key.txt\"\n",
            service.sandbox.urls().q2
        ),
    );
    let mut command = crate::run::billwire();
    command.args(["q2", "company", "get", "--company-id", COMPANY, "--json", "--config", &config]);
    assert_eq!(run(&mut command).json()["name"], "Regular Company 1");
    let mut command = crate::run::billwire();
    std::fs::create_dir_all(format!("{}/billwire", folder.path())).expect("a folder");
    std::fs::rename(&config, format!("{}/billwire/config.toml", folder.path())).expect("moved");
    folder.file("billwire/key.txt", crate::run::API_KEY);
    command.env("XDG_CONFIG_HOME", folder.path()).args([
        "q2",
        "company",
        "get",
        "--company-id",
        COMPANY,
        "--json",
    ]);
    assert_eq!(run(&mut command).json()["name"], "Regular Company 1");
}

#[test]
fn requests_are_signed_and_encrypted_when_keys_are_given() {
    let service = Service::start_with(
        billwire_sandbox::Sandbox::builder().running_from(billwire::core::clock::system_now()),
    );
    let signing = include_str!("../../src/demo/test_only_keys/TEST-ONLY-request-signing.pem");
    let public = billwire::keys::private_key(signing, "a")
        .and_then(|key| key.public_key().to_spki_pem())
        .expect("a key");
    let configuration = billwire_sandbox::RequestSigning::with_public_key(public);
    service.wait(service.sandbox.configure_request_signing(configuration)).expect("request signing");
    let info = service.sandbox.info();
    let key =
        info.keys.iter().find(|key| key.usage == billwire_sandbox::KeyUsage::Encryption).expect("a key");
    let folder = Folder::new("keys");
    let file = folder.file("service.pem", &key.public_key);
    let mut command = service.command(["q2", "client", "create", "--identifier", "a", "--json"]);
    command.args(["--signing-key-from", "env:SIGNING_KEY", "--encryption-key", &file]);
    command.args(["--encryption-key-id", &key.key_id]).env("SIGNING_KEY", signing);
    run(&mut command).json();
    let requests = service.sandbox.requests();
    let request = requests.last().expect("a request");
    assert_eq!(request.signature, billwire_sandbox::SignatureCheck::Verified);
    assert!(request.encrypted);
}
