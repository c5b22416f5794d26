//! `cargo xtask lint-api`: two linters of other people judge every API description.
//!
//! Our generator accepts a strict subset of OpenAPI and knows nothing of what others expect; these two do. Their
//! settings, `apis/redocly.yaml` and `apis/spectral.yaml`, switch a rule off only with its reason above it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{process, tools};

/// Runs both linters over all descriptions. A warning or a hint fails as an error does.
///
/// # Errors
/// A linter found something, or cannot be installed.
pub(crate) fn run() -> Result<()> {
    let descriptions = descriptions(&process::root())?;
    let mut redocly = process::program(&tools::npm("redocly")?.to_string_lossy(), ["lint"]);
    redocly.args(["--config", "apis/redocly.yaml"]).args(&descriptions);
    // It would tell its maker what it was used for, and look for a newer version of itself.
    redocly.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let mut spectral = process::program(&tools::npm("spectral")?.to_string_lossy(), ["lint"]);
    spectral.args(["--ruleset", "apis/spectral.yaml", "--fail-severity", "hint"]).args(&descriptions);
    // Both run: what one finds must not hide what the other finds.
    let results = [process::run(&mut redocly), process::run(&mut spectral)];
    let failures: Vec<String> =
        results.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    if !failures.is_empty() {
        bail!("{}; the findings stand above", failures.join(", and "));
    }
    println!("lint-api: {} judged by redocly and spectral, nothing found", descriptions.join(" "));
    Ok(())
}

/// The descriptions of all APIs, as paths from the top of the project: `apis/q2/openapi.yaml` and its siblings.
///
/// # Errors
/// The folder `apis` cannot be read or holds no description.
pub(crate) fn descriptions(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join("apis")).context("reading the folder apis")? {
        let name = entry.context("reading the folder apis")?.file_name().to_string_lossy().into_owned();
        let description = format!("apis/{name}/openapi.yaml");
        if root.join(&description).is_file() {
            found.push(description);
        }
    }
    if found.is_empty() {
        bail!("there is no apis/*/openapi.yaml to judge");
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::descriptions;
    use crate::process;

    #[test]
    fn every_folder_with_a_description_is_judged() {
        let found = descriptions(&process::root()).unwrap();
        assert!(found.contains(&"apis/q2/openapi.yaml".to_owned()), "{found:?}");
    }

    #[test]
    fn nothing_to_judge_is_an_error() {
        let empty = std::env::temp_dir().join(format!("billwire-xtask-{}", std::process::id()));
        fs::create_dir_all(empty.join("apis/q2")).unwrap();
        let error = descriptions(&empty).unwrap_err();
        fs::remove_dir_all(&empty).unwrap();
        assert!(error.to_string().contains("no apis/*/openapi.yaml"), "{error}");
    }
}
