//! Whether a table's groups may leave, and what becomes of those that are too small.
//!
//! Withheld are whole rows of groups that do not hold, and nothing else: a group that holds loses no row, so it still
//! holds, also where its subjects have rows in others. t measures against the rows that leave, so withholding can bring
//! further groups beyond it; those go too, until none does.
//!
//! Levels are tried for the whole table (full-domain generalisation; Samarati, 2001): fewest steps first, and of as many
//! those that leave the first of the quasi columns alone the longest. The first that holds is taken. Groups only grow where
//! leaves are made coarser, so what is too small with all other leaves at their coarsest need not be tried (LeFevre, DeWitt
//! and Ramakrishnan, 2005).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ahash::RandomState;
use arrow::datatypes::DataType;

use super::mixture::{Counts, distance, is_diverse, mixed_as};
use crate::error::{Failure, Kind};
use crate::keys::Secret;
use crate::plan::{Groups, Plan, TablePlan};
use crate::schema::{Diversity, LeafPath, OnSmall, Privacy};
use crate::survey::{Counted, Group, Names, Standing, Standings, Subjects};

/// Groups that are looked at for all levels that are tried together, in some minutes.
const WORK: usize = 500_000_000;

/// Levels that are tried at least, however many groups there are.
const FEWEST_WAYS: usize = 1_000;

/// What became of the groups of all tables.
pub struct Judged {
    pub standings: Standings,
    /// By table, the quasi leaves that are made coarser, and by how many steps.
    pub steps: BTreeMap<String, BTreeMap<LeafPath, usize>>,
    /// By table.
    pub findings: BTreeMap<String, Finding>,
}

/// What is known of a table's groups as they leave. No figure counts fewer than k.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The leaves that are grouped by.
    pub quasi: Vec<String>,
    /// Of what there are k in every group: subjects, or rows.
    pub counted: String,
    pub k: u64,
    /// The fewest different values of a sensitive leaf in a group; none where nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct_l: Option<u64>,
    /// As many equally frequent values would be as mixed as a sensitive leaf's are in the least mixed group; rounded down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entropy_l: Option<String>,
    /// How far a sensitive leaf's values in a group are from those of the table, at most; rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<String>,
    /// Leaves that were made coarser than the schema says, and what becomes of them now.
    pub coarser: BTreeMap<String, String>,
    /// Rows that were withheld, rounded up to a multiple of k.
    pub withheld: u64,
    /// Of the subjects, evenly sampled, the share that has rows in several groups, in hundredths, rounded up; none where
    /// rows are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects_in_several: Option<u64>,
}

/// A table whose groups do not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "refused by a guard: table `{table}`, grouped by {quasi}: {failed}; at most {allowed} of all rows may be withheld \
     (counts are rounded up to {k})"
)]
pub struct Refusal {
    table: String,
    quasi: String,
    /// By rule.
    failed: String,
    allowed: String,
    k: u64,
    on_small: OnSmall,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let coarser = "make the quasi columns coarser (a longer span, a greater width, a shorter prefix) or drop one";
        let hint = match refusal.on_small {
            OnSmall::Refuse => format!("{coarser}, or let groups be withheld: on_small_group = \"suppress\""),
            OnSmall::Suppress => format!("{coarser}, raise `max_suppressed`, or set on_small_group = \"generalise\""),
            OnSmall::Generalise => format!("{coarser}, or allow some rows to be withheld: `max_suppressed`"),
        };
        Failure::new(Kind::Guard, refusal.to_string()).hint(hint)
    }
}

/// Decides over the groups of every table, which were counted before.
///
/// # Errors
/// At the first table of which more rows would be withheld than may be.
pub fn judge(plan: &Plan, secret: &Secret, mut counted: BTreeMap<String, Counted>) -> Result<Judged, Refusal> {
    let (mut steps, mut findings, mut standings) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for table in &plan.tables {
        let (Some(groups), Some(privacy)) = (&table.groups, &table.schema.privacy) else { continue };
        let name = &table.schema.table;
        let counted = counted.remove(name);
        let case = Case { table, groups, privacy, counted: counted.as_ref() };
        let node = case.first_that_holds()?;
        findings.insert(name.clone(), case.finding(&node));
        steps.insert(name.clone(), case.steps(&node));
        let names = Names::of(secret, &plan.customer, name, groups.quasi.len());
        let holds = node.groups.keys().map(|name| (*name, !node.small.contains(name)));
        standings.push((name.clone(), Standing::new(names, holds)));
    }
    Ok(Judged { standings: Standings::new(standings), steps, findings })
}

/// One table, as it was counted.
struct Case<'c> {
    table: &'c TablePlan,
    groups: &'c Groups,
    privacy: &'c Privacy,
    counted: Option<&'c Counted>,
}

/// The groups of a table at some levels, and which of them do not hold.
struct Node<'c> {
    /// Of each quasi leaf, from 0.
    levels: Vec<usize>,
    groups: HashMap<u128, Joined<'c>, RandomState>,
    small: BTreeSet<u128>,
    /// By the rule that the small ones fail first.
    failed: BTreeMap<Rule, Failed>,
}

/// What is in groups that fail a rule.
#[derive(Debug, Default, Clone, Copy)]
struct Failed {
    rows: u64,
    /// As far as they are known: groups of k and more tell none. Who is in several groups is counted in each.
    subjects: u64,
}

/// What a group can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    Size,
    Diversity,
    Closeness,
}

/// Groups that are one at their levels.
struct Joined<'c>(Vec<&'c Group>);

impl Joined<'_> {
    fn rows(&self) -> u64 {
        self.0.iter().map(|group| group.rows).sum()
    }

    /// How many people there are, or rows where those are counted; none where they are `k` or more.
    fn fewer(&self, k: u64, counts_people: bool) -> Option<u64> {
        if !counts_people {
            return Some(self.rows()).filter(|rows| *rows < k);
        }
        let mut subjects = Subjects::default();
        self.0.iter().for_each(|group| subjects.join(&group.subjects, usize::try_from(k).unwrap_or(usize::MAX)));
        subjects.fewer()
    }

    /// How often each value of a sensitive leaf is in it.
    fn values(&self, leaf: usize) -> Counts {
        let mut counts = Counts::new();
        let of_group = |group: &&Group| {
            group.values.get(leaf).into_iter().flatten().map(|(value, count)| (*value, *count)).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_group).for_each(|(value, count)| *counts.entry(value).or_default() += count);
        counts
    }
}

impl<'c> Case<'c> {
    /// The first levels at which no more rows would be withheld than may be.
    fn first_that_holds(&self) -> Result<Node<'c>, Refusal> {
        let most: Vec<usize> = self.groups.quasi.iter().map(|place| self.table.levels(place).len() - 1).collect();
        let finest = self.node(vec![0; most.len()]);
        if self.holds(&finest) {
            return Ok(finest);
        }
        let found = self.least(&most).and_then(|least| self.search(&least, &most, ways(finest.groups.len())));
        found.ok_or_else(|| self.refusal(&self.node(most)))
    }

    fn holds(&self, node: &Node<'_>) -> bool {
        node.withheld() as f64 <= self.privacy.most_withheld * node.rows() as f64
    }

    /// Tries so many levels between these, at most.
    fn search(&self, least: &[usize], most: &[usize], ways: usize) -> Option<Node<'c>> {
        let room: Vec<usize> = most.iter().zip(least).map(|(most, least)| most - least).collect();
        let all = (0..=room.iter().sum()).flat_map(|steps| of_steps(&room, steps));
        let levels = all.map(|steps| least.iter().zip(steps).map(|(least, steps)| least + steps).collect());
        levels.take(ways).map(|levels| self.node(levels)).find(|node| self.holds(node))
    }

    /// Of each leaf the finest level at which it can do, the others being as coarse as they may; none where one cannot.
    fn least(&self, most: &[usize]) -> Option<Vec<usize>> {
        let nests = |leaf| self.counted.is_none_or(|counted| counted.nests(leaf));
        if !(0..most.len()).all(nests) {
            return Some(vec![0; most.len()]);
        }
        let of_leaf = |leaf: usize| {
            let at = |level| (0..most.len()).map(|other| if other == leaf { level } else { most[other] }).collect();
            (0..=most[leaf]).find(|level| !self.fails_for_good(at(*level)))
        };
        (0..most.len()).map(of_leaf).collect()
    }

    /// Whether too many rows are in groups that are too small or of too few values, as they then are at finer levels too.
    fn fails_for_good(&self, levels: Vec<usize>) -> bool {
        let mut node = self.joined(levels);
        self.find_small(&mut node);
        if !matches!(self.privacy.diversity, Some(Diversity::Distinct(_))) {
            // Of others, two mixed groups can make one that is not.
            node.failed.remove(&Rule::Diversity);
        }
        !self.holds(&node)
    }

    fn node(&self, levels: Vec<usize>) -> Node<'c> {
        let mut node = self.joined(levels);
        self.find_small(&mut node);
        self.find_far(&mut node);
        node
    }

    fn joined(&self, levels: Vec<usize>) -> Node<'c> {
        let mut groups: HashMap<u128, Joined<'c>, RandomState> = HashMap::default();
        if let Some(counted) = self.counted {
            for (name, group) in counted.groups() {
                let name = counted.name_at(name, group, &levels);
                groups.entry(name).or_insert_with(|| Joined(Vec::new())).0.push(group);
            }
        }
        Node { levels, groups, small: BTreeSet::new(), failed: BTreeMap::new() }
    }

    fn find_small(&self, node: &mut Node<'c>) {
        let counts_people = self.groups.subject.is_some();
        let mixed = |group: &Joined<'_>, rule| {
            (0..self.groups.sensitive.len()).all(|leaf| is_diverse(&group.values(leaf), rule))
        };
        let failed = |group: &Joined<'_>| match (group.fewer(self.privacy.k, counts_people), self.privacy.diversity) {
            (Some(subjects), _) => Some((Rule::Size, subjects)),
            (None, Some(rule)) if !mixed(group, rule) => Some((Rule::Diversity, 0)),
            (None, _) => None,
        };
        let found = node.groups.iter().filter_map(|(name, group)| {
            failed(group).map(|(rule, subjects)| (*name, rule, Failed { rows: group.rows(), subjects }))
        });
        node.fail(found.collect());
    }

    fn find_far(&self, node: &mut Node<'c>) {
        let Some(most) = self.privacy.closeness else { return };
        loop {
            let wholes = self.wholes(node);
            let far = |group: &Joined<'_>| self.distances(group, &wholes).any(|distance| distance > most + 1e-9);
            let found = node.standing().filter(|(_, group)| far(group));
            let found: Vec<_> = found
                .map(|(name, group)| (name, Rule::Closeness, Failed { rows: group.rows(), subjects: 0 }))
                .collect();
            if found.is_empty() {
                return;
            }
            node.fail(found);
        }
    }

    /// How often each value of each sensitive leaf is in the rows that leave.
    fn wholes(&self, node: &Node<'_>) -> Vec<Counts> {
        let whole = |leaf| {
            let mut whole = Counts::new();
            let values = node.standing().flat_map(|(_, group)| group.values(leaf));
            values.for_each(|(value, count)| *whole.entry(value).or_default() += count);
            whole
        };
        (0..self.groups.sensitive.len()).map(whole).collect()
    }

    /// How far the values of each sensitive leaf of a group are from those of the whole.
    fn distances<'d>(&'d self, group: &'d Joined<'_>, wholes: &'d [Counts]) -> impl Iterator<Item = f64> + 'd {
        self.groups.sensitive.iter().zip(wholes).enumerate().map(|(leaf, (place, whole))| {
            let after = self.table.columns[place.column].leaves[place.leaf].after();
            distance(&group.values(leaf), whole, after.is_some_and(is_ordered))
        })
    }

    fn steps(&self, node: &Node<'_>) -> BTreeMap<LeafPath, usize> {
        let moved = self.groups.quasi.iter().zip(&node.levels).filter(|(_, level)| **level > 0);
        moved.map(|(place, level)| (place.path.clone(), *level)).collect()
    }

    fn finding(&self, node: &Node<'_>) -> Finding {
        let (k, asked) = (self.privacy.k, self.privacy.asks_of_sensitive());
        let moved = self.groups.quasi.iter().zip(&node.levels).filter(|(_, level)| **level > 0);
        let coarser =
            moved.map(|(place, level)| (place.path.to_string(), self.table.levels(place)[*level].method().words()));
        let all =
            (0..self.groups.sensitive.len()).flat_map(|leaf| node.standing().map(move |(_, group)| group.values(leaf)));
        let counts: Vec<Counts> = if asked { all.collect() } else { Vec::new() };
        let wholes = if asked { self.wholes(node) } else { Vec::new() };
        let far = node.standing().flat_map(|(_, group)| self.distances(group, &wholes).collect::<Vec<_>>());
        let people = self.counted.filter(|_| self.groups.subject.is_some());
        Finding {
            quasi: self.groups.quasi.iter().map(|place| place.path.to_string()).collect(),
            counted: self.table.schema.counted().to_owned(),
            k,
            distinct_l: counts.iter().map(|counts| counts.len() as u64).min(),
            entropy_l: counts.iter().map(mixed_as).reduce(f64::min).map(|l| figure((l * 1e4 + 1e-5).floor())),
            t: far.reduce(f64::max).filter(|_| asked).map(|t| figure((t * 1e4 - 1e-5).ceil())),
            coarser: coarser.collect(),
            withheld: node.withheld().next_multiple_of(k),
            subjects_in_several: people.map(|counted| {
                let watched = counted.watched.len() as u64;
                let several = Case::in_several(counted, &node.levels).next_multiple_of(k).min(watched);
                (several * 100).div_ceil(watched.max(1))
            }),
        }
    }

    /// How many of the subjects that were looked at have rows in several groups at these levels.
    fn in_several(counted: &Counted, levels: &[usize]) -> u64 {
        let becomes = |name| counted.group(name).map_or(name, |group| counted.name_at(name, group, levels));
        counted.watched.iter().filter(|within| within.are_several(becomes)).count() as u64
    }

    fn refusal(&self, node: &Node<'_>) -> Refusal {
        let quasi: Vec<String> = self.groups.quasi.iter().map(|place| format!("`{}`", place.path)).collect();
        let failed: Vec<String> = node.failed.iter().map(|(rule, failed)| self.words(*rule, *failed)).collect();
        Refusal {
            table: self.table.schema.table.clone(),
            quasi: quasi.join(", "),
            failed: failed.join("; "),
            allowed: self.privacy.most_withheld.to_string(),
            k: self.privacy.k,
            on_small: self.privacy.on_small,
        }
    }

    fn words(&self, rule: Rule, failed: Failed) -> String {
        let k = self.privacy.k;
        let [rows, subjects] = [failed.rows, failed.subjects].map(|count| count.next_multiple_of(k));
        match rule {
            Rule::Size if self.groups.subject.is_none() => format!("{rows} rows are in groups of fewer than {k}"),
            Rule::Size => format!("{rows} rows of {subjects} subjects are in groups of fewer than {k}"),
            Rule::Diversity => format!("{rows} rows are in groups whose sensitive values are less mixed than `l` asks"),
            Rule::Closeness => {
                format!("{rows} rows are in groups whose sensitive values are further from the table's than `t` allows")
            }
        }
    }
}

impl<'c> Node<'c> {
    fn fail(&mut self, found: Vec<(u128, Rule, Failed)>) {
        for (name, rule, found) in found {
            self.small.insert(name);
            let failed = self.failed.entry(rule).or_default();
            failed.rows += found.rows;
            failed.subjects += found.subjects;
        }
    }

    /// The groups that hold, as far as is known.
    fn standing(&self) -> impl Iterator<Item = (u128, &Joined<'c>)> {
        self.groups.iter().map(|(name, group)| (*name, group)).filter(|(name, _)| !self.small.contains(name))
    }

    fn withheld(&self) -> u64 {
        self.failed.values().map(|failed| failed.rows).sum()
    }

    fn rows(&self) -> u64 {
        self.groups.values().map(Joined::rows).sum()
    }
}

/// So many ten-thousandths as text, which is the same in every program that reads it again.
fn figure(parts: f64) -> String {
    format!("{:.4}", parts / 1e4 + 0.0)
}

/// Whether values of a type have an order that says how far they are apart.
fn is_ordered(data_type: &DataType) -> bool {
    data_type.is_numeric() || data_type.is_temporal()
}

/// How many levels are tried where there are so many groups: there can be 7 for each quasi leaf times 7 for the next.
fn ways(groups: usize) -> usize {
    (WORK / groups.max(1)).max(FEWEST_WAYS)
}

/// Every way to go so many steps, none of them further than `most`; the last leaves go first.
fn of_steps(most: &[usize], steps: usize) -> Box<dyn Iterator<Item = Vec<usize>> + '_> {
    let Some((first, rest)) = most.split_first() else {
        return Box::new((steps == 0).then(Vec::new).into_iter());
    };
    let further = move |level: usize| of_steps(rest, steps - level).map(move |others| [vec![level], others].concat());
    // Where the others cannot go the rest of the steps, there is no way.
    let least = steps.saturating_sub(rest.iter().sum());
    Box::new((least..=steps.min(*first)).flat_map(further))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_tried_by_steps_and_the_first_leaf_goes_last() {
        let of_steps = |steps| of_steps(&[1, 2], steps).collect::<Vec<_>>();
        assert_eq!(of_steps(0), [[0, 0]]);
        assert_eq!(of_steps(2), [[0, 2], [1, 1]]);
        assert_eq!(of_steps(3), [[1, 2]]);
        assert!(of_steps(4).is_empty());
    }
}
