//! Signs with a key that lies in a file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use signature::Signer as _;
use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey};

use super::{SignError, Signer};
use crate::private_file::{self, PrivateFileError};

/// Signs with an OpenSSH ed25519 key in a file of mode 0600.
pub struct FileSigner {
    key: PrivateKey,
}

impl FileSigner {
    /// Opens the key.
    ///
    /// # Errors
    /// Where the file is open to others, or holds no unencrypted ed25519 key.
    pub fn open(path: &Path) -> Result<Self, SignError> {
        let content = private_file::read(path)?;
        let key = PrivateKey::from_openssh(content.as_slice()).ok();
        let usable = key.filter(|key| key.algorithm() == Algorithm::Ed25519 && !key.is_encrypted());
        usable.map(|key| FileSigner { key }).ok_or_else(|| SignError::Key(path.to_owned()))
    }

    /// Makes a new key, and its public half beside it with `.pub` behind the name.
    ///
    /// # Errors
    /// Where a file is there already, or cannot be written.
    pub fn create(path: &Path) -> Result<Self, SignError> {
        let made = PrivateKey::random(&mut OsRng, Algorithm::Ed25519);
        let mut key = made.map_err(|error| SignError::Service(error.to_string()))?;
        key.set_comment("verho evidence");
        let unwritable = |_| SignError::Key(path.to_owned());
        private_file::create(path, key.to_openssh(LineEnding::LF).map_err(unwritable)?.as_bytes())?;
        key.public_key().write_openssh_file(&public_key_file(path)).map_err(unwritable)?;
        Ok(FileSigner { key })
    }

    /// What others verify with.
    pub fn verifying_key(&self) -> &PublicKey {
        self.key.public_key()
    }
}

/// The public half of a key file, which lies beside it and needs no right to the key itself.
///
/// # Errors
/// Where it is not there, cannot be read, or is no public key.
pub fn public_key_of(path: &Path) -> Result<PublicKey, SignError> {
    let path = public_key_file(path);
    match std::fs::read_to_string(&path) {
        Ok(key) => PublicKey::from_openssh(&key).map_err(|_| SignError::Key(path)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) => Err(SignError::Key(path)),
        Err(error) => Err(PrivateFileError::Io { path, kind: error.kind() }.into()),
    }
}

/// Where the public half of a key file lies.
pub fn public_key_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

impl Signer for FileSigner {
    /// The fingerprint as `ssh-keygen -l` shows it.
    fn key_id(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        Ok(self.key.public_key().clone())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature: Result<ssh_key::Signature, _> = self.key.try_sign(message);
        signature.map(|signature| signature.as_bytes().to_vec()).map_err(|error| SignError::Service(error.to_string()))
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use ssh_key::private::Ed25519Keypair;

    use super::*;

    /// Always the same signer for the same seed.
    pub fn signer(seed: u8) -> FileSigner {
        FileSigner { key: PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32])) }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::private_file::PrivateFileError;

    #[test]
    fn a_key_is_made_once_and_opens_as_the_same() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let path = home.path().join("keys/evidence");
        let made = FileSigner::create(&path).unwrap_or_else(|error| panic!("{error}"));
        let opened = FileSigner::open(&path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(made.key_id(), opened.key_id());
        assert_eq!(made.sign(b"x"), opened.sign(b"x"));
        let public = PublicKey::read_openssh_file(&public_key_file(&path)).expect("lies beside it");
        assert_eq!(public.key_data(), made.verifying_key().key_data());
        assert!(matches!(FileSigner::create(&path).err(), Some(SignError::File(PrivateFileError::Exists(_)))));
    }

    #[test]
    fn a_key_open_to_others_or_of_another_kind_is_refused() {
        let home = tempfile::tempdir().expect("a folder can be made");
        let path = home.path().join("evidence");
        FileSigner::create(&path).unwrap_or_else(|error| panic!("{error}"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("is the owner's");
        assert!(matches!(FileSigner::open(&path).err(), Some(SignError::File(PrivateFileError::Exposed(_)))));
        let other = home.path().join("other");
        private_file::create(&other, b"not a key").expect("is writable");
        assert_eq!(FileSigner::open(&other).err(), Some(SignError::Key(other)));
    }
}
