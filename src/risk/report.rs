//! What was measured, as it may be shown: no value, and no count of fewer than k.
//!
//! Every count of subjects or rows is rounded up to a multiple of k, so that neither a count nor the difference of two
//! tells of fewer than k. Shares are made of such counts. Of a group smaller than k nothing is said but that there
//! is one.

use serde::Serialize;

use super::looked::Looked;
use super::tally::{Population, Repeat, Side, Tally};
use super::utility::Distance;
use crate::plan::TablePlan;
use crate::privacy::{Attack, Classes, Groups, Loss, Risks, Sizes, frequency_risk};

/// Where groups are put by size: from so many times k on.
const BINS: [u64; 5] = [0, 1, 2, 5, 20];

/// The tables of one customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub customer: String,
    pub tables: Vec<TableRisk>,
}

/// One table, before its methods and after them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableRisk {
    pub table: String,
    /// How many should share a group.
    pub k: u64,
    /// The leaf whose distinct values are counted; none where rows are.
    pub subject: Option<String>,
    /// The quasi-identifiers.
    pub quasi: Vec<String>,
    pub before: Figures,
    pub after: Figures,
    pub sets: Vec<SetRisk>,
    pub leaves: Vec<LeafUse>,
    pub pairs: Vec<PairUse>,
    /// What a reader should know of how it was measured.
    pub notes: Vec<String>,
}

/// The risks of one side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Subjects or rows.
    pub counted: u64,
    pub groups: u64,
    /// The smallest group; none where it is smaller than k.
    pub smallest: Option<u64>,
    /// Alone in their group.
    pub uniques: u64,
    /// In groups smaller than k.
    pub under_k: u64,
    pub prosecutor: Attacker,
    pub journalist: Attacker,
    /// The expected share that is found.
    pub marketer: f64,
    /// By the size of their group, from small to large.
    pub sizes: Vec<Bin>,
    pub sensitive: Vec<Sensitive>,
}

/// Subjects or rows in groups of some sizes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    pub from: u64,
    /// None where there is no end.
    pub to: Option<u64>,
    pub counted: u64,
}

/// What one kind of attacker achieves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Attacker {
    /// The share whose own risk is above 1/k.
    pub at_risk: f64,
    /// None where it is above 1/k.
    pub highest: Option<f64>,
    pub average: f64,
}

/// A sensitive leaf within groups of k and more: how mixed a smaller one is would tell of the people in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitive {
    pub leaf: String,
    pub is_removed: bool,
    /// None where the leaf is removed, or no group is large enough.
    pub figures: Option<Diversity>,
}

/// How diverse a group's sensitive values are, at worst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Diversity {
    pub distinct_l: u64,
    pub entropy_l: f64,
    pub t: f64,
    /// The ground distance of t: `ordered` for numbers, else `equal`.
    pub distance: &'static str,
    /// The share of the most frequent value.
    pub alpha: f64,
}

/// Some quasi-identifiers alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetRisk {
    pub leaves: Vec<String>,
    /// The shares in groups smaller than k, before and after; none where there were more groups than room.
    pub at_risk: Option<[f64; 2]>,
    /// The shares of distinct groups, before and after.
    pub distinction: Option<[f64; 2]>,
}

/// What is left of a leaf.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeafUse {
    pub leaf: String,
    pub class: &'static str,
    pub method: &'static str,
    /// None where the leaf is removed, or has more values than there was room for.
    pub distance: Option<Distance>,
    /// None where it has more values than there was room for.
    pub loss: Option<Loss>,
    /// The share of rows whose raw value a frequency attack on this leaf alone recovers.
    pub frequency_risk: Option<f64>,
}

/// How far two leaves go together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairUse {
    pub leaves: [String; 2],
    /// `pearson` or `cramers_v`.
    pub measure: &'static str,
    pub before: f64,
    pub after: f64,
}

/// Puts together what was counted of a table.
pub fn table(
    plan: &TablePlan,
    looked: &Looked,
    tally: &Tally<'_>,
    population: Option<&Population>,
    k: u64,
) -> TableRisk {
    let name = |leaf: &usize| looked.leaves[*leaf].leaf.to_string();
    let figures = |side: &Side, all: Option<&Groups>, removed: bool| Figures {
        sensitive: sensitive(plan, looked, side, removed, k),
        ..figures(side.groups(), all, k)
    };
    let sets = tally.sets.iter().map(|set| SetRisk {
        leaves: set.leaves.iter().map(name).collect(),
        at_risk: set.sizes().map(|sides| sides.map(|sizes| at_risk(&sizes, k))),
        distinction: set.sizes().map(|sides| sides.map(|sizes| distinction(&sizes, k))),
    });
    let sides = [&tally.before, &tally.after].map(|side| side.groups().sizes());
    let all = (looked.quasi().len() > 1).then(|| SetRisk {
        leaves: looked.quasi().map(|leaf| name(&leaf)).collect(),
        at_risk: Some([0, 1].map(|side| at_risk(&sides[side], k))),
        distinction: Some([0, 1].map(|side| distinction(&sides[side], k))),
    });
    let pairs = tally.associations.measured().into_iter().map(|pair| PairUse {
        leaves: pair.leaves.map(|leaf| name(&leaf)),
        measure: pair.measure,
        before: rounded(pair.before),
        after: rounded(pair.after),
    });
    TableRisk {
        table: plan.schema.table.clone(),
        k,
        subject: looked.subject.as_ref().map(|place| place.leaf.to_string()),
        quasi: looked.quasi().map(|leaf| name(&leaf)).collect(),
        before: figures(&tally.before, population.map(|all| &all.before.groups), false),
        after: figures(&tally.after, population.map(|all| &all.after.groups), true),
        sets: sets.chain(all).collect(),
        leaves: (0..looked.leaves.len()).map(|leaf| leaf_use(plan, looked, tally, leaf)).collect(),
        pairs: pairs.collect(),
        notes: notes(plan, looked, tally, k),
    }
}

/// The figures of groups; sensitive leaves are the caller's.
fn figures(groups: &Groups, population: Option<&Groups>, k: u64) -> Figures {
    let (sizes, threshold) = (groups.sizes(), 1.0 / k as f64);
    let risks = Risks::of(groups, population.unwrap_or(groups), threshold);
    Figures {
        counted: up(sizes.records(), k),
        groups: up(sizes.classes(), k),
        smallest: Some(sizes.k()).filter(|smallest| *smallest >= k),
        uniques: up(sizes.uniques(), k),
        under_k: up(sizes.records_under(k), k),
        prosecutor: attacker(risks.prosecutor, &sizes, k),
        journalist: attacker(risks.journalist, &sizes, k),
        marketer: rounded((risks.marketer * blur(&sizes, k)).min(1.0)),
        sizes: bins(&sizes, k),
        sensitive: Vec::new(),
    }
}

fn attacker(attack: Attack, sizes: &Sizes, k: u64) -> Attacker {
    let records = sizes.records();
    let at_risk = up((attack.at_risk * records as f64).round() as u64, k) as f64 / up(records, k).max(1) as f64;
    let highest = Some(attack.highest).filter(|highest| *highest <= 1.0 / k as f64);
    Attacker {
        at_risk: rounded(at_risk),
        highest: highest.map(rounded),
        average: rounded((attack.average * blur(sizes, k)).min(1.0)),
    }
}

/// By what an average is to be multiplied, so that it is one of rounded counts: groups to a person.
///
/// An exact one would tell how many groups there are, and with their sizes whether one person stands alone.
fn blur(sizes: &Sizes, k: u64) -> f64 {
    let each = |groups: u64, records: u64| groups.max(1) as f64 / records.max(1) as f64;
    each(up(sizes.classes(), k), up(sizes.records(), k)) / each(sizes.classes(), sizes.records())
}

fn at_risk(sizes: &Sizes, k: u64) -> f64 {
    rounded(up(sizes.records_under(k), k) as f64 / up(sizes.records(), k).max(1) as f64)
}

/// Of rounded counts, as averages are.
fn distinction(sizes: &Sizes, k: u64) -> f64 {
    rounded((sizes.distinction() * blur(sizes, k)).min(1.0))
}

fn bins(sizes: &Sizes, k: u64) -> Vec<Bin> {
    let ends = BINS.iter().skip(1).map(|end| Some(end * k)).chain([None]);
    let bin = |(from, to): (&u64, Option<u64>)| {
        let from = from * k;
        let within = sizes.iter().filter(|(size, _)| *size >= from && to.is_none_or(|to| *size < to));
        Bin { from: from.max(1), to: to.map(|to| to - 1), counted: up(within.map(|(size, n)| size * n).sum(), k) }
    };
    BINS.iter().zip(ends).map(bin).collect()
}

fn sensitive(plan: &TablePlan, looked: &Looked, side: &Side, is_after: bool, k: u64) -> Vec<Sensitive> {
    let of = |(place, (crosstab, is_numeric)): (usize, (&crate::privacy::Crosstab, bool))| {
        let leaf = &looked.leaves[place].leaf;
        let is_removed = is_after && plan.leaf(leaf).is_some_and(|plan| plan.after().is_none());
        let large = || crosstab.classes_where(|group| side.groups().size(group) >= k);
        let figures = (!is_removed).then(large).filter(|classes| !classes.is_empty());
        let figures = figures.map(|classes| diversity(&classes, is_numeric));
        Sensitive { leaf: leaf.to_string(), is_removed, figures }
    };
    looked.sensitive().zip(side.sensitive()).map(of).collect()
}

fn diversity(classes: &Classes, is_numeric: bool) -> Diversity {
    let (distance, t) = if is_numeric { ("ordered", classes.t_ordered()) } else { ("equal", classes.t_equal()) };
    Diversity {
        distinct_l: classes.distinct_l(),
        entropy_l: rounded(classes.entropy_l()),
        t: rounded(t),
        distance,
        alpha: rounded(classes.alpha()),
    }
}

fn leaf_use(plan: &TablePlan, looked: &Looked, tally: &Tally<'_>, leaf: usize) -> LeafUse {
    let path = &looked.leaves[leaf].leaf;
    let rule = plan.schema.columns.get(path);
    let (distance, loss) = tally.columns.of(leaf);
    LeafUse {
        leaf: path.to_string(),
        class: rule.map_or("", |rule| rule.class.name()),
        method: rule.map_or("", |rule| rule.entry.name),
        distance: distance.map(Distance::rounded),
        loss: loss.map(|loss| Loss { entropy: rounded(loss.entropy), granularity: rounded(loss.granularity) }),
        frequency_risk: tally.columns.counts_after(leaf).map(frequency_risk).map(rounded),
    }
}

fn notes(plan: &TablePlan, looked: &Looked, tally: &Tally<'_>, k: u64) -> Vec<String> {
    let mut notes =
        vec![format!("counts are rounded up to multiples of {k}, and so are those that shares are made of")];
    if !looked.sensitive().is_empty() {
        notes.push(format!("l, t and α are of groups of {k} and more"));
    }
    if looked.subject.is_none() {
        notes.push("the schema names no `subject`: rows are counted, of which one person can have many".to_owned());
    }
    if tally.repeat == Repeat::Several {
        notes.push("who has rows in several groups counts in each of them".to_owned());
    }
    if !plan.asked.is_empty() {
        notes.push("not all rows leave: a journalist looks for them among all rows of the source".to_owned());
    }
    if plan.schema.privacy.is_some() {
        notes.push("measured is what methods make; `[privacy]` then treats the small groups that are left".to_owned());
    }
    if tally.sets.iter().any(|set| set.sizes().is_none()) {
        notes.push(
            "some column sets were left out: they have more groups than `[limits] memory` has room for".to_owned(),
        );
    }
    notes
}

/// The next multiple of k.
fn up(count: u64, k: u64) -> u64 {
    count.next_multiple_of(k)
}

/// To four decimals.
pub(super) fn rounded(figure: f64) -> f64 {
    (figure * 1e4).round() / 1e4 + 0.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn groups(sizes: &[u64]) -> Groups {
        (0u128..).zip(sizes).flat_map(|(key, size)| std::iter::repeat_n(key, *size as usize)).collect()
    }

    #[test]
    fn a_small_group_is_said_to_be_there_and_nothing_more() {
        let shown = figures(&groups(&[3, 40, 100]), None, 11);
        assert_eq!((shown.smallest, shown.uniques, shown.under_k, shown.counted), (None, 0, 11, 143));
        assert_eq!((shown.prosecutor.highest, shown.prosecutor.at_risk), (None, 0.0769));
        let large = figures(&groups(&[12, 40]), None, 11);
        assert_eq!((large.smallest, large.under_k, large.prosecutor.highest), (Some(12), 0, Some(0.0833)));
    }

    proptest! {
        #[test]
        fn no_count_and_no_difference_of_counts_is_below_k(sizes in prop::collection::vec(1u64..40, 0..60)) {
            let k = 11;
            let shown = figures(&groups(&sizes), None, k);
            let counts = [shown.counted, shown.groups, shown.uniques, shown.under_k];
            let counts = counts.into_iter().chain(shown.sizes.iter().map(|bin| bin.counted));
            prop_assert!(counts.into_iter().all(|count| count % k == 0));
            prop_assert!(shown.smallest.is_none_or(|smallest| smallest >= k));
            prop_assert!(shown.prosecutor.highest.is_none_or(|highest| highest <= 0.0910));
            prop_assert!(shown.sizes.iter().map(|bin| bin.counted).sum::<u64>() >= sizes.iter().sum());
        }
    }
}
