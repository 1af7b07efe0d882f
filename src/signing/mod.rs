//! Who signs what verho says of itself: a key in a file, or one that never leaves KMS; and the DSSE envelope.

pub mod dsse;
mod file;
#[cfg(feature = "s3")]
mod kms;

use std::path::PathBuf;

pub use file::{FileSigner, public_key_file, public_key_of};
#[cfg(feature = "s3")]
pub use kms::KmsSigner;
use signature::Verifier;
use ssh_key::{Algorithm, EcdsaCurve, Mpint, PublicKey};

#[cfg(test)]
pub(crate) use file::testing;

use crate::error::{Failure, Kind};
use crate::private_file::PrivateFileError;

/// Why nothing can be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("evidence key: {0}")]
    File(#[from] PrivateFileError),
    #[error("evidence key `{}` is no unencrypted OpenSSH ed25519 key", .0.display())]
    Key(PathBuf),
    /// A service that signs could not be used.
    #[error("evidence cannot be signed: {0}")]
    Service(String),
}

impl From<SignError> for Failure {
    fn from(error: SignError) -> Self {
        let (kind, hint) = match &error {
            SignError::File(PrivateFileError::Io { .. }) | SignError::Service(_) => (Kind::Storage, None),
            SignError::File(PrivateFileError::Missing(path)) => {
                (Kind::Invalid, Some(format!("make one with `ssh-keygen -t ed25519 -N '' -f {}`", path.display())))
            }
            SignError::File(file) => (Kind::Invalid, file.hint()),
            SignError::Key(_) => (Kind::Invalid, Some("make one with `ssh-keygen -t ed25519 -N ''`".to_owned())),
        };
        Failure { kind, message: error.to_string(), hint }
    }
}

/// Signs evidence and the ledger.
pub trait Signer: Send + Sync {
    /// Names the key, so that a verifier knows which to try.
    fn key_id(&self) -> String;

    /// What others verify with.
    ///
    /// # Errors
    /// Where the key cannot be read.
    fn public_key(&self) -> Result<PublicKey, SignError>;

    /// The raw signature over a message, as [`verifies`] takes it.
    ///
    /// # Errors
    /// Where the key cannot be used.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Ed25519 (RFC 8032), or ECDSA on P-256 with SHA-256 and the signature as r and s, 32 bytes each.
pub fn verifies(key: &PublicKey, signed: &[u8], raw: &[u8]) -> bool {
    let key = key.key_data();
    let signature = match key.algorithm() {
        Algorithm::Ed25519 => ssh_key::Signature::new(Algorithm::Ed25519, raw),
        algorithm @ Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 } => match numbers(raw) {
            Some(numbers) => ssh_key::Signature::new(algorithm, numbers),
            None => return false,
        },
        _ => return false,
    };
    signature.is_ok_and(|signature| key.verify(signed, &signature).is_ok())
}

/// r and s as SSH writes numbers (RFC 4251, `mpint`).
fn numbers(raw: &[u8]) -> Option<Vec<u8>> {
    let raw: &[u8; 64] = raw.try_into().ok()?;
    let number = |bytes: &[u8]| {
        let leading = bytes.iter().take_while(|byte| **byte == 0).count();
        let number = Mpint::from_positive_bytes(&bytes[leading..]).ok()?;
        let length = u32::try_from(number.as_bytes().len()).ok()?;
        Some([&length.to_be_bytes(), number.as_bytes()].concat())
    };
    Some([number(&raw[..32])?, number(&raw[32..])?].concat())
}
