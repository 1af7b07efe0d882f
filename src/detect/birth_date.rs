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
    ])],
    find,
};

/// So many words and bytes may stand between.
const REACH: usize = 7;
const FARTHEST: usize = 48;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(index) = at else { return };
    let from = text.words()[index].end;
    let near =
        (index + 1..text.words().len()).take(REACH).take_while(|next| text.words()[*next].start - from <= FARTHEST);
    let date = near.map(|next| (next, date_end(text, next, Years::Any))).find_map(|(next, end)| Some((next, end?)));
    if let Some((next, end)) = date {
        found.push(Span { start: text.words()[next].start, end, kind: "DOB", score: 90 });
    }
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
        assert!(births("customer since 2020-01-01, DOB unknown").is_empty());
    }
}
