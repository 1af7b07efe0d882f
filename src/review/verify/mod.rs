//! Everything that is written down, held against everything else. Each finding is a line: how bad, where, what.

mod consent;
mod ledger;
mod manifests;
mod objects;
mod secrets;
mod statements;

use super::facts::is_doubt;
use super::{Facts, Sheet};
use crate::account::store::Store;
use crate::error::{Failure, Kind};
use crate::evidence;
use crate::ledger::Ledger;
use crate::workspace::Workspace;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// What was recorded is changed, gone or forged.
    Broken,
    /// Something is there of which no record tells; a run that was ended from outside can leave such.
    Loose,
}

impl Gravity {
    /// The word in answers.
    pub fn word(self) -> &'static str {
        match self {
            Gravity::Broken => "broken",
            Gravity::Loose => "loose",
        }
    }
}

/// Something that is not as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub gravity: Gravity,
    /// The kind of thing, and its name.
    pub place: String,
    pub says: String,
}

impl Finding {
    fn broken(place: impl Into<String>, says: impl ToString) -> Self {
        Finding { gravity: Gravity::Broken, place: place.into(), says: says.to_string() }
    }

    fn loose(place: impl Into<String>, says: impl ToString) -> Self {
        Finding { gravity: Gravity::Loose, place: place.into(), says: says.to_string() }
    }
}

/// A part of the verification.
type Check = fn(&Facts<'_>) -> Result<Vec<Finding>, Failure>;

/// All parts but the trust root, which needs no ledger.
const CHECKS: [Check; 6] =
    [ledger::check, consent::check, secrets::check, statements::check, manifests::check, objects::check];

/// Everything of a workspace that is not as it was recorded.
///
/// # Errors
/// Where a store cannot be asked, or the key of the evidence is not there.
pub fn verify(workspace: &Workspace, evidence: &dyn Store) -> Result<Vec<Finding>, Failure> {
    let key = evidence::public_key(workspace)?;
    match Ledger::open(evidence, key.clone(), &workspace.ledger_memory()) {
        Ok(ledger) => all(&Facts::of(workspace, evidence, key, ledger)),
        Err(error) if is_doubt(&error) => {
            let trust = consent::trust(workspace).err();
            Ok([Finding::broken("ledger", error)].into_iter().chain(trust).collect())
        }
        Err(error) => Err(error.into()),
    }
}

/// As [`verify`], of a ledger that is believed.
pub(super) fn all(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let mut found: Vec<Finding> = consent::trust(facts.workspace).err().into_iter().collect();
    for check in CHECKS {
        found.extend(check(facts)?);
    }
    found.sort_by_key(|finding| finding.gravity);
    Ok(found)
}

/// Findings as rows.
pub fn sheet(found: &[Finding]) -> Sheet {
    let row = |finding: &Finding| {
        vec![finding.gravity.word().into(), finding.place.as_str().into(), finding.says.as_str().into()]
    };
    Sheet { head: &["how bad", "where", "what"], rows: found.iter().map(row).collect() }
}

/// The failure that findings are; none where there are none.
pub fn failure(found: &[Finding]) -> Option<Failure> {
    let count = |gravity| found.iter().filter(|finding| finding.gravity == gravity).count();
    let message = format!("{} broken and {} loose", count(Gravity::Broken), count(Gravity::Loose));
    let failure = Failure::new(Kind::Consent, format!("what is there is not what was recorded: {message}"));
    (!found.is_empty()).then(|| failure.hint("keep everything as it is, and find out who could write there"))
}
