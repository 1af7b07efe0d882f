//! The gate's own checks, point by point, for a reader.

use std::collections::BTreeMap;
use std::path::Path;

use super::checks::{self, CHECKS, Case};
use super::gate::{Ask, digest, ids, read_record};
use super::record::{Record, is_id};
use super::refusal::Refusal;
use super::standing::Standing;
use super::trust::Authority;

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub name: &'static str,
    /// `None`: passed.
    pub refusal: Option<Refusal>,
}

impl Point {
    fn of(name: &'static str, outcome: Result<(), Refusal>) -> Self {
        Point { name, refusal: outcome.err() }
    }

    /// Whether the check holds.
    pub fn passed(&self) -> bool {
        self.refusal.is_none()
    }

    /// What is wrong, or that nothing is.
    pub fn message(&self) -> String {
        self.refusal.as_ref().map_or_else(|| "holds".to_owned(), Refusal::to_string)
    }
}

/// What only a store can tell, as far as it is at hand.
#[derive(Clone, Copy, Default)]
pub struct Beyond<'a> {
    /// Table to structure digest.
    pub structures: Option<&'a BTreeMap<String, String>>,
    /// What the ledger says of the approval.
    pub standing: Option<&'a Standing>,
}

/// Walks all checks of one approval; stops early only where nothing further can be looked at.
pub fn verify(consent_dir: &Path, trust: &str, approval_id: &str, ask: &Ask, beyond: Beyond<'_>) -> Vec<Point> {
    let authority = match Authority::load(consent_dir, trust) {
        Ok(authority) => authority,
        Err(refusal) => return vec![Point::of("trust", Err(refusal))],
    };
    let mut points = vec![Point::of("trust", Ok(()))];
    let folder = consent_dir.join(&ask.customer).join(approval_id);
    let known = if is_id(&ask.customer) { ids(consent_dir, &ask.customer) } else { Ok(Vec::new()) };
    let is_known = known.as_ref().is_ok_and(|known| known.iter().any(|known| known == approval_id));
    if let Err(fault) = known {
        points.push(Point::of("record", Err(Refusal::Unreadable(Box::new(fault)))));
        return points;
    }
    if !is_known {
        points.push(Point::of("record", Err(Refusal::NoSuch { customer: ask.customer.clone() })));
        return points;
    }
    match read_record(&folder) {
        Ok(file) => {
            points.push(Point::of("record", Ok(())));
            let case = Case::new(ask, &authority, &folder, &file);
            points.extend(CHECKS.iter().map(|check| Point::of(check.name, (check.run)(&case))));
            points.extend(beyond_files(&case, &digest(&file.1), beyond));
        }
        Err(fault) => points.push(Point::of("record", Err(Refusal::Unreadable(Box::new(fault))))),
    }
    points
}

fn beyond_files(case: &Case<'_>, digest: &str, beyond: Beyond<'_>) -> Vec<Point> {
    let Record { tables, max_runs, .. } = case.record;
    let structure = beyond.structures.map(|found| Point::of("structure", checks::structures(tables, found)));
    let ledger = beyond.standing.map(|standing| Point::of("ledger", standing.demand_signed(digest, &case.keys_now())));
    let runs = beyond.standing.map(|standing| Point::of("runs", standing.demand_run(*max_runs)));
    structure.into_iter().chain(ledger).chain(runs).collect()
}
