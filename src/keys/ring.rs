//! Where wrapped secrets lie: one file a customer, opened by one kind of wrapper.

use std::fs::File;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::secret::Secret;
use crate::consent::is_id;
use crate::error::{Failure, Kind};
use crate::private_file::{self, PrivateFileError};

/// Why a secret cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("`{0}` cannot name a customer")]
    Name(String),
    #[error("customer `{0}` has no pseudonym secret")]
    NoSecret(String),
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("nothing says how the keyring is unlocked")]
    NoUnlock,
    #[error("VERHO_KEYRING_KEY and VERHO_KEYRING_PASSPHRASE are both set")]
    TwoUnlocks,
    #[error("keyring identity is no age secret key")]
    NoIdentity,
    #[error("pseudonym secret does not open with this key or passphrase")]
    WrongKey,
    #[error("wrapped pseudonym secret is damaged")]
    Damaged,
    #[error("wrapped pseudonym secret is the one of another customer")]
    Swapped,
    /// A service that wraps could not be used.
    #[error("pseudonym secret cannot be wrapped or unwrapped: {0}")]
    Service(String),
}

impl KeyError {
    /// The way out.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            KeyError::File(error) => return error.hint(),
            KeyError::NoUnlock => "set VERHO_KEYRING_KEY (an age secret key) or VERHO_KEYRING_PASSPHRASE",
            KeyError::TwoUnlocks => "unset one of them",
            KeyError::NoIdentity => "it looks like AGE-SECRET-KEY-1…, as `age-keygen` makes it",
            KeyError::WrongKey => {
                "use the one that the secret was made with; without it, releases of this epoch cannot be joined"
            }
            KeyError::Damaged | KeyError::Swapped => "restore the file from its backup",
            KeyError::NoSecret(_) => "the next run makes one, and so begins an epoch",
            KeyError::Name(_) | KeyError::Service(_) => return None,
        };
        Some(hint.to_owned())
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        let kind = match &error {
            KeyError::Service(_) | KeyError::File(PrivateFileError::Io { .. }) => Kind::Storage,
            _ => Kind::Invalid,
        };
        Failure { kind, message: error.to_string(), hint: error.hint() }
    }
}

/// A way to keep a secret closed. What it wraps is bound to the customer: for another it does not open.
pub trait Wrapper: Send + Sync {
    /// How the names of its files end.
    fn ending(&self) -> &'static str;

    /// A new secret, and its wrapped form.
    ///
    /// # Errors
    /// Where it cannot be wrapped.
    fn make(&self, customer: &str) -> Result<(Secret, Vec<u8>), KeyError>;

    /// The secret in a wrapped form.
    ///
    /// # Errors
    /// Where it was wrapped otherwise, for another customer, or is damaged.
    fn open(&self, wrapped: &[u8], customer: &str) -> Result<Secret, KeyError>;
}

/// How names of files end that `age` wrapped.
pub(super) const AGE_ENDING: &str = "age";
/// How names of files end that KMS wrapped.
pub(super) const KMS_ENDING: &str = "kms";

/// Where wrapped secrets lie, closed as they are.
pub struct Shelf {
    folder: PathBuf,
    ending: &'static str,
}

impl Shelf {
    /// The files in `folder`, which need not be there yet, whose names end like this.
    pub fn new(folder: &Path, ending: &'static str) -> Self {
        Shelf { folder: folder.to_owned(), ending }
    }

    /// Names a wrapped secret by the SHA-256 of its file, in hex; none where there is no file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn digest(&self, customer: &str) -> Result<Option<String>, KeyError> {
        match private_file::read(&self.file(customer)?) {
            Ok(wrapped) => Ok(Some(digest(&wrapped))),
            Err(PrivateFileError::Missing(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the wrapped secret of this [digest](Self::digest), and whatever was left half made; one that is not there is
    /// deleted already. Another that somebody made in its place stays: nobody has said of it that it is to go.
    ///
    /// # Errors
    /// Where a file cannot be read or deleted.
    pub fn destroy(&self, customer: &str, sha256: Option<&str>) -> Result<(), KeyError> {
        let _alone = self.alone();
        if self.digest(customer)?.as_deref() == sha256 {
            private_file::delete(&self.file(customer)?)?;
        }
        Ok(private_file::sweep(&self.folder)?)
    }

    /// Holds back others that destroy, until it is dropped. Without a folder there is nothing to destroy, and some file systems
    /// have no locks.
    fn alone(&self) -> Option<File> {
        let folder = File::open(&self.folder).ok()?;
        folder.lock().ok().map(|()| folder)
    }

    /// Files in the folder that are no customer's secret, sorted, each with its SHA-256: any can be a copy of one.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn strays(&self) -> Result<Vec<(PathBuf, String)>, KeyError> {
        let own: Vec<_> = self.customers().iter().map(|customer| self.file(customer)).collect::<Result<_, _>>()?;
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut strays: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        strays.retain(|path| !own.contains(path));
        strays.sort();
        let with_digest = |path: PathBuf| match std::fs::read(&path) {
            Ok(content) => Ok((path, digest(&content))),
            Err(error) => Err(PrivateFileError::Io { path, kind: error.kind() }.into()),
        };
        strays.into_iter().map(with_digest).collect()
    }

    /// The customers that have a secret here, sorted.
    pub fn customers(&self) -> Vec<String> {
        let ending = format!(".{}", self.ending);
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut customers: Vec<_> = names.filter_map(|name| name.strip_suffix(&ending).map(str::to_owned)).collect();
        customers.retain(|customer| is_id(customer));
        customers.sort();
        customers
    }

    fn file(&self, customer: &str) -> Result<PathBuf, KeyError> {
        if !is_id(customer) {
            return Err(KeyError::Name(customer.to_owned()));
        }
        Ok(self.folder.join(format!("{customer}.{}", self.ending)))
    }
}

fn digest(wrapped: &[u8]) -> String {
    format!("{:x}", Sha256::digest(wrapped))
}

/// The wrapped secrets of all customers, and what opens them.
pub struct KeyRing {
    shelf: Shelf,
    wrapper: Box<dyn Wrapper>,
}

impl KeyRing {
    /// The keyring in `folder`, which need not be there yet.
    pub fn new(folder: &Path, wrapper: Box<dyn Wrapper>) -> Self {
        KeyRing { shelf: Shelf::new(folder, wrapper.ending()), wrapper }
    }

    /// Where the secrets lie.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The customer's secret; made on first use, and never in place of one that does not open.
    ///
    /// # Errors
    /// Where a file is there and does not open, or none can be made.
    pub fn secret(&self, customer: &str) -> Result<Secret, KeyError> {
        self.named(customer).map(|(secret, _)| secret)
    }

    /// As [`secret`](Self::secret), with the [digest](Shelf::digest) of what it was read from or kept as.
    ///
    /// # Errors
    /// As there.
    pub fn named(&self, customer: &str) -> Result<(Secret, String), KeyError> {
        private_file::sweep(&self.shelf.folder)?;
        match self.opened(customer) {
            Err(KeyError::NoSecret(_)) => self.make(customer),
            known => known,
        }
    }

    /// The customer's secret, which must be there.
    ///
    /// # Errors
    /// [`KeyError::NoSecret`] where it is not, and whatever keeps it closed.
    pub fn existing(&self, customer: &str) -> Result<Secret, KeyError> {
        self.opened(customer).map(|(secret, _)| secret)
    }

    fn opened(&self, customer: &str) -> Result<(Secret, String), KeyError> {
        match private_file::read(&self.shelf.file(customer)?) {
            Ok(wrapped) => Ok((self.wrapper.open(&wrapped, customer)?, digest(&wrapped))),
            Err(PrivateFileError::Missing(_)) => Err(KeyError::NoSecret(customer.to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    fn make(&self, customer: &str) -> Result<(Secret, String), KeyError> {
        let (secret, wrapped) = self.wrapper.make(customer)?;
        match private_file::create(&self.shelf.file(customer)?, &wrapped) {
            Ok(()) => Ok((secret, digest(&wrapped))),
            // Another process was faster; there is one secret, and it is that one.
            Err(PrivateFileError::Exists(_)) => self.opened(customer),
            Err(error) => Err(error.into()),
        }
    }
}
