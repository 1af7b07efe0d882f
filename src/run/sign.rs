//! The sign that a run of this workspace lives: a file that its process holds locked until it ends, however it ends.
//!
//! It names the release that the run writes, so that of one that was killed can be erased what it wrote, and nothing else.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::consent::is_id;

/// A run's own sign.
pub(super) struct Sign {
    path: PathBuf,
    file: File,
}

impl Sign {
    /// The sign of a run that begins; none where the folder takes no file, and then nobody finds out that it was killed before a
    /// day is over.
    pub fn put(folder: &Path, run: &str) -> Option<Self> {
        std::fs::create_dir_all(folder).ok()?;
        let path = folder.join(run);
        let file = File::options().create_new(true).append(true).open(&path).ok()?;
        file.try_lock().is_ok().then_some(Sign { path, file })
    }

    /// Notes the release before its first part is written.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn writes(&mut self, release: &str) -> std::io::Result<()> {
        self.file.write_all(release.as_bytes())?;
        self.file.sync_all()
    }

    /// Takes the sign away: the ledger tells how the run ended.
    pub fn end(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What a sign tells of a run.
pub(super) enum Life {
    /// Its process holds it.
    Lives,
    /// Nobody does.
    Killed(Lost),
    /// It began elsewhere, or its sign cannot be read.
    Unknown,
}

impl Life {
    /// What is told of a run.
    pub fn of(folder: &Path, run: &str) -> Self {
        if !is_id(run) {
            return Life::Unknown;
        }
        let path = folder.join(run);
        let Ok(file) = File::open(&path) else { return Life::Unknown };
        match file.try_lock() {
            Ok(()) => Life::Killed(Lost(Sign { path, file })),
            Err(TryLockError::WouldBlock) => Life::Lives,
            Err(TryLockError::Error(_)) => Life::Unknown,
        }
    }
}

/// The sign of a run that was killed, which nobody else looks at meanwhile.
pub(super) struct Lost(Sign);

impl Lost {
    /// The release that the run was writing, if it had come so far.
    pub fn release(&self) -> Option<String> {
        let mut named = String::new();
        (&self.0.file).take(256).read_to_string(&mut named).ok()?;
        Some(named).filter(|named| is_id(named))
    }

    /// As [`Sign::end`].
    pub fn end(self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sign_that_nobody_holds_is_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sign = Sign::put(folder.path(), "0a").expect("a sign");
        sign.writes("20261128-abc").expect("noted");
        let life = |run| Life::of(folder.path(), run);
        assert!(matches!(life("0a"), Life::Lives));
        assert!(matches!(life("0b"), Life::Unknown) && matches!(life("../0a"), Life::Unknown));
        drop(sign);
        let Life::Killed(lost) = life("0a") else { panic!("nobody holds it") };
        assert_eq!(lost.release().as_deref(), Some("20261128-abc"));
        assert!(matches!(life("0a"), Life::Lives), "somebody settles it already");
        lost.end();
        assert!(matches!(life("0a"), Life::Unknown));
    }
}
