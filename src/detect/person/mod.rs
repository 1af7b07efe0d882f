//! Names of people.
//!
//! Nothing tells a name for certain. So what is known of words (`lexicon`), of the cases that they stand in, and of
//! words beside them (`roles`) is added up (`evidence`) for every run of capitalised words (`run`).

mod evidence;
mod inflection;
mod inverted;
mod lexicon;
mod likeness;
mod memo;
mod plain;
mod roles;
mod run;

use crate::detect::calendar::MONTH;
use crate::detect::{At, Recogniser, Span, Starts, Text, Word};
use evidence::Clues;
pub use likeness::{Likeness, likeness};
pub(super) use roles::{ROLES, Role};
use run::Segment;

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "person",
    kinds: &["PERSON"],
    follows: "lists of names beside src/detect/person/mod.rs, each with its source and licence",
    leaves_out: "names in small letters without a word before them that says so, and scripts other than Latin",
    starts: &[Starts::Capital],
    find,
};

/// From so much on a name is one, in hundredths of a logit.
pub(super) const ENOUGH: i32 = -100;

/// From so much on it is one where its form alone says little.
const SURE: i32 = 100;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(at) = at else { return };
    if run::begins_before(text, at) {
        return;
    }
    let mut segment = Segment::default();
    run::segments(text, at, &mut segment, |segment| {
        let score = Clues::of(text, segment, found).score();
        if let Some(family) = inverted::family_before(text, segment) {
            found.pop_if(|span| span.kind == "PERSON" && span.start == text.words()[family].start);
            found.push(span(text, family, segment.last(), score.max(SURE)));
        } else if score >= ENOUGH && !(score < SURE && is_month(text, segment)) && !is_of_day(text, segment) {
            found.push(span(text, segment.first(), segment.last(), score));
        }
    });
}

/// Whether one word is all, and names a month as well: it needs more than lists to be somebody, as `Hi April` has it.
fn is_month(text: &Text<'_>, segment: &Segment) -> bool {
    segment.first() == segment.last() && MONTH.has(&text.words()[segment.last()])
}

/// Whether a word alone is the month of a day: `Jun 14`, `2 April`, `May 2026`.
fn is_of_day(text: &Text<'_>, segment: &Segment) -> bool {
    let (at, words) = (segment.last(), text.words());
    if !MONTH.has(&words[at]) || at != segment.first() {
        return false;
    }
    let is_number = |at: usize| words.get(at).is_some_and(|word| word.digits > 0);
    let is_before = |before: usize| matches!(text.between(before), b" " | b". ") && is_number(before);
    at.checked_sub(1).is_some_and(is_before) || is_number(at + 1) && matches!(text.between(at), b" " | b"  ")
}

/// The name in small letters whose first word is this one, if it is one.
pub(super) fn small(text: &Text<'_>, at: usize) -> Option<Span> {
    let segment = Segment::of_small(text, at)?;
    let score = Clues::of(text, &segment, &[]).score();
    (score >= SURE).then(|| span(text, segment.first(), segment.last(), score))
}

/// Whether a word is a title that a name follows.
pub(super) fn is_title(text: &Text<'_>, at: usize) -> bool {
    lexicon::role(text, &text.words()[at]) == Some(Role::Title)
}

/// The family name in small letters that this word is, if it is a common one and no other word.
pub(super) fn small_family(text: &Text<'_>, at: usize) -> Option<Span> {
    let word = &text.words()[at];
    let entry = lexicon::entry_of(text, word).filter(|_| !word.is_capital && !word.has_digit())?;
    let is_name = entry.family >= 4 && entry.common < 5 && entry.role.is_none();
    is_name.then(|| span(text, at, at, SURE))
}

/// Whether the two words before one are a given name and a family name, as far as lists know one of the two.
pub(super) fn is_name_before(text: &Text<'_>, at: usize) -> bool {
    let Some([given, family]) = at.checked_sub(2).and_then(|first| text.words().get(first..at)) else { return false };
    let entry = |word: &Word| lexicon::entry_of(text, word).unwrap_or_default();
    let (first, last) = (entry(given), entry(family));
    let is_word = |entry: lexicon::Entry| entry.is_common() || entry.role.is_some();
    let is_given = first.given >= 2 && !is_word(first) && (last.family >= 4 || !is_word(last));
    let is_family = last.family >= 4 && !is_word(last) && !is_word(first);
    given.is_capital && family.is_capital && text.between(at - 2) == b" " && (is_given || is_family)
}

/// The span from the beginning of one word to the end of another.
fn span(text: &Text<'_>, first: usize, last: usize, score: i32) -> Span {
    let (start, end) = (text.words()[first].start, text.words()[last].end);
    Span { start, end, kind: "PERSON", score: percent(score) }
}

/// The logistic function of a score, near enough, between 1 and 90 percent.
fn percent(score: i32) -> u8 {
    u8::try_from((50 + score / 8).clamp(1, 90)).unwrap_or(90)
}

/// Whether a word of a text is a common one rather than a name.
pub(super) fn is_common(text: &Text<'_>, word: &Word) -> bool {
    lexicon::entry_of(text, word).is_some_and(|entry| entry.is_common())
}

/// The same of letters that stand in no text of their own.
pub(super) fn is_common_word(letters: &str) -> bool {
    lexicon::entry(&plain::Plain::of(letters)).is_some_and(|entry| entry.is_common())
}

/// Whether a word is a city, a region or a country, or a part of its name.
pub(super) fn is_place(text: &Text<'_>, word: &Word) -> bool {
    lexicon::entry_of(text, word).is_some_and(|entry| entry.place >= 5)
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn a_month_is_nobody() {
        assert!(found("August was wet, April orders rose", "PERSON").is_empty());
        assert_eq!(found("Hi April, thanks", "PERSON"), ["April"]);
    }

    #[test]
    fn a_key_of_a_log_is_nobody() {
        assert!(found("user=simone src=10.0.0.7", "PERSON").is_empty());
    }

    #[test]
    fn a_name_that_is_turned_round_takes_no_letters_of_others() {
        assert_eq!(found("\"Xqzzy, John\nAPO AE 09123\"", "ADDRESS"), ["Xqzzy, John\nAPO AE 09123"]);
    }

    #[test]
    fn a_title_with_a_point_and_a_label_with_quotes_announce_names() {
        assert_eq!(found("I saw Dr. Fechner today", "PERSON"), ["Fechner"]);
        assert_eq!(found("{\"lastName\": \"M\u{fc}lichen\", \"n\": 1}", "PERSON"), ["M\u{fc}lichen"]);
    }

    #[test]
    fn names_are_found_where_notes_have_them() {
        for (text, name) in [
            ("Terveisin Mari", "Mari"),
            ("No reply. /Anders", "Anders"),
            ("Ei vastausta. T. Juhani", "T. Juhani"),
            ("Kunde Caspar, Dagmar rief an", "Caspar, Dagmar"),
            ("Change of address: Burton, Donna, new", "Burton, Donna"),
            ("driver linda hunt, position", "linda hunt"),
            ("heiße marie-luise zobel und", "marie-luise zobel"),
            ("Llamar al Sr. Mendoza al", "Mendoza"),
            ("vi på tisdag. Hilsen Janne", "Janne"),
            ("pyydettiin Helenalta lupa", "Helenalta"),
            ("spoke to mr jones about", "jones"),
            ("Frau Schmidt-Rottluff bat", "Schmidt-Rottluff"),
            ("and so Anna co-authored it", "Anna"),
            ("this is dr. christopher lundgren. who", "christopher lundgren"),
            ("Angaben von Polizeisprecher Thomas Neuendorf wurde", "Thomas Neuendorf"),
        ] {
            assert_eq!(found(text, "PERSON"), [name], "{text}");
        }
        assert_eq!(found("vino José Ruiz y Ana Mora hoy", "PERSON"), ["José Ruiz", "Ana Mora"]);
    }

    #[test]
    fn other_words_are_no_names() {
        for text in [
            "Jun 14 15:16:01 host",
            "statistics of May 2026",
            "Kort 4 nekades",
            "Lundh & Persson HB",
            "by ted from it",
            "mr long or so",
            "commune de Saint-Denis",
        ] {
            assert!(found(text, "PERSON").is_empty(), "{text}");
        }
    }
}
