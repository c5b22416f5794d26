//! What the client tells about its calls, on stderr: methods, paths and statuses; the client never traces bodies, and
//! headers only from an allow-list.

use std::io;

use tracing_subscriber::EnvFilter;

/// Tells from now on. Asked for with `--verbose`, or in detail with `BILLWIRE_LOG`.
pub(crate) fn start(verbose: bool) {
    let filter = match (std::env::var("BILLWIRE_LOG"), verbose) {
        (Ok(directives), _) => EnvFilter::new(directives),
        (Err(_), true) => EnvFilter::new("billwire_core=debug"),
        (Err(_), false) => return,
    };
    // A second start, as in tests of one process, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .try_init();
}
