//! What becomes of releases that are there: the way back to one, and the end of one. Both leave evidence.

use jiff::Timestamp;

use super::ending::{self, with_ledger};
use super::trail::{Books, Trail};
use super::{Wish, demand_known, operator, to_its_end, with_evidence};
use crate::account::doors::Test;
use crate::consent;
use crate::error::{Failure, Kind};
use crate::evidence::{self, Erased, Outcome, Proof};
use crate::ledger::{Entry, Event, Ledger};
use crate::release::{self, ReleaseError};
use crate::workspace::Workspace;

/// What was changed, and where the evidence of it lies.
pub struct Changed<T> {
    pub what: T,
    /// Below the evidence root.
    pub evidence: String,
}

/// Points readers to a visible release of a customer, which the ledger must say that they may use.
///
/// # Errors
/// Where they may not, it is not visible, or a store fails; readers use what they used then.
pub fn switch(workspace: &Workspace, wish: &Wish<'_>, release: &str) -> Result<Changed<String>, Failure> {
    change(workspace, wish, Outcome::Switched, |test, ledger, trail| {
        ending::demand_usable(ledger.entries(), wish.customer, release, Timestamp::now())?;
        release::switch(test, release, ledger.key().public_key())?;
        trail.switched(release);
        Ok(release.to_owned())
    })
}

/// Erases a release of a customer for good.
///
/// # Errors
/// Where readers use it and could use another, nothing of it is there or should be, or something of it is left.
pub fn delete(workspace: &Workspace, wish: &Wish<'_>, release: &str) -> Result<Changed<Proof>, Failure> {
    change(workspace, wish, Outcome::Purged, |test, ledger, trail| {
        let mut others = ending::usable(ledger.entries(), wish.customer, Timestamp::now());
        others.retain(|other| other != release);
        let next = release::last(test, &others, ledger.key().public_key())?.map(|manifest| manifest.release);
        let proof = release::delete(test, release, next.as_deref())?;
        // One that was cut short between the last deletion and its proof is proved by the next.
        if proof.erased == Erased::default() && !ending::is_kept(ledger.entries(), wish.customer, release) {
            return Err(ReleaseError::Unknown(release.to_owned()));
        }
        trail.purged(&proof, None);
        release::tidy(test)?;
        Ok(proof)
    })
}

/// Registers what was made of a release where verho does not reach, so that a withdrawal can list it.
///
/// # Errors
/// Where the ledger knows no such release, or cannot be written.
pub fn derive(workspace: &Workspace, wish: &Wish<'_>, release: &str, what: &str) -> Result<(), Failure> {
    with_ledger(workspace, wish.customer, |book| {
        let made = |entry: &Entry| match &entry.event {
            Event::Told(told) => entry.customer == wish.customer && told.release.as_deref() == Some(release),
            _ => false,
        };
        if !book.ledger().entries().any(made) {
            return Err(ReleaseError::Unknown(release.to_owned()).into());
        }
        let by = operator(workspace, wish).unwrap_or_default();
        let derived = Event::Derived { release: release.to_owned(), what: what.to_owned(), by };
        Ok(book.enter(wish.customer, derived).map(drop)?)
    })
}

/// Opens the test door and the books alone: production has no part in it.
fn change<T>(
    workspace: &Workspace,
    wish: &Wish<'_>,
    done: Outcome,
    work: impl FnOnce(&Test, &Ledger<'_>, &mut Trail) -> Result<T, ReleaseError>,
) -> Result<Changed<T>, Failure> {
    if !consent::is_id(wish.customer) {
        return Err(Failure::new(Kind::Usage, "that cannot be the name of a customer"));
    }
    demand_known(workspace, wish.customer)?;
    let opened = |what: &'static str| move |error| Failure::from(error).during(what);
    let test = Test::new(workspace.test.below(wish.customer).open_for_writing().map_err(opened("test root"))?);
    let evidence = workspace.evidence.side.open_for_writing().map_err(opened("evidence root"))?;
    let signer = evidence::signer(workspace)?;
    let mut books = Books::open(evidence.as_ref(), signer.as_ref(), &workspace.ledger_memory());
    let mut trail = Trail::begun(wish.customer, operator(workspace, wish).unwrap_or_default());
    let changed = to_its_end(|| Ok(work(&test, books.ledger()?.ledger(), &mut trail)?));
    let evidence = trail.end(&mut books, done, changed.as_ref().err());
    with_evidence(changed, evidence).map(|(what, evidence)| Changed { what, evidence })
}
