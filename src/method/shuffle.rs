//! `shuffle`: the values of a row group stand in other rows of it.
//!
//! Every value stays in the data as it is, and as often: what is lost is whose it is, and with that what goes together
//! with it. With `group`, values move only between rows that agree in a column, and stay together with that. The
//! order comes from the key and from all values, so that two columns are not moved alike. A value can come to
//! stand in its own row by chance, and does where there is no other. Nulls stay where they were, for a column that
//! is empty for some rows says something about them that goes together with the rest.

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::DataType;

use super::values::{Content, is_hashed, row_hashes};
use super::{
    ApplyError, Beside, Context, Entry, Extent, Keying, Method, Outcome, Unsupported, all_taken, optional_text,
    options_text,
};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "shuffle",
    version: 1,
    summary: "Moves the values of a row group to other rows of it; every real value stays in the data.",
    options: &[
        ("group", "a column in whose equal values the rows agree between which a value moves; all rows if not given"),
        ("domain", "the name of the key; \"shuffle\" if not given"),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "sensitive", method = "shuffle" }"#,
        r#"{ class = "sensitive", method = "shuffle", group = "country", domain = "salary" }"#,
    ],
    parse,
};

struct Shuffle {
    group: Option<String>,
    domain: String,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let group = optional_text(section, "group")?;
    let domain = optional_text(section, "domain")?.unwrap_or_else(|| "shuffle".to_owned());
    Ok(Box::new(Shuffle { group, domain }))
}

impl Shuffle {
    /// A number for each row that those of one group share; rows without a value of that column are a group too.
    fn groups(&self, context: &Context, rows: usize) -> Result<Vec<u128>, ApplyError> {
        if self.group.is_none() {
            return Ok(vec![0; rows]);
        }
        Ok(row_hashes(context.keys.of(&self.domain)?, context.only_beside(rows, is_hashed)?))
    }
}

impl Method for Shuffle {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_hashed(input) {
            return Ok(Outcome::becomes(input.clone()));
        }
        let way_out = "it takes text, bytes, numbers, booleans, dates and times; use `null` or `drop`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let content = Content::of(context.keys.of(&self.domain)?, input)?;
        let groups = self.groups(context, input.len())?;
        let words = content.words(input.len());
        // Within each group, the rows in order, and the same rows by chance.
        let mut to: Vec<u32> = content.values.iter().map(|(_, row)| *row).collect();
        let mut from = to.clone();
        to.sort_unstable_by_key(|row| (groups[*row as usize], *row));
        from.sort_unstable_by_key(|row| (groups[*row as usize], words[*row as usize], *row));
        let mut rows = vec![0; input.len()];
        to.iter().zip(&from).for_each(|(to, from)| rows[*to as usize] = *from);
        let rows = UInt32Array::new(rows.into(), input.nulls().cloned());
        take(input, &rows, None).map_err(|_| ApplyError::TooLong { rows: input.len() })
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn beside(&self) -> Vec<Beside> {
        self.group.iter().cloned().map(Beside::Column).collect()
    }

    fn plan_beside(&self, types: &[DataType]) -> Result<(), Unsupported> {
        let way_out = "`group` names a column of text, bytes, numbers, booleans, dates or times";
        all_taken(types, is_hashed, ENTRY.name, way_out)
    }

    fn extent(&self) -> Extent {
        Extent::RowGroup
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    /// All of them, in other rows.
    fn leaves_values(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        let between = self.group.as_ref().map_or("other rows".to_owned(), |group| format!("rows of equal {group:?}"));
        format!("every real value stays in the data, but is moved by chance between {between} of its row group")
    }

    fn options(&self) -> String {
        let mut options = vec![("domain", self.domain.as_str())];
        options.extend(self.group.as_deref().map(|group| ("group", group)));
        options_text(&options)
    }
}
