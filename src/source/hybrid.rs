//! The RLE and bit-packing hybrid in which Parquet writes levels and indices, gone through without an array.
//!
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/>

/// Values in one bit-packed group; a group takes as many bytes as a value has bits.
const GROUP: usize = 8;

/// Hands `count` values of `width` bits to `each`, equal neighbours of a run together with their number.
///
/// What is left of the bytes behind them; `None` where the bytes are no such values, or hold more than them.
pub fn walk(mut bytes: &[u8], width: u8, mut count: usize, mut each: impl FnMut(u32, usize)) -> Option<&[u8]> {
    let width = usize::from(width);
    if width > 32 {
        return None;
    }
    while count > 0 {
        let (head, rest) = varint(bytes)?;
        let run = head >> 1;
        bytes = if head & 1 == 0 {
            let (value, rest) = rest.split_at_checked(width.div_ceil(8))?;
            count = count.checked_sub(run)?;
            each(little_endian(value), run);
            rest
        } else {
            // The last group is filled up with zeros; what else stood there would be no value of the page.
            if run > count.div_ceil(GROUP) {
                return None;
            }
            let taken = (run * GROUP).min(count);
            // The last run may be cut short by its page.
            let packed = (run * width).min(rest.len());
            if packed * 8 < taken * width || !unpack(&rest[..packed], width, taken, &mut each) {
                return None;
            }
            count -= taken;
            &rest[packed..]
        };
        if run == 0 {
            return None;
        }
    }
    Some(bytes)
}

/// Hands on `count` values; false where the rest of the last group is not zero.
fn unpack(packed: &[u8], width: usize, count: usize, each: &mut impl FnMut(u32, usize)) -> bool {
    if width == 0 {
        each(0, count);
        return true;
    }
    let whole = count / GROUP;
    for group in 0..whole {
        unpacked(&packed[group * width..], width).into_iter().for_each(|value| each(value, 1));
    }
    let last = unpacked(&packed[whole * width..], width);
    let (values, padding) = last.split_at(count % GROUP);
    values.iter().for_each(|value| each(*value, 1));
    count.is_multiple_of(GROUP) || padding.iter().all(|value| *value == 0)
}

/// The eight values at the start of some bytes; zeros where the bytes end.
#[inline]
fn unpacked(bytes: &[u8], width: usize) -> [u32; GROUP] {
    // Half a group starts at a whole or a half byte.
    let (half, shift) = (width / 2, width % 2 * 4);
    if width <= 15 && bytes.len() >= half + 8 {
        return values(u64_at(bytes, 0), u64_at(bytes, half) >> shift, width);
    }
    let (low, high) = (u128_at(bytes, 0), u128_at(bytes, half) >> shift);
    wide_values(low, high, width)
}

#[inline]
fn values(low: u64, high: u64, width: usize) -> [u32; GROUP] {
    let mask = (1u64 << width) - 1;
    std::array::from_fn(|at| {
        let four = if at < 4 { low } else { high };
        (four >> (at % 4 * width) & mask) as u32
    })
}

fn wide_values(low: u128, high: u128, width: usize) -> [u32; GROUP] {
    let mask = (1u128 << width) - 1;
    std::array::from_fn(|at| {
        let four = if at < 4 { low } else { high };
        // Four values of 32 bits fill all 128: only an odd width is shifted, and that is 31 at most.
        (four >> (at % 4 * width) & mask) as u32
    })
}

#[inline]
fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk::<8>().map_or(0, |eight| u64::from_le_bytes(*eight))
}

fn u128_at(bytes: &[u8], at: usize) -> u128 {
    let mut sixteen = [0; 16];
    let there = bytes.get(at..).unwrap_or_default();
    let length = there.len().min(16);
    sixteen[..length].copy_from_slice(&there[..length]);
    u128::from_le_bytes(sixteen)
}

fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0usize;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn walked(bytes: &[u8], width: u8, count: usize) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        let rest = walk(bytes, width, count, |value, times| found.extend(std::iter::repeat_n(value, times)))?;
        rest.is_empty().then_some(found)
    }

    #[test]
    fn runs_and_packed_groups_are_those_of_the_format() {
        // Width 3: a run of four 5s, and a group of eight, 0 to 7, which the format's page packs as 0x88 0xc6 0xfa.
        assert_eq!(
            walked(&[4 << 1, 5, 1 << 1 | 1, 0x88, 0xc6, 0xfa], 3, 12),
            Some(vec![5, 5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7])
        );
        assert_eq!(walked(&[1 << 1 | 1, 0x88, 0xc6, 0x02], 3, 6), Some(vec![0, 1, 2, 3, 4, 5]), "the rest is padding");
    }

    #[test]
    fn what_is_no_value_is_noticed() {
        assert_eq!(walked(&[1 << 1 | 1, 0x88, 0xc6, 0xfa], 3, 6), None, "padding that is not zero");
        let long = [&[100 << 1 | 1, 1][..], &b"anna.virta@example.com".repeat(10)].concat();
        assert_eq!(walked(&[3 << 1 | 1, 7, 0, 0], 1, 3), None, "a run of more groups than there are values");
        assert_eq!(walk(&long, 8, 1, |_, _| {}), None);
        assert_eq!(walked(&[5 << 1, 5], 3, 4), None, "a run of more values than there are");
    }

    #[test]
    fn what_ends_too_early_or_says_nothing_is_refused() {
        assert_eq!(walked(&[1 << 1 | 1, 0x88, 0xc6], 3, 8), None);
        assert_eq!(walked(&[0, 5], 3, 1), None, "a run of none");
        assert_eq!(walked(&[4 << 1], 3, 4), None);
        assert_eq!(walked(&[4 << 1, 5], 3, 5), None);
        assert_eq!(walked(&[], 40, 1), None);
    }

    proptest! {
        #[test]
        fn packed_values_come_back(width in 0u8..=32, values in prop::collection::vec(any::<u32>(), 1..100)) {
            let mask = u32::MAX.checked_shr(32 - u32::from(width)).unwrap_or(0);
            let values: Vec<u32> = values.into_iter().map(|value| value & mask).collect();
            let groups = values.len().div_ceil(GROUP);
            let mut packed = vec![0u8; groups * usize::from(width)];
            for (at, value) in values.iter().enumerate() {
                for bit in 0..usize::from(width) {
                    let place = at * usize::from(width) + bit;
                    packed[place / 8] |= ((value >> bit & 1) as u8) << (place % 8);
                }
            }
            let mut bytes = vec![(groups << 1 | 1) as u8];
            bytes.extend(packed);
            prop_assert_eq!(walked(&bytes, width, values.len()), Some(values));
        }
    }
}
