//! `verho methods`

use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use crate::document::nearest;
use crate::error::{Failure, Kind};
use crate::method::{CATALOGUE, Entry, Keying, fakes, find};

/// The catalogue of methods, made from the code
#[derive(clap::Args)]
pub struct Methods {
    /// One method, with its options
    name: Option<String>,
}

impl Methods {
    pub fn run(self, _: &Common) -> Result<Answer, Failure> {
        let Some(name) = self.name else {
            let rows: Vec<_> = CATALOGUE
                .iter()
                .map(|entry| [entry.name.to_owned(), entry.version.to_string(), entry.summary.to_owned()])
                .collect();
            return Ok(Answer::new(
                table(["method", "version", "what it does"], &rows),
                CATALOGUE.iter().map(|entry| facts(entry)).collect::<Vec<_>>(),
            ));
        };
        let entry = find(&name).ok_or_else(|| unknown(&name))?;
        Ok(Answer::new(text(entry), facts(entry)))
    }
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::new(Kind::Usage, format!("there is no method `{name}`"));
    match nearest(name, CATALOGUE.iter().map(|entry| entry.name)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`verho methods` lists all"),
    }
}

fn text(entry: &Entry) -> String {
    let options: Vec<_> =
        entry.options.iter().map(|(name, takes)| [format!("  {name}"), (*takes).to_owned()]).collect();
    let options = if options.is_empty() { "  none\n".to_owned() } else { table(["  option", "takes"], &options) };
    let examples: String = entry.examples.iter().map(|example| format!("  {example}\n")).collect();
    let reserved = if entry.name == "fake" { format!("\n{}", kinds()) } else { String::new() };
    format!(
        "{} (version {})\n{}\n\noptions\n{options}\nexamples\n{examples}{reserved}",
        entry.name, entry.version, entry.summary
    )
}

/// What is reserved for each kind of fake.
fn kinds() -> String {
    let rows: Vec<_> = fakes().map(|(kind, reserved)| [kind.to_owned(), reserved.to_owned()]).collect();
    table(["kind", "reserved, and by whom"], &rows)
}

fn facts(entry: &Entry) -> serde_json::Value {
    let options: serde_json::Map<_, _> =
        entry.options.iter().map(|(name, takes)| ((*name).to_owned(), json!(takes))).collect();
    let keyed = entry.keying == Keying::Keyed;
    let mut facts = json!({ "name": entry.name, "version": entry.version, "summary": entry.summary, "options": options, "keyed": keyed, "examples": entry.examples });
    if entry.name == "fake" {
        facts["reserved"] = fakes().map(|(kind, reserved)| (kind.to_owned(), json!(reserved))).collect();
    }
    facts
}
