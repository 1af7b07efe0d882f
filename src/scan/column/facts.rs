//! What the sampled values of a column are like: counts and shares, and nothing that was in them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ahash::{AHasher, RandomState};

use super::shape::{Form, Shape};
use crate::detect::{Detector, Purpose, Span, kinds_of, likeness, numbers};

/// Of so many values, spread over the sample, everything is looked at that costs much; of long ones of fewer.
const LOOKED_AT: usize = 40;
/// But of no fewer than these.
const LOOKED_AT_LEAST: usize = 12;
/// And of about so much text, in bytes.
const TEXT: usize = 4 << 10;
/// A value is looked at to here, in bytes.
const LONGEST: usize = 400;

/// Facts about the sampled values of one column; made in one pass.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Values that are not null, not empty, and no word for that.
    pub values: usize,
    pub distinct: usize,
    pub shortest: usize,
    pub longest: usize,
    bytes: usize,
    words: usize,
    forms: [usize; Form::COUNT],
    /// Values of words alone.
    only_words: usize,
    capitals: usize,
    /// With so many digits at least.
    five_digits: usize,
    twelve_digits: usize,
    some_digits: usize,
    some_letters: usize,
    only_digits: usize,
    some_spaces: usize,
    /// Of two to four.
    two_words: usize,
    /// Values that were looked at with every recogniser, and what was found.
    looked: usize,
    whole: HashMap<&'static str, usize>,
    inside: HashMap<&'static str, usize>,
    with_somebody: usize,
    with_number: usize,
    /// Of each kind of national identifier, how many values have its check digit.
    numbers: HashMap<&'static str, usize>,
    /// Values that are more likely than not a given name, a family name, both, a place, and a common word.
    likely: [usize; 5],
}

/// What a value can be like, as a place in the counts of [`Facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Like {
    Given,
    Family,
    Full,
    Place,
    Common,
}

/// The identifiers of people: those of firms have check digits too.
static OF_PEOPLE: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let of_people = |purpose| matches!(purpose, Purpose::Person | Purpose::Tax | Purpose::Health);
    numbers().filter(|number| of_people(number.purpose)).map(|number| number.kind).collect()
});

/// What gathers facts; used again from column to column.
#[derive(Default)]
pub struct Observer {
    detector: Detector<'static>,
    seen: HashSet<u64, RandomState>,
}

impl Observer {
    /// Goes through the values of a column.
    pub fn facts(&mut self, values: &[&str]) -> Facts {
        self.seen.clear();
        let mut facts = Facts { shortest: usize::MAX, ..Facts::default() };
        let mut fresh = Vec::with_capacity(values.len().min(4 * LOOKED_AT));
        for value in values.iter().map(|value| value.trim()).filter(|value| !says_nothing(value)) {
            let is_new = self.seen.insert(hash(value));
            facts.count(value);
            if is_new {
                fresh.push(value);
            }
        }
        facts.distinct = self.seen.len();
        let wanted = (TEXT / (facts.length() as usize).max(1)).clamp(LOOKED_AT_LEAST, LOOKED_AT);
        let step = fresh.len().div_ceil(wanted).max(1);
        for value in fresh.into_iter().step_by(step) {
            facts.look(value, &mut self.detector);
        }
        facts
    }
}

/// Whether a value stands for one that is not there.
fn says_nothing(value: &str) -> bool {
    const WORDS: [&str; 7] = ["null", "(null)", "n/a", "nan", "none", "#n/a", "\\n"];
    value.is_empty() || value == "-" || WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn hash(value: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = AHasher::default();
    hasher.write(value.as_bytes());
    hasher.finish()
}

/// The start of a value, as much of it as is looked at.
fn start(value: &str) -> &str {
    &value[..value.floor_char_boundary(LONGEST)]
}

impl Facts {
    fn count(&mut self, value: &str) {
        let value = start(value);
        let shape = Shape::of(value);
        self.values += 1;
        (self.shortest, self.longest) = (self.shortest.min(shape.length), self.longest.max(shape.length));
        self.bytes += shape.length;
        self.words += 1 + shape.spaces;
        if let Some(form) = shape.form(value) {
            self.forms[form as usize] += 1;
        }
        let adds = [
            (&mut self.only_words, shape.is_words()),
            (&mut self.capitals, shape.starts_with_capital),
            (&mut self.five_digits, shape.digits >= 5),
            (&mut self.twelve_digits, shape.digits >= 12),
            (&mut self.some_digits, shape.digits > 0),
            (&mut self.some_letters, shape.letters > 0),
            (&mut self.only_digits, shape.digits == shape.length),
            (&mut self.some_spaces, shape.spaces > 0),
            (&mut self.two_words, (1..=3).contains(&shape.spaces)),
        ];
        adds.into_iter().for_each(|(count, holds)| *count += usize::from(holds));
    }

    /// Asks every recogniser.
    fn look(&mut self, value: &str, detector: &mut Detector) {
        let value = start(value);
        self.looked += 1;
        let (mut somebody, mut number) = (false, false);
        for span in detector.find(value) {
            let kinds = if is_whole(span, value) { &mut self.whole } else { &mut self.inside };
            *kinds.entry(span.kind).or_default() += 1;
            somebody |= span.kind == "PERSON";
            number |= identifies(span.kind) && span.score >= 60;
        }
        self.liken(value);
        self.with_somebody += usize::from(somebody);
        self.with_number += usize::from(number);
    }

    fn liken(&mut self, value: &str) {
        let shape = Shape::of(value);
        if shape.is_words() {
            let like = likeness(value);
            let likely =
                [like.given, like.family, like.full, like.place, like.common].map(|percent| usize::from(percent > 50));
            self.likely.iter_mut().zip(likely).for_each(|(count, one)| *count += one);
        }
        if (6..=20).contains(&shape.digits) {
            for kind in checked(value) {
                *self.numbers.entry(kind).or_default() += 1;
            }
        }
    }

    fn share(&self, count: usize) -> f32 {
        if self.values == 0 { 0.0 } else { count as f32 / self.values as f32 }
    }

    /// The share of values of a form.
    pub fn form(&self, form: Form) -> f32 {
        self.share(self.forms[form as usize])
    }

    /// The share of values that a recogniser takes whole.
    pub fn whole(&self, kind: &str) -> f32 {
        self.of_looked(self.whole.get(kind).copied().unwrap_or(0))
    }

    /// The share of values with an address in them.
    pub fn addressed(&self) -> f32 {
        let count = |kinds: &HashMap<&'static str, usize>| kinds.get("ADDRESS").copied().unwrap_or(0);
        self.of_looked((count(&self.whole) + count(&self.inside)).min(self.looked))
    }

    fn of_looked(&self, count: usize) -> f32 {
        if self.looked == 0 { 0.0 } else { count as f32 / self.looked as f32 }
    }

    /// The share of values that are like that.
    pub fn likely(&self, like: Like) -> f32 {
        self.of_looked(self.likely[like as usize])
    }

    /// The greatest share of values that are valid identifiers of people, all of one kind.
    pub fn numbered(&self) -> f32 {
        self.of_looked(self.numbers.values().copied().max().unwrap_or(0))
    }

    /// The share of values in which an identifier stands that is no name.
    pub fn with_number(&self) -> f32 {
        self.of_looked(self.with_number)
    }

    /// The share of values in which a person is named.
    pub fn with_somebody(&self) -> f32 {
        self.of_looked(self.with_somebody)
    }

    /// The share of values that are words and nothing else.
    pub fn only_words(&self) -> f32 {
        self.share(self.only_words)
    }

    /// The share of values that begin with a capital letter.
    pub fn capitals(&self) -> f32 {
        self.share(self.capitals)
    }

    /// The share of values with five digits or more.
    pub fn five_digits(&self) -> f32 {
        self.share(self.five_digits)
    }

    /// The share of values with twelve digits or more.
    pub fn twelve_digits(&self) -> f32 {
        self.share(self.twelve_digits)
    }

    /// The share of values with a digit in them.
    pub fn some_digits(&self) -> f32 {
        self.share(self.some_digits)
    }

    /// The share of values with a letter in them.
    pub fn some_letters(&self) -> f32 {
        self.share(self.some_letters)
    }

    /// The share of values that are digits and nothing else.
    pub fn only_digits(&self) -> f32 {
        self.share(self.only_digits)
    }

    /// The share of values with a space in them.
    pub fn some_spaces(&self) -> f32 {
        self.share(self.some_spaces)
    }

    /// The share of values of two to four words.
    pub fn two_words(&self) -> f32 {
        self.share(self.two_words)
    }

    /// Bytes of a value, on average.
    pub fn length(&self) -> f32 {
        self.share(self.bytes)
    }

    /// Words of a value, on average.
    pub fn words(&self) -> f32 {
        self.share(self.words)
    }

    /// Distinct values for each value.
    pub fn distinct_ratio(&self) -> f32 {
        self.share(self.distinct)
    }

    /// Whether there are so few values that they can only be a choice.
    pub fn is_choice(&self) -> bool {
        self.values >= 30 && self.distinct <= 2
    }

    /// Whether its values are a few that come again and again.
    pub fn is_category(&self) -> bool {
        self.values >= 30 && (self.distinct <= 12 || self.distinct_ratio() < 0.1)
    }

    /// What recognisers found whole, the most frequent first.
    pub fn found_whole(&self) -> impl Iterator<Item = (&'static str, f32)> {
        let mut found: Vec<_> = self.whole.iter().map(|(kind, count)| (*kind, self.of_looked(*count))).collect();
        found.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
        found.into_iter()
    }
}

/// The kinds of which a value is a valid identifier of people, and with another last digit would be none.
fn checked(value: &str) -> impl Iterator<Item = &'static str> {
    let mut other = value.to_owned();
    if let Some(at) = value.rfind(|letter: char| letter.is_ascii_digit()) {
        let digit = value.as_bytes()[at] - b'0';
        other.replace_range(at..=at, &((digit + 1) % 10).to_string());
    }
    let of_people = kinds_of(value).filter(|kind| OF_PEOPLE.contains(kind));
    of_people.filter(move |kind| kinds_of(&other).all(|known| known != *kind)).collect::<Vec<_>>().into_iter()
}

fn is_whole(span: &Span, value: &str) -> bool {
    (span.end - span.start) * 10 >= value.len() * 9
}

/// Whether a span of this kind, found in a text, points at one person or device.
fn identifies(kind: &str) -> bool {
    // An address is one of a place as often as one of a person: `Road` stands in names of things.
    const OTHERS: [&str; 12] = [
        "ADDRESS",
        "PERSON",
        "DATE",
        "LOCATION",
        "ORG",
        "URL",
        "URL_GENERIC",
        "GEO",
        "POSTCODE",
        "TITLE",
        "MISC",
        "HOST",
    ];
    !OTHERS.contains(&kind)
}
