//! `verho scan`

use std::path::{Path, PathBuf};

use serde_json::json;

use super::Common;
use super::answer::{Answer, path, table};
use super::init::write_new;
use crate::error::{Failure, Kind};
use crate::run::{self, Wish};
use crate::scan::{self, Depth, Tables, Written, write};
use crate::schema::is_table_name;

mod found;

/// Propose schemas from names, types and sampled values; what only a person can decide is left open
#[derive(clap::Args)]
pub struct Scan {
    customer: String,
    /// Learn names and types alone: footers, and of CSV, JSON and Arrow objects the first 64 KiB, of which no value is kept
    #[arg(long, conflicts_with = "aito")]
    names_only: bool,
    /// The principal who asks [default: `operator` in verho.toml]
    #[arg(long, value_name = "PRINCIPAL", conflicts_with = "aito")]
    operator: Option<String>,
    /// Look at no data: Aito's schema of the tables, as its upload form takes it
    #[arg(long, value_name = "FILE")]
    aito: Option<PathBuf>,
    /// What the table is called, where the file holds one without a name
    #[arg(long, value_name = "NAME", requires = "aito")]
    table: Option<String>,
}

impl Scan {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        if !is_table_name(&self.customer) {
            return Err(Failure::new(Kind::Usage, "a customer's name takes letters, digits, `-` and `_`"));
        }
        match &self.aito {
            Some(file) => self.of_aito(file, common),
            None => self.of_data(common),
        }
    }

    /// Looks at the data, and writes the files that are not there yet.
    fn of_data(&self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let depth = if self.names_only { Depth::Names } else { Depth::Values };
        let wish = Wish { customer: &self.customer, approval: None, operator: self.operator.as_deref() };
        let (scan, evidence) = run::scan(&workspace, &wish, depth)?;
        let folder = workspace.schemas().join(&self.customer);
        for (table, text) in new_files(&scan) {
            write_new(&folder.join(format!("{table}.toml")), text.as_bytes())?;
        }
        let answer = Answer::new(found::text(&folder, &scan, &evidence), found::facts(&scan));
        Ok(Answer { failure: found::failure(&scan), ..answer })
    }

    fn of_aito(&self, aito: &Path, common: &Common) -> Result<Answer, Failure> {
        let folder = common.workspace()?.schemas().join(&self.customer);
        let written = write(&self.customer, &Tables::read(aito, self.table.as_deref())?);
        let file = |written: &Written| folder.join(format!("{}.toml", written.table));
        written.iter().map(&file).try_for_each(|file| still_free(&file))?;
        written.iter().try_for_each(|written| write_new(&file(written), written.text.as_bytes()))?;
        let facts: Vec<_> = written.iter().map(|written| facts(&file(written), written)).collect();
        let facts = json!({ "customer": self.customer, "files": facts, "open": open(&written) });
        Ok(Answer::new(text(&folder, &written), facts))
    }
}

/// The tables that have no file yet, with its text.
fn new_files(scan: &scan::Scan) -> impl Iterator<Item = (&str, &str)> {
    scan.tables
        .iter()
        .filter_map(|scanned| Some((scanned.table.as_str(), scanned.outcome.as_ref().ok()?.text.as_deref()?)))
}

/// Looked at before the first file is written, so that all are written or none.
fn still_free(file: &Path) -> Result<(), Failure> {
    if !file.exists() {
        return Ok(());
    }
    let what = format!("{} is there already, and is never written over; nothing was written", file.display());
    Err(Failure::new(Kind::Invalid, what).hint("move it away, or scan into another workspace and compare the two"))
}

fn open(written: &[Written]) -> usize {
    written.iter().map(|written| written.open.len()).sum()
}

fn text(folder: &Path, written: &[Written]) -> String {
    let row = |written: &Written| {
        let counts = [written.columns, written.links, written.proposed, written.open.len()].map(|n| n.to_string());
        let [columns, links, proposed, open] = counts;
        [written.table.clone() + ".toml", columns, links, proposed, open]
    };
    let rows: Vec<_> = written.iter().map(row).collect();
    let head = ["file", "columns", "links", "proposed", "open"];
    format!("in {}\n{}{}", folder.display(), table(head, &rows), left(open(written)))
}

/// What is left to do.
fn left(open: usize) -> String {
    match open {
        0 => "no question is open; look at what is proposed, then `verho check`\n".to_owned(),
        1 => "1 question is open; answer it in its file, then `verho check`\n".to_owned(),
        open => format!("{open} questions are open; answer them in the files, then `verho check`\n"),
    }
}

fn facts(file: &Path, written: &Written) -> serde_json::Value {
    let Written { table, columns, links, proposed, open, .. } = written;
    json!({ "file": path(file), "table": table, "columns": columns, "links": links, "proposed": proposed, "open": open })
}
