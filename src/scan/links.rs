//! Candidate links: columns whose values are those of another column, measured, and named as if they were.
//!
//! How much of a column lies in another is told from sketches: hashes of distinct values under a key that is drawn for one
//! scan. Small whole numbers lie in every numbered table, so that containment alone says little: names have to agree too.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use arrow::datatypes::DataType;

use super::column::{Kind, Named, Rows, named};
use super::sample::{Sampled, Seen};

/// A leaf by its place: table, leaf.
pub type Place = (usize, usize);

/// A column whose values seem to be those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub from: Place,
    pub to: Place,
    /// Distinct values of the one, and how many of them are in the other, as far as both were looked at.
    pub distinct: usize,
    pub contained: usize,
}

/// One end, as far as its name goes.
#[derive(Clone)]
struct End<'t> {
    place: Place,
    table: &'t Named,
    seen: &'t Seen,
    name: Named,
}

/// Every candidate, at most one for each column.
pub fn candidates(tables: &[(&str, &Sampled)]) -> Vec<Candidate> {
    let names: Vec<Named> = tables.iter().map(|(name, _)| named(name)).collect();
    let rows: Vec<Rows> = tables.iter().map(|(name, _)| Rows::of(name)).collect();
    let ends = ends(tables, &names);
    let heads: Vec<_> = ends.iter().filter(|end| is_head(end.seen) && !is_of_one_row(end.seen.finding.kind)).collect();
    let best = |from: &End<'_>| {
        let to = heads.iter().filter(|to| to.place != from.place);
        let weighed = to.filter_map(|to| weigh(from, to, rows[to.place.0]));
        // The best name; of two alike the one with fewest values, as a small table is contained by chance the least.
        weighed.max_by_key(|(score, size, candidate)| (*score, Reverse(*size), Reverse(candidate.to)))
    };
    ends.iter().filter(|from| !is_own_key(from)).filter_map(best).map(|(_, _, candidate)| candidate).collect()
}

/// Columns that have another one's values, and should have its domain, though they do not lead there: rows of tables can join by
/// several columns of which none is a key alone, and by codes that no table lists.
pub fn fellows(tables: &[(&str, &Sampled)]) -> Vec<Candidate> {
    let names: Vec<Named> = tables.iter().map(|(name, _)| named(name)).collect();
    let mut alike: BTreeMap<(Vec<String>, bool), Vec<End>> = BTreeMap::new();
    let ends: Vec<End> = ends(tables, &names).into_iter().filter(|end| !is_of_one_row(end.seen.finding.kind)).collect();
    // A key without a word says not of what.
    for end in ends.iter().filter(|end| !end.name.stem.is_empty()) {
        alike.entry((end.name.words.clone(), is_number(end.seen))).or_default().push(end.clone());
    }
    let mut fellows: Vec<Candidate> = alike.values().flat_map(|ends| named_alike(ends)).collect();
    let known: BTreeSet<Place> = fellows.iter().map(|fellow| fellow.from).collect();
    let texts: Vec<&End> = ends.iter().filter(|end| !is_number(end.seen)).collect();
    // Each is held against each.
    if texts.len() <= MOST_TEXTS {
        fellows.extend(texts.iter().filter(|end| !known.contains(&end.place)).filter_map(|end| of_values(end, &texts)));
    }
    fellows
}

/// Those of some columns of one name that have the values of one of them, which stands in another table.
fn named_alike(ends: &[End]) -> Vec<Candidate> {
    let is_first = |end: &&End| (end.table.ends_like(&end.name.stem), is_head(end.seen), Reverse(end.place));
    let Some(first) = ends.iter().max_by_key(is_first) else { return Vec::new() };
    let least = if first.seen.sketch.is_whole { 0.5 } else { 0.001 };
    let others = ends.iter().filter(|end| end.place.0 != first.place.0);
    others.map(|end| measured(end, first)).filter(|(_, share)| *share >= least).map(|(fellow, _)| fellow).collect()
}

/// The column without a value twice that has the texts of another one, whatever both are called: texts are not alike by chance, as
/// small numbers are. The smallest such column is meant.
fn of_values(end: &End, ends: &[&End]) -> Option<Candidate> {
    // Of two columns without a value twice one leads, or each would have the other's domain.
    let leads = |head: &&End| {
        let is_before = head.place < end.place || !is_head(end.seen);
        head.place != end.place && is_before && is_head(head.seen) && head.seen.sketch.is_whole
    };
    let heads = ends.iter().copied().filter(leads);
    let held = heads.map(|head| (measured(end, head), head.seen.sketch.hashes.len()));
    let held = held.filter(|((fellow, share), _)| {
        (fellow.distinct >= FEW && *share == 1.0) || (fellow.distinct >= MANY && *share >= MOST)
    });
    held.min_by_key(|((fellow, _), size)| (*size, fellow.to)).map(|((fellow, _), _)| fellow)
}

/// So many texts are all of another column by no chance.
const FEW: usize = 3;
/// Of so many some can be missing there.
const MANY: usize = 16;
/// The share that is not.
const MOST: f32 = 0.9;
/// Of more columns of text nobody looks which have the values of which.
const MOST_TEXTS: usize = 512;

fn measured(from: &End, to: &End) -> (Candidate, f32) {
    let (contained, share) = contained(from.seen, to.seen);
    (Candidate { from: from.place, to: to.place, distinct: from.seen.sketch.hashes.len(), contained }, share)
}

/// All leaves that could join others.
fn ends<'t>(tables: &[(&str, &'t Sampled)], names: &'t [Named]) -> Vec<End<'t>> {
    let of_table = |(table, (_, sampled)): (usize, &(&str, &'t Sampled))| {
        let own = &names[table];
        sampled.leaves.iter().enumerate().map(move |(leaf, seen)| End {
            place: (table, leaf),
            table: own,
            seen,
            name: named(seen.path.as_str()),
        })
    };
    let ends = tables.iter().enumerate().flat_map(of_table);
    ends.filter(|end| can_join(end.seen)).collect()
}

fn can_join(seen: &Seen) -> bool {
    use DataType::*;
    is_number(seen) || matches!(seen.data_type, Utf8 | LargeUtf8 | Utf8View)
}

/// Whether its values are whole numbers that can be keys.
fn is_number(seen: &Seen) -> bool {
    use DataType::*;
    seen.sketch.counts || matches!(seen.data_type, Int32 | Int64 | UInt32 | UInt64)
}

/// Whether such values are copied from row to row, as a billing address is, and lead nowhere.
fn is_of_one_row(kind: Kind) -> bool {
    use Kind::{Address, BirthDate, Coordinate, FirstName, LastName, Name, PersonalText, Phone, Postcode, Text};
    matches!(
        kind,
        Address | BirthDate | Coordinate | FirstName | LastName | Name | PersonalText | Phone | Postcode | Text
    )
}

/// Whether no value comes twice, so that other columns can lead here.
fn is_head(seen: &Seen) -> bool {
    let one_a_row = !seen.path.as_str().contains(['[', '{']) && !seen.is_partition;
    one_a_row && seen.sketch.is_unique()
}

/// Whether a column is what other tables lead to: unique, and named after its own table.
fn is_own_key(end: &End<'_>) -> bool {
    let unique = end.seen.sketch.hashes.len() == end.seen.sketch.values;
    unique && end.name.is_key && (end.name.stem.is_empty() || end.table.ends_like(&end.name.stem))
}

/// How well names agree, how many values the head has, and what was measured; nothing where it is no link.
fn weigh(from: &End<'_>, to: &End<'_>, rows: Rows) -> Option<(u8, usize, Candidate)> {
    if is_number(from.seen) != is_number(to.seen) || from.seen.sketch.hashes.is_empty() {
        return None;
    }
    let score = alike(from, to, rows)?;
    let (child, parent) = (&from.seen.sketch, &to.seen.sketch);
    let (contained, share) = contained(from.seen, to.seen);
    let enough = match (parent.is_whole, score) {
        (true, 3..) => 0.5,
        (true, _) => 0.98,
        // Of a part of the other column no more than a part can be found.
        (false, 3..) => 0.001,
        (false, _) => 0.98,
    };
    let candidate = Candidate { from: from.place, to: to.place, distinct: child.hashes.len(), contained };
    (share >= enough).then_some((score, parent.hashes.len(), candidate))
}

/// How many distinct values of one column are in another, and which share of its own; none where it has none.
fn contained(child: &Seen, parent: &Seen) -> (usize, f32) {
    let (child, parent) = (&child.sketch.hashes, &parent.sketch.hashes);
    let contained = child.iter().filter(|hash| parent.contains(*hash)).count();
    (contained, contained as f32 / child.len().max(1) as f32)
}

/// Words of columns that lead to a row of their own table.
const UPWARD: [&str; 13] = [
    "parent",
    "manager",
    "supervisor",
    "reports",
    "root",
    "previous",
    "reply",
    "boss",
    "referrer",
    "esimies",
    "chef",
    "vorgesetzter",
    "superieur",
];

/// How well two names agree, from 1 to 4; nothing where they do not.
fn alike(from: &End<'_>, to: &End<'_>, rows: Rows) -> Option<u8> {
    let (child, head) = (&from.name, &to.name);
    let own_key = head.is_key && (head.stem.is_empty() || to.table.ends_like(&head.stem));
    // A title that stands in two tables was copied, and leads nowhere.
    let can_lead = !head.stem.is_empty() && (own_key || is_of_keys(to));
    let same_table = from.place.0 == to.place.0;
    let upward = child.words.iter().any(|word| UPWARD.contains(&word.as_str()));
    // `parent_code` leads to `dept_code` of departments, whatever a department is called for short.
    let same_sort = head.is_key && child.is_key && child.words.last() == head.words.last();
    match () {
        () if !same_table && child.words == head.words && can_lead => Some(if own_key { 4 } else { 3 }),
        () if !same_table && own_key && to.table.is_at_the_end_of(&child.stem) => Some(3),
        () if !same_table && can_lead && child.words.ends_with(&head.words) => Some(3),
        () if !same_table && !child.is_key && to.table.words == child.stem => Some(if own_key { 3 } else { 2 }),
        () if same_table && (own_key || same_sort) && upward => Some(2),
        () if own_key && rows == Rows::People && of_people(from.seen) => Some(1),
        () => None,
    }
}

/// Whether a column is one by whose values rows are told apart.
fn is_of_keys(end: &End<'_>) -> bool {
    let kind = end.seen.finding.kind;
    end.name.is_key || end.table.words == end.name.words || kind == Kind::Key || kind.is_direct()
}

fn of_people(seen: &Seen) -> bool {
    seen.finding.kind == Kind::PersonKey
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::column::{Evidence, Facts, Finding};
    use crate::scan::objects::Ending;
    use crate::schema::LeafPath;

    fn leaf(name: &str, kind: Kind, values: std::ops::Range<u64>) -> Seen {
        let mut sketch =
            super::super::sample::Sketch { values: values.clone().count(), is_whole: true, ..Default::default() };
        sketch.hashes.extend(values);
        Seen {
            path: LeafPath::column(name),
            data_type: DataType::Int64,
            nullable: true,
            is_partition: false,
            finding: Finding { kind, evidence: Evidence::Name },
            facts: Facts::default(),
            sketch,
        }
    }

    fn told(tables: &[(&str, Vec<Seen>)]) -> Vec<(String, String)> {
        let of = |(_, leaves): &(&str, Vec<Seen>)| {
            let leaves = leaves
                .iter()
                .map(|seen| leaf(seen.path.as_str(), seen.finding.kind, 0..seen.sketch.hashes.len() as u64));
            Sampled { leaves: leaves.collect(), rows: 9, ending: Ending::Csv, dialect: None, notes: Vec::new() }
        };
        let sampled: Vec<_> = tables.iter().map(of).collect();
        let named: Vec<_> = tables.iter().zip(&sampled).map(|((name, _), sampled)| (*name, sampled)).collect();
        let end = |(table, leaf): Place| format!("{}.{}", named[table].0, named[table].1.leaves[leaf].path);
        candidates(&named).into_iter().map(|link| (end(link.from), end(link.to))).collect()
    }

    #[test]
    fn names_and_values_have_to_agree() {
        let customers = || ("customers", vec![leaf("id", Kind::PersonKey, 0..50), leaf("rank", Kind::Number, 0..50)]);
        let orders = |name: &str, count: u64| {
            ("orders", vec![leaf("order_no", Kind::Key, 0..90), leaf(name, Kind::Key, 0..count)])
        };
        let link = |from: &str, to: &str| vec![(from.to_owned(), to.to_owned())];
        assert_eq!(told(&[customers(), orders("customer_id", 40)]), link("orders.customer_id", "customers.id"));
        assert_eq!(told(&[customers(), orders("customer", 40)]), link("orders.customer", "customers.id"));
        assert_eq!(told(&[customers(), orders("quantity", 40)]), [], "small numbers lie everywhere");
        assert_eq!(told(&[customers(), orders("customer_id", 500)]), [], "most of them are not there");
    }

    #[test]
    fn a_table_can_lead_to_itself() {
        let leaves = vec![leaf("employee_id", Kind::PersonKey, 0..30), leaf("reports_to", Kind::PersonKey, 0..5)];
        let found = told(&[("employees", leaves)]);
        assert_eq!(found, [("employees.reports_to".to_owned(), "employees.employee_id".to_owned())]);
    }
}
