//! A bar on a terminal, nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::Progress;

/// Shows how many rows have arrived.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar; hidden where nobody watches.
    pub fn new(interactive: bool) -> Self {
        let bar = if interactive { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{spinner} {human_pos} rows carried over, {per_sec}");
        // The first part of a large dataset takes a while; a moving sign says that it is under way.
        bar.enable_steady_tick(Duration::from_millis(120));
        Bar(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())))
    }
}

impl Progress for Bar {
    fn part_done(&self, rows: u64) {
        self.0.inc(rows);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
