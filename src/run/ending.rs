//! The end of an approval: what may not begin, what must go, and the proof that it went.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::trail::{Books, Trail};
use super::{Wish, cut_short, operator, secret, to_its_end, with_evidence};
use crate::account::doors::Test;
use crate::account::store::StoreError;
use crate::consent::{self, Record, Refusal, Refused, Standing};
use crate::document::Document;
use crate::error::{Failure, Kind};
use crate::evidence::{self, Ended, Outcome, Proof};
use crate::ledger::{Book, Entry, Event, Given};
use crate::release::{self, Contents, ReleaseError};
use crate::workspace::Workspace;

/// What a withdrawal did, and what is still to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withdrawal {
    pub approval: String,
    pub withdrawn_at: Timestamp,
    /// Whether the pseudonym secret is gone.
    pub secret: Fate,
    /// What was made under the approval and is still there.
    pub releases: Vec<String>,
    /// What was made of those elsewhere, as it was registered.
    pub derived: Vec<String>,
    /// Until when `purge` must have deleted all of it.
    pub purge_before: Timestamp,
}

/// What became of a customer's pseudonym secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Destroyed,
    /// There was none.
    Absent,
    /// It stays, since this approval is in force and uses it too.
    KeptFor(String),
}

/// Why what a run wrote goes that made no release.
pub(super) const NO_RELEASE: &str = "no release";

/// Releases that must go, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    pub approval: String,
    pub because: &'static str,
    pub releases: Vec<String>,
}

/// A release that the ledger tells of.
struct Made<'e> {
    release: &'e str,
    approval: &'e str,
    at: Timestamp,
    /// Where in the ledger it became visible.
    visible: Option<usize>,
    /// Whether all of it was deleted since.
    is_purged: bool,
}

/// Takes an approval back. It counts from the moment it is entered: no run begins, none that is under way becomes visible.
///
/// # Errors
/// Where there is no such approval, or the ledger cannot be written.
pub fn withdraw(workspace: &Workspace, wish: &Wish<'_>, reason: &str) -> Result<Withdrawal, Failure> {
    let (customer, approval) = (wish.customer, wish.approval.unwrap_or_default());
    let by = operator(workspace, wish).unwrap_or_default();
    demand_own_ledger(workspace, customer, approval)?;
    with_ledger(workspace, customer, |book| {
        let known = Standing::of(book.fresh()?.entries(), customer, approval, Timestamp::now());
        let is_asked = || consent::is_id(approval) && workspace.consents().join(customer).join(approval).is_dir();
        if known.given.is_none() && !is_asked() {
            return Err(Refused::from(Refusal::NoSuch { customer: customer.to_owned() }).into());
        }
        if known.withdrawn_at.is_none() {
            let (approval, reason) = (approval.to_owned(), reason.to_owned());
            book.enter(customer, Event::Withdrawn { approval, by, reason })?;
        }
        let secret = destroy_secret(workspace, book, customer, approval).map_err(|failure| {
            let again = "mend that and withdraw it again: what is entered stays, and the secret goes";
            let left = failure.during("it is withdrawn, but the pseudonym secret is left");
            Failure { hint: left.hint.clone().or_else(|| Some(again.to_owned())), ..left }
        })?;
        Ok(withdrawal(workspace, book, customer, approval, secret))
    })
}

/// In another ledger than the approval's own, a withdrawal would end nothing. One whose file cannot be read is withdrawn all the
/// same.
fn demand_own_ledger(workspace: &Workspace, customer: &str, approval: &str) -> Result<(), Refused> {
    let path = workspace.consents().join(customer).join(approval).join("approval.toml");
    let read = Document::read(&path).and_then(|document| Record::parse(&path, document.text()));
    match read {
        Ok(record) if !record.is_entered_in(&workspace.evidence.side.root.to_string()) => {
            Err(Refused { refusal: Refusal::OtherLedger, approval: Some(approval.to_owned()), path: Some(path) })
        }
        _ => Ok(()),
    }
}

fn withdrawal(workspace: &Workspace, book: &Book<'_>, customer: &str, approval: &str, secret: Fate) -> Withdrawal {
    let entries = || book.ledger().entries().filter(|entry| entry.customer == customer);
    let now = Timestamp::now();
    let withdrawn_at = Standing::of(entries(), customer, approval, now).withdrawn_at.unwrap_or(now);
    let left = made(entries()).into_iter().filter(|made| made.approval == approval && !made.is_purged);
    let releases: Vec<String> = left.map(|made| made.release.to_owned()).collect();
    let hours = i64::try_from(workspace.consent.purge_hours).unwrap_or(i64::MAX / 3600);
    Withdrawal {
        approval: approval.to_owned(),
        withdrawn_at,
        secret,
        derived: derived(entries(), approval),
        releases,
        purge_before: withdrawn_at.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(withdrawn_at),
    }
}

/// What was made of an approval's releases elsewhere, deleted ones included: a copy outlives what it was copied from.
fn derived<'e>(entries: impl Iterator<Item = &'e Entry>, approval: &str) -> Vec<String> {
    let (mut own, mut derived) = (BTreeSet::new(), Vec::new());
    for entry in entries {
        match &entry.event {
            Event::Told(told) if told.approval.as_deref() == Some(approval) => own.extend(told.release.as_deref()),
            Event::Derived { release, what, .. } if own.contains(release.as_str()) => derived.push(what.clone()),
            _ => {}
        }
    }
    derived
}

/// Destroys the customer's secret, unless another approval in force has a use for it.
pub(super) fn destroy_secret(
    workspace: &Workspace,
    book: &mut Book<'_>,
    customer: &str,
    ended: &str,
) -> Result<Fate, Failure> {
    let now = Timestamp::now();
    if let Some(other) = in_force(book.ledger().entries(), customer, now).find(|given| given.approval != ended) {
        return Ok(Fate::KeptFor(other.approval.clone()));
    }
    let destroyed = secret::gone(workspace, book, customer, &format!("approval `{ended}` was withdrawn"))?;
    Ok(if destroyed { Fate::Destroyed } else { Fate::Absent })
}

/// Approvals of a customer that nothing in the ledger ends.
fn in_force<'e>(
    entries: impl Iterator<Item = &'e Entry> + Clone,
    customer: &str,
    now: Timestamp,
) -> impl Iterator<Item = &'e Given> {
    let given: BTreeMap<&str, &Given> = entries
        .clone()
        .filter(|entry| entry.customer == customer)
        .filter_map(|entry| match &entry.event {
            Event::Given(given) if given.not_after > now => Some((given.approval.as_str(), given)),
            _ => None,
        })
        .collect();
    let holds = |given: &&Given| {
        let standing = Standing::of(entries.clone(), customer, &given.approval, now);
        standing.demand(&given.digest).is_ok() && standing.runs < given.max_runs
    };
    given.into_values().filter(holds).collect::<Vec<_>>().into_iter()
}

/// Every release of some entries.
fn made<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<Made<'e>> {
    let mut made: BTreeMap<&str, Made<'e>> = BTreeMap::new();
    for (place, entry) in entries.enumerate() {
        match &entry.event {
            Event::Told(told) => {
                let (Some(release), Some(approval)) = (told.release.as_deref(), told.approval.as_deref()) else {
                    continue;
                };
                let new = Made { release, approval, at: entry.at, visible: None, is_purged: false };
                let known = made.entry(release).or_insert(new);
                known.is_purged = false;
                if told.outcome == Outcome::Committed.word() {
                    known.visible = Some(place);
                }
            }
            Event::Purged(purged) => {
                for release in &purged.releases {
                    made.entry(release).and_modify(|made| made.is_purged = true);
                }
            }
            _ => {}
        }
    }
    made.into_values().collect()
}

/// The releases of a customer that readers may use, the newest last: they became visible, and need not go.
pub fn usable<'e>(entries: impl Iterator<Item = &'e Entry> + Clone, customer: &str, now: Timestamp) -> Vec<String> {
    let going: BTreeSet<String> =
        due(entries.clone(), customer, now, &BTreeSet::new()).into_iter().flat_map(|due| due.releases).collect();
    let mut made = made(entries.filter(|entry| entry.customer == customer));
    made.retain(|made| made.visible.is_some() && !made.is_purged && !going.contains(made.release));
    made.sort_by_key(|made| made.visible);
    made.into_iter().map(|made| made.release.to_owned()).collect()
}

/// Whether readers may be pointed to a release of a customer.
///
/// # Errors
/// Why not.
pub fn demand_usable<'e>(
    entries: impl Iterator<Item = &'e Entry> + Clone,
    customer: &str,
    release: &str,
    now: Timestamp,
) -> Result<(), ReleaseError> {
    let own = || entries.clone().filter(|entry| entry.customer == customer);
    let made = made(own()).into_iter().find(|made| made.release == release && !made.is_purged);
    let made = made.ok_or_else(|| ReleaseError::Unknown(release.to_owned()))?;
    let due = due(entries.clone(), customer, now, &BTreeSet::new());
    let due = due.into_iter().find(|due| due.releases.iter().any(|one| one == release));
    let why = match due {
        Some(Due { because: "withdrawal", .. }) => "its approval was withdrawn",
        Some(_) => "the time for which it may be kept is over",
        None if made.visible.is_none() => "the ledger does not say that it became visible",
        None => return Ok(()),
    };
    Err(ReleaseError::Barred(release.to_owned(), why))
}

/// Whether the ledger tells of a release of a customer, and of no end of it.
pub fn is_kept<'e>(entries: impl Iterator<Item = &'e Entry>, customer: &str, release: &str) -> bool {
    let made = made(entries.filter(|entry| entry.customer == customer));
    made.iter().any(|made| made.release == release && !made.is_purged)
}

/// What must go now: releases of withdrawn approvals, those whose time is over, and what came back of those that were deleted
/// before, as from a backup.
fn due<'e>(
    entries: impl Iterator<Item = &'e Entry> + Clone,
    customer: &str,
    now: Timestamp,
    back: &BTreeSet<String>,
) -> Vec<Due> {
    let own = || entries.clone().filter(|entry| entry.customer == customer);
    let mut due: BTreeMap<(&str, &'static str), Vec<String>> = BTreeMap::new();
    for made in made(own()).into_iter().filter(|made| !made.is_purged || back.contains(made.release)) {
        let standing = Standing::of(own(), customer, made.approval, now);
        let is_over =
            standing.given.as_ref().and_then(|given| given.retained_until(made.at)).is_some_and(|end| end <= now);
        let because = match standing.withdrawn_at {
            Some(_) => "withdrawal",
            None if is_over => "retention",
            None if made.is_purged => "asked",
            None => continue,
        };
        due.entry((made.approval, because)).or_default().push(made.release.to_owned());
    }
    due.into_iter()
        .map(|((approval, because), releases)| Due { approval: approval.to_owned(), because, releases })
        .collect()
}

/// What had to go, with the proof that it went, or why it did not.
pub type Erasure = Result<(Due, Proof), Failure>;

/// Deletes what must go of the releases of one customer, or of all that the ledger or the workspace knows, and proves it; and
/// unfinished writes that nobody is making. What cannot be deleted keeps nothing else.
///
/// # Errors
/// Where nobody knows the customer, or the ledger cannot be used.
pub fn purge(
    workspace: &Workspace,
    customer: Option<&str>,
    operator: Option<&str>,
) -> Result<Vec<(String, Erasure)>, Failure> {
    purge_and(workspace, customer, operator, |test| release::tidy(test).map(drop))
}

/// As [`purge`] of one customer, without going through all that lies in test: so often as a schedule asks.
///
/// # Errors
/// As there.
pub(super) fn purge_due(workspace: &Workspace, wish: &Wish<'_>) -> Result<Vec<(String, Erasure)>, Failure> {
    purge_and(workspace, Some(wish.customer), wish.operator, |_| Ok(()))
}

fn purge_and(
    workspace: &Workspace,
    customer: Option<&str>,
    operator: Option<&str>,
    then: fn(&Test) -> Result<(), StoreError>,
) -> Result<Vec<(String, Erasure)>, Failure> {
    let evidence = workspace.evidence.side.open_for_writing();
    let evidence = evidence.map_err(|error| Failure::from(error).during("evidence root"))?;
    let signer = evidence::signer(workspace)?;
    let mut books = Books::open(evidence.as_ref(), signer.as_ref(), &workspace.ledger_memory());
    let ledger = books.ledger()?.ledger();
    customer.map_or(Ok(()), |customer| workspace.demand_known(ledger, customer))?;
    let customers = customer.map_or_else(|| workspace.known(ledger), |customer| [customer.to_owned()].into());
    let mut purged = Vec::new();
    for customer in customers {
        let wish = Wish { customer: &customer, approval: None, operator };
        let outcomes = purge_one(workspace, &mut books, &wish, then).unwrap_or_else(|failure| vec![Err(failure)]);
        purged.extend(outcomes.into_iter().map(|outcome| (customer.clone(), outcome)));
    }
    Ok(purged)
}

fn purge_one(
    workspace: &Workspace,
    books: &mut Books<'_>,
    wish: &Wish<'_>,
    then: fn(&Test) -> Result<(), StoreError>,
) -> Result<Vec<Erasure>, Failure> {
    let ledger = books.ledger()?.ledger();
    let is_nothing_made = made(ledger.entries().filter(|entry| entry.customer == wish.customer)).is_empty();
    if is_nothing_made && !cut_short::is_needed(workspace, ledger, wish.customer) {
        return Ok(Vec::new());
    }
    let test = workspace.test.below(wish.customer).open_for_writing();
    let test = Test::new(test.map_err(|error| Failure::from(error).during("test root"))?);
    // First, since it tells of releases that must go. What keeps it from being done keeps nothing else.
    let settled = cut_short::settle(workspace, &test, books, wish.customer);
    let entries = books.ledger()?.ledger().entries();
    let due = due(entries.clone(), wish.customer, Timestamp::now(), &back(&test, entries, wish.customer)?);
    let erased = due.into_iter().map(|due| erase(&test, books, wish, operator(workspace, wish), due));
    let erased: Vec<Erasure> = erased.collect();
    let settled = settled.map_or_else(|failure| vec![Err(failure)], |settled| settled.into_iter().map(Ok).collect());
    let tidied = then(&test).err().map(|error| Err(Failure::from(error)));
    Ok(settled.into_iter().chain(erased).chain(tidied).collect())
}

/// Releases of which something is there, though all of it was deleted.
fn back<'e>(
    test: &Test,
    entries: impl Iterator<Item = &'e Entry>,
    customer: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let made = made(entries.filter(|entry| entry.customer == customer));
    let purged: BTreeSet<&str> = made.iter().filter(|made| made.is_purged).map(|made| made.release).collect();
    if purged.is_empty() {
        return Ok(BTreeSet::new());
    }
    Ok(Contents::of(test)?.of_releases(&purged).map(|(release, _)| release.to_owned()).collect())
}

/// Deletes one approval's releases; the proof is a statement of its own in the ledger.
fn erase(test: &Test, books: &mut Books<'_>, wish: &Wish<'_>, operator: Option<String>, due: Due) -> Erasure {
    let mut trail = Trail::begun(wish.customer, operator.unwrap_or_default());
    let ledger = books.ledger()?.ledger();
    let usable = usable(ledger.entries(), wish.customer, Timestamp::now());
    let erased = to_its_end(|| {
        let next = release::last(test, &usable, ledger.key().public_key())?.map(|manifest| manifest.release);
        Ok(release::purge(test, &due.releases, next.as_deref())?)
    });
    if let Ok(proof) = &erased {
        trail.purged(proof, Some(Ended { approval: due.approval.clone(), because: due.because.to_owned() }));
    }
    let written = trail.end(books, Outcome::Purged, erased.as_ref().err());
    with_evidence(erased, written).map(|(proof, _)| (due, proof))
}

/// After a run: where its approval was withdrawn while it wrote, what it wrote goes at once, visible or not; where the
/// approval ended otherwise, what a run that failed wrote does.
///
/// # Errors
/// The withdrawal, where there was one; and whatever keeps the run's objects from being deleted.
pub fn sweep(
    test: &Test,
    books: &mut Books<'_>,
    wish: &Wish<'_>,
    trail: &Trail,
    failure: Option<&Failure>,
) -> Result<(), Failure> {
    let (Some((release, approval)), Ok(book)) = (trail.release(), books.ledger()) else { return Ok(()) };
    let (ledger, now) = match (book.fresh(), failure) {
        // Why the run failed is told, and not that nobody could be asked after it.
        (Err(_), Some(_)) => return Ok(()),
        (ledger, _) => (ledger?, Timestamp::now()),
    };
    let standing = Standing::of(ledger.entries(), wish.customer, approval, now);
    let because = match standing.withdrawn_at {
        Some(_) => "withdrawal",
        None if failure.is_some() && standing.has_ended(now) => "end",
        None => return Ok(()),
    };
    let (approval, releases) = (approval.to_owned(), vec![release.to_owned()]);
    let operator = Some(trail.operator().to_owned());
    erase(test, books, wish, operator, Due { approval: approval.clone(), because, releases })?;
    let withdrawn = || Refused { refusal: Refusal::Withdrawn, approval: Some(approval), path: None }.into();
    standing.withdrawn_at.map_or(Ok(()), |_| Err(withdrawn()))
}

/// After a run that came to nothing: what it wrote goes at once. Its manifest too, where that came through although its reply
/// did not, or readers could not be pointed to it: the ledger will never say that this release became visible.
///
/// # Errors
/// Whatever keeps the run's objects from being deleted.
pub fn undo(test: &Test, books: &mut Books<'_>, wish: &Wish<'_>, trail: &Trail) -> Result<(), Failure> {
    let Some((release, approval)) = trail.release() else { return Ok(()) };
    if Contents::shown(test)?.of_releases(&BTreeSet::from([release])).next().is_none() {
        return Ok(());
    }
    let due = Due { approval: approval.to_owned(), because: NO_RELEASE, releases: vec![release.to_owned()] };
    erase(test, books, wish, Some(trail.operator().to_owned()), due).map(drop)
}

/// The names under which objects lie that no manifest names: a run is writing them, or was cut short.
///
/// # Errors
/// Where the store cannot be listed.
pub fn unfinished(test: &Test) -> Result<BTreeSet<String>, StoreError> {
    Ok(Contents::shown(test)?.unfinished())
}

/// Work that enters something into the ledger of a workspace.
///
/// # Errors
/// Where the evidence store or the ledger cannot be used, and whatever the work says.
pub fn with_ledger<T>(
    workspace: &Workspace,
    customer: &str,
    work: impl FnOnce(&mut Book<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if !consent::is_id(customer) {
        return Err(Failure::new(Kind::Usage, "that cannot be the name of a customer"));
    }
    let opened = workspace.evidence.side.open_for_writing();
    let evidence = opened.map_err(|error| Failure::from(error).during("evidence root"))?;
    let signer = evidence::signer(workspace)?;
    work(&mut Book::open(evidence.as_ref(), signer.as_ref(), &workspace.ledger_memory())?)
}
