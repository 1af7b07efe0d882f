//! What the ledger says of an approval: whether it is in force, and how often it was used.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::gate::Signer;
use super::record::Record;
use super::refusal::Refusal;
use crate::ledger::{Book, Entry, Event, Given, Ledger, Started};

/// An approval as the ledger knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// As it first came into force.
    pub given: Option<Given>,
    /// Runs that began, whatever came of them.
    pub runs: u64,
    pub withdrawn_at: Option<Timestamp>,
    /// The approval that follows it and has begun.
    pub followed_by: Option<String>,
}

/// One use of an approval, as it is asked for.
pub(super) struct Use<'a> {
    pub record: &'a Record,
    /// Of the approval's bytes.
    pub digest: &'a str,
    /// By file name, the SHA-256 of each signature.
    pub signatures: &'a BTreeMap<String, String>,
    pub signers: &'a [Signer],
    /// Whether every key that signed is valid still.
    pub keys_now: &'a Result<(), Refusal>,
    /// The principal who runs it.
    pub operator: &'a str,
    pub now: Timestamp,
}

impl Standing {
    /// What some entries say of an approval at a moment, by its name.
    pub fn of<'e>(entries: impl Iterator<Item = &'e Entry>, customer: &str, approval: &str, now: Timestamp) -> Self {
        let mut standing = Standing::default();
        entries.filter(|entry| entry.customer == customer).for_each(|entry| standing.learn(entry, approval, now));
        standing
    }

    fn learn(&mut self, entry: &Entry, approval: &str, now: Timestamp) {
        match &entry.event {
            // One that was entered early leaves the earlier one its time.
            Event::Given(given) if given.renews.as_deref() == Some(approval) && given.not_before <= now => {
                self.followed_by.get_or_insert_with(|| given.approval.clone());
            }
            event if event.approval() != Some(approval) => {}
            Event::Given(given) => drop(self.given.get_or_insert_with(|| given.clone())),
            Event::Started(_) => self.runs += 1,
            Event::Withdrawn { .. } => drop(self.withdrawn_at.get_or_insert(entry.at)),
            _ => {}
        }
    }

    /// Whether nothing in the ledger speaks against a use.
    ///
    /// # Errors
    /// What does.
    pub fn demand(&self, digest: &str) -> Result<(), Refusal> {
        match self {
            Standing { withdrawn_at: Some(_), .. } => Err(Refusal::Withdrawn),
            Standing { followed_by: Some(by), .. } => Err(Refusal::Superseded { by: by.clone() }),
            Standing { given: Some(given), .. } if given.digest != digest => Err(Refusal::NameReused),
            _ => Ok(()),
        }
    }

    /// As [`demand`](Self::demand), for files whose keys may have ended: once the ledger knows an approval, it is proved when
    /// it was signed, and they may.
    pub(super) fn demand_signed(&self, digest: &str, keys_now: &Result<(), Refusal>) -> Result<(), Refusal> {
        self.demand(digest)?;
        self.given.as_ref().map_or_else(|| keys_now.clone(), |_| Ok(()))
    }

    /// Whether nothing may become visible under it any more.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        let is_over = || self.given.as_ref().is_some_and(|given| given.not_after <= now);
        self.withdrawn_at.is_some() || self.followed_by.is_some() || is_over()
    }

    /// How many of the approved runs are used: of two that take the last one at once, both begin and one is refused.
    pub fn used(&self, max_runs: u64) -> u64 {
        self.runs.min(max_runs)
    }

    /// Whether one of the approved runs is left.
    ///
    /// # Errors
    /// Where none is.
    pub fn demand_run(&self, max_runs: u64) -> Result<(), Refusal> {
        if self.runs < max_runs { Ok(()) } else { Err(Refusal::UsedUp { max_runs }) }
    }
}

impl Use<'_> {
    /// What the ledger says of the approval.
    pub fn standing(&self, ledger: &Ledger<'_>) -> Standing {
        self.standing_by(ledger.entries())
    }

    fn standing_by<'e>(&self, entries: impl Iterator<Item = &'e Entry>) -> Standing {
        Standing::of(entries, &self.record.customer, &self.record.approval, self.now)
    }

    /// A run must be left, and none is taken; how many were.
    pub fn look(&self, book: &mut Book<'_>) -> Result<u64, Refusal> {
        let standing = self.standing(book.fresh()?);
        standing.demand_signed(self.digest, self.keys_now)?;
        standing.demand_run(self.record.max_runs).map(|()| standing.runs)
    }

    /// Enters the approval without using it.
    pub fn enter(&self, book: &mut Book<'_>) -> Result<(), Refusal> {
        self.standing(book.fresh()?).demand_signed(self.digest, self.keys_now)?;
        self.give(book)
    }

    /// Enters the approval, if it is not there yet.
    fn give(&self, book: &mut Book<'_>) -> Result<(), Refusal> {
        if self.standing(book.ledger()).given.is_some() {
            return Ok(());
        }
        let given = Given {
            approval: self.record.approval.clone(),
            digest: self.digest.to_owned(),
            signatures: self.signatures.clone(),
            signers: self.signers.iter().map(|signer| signer.principal.clone()).collect(),
            not_before: self.record.not_before,
            not_after: self.record.not_after,
            max_runs: self.record.max_runs,
            retention_days: self.record.destination.retention_days,
            renews: self.record.renews.clone(),
        };
        book.enter(&self.record.customer, Event::Given(given))?;
        self.standing(book.ledger()).demand(self.digest)
    }

    /// Takes a run: enters that it began, then counts it among those that began before. Of two that take the last one at
    /// once, the first in the ledger has it.
    ///
    /// Only where it is so of all that stands before it in the ledger.
    pub fn take(&self, book: &mut Book<'_>, run: &str, is_so: &dyn Fn(&Ledger<'_>) -> bool) -> Result<u64, Refusal> {
        self.look(book)?;
        self.give(book)?;
        let started = Started {
            run: run.to_owned(),
            approval: self.record.approval.clone(),
            digest: self.digest.to_owned(),
            operator: self.operator.to_owned(),
        };
        let place = book.enter_if(&self.record.customer, Event::Started(started), is_so)?;
        let place = place.ok_or(Refusal::Overtaken)?;
        let before = usize::try_from(place).unwrap_or(usize::MAX).saturating_add(1);
        let standing = self.standing_by(book.ledger().entries().take(before));
        standing.demand(self.digest)?;
        if standing.runs > self.record.max_runs {
            return Err(Refusal::UsedUp { max_runs: self.record.max_runs });
        }
        Ok(standing.runs)
    }
}
