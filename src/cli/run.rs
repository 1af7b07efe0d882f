//! `verho run`

use super::Common;
use super::answer::Answer;
use super::progress::Bar;
use crate::error::Failure;
use crate::process::end_when_asked;
use crate::run::{self, Done, Findings, House, Wish};
use crate::survey::{LinkFinding, SkewFinding};

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
        end_when_asked();
        let workspace = common.workspace()?;
        let house = House::open(&workspace, &self.customer)?;
        let wish =
            Wish { customer: &self.customer, approval: self.approval.as_deref(), operator: self.operator.as_deref() };
        let done = run::run(&house, &wish, &Bar::new(common))?;
        Ok(Answer::new(text(&done), done))
    }
}

/// A finished run in words.
pub fn text(done: &Done) -> String {
    let tables: String = done.tables.iter().map(|(table, rows)| format!("  {table}: {rows} rows\n")).collect();
    format!(
        "release {} is visible\n{tables}{} objects, {} bytes, approval {} run {}\n{}{}evidence: {}\n",
        done.release,
        done.objects,
        done.bytes,
        done.approval,
        done.run_number,
        done.assessment.text(),
        found(&done.findings),
        done.evidence
    )
}

/// What was found of the whole, in words.
fn found(findings: &Findings) -> String {
    let link = |link: &LinkFinding| {
        let LinkFinding { from, to, values, orphans, exact } = link;
        let about = match (exact, orphans) {
            (true, 0) => return format!("link `{from}` to `{to}`: all of {values} values have their other end\n"),
            (true, _) => "up to",
            (false, _) => "about",
        };
        format!("link `{from}` to `{to}`: {about} {orphans} of {values} values have no other end\n")
    };
    let skew = |skew: &SkewFinding| {
        let SkewFinding { leaf, domain, distinct, frequency_risk, .. } = skew;
        format!(
            "warning: `{leaf}` (domain `{domain}`) has up to {distinct} different values, and who knows how often each \
             occurs recovers about {frequency_risk} of its rows by counting\n"
        )
    };
    let links = findings.links.iter().map(link);
    links.chain(findings.skew.iter().filter(|skew| skew.flagged).map(skew)).collect()
}
