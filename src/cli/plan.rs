//! `verho plan`

use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use crate::crew::Crew;
use crate::error::Failure;
use crate::plan::{LeafPlan, TablePlan};
use crate::run::earned::by_rules;
use crate::schema;

/// Show what a run would read, do and write, per leaf; reads footers only
#[derive(clap::Args)]
pub struct Plan {
    customer: String,
}

impl Plan {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let schemas = schema::read_customer(&workspace.schemas(), &self.customer)?;
        let production = workspace.production_door(&workspace.production)?;
        let crew = Crew::new(workspace.limits.workers())?;
        let plan = crate::plan::Plan::resolve(&self.customer, schemas, &production, &workspace.limits, &crew)?;
        let parts = |index: usize| plan.parts.iter().filter(|part| part.table == index).count();
        let text: String = plan.tables.iter().enumerate().map(|(index, table)| text(table, parts(index))).collect();
        let facts: Vec<_> = plan.tables.iter().enumerate().map(|(index, table)| facts(table, parts(index))).collect();
        let destination = workspace.test.below(&self.customer).root.to_string();
        let warnings = [plan.unjoinable(), plan.crowded()].concat();
        let warned: String = warnings.iter().map(|warning| format!("warning: {warning}\n")).collect();
        let earned = by_rules(plan.tables.iter().map(|table| &table.schema)).assessment;
        let text = format!("{text}{}to {destination}\nif all holds, {}{warned}", links(&plan), earned.text());
        let facts = json!({ "customer": self.customer, "destination": destination, "tables": facts, "links": plan.links(), "warnings": warnings, "can_be_earned": earned });
        Ok(Answer::new(text, facts))
    }
}

fn leaves(table: &TablePlan) -> impl Iterator<Item = &LeafPlan> {
    table.columns.iter().flat_map(|column| &column.leaves)
}

fn becomes(leaf: &LeafPlan) -> String {
    leaf.after().map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// What a leaf is, and what it is afterwards where that differs.
fn types(leaf: &LeafPlan) -> String {
    let (before, after) = (leaf.leaf.data_type.to_string(), leaf.after().map(ToString::to_string));
    match after {
        Some(after) if after == before => before,
        after => format!("{before} → {}", after.as_deref().unwrap_or("none")),
    }
}

fn text(plan: &TablePlan, parts: usize) -> String {
    let rows: Vec<[String; 4]> = leaves(plan)
        .filter_map(|leaf| {
            let rule = plan.schema.columns.get(&leaf.leaf.path)?;
            Some([leaf.leaf.path.to_string(), types(leaf), rule.class.name().to_owned(), rule.words()])
        })
        .collect();
    let (table_name, objects) = (&plan.schema.table, plan.files.len());
    let head = match plan.is_unmeasured() {
        true => format!("table {table_name}: {objects} objects of records, which are counted once an approval holds\n"),
        false => {
            let (snapshot, counted) = (snapshot(plan), counted(plan));
            format!("table {table_name}: {snapshot}{objects} objects, {counted}, {parts} parts\n")
        }
    };
    head + &table(["leaf", "type", "class", "what becomes of it"], &rows)
        + &plan.schema.filters.iter().map(|filter| format!("{}\n", filter.words())).collect::<String>()
        + &plan
            .schema
            .privacy_words()
            .into_iter()
            .chain(plan.schema.epoch.words())
            .map(|words| format!("{words}\n"))
            .collect::<String>()
        + &codes(plan)
        + &format!("schema {}\npolicy {}\n\n", plan.structure, plan.policy)
}

/// Which state of a table that keeps a log.
fn snapshot(plan: &TablePlan) -> String {
    plan.snapshot.map_or_else(String::new, |id| format!("snapshot {id} of its log, "))
}

/// How many rows there are, and how many of them are deleted as far as the log says.
fn counted(plan: &TablePlan) -> String {
    match plan.deleted() {
        Some(0) => format!("{} rows", plan.rows()),
        Some(deleted) => format!("{} rows, {deleted} of them deleted", plan.rows()),
        None => format!("{} rows, some of them deleted", plan.rows()),
    }
}

/// What is linked. Whether a value has its counterpart stands in rows, and those are not read.
fn links(plan: &crate::plan::Plan) -> String {
    let rows: Vec<[String; 3]> =
        plan.links().into_iter().map(|[from, to]| [from, to, "not known from footers".to_owned()]).collect();
    if rows.is_empty() { String::new() } else { table(["link from", "to", "orphans"], &rows) + "\n" }
}

/// The chance that two values of a leaf share a code.
fn codes(plan: &TablePlan) -> String {
    // Of records nobody knows yet how many there are.
    if plan.is_unmeasured() {
        return String::new();
    }
    let codes = plan.codes().into_iter();
    let rows: Vec<[String; 4]> = codes
        .map(|codes| [codes.leaf.to_string(), codes.values.to_string(), codes.bits.to_string(), codes.odds()])
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("\n{}\n", table(["code of", "values, at most", "bits", "two are equal"], &rows))
}

fn facts(plan: &TablePlan, parts: usize) -> serde_json::Value {
    let leaves = leaves(plan).filter_map(|leaf| {
        let rule = plan.schema.columns.get(&leaf.leaf.path)?;
        Some(json!({
            "leaf": leaf.leaf.path.as_str(), "type": leaf.leaf.data_type.to_string(), "class": rule.class.name(),
            "method": rule.entry.name, "words": rule.words(), "becomes": becomes(leaf),
        }))
    });
    let known = !plan.is_unmeasured();
    let codes = plan.codes().into_iter();
    let codes = codes.map(|codes| {
        json!({ "leaf": codes.leaf.as_str(), "values": codes.values, "bits": codes.bits, "expected": codes.expected() })
    });
    json!({
        "table": plan.schema.table, "objects": plan.files.len(), "rows": known.then(|| plan.rows()), "parts": known.then_some(parts),
        "snapshot": plan.snapshot, "deleted": plan.deleted(), "schema": plan.structure, "policy": plan.policy, "leaves": leaves.collect::<Vec<_>>(),
        "codes": codes.collect::<Vec<_>>(),
    })
}
