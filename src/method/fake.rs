//! `fake`: a value becomes an invented one of the same kind, the same for equal inputs of one domain.
//!
//! The choice comes from the keyed hash alone. What is reserved for fiction is used where it exists: an
//! e-mail lies in a domain of RFC 2606, a phone number in a range that its country's regulator keeps for
//! films and books ([`locale`] names the sources), or in North America's where there is none. For names,
//! streets, cities and companies no reserved range exists: a fake can be somebody's name by chance.
//! Words that occur in the dataset itself are not drawn ([`Taken`](super::Taken)), and no fake equals its input.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{Nature, Texts, Written, hash_rows, nature};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, optional_text, options_text};
use crate::document::{Fault, Section, nearest};

mod draw;
mod kind;
mod locale;
mod recipe;
mod words;

use draw::{Draws, TRIES};
use kind::Kind;
use locale::Locale;
use recipe::{Recipe, TakenWords};

pub const ENTRY: Entry = Entry {
    name: "fake",
    version: 1,
    summary: "Replaces a value with an invented one; equal values get equal fakes in all columns of one domain.",
    options: &[
        (
            "kind",
            "required; email and phone, which reach nobody; first_name, last_name, name, street, city and company, \
             for which no reserved range exists, so that one can be somebody's by chance",
        ),
        (
            "locale",
            "ar_sa, cy_gb, de, en, en_gb, fa_ir, fr, it, ja, nl, pt_br, pt_pt, tr, zh_cn or zh_tw; \"en\" if not given",
        ),
        ("domain", "the columns that must still agree share its name; \"fake.\" and the kind if not given"),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "fake", kind = "name", locale = "de" }"#,
        r#"{ class = "direct", method = "fake", kind = "first_name" }"#,
        r#"{ class = "direct", method = "fake", kind = "last_name" }"#,
        r#"{ class = "direct", method = "fake", kind = "email", domain = "contact" }"#,
        r#"{ class = "direct", method = "fake", kind = "phone", locale = "fr" }"#,
        r#"{ class = "direct", method = "fake", kind = "street", locale = "nl" }"#,
        r#"{ class = "quasi", method = "fake", kind = "city" }"#,
        r#"{ class = "direct", method = "fake", kind = "company" }"#,
    ],
    parse,
};

struct Fake {
    kind: &'static Kind,
    locale: &'static Locale,
    domain: String,
    recipe: Recipe,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let typed: String = section.required("kind")?;
    let kind = named(section, "kind", &typed, kind::KINDS, |kind| kind.name)?;
    let typed = section.optional("locale")?.unwrap_or_else(|| "en".to_owned());
    let locale = named(section, "locale", &typed, locale::LOCALES, |locale| locale.name)?;
    let domain = optional_text(section, "domain")?.unwrap_or_else(|| format!("fake.{}", kind.name));
    Ok(Box::new(Fake { kind, locale, domain, recipe: (kind.recipe)(locale) }))
}

/// The one of `known` that has the typed name.
fn named<T>(
    section: &Section<'_>,
    option: &str,
    typed: &str,
    known: &'static [T],
    name: fn(&T) -> &'static str,
) -> Result<&'static T, Fault> {
    known.iter().find(|one| name(one) == typed).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(name).collect();
        let hint = match nearest(typed, names.iter().copied()) {
            Some(close) => format!("did you mean \"{close}\"?"),
            None => format!("known here: {}", names.join(", ")),
        };
        section.fault_at(option, format!("unknown {option} \"{typed}\""), hint)
    })
}

impl Fake {
    /// Writes a fake that is not the input.
    #[inline]
    fn invent(&self, mut draws: Draws, taken: &TakenWords, input: Option<&[u8]>, out: &mut Vec<u8>) {
        let start = out.len();
        for _ in 0..TRIES {
            self.recipe.write(&mut draws, taken, out);
            if !input.is_some_and(|input| input.eq_ignore_ascii_case(&out[start..])) {
                return;
            }
            out.truncate(start);
        }
        draws.letters(out);
    }
}

impl Method for Fake {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if nature(input) != Nature::Other {
            return Ok(Outcome::becomes(DataType::Utf8));
        }
        let way_out = "it takes text, bytes, whole numbers, dates and times; use `generalise`, `null` or `drop`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let (taken, inputs) = (self.recipe.taken(context.taken), Texts::of(input));
        let mut written = Written::of(input.len(), self.recipe.room(input.len()));
        let key = context.keys.of(&self.domain)?;
        hash_rows(key, input, |row, hash| {
            written.row(row, |out| self.invent(Draws::new(key, hash), &taken, inputs.at(row), out));
        });
        written.finish(input.nulls().cloned())
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn takes_views(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        let Fake { kind, locale, domain, .. } = self;
        format!(
            "replaced with {} in the form of locale \"{}\"; equal values get equal ones in every column of domain {domain:?}",
            kind.words, locale.name
        )
    }

    fn options(&self) -> String {
        options_text(&[("kind", self.kind.name), ("locale", self.locale.name), ("domain", &self.domain)])
    }

    fn repays_distinct(&self) -> bool {
        true
    }

    fn vocabulary(&self) -> Vec<&'static str> {
        self.recipe.vocabulary()
    }
}
