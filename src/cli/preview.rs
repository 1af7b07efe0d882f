//! `verho preview`

use arrow::array::{Array, RecordBatch};
use arrow::error::ArrowError;
use arrow::util::display::array_value_to_string;
use arrow::util::pretty::pretty_format_batches;
use serde_json::{Map, Value};

use super::Common;
use super::answer::Answer;
use crate::error::{Failure, Kind};
use crate::run::{self, House, Wish};
use crate::schema::Format;
use crate::source::text::Writer;

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
        let columns = (0..rows.num_columns()).map(|column| values(&rows, column));
        let columns = columns.collect::<Result<Vec<_>, _>>().map_err(internal)?;
        let named = |row: usize| {
            rows.schema_ref()
                .fields()
                .iter()
                .zip(&columns)
                .map(move |(field, values)| (field.name().clone(), values[row].clone()))
        };
        let facts: Vec<Value> = (0..rows.num_rows()).map(|row| Value::Object(named(row).collect())).collect();
        Ok(Answer::new(format!("{text}\n"), facts))
    }
}

/// A column's values as JSON has them; as texts, where it has no form for one of them.
fn values(rows: &RecordBatch, column: usize) -> Result<Vec<Value>, ArrowError> {
    let one = rows.project(&[column])?;
    if let Some(values) = written(&one) {
        return Ok(values);
    }
    let array = one.column(0);
    let shown = |row| match array.is_null(row) {
        true => Ok(Value::Null),
        false => Ok(array_value_to_string(array, row)?.into()),
    };
    (0..array.len()).map(shown).collect()
}

/// The values of a batch of one column, as a sink of JSON writes them.
fn written(one: &RecordBatch) -> Option<Vec<Value>> {
    let mut writer = Writer::new(Vec::new(), &Format::Json, one.schema()).ok()?;
    writer.write(one).ok()?;
    let objects: Vec<Map<String, Value>> = serde_json::from_slice(&writer.finish().ok()?).ok()?;
    Some(objects.into_iter().filter_map(|object| object.into_iter().next()).map(|(_, value)| value).collect())
}
