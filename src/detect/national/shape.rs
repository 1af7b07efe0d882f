//! How numbers are written: their letters and digits, and where they are grouped.

use crate::detect::Text;

use super::Number;

/// The longest number of the list has so many letters.
const LONGEST: usize = 24;

/// From this on, neither words around nor small letters change how certain a number is.
pub(super) const CERTAIN: u8 = 90;

/// What stands before a number has at most so many letters.
const LONGEST_PREFIX: usize = 3;

/// No number is written in more groups.
pub(super) const MOST_GROUPS: usize = 8;

/// The letters and digits of what may be a number, in upper case, and what stands between them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Letters {
    letters: [u8; LONGEST],
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
        for byte in value {
            let is_taken =
                if byte.is_ascii_alphanumeric() { letters.push(&[*byte]) } else { letters.separate(&[*byte]) };
            if !is_taken {
                return None;
            }
        }
        (letters.count > 0).then_some(letters)
    }

    /// Takes more letters; not if there are too many, or others.
    pub(super) fn push(&mut self, word: &[u8]) -> bool {
        if self.count + word.len() > LONGEST || !word.is_ascii() {
            return false;
        }
        for byte in word {
            self.has_small |= byte.is_ascii_lowercase();
            self.digits |= u32::from(byte.is_ascii_digit()) << self.count;
            self.letters[self.count] = byte.to_ascii_uppercase();
            self.count += 1;
        }
        true
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
}

/// Words of a text that stand together, from a first to a last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub first: usize,
    pub last: usize,
}

impl Run {
    /// Whether digits are joined to its ends, so that it is a piece of a longer number.
    pub(super) fn is_piece(self, text: &Text<'_>) -> bool {
        let goes_on = text.words().get(self.last + 1).is_some_and(|word| word.has_digit);
        self.is_end_of_piece(text) || goes_on && joins_digits(text.gap(self.last))
    }

    /// Whether digits are joined to its beginning.
    pub(super) fn is_end_of_piece(self, text: &Text<'_>) -> bool {
        self.first.checked_sub(1).is_some_and(|gap| text.words()[gap].has_digit && joins_digits(text.gap(gap)))
    }

    /// Whether something else is joined to one of its ends.
    pub(super) fn is_glued(self, text: &Text<'_>) -> bool {
        let joins =
            |gap: usize| matches!(text.gap(gap).as_bytes(), [b'-' | b'.' | b'/' | b'+' | b'_' | b'#' | b'@' | b'&']);
        self.first.checked_sub(1).is_some_and(joins) || joins(self.last) && self.last + 1 < text.words().len()
    }
}

fn joins_digits(gap: &str) -> bool {
    matches!(gap.as_bytes(), [b'-' | b'.' | b'/' | b'+' | b':' | b',' | b'_'])
}

/// The word before, if it is of few letters and joined, as the country of a number of a firm.
pub(super) fn prefix_before(text: &Text<'_>, first: usize) -> Option<usize> {
    let before = first.checked_sub(1)?;
    let word = &text.words()[before];
    let is_prefix = !word.has_digit && word.end - word.start <= LONGEST_PREFIX;
    (is_prefix && matches!(text.gap(before).as_bytes(), [b' ' | b'-' | b'.'])).then_some(before)
}

/// One way in which a number is written.
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

    /// Whether letters, grouped as they are, can be of this shape; one without groups can be grouped anyhow.
    pub(super) fn fits(&self, letters: &Letters) -> bool {
        letters.digits & self.digits == self.digits
            && letters.digits & self.letters == 0
            && letters.between & !self.between == 0
            && (self.gaps == 0 || self.gaps == letters.gaps)
    }

    pub(super) fn is_valid(&self, letters: &Letters) -> bool {
        (self.number.valid)(letters.as_bytes())
    }

    /// Whether letters are grouped just as this shape is.
    pub(super) fn is_grouped_as(&self, letters: &Letters) -> bool {
        letters.gaps == self.gaps
    }

    /// How certain letters are that stand alone and are valid; small letters take a check that says much.
    pub(super) fn certainty_alone(&self, letters: &Letters) -> u8 {
        let is_usual = self.is_grouped_as(letters) && (self.alone >= CERTAIN || !letters.has_small);
        if is_usual { self.alone } else { 0 }
    }
}

/// All shapes, by the count of their letters.
pub(super) struct Shapes([Vec<Shape>; LONGEST + 1]);

impl Shapes {
    pub(super) fn of(numbers: impl Iterator<Item = &'static Number>) -> Self {
        let mut shapes = [const { Vec::new() }; LONGEST + 1];
        for (place, number) in numbers.enumerate() {
            for (pattern, alone) in number.shapes {
                let (count, shape) = Shape::of(place, number, pattern, *alone);
                shapes[count].push(shape);
            }
        }
        Shapes(shapes)
    }

    /// Those that some letters can be, grouped as they are.
    pub(super) fn fitting(&self, letters: &Letters) -> impl Iterator<Item = &Shape> {
        self.0[letters.count].iter().filter(|shape| shape.fits(letters))
    }

    /// The kinds of the valid numbers that some letters are.
    pub(super) fn kinds(&self, letters: Letters) -> impl Iterator<Item = &'static str> {
        let fitting = self.0[letters.count].iter().filter(move |shape| shape.fits(&letters));
        fitting.filter(move |shape| shape.is_valid(&letters)).map(|shape| shape.number.kind)
    }
}
