//! Text made alike before it is hashed, so that spellings of one value become one pseudonym.
//!
//! Three steps, always in this order, whatever the order in which a schema names them. `width`: Unicode normalisation
//! form NFKC (UAX #15), by which full-width letters, ligatures and composed accents have one spelling. `case`: full
//! lower-casing of the Unicode standard (section 3.13), but for the final sigma, which becomes the other one: where a
//! word ends is no part of a key. `trim`: no `White_Space` at either end.

use arrow::array::ArrayRef;
use unicode_normalization::UnicodeNormalization;

use super::ApplyError;
use super::values::map_text;
use crate::document::{Fault, Section, nearest};

const TRIM: Normalise = Normalise(1);
const CASE: Normalise = Normalise(2);
const WIDTH: Normalise = Normalise(4);

/// Every step by name, in the order in which they are listed.
const STEPS: [(&str, Normalise); 3] = [("trim", TRIM), ("case", CASE), ("width", WIDTH)];

/// The steps that a rule asks for, one bit each; none is no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Normalise(u8);

impl Normalise {
    /// Takes the option `normalise`; no step where it is not there.
    ///
    /// # Errors
    /// Where the list is empty, or names a step that there is not or one twice.
    pub fn take(section: &mut Section<'_>) -> Result<Self, Fault> {
        let Some(names) = section.optional::<Vec<String>>("normalise")? else { return Ok(Normalise(0)) };
        let mut all = Normalise(0);
        for name in &names {
            let step = step(section, name)?;
            if all.does(step) {
                return Err(section.fault_at("normalise", format!("\"{name}\" stands in `normalise` twice"), None));
            }
            all.0 |= step.0;
        }
        if all.is_none() {
            let hint = "leave `normalise` out, or name steps: trim, case, width".to_owned();
            return Err(section.fault_at("normalise", "`normalise` is empty", hint));
        }
        Ok(all)
    }

    /// Whether there is nothing to do.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether texts that start like this still do once they are normalised.
    pub fn leaves_start(self, start: &str) -> bool {
        let mut out = Vec::new();
        self.write(&format!("{start}0"), &mut out);
        out.starts_with(start.as_bytes())
    }

    /// The steps by name, in one order for all schemas.
    pub fn names(self) -> String {
        let names: Vec<_> = STEPS.iter().filter(|(_, step)| self.does(*step)).map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// Every text of an array, normalised; the batch shares one buffer.
    ///
    /// # Errors
    /// Where the batch becomes too long. An array without text has been refused by a method's plan.
    pub fn apply(self, texts: &ArrayRef) -> Result<ArrayRef, ApplyError> {
        map_text(texts, |text, out| self.write(text, out))
    }

    fn does(self, step: Normalise) -> bool {
        self.0 & step.0 != 0
    }

    /// Writes a text behind what is in the buffer.
    fn write(self, text: &str, out: &mut Vec<u8>) {
        let ends = if self.does(TRIM) { Ends::Trimmed } else { Ends::Kept };
        match (self.does(WIDTH), self.does(CASE)) {
            _ if text.is_ascii() => self.write_ascii(text, out),
            (false, false) => put(text.chars(), ends, out),
            (false, true) => put(lower(text.chars()), ends, out),
            (true, false) => put(text.nfkc(), ends, out),
            // Lower-casing can take a composed letter apart.
            (true, true) => put(lower(text.nfkc()).nfkc(), ends, out),
        }
    }

    /// ASCII has one width, and 26 letters with a lower case.
    fn write_ascii(self, text: &str, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(if self.does(TRIM) { text.trim() } else { text }.as_bytes());
        if self.does(CASE) {
            out[start..].make_ascii_lowercase();
        }
    }
}

/// Whether white space at the ends stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Kept,
    Trimmed,
}

fn step(section: &Section<'_>, name: &str) -> Result<Normalise, Fault> {
    STEPS.iter().find(|(known, _)| *known == name).map(|(_, step)| *step).ok_or_else(|| {
        let hint = match nearest(name, STEPS.map(|(known, _)| known)) {
            Some(known) => format!("did you mean \"{known}\"?"),
            None => "known here: trim, case, width".to_owned(),
        };
        section.fault_at("normalise", format!("\"{name}\" is no step of `normalise`"), hint)
    })
}

fn lower(letters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    letters.flat_map(char::to_lowercase).map(|letter| if letter == 'ς' { 'σ' } else { letter })
}

fn put(letters: impl Iterator<Item = char>, ends: Ends, out: &mut Vec<u8>) {
    let start = out.len();
    let mut end = start;
    for letter in letters {
        let is_white = ends == Ends::Trimmed && letter.is_whitespace();
        if is_white && out.len() == start {
            continue;
        }
        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        if !is_white {
            end = out.len();
        }
    }
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: Normalise = Normalise(7);

    fn normalised(steps: Normalise, text: &str) -> String {
        let mut out = b"before".to_vec();
        steps.write(text, &mut out);
        String::from_utf8(out.split_off(6)).expect("it is text")
    }

    #[test]
    fn spellings_of_one_value_become_one() {
        for spelling in ["a@x.fi", " A@X.fi ", "a@x.fi\u{a0}", "\u{2003}a@x.FI\n", "ａ＠ｘ．ｆｉ", "Ａ@X．ﬁ"]
        {
            assert_eq!(normalised(ALL, spelling), "a@x.fi", "{spelling:?}");
        }
        assert_eq!(normalised(ALL, "ÄA\u{308}"), "ää");
        // Only the small letter is composed with its caron.
        assert_eq!(normalised(ALL, "J\u{30c}"), "\u{1f0}");
        assert_eq!(normalised(ALL, "ΟΔΟΣ"), normalised(ALL, "οδος"));
        assert_eq!(normalised(ALL, " \u{a0} "), "");
    }

    #[test]
    fn each_step_does_its_own_and_no_more() {
        let text = " Ａ\u{308}B\u{a0}";
        assert_eq!(normalised(TRIM, text), "Ａ\u{308}B");
        assert_eq!(normalised(CASE, text), " ａ\u{308}b\u{a0}");
        assert_eq!(normalised(WIDTH, text), " ÄB ");
        assert_eq!(normalised(TRIM, " A "), "A");
        assert_eq!(normalised(CASE, " A "), " a ");
        assert_eq!(normalised(WIDTH, " A "), " A ");
    }

    /// From the test data of UAX #15 (NormalizationTest.txt, parts 0 and 1): a source and its NFKC.
    #[test]
    fn width_gives_the_published_vectors() {
        let vectors = [
            ("\u{1e0a}\u{323}", "\u{1e0c}\u{307}"),
            (
                "\u{5b8}\u{5b9}\u{5b1}\u{591}\u{5c3}\u{5b0}\u{5ac}\u{59f}",
                "\u{5b1}\u{5b8}\u{5b9}\u{591}\u{5c3}\u{5b0}\u{5ac}\u{59f}",
            ),
            ("\u{1100}\u{ac00}\u{11a8}", "\u{1100}\u{ac01}"),
            ("\u{a8}", " \u{308}"),
            ("\u{b5}", "\u{3bc}"),
            ("\u{1c4}", "D\u{17d}"),
            ("\u{fb03}", "ffi"),
            ("\u{ff76}", "\u{30ab}"),
        ];
        for (source, nfkc) in vectors {
            assert_eq!(normalised(WIDTH, source), nfkc, "{source:?}");
        }
    }

    /// The tables come from the `unicode-normalization` crate and from the standard library: another state of them is
    /// another meaning of every method that normalises, and of its version.
    #[test]
    fn tables_are_those_of_this_version() {
        let mut hasher = blake3::Hasher::new();
        let mut out = Vec::new();
        // Where most letters with a lower case or another width stand; they have had their meaning for long.
        for letter in ('\u{0}'..='\u{24ff}').chain('\u{3000}'..='\u{33ff}').chain('\u{f900}'..='\u{ffff}') {
            out.clear();
            ALL.write(letter.encode_utf8(&mut [0; 4]), &mut out);
            hasher.update(&out).update(b"\n");
        }
        let known = "aa32ba0e42f6a71542c3429216c70727d686c6f4a64ac5957340bbd2e641a05d";
        assert_eq!(hasher.finalize().to_hex().as_str(), known, "the tables changed: raise versions");
    }

    proptest! {
        #[test]
        fn what_is_normalised_stays_so(text in "\\PC{0,20}|[ -~\u{a0}-\u{17f}\u{300}-\u{400}\u{ff00}-\u{ff9f}]{0,20}", steps in 1u8..8) {
            let once = normalised(Normalise(steps), &text);
            prop_assert_eq!(normalised(Normalise(steps), &once), once);
        }

        #[test]
        fn ascii_goes_the_long_way_to_the_same_end(text in "[ -~\t\n]{0,30}", steps in 1u8..8) {
            // A letter that no step changes makes the text longer than ASCII.
            let marked = normalised(Normalise(steps), &format!("x{text}ł"));
            prop_assert_eq!(marked, format!("{}ł", normalised(Normalise(steps & 6), &format!("x{text}"))));
        }
    }
}
