//! `json`: a text that is JSON (RFC 8259); each leaf of it by its own method.
//!
//! Leaves are named by their paths, written as those of columns: `user.name`, `tags[]`, `labels{key}`, `labels{value}`;
//! a document that is a list begins with `[]`. What is not listed refuses the run or is left out, names of objects
//! included: an unlisted name is data. A `null` stays `null`. Reading is strict: no name twice in an object, no more than
//! 128 levels. Writing is compact, in the order of the source; what is kept stays as it is written, escapes aside.

use std::collections::BTreeMap;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use serde_json::{Value, json};

use super::nested::otherwise::Otherwise;
use super::nested::part::{Fate, Made, OF_JSON, Part};
use super::nested::pieces::Pieces;
use super::nested::texts::{self, Fit, Presence, TakesApart};
use super::nested::{Inner, unknown};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported};
use crate::document::{Fault, Section};

mod path;
mod scan;
mod sinks;
mod walk;

use path::Node;
use sinks::{Collector, Teller, Writer};
use walk::{Scratch, Unlisted, Walk};

pub const ENTRY: Entry = Entry {
    name: "json",
    version: 1,
    summary: "Treats each leaf of a text that is JSON by a method of its own.",
    options: &[
        (
            "paths",
            "required; for each leaf's path a table of `method` and its options. Strings are text for it; \
             `as = \"integer\"` takes whole numbers, written as numbers or in strings; `as = \"number\"` takes any number; \
             `keep`, `null` and `drop` take whatever stands there",
        ),
        (
            "unlisted",
            "what becomes of a path that is not listed: \"refuse\" (if not given; as `otherwise` says) or \"drop\"",
        ),
        (
            "otherwise",
            "what becomes of a text that is not so: \"refuse\" (if not given), \"null\", or a table of a method",
        ),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "json", paths = { "user.name" = { method = "fake", kind = "name" }, "user.id" = { method = "pseudonym", domain = "user", as = "integer" }, "tags[]" = { method = "keep", because = "words of a fixed list" } }, unlisted = "drop", otherwise = { method = "pseudonym", domain = "document" } }"#,
    ],
    parse,
};

struct Json {
    root: Node,
    /// In the order of the parts.
    paths: Vec<String>,
    parts: Vec<Part>,
    unlisted: Unlisted,
    otherwise: Otherwise,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let rules: Section<'_> = section.required("paths")?;
    let rules: BTreeMap<String, Section<'_>> = rules.all()?.into_iter().collect();
    let (mut root, mut paths, mut parts) = (Node::default(), Vec::new(), Vec::new());
    for (path, rule) in rules {
        let steps = path::steps(&path).map_err(|what| rule.fault(format!("path `{path}`: {what}"), None))?;
        root.insert(&steps, parts.len()).map_err(|what| rule.fault(format!("path `{path}`: {what}"), None))?;
        let names_keys = steps.last() == Some(&path::Step::Key);
        let refused =
            rule.fault(format!("path `{path}`: a name stays a text"), "use a method that makes text".to_owned());
        let part = Part::parse(rule, OF_JSON)?;
        if names_keys && (matches!(part.fate, Fate::Removed) || part.adds_nulls()) {
            return Err(refused);
        }
        parts.push(part);
        paths.push(path);
    }
    if parts.is_empty() {
        return Err(section.fault_at("paths", "`paths` is empty", None));
    }
    root.complete().map_err(|what| section.fault_at("paths", what, None))?;
    let typed = section.optional("unlisted")?.unwrap_or_else(|| Unlisted::Refuse.name().to_owned());
    let unlisted = Unlisted::ALL.into_iter().find(|known| known.name() == typed);
    let unlisted =
        unlisted.ok_or_else(|| unknown(section, "unlisted", &typed, Unlisted::ALL.iter().map(|one| one.name())))?;
    Ok(Box::new(Json { root, paths, parts, unlisted, otherwise: Otherwise::of_text(section)? }))
}

impl TakesApart for Json {
    type Scratch = Scratch;

    const NAME: &'static str = ENTRY.name;
    const MISFIT: &'static str = "a text is no JSON of the listed paths and types";

    fn parts(&self) -> &[Part] {
        &self.parts
    }

    fn otherwise(&self) -> &Otherwise {
        &self.otherwise
    }

    fn take_apart(&self, row: u32, text: &str, scratch: &mut Scratch, pieces: &mut [Pieces]) -> Fit {
        let sink = Collector { row, parts: &self.parts, pieces };
        Fit::from(Walk::of(text, &self.parts, self.unlisted, scratch, sink).document(&self.root).is_some())
    }

    fn each_part(&self, text: &str, scratch: &mut Scratch, each: &mut dyn FnMut(Option<usize>, &str)) -> Fit {
        let sink = Teller { parts: &self.parts, each };
        Fit::from(Walk::of(text, &self.parts, self.unlisted, scratch, sink).document(&self.root).is_some())
    }

    fn put_together(
        &self,
        text: &str,
        scratch: &mut Scratch,
        made: &mut [Made],
        out: &mut Vec<u8>,
    ) -> Result<Presence, ApplyError> {
        let sink = Writer { parts: &self.parts, made, out };
        let written = Walk::of(text, &self.parts, self.unlisted, scratch, sink).document(&self.root);
        // The text has been read before, so that only what has been made of its names can be wrong.
        let what = "two names of an object become equal, or one becomes null";
        written.map(|()| Presence::Present).ok_or(ApplyError::Value { method: ENTRY.name, what })
    }
}

impl Method for Json {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        // A null leaf is `null` in the text, and the text stays one.
        let nulls = if self.otherwise.adds_nulls() { super::Nulls::Added } else { super::Nulls::Kept };
        texts::plan(self, input).map(|_| Outcome::Becomes { data_type: DataType::Utf8, nulls })
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

    /// A text without a leaf, as `{}`, does.
    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn repays_distinct(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        let named = self.paths.iter().zip(&self.parts);
        let parts: Vec<_> = named.map(|(path, part)| format!("{path}: {}", part.nested.method.words())).collect();
        let unlisted = match self.unlisted {
            Unlisted::Refuse => "refused",
            Unlisted::Drop => "left out",
        };
        format!(
            "read as JSON; {}; what is not listed is {unlisted}; a text of another form: {}",
            parts.join("; "),
            self.otherwise.words()
        )
    }

    fn options(&self) -> String {
        let named = self.paths.iter().zip(&self.parts);
        let paths: serde_json::Map<String, Value> = named.map(|(path, part)| (path.clone(), part.meaning())).collect();
        json!({ "paths": paths, "unlisted": self.unlisted.name(), "otherwise": self.otherwise.meaning() }).to_string()
    }
}
