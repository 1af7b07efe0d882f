//! A text as recognisers see it: folded, with its words counted off.
//!
//! Folding takes away what hides an identifier from a pattern and changes nothing else: all spaces of Unicode become
//! one plain space, its hyphens, dashes and minus signs `-`, its full-width forms and decimal digits those of ASCII, an
//! accent behind its letter one letter (NFC), and characters of no width go. A text that has none of these is not copied.

use std::collections::HashMap;

use unicode_normalization::char::compose;

use crate::detect::Span;

/// A run of letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// In bytes of the folded text.
    pub start: usize,
    pub end: usize,
    /// Of its lower case.
    pub hash: u64,
    /// How many digits of ASCII it has.
    pub digits: u32,
    pub has_digit: bool,
    pub has_letter: bool,
    /// Whether its first letter is a capital.
    pub is_capital: bool,
    /// Whether all of it is ASCII.
    pub is_ascii: bool,
}

/// What is used again from text to text.
#[derive(Default)]
pub(super) struct Buffers {
    words: Vec<Word>,
    /// Where asked-for marks stand in the folded text.
    marks: Vec<usize>,
    shifts: Vec<Shift>,
    folded: String,
    lower: String,
    /// Words whose hash is only known when the text is folded.
    unhashed: Vec<usize>,
}

/// A place in the folded text from which on the text is so many bytes ahead or behind.
struct Shift {
    folded: usize,
    /// Where in the text what ends there ends; what has no width stands between this and the next.
    ends: usize,
    /// Where in the text what begins there begins.
    begins: usize,
}

/// A text, folded.
pub struct Text<'t> {
    folded: &'t str,
    words: &'t [Word],
    marks: &'t [usize],
    shifts: &'t [Shift],
}

impl<'t> Text<'t> {
    /// Folds a text, counts off its words, and notes where it has bytes that are `asked` for.
    pub(super) fn read(text: &'t str, asked: &[bool; 256], buffers: &'t mut Buffers) -> Self {
        buffers.words.clear();
        buffers.marks.clear();
        buffers.shifts.clear();
        buffers.folded.clear();
        buffers.unhashed.clear();
        let mut reader = Reader { text, asked, copied: 0, ahead: 0, buffers };
        reader.read();
        let is_folded = reader.copied > 0;
        if is_folded {
            reader.copy_to(text.len());
        }
        let folded = if is_folded { buffers.folded.as_str() } else { text };
        for word in &buffers.unhashed {
            let word = &mut buffers.words[*word];
            let letters = &folded[word.start..word.end];
            word.hash = hash_within(letters, &mut buffers.lower);
            word.is_ascii = letters.is_ascii();
            word.digits = letters.bytes().filter(u8::is_ascii_digit).count() as u32;
        }
        Text { folded, words: &buffers.words, marks: &buffers.marks, shifts: &buffers.shifts }
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        self.folded
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.folded.as_bytes()
    }

    /// Its words, in order.
    pub fn words(&self) -> &[Word] {
        self.words
    }

    /// Where marks stand that some recogniser asked for, in order.
    pub(super) fn marks(&self) -> &[usize] {
        self.marks
    }

    /// The letters of a word.
    pub fn word(&self, word: &Word) -> &str {
        &self.folded[word.start..word.end]
    }

    /// The same, as bytes.
    pub(super) fn letters(&self, word: &Word) -> &[u8] {
        &self.bytes()[word.start..word.end]
    }

    /// What stands between a word and the next one, or the end of the text.
    pub fn gap(&self, index: usize) -> &str {
        let end = self.words.get(index + 1).map_or(self.folded.len(), |next| next.start);
        &self.folded[self.words[index].end..end]
    }

    /// The same, as bytes.
    pub(super) fn between(&self, index: usize) -> &[u8] {
        let end = self.words.get(index + 1).map_or(self.folded.len(), |next| next.start);
        &self.bytes()[self.words[index].end..end]
    }

    /// The word that a byte of the folded text belongs to, or the first one behind it.
    pub fn word_at(&self, at: usize) -> usize {
        self.words.partition_point(|word| word.end <= at)
    }

    /// Moves a span from the folded text to the text.
    pub(super) fn place_in_source(&self, span: &mut Span) {
        if self.shifts.is_empty() {
            return;
        }
        let last = |at: usize| self.shifts[..self.shifts.partition_point(|shift| shift.folded <= at)].last();
        span.start = last(span.start).map_or(span.start, |shift| shift.begins + (span.start - shift.folded));
        span.end = last(span.end).map_or(span.end, |shift| match span.end - shift.folded {
            0 => shift.ends,
            further => shift.begins + further,
        });
    }
}

const LETTER: u8 = 1;
const CAPITAL: u8 = 2;
const DIGIT: u8 = 4;
/// The first byte of a character beyond ASCII.
const WIDE: u8 = 8;

/// What each byte can be.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' => LETTER,
            b'A'..=b'Z' => LETTER | CAPITAL,
            b'0'..=b'9' => DIGIT,
            0x80.. => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Goes through a text once.
struct Reader<'r> {
    text: &'r str,
    asked: &'r [bool; 256],
    /// Up to where the text is copied to the folded one.
    copied: usize,
    /// How far the folded text is ahead of what is not copied yet; it wraps where it is behind.
    ahead: usize,
    buffers: &'r mut Buffers,
}

impl Reader<'_> {
    fn read(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            at = match CLASSES[usize::from(*byte)] {
                0 => {
                    if self.asked[usize::from(*byte)] {
                        self.buffers.marks.push(self.folded(at));
                    }
                    at + 1
                }
                WIDE => self.wide(at),
                class => self.word(at, class),
            };
        }
    }

    /// Where a place of the text, not copied yet, will be in the folded text.
    fn folded(&self, at: usize) -> usize {
        at.wrapping_add(self.ahead)
    }

    /// Goes through the word that begins here with a letter or digit of ASCII, as most do.
    #[inline(always)]
    fn word(&mut self, from: usize, first: u8) -> usize {
        let run = run(self.text.as_bytes(), from);
        let end = from + run.length;
        if self.text.as_bytes().get(end).is_some_and(|next| !next.is_ascii()) {
            return self.wide_word(from, &run);
        }
        let Run { digits, has_letter, hash, length } = run;
        let (start, is_capital) = (self.folded(from), first & CAPITAL > 0);
        let (has_digit, is_ascii, to, digits) = (digits > 0, true, start + length, digits as u32);
        self.buffers.words.push(Word { start, end: to, hash, digits, has_digit, has_letter, is_capital, is_ascii });
        end
    }

    /// Goes through the word that begins with a run and goes on with a character beyond ASCII.
    #[inline(never)]
    fn wide_word(&mut self, from: usize, run: &Run) -> usize {
        let (bytes, mut at, start) = (self.text.as_bytes(), from + run.length, self.folded(from));
        let (mut end, mut seen) = (self.folded(at), Seen::default());
        seen.run(run, bytes[from]);
        while let Some((next, to)) = self.wide_letter(at, &mut seen, end) {
            let run = self::run(bytes, next);
            seen.run(&run, bytes.get(next).copied().unwrap_or_default());
            at = next + run.length;
            end = if run.length > 0 { self.folded(at) } else { to };
        }
        let (has_digit, has_letter) = (seen.classes & DIGIT > 0, seen.classes & LETTER > 0);
        let is_capital = seen.first.is_some_and(|class| class & CAPITAL > 0);
        self.buffers.unhashed.push(self.buffers.words.len());
        // What is left is only known when the text is folded.
        let (digits, is_ascii, hash) = (0, false, 0);
        self.buffers.words.push(Word { start, end, hash, digits, has_digit, has_letter, is_capital, is_ascii });
        at
    }

    /// Takes a character beyond ASCII into a word, if it belongs to it: where the text goes on, and where the word ends.
    fn wide_letter(&mut self, at: usize, seen: &mut Seen, end: usize) -> Option<(usize, usize)> {
        if self.text.as_bytes().get(at).is_none_or(u8::is_ascii) {
            return None;
        }
        let letter = char_at(self.text, at);
        let next = at + letter.len_utf8();
        let fold = fold(letter);
        match fold {
            Fold::Same if is_of_word(letter) => seen.class(class_of(letter)),
            Fold::To(other) if other.is_alphanumeric() => {
                self.replace(at, next, other);
                seen.class(class_of(other));
            }
            Fold::Gone => {
                self.remove(at, next);
                return Some((next, end));
            }
            Fold::Accent if self.accent(at, next, letter) => {}
            _ => return None,
        }
        Some((next, self.folded(next)))
    }

    /// Goes over a character beyond ASCII, or through the word that begins with it.
    fn wide(&mut self, at: usize) -> usize {
        let letter = char_at(self.text, at);
        let next = at + letter.len_utf8();
        match fold(letter) {
            Fold::Same if is_of_word(letter) => return self.wide_word(at, &Run::default()),
            Fold::To(other) if other.is_alphanumeric() => return self.wide_word(at, &Run::default()),
            Fold::To(other) => {
                if other.is_ascii() && self.asked[other as usize] {
                    self.buffers.marks.push(self.folded(at));
                }
                self.replace(at, next, other);
            }
            Fold::Gone => self.remove(at, next),
            Fold::Same | Fold::Accent => {
                if self.asked[usize::from(self.text.as_bytes()[at])] {
                    self.buffers.marks.push(self.folded(at));
                }
            }
        }
        next
    }

    fn copy_to(&mut self, at: usize) {
        self.buffers.folded.push_str(&self.text[self.copied..at]);
        self.copied = at;
    }

    fn replace(&mut self, at: usize, next: usize, by: char) {
        self.copy_to(at);
        self.buffers.folded.push(by);
        self.shift(next, next);
    }

    fn remove(&mut self, at: usize, next: usize) {
        self.copy_to(at);
        self.shift(at, next);
    }

    /// Makes one letter of an accent and the letter before it, where there is such a letter.
    fn accent(&mut self, at: usize, next: usize, accent: char) -> bool {
        let before = self.text[self.copied..at].chars().next_back().or_else(|| self.buffers.folded.chars().next_back());
        let Some(letter) = before.and_then(|letter| compose(letter, accent)) else { return false };
        self.copy_to(at);
        self.buffers.folded.pop();
        // What was folded at the old end of this letter begins no more there.
        let end = self.buffers.folded.len();
        while self.buffers.shifts.last().is_some_and(|shift| shift.folded > end) {
            self.buffers.shifts.pop();
        }
        self.buffers.folded.push(letter);
        self.shift(next, next);
        true
    }

    /// Goes on behind what was replaced or removed.
    fn shift(&mut self, ends: usize, begins: usize) {
        self.copied = begins;
        let folded = self.buffers.folded.len();
        self.ahead = folded.wrapping_sub(begins);
        match self.buffers.shifts.last_mut().filter(|last| last.folded == folded) {
            Some(last) => last.begins = begins,
            None => self.buffers.shifts.push(Shift { folded, ends, begins }),
        }
    }
}

fn char_at(text: &str, at: usize) -> char {
    text[at..].chars().next().unwrap_or_default()
}

/// What of a word is seen so far.
#[derive(Default)]
struct Seen {
    classes: u8,
    first: Option<u8>,
}

impl Seen {
    fn class(&mut self, class: u8) {
        self.classes |= class;
        self.first.get_or_insert(class);
    }

    fn run(&mut self, run: &Run, first: u8) {
        if run.length > 0 {
            self.first.get_or_insert(CLASSES[usize::from(first)]);
            self.classes |= if run.digits > 0 { DIGIT } else { 0 } | if run.has_letter { LETTER } else { 0 };
        }
    }
}

/// Letters and digits of ASCII, one after the other.
#[derive(Default)]
struct Run {
    length: usize,
    digits: usize,
    has_letter: bool,
    hash: u64,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x80 * ONES;

/// Eight bytes of a text, and how many letters and digits of ASCII they begin with.
pub(super) struct Eight {
    /// In lower case, where they are letters.
    pub lower: u64,
    /// How many letters and digits they begin with.
    pub length: usize,
    /// All bits of those.
    inside: u64,
}

/// The bit that letters have and digits have not, in eight bytes.
const OF_LETTERS: u64 = 0x40 * ONES;

impl Eight {
    #[inline(always)]
    pub fn at(text: &[u8], at: usize) -> Self {
        let eight = eight(text, at);
        let lower = eight | CASE;
        // The high bit of each byte of ASCII that is this one or a later one.
        let (plain, small) = (eight & !HIGHS, lower & !HIGHS);
        let least = |all: u64, byte: u8| all + (0x80 - u64::from(byte)) * ONES;
        let is_digit = least(plain, b'0') ^ least(plain, b':');
        let is_letter = least(small, b'a') ^ least(small, b'{');
        let stops = !(is_digit | is_letter) | eight;
        let length = ((stops & HIGHS).trailing_zeros() / 8) as usize;
        let inside = if length == 8 { u64::MAX } else { (1 << (8 * length)) - 1 };
        Eight { lower, length, inside }
    }

    /// Those that are letters and digits, in lower case; zeros behind them.
    #[inline]
    pub fn lower_letters(&self) -> u64 {
        self.lower & self.inside
    }

    /// How many digits they begin with, letters aside.
    #[inline]
    pub fn digits(&self) -> usize {
        let digits = !self.lower & self.inside & OF_LETTERS;
        // The highest byte of the product is the sum of all; not every processor counts bits as quickly.
        ((digits >> 6).wrapping_mul(ONES) >> 56) as usize
    }

    /// Whether a digit is among the letters and digits that they begin with.
    #[inline]
    pub fn has_digit(&self) -> bool {
        !self.lower & self.inside & OF_LETTERS > 0
    }

    #[inline]
    fn has_letter(&self) -> bool {
        self.lower & self.inside & OF_LETTERS > 0
    }
}

/// The run that begins here; most end within eight bytes.
#[inline(always)]
fn run(bytes: &[u8], from: usize) -> Run {
    let eight = Eight::at(bytes, from);
    let (digits, has_letter, hash) = (eight.digits(), eight.has_letter(), mix(0, eight.lower_letters()));
    match eight.length {
        8 => long_run(bytes, from, Run { length: 8, digits, has_letter, hash }),
        length => Run { length, digits, has_letter, hash: finished(hash) },
    }
}

/// The run that begins here and of which the first eight bytes are seen, looked at eight bytes at a time.
#[inline(never)]
fn long_run(bytes: &[u8], from: usize, mut run: Run) -> Run {
    loop {
        let eight = Eight::at(bytes, from + run.length);
        run.digits += eight.digits();
        run.has_letter |= eight.has_letter();
        run.length += eight.length;
        if eight.length > 0 {
            run.hash = mix(run.hash, eight.lower_letters());
        }
        if eight.length < 8 {
            return Run { hash: finished(run.hash), ..run };
        }
    }
}

/// Whether a character beyond ASCII is of a word.
fn is_of_word(letter: char) -> bool {
    match letter {
        '\u{d7}' | '\u{f7}' => false,
        '\u{c0}'..='\u{24f}' => true,
        _ => letter.is_alphanumeric(),
    }
}

fn class_of(letter: char) -> u8 {
    match letter {
        letter if letter.is_ascii() => CLASSES[letter as usize],
        '\u{c0}'..='\u{de}' => LETTER | CAPITAL,
        '\u{df}'..='\u{ff}' => LETTER,
        letter if letter.is_uppercase() => LETTER | CAPITAL,
        letter => u8::from(letter.is_alphabetic()),
    }
}

/// What folding does to a character beyond ASCII.
enum Fold {
    Same,
    To(char),
    /// It has no width.
    Gone,
    /// It belongs to the letter before it.
    Accent,
}

/// Zeros of the decimal digits that phones and forms of the countries that use them write (Unicode, category Nd).
const ZEROS: [u32; 13] = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50];

fn fold(letter: char) -> Fold {
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
        '\u{660}'..='\u{e59}' => {
            let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&u32::from(letter)));
            zero.and_then(|zero| char::from_digit(u32::from(letter) - zero, 10)).map_or(Fold::Same, Fold::To)
        }
        '\u{1d7ce}'..='\u{1d7ff}' => {
            char::from_digit((u32::from(letter) - 0x1d7ce) % 10, 10).map_or(Fold::Same, Fold::To)
        }
        _ => Fold::Same,
    }
}

/// What is looked up by hashes of words.
pub(super) type ByHash<T> = HashMap<u64, T, ahash::RandomState>;

/// The hash of a word in lower case, by which lists of words are looked up.
pub fn hash_of(word: &str) -> u64 {
    hash_within(word, &mut String::new())
}

/// The hash of a word in small letters of ASCII.
pub(super) fn hash_of_plain(word: &[u8]) -> u64 {
    hash(word)
}

fn hash_within(word: &str, lower: &mut String) -> u64 {
    if is_plain(word.as_bytes()) {
        return hash(word.as_bytes());
    }
    lower.clear();
    lower.extend(word.chars().flat_map(char::to_lowercase));
    hash(lower.as_bytes())
}

/// Whether all letters are of ASCII or Latin-1 (UTF-8's first byte C3), where one bit is all that case changes.
fn is_plain(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii() || *byte == 0xc3 || (0x80..0xc0).contains(byte))
}

/// The bit of case, in eight bytes.
const CASE: u64 = 0x20 * ONES;
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Of eight bytes at a time, without the bit of case.
fn hash(word: &[u8]) -> u64 {
    let hash = word.chunks(8).fold(0, |hash, chunk| {
        let mask = u64::MAX >> (8 * (8 - chunk.len()));
        mix(hash, (eight(chunk, 0) | CASE) & mask)
    });
    finished(hash)
}

fn mix(hash: u64, eight: u64) -> u64 {
    (hash.rotate_left(23) ^ eight).wrapping_mul(FACTOR)
}

fn finished(hash: u64) -> u64 {
    hash ^ (hash >> 32)
}

/// Eight bytes of the text; behind its end, zeros.
#[inline]
pub(super) fn eight(text: &[u8], at: usize) -> u64 {
    match text.get(at..).unwrap_or_default() {
        [a, b, c, d, e, f, g, h, ..] => u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
        // The last eight have them too.
        rest if let Some(last) = text.last_chunk() => {
            u64::from_le_bytes(*last).checked_shr(8 * (8 - rest.len()) as u32).unwrap_or(0)
        }
        rest => rest.iter().rev().fold(0, |all, byte| (all << 8) | u64::from(*byte)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        Text::read(text, &[false; 256], &mut Buffers::default()).as_str().to_owned()
    }

    fn words(text: &str) -> Vec<String> {
        let mut buffers = Buffers::default();
        let text = Text::read(text, &[false; 256], &mut buffers);
        text.words().iter().map(|word| text.word(word).to_owned()).collect()
    }

    #[test]
    fn what_hides_an_identifier_is_folded() {
        assert_eq!(folded("040\u{a0}123\u{2011}45\u{2009}67\u{2212}8"), "040 123-45 67-8");
        assert_eq!(folded("\u{ff10}\u{ff14}0\u{200b}1\u{ad}2\u{feff}"), "04012");
        assert_eq!(folded("\u{660}\u{661}\u{6f5} \u{1d7d8}"), "015 0");
        assert_eq!(folded("a\u{308}\u{304}iti"), "\u{1df}iti");
        assert_eq!(words("Ma\u{308}kinen\u{200b}-\u{200b}A\u{30a}"), ["M\u{e4}kinen", "\u{c5}"]);
        assert_eq!(words("x\u{ad}y z\u{3000}4\u{ff15}6"), ["xy", "z", "456"]);
    }

    #[test]
    fn a_span_is_placed_where_it_stood() {
        let source = "\u{200b}a\u{200b}\u{200c}b\u{a0}\u{ff15}\u{ff15} cc";
        let mut buffers = Buffers::default();
        let text = Text::read(source, &[false; 256], &mut buffers);
        let place = |word: &str| {
            let start = text.as_str().find(word).expect("the word");
            let mut span = Span { start, end: start + word.len(), kind: "", score: 0 };
            text.place_in_source(&mut span);
            &source[span.start..span.end]
        };
        assert_eq!(place("a"), "a");
        assert_eq!(place("b"), "b");
        assert_eq!(place("ab"), "a\u{200b}\u{200c}b");
        assert_eq!(place("55"), "\u{ff15}\u{ff15}");
        assert_eq!(place("cc"), "cc");
    }

    #[test]
    fn a_hash_knows_no_case() {
        for (one, other) in
            [("HELSINKI", "helsinki"), ("Åke", "åke"), ("ŁÓDŹ", "łódź"), ("Administrator", "ADMINISTRATOR")]
        {
            assert_eq!(hash_of(one), hash_of(other));
        }
        assert_ne!(hash_of("a"), hash_of("aa"));
        assert_ne!(hash_of("ab"), hash_of("ba"));
    }

    proptest! {
        #[test]
        fn words_are_runs_of_letters_and_digits(source in ".{0,60}") {
            let mut buffers = Buffers::default();
            let text = Text::read(&source, &[true; 256], &mut buffers);
            let mut end = 0;
            for word in text.words() {
                prop_assert!(word.start >= end && word.end > word.start);
                let letters = text.word(word);
                prop_assert!(letters.chars().all(char::is_alphanumeric), "{letters:?}");
                prop_assert_eq!(word.hash, hash_of(letters));
                prop_assert_eq!(word.has_digit, letters.bytes().any(|byte| byte.is_ascii_digit()));
                prop_assert_eq!(word.has_letter, letters.chars().any(char::is_alphabetic));
                prop_assert_eq!(word.is_capital, letters.chars().next().is_some_and(char::is_uppercase));
                prop_assert!(!text.as_str()[end..word.start].chars().any(char::is_alphanumeric));
                end = word.end;
            }
            for mark in text.marks() {
                prop_assert!(text.as_str().is_char_boundary(*mark) && !text.bytes()[*mark].is_ascii_alphanumeric());
            }
        }

        #[test]
        fn every_piece_has_its_place(source in "[a-z0-9 \u{200b}\u{a0}\u{ff15}\u{308}\u{e4}aou]{0,30}") {
            let mut buffers = Buffers::default();
            let text = Text::read(&source, &[false; 256], &mut buffers);
            let ends: Vec<_> = (0..=text.as_str().len()).filter(|at| text.as_str().is_char_boundary(*at)).collect();
            let mut before = 0;
            for (start, end) in ends.iter().zip(&ends[1..]) {
                let mut span = Span { start: *start, end: *end, kind: "", score: 0 };
                text.place_in_source(&mut span);
                prop_assert!(source.is_char_boundary(span.start) && source.is_char_boundary(span.end));
                prop_assert!(before <= span.start && span.start < span.end);
                before = span.end;
            }
        }
    }
}
