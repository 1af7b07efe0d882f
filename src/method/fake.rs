//! `fake`: a value becomes an invented one of the same kind, the same for equal inputs of one domain.
//!
//! The choice comes from the keyed hash alone. What is reserved for fiction, documentation or tests is used where it
//! exists, and every kind names its range and who reserved it ([`reserved`]). For names, streets, companies and number
//! plates no reserved range exists: a fake can be somebody's by chance. Words that occur in the dataset itself are not
//! drawn ([`Taken`](super::Taken)), and no fake equals its input, but for places, which are public and shared.
//!
//! With `of`, fakes are drawn after the value of another column in the same row, the subject, instead of their own: what
//! columns of one domain say of a subject then agrees, in all tables ([`persona`], [`places`]). A value whose subject is
//! null is drawn after itself, as if it were its own subject. Kinds without a common persona give a subject one fake
//! each, however many values it has.
//!
//! With `distinct`, a fake carries 80 bits or more of the keyed hash of its own value, so that two of n values share one
//! with a chance below n²/2⁸¹, one in 24 billion for ten million values.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{Nature, Texts, Written, hash_rows, is_text, nature};
use super::{ApplyError, Beside, Context, Method, Outcome, Unsupported, options_text};

mod birth;
mod data;
mod draw;
mod entry;
mod kind;
mod locale;
mod maker;
mod national;
mod network;
mod numbers;
mod options;
mod persona;
mod places;
mod plate;
mod prose;
mod recipe;
mod seed;
mod subjects;
mod words;

pub use entry::ENTRY;

use draw::Draws;
use kind::Kind;
use locale::Locale;
use maker::{Maker, Marks};
use persona::Spread;
use seed::{Seed, unlike};
use subjects::Subjects;

/// Every kind of fake: its name, the range reserved for it, and who reserved it.
pub fn reserved() -> impl Iterator<Item = (&'static str, &'static str)> {
    kind::KINDS.iter().map(|kind| (kind.name, kind.reserved))
}

struct Fake {
    kind: &'static Kind,
    locale: &'static Locale,
    domain: String,
    /// The column that fakes are drawn after, and as it was written.
    of: Option<(Beside, String)>,
    spread: Spread,
    band: u32,
    maker: Maker,
}

impl Fake {
    /// The hashes of the subjects, where fakes are drawn after them.
    fn subjects(&self, input: &ArrayRef, context: &Context) -> Result<Subjects, ApplyError> {
        match self.of {
            None => Ok(Subjects::none()),
            Some(_) => Subjects::of(context.keys.of(&self.domain)?, context.beside.first(), input.len()),
        }
    }

    /// Hands on what the choices of every row that is not null come from.
    fn seeds(&self, input: &ArrayRef, context: &Context, mut each: impl FnMut(usize, Seed)) -> Result<(), ApplyError> {
        let (key, subjects) = (context.keys.of(&self.domain)?, self.subjects(input, context)?);
        let places = matches!(self.maker, Maker::Places(_));
        let tag = Some(self.maker.tag(self.kind.name)).filter(|_| self.of.is_some() || places);
        hash_rows(key, input, |row, own| each(row, Seed { key, own, subject: subjects.at(row).unwrap_or(own), tag }));
        Ok(())
    }

    /// Fakes put together after their own values.
    fn put_together(
        &self,
        recipe: &recipe::Recipe,
        input: &ArrayRef,
        context: &Context,
    ) -> Result<ArrayRef, ApplyError> {
        let (taken, inputs) = (recipe.taken(context.taken), Texts::of(input));
        let mut written = Written::of(input.len(), recipe.room(input.len()));
        let key = context.keys.of(&self.domain)?;
        hash_rows(key, input, |row, hash| {
            written.row(row, |out| {
                unlike(inputs.at(row), Draws::new(key, hash), out, |draws, out| recipe.write(draws, &taken, out));
            });
        });
        written.finish(input.nulls().cloned())
    }

    fn texts(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        let (marks, inputs): (Marks, _) = (self.maker.marks(context.taken), Texts::of(input));
        let mut written = Written::of(input.len(), self.maker.room(input.len(), inputs.bytes()));
        self.seeds(input, context, |row, seed| {
            written.row(row, |out| self.maker.write(seed, &marks, inputs.at(row), out));
        })?;
        written.finish(input.nulls().cloned())
    }

    /// Whose form fakes have, behind what they are; nothing where no locale has a say in it.
    fn form(&self) -> String {
        let Locale { name, .. } = self.locale;
        match self.kind.name {
            "card" | "ip" | "mac" | "url" | "user_agent" | "uuid" | "birth_date" | "text" => String::new(),
            "phone" if self.locale.calls_abroad() => {
                format!(
                    " in the form of North America, as no range is known to be reserved in that of locale \"{name}\""
                )
            }
            _ => format!(" in the form of locale \"{name}\""),
        }
    }

    /// What the plan makes of a type; none where it does not take it.
    fn outcome(&self, input: &DataType) -> Option<Outcome> {
        match self.maker {
            Maker::Birth(_) => birth::plan(input),
            Maker::Like(_) if self.kind.name == "text" => is_text(input).then(|| Outcome::becomes(DataType::Utf8)),
            _ => (nature(input) != Nature::Other).then(|| Outcome::becomes(DataType::Utf8)),
        }
    }
}

impl Method for Fake {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        let way_out = match self.kind.name {
            "birth_date" => "kind \"birth_date\" takes dates, and text like 1970-01-31; times take `generalise`",
            "text" => "kind \"text\" takes text; use another kind, `null` or `drop`",
            _ => "it takes text, bytes, whole numbers, dates and times; use `generalise`, `null` or `drop`",
        };
        self.outcome(input).ok_or(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        match &self.maker {
            Maker::Recipe(recipe) if self.of.is_none() => self.put_together(recipe, input, context),
            Maker::Birth(band) => {
                birth::apply(band, input, |each| self.seeds(input, context, |row, seed| each(row, seed.draws())))
            }
            _ => self.texts(input, context),
        }
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn takes_views(&self) -> bool {
        true
    }

    fn beside(&self) -> Vec<Beside> {
        self.of.iter().map(|(column, _)| column.clone()).collect()
    }

    fn plan_beside(&self, types: &[DataType]) -> Result<(), Unsupported> {
        let way_out = "`of` takes text, bytes, whole numbers, decimals, dates and times";
        let refused = types.iter().find(|data_type| nature(data_type) == Nature::Other);
        refused
            .map_or(Ok(()), |data_type| Err(Unsupported { method: ENTRY.name, data_type: data_type.clone(), way_out }))
    }

    /// A fake is drawn by the key alone, and none is the name of somebody in the dataset.
    fn carries_input(&self) -> bool {
        false
    }

    fn words(&self) -> String {
        let Fake { kind, domain, .. } = self;
        let agreement = match &self.of {
            None => format!("equal values get equal ones in every column of domain {domain:?}"),
            Some((_, of)) => format!("drawn after {of:?}, so that those of one subject agree in domain {domain:?}"),
        };
        let band = if kind.name == "birth_date" { format!(", bands of {} years", self.band) } else { String::new() };
        let distinct = if self.spread == Spread::Distinct { "; distinct values get distinct ones" } else { "" };
        format!("replaced with {}{}{band}; {agreement}{distinct}", kind.words, self.form())
    }

    /// Options that are younger than approvals stand here where they are set, so that those approvals still hold.
    fn options(&self) -> String {
        let mut options = vec![("kind", self.kind.name), ("locale", self.locale.name), ("domain", &self.domain)];
        options.extend(self.of.iter().map(|(_, of)| ("of", of.as_str())));
        if self.spread == Spread::Distinct {
            options.push(("distinct", "true"));
        }
        let band = self.band.to_string();
        if matches!(self.maker, Maker::Birth(_)) {
            options.push(("band", &band));
        }
        options_text(&options)
    }

    /// A place is public, and the country of a locale is one.
    fn can_return_input(&self, _input: &DataType) -> bool {
        matches!(&self.maker, Maker::Places(places) if places.can_return_input())
    }

    fn repays_distinct(&self) -> bool {
        self.of.is_none()
    }

    fn vocabulary(&self) -> Vec<&'static str> {
        self.maker.vocabulary()
    }
}
