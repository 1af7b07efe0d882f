//! A text cut into words, folded, so that one value is one whatever way it is written.
//!
//! Letters are in lower case and without accents, full-width forms are narrow and ligatures taken apart (Unicode
//! NFKD, UAX #15), digits are those of ASCII; characters of no width are none. What is neither letter nor digit only parts
//! words. Scripts that put no spaces between words (Han, kana, Hangul, Thai) have a word to a character.

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

use crate::detect::text::digit_of;

/// Bytes that are gone through together.
const STRIDE: usize = 64;

/// Words can be read in eights beyond their end.
const BEYOND: usize = 8;

/// A run of letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// In bytes of the folded text.
    pub start: usize,
    pub end: usize,
    /// In bytes of the text.
    pub from: usize,
    pub to: usize,
}

/// The words of a text; what is needed for one is used again for the next.
#[derive(Default)]
pub struct Words {
    letters: Vec<u8>,
    words: Vec<Word>,
}

impl Words {
    /// Cuts a text into words.
    pub fn read(&mut self, text: &str) {
        self.letters.clear();
        self.words.clear();
        if text.is_ascii() { self.read_ascii(text.as_bytes()) } else { self.read_any(text) }
    }

    /// In the order of the text.
    pub(in crate::detect) fn list(&self) -> &[Word] {
        &self.words
    }

    /// The letters of a word, and at least seven bytes of whatever stands behind them.
    pub(in crate::detect) fn letters(&self, word: &Word) -> &[u8] {
        &self.letters[word.start..]
    }

    /// Eight letters at a time: a text is mostly this.
    fn read_ascii(&mut self, text: &[u8]) {
        self.letters.extend_from_slice(text);
        self.letters.resize((text.len() / STRIDE + 1) * STRIDE + BEYOND, 0);
        let (mut carry, mut open) = (0, None);
        for at in (0..=text.len()).step_by(STRIDE) {
            let mut inside = 0;
            for eight in 0..8 {
                inside |= fold_eight(&mut self.letters[at + 8 * eight..]) << (8 * eight);
            }
            // Where words begin and end.
            let mut edges = inside ^ (inside << 1 | carry);
            carry = inside >> 63;
            while edges != 0 {
                let edge = at + edges.trailing_zeros() as usize;
                edges &= edges - 1;
                open = match open {
                    None => Some(edge),
                    Some(start) => {
                        self.words.push(Word { start, end: edge, from: start, to: edge });
                        None
                    }
                };
            }
        }
    }

    fn read_any(&mut self, text: &str) {
        let (mut open, mut in_syllable): (Option<Word>, bool) = (None, false);
        for (from, letter) in text.char_indices() {
            let to = from + letter.len_utf8();
            if is_weightless(letter) {
                let before = open.as_mut().or_else(|| self.words.last_mut().filter(|word| word.to == from));
                before.into_iter().for_each(|word| word.to = to);
                continue;
            }
            if !is_of_word(letter) {
                self.words.extend(open.take());
                continue;
            }
            // A syllable of Hangul is a word, in one letter or in several.
            let goes_on = in_syllable == is_jamo(letter) && !is_leading(letter);
            in_syllable = is_jamo(letter);
            if stands_alone(letter) || !goes_on {
                self.words.extend(open.take());
            }
            let start = self.letters.len();
            self.fold(letter);
            let word = open.get_or_insert(Word { start, end: start, from, to });
            (word.end, word.to) = (self.letters.len(), to);
            if stands_alone(letter) {
                self.words.extend(open.take());
            }
        }
        self.words.extend(open);
        self.words.retain(|word| word.start < word.end);
        self.letters.resize(self.letters.len() + BEYOND, 0);
    }

    fn fold(&mut self, letter: char) {
        let letters = &mut self.letters;
        let mut add = |letter: char| letters.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        match letter {
            '\0'..='\x7f' => add(letter.to_ascii_lowercase()),
            // Letters that Unicode takes for no other with an accent, as who has no such key writes them.
            'ß' | 'ẞ' => "ss".chars().for_each(add),
            'æ' | 'Æ' | 'ǽ' | 'Ǽ' => "ae".chars().for_each(add),
            'œ' | 'Œ' => "oe".chars().for_each(add),
            'þ' | 'Þ' => "th".chars().for_each(add),
            'ł' | 'Ł' => add('l'),
            'ø' | 'Ø' | 'ǿ' | 'Ǿ' => add('o'),
            'đ' | 'Đ' | 'ð' | 'Ð' => add('d'),
            'ħ' | 'Ħ' => add('h'),
            'ŧ' | 'Ŧ' => add('t'),
            // By its capital, so that a sigma is one at the end of a word too, and an i without a dot is one.
            _ => decompose_compatible(letter, |part| {
                let parts = part.to_uppercase().flat_map(char::to_lowercase);
                let letters = parts.filter(|part| part.is_alphanumeric() && !is_weightless(*part));
                letters.map(|part| digit_of(part).unwrap_or(part)).for_each(&mut add);
            }),
        }
    }
}

/// Puts eight ASCII letters into lower case; a bit for each that is a letter or a digit, the lowest for the first.
#[inline]
fn fold_eight(letters: &mut [u8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let Some(eight) = letters.first_chunk_mut::<8>() else { return 0 };
    let plain = u64::from_le_bytes(*eight);
    // No byte is above 0x7f, so no sum runs over into the next; the high bit tells of the byte.
    let from = |letters: u64, least: u8| letters + EACH * u64::from(0x80 - least);
    let capital = from(plain, b'A') & !from(plain, b'Z' + 1) & (EACH << 7);
    let lower = plain | capital >> 2;
    let letter = from(lower, b'a') & !from(lower, b'z' + 1);
    let digit = from(lower, b'0') & !from(lower, b'9' + 1);
    *eight = lower.to_le_bytes();
    (((letter | digit) >> 7 & EACH).wrapping_mul(0x0102_0408_1020_4080)) >> 56
}

/// Whether a word can be made of a character: not of ordinals, fractions, footnotes and numbers in circles, which are beside
/// one, nor of the letters that stand for an apostrophe.
fn is_of_word(letter: char) -> bool {
    match letter {
        '\0'..='\x7f' => letter.is_ascii_alphanumeric(),
        '\u{aa}' | '\u{ba}' | '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{bc}'..='\u{be}' | '\u{2b9}'..='\u{2c1}' => false,
        '\u{2070}'..='\u{2089}' | '\u{2150}'..='\u{215f}' | '\u{2460}'..='\u{249b}' => false,
        '\u{24ea}'..='\u{24ff}' | '\u{2776}'..='\u{2793}' | '\u{3220}'..='\u{325f}' | '\u{3280}'..='\u{32bf}' => false,
        _ => letter.is_alphanumeric(),
    }
}

/// Whether a character takes no room by itself: accents and points on the letter before them, joiners, soft hyphens, marks of
/// direction. Thai has vowels among them, which are letters as others.
fn is_weightless(letter: char) -> bool {
    match letter {
        '\0'..='\x7f' | '\u{e01}'..='\u{e5b}' => false,
        // Tatweel only makes a word longer.
        '\u{640}' | '\u{180e}' => true,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' => true,
        '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ff9e}' | '\u{ff9f}' => true,
        _ => canonical_combining_class(letter) != 0,
    }
}

/// Whether it is a part of a syllable of Hangul.
fn is_jamo(letter: char) -> bool {
    is_leading(letter) || matches!(letter, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7fb}')
}

/// Whether a syllable of Hangul begins with it.
fn is_leading(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{115f}' | '\u{a960}'..='\u{a97c}')
}

/// Whether a character is a word: of a script without spaces between words.
pub(super) fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{e01}'..='\u{e4f}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9d}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Words::default();
        words.read(text);
        let letters = |word: &Word| &words.letters(word)[..word.end - word.start];
        words.list().iter().map(|word| String::from_utf8_lossy(letters(word)).into_owned()).collect()
    }

    #[test]
    fn one_word_is_one_whatever_way_it_is_written() {
        for written in ["Mäkelä", "MÄKELÄ", "ma\u{308}kela\u{308}", "Ｍäkelä", "mä\u{ad}ke\u{200b}lä"] {
            assert_eq!(words(written), ["makela"], "{written:?}");
        }
        assert_eq!(words("Straße STRASSE"), ["strasse", "strasse"]);
        assert_eq!(words("(+358) 40-123 4567."), ["358", "40", "123", "4567"]);
        assert_eq!(words("王小明 is"), ["王", "小", "明", "is"]);
        let alike = |one: &str, other: &str| assert_eq!(words(one), words(other), "{one} {other}");
        alike("Παπαδόπουλος", "ΠΑΠΑΔΌΠΟΥΛΟΣ");
        alike("Yılmaz Işık", "YILMAZ IŞIK");
        alike("ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ");
        alike("김철수a", "\u{1100}\u{1175}\u{11b7}\u{110e}\u{1165}\u{11af}\u{1109}\u{116e}a");
        alike("\u{9df}\u{95b}", "\u{9af}\u{9bc}\u{91c}\u{93c}");
        alike("١٢٣٤٥٦٧ ১২৩ ๑๒๓๔๕๖๗ 𝟏𝟐", "1234567 123 1234567 12");
        alike("Łukasz Søren Đặng Guðrún Þór Lebœuf Kjærgård", "Lukasz Soren Dang Gudrun Thor Leboeuf Kjaergard");
        alike("Virtanen¹ Nº12345678 12345678½ ①Virtanen", "Virtanen N 12345678 12345678 Virtanen");
        alike("O\u{2bc}Connor Мар\u{2bc}яна محـمد", "O'Connor Мар'яна محمد");
        alike("محم\u{651}د علي", "محمد علي");
        assert!(words(" ,;\u{200b}").is_empty());
    }

    #[test]
    fn words_have_their_places_in_the_text() {
        let text = "Näin Äiti-Öljy\u{a0}x ﾀﾞ";
        let mut read = Words::default();
        read.read(text);
        let places: Vec<_> = read.list().iter().map(|word| &text[word.from..word.to]).collect();
        assert_eq!(places, ["Näin", "Äiti", "Öljy", "x", "ﾀﾞ"]);
    }

    proptest! {
        #[test]
        fn eight_at_a_time_is_one_at_a_time(text in "[ -~]{0,200}") {
            let plain: Vec<String> = text
                .split(|letter: char| !letter.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_ascii_lowercase)
                .collect();
            prop_assert_eq!(words(&text), plain.clone());
            let mut any = Words::default();
            any.read_any(&text);
            let found = any.list().iter().map(|word| &any.letters(word)[..word.end - word.start]);
            prop_assert_eq!(found.map(<[u8]>::to_vec).collect::<Vec<_>>(), plain.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>());
        }

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            let mut read = Words::default();
            read.read(&text);
            for word in read.list() {
                prop_assert!(text.get(word.from..word.to).is_some_and(|word| !word.is_empty()));
                prop_assert!(read.letters(word).len() >= word.end - word.start + 7);
            }
        }
    }
}
