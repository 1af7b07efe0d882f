//! `verho verify`

use std::collections::BTreeSet;

use serde_json::json;
use ssh_key::PublicKey;

use super::Common;
use super::answer::{Answer, table};
use crate::account::doors::Test;
use crate::document::folders_in;
use crate::error::{Failure, Kind};
use crate::ledger::NoteKey;
use crate::release::{self, Difference, Manifest, ReleaseError, Verified};
use crate::signing;
use crate::workspace::{EvidenceSigner, Workspace};

/// Check a release by its signed manifest and the digest of every object; reads nothing but the test account
#[derive(clap::Args)]
pub struct Verify {
    /// Its name, as `release list` shows it
    release: String,
    /// Whose release it is [default: every customer of schemas/ and consent/ is looked through]
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// The key that signs releases, as `verho ledger key` prints it [default: the public half of `signer.file`]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

/// A release, and in whose folder it lies.
struct Found {
    customer: String,
    verified: Verified,
    /// Whether readers are pointed to it.
    is_current: bool,
}

impl Verify {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let key = self.key(&workspace)?;
        let customers = match &self.customer {
            Some(customer) => BTreeSet::from([customer.clone()]),
            None => customers(&workspace)?,
        };
        let looked = customers.into_iter().map(|customer| self.look(&workspace, customer, &key));
        let found: Vec<Found> = looked.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        match found.as_slice() {
            [] => Err(self.unknown()),
            [found] => Ok(answer(found)),
            _ => Err(self.ambiguous()),
        }
    }

    /// What verifies; production is not asked for it.
    fn key(&self, workspace: &Workspace) -> Result<PublicKey, Failure> {
        match (&self.key, &workspace.evidence.signer) {
            (Some(typed), _) => Ok(NoteKey::parse(typed)?.public_key().clone()),
            (None, EvidenceSigner::File(path)) => signing::public_key_of(path).map_err(|error| {
                Failure::from(error).hint("name the key with --key: `verho ledger key` prints it where it lies")
            }),
            (None, EvidenceSigner::Kms(_)) => {
                let failure = Failure::new(Kind::Usage, "the key that signs lies in KMS, which test cannot ask");
                Err(failure
                    .hint("name its public half with --key: `verho ledger key` prints it where KMS may be asked"))
            }
        }
    }

    /// The release in a customer's folder, if it is there.
    fn look(&self, workspace: &Workspace, customer: String, key: &PublicKey) -> Result<Option<Found>, Failure> {
        let test = Test::new(workspace.test.below(&customer).open()?);
        match release::verify(&test, &customer, &self.release, key) {
            Err(ReleaseError::Unknown(_)) => Ok(None),
            Err(error) => Err(failed(error)),
            Ok(verified) => {
                let is_current = release::current(&test)?.as_deref() == Some(self.release.as_str());
                Ok(Some(Found { customer, verified, is_current }))
            }
        }
    }

    fn unknown(&self) -> Failure {
        Failure::from(ReleaseError::Unknown(self.release.clone()))
            .hint("`verho release list CUSTOMER` shows all; --customer names one that has no files in this workspace")
    }

    fn ambiguous(&self) -> Failure {
        let message = format!("release `{}` lies in the folders of several customers", self.release);
        Failure::new(Kind::Usage, message).hint("say whose with --customer")
    }
}

/// Every customer that the workspace has files of.
fn customers(workspace: &Workspace) -> Result<BTreeSet<String>, Failure> {
    Ok(workspace.customers.iter().cloned().chain(folders_in(&workspace.consents())?).collect())
}

fn failed(error: ReleaseError) -> Failure {
    match error {
        ReleaseError::Broken(_) => Failure::new(Kind::Consent, error.to_string()).hint(
            "do not use it, and find out who could write there; or the key is another: `verho ledger key` prints it",
        ),
        error => error.into(),
    }
}

fn answer(found: &Found) -> Answer {
    let Found { customer, verified, is_current } = found;
    let Manifest { release, approval, approval_digest, claim, tables, .. } = &verified.manifest;
    let objects: usize = tables.values().map(|table| table.objects.len()).sum();
    let rows: u64 = tables.values().map(|table| table.rows).sum();
    let facts = json!({
        "release": release,
        "customer": customer,
        "approval": approval,
        "approval_digest": approval_digest,
        "claim": claim,
        "objects": objects,
        "rows": rows,
        "is_current": is_current,
        "differences": verified.differences,
    });
    let readers = if *is_current { "readers use it" } else { "readers do not use it" };
    let sound = format!(
        "release {release} of {customer} is as it was signed: {objects} objects, {rows} rows\n\
         approval {approval} ({approval_digest})\nclaim {claim}\n{readers}\n"
    );
    let cell = |found: &Difference| [found.object.clone(), found.says.to_owned()];
    let differing: Vec<[String; 2]> = verified.differences.iter().map(cell).collect();
    let text = if differing.is_empty() { sound } else { table(["object", "what"], &differing) };
    Answer { failure: refusal(verified), ..Answer::new(text, facts) }
}

fn refusal(verified: &Verified) -> Option<Failure> {
    let message = format!("release {} differs from what was signed", verified.manifest.release);
    let failure = Failure::new(Kind::Consent, message);
    (!verified.differences.is_empty()).then(|| failure.hint("do not use it, and find out who could write there"))
}
