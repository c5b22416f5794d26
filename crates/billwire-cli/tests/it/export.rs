//! The export of all bills: its files, and what interrupts it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::{API_KEY, Ended, Folder, Service, billwire, odd_server, run};
use crate::scripted::{Scripted, Step};

const PARTNER: &str = "55942f330cfcfd6c4ed529d9";

/// How a service ends its answer.
#[derive(Clone, Copy)]
enum End {
    Whole,
    /// The connection breaks after so many bills.
    CutAfter(usize),
    /// Nothing more comes after so many bills, and the connection stays.
    StallAfter(usize),
}

/// A service with `count` bills. Gives its base URL.
fn service(count: usize, end: End) -> String {
    odd_server(move |mut connection| {
        // A reader that was killed is no failure of the service.
        let _ = answer(&mut connection, count, end);
    })
}

fn answer(connection: &mut TcpStream, count: usize, end: End) -> std::io::Result<()> {
    let sent = match end {
        End::Whole => count,
        End::CutAfter(sent) | End::StallAfter(sent) => sent,
    };
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    connection.write_all(head.as_bytes())?;
    chunk(connection, "{\"data\":[")?;
    for batch in (0..sent).collect::<Vec<_>>().chunks(100) {
        let mut text = String::new();
        for number in batch {
            text.push_str(if *number == 0 { "" } else { "," });
            text.push_str(&bill(*number).to_string());
        }
        chunk(connection, &text)?;
    }
    match end {
        End::Whole => {
            chunk(connection, "]}")?;
            connection.write_all(b"0\r\n\r\n")
        }
        End::CutAfter(_) => connection.shutdown(std::net::Shutdown::Both),
        // Ends when the reader has gone.
        End::StallAfter(_) => connection.read(&mut [0]).map(drop),
    }
}

fn chunk(connection: &mut TcpStream, text: &str) -> std::io::Result<()> {
    write!(connection, "{:x}\r\n{text}\r\n", text.len())
}

fn bill(number: usize) -> Value {
    json!({
        "bill": {
            "_id": format!("bill-{number:06}"),
            "auth": {"_id": format!("auth-{number:06}"), "status": {"type": "verified"}, "items": ["bill"]},
            "balance": format!("{number}.00"),
            "dueDate": "2026-04-15T00:00:00.000Z",
            "payDate": "2026-04-15T00:00:00.000Z",
            "status": {"type": "upcoming"},
            "settings": {"recurring": "enabled", "schedule": "on-due-date", "notifications": "enabled"},
            "company": {"_id": "5bd885fccd274b4324a20001", "name": "Regular Company 1"},
            "customLabel": "x".repeat(300),
        },
        "payments": [],
        "partnerUserId": "616f208da973a0828ecd0164",
        "partnerId": PARTNER,
    })
}

/// `billwire q2 bill export` to `out`, with further words.
fn export(base_url: &str, out: &str, words: &[&str]) -> Command {
    let mut command = billwire();
    command.env("BILLWIRE_Q2_BASE_URL", base_url).env("BILLWIRE_Q2_API_KEY", API_KEY);
    command.args(["q2", "bill", "export", "--partner-id", PARTNER, "--out", out]).args(words);
    command
}

#[track_caller]
fn done(base_url: &str, out: &str, words: &[&str]) -> String {
    let ended = run(&mut export(base_url, out, words));
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert!(
        !exists(&format!("{out}.partial")) && !exists(&format!("{out}.checkpoint")),
        "nothing is left over"
    );
    fs::read_to_string(out).expect("the file")
}

fn exists(path: &str) -> bool {
    fs::exists(path).expect("a folder that can be read")
}

/// Waits until so many batches are safe.
fn wait_for_batches(out: &str, batches: usize) {
    for _ in 0..12_000 {
        let text = fs::read_to_string(format!("{out}.checkpoint")).unwrap_or_default();
        if text.lines().filter(|line| line.ends_with('}')).count() > batches {
            return;
        }
        breathe();
    }
    panic!("no checkpoint was written")
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for: no clock of ours drives it")]
fn breathe() {
    thread::sleep(Duration::from_millis(5));
}

fn kill(mut child: Child) {
    // On Unix this is SIGKILL: the process gets no chance to tidy up.
    child.kill().expect("it runs");
    child.wait().expect("it ended");
}

#[test]
fn json_is_one_array_with_one_bill_on_each_line() {
    let folder = Folder::new("export-json");
    let out = format!("{}/bills.json", folder.path());
    let text = done(&service(3, End::Whole), &out, &[]);
    let bills: Vec<Value> = serde_json::from_str(&text).expect("an array");
    assert_eq!(bills, [bill(0), bill(1), bill(2)]);
    assert_eq!(text.lines().count(), 5, "{text}");
    assert_eq!(done(&service(0, End::Whole), &format!("{out}.empty"), &[]), "[\n]\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&out).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it holds what customers owe");
    }
}

#[test]
fn csv_is_quoted_and_no_text_is_a_formula() {
    let folder = Folder::new("export-csv");
    let out = format!("{}/bills.csv", folder.path());
    let base_url = odd_server(|mut connection| {
        let mut odd = bill(7);
        odd["bill"]["balance"] = json!("-7.00");
        odd["bill"]["customLabel"] = json!("=HYPERLINK(\"http://example.com\")");
        odd["bill"]["company"]["name"] = json!("Water, Light & \"Co\"");
        odd["bill"]["meta"] = json!({"accountNumber": "-12345"});
        odd["payments"] = json!([{"amount": "1.00", "paidOn": "2026-01-01T00:00:00.000Z"}]);
        let body = json!({"data": [odd]}).to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        connection.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    });
    insta::assert_snapshot!(
        "export_csv",
        done(&base_url, &out, &["--format", "csv"]).replace("\r\n", "[CRLF]\n")
    );
}

#[test]
fn the_bills_of_the_sandbox_are_exported() {
    let service = Service::start();
    let client = service.call(&["client", "create", "--identifier", "customer-1"])["clientId"].clone();
    let mut link = service.command([
        "q2",
        "auth",
        "create",
        "--company-id",
        "5bd885fccd274b4324a20001",
        "--items",
        "bill",
    ]);
    link.args(["--client-id", client.as_str().expect("an id"), "--form-from", "env:LOGIN", "--json"]);
    run(link.env("LOGIN", r#"{"username": "test", "password": "any"}"#)).json();
    service.wait(service.sandbox.advance("PT5S")).expect("time passes");
    let folder = Folder::new("export-sandbox");
    let out = format!("{}/bills.csv", folder.path());
    let ended = run(&mut export(&service.sandbox.urls().q2, &out, &["--format", "csv", "--json"]));
    assert_eq!(
        ended.json(),
        json!({"file": out, "format": "csv", "bills": 1, "kept": 0, "unreadable": 0, "unreadable_entries": 0})
    );
    let text = fs::read_to_string(&out).expect("the file");
    assert!(text.contains(",Regular Company 1,") && text.contains(",upcoming,100.00,"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn tens_of_thousands_of_bills_need_little_memory() {
    const BILLS: usize = 60_000;
    let folder = Folder::new("export-memory");
    let out = format!("{}/bills.json", folder.path());
    let mut child = export(&service(BILLS, End::Whole), &out, &[])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut peak_kib = 0;
    while child.try_wait().expect("a process").is_none() {
        // The process may end between the two looks.
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
        peak_kib = peak_kib.max(line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number"));
        breathe();
    }
    let ended = Ended::from(child.wait_with_output().expect("it ended"));
    assert_eq!(ended.code, 0, "{ended:#?}");
    let text = fs::read_to_string(&out).expect("the file");
    assert_eq!(text.lines().count(), BILLS + 2);
    let size_kib = text.len() as u64 / 1024;
    println!("figure: export of {BILLS} bills, {size_kib} KiB: {peak_kib} KiB of memory at most");
    assert!(peak_kib > 0 && peak_kib < size_kib, "{peak_kib} KiB for a file of {size_kib} KiB");
}

#[test]
fn an_export_that_was_killed_goes_on_and_is_the_same_in_the_end() {
    for format in ["json", "csv"] {
        let folder = Folder::new(&format!("export-killed-{format}"));
        let (out, expected) = (format!("{}/bills", folder.path()), format!("{}/whole", folder.path()));
        let whole = service(2_500, End::Whole);
        let child = export(&service(2_500, End::StallAfter(1_700)), &out, &["--format", format])
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        wait_for_batches(&out, 3);
        kill(child);
        assert!(!exists(&out), "nothing is there under its name before it is complete");

        // What a crash of the machine could leave: data and a line of the checkpoint that were never finished.
        let mut partial =
            fs::File::options().append(true).open(format!("{out}.partial")).expect("the partial file");
        partial.write_all(b",\n{\"bill\":{\"_id\":\"bi").expect("written");
        let mut checkpoint =
            fs::File::options().append(true).open(format!("{out}.checkpoint")).expect("its checkpoint");
        checkpoint.write_all(b"{\"bytes\":99999999,\"dig").expect("written");
        // And killed again.
        let again = service(2_500, End::StallAfter(2_100));
        redirect_checkpoint(&out, &again);
        let child = export(&again, &out, &["--format", format])
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        wait_for_batches(&out, 4);
        kill(child);

        // The address is part of what an export is: the same service, in its third answer.
        redirect_checkpoint(&out, &whole);
        let resumed = run(&mut export(&whole, &out, &["--format", format, "--json"])).json();
        assert_eq!((&resumed["bills"], &resumed["kept"]), (&json!(2_500), &json!(2_000)));
        let uninterrupted = done(&whole, &expected, &["--format", format]);
        assert!(fs::read_to_string(&out).expect("the file") == uninterrupted, "byte for byte, as {format}");
    }
}

/// The servers of a test have different ports, and an export belongs to one address: says that `base_url` is it.
fn redirect_checkpoint(out: &str, base_url: &str) {
    let path = format!("{out}.checkpoint");
    let text = fs::read_to_string(&path).expect("a checkpoint");
    let (header, batches) = text.split_once('\n').expect("a header");
    let mut header: Value = serde_json::from_str(header).expect("JSON");
    header["base_url"] = json!(base_url);
    fs::write(&path, format!("{header}\n{batches}")).expect("written");
}

#[test]
fn a_connection_that_breaks_keeps_what_came() {
    let folder = Folder::new("export-cut");
    let out = format!("{}/bills.json", folder.path());
    let ended = run(&mut export(&service(700, End::CutAfter(620)), &out, &[]));
    assert_eq!(ended.code, 11, "{ended:#?}");
    assert!(
        ended.stderr.contains("620 bills are safe in") && ended.stderr.contains("goes on from there"),
        "{ended:#?}"
    );
    assert!(!exists(&out));
    let whole = service(700, End::Whole);
    redirect_checkpoint(&out, &whole);
    let ended = run(&mut export(&whole, &out, &[]));
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, format!("700 bills in {out}\n").as_str()),
        "{ended:#?}"
    );
    assert!(ended.stderr.contains("going on: 620 bills"), "{ended:#?}");
    let other = format!("{out}.whole");
    assert!(fs::read_to_string(&out).expect("the file") == done(&whole, &other, &[]));
}

#[test]
fn a_bill_that_cannot_be_read_is_missed_and_told() {
    let folder = Folder::new("export-unreadable");
    let out = format!("{}/bills.json", folder.path());
    let base_url = odd_server(|mut connection| {
        let body = json!({"data": [bill(0), {"bill": {"_id": 7}}, bill(2)]}).to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        connection.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    });
    let ended = run(&mut export(&base_url, &out, &["--json"]));
    assert_eq!(ended.code, 11, "{ended:#?}");
    assert!(
        ended.stderr.contains("1 bill was not readable") && ended.stderr.contains("data[1]"),
        "{ended:#?}"
    );
    let bills: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(&out).expect("the file")).expect("an array");
    assert_eq!(bills, [bill(0), bill(2)]);
}

/// What cannot be read inside a bill is named too, and counted with the rest of its list.
#[test]
fn an_unreadable_entry_of_a_bill_is_named() {
    let mut broken = bill(1);
    broken["payments"] =
        json!([{ "amount": "1.00", "paidOn": "2026-03-01T00:00:00.000Z" }, 4111, { "amount": true }]);
    let answer = json!({ "data": [bill(0), broken, 7] });
    let folder = Folder::new("export-entries");
    for (format, found) in [("json", "bill-000001"), ("csv", ",3\r\n")] {
        let out = format!("{}/bills.{format}", folder.path());
        let server = Scripted::new(vec![Step::ok(&answer)]);
        let ended = run(&mut export(&server.url, &out, &["--format", format, "--json"]));
        assert_eq!(ended.code, 11, "{ended:#?}");
        for place in
            ["1 bill and 2 entries of bills", "data[1].payments[1]", "data[1].payments[2]", "data[2]"]
        {
            assert!(ended.stderr.contains(place), "{place}: {ended:#?}");
        }
        assert!(!ended.stderr.contains("4111"), "no values: {ended:#?}");
        let summary: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        assert_eq!((&summary["unreadable"], &summary["unreadable_entries"]), (&json!(1), &json!(2)));
        assert!(fs::read_to_string(&out).expect("the file").contains(found));
    }
}

#[test]
fn nothing_is_overwritten_unless_that_was_said() {
    let folder = Folder::new("export-refused");
    let out = folder.file("bills.json", "mine");
    let base_url = service(2, End::Whole);
    let refused = |words: &[&str], says: &str| {
        let ended = run(&mut export(&base_url, &out, words));
        assert_eq!(ended.code, 8, "{ended:#?}");
        assert!(ended.stderr.contains(says), "{ended:#?}");
    };
    refused(&[], "is there already");
    assert_eq!(fs::read_to_string(&out).expect("the file"), "mine");
    done(&base_url, &out, &["--overwrite"]);
    fs::remove_file(&out).expect("removed");

    // Somebody else's file under the name of ours.
    folder.file("bills.json.partial", "mine too");
    refused(&[], "no checkpoint beside it");
    assert_eq!(fs::read_to_string(format!("{out}.partial")).expect("the file"), "mine too");
    assert!(!exists(&format!("{out}.checkpoint")));
    folder.file("bills.json.checkpoint", "{}\n");
    refused(&[], "no checkpoint beside it");
    done(&base_url, &out, &["--restart"]);
    fs::remove_file(&out).expect("removed");

    // An interrupted export that was changed, or that is another one.
    let cut = service(20, End::CutAfter(10));
    assert_eq!(run(&mut export(&cut, &out, &[])).code, 11);
    refused(&[], "belongs to another export: partner 55942f330cfcfd6c4ed529d9 at http://127.0.0.1");
    redirect_checkpoint(&out, &base_url);
    refused(&["--format", "csv"], "as json");
    let partial = format!("{out}.partial");
    let text = fs::read_to_string(&partial).expect("the file");
    fs::write(&partial, text.replacen("bill-000003", "bill-999999", 1)).expect("written");
    refused(&[], "is not what the interrupted export wrote");
    fs::write(&partial, &text[..text.len() / 2]).expect("written");
    refused(&[], "is not what the interrupted export wrote");
    done(&base_url, &out, &["--restart"]);
}

#[test]
fn two_exports_do_not_write_the_same_file() {
    let folder = Folder::new("export-two");
    let out = format!("{}/bills.json", folder.path());
    let base_url = service(2_000, End::StallAfter(1_000));
    let first = export(&base_url, &out, &[]).stderr(Stdio::null()).spawn().expect("the binary starts");
    wait_for_batches(&out, 1);
    for words in [&[][..], &["--restart"]] {
        let ended = run(&mut export(&base_url, &out, words));
        assert_eq!(ended.code, 8, "{ended:#?}");
        assert!(ended.stderr.contains("another export is writing"), "{ended:#?}");
    }
    kill(first);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_sent() {
    for (out, code) in [("/nowhere/at/all/bills.json", 8), ("/", 2), ("", 2)] {
        let ended = run(&mut export("http://127.0.0.1:1/v1", out, &[]));
        assert_eq!(ended.code, code, "{ended:#?}");
    }
}

#[test]
fn an_export_that_never_began_leaves_nothing() {
    let service = Service::start();
    let folder = Folder::new("export-nothing");
    let out = format!("{}/bills.json", folder.path());
    let mut command = export(&service.sandbox.urls().q2, &out, &[]);
    let ended = run(command.args(["--restart"]).env("BILLWIRE_Q2_API_KEY", "no-such-key"));
    assert_eq!(ended.code, 5, "{ended:#?}");
    assert!(!ended.stderr.contains("safe"), "{ended:#?}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
