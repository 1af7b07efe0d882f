//! A bar on a terminal, nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Common, tell};
use crate::engine::Progress;
use crate::page::visible;

/// Shows how many rows have arrived.
pub struct Bar {
    bar: ProgressBar,
    quiet: bool,
}

impl Bar {
    /// A bar; hidden where nobody watches.
    pub fn new(common: &Common) -> Self {
        let bar = if common.interactive() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{spinner} {human_pos} rows carried over, {per_sec}");
        // The first part of a large dataset takes a while; a moving sign says that it is under way.
        bar.enable_steady_tick(Duration::from_millis(120));
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Bar { bar, quiet: common.quiet }
    }
}

impl Progress for Bar {
    fn part_done(&self, rows: u64) {
        self.bar.inc(rows);
    }

    fn warn(&self, words: &str) {
        if !self.quiet {
            self.bar.suspend(|| tell(&format!("warning: {}", visible(words))));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
