//! How many values of a link's one end are nowhere at its other end.
//!
//! Values are told apart by 64 bits of keyed hashes, so that in n values n²/2⁶⁵ pairs are taken for one: of a million, one
//! in 40 million. Of each link up to [`HELD`] values are held, evenly taken from both ends by their hashes, in about 40 bytes
//! each; with fewer, orphans are counted exactly, with more, estimated. Rows that filters leave out are not looked at; rows
//! that groups withhold are, so that what is withheld can make more orphans than are told.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::look::{Look, Means};
use super::sample::Least;
use super::{Cause, SurveyError, alike};
use crate::keys::Secret;
use crate::keys::lanes::DomainKey;
use crate::method::hash_rows;
use crate::plan::{Plan, TablePlan};
use crate::schema::LeafPath;

/// Values of a link that are held at most.
const HELD: usize = 1 << 16;

/// What was found of one link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkFinding {
    pub from: String,
    pub to: String,
    /// Different values of `from`, rounded up to a multiple of 11, or of the greatest k of a table.
    pub values: u64,
    /// Those of them that `to` has not, rounded up to a multiple of 11, or of the greatest k of a table.
    pub orphans: u64,
    /// Whether all values were held, so that figures are exact but for their rounding.
    pub exact: bool,
}

/// In which ends a value is.
#[derive(Default, Clone, Copy)]
struct In {
    from: bool,
    to: bool,
}

type Held = Mutex<Least<In>>;

/// Counts the orphans of every link of a plan.
///
/// # Errors
/// Where an object cannot be read.
pub fn orphans(plan: &Plan, secret: &Secret, means: Means<'_>) -> Result<Vec<LinkFinding>, SurveyError> {
    let key = secret.domain_key(&plan.customer, "values of links");
    let mut found = Vec::new();
    for (table, link) in plan.all_links() {
        let held = Mutex::new(Least::new(HELD));
        look(&held, &key, table, &link.from, means, |value| value.from = true)?;
        if let Some(other) = plan.tables.iter().find(|other| other.schema.table == link.table) {
            look(&held, &key, other, &link.to, means, |value| value.to = true)?;
        }
        let [from, to] = link.ends(&table.schema.table);
        let held = held.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.push(finding(from, to, &held, plan.told()));
    }
    Ok(found)
}

fn look(
    held: &Held,
    key: &DomainKey,
    table: &TablePlan,
    path: &LeafPath,
    means: Means<'_>,
    mark: fn(&mut In),
) -> Result<(), SurveyError> {
    let leaf = |(index, column): (usize, &crate::plan::ColumnPlan)| {
        column.leaves.iter().position(|plan| plan.leaf.path == *path).map(|leaf| (index, leaf))
    };
    let Some((column, leaf)) = table.columns.iter().enumerate().find_map(leaf) else { return Ok(()) };
    Look::at(table, [column]).each(means, |rows| {
        let values = alike(table, path, rows.all_values(column, leaf)?)?;
        let greatest = held.lock().unwrap_or_else(PoisonError::into_inner).greatest();
        let (mut hashes, mut beyond) = (Vec::new(), None);
        hash_rows(key, &values, |_, hash| {
            let hash = u64::from_le_bytes(std::array::from_fn(|at| hash[at]));
            // What is greater now can never be taken, since the greatest only falls; one of them tells that there are more.
            if hash <= greatest {
                hashes.push(hash);
            } else {
                beyond = Some(hash);
            }
        });
        hashes.extend(beyond);
        hashes.sort_unstable();
        hashes.dedup();
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        hashes.into_iter().for_each(|hash| held.take(hash, In::default, mark));
        Ok::<_, Cause>(())
    })
}

fn finding(from: String, to: String, held: &Least<In>, multiple: u64) -> LinkFinding {
    let of = |which: fn(&In) -> bool| held.known().filter(|value| which(value)).count() as u64;
    let all = held.known().len().max(1) as u64;
    // A share of the sample is that share of all.
    let told = |count: u64| (u128::from(count) * u128::from(held.distinct()) / u128::from(all)) as u64;
    LinkFinding {
        from,
        to,
        values: told(of(|value| value.from)).next_multiple_of(multiple),
        orphans: told(of(|value| value.from && !value.to)).next_multiple_of(multiple),
        exact: held.is_whole(),
    }
}
