//! Words in plain letters: small, without accents, as the lists have them.

use crate::detect::text::{CASE, hash_by, hash_of_plain};

/// No name of the lists is longer.
const LONGEST: usize = 24;

/// A word in the letters a to z; of another one nothing is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Plain {
    letters: [u8; LONGEST],
    len: usize,
}

impl Plain {
    /// A word in plain letters; empty where it has letters that have no plain form, or too many.
    pub(super) fn of(word: &str) -> Self {
        let mut plain = Plain { letters: [0; LONGEST], len: 0 };
        if plain.take_ascii(word.as_bytes()) {
            return plain;
        }
        for letter in word.chars() {
            let fits = match letter {
                'a'..='z' => plain.push(letter as u8),
                'A'..='Z' => plain.push(letter as u8 | 0x20),
                _ => plain_of(letter).iter().all(|plainly| plain.push(*plainly)) && !plain_of(letter).is_empty(),
            };
            if !fits {
                plain.len = 0;
                break;
            }
        }
        plain
    }

    /// So many letters of ASCII, eight at a time; empty where there are too many.
    pub(super) fn of_ascii(eights: [u64; LONGEST / 8], len: usize) -> Self {
        let mut plain = Plain { letters: [0; LONGEST], len: if len <= LONGEST { len } else { 0 } };
        let (rooms, _) = plain.letters.as_chunks_mut();
        rooms.iter_mut().zip(eights).for_each(|(room, eight)| *room = (eight | CASE).to_le_bytes());
        plain
    }

    /// Takes a word of letters of ASCII; not one of others or too many.
    fn take_ascii(&mut self, word: &[u8]) -> bool {
        let is_taken = word.len() <= LONGEST && word.iter().all(u8::is_ascii_alphabetic);
        if is_taken {
            self.letters.iter_mut().zip(word).for_each(|(room, letter)| *room = letter | 0x20);
            self.len = word.len();
        }
        is_taken
    }

    /// Adds a letter, where there is room.
    pub(super) fn push(&mut self, letter: u8) -> bool {
        let room = self.letters.get_mut(self.len);
        self.len += usize::from(room.is_some());
        room.map(|room| *room = letter).is_some()
    }

    pub(super) fn letters(&self) -> &[u8] {
        &self.letters[..self.len]
    }

    /// Without its last letters, and with others in their place.
    pub(super) fn ending(&self, without: usize, with: &[u8]) -> Self {
        let mut other = Plain { len: self.len.saturating_sub(without), ..*self };
        with.iter().for_each(|letter| _ = other.push(*letter));
        other
    }

    /// By which the lists are looked up: as words of a text are hashed.
    pub(super) fn hash(&self) -> u64 {
        let (eights, _) = self.letters.as_chunks();
        if self.len == 0 { hash_of_plain(b"") } else { hash_by(|at| u64::from_le_bytes(eights[at / 8]), self.len) }
    }
}

/// Whether letters end with some few others; most do not, and the last but one says so.
pub(super) fn ends_with(letters: &[u8], ending: &[u8]) -> bool {
    letters.len() >= ending.len()
        && letters.iter().rev().zip(ending.iter().rev()).all(|(letter, other)| letter == other)
}

/// A letter of the Latin script without its accent, as Unicode's NFKD has it where it has it.
fn plain_of(letter: char) -> &'static [u8] {
    match letter {
        'à'..='å' | 'À'..='Å' | 'ā' | 'Ā' | 'ă' | 'Ă' | 'ą' | 'Ą' | 'ạ' | 'ả' | 'ấ' | 'ầ' => b"a",
        'ç' | 'Ç' | 'ć' | 'Ć' | 'č' | 'Č' => b"c",
        'ď' | 'Ď' | 'đ' | 'Đ' | 'ð' | 'Ð' => b"d",
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'Ē' | 'ė' | 'Ė' | 'ę' | 'Ę' | 'ě' | 'Ě' | 'ế' | 'ễ' | 'ệ' => {
            b"e"
        }
        'ğ' | 'Ğ' | 'ģ' | 'Ģ' => b"g",
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'Ī' | 'į' | 'Į' | 'ı' | 'İ' => b"i",
        'ķ' | 'Ķ' => b"k",
        'ĺ' | 'Ĺ' | 'ļ' | 'Ļ' | 'ľ' | 'Ľ' | 'ł' | 'Ł' => b"l",
        'ñ' | 'Ñ' | 'ń' | 'Ń' | 'ņ' | 'Ņ' | 'ň' | 'Ň' => b"n",
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' | 'Ō' | 'ő' | 'Ő' | 'ơ' | 'Ơ' | 'ồ' | 'ộ' => b"o",
        'ř' | 'Ř' | 'ŕ' | 'Ŕ' => b"r",
        'ś' | 'Ś' | 'š' | 'Š' | 'ş' | 'Ş' | 'ș' | 'Ș' => b"s",
        'ţ' | 'Ţ' | 'ť' | 'Ť' | 'ț' | 'Ț' => b"t",
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'Ū' | 'ů' | 'Ů' | 'ű' | 'Ű' | 'ų' | 'Ų' | 'ư' | 'Ư' => b"u",
        'ý' | 'ÿ' | 'Ý' | 'Ÿ' => b"y",
        'ź' | 'Ź' | 'ż' | 'Ż' | 'ž' | 'Ž' => b"z",
        'ß' | 'ẞ' => b"ss",
        'æ' | 'Æ' => b"ae",
        'œ' | 'Œ' => b"oe",
        'þ' | 'Þ' => b"th",
        _ => b"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_go() {
        assert_eq!(Plain::of("Mäkinen").letters(), b"makinen");
        assert_eq!(Plain::of("STRAßE").letters(), b"strasse");
        assert_eq!(Plain::of("Łukasz"), Plain::of("lukasz"));
    }

    #[test]
    fn what_has_no_plain_form_is_empty() {
        for word in ["Иван", "a1", "", "abcdefghijklmnopqrstuvwxyz"] {
            assert!(Plain::of(word).letters().is_empty());
        }
    }

    #[test]
    fn the_hash_knows_every_letter_and_nothing_behind_the_end() {
        assert_ne!(Plain::of("anna").hash(), Plain::of("annb").hash());
        assert_ne!(Plain::of("annaannaa").hash(), Plain::of("annaannab").hash());
        assert_eq!(Plain::of("annas").ending(1, b"").hash(), Plain::of("anna").hash());
        assert_eq!(Plain::of("virtasella").ending(5, b"nen").hash(), Plain::of("virtanen").hash());
    }
}
