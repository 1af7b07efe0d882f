//! `custom`: a method of the workspace's own, as a WebAssembly module in a sandbox.
//!
//! The module sees one text and a seed, and nothing else: no import is allowed, so it has no clock, no files, no network
//! and no other value. The seed is the keyed hash of the text under the domain's key, so that equal texts get equal
//! outputs and nobody without the key can guess them. Every value meets a new instance: what the module remembers it
//! forgets, and its output cannot depend on which values stood before. That costs allocations for each value, which no
//! other method makes. `docs/custom-methods.md` says how a module is written.

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;
use arrow::datatypes::DataType;

use super::values::{Texts, Written, hash_rows, is_text};
use super::{ApplyError, Context, Entry, Keying, Method, Nulls, Outcome, Unsupported, options_text, required_text};
use crate::document::{Fault, Section};

mod sandbox;

use sandbox::Sandbox;

pub const ENTRY: Entry = Entry {
    name: "custom",
    version: 1,
    summary: "Treats a text by a WebAssembly module of the workspace, which sees the text and a seed, and nothing else.",
    options: &[
        (
            "module",
            "required; the module's file, as a path from the schema's folder; its content is part of the meaning",
        ),
        ("domain", "required; equal texts get equal seeds in all columns of one domain"),
    ],
    keying: Keying::Keyed,
    examples: &[r#"{ class = "direct", method = "custom", module = "modules/digits.wasm", domain = "plate" }"#],
    parse,
};

struct Custom {
    module: String,
    digest: String,
    domain: String,
    sandbox: Sandbox,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let module = required_text(section, "module")?;
    let domain = required_text(section, "domain")?;
    let file = section.path().with_file_name(&module);
    let refused = |what: &str| section.fault_at("module", format!("module {module:?} {what}"), None);
    let bytes = std::fs::read(file).map_err(|error| refused(&format!("cannot be read: {}", error.kind())))?;
    let sandbox = Sandbox::of(&bytes).map_err(refused)?;
    let digest = format!("blake3:{}", blake3::hash(&bytes).to_hex());
    Ok(Box::new(Custom { module, digest, domain, sandbox }))
}

impl Method for Custom {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_text(input) {
            return Ok(Outcome::Becomes { data_type: DataType::Utf8, nulls: Nulls::Added });
        }
        let way_out = "a module takes text; use `pseudonym`, `generalise`, `null` or `drop`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let (key, texts) = (context.keys.of(&self.domain)?, Texts::of(input));
        let mut written = Written::of(input.len(), input.len() * 16);
        let mut present = vec![false; input.len()];
        let mut failed = None;
        hash_rows(key, input, |row, seed| {
            let Some(text) = texts.at(row).filter(|_| failed.is_none()) else { return };
            written.row(row, |out| match self.sandbox.mask(text, seed, out) {
                Ok(some) => present[row] = some.is_some(),
                Err(what) => failed = Some(what),
            });
        });
        match failed {
            Some(what) => Err(ApplyError::Value { method: ENTRY.name, what }),
            None => written.finish(Some(NullBuffer::from(present)).filter(|nulls| nulls.null_count() > 0)),
        }
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    /// What a module does nobody knows.
    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn repays_distinct(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        let Custom { module, digest, domain, .. } = self;
        format!(
            "treated by the workspace's own module {module:?} ({digest}); what of a value stays readable, only the module \
             says; equal values get equal outputs in every column of domain {domain:?}"
        )
    }

    fn options(&self) -> String {
        options_text(&[("module", &self.digest), ("domain", &self.domain)])
    }
}
