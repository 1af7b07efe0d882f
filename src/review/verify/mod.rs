//! Everything that is written down, held against everything else. Each finding is a line: how bad, where, what.
//!
//! A run, a purge or a new secret that goes on meanwhile passes through states of which no record tells yet. What is broken
//! stays, so only what two looks in a row find is told.

mod consent;
mod ledger;
mod manifests;
mod objects;
mod secrets;
mod statements;

use std::time::Duration;

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
    /// Something is there of which no record tells yet: a run that has begun may be making it. It is no failure.
    UnderWay,
}

impl Gravity {
    /// The word in answers.
    pub fn word(self) -> &'static str {
        match self {
            Gravity::Broken => "broken",
            Gravity::Loose => "loose",
            Gravity::UnderWay => "under way",
        }
    }
}

/// Something that is not as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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

/// How often all is looked at, at most: work that is not over by then is told as it stands.
const LOOKS: usize = 6;

/// Between two looks: longer than a purge takes from its last deletion to its entry.
const PAUSE: Duration = Duration::from_millis(500);

/// Everything of a workspace that is not as it was recorded.
///
/// # Errors
/// As [`look`].
pub fn verify(workspace: &Workspace, evidence: &dyn Store) -> Result<Vec<Finding>, Failure> {
    lasting(|| look(workspace, evidence), || std::thread::sleep(PAUSE))
}

/// What two looks in a row find. They go on until both find the same.
fn lasting(mut look: impl FnMut() -> Result<Vec<Finding>, Failure>, pause: impl Fn()) -> Result<Vec<Finding>, Failure> {
    let (mut found, mut lasting) = (look()?, Vec::new());
    for _ in 1..LOOKS {
        if found.is_empty() {
            break;
        }
        pause();
        let again = look()?;
        lasting = again.iter().filter(|finding| found.contains(finding)).cloned().collect();
        if again == found {
            break;
        }
        found = again;
    }
    Ok(lasting)
}

/// One look at all of it, from a ledger that is read anew: what passes is told, too.
///
/// # Errors
/// Where a store cannot be asked, or the key of the evidence is not there.
pub fn look(workspace: &Workspace, evidence: &dyn Store) -> Result<Vec<Finding>, Failure> {
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

/// As [`look`], of a ledger that is believed.
fn all(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let mut found: Vec<Finding> = consent::trust(facts.workspace).err().into_iter().collect();
    for check in CHECKS {
        found.extend(check(facts)?);
    }
    found.sort();
    Ok(found)
}

/// Findings as rows.
pub fn sheet(found: &[Finding]) -> Sheet {
    let row = |finding: &Finding| {
        vec![finding.gravity.word().into(), finding.place.as_str().into(), finding.says.as_str().into()]
    };
    Sheet { head: &["how bad", "where", "what"], rows: found.iter().map(row).collect() }
}

/// The failure that findings are; none where there are none, or only what is under way.
pub fn failure(found: &[Finding]) -> Option<Failure> {
    let count = |gravity| found.iter().filter(|finding| finding.gravity == gravity).count();
    let (broken, loose) = (count(Gravity::Broken), count(Gravity::Loose));
    let message = format!("what is there is not what was recorded: {broken} broken and {loose} loose");
    let failure = || Failure::new(Kind::Consent, message);
    (broken + loose > 0).then(|| failure().hint("keep everything as it is, and find out who could write there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of looks that find this, and how many of them were made.
    fn told(looks: &[&[&str]]) -> (Vec<String>, usize) {
        let mut made = 0;
        let look = || {
            let found = looks[made.min(looks.len() - 1)];
            made += 1;
            Ok(found.iter().map(|place| Finding::broken(*place, "it is gone")).collect())
        };
        let found = lasting(look, || ()).expect("each look is had");
        (found.into_iter().map(|finding| finding.place).collect(), made)
    }

    #[test]
    fn what_passes_is_not_told_and_what_stays_is() {
        assert_eq!(told(&[&[]]), (vec![], 1));
        assert_eq!(told(&[&["a"]]), (vec!["a".to_owned()], 2));
        assert_eq!(told(&[&["a"], &[]]), (vec![], 2));
        assert_eq!(told(&[&["a", "b"], &["b", "c"], &["b"]]), (vec!["b".to_owned()], 4));
        assert_eq!(told(&[&["a"], &["b"], &["b"]]), (vec!["b".to_owned()], 3));
        let restless: [&[&str]; LOOKS] = [&["a", "1"], &["a", "2"], &["a", "3"], &["a", "4"], &["a", "5"], &["a", "6"]];
        assert_eq!(told(&restless), (vec!["a".to_owned()], LOOKS));
    }

    #[test]
    fn a_look_that_fails_is_the_answer() {
        let mut looks =
            [Ok(vec![Finding::broken("a", "it is gone")]), Err(Failure::new(Kind::Storage, "lost"))].into_iter();
        assert!(lasting(|| looks.next().expect("two looks"), || ()).is_err());
    }
}
