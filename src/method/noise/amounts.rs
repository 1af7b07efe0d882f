//! The amount of noise for each row.

use arrow::array::{Array, ArrayRef};

use super::kind::Kind;
use crate::keys::lanes::DomainKey;
use crate::method::values::{hash_rows, row_hashes};

/// Amounts of scale one, from the value of a row and, where there is one, that of the column beside.
pub fn amounts(kind: Kind, key: &DomainKey, values: &ArrayRef, by: Option<&ArrayRef>) -> Vec<f64> {
    let mut amounts = vec![0.0; values.len()];
    let Some(by) = by else {
        hash_rows(key, values, |row, hash| amounts[row] = kind.amount(hash));
        return amounts;
    };
    let (of_values, of_by) = (row_hashes(key, values), row_hashes(key, by));
    let pairs = of_values.iter().zip(&of_by).map(|(value, by)| [value.to_le_bytes(), by.to_le_bytes()]);
    let pairs: Vec<[[u8; 16]; 2]> = pairs.collect();
    key.hash_each(pairs.iter().map(|pair| pair.as_flattened()).enumerate(), |row, hash| {
        amounts[row] = kind.amount(hash);
    });
    amounts
}
