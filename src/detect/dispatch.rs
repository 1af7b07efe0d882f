//! Which recognisers are asked at which places of a text.

use std::sync::LazyLock;

use crate::detect::tags::Tag;
use crate::detect::text::{ByHash, Marked, hash_of, hash_of_plain};
use crate::detect::{At, Hints, RECOGNISERS, Recogniser, Span, Starts, Text};

/// So many digits of joined words are told apart.
const MOST_DIGITS: usize = 40;

/// Made of the list, once.
pub(super) static DISPATCH: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::of(RECOGNISERS));

type Find = fn(&Text<'_>, At, &mut Vec<Span>);

type Asked = Vec<Find>;

pub(super) struct Dispatch {
    marks: [Asked; 256],
    marked: [Marked; 256],
    digits: [Asked; MOST_DIGITS + 1],
    codes: Asked,
    capitals: Asked,
    keywords: ByHash<Asked>,
    /// What words tell of a text, by their hashes.
    hints: ByHash<Hints>,
    /// By their first bytes.
    prefixes: [Vec<(&'static str, Find)>; 256],
}

impl Dispatch {
    pub(super) fn of(recognisers: &[&'static Recogniser]) -> Self {
        let mut dispatch = Dispatch {
            marks: [const { Vec::new() }; 256],
            marked: [Marked::NOWHERE; 256],
            digits: [const { Vec::new() }; MOST_DIGITS + 1],
            codes: Vec::new(),
            capitals: Vec::new(),
            keywords: ByHash::default(),
            hints: ByHash::default(),
            prefixes: [const { Vec::new() }; 256],
        };
        for recogniser in recognisers {
            recogniser.starts.iter().for_each(|starts| dispatch.add(starts, recogniser.find));
        }
        dispatch
    }

    fn add(&mut self, starts: &Starts, find: Find) {
        match starts {
            Starts::Mark(mark) => self.add_mark(*mark, Marked::ANYWHERE, find),
            Starts::BehindDigit(mark) => self.add_mark(*mark, Marked::BEHIND_DIGIT, find),
            Starts::Joint(mark) => self.add_mark(*mark, Marked::JOINT, find),
            Starts::Digits(range) => {
                let digits = usize::from(*range.start())..=usize::from(*range.end()).min(MOST_DIGITS);
                digits.for_each(|digits| self.digits[digits].push(find));
            }
            Starts::Code => self.codes.push(find),
            Starts::Capital => self.capitals.push(find),
            Starts::Keyword(words) => self.add_words(words, Hints::ASK, Some(find)),
            Starts::Label(words) => self.add_words(words, Hints::LABEL, Some(find)),
            Starts::Company(words) => self.add_words(words, Hints::COMPANY, None),
            Starts::Prefix(prefixes) => {
                for prefix in *prefixes {
                    self.prefixes[usize::from(prefix.as_bytes()[0])].push((prefix, find));
                }
            }
        }
    }

    /// Where recognisers differ in where they want to be asked at a mark, all are asked at all of its places.
    fn add_mark(&mut self, mark: u8, marked: Marked, find: Find) {
        let mark = usize::from(mark);
        self.marked[mark] = self.marked[mark].or(marked);
        self.marks[mark].push(find);
    }

    fn add_words(&mut self, words: &[&str], hints: Hints, asked: Option<Find>) {
        for hash in words.iter().map(|word| hash_of(word)) {
            *self.hints.entry(hash).or_default() |= hints;
            if let Some(find) = asked {
                self.keywords.entry(hash).or_default().push(find);
            }
        }
    }

    /// Where some recogniser wants to be asked at each byte outside words.
    pub(super) fn marked(&self) -> &[Marked; 256] {
        &self.marked
    }

    /// What a word without digits tells, which is in lower case here and may not be in its text.
    pub(super) fn hints(&self, lower: &[u8]) -> Hints {
        let begins = |(prefix, _): &(&str, _)| {
            let head = lower.get(..prefix.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        let firsts = lower.first().map(|first| [*first, first.to_ascii_uppercase()]);
        let mut prefixes = firsts.into_iter().flatten().flat_map(|first| &self.prefixes[usize::from(first)]);
        if !self.capitals.is_empty() || prefixes.any(begins) {
            return Hints::ASK;
        }
        self.hints.get(&hash_of_plain(lower)).copied().unwrap_or_default()
    }

    /// Asks every recogniser at every place where it wants to be asked.
    pub(super) fn ask(&self, text: &Text<'_>, found: &mut Vec<Span>) {
        for at in text.marks() {
            self.marks[usize::from(text.bytes()[*at])].iter().for_each(|find| find(text, At::Mark(*at), found));
        }
        self.ask_at_digits(text, found);
        self.ask_at_capitals(text, found);
        for at in text.asked().keywords.iter().copied() {
            let word = &text.words()[at];
            let asked = word.tags.has(Tag::Keyword).then(|| self.keywords.get(&word.hash)).flatten();
            asked.into_iter().flatten().for_each(|find| find(text, At::Word(at), found));
        }
    }

    fn ask_at_digits(&self, text: &Text<'_>, found: &mut Vec<Span>) {
        let mut joined = 0;
        for at in text.asked().digits.iter().copied() {
            let word = &text.words()[at];
            if !word.has_digit() {
                continue;
            }
            joined = if joined == 0 { digits_joined(text, at) } else { joined };
            self.digits[joined.min(MOST_DIGITS)].iter().for_each(|find| find(text, At::Word(at), found));
            joined -= word.digits as usize;
            if word.has_letter {
                self.codes.iter().for_each(|find| find(text, At::Word(at), found));
            }
        }
    }

    fn ask_at_capitals(&self, text: &Text<'_>, found: &mut Vec<Span>) {
        for at in text.asked().capitals.iter().copied() {
            let word = &text.words()[at];
            if word.is_capital && !word.has_digit() {
                self.capitals.iter().for_each(|find| find(text, At::Word(at), found));
            }
            for (prefix, find) in &self.prefixes[usize::from(text.bytes()[word.start])] {
                if text.letters(word).starts_with(prefix.as_bytes()) {
                    find(text, At::Word(at), found);
                }
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

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn words_that_are_known_only_when_folded_are_asked_at_too() {
        assert_eq!(found("Call \u{ff10}40 12\u{ff13} 4567", "PHONE"), ["\u{ff10}40 12\u{ff13} 4567"]);
        assert_eq!(found("pass\u{200b}word: hunter2x", "SECRET"), ["hunter2x"]);
        assert_eq!(found("asked \u{ff21}ino Virtanen about it", "PERSON"), ["\u{ff21}ino Virtanen"]);
    }
}
