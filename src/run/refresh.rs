//! A run that a schedule asks for: made where it is due and something has changed.

use std::cell::Cell;
use std::fs::{File, TryLockError};

use jiff::{SignedDuration, Timestamp};

use super::{Done, House, Wish, ending, fingerprint, run_if};
use crate::engine::Progress;
use crate::error::{Failure, Kind};
use crate::keys::{KeyError, ring_of};
use crate::ledger::{Entry, Event, Ledger};
use crate::plan::{Plan, TablePlan};
use crate::release::{self, Manifest};
use crate::schema::{self, Epoch};
use crate::workspace::Workspace;

/// What came of one `[[refresh]]`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refreshed {
    /// The newest release is younger than the time between refreshes.
    NotDue,
    /// The source is as it was when that release was made, and so are the rules; readers use what they are pointed to.
    Unchanged,
    /// Another process of this workspace refreshes this customer just now, or one of another machine has begun to.
    UnderWay,
    Done(Box<Done>),
}

/// Carries a customer's dataset over, if it is due and anything has changed.
///
/// # Errors
/// As [`run`](super::run()).
pub fn refresh(
    house: &House<'_>,
    wish: &Wish<'_>,
    every: SignedDuration,
    progress: &dyn Progress,
) -> Result<Refreshed, Failure> {
    // A job that comes every minute must not begin what takes longer over and over.
    let Some(_turn) = turn(house.workspace, wish.customer)? else { return Ok(Refreshed::UnderWay) };
    let purged = ending::purge_due(house.workspace, wish)?;
    purged.into_iter().try_for_each(|(_, outcome)| outcome.map(drop))?;
    let (last, known) = newest(house, wish.customer)?;
    match last {
        Some(last) if (SignedDuration::ZERO..every).contains(&Timestamp::now().duration_since(last.created_at)) => {
            Ok(Refreshed::NotDue)
        }
        Some(last) if unchanged(house, wish, &last)? => Ok(Refreshed::Unchanged),
        _ => in_turn(house, wish, progress, known),
    }
}

/// Makes the run, unless one of another machine has begun since so many had: of those that find at once that it is due, the
/// ledger lets one begin.
fn in_turn(house: &House<'_>, wish: &Wish<'_>, progress: &dyn Progress, known: usize) -> Result<Refreshed, Failure> {
    let is_overtaken = Cell::new(false);
    let is_first = |ledger: &Ledger<'_>| {
        is_overtaken.set(begun(ledger, wish.customer) != known);
        !is_overtaken.get()
    };
    match run_if(house, wish, progress, &is_first) {
        Err(_) if is_overtaken.get() => Ok(Refreshed::UnderWay),
        outcome => outcome.map(|done| Refreshed::Done(Box::new(done))),
    }
}

/// How many runs of a customer have begun.
fn begun(ledger: &Ledger<'_>, customer: &str) -> usize {
    let is_beginning = |entry: &&Entry| entry.customer == customer && matches!(entry.event, Event::Started(_));
    ledger.entries().filter(is_beginning).count()
}

/// The turn to refresh a customer, given back when dropped, however the process ends; none where another has it.
fn turn(workspace: &Workspace, customer: &str) -> Result<Option<File>, Failure> {
    let path = workspace.turn(customer);
    let opened = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let opened = opened.and_then(|()| File::options().create(true).append(true).open(&path));
    let file = opened.map_err(|error| {
        let failure = Failure::new(Kind::Invalid, format!("`{}`: {}", path.display(), error.kind()));
        failure.hint("verho keeps there whose turn it is to refresh; the folder must be writable")
    })?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        // Some file systems have no locks: then two can be under way, and both are whole.
        _ => Ok(Some(file)),
    }
}

/// The newest release that readers may use. Which one they do use is no matter: who pointed them back to an earlier one had
/// a reason, and anybody in the test account can point them elsewhere. With it, how many runs had begun by then.
fn newest(house: &House<'_>, customer: &str) -> Result<(Option<Manifest>, usize), Failure> {
    let mut books = house.books();
    let ledger = books.ledger()?.ledger();
    let usable = ending::usable(ledger.entries(), customer, Timestamp::now());
    Ok((release::last(&house.test, &usable, ledger.key().public_key())?, begun(ledger, customer)))
}

/// Whether a run would read the same objects under the same rules; footers alone are read.
fn unchanged(house: &House<'_>, wish: &Wish<'_>, last: &Manifest) -> Result<bool, Failure> {
    let schemas = schema::read_customer(&house.workspace.schemas(), wish.customer)?;
    let plan = Plan::resolve(wish.customer, schemas, &house.production, &house.workspace.limits, &house.crew)?;
    let same = |table: &TablePlan| {
        last.tables
            .get(&table.schema.table)
            .is_some_and(|there| there.schema == table.structure && there.policy == table.policy)
    };
    if plan.tables.len() != last.tables.len() || !plan.tables.iter().all(same) {
        return Ok(false);
    }
    let secret = match ring_of(house.workspace)?.existing(wish.customer) {
        // The next run makes another, and with it other codes.
        Err(KeyError::NoSecret(_)) => return Ok(false),
        known => known?,
    };
    // Where every release has a secret of its own, that it has another one is no change.
    let same_codes = plan.epoch() == Epoch::Release || secret.epoch() == last.epoch;
    Ok(same_codes && fingerprint(&plan, &secret) == last.source)
}
