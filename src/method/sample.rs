//! `sample`: a value becomes one that is drawn from those of its row group that are not rare.
//!
//! Values that stand in fewer than `k` rows of the row group never come out; the others come out about as often as
//! they stand there. What is drawn hangs on the key, on all values and on the row, so no value stands for another,
//! and what goes together with the value is lost. Rows are counted, not subjects: where one subject has
//! many rows, its own value can be frequent. Null where no value is.

use arrow::array::{Array, ArrayRef, UInt32Array, new_null_array};
use arrow::compute::take;
use arrow::datatypes::DataType;

use super::values::{Content, below, is_hashed};
use super::{
    ApplyError, Context, Entry, Extent, Keying, Method, Outcome, Unsupported, group_size, optional_text, options_text,
};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "sample",
    version: 1,
    summary: "Replaces a value with one drawn from the frequent values of its row group.",
    options: &[
        ("k", "in how many rows of the row group a value must stand to be drawn, from 2; 11 if not given"),
        ("domain", "the name of the key; \"sample\" if not given"),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "sensitive", method = "sample" }"#,
        r#"{ class = "sensitive", method = "sample", k = 5, domain = "diagnosis" }"#,
    ],
    parse,
};

struct Sample {
    k: usize,
    domain: String,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let k = group_size(section)?;
    let domain = optional_text(section, "domain")?.unwrap_or_else(|| "sample".to_owned());
    Ok(Box::new(Sample { k, domain }))
}

impl Sample {
    /// The rows, in order, whose values stand in `k` rows or more.
    fn frequent(&self, content: &mut Content) -> Vec<u32> {
        content.values.sort_unstable();
        let mut rows = Vec::with_capacity(content.values.len());
        let groups = content.values.chunk_by(|(one, _), (next, _)| one == next);
        groups.filter(|group| group.len() >= self.k).for_each(|group| rows.extend(group.iter().map(|(_, row)| row)));
        rows.sort_unstable();
        rows
    }
}

impl Method for Sample {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_hashed(input) {
            return Ok(Outcome::becomes_or_null(input.clone()));
        }
        let way_out = "it takes text, bytes, numbers, booleans, dates and times; use `null` or `drop`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let mut content = Content::of(context.keys.of(&self.domain)?, input)?;
        let frequent = self.frequent(&mut content);
        if frequent.is_empty() {
            return Ok(new_null_array(input.data_type(), input.len()));
        }
        let words = content.words(input.len());
        let drawn: Vec<u32> = words.iter().map(|word| frequent[below(*word, frequent.len())]).collect();
        let rows = UInt32Array::new(drawn.into(), input.nulls().cloned());
        take(input, &rows, None).map_err(|_| ApplyError::TooLong { rows: input.len() })
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn extent(&self) -> Extent {
        Extent::RowGroup
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    /// Those of many rows.
    fn leaves_values(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        format!(
            "replaced with a real value drawn by chance from those that stand in at least {} rows of the row group; \
             rarer values never come out",
            self.k
        )
    }

    fn options(&self) -> String {
        options_text(&[("k", &self.k.to_string()), ("domain", &self.domain)])
    }
}
