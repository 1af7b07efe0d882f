//! `verho check`

use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use crate::account::separate;
use crate::consent::trust;
use crate::error::{Failure, Kind};
use crate::schema;

/// Check everything that can be checked without reading data
#[derive(clap::Args)]
pub struct Check {}

impl Check {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let mut rows = Vec::new();
        let mut notes = workspace.limits.note().map(|words| format!("note: {words}\n")).unwrap_or_default();
        for customer in workspace.customers.clone() {
            for table in schema::read_customer(&workspace.schemas(), &customer)? {
                if table.privacy.is_some() && table.subject.is_none() {
                    notes += &format!(
                        "note: `{}` has no `subject`: k counts rows, and several can be of one person\n",
                        table.table
                    );
                }
                rows.push([
                    customer.clone(),
                    table.table.clone(),
                    table.columns.len().to_string(),
                    schema::digest::policy(&table),
                ]);
            }
        }
        let computed = trust::of_folder(&workspace.consents())?;
        if computed != workspace.consent.trust {
            let failure = Failure::new(
                Kind::Invalid,
                "verho.toml: `trust` is not the digest of consent/allowed_signers and consent/roles.toml",
            );
            return Err(failure.hint(format!("look through both files, then set trust = \"{computed}\"")));
        }
        if let Some(mixed) = separate::by_names(&workspace.sides()).refusal() {
            return Err(mixed.into());
        }
        let facts: Vec<_> = rows.iter().map(|[customer, table, leaves, policy]| json!({ "customer": customer, "table": table, "leaves": leaves.parse::<u64>().unwrap_or(0), "policy": policy })).collect();
        Ok(Answer::new(
            table(["customer", "table", "leaves", "policy"], &rows) + &notes + "all is well\n",
            json!({ "trust": computed, "tables": facts }),
        ))
    }
}
