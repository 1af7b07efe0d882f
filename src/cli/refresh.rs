//! `verho refresh`

use serde_json::json;

use super::Common;
use super::answer::{Answer, joined};
use super::progress::Bar;
use crate::error::{Failure, Kind};
use crate::process::{end_when_asked, is_asked_to_end};
use crate::run::{self, House, Refreshed, Wish};

/// Carry over every [[refresh]] that is due and has changed, then exit
#[derive(clap::Args)]
pub struct Refresh {
    /// The principal who runs it [default: `operator` in verho.toml]
    #[arg(long, value_name = "PRINCIPAL")]
    operator: Option<String>,
}

impl Refresh {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        end_when_asked();
        let workspace = common.workspace()?;
        let (mut text, mut facts, mut failures) = (String::new(), Vec::new(), Vec::new());
        for due in &workspace.refresh {
            if is_asked_to_end() {
                failures
                    .push(Failure::new(Kind::Interrupted, "interrupted").hint("run it again").during(&due.customer));
                break;
            }
            let wish = Wish { customer: &due.customer, approval: None, operator: self.operator.as_deref() };
            let house = House::open(&workspace, &due.customer);
            // One customer's refusal does not keep another's data stale.
            match house.and_then(|house| run::refresh(&house, &wish, due.every, &Bar::new(common))) {
                Ok(refreshed) => {
                    if common.interactive() {
                        text += &said(&refreshed);
                    }
                    facts.push(json!({ "customer": due.customer, "outcome": refreshed }));
                }
                Err(failure) => failures.push(failure.during(&due.customer)),
            }
        }
        Ok(Answer { failure: joined(failures), ..Answer::new(text, facts) })
    }
}

/// What is told where somebody watches. A job is silent when all is well: what it did stands in evidence.
fn said(refreshed: &Refreshed) -> String {
    match refreshed {
        Refreshed::Done(done) => super::run::text(done),
        Refreshed::NotDue | Refreshed::Unchanged | Refreshed::UnderWay => String::new(),
    }
}
