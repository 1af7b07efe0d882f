//! The trust root: one digest over who may sign and in which role, held in the workspace's configuration.

use std::path::Path;

use super::refusal::Refusal;
use super::roles::Roles;
use super::signers::Signers;
use crate::document::{Document, Fault};

/// Names the trust root of these two files: `blake3:` and 64 hex digits.
///
/// The hash is over each file's name, length (8 bytes, little endian) and bytes, so that nothing can move from
/// one file to the other unseen.
pub fn digest(allowed_signers: &[u8], roles: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, content) in [("allowed_signers\0", allowed_signers), ("roles.toml\0", roles)] {
        hasher.update(name.as_bytes()).update(&(content.len() as u64).to_le_bytes()).update(content);
    }
    format!("blake3:{}", hasher.finalize().to_hex())
}

/// The trust root of the files in `consent_dir`, as `consent.trust` is to hold it.
///
/// # Errors
/// Where one of the two cannot be read.
pub fn of_folder(consent_dir: &Path) -> Result<String, Fault> {
    let (signers, roles) = documents(consent_dir)?;
    Ok(digest(signers.text().as_bytes(), roles.text().as_bytes()))
}

/// Signers and roles that the trust root names.
pub(super) struct Authority {
    pub signers: Signers,
    pub roles: Roles,
}

impl Authority {
    /// Reads both files and parses them only if they are the ones that `trust` names.
    pub(super) fn load(consent_dir: &Path, trust: &str) -> Result<Self, Refusal> {
        let (signers, roles) = documents(consent_dir).map_err(unreadable)?;
        let computed = digest(signers.text().as_bytes(), roles.text().as_bytes());
        if computed != trust {
            return Err(Refusal::TrustMismatch { computed });
        }
        Ok(Authority {
            signers: Signers::parse(&consent_dir.join("allowed_signers"), signers.text()).map_err(unreadable)?,
            roles: Roles::parse(&roles).map_err(unreadable)?,
        })
    }
}

fn unreadable(fault: Fault) -> Refusal {
    Refusal::Authority(Box::new(fault))
}

fn documents(consent_dir: &Path) -> Result<(Document, Document), Fault> {
    Ok((Document::read(&consent_dir.join("allowed_signers"))?, Document::read(&consent_dir.join("roles.toml"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_moves_between_the_files_changes_the_digest() {
        assert_ne!(digest(b"ab", b"c"), digest(b"a", b"bc"));
        assert_ne!(digest(b"a", b"b"), digest(b"b", b"a"));
        assert_eq!(digest(b"a", b"b").len(), "blake3:".len() + 64);
    }
}
