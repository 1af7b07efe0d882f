//! What a scan of data found, for people and for programs.

use std::path::Path;

use serde_json::{Value, json};

use super::left;
use crate::cli::answer::table;
use crate::error::{Failure, Kind};
use crate::scan::{Change, Choice, Known, Proposal, Scan, Scanned, Seen};
use crate::schema::{LeafPath, type_name};

/// What is printed for people.
pub fn text(folder: &Path, scan: &Scan, evidence: &str) -> String {
    let (new, old): (Vec<_>, Vec<_>) = read(scan).partition(|(_, known)| known.text.is_some());
    let mut text = format!("in {}\n", folder.display());
    if !new.is_empty() {
        let rows: Vec<_> = new.iter().map(|(name, known)| row(name, known)).collect();
        text += &table(["file", "rows looked at", "leaves", "links", "proposed", "open"], &rows);
    }
    text.extend(
        new.iter().flat_map(|(name, known)| {
            known.sampled.notes.iter().map(move |note| format!("note: table {name}: {note}\n"))
        }),
    );
    if scan.passed_over > 0 {
        text += &format!(
            "note: {} objects belong to no table: their ending or their folder is none that a table can have, or more objects \
             beside them have another ending\n",
            scan.passed_over
        );
    }
    text.extend(scan.logged.iter().map(|name| {
        format!("note: table {name} keeps a log and was not looked into; `verho plan` holds it against its schema\n")
    }));
    text.extend(scan.failed().map(|(name, error)| {
        let way_out = error.hint().map_or_else(String::new, |hint| format!("; {hint}"));
        format!("table {name} could not be looked into: {error}{way_out}\n")
    }));
    text += &changed(scan, &old);
    if !new.is_empty() {
        text += &left(scan.open());
    }
    text + &format!("evidence {evidence}\n")
}

fn read(scan: &Scan) -> impl Iterator<Item = (&str, &Known)> {
    scan.tables.iter().filter_map(|scanned| Some((scanned.table.as_str(), scanned.outcome.as_ref().ok()?)))
}

fn row(name: &str, known: &Known) -> [String; 6] {
    let is_open = |proposal: &&Proposal| matches!(proposal.choice, Choice::Open(_));
    let open = known.proposals.iter().filter(is_open).count();
    let links = known.proposals.iter().filter(|proposal| proposal.link.is_some()).count();
    let counts = [known.sampled.rows, known.proposals.len(), links, known.proposals.len() - open, open];
    let [rows, leaves, links, proposed, open] = counts.map(|count| count.to_string());
    [format!("{name}.toml"), rows, leaves, links, proposed, open]
}

/// How tables with a file differ from it.
fn changed(scan: &Scan, old: &[(&str, &Known)]) -> String {
    if old.is_empty() && scan.gone.is_empty() {
        return String::new();
    }
    if !scan.is_changed() {
        return format!("{} tables have their schema already; nothing changed\n", old.len());
    }
    let of = |(name, known): &(&str, &Known)| {
        let row = |(path, change): &(LeafPath, Change)| {
            [format!("{name}.{path}"), change.word().replace('_', " "), change.words()]
        };
        known.changes.iter().map(row).collect::<Vec<_>>()
    };
    let mut rows: Vec<_> = old.iter().flat_map(of).collect();
    rows.extend(
        scan.gone.iter().map(|name| [name.clone(), "gone".to_owned(), "has a schema and no object".to_owned()]),
    );
    table(["leaf", "change", "what it is"], &rows)
}

/// An array with one entry a leaf.
pub fn facts(scan: &Scan) -> Value {
    let tables = scan.tables.iter().flat_map(|Scanned { table, outcome }| match outcome {
        Ok(known) => leaves(table, known),
        Err(error) => vec![
            json!({ "table": table, "column": "", "entity": "", "error": error.to_string(), "hint": error.hint() }),
        ],
    });
    let gone = scan.gone.iter().map(|table| json!({ "table": table, "column": "", "entity": "", "change": "gone" }));
    tables.chain(gone).collect()
}

fn leaves(name: &str, known: &Known) -> Vec<Value> {
    let seen =
        known.sampled.leaves.iter().zip(&known.proposals).map(|(seen, proposal)| leaf(name, seen, proposal, known));
    let is_gone = |change: &&(LeafPath, Change)| change.1 == Change::Gone;
    let gone = known.changes.iter().filter(is_gone);
    let gone = gone
        .map(|(path, change)| json!({ "table": name, "column": path.as_str(), "entity": "", "change": change.word() }));
    seen.chain(gone).collect()
}

fn leaf(name: &str, seen: &Seen, proposal: &Proposal, known: &Known) -> Value {
    let (class, method) = proposal.choice.named();
    let (rule, answers) = match &proposal.choice {
        Choice::Rule(rule) => (Some(rule), None),
        Choice::Open(rules) => (None, Some(rules)),
    };
    let link = proposal.link.as_ref();
    let link = link.map(|link| json!({ "to": link.to, "distinct": link.distinct, "contained": link.contained }));
    let change = known.changes.iter().find(|(path, _)| *path == seen.path).map(|(_, change)| change.word());
    json!({
        "table": name, "column": seen.path.as_str(), "entity": seen.finding.kind.entity(), "kind": seen.finding.kind.name(),
        "type": type_name(&seen.data_type).unwrap_or_else(|| seen.data_type.to_string()), "class": class, "method": method,
        "rule": rule, "answers": answers, "why": proposal.why, "values": seen.facts.values, "distinct": seen.facts.distinct,
        "link": link, "change": change,
    })
}

/// Set where something is not as it was, or could not be looked into; all else was done.
pub fn failure(scan: &Scan) -> Option<Failure> {
    if let Some((name, error)) = scan.failed().next() {
        let others = scan.failed().count() - 1;
        let more = if others > 0 { format!(" (and {others} more could not)") } else { String::new() };
        let way_out = error.hint().unwrap_or("have its objects mended");
        return Some(
            Failure::new(Kind::Mismatch, format!("table `{name}` could not be looked into: {error}{more}"))
                .hint(format!("{way_out}; or write the schema file by hand. The other tables have theirs")),
        );
    }
    let changed = Failure::new(Kind::Mismatch, "tables are no longer as their schemas say")
        .hint("mend the schema files, which a scan leaves alone, and have the change approved");
    scan.is_changed().then_some(changed)
}
