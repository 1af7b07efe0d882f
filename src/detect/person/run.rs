//! Runs of capitalised words, cut into what can be one name each.

use arrayvec::ArrayVec;

use crate::detect::person::evidence::role_right_before;
use crate::detect::person::lexicon::{Entry, role};
use crate::detect::person::memo::Known;
use crate::detect::person::plain::{self, Plain};
use crate::detect::person::roles::Role;
use crate::detect::{Text, Word};

/// A name has no more words.
const LONGEST: usize = 6;

/// A word of a run, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// Its place among the words of the text.
    pub(super) at: usize,
    pub(super) entry: Entry,
    pub(super) shape: Shape,
    /// Whether what is known is known of the word that this one is a case of.
    pub(super) is_inflected: bool,
    /// Whether it ends as family names do.
    pub(super) has_ending: bool,
    pub(super) length: usize,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `J`
    Initial,
    /// `SMITH`
    Capitals,
    /// `Smith`
    Capitalised,
    /// `smith`
    Small,
}

impl Token {
    pub(super) fn read(text: &Text<'_>, at: usize) -> Self {
        let word = &text.words()[at];
        let Known { entry, is_inflected, has_ending } = Known::of(text, word);
        Token { at, entry, shape: shape(text, word), is_inflected, has_ending, length: word.end - word.start }
    }

    /// How much it is a name, and no word of another kind.
    pub(super) fn name(&self) -> u8 {
        self.entry.name().max(if self.has_ending { 4 } else { 0 })
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.entry == Entry::default() && !self.has_ending && self.shape != Shape::Initial
    }

    /// Whether it is a word of another kind as well.
    fn is_other(&self) -> bool {
        self.entry.common >= 5 || self.entry.role.is_some()
    }

    /// Whether it is a name of families behind a given name that is nothing else, whatever other word it is.
    fn is_family_behind(&self, given: &Token) -> bool {
        self.entry.family >= 4
            && self.entry.common < 8
            && self.entry.role.is_none()
            && given.entry.given >= 5
            && given.entry.common < 3
    }

    /// Whether it can be no word of a name where it stands, behind a given name or not.
    fn is_no_name(&self, behind_given: bool) -> bool {
        if self.entry.role == Some(Role::Particle) {
            return !behind_given && self.name() == 0;
        }
        let role = self.entry.role.is_some() && self.name() < 6;
        let common = self.entry.common >= 8 && self.name() <= 3 || self.entry.common >= 4 && self.name() == 0;
        let place = self.entry.place >= 6 && self.name() < 4 && !behind_given;
        role || common || place
    }
}

fn shape(text: &Text<'_>, word: &Word) -> Shape {
    // Of most words two letters say it, and both are of ASCII.
    if let [_, b'a'..=b'z', ..] = text.letters(word) {
        return if word.is_capital { Shape::Capitalised } else { Shape::Small };
    }
    let mut letters = text.word(word).chars();
    letters.next();
    match letters.next() {
        _ if !word.is_capital => Shape::Small,
        None => Shape::Initial,
        Some(second) if second.is_uppercase() && letters.next().is_none_or(char::is_uppercase) => Shape::Capitals,
        Some(_) => Shape::Capitalised,
    }
}

/// Ends of family names with a last letter, each with the length from which on a word with it is one.
fn family_endings(last: u8) -> &'static [(&'static [u8], usize)] {
    match last {
        b'a' => &[(b"sella", 8), (b"selta", 8), (b"ranta", 7), (b"ova", 6), (b"eva", 6), (b"ska", 6)],
        b'c' => &[(b"ovic", 6), (b"evic", 6)],
        b'd' => &[(b"lund", 6), (b"blad", 6)],
        b'e' => &[(b"selle", 8)],
        b'g' => &[(b"berg", 6)],
        b'i' => &[
            (b"maki", 6),
            (b"niemi", 7),
            (b"koski", 7),
            (b"ski", 6),
            (b"shvili", 8),
            (b"elli", 7),
            (b"etti", 7),
            (b"ucci", 6),
        ],
        b'k' => &[(b"czyk", 6), (b"chuk", 6)],
        b'l' => &[(b"dahl", 6)],
        b'm' => &[(b"strom", 6), (b"holm", 6)],
        b'n' => &[
            (b"nen", 6),
            (b"sen", 6),
            (b"maen", 6),
            (b"sson", 6),
            (b"son", 7),
            (b"gren", 6),
            (b"mann", 6),
            (b"stein", 7),
            (b"yan", 6),
            (b"ssen", 6),
            (b"onen", 6),
            (b"ainen", 7),
        ],
        b'o' => &[(b"enko", 6)],
        b'r' => &[(b"dotter", 9), (b"dottir", 9), (b"meier", 6), (b"meyer", 6), (b"bauer", 7), (b"hofer", 7)],
        b's' => &[(b"ssons", 7), (b"stroms", 7), (b"bergs", 7), (b"poulos", 8), (b"idis", 7), (b"akis", 7)],
        b't' => &[(b"quist", 7), (b"qvist", 7), (b"kvist", 7), (b"stedt", 7)],
        b'u' => &[(b"harju", 7), (b"escu", 6), (b"oglu", 6)],
        b'v' => &[(b"ov", 5), (b"ev", 5)],
        b'y' => &[(b"sky", 6)],
        b'z' => &[(b"ez", 5), (b"wicz", 6)],
        _ => &[],
    }
}

pub(super) fn has_family_ending(word: &Plain) -> bool {
    let letters = word.letters();
    let endings = letters.last().map_or(&[][..], |last| family_endings(*last));
    endings.iter().any(|(ending, length)| letters.len() >= *length && plain::ends_with(letters, ending))
}

/// Words of a name.
pub(super) type Tokens = ArrayVec<Token, LONGEST>;

/// Words that can be a name, and what stands around them in their run.
#[derive(Debug, Default)]
pub(super) struct Segment {
    pub(super) tokens: Tokens,
    /// What a word does that ended the segment, where one did.
    pub(super) ended_by: Option<Option<Role>>,
}

impl Segment {
    /// The place of its first word.
    pub(super) fn first(&self) -> usize {
        self.tokens.first().map_or(0, |token| token.at)
    }

    /// The place of its last word.
    pub(super) fn last(&self) -> usize {
        self.tokens.last().map_or(0, |token| token.at)
    }

    /// Words in small letters: a given name, or two that a hyphen joins, and one that can be a family name.
    pub(super) fn of_small(text: &Text<'_>, at: usize) -> Option<Self> {
        let words = text.words();
        let is_small = |at: usize| words.get(at).is_some_and(|word| !word.is_capital && !word.has_digit());
        if !is_small(at) || !is_small(at + 1) {
            return None;
        }
        let is_double = text.between(at) == b"-";
        let last = at + 1 + usize::from(is_double);
        // `user=aino src=10.0.0.7`: what an equals sign follows is a name of another kind.
        let is_key = || text.bytes().get(words[last].end) == Some(&b'=');
        if text.between(last - 1) != b" " || is_double && !is_small(last) || is_key() {
            return None;
        }
        let given = Token::read(text, at);
        if given.entry.given < 3 || given.is_other() {
            return None;
        }
        let [second, family] = [at + 1, last].map(|at| Token::read(text, at));
        let is_family =
            family.name() >= 2 && !family.is_other() || family.is_unknown() || family.is_family_behind(&given);
        let is_given = !is_double || !second.is_other() && (second.entry.given > 2 || second.is_unknown());
        let tokens = [given, second, family].into_iter().take(if is_double { 3 } else { 2 }).collect();
        let fits = is_family && is_given;
        fits.then_some(Segment { tokens, ended_by: None })
    }
}

/// Whether the run that a word belongs to begins before it.
pub(super) fn begins_before(text: &Text<'_>, at: usize) -> bool {
    let words = text.words();
    let Some(before) = at.checked_sub(1) else { return false };
    if !joins(text, before) || words[before].has_digit() {
        return false;
    }
    if words[before].is_capital {
        return true;
    }
    before.checked_sub(1).is_some_and(|first| words[first].is_capital && joins(text, first))
        && is_particle(text, before)
}

/// Whether a word of small letters stands within names.
fn is_particle(text: &Text<'_>, at: usize) -> bool {
    let letters = text.word(&text.words()[at]);
    let begins = letters.as_bytes().first().is_some_and(|first| b"vdzlabitye".contains(first));
    begins && letters.len() <= 4 && role(text, &text.words()[at]) == Some(Role::Particle)
}

/// Whether a word and the next one can be of one name.
fn joins(text: &Text<'_>, at: usize) -> bool {
    let words = text.words();
    let Some(next) = words.get(at + 1) else { return false };
    match text.bytes()[words[at].end..next.start] {
        [b' ' | b'-' | b'\''] | [0xe2, 0x80, 0x99] => true,
        [b'.'] | [b'.', b' '] => text.word(&words[at]).chars().nth(1).is_none() || is_title(text, at),
        _ => false,
    }
}

fn is_title(text: &Text<'_>, at: usize) -> bool {
    let word = &text.words()[at];
    word.end - word.start <= 4 && role(text, word) == Some(Role::Title)
}

/// Cuts the run that begins at a word into segments, and hands on each that has a word.
pub(super) fn segments(text: &Text<'_>, from: usize, segment: &mut Segment, mut take: impl FnMut(&Segment)) {
    let words = text.words();
    let mut at = from;
    segment.tokens.clear();
    loop {
        let token = Token::read(text, at);
        let behind_given = segment.tokens.last().is_some_and(|last| last.entry.given >= 3);
        let is_title = |token: &Token| token.entry.role == Some(Role::Title);
        let is_bound = !segment.tokens.is_empty()
            && (text.between(at - 1) == b"-" || !words[at - 1].is_capital && !is_title(&token));
        let is_no_name = !is_bound && token.shape != Shape::Initial && token.is_no_name(behind_given);
        if is_no_name && !(segment.tokens.is_empty() && token.name() >= 3 && is_announced(text, &token)) {
            close(segment, Some(token.entry.role), &mut take);
        } else {
            segment.tokens.push(token);
            if segment.tokens.is_full() {
                close(segment, None, &mut take);
            }
        }
        let Some(next) = next(text, at) else { break };
        if next == at + 2 && begins_another(text, next, segment) {
            close(segment, None, &mut take);
        }
        at = next;
    }
    close(segment, None, &mut take);
    debug_assert!(at < words.len());
}

/// Whether a word that is something else too is a name here: right behind what a name follows, as in `Regards, Mari`.
#[cold]
fn is_announced(text: &Text<'_>, token: &Token) -> bool {
    token.shape == Shape::Capitalised
        && token.entry.role != Some(Role::Label)
        && matches!(role_right_before(text, token.at), Some(Role::Title | Role::Greeting | Role::Closing))
}

/// Whether a small word between two names is `and`, as in `Ana Ruiz y Eva Mora` and not in `Ortega y Gasset`.
#[cold]
fn begins_another(text: &Text<'_>, next: usize, segment: &Segment) -> bool {
    let is_and = matches!(text.word(&text.words()[next - 1]), "y" | "e");
    is_and && segment.tokens.len() > 1 && {
        let entry = Token::read(text, next).entry;
        entry.given >= 3 && entry.given >= entry.family
    }
}

/// The next word of a run, behind at most two small words that stand within names.
fn next(text: &Text<'_>, at: usize) -> Option<usize> {
    let words = text.words();
    let mut next = at;
    for _ in 0..3 {
        if !joins(text, next) {
            return None;
        }
        next += 1;
        let word = &words[next];
        if word.is_capital && !word.has_digit() {
            return Some(next);
        }
        if word.has_digit() || !is_particle(text, next) {
            return None;
        }
    }
    None
}

/// Hands on a segment; most have no word.
#[inline(always)]
fn close(segment: &mut Segment, by: Option<Option<Role>>, take: &mut impl FnMut(&Segment)) {
    if !segment.tokens.is_empty() {
        segment.ended_by = by;
        hand_on(segment, take);
    }
}

fn hand_on(segment: &mut Segment, take: &mut impl FnMut(&Segment)) {
    trim(&mut segment.tokens);
    if !segment.tokens.is_empty() {
        take(segment);
    }
    segment.tokens.clear();
}

/// Takes off words before the first given name that are no names, and what is no name at the end.
fn trim(tokens: &mut Tokens) {
    let is_nothing = |token: &Token| token.name() == 0 && token.shape != Shape::Initial;
    if tokens.len() > 1 && is_nothing(&tokens[0]) {
        let before = tokens.iter().take_while(|token| is_nothing(token)).count();
        if tokens.get(before).is_some_and(|token| token.entry.given >= 3) {
            tokens.drain(..before);
        }
    }
    while tokens.last().is_some_and(|last| last.shape == Shape::Initial) && tokens.len() != 2 {
        tokens.pop();
    }
}
