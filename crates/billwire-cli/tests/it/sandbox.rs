//! The sandbox as a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::run::{API_KEY, Ended, Folder, Service, billwire, read_request, run, text};

/// A running `billwire sandbox --port 0 --json`.
struct Running {
    child: Child,
    line: Value,
}

impl Running {
    fn start(words: &[&str]) -> Self {
        let mut command = billwire();
        command.args(["sandbox", "--port", "0", "--json"]).args(words);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
        let line = serde_json::from_str(&line).expect("one line of JSON");
        Self { child, line }
    }

    fn url(&self, name: &str) -> &str {
        self.line[name].as_str().expect("a URL")
    }

    /// Ends it as a service manager would.
    #[cfg(unix)]
    fn stop(self, signal: &str) -> Ended {
        let script = format!("kill -{signal} {}", self.child.id());
        let killed = std::process::Command::new("sh").args(["-c", &script]).status().expect("a shell");
        assert!(killed.success());
        self.child.wait_with_output().expect("it ends").into()
    }
}

/// The body of `GET url`.
fn get(url: &str) -> Value {
    ask("GET", url, "")
}

/// The body of the answer to `method url` with a body of JSON.
fn ask(method: &str, url: &str, sent: &str) -> Value {
    let (authority, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("a URL");
    let mut stream = TcpStream::connect(authority).expect("it listens");
    let length = sent.len();
    let head = format!("{method} /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close");
    let form = format!("Content-Type: application/json\r\nContent-Length: {length}");
    write!(stream, "{head}\r\n{form}\r\n\r\n{sent}").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body.trim()).expect(body)
}

#[cfg(unix)]
#[test]
fn says_everything_on_one_line_serves_and_ends_on_sigterm() {
    let running = Running::start(&[]);
    assert_eq!(running.line["credentials"]["q2ApiKeys"][0], API_KEY);
    assert_eq!(running.line["companies"][0]["name"], "Regular Company 1");
    let info = get(&format!("{}/info", running.url("control")));
    assert_eq!(info["urls"]["q2"], running.line["q2"]);
    let created = run(billwire().env("BILLWIRE_Q2_API_KEY", API_KEY).args([
        "q2",
        "client",
        "create",
        "--identifier",
        "a",
        "--json",
        "--base-url",
        running.url("q2"),
    ]));
    assert!(created.json()["clientId"].is_string());
    let ended = running.stop("TERM");
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
}

#[cfg(unix)]
#[test]
fn ends_on_ctrl_c() {
    assert_eq!(Running::start(&[]).stop("INT").code, 0);
}

#[cfg(unix)]
#[test]
fn a_frozen_clock_stands_where_it_was_told_to() {
    let running = Running::start(&["--frozen", "--time", "2026-03-02T12:00:00Z", "--seed", "42"]);
    let clock = get(&format!("{}/clock", running.url("control")));
    assert_eq!(
        (clock["now"].as_str(), clock["mode"].as_str()),
        (Some("2026-03-02T12:00:00.000Z"), Some("frozen"))
    );
    assert_eq!(running.line["seed"], 42);
    running.stop("TERM");
}

/// What the sandbox prints for a person, down to its last line.
#[cfg(unix)]
fn printed_text() -> String {
    let mut command = billwire();
    command.args(["sandbox", "--port", "0", "--frozen", "--time", "2026-03-02T12:00:00Z"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
    let mut text = String::new();
    for line in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
        let line = line.expect("UTF-8");
        text.extend([line.as_str(), "\n"]);
        if line.starts_with("Ctrl-C") {
            break;
        }
    }
    child.kill().expect("it ends");
    child.wait().expect("it ended");
    text
}

#[cfg(unix)]
#[test]
fn text_says_what_to_type_next() {
    let text = printed_text();
    assert!(text.contains("export BILLWIRE_Q2_API_KEY="), "{text}");
}

/// Who may log in at the test companies is said, and true.
#[cfg(unix)]
#[test]
fn text_names_users_and_account_numbers_that_work() {
    let text = printed_text();
    let after = |start: &str| text.split_once(start).expect(start).1.lines().next().expect("a line");
    let service = Service::start();
    let client = service.call_of("unbill", &["client", "create", "--identifier", "a"], &[]);
    let client = client["clientId"].as_str().expect("an id");
    let (users, password) = after("unbill users  ").split_once("; password ").expect("a password");
    let company = "5bd885fccd274b4324a21f57";
    let create = ["auth", "create", "--client-id", client, "--company-id", company];
    for user in users.split(", ") {
        let form = json!({"username": user, "password": password}).to_string();
        let answer = service.call_of("unbill", &create, &[("--form-from", &form)]);
        assert_eq!(answer["token"].is_string(), user.starts_with("testmfa"), "{user}: {answer}");
    }
    let scenarios = service.call_of("billerapi", &["sandbox", "scenarios"], &[]).to_string();
    let numbers = after("billerapi accounts  ").split([' ', ',']).filter(|word| word.len() == 10);
    let numbers: Vec<&str> = numbers.filter(|word| word.parse::<u64>().is_ok()).collect();
    assert_eq!(numbers.len(), 2, "{text}");
    assert!(numbers.iter().all(|number| scenarios.contains(number)), "{scenarios}");
}

#[cfg(unix)]
#[test]
fn a_file_and_options_set_up_what_the_portal_would() {
    let folder = Folder::new("sandbox-configuration");
    let config = folder.file(
        "sandbox.toml",
        r#"
        seed = 7
        customers = 3

        [q2]
        quirks = ["success-as-text"]

        [q2.webhooks]
        url = "http://127.0.0.1:9/nobody"
        eventTypes = ["auth.success"]

        [q2.webhooks.signature]
        issuer = "the service"

        [q2.requestSigning]
        required = false

        [q2.rules]
        strictCodeRetry = true

        [unbill.rules]
        cardSurcharge = "2.50"

        [billerapi.webhooks]
        url = "http://127.0.0.1:9/nobody"
        secrets = ["whsec_test_0123456789abcdef"]

        [billerapi.settings]
        errorShape = "S"
        rateLimits = true
        "#,
    );
    let faults = folder.file(
        "faults.json",
        r#"{"http": [{"kind": "status", "operation": "listCategories", "status": 503}]}"#,
    );
    let words = [
        "--frozen",
        "--config",
        &config,
        "--faults",
        &faults,
        "--webhook-url",
        "billerapi=http://127.0.0.1:9/billerapi",
        "--webhook-url",
        "http://127.0.0.1:9/hook",
    ];
    let running = Running::start(&words);
    let shown = |route: &str| get(&format!("{}/{route}", running.url("control")));
    assert_eq!((&running.line["seed"], &running.line["counts"]["clients"]), (&json!(7), &json!(3)));
    assert_eq!(shown("q2/quirks")["quirks"], json!(["success-as-text"]));
    assert_eq!(shown("q2/rules")["strictCodeRetry"], true);
    let webhooks = shown("q2/webhooks");
    assert_eq!(webhooks["url"], "http://127.0.0.1:9/hook", "the option wins");
    assert_eq!(webhooks["signature"]["issuer"], "the service");
    assert_eq!(shown("unbill/webhooks")["url"], "http://127.0.0.1:9/hook");
    assert_eq!(shown("unbill/rules")["cardSurcharge"], "2.50");
    assert_eq!(shown("billerapi/webhooks")["url"], "http://127.0.0.1:9/billerapi", "one wins over all");
    let settings = shown("billerapi/settings");
    assert_eq!((&settings["errorShape"], &settings["rateLimits"]), (&json!("S"), &json!(true)));
    assert_eq!(shown("faults")["http"][0]["kind"], "status");
    let categories = ["q2", "company", "categories", "--json", "--base-url", running.url("q2")];
    let mut command = billwire();
    command.env("BILLWIRE_Q2_API_KEY", API_KEY).args(categories);
    // A read is repeated, and the fault was for one answer.
    assert_eq!(run(&mut command).code, 0);
    assert_eq!(shown("faults")["http"][0]["used"], 1);
    running.stop("TERM");
}

#[test]
fn a_file_that_says_something_unknown_is_refused() {
    let folder = Folder::new("sandbox-wrong-configuration");
    for (name, text, code) in [
        ("wrong.toml", "custommers = 3", 8),
        ("wrong.json", r#"{"q2": {"webhooks": {"uri": "http://127.0.0.1:9/"}}}"#, 8),
        ("elsewhere-too.toml", "[billerapi.webhooks]\nurl = \"http://example.com/hook\"", 2),
        ("unknown.toml", "[billerapi.settings]\nerrorShape = \"X\"", 8),
        ("elsewhere.toml", "[q2.webhooks]\nurl = \"http://example.com/hook\"", 2),
    ] {
        let file = folder.file(name, text);
        let ended = run(billwire().args(["sandbox", "--port", "0", "--config", &file]));
        assert_eq!(ended.code, code, "{ended:#?}");
    }
    for words in [
        ["--faults", "/nowhere"],
        ["--webhook-url", "q3=http://127.0.0.1:9/hook"],
        ["--quirks", "no-such-quirk"],
        ["--customers", "many"],
    ] {
        let ended = run(billwire().args(["sandbox", "--port", "0"]).args(words));
        assert!([2, 8].contains(&ended.code), "{ended:#?}");
    }
}

/// The file holds secrets of a receiver: what is wrong with it is told by line and member alone.
#[test]
fn what_a_wrong_file_says_is_not_repeated() {
    let folder = Folder::new("sandbox-secret-configuration");
    let secret = "whsec_test_of_nobody";
    for (name, text, place) in [
        (
            "type.toml",
            format!("[billerapi.webhooks]\nsecrets = \"{secret}\"\n"),
            "line 2: billerapi.webhooks.secrets",
        ),
        (
            "type.json",
            format!("{{\"billerapi\": {{\"webhooks\":\n{{\"secrets\": \"{secret}\"}}}}}}"),
            "line 2: billerapi.webhooks.secrets",
        ),
        (
            "payload.toml",
            format!("[q2.webhooks.oauth]\nurl = \"u\"\npayload = [\"{secret}\"]\n"),
            "q2.webhooks.oauth.payload",
        ),
        ("end.toml", format!("[billerapi.webhooks]\nsecrets = [\"{secret}\n"), "line 2"),
    ] {
        let file = folder.file(name, &text);
        let ended = run(billwire().args(["sandbox", "--port", "0", "--config", &file]));
        assert_eq!(ended.code, 8, "{ended:#?}");
        assert!(ended.stderr.contains(place), "{place}: {ended:#?}");
        assert!(!ended.stderr.contains("of_nobody"), "{ended:#?}");
    }
}

#[cfg(unix)]
#[test]
fn faults_are_json_whatever_the_file_is_called_unless_it_says_toml() {
    let folder = Folder::new("sandbox-faults");
    let json = r#"{"http": [{"kind": "status", "operation": "listCategories", "status": 503}]}"#;
    let toml = "[[http]]\nkind = \"status\"\noperation = \"listCategories\"\nstatus = 503\n";
    for (name, text) in [("faults", json), ("faults.json", json), ("faults.toml", toml)] {
        let running = Running::start(&["--frozen", "--faults", &folder.file(name, text)]);
        let faults = get(&format!("{}/faults", running.url("control")));
        assert_eq!(faults["http"][0]["kind"], "status", "{name}");
        running.stop("TERM");
    }
}

/// A server of the test that takes webhooks. Gives its address and what came.
#[cfg(unix)]
fn receiver() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let came = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&came);
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            let request = read_request(&mut connection);
            noted.lock().expect("nobody panicked").push(request);
            let _ = connection
                .write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (url, came)
}

/// One call of an API of a running sandbox, as the exports that it prints would have it.
#[cfg(unix)]
fn call(running: &Running, words: &[&str], form: &str) -> Value {
    let mut command = billwire();
    command.env("BILLWIRE_Q2_API_KEY", API_KEY).env("BILLWIRE_UNBILL_API_KEY", API_KEY).env("FORM", form);
    let api = words.first().expect("an API");
    run(command.args(words).args(["--base-url", running.url(api), "--json"])).json()
}

/// An event of each API goes where an option sends it.
#[cfg(unix)]
#[test]
fn webhooks_arrive_where_the_options_say() {
    let (url, came) = receiver();
    let to = |api: &str, path: &str| format!("{api}{url}/{path}");
    let (q2, unbill, all) = (to("q2=", "q2"), to("unbill=", "unbill"), to("", "all"));
    let running = Running::start(&[
        "--frozen",
        "--time",
        "2026-03-02T12:00:00Z",
        "--webhook-url",
        &q2,
        "--webhook-url",
        &all,
        "--webhook-url",
        &unbill,
    ]);
    for (api, company, form) in [
        ("q2", "5bd885fccd274b4324a20001", r#"{"balance": "125.40", "dueDate": "03/16/2026", "status": ""}"#),
        ("unbill", "5bd885fccd274b4324a21f57", r#"{"username": "test", "password": "test"}"#),
    ] {
        let client = text(&call(&running, &[api, "client", "create", "--identifier", "a"], ""), "clientId");
        let create = [api, "auth", "create", "--client-id", &client, "--company-id", company];
        call(&running, &[&create[..], &["--items", "bill", "--form-from", "env:FORM"]].concat(), form);
    }
    let control = running.url("control");
    ask("POST", &format!("{control}/billerapi/accounts"), r#"{"clientUserId": "user-1"}"#);
    ask("PUT", &format!("{control}/clock"), r#"{"advance": "PT10S"}"#);
    let came = came.lock().expect("nobody panicked");
    for (path, word) in
        [("/q2", "auth.success"), ("/unbill", "bill.update"), ("/all", "account-link.created")]
    {
        let start = format!("POST {path} HTTP/1.1\r\n");
        let arrived = came.iter().filter(|request| request.starts_with(&start));
        assert!(arrived.clone().any(|request| request.contains(word)), "{path}: {came:#?}");
    }
    running.stop("TERM");
}
