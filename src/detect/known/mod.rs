//! The dataset's own values, found again wherever they stand.
//!
//! A value of a `direct` leaf is cut into words and gets a name, a keyed hash (`name`); in a text every run of words
//! is looked up whose first word begins some value. Names are held in a Bloom filter of bounded size (`filter`), and
//! what it finds is confirmed among all names (`shelf`), so that nothing is found that is not there. How values of several
//! words and codes begin is on no shelf: it has a filter of its own, which is hardly ever wrong.
//!
//! A value is found in whatever case, width and accents, with whatever stands between its words, of two words in either order,
//! and a code (a value with digits) also where it is cut otherwise, as an IBAN in fours; a number alone from eleven digits on.
//! Not looked for are values that any text could hold: fewer than five letters and digits, or fewer than seven digits alone.
//! Not found are values that are inflected, mistyped or shortened, codes with more than 12 words before their first digit, and
//! parts of a value. Of long values the first 64 letters are looked at, or the first 12 words without digits.

mod filter;
mod gather;
pub(super) mod name;
mod readings;
mod shelf;
mod spell;
mod unfold;
mod words;

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::detect::Span;
use filter::{Filter, Growing};
pub use gather::{Gathered, Gatherer, Gathering, NoRoom};
use name::{FEWEST_DIGITS, Names, Run};
pub use readings::{is_uuid, plain, readings};
use shelf::{Cellar, Shelf};
pub use spell::{Spelled, fractions, spelled};
pub use unfold::{Unfolded, is_escape, parted};
pub use words::Words;

impl Words {
    /// Hands on every run of up to `most` words as it is folded, with a space between two.
    pub fn runs(&self, most: usize, run: &mut String, mut each: impl FnMut(&str)) {
        for start in 0..self.list().len() {
            run.clear();
            for word in self.list()[start..].iter().take(most) {
                let letters = &self.letters(word)[..word.end - word.start];
                run.extend((!run.is_empty()).then_some(' '));
                run.push_str(std::str::from_utf8(letters).unwrap_or_default());
                each(run);
            }
        }
    }
}

/// The kind of a value that one of the dataset's own `direct` leaves holds.
pub const KNOWN: &str = "KNOWN";

/// It is certain, but for what else may have the same letters.
const SCORE: u8 = 99;

/// The highest bits of a name choose its shelf, and the piece of the filter.
const SHELF_BITS: u32 = 8;
const SHELVES: usize = 1 << SHELF_BITS;

/// Words and names that a thread remembers; a power of two.
const REMEMBERED: usize = 1 << 13;

/// The values of a dataset's `direct` leaves.
#[derive(Default)]
pub struct Known(Option<Values>);

struct Values {
    names: Names,
    filters: Vec<Filter>,
    /// Of how values begin, alone.
    heads: Growing,
    shelves: Vec<Shelf>,
    cellar: Cellar,
    /// Of the values themselves; longer runs need no look.
    longest: usize,
    most_words: usize,
    /// Which values a thread's memory is of.
    number: u64,
}

impl Known {
    /// No values at all.
    pub fn none() -> Self {
        Known(None)
    }

    /// Whether there is nothing to be found.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Adds a span for every known value in a text, the longest from each place, in the order of the text.
    pub fn find(&self, text: &str, found: &mut Vec<Span>) {
        if let Some(values) = &self.0 {
            MEMORY.with_borrow_mut(|Memory { words, looked_up }| {
                words.read(text);
                values.each(words, looked_up, |start, end| {
                    found.push(Span { start, end, kind: KNOWN, score: SCORE });
                    true
                });
            });
        }
    }

    /// Whether a known value stands in a text, of which these are the words.
    pub fn is_in(&self, words: &Words) -> bool {
        let mut is_in = false;
        if let Some(values) = &self.0 {
            MEMORY.with_borrow_mut(|memory| {
                values.each(words, &mut memory.looked_up, |_, _| {
                    is_in = true;
                    false
                });
            });
        }
        is_in
    }

    /// Whether a value can begin with a word, here in small letters of ASCII.
    pub fn can_begin(&self, word: &[u8]) -> bool {
        let begins =
            |values: &Values| MEMORY.with_borrow_mut(|memory| values.begins(word, word.len(), &mut memory.looked_up));
        self.0.as_ref().is_some_and(begins)
    }

    /// Whether a number, without its sign, is a known value.
    pub fn is_number(&self, number: u128) -> bool {
        let Some(values) = &self.0 else { return false };
        if number < FEWEST_NUMBER {
            return false;
        }
        let mut run = Run::new();
        run.add_number(number);
        MEMORY.with_borrow_mut(|memory| values.knows(&run, &mut memory.looked_up))
    }
}

/// The least number of as many digits as are looked for.
const FEWEST_NUMBER: u128 = 10u128.pow(FEWEST_DIGITS as u32 - 1);

/// What a thread needs from text to text.
#[derive(Default)]
struct Memory {
    words: Words,
    looked_up: LookedUp,
}

/// What a thread has looked up.
struct LookedUp {
    /// Of which values the rest is.
    of: u64,
    /// Words that begin no value, by their names.
    nothing: Box<[u64]>,
    /// Names that are confirmed.
    confirmed: Box<[u64]>,
    /// Names that are none of a value.
    absent: Box<[u64]>,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

impl Default for LookedUp {
    fn default() -> Self {
        let empty = || vec![0; REMEMBERED].into_boxed_slice();
        LookedUp { of: 0, nothing: empty(), confirmed: empty(), absent: empty() }
    }
}

impl LookedUp {
    fn forget_others(&mut self, number: u64) {
        if self.of != number {
            self.nothing.fill(0);
            self.confirmed.fill(0);
            self.absent.fill(0);
            self.of = number;
        }
    }
}

impl Values {
    /// Hands on where known values stand, until `each` has enough.
    fn each(&self, words: &Words, memory: &mut LookedUp, mut each: impl FnMut(usize, usize) -> bool) {
        memory.forget_others(self.number);
        // Values can overlap; what lies within one that was handed on is no news.
        let (mut at, mut covered) = (0, 0);
        while let Some(word) = words.list().get(at) {
            let first = self.names.first_word(words.letters(word), word.end - word.start);
            let place = first as usize % REMEMBERED;
            if memory.nothing[place] == first {
                at += 1;
            } else if !self.begins(words.letters(word), word.end - word.start, memory) {
                memory.nothing[place] = first;
                at += 1;
            } else if let Some(last) = self.longest(words, at, memory).filter(|last| *last >= covered) {
                if !each(word.from, words.list()[last].to) {
                    break;
                }
                (at, covered) = (at + 1, last + 1);
            } else {
                at += 1;
            }
        }
    }

    /// Whether a value can begin with a word. One in a hundred words is in the filter of all names by chance, and would have every
    /// text looked at in which it stands: so it has to be a value itself, or in the filter of beginnings as well.
    #[cold]
    fn begins(&self, letters: &[u8], length: usize, memory: &mut LookedUp) -> bool {
        let (word, code) = (self.names.first_word(letters, length), self.names.first_letters(letters, length));
        // Beginnings first: their filter is nearer to the processor.
        self.heads.holds(code) || self.heads.holds(word) || self.filtered(word) && self.confirmed(word, memory)
    }

    /// The last word of the longest value that begins with a word.
    fn longest(&self, words: &Words, at: usize, memory: &mut LookedUp) -> Option<usize> {
        let (mut run, mut found) = (Run::new(), None);
        for (index, word) in words.list().iter().enumerate().skip(at) {
            run.add(&words.letters(word)[..word.end - word.start]);
            if (run.is_joined() || run.words() <= self.most_words) && self.knows(&run, memory) {
                found = Some(index);
            }
            if run.is_full() || run.length() >= self.longest {
                break;
            }
        }
        found
    }

    fn knows(&self, run: &Run, memory: &mut LookedUp) -> bool {
        if run.is_weak() {
            return false;
        }
        let name = self.names.of(run);
        self.filtered(name) && self.confirmed(name, memory)
    }

    fn filtered(&self, name: u64) -> bool {
        self.filters[shelf_of(name)].holds(name)
    }

    /// What cannot be looked up counts as known, so that it does not leave.
    fn confirmed(&self, name: u64, memory: &mut LookedUp) -> bool {
        memory.forget_others(self.number);
        let place = name as usize % REMEMBERED;
        if memory.confirmed[place] == name || memory.absent[place] == name {
            return memory.confirmed[place] == name;
        }
        let shelf = &self.shelves[shelf_of(name)];
        let confirmed = shelf.holds(name, &self.cellar).unwrap_or(true);
        let remembered = if confirmed { &mut memory.confirmed } else { &mut memory.absent };
        remembered[place] = name;
        confirmed
    }
}

fn shelf_of(name: u64) -> usize {
    (name >> (u64::BITS - SHELF_BITS)) as usize
}

/// A number that no other values have.
fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(values: &[&str]) -> Known {
        let gathering = Gathering::new(&[7; 32], 1 << 20);
        let mut gatherer = gathering.gatherer();
        values.iter().for_each(|value| gatherer.text(value));
        gathering.take_back(gatherer);
        gathering.finish().expect("a file").known
    }

    fn is_in(known: &Known, text: &str) -> bool {
        let mut words = Words::default();
        words.read(text);
        known.is_in(&words)
    }

    fn found<'t>(known: &Known, text: &'t str) -> Vec<&'t str> {
        let mut spans = Vec::new();
        known.find(text, &mut spans);
        assert_eq!(is_in(known, text), !spans.is_empty());
        spans.iter().map(|span| &text[span.start..span.end]).collect()
    }

    #[test]
    fn a_value_is_found_as_people_write_it() {
        let known = known(&["Mäkelä", "Anna-Liisa Korhonen", "aino.virtanen7@posti.example", "FI2112345600000785"]);
        assert_eq!(found(&known, "call MÄKELÄ, or makela's wife"), ["MÄKELÄ", "makela"]);
        assert_eq!(found(&self::known(&["Anna Virtanen"]), "1. Virtanen, Anna"), ["Virtanen, Anna"]);
        assert_eq!(found(&known, "by anna liisa\tKORHONEN?"), ["anna liisa\tKORHONEN"]);
        assert_eq!(found(&known, "<aino.virtanen7@posti.example>"), ["aino.virtanen7@posti.example"]);
        assert_eq!(found(&known, "to FI21 1234 5600 0007 85 now"), ["FI21 1234 5600 0007 85"]);
        assert_eq!(found(&known, "Ma\u{308}kela\u{308} and Ｍäkelä"), ["Ma\u{308}kela\u{308}", "Ｍäkelä"]);
    }

    #[test]
    fn parts_and_neighbours_are_no_values() {
        let known = known(&["Anna-Liisa Korhonen", "1234567", "ab12cd34ef"]);
        assert!(found(&known, "Anna Korhonen, Liisa Korhonen, Annaliisa Korhonen").is_empty());
        assert!(found(&known, "12345678 and 123 4567 and 12-34567").is_empty());
        assert_eq!(found(&known, "no. 1234567."), ["1234567"]);
        assert!(found(&known, "xab12cd34ef ab12cd34efg").is_empty());
    }

    #[test]
    fn the_longest_of_several_is_found() {
        let known = known(&["Korhonen", "Korhonen Oy", "Korhonen Oy Helsinki", "Helsinki"]);
        assert_eq!(
            found(&known, "Korhonen Oy Helsinki Korhonen Helsinki"),
            ["Korhonen Oy Helsinki", "Korhonen", "Helsinki"]
        );
    }

    #[test]
    fn a_word_that_began_a_value_right_before_is_found_as_a_value() {
        let known = known(&["Korhonen Oy", "Korhonen", "Virtanen", "Virtanen Oy"]);
        assert_eq!(found(&known, "Korhonen, Virtanen"), ["Korhonen", "Virtanen"]);
        assert_eq!(found(&known, "Korhonen Oy and Virtanen Oy"), ["Korhonen Oy", "Virtanen Oy"]);
    }

    #[test]
    fn values_that_overlap_are_all_found() {
        let known = known(&["Anna Maria", "Maria Korhonen"]);
        assert_eq!(found(&known, "by Anna Maria Korhonen."), ["Anna Maria", "Maria Korhonen"]);
    }

    #[test]
    fn a_word_longer_than_names_are_is_found() {
        let long = "x".repeat(70);
        assert_eq!(found(&known(&[&long]), &format!("see {long}!")), [long.as_str()]);
    }

    #[test]
    fn numbers_are_known_by_their_digits() {
        let known = known(&["1234567", "+358 40 123 4567"]);
        assert!(known.is_number(1_234_567) && known.is_number(358_401_234_567));
        assert!(!known.is_number(1_234_568) && !known.is_number(234_567));
    }

    #[test]
    fn a_script_without_spaces_is_read() {
        assert_eq!(found(&known(&["王小明"]), "昨天王小明来了"), ["王小明"]);
    }

    #[test]
    fn words_that_are_in_the_filter_by_chance_begin_nothing() {
        // A bit to a value: nearly every name is in the filter.
        let gathering = Gathering::new(&[7; 32], 2_500);
        let mut gatherer = gathering.gatherer();
        (0..20_000u32).for_each(|at| gatherer.text(&format!("user{at:07}")));
        ["Virtanen", "Anna Korhonen"].iter().for_each(|value| gatherer.text(value));
        gathering.take_back(gatherer);
        let known = gathering.finish().expect("a file").known;
        assert!(["virtanen", "anna", "user", "us"].iter().all(|word| known.can_begin(word.as_bytes())));
        let others = (0..1_000u32)
            .filter(|at| known.can_begin(format!("word{}", blake3::hash(&at.to_le_bytes()).to_hex()).as_bytes()));
        assert_eq!(others.count(), 0);
    }

    #[test]
    fn nothing_is_found_where_nothing_is_known() {
        assert!(found(&Known::none(), "Virtanen").is_empty());
        assert!(found(&known(&["Anna", "123456"]), "Anna 123456").is_empty(), "too weak");
    }

    proptest! {
        #[test]
        fn a_value_is_found_in_any_company(
            values in prop::collection::vec("[A-Za-zäöå0-9]{1,9}([ .@-]{1,3}[A-Za-zäöå0-9]{1,9}){0,14}", 1..20),
            before in "([ ,.!][a-z]{0,6}){0,4}[ ,.!]",
            after in "[ ,.!]([a-z]{0,6}[ ,.!]){0,4}",
        ) {
            let known = known(&values.iter().map(String::as_str).collect::<Vec<_>>());
            for value in values {
                let letters: Vec<char> = value.chars().filter(|letter| letter.is_alphanumeric()).collect();
                let is_weak = letters.len() < 5 || letters.len() < 7 && letters.iter().all(char::is_ascii_digit);
                let text = format!("{before}{}{after}", value.to_uppercase());
                prop_assert!(is_weak || is_in(&known, &text), "{text:?}");
            }
        }

        #[test]
        fn of_values_that_begin_alike_each_is_found(
            values in prop::collection::vec("(korhonen|virtanen|anna|user1|fi21|1234567)( (korhonen|oy|user1|12345|77)){0,2}", 1..20),
        ) {
            let known = known(&values.iter().map(String::as_str).collect::<Vec<_>>());
            let weak = ["anna", "fi21"];
            for value in values.iter().filter(|value| !weak.contains(&value.as_str())) {
                prop_assert!(is_in(&known, value), "{value}");
            }
        }

        #[test]
        fn of_many_values_every_one_is_found_and_no_other(seed in any::<u32>()) {
            let values: Vec<String> = (0..3_000u32).map(|at| format!("user{}", u64::from(at) * 7_919 + u64::from(seed))).collect();
            let known = known(&values.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert!(values.iter().all(|value| is_in(&known, value)));
            let others = (0..3_000u64).map(|at| format!("user{}", at * 7_919 + u64::from(seed) + 1));
            prop_assert_eq!(others.filter(|other| is_in(&known, other)).count(), 0);
        }
    }
}
