//! `cargo xtask probe-api`: a property tester of other people sends the running sandbox what a description allows, and what
//! it does not.
//!
//! Schemathesis makes requests up from `apis/<api>/openapi.yaml`, valid and invalid ones, and holds every answer against
//! it: status, type, schema, headers, wrong methods, missing credentials. The folder `apis/<api>/probe` holds its settings,
//! a small world so that identifiers name something, and every exception with its reason; `apis/probe` holds what all APIs
//! share. The seed is fixed.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::sandbox::{self, Sandbox};
use crate::{lint_api, process, tools};

/// The sandbox's clock stands still, so that no run depends on the day or on how fast it goes.
const WORLD: &[&str] = &["--frozen", "--time", "2026-03-02T12:00:00Z", "--seed", "42"];

/// What of the tester's output is worth a line at the end.
const FIGURE: &str = " generated, ";

/// Tests the sandbox of every API that has a description.
///
/// # Errors
/// The tester found something, cannot be installed, or the sandbox does not start.
pub(crate) fn run() -> Result<()> {
    let python = tools::python("python")?;
    let tester = tools::python("schemathesis")?;
    let binary = sandbox::build()?;
    for description in lint_api::descriptions(&process::root())? {
        let api = api_of(&description)?;
        let settings = prepare(api, &tools::target_folder()?)?;
        let sandbox = Sandbox::start(&binary, WORLD)?;
        let (url, control) = (sandbox.text(&format!("/{api}"))?, sandbox.text("/control")?);
        process::run(Command::new(&python).args(["world.py", url, control, "."]).current_dir(&settings))?;
        let description = process::root().join(&description);
        let mut command = Command::new(&tester);
        command.args(["--config-file", "schemathesis.toml", "run", "--no-color", "--url", url]);
        command.arg(&description).current_dir(&settings).envs(environment(&settings)?);
        // The hooks import what stands beside them.
        command.env("PYTHONPATH", &settings);
        let figure = judge(api, &mut command)?;
        println!("figure: probe-api {api}: {figure}");
    }
    Ok(())
}

/// What the world says that the settings take from the environment: credentials.
fn environment(settings: &Path) -> Result<Vec<(String, String)>> {
    let path = settings.join("environment.txt");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Runs the tester, shows what it says, and gives back its count.
fn judge(api: &str, command: &mut Command) -> Result<String> {
    let mut figure = None;
    let status = process::lines(command, |line| {
        println!("{line}");
        if line.contains(FIGURE) {
            figure = Some(line.trim().to_owned());
        }
    })?;
    let Some(figure) = figure else {
        bail!("schemathesis did not say how many cases it generated ({status}): its output stands above")
    };
    if !status.success() {
        bail!(
            "schemathesis found something in the sandbox or in apis/{api}/openapi.yaml; each finding stands above with a \
             curl command. What is right as it is gets its reason in apis/{api}/probe/hooks.py"
        );
    }
    Ok(figure)
}

/// `q2` of `apis/q2/openapi.yaml`.
///
/// # Errors
/// The path has no such part.
pub(crate) fn api_of(description: &str) -> Result<&str> {
    description.split('/').nth(1).with_context(|| format!("{description} is not in a folder below apis"))
}

/// Copies the settings to a folder of their own, because the word lists of the world must lie beside them.
fn prepare(api: &str, target: &Path) -> Result<PathBuf> {
    let apis = process::root().join("apis");
    let folder = target.join("probe").join(api);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    for source in [apis.join("probe"), apis.join(api).join("probe")] {
        let entries = fs::read_dir(&source).with_context(|| {
            format!("apis/{api}/probe is missing: it says how the sandbox of this API is tested")
        })?;
        for entry in entries {
            let path = entry.context("reading the settings")?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == OsStr::new("py") || extension == OsStr::new("toml"))
            {
                let name = path.file_name().unwrap_or_default();
                fs::copy(&path, folder.join(name)).with_context(|| format!("copying {}", path.display()))?;
            }
        }
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::{api_of, environment, judge, prepare};

    fn judged(script: &str) -> Result<String, String> {
        judge("q2", Command::new("sh").args(["-c", script])).map_err(|error| error.to_string())
    }

    #[test]
    fn a_run_without_findings_passes_and_a_finding_fails() {
        assert_eq!(judged("echo '  99 generated, 99 passed'").unwrap(), "99 generated, 99 passed");
        assert!(
            judged("echo '  99 generated, 1 found 1 unique failures'; exit 1")
                .unwrap_err()
                .contains("hooks.py")
        );
    }

    #[test]
    fn a_tester_that_breaks_off_is_a_failure() {
        assert!(judged("echo broken; exit 0").unwrap_err().contains("did not say how many"));
    }

    #[test]
    fn the_settings_are_copied_and_an_api_without_them_is_an_error() {
        let target = std::env::temp_dir().join(format!("billwire-probe-{}", std::process::id()));
        let folder = prepare(api_of("apis/q2/openapi.yaml").unwrap(), &target).unwrap();
        let copied = ["schemathesis.toml", "world.py", "hooks.py", "judgement.py", "service.py"]
            .map(|name| folder.join(name).is_file());
        fs::write(folder.join("environment.txt"), "A=1\nB=x=y\n").unwrap();
        let given = environment(&folder).unwrap();
        let missing = prepare("no-such-api", &target).unwrap_err().to_string();
        fs::remove_dir_all(&target).unwrap();
        assert_eq!(copied, [true; 5]);
        assert_eq!(given, [("A".to_owned(), "1".to_owned()), ("B".to_owned(), "x=y".to_owned())]);
        assert!(missing.contains("apis/no-such-api/probe is missing"), "{missing}");
    }
}
