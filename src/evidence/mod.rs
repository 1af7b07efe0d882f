//! What happened, signed: an in-toto statement of every run in a DSSE envelope, appended and never written over.

pub mod journal;
mod proof;
mod statement;
pub mod unended;

pub use proof::{Erased, Proof};
#[cfg(test)]
pub(crate) use statement::testing;
pub use statement::{
    Actor, ApprovalUse, Ended, Input, KnownRecord, Outcome, Output, PREDICATE_TYPE, RefusalNote, RunRecord, State,
    StatementError, TableRecord, Tool, Treatment, TreeHead,
};

use ssh_key::PublicKey;

use crate::signing::{self, FileSigner, SignError, Signer};
use crate::workspace::{EvidenceSigner, Workspace};

/// Who signs the evidence of a workspace.
///
/// # Errors
/// Where the key is not there, is open to others, or is of another kind.
pub fn signer(workspace: &Workspace) -> Result<Box<dyn Signer>, SignError> {
    match &workspace.evidence.signer {
        EvidenceSigner::File(path) => Ok(Box::new(FileSigner::open(path)?)),
        EvidenceSigner::Kms(key) => by_kms(workspace, key),
    }
}

#[cfg(feature = "s3")]
fn by_kms(workspace: &Workspace, key: &str) -> Result<Box<dyn Signer>, SignError> {
    Ok(Box::new(signing::KmsSigner::open(&workspace.evidence.side.access, key)?))
}

#[cfg(not(feature = "s3"))]
fn by_kms(_workspace: &Workspace, _key: &str) -> Result<Box<dyn Signer>, SignError> {
    Err(SignError::Service("this build knows no KMS; build it with `--features s3`".into()))
}

/// What the evidence of a workspace is verified with; needs no right to sign.
///
/// # Errors
/// Where the key cannot be read.
pub fn public_key(workspace: &Workspace) -> Result<PublicKey, SignError> {
    match &workspace.evidence.signer {
        EvidenceSigner::File(path) => signing::public_key_of(path),
        EvidenceSigner::Kms(key) => by_kms(workspace, key)?.public_key(),
    }
}
