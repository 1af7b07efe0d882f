//! Samples of a table's objects: some rows of every leaf, looked at and forgotten.
//!
//! What comes out is [`Seen`]: names, types, findings and counts. The values stay in this folder, and sketches of them are
//! hashes under a key that is drawn for one scan and held nowhere.

mod arrow_ipc;
mod csv;
mod flat;
mod json;
mod pages;
mod start;

use std::collections::HashSet;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, TimeUnit};

pub use csv::columns_of_csv;
pub use json::names_of_json;

use crate::account::doors::{Production, Sampler};
use crate::plan::{FileError, Footer, partitions};
use crate::scan::column::{Facts, Finding, Kind, Observer, Rows, beside_names, classify};
use crate::scan::objects::{Ending, Table};
use crate::schema::{Dialect, LeafPath};
use crate::source::text::{TextError, spells};

/// So many rows are looked at of a leaf, spread over the sample.
const LOOKED_AT: usize = 300;
/// So many rows of an object are read at most; more of them make links surer.
const ROWS: usize = 8192;
/// So many objects of a table are looked into: the first, the middle one and the last.
const OBJECTS: usize = 3;
/// So many distinct values a sketch holds.
const SKETCHED: usize = 1 << 16;

/// Of its multiples the digits in the middle follow no period: the golden section of 2³².
const TURN: usize = 0x9e37_79b9;

const UNLIKE: &str = "its objects have few leaves in common, so they may be of several tables: each of them needs a schema file \
     whose `source` matches no other's objects";

/// Whether values may be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Names and types alone: of Parquet its footers, of records as much of their start as tells them.
    Names,
    /// And a sample of values.
    Values,
}

/// A leaf as a scan has seen it. No value is in it.
///
/// ```
/// # use verho::scan::Seen;
/// fn look(seen: &Seen) -> &str {
///     seen.path.as_str()
/// }
/// ```
///
/// Nobody outside sees even the hashes of its values:
/// ```compile_fail
/// # use verho::scan::Seen;
/// fn look(seen: &Seen) {
///     let _ = &seen.sketch;
/// }
/// ```
pub struct Seen {
    pub path: LeafPath,
    /// Its type, as the footer tells it or as the sampled values are spelled.
    pub data_type: DataType,
    pub nullable: bool,
    /// Whether it stands in the objects' keys.
    pub is_partition: bool,
    pub finding: Finding,
    pub facts: Facts,
    pub(in crate::scan) sketch: Sketch,
}

/// The values of a leaf as hashes that mean nothing outside of this scan.
#[derive(Default)]
pub(in crate::scan) struct Sketch {
    pub(in crate::scan) hashes: HashSet<u64, RandomState>,
    /// Values that were gone through, nulls aside.
    pub(in crate::scan) values: usize,
    /// Whether every row of the table was gone through.
    pub(in crate::scan) is_whole: bool,
    /// Whether these are whole numbers in a type of fractions, as keys are of which some are missing.
    pub(in crate::scan) counts: bool,
}

impl Sketch {
    /// Whether there are several values, and none twice.
    pub(in crate::scan) fn is_unique(&self) -> bool {
        self.values >= 2 && self.hashes.len() == self.values
    }
}

/// A table as a scan has seen it.
pub struct Sampled {
    pub leaves: Vec<Seen>,
    /// Rows that were gone through.
    pub rows: usize,
    /// What its objects are, whatever their names say.
    pub ending: Ending,
    /// Of CSV, how it is written.
    pub dialect: Option<Dialect>,
    /// What somebody should know of the table, in words.
    pub notes: Vec<String>,
}

/// The values of one leaf, as text; what has none is left out.
struct Leaf {
    path: LeafPath,
    data_type: DataType,
    nullable: bool,
    texts: Vec<ArrayRef>,
}

/// Some leaves of one object, and what is known besides.
struct Taken {
    leaves: Vec<Leaf>,
    rows: usize,
    /// Whether these are all rows of the object.
    is_whole: bool,
    dialect: Option<Dialect>,
    /// What it is, where its name says otherwise.
    ending: Option<Ending>,
    notes: Vec<String>,
}

impl Taken {
    fn of(leaves: Vec<Leaf>, rows: usize, is_whole: bool) -> Self {
        Taken { leaves, rows, is_whole, dialect: None, ending: None, notes: Vec::new() }
    }
}

/// What goes through one scan: the way in, and the key of its sketches.
pub struct Scanner<'d> {
    production: &'d Production,
    sampler: Sampler<'d>,
    observer: Observer,
    key: RandomState,
    depth: Depth,
}

impl<'d> Scanner<'d> {
    /// A scanner; its key is drawn anew each time.
    #[expect(clippy::disallowed_methods, reason = "a scan is what samples are for")]
    pub fn new(production: &'d Production, depth: Depth) -> Self {
        let (sampler, observer) = (production.sampler(), Observer::default());
        Scanner { production, sampler, observer, key: RandomState::new(), depth }
    }

    /// Looks into some objects of a table.
    ///
    /// # Errors
    /// Where one of them cannot be read, or is not of the form that its name says.
    pub fn table(&mut self, table: &Table) -> Result<Sampled, FileError> {
        let chosen = chosen(table.objects.len());
        let whole = chosen.len() == table.objects.len();
        let mut taken = chosen.into_iter().map(|at| self.object(table, at)).collect::<Result<Vec<_>, _>>()?;
        csv::share_header(&mut taken);
        let taken = taken.into_iter().reduce(|before, next| joined(table.ending, before, next));
        let mut taken = taken.unwrap_or_else(|| Taken::of(Vec::new(), 0, true));
        taken.is_whole &= whole;
        let rows = Rows::of(&table.name);
        let keys = self.keys(table);
        let leaves = std::mem::take(&mut taken.leaves);
        let (read, is_whole) = (taken.rows, taken.is_whole);
        let mut seen: Vec<_> = leaves.into_iter().map(|leaf| self.look(rows, table.ending, leaf, is_whole)).collect();
        keep_company(&mut seen);
        seen.extend(
            keys.into_iter().map(|leaf| Seen { is_partition: true, ..self.look(rows, Ending::Parquet, leaf, false) }),
        );
        let ending = taken.ending.unwrap_or(table.ending);
        Ok(Sampled { leaves: seen, rows: read, ending, dialect: taken.dialect, notes: taken.notes })
    }

    fn object(&self, table: &Table, at: usize) -> Result<Taken, FileError> {
        let object = &table.objects[at];
        let sample = self.sampler.sample(object);
        match table.ending {
            Ending::Parquet => {
                let footer = Footer::read(self.production.footers(), object)?;
                pages::take(&sample, &footer, self.depth)
            }
            Ending::Csv => csv::take(&start::of(&sample, self.depth)?, self.depth).map_err(refused),
            Ending::Ndjson | Ending::Json => json::take(&start::of(&sample, self.depth)?, self.depth),
            Ending::ArrowFile | Ending::ArrowStream => {
                arrow_ipc::take(&start::of(&sample, self.depth)?, self.depth).map_err(refused)
            }
        }
    }

    /// The partition keys, with their values as a column has them.
    fn keys(&self, table: &Table) -> Vec<Leaf> {
        // What cannot be read as a key is refused by the plan.
        let of = |object: usize| partitions(&table.objects[object].key).unwrap_or_default();
        let names: Vec<String> = of(0).into_iter().map(|(name, _)| name).collect();
        let values = |name: &str| {
            let named = |object| of(object).into_iter().find(|(key, _)| key == name).and_then(|(_, value)| value);
            let objects = (0..table.objects.len()).take(ROWS).filter(|_| self.depth == Depth::Values);
            arrow::array::StringArray::from_iter(objects.map(named))
        };
        let leaf = |name: &String| Leaf {
            path: LeafPath::column(name),
            data_type: DataType::Utf8,
            nullable: true,
            texts: vec![std::sync::Arc::new(values(name))],
        };
        names.iter().map(leaf).collect()
    }

    /// Looks at the values of a leaf and lets go of them.
    fn look(&mut self, rows: Rows, ending: Ending, leaf: Leaf, is_whole: bool) -> Seen {
        let texts: Vec<&str> = leaf.texts.iter().flat_map(|array| array.as_string::<i32>().iter().flatten()).collect();
        let facts = self.observer.facts(&spread(texts.len()).map(|at| texts[at]).collect::<Vec<_>>());
        let is_text = leaf.data_type == DataType::Utf8 && !leaf.path.as_str().ends_with("{key}");
        let data_type = match ending {
            Ending::Csv => spelled(&texts, &[numbers(), decimal(&texts), moments()].concat()),
            Ending::Json | Ending::Ndjson if is_text => spelled(&texts, &moments()),
            _ => leaf.data_type.clone(),
        };
        let (around, name) = names(&leaf.path);
        let finding = classify(rows.within(around), name, &data_type, &facts);
        let counts = data_type.is_floating() && counts(&texts);
        let plain = texts.iter().map(|text| if counts { whole(text).unwrap_or(text) } else { text });
        let hashes = plain.map(|text| self.key.hash_one(text)).take(SKETCHED).collect();
        let sketch = Sketch { hashes, values: texts.len(), is_whole: is_whole && texts.len() <= SKETCHED, counts };
        let (path, nullable) = (leaf.path, leaf.nullable);
        // Digits that are no number: the next one can begin with a zero, and fakes are texts.
        let is_code = finding.kind == Kind::Postcode || (finding.kind.is_direct() && finding.kind != Kind::PersonKey);
        let data_type = if is_code { leaf.data_type } else { data_type };
        Seen { path, data_type, nullable, is_partition: false, finding, facts, sketch }
    }
}

/// Finds names in columns that stand beside one of names, in the same structure, and that nothing else tells of.
fn keep_company(seen: &mut [Seen]) {
    for at in 0..seen.len() {
        let neighbours = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|beside| seen.get(beside));
        let leaf = &seen[at];
        let around = |leaf: &Seen| last_name(leaf.path.as_str()).0.len();
        let mut named = neighbours.filter(|beside| around(beside) == around(leaf)).map(|beside| beside.finding.kind);
        if leaf.finding.kind != Kind::Other {
            continue;
        }
        if let Some(finding) = named.find_map(|kind| beside_names(kind, &leaf.data_type, &leaf.facts)) {
            seen[at].finding = finding;
        }
    }
}

/// The first, the middle one and the last.
fn chosen(objects: usize) -> Vec<usize> {
    let mut chosen: Vec<_> = match objects {
        0 => Vec::new(),
        n if n <= OBJECTS => (0..n).collect(),
        n => vec![0, n / 2, n - 1],
    };
    chosen.dedup();
    chosen
}

/// Two objects' leaves; one that the first has not is added, as records may leave out what they have not.
fn joined(ending: Ending, mut before: Taken, mut next: Taken) -> Taken {
    let is_shared = |leaf: &&Leaf| before.leaves.iter().any(|known| known.path == leaf.path);
    let shared = next.leaves.iter().filter(is_shared).count();
    if shared * 2 < next.leaves.len().min(before.leaves.len()) {
        next.notes.push(UNLIKE.to_owned());
    }
    for leaf in next.leaves {
        match before.leaves.iter_mut().find(|known| known.path == leaf.path) {
            Some(known) => {
                let (common, is_one) = common(ending, known, &leaf);
                if !is_one {
                    next.notes.push(torn(&leaf.path));
                }
                known.data_type = common;
                known.nullable |= leaf.nullable;
                known.texts.extend(leaf.texts);
            }
            None => before.leaves.push(leaf),
        }
    }
    if let (Some(known), Some(next)) = (&mut before.dialect, next.dialect)
        && known.null.is_empty()
    {
        known.null = next.null;
    }
    before.rows += next.rows;
    before.is_whole &= next.is_whole;
    before.notes.extend(next.notes.into_iter().filter(|note| !before.notes.contains(note)).collect::<Vec<_>>());
    before
}

/// The type of a leaf in two objects, and whether a run can read both: of Parquet and Arrow the types must be one, of JSON numbers
/// are numbers, and what has no value is of any type.
fn common(ending: Ending, left: &Leaf, right: &Leaf) -> (DataType, bool) {
    let is_bare = |leaf: &Leaf| leaf.texts.iter().all(|texts| texts.null_count() == texts.len());
    let is_json = matches!(ending, Ending::Json | Ending::Ndjson);
    match (is_bare(left), is_bare(right)) {
        (true, false) if is_json => return (right.data_type.clone(), true),
        (false, true) if is_json => return (left.data_type.clone(), true),
        _ => {}
    }
    let common = flat::common(&left.data_type, &right.data_type);
    let is_one = left.data_type == right.data_type || (is_json && common.is_numeric());
    (common, is_one)
}

fn torn(path: &LeafPath) -> String {
    format!(
        "leaf `{path}` has one type in some objects and another in others, which no run can read: have them written alike, or narrow `source`"
    )
}

/// Types that text without quotes can be of.
fn numbers() -> Vec<DataType> {
    vec![DataType::Int64, DataType::Boolean, DataType::Float64]
}

/// The type of numbers that have more digits than a double tells. Whole ones so long are identifiers, whose codes are texts.
fn decimal(texts: &[&str]) -> Vec<DataType> {
    let decimals = |text: &&str| text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let scale = texts.iter().map(decimals).max().filter(|scale| (1..=38).contains(scale));
    scale.map(|scale| DataType::Decimal128(38, scale as i8)).into_iter().collect()
}

/// Types that any text can be of.
fn moments() -> Vec<DataType> {
    let moment = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
    vec![DataType::Date32, moment(None), moment(Some("UTC"))]
}

/// The first of some types whose plain spellings these are; text where there is none.
fn spelled(texts: &[&str], types: &[DataType]) -> DataType {
    let fits = |data_type: &&DataType| spells(data_type, texts.iter().copied());
    types.iter().find(|data_type| !texts.is_empty() && fits(data_type)).cloned().unwrap_or(DataType::Utf8)
}

/// Which of so many values are looked at: one of each stretch, at a place that is another one each time. Rows often come in
/// turns, as attributes of a thing do, and of even steps each could meet the same one.
fn spread(values: usize) -> impl Iterator<Item = usize> {
    let step = values.div_ceil(LOOKED_AT).max(1);
    let place = move |start: usize| start + start.wrapping_mul(TURN) / (1 << 16) % step.min(values - start);
    (0..values).step_by(step).map(place)
}

/// Whether numbers are whole ones, whatever type they are of.
fn counts(texts: &[&str]) -> bool {
    !texts.is_empty() && texts.iter().all(|text| whole(text).is_some())
}

/// A number as it is written where all are whole.
fn whole(text: &str) -> Option<&str> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-').then_some(whole)
}

/// The two names nearest to a leaf: `addresses` and `street` of `addresses[].street`; the first is empty where there is one.
fn names(path: &LeafPath) -> (&str, &str) {
    let (around, name) = last_name(path.as_str());
    (last_name(around).1, name)
}

/// What stands before the last name of a path, and that name.
fn last_name(path: &str) -> (&str, &str) {
    let name = path.trim_end_matches(['[', ']']).trim_end_matches("{value}").trim_end_matches("{key}");
    let name = name.trim_end_matches(['[', ']', '"', '.']);
    let start = name.rfind(['.', '"']).map_or(0, |at| at + 1);
    (name[..start].trim_end_matches(['"', '.']), &name[start..])
}

fn refused(error: TextError) -> FileError {
    FileError::Records { hint: error.hint(), what: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_plain_spellings_alone() {
        let of = |texts: &[&str]| spelled(texts, &[numbers(), moments()].concat());
        assert_eq!((of(&["1", "22"]), of(&["1.5", "2"])), (DataType::Int64, DataType::Float64));
        assert_eq!((of(&["007", "1"]), of(&["1", "x"]), of(&[])), (DataType::Utf8, DataType::Utf8, DataType::Utf8));
        let long = ["100000000000000000.25", "-1.5"];
        assert_eq!((of(&long), decimal(&long)), (DataType::Utf8, vec![DataType::Decimal128(38, 2)]));
        assert_eq!(decimal(&["100000000000000000000", "1"]), [], "an identifier");
        let moment = |texts: &[&str]| spelled(texts, &moments());
        let [day, plain, zoned] = <[DataType; 3]>::try_from(moments()).expect("three");
        assert_eq!((moment(&["2026-11-26"]), moment(&["2026-11-26 10:11:12"])), (day, plain));
        assert_eq!(moment(&["2026-11-26T10:11:12Z", "2026-11-26T10:11:12.5Z"]), zoned);
        assert_eq!((moment(&["2026-11-26", ""]), moment(&["1"])), (DataType::Utf8, DataType::Utf8));
    }

    #[test]
    fn the_nearest_names_are_the_last() {
        for (path, around, name) in [
            ("a.street", "a", "street"),
            ("tags[]", "", "tags"),
            ("labels{value}", "", "labels"),
            ("orders[].sku", "orders", "sku"),
            ("x.users[].\"first name\"", "users", "first name"),
            ("\"a b\".id", "a b", "id"),
            ("id", "", "id"),
        ] {
            assert_eq!(names(&LeafPath::from(path.to_owned())), (around, name), "{path}");
        }
    }

    #[test]
    fn rows_that_come_in_turns_are_all_looked_at() {
        for (values, period) in [(299, 2), (3_000, 5), (8_192, 7), (30_000, 20), (24_576, 82)] {
            let chosen: Vec<usize> = spread(values).collect();
            let turns: HashSet<usize> = chosen.iter().map(|at| at % period).collect();
            assert!(chosen.is_sorted_by(|left, right| left < right) && chosen.iter().all(|at| *at < values));
            assert!(chosen.len() * 2 > LOOKED_AT.min(values) && turns.len() * 10 >= period * 9, "{values} {period}");
        }
        assert_eq!((spread(0).count(), spread(1).count()), (0, 1));
    }

    #[test]
    fn few_objects_are_chosen_of_many() {
        assert_eq!((chosen(0), chosen(2), chosen(9)), (vec![], vec![0, 1], vec![0, 4, 8]));
    }
}
