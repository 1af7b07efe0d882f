//! Approvals as they came into force, held against the files that they were.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::checks;
use super::gate::{digest, read_record};
use super::record::Record;
use super::refusal::Refusal;
use super::roles::Roles;
use super::signature;
use super::trust::Authority;
use crate::ledger::Given;

/// What of an approval's files is not as it came into force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    #[error("the approval cannot be read")]
    Unreadable,
    #[error("the approval is not the one that came into force")]
    Changed,
    #[error("the signature `{0}` is not the one that came into force")]
    Signature(String),
    #[error("the signature `{0}` is none of those by which the approval came into force")]
    Added(String),
    #[error(transparent)]
    Refused(Box<Refusal>),
    #[error("those who signed are not those whom the ledger names")]
    Signers,
}

/// The approvals of a workspace, and who may sign them.
pub struct Approvals {
    folder: PathBuf,
    authority: Authority,
}

impl Approvals {
    /// Reads who may sign.
    ///
    /// # Errors
    /// Where that is not what `trust` names.
    pub fn open(folder: &Path, trust: &str) -> Result<Self, Refusal> {
        Ok(Approvals { folder: folder.to_owned(), authority: Authority::load(folder, trust)? })
    }

    /// Who stands behind each principal.
    pub fn roles(&self) -> &Roles {
        &self.authority.roles
    }

    /// Everything that is not as it came into force.
    pub fn differences(&self, customer: &str, given: &Given) -> Vec<Difference> {
        let folder = self.folder.join(customer).join(&given.approval);
        match record(&self.folder, customer, given) {
            Ok(record) => signatures(&folder, given).into_iter().chain(self.signers(&folder, &record, given)).collect(),
            Err(difference) => signatures(&folder, given).into_iter().chain([difference]).collect(),
        }
    }

    /// The signatures that came into force still hold, and are those of the principals whom the ledger names.
    fn signers(&self, folder: &Path, record: &Record, given: &Given) -> Option<Difference> {
        let Ok((_, bytes)) = read_record(folder) else { return Some(Difference::Unreadable) };
        let verify = |name: &String| {
            let listed = signature::verify(&folder.join(name), &bytes, record.given_at, &self.authority.signers);
            listed.map(|listed| listed.principal.clone())
        };
        match given.signatures.keys().map(verify).collect::<Result<BTreeSet<_>, _>>() {
            Ok(signed) if signed == given.signers.iter().cloned().collect() => None,
            Ok(_) => Some(Difference::Signers),
            Err(refusal) => Some(Difference::Refused(Box::new(refusal))),
        }
    }
}

/// An approval's record, if its file is still the one that came into force.
///
/// # Errors
/// Where it is not.
pub fn record(consent_dir: &Path, customer: &str, given: &Given) -> Result<Record, Difference> {
    let read = read_record(&consent_dir.join(customer).join(&given.approval));
    let (record, bytes) = read.map_err(|_| Difference::Unreadable)?;
    if digest(&bytes) == given.digest { Ok(record) } else { Err(Difference::Changed) }
}

/// Signature files that were changed, taken away or added.
fn signatures(folder: &Path, given: &Given) -> Vec<Difference> {
    let found = checks::signature_digests(folder).unwrap_or_default();
    let changed = given.signatures.iter().filter(|(name, digest)| found.get(*name) != Some(digest));
    let added = found.keys().filter(|name| !given.signatures.contains_key(*name));
    let changed = changed.map(|(name, _)| Difference::Signature(name.clone()));
    changed.chain(added.map(|name| Difference::Added(name.clone()))).collect()
}
