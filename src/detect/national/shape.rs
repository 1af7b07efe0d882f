//! How numbers are written: their letters and digits, and where they are grouped.

use std::collections::BTreeSet;

use crate::detect::Text;
use crate::detect::comma::is_within_number;
use crate::detect::text::{CASE, eight};

use super::Number;

/// The longest number of the list has so many letters.
const LONGEST: usize = 24;

/// From this on, neither words around nor small letters change how certain a number is.
pub(super) const CERTAIN: u8 = 90;

/// What stands before a number has at most so many letters.
const LONGEST_PREFIX: usize = 4;

/// No number is written in more groups.
pub(super) const MOST_GROUPS: usize = 8;

/// The letters and digits of what may be a number, in upper case, and what stands between them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Letters {
    letters: [u8; LONGEST + 8],
    count: usize,
    /// Which of them are digits; the first has the lowest bit.
    digits: u32,
    /// After which of them something stands.
    gaps: u32,
    /// What stands there, by its place in [`BETWEEN`].
    between: u8,
    /// Whether any was a small letter.
    has_small: bool,
}

/// What can stand between groups of any number.
pub(super) const BETWEEN: &[u8; 7] = b" -./+:(";

impl Letters {
    /// Of a whole value; none if it holds anything else.
    pub(super) fn of(value: &[u8]) -> Option<Self> {
        let mut letters = Letters::default();
        for (at, byte) in value.iter().enumerate() {
            let is_taken =
                if byte.is_ascii_alphanumeric() { letters.push(value, at, at + 1) } else { letters.separate(&[*byte]) };
            if !is_taken {
                return None;
            }
        }
        (letters.count > 0).then_some(letters)
    }

    /// Takes the letters and digits of ASCII from one place of a text to another; not if there are too many.
    pub(super) fn push(&mut self, text: &[u8], from: usize, to: usize) -> bool {
        if self.count + (to - from) > LONGEST {
            return false;
        }
        let mut at = from;
        while at < to {
            let length = (to - at).min(8);
            self.push_eight(eight(text, at) & u64::MAX >> (8 * (8 - length)), length);
            at += length;
        }
        true
    }

    /// Takes up to eight at once. Of letters and digits, letters have a bit that digits have not.
    fn push_eight(&mut self, eight: u64, count: usize) {
        const OF_LETTERS: u64 = CASE << 1;
        const LOWEST: u64 = CASE >> 5;
        // Multiplied with it, the lowest bits of eight bytes stand side by side in the highest one.
        const SIDE_BY_SIDE: u64 = 0x0102_0408_1020_4080;
        let small = (eight & OF_LETTERS) >> 1 & eight;
        let digits = (!eight & OF_LETTERS) >> 6 & LOWEST;
        let digits = (digits.wrapping_mul(SIDE_BY_SIDE) >> 56) as u32 & ((1 << count) - 1);
        self.has_small |= small != 0;
        self.digits |= digits << self.count;
        if let Some(room) = self.letters.get_mut(self.count..).and_then(|room| room.first_chunk_mut()) {
            *room = (eight ^ small).to_le_bytes();
        }
        self.count += count;
    }

    /// Takes what stands between two groups; not if that is none of what can.
    pub(super) fn separate(&mut self, gap: &[u8]) -> bool {
        let &[gap] = gap else { return false };
        let Some(place) = BETWEEN.iter().position(|known| *known == gap) else {
            return false;
        };
        self.between |= 1 << place;
        self.gaps |= 1 << self.count.saturating_sub(1);
        true
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.letters[..self.count]
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether there are no others than digits.
    fn are_digits(&self) -> bool {
        self.digits == (1 << self.count) - 1
    }
}

/// Words of a text that stand together, from a first to a last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub first: usize,
    pub last: usize,
}

impl Run {
    /// Whether digits are joined to its end, so that it begins a longer number.
    pub(super) fn is_start_of_piece(self, text: &Text<'_>) -> bool {
        let goes_on = text.words().get(self.last + 1).is_some_and(|word| word.has_digit());
        goes_on && joins_digits(text, self.last)
    }

    /// Whether digits are joined to its beginning.
    pub(super) fn is_end_of_piece(self, text: &Text<'_>) -> bool {
        self.first.checked_sub(1).is_some_and(|gap| text.words()[gap].has_digit() && joins_digits(text, gap))
    }

    /// Whether something else is joined to one of its ends.
    pub(super) fn is_glued(self, text: &Text<'_>) -> bool {
        let joins = |gap: usize| matches!(text.between(gap), [b'-' | b'.' | b'/' | b'+' | b'_' | b'#' | b'@']);
        self.first.checked_sub(1).is_some_and(joins) || joins(self.last) && self.last + 1 < text.words().len()
    }
}

/// Whether what stands behind a word joins digits of it to those of the next.
fn joins_digits(text: &Text<'_>, index: usize) -> bool {
    match text.between(index) {
        [b','] => is_within_number(text.bytes(), text.words()[index].end),
        [b'/' | b':'] => text.bytes()[text.words()[index].end - 1].is_ascii_digit(),
        gap => matches!(gap, [b'-' | b'.' | b'+' | b'_']),
    }
}

/// The word before, if it is of few letters and joined, as the country of a number of a firm.
pub(super) fn prefix_before(text: &Text<'_>, first: usize) -> Option<usize> {
    let before = first.checked_sub(1)?;
    let word = &text.words()[before];
    let is_prefix = !word.has_digit() && word.end - word.start <= LONGEST_PREFIX;
    (is_prefix && matches!(text.between(before), [b' ' | b'-' | b'.'])).then_some(before)
}

/// One way in which a number is written.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub number: &'static Number,
    /// Its place in the list of all numbers.
    pub place: usize,
    /// How certain it is where it stands alone.
    pub alone: u8,
    digits: u32,
    letters: u32,
    gaps: u32,
    between: u8,
}

impl Shape {
    fn of(place: usize, number: &'static Number, pattern: &str, alone: u8) -> (usize, Self) {
        let (mut count, mut digits, mut letters, mut gaps) = (0, 0, 0, 0);
        for sign in pattern.bytes() {
            match sign {
                b' ' => gaps |= 1 << (count - 1),
                b'9' => digits |= 1 << count,
                b'A' => letters |= 1 << count,
                _ => {}
            }
            count += usize::from(sign != b' ');
        }
        let signs = BETWEEN.iter().enumerate().filter(|(_, sign)| number.between.contains(sign));
        let between = signs.fold(0, |all, (sign, _)| all | 1 << sign);
        (count, Shape { number, place, alone, digits, letters, gaps, between })
    }

    /// Whether letters can be of this shape, by which of them are digits and grouped as they are; one without groups can be
    /// grouped anyhow.
    pub(super) fn fits(&self, letters: &Letters) -> bool {
        let fits_groups = letters.between & !self.between == 0 && (self.gaps == 0 || self.gaps == letters.gaps);
        fits_groups && letters.digits & self.digits == self.digits && letters.digits & self.letters == 0
    }

    pub(super) fn is_valid(&self, letters: &Letters) -> bool {
        (self.number.valid)(letters.as_bytes())
    }

    /// Whether letters are grouped just as this shape is.
    pub(super) fn is_grouped_as(&self, letters: &Letters) -> bool {
        letters.gaps == self.gaps
    }

    fn says(&self) -> Says {
        match self.alone {
            0 => Says::Nothing,
            CERTAIN.. => Says::Certainly,
            _ => Says::Something,
        }
    }

    /// How certain letters are that stand alone and are valid; small letters take a check that says much.
    pub(super) fn certainty_alone(&self, letters: &Letters) -> u8 {
        let is_usual = self.is_grouped_as(letters) && (self.alone >= CERTAIN || !letters.has_small);
        if is_usual { self.alone } else { 0 }
    }
}

/// Which patterns of digits and letters some letters can be of, a bit each.
pub(super) type Patterns = u128;

/// All shapes.
pub(super) struct Shapes {
    /// Those that digits alone can be, and those that need no letter to be a digit.
    lists: [Lists; 2],
    /// How they begin, where a word says what they are, and where none does.
    forms: [Forms; 2],
}

/// How shapes begin, by their patterns.
pub(super) struct Forms {
    /// Which patterns let a letter stand at a place, and which a digit.
    places: [[Patterns; LONGEST]; 2],
    /// Which patterns begin with so many digits.
    digits: [Patterns; LONGEST + 1],
    /// Which patterns have so many letters.
    of_length: [Patterns; LONGEST + 1],
    /// Behind so many letters, which patterns can have their next gap, or their end, behind how many.
    stops: [[Patterns; LONGEST + 1]; LONGEST + 1],
}

/// A count of letters, which of them are digits and which are none, and where gaps are, if they have to be there.
type Pattern = (usize, u32, u32, Option<u32>);

impl Forms {
    fn of(patterns: impl Iterator<Item = Pattern>) -> Self {
        let (places, digits, of_length) = ([[0; LONGEST]; 2], [Patterns::MAX; LONGEST + 1], [0; LONGEST + 1]);
        let mut forms = Forms { places, digits, of_length, stops: [[0; LONGEST + 1]; LONGEST + 1] };
        let patterns: BTreeSet<_> = patterns.collect();
        assert!(patterns.len() <= Patterns::BITS as usize, "a pattern is a bit");
        patterns.into_iter().enumerate().for_each(|(bit, pattern)| forms.add(1 << bit, pattern));
        (0..LONGEST).for_each(|place| forms.digits[place + 1] = forms.digits[place] & forms.places[1][place]);
        forms
    }

    fn add(&mut self, bit: Patterns, (count, digits, letters, gaps): Pattern) {
        self.of_length[count] |= bit;
        for place in 0..count {
            self.places[0][place] |= if digits >> place & 1 == 0 { bit } else { 0 };
            self.places[1][place] |= if letters >> place & 1 == 0 { bit } else { 0 };
        }
        for from in 0..count {
            let next = |gaps: u32| (from + 1..count).find(|behind| gaps >> (behind - 1) & 1 == 1).unwrap_or(count);
            // Where no gaps have to be, they can be anywhere.
            let stops = gaps.map(next).map_or(from + 1..=count, |next| next..=next);
            stops.for_each(|behind| self.stops[from][behind] |= bit);
        }
    }

    /// Which of some patterns can have a group that begins behind so many letters and ends behind others.
    pub(super) fn grouped(&self, patterns: Patterns, from: usize, to: usize) -> Patterns {
        self.stops[from].get(to).map_or(0, |stops| patterns & stops)
    }

    /// Which of some patterns begin with some letters, of which the first are looked at already.
    pub(super) fn begun(&self, patterns: Patterns, letters: &Letters, looked_at: usize) -> Patterns {
        if letters.are_digits() {
            return patterns & self.digits[letters.count];
        }
        let stands = |place: usize| self.places[(letters.digits >> place & 1) as usize][place];
        (looked_at..letters.count).fold(patterns, |patterns, place| patterns & stands(place))
    }

    /// Whether one of the patterns that some letters begin is no longer than they are.
    pub(super) fn ends(&self, patterns: Patterns, letters: &Letters) -> bool {
        patterns & self.of_length[letters.count] != 0
    }
}

/// How much a shape says by itself, where a number has it and is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// Nothing, unless a word says what it is.
    Nothing,
    /// Something, unless a word says that it is something else.
    Something,
    /// Whatever words say.
    Certainly,
}

/// Shapes that say at least so much, by the count of their letters.
type Lists = [[Vec<Shape>; LONGEST + 1]; 3];

impl Shapes {
    pub(super) fn of(numbers: impl Iterator<Item = &'static Number>) -> Self {
        let of_number = |(place, number): (usize, &'static Number)| {
            number.shapes.iter().map(move |(pattern, alone)| Shape::of(place, number, pattern, *alone))
        };
        let shapes: Vec<_> = numbers.enumerate().flat_map(of_number).collect();
        let pattern = |count: usize, shape: &Shape, gaps| (count, shape.digits, shape.letters, gaps);
        let said = shapes.iter().map(|(count, shape)| pattern(*count, shape, None));
        let alone = shapes.iter().filter(|(_, shape)| shape.alone > 0);
        let alone = alone.map(|(count, shape)| pattern(*count, shape, Some(shape.gaps)));
        let lists = [const { [const { [const { Vec::new() }; LONGEST + 1] }; 3] }; 2];
        let mut all = Shapes { lists, forms: [Forms::of(said), Forms::of(alone)] };
        shapes.iter().for_each(|(count, shape)| all.add(*count, *shape));
        all
    }

    /// How those begin that count, where a word may say what they are or none does.
    pub(super) fn forms(&self, may_be_said: bool) -> &Forms {
        &self.forms[usize::from(!may_be_said)]
    }

    fn add(&mut self, count: usize, shape: Shape) {
        let of_letters = [shape.letters == 0, shape.digits.count_ones() as usize != count];
        for lists in self.lists.iter_mut().zip(of_letters).filter_map(|(lists, is_of)| is_of.then_some(lists)) {
            lists[..=shape.says() as usize].iter_mut().for_each(|list| list[count].push(shape));
        }
    }

    /// Those of so many letters that say so much; where all of these are digits, only those that digits can be.
    pub(super) fn of_count(&self, letters: &Letters, says: Says) -> &[Shape] {
        &self.lists[usize::from(!letters.are_digits())][says as usize][letters.count]
    }

    /// The kinds of the valid numbers that some letters are.
    pub(super) fn kinds(&self, letters: Letters) -> impl Iterator<Item = &'static str> {
        let shapes = self.of_count(&letters, Says::Nothing).iter();
        shapes.filter(move |shape| shape.fits(&letters) && shape.is_valid(&letters)).map(|shape| shape.number.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers;
    use super::*;

    /// Which patterns are left of digits in groups of such lengths.
    fn left(forms: &Forms, groups: &[usize]) -> Patterns {
        let (mut letters, mut patterns) = (Letters::default(), Patterns::MAX);
        for length in groups {
            let from = letters.count();
            patterns = forms.grouped(patterns, from, from + length);
            assert!(letters.push(&[b'1'; LONGEST], 0, *length) && letters.separate(b"-"));
            patterns = forms.begun(patterns, &letters, from);
        }
        if forms.ends(patterns, &letters) { patterns } else { 0 }
    }

    #[test]
    fn what_no_word_announces_is_grouped_as_its_shape_is() {
        let shapes = Shapes::of(numbers());
        let [said, alone] = [true, false].map(|may_be_said| shapes.forms(may_be_said));
        // Of the United States: grouped like that it says something, and otherwise nothing.
        assert!(left(alone, &[3, 2, 4]) != 0 && left(said, &[3, 2, 4]) != 0);
        assert!(left(alone, &[3, 2, 3, 1]) == 0 && left(said, &[3, 2, 3, 1]) != 0);
        assert!(left(alone, &[3, 2]) == 0 && forms_end_where_they_end(alone));
    }

    fn forms_end_where_they_end(forms: &Forms) -> bool {
        (0..=LONGEST)
            .all(|count| forms.of_length[count] & forms.stops[count].iter().fold(0, |all, stops| all | stops) == 0)
    }

    #[test]
    fn eight_letters_at_once_are_the_same_as_one_by_one() {
        let text = b"..A1b2345678cD9 0..";
        let mut letters = Letters::default();
        assert!(letters.push(text, 2, 15) && letters.separate(b" ") && letters.push(text, 16, 17));
        let single = Letters::of(b"A1b2345678cD9 0").expect("letters");
        for letters in [letters, single] {
            assert_eq!(letters.as_bytes(), b"A1B2345678CD90");
            assert_eq!(letters.digits, 0b11_0011_1111_1010);
            assert!(letters.has_small && letters.gaps == 1 << 12);
        }
        assert!(!letters.push(&[b'1'; 11], 0, 11) && letters.push(&[b'1'; 10], 0, 10) && letters.count() == LONGEST);
    }
}
