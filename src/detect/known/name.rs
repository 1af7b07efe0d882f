//! The name of a value: a keyed hash of its letters, by which it is known again wherever it stands.
//!
//! The hash is a fast one (folded multiplication, as in wyhash), keyed with 256 bits of the run's secret; it stays in
//! memory and in a file without a name on the production side, and is gone when the run ends.

use std::hash::{BuildHasher, RandomState};

use super::words::stands_alone;
use crate::detect::text::{Eight, eight};

const CONTEXT: &str = "verho 2026-11 names of known values";

/// Letters of a value that are looked at; a longer value is known by its first ones.
pub(super) const MOST_LETTERS: usize = 64;

/// Words of a value without digits that are looked at.
pub(super) const MOST_WORDS: usize = 12;

/// Codes begin with at most so many letters that are looked up before the whole.
const HEAD: usize = 4;

/// From so many digits on a number is the same however it is cut; shorter ones are met by chance in dates and amounts.
const JOINED_DIGITS: usize = 11;

/// Values of fewer letters are met by chance in any text.
const FEWEST_LETTERS: usize = 5;

/// So are numbers of fewer digits.
pub(super) const FEWEST_DIGITS: usize = 7;

/// Of the largest number.
const MOST_DIGITS: usize = 39;

/// That of a value of one word: what it begins with is then the value, and takes no more room.
const OF_WORD: u64 = 1;
/// Beside numbers of words, which are small.
const OF_CODE: u64 = 1 << 32;
/// That of one of two words.
const OF_PAIR: u64 = 2 << 32;

/// The key under which values get their names.
#[derive(Clone)]
pub(in crate::detect) struct Names([u64; 4]);

impl Names {
    pub fn new(key: &[u8; 32]) -> Self {
        // Factors must look random for the hash to do so, whatever key there is.
        let key = blake3::derive_key(CONTEXT, key);
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| key[8 * at + byte]));
        // A factor of zero would make all names one.
        Names([word(0), word(1) | 1, word(2), word(3) | 1])
    }

    /// The hash of the first `length` letters.
    #[inline]
    fn hash(&self, letters: &[u8], length: usize, tag: u64) -> u64 {
        let [start, factor, end, last] = self.0;
        let mut hash = start ^ tag.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (length as u64).rotate_right(8);
        for at in (0..length).step_by(8) {
            let beyond = 8usize.saturating_sub(length - at) * 8;
            hash = folded(hash ^ (eight(letters, at) << beyond >> beyond), factor);
        }
        folded(hash ^ end, last)
    }

    /// The name of a word as the first of a value without digits.
    #[inline]
    pub fn first_word(&self, letters: &[u8], length: usize) -> u64 {
        self.hash(letters, length.min(MOST_LETTERS), OF_WORD)
    }

    /// A key that is drawn, for names that nothing outlives.
    pub fn drawn() -> Self {
        let word = || RandomState::new().hash_one(CONTEXT);
        Names([word(), word() | 1, word(), word() | 1])
    }

    /// A name of the letters and digits of ASCII that stand here in a text, in whatever case; whether digits are among them;
    /// and where they end.
    #[inline]
    pub fn of_letters(&self, text: &[u8], mut at: usize) -> (u64, bool, usize) {
        let [mut name, factor, ..] = self.0;
        let mut has_digit = false;
        loop {
            let eight = Eight::at(text, at);
            name = folded(name ^ eight.lower_letters(), factor);
            (has_digit, at) = (has_digit | eight.has_digit(), at + eight.length);
            if eight.length < 8 {
                return (name, has_digit, at);
            }
        }
    }

    /// The name of a word's beginning as that of a value with digits.
    pub fn first_letters(&self, letters: &[u8], length: usize) -> u64 {
        self.hash(letters, length.min(HEAD), OF_CODE)
    }

    /// The names under which the beginning of a run is looked up, but for its own; of a code they depend on nothing but
    /// [`Run::beginning`].
    pub fn heads(&self, run: &Run) -> impl Iterator<Item = u64> {
        let of_word = (!run.is_joined() && run.words > 1).then(|| self.first_word(&run.letters, run.first));
        let of_second = run.is_pair().then(|| self.first_word(&run.letters[run.first..], run.length - run.first));
        // Whoever cuts it otherwise begins with fewer letters.
        let lengths = 1..=if run.is_joined() { run.length.min(HEAD) } else { 0 };
        of_word.into_iter().chain(of_second).chain(lengths.map(|length| self.first_letters(&run.letters, length)))
    }

    /// The name of a run; of two words it is the same in either order.
    pub fn of(&self, run: &Run) -> u64 {
        match run.is_pair() {
            true => {
                let word = |from: usize, to: usize| self.hash(&run.letters[from..], to - from, OF_PAIR);
                word(0, run.first).wrapping_add(word(run.first, run.length))
            }
            false => self.hash(&run.letters, run.length, if run.is_joined() { 0 } else { run.words as u64 }),
        }
    }
}

#[inline]
fn folded(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product >> 64) as u64 ^ product as u64
}

/// Some words, one after the other.
pub(in crate::detect) struct Run {
    letters: [u8; MOST_LETTERS + 8],
    length: usize,
    words: usize,
    digits: usize,
    /// Letters of the first word.
    first: usize,
}

impl Run {
    pub const fn new() -> Self {
        Run { letters: [0; MOST_LETTERS + 8], length: 0, words: 0, digits: 0, first: 0 }
    }

    /// Becomes the run of a whole text that is short and plain, as most values are, eight bytes at a time; whether it is
    /// such a text.
    pub fn read_plain(&mut self, text: &str) -> bool {
        if text.len() > MOST_LETTERS || !text.is_ascii() {
            return false;
        }
        let (mut at, mut is_open) = (0, false);
        let (mut length, mut words, mut digits, mut first) = (0, 0, 0, 0);
        while at < text.len() {
            let eight = Eight::at(text.as_bytes(), at);
            // What is written beyond the letters is written over by the next ones.
            self.letters[length..length + 8].copy_from_slice(&eight.lower.to_le_bytes());
            words += usize::from(!is_open && eight.length > 0);
            is_open = eight.length == 8;
            length += eight.length;
            digits += eight.digits();
            first = if words == 1 { length } else { first };
            // What ends a word before its eighth letter is of none.
            at += (eight.length + 1).min(8);
        }
        (self.length, self.words, self.digits, self.first) = (length, words, digits, first);
        words <= MOST_WORDS
    }

    /// Takes everything out of it.
    pub fn clear(&mut self) {
        (self.length, self.words, self.digits, self.first) = (0, 0, 0, 0);
    }

    /// Adds a word as far as there is room.
    pub fn add(&mut self, word: &[u8]) {
        let taken = word.len().min(MOST_LETTERS - self.length);
        self.letters[self.length..self.length + taken].copy_from_slice(&word[..taken]);
        self.digits += word[..taken].iter().filter(|letter| letter.is_ascii_digit()).count();
        self.length += taken;
        self.words += 1;
        if self.words == 1 {
            self.first = taken;
        }
    }

    /// Adds a number as a word of its decimal digits.
    pub fn add_number(&mut self, mut number: u128) {
        let mut digits = [b'0'; MOST_DIGITS];
        let mut first = MOST_DIGITS;
        let mut put = |digit: u8| {
            first -= 1;
            digits[first] = b'0' + digit;
        };
        // Division is quicker in 64 bits, and nearly every number has no more.
        while number > u128::from(u64::MAX) {
            put((number % 10) as u8);
            number /= 10;
        }
        let mut number = number as u64;
        while number > 9 {
            put((number % 10) as u8);
            number /= 10;
        }
        put(number as u8);
        self.add(&digits[first..]);
    }

    /// Whether no further word makes another name.
    pub fn is_full(&self) -> bool {
        self.length == MOST_LETTERS || (self.words == MOST_WORDS && self.digits == 0)
    }

    /// Whether it is a code, and so the same however it is cut into words.
    pub fn is_joined(&self) -> bool {
        self.digits > 0 && (self.digits < self.length || self.digits >= JOINED_DIGITS)
    }

    /// Whether it is of two words without digits, as `Anna Virtanen`, who is `Virtanen, Anna` in lists.
    pub fn is_pair(&self) -> bool {
        self.words == 2 && self.digits == 0
    }

    /// What tells its heads: of a code its first letters, which are no zero; none of any other run.
    pub fn beginning(&self) -> Option<u32> {
        let first = [self.letters[0], self.letters[1], self.letters[2], self.letters[3]];
        self.is_joined().then(|| u32::from_le_bytes(first))
    }

    /// In bytes.
    pub fn length(&self) -> usize {
        self.length
    }

    pub fn words(&self) -> usize {
        self.words
    }

    /// Whether it is too short to tell anything: it could be a run of any text.
    pub fn is_weak(&self) -> bool {
        match self.digits == self.length {
            true => self.length < FEWEST_DIGITS,
            // No character takes more than four bytes.
            false => self.length < 4 * FEWEST_LETTERS && weight(&self.letters[..self.length]) < FEWEST_LETTERS,
        }
    }
}

/// How much some letters tell: a character that is a word tells as much as two letters.
fn weight(letters: &[u8]) -> usize {
    if letters.is_ascii() {
        return letters.len();
    }
    let weight = |letter| 1 + usize::from(stands_alone(letter));
    std::str::from_utf8(letters).map_or(0, |letters| letters.chars().map(weight).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str]) -> Run {
        let mut run = Run::new();
        words.iter().for_each(|word| run.add(word.as_bytes()));
        run
    }

    fn name(words: &[&str]) -> u64 {
        Names::new(&[7; 32]).of(&run(words))
    }

    #[test]
    fn a_code_is_the_same_however_it_is_cut() {
        assert_eq!(name(&["fi21", "1234", "5600"]), name(&["fi2112345600"]));
        assert_eq!(name(&["358", "40", "1234567"]), name(&["358401234567"]));
        assert_ne!(name(&["2024", "05", "17"]), name(&["20240517"]), "a short number is one word");
        assert_ne!(name(&["anne", "marie"]), name(&["annemarie"]), "and so are words");
        assert_eq!(name(&["anna", "virtanen"]), name(&["virtanen", "anna"]), "who is listed by family name");
        assert_ne!(name(&["anna", "maria", "virtanen"]), name(&["virtanen", "anna", "maria"]));
        assert_ne!(name(&["annav", "irtanen"]), name(&["anna", "virtanen"]));
    }

    #[test]
    fn what_any_text_could_hold_is_weak() {
        let weak = |words: &[&str]| run(words).is_weak();
        assert!(weak(&["anna"]) && weak(&["123456"]) && weak(&["王", "明"]) && weak(&[]));
        assert!(!weak(&["aino", "k"]) && !weak(&["1234567"]) && !weak(&["王", "小", "明"]) && !weak(&["a1234"]));
    }

    #[test]
    fn another_key_gives_another_name() {
        let other = Names::new(&[8; 32]);
        assert_ne!(other.of(&run(&["virtanen"])), name(&["virtanen"]));
    }

    #[test]
    fn what_stands_behind_a_word_has_no_say() {
        let names = Names::new(&[7; 32]);
        assert_eq!(names.first_word(b"aino virtanen", 4), names.first_word(b"aino\0\0\0\0\0\0\0", 4));
        assert_ne!(names.first_word(b"aino\0\0\0\0\0\0\0\0", 4), names.first_word(b"aino\0\0\0\0\0\0\0\0", 5));
    }
}
