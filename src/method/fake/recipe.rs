//! What a fake is put together from.

use super::draw::{Draws, TRIES};
use super::words::{STRIDE, Words};
use crate::keys::token;
use crate::method::Taken;

/// Hosts that RFC 2606 keeps for documentation: no mail reaches them.
pub const HOSTS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// A part of a fake.
pub enum Piece {
    /// This text.
    Text(Words),
    /// A word of a list that is not taken, or six letters where there is none.
    Word(Words),
    /// One of these, which nobody can have taken.
    Any(Words),
    /// Six base32 letters.
    Letters,
    /// A decimal digit.
    Digit,
    /// A North American area code.
    AreaCode,
    /// Sixteen base32 letters that tell the value from all others.
    OwnLetters,
    /// What code writes, as a rule so many bytes.
    Made(fn(&mut Draws, &mut Vec<u8>), usize),
}

/// All forms of a fake, of which one is chosen.
pub struct Recipe(Vec<Vec<Piece>>);

/// Which words of a recipe are taken: of every form, of every piece, of every word; empty where none is.
pub struct TakenWords(Vec<Vec<Vec<bool>>>);

impl Recipe {
    /// A fake of one form.
    pub fn of(pieces: Vec<Piece>) -> Self {
        Recipe(vec![pieces])
    }

    /// A fake of several forms.
    pub fn one_of(forms: impl IntoIterator<Item = Vec<Piece>>) -> Self {
        Recipe(forms.into_iter().collect())
    }

    /// A fake that code writes, as a rule so many bytes.
    pub fn made(make: fn(&mut Draws, &mut Vec<u8>), length: usize) -> Self {
        Recipe::of(vec![Piece::Made(make, length)])
    }

    /// Looks every word up, so that none has to be while fakes are drawn.
    pub fn taken(&self, taken: &Taken) -> TakenWords {
        if taken.is_empty() {
            return TakenWords(Vec::new());
        }
        let marks = |piece: &Piece| piece.words().iter().map(|word| taken.holds(word)).collect();
        TakenWords(self.0.iter().map(|form| form.iter().map(marks).collect()).collect())
    }

    /// Writes a fake.
    #[inline]
    pub fn write(&self, draws: &mut Draws, taken: &TakenWords, out: &mut Vec<u8>) {
        let form = if self.0.len() == 1 { 0 } else { draws.below(self.0.len()) };
        let marks = taken.0.get(form).map_or(&[][..], Vec::as_slice);
        for (at, piece) in self.0[form].iter().enumerate() {
            piece.write(draws, marks.get(at).map_or(&[], Vec::as_slice), out);
        }
    }

    /// How many bytes so many fakes take, as a rule, with what is copied beyond the last.
    pub fn room(&self, rows: usize) -> usize {
        let lengths = self.0.iter().map(|form| form.iter().map(Piece::mean_length).sum::<usize>());
        rows * lengths.max().unwrap_or(0) + STRIDE
    }

    /// Every listed word, sorted, once.
    pub fn vocabulary(&self) -> Vec<&'static str> {
        let mut words: Vec<_> = self.0.iter().flatten().flat_map(Piece::words).copied().collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}

impl Piece {
    /// This text.
    pub fn text(text: &str) -> Self {
        Piece::Text(Words::written([text.to_owned()].into_iter()))
    }

    fn words(&self) -> &[&'static str] {
        match self {
            Piece::Word(words) => words.listed(),
            _ => &[],
        }
    }

    fn mean_length(&self) -> usize {
        match self {
            Piece::Text(words) | Piece::Word(words) | Piece::Any(words) => words.mean_length(),
            Piece::Letters => 6,
            Piece::Digit => 1,
            Piece::AreaCode => 3,
            Piece::OwnLetters => token::LENGTH,
            Piece::Made(_, length) => *length,
        }
    }

    #[inline]
    fn write(&self, draws: &mut Draws, taken: &[bool], out: &mut Vec<u8>) {
        match self {
            Piece::Text(text) => text.write(0, out),
            Piece::Word(words) => match free(words, draws, taken) {
                Some(index) => words.write(index, out),
                None => draws.letters(out),
            },
            Piece::Any(texts) => texts.write(draws.below(texts.count()), out),
            Piece::Letters => draws.letters(out),
            Piece::Digit => draws.digit(out),
            Piece::AreaCode => out.extend_from_slice(&area_code(draws)),
            Piece::OwnLetters => draws.own_letters(out),
            Piece::Made(make, _) => make(draws, out),
        }
    }
}

/// A word that is not taken; none where none was found.
#[inline]
fn free(words: &Words, draws: &mut Draws, taken: &[bool]) -> Option<usize> {
    let draws = (0..TRIES).take_while(|_| words.count() > 0).map(|_| draws.below(words.count()));
    draws.into_iter().find(|index| !taken.get(*index).is_some_and(|taken| *taken))
}

/// An area code as the North American Numbering Plan builds them for places: N11 and N9X are none, 5XX, 8XX, 9XX
/// and repeated last digits are left out because services use them.
fn area_code(draws: &mut Draws) -> [u8; 3] {
    let hundreds = [2, 3, 4, 6, 7][draws.below(5)];
    let tens = draws.below(9) as u8;
    let ones = 2 + draws.below(8) as u8;
    [hundreds, tens, if ones == tens { 9 } else { ones }].map(|digit| b'0' + digit)
}

/// A form from a template in which `{Name}` stands for a list of words.
pub fn template(text: &'static str, words: impl Fn(&str) -> &'static [&'static str]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, part) in text.split(['{', '}']).enumerate() {
        match at % 2 {
            0 if part.is_empty() => {}
            0 => pieces.push(Piece::text(part)),
            _ => pieces.push(Piece::Word(Words::of(words(part)))),
        }
    }
    pieces
}

/// A form from a pattern in which `#` stands for a digit, and `@` for a North American area code.
pub fn digits(pattern: &str) -> Vec<Piece> {
    let marks = pattern.split_inclusive(['#', '@']);
    let pieces = marks.flat_map(|part| match (part.strip_suffix('#'), part.strip_suffix('@')) {
        (Some(text), _) => [Some(text).filter(|text| !text.is_empty()).map(Piece::text), Some(Piece::Digit)],
        (_, Some(text)) => [Some(text).filter(|text| !text.is_empty()).map(Piece::text), Some(Piece::AreaCode)],
        _ => [Some(Piece::text(part)), None],
    });
    pieces.flatten().collect()
}

/// A form from a pattern in which `#` stands for a digit, and `?` for one of these letters.
pub fn marked(pattern: &str, letters: &[u8]) -> Vec<Piece> {
    let piece = |mark: char| match mark {
        '#' => Piece::Digit,
        '?' => Piece::Any(Words::written(letters.iter().map(|letter| char::from(*letter).to_string()))),
        text => Piece::text(text.encode_utf8(&mut [0; 4])),
    };
    pattern.chars().map(piece).collect()
}
