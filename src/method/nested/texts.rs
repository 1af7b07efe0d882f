//! Texts taken apart, their parts treated, and put together again: one call of each method for a whole batch.

use std::io::Write;

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::{cast, take};
use arrow::datatypes::DataType;

use super::otherwise::Otherwise;
use super::part::{Fate, Made, One, Part};
use super::pieces::Pieces;
use super::{Apart, Nested, Shares};
use crate::method::values::{Texts, Written, is_text};
use crate::method::{ApplyError, Context, Method, Nulls, Outcome, Unsupported};

/// Whether a text is of the form that its rules are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    Fits,
    Misfit,
}

impl From<bool> for Fit {
    fn from(fits: bool) -> Self {
        if fits { Fit::Fits } else { Fit::Misfit }
    }
}

/// Whether there is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Present,
    Null,
}

/// A way to take texts apart.
pub trait TakesApart: Method {
    /// What is used again from text to text.
    type Scratch: Default;

    const NAME: &'static str;
    /// What a text that does not fit is, without the text.
    const MISFIT: &'static str;

    fn parts(&self) -> &[Part];

    fn otherwise(&self) -> &Otherwise;

    /// Adds the parts of a text to those of their rules; what a misfit adds is taken back.
    fn take_apart(&self, row: u32, text: &str, scratch: &mut Self::Scratch, pieces: &mut [Pieces]) -> Fit;

    /// Hands on the parts of a text with the places of their rules, those that are left out too, and an empty one without a
    /// place for all else that does not stay; of a misfit perhaps some.
    fn each_part(&self, text: &str, scratch: &mut Self::Scratch, each: &mut dyn FnMut(Option<usize>, &str)) -> Fit;

    /// Writes a text that fits, with what has been made of its parts.
    ///
    /// # Errors
    /// Where they cannot stand there.
    fn put_together(
        &self,
        text: &str,
        scratch: &mut Self::Scratch,
        made: &mut [Made],
        out: &mut Vec<u8>,
    ) -> Result<Presence, ApplyError>;
}

impl<T: TakesApart> Apart for T {
    fn methods(&self) -> Vec<&Nested> {
        self.parts().iter().map(|part| &part.nested).chain(self.otherwise().nested()).collect()
    }

    fn each_part(&self, text: &str, each: &mut dyn FnMut(&Nested, &str)) -> bool {
        let mut stays = true;
        let of_part = &mut |part: Option<usize>, piece: &str| match part.map(|part| &self.parts()[part]) {
            None => stays = false,
            Some(part) => {
                stays &= part.fate == Fate::Untouched;
                each(&part.nested, piece);
            }
        };
        let fit = TakesApart::each_part(self, text, &mut T::Scratch::default(), of_part);
        if let (Fit::Misfit, Some(otherwise)) = (fit, self.otherwise().nested()) {
            each(otherwise, text);
        }
        stays && fit == Fit::Fits
    }
}

/// The plan of every method that takes texts apart.
///
/// # Errors
/// Where the leaf holds no text.
pub fn plan<T: TakesApart>(method: &T, input: &DataType) -> Result<Outcome, Unsupported> {
    if !is_text(input) {
        let way_out = "it takes text; use a method for the whole value";
        return Err(Unsupported { method: T::NAME, data_type: input.clone(), way_out });
    }
    let adds = method.otherwise().adds_nulls() || method.parts().iter().any(Part::adds_nulls);
    let nulls = if adds { Nulls::Added } else { Nulls::Kept };
    Ok(Outcome::Becomes { data_type: DataType::Utf8, nulls })
}

/// Treats a batch.
///
/// # Errors
/// Where the leaf holds no text, a text does not fit and is refused, or an inner method fails.
pub fn apply<T: TakesApart>(method: &T, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
    plan(method, input.data_type())?;
    let too_long = ApplyError::TooLong { rows: input.len() };
    let bytes = bytes_of(input);
    if i32::try_from(bytes).is_err() || u32::try_from(input.len()).is_err() {
        return Err(too_long);
    }
    let mut scratch = T::Scratch::default();
    let mut pieces: Vec<_> = method.parts().iter().map(|part| Pieces::of(part.form, input.len(), bytes)).collect();
    let misfits = take_apart(method, input, &mut scratch, &mut pieces);
    let mut shares = Shares(context.beside);
    let mut made = Vec::with_capacity(pieces.len());
    for (part, pieces) in method.parts().iter().zip(pieces) {
        let own = Context { beside: shares.of(&part.nested)?, ..*context };
        // Of a removed part there are no pieces, and nobody asks for what became of them.
        made.push(if part.fate == Fate::Removed { Made::of(&pieces.finish().0) } else { part.apply(pieces, &own)? });
    }
    let others = others(method, input, &misfits, &Context { beside: shares.0, ..*context })?;
    put_together(method, input, &mut scratch, Parts { made, misfits, others })
}

/// Bytes of all texts, as far as they lie in one array.
fn bytes_of(input: &ArrayRef) -> usize {
    let texts = Texts::of(input);
    (0..input.len()).filter(|row| input.is_valid(*row)).filter_map(|row| texts.at(row)).map(<[u8]>::len).sum()
}

fn texts(input: &ArrayRef) -> impl Iterator<Item = (usize, &str)> {
    let texts = Texts::of(input);
    let rows = (0..input.len()).filter(|row| input.is_valid(*row));
    rows.filter_map(move |row| Some((row, std::str::from_utf8(texts.at(row)?).ok()?)))
}

/// Takes every text apart; gives the rows of those that do not fit.
fn take_apart<T: TakesApart>(
    method: &T,
    input: &ArrayRef,
    scratch: &mut T::Scratch,
    pieces: &mut [Pieces],
) -> Vec<u32> {
    let mut misfits = Vec::with_capacity(input.len());
    let mut before = vec![0; pieces.len()];
    for (row, text) in texts(input) {
        pieces.iter().zip(&mut before).for_each(|(pieces, before)| *before = pieces.count());
        if method.take_apart(row as u32, text, scratch, pieces) == Fit::Misfit {
            pieces.iter_mut().zip(&before).for_each(|(pieces, before)| pieces.truncate(*before));
            misfits.push(row as u32);
        }
    }
    misfits
}

/// What becomes of the texts that do not fit; none where they become null.
fn others<T: TakesApart>(
    method: &T,
    input: &ArrayRef,
    misfits: &[u32],
    context: &Context,
) -> Result<Option<Made>, ApplyError> {
    let too_long = |_| ApplyError::TooLong { rows: input.len() };
    match method.otherwise() {
        _ if misfits.is_empty() => Ok(None),
        Otherwise::Refuse => Err(ApplyError::Value { method: T::NAME, what: T::MISFIT }),
        Otherwise::Null => Ok(None),
        Otherwise::By(nested) => {
            let rows = UInt32Array::from(misfits.to_vec());
            let values =
                take(input, &rows, None).and_then(|values| cast(&values, &DataType::Utf8)).map_err(too_long)?;
            Ok(Some(Made::of(&nested.apply(&values, &rows, context)?)))
        }
    }
}

struct Parts {
    made: Vec<Made>,
    misfits: Vec<u32>,
    others: Option<Made>,
}

fn put_together<T: TakesApart>(
    method: &T,
    input: &ArrayRef,
    scratch: &mut T::Scratch,
    mut parts: Parts,
) -> Result<ArrayRef, ApplyError> {
    let mut written = Written::of(input.len(), input.len() * 16);
    let mut present = vec![false; input.len()];
    let mut misfits = parts.misfits.iter().peekable();
    let mut failed = None;
    for (row, text) in texts(input) {
        let misfit = misfits.next_if(|misfit| **misfit as usize == row).is_some();
        written.row(row, |out| {
            let start = out.len();
            let done = if misfit {
                Ok(parts.others.as_mut().map_or(Presence::Null, |others| write(others.take(), out)))
            } else {
                method.put_together(text, scratch, &mut parts.made, out)
            };
            present[row] = done == Ok(Presence::Present);
            if !present[row] {
                out.truncate(start);
            }
            failed = failed.take().or(done.err());
        });
    }
    let nulls = NullBuffer::new(BooleanBuffer::from(present));
    failed.map_or_else(|| written.finish((nulls.null_count() > 0).then_some(nulls)), Err)
}

/// Writes what has been made of a part, if it is not null.
pub fn write(one: One<'_>, out: &mut Vec<u8>) -> Presence {
    match one {
        One::Null => return Presence::Null,
        One::Text(text) => out.extend_from_slice(text.as_bytes()),
        // To write into memory cannot fail.
        One::Whole(number) => drop(write!(out, "{number}")),
        One::Number(number) => drop(write!(out, "{number}")),
    }
    Presence::Present
}
