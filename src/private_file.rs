//! Files that only their owner may read, made whole or not at all.

use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// How the name of a file begins that is not whole yet.
const DRAFT: &str = ".draft-";

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

/// Makes a new file for the owner alone (mode 0600); its folder is made too. Where the file system can, there is no moment
/// at which it has two names.
///
/// # Errors
/// [`PrivateFileError::Exists`] where the name is taken, which stays as it is.
pub fn create(path: &Path, content: &[u8]) -> Result<(), PrivateFileError> {
    let failed = |error: io::Error| PrivateFileError::of(path, &error);
    loop {
        match draft(path, content).map_err(failed)?.persist_noclobber(path) {
            // Another process has swept the draft.
            Err(error) if error.error.kind() == io::ErrorKind::NotFound => {}
            made => return made.map(drop).map_err(|error| failed(error.error)),
        }
    }
}

/// Deletes what processes that were ended from outside left half made in a folder: it can be a whole file under a second name.
///
/// # Errors
/// Where something of it cannot be deleted.
pub fn sweep(folder: &Path) -> Result<(), PrivateFileError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| PrivateFileError::of(folder, &error))?,
    };
    let is_draft =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(DRAFT.as_bytes()));
    entries.flatten().map(|entry| entry.path()).filter(is_draft).try_for_each(|draft| delete(&draft))
}

/// Deletes a file; one that is not there is deleted already.
///
/// # Errors
/// Where it cannot be deleted.
pub fn delete(path: &Path) -> Result<(), PrivateFileError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PrivateFileError::of(path, &error)),
        _ => Ok(()),
    }
}

/// The content under a name of its own, on disk to the last byte.
fn draft(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let owners = Permissions::from_mode(0o600);
    let mut file = tempfile::Builder::new().prefix(DRAFT).permissions(owners).tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_file_is_made_once_for_its_owner() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let path = home.path().join("keys/acme.age");
        create(&path, b"one").expect("is writable");
        assert_eq!(create(&path, b"two"), Err(PrivateFileError::Exists(path.clone())));
        assert_eq!(read(&path).expect("is the owner's").as_slice(), b"one");
        let about = std::fs::metadata(&path).expect("is there");
        assert_eq!((about.permissions().mode() & 0o777, about.nlink()), (0o600, 1));
        assert_eq!(names(home.path()), ["acme.age"]);
    }

    fn names(home: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(home.join("keys")).expect("is there").flatten();
        entries.map(|entry| entry.file_name().into_string().expect("is text")).collect()
    }

    #[test]
    fn what_was_left_half_made_is_swept_and_nothing_else() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let path = home.path().join("keys/acme.age");
        assert_eq!(sweep(&home.path().join("keys")), Ok(()), "before the first file there is no folder");
        create(&path, b"one").expect("is writable");
        std::fs::hard_link(&path, home.path().join("keys/.draft-0011223344556677")).expect("is writable");
        draft(&path, b"two").expect("is writable").keep().expect("stays");
        assert_eq!(names(home.path()).len(), 3);
        assert_eq!(sweep(&home.path().join("keys")), Ok(()));
        assert_eq!(names(home.path()), ["acme.age"]);
    }

    #[test]
    fn a_file_is_made_though_others_sweep() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let folder = home.path().join("keys");
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::SeqCst) {
                    sweep(&folder).expect("can be swept");
                }
            });
            let made = (0..200).map(|number| create(&folder.join(number.to_string()), b"one")).collect::<Vec<_>>();
            done.store(true, std::sync::atomic::Ordering::SeqCst);
            assert_eq!(made, [const { Ok(()) }; 200]);
        });
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
