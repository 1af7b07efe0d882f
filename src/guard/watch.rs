//! Looks at every value of a leaf before it leaves.
//!
//! A guard of content is one file and one line in the list. It is asked of every leaf whose method can let letters of its
//! input through ([`Method::carries_input`](crate::method::Method::carries_input)); codes and fakes are made of the key alone.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;

use crate::detect::known::{Spelled, Unfolded, Words, is_escape, is_uuid, plain, readings, spelled};
use crate::detect::{Hints, Known, Skim};
use crate::guard::{GuardError, content, known};
use crate::plan::LeafPlan;
use crate::schema::{Column, TableSchema};
use crate::source::Onlooker;

/// Every guard of content; the first that finds something in a leaf is the one that is told.
const GUARDS: &[Over] = &[known::over, content::over];

/// Makes a guard for a leaf; none where it has nothing to look for.
type Over = for<'p> fn(&Leaf<'p>) -> Option<Box<dyn ContentGuard + 'p>>;

/// A leaf that is to be guarded.
pub(super) struct Leaf<'p> {
    pub rule: &'p Column,
    pub known: &'p Known,
}

/// Finds in a value what must not leave.
pub(super) trait ContentGuard {
    /// What a word tells that stands in a text, here in small letters of ASCII: whether the text has to be looked at.
    fn of_word(&self, word: &[u8]) -> Hints;

    /// What a sign of ASCII tells that stands between words.
    fn of_sign(&self, sign: u8) -> Hints;

    /// The kind of what a text, of which these are the words, holds, if it holds it. `source` is the text that it was made of, where a method can have
    /// put something into it that looks the same.
    fn text(&mut self, text: &str, words: &Words, source: Option<&str>) -> Option<&'static str>;

    /// Whether a whole number, without its sign, is what must not leave; and its kind.
    fn number(&mut self, number: u128) -> Option<&'static str>;

    /// Whether it goes by forms, which random bytes take by chance.
    fn goes_by_form(&self) -> bool;
}

/// Watches over one leaf.
pub struct Watch<'p> {
    plan: &'p LeafPlan,
    /// Counts are told in multiples of this.
    told: u64,
    guards: Vec<Guarding<'p>>,
    /// None before the first text: of small objects most leaves have none.
    skim: Option<Skim>,
    unfolded: Unfolded,
    words: Words,
}

struct Guarding<'p> {
    guard: Box<dyn ContentGuard + 'p>,
    found: Option<&'static str>,
    /// In how many values.
    values: u64,
    /// Whether nothing can be found in the value at hand, or something was: one value counts once.
    is_done: bool,
}

impl Guarding<'_> {
    fn note(&mut self, found: Option<&'static str>) {
        self.values += u64::from(found.is_some());
        self.found = self.found.or(found);
    }
}

impl<'p> Watch<'p> {
    /// A watch that has seen nothing; none where the leaf holds nothing of its source, or nothing that is looked at.
    pub(super) fn over(plan: &'p LeafPlan, table: &'p TableSchema, known: &'p Known) -> Option<Self> {
        let rule = table.columns.get(&plan.leaf.path)?;
        if !rule.method.carries_input() || !plan.after().is_some_and(is_looked_at) {
            return None;
        }
        let leaf = Leaf { rule, known };
        let guards = GUARDS.iter().filter_map(|over| over(&leaf));
        let guards: Vec<_> = guards.map(|guard| Guarding { guard, found: None, values: 0, is_done: false }).collect();
        (!guards.is_empty()).then(|| Watch {
            plan,
            told: table.told(),
            guards,
            skim: None,
            unfolded: Unfolded::default(),
            words: Words::default(),
        })
    }

    /// Whether it is the one of a leaf.
    pub(super) fn is_over(&self, plan: &LeafPlan) -> bool {
        std::ptr::eq(self.plan, plan)
    }

    /// Looks at all values of an array, and at those that they were made of, row by row.
    pub(super) fn look(&mut self, values: &ArrayRef, sources: Option<&ArrayRef>) {
        let source = |row: usize| sources.and_then(|sources| text_at(sources, row));
        match values.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                let mut before = None;
                for row in 0..values.len() {
                    let Some(text) = text_at(values, row) else { continue };
                    // A text that comes again and again, as in a partition key, is looked at once.
                    if sources.is_some() || before != Some(text) {
                        self.look_at(text, source(row));
                    }
                    before = Some(text);
                }
            }
            DataType::Binary => self.bytes(values.as_binary::<i32>().iter(), values),
            DataType::LargeBinary => self.bytes(values.as_binary::<i64>().iter(), values),
            DataType::FixedSizeBinary(_) => self.bytes(values.as_fixed_size_binary().iter(), values),
            _ => {
                spelled(values, |value| match value {
                    Spelled::Number(number) => {
                        for guarding in &mut self.guards {
                            let found = guarding.guard.number(number);
                            guarding.note(found);
                        }
                    }
                    Spelled::Text(text) => self.look_at(text, None),
                });
            }
        }
    }

    fn look_at(&mut self, text: &str, source: Option<&str>) {
        self.look_by(|_| true, text, source);
    }

    /// Looks at a text with some of the guards.
    fn look_by(&mut self, is_asked: impl Fn(&dyn ContentGuard) -> bool, text: &str, source: Option<&str>) {
        let Watch { guards, skim, unfolded, words, .. } = self;
        let of_sign = |sign: u8| match is_escape(sign) {
            true => Hints::ALL,
            false => Hints::of_each(guards.iter().map(|guarding| guarding.guard.of_sign(sign))),
        };
        let skim = skim.get_or_insert_with(|| Skim::new(of_sign));
        let hints = skim.look(text, |word| Hints::of_each(guards.iter().map(|guarding| guarding.guard.of_word(word))));
        for (place, guarding) in guards.iter_mut().enumerate() {
            guarding.is_done = !hints.ask(place) || !is_asked(&*guarding.guard);
        }
        if guards.iter().all(|guarding| guarding.is_done) {
            return;
        }
        unfolded.readings(text, |reading| {
            words.read(reading);
            for guarding in guards.iter_mut().filter(|guarding| !guarding.is_done) {
                let found = guarding.guard.text(reading, words, source);
                guarding.note(found);
                guarding.is_done = found.is_some();
            }
            guards.iter().all(|guarding| guarding.is_done).then_some(())
        });
    }

    /// Bytes that are no plain text are looked at as they read in every encoding, likely or not, and, with all others, as
    /// they are spelled. Read as text, one UUID in some forty thousand holds the form of an address.
    fn bytes<'a>(&mut self, values: impl Iterator<Item = Option<&'a [u8]>>, array: &ArrayRef) {
        for value in values.flatten().filter(|value| plain(value).is_none()) {
            let is_code = is_uuid(value);
            readings(value, |reading| self.look_by(|guard| !is_code || !guard.goes_by_form(), reading, None));
        }
        spelled(array, |value| {
            if let Spelled::Text(text) = value {
                self.look_at(text, None);
            }
        });
    }

    /// Lets the leaf pass if nothing was found.
    ///
    /// # Errors
    /// Where something was.
    pub(super) fn verdict(&self) -> Result<(), GuardError> {
        let found = self.guards.iter().find_map(|guarding| Some((guarding.found?, guarding.values)));
        match found {
            None => Ok(()),
            Some((kind, values)) => {
                let path = self.plan.leaf.path.clone();
                Err(GuardError::Holds { leaf: path, kind, values: values.next_multiple_of(self.told) })
            }
        }
    }
}

impl Onlooker for Watch<'_> {
    fn text(&mut self, text: &str) {
        self.look_at(text, None);
    }

    fn values(&mut self, values: &ArrayRef) {
        self.look(values, None);
    }
}

/// Whether values of a type are looked at: dates, times, truth values and the like are those of too many people.
fn is_looked_at(data_type: &DataType) -> bool {
    use DataType::*;
    let is_bytes = matches!(data_type, Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | FixedSizeBinary(_));
    is_bytes || data_type.is_numeric()
}

fn text_at(array: &ArrayRef, row: usize) -> Option<&str> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(array.as_string_view().value(row)),
        _ => None,
    }
}
