//! How much speaks for words being the name of a person.
//!
//! The weights are those of a logistic regression with a ridge toward weights that were set by hand before (penalty 2
//! on the squared distance), fitted over all segments of five free corpora, each counted as 1,500 segments at most:
//! spans of presidio-research (MIT), pii-anon-eval-data (CC0), DataFog (MIT), the Swedish NER corpus (CC BY 4.0), and
//! notes made for verho; in hundredths, rounded. A segment counts as a name where half of it and of a labelled one is
//! shared. The Turku NER corpus and WNUT 17 took no part: what is found in them tells how far the weights reach.
//! `Known` is set by hand, since those corpora hardly have it.

use crate::detect::person::ENOUGH;
use crate::detect::person::lexicon::{entry_of, plain_of, role};
use crate::detect::person::plain;
use crate::detect::person::roles::{Role, person_endings};
use crate::detect::person::run::{Segment, Shape, Token};
use crate::detect::{Span, Text, Word};

/// Declares what is looked at and what it weighs, in hundredths of a logit.
macro_rules! clues {
    ($($(#[$doc:meta])* $clue:ident = $weight:literal)*) => {
        /// What is looked at.
        #[derive(Debug, Clone, Copy)]
        pub(super) enum Clue { $($(#[$doc])* $clue),* }
        const WEIGHTS: &[i32] = &[$($weight),*];
    };
}

clues! {
    /// One word alone.
    One = -194
    OneGiven = 51
    OneFamily = 18
    OneCommon = -16
    OnePlace = -28
    OneUnknown = -115
    OneEnding = 77
    OneInflected = -23
    OneStarts = 30
    OneCapitals = -259
    OneShort = -73
    /// Alone in its line.
    OneLine = -50
    /// Two words or more.
    Many = -87
    FirstGiven = 62
    FirstFamily = -12
    FirstUnknown = -44
    FirstCommon = -8
    FirstPlace = -20
    LastGiven = -15
    LastFamily = 16
    LastUnknown = -38
    LastCommon = -20
    LastPlace = -8
    LastEnding = 104
    ManyInflected = 1
    ManyStarts = 23
    ManyCapitals = -59
    ManyMore = 5
    Initial = 48
    Title = 298
    Greeting = 230
    Closing = 329
    Person = 272
    Label = 243
    SaysBefore = 332
    SaysAfter = 273
    AtBefore = -99
    Listed = 204
    Firm = -183
    Place = -347
    Genitive = -57
    Handle = -200
    Quoted = -86
    CapitalBefore = 4
    CapitalAfter = -163
    Colon = 65
    Hyphen = -157
    OneStartsUnknown = -129
    OneStartsEnding = -38
    OneStartsCommon = -15
    OneStartsInflected = -34
    /// Within a word with dots, at signs or slashes in it.
    Glued = -210
    /// A name that was found before in the text has this word in it.
    Known = 50
}

/// The sum of all clues.
pub(super) struct Clues(i32);

impl Clues {
    /// Everything that is looked at, where it is enough for a name; else as much as shows that it is not.
    pub(super) fn of(text: &Text<'_>, segment: &Segment, found: &[Span]) -> Self {
        let mut clues = Clues(0);
        match &*segment.tokens {
            [] => {}
            [token] => clues.one(text, token),
            tokens => clues.many(text, tokens),
        }
        clues.around(text, segment);
        // What takes long to see is looked at where it can still change something.
        if let [token] = &*segment.tokens
            && clues.0 + WEIGHTS[Clue::Known as usize] + WEIGHTS[Clue::Listed as usize] >= ENOUGH
        {
            clues.mark(Clue::Known, is_in_one_of(text, token, found));
        }
        if clues.0 + WEIGHTS[Clue::Listed as usize] >= ENOUGH {
            clues.mark(Clue::Listed, is_listed(text, segment.first(), segment.last()));
        }
        clues
    }

    /// What speaks for a name, in hundredths of a logit.
    pub(super) fn score(&self) -> i32 {
        self.0
    }

    fn set(&mut self, clue: Clue, amount: u8) {
        self.0 += i32::from(amount) * WEIGHTS[clue as usize];
    }

    fn mark(&mut self, clue: Clue, holds: impl Into<u8>) {
        self.set(clue, holds.into());
    }

    fn one(&mut self, text: &Text<'_>, token: &Token) {
        let entry = token.entry;
        self.set(Clue::One, 1);
        self.set(Clue::OneGiven, entry.given);
        self.set(Clue::OneFamily, entry.family);
        self.set(Clue::OneCommon, entry.common);
        self.set(Clue::OnePlace, entry.place);
        self.mark(Clue::OneUnknown, token.is_unknown());
        self.mark(Clue::OneEnding, token.has_ending);
        self.mark(Clue::OneInflected, token.is_inflected);
        if starts_sentence(text, token.at) {
            self.set(Clue::OneStarts, 1);
            self.mark(Clue::OneStartsUnknown, token.is_unknown());
            self.set(Clue::OneStartsCommon, entry.common);
            self.mark(Clue::OneStartsEnding, token.has_ending);
            self.mark(Clue::OneStartsInflected, token.is_inflected);
        }
        self.mark(Clue::OneCapitals, matches!(token.shape, Shape::Capitals | Shape::Initial));
        self.mark(Clue::OneShort, token.length < 4);
        self.mark(Clue::OneLine, fills_line(text, token.at));
    }

    fn many(&mut self, text: &Text<'_>, tokens: &[Token]) {
        let (first, last) = (&tokens[0], &tokens[tokens.len() - 1]);
        self.set(Clue::Many, 1);
        self.set(Clue::FirstGiven, first.entry.given);
        self.set(Clue::FirstFamily, first.entry.family);
        self.mark(Clue::FirstUnknown, first.is_unknown());
        self.set(Clue::FirstCommon, first.entry.common);
        self.set(Clue::FirstPlace, first.entry.place);
        self.set(Clue::LastGiven, last.entry.given);
        self.set(Clue::LastFamily, last.entry.family);
        self.mark(Clue::LastUnknown, last.is_unknown());
        self.set(Clue::LastCommon, last.entry.common);
        self.set(Clue::LastPlace, last.entry.place);
        self.mark(Clue::LastEnding, last.has_ending);
        self.mark(Clue::ManyInflected, last.is_inflected);
        self.mark(Clue::ManyStarts, starts_sentence(text, first.at));
        self.mark(Clue::ManyCapitals, tokens.iter().all(|token| token.shape == Shape::Capitals));
        self.mark(Clue::ManyMore, tokens.len() > 3);
        self.mark(Clue::Initial, tokens.iter().any(|token| token.shape == Shape::Initial));
    }

    fn around(&mut self, text: &Text<'_>, segment: &Segment) {
        let (Some(first), Some(last)) = (segment.tokens.first(), segment.tokens.last()) else { return };
        let bytes = text.bytes();
        let (start, end) = (text.words()[first.at].start, text.words()[last.at].end);
        let mut role = role_before(text, first.at);
        if role.is_none() && matches!(bytes.get(end), None | Some(b'.' | b'\n')) && signs(text, first.at, last.at) {
            role = Some(Role::Closing);
        }
        match role {
            Some(Role::Title) => self.set(Clue::Title, 1),
            Some(Role::Greeting) => self.set(Clue::Greeting, 1),
            Some(Role::Closing) => self.set(Clue::Closing, 1),
            Some(Role::Person) => self.set(Clue::Person, 1),
            Some(Role::Label) => self.set(Clue::Label, 1),
            Some(Role::Says) => self.set(Clue::SaysBefore, 1),
            Some(Role::At) => self.set(Clue::AtBefore, 1),
            Some(Role::Firm) => self.set(Clue::Firm, 1),
            Some(Role::Place) => self.set(Clue::Place, 1),
            _ => {}
        }
        let mut role_behind = segment.ended_by.flatten().or_else(|| role_after(text, last.at));
        if bytes.get(end + 1) == Some(&b'&') {
            role_behind = role_behind.or_else(|| partners(text, last.at));
        }
        match role_behind {
            Some(Role::Says) => self.set(Clue::SaysAfter, 1),
            Some(Role::Firm) => self.set(Clue::Firm, 1),
            Some(Role::Place) => self.set(Clue::Place, 1),
            _ => {}
        }
        let before = start.checked_sub(1).map(|before| bytes[before]);
        let quote = |byte: u8| matches!(byte, b'"' | b'\'' | b'>' | b'<' | b'`');
        self.mark(Clue::Genitive, matches!(&bytes[end..], [b'\'', b's', ..] | [0xe2, 0x80, 0x99, b's', ..]));
        self.mark(Clue::Handle, matches!(before, Some(b'@' | b'#' | b'_' | b'\\')));
        let is_quoted = before.is_some_and(quote) && bytes.get(end).is_some_and(|byte| quote(*byte));
        // Behind a label it is a value as others are: `"last_name": "Virtanen"`.
        self.mark(Clue::Quoted, is_quoted && role != Some(Role::Label));
        self.mark(
            Clue::CapitalBefore,
            first.at > 0 && text.between(first.at - 1) == b" " && text.words()[first.at - 1].is_capital,
        );
        self.mark(Clue::CapitalAfter, segment.ended_by.is_some());
        let is_announced = matches!(role, Some(Role::Title | Role::Label));
        self.mark(Clue::Hyphen, first.at < last.at && text.between(first.at) == b"-" && !is_announced);
        self.mark(Clue::Glued, is_glued(bytes, start, end));
        self.mark(Clue::Colon, bytes[..start].ends_with(b": "));
    }
}

/// Whether a name stands at the end of a text or a line behind a slash or a dash, as who wrote it: `No reply. /Anna`.
fn signs(text: &Text<'_>, first: usize, last: usize) -> bool {
    let Some(gap @ [b'.' | b'!' | b'?' | b'\n', _, ..]) = first.checked_sub(1).map(|before| text.between(before))
    else {
        return false;
    };
    // `T. Anna`, as Finns end their notes.
    let is_initial =
        || last == first + 1 && text.letters(&text.words()[first]) == b"T" && text.between(first).starts_with(b".");
    let is_sign = matches!(gap, [.., b' ' | b'\n', b'/'] | [.., b' ', b'-', b' ']) || gap.ends_with(" – ".as_bytes());
    let ends = text.between(last);
    let ends_text = last + 1 == text.words().len() && matches!(ends, [] | [b'.']);
    (ends_text || ends.first() == Some(&b'\n')) && (is_sign && gap.len() <= LONGEST_SIGN || is_initial())
}

/// In bytes, with what ends the sentence before.
const LONGEST_SIGN: usize = 6;

/// Whether a sign without spaces joins words to letters before or behind.
fn is_glued(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_sign = |byte: u8| matches!(byte, b'.' | b'@' | b'_' | b'\\' | b'/');
    let before = matches!(bytes[..start], [.., letter, sign] if is_sign(sign) && letter.is_ascii_alphanumeric());
    let behind = matches!(bytes[end..], [sign, letter, ..] if is_sign(sign) && letter.is_ascii_alphanumeric());
    before || behind || bytes.get(end) == Some(&b'@')
}

/// Whether a sentence or a line begins at a word: not behind the point of a title, as `Dr. `.
fn starts_sentence(text: &Text<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    // A bullet is of three bytes.
    let ends = |sign: &[u8]| matches!(sign, [b'.' | b'!' | b'?' | b'\n' | b'*', ..] | [0xe2, 0x80, 0xa2, ..]);
    match text.between(before) {
        b" " => false,
        b". " => role(text, &text.words()[before]) != Some(Role::Title),
        gap => (0..gap.len()).any(|at| ends(&gap[at..])),
    }
}

/// Whether nothing else stands in the line of a word.
fn fills_line(text: &Text<'_>, at: usize) -> bool {
    let breaks = |gap: &[u8]| gap != b" " && gap.contains(&b'\n');
    let before = at.checked_sub(1).is_none_or(|before| breaks(text.between(before)));
    before && (at + 1 == text.words().len() || breaks(text.between(at)))
}

fn role_of(text: &Text<'_>, at: usize) -> Option<Role> {
    let word = &text.words()[at];
    if word.has_digit() {
        return None;
    }
    role(text, word).or_else(|| {
        let may_be_compound = word.end - word.start > SHORTEST_COMPOUND;
        (may_be_compound && is_compound(text, word)).then_some(Role::Person)
    })
}

/// A word put together of two is longer.
const SHORTEST_COMPOUND: usize = 7;

/// Whether a word is put together with one that says what somebody is, and is known as no other.
fn is_compound(text: &Text<'_>, word: &Word) -> bool {
    let plain = plain_of(text, word);
    let letters = plain.letters();
    let endings = letters.last().map_or(&[][..], |last| person_endings(*last));
    endings.iter().any(|ending| letters.len() > ending.len() + 1 && plain::ends_with(letters, ending))
        && entry_of(text, word).is_none()
}

/// What the word right before does.
pub(super) fn role_right_before(text: &Text<'_>, at: usize) -> Option<Role> {
    at.checked_sub(1).filter(|before| is_near(text.between(*before))).and_then(|before| role_of(text, before))
}

/// What the word before does, or the one before it where a small one stands between.
pub(super) fn role_before(text: &Text<'_>, at: usize) -> Option<Role> {
    let mut before = at;
    let mut role = None;
    for _ in 0..3 {
        before = before.checked_sub(1).filter(|before| is_near(text.between(*before)))?;
        role = role_of(text, before);
        if !matches!(role, Some(Role::Link | Role::Particle)) {
            break;
        }
    }
    role
}

fn role_after(text: &Text<'_>, at: usize) -> Option<Role> {
    let near = at + 1 < text.words().len() && matches!(text.between(at), [b' ' | b'-'] | [b',', b' ']);
    let role = near.then(|| role_of(text, at + 1)).flatten()?;
    // Of `co-authored` the first word is no firm.
    let is_part = role == Role::Firm && text.between(at + 1) == b"-" && !text.words()[at + 1].is_capital;
    (!is_part).then_some(role)
}

/// What makes a firm of a name and another one, as in `Lund & Persson AB`.
fn partners(text: &Text<'_>, at: usize) -> Option<Role> {
    let partner = at + 1;
    let is_joined = text.between(at) == b" & " && text.words().get(partner).is_some_and(|word| word.is_capital);
    is_joined.then(|| role_after(text, partner)).flatten().filter(|role| *role == Role::Firm)
}

/// Whether what stands between two words lets one tell of the other.
fn is_near(gap: &[u8]) -> bool {
    gap == b" "
        || gap.len() <= 6 && !gap.iter().any(|sign| b"!?;".contains(sign)) && (!gap.contains(&b'.') || gap == b". ")
}

/// Whether the word before or behind, joined by a comma or an "and", is a given name.
fn is_listed(text: &Text<'_>, first: usize, last: usize) -> bool {
    let words = text.words();
    let is_name = |at: usize| {
        let word = &words[at];
        word.is_capital && !word.has_digit() && {
            let entry = entry_of(text, word).unwrap_or_default();
            entry.name() >= 3 && entry.common < 5 && entry.place < 5
        }
    };
    let joined = |gap: &[u8]| matches!(gap, [b',', b' '] | [b' ', b'&' | b'/', b' ']);
    let and =
        |at: usize| matches!(text.word(&words[at]), "and" | "och" | "ja" | "und" | "et" | "y" | "e" | "or" | "tai");
    let before = first.checked_sub(1).is_some_and(|at| {
        joined(text.between(at)) && is_name(at)
            || and(at) && at.checked_sub(1).is_some_and(|at| text.between(at) == b" " && is_name(at))
    });
    let behind = last + 1;
    before
        || behind < words.len()
            && (joined(text.between(last)) && is_name(behind) && partners(text, last).is_none()
                || text.between(last) == b" " && and(behind) && behind + 1 < words.len() && is_name(behind + 1))
}

/// A name is looked for in no more of those that were found before.
const LOOKED_BACK: usize = 16;
/// Nor in a longer one, in bytes: a word can be as long as its text, and each word behind it would go through all of it.
const LOOKED_THROUGH: usize = 128;

/// Whether a name that was found before has a word in it.
fn is_in_one_of(text: &Text<'_>, token: &Token, found: &[Span]) -> bool {
    let letters = text.word(&text.words()[token.at]);
    let names = found.iter().rev().take(LOOKED_BACK).filter(|span| {
        span.kind == "PERSON" && (letters.len() + 1..=LOOKED_THROUGH).contains(&(span.end - span.start))
    });
    names
        .map(|span| &text.as_str()[span.start..span.end])
        .any(|name| name.split([' ', '-']).any(|word| word == letters))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::{Buffers, Marked};

    #[test]
    fn a_name_of_any_length_is_not_looked_through() {
        let is_known = |family: &str| {
            let (mut buffers, text) = (Buffers::default(), format!("Aino {family}, Aino"));
            let text = Text::read(&text, &[Marked::NOWHERE; 256], &mut buffers);
            let found = [Span { start: 0, end: 5 + family.len(), kind: "PERSON", score: 80 }];
            is_in_one_of(&text, &Token::read(&text, 2), &found)
        };
        assert!(is_known("Koski"));
        assert!(!is_known(&"K".repeat(LOOKED_THROUGH)));
    }
}
