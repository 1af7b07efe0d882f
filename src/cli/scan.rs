//! `verho scan`

use std::path::{Path, PathBuf};

use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use super::init::write_new;
use crate::error::{Failure, Kind};
use crate::scan::{Tables, Written, write};
use crate::schema::is_table_name;

/// Write schemas of a customer's tables; what only a person can decide is left open
#[derive(clap::Args)]
pub struct Scan {
    customer: String,
    /// Aito's schema of the tables, as its upload form takes it
    #[arg(long, value_name = "FILE")]
    aito: Option<PathBuf>,
    /// What the table is called, where the file holds one without a name
    #[arg(long, value_name = "NAME", requires = "aito")]
    table: Option<String>,
}

impl Scan {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let aito = self.aito.ok_or_else(needs_aito)?;
        if !is_table_name(&self.customer) {
            return Err(Failure::new(Kind::Usage, "a customer's name takes letters, digits, `-` and `_`"));
        }
        let folder = common.workspace()?.schemas().join(&self.customer);
        let written = write(&self.customer, &Tables::read(&aito, self.table.as_deref())?);
        let file = |written: &Written| folder.join(format!("{}.toml", written.table));
        written.iter().map(&file).try_for_each(|file| still_free(&file))?;
        written.iter().try_for_each(|written| write_new(&file(written), written.text.as_bytes()))?;
        let facts: Vec<_> = written.iter().map(|written| facts(&file(written), written)).collect();
        let facts = json!({ "customer": self.customer, "files": facts, "open": open(&written) });
        Ok(Answer::new(text(&folder, &written), facts))
    }
}

fn needs_aito() -> Failure {
    Failure::new(Kind::Usage, "`scan` needs --aito FILE: this version looks at no data").hint(
        "without a schema of Aito write schemas/<customer>/<table>.toml by hand: `verho init` shows one, and \
         `verho plan` names what it lacks",
    )
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
    let left = match open(written) {
        0 => "no question is open; look at what is proposed, then `verho check`".to_owned(),
        1 => "1 question is open; answer it in its file, then `verho check`".to_owned(),
        open => format!("{open} questions are open; answer them in the files, then `verho check`"),
    };
    format!("in {}\n{}{left}\n", folder.display(), table(["file", "columns", "links", "proposed", "open"], &rows))
}

fn facts(file: &Path, written: &Written) -> serde_json::Value {
    let Written { table, columns, links, proposed, open, .. } = written;
    json!({ "file": file, "table": table, "columns": columns, "links": links, "proposed": proposed, "open": open })
}
