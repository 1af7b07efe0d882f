//! `verho detect`

mod columns;
mod lines;

use std::path::{Path, PathBuf};

use serde_json::json;

use super::answer::{Answer, table};
use crate::crew::Crew;
use crate::detect::RECOGNISERS;
use crate::error::{Failure, Kind};

/// Find what identifies people in texts or in columns; nothing is changed, and no value of a column is printed
///
/// Takes NDJSON, one object a line with `id` and `text`, and answers each line with
/// {"id", "spans": [[start, end, kind, score], ...]}: places count code points, scores go from 0 to 1.
#[derive(clap::Args)]
pub struct Detect {
    /// Files to go through, one after the other [default: standard input]
    files: Vec<PathBuf>,
    /// Take every line as a text of its own, as of a log; its id is its number, counted through all files
    #[arg(long, conflicts_with = "columns")]
    text: bool,
    /// Count by column and kind what CSV, NDJSON and Parquet files hold
    #[arg(long, requires = "files")]
    columns: bool,
    /// List the recognisers: what each finds, the standard it follows, and what it leaves out
    #[arg(long, exclusive = true)]
    list: bool,
    /// Leave out what is less certain than this, from 0 to 1
    #[arg(long, value_name = "SCORE", default_value = "0", value_parser = score)]
    min: u8,
    /// Threads that work; 0 for all processors
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

impl Detect {
    pub fn run(self) -> Result<Answer, Failure> {
        if self.list {
            return Ok(list());
        }
        let crew = Crew::new(self.threads)?;
        if self.columns {
            return columns::count(&self.files, self.min, &crew);
        }
        let form = if self.text { lines::Form::Plain } else { lines::Form::Ndjson };
        lines::answer(&self.files, form, self.min, &crew)?;
        Ok(Answer::printed())
    }
}

/// A score in percent.
fn score(typed: &str) -> Result<u8, String> {
    let score: f64 = typed.parse().map_err(|_| "a score is a number from 0 to 1".to_owned())?;
    // The cast is exact: the number lies between 0 and 100.
    (0.0..=1.0).contains(&score).then_some((score * 100.0).ceil() as u8).ok_or("a score goes from 0 to 1".to_owned())
}

fn list() -> Answer {
    let facts: Vec<_> = RECOGNISERS
        .iter()
        .map(
            |one| json!({ "name": one.name, "kinds": one.kinds, "follows": one.follows, "leaves_out": one.leaves_out }),
        )
        .collect();
    let rows: Vec<_> = RECOGNISERS.iter().map(|one| [one.name.to_owned(), one.kinds.join(" ")]).collect();
    let said = RECOGNISERS
        .iter()
        .map(|one| format!("{}\n  follows: {}\n  leaves out: {}\n", one.name, one.follows, one.leaves_out));
    Answer::new(format!("{}\n{}", table(["recogniser", "kinds"], &rows), said.collect::<String>()), facts)
}

/// A file that cannot be read.
fn unreadable(file: &Path) -> Failure {
    Failure::new(Kind::Usage, format!("{} cannot be read", file.display()))
}
