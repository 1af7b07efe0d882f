//! Runs that were killed: the next run, or a purge, says so in the ledger, and takes away what they left.

use std::collections::HashSet;

use jiff::Timestamp;

use super::ending::{Due, NO_RELEASE};
use super::sign::{Life, Lost};
use super::trail::{self, Books, Trail};
use crate::account::doors::Test;
use crate::account::store::StoreError;
use crate::consent::Standing;
use crate::error::Failure;
use crate::evidence::journal::{self, JournalError};
use crate::evidence::unended::{LONGEST, unended};
use crate::evidence::{ApprovalUse, Ended, Outcome, Proof};
use crate::ledger::{Entry, Event, Ledger, Started};
use crate::release::{self, Contents};
use crate::workspace::Workspace;

/// A run that began, told no end, and is not there any more.
struct Killed {
    at: Timestamp,
    started: Started,
    /// Where it began in this workspace.
    sign: Option<Lost>,
}

/// Says of a customer's killed runs that they were cut short: names in the ledger what they told and could not enter, erases
/// what they wrote and nobody sees, and proves it. What was erased.
///
/// # Errors
/// Where a store or the ledger cannot be used; what is not settled is the next one's.
pub(super) fn settle(
    workspace: &Workspace,
    test: &Test,
    books: &mut Books<'_>,
    customer: &str,
) -> Result<Vec<(Due, Proof)>, Failure> {
    let killed = killed(workspace, books.ledger()?.ledger(), customer);
    if killed.is_empty() {
        return Ok(Vec::new());
    }
    enter_loose(books, customer, &killed)?;
    release::tidy(test)?;
    let ended = killed.into_iter().map(|killed| end(test, books, customer, killed));
    Ok(ended.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Whether a customer has runs that were killed and are not settled.
pub(super) fn is_needed(workspace: &Workspace, ledger: &Ledger<'_>, customer: &str) -> bool {
    !killed(workspace, ledger, customer).is_empty()
}

fn killed(workspace: &Workspace, ledger: &Ledger<'_>, customer: &str) -> Vec<Killed> {
    let (signs, now) = (workspace.signs(), Timestamp::now());
    let killed = |(at, started): (Timestamp, &Started)| {
        let sign = match Life::of(&signs, &started.run) {
            Life::Killed(lost) => Some(lost),
            Life::Unknown if now.duration_since(at) >= LONGEST => None,
            Life::Unknown | Life::Lives => return None,
        };
        Some(Killed { at, started: started.clone(), sign })
    };
    unended(ledger.entries(), customer).into_iter().filter_map(killed).collect()
}

/// Names statements that no entry names: of runs that were killed, and of whatever else told so a day ago. One that is not to be
/// believed stays for `verho review verify` to tell.
fn enter_loose(books: &mut Books<'_>, customer: &str, killed: &[Killed]) -> Result<(), Failure> {
    let (evidence, now) = (books.evidence, Timestamp::now());
    let keys = journal::list(evidence, customer)?;
    let book = books.ledger()?;
    let named: HashSet<String> = statements(book.ledger()).map(str::to_owned).collect();
    for key in keys.iter().filter(|key| !named.contains(*key)) {
        let read = journal::read_signed(evidence, key, book.ledger().key().public_key());
        let (record, statement) = match read {
            Err(JournalError::Store(error)) if error != StoreError::Missing => return Err(error.into()),
            Err(_) => continue,
            Ok(read) => read,
        };
        let is_over = killed.iter().any(|killed| killed.started.run == record.run)
            || now.duration_since(record.finished) >= LONGEST;
        if is_over && record.customer == customer && record.fits(book.ledger()) {
            let told = Event::Told(trail::told(record, Outcome::CutShort, statement));
            // Another run may be settling the same.
            book.enter_if(customer, told, |ledger| statements(ledger).all(|named| named != key))?;
        }
    }
    Ok(())
}

fn statements<'l>(ledger: &'l Ledger<'_>) -> impl Iterator<Item = &'l str> {
    ledger.entries().filter_map(|entry| match &entry.event {
        Event::Told(told) => Some(told.statement.as_str()),
        _ => None,
    })
}

/// Erases what one run wrote, and tells of its end.
fn end(
    test: &Test,
    books: &mut Books<'_>,
    customer: &str,
    Killed { at, started, sign }: Killed,
) -> Result<Option<(Due, Proof)>, Failure> {
    let entries = books.ledger()?.ledger().entries();
    let mut trail = Trail::of_killed(customer, (at, &started), approval(entries, customer, &started));
    let written = sign.as_ref().and_then(Lost::release);
    let erased = written.map_or(Ok(None), |release| erased(test, &release))?;
    let due = |proof: &Proof| Due {
        approval: started.approval.clone(),
        because: NO_RELEASE,
        releases: proof.releases.clone(),
    };
    let erased = erased.map(|proof| (due(&proof), proof));
    if let Some((due, proof)) = &erased {
        trail.purged(proof, Some(Ended { approval: due.approval.clone(), because: due.because.to_owned() }));
    }
    trail.end(books, Outcome::CutShort, None)?;
    sign.into_iter().for_each(Lost::end);
    Ok(erased)
}

/// Erases a release, unless it became visible; none where nothing of it is there.
fn erased(test: &Test, release: &str) -> Result<Option<Proof>, Failure> {
    let is_unfinished = Contents::shown(test)?.unfinished().contains(release);
    Ok(is_unfinished.then(|| release::purge(test, &[release.to_owned()], None)).transpose()?)
}

/// The use of its approval, as the ledger knows it.
fn approval<'e>(
    entries: impl Iterator<Item = &'e Entry> + Clone,
    customer: &str,
    started: &Started,
) -> Option<ApprovalUse> {
    let place =
        entries.clone().position(|entry| matches!(&entry.event, Event::Started(one) if one.run == started.run))?;
    let standing = Standing::of(entries.take(place + 1), customer, &started.approval, Timestamp::now());
    Some(ApprovalUse {
        id: started.approval.clone(),
        digest: started.digest.clone(),
        signers: standing.given?.signers,
        run_number: standing.runs,
    })
}
