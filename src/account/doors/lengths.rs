//! How long the footers of objects are: what was found out once is read in one request the next time, and exactly.
//!
//! They are told apart by size and ETag, which name the content of an object and not its key.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::account::store::Object;

/// More are not kept: some 50 MiB of a file.
const MOST: usize = 1 << 20;

/// The lengths that are known, in bytes, and where they are kept from one process to the next.
#[derive(Default)]
pub(super) struct Lengths {
    known: Mutex<Known>,
    file: Option<PathBuf>,
}

#[derive(Default)]
struct Known {
    by_state: HashMap<String, u64>,
    is_new: bool,
}

impl Lengths {
    /// Those of a file; none where it is not there, or is no such file: it spares requests, and nothing rests on it.
    pub(super) fn kept_in(file: PathBuf) -> Self {
        let by_state =
            std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Lengths { known: Mutex::new(Known { by_state, is_new: false }), file: Some(file) }
    }

    pub(super) fn get(&self, object: &Object) -> Option<u64> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).by_state.get(&state(object)).copied()
    }

    pub(super) fn set(&self, object: &Object, length: u64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if self.file.is_some() && known.by_state.len() < MOST {
            known.is_new |= known.by_state.insert(state(object), length) != Some(length);
        }
    }
}

fn state(object: &Object) -> String {
    format!("{} {}", object.size, object.pin.etag)
}

impl Drop for Lengths {
    fn drop(&mut self) {
        let known = self.known.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let (Some(file), true) = (&self.file, known.is_new) {
            let _ = keep(file, &known.by_state);
        }
    }
}

fn keep(file: &Path, by_state: &HashMap<String, u64>) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(&serde_json::to_vec(by_state)?)?;
    written.persist(file)?;
    Ok(())
}
