//! Goes through a text once: counts off its words, and folds it where something hides in it.

use unicode_normalization::char::compose;

use super::block::{BYTES, Block, up_to};
use super::eight::Eight;
use super::fold::{Fold, class_of, fold, is_of_word};
use super::hash::{hash_at, hash_by};
use super::{Asked, Buffers, Marked, Shift, Word};
use crate::detect::tags::{TABLE, Table, Tag, Tags};

pub(super) const LETTER: u8 = 1;
pub(super) const CAPITAL: u8 = 2;
const DIGIT: u8 = 4;
/// The first byte of a character beyond ASCII.
const WIDE: u8 = 8;

/// What each byte can be.
pub(super) const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' => LETTER,
            b'A'..=b'Z' => LETTER | CAPITAL,
            b'0'..=b'9' => DIGIT,
            0x80.. => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Goes through a text once.
pub(super) struct Reader<'r> {
    text: &'r str,
    marked: &'r [Marked; 256],
    lists: &'static Table,
    /// Up to where the text is copied to the folded one.
    copied: usize,
    /// How far the folded text is ahead of what is not copied yet; it wraps where it is behind.
    ahead: usize,
    buffers: &'r mut Buffers,
}

impl<'r> Reader<'r> {
    /// Reads a text into buffers that are empty; whether it is folded there.
    pub(super) fn read(text: &'r str, marked: &'r [Marked; 256], buffers: &'r mut Buffers) -> bool {
        let (mut reader, mut at) = (Reader { text, marked, lists: &TABLE, copied: 0, ahead: 0, buffers }, 0);
        while at < text.len() {
            at = reader.block(at);
        }
        let is_folded = reader.copied > 0;
        if is_folded {
            reader.copy_to(text.len());
        }
        is_folded
    }

    /// Goes through 64 bytes, or to the last word that begins among them and does not end there: where to go on.
    fn block(&mut self, from: usize) -> usize {
        let mut room = [0; BYTES + 8];
        let block = Block::at(self.text.as_bytes(), from, &mut room);
        if block.odd() != 0 {
            return self.odd_block(&block, from);
        }
        let words = block.words();
        // The first bit of each word, and the one behind its last.
        let (mut starts, mut ends) = (words & !(words << 1), !words & (words << 1));
        while ends != 0 {
            self.word(&block, starts, ends, from);
            (starts, ends) = (starts & starts.wrapping_sub(1), ends & (ends - 1));
        }
        let mut signs = !(words | block.spaces) & up_to(self.text.len() - from);
        while signs != 0 {
            self.mark(from + signs.trailing_zeros() as usize);
            signs &= signs - 1;
        }
        // What is left is a word that does not end among them.
        match starts.trailing_zeros() as usize {
            0 => self.slowly(from),
            begins => from + begins,
        }
    }

    /// The same where there are characters that have to be looked at one by one.
    fn odd_block(&mut self, block: &Block<'_>, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let (words, odd) = (block.words(), block.odd());
        let mut rest = !block.spaces & up_to(bytes.len() - from);
        while rest != 0 {
            let first = rest & rest.wrapping_neg();
            let at = first.trailing_zeros() as usize;
            // Where a word begins, the sum carries its first bit to behind its last one.
            let sum = words.wrapping_add(first);
            let (inside, behind) = (words & !sum, sum & !words);
            if inside & first != 0 && behind & !odd != 0 {
                self.word(block, first, behind, from);
                rest &= !inside;
            } else if (inside | odd) & first == 0 {
                self.mark(from + at);
                rest &= !first;
            } else if odd & first == 0 && behind == 0 && at > 0 {
                return from + at;
            } else {
                let next = self.slowly(from + at);
                if next >= from + BYTES {
                    return next;
                }
                rest &= !up_to(next - from);
            }
        }
        from + BYTES
    }

    /// Takes note of a sign of ASCII where it is asked for.
    #[inline(always)]
    fn mark(&mut self, at: usize) {
        let bytes = self.text.as_bytes();
        // What is beyond ASCII may be folded into anything.
        let is = |beside: Option<&u8>, of: fn(&u8) -> bool| beside.is_some_and(|byte| of(byte) || !byte.is_ascii());
        let before = at.checked_sub(1).map(|before| &bytes[before]);
        let behind_digit = if is(before, u8::is_ascii_digit) { Marked::BEHIND_DIGIT } else { Marked::NOWHERE };
        let is_joint = is(before, u8::is_ascii_alphanumeric) & is(bytes.get(at + 1), u8::is_ascii_alphanumeric);
        let joint = if is_joint { Marked::JOINT } else { Marked::NOWHERE };
        let here = Marked::ANYWHERE.or(behind_digit).or(joint);
        let place = self.folded(at);
        note(&mut self.buffers.marks, place, self.marked[usize::from(bytes[at])].meets(here));
    }

    /// Takes a word that is all in a block, and none of whose letters changes. The lowest bit of `first` is that of its first
    /// byte, the one of `behind` that of the byte behind it.
    #[inline(always)]
    fn word(&mut self, block: &Block<'_>, first: u64, behind: u64, from: usize) {
        let (at, end) = (first.trailing_zeros() as usize, behind.trailing_zeros() as usize);
        let (first, behind) = (first & first.wrapping_neg(), behind & behind.wrapping_neg());
        let inside = behind.wrapping_sub(first);
        let (start, length, digits) = (self.folded(from + at), end - at, block.digits & inside);
        let hash = hash_by(|eighth| block.eight(at + eighth), length);
        let word = Word {
            start,
            end: start + length,
            hash,
            tags: self.lists.of_word(hash),
            digits: digits.count_ones() as u8,
            has_letter: block.letters & inside != 0,
            is_capital: block.capitals & first != 0,
            is_ascii: block.wide & inside == 0,
        };
        self.take(word, block.capitals & inside != 0);
    }

    /// Takes a word, and takes note of it where recognisers can want to be asked.
    #[inline(always)]
    fn take(&mut self, word: Word, has_capital: bool) {
        let (place, Asked { digits, capitals, keywords }) = (self.buffers.words.len(), &mut self.buffers.asked);
        note(digits, place, word.has_digit());
        note(capitals, place, has_capital);
        note(keywords, place, word.tags.has(Tag::Keyword));
        self.buffers.words.push(word);
    }

    /// Goes through a word of any length and any letters, or over a character beyond ASCII.
    #[inline(never)]
    fn slowly(&mut self, at: usize) -> usize {
        match CLASSES[usize::from(self.text.as_bytes()[at])] {
            WIDE => self.wide(at),
            class => self.any_word(at, class),
        }
    }

    /// Where a place of the text, not copied yet, will be in the folded text.
    fn folded(&self, at: usize) -> usize {
        at.wrapping_add(self.ahead)
    }

    /// Goes through the word that begins here with a letter or digit of ASCII.
    fn any_word(&mut self, from: usize, first: u8) -> usize {
        let run = run(self.text.as_bytes(), from);
        let end = from + run.length;
        if self.text.as_bytes().get(end).is_some_and(|next| !next.is_ascii()) {
            return self.wide_word(from, &run);
        }
        let Run { digits, has_letter, length } = run;
        let hash = hash_at(self.text.as_bytes(), from, length);
        let (start, is_capital) = (self.folded(from), first & CAPITAL > 0);
        let (tags, digits, is_ascii, end_of_word) = (self.lists.of_word(hash), fewer(digits), true, start + length);
        // A long word is looked at, whatever letters it has.
        self.take(Word { start, end: end_of_word, hash, tags, digits, has_letter, is_capital, is_ascii }, true);
        end
    }

    /// Goes through the word that begins with a run and goes on with a character beyond ASCII.
    #[inline(never)]
    fn wide_word(&mut self, from: usize, run: &Run) -> usize {
        let (bytes, mut at, start) = (self.text.as_bytes(), from + run.length, self.folded(from));
        let (mut end, mut seen) = (self.folded(at), Seen::default());
        seen.run(run, bytes[from]);
        while let Some((next, to)) = self.wide_letter(at, &mut seen, end) {
            let run = self::run(bytes, next);
            seen.run(&run, bytes.get(next).copied().unwrap_or_default());
            at = next + run.length;
            end = if run.length > 0 { self.folded(at) } else { to };
        }
        let has_letter = seen.classes & LETTER > 0;
        let is_capital = seen.first.is_some_and(|class| class & CAPITAL > 0);
        self.buffers.unhashed.push(self.buffers.words.len());
        // What is left is only known when the text is folded.
        let (digits, is_ascii, hash, tags) = (0, false, 0, Tags::default());
        let place = self.buffers.words.len();
        self.buffers.asked.each().into_iter().for_each(|places| places.push(place));
        self.buffers.words.push(Word { start, end, hash, tags, digits, has_letter, is_capital, is_ascii });
        at
    }

    /// Takes a character beyond ASCII into a word, if it belongs to it: where the text goes on, and where the word ends.
    fn wide_letter(&mut self, at: usize, seen: &mut Seen, end: usize) -> Option<(usize, usize)> {
        if self.text.as_bytes().get(at).is_none_or(u8::is_ascii) {
            return None;
        }
        let letter = char_at(self.text, at);
        let next = at + letter.len_utf8();
        let fold = fold(letter);
        match fold {
            Fold::Same if is_of_word(letter) => seen.class(class_of(letter)),
            Fold::To(other) if other.is_alphanumeric() => {
                self.replace(at, next, other);
                seen.class(class_of(other));
            }
            Fold::Gone => {
                self.remove(at, next);
                return Some((next, end));
            }
            Fold::Accent if self.accent(at, next, letter) => {}
            _ => return None,
        }
        Some((next, self.folded(next)))
    }

    /// Goes over a character beyond ASCII, or through the word that begins with it.
    fn wide(&mut self, at: usize) -> usize {
        let letter = char_at(self.text, at);
        let next = at + letter.len_utf8();
        match fold(letter) {
            Fold::Same if is_of_word(letter) => return self.wide_word(at, &Run::default()),
            Fold::To(other) if other.is_alphanumeric() => return self.wide_word(at, &Run::default()),
            Fold::To(other) => {
                if other.is_ascii() && self.marked[other as usize] != Marked::NOWHERE {
                    self.buffers.marks.push(self.folded(at));
                }
                self.replace(at, next, other);
            }
            Fold::Gone => self.remove(at, next),
            Fold::Same | Fold::Accent => {
                if self.marked[usize::from(self.text.as_bytes()[at])] != Marked::NOWHERE {
                    self.buffers.marks.push(self.folded(at));
                }
            }
        }
        next
    }

    fn copy_to(&mut self, at: usize) {
        self.buffers.folded.push_str(&self.text[self.copied..at]);
        self.copied = at;
    }

    fn replace(&mut self, at: usize, next: usize, by: char) {
        self.copy_to(at);
        self.buffers.folded.push(by);
        self.shift(next, next);
    }

    fn remove(&mut self, at: usize, next: usize) {
        self.copy_to(at);
        self.shift(at, next);
    }

    /// Makes one letter of an accent and the letter before it, where there is such a letter.
    fn accent(&mut self, at: usize, next: usize, accent: char) -> bool {
        let before = self.text[self.copied..at].chars().next_back().or_else(|| self.buffers.folded.chars().next_back());
        let Some(letter) = before.and_then(|letter| compose(letter, accent)) else { return false };
        self.copy_to(at);
        self.buffers.folded.pop();
        // What was folded at the old end of this letter begins no more there.
        let end = self.buffers.folded.len();
        while self.buffers.shifts.last().is_some_and(|shift| shift.folded > end) {
            self.buffers.shifts.pop();
        }
        self.buffers.folded.push(letter);
        self.shift(next, next);
        true
    }

    /// Goes on behind what was replaced or removed.
    fn shift(&mut self, ends: usize, begins: usize) {
        self.copied = begins;
        let folded = self.buffers.folded.len();
        self.ahead = folded.wrapping_sub(begins);
        match self.buffers.shifts.last_mut().filter(|last| last.folded == folded) {
            Some(last) => last.begins = begins,
            None => self.buffers.shifts.push(Shift { folded, ends, begins }),
        }
    }
}

/// Takes note of a place, or does not: without a branch, which no processor could foresee.
#[inline(always)]
fn note(places: &mut Vec<usize>, place: usize, is_asked: bool) {
    let before = places.len();
    places.push(place);
    places.truncate(before + usize::from(is_asked));
}

/// A count, or 255 if it is more.
pub(super) fn fewer(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

fn char_at(text: &str, at: usize) -> char {
    text[at..].chars().next().unwrap_or_default()
}

/// What of a word is seen so far.
#[derive(Default)]
struct Seen {
    classes: u8,
    first: Option<u8>,
}

impl Seen {
    fn class(&mut self, class: u8) {
        self.classes |= class;
        self.first.get_or_insert(class);
    }

    fn run(&mut self, run: &Run, first: u8) {
        if run.length > 0 {
            self.first.get_or_insert(CLASSES[usize::from(first)]);
            self.classes |= if run.digits > 0 { DIGIT } else { 0 } | if run.has_letter { LETTER } else { 0 };
        }
    }
}

/// Letters and digits of ASCII, one after the other.
#[derive(Default)]
struct Run {
    length: usize,
    digits: usize,
    has_letter: bool,
}

/// The run that begins here, looked at eight bytes at a time.
fn run(bytes: &[u8], from: usize) -> Run {
    let mut run = Run::default();
    loop {
        let eight = Eight::at(bytes, from + run.length);
        run.digits += eight.digits();
        run.has_letter |= eight.has_letter();
        run.length += eight.length;
        if eight.length < 8 {
            return run;
        }
    }
}
