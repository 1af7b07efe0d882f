//! What questions are answered from: the ledger, put in order once, and the statements that a question needs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use rayon::prelude::*;
use ssh_key::PublicKey;

use crate::account::doors::Test;
use crate::account::store::{Store, StoreError};
use crate::consent::recorded::Approvals;
use crate::error::Failure;
use crate::evidence::{self, RunRecord, journal};
use crate::ledger::{Entry, Event, Given, Ledger, LedgerError, Purged, Started, Told};
use crate::workspace::Workspace;

/// A ledger that is believed, and where that of which it tells lies.
pub struct Facts<'f> {
    pub(super) workspace: &'f Workspace,
    pub(super) evidence: &'f dyn Store,
    pub(super) key: PublicKey,
    pub(super) ledger: Ledger<'f>,
    /// The one customer that is asked about; all without it.
    customer: Option<String>,
    /// When the questions are asked.
    pub(super) now: Timestamp,
}

/// What happened under one approval.
#[derive(Default)]
pub(super) struct Course<'f> {
    pub given: Option<(Timestamp, &'f Given)>,
    pub started: Vec<(Timestamp, &'f Started)>,
    pub told: Vec<(Timestamp, &'f Told)>,
    /// When, and by whom.
    pub withdrawn: Option<(Timestamp, &'f str)>,
    pub purged: Vec<&'f Purged>,
    /// From when on another has taken its place.
    pub followed_from: Option<Timestamp>,
}

/// Whether runs may still begin under an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    InForce,
    UsedUp,
    Followed,
    Expired,
    Withdrawn,
    /// Runs name it, and the ledger does not say that it came into force.
    Unknown,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::InForce => "in force",
            State::UsedUp => "used up",
            State::Followed => "followed by another",
            State::Expired => "expired",
            State::Withdrawn => "withdrawn",
            State::Unknown => "unknown",
        }
    }
}

impl Course<'_> {
    /// As of a moment, by what the ledger says today.
    pub fn state(&self, now: Timestamp) -> State {
        match self.given {
            None => State::Unknown,
            Some(_) if self.withdrawn.is_some_and(|(at, _)| at <= now) => State::Withdrawn,
            Some((_, given)) if given.not_after <= now => State::Expired,
            Some(_) if self.followed_from.is_some_and(|from| from <= now) => State::Followed,
            Some((_, given)) if self.started.len() as u64 >= given.max_runs => State::UsedUp,
            Some(_) => State::InForce,
        }
    }
}

/// One run, from its beginning to what it told of itself.
pub(super) struct Run<'f> {
    pub run: &'f str,
    pub customer: &'f str,
    /// One that was refused before it counted has none.
    pub started: Option<(Timestamp, &'f Started)>,
    pub told: Vec<(Timestamp, &'f Told)>,
}

impl<'f> Facts<'f> {
    /// Reads and checks the ledger of a workspace, to ask about one customer or all.
    ///
    /// # Errors
    /// Where the ledger is not to be believed, or nobody knows the customer.
    pub fn open(workspace: &'f Workspace, evidence: &'f dyn Store, customer: Option<&str>) -> Result<Self, Failure> {
        let key = evidence::public_key(workspace)?;
        let ledger = Ledger::open(evidence, key.clone(), &workspace.ledger_memory())?;
        Facts::of(workspace, evidence, key, ledger).about(customer)
    }

    /// Of a ledger that is open, about all customers.
    pub(super) fn of(workspace: &'f Workspace, evidence: &'f dyn Store, key: PublicKey, ledger: Ledger<'f>) -> Self {
        Facts { workspace, evidence, key, ledger, customer: None, now: Timestamp::now() }
    }

    /// The same, asked about one customer.
    ///
    /// # Errors
    /// Where nobody knows the customer.
    pub fn about(mut self, customer: Option<&str>) -> Result<Self, Failure> {
        customer.map_or(Ok(()), |customer| self.workspace.demand_known(&self.ledger, customer))?;
        self.customer = customer.map(str::to_owned);
        Ok(self)
    }

    /// Every customer that is asked about.
    pub(super) fn customers(&self) -> BTreeSet<String> {
        let mut customers = self.workspace.known(&self.ledger);
        customers.retain(|known| self.customer.as_ref().is_none_or(|asked| asked == known));
        customers
    }

    /// The entries that are asked about, with their places.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u64, &Entry)> {
        let is_asked = |customer: &str| self.customer.as_deref().is_none_or(|asked| asked == customer);
        (0..).zip(self.ledger.entries()).filter(move |(_, entry)| is_asked(&entry.customer))
    }

    /// By customer and approval.
    pub(super) fn courses(&self) -> BTreeMap<(&str, &str), Course<'_>> {
        let mut courses: BTreeMap<(&str, &str), Course<'_>> = BTreeMap::new();
        for (_, entry) in self.entries() {
            if let Some((renewed, from)) = renewed(entry) {
                let followed = &mut courses.entry((&entry.customer, renewed)).or_default().followed_from;
                *followed = Some(followed.map_or(from, |known| known.min(from)));
            }
            if let Some(approval) = entry.event.approval() {
                courses.entry((&entry.customer, approval)).or_default().learn(entry);
            }
        }
        courses
    }

    /// Every run, in the order in which they are first heard of.
    pub(super) fn runs(&self) -> Vec<Run<'_>> {
        let (mut places, mut runs) = (HashMap::new(), Vec::<Run<'_>>::new());
        for (_, entry) in self.entries() {
            let name = match &entry.event {
                Event::Started(started) => &started.run,
                Event::Told(told) => &told.run,
                _ => continue,
            };
            let place = *places.entry((&entry.customer, name)).or_insert(runs.len());
            if place == runs.len() {
                runs.push(Run { run: name, customer: &entry.customer, started: None, told: Vec::new() });
            }
            match &entry.event {
                Event::Started(started) => runs[place].started = Some((entry.at, started)),
                Event::Told(told) => runs[place].told.push((entry.at, told)),
                _ => {}
            }
        }
        runs
    }

    /// What was told with one of some outcomes, each with the statement that the ledger names.
    ///
    /// # Errors
    /// Where one cannot be read, or is another.
    pub(super) fn told(&self, outcomes: &[&str]) -> Result<Vec<(Timestamp, &Told, RunRecord)>, Failure> {
        let told = self.entries().filter_map(|(_, entry)| match &entry.event {
            Event::Told(told) if outcomes.contains(&told.outcome.as_str()) => Some((entry.at, told)),
            _ => None,
        });
        let told: Vec<_> = told.collect();
        told.into_par_iter().map(|(at, told)| Ok((at, told, self.statement(told)?))).collect()
    }

    /// The statement that the ledger names.
    ///
    /// # Errors
    /// Where it cannot be read, or is another.
    pub(super) fn statement(&self, told: &Told) -> Result<RunRecord, Failure> {
        let read = journal::read_named(self.evidence, &told.statement, &told.sha256);
        read.map_err(|error| Failure::from(error).hint("`verho review verify` shows what is not as it was"))
    }

    /// Releases of which nothing is left.
    pub(super) fn purged(&self) -> BTreeSet<(&str, &str)> {
        let purged = self.entries().filter_map(|(_, entry)| match &entry.event {
            Event::Purged(purged) => Some(purged.releases.iter().map(|release| (&*entry.customer, &**release))),
            _ => None,
        });
        purged.flatten().collect()
    }

    /// Approvals and roles; none where the trust root does not hold, so that nobody is named by files that it does not name.
    pub(super) fn approvals(&self) -> Option<Approvals> {
        Approvals::open(&self.workspace.consents(), &self.workspace.consent.trust).ok()
    }

    /// The test side of a customer.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub(super) fn test(&self, customer: &str) -> Result<Test, Failure> {
        Ok(Test::new(self.workspace.test.below(customer).open()?))
    }
}

impl<'f> Course<'f> {
    fn learn(&mut self, entry: &'f Entry) {
        match &entry.event {
            Event::Given(given) => drop(self.given.get_or_insert((entry.at, given))),
            Event::Started(started) => self.started.push((entry.at, started)),
            Event::Told(told) => self.told.push((entry.at, told)),
            Event::Withdrawn { by, .. } => drop(self.withdrawn.get_or_insert((entry.at, by))),
            Event::Purged(purged) => self.purged.push(purged),
            _ => {}
        }
    }
}

/// The approval that an entry lets another follow, and from when on.
fn renewed(entry: &Entry) -> Option<(&str, Timestamp)> {
    match &entry.event {
        Event::Given(given) => Some((given.renews.as_deref()?, given.not_before.max(entry.at))),
        _ => None,
    }
}

/// What is listed; nothing, where the folder was never made.
pub(super) fn listed<T>(list: Result<Vec<T>, StoreError>) -> Result<Vec<T>, StoreError> {
    match list {
        Err(StoreError::Missing) => Ok(Vec::new()),
        other => other,
    }
}

/// Whether it is the ledger that cannot be believed, and not a store that cannot be asked.
pub(super) fn is_doubt(error: &LedgerError) -> bool {
    !matches!(error, LedgerError::Store(store) if *store != StoreError::Missing)
        && !matches!(error, LedgerError::Memory(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + 3600 * hour).expect("is a time")
    }

    #[test]
    fn an_approval_is_in_force_until_the_first_thing_that_ends_it() {
        let (given, started) = (
            Given {
                approval: "a".into(),
                digest: "d".into(),
                signatures: BTreeMap::new(),
                signers: Vec::new(),
                not_before: at(0),
                not_after: at(10),
                max_runs: 1,
                retention_days: None,
                renews: None,
            },
            Started { run: "r".into(), approval: "a".into(), digest: "d".into(), operator: "o".into() },
        );
        let course = || Course { given: Some((at(0), &given)), ..Course::default() };
        assert_eq!(Course::default().state(at(1)), State::Unknown);
        assert_eq!(course().state(at(9)), State::InForce);
        assert_eq!(course().state(at(10)), State::Expired);
        assert_eq!(Course { started: vec![(at(1), &started)], ..course() }.state(at(9)), State::UsedUp);
        let followed = || Course { followed_from: Some(at(5)), ..course() };
        assert_eq!((followed().state(at(4)), followed().state(at(5))), (State::InForce, State::Followed));
        let withdrawn = || Course { withdrawn: Some((at(5), "owner")), ..course() };
        assert_eq!((withdrawn().state(at(4)), withdrawn().state(at(5))), (State::InForce, State::Withdrawn));
    }
}
