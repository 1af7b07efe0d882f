//! The unit of work: some rows of one source object in, one output object out.

use std::ops::Range;

use crate::plan::table::TablePlan;

/// A part takes at most this share of a run's memory as it lies in the source, so that several are under way at once.
const SHARE: u64 = 64;

/// A row group of more than this share of a run's memory is cut into parts of its own.
const LARGE: u64 = 8;

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
}

impl Part {
    /// Whether the part goes on in the row group in which another ends, so that the two are read in one go.
    pub fn continues(&self, other: &Part) -> bool {
        match (&self.rows, &other.rows) {
            (Rows::Slice { group, .. }, Rows::Slice { group: before, .. }) => {
                (self.table, self.file, group) == (other.table, other.file, before)
            }
            _ => false,
        }
    }
}

/// How large parts may be, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct PartLimits {
    /// Of one part as it lies in the source; one row group at least.
    part: u64,
    /// Of a row group that is not cut.
    row_group: u64,
}

impl PartLimits {
    /// What follows from the configured part size and memory. Threads have no say: the same parts come of any number.
    pub fn of(part_size: u64, memory: u64) -> Self {
        PartLimits { part: part_size.min(memory / SHARE).max(1), row_group: memory / LARGE }
    }
}

/// Cuts a table into parts.
pub fn cut(table: usize, plan: &TablePlan, limits: PartLimits) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (file, source) in plan.files.iter().enumerate() {
        let groups = source.footer.row_groups().iter();
        let groups: Vec<_> =
            groups.map(|group| (group.num_rows() as usize, group.compressed_size().max(0) as u64)).collect();
        for (rows, memory) in pieces(&groups, limits) {
            parts.push(Part { table, number: parts.len(), file, rows, memory });
        }
    }
    parts
}

/// The parts of row groups, given as their rows and compressed bytes, with the memory that each needs.
fn pieces(groups: &[(usize, u64)], limits: PartLimits) -> Vec<(Rows, u64)> {
    let mut pieces: Vec<(Rows, u64)> = Vec::new();
    for (index, (rows, size)) in groups.iter().copied().enumerate() {
        if size > limits.row_group {
            pieces.extend(slices(index, rows, size, limits));
            continue;
        }
        match pieces.last_mut() {
            Some((Rows::Groups(groups), memory)) if *memory + needed(size) <= needed(limits.part) => {
                groups.end = index + 1;
                *memory += needed(size);
            }
            _ => pieces.push((Rows::Groups(index..index + 1), needed(size))),
        }
    }
    pieces
}

/// Equal slices of a large row group. It is read through windows, which take as much again as a row group may.
fn slices(group: usize, rows: usize, size: u64, limits: PartLimits) -> impl Iterator<Item = (Rows, u64)> {
    let number = usize::try_from(size.div_ceil(limits.part)).unwrap_or(usize::MAX).clamp(1, rows.max(1));
    let length = rows.div_ceil(number).max(1);
    let memory = needed(limits.part) + 2 * limits.row_group;
    let starts = (0..rows.max(1)).step_by(length);
    starts.map(move |start| (Rows::Slice { group, rows: start..rows.min(start + length) }, memory))
}

/// The chunks as fetched, and once more and a bit for what is made of them.
fn needed(size: u64) -> u64 {
    3 * size
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PartLimits = PartLimits { part: 100, row_group: 250 };

    fn rows(groups: &[(usize, u64)]) -> Vec<Rows> {
        pieces(groups, LIMITS).into_iter().map(|(rows, _)| rows).collect()
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
    fn threads_and_memory_above_what_is_needed_change_no_part() {
        let of = |memory| PartLimits::of(1 << 20, memory).part;
        assert_eq!(of(1 << 30), of(8 << 30));
    }
}
