//! `verho run`

use super::Common;
use super::answer::Answer;
use super::progress::Bar;
use crate::error::Failure;
use crate::run::{self, Done, House, Wish};

/// Carry a customer's dataset over, once
#[derive(clap::Args)]
pub struct Run {
    customer: String,
    /// The approval to use [default: the newest that holds]
    #[arg(long, value_name = "ID")]
    approval: Option<String>,
    /// The principal who runs it [default: `operator` in verho.toml]
    #[arg(long, value_name = "PRINCIPAL")]
    operator: Option<String>,
}

impl Run {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let house = House::open(&workspace, &self.customer)?;
        let wish =
            Wish { customer: &self.customer, approval: self.approval.as_deref(), operator: self.operator.as_deref() };
        let done = run::run(&house, &wish, &Bar::new(common.interactive()))?;
        Ok(Answer::new(text(&done), done))
    }
}

/// A finished run in words.
pub fn text(done: &Done) -> String {
    let tables: String = done.tables.iter().map(|(table, rows)| format!("  {table}: {rows} rows\n")).collect();
    format!(
        "release {} is visible\n{tables}{} objects, {} bytes, approval {} run {}\n{}evidence: {}\n",
        done.release,
        done.objects,
        done.bytes,
        done.approval,
        done.run_number,
        done.assessment.text(),
        done.evidence
    )
}
