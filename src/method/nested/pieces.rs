//! Parts of the texts of a batch, one behind the other, and the row that each is of.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray, UInt32Array};
use arrow::buffer::{Buffer, OffsetBuffer};

use super::part::Form;

/// Parts of one rule, as its method will see them.
pub struct Pieces {
    values: Values,
    rows: Vec<u32>,
}

enum Values {
    Texts { bytes: Vec<u8>, offsets: Vec<i32> },
    Wholes(Vec<i64>),
    Numbers(Vec<f64>),
}

impl Pieces {
    /// Room for a part of every row, and for so many bytes.
    pub fn of(form: Form, rows: usize, bytes: usize) -> Self {
        let values = match form {
            Form::Text => {
                let mut offsets = Vec::with_capacity(rows + 1);
                offsets.push(0);
                Values::Texts { bytes: Vec::with_capacity(bytes), offsets }
            }
            Form::Integer => Values::Wholes(Vec::with_capacity(rows)),
            Form::Number => Values::Numbers(Vec::with_capacity(rows)),
        };
        Pieces { values, rows: Vec::with_capacity(rows) }
    }

    /// Parts so far.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Adds a part; tells whether it is of the form. All parts of a batch together are no longer than its texts.
    #[inline]
    pub fn push(&mut self, row: u32, piece: &str) -> bool {
        let fits = match &mut self.values {
            Values::Texts { bytes, offsets } => {
                bytes.extend_from_slice(piece.as_bytes());
                i32::try_from(bytes.len()).map(|end| offsets.push(end)).is_ok()
            }
            Values::Wholes(wholes) => whole(piece).map(|number| wholes.push(number)).is_some(),
            Values::Numbers(numbers) => number(piece).map(|number| numbers.push(number)).is_some(),
        };
        if fits {
            self.rows.push(row);
        }
        fits
    }

    /// Forgets the last parts.
    pub fn truncate(&mut self, length: usize) {
        self.rows.truncate(length);
        match &mut self.values {
            Values::Texts { bytes, offsets } => {
                offsets.truncate(length + 1);
                bytes.truncate(offsets[length] as usize);
            }
            Values::Wholes(wholes) => wholes.truncate(length),
            Values::Numbers(numbers) => numbers.truncate(length),
        }
    }

    /// The parts as an array, and their rows.
    pub fn finish(self) -> (ArrayRef, UInt32Array) {
        let values: ArrayRef = match self.values {
            Values::Texts { bytes, offsets } => {
                let offsets = OffsetBuffer::new(offsets.into());
                Arc::new(StringArray::new(offsets, Buffer::from_vec(bytes), None))
            }
            Values::Wholes(wholes) => Arc::new(Int64Array::from(wholes)),
            Values::Numbers(numbers) => Arc::new(Float64Array::from(numbers)),
        };
        (values, UInt32Array::from(self.rows))
    }
}

/// A whole number that is written in the one way in which it will be written again, so that no two texts are equal.
fn whole(piece: &str) -> Option<i64> {
    let digits = piece.strip_prefix('-').unwrap_or(piece);
    let plain = digits == "0" && digits.len() == piece.len() || digits.starts_with(|c: char| ('1'..='9').contains(&c));
    if plain { piece.parse().ok() } else { None }
}

/// A number as JSON writes it; whether it is one, the reader of JSON has seen to.
fn number(piece: &str) -> Option<f64> {
    piece.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_written_in_one_way() {
        let read =
            ["0", "-7", "9223372036854775807", "007", "+7", "-0", "", "-", "7 ", "9223372036854775808"].map(whole);
        assert_eq!(read[..3], [Some(0), Some(-7), Some(i64::MAX)]);
        assert!(read[3..].iter().all(Option::is_none), "{read:?}");
    }

    #[test]
    fn what_does_not_fit_leaves_nothing_behind() {
        let mut pieces = Pieces::of(Form::Text, 2, 8);
        assert!(pieces.push(0, "ab") && pieces.push(1, "cde"));
        pieces.truncate(1);
        assert!(pieces.push(4, "f"));
        let (values, rows) = pieces.finish();
        assert_eq!(values.as_ref(), &StringArray::from(vec!["ab", "f"]) as &dyn arrow::array::Array);
        assert_eq!(rows.values().as_ref(), [0, 4]);
        let mut pieces = Pieces::of(Form::Integer, 2, 8);
        assert!(pieces.push(0, "12") && !pieces.push(1, "1x"));
        assert_eq!(pieces.count(), 1);
    }
}
