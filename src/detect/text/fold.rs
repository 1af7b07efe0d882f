//! What folding does to a character beyond ASCII, and which of them words are made of.

use super::reader::{CAPITAL, CLASSES, LETTER};

/// Whether a character beyond ASCII is of a word.
pub(super) fn is_of_word(letter: char) -> bool {
    match letter {
        '\u{d7}' | '\u{f7}' => false,
        '\u{c0}'..='\u{24f}' => true,
        _ => letter.is_alphanumeric(),
    }
}

pub(super) fn class_of(letter: char) -> u8 {
    match letter {
        letter if letter.is_ascii() => CLASSES[letter as usize],
        '\u{c0}'..='\u{de}' => LETTER | CAPITAL,
        '\u{df}'..='\u{ff}' => LETTER,
        letter if letter.is_uppercase() => LETTER | CAPITAL,
        letter => u8::from(letter.is_alphabetic()),
    }
}

/// What folding does to a character beyond ASCII.
pub(super) enum Fold {
    Same,
    To(char),
    /// It has no width.
    Gone,
    /// It belongs to the letter before it.
    Accent,
}

/// Zeros of the decimal digits that phones and forms of the countries that use them write (Unicode, category Nd).
const ZEROS: [u32; 13] = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50];

pub(super) fn fold(letter: char) -> Fold {
    match letter {
        '\u{c0}'..='\u{2ff}' => Fold::Same,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Fold::To(' '),
        '\u{85}' | '\u{2028}' | '\u{2029}' => Fold::To('\n'),
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Fold::To('-'),
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => Fold::Gone,
        '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => Fold::Gone,
        '\u{300}'..='\u{36f}' => Fold::Accent,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).map_or(Fold::Same, Fold::To),
        '\u{3002}' | '\u{ff61}' => Fold::To('.'),
        '\u{660}'..='\u{e59}' => digit_of(letter).map_or(Fold::Same, Fold::To),
        '\u{1d7ce}'..='\u{1d7ff}' => {
            char::from_digit((u32::from(letter) - 0x1d7ce) % 10, 10).map_or(Fold::Same, Fold::To)
        }
        _ => Fold::Same,
    }
}

/// The digit of ASCII that one of another script is.
pub fn digit_of(letter: char) -> Option<char> {
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&u32::from(letter)))?;
    char::from_digit(u32::from(letter) - zero, 10)
}
