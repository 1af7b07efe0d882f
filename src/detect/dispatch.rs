//! Which recognisers are asked at which places of a text.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::detect::text::hash_of;
use crate::detect::{At, RECOGNISERS, Recogniser, Span, Starts, Text};

/// So many digits of joined words are told apart.
const MOST_DIGITS: usize = 40;

/// Made of the list, once.
pub(super) static DISPATCH: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::of(RECOGNISERS));

type Asked = Vec<&'static Recogniser>;

pub(super) struct Dispatch {
    marks: [Asked; 256],
    digits: [Asked; MOST_DIGITS + 1],
    capitals: Asked,
    keywords: HashMap<u64, Asked>,
    prefixes: HashMap<[u8; 2], Vec<(&'static str, &'static Recogniser)>>,
}

impl Dispatch {
    fn of(recognisers: &[&'static Recogniser]) -> Self {
        let mut dispatch = Dispatch {
            marks: [const { Vec::new() }; 256],
            digits: [const { Vec::new() }; MOST_DIGITS + 1],
            capitals: Vec::new(),
            keywords: HashMap::new(),
            prefixes: HashMap::new(),
        };
        for recogniser in recognisers {
            recogniser.starts.iter().for_each(|starts| dispatch.add(starts, recogniser));
        }
        dispatch
    }

    fn add(&mut self, starts: &Starts, recogniser: &'static Recogniser) {
        match starts {
            Starts::Mark(mark) => self.marks[usize::from(*mark)].push(recogniser),
            Starts::Digits(range) => {
                range.clone().for_each(|digits| self.digits[usize::from(digits).min(MOST_DIGITS)].push(recogniser));
            }
            Starts::Capital => self.capitals.push(recogniser),
            Starts::Keyword(words) => {
                words.iter().for_each(|word| self.keywords.entry(hash_of(word)).or_default().push(recogniser));
            }
            Starts::Prefix(prefixes) => {
                for prefix in *prefixes {
                    let first = [prefix.as_bytes()[0], prefix.as_bytes()[1]];
                    self.prefixes.entry(first).or_default().push((prefix, recogniser));
                }
            }
        }
    }

    /// Asks every recogniser at every place where it wants to be asked.
    pub(super) fn ask(&self, text: &Text<'_>, found: &mut Vec<Span>) {
        for (at, byte) in text.bytes().iter().enumerate() {
            self.marks[usize::from(*byte)].iter().for_each(|asked| (asked.find)(text, At::Mark(at), found));
        }
        for (at, word) in text.words().iter().enumerate() {
            let asked: &[_] = match word {
                word if word.has_digit => &self.digits[digits_joined(text, at).min(MOST_DIGITS)],
                word if word.is_capital => &self.capitals,
                _ => &[],
            };
            let letters = text.word(word);
            let first = letters.as_bytes().first_chunk().and_then(|first| self.prefixes.get(first));
            let prefixed = first.into_iter().flatten().filter(|(prefix, _)| letters.starts_with(prefix));
            let prefixed = prefixed.map(|(_, recogniser)| recogniser);
            let keyed = self.keywords.get(&word.hash).into_iter().flatten();
            asked.iter().chain(prefixed).chain(keyed).for_each(|asked| (asked.find)(text, At::Word(at), found));
        }
    }
}

/// How many digits a word and those that one separator each joins to it have.
fn digits_joined(text: &Text<'_>, at: usize) -> usize {
    let joins = |gap: &str| matches!(gap.as_bytes(), [b' ' | b'-' | b'.' | b'/']);
    let mut digits = 0;
    for index in at..text.words().len() {
        let word = &text.words()[index];
        digits += text.bytes()[word.start..word.end].iter().filter(|byte| byte.is_ascii_digit()).count();
        if digits > MOST_DIGITS
            || !joins(text.gap(index))
            || !text.words().get(index + 1).is_some_and(|next| next.has_digit)
        {
            break;
        }
    }
    digits
}
