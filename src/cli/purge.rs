//! `verho purge`

use serde_json::json;

use super::Common;
use super::answer::{Answer, joined};
use crate::error::Failure;
use crate::evidence::Proof;
use crate::run::ending::{self, Due};

/// Delete what a withdrawal or the end of retention demands, and prove it
#[derive(clap::Args)]
pub struct Purge {
    /// [default: every customer that the ledger or the workspace knows]
    customer: Option<String>,
    /// The principal who runs it [default: `operator` in verho.toml]
    #[arg(long, value_name = "PRINCIPAL")]
    operator: Option<String>,
}

impl Purge {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let (mut text, mut facts, mut failures) = (String::new(), Vec::new(), Vec::new());
        for (customer, outcome) in ending::purge(&workspace, self.customer.as_deref(), self.operator.as_deref())? {
            match outcome {
                Ok((due, proof)) => {
                    text += &said(&customer, &due, &proof);
                    facts.push(json!({ "customer": customer, "due": due, "proof": proof }));
                }
                Err(failure) => failures.push(failure.during(&customer)),
            }
        }
        if text.is_empty() && failures.is_empty() {
            text = "nothing is due\n".to_owned();
        }
        Ok(Answer { failure: joined(failures), ..Answer::new(text, facts) })
    }
}

fn said(customer: &str, due: &Due, proof: &Proof) -> String {
    let Proof { erased, listed_again_at, .. } = proof;
    format!(
        "{customer}: releases of approval `{}` are gone ({}; {} of them): {} versions, {} delete markers and {} unfinished writes erased; \
         listed again at {listed_again_at}: nothing is left\n",
        due.approval,
        due.because,
        due.releases.len(),
        erased.versions,
        erased.markers,
        erased.uploads,
    )
}
