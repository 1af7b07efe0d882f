//! The codes that there are, and how each is made from a hash.

use std::array::from_fn;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use super::arrays::{bytes, fixed, texts, tokens, wholes};
use super::prefix::Prefix;
use crate::keys::lanes::DomainKey;
use crate::keys::token;
use crate::method::ApplyError;

/// Bytes of a UUID.
pub const UUID: usize = 16;

/// Whole numbers between two, both among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub min: i64,
    pub max: i64,
}

impl Span {
    /// How many numbers it holds, 2⁶⁴ at most.
    fn numbers(self) -> u128 {
        self.max.abs_diff(self.min) as u128 + 1
    }
}

/// What a value of one type becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// 16 letters of RFC 4648's base32, 80 bits.
    Base32,
    /// So many digits of RFC 4648's base16 in lower case, four bits each.
    Hex(usize),
    /// So many decimal digits.
    Digits(u32),
    /// A UUID of version 8 (RFC 9562, 5.8) in its text form.
    Uuid,
    /// A UUID of version 8 in its 16 bytes.
    UuidBytes,
    /// 63 bits, never negative.
    Whole,
    /// A whole number of a span.
    Within(Span),
    /// So many bytes, 32 at most, in a type of any length.
    Bytes(usize),
    /// So many bytes, 32 at most, in a type of that length.
    Fixed(usize),
}

impl Code {
    /// The type that holds it.
    pub fn data_type(self) -> DataType {
        match self {
            Code::Base32 | Code::Hex(_) | Code::Digits(_) | Code::Uuid => DataType::Utf8,
            Code::Whole | Code::Within(_) => DataType::Int64,
            Code::Bytes(_) => DataType::Binary,
            Code::UuidBytes => DataType::FixedSizeBinary(UUID as i32),
            Code::Fixed(length) => DataType::FixedSizeBinary(length as i32),
        }
    }

    /// The bits of the hash in it, rounded down.
    pub fn bits(self) -> u32 {
        match self {
            Code::Base32 => 80,
            Code::Hex(length) => 4 * length as u32,
            Code::Digits(length) => ten_to(length).ilog2(),
            // Six of 128 bits say what it is.
            Code::Uuid | Code::UuidBytes => 122,
            Code::Whole => 63,
            Code::Within(span) => span.numbers().ilog2(),
            Code::Bytes(length) | Code::Fixed(length) => 8 * length as u32,
        }
    }

    /// The codes of an array's values, null where they are.
    ///
    /// # Errors
    /// Where the batch becomes too long.
    pub fn of_each(self, key: &DomainKey, input: &ArrayRef, prefix: &Prefix) -> Result<ArrayRef, ApplyError> {
        match self {
            Code::Base32 if prefix.is_none() => tokens(key, input),
            Code::Base32 => texts(key, input, prefix, token::LENGTH, |hash, out| out.extend(token::letters(hash))),
            Code::Hex(length) => texts(key, input, prefix, length, |hash, out| hex(hash, length, out)),
            Code::Digits(length) => {
                let numbers = ten_to(length);
                texts(key, input, prefix, length as usize, |hash, out| digits(below(hash, numbers), length, out))
            }
            Code::Uuid => texts(key, input, prefix, 36, |hash, out| dashed(&version_8(hash), out)),
            Code::Whole => Ok(wholes(key, input, |hash| i64::from_le_bytes(from_fn(|at| hash[at])) & i64::MAX)),
            Code::Within(span) => Ok(wholes(key, input, |hash| within(span, hash))),
            Code::UuidBytes => fixed(key, input, UUID, |hash, out| out.copy_from_slice(&version_8(hash))),
            Code::Fixed(length) => fixed(key, input, length, |hash, out| out.copy_from_slice(&hash[..out.len()])),
            Code::Bytes(length) => bytes(key, input, length),
        }
    }
}

fn ten_to(length: u32) -> u128 {
    10u128.pow(length)
}

/// A number below `numbers`, which is 2⁶⁴ at most: of the first 128 bits of the hash the part that falls on it.
///
/// Some numbers are met by one of these 2¹²⁸ more than others are: a bias of 2⁻⁶⁴ at most.
fn below(hash: &[u8; 32], numbers: u128) -> u64 {
    let [high, low] = [0, 8].map(|start| u128::from(u64::from_be_bytes(from_fn(|at| hash[start + at]))));
    ((high * numbers + ((low * numbers) >> 64)) >> 64) as u64
}

fn within(span: Span, hash: &[u8; 32]) -> i64 {
    span.min.wrapping_add_unsigned(below(hash, span.numbers()))
}

/// The first 128 bits of the hash, with the version and the variant in their places (RFC 9562, figure 12).
fn version_8(hash: &[u8; 32]) -> [u8; UUID] {
    let mut uuid: [u8; UUID] = from_fn(|at| hash[at]);
    uuid[6] = uuid[6] & 0x0f | 0x80;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    uuid
}

fn hex(bytes: &[u8], length: usize, out: &mut Vec<u8>) {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    out.extend(digits.take(length).map(|digit| b"0123456789abcdef"[usize::from(digit)]));
}

fn dashed(uuid: &[u8; UUID], out: &mut Vec<u8>) {
    for (at, group) in [0..4, 4..6, 6..8, 8..10, 10..16].into_iter().enumerate() {
        if at > 0 {
            out.push(b'-');
        }
        hex(&uuid[group.clone()], 2 * group.len(), out);
    }
}

/// Decimal digits with zeros in front.
fn digits(mut number: u64, length: u32, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + length as usize, b'0');
    for digit in out[start..].iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("it is text")
    }

    fn hash_of(start: &[u8]) -> [u8; 32] {
        from_fn(|at| start.get(at).copied().unwrap_or(0))
    }

    /// RFC 9562, B.2: the SHA-256 of a name, and the UUID of version 8 that is made from its first 128 bits.
    #[test]
    fn uuid_is_that_of_rfc_9562() {
        let hash = 0x5c14_6b14_3c52_4afd_938a_375d_0df1_fbf6_u128.to_be_bytes();
        let uuid = written(|out| dashed(&version_8(&hash_of(&hash)), out));
        assert_eq!(uuid, "5c146b14-3c52-8afd-938a-375d0df1fbf6");
    }

    #[test]
    fn version_and_variant_are_set_whatever_the_hash() {
        for byte in [0, 0xff] {
            let uuid = version_8(&[byte; 32]);
            assert_eq!((uuid[6] >> 4, uuid[8] >> 6), (8, 2));
        }
    }

    /// RFC 4648, section 10.
    #[test]
    fn hex_is_that_of_rfc_4648() {
        assert_eq!(written(|out| hex(b"foobar", 12, out)), "666f6f626172");
        assert_eq!(written(|out| hex(b"foobar", 5, out)), "666f6");
    }

    #[test]
    fn digits_have_zeros_in_front() {
        assert_eq!(written(|out| digits(0, 3, out)), "000");
        assert_eq!(written(|out| digits(42, 5, out)), "00042");
        assert_eq!(written(|out| digits(9_999_999_999_999_999_999, 19, out)), "9".repeat(19));
    }

    #[test]
    fn a_span_is_met_from_end_to_end() {
        for span in [Span { min: i64::MIN, max: i64::MAX }, Span { min: -3, max: 4 }, Span { min: 5, max: 6 }] {
            assert_eq!((within(span, &[0; 32]), within(span, &[0xff; 32])), (span.min, span.max));
        }
    }

    #[test]
    fn bits_are_rounded_down() {
        assert_eq!(Code::Digits(1).bits(), 3);
        assert_eq!(Code::Digits(19).bits(), 63);
        assert_eq!(Code::Within(Span { min: 0, max: 1 }).bits(), 1);
        assert_eq!(Code::Within(Span { min: i64::MIN, max: i64::MAX }).bits(), 64);
    }

    proptest! {
        /// The definition, with 256 bits spelled out: the whole part of hash / 2¹²⁸ × numbers.
        #[test]
        fn share_of_a_hash_is_the_one_defined(hash in any::<[u8; 32]>(), numbers in 1..=1u128 << 64) {
            let limbs = |value: u128| [value as u64, (value >> 64) as u64].map(u128::from);
            let (hash_limbs, number_limbs) = (limbs(u128::from_be_bytes(from_fn(|at| hash[at]))), limbs(numbers));
            let mut product = [0u64; 4];
            for (i, left) in hash_limbs.into_iter().enumerate() {
                let mut carry = 0;
                for (j, right) in number_limbs.into_iter().enumerate() {
                    let sum = u128::from(product[i + j]) + left * right + carry;
                    (product[i + j], carry) = (sum as u64, sum >> 64);
                }
                product[i + 2] = carry as u64;
            }
            prop_assert_eq!(below(&hash, numbers), product[2]);
        }
    }
}
