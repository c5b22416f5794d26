//! Running the binary with nothing inherited, and something for it to talk to.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use billwire_sandbox::{Sandbox, SandboxBuilder};
use serde_json::Value;
use tokio::runtime::Runtime;

/// The key of every local sandbox.
pub(crate) const API_KEY: &str = "dc220490-e6ee-11e5-8a94-e7385a8d929e";

/// The client of every local sandbox.
pub(crate) const CLIENT_ID: &str = "client_sandbox";
pub(crate) const CLIENT_SECRET: &str = "bb_test_sandbox_secret";

/// The binary, with an empty environment.
pub(crate) fn billwire() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_billwire"));
    command.env_clear().env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The one JSON value on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:#?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Both streams, for a snapshot.
    pub(crate) fn whole(&self) -> String {
        format!("exit code: {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

impl From<Output> for Ended {
    #[track_caller]
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        let ended = Self {
            code: output.status.code().expect("no signal ended it"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        assert!(!ended.stderr.contains("panicked"), "{ended:#?}");
        ended
    }
}

/// Runs `command` to its end.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Ended {
    command.output().expect("the binary starts").into()
}

/// Runs `command` with `input` on its standard input.
#[track_caller]
pub(crate) fn run_with_input(command: &mut Command, input: &str) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    // A command that refuses its input before reading it closes the pipe.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends").into()
}

/// A sandbox inside this process, on a frozen clock unless a test asks for another.
pub(crate) struct Service {
    pub(crate) sandbox: Sandbox,
    runtime: Runtime,
}

impl Service {
    pub(crate) fn start() -> Self {
        Self::start_with(Sandbox::builder())
    }

    pub(crate) fn start_with(builder: SandboxBuilder) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let sandbox = runtime.block_on(builder.start()).expect("a sandbox");
        Self { sandbox, runtime }
    }

    /// Waits for a future of the sandbox.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// The binary, with the address and the key of this sandbox in its environment.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Command {
        let mut command = billwire();
        command
            .env("BILLWIRE_Q2_BASE_URL", &self.sandbox.urls().q2)
            .env("BILLWIRE_Q2_API_KEY", API_KEY)
            .env("BILLWIRE_UNBILL_BASE_URL", &self.sandbox.urls().unbill)
            .env("BILLWIRE_UNBILL_API_KEY", API_KEY)
            .env("BILLWIRE_BILLERAPI_BASE_URL", &self.sandbox.urls().billerapi)
            .env("BILLWIRE_BILLERAPI_CLIENT_ID", CLIENT_ID)
            .env("BILLWIRE_BILLERAPI_CLIENT_SECRET", CLIENT_SECRET)
            .args(words);
        command
    }

    /// Runs `billwire q2 WORDS --json` and gives the answer.
    #[track_caller]
    pub(crate) fn call(&self, words: &[&str]) -> Value {
        run(&mut self.command([&["q2"], words, &["--json"]].concat())).json()
    }

    /// Runs `billwire API WORDS --json` with options whose secrets come from variables, and gives the answer.
    #[track_caller]
    pub(crate) fn call_of(&self, api: &str, words: &[&str], secrets: &[(&str, &str)]) -> Value {
        let mut command = self.command([&[api], words, &["--json"]].concat());
        for (option, secret) in secrets {
            let variable = option.trim_start_matches('-').replace('-', "_").to_uppercase();
            command.args([option.to_string(), format!("env:{variable}")]).env(variable, secret);
        }
        run(&mut command).json()
    }

    /// `text` without the port, which differs from run to run.
    pub(crate) fn without_port(&self, text: &str) -> String {
        text.replace(&self.sandbox.urls().q2, "[q2]")
    }
}

/// A member that is a text.
#[track_caller]
pub(crate) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

/// A folder of its own, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server that reads a whole request and then does `answer` with the connection, again and again. Gives its base URL.
pub(crate) fn odd_server(answer: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            read_request(&mut connection);
            answer(connection);
        }
    });
    format!("http://{address}/v1")
}

/// Reads head and body to the end: closing with something unread would reset the connection.
pub(crate) fn read_request(connection: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&String::from_utf8_lossy(&request)) {
        match connection.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => request.extend(buffer.iter().take(read)),
        }
    }
    String::from_utf8_lossy(&request).into_owned()
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
