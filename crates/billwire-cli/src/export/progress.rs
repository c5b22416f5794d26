//! What a person sees meanwhile: on a terminal only, on standard error, without colours.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// How often the line moves although nothing arrives.
const TICK: Duration = Duration::from_millis(250);
/// The service does not say how many there will be.
const TEMPLATE: &str = "{spinner} {human_pos} bills, {per_sec}, {elapsed}";

pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Begins at `kept` bills. Programs that read JSON and files that take standard error see nothing.
    pub(crate) fn start(output: Output, kept: u64) -> Self {
        let bar = ProgressBar::no_length();
        if output.is_json() || !io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        } else {
            // A template that is not understood leaves the usual one.
            if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
        }
        bar.set_position(kept);
        bar.reset_eta();
        Self(bar)
    }

    pub(crate) fn one_more(&self) {
        self.0.inc(1);
    }

    /// Leaves the line free for what comes next.
    pub(crate) fn stop(&self) {
        self.0.finish_and_clear();
    }
}
