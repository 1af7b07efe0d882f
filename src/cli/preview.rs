//! `verho preview`

use arrow::util::pretty::pretty_format_batches;
use serde_json::{Map, Value, json};

use super::Common;
use super::answer::Answer;
use crate::error::{Failure, Kind};
use crate::run::{self, House, Wish};

/// Some anonymised rows of a table, never raw ones; needs an approval as a run does
#[derive(clap::Args)]
pub struct Preview {
    customer: String,
    table: String,
    /// How many rows, 1000 at most
    #[arg(long, default_value_t = 10)]
    rows: usize,
    /// The approval to use [default: the newest that holds]
    #[arg(long, value_name = "ID")]
    approval: Option<String>,
    /// The principal who asks [default: `operator` in verho.toml]
    #[arg(long, value_name = "PRINCIPAL")]
    operator: Option<String>,
}

impl Preview {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let house = House::open(&workspace, &self.customer)?;
        let wish =
            Wish { customer: &self.customer, approval: self.approval.as_deref(), operator: self.operator.as_deref() };
        let rows = run::preview(&house, &wish, &self.table, self.rows)?;
        let internal = |_| Failure::new(Kind::Internal, "the rows cannot be shown");
        let text = pretty_format_batches(std::slice::from_ref(&rows)).map_err(internal)?;
        let cell = |column: usize, row: usize| arrow::util::display::array_value_to_string(rows.column(column), row);
        let mut facts = Vec::with_capacity(rows.num_rows());
        for row in 0..rows.num_rows() {
            let mut shown = Map::new();
            for (column, field) in rows.schema().fields().iter().enumerate() {
                let value = if rows.column(column).is_null(row) {
                    Value::Null
                } else {
                    json!(cell(column, row).map_err(internal)?)
                };
                shown.insert(field.name().clone(), value);
            }
            facts.push(Value::Object(shown));
        }
        Ok(Answer::new(format!("{text}\n"), facts))
    }
}
