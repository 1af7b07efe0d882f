//! The unit of work: some rows of one source object in, one output object out.

use std::ops::Range;

use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};

use crate::method::Outcome;
use crate::plan::{ColumnPlan, Content, LeafPlan, Measured, SourceFile, TablePlan};
use crate::schema::Form;

/// A part takes at most this share of a run's memory as it lies in the source, so that several are under way at once.
const SHARE: u64 = 64;

/// A row group of more than this share of a run's memory, as it lies in the source, is cut into parts of its own.
const LARGE: u64 = 8;

/// So is one that needs more than this share of a run's memory.
const WHOLE: u64 = 4;

/// What a value takes where indices are written anew: the index twice, and levels, in bytes.
const INDEX: u64 = 12;

/// What a token takes at least, its length included, in bytes.
const TOKEN: u64 = 20;

/// Which rows one part takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Index of the table in the plan.
    pub table: usize,
    /// Position among the table's parts; the output's name comes from it alone.
    pub number: usize,
    /// Index of the object among the table's objects.
    pub file: usize,
    pub rows: Rows,
    /// What the part needs at once, estimated, in bytes.
    pub memory: u64,
}

/// Rows of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// All rows of neighbouring row groups.
    Groups(Range<usize>),
    /// Some rows of a row group that is too large for one part.
    Slice { group: usize, rows: Range<usize> },
    /// Some records of an object that is read from its start.
    Records(Range<usize>),
}

impl Part {
    /// Whether the part goes on where another ends, in a row group or among records, so that the two are read in one go.
    pub fn continues(&self, other: &Part) -> bool {
        match (&self.rows, &other.rows) {
            (Rows::Slice { group, .. }, Rows::Slice { group: before, .. }) => {
                (self.table, self.file, group) == (other.table, other.file, before)
            }
            (Rows::Records(_), Rows::Records(_)) => (self.table, self.file) == (other.table, other.file),
            _ => false,
        }
    }
}

/// How large parts may be, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct PartLimits {
    /// Of one part as it lies in the source; one row group at least.
    part: u64,
    /// Of a row group as it lies in the source that is not cut.
    row_group: u64,
    /// Of what one row group needs at once that is not cut.
    memory: u64,
}

impl PartLimits {
    /// What follows from the configured part size and memory. Threads have no say: the same parts come of any number.
    pub fn of(part_size: u64, memory: u64) -> Self {
        let part = part_size.min(memory / SHARE).max(1);
        PartLimits { part, row_group: memory / LARGE, memory: memory / WHOLE }
    }
}

/// A row group, as far as parts are cut by it.
#[derive(Debug, Clone, Copy)]
struct Group {
    rows: usize,
    /// As it lies in the source, in bytes.
    size: u64,
    /// What it needs at once: the chunks as fetched, and what they become.
    memory: u64,
}

impl Group {
    fn of(plan: &TablePlan, file: &SourceFile, group: &RowGroupMetaData) -> Self {
        let made = |column: &ColumnPlan| {
            let is_copied = file.has_pages_of(column);
            let leaf = |(place, leaf): (usize, &LeafPlan)| {
                let chunk = file.leaf(column, place).map(|chunk| group.column(chunk));
                chunk.map_or(0, |chunk| made_of(leaf, is_copied, token_of(plan, leaf), chunk))
            };
            column.leaves.iter().enumerate().map(leaf).sum::<u64>()
        };
        let made: u64 = plan.columns.iter().map(made).sum();
        let size = group.compressed_size().max(0) as u64;
        Group { rows: group.num_rows() as usize, size, memory: size + made }
    }
}

/// What a leaf's chunk becomes, in bytes. Kept pages are the source's own where they can be copied, but for a leaf that guards look
/// at; values that take less than the length of a text are indices into a dictionary, and stay so; all others become tokens, or
/// what they were decoded.
fn made_of(leaf: &LeafPlan, is_copied: bool, token: u64, chunk: &ColumnChunkMetaData) -> u64 {
    let (decoded, values) = (chunk.uncompressed_size().max(0) as u64, chunk.num_values().max(0) as u64);
    match leaf.outcome {
        Outcome::Removed => 0,
        Outcome::Untouched if is_copied && !leaf.is_watched() => 0,
        _ if decoded / 4 < values => decoded.saturating_add(values.saturating_mul(INDEX)),
        _ => decoded.max(values.saturating_mul(token)),
    }
}

/// What a token of a leaf takes, in bytes: codes of more bits are longer, by four bits a letter at most.
fn token_of(plan: &TablePlan, leaf: &LeafPlan) -> u64 {
    let rule = plan.schema.columns.get(&leaf.leaf.path);
    let bits = rule.and_then(|rule| rule.method.code_bits(&leaf.leaf.data_type));
    bits.map_or(TOKEN, |bits| TOKEN.max(u64::from(bits / 4) + 4))
}

/// Cuts a table into parts.
pub fn cut(table: usize, plan: &TablePlan, limits: PartLimits) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (file, source) in plan.files.iter().enumerate() {
        let pieces = match &source.content {
            Content::Pages(footer) => {
                let groups: Vec<_> = footer.row_groups().iter().map(|group| Group::of(plan, source, group)).collect();
                pieces(&groups, limits)
            }
            Content::Records { measured, .. } => measured.map_or_else(Vec::new, |measured| records(measured, limits)),
        };
        for piece in pieces {
            parts.push(Part { table, number: parts.len(), file, rows: piece.rows, memory: piece.memory });
        }
    }
    if parts.is_empty() && !plan.is_unmeasured() {
        parts.push(empty(table, plan));
    }
    parts
}

/// The one part of a table without rows, so that readers find it, and its columns.
fn empty(table: usize, plan: &TablePlan) -> Part {
    let rows = match plan.schema.form {
        Form::Records { .. } => Rows::Records(0..0),
        Form::Parquet | Form::Lake(_) => Rows::Groups(0..0),
    };
    Part { table, number: 0, file: 0, rows, memory: 0 }
}

/// Equal pieces of an object of records, each of which becomes at most a part.
fn records(measured: Measured, limits: PartLimits) -> Vec<Piece> {
    let rows = usize::try_from(measured.rows).unwrap_or(usize::MAX);
    let number = usize::try_from(measured.bytes.div_ceil(limits.part)).unwrap_or(usize::MAX).clamp(1, rows.max(1));
    let length = rows.div_ceil(number).max(1);
    // Records as arrays, what they become, and batches under way.
    let memory = 4 * limits.part;
    let piece = |start: usize| {
        let rows = Rows::Records(start..rows.min(start + length));
        Piece { rows, size: limits.part, memory }
    };
    (0..rows).step_by(length).map(piece).collect()
}

/// A part of a file.
struct Piece {
    rows: Rows,
    size: u64,
    memory: u64,
}

/// The parts of row groups.
fn pieces(groups: &[Group], limits: PartLimits) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        if group.size > limits.row_group || group.memory > limits.memory {
            pieces.extend(slices(index, group, limits));
            continue;
        }
        match pieces.last_mut() {
            Some(Piece { rows: Rows::Groups(groups), size, memory })
                if *size + group.size <= limits.part && *memory + group.memory <= limits.memory =>
            {
                groups.end = index + 1;
                *size += group.size;
                *memory += group.memory;
            }
            _ => {
                let rows = Rows::Groups(index..index + 1);
                pieces.push(Piece { rows, size: group.size, memory: group.memory });
            }
        }
    }
    pieces
}

/// Equal slices of a large row group, each of which becomes at most a part.
fn slices(index: usize, group: &Group, limits: PartLimits) -> impl Iterator<Item = Piece> {
    let rows = group.rows.max(1);
    let number = group.memory.div_ceil(2 * limits.part);
    let length = rows.div_ceil(usize::try_from(number).unwrap_or(usize::MAX).clamp(1, rows));
    // Batches and windows of all columns under way, and what a slice becomes.
    let memory = limits.memory + 4 * limits.part;
    (0..rows).step_by(length).map(move |start| {
        let rows = Rows::Slice { group: index, rows: start..group.rows.min(start + length) };
        Piece { rows, size: limits.part, memory }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PartLimits = PartLimits { part: 100, row_group: 250, memory: 500 };

    fn rows(groups: &[(usize, u64)]) -> Vec<Rows> {
        let groups: Vec<_> =
            groups.iter().map(|(rows, size)| Group { rows: *rows, size: *size, memory: 2 * size }).collect();
        pieces(&groups, LIMITS).into_iter().map(|piece| piece.rows).collect()
    }

    #[test]
    fn row_groups_are_joined_up_to_the_size() {
        let cut = rows(&[(9, 40), (9, 40), (9, 40), (9, 200), (9, 10)]);
        assert_eq!(cut, [0..2, 2..3, 3..4, 4..5].map(Rows::Groups));
        assert!(rows(&[]).is_empty());
    }

    #[test]
    fn a_large_row_group_is_sliced_and_joined_to_nothing() {
        let slice = |rows| Rows::Slice { group: 1, rows };
        let cut = rows(&[(9, 10), (10, 301), (9, 10)]);
        assert_eq!(cut, [Rows::Groups(0..1), slice(0..3), slice(3..6), slice(6..9), slice(9..10), Rows::Groups(2..3)]);
        assert_eq!(rows(&[(1, 1000)]), [Rows::Slice { group: 0, rows: 0..1 }], "a row is never cut");
    }

    #[test]
    fn a_row_group_is_sliced_for_what_it_becomes_too() {
        let grows = Group { rows: 10, size: 50, memory: 600 };
        let slices = pieces(&[grows], LIMITS);
        assert_eq!(slices.len(), 3, "600 bytes in slices of at most 200, of whole rows");
        assert!(slices.iter().all(|piece| matches!(piece.rows, Rows::Slice { .. })));
    }

    #[test]
    fn memory_above_what_is_needed_changes_no_part() {
        let of = |memory| PartLimits::of(1 << 20, memory).part;
        assert_eq!(of(1 << 30), of(8 << 30));
    }
}
