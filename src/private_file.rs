//! Files that only their owner may read, made whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ssh_key::rand_core::{OsRng, RngCore};
use zeroize::Zeroizing;

/// Why a private file is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrivateFileError {
    #[error("`{}` is not there", .0.display())]
    Missing(PathBuf),
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    #[error("`{}` can be read by others than its owner", .0.display())]
    Exposed(PathBuf),
    #[error("`{}`: {kind}", path.display())]
    Io { path: PathBuf, kind: io::ErrorKind },
}

impl PrivateFileError {
    /// The way out.
    pub fn hint(&self) -> Option<String> {
        match self {
            PrivateFileError::Exposed(path) => Some(format!("chmod 600 {}", path.display())),
            _ => None,
        }
    }

    fn of(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => PrivateFileError::Missing(path.to_owned()),
            io::ErrorKind::AlreadyExists => PrivateFileError::Exists(path.to_owned()),
            kind => PrivateFileError::Io { path: path.to_owned(), kind },
        }
    }
}

/// Reads a file that must be closed to group and others.
///
/// # Errors
/// Where it is not there, is open to others, or cannot be read.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, PrivateFileError> {
    let failed = |error: io::Error| PrivateFileError::of(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(PrivateFileError::Exposed(path.to_owned()));
    }
    // Room for the whole from the start: a vector that grows leaves copies behind.
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0) + 1));
    file.read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}

/// Makes a new file for the owner alone (mode 0600); its folder is made too.
///
/// # Errors
/// [`PrivateFileError::Exists`] where the name is taken, which stays as it is.
pub fn create(path: &Path, content: &[u8]) -> Result<(), PrivateFileError> {
    let failed = |error: io::Error| PrivateFileError::of(path, &error);
    let draft = draft(path, content).map_err(failed)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).map_err(failed)?;
    linked.map_err(failed)
}

/// Puts a new file in the place of one that is there, in one step.
///
/// # Errors
/// Where the folder cannot be written.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), PrivateFileError> {
    let renamed = draft(path, content).and_then(|draft| std::fs::rename(draft, path));
    renamed.map_err(|error| PrivateFileError::of(path, &error))
}

/// The content under a name of its own, on disk to the last byte.
fn draft(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".draft-{:016x}", OsRng.next_u64()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    Ok(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_once_for_its_owner() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let path = home.path().join("keys/acme.age");
        create(&path, b"one").expect("is writable");
        assert_eq!(create(&path, b"two"), Err(PrivateFileError::Exists(path.clone())));
        assert_eq!(read(&path).expect("is the owner's").as_slice(), b"one");
        replace(&path, b"three").expect("is writable");
        assert_eq!(read(&path).expect("is the owner's").as_slice(), b"three");
        assert_eq!(std::fs::read_dir(home.path().join("keys")).expect("is there").count(), 1);
    }

    #[test]
    fn a_file_open_to_others_is_refused_with_the_way_out() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let path = home.path().join("key");
        create(&path, b"one").expect("is writable");
        for mode in [0o640, 0o604, 0o660] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("is the owner's");
            let refused = read(&path).expect_err("is exposed");
            assert_eq!(refused.hint(), Some(format!("chmod 600 {}", path.display())));
        }
        assert_eq!(read(&home.path().join("other")), Err(PrivateFileError::Missing(home.path().join("other"))));
    }
}
