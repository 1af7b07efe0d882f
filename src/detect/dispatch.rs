//! Which recognisers are asked at which places of a text.

use std::sync::LazyLock;

use crate::detect::tags::Tag;
use crate::detect::text::{ByHash, hash_of, hash_of_plain};
use crate::detect::{At, Hints, RECOGNISERS, Recogniser, Span, Starts, Text, Word};

/// So many digits of joined words are told apart.
const MOST_DIGITS: usize = 40;

/// Made of the list, once.
pub(super) static DISPATCH: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::of(RECOGNISERS));

type Asked = Vec<&'static Recogniser>;

pub(super) struct Dispatch {
    marks: [Asked; 256],
    marks_asked: [bool; 256],
    digits: [Asked; MOST_DIGITS + 1],
    codes: Asked,
    capitals: Asked,
    keywords: ByHash<Asked>,
    /// What words tell of a text, by their hashes.
    hints: ByHash<Hints>,
    /// Which bytes can begin a prefix.
    begins_prefix: [bool; 256],
    prefixes: Vec<(&'static str, &'static Recogniser)>,
}

impl Dispatch {
    pub(super) fn of(recognisers: &[&'static Recogniser]) -> Self {
        let mut dispatch = Dispatch {
            marks: [const { Vec::new() }; 256],
            marks_asked: [false; 256],
            digits: [const { Vec::new() }; MOST_DIGITS + 1],
            codes: Vec::new(),
            capitals: Vec::new(),
            keywords: ByHash::default(),
            hints: ByHash::default(),
            begins_prefix: [false; 256],
            prefixes: Vec::new(),
        };
        for recogniser in recognisers {
            recogniser.starts.iter().for_each(|starts| dispatch.add(starts, recogniser));
        }
        dispatch
    }

    fn add(&mut self, starts: &Starts, recogniser: &'static Recogniser) {
        match starts {
            Starts::Mark(mark) => {
                self.marks[usize::from(*mark)].push(recogniser);
                self.marks_asked[usize::from(*mark)] = true;
            }
            Starts::Digits(range) => {
                let digits = usize::from(*range.start())..=usize::from(*range.end()).min(MOST_DIGITS);
                digits.for_each(|digits| self.digits[digits].push(recogniser));
            }
            Starts::Code => self.codes.push(recogniser),
            Starts::Capital => self.capitals.push(recogniser),
            Starts::Keyword(words) => self.add_words(words, Hints::ASK, Some(recogniser)),
            Starts::Label(words) => self.add_words(words, Hints::LABEL, Some(recogniser)),
            Starts::Company(words) => self.add_words(words, Hints::COMPANY, None),
            Starts::Prefix(prefixes) => {
                for prefix in *prefixes {
                    self.begins_prefix[usize::from(prefix.as_bytes()[0])] = true;
                    self.prefixes.push((prefix, recogniser));
                }
            }
        }
    }

    fn add_words(&mut self, words: &[&str], hints: Hints, asked: Option<&'static Recogniser>) {
        for hash in words.iter().map(|word| hash_of(word)) {
            *self.hints.entry(hash).or_default() |= hints;
            if let Some(recogniser) = asked {
                self.keywords.entry(hash).or_default().push(recogniser);
            }
        }
    }

    /// Which bytes, outside words, some recogniser wants to be asked at.
    pub(super) fn marks_asked(&self) -> &[bool; 256] {
        &self.marks_asked
    }

    /// What a word without digits tells, which is in lower case here and may not be in its text.
    pub(super) fn hints(&self, lower: &[u8]) -> Hints {
        let begins = |(prefix, _): &(&str, _)| {
            let head = lower.get(..prefix.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        if !self.capitals.is_empty() || self.prefixes.iter().any(begins) {
            return Hints::ASK;
        }
        self.hints.get(&hash_of_plain(lower)).copied().unwrap_or_default()
    }

    /// Asks every recogniser at every place where it wants to be asked.
    pub(super) fn ask(&self, text: &Text<'_>, found: &mut Vec<Span>) {
        for at in text.marks() {
            self.marks[usize::from(text.bytes()[*at])]
                .iter()
                .for_each(|asked| (asked.find)(text, At::Mark(*at), found));
        }
        let mut joined = 0;
        for at in text.asked().iter().copied() {
            let word = &text.words()[at];
            let ask = |asked: &Asked, found: &mut Vec<Span>| {
                asked.iter().for_each(|asked| (asked.find)(text, At::Word(at), found));
            };
            if word.has_digit() {
                joined = if joined == 0 { digits_joined(text, at) } else { joined };
                ask(&self.digits[joined.min(MOST_DIGITS)], found);
                joined -= word.digits as usize;
                if word.has_letter {
                    ask(&self.codes, found);
                }
            } else if word.is_capital {
                ask(&self.capitals, found);
            }
            if word.tags.has(Tag::Keyword) {
                self.keywords.get(&word.hash).into_iter().for_each(|asked| ask(asked, found));
            }
            if self.begins_prefix[usize::from(text.bytes()[word.start])] {
                self.ask_prefixed(text, at, word, found);
            }
        }
    }

    fn ask_prefixed(&self, text: &Text<'_>, at: usize, word: &Word, found: &mut Vec<Span>) {
        let letters = text.letters(word);
        for (prefix, asked) in &self.prefixes {
            if letters.starts_with(prefix.as_bytes()) {
                (asked.find)(text, At::Word(at), found);
            }
        }
    }
}

/// How many digits a word and those that one separator each joins to it have.
fn digits_joined(text: &Text<'_>, at: usize) -> usize {
    let mut digits = 0;
    for (index, word) in text.words().iter().enumerate().skip(at).take_while(|(_, word)| word.has_digit()) {
        digits += word.digits as usize;
        if !matches!(text.between(index), [b' ' | b'-' | b'.' | b'/']) {
            break;
        }
    }
    digits
}
