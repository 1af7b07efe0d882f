//! Writes that killed processes left unfinished: they are of no release, no listing shows them, and they take room.

use super::contents::release_of;
use crate::account::doors::Test;
use crate::account::store::{Remain, StoreError};
use crate::evidence::Erased;

/// Takes away the unfinished writes below a root that nobody is making any more; how much that was.
///
/// # Errors
/// Where the store cannot be asked, or refuses.
pub fn tidy(test: &Test) -> Result<Erased, StoreError> {
    let mut left = match test.store.remains("") {
        Err(StoreError::Missing) => Vec::new(),
        remains => remains?,
    };
    left.retain(|remain| remain.is_abandoned && is_ours(remain));
    test.store.erase(&left)?;
    Ok(Erased::of(&left))
}

/// Whether verho has made it: others may upload below the root too.
fn is_ours(remain: &Remain) -> bool {
    let name = remain.key.rsplit('/').next().unwrap_or_default();
    name.starts_with(".verho-") || (name.starts_with("part-") && release_of(&remain.key).is_some())
}
