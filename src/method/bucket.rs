//! `bucket`: microaggregation of one column; the nearest `k` values or more become their mean.
//!
//! The values of a row group are sorted and cut into groups of at least `k` neighbours (the one-dimensional case of
//! MDAV: Domingo-Ferrer and Torra, "Ordinal, continuous and heterogeneous k-anonymity through microaggregation",
//! 2005). Equal values stay in one group. The mean is one of the column's type, rounded to the nearest, half to even.
//! Rows are counted, not subjects. Where a row group has fewer than `k` values they become null, as does what is
//! infinite or no number.

use std::ops::Range;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{Wholes, each_float, each_whole, map_floats, map_wholes, nearest_of};
use super::{ApplyError, Context, Entry, Extent, Keying, Method, Outcome, Unsupported, group_size, options_text};
use crate::document::{Fault, Section};

mod mean;

pub const ENTRY: Entry = Entry {
    name: "bucket",
    version: 1,
    summary: "Replaces numbers, dates and times with the mean of at least k neighbours in their row group.",
    options: &[("k", "how many values become one mean at least, from 2; 11 if not given")],
    keying: Keying::Keyless,
    examples: &[r#"{ class = "quasi", method = "bucket" }"#, r#"{ class = "quasi", method = "bucket", k = 5 }"#],
    parse,
};

struct Bucket {
    k: usize,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    Ok(Box::new(Bucket { k: group_size(section)? }))
}

impl Bucket {
    /// Hands on the groups of sorted values, as ranges; none where there are fewer than `k` values.
    fn cut<V: PartialEq>(&self, sorted: &[(V, usize)], mut each: impl FnMut(Range<usize>)) {
        let (mut start, end) = (0, sorted.len());
        for at in 1..end {
            let enough = at - start >= self.k && end - at >= self.k;
            if enough && sorted[at].0 != sorted[at - 1].0 {
                each(start..at);
                start = at;
            }
        }
        if end - start >= self.k {
            each(start..end);
        }
    }

    /// The mean for every row; none where there is no group.
    fn means<V: PartialEq + Copy>(
        &self,
        sorted: &[(V, usize)],
        rows: usize,
        mean: impl Fn(&[(V, usize)]) -> V,
    ) -> Vec<Option<V>> {
        let mut means = vec![None; rows];
        self.cut(sorted, |group| {
            let mean = mean(&sorted[group.clone()]);
            sorted[group].iter().for_each(|(_, row)| means[*row] = Some(mean));
        });
        means
    }

    fn wholes(&self, input: &ArrayRef) -> ArrayRef {
        let mut values = Vec::with_capacity(input.len());
        each_whole(input, |row, value| values.push((value, row)));
        values.sort_unstable();
        let means = self.means(&values, input.len(), mean::of_wholes);
        map_wholes(input, |row, _| means[row])
    }

    fn floats(&self, input: &ArrayRef) -> ArrayRef {
        let mut values = Vec::with_capacity(input.len());
        each_float(input, |row, value| values.extend(value.is_finite().then_some((value + 0.0, row))));
        values.sort_unstable_by(|(one, row), (other, next)| one.total_cmp(other).then(row.cmp(next)));
        let means = self.means(&values, input.len(), mean::of_floats);
        map_floats(input, |row, _| means[row])
    }
}

impl Method for Bucket {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if Wholes::of(input).is_some() || nearest_of(input).is_some() {
            return Ok(Outcome::becomes_or_null(input.clone()));
        }
        let way_out = "it takes numbers of up to 128 bits, dates and times; text takes `generalise` or `sample`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        Ok(if Wholes::of(input.data_type()).is_some() { self.wholes(input) } else { self.floats(input) })
    }

    fn extent(&self) -> Extent {
        Extent::RowGroup
    }

    /// The mean of equal values is their value.
    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    /// Those that are alike.
    fn leaves_values(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        let k = self.k;
        format!(
            "replaced with the mean of at least {k} neighbouring values of the row group; null where it has fewer than {k}"
        )
    }

    fn options(&self) -> String {
        options_text(&[("k", &self.k.to_string())])
    }
}
