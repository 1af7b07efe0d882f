//! Dates of birth.

use crate::detect::calendar::{Years, date_end};
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "birth_date",
    kinds: &["DOB"],
    follows: "ISO 8601-1 and how days are written in ten languages of Europe, behind a word for birth",
    leaves_out: "years of birth, ages, and dates that no word nearby says are of a birth (they are dates)",
    starts: &[Starts::Keyword(&[
        "dob",
        "born",
        "birth",
        "birthdate",
        "birthday",
        "birthdays",
        "dateofbirth",
        "syntynyt",
        "synt",
        "syntymäaika",
        "syntymäpäivä",
        "syntymäaikani",
        "född",
        "född",
        "födelsedatum",
        "födelsedag",
        "födelsetid",
        "geboren",
        "geb",
        "geburtsdatum",
        "geburtstag",
        "né",
        "née",
        "naissance",
        "anniversaire",
        "nacimiento",
        "nacido",
        "nacida",
        "nacio",
        "nació",
        "nascita",
        "nato",
        "nata",
        "nascimento",
        "nascido",
        "nascida",
        "geboortedatum",
        "født",
        "fødselsdato",
        "fødselsdag",
        "fnac",
        "nac",
        "geborene",
        "geborener",
        "geborenen",
        "syntyneen",
        "urodzenia",
        "urodzony",
        "urodzona",
        "narozen",
        "narozena",
        "narození",
        "született",
    ])],
    find,
};

/// So many words and bytes may stand between.
const REACH: usize = 7;
const FARTHEST: usize = 48;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(index) = at else { return };
    let date = behind(text, index).or_else(|| before(text, index));
    found.extend(date.map(|(start, end)| Span { start, end, kind: "DOB", score: 90 }));
}

/// The date that follows a word shortly.
fn behind(text: &Text<'_>, index: usize) -> Option<(usize, usize)> {
    let from = text.words()[index].end;
    let mut near =
        (index + 1..text.words().len()).take(REACH).take_while(|next| text.words()[*next].start - from <= FARTHEST);
    near.find_map(|next| date_at(text, next)).or_else(|| digits_alone(text, index + 1))
}

/// The date that ends right before a word: `3.4.1980 syntynyt`.
fn before(text: &Text<'_>, index: usize) -> Option<(usize, usize)> {
    let end = text.words()[index.checked_sub(1).filter(|last| text.between(*last) == b" ")?].end;
    let mut firsts = (index.saturating_sub(LONGEST)..index).filter_map(|first| date_at(text, first));
    firsts.find(|date| date.1 == end)
}

/// A date has no more words.
const LONGEST: usize = 5;

fn date_at(text: &Text<'_>, first: usize) -> Option<(usize, usize)> {
    let start = text.words().get(first)?.start;
    date_end(text, first, Years::Any).map(|end| (start, end))
}

/// `030480` and `03041980` right behind a word: day, month and year, or the other way round.
fn digits_alone(text: &Text<'_>, index: usize) -> Option<(usize, usize)> {
    let word = text.words().get(index)?;
    let digits = text.letters(word);
    let is_near = text.between(index - 1).len() <= 3 && digits.iter().all(u8::is_ascii_digit);
    let number = |from: usize| usize::from(digits[from] - b'0') * 10 + usize::from(digits[from + 1] - b'0');
    let is_day = |day: usize, month: usize| (1..=31).contains(&number(day)) && (1..=12).contains(&number(month));
    let is_one = is_near
        && match digits.len() {
            6 => is_day(0, 2) || is_day(4, 2),
            8 => is_day(0, 2) && matches!(number(4), 19 | 20),
            _ => false,
        };
    is_one.then_some((word.start, word.end))
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn days_of_birth_follow_a_word_for_it() {
        let births = |text: &str| found(text, "DOB");
        assert_eq!(births("DOB: 1971-10-24, customer since 2020-01-01"), ["1971-10-24"]);
        assert_eq!(births("Syntymäaika 13.6.74"), ["13.6.74"]);
        assert_eq!(births("you were born on March 15, 1989, correct?"), ["March 15, 1989"]);
        assert_eq!(births("FÖDELSEDATUM 19740613"), ["19740613"]);
        for text in ["3.4.1980 syntynyt", "F. nac.: 3.4.1980", "den am 3.4.1980 geborenen"] {
            assert_eq!(births(text), ["3.4.1980"], "{text}");
        }
        assert_eq!(births("syntymäaika=030480"), ["030480"]);
        assert_eq!(births("Syntynyt: 03041980"), ["03041980"]);
        for none in ["it's 3.4.1980", "s. 12, b. 7", "born 990099", "vitamin b 3.4.1980"] {
            assert!(births(none).is_empty(), "{none}");
        }
        assert!(births("customer since 2020-01-01, DOB unknown").is_empty());
    }
}
