//! `verho doctor`

use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use crate::account::separate::check::{CHECKS, Check};
use crate::account::separate::{self, Finding, Place, Report, Severity, State};
use crate::error::Failure;

/// Show check by check whether the two accounts share nothing; every run demands the same
#[derive(clap::Args)]
pub struct Doctor {
    /// List the checks, what each demands, and the calls that it rests on; nobody is asked
    #[arg(long)]
    list: bool,
}

impl Doctor {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        if self.list {
            return Ok(listed());
        }
        let workspace = common.workspace()?;
        let (report, _) = separate::look(&workspace.sides())?;
        let mut answer = Answer::new(text(&report), json!({ "findings": report.findings }));
        answer.failure = report.refusal().map(|refusal| short(&report, refusal.into()));
        Ok(answer)
    }
}

/// What is wrong stands in the answer already.
fn short(report: &Report, failure: Failure) -> Failure {
    let refusing = report.findings.iter().filter(|finding| finding.severity == Some(Severity::Refuse)).count();
    Failure { message: format!("accounts are not proved separate: {refusing} findings refuse every run"), ..failure }
}

fn text(report: &Report) -> String {
    let rows: Vec<[String; 4]> = report.findings.iter().map(row).collect();
    let hint = |finding: &Finding| Some(format!("{}: {}\n", finding.check, finding.hint.as_ref()?));
    let mut hints: Vec<String> = report.findings.iter().filter_map(hint).collect();
    hints.dedup();
    let hints = if hints.is_empty() { String::new() } else { format!("\nwhat to do\n{}", hints.concat()) };
    format!("{}{hints}", table(["", "check", "of", "finding"], &rows))
}

fn row(finding: &Finding) -> [String; 4] {
    let of = finding.place.map_or("both", Place::word);
    [word(finding).to_owned(), finding.check.to_owned(), of.to_owned(), finding.says.clone()]
}

fn word(finding: &Finding) -> &'static str {
    match (&finding.state, finding.severity) {
        (State::Holds, _) => "ok",
        (_, Some(Severity::Refuse)) => "REFUSED",
        (State::Unseen(_), _) => "unknown",
        _ => "warning",
    }
}

fn listed() -> Answer {
    let row = |check: &&Check| {
        let may = if check.is_law { "always refuses" } else { "refuses, or warns if [checks] says so" };
        let asks = if check.asks.is_empty() { "verho.toml alone".to_owned() } else { check.asks.join(", ") };
        [check.name.to_owned(), check.demands.to_owned(), may.to_owned(), asks]
    };
    let rows: Vec<[String; 4]> = CHECKS.iter().map(row).collect();
    let facts = CHECKS.map(|check| {
        json!({ "check": check.name, "demands": check.demands, "asks": check.asks, "is_law": check.is_law, "hint": check.hint })
    });
    Answer::new(table(["check", "what must hold", "otherwise a run is", "calls"], &rows), json!({ "checks": facts }))
}
