//! The facets of the standard that events carry, each in the version that is published under its address.

use serde_json::{Map, Value, json};

use crate::evidence::{RefusalNote, RunRecord, TableRecord, Treatment};

/// Who says so: this program in this version.
pub const PRODUCER: &str = concat!("https://verho.dev/v", env!("CARGO_PKG_VERSION"));

/// The method whose output has no such leaf.
const REMOVES: &str = "drop";

/// The method that leaves a leaf as it is, and so the only one that masks nothing.
const KEEPS: &str = "keep";

fn facet(name: &str, version: &str, content: Value) -> Value {
    let address = format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}");
    let mut facet = json!({ "_producer": PRODUCER, "_schemaURL": address });
    if let (Value::Object(facet), Value::Object(content)) = (&mut facet, content) {
        facet.extend(content);
    }
    facet
}

/// Which program ran.
pub fn engine(record: &RunRecord) -> Value {
    let tool = &record.tool;
    let content = json!({ "name": tool.name, "version": tool.version, "openlineageAdapterVersion": tool.version });
    facet("ProcessingEngineRunFacet", "1-1-1", content)
}

/// Why nothing was done, in the words of the evidence: no value is in them.
pub fn error(refusal: &RefusalNote) -> Value {
    facet("ErrorMessageRunFacet", "1-0-1", json!({ "message": refusal.message, "programmingLanguage": "Rust" }))
}

/// What kind of job it is.
pub fn job() -> Value {
    let content = json!({ "processingType": "BATCH", "integration": "VERHO", "jobType": "JOB" });
    facet("JobTypeJobFacet", "2-0-4", content)
}

/// Which state of a dataset.
pub fn version(name: &str) -> Value {
    facet("DatasetVersionDatasetFacet", "1-0-1", json!({ "datasetVersion": name }))
}

/// How much was read of a table.
pub fn read(record: &RunRecord, table: &TableRecord) -> Value {
    let objects = || record.inputs.iter().filter(|input| input.table == table.name);
    let size: u64 = objects().map(|input| input.size).sum();
    let content = json!({ "rowCount": table.rows_in, "size": size, "fileCount": objects().count() });
    facet("InputStatisticsInputDatasetFacet", "1-0-0", content)
}

/// How much was written of a table.
pub fn written(record: &RunRecord, table: &TableRecord) -> Value {
    let is_own = |key: &str| key.split('/').next() == Some(table.name.as_str());
    let objects = || record.outputs.iter().filter(|output| is_own(&output.key));
    let size: u64 = objects().map(|output| output.size).sum();
    let content = json!({ "rowCount": table.rows_out, "size": size, "fileCount": objects().count() });
    facet("OutputStatisticsOutputDatasetFacet", "1-0-2", content)
}

/// The leaves that a table has at the source.
pub fn leaves(table: &TableRecord) -> Value {
    schema(table.columns.keys())
}

/// The leaves that it has in a release.
pub fn leaves_left(table: &TableRecord) -> Value {
    schema(left(table).map(|(path, _)| path))
}

fn schema<'p>(paths: impl Iterator<Item = &'p String>) -> Value {
    let fields: Vec<_> = paths.map(|path| json!({ "name": path })).collect();
    facet("SchemaDatasetFacet", "1-2-0", json!({ "fields": fields }))
}

fn left(table: &TableRecord) -> impl Iterator<Item = (&String, &Treatment)> {
    table.columns.iter().filter(|(_, treatment)| treatment.method != REMOVES)
}

/// Of which leaf of the source each leaf of a release was made, how, and whether that masks it.
pub fn columns(table: &TableRecord, source: &str) -> Value {
    let field = |(path, treatment): (&String, &Treatment)| {
        let Treatment { class, method, version } = treatment;
        let made = json!({
            "type": "DIRECT",
            "subtype": if method == KEEPS { "IDENTITY" } else { "TRANSFORMATION" },
            "description": format!("{method}, version {version}; class {class}"),
            "masking": method != KEEPS,
        });
        let input = json!({ "namespace": source, "name": table.name, "field": path, "transformations": [made] });
        (path.clone(), json!({ "inputFields": [input] }))
    };
    let fields: Map<_, _> = left(table).map(field).collect();
    facet("ColumnLineageDatasetFacet", "1-2-0", json!({ "fields": fields }))
}
