//! The schemes of check digits that cards, accounts and official numbers share.
//!
//! All take ASCII letters and digits in upper case, the check digit among them, and look at nothing else. What the
//! schemes guarantee: Luhn, Verhoeff, Damm, weights modulo a prime above 10 and ISO 7064 see every single wrong digit,
//! unless a number lets one remainder stand for another (mostly 10 for 0), which its file then says.

/// What a letter or digit counts: `0` to `9` themselves, `A` to `Z` from 10 to 35.
pub(super) fn worth(letter: u8) -> u32 {
    match letter {
        b'0'..=b'9' => u32::from(letter - b'0'),
        b'A'..=b'Z' => u32::from(letter - b'A') + 10,
        _ => 0,
    }
}

/// The digits as a number; there are at most 18 of them.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(worth(*digit)))
}

/// What remains of the digits, as a number of any length, divided.
pub(super) fn remainder(digits: &[u8], divisor: u64) -> u64 {
    digits.iter().fold(0, |left, digit| (left * 10 + u64::from(worth(*digit))) % divisor)
}

/// The sum of letters, each multiplied by its weight; the shorter of both ends it.
pub(super) fn weighted(letters: &[u8], weights: &[u32]) -> u32 {
    letters.iter().zip(weights).map(|(letter, weight)| worth(*letter) * weight).sum()
}

/// The digit or letter that stands at a place, as its worth.
pub(super) fn at(letters: &[u8], place: usize) -> u32 {
    letters.get(place).map_or(0, |letter| worth(*letter))
}

/// The worth of the last one.
pub(super) fn last(letters: &[u8]) -> u32 {
    letters.last().map_or(0, |letter| worth(*letter))
}

/// Luhn's formula (ISO/IEC 7812-1, annex B), in which letters count as their worth.
pub(crate) fn luhn(letters: &[u8]) -> bool {
    luhn_sum(letters).is_multiple_of(10)
}

/// Luhn's sum, which is a multiple of 10 where the check digit is right.
pub(super) fn luhn_sum(letters: &[u8]) -> u32 {
    let double = |worth: u32| if worth > 4 { worth * 2 - 9 } else { worth * 2 };
    let worths = letters.iter().rev().map(|letter| worth(*letter)).enumerate();
    worths.map(|(place, worth)| if place % 2 == 0 { worth } else { double(worth) }).sum()
}

/// Luhn's formula over 36 letters and digits, with a check character.
pub(super) fn luhn_36(letters: &[u8]) -> bool {
    let double = |worth: u32| worth * 2 / 36 + worth * 2 % 36;
    let worths = letters.iter().rev().map(|letter| worth(*letter)).enumerate();
    let sum: u32 = worths.map(|(place, worth)| if place % 2 == 0 { worth } else { double(worth) }).sum();
    sum.is_multiple_of(36)
}

/// ISO/IEC 7064, MOD 97-10, as accounts have it (ISO 13616-1): the first four letters and digits are taken last.
pub(crate) fn mod_97_10(letters: &[u8]) -> bool {
    let (first, others) = letters.split_at(letters.len().min(4));
    let add = |left: u32, letter: &u8| (left * if letter.is_ascii_digit() { 10 } else { 100 } + worth(*letter)) % 97;
    others.iter().chain(first).fold(0, add) == 1
}

/// Verhoeff's scheme (J. Verhoeff, Error Detecting Decimal Codes, 1969), over the dihedral group of order 10.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const PERMUTED: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permute = |digit: u32, times: usize| (0..times % 8).fold(digit, |digit, _| PERMUTED[digit as usize]);
    let worths = digits.iter().rev().enumerate().map(|(place, digit)| permute(worth(*digit) % 10, place));
    worths.fold(0, dihedral) == 0
}

/// The product of two elements of the dihedral group of order 10: rotations are 0 to 4, reflections 5 to 9.
fn dihedral(left: u32, right: u32) -> u32 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => 5 + (left + right) % 5,
        (false, true) => 5 + (left - right) % 5,
        (false, false) => (5 + left - right) % 5,
    }
}

/// ISO/IEC 7064, MOD 11,10: digits, the check digit last.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((check, digits)) = digits.split_last() else {
        return false;
    };
    let product = digits.iter().fold(10, |product, digit| {
        let sum = (product + worth(*digit)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (product + worth(*check)) % 10 == 1
}

/// ISO/IEC 7064, MOD 11-2: digits, the check character (`X` for 10) last.
pub(super) fn mod_11_2(letters: &[u8]) -> bool {
    let Some((check, digits)) = letters.split_last() else {
        return false;
    };
    let sum = digits.iter().fold(0, |sum, digit| (sum + worth(*digit)) * 2 % 11);
    let check = if *check == b'X' { 10 } else { worth(*check) };
    (sum + check) % 11 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the standards and of the papers.
    #[test]
    fn published_examples_hold() {
        assert!(luhn(b"79927398713") && !luhn(b"79927398710"));
        assert!(mod_97_10(b"GB82WEST12345698765432") && !mod_97_10(b"GB82WEST12345698765431"));
        assert!(verhoeff(b"2363") && !verhoeff(b"2364"));
        assert!(mod_11_10(b"794623") && !mod_11_10(b"794624"));
        assert!(mod_11_2(b"079X") && mod_11_2(b"07940"));
        assert!(luhn_36(b"27AAPFU0939F1ZV") && !luhn_36(b"27AAPFU0939F1ZO"));
        assert_eq!((number(b"0123"), remainder(b"3214282912345698765432161182", 97)), (123, 1));
    }

    #[test]
    fn one_wrong_digit_is_seen() {
        assert_sees(luhn, b"79927398713");
        assert_sees(mod_97_10, b"98");
        assert_sees(verhoeff, b"2363");
        assert_sees(mod_11_10, b"794623");
        assert_sees(mod_11_2, b"07940");
    }

    fn assert_sees(holds: fn(&[u8]) -> bool, right: &[u8]) {
        for place in 0..right.len() {
            for digit in (b'0'..=b'9').filter(|digit| *digit != right[place]) {
                let mut wrong = right.to_vec();
                wrong[place] = digit;
                assert!(!holds(&wrong), "{place} {digit}");
            }
        }
    }
}
