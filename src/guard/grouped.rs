//! Every row that leaves is in a group that holds, as its values say that leave, and not only as the first pass did.

use std::collections::HashMap;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef};

use crate::guard::GuardError;
use crate::plan::{ColumnPlan, Groups, Place, Placed, TablePlan};
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
            let Placed { values, structures } = column.and_then(|column| place.after(column)).ok_or_else(lost)?;
            let mut hashes = vec![0; values.len()];
            standing.names().add(*at, &values, &structures, &mut hashes);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};
    use zeroize::Zeroizing;

    use super::*;
    use crate::keys::Secret;
    use crate::plan::groups_testing::groups;
    use crate::schema::LeafPath;
    use crate::survey::Names;

    fn names() -> Names {
        Names::of(&Secret::unwrapped(Zeroizing::new([7; 32])), "acme", "people", 2)
    }

    /// Two columns as they leave: what each told, and the name of each row.
    fn told(ages: Vec<i64>, places: Vec<&str>) -> ([Told; 2], Vec<u128>) {
        let columns: [ArrayRef; 2] = [Arc::new(Int64Array::from(ages)), Arc::new(StringArray::from(places))];
        let (mut all, mut told) = (vec![0; columns[0].len()], Vec::new());
        for (at, column) in columns.iter().enumerate() {
            let (mut hashes, mut named) = (vec![0; column.len()], Named::default());
            names().add(at, column, &[], &mut hashes);
            names().add(at, column, &[], &mut all);
            hashes.into_iter().for_each(|hash| named.add(hash));
            told.push(vec![(at, named)]);
        }
        (told.try_into().unwrap_or_else(|_| unreachable!("there are two")), all)
    }

    #[test]
    fn a_row_of_a_group_that_does_not_hold_is_refused_and_so_is_one_that_nobody_saw() {
        let groups = groups(&["age", "place"]);
        let (columns, rows) = told(vec![30, 30, 40], vec!["001", "001", "999"]);
        let columns: Vec<&Told> = columns.iter().collect();
        let hold = |holds: &[(u128, bool)]| {
            all_hold(&groups, Some(&Standing::new(names(), holds.iter().copied())), 3, &columns)
        };
        assert_eq!(hold(&[(rows[0], true), (rows[2], true)]), Ok(()));
        assert_eq!(hold(&[(rows[0], true), (rows[2], false)]), Err(GuardError::SmallGroup));
        assert_eq!(hold(&[(rows[0], true)]), Err(GuardError::SmallGroup));
        assert_eq!(all_hold(&groups, None, 3, &columns), Err(GuardError::SmallGroup));
    }

    #[test]
    fn a_column_that_was_not_looked_at_is_refused() {
        let groups = groups(&["age", "place"]);
        let (columns, rows) = told(vec![30, 30], vec!["001", "001"]);
        let standing = Standing::new(names(), [(rows[0], true)]);
        let unwatched = |name| Err(GuardError::Unwatched(LeafPath::column(name)));
        assert_eq!(all_hold(&groups, Some(&standing), 2, &[&columns[0]]), unwatched("place"));
        assert_eq!(all_hold(&groups, Some(&standing), 3, &[&columns[0], &columns[1]]), unwatched("age"));
    }
}
