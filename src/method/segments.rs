//! `segments`: a text made of named parts, such as an identifier that holds others; each part by its own method.
//!
//! What stands between the parts stays. A part that is somebody's identifier in another column becomes what that
//! column's value becomes, by the same method and domain: `<user>_<day>_<n>` still joins with the table of users.
//! Where a part becomes null, so does the whole.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use serde_json::{Value, json};

use super::nested::otherwise::Otherwise;
use super::nested::part::{Fate, Made, OF_TEXT, Part};
use super::nested::pieces::Pieces;
use super::nested::texts::{self, Fit, Presence, TakesApart};
use super::nested::{Inner, unknown};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, required_text};
use crate::document::{Fault, Section};

mod pattern;

use pattern::{CHARS, Chars, Pattern, Range};

pub const ENTRY: Entry = Entry {
    name: "segments",
    version: 1,
    summary: "Takes a text apart by a pattern, and treats each named segment by a method of its own.",
    options: &[
        (
            "pattern",
            "required; literal text and named segments, as in \"<user>_<day>_<n>\"; a literal `<` is written `<<`. A segment \
             ends where the literal behind it stands first; the last one takes all that is left",
        ),
        (
            "segments",
            "required; for each name a table of `method` and its options; `as = \"integer\"` reads the segment as a whole \
             number, so that it agrees with columns of integers; `chars = \"digits\"`, \"letters\" or \"alphanumeric\" (ASCII) \
             says what it is made of",
        ),
        (
            "otherwise",
            "what becomes of a text that does not fit: \"refuse\" (if not given), \"null\", or a table of a method",
        ),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "segments", pattern = "<user>_<day>_<n>", segments = { user = { method = "pseudonym", domain = "user", as = "integer" }, day = { method = "keep", because = "a day of the week" }, n = { method = "keep", because = "a count" } }, otherwise = { method = "pseudonym", domain = "visit" } }"#,
        r#"{ class = "direct", method = "segments", pattern = "<word> <rest>", segments = { word = { method = "pseudonym", domain = "word", chars = "letters" }, rest = { method = "mask", first = 1 } }, otherwise = { method = "pseudonym", domain = "visit" } }"#,
    ],
    parse,
};

struct Segments {
    pattern: Pattern,
    /// In the order of the pattern.
    parts: Vec<Part>,
    otherwise: Otherwise,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let written = required_text(section, "pattern")?;
    let at_pattern = |what| section.fault_at("pattern", what, None);
    let mut pattern = Pattern::parse(&written).map_err(at_pattern)?;
    let rules: Section<'_> = section.required("segments")?;
    let mut rules: Vec<(String, Section<'_>)> = rules.all()?;
    let mut parts = Vec::with_capacity(rules.len());
    for index in 0..pattern.names().len() {
        let name = &pattern.names()[index];
        let Some(at) = rules.iter().position(|(known, _)| known == name) else {
            return Err(section.fault_at("segments", format!("segment `{name}` has no method"), None));
        };
        let (_, mut rule) = rules.swap_remove(at);
        pattern.restrict(index, chars(&mut rule)?);
        let part = Part::parse(rule, OF_TEXT)?;
        if part.fate == Fate::Removed {
            let way_out = "redact it with = \"\", or leave the whole column out".to_owned();
            return Err(section.fault_at("segments", "a segment cannot be dropped", way_out));
        }
        parts.push(part);
    }
    if let Some((name, rule)) = rules.first() {
        return Err(rule.fault(format!("`pattern` has no segment `{name}`"), None));
    }
    pattern.separated().map_err(|what| section.fault_at("pattern", what, None))?;
    Ok(Box::new(Segments { pattern, parts, otherwise: Otherwise::of_text(section)? }))
}

/// Takes what a segment is made of.
fn chars(rule: &mut Section<'_>) -> Result<Chars, Fault> {
    let Some(typed) = rule.optional::<String>("chars")? else { return Ok(Chars::Any) };
    let known = CHARS.iter().copied().find(|chars| chars.name() == typed);
    known.ok_or_else(|| unknown(rule, "chars", &typed, CHARS.iter().map(|chars| chars.name())))
}

impl TakesApart for Segments {
    type Scratch = Vec<Range>;

    const NAME: &'static str = ENTRY.name;
    const MISFIT: &'static str = "a text does not fit the pattern";

    fn parts(&self) -> &[Part] {
        &self.parts
    }

    fn otherwise(&self) -> &Otherwise {
        &self.otherwise
    }

    fn take_apart(&self, row: u32, text: &str, found: &mut Vec<Range>, pieces: &mut [Pieces]) -> Fit {
        let fits = self.pattern.find(text, found);
        let mut parts = found.iter().zip(pieces);
        Fit::from(fits && parts.all(|(range, pieces)| pieces.push(row, &text[range.clone()])))
    }

    fn each_part(&self, text: &str, found: &mut Vec<Range>, each: &mut dyn FnMut(Option<usize>, &str)) -> Fit {
        let fits = self.pattern.find(text, found);
        let found = found.iter().enumerate().filter(|_| fits);
        found.for_each(|(part, range)| each(Some(part), &text[range.clone()]));
        Fit::from(fits)
    }

    fn put_together(
        &self,
        _: &str,
        _: &mut Vec<Range>,
        made: &mut [Made],
        out: &mut Vec<u8>,
    ) -> Result<Presence, ApplyError> {
        let mut presence = Presence::Present;
        for (literal, made) in self.pattern.before().zip(made) {
            out.extend_from_slice(literal.as_bytes());
            // The parts behind a null one are taken too, since those of the next text follow.
            if texts::write(made.take(), out) == Presence::Null {
                presence = Presence::Null;
            }
        }
        out.extend_from_slice(self.pattern.behind().as_bytes());
        Ok(presence)
    }
}

impl Method for Segments {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        texts::plan(self, input)
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        texts::apply(self, input, context)
    }

    fn inner(&self) -> Inner<'_> {
        Inner::OfParts(self)
    }

    fn keeps(&self) -> bool {
        self.parts.iter().all(|part| part.fate == Fate::Untouched) || self.otherwise.keeps()
    }

    fn can_return_input(&self, input: &DataType) -> bool {
        self.parts.iter().all(Part::can_return_input) || self.otherwise.can_return_input(input)
    }

    fn words(&self) -> String {
        let named = self.pattern.names().iter().zip(&self.parts);
        let parts: Vec<_> = named.map(|(name, part)| format!("<{name}>: {}", part.nested.method.words())).collect();
        format!(
            "taken apart as {:?}; {}; a text of another form: {}",
            self.pattern.written(),
            parts.join("; "),
            self.otherwise.words()
        )
    }

    fn options(&self) -> String {
        let named = self.pattern.names().iter().zip(&self.parts).enumerate();
        let segments = named.map(|(index, (name, part))| {
            let mut meaning = part.meaning();
            meaning["chars"] = self.pattern.chars(index).name().into();
            (name.clone(), meaning)
        });
        let segments: serde_json::Map<String, Value> = segments.collect();
        json!({ "pattern": self.pattern.written(), "segments": segments, "otherwise": self.otherwise.meaning() })
            .to_string()
    }
}
