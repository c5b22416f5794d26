//! `cargo xtask codegen`: from an API description to every file that repeats it.
//!
//! [`read`] knows where everything stands, [`resolve`] checks it and builds the [`model`], the `render_…` modules turn
//! the model into text, [`write`] brings the tree up to date. Same description, same bytes: nothing here reads a clock,
//! the network or the order of a hash map.

pub mod model;
mod names;
pub mod problem;
pub mod read;
#[cfg(test)]
mod received;
mod render;
mod render_client;
mod render_commands;
mod render_decode;
mod render_events;
mod render_models;
mod render_one_of;
mod render_operations;
mod render_reference;
mod render_samples;
mod render_schemas;
mod render_server;
mod render_tests;
mod render_types;
mod resolve;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use model::Description;
use problem::Problems;
use write::Output;

const USAGE: &str = "\
Usage: cargo xtask codegen [--check] [--api NAME] [--root FOLDER]

Writes the models, the operation table, the client, the sandbox's router, the command's dispatch, the reference pages and
the tests of examples and samples from apis/NAME/openapi.yaml, and deletes generated files that nothing generates any more.

  --check        change nothing; fail if a file is out of date, missing or left over
  --api NAME     only this API (default: every folder of apis/)
  --root FOLDER  the workspace (default: this one)

Exit codes: 0 done or up to date, 1 mistakes in a description or files out of date, 2 wrong arguments";

/// What was asked for.
struct Request {
    check: bool,
    api: Option<String>,
    root: PathBuf,
}

/// Runs the command. Returns the exit code.
pub fn run(arguments: &[String]) -> Result<u8> {
    if arguments.iter().any(|argument| matches!(argument.as_str(), "--help" | "-h")) {
        println!("{USAGE}");
        return Ok(0);
    }
    let Request { check, api, root } = match read_arguments(arguments) {
        Ok(request) => request,
        Err(problem) => {
            eprintln!("error: {problem}\n\n{USAGE}");
            return Ok(2);
        }
    };
    let all = apis(&root)?;
    let chosen = match api {
        Some(api) => vec![api],
        None => all.clone(),
    };
    let mut code = 0;
    for api in chosen {
        let mut output = match describe(&root, &api) {
            Ok(description) => generate(&description),
            Err(error) => {
                eprintln!("{error:#}");
                code = 1;
                continue;
            }
        };
        output.folders.extend(write::orphans(&root, &all)?);
        code = code.max(if check { report(&root, &api, &output)? } else { update(&root, &output)? });
    }
    Ok(code)
}

fn read_arguments(arguments: &[String]) -> Result<Request, String> {
    let mut request = Request { check: false, api: None, root: crate::workspace_root() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().ok_or_else(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--check" => request.check = true,
            "--api" => request.api = Some(value()?),
            "--root" => request.root = PathBuf::from(value()?),
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    Ok(request)
}

fn update(root: &Path, output: &Output) -> Result<u8> {
    let done = write::write(root, output)?;
    for line in &done {
        println!("{line}");
    }
    println!("{} files generated, {} changed", output.files.len(), done.len());
    Ok(0)
}

fn report(root: &Path, api: &str, output: &Output) -> Result<u8> {
    let report = write::check(root, output)?;
    if report.is_empty() {
        println!("{} generated files of {api} are up to date", output.files.len());
        return Ok(0);
    }
    eprintln!(
        "{report}error: generated files of {api} are not up to date; run `cargo xtask codegen` and commit the result"
    );
    Ok(1)
}

/// The APIs that have a description.
fn apis(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("apis");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("openapi.yaml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    if names.is_empty() {
        bail!("no apis/NAME/openapi.yaml below {}", root.display());
    }
    Ok(names)
}

/// Reads and checks the description of one API.
pub fn describe(root: &Path, api: &str) -> Result<Description> {
    let path = format!("apis/{api}/openapi.yaml");
    let text = fs::read_to_string(root.join(&path)).with_context(|| format!("cannot read {path}"))?;
    parse(api, &path, &text)
}

/// Checks the text of a description.
pub fn parse(api: &str, path: &str, text: &str) -> Result<Description> {
    let problems = Problems::default();
    let Some(root) = read::read(text, &problems) else {
        problems.into_result(path, ())?;
        bail!("{path}: not a description");
    };
    let description = resolve::resolve(api, path, &root, &problems);
    Ok(problems.into_result(path, description)?)
}

/// Renders everything in memory.
fn generate(description: &Description) -> Output {
    let mut output = Output::default();
    models(description, &mut output);
    calls(description, &mut output);
    let reference = format!("docs/reference/{}", description.api);
    for (name, text) in render_reference::render(description) {
        output.add(format!("{reference}/{name}"), text);
    }
    output.folders.insert(reference);
    render_tests::add(description, &mut output);
    render_samples::add(description, &mut output);
    output
}

/// Client, server and command: only if there is something to call.
fn calls(description: &Description, output: &mut Output) {
    let api = &description.api;
    let core = [
        ("calls.rs", render_client::render_calls(description)),
        ("client.rs", render_client::render_client(description)),
        ("mod.rs", render_client::render_module(description)),
    ];
    let sandbox = [
        ("mod.rs", render_server::render_module(description)),
        ("router.rs", render_server::render_router(description)),
        ("schemas.json", render_schemas::render(description)),
        ("server.rs", render_server::render_server(description)),
    ];
    let cli = [
        ("dispatch.rs", render_commands::render_dispatch(description)),
        ("mod.rs", render_commands::render_module(description)),
    ];
    let files: [(&str, &[(&str, String)]); 3] = [("core", &core), ("sandbox", &sandbox), ("cli", &cli)];
    for (name, files) in files {
        let folder = format!("crates/billwire-{name}/src/{api}/generated");
        let used = files.iter().filter(|_| !description.operations.is_empty());
        output.folder(&folder, used.map(|(name, text)| (*name, text.clone())));
    }
}

fn models(description: &Description, output: &mut Output) {
    let folder = format!("crates/billwire-models/src/{}/generated", description.api);
    let schemas: Vec<_> = description
        .schemas
        .iter()
        .filter(|schema| render_events::has_own_file(description, schema))
        .collect();
    for schema in &schemas {
        let path = format!("{folder}/{}.rs", names::module(&schema.name));
        output.add(path, render_models::render(description, schema));
    }
    if let Some(events) = &description.events {
        output.add(format!("{folder}/event.rs"), render_events::render(description, events));
    }
    output.add(format!("{folder}/operations.rs"), render_operations::render(description));
    output.add(format!("{folder}/mod.rs"), render_models::render_module(description, &schemas));
    output.folders.insert(folder);
}
