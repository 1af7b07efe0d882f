//! What a group is called where its values must not be told: 128 bits of keyed hashes of them.
//!
//! A name is the sum, modulo 2¹²⁸, of the hashes of a row's values, each under the key of its column; a null has a hash of
//! its own. Two groups share a name with a chance of 2⁻¹²⁸, n groups any with one of n²/2¹²⁹: of 10⁹ groups, one in 10²⁰.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type, UInt16Type, UInt32Type, UInt64Type};
use half::f16;

use crate::keys::Secret;
use crate::keys::lanes::{DomainKey, first_128};
use crate::method::{hash_rows, rank_rows};

/// A value that is null, beside ranks and hashes.
const NULL: u128 = u128::MAX;

/// The keys under which a table's groups are named, and what is counted in them.
pub struct Names {
    /// Of each quasi leaf, one for its values and one for its nulls.
    quasi: Vec<[DomainKey; 2]>,
    subject: DomainKey,
    sensitive: DomainKey,
}

impl Names {
    /// For a table of so many quasi leaves.
    pub fn of(secret: &Secret, customer: &str, table: &str, leaves: usize) -> Self {
        let key = secret.domain_key(customer, &format!("groups of {table}"));
        let derived = |what: &str| DomainKey::new(*key.derive(&format!("verho 2026-11 groups, {what}")));
        let quasi = |at| ["value", "null"].map(|of| derived(&format!("{of} {at}")));
        Names { quasi: (0..leaves).map(quasi).collect(), subject: derived("subject"), sensitive: derived("sensitive") }
    }

    /// Adds the hashes of a quasi leaf's values, as they leave, to the names of their rows, and of the structures that it
    /// lies in, where they are null.
    pub fn add(&self, leaf: usize, masked: &ArrayRef, structures: &[Option<NullBuffer>], names: &mut [u128]) {
        let [key, null] = &self.quasi[leaf];
        hash_rows(key, &as_it_lies(masked), |row, hash| names[row] = names[row].wrapping_add(first_128(hash)));
        for (depth, nulls) in (0u64..).zip(std::iter::once(masked.nulls()).chain(structures.iter().map(Option::as_ref)))
        {
            let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else { continue };
            let hash = first_128(&null.hash(&depth.to_le_bytes()));
            let rows = names.iter_mut().zip(nulls);
            rows.filter(|(_, is_valid)| !is_valid).for_each(|(name, _)| *name = name.wrapping_add(hash));
        }
    }

    /// A number for each row's subject; none for nobody's rows.
    pub(super) fn subjects(&self, subjects: &ArrayRef) -> Vec<Option<u64>> {
        let mut numbers = vec![None; subjects.len()];
        hash_rows(&self.subject, subjects, |row, hash| numbers[row] = Some(first_128(hash) as u64));
        numbers
    }

    /// A number for each row's value of a sensitive leaf, in the values' order where they have one; nulls are last.
    pub(super) fn values(&self, masked: &ArrayRef) -> Vec<u128> {
        let mut numbers = vec![NULL; masked.len()];
        if !rank_rows(masked, |row, rank| numbers[row] = rank) {
            hash_rows(&self.sensitive, masked, |row, hash| numbers[row] = first_128(hash));
        }
        numbers
    }
}

/// Numbers with a point by their bits: two zeros are equal, and so is all that is no number, but who reads the output can
/// tell them apart.
pub fn as_it_lies(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Float16 => Arc::new(array.as_primitive::<Float16Type>().unary::<_, UInt16Type>(f16::to_bits)),
        DataType::Float32 => Arc::new(array.as_primitive::<Float32Type>().unary::<_, UInt32Type>(f32::to_bits)),
        DataType::Float64 => Arc::new(array.as_primitive::<Float64Type>().unary::<_, UInt64Type>(f64::to_bits)),
        _ => array.clone(),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float64Array, StringArray};
    use zeroize::Zeroizing;

    use super::*;

    fn names(secret: u8, columns: &[&[Option<&str>]]) -> Vec<u128> {
        let names = Names::of(&Secret::unwrapped(Zeroizing::new([secret; 32])), "acme", "people", columns.len());
        let mut all = vec![0; columns[0].len()];
        for (at, column) in columns.iter().enumerate() {
            names.add(at, &(Arc::new(StringArray::from(column.to_vec())) as ArrayRef), &[], &mut all);
        }
        all
    }

    #[test]
    fn equal_rows_share_a_name_and_others_do_not() {
        let all = names(
            1,
            &[
                &[Some("a"), Some("a"), Some("b"), None, Some(""), Some("b")],
                &[Some("b"), Some("b"), Some("a"), Some("b"), Some("b"), None],
            ],
        );
        assert_eq!(all[0], all[1]);
        let others: std::collections::HashSet<_> = all[1..].iter().collect();
        assert_eq!(others.len(), 5, "columns are told apart, and null is no text");
    }

    #[test]
    fn names_hang_on_the_secret() {
        assert_ne!(names(1, &[&[Some("a")]]), names(2, &[&[Some("a")]]));
    }

    fn of_array(values: ArrayRef, structures: &[Option<NullBuffer>]) -> Vec<u128> {
        let names = Names::of(&Secret::unwrapped(Zeroizing::new([1; 32])), "acme", "people", 1);
        let mut all = vec![0; values.len()];
        names.add(0, &values, structures, &mut all);
        all
    }

    #[test]
    fn a_structure_that_is_null_is_no_leaf_that_is_null() {
        let nulls = |valid: [bool; 4]| Some(NullBuffer::from(valid.to_vec()));
        let structures = [nulls([true, true, false, true]), nulls([true, true, false, false])];
        let all = of_array(Arc::new(StringArray::from(vec![Some("a"), None, None, None])), &structures);
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), 4);
    }

    #[test]
    fn zeros_and_what_is_no_number_are_told_apart_as_they_lie() {
        let other_nan = f64::from_bits(f64::NAN.to_bits() | 1);
        let all = of_array(Arc::new(Float64Array::from(vec![0.0, -0.0, 0.0, f64::NAN, other_nan])), &[]);
        assert_eq!(all[0], all[2]);
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), 4);
    }
}
