//! `pseudonym`: a code that only the domain's key connects to its value.
//!
//! Text, bytes, dates and times become 16 base32 letters, the first 80 bits of the keyed hash. Numbers become
//! 63 bits of it as an `Int64`, never negative; equal numbers give equal codes whatever their widths and
//! scales, so that an `Int32`, an `Int64` and a decimal end of a link still join. A narrower code is never
//! made: of 31 bits, two of 55,000 would be equal with half a chance. Two of n values share a 63-bit code
//! with a chance of about n²/2⁶⁴, one in 18 million for a million values.
//!
//! This is pseudonymisation: who holds the key can find the value again by trying, and so can anyone who
//! knows how often each value occurs where the values are few.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer};
use arrow::datatypes::DataType;

use super::values::{Nature, hash_rows, nature};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text, required_text};
use crate::document::{Fault, Section};
use crate::keys::lanes::DomainKey;
use crate::keys::token;

pub const ENTRY: Entry = Entry {
    name: "pseudonym",
    version: 1,
    summary: "Replaces a value with a keyed code; equal values get equal codes in all columns of one domain.",
    options: &[("domain", "required; the columns that must still join share its name")],
    keying: Keying::Keyed,
    examples: &[r#"{ class = "direct", method = "pseudonym", domain = "customer" }"#],
    parse,
};

struct Pseudonym {
    domain: String,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    Ok(Box::new(Pseudonym { domain: required_text(section, "domain")? }))
}

impl Method for Pseudonym {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        match nature(input) {
            Nature::Bytes | Nature::Time => Ok(Outcome::becomes(DataType::Utf8)),
            Nature::Number => Ok(Outcome::becomes(DataType::Int64)),
            Nature::Other => {
                let way_out = "it takes text, bytes, whole numbers, decimals, dates and times; use `generalise`, `null` or `drop`";
                Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
            }
        }
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        match nature(input.data_type()) {
            Nature::Number => Ok(numbers(context.keys.of(&self.domain)?, input)),
            _ => tokens(context.keys.of(&self.domain)?, input),
        }
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn takes_views(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        format!(
            "replaced with a code that cannot be read back without the key in production; \
             equal values get equal codes in every column of domain {:?}",
            self.domain
        )
    }

    fn options(&self) -> String {
        options_text(&[("domain", &self.domain)])
    }
}

/// Makes room for the next row; rows left out hold nothing.
#[inline]
fn skip_to<T: Copy>(row: usize, codes: &mut Vec<T>, nothing: T) {
    if codes.len() != row {
        codes.resize(row, nothing);
    }
}

fn numbers(key: &DomainKey, input: &ArrayRef) -> ArrayRef {
    let mut codes = Vec::with_capacity(input.len());
    hash_rows(key, input, |row, hash| {
        skip_to(row, &mut codes, 0);
        let word = i64::from_le_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]]);
        codes.push(word & i64::MAX);
    });
    skip_to(input.len(), &mut codes, 0);
    Arc::new(Int64Array::new(codes.into(), input.nulls().cloned()))
}

/// Codes of one width, so that values and offsets are one allocation each; nulls hold zeros.
fn tokens(key: &DomainKey, input: &ArrayRef) -> Result<ArrayRef, ApplyError> {
    let rows = input.len();
    if rows > i32::MAX as usize / token::LENGTH {
        return Err(ApplyError::TooLong { rows });
    }
    let mut codes = Vec::with_capacity(rows);
    hash_rows(key, input, |row, hash| {
        skip_to(row, &mut codes, [0; token::LENGTH]);
        codes.push(token::letters(hash));
    });
    skip_to(rows, &mut codes, [0; token::LENGTH]);
    let offsets = OffsetBuffer::from_repeated_length(token::LENGTH, rows);
    let codes = Buffer::from_vec(codes.into_flattened());
    Ok(Arc::new(StringArray::new(offsets, codes, input.nulls().cloned())))
}
