//! `cargo xtask throughput`: how fast the sandbox answers, against a bare handler and against a well-known mock server.
//!
//! The measuring itself is a benchmark of the sandbox; this command installs the pinned mock server (Prism), feeds it with
//! our description, and starts the benchmark with both. A limit that is broken fails.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{process, tools};

const USAGE: &str = "Usage: cargo xtask throughput [--without-prism]";
/// What the mock server is fed with.
const DESCRIPTION: &str = "apis/q2/openapi.yaml";

/// Runs the comparison. Without Node.js or the registry it fails, unless told to do without the mock server.
///
/// # Errors
/// The mock server cannot be installed, the benchmark does not build or run, or a limit is broken.
pub(crate) fn run(arguments: &[String]) -> Result<u8> {
    let without_prism = match arguments {
        [] => false,
        [only] if only == "--without-prism" => true,
        _ => {
            eprintln!("{USAGE}");
            return Ok(2);
        }
    };
    let mut command =
        process::cargo("bench", ["--package", "billwire-sandbox", "--bench", "throughput", "--"]);
    if without_prism {
        println!("NOT RUN, as asked: the comparison with Prism");
    } else {
        let prism = tools::npm("prism").context(
            "the comparison with Prism cannot run; `cargo xtask throughput --without-prism` leaves it out",
        )?;
        command.args(["--prism", text(&prism)?]);
        command.args(["--description", text(&process::root().join(DESCRIPTION))?]);
    }
    process::run(&mut command)?;
    Ok(0)
}

fn text(path: &Path) -> Result<&str> {
    match path.to_str() {
        Some(text) => Ok(text),
        None => bail!("the path {} is not text", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::{DESCRIPTION, run};
    use crate::process;

    #[test]
    fn the_mock_server_is_fed_with_a_description_that_exists() {
        assert!(process::root().join(DESCRIPTION).is_file());
    }

    #[test]
    fn other_arguments_are_refused() {
        assert_eq!(run(&["--with-everything".to_owned()]).unwrap(), 2);
    }
}
