//! What a fake is put together from.

use super::draw::Draws;
use crate::method::Taken;

/// A part of a fake.
pub enum Piece {
    /// This text.
    Text(&'static str),
    /// A word of a list that is not taken, or six letters where there is none.
    Word(Vec<&'static str>),
    /// The same in lower case.
    Lower(Vec<&'static str>),
    /// A text of a list of reserved ones, which nobody can have taken.
    Reserved(&'static [&'static str]),
    /// Six base32 letters.
    Letters,
    /// A whole number from 1 to this one.
    Number(usize),
    /// Text in which `#` stands for a digit, and `@` for a North American area code.
    Digits(&'static str),
}

/// All forms of a fake, of which one is chosen.
pub struct Recipe(Vec<Vec<Piece>>);

impl Recipe {
    /// A fake of one form.
    pub fn of(pieces: Vec<Piece>) -> Self {
        Recipe(vec![pieces])
    }

    /// A fake of several forms.
    pub fn one_of(forms: impl IntoIterator<Item = Vec<Piece>>) -> Self {
        Recipe(forms.into_iter().collect())
    }

    /// Writes a fake.
    pub fn write(&self, draws: &mut Draws, taken: &Taken, out: &mut String) {
        let form = if self.0.len() == 1 { 0 } else { draws.below(self.0.len()) };
        self.0[form].iter().for_each(|piece| piece.write(draws, taken, out));
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
    fn words(&self) -> &[&'static str] {
        match self {
            Piece::Word(words) | Piece::Lower(words) => words,
            _ => &[],
        }
    }

    fn write(&self, draws: &mut Draws, taken: &Taken, out: &mut String) {
        match self {
            Piece::Text(text) => out.push_str(text),
            Piece::Word(words) => match draws.word(words, taken) {
                Some(word) => out.push_str(word),
                None => draws.letters(out),
            },
            Piece::Lower(words) => match draws.word(words, taken) {
                Some(word) => out.extend(word.chars().flat_map(char::to_lowercase)),
                None => draws.letters(out),
            },
            Piece::Reserved(texts) => out.push_str(texts[draws.below(texts.len())]),
            Piece::Letters => draws.letters(out),
            Piece::Number(last) => write_number(1 + draws.below(*last), out),
            Piece::Digits(pattern) => pattern.chars().for_each(|mark| match mark {
                '#' => draws.digit(out),
                '@' => write_number(area_code(draws), out),
                text => out.push(text),
            }),
        }
    }
}

fn write_number(number: usize, out: &mut String) {
    use std::fmt::Write;
    write!(out, "{number}").expect("text takes everything");
}

/// An area code as the North American Numbering Plan builds them for places: N11 and N9X are none, 5XX, 8XX, 9XX
/// and repeated last digits are left out because services use them.
fn area_code(draws: &mut Draws) -> usize {
    let hundreds = [2, 3, 4, 6, 7][draws.below(5)];
    let tens = draws.below(9);
    let ones = 2 + draws.below(8);
    100 * hundreds + 10 * tens + if ones == tens { 9 } else { ones }
}

/// A form from a template in which `{Name}` stands for a list of words.
pub fn template(text: &'static str, words: impl Fn(&str) -> &'static [&'static str]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, part) in text.split(['{', '}']).enumerate() {
        match at % 2 {
            0 if part.is_empty() => {}
            0 => pieces.push(Piece::Text(part)),
            _ => pieces.push(Piece::Word(words(part).to_vec())),
        }
    }
    pieces
}
