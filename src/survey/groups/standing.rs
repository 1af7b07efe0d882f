//! Which groups of a table may leave, once all are counted.

use std::collections::{BTreeMap, HashMap};

use ahash::RandomState;

use super::Names;

/// How the groups of every table stand, by the table's name.
#[derive(Default)]
pub struct Standings(BTreeMap<String, Standing>);

impl Standings {
    /// How these tables' groups stand.
    pub fn new(tables: impl IntoIterator<Item = (String, Standing)>) -> Self {
        Standings(tables.into_iter().collect())
    }

    /// How a table's groups stand; none where it is not grouped.
    pub fn of(&self, table: &str) -> Option<&Standing> {
        self.0.get(table)
    }
}

/// How the groups of one table stand. Takes about 40 bytes a group.
pub struct Standing {
    names: Names,
    holds: HashMap<u128, bool, RandomState>,
    withholds: bool,
}

impl Standing {
    /// Groups by their names, with whether each may leave.
    pub fn new(names: Names, groups: impl IntoIterator<Item = (u128, bool)>) -> Self {
        let holds: HashMap<_, _, _> = groups.into_iter().collect();
        Standing { names, withholds: holds.values().any(|holds| !holds), holds }
    }

    /// The keys under which the groups are named.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whether a group may leave; none where it was never seen.
    pub fn holds(&self, name: u128) -> Option<bool> {
        self.holds.get(&name).copied()
    }

    /// Whether some group may not leave.
    pub fn withholds(&self) -> bool {
        self.withholds
    }
}
