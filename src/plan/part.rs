//! The unit of work: some row groups of one source object in, one output object out.

use std::ops::Range;

use crate::plan::table::TablePlan;

/// Which rows one part takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Index of the table in the plan.
    pub table: usize,
    /// Position among the table's parts; the output's name comes from it alone.
    pub number: usize,
    /// Index of the object among the table's objects.
    pub file: usize,
    pub row_groups: Range<usize>,
    /// What the part needs at once, estimated, in bytes.
    pub memory: u64,
}

/// Cuts a table into parts of at most `part_size` compressed bytes, one row group at least.
pub fn cut(table: usize, plan: &TablePlan, part_size: u64) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (file, source) in plan.files.iter().enumerate() {
        let sizes: Vec<u64> =
            source.footer.row_groups().iter().map(|group| group.compressed_size().max(0) as u64).collect();
        for (row_groups, memory) in runs(&sizes, part_size) {
            parts.push(Part { table, number: parts.len(), file, row_groups, memory });
        }
    }
    parts
}

/// Neighbouring row groups up to `part_size`, with the memory that each run needs: its largest row group as read,
/// and the whole as written.
fn runs(sizes: &[u64], part_size: u64) -> Vec<(Range<usize>, u64)> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for index in 0..sizes.len() {
        match runs.last_mut().filter(|run| sizes[run.start..=index].iter().sum::<u64>() <= part_size) {
            Some(run) => run.end = index + 1,
            None => runs.push(index..index + 1),
        }
    }
    let memory = |run: &Range<usize>| {
        let (largest, sum) =
            sizes[run.clone()].iter().fold((0, 0), |(largest, sum), size| (largest.max(*size), sum + size));
        2 * largest + 2 * sum
    };
    runs.into_iter().map(|run| (run.clone(), memory(&run))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_groups_are_joined_up_to_the_size_and_never_split() {
        let cut: Vec<_> = runs(&[40, 40, 40, 200, 10], 100).into_iter().map(|(run, _)| run).collect();
        assert_eq!(cut, [0..2, 2..3, 3..4, 4..5]);
        assert!(runs(&[], 100).is_empty());
    }
}
