//! Names of people.
//!
//! Nothing tells a name for certain. So what is known of words (`lexicon`), of the cases that they stand in
//! (`inflection`) and of words beside them (`roles`) is added up (`evidence`) for every run of capitalised words (`run`).

mod evidence;
mod inflection;
mod lexicon;
mod likeness;
mod plain;
mod roles;
mod run;

use crate::detect::{At, Recogniser, Span, Starts, Text};
use evidence::Clues;
pub use likeness::{Likeness, likeness};
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
const ENOUGH: i32 = -80;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(at) = at else { return };
    if run::begins_before(text, at) {
        return;
    }
    let mut segment = Segment::default();
    run::segments(text, at, &mut segment, |segment| {
        let score = Clues::of(text, segment).score();
        if score >= ENOUGH {
            found.push(span(text, segment, score));
        }
    });
}

fn span(text: &Text<'_>, segment: &Segment, score: i32) -> Span {
    let [first, last] = [segment.tokens.first(), segment.tokens.last()].map(|token| token.map_or(0, |token| token.at));
    let (start, end) = (text.words()[first].start, text.words()[last].end);
    Span { start, end, kind: "PERSON", score: percent(score) }
}

/// The logistic function of a score, near enough, between 1 and 90 percent.
fn percent(score: i32) -> u8 {
    u8::try_from((50 + score / 8).clamp(1, 90)).unwrap_or(90)
}
