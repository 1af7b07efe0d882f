//! Events of the object model of OpenLineage, made of what evidence says of a run. No value and no key of the source is in them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::facet;
use crate::consent::Refusal;
use crate::evidence::{Outcome, RefusalNote, RunRecord, TableRecord};

/// The version of the standard that is followed.
const SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// Where tables lie on both sides: the namespaces of their names.
pub struct Roots {
    pub production: String,
    pub test: String,
}

/// A run has begun; which tables it will find, nobody knows yet.
pub fn start(record: &RunRecord) -> Value {
    event("START", record.started, record)
}

/// A run has ended, as its record says.
pub fn end(record: &RunRecord, roots: &Roots) -> Value {
    let mut event = event(ending(record), record.finished, record);
    event["inputs"] = record.tables.iter().map(|table| input(record, table, roots)).collect();
    if record.outcome == Outcome::Committed {
        event["outputs"] = record.tables.iter().map(|table| output(record, table, roots)).collect();
    }
    if let Some(refusal) = &record.refusal {
        event["run"]["facets"]["errorMessage"] = facet::error(refusal);
    }
    event
}

fn event(kind: &str, time: Timestamp, record: &RunRecord) -> Value {
    json!({
        "eventType": kind,
        "eventTime": time.to_string(),
        "producer": facet::PRODUCER,
        "schemaURL": SCHEMA,
        "run": { "runId": run_id(record), "facets": { "processing_engine": facet::engine(record) } },
        "job": { "namespace": "verho", "name": record.customer, "facets": { "jobType": facet::job() } },
        "inputs": [],
        "outputs": [],
    })
}

fn ending(record: &RunRecord) -> &'static str {
    match &record.refusal {
        _ if record.outcome == Outcome::Committed => "COMPLETE",
        Some(refusal) if is_called_off(refusal) => "ABORT",
        _ => "FAIL",
    }
}

/// Whether people ended the run, and nothing was wrong with it.
fn is_called_off(refusal: &RefusalNote) -> bool {
    refusal.kind == "interrupted" || refusal.message.ends_with(&Refusal::Withdrawn.to_string())
}

fn input(record: &RunRecord, table: &TableRecord, roots: &Roots) -> Value {
    let mut facets = json!({ "schema": facet::leaves(table) });
    if let Some(snapshot) = table.snapshot {
        facets["version"] = facet::version(&snapshot.to_string());
    }
    let counts = json!({ "inputStatistics": facet::read(record, table) });
    json!({ "namespace": roots.production, "name": table.name, "facets": facets, "inputFacets": counts })
}

fn output(record: &RunRecord, table: &TableRecord, roots: &Roots) -> Value {
    let facets = json!({
        "schema": facet::leaves_left(table),
        "version": facet::version(record.release.as_deref().unwrap_or_default()),
        "columnLineage": facet::columns(table, &roots.production),
    });
    let counts = json!({ "outputStatistics": facet::written(record, table) });
    json!({ "namespace": roots.test, "name": table.name, "facets": facets, "outputFacets": counts })
}

/// The bits of a UUID below its time that are neither its version nor its variant.
const FREE: u128 = ((1 << 76) - 1) & !(0b11 << 62);

/// A UUID of version 7 (RFC 9562) that follows from the record, so that who has the evidence of a run finds its lineage.
fn run_id(record: &RunRecord) -> String {
    let RunRecord { customer, operator, started, .. } = record;
    let digest = blake3::hash(format!("{customer}\n{operator}\n{started}").as_bytes());
    let derived = digest.as_bytes().iter().take(16).fold(0, |all, byte| (all << 8) | u128::from(*byte));
    let time = u128::from(started.as_millisecond().unsigned_abs()) << 80;
    let id = format!("{:032x}", time | (7 << 76) | (derived & FREE) | (0b10 << 62));
    [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::Refused;
    use crate::error::{Failure, Kind};
    use crate::evidence::testing::run;

    fn roots() -> Roots {
        Roots { production: "s3://prod/acme/".to_owned(), test: "s3://test/acme/".to_owned() }
    }

    fn ended(failure: Failure) -> Value {
        let record = RunRecord { outcome: Outcome::Failed, refusal: Some((&failure).into()), ..run() };
        end(&record, &roots())
    }

    #[test]
    fn a_run_that_people_ended_is_aborted_and_any_other_failed() {
        let refused = |refusal| Failure::from(Refused { refusal, approval: Some("a".to_owned()), path: None });
        let cases = [
            (refused(Refusal::Withdrawn), "ABORT"),
            (Failure::new(Kind::Interrupted, "interrupted"), "ABORT"),
            (refused(Refusal::Unsigned), "FAIL"),
            (Failure::new(Kind::Guard, "a guard refused"), "FAIL"),
        ];
        for (failure, kind) in cases {
            let event = ended(failure.clone());
            assert_eq!((&event["eventType"], &event["outputs"]), (&kind.into(), &json!([])), "{failure}");
            assert_eq!(event["run"]["facets"]["errorMessage"]["message"], failure.message);
        }
        let event = end(&run(), &roots());
        assert_eq!((&event["eventType"], &event["run"]["facets"]["errorMessage"]), (&"COMPLETE".into(), &Value::Null));
    }

    #[test]
    fn a_run_id_is_a_uuid_of_version_7_that_follows_from_the_record() {
        let id = run_id(&run());
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!((parts, &id[14..15]), (vec![8, 4, 4, 4, 12], "7"));
        assert!(["8", "9", "a", "b"].contains(&&id[19..20]), "{id}");
        let time = u64::from_str_radix(&id.replace('-', "")[..12], 16).expect("hex");
        assert_eq!(time, run().started.as_millisecond() as u64);
        assert_eq!(run_id(&RunRecord { outcome: Outcome::Failed, finished: Timestamp::now(), ..run() }), id);
        assert_ne!(run_id(&RunRecord { customer: "globex".to_owned(), ..run() }), id);
        let later = run().started.checked_add(std::time::Duration::from_nanos(1)).expect("a time");
        assert_ne!(run_id(&RunRecord { started: later, ..run() }), id);
    }

    #[test]
    fn objects_of_a_table_are_counted_for_it_alone() {
        let mut record = run();
        record.tables.push(crate::evidence::TableRecord { name: "customers-2".to_owned(), ..record.tables[0].clone() });
        let event = end(&record, &roots());
        let count = |side: &str, at: usize, facet: &str| {
            event[side][at][format!("{}Facets", &side[..side.len() - 1])][facet]["fileCount"].clone()
        };
        assert_eq!(
            [count("inputs", 0, "inputStatistics"), count("inputs", 1, "inputStatistics")],
            [json!(1), json!(0)]
        );
        assert_eq!(
            [count("outputs", 0, "outputStatistics"), count("outputs", 1, "outputStatistics")],
            [json!(1), json!(0)]
        );
    }
}
