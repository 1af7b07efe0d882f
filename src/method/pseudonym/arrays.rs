//! Codes of all rows of a batch, in arrays of few allocations.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BinaryArray, FixedSizeBinaryArray, Int64Array, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer};

use super::prefix::Prefix;
use crate::keys::lanes::DomainKey;
use crate::keys::token;
use crate::method::ApplyError;
use crate::method::values::{Texts, Written, hash_rows};

/// Makes room for the next row; rows left out hold nothing.
#[inline]
fn skip_to<T: Copy>(row: usize, codes: &mut Vec<T>, nothing: T) {
    if codes.len() != row {
        codes.resize(row, nothing);
    }
}

/// Whole numbers; nulls hold zero.
pub fn wholes(key: &DomainKey, input: &ArrayRef, code: impl Fn(&[u8; 32]) -> i64) -> ArrayRef {
    let mut codes = Vec::with_capacity(input.len());
    hash_rows(key, input, |row, hash| {
        skip_to(row, &mut codes, 0);
        codes.push(code(hash));
    });
    skip_to(input.len(), &mut codes, 0);
    Arc::new(Int64Array::new(codes.into(), input.nulls().cloned()))
}

/// The codes of [`token`]: of one width, so that values and offsets are one allocation each; nulls hold zeros.
///
/// # Errors
/// Where the batch becomes too long.
pub fn tokens(key: &DomainKey, input: &ArrayRef) -> Result<ArrayRef, ApplyError> {
    let rows = input.len();
    fits(rows, token::LENGTH)?;
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

/// Codes of `width` bytes, each behind its prefix.
///
/// # Errors
/// Where the batch becomes too long.
pub fn texts(
    key: &DomainKey,
    input: &ArrayRef,
    prefix: &Prefix,
    width: usize,
    code: impl Fn(&[u8; 32], &mut Vec<u8>),
) -> Result<ArrayRef, ApplyError> {
    let (rows, inputs) = (input.len(), Texts::of(input));
    let mut written = Written::of(rows, rows.saturating_mul(width + prefix.longest()).min(i32::MAX as usize));
    hash_rows(key, input, |row, hash| {
        written.row(row, |out| {
            out.extend_from_slice(prefix.of(inputs.at(row)));
            code(hash, out);
        });
    });
    written.finish(input.nulls().cloned())
}

/// Codes of `length` bytes one behind the other; nulls hold zeros.
fn flat(key: &DomainKey, input: &ArrayRef, length: usize, code: impl Fn(&[u8; 32], &mut [u8])) -> Buffer {
    let mut codes = vec![0; input.len() * length];
    hash_rows(key, input, |row, hash| code(hash, &mut codes[row * length..][..length]));
    Buffer::from_vec(codes)
}

/// Codes of `length` bytes, in a type of that length.
///
/// # Errors
/// Where the batch becomes too long.
pub fn fixed(
    key: &DomainKey,
    input: &ArrayRef,
    length: usize,
    code: impl Fn(&[u8; 32], &mut [u8]),
) -> Result<ArrayRef, ApplyError> {
    fits(input.len(), length)?;
    let codes = flat(key, input, length, code);
    Ok(Arc::new(FixedSizeBinaryArray::new(length as i32, codes, input.nulls().cloned())))
}

/// The first `length` bytes of each hash, in a type of any length.
///
/// # Errors
/// Where the batch becomes too long.
pub fn bytes(key: &DomainKey, input: &ArrayRef, length: usize) -> Result<ArrayRef, ApplyError> {
    fits(input.len(), length)?;
    let codes = flat(key, input, length, |hash, out| out.copy_from_slice(&hash[..out.len()]));
    let offsets = OffsetBuffer::from_repeated_length(length, input.len());
    Ok(Arc::new(BinaryArray::new(offsets, codes, input.nulls().cloned())))
}

fn fits(rows: usize, length: usize) -> Result<(), ApplyError> {
    if rows > i32::MAX as usize / length { Err(ApplyError::TooLong { rows }) } else { Ok(()) }
}
