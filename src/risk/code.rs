//! Values become codes: equal ones equal, others different but by a chance of one in 2¹²⁸.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use crate::keys::lanes::DomainKey;
use crate::method::{Method, hash_rows, is_hashed};
use crate::privacy::code_of;
use crate::schema::{LeafPath, children};
use crate::survey::as_it_lies;

const CONTEXT: &str = "verho 2026-11 groups of values";

/// The code of a value that is missing: it is a value of its own.
const MISSING: u128 = 0;

/// The greatest code of what is missing around a value: that of the outermost is the least after [`MISSING`].
const MISSING_STRUCTURE: u128 = 254;

/// Whether a code stands for nothing.
pub fn is_missing(code: u128) -> bool {
    code <= MISSING_STRUCTURE
}

/// Joins codes into one; odd, so that nothing is lost.
const JOIN: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// One leaf of some rows.
#[derive(Default)]
pub struct Coded {
    /// One a row; of a list all its items together.
    pub codes: Vec<u128>,
    /// One a row, where the leaf holds numbers, days or times; NaN where it is missing.
    pub numbers: Option<Vec<f64>>,
}

impl Coded {
    /// Adds further rows of the same leaf.
    pub fn append(&mut self, further: Coded) {
        let is_first = self.codes.is_empty();
        self.codes.extend(further.codes);
        match (&mut self.numbers, further.numbers) {
            (Some(numbers), Some(further)) => numbers.extend(further),
            (None, numbers) if is_first => self.numbers = numbers,
            _ => self.numbers = None,
        }
    }

    /// The code of a row's value among values: those of numbers stand in their order, and a missing one behind all, as
    /// where `[privacy]` asks for t.
    pub fn value(&self, row: usize) -> u64 {
        match &self.numbers {
            Some(numbers) if numbers[row].is_nan() => u64::MAX,
            Some(numbers) => code_of(numbers[row]),
            None => (self.codes[row] >> 64) as u64,
        }
    }

    /// The number of a row, where the leaf holds numbers and the row has one.
    pub fn number(&self, row: usize) -> Option<f64> {
        self.numbers.as_ref().map(|numbers| numbers[row])
    }
}

/// Codes that stand for the same values in the whole table; nobody sees them.
pub struct Coder(DomainKey);

impl Default for Coder {
    fn default() -> Self {
        // No secret: codes stay in memory.
        Coder(DomainKey::new(*blake3::Hasher::new_derive_key(CONTEXT).finalize().as_bytes()))
    }
}

impl Coder {
    /// Codes a leaf of a column; none where it has no such leaf.
    pub fn code(&self, column: &ArrayRef, name: &str, leaf: &LeafPath) -> Option<Coded> {
        let path = LeafPath::column(name);
        let codes = walk(column, &path, leaf, MISSING, &|values| Some(self.values(values)))?;
        let numbers = (path == *leaf).then(|| numbers(column)).flatten();
        Some(Coded { codes, numbers })
    }

    /// Codes a leaf of a column that says whose rows these are, as its method tells people apart; none where it cannot.
    pub fn people(&self, column: &ArrayRef, name: &str, leaf: &LeafPath, method: &dyn Method) -> Option<Vec<u128>> {
        let alike = |values: &ArrayRef| Some(self.values(&method.alike(values).ok()?));
        walk(column, &LeafPath::column(name), leaf, MISSING, &alike)
    }

    fn values(&self, array: &ArrayRef) -> Vec<u128> {
        let mut codes = vec![MISSING; array.len()];
        hash_rows(&self.0, &as_it_lies(array), |row, hash| {
            codes[row] = u128::from_le_bytes(std::array::from_fn(|at| hash[at])) | 1;
        });
        codes
    }
}

/// Codes the values of a leaf.
type Values<'v> = &'v dyn Fn(&ArrayRef) -> Option<Vec<u128>>;

/// The codes of a leaf that lies in an array of this path, one for each of the array's values; `around` is that of a
/// structure around the array that is missing.
fn walk(array: &ArrayRef, here: &LeafPath, leaf: &LeafPath, around: u128, values: Values<'_>) -> Option<Vec<u128>> {
    let inner = children(here, array.data_type());
    if inner.is_empty() {
        return if here == leaf { values(array) } else { None };
    }
    // An empty list is 1.
    let missing = (around + 2).min(MISSING_STRUCTURE);
    let within = |arrays: &[ArrayRef]| {
        let mut pairs = arrays.iter().zip(&inner);
        pairs.find_map(|(array, (path, _))| walk(array, path, leaf, missing, values))
    };
    let codes = match array.data_type() {
        DataType::Struct(_) => within(array.as_struct().columns())?,
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            joined(&within(std::slice::from_ref(list.values()))?, list.offsets().windows(2))
        }
        DataType::Map(..) => {
            let map = array.as_map();
            joined(&within(map.entries().columns())?, map.offsets().windows(2))
        }
        _ => return None,
    };
    Some(without_missing(array, codes, missing))
}

/// Whether values of a leaf's type have codes.
pub fn is_coded(data_type: &DataType) -> bool {
    is_hashed(data_type)
}

/// One code of several, whose order matters.
pub fn join(codes: impl IntoIterator<Item = u128>) -> u128 {
    codes.into_iter().fold(1, |joined, code| joined.wrapping_mul(JOIN).wrapping_add(code))
}

/// The codes of lists, each of its items.
fn joined<'o>(items: &[u128], offsets: impl Iterator<Item = &'o [i32]>) -> Vec<u128> {
    offsets.map(|ends| join(items[ends[0] as usize..ends[1] as usize].iter().copied())).collect()
}

fn without_missing(array: &ArrayRef, mut codes: Vec<u128>, missing: u128) -> Vec<u128> {
    if array.null_count() > 0 {
        (0..array.len()).filter(|row| array.is_null(*row)).for_each(|row| codes[row] = missing);
    }
    codes
}

/// The numbers of an array, or days and times as numbers.
fn numbers(array: &ArrayRef) -> Option<Vec<f64>> {
    use DataType::*;
    let whole = match array.data_type() {
        Date32 => cast(array, &Int32).ok()?,
        Timestamp(..) | Time64(_) => cast(array, &Int64).ok()?,
        Time32(_) => cast(array, &Int32).ok()?,
        number if number.is_numeric() => array.clone(),
        _ => return None,
    };
    let floats = cast(&whole, &Float64).ok()?;
    let floats = floats.as_primitive::<Float64Type>();
    Some(floats.iter().map(|number| number.unwrap_or(f64::NAN)).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Int64Array, ListArray, StringArray, StringViewArray, StructArray};
    use arrow::datatypes::{Field, Int64Type};

    use super::*;

    fn codes(array: ArrayRef, leaf: &str) -> Vec<u128> {
        Coder::default().code(&array, "c", &LeafPath::from(leaf.to_owned())).expect("a leaf").codes
    }

    #[test]
    fn equal_values_have_equal_codes_in_any_array() {
        let plain = codes(Arc::new(StringArray::from(vec![Some("a"), None, Some("b"), Some("a")])), "c");
        assert_eq!((plain[0], plain[1]), (plain[3], MISSING));
        assert!(plain[0] != plain[2] && plain[2] != MISSING);
        assert_eq!(codes(Arc::new(StringViewArray::from(vec!["a"])), "c"), [plain[0]]);
        let fields = vec![Field::new("city", DataType::Utf8, true)];
        let inner: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let nested = StructArray::new(fields.into(), vec![inner], Some(vec![true, false].into()));
        let nested = codes(Arc::new(nested), "c.city");
        assert_eq!((nested[0], is_missing(nested[1])), (plain[0], true));
        assert_ne!(nested[1], MISSING, "who reads can tell a structure that is missing from a value that is");
        assert!(plain.iter().zip([false, true, false, false]).all(|(code, missing)| is_missing(*code) == missing));
    }

    #[test]
    fn a_list_is_all_its_items() {
        let lists = [Some(vec![Some(1), Some(2)]), Some(vec![Some(2), Some(1)]), None, Some(vec![])];
        let list = codes(Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists.clone())), "c[]");
        assert!(is_missing(list[2]));
        assert!(list[0] != list[1] && list[1] != list[3] && list[3] != list[2]);
        let later = ListArray::from_iter_primitive::<Int64Type, _, _>(lists).slice(1, 3);
        assert_eq!(codes(Arc::new(later), "c[]"), list[1..]);
    }

    #[test]
    fn days_are_numbers_and_texts_are_none() {
        let of = |array: ArrayRef| Coder::default().code(&array, "c", &LeafPath::column("c")).expect("a leaf").numbers;
        assert_eq!(of(Arc::new(Date32Array::from(vec![3]))), Some(vec![3.0]));
        assert!(of(Arc::new(Int64Array::from(vec![None::<i64>]))).expect("numbers")[0].is_nan());
        assert_eq!(of(Arc::new(StringArray::from(vec!["7"]))), None);
    }
}
