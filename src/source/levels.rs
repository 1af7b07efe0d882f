//! Repetition and definition levels: what they say of a page, and whether they can be.

use parquet::basic::Repetition;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type};

use crate::source::hybrid::walk;
use crate::source::pages::PageKind;

// parquet.thrift, `Encoding`.
const RLE: i32 = 3;

/// Holds the levels of one chunk against how its leaf is nested, from page to page.
pub struct LevelWatch {
    /// Of each list around the leaf, from the outermost on: the definition level from which it has an element.
    lists: Vec<u32>,
    highest: u32,
    /// The definition level of the value before.
    before: u32,
}

impl LevelWatch {
    /// Before the first page of a leaf of a schema.
    pub fn new(schema: &SchemaDescriptor, leaf: usize) -> Self {
        let root = schema.get_column_root_idx(leaf);
        let before = (0..leaf).rev().take_while(|other| schema.get_column_root_idx(*other) == root).count();
        let mut lists = Vec::new();
        find(schema.get_column_root(leaf), &mut { before }, 0, &mut lists);
        LevelWatch { lists, highest: schema.column(leaf).max_def_level().max(0) as u32, before: 0 }
    }

    /// Whether the levels of the next page say what cannot be: a value deeper than the leaf lies, or one that goes on with a
    /// list that has no element. Levels that cannot be gone through say nothing here; the reader refuses them.
    pub fn contradict(&mut self, page: &DataPage<'_>) -> bool {
        // One bit less would not do, so that no level of these bits is too high.
        if self.lists.is_empty() && (self.highest + 1).is_power_of_two() {
            return false;
        }
        let (mut runs, mut is_wrong) = (Vec::new(), false);
        let told = page.definition.walk(page.values, |level, times| {
            is_wrong |= level > self.highest;
            match runs.last_mut() {
                Some((last, before)) if *last == level => *before += times,
                _ => runs.push((level, times)),
            }
        });
        is_wrong || told.is_some() && !self.lists.is_empty() && self.goes_on_with_nothing(page, &runs)
    }

    /// Whether a value goes on with a list that has no element; `runs` are definition levels, equal neighbours together.
    fn goes_on_with_nothing(&mut self, page: &DataPage<'_>, runs: &[(u32, usize)]) -> bool {
        let (mut runs, mut level, mut left, mut is_wrong) = (runs.iter(), 0, 0, false);
        let LevelWatch { lists, before, .. } = self;
        page.repetition.walk(page.values, |repetition, mut times| {
            while times > 0 {
                if left == 0 {
                    let Some(next) = runs.next() else { return };
                    (level, left) = *next;
                }
                let taken = left.min(times);
                (left, times) = (left - taken, times - taken);
                if let Some(list) = repetition.checked_sub(1) {
                    is_wrong |= lists.get(list as usize).is_none_or(|element| level.min(*before) < *element);
                }
                *before = level;
            }
        });
        is_wrong
    }
}

/// Finds the leaf that `nth` others stand before, and the definition levels from which lists around it have elements.
fn find(node: &Type, nth: &mut usize, level: u32, lists: &mut Vec<u32>) -> bool {
    let info = node.get_basic_info();
    let repetition = if info.has_repetition() { info.repetition() } else { Repetition::REQUIRED };
    let level = level + u32::from(repetition != Repetition::REQUIRED);
    let around = lists.len();
    lists.extend((repetition == Repetition::REPEATED).then_some(level));
    let is_found = match node {
        Type::GroupType { fields, .. } => fields.iter().any(|field| find(field, nth, level, lists)),
        Type::PrimitiveType { .. } if *nth == 0 => true,
        Type::PrimitiveType { .. } => {
            *nth -= 1;
            false
        }
    };
    if !is_found {
        lists.truncate(around);
    }
    is_found
}

/// The levels and the content of a data page.
pub struct DataPage<'p> {
    pub values: usize,
    pub encoding: i32,
    pub repetition: Levels<'p>,
    pub definition: Levels<'p>,
    pub content: &'p [u8],
    /// Nulls and rows as a version 2 page says them.
    said: Option<(i32, i32)>,
}

impl<'p> DataPage<'p> {
    /// None where the page is not laid out as the leaf's are.
    pub fn of(kind: PageKind, body: &'p [u8], leaf: &ColumnDescriptor) -> Option<Self> {
        let (highest_repetition, highest_definition) = (leaf.max_rep_level() as u32, leaf.max_def_level() as u32);
        match kind {
            PageKind::Dictionary { .. } => None,
            PageKind::Data { values, encoding, definition, repetition } => {
                let (repetition, rest) = Levels::version_1(body, highest_repetition, repetition)?;
                let (definition, content) = Levels::version_1(rest, highest_definition, definition)?;
                let values = usize::try_from(values).ok()?;
                Some(DataPage { values, encoding, repetition, definition, content, said: None })
            }
            PageKind::DataV2 { values, nulls, rows, encoding, definition, repetition, .. } => {
                let (repetition, rest) = body.split_at_checked(usize::try_from(repetition).ok()?)?;
                let (definition, content) = rest.split_at_checked(usize::try_from(definition).ok()?)?;
                let repetition = Levels { bytes: repetition, highest: highest_repetition };
                let definition = Levels { bytes: definition, highest: highest_definition };
                let (values, said) = (usize::try_from(values).ok()?, Some((nulls, rows)));
                Some(DataPage { values, encoding, repetition, definition, content, said })
            }
        }
    }

    /// How many values are not null.
    pub fn present(&self) -> Option<usize> {
        let present = self.definition.count(self.values, self.definition.highest)?;
        let agrees = self.said.is_none_or(|(nulls, _)| nulls as usize == self.values - present);
        agrees.then_some(present)
    }

    /// How many rows begin in the page.
    pub fn rows(&self) -> Option<usize> {
        let rows = self.repetition.count(self.values, 0)?;
        self.said.is_none_or(|(_, said)| said as usize == rows).then_some(rows)
    }
}

/// The repetition or definition levels of a page.
pub struct Levels<'p> {
    bytes: &'p [u8],
    highest: u32,
}

impl<'p> Levels<'p> {
    /// In version 1 levels carry their length before them, and are left out where there is but one; with what is behind.
    fn version_1(body: &'p [u8], highest: u32, encoding: i32) -> Option<(Self, &'p [u8])> {
        if highest == 0 {
            return Some((Levels { bytes: &[], highest }, body));
        }
        let (length, rest) = body.split_first_chunk::<4>()?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        (encoding == RLE).then_some((Levels { bytes, highest }, rest))
    }

    /// Hands every level to `each`, equal neighbours together; nothing where there is but one level.
    pub fn walk(&self, values: usize, each: impl FnMut(u32, usize)) -> Option<()> {
        if self.highest == 0 {
            return self.bytes.is_empty().then_some(());
        }
        let bits = (u32::BITS - self.highest.leading_zeros()) as u8;
        walk(self.bytes, bits, values, each).filter(|rest| rest.is_empty()).map(drop)
    }

    /// How many of the values have this level; none where a level is higher than there are.
    fn count(&self, values: usize, wanted: u32) -> Option<usize> {
        if self.highest == 0 {
            return self.walk(values, |_, _| {}).map(|()| values);
        }
        let (mut counted, mut highest) = (0, 0);
        self.walk(values, |level, times| {
            highest = highest.max(level);
            counted += if level == wanted { times } else { 0 };
        })?;
        (highest <= self.highest).then_some(counted)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::schema::parser::parse_message_type;

    use super::*;

    #[test]
    fn levels_are_counted_and_none_is_higher_than_there_are() {
        // Width 2: a run of three 2s, and one of two 0s.
        let levels = |highest| Levels { bytes: &[3 << 1, 2, 2 << 1, 0], highest };
        assert_eq!((levels(2).count(5, 2), levels(3).count(5, 0)), (Some(3), Some(2)));
        assert_eq!(levels(2).count(4, 2), None, "a run that is longer than the page");
        assert_eq!(levels(2).count(3, 2), None, "a run behind the last value");
        assert_eq!(Levels { bytes: &[3 << 1, 3], highest: 2 }.count(3, 2), None);
        assert_eq!(Levels { bytes: &[], highest: 0 }.count(7, 0), Some(7));
    }

    fn watch(schema: &str, leaf: usize) -> LevelWatch {
        let schema = parse_message_type(schema).expect("a schema");
        LevelWatch::new(&SchemaDescriptor::new(Arc::new(schema)), leaf)
    }

    const ORDERS: &str = "message m { required int32 id; optional group orders { repeated group list {
        optional group element { optional int32 day; optional group tags { repeated group list { optional int32 tag; } } } } } }";

    /// A run for each level.
    fn runs(levels: &[u8]) -> Vec<u8> {
        levels.iter().flat_map(|level| [1 << 1, *level]).collect()
    }

    fn contradict(watch: &mut LevelWatch, repetition: &[u8], definition: &[u8], highest: [u32; 2]) -> bool {
        let (repetition, definition) = (runs(repetition), runs(definition));
        watch.contradict(&DataPage {
            values: definition.len() / 2,
            encoding: RLE,
            repetition: Levels { bytes: &repetition, highest: highest[0] },
            definition: Levels { bytes: &definition, highest: highest[1] },
            content: &[],
            said: None,
        })
    }

    #[test]
    fn lists_are_found_around_their_leaf() {
        let lists = [0, 1, 2].map(|leaf| watch(ORDERS, leaf).lists);
        assert_eq!(lists, [vec![], vec![2], vec![2, 5]]);
    }

    #[test]
    fn a_list_goes_on_behind_an_element_alone() {
        // Of `day`: 0 no list, 1 an empty one, 2 a null in it, 3 no day, 4 a day.
        let day =
            |repetition: &[u8], definition: &[u8]| contradict(&mut watch(ORDERS, 1), repetition, definition, [1, 4]);
        assert!(!day(&[0, 1, 0, 0, 1, 1], &[4, 2, 0, 2, 3, 4]));
        assert!(day(&[0, 1], &[0, 4]), "behind no list");
        assert!(day(&[0, 1], &[1, 4]), "behind an empty one");
        assert!(day(&[0, 1], &[4, 1]), "with no element");
        assert!(day(&[1], &[4]), "before the first row");
        assert!(day(&[0], &[5]), "deeper than it lies");
    }

    #[test]
    fn an_inner_list_goes_on_in_the_next_page() {
        let mut tags = watch(ORDERS, 2);
        assert!(!contradict(&mut tags, &[0, 2, 1], &[6, 5, 3], [2, 6]));
        assert!(contradict(&mut tags, &[2], &[6], [2, 6]), "the last order has no tags");
        let mut tags = watch(ORDERS, 2);
        assert!(!contradict(&mut tags, &[0], &[5], [2, 6]));
        assert!(!contradict(&mut tags, &[2, 0], &[6, 0], [2, 6]));
    }

    #[test]
    fn a_flat_leaf_has_no_level_above_its_own() {
        let schema = "message m { optional group a { optional int32 b; } }";
        assert!(!contradict(&mut watch(schema, 0), &[], &[0, 1, 2], [0, 2]));
        assert!(contradict(&mut watch(schema, 0), &[], &[2, 3, 2], [0, 2]));
    }
}
