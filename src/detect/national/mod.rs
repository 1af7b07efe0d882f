//! Numbers that offices give to people: identity, tax, social security, health, and those of firms of one person.
//!
//! One file a country, one line in the list. A number says how people write it ([`Number::shapes`]), which letters are
//! valid, and which words announce it. In text, letters are first compared by their count and by which of them are digits,
//! then checked, and only then are the words around looked at.
//!
//! A number whose shape and check say enough is found wherever it stands; any other only where a word near it says what it
//! is, since one in ten of all numbers has the right check digit. Certainty follows that: from 90 by itself, up to 85 by
//! a word near it.

mod checks;
mod context;
mod days;
mod shape;

use std::sync::LazyLock;

use crate::detect::{At, Recogniser, Span, Starts, Text};
use context::{Before, certainty};
use shape::{Letters, Run, Shapes};

/// Declares every country's module and the list.
macro_rules! countries {
    ($($country:ident)*) => {
        $(mod $country;)*
        const COUNTRIES: &[&[Number]] = &[$($country::NUMBERS),*];
    };
}

countries! {
    africa
    austria
    balkans
    baltics
    benelux
    brazil
    britain
    bulgaria
    canada
    central_america
    china
    czechia
    denmark
    finland
    france
    germany
    greece
    hungary
    iceland
    india
    isles
    italy
    japan
    mexico
    near_east
    norway
    oceania
    poland
    portugal
    romania
    russia
    south_america
    southeast_asia
    spain
    sweden
    switzerland
    usa
}

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "national",
    kinds: &KINDS,
    follows: "the office of each country, as the number's own file says",
    leaves_out: "numbers without a check digit, where no word near them says what they are",
    starts: &[Starts::Digits(FEWEST_DIGITS..=40)],
    find,
};

/// The kind of each number of the list.
const KINDS: [&str; COUNT] = {
    let mut kinds = [""; COUNT];
    let (mut country, mut place) = (0, 0);
    while country < COUNTRIES.len() {
        let mut number = 0;
        while number < COUNTRIES[country].len() {
            kinds[place] = COUNTRIES[country][number].kind;
            (number, place) = (number + 1, place + 1);
        }
        country += 1;
    }
    kinds
};

/// How many numbers there are.
const COUNT: usize = {
    let (mut country, mut count) = (0, 0);
    while country < COUNTRIES.len() {
        (country, count) = (country + 1, count + COUNTRIES[country].len());
    }
    count
};

/// No number in the list has fewer digits, in the forms that are looked for in text.
const FEWEST_DIGITS: u8 = 6;

/// A number as an office defines it.
pub struct Number {
    /// What it is, as `FI_HETU`.
    pub kind: &'static str,
    /// The law, standard or official description.
    pub follows: &'static str,
    /// What the check does not see.
    pub leaves_out: &'static str,
    /// How it is written, and how certain it is in percent where it stands alone; 0: not at all.
    ///
    /// `9` is a digit, `A` a letter, `*` either, and a space one of `between`. A shape without spaces can also be
    /// grouped in some other way, but then a word has to say what it is.
    shapes: &'static [(&'static str, u8)],
    /// What can stand between groups.
    between: &'static [u8],
    /// Whether letters of one of the shapes, without what stands between, are a number.
    valid: fn(&[u8]) -> bool,
    /// What it is for, which says the words that announce any number of that sort.
    pub purpose: Purpose,
    /// Words that announce it, in lower case; a `*` at the end stands for any other letters.
    said_by: &'static [&'static str],
}

/// What a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To tell a person from all others.
    Person,
    /// Taxes of people and firms.
    Tax,
    /// Insurance and care.
    Health,
    /// Firms, among them those of one person.
    Firm,
    /// Accounts.
    Bank,
    /// Those who may practise a profession.
    Licence,
    /// Documents.
    Document,
}

/// What mostly stands between groups.
const ANY: &[u8] = b" -./";

/// Every number there is.
pub fn numbers() -> impl Iterator<Item = &'static Number> {
    COUNTRIES.iter().copied().flatten()
}

/// Whether a whole value is a valid number of a kind, whatever stands between its groups.
pub fn valid(kind: &str, value: &str) -> bool {
    kinds_of(value).any(|known| known == kind)
}

/// The kinds of which a whole value is a valid number, each once.
pub fn kinds_of(value: &str) -> impl Iterator<Item = &'static str> {
    let letters = Letters::of(value.trim().as_bytes());
    let kinds = letters.into_iter().flat_map(|letters| SHAPES.kinds(letters));
    // The shapes of a number stand side by side.
    let mut before = "";
    kinds.filter(move |kind| std::mem::replace(&mut before, kind) != *kind)
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::of(numbers()));

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(first) = at else { return };
    let with_prefix = shape::prefix_before(text, first);
    [Some(first), with_prefix].into_iter().flatten().for_each(|first| find_from(text, first, found));
}

/// Looks at all runs of words that begin with one.
fn find_from(text: &Text<'_>, first: usize, found: &mut Vec<Span>) {
    let mut letters = Letters::default();
    let mut before = None;
    for last in first..text.words().len().min(first + shape::MOST_GROUPS) {
        if !letters.push(text.word(&text.words()[last]).as_bytes()) {
            break;
        }
        found.extend(most_certain(text, &letters, Run { first, last }, &mut before));
        if !letters.separate(text.gap(last).as_bytes()) {
            break;
        }
    }
}

/// What letters most certainly are.
fn most_certain(text: &Text<'_>, letters: &Letters, run: Run, before: &mut Option<Before>) -> Option<Span> {
    let mut best: Option<(u8, &'static str)> = None;
    for shape in SHAPES.valid(letters) {
        if run.is_piece(text) {
            return None;
        }
        let score = certainty(text, shape, shape.certainty_alone(letters), run, before);
        if score > best.map_or(0, |(score, _)| score) {
            best = Some((score, shape.number.kind));
        }
    }
    best.map(|(score, kind)| Span {
        start: text.words()[run.first].start,
        end: text.words()[run.last].end,
        kind,
        score,
    })
}
