//! How likely two values of a leaf share a code: the birthday bound, from row counts alone.

use arrow::datatypes::DataType;
use parquet::file::metadata::RowGroupMetaData;

use crate::plan::{ColumnPlan, Content, Origin, PlanError, SourceFile, TablePlan};
use crate::schema::LeafPath;

/// From this many expected pairs on, a plan warns.
const NOTABLE: f64 = 1e-3;

/// From this many on, there is no plan.
const LIKELY: f64 = 0.5;

/// A leaf that becomes codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    pub leaf: LeafPath,
    /// Different values that it can hold, at most: nulls and repetitions are not known from footers.
    pub values: u64,
    /// Bits in a code, at least.
    pub bits: u32,
}

/// What a bound means for a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    Negligible,
    /// More than one in 1,000.
    Notable,
    /// One in two, or more.
    Likely,
}

impl Codes {
    /// Pairs of different values with one code that are to be expected, at most: n²/2ᵇ⁺¹.
    pub fn expected(&self) -> f64 {
        let values = self.values as f64;
        if self.values < 2 { 0.0 } else { values * values / two_to(self.bits + 1) }
    }

    /// What the bound means.
    pub fn risk(&self) -> Risk {
        match self.expected() {
            pairs if pairs >= LIKELY => Risk::Likely,
            pairs if pairs > NOTABLE => Risk::Notable,
            _ => Risk::Negligible,
        }
    }

    /// The bound in words, as in `one in 1000`; large numbers as the power of ten below.
    pub fn odds(&self) -> String {
        let one_in = self.expected().recip();
        match one_in {
            _ if one_in.is_infinite() => "never".to_owned(),
            _ if one_in < 1e6 => format!("one in {}", one_in.max(1.0) as u64),
            _ => format!("one in 10^{}", power_of_ten(one_in)),
        }
    }
}

/// A power of two as the float that it is, exactly.
fn two_to(exponent: u32) -> f64 {
    f64::from_bits((1023 + u64::from(exponent.min(1023))) << 52)
}

fn power_of_ten(mut number: f64) -> u32 {
    let mut power = 0;
    while number >= 10.0 {
        number /= 10.0;
        power += 1;
    }
    power
}

/// The leaves of a table that become codes.
pub fn of(table: &TablePlan) -> Vec<Codes> {
    let mut found = Vec::new();
    for column in &table.columns {
        for (place, plan) in column.leaves.iter().enumerate() {
            let values = match column.origin {
                Origin::Partition => table.files.len() as u64,
                Origin::File(_) => table.files.iter().map(|file| held(file, column, place)).sum(),
            };
            let rule = table.schema.columns.get(&plan.leaf.path);
            let bits = rule.and_then(|rule| rule.method.code_bits(&plan.leaf.data_type));
            let values = values.min(possible(&plan.leaf.data_type));
            found.extend(bits.map(|bits| Codes { leaf: plan.leaf.path.clone(), values, bits }));
        }
    }
    found
}

/// Values in the chunks of the leaf at this place in its column, nulls included. Of records only the rows are known, once
/// they are.
fn held(file: &SourceFile, column: &ColumnPlan, place: usize) -> u64 {
    let leaf = file.leaf(column, place);
    let values = |leaf: usize, group: &RowGroupMetaData| group.column(leaf).num_values().max(0) as u64;
    match &file.content {
        Content::Pages(footer) => {
            leaf.map_or(1, |leaf| footer.row_groups().iter().map(|group| values(leaf, group)).sum())
        }
        Content::Records { .. } => file.rows(),
    }
}

/// Different values that a type has, at most.
fn possible(data_type: &DataType) -> u64 {
    let bytes = match data_type {
        DataType::FixedSizeBinary(length) => usize::try_from(*length).ok(),
        other => other.primitive_width(),
    };
    bytes.and_then(|bytes| 1u64.checked_shl(8 * bytes as u32)).unwrap_or(u64::MAX)
}

/// Refuses codes of which two are likely the same: two people would become one, and nobody would see it.
///
/// # Errors
/// At the rule of the first such leaf.
pub fn tell_apart(table: &TablePlan) -> Result<(), PlanError> {
    let Some(codes) = of(table).into_iter().find(|codes| codes.risk() == Risk::Likely) else { return Ok(()) };
    let Codes { leaf, values, bits } = &codes;
    let what = format!("leaf `{leaf}`: of up to {values} values two are likely to share a code of {bits} bits");
    let hint = "choose a longer code: a greater `length` or `range`, or form = \"base32\" or \"uuid\"".to_owned();
    let fault = table.schema.columns.get(leaf).map(|rule| rule.fault(what.clone(), hint.clone()));
    Err(PlanError::Rule(fault.unwrap_or_else(|| table.schema.fault(what, hint))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(values: u64, bits: u32) -> Codes {
        Codes { leaf: LeafPath::column("id"), values, bits }
    }

    #[test]
    fn bound_is_that_of_birthdays() {
        assert_eq!(codes(1_000_000, 63).odds(), "one in 10^7");
        assert_eq!(codes(1_000_000, 63).expected(), 1e12 / 2f64.powi(64));
        assert_eq!(codes(1 << 20, 49).odds(), "one in 1024");
        assert_eq!(codes(1_000_000, 256).odds(), "one in 10^65");
        assert_eq!(codes(1, 1).odds(), "never");
        assert_eq!(codes(u64::MAX, 1).odds(), "one in 1");
    }

    #[test]
    fn risk_turns_where_it_is_said_to() {
        assert_eq!(codes(1 << 20, 49).risk(), Risk::Negligible);
        assert_eq!(codes(1 << 20, 48).risk(), Risk::Notable);
        assert_eq!(codes(1 << 20, 40).risk(), Risk::Likely);
        assert_eq!(codes(1 << 20, 41).risk(), Risk::Notable);
    }

    #[test]
    fn narrow_types_have_few_values() {
        assert_eq!(possible(&DataType::Int8), 256);
        assert_eq!(possible(&DataType::FixedSizeBinary(2)), 65_536);
        assert_eq!(
            [DataType::Int64, DataType::Utf8, DataType::FixedSizeBinary(16)].map(|of| possible(&of)),
            [u64::MAX; 3]
        );
    }
}
