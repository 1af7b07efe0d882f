//! Time in the ledger goes forward, and who reads it lives after it.

use jiff::{SignedDuration, Timestamp};

use super::{Ledger, LedgerError};

/// How far the clocks of those who write may be apart.
pub const SKEW: SignedDuration = SignedDuration::from_mins(5);

impl Ledger<'_> {
    /// Demands that it is not well before the latest entry: by a clock that was set back, what has ended would hold again.
    ///
    /// # Errors
    /// Where it is, by more than clocks may differ.
    pub fn demand_past(&self, now: Timestamp) -> Result<(), LedgerError> {
        match self.entries().map(|entry| entry.at).max() {
            Some(latest) if is_before(now, latest) => Err(LedgerError::Clock { now, latest }),
            _ => Ok(()),
        }
    }

    /// The places of entries whose time is well before that of an earlier one.
    pub fn backward(&self) -> Vec<u64> {
        let mut latest = Timestamp::MIN;
        let mut is_backward = |at: Timestamp| {
            latest = latest.max(at);
            is_before(at, latest)
        };
        (0..).zip(self.entries()).filter(|(_, entry)| is_backward(entry.at)).map(|(place, _)| place).collect()
    }
}

fn is_before(at: Timestamp, latest: Timestamp) -> bool {
    latest.duration_since(at) > SKEW
}
