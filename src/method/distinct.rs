//! Work once for each distinct value of a batch, where values repeat.
//!
//! Equal inputs give equal outputs, so a method can treat each distinct value of a batch once, and its results are then
//! taken back to the rows. That pays where a method costs more than to find a value again
//! ([`Method::repays_distinct`]) and values do repeat, which a sample of the batch tells.
//!
//! Memory grows with one batch, never with the data.

use std::collections::HashMap;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray, GenericByteArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{ArrowNativeType, ByteArrayType, DataType};

use super::{ApplyError, Context, Extent, Method};

/// Rows that tell whether values repeat; where three quarters of them are distinct, or more, they do not.
const SAMPLE: usize = 1_024;

/// Rows to a distinct value under which the search for more of them is given up, so that a sample that was
/// wrong costs little.
const REPAYING: usize = 8;

/// Values with a number each. How they are hashed is another in every process, so that no data can be made to collide.
type Known<'a> = HashMap<&'a [u8], u32, RandomState>;

/// What [`Method::apply`] gives, reached by less work where values repeat.
///
/// # Errors
/// Those of [`Method::apply`].
pub fn apply(method: &dyn Method, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
    let too_long = |_| ApplyError::TooLong { rows: input.len() };
    let repays = method.repays_distinct() && context.beside.is_empty() && method.extent() == Extent::Value;
    match repays.then(|| Groups::of(input)).flatten() {
        None => method.apply(input, context),
        Some(groups) => {
            let distinct = take(input, &groups.firsts, None).map_err(too_long)?;
            take(&method.apply(&distinct, context)?, &groups.of_rows, None).map_err(too_long)
        }
    }
}

/// The distinct values of an array.
struct Groups {
    /// The row at which each stands first.
    firsts: UInt32Array,
    /// Which of them each row holds; null where the row is.
    of_rows: UInt32Array,
}

impl Groups {
    /// None where values do not repeat, or are of a type that no method with a cost takes.
    fn of(array: &ArrayRef) -> Option<Self> {
        match array.data_type() {
            DataType::Utf8 => Groups::of_bytes(array.as_string::<i32>()),
            DataType::LargeUtf8 => Groups::of_bytes(array.as_string::<i64>()),
            DataType::Utf8View => Groups::of_values(array, |row| array.as_string_view().value(row).as_bytes()),
            DataType::Binary => Groups::of_bytes(array.as_binary::<i32>()),
            DataType::LargeBinary => Groups::of_bytes(array.as_binary::<i64>()),
            DataType::FixedSizeBinary(_) => Groups::of_values(array, |row| array.as_fixed_size_binary().value(row)),
            other => Groups::of_fixed(array, other.primitive_width()?),
        }
    }

    fn of_bytes<T: ByteArrayType>(array: &GenericByteArray<T>) -> Option<Self> {
        let (bytes, offsets) = (array.value_data(), array.value_offsets());
        Groups::of_values(array, |row| &bytes[offsets[row].as_usize()..offsets[row + 1].as_usize()])
    }

    fn of_fixed(array: &ArrayRef, width: usize) -> Option<Self> {
        let data = array.to_data();
        let bytes = data.buffers().first()?.get(data.offset() * width..)?;
        Groups::of_values(array, |row| &bytes[row * width..][..width])
    }

    fn of_values<'a>(array: &dyn Array, value: impl Fn(usize) -> &'a [u8]) -> Option<Self> {
        let value = |row| Some(row).filter(|row| array.is_valid(*row)).map(&value);
        if !repeat(array.len(), value) {
            return None;
        }
        let mut known = Known::with_capacity_and_hasher(SAMPLE, RandomState::new());
        let (mut firsts, mut of_rows) = (Vec::with_capacity(SAMPLE), Vec::with_capacity(array.len()));
        for row in 0..array.len() {
            let Some(value) = value(row) else {
                of_rows.push(0);
                continue;
            };
            let next = firsts.len() as u32;
            let group = *known.entry(value).or_insert(next);
            of_rows.push(group);
            if group == next {
                firsts.push(row as u32);
                if firsts.len() * REPAYING > array.len() {
                    return None;
                }
            }
        }
        let of_rows = UInt32Array::new(of_rows.into(), array.nulls().cloned());
        Some(Groups { firsts: firsts.into(), of_rows })
    }
}

/// Whether values of rows spread over a batch repeat. Few rows repay nothing.
fn repeat<'a>(rows: usize, value: impl Fn(usize) -> Option<&'a [u8]>) -> bool {
    if rows < SAMPLE || u32::try_from(rows).is_err() {
        return false;
    }
    let mut known = Known::with_capacity_and_hasher(SAMPLE, RandomState::new());
    let sample = (0..SAMPLE).filter_map(|at| value(at * rows / SAMPLE));
    let seen = sample.map(|value| known.insert(value, 0)).count();
    known.len() * 4 < seen * 3
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};

    use super::*;

    fn groups(values: impl Iterator<Item = Option<u64>>) -> Option<Groups> {
        Groups::of(
            &(Arc::new(StringArray::from_iter(values.map(|value| value.map(|value| value.to_string())))) as ArrayRef),
        )
    }

    #[test]
    fn values_that_repeat_are_found_once_each() {
        let found = groups((0..5_000).map(|row| Some(row % 7).filter(|value| *value != 3))).expect("they repeat");
        assert_eq!(found.firsts.values().as_ref(), [0, 1, 2, 4, 5, 6]);
        assert_eq!((found.of_rows.len(), found.of_rows.null_count()), (5_000, 714));
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values((0..5_000).map(|row| row % 7)));
        let found = Groups::of(&numbers.slice(3, 4_000)).expect("they repeat");
        assert_eq!(found.firsts.len(), 7);
        assert_eq!(found.of_rows.value(7), 0);
    }

    #[test]
    fn values_that_do_not_repeat_are_left_alone() {
        assert!(groups((0..5_000).map(Some)).is_none());
        assert!(groups((0..5_000).map(|_| None)).is_none());
        assert!(groups((0..SAMPLE as u64 - 1).map(|_| Some(1))).is_none());
        // The sample sees every fifth row and finds them all equal; the others are not.
        assert!(groups((0..5 * SAMPLE as u64).map(|row| Some(if row % 5 == 0 { 0 } else { row }))).is_none());
    }
}
