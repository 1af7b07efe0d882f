//! `verho detect`

mod batch;
mod columns;
mod line;
mod lines;

use std::path::{Path, PathBuf};

use serde_json::json;

use super::Common;
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
    pub fn run(self, _: &Common) -> Result<Answer, Failure> {
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

/// A score in percent: the smallest one that is no smaller than what was typed.
fn score(typed: &str) -> Result<u8, String> {
    let score: f64 = typed.parse().map_err(|_| "a score is a number from 0 to 1".to_owned())?;
    // As fractions, since those are what is shown: 0.07 times 100 is more than 7.
    (0..=100)
        .find(|percent| (0.0..=f64::from(*percent) / 100.0).contains(&score))
        .ok_or("a score goes from 0 to 1".to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_that_is_shown_is_not_less_than_itself() {
        for percent in 0..=100 {
            assert_eq!(score(&(f64::from(percent) / 100.0).to_string()), Ok(percent));
        }
        assert_eq!((score("0.071"), score("-0.0"), score("1.0")), (Ok(8), Ok(0), Ok(100)));
        assert!(["1.01", "-0.1", "NaN", "x"].into_iter().all(|typed| score(typed).is_err()));
    }
}
