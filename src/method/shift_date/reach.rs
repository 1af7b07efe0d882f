//! How far dates move.

use crate::document::{Fault, Section};
use crate::method::values::{below, word};

/// The most days, either way, and the days between two offsets: one, or a week's.
pub struct Reach {
    days: u64,
    step: u64,
}

impl Reach {
    /// Takes `days` and `weekday`.
    ///
    /// # Errors
    /// Where no offset is within `days`, or it is more than a hundred years.
    pub fn take(section: &mut Section<'_>) -> Result<Self, Fault> {
        let days: u64 = section.required("days")?;
        let step = if section.optional("weekday")?.unwrap_or(false) { 7 } else { 1 };
        if !(step..=36_500).contains(&days) {
            return Err(section.fault_at("days", format!("`days` takes {step} to 36500 here"), None));
        }
        Ok(Reach { days, step })
    }

    /// Days for a hash: a multiple of the step, at most `days` either way, never none.
    pub fn offset(&self, hash: &[u8; 32]) -> i128 {
        let most = (self.days / self.step) as usize;
        let choice = below(word::<0>(hash), 2 * most) as i128 - most as i128;
        (if choice < 0 { choice } else { choice + 1 }) * i128::from(self.step)
    }

    /// The reach in words.
    pub fn words(&self) -> String {
        match self.step {
            7 => format!("whole weeks, 7 to {} days before or after", self.days / 7 * 7),
            _ => format!("days, 1 to {} before or after", self.days),
        }
    }

    /// The reach by its options.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        vec![("days", self.days.to_string()), ("weekday", (self.step == 7).to_string())]
    }
}
