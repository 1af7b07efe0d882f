//! The amount of noise for each row.

use arrow::array::{Array, ArrayRef};

use super::kind::Kind;
use crate::keys::lanes::DomainKey;
use crate::method::ApplyError;
use crate::method::values::{hash_rows, is_hashed, row_hashes};

/// Amounts of scale one, from the value of a row and, where there is one, that of the column beside.
///
/// # Errors
/// Where the column beside is of another length, or of a type that is not hashed.
pub fn amounts(kind: Kind, key: &DomainKey, values: &ArrayRef, by: Option<&ArrayRef>) -> Result<Vec<f64>, ApplyError> {
    let mut amounts = vec![0.0; values.len()];
    let Some(by) = by else {
        hash_rows(key, values, |row, hash| amounts[row] = kind.amount(hash));
        return Ok(amounts);
    };
    if by.len() != values.len() || !is_hashed(by.data_type()) {
        return Err(ApplyError::Beside);
    }
    let (of_values, of_by) = (row_hashes(key, values), row_hashes(key, by));
    let pairs: Vec<[[u8; 16]; 2]> =
        of_values.iter().zip(&of_by).map(|(value, by)| [value.to_le_bytes(), by.to_le_bytes()]).collect();
    key.hash_each(pairs.iter().map(|pair| pair.as_flattened()).enumerate(), |row, hash| {
        amounts[row] = kind.amount(hash);
    });
    Ok(amounts)
}
