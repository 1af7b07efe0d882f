//! Every row that leaves is in a group that holds, as its values say that leave, and not only as the first pass did.

use std::collections::HashMap;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef};

use crate::guard::GuardError;
use crate::plan::{ColumnPlan, Groups, Place, TablePlan};
use crate::survey::Standing;

/// The values of a column's quasi leaves that passed, by rows. Takes 4 bytes a row, and 24 for each different value.
pub(super) struct Watch<'p> {
    standing: Option<&'p Standing>,
    leaves: Vec<(usize, &'p Place, Named)>,
}

/// The values of one leaf, each as a number, and the hash of each number.
#[derive(Default)]
pub(super) struct Named {
    rows: Vec<u32>,
    hashes: Vec<u128>,
    known: HashMap<u128, u32, RandomState>,
}

impl Named {
    fn add(&mut self, hash: u128) {
        let Named { rows, hashes, known } = self;
        rows.push(*known.entry(hash).or_insert_with(|| {
            hashes.push(hash);
            hashes.len() as u32 - 1
        }));
    }

    fn at(&self, row: usize) -> u128 {
        self.hashes[self.rows[row] as usize]
    }
}

/// What a column's quasi leaves told of the rows that passed, each leaf with its place among the table's quasi leaves.
pub(super) type Told = Vec<(usize, Named)>;

impl<'p> Watch<'p> {
    /// Over a column of which nothing has passed yet.
    pub(super) fn over(table: &'p TablePlan, column: &ColumnPlan, standing: Option<&'p Standing>) -> Self {
        let quasi = table.groups.iter().flat_map(|groups| groups.quasi.iter().enumerate());
        let own = quasi.filter(|(_, place)| std::ptr::eq(&table.columns[place.column], column));
        Watch { standing, leaves: own.map(|(at, place)| (at, place, Named::default())).collect() }
    }

    /// Looks at some next rows as they leave.
    ///
    /// # Errors
    /// Where nothing is known of the table's groups, or a leaf is not where it was planned.
    pub(super) fn see(&mut self, column: Option<&ArrayRef>) -> Result<(), GuardError> {
        for (at, place, named) in &mut self.leaves {
            let lost = || GuardError::Unwatched(place.path.clone());
            let standing = self.standing.ok_or_else(lost)?;
            let values = column.and_then(|column| place.after(column)).ok_or_else(lost)?;
            let mut hashes = vec![0; values.len()];
            standing.names().add(*at, &values, &mut hashes);
            hashes.into_iter().for_each(|hash| named.add(hash));
        }
        Ok(())
    }

    /// What was seen.
    pub(super) fn told(self) -> Told {
        self.leaves.into_iter().map(|(at, _, named)| (at, named)).collect()
    }
}

/// Holds every row of a row group against the groups that may leave.
///
/// # Errors
/// Where a leaf is missing, or a row is in a group that may not leave.
pub(super) fn all_hold(
    groups: &Groups,
    standing: Option<&Standing>,
    rows: usize,
    told: &[&Told],
) -> Result<(), GuardError> {
    let leaf = |(at, place): (usize, &Place)| {
        let named = told.iter().flat_map(|told| told.iter()).find(|(leaf, _)| *leaf == at).map(|(_, named)| named);
        named.filter(|named| named.rows.len() == rows).ok_or_else(|| GuardError::Unwatched(place.path.clone()))
    };
    let leaves = groups.quasi.iter().enumerate().map(leaf).collect::<Result<Vec<_>, _>>()?;
    let standing = standing.ok_or(GuardError::SmallGroup)?;
    let name = |row| leaves.iter().fold(0, |name: u128, named| name.wrapping_add(named.at(row)));
    if (0..rows).all(|row| standing.holds(name(row)) == Some(true)) { Ok(()) } else { Err(GuardError::SmallGroup) }
}
