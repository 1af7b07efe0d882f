//! That something is gone: what was erased, and when nothing of it was found any more.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::store::{Remain, RemainKind};

/// Releases of which nothing is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    pub releases: Vec<String>,
    pub erased: Erased,
    /// When all that remains in the store was listed once more.
    pub listed_again_at: Timestamp,
    /// What that listing had of these releases: nothing, or there would be no proof.
    pub left: u64,
}

/// How much was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// Of objects, the newest ones included.
    pub versions: u64,
    /// That said of an object that it is deleted.
    pub markers: u64,
    /// Writes that were never finished.
    pub uploads: u64,
    /// Of versions; what a bucket holds of an unfinished upload it does not say.
    pub bytes: u64,
}

impl Erased {
    /// What these come to.
    pub fn of<'r>(remains: impl IntoIterator<Item = &'r Remain>) -> Self {
        let mut erased = Erased::default();
        for remain in remains {
            erased.bytes += remain.size;
            *match remain.kind {
                RemainKind::Version => &mut erased.versions,
                RemainKind::Marker => &mut erased.markers,
                RemainKind::Upload => &mut erased.uploads,
            } += 1;
        }
        erased
    }
}
