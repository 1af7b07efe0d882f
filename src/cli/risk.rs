//! `verho risk`

mod page;
mod plot;
mod text;
mod words;

use std::path::PathBuf;

use super::Common;
use super::answer::Answer;
use crate::error::{Failure, Kind};
use crate::run::{self, House, Wish};

/// How well people hide in a table, before its methods and after; needs an approval as a run does
#[derive(clap::Args)]
pub struct Risk {
    customer: String,
    /// One table [default: all that have quasi-identifiers]
    table: Option<String>,
    /// Also write a page with plots, which holds no value and needs no network
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    /// The approval to use [default: the newest that holds]
    #[arg(long, value_name = "ID")]
    approval: Option<String>,
    /// The principal who asks [default: `operator` in verho.toml]
    #[arg(long, value_name = "PRINCIPAL")]
    operator: Option<String>,
}

impl Risk {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let house = House::open(&workspace, &self.customer)?;
        let wish =
            Wish { customer: &self.customer, approval: self.approval.as_deref(), operator: self.operator.as_deref() };
        let report = run::measure(&house, &wish, self.table.as_deref())?;
        let mut text = text::text(&report);
        if let Some(file) = &self.out {
            let written = std::fs::write(file, page::page(&report));
            written.map_err(|error| {
                Failure::new(Kind::Usage, format!("{}: cannot be written: {}", file.display(), error.kind()))
            })?;
            text += &format!("\nthe page is {}\n", file.display());
        }
        Ok(Answer::new(text, report))
    }
}
