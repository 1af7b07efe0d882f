//! Which rows of a table may leave: `tenant`, `rows` and `sample` in its schema file.

use std::collections::BTreeMap;

use crate::document::{Fault, Scalar, Section};
use crate::method::nested::condition::Condition;
use crate::schema::beside::{self, Unfit};
use crate::schema::{Class, Column, LeafPath};

/// The domain of samples that name none: the same subjects are in all tables of a customer.
const DOMAIN: &str = "sample";

/// What must hold of a row. A row leaves where every filter of its table holds.
pub struct Filter {
    pub column: LeafPath,
    pub test: Test,
    /// Where it stands, for messages of a later stage.
    place: Fault,
}

/// What is asked of a column's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// All of these.
    Holds(Vec<Condition>),
    /// That it is one of the sampled: its keyed hash, as a fraction of all hashes, is below `rate`.
    Sampled { domain: String, rate: f64 },
}

impl Filter {
    /// A fault at the filter's place in its file.
    pub fn fault(&self, what: impl Into<String>, hint: impl Into<Option<String>>) -> Fault {
        Fault { what: what.into(), hint: hint.into(), ..self.place.clone() }
    }

    /// The filter in plain words.
    pub fn words(&self) -> String {
        match &self.test {
            Test::Holds(conditions) => {
                let words: Vec<_> = conditions.iter().map(Condition::words).collect();
                format!("only rows whose `{}` {}", self.column, words.join(" and "))
            }
            Test::Sampled { domain, rate } => {
                format!(
                    "only a sample of rows: those of {rate} of all `{}`, the same in every table of domain {domain:?}",
                    self.column
                )
            }
        }
    }

    /// What fixes its meaning.
    pub fn meaning(&self) -> String {
        match &self.test {
            Test::Holds(conditions) => {
                let mut meaning = serde_json::Map::new();
                conditions.iter().for_each(|condition| condition.mean(&mut meaning));
                serde_json::Value::Object(meaning).to_string()
            }
            Test::Sampled { domain, rate } => serde_json::json!({ "domain": domain, "rate": rate }).to_string(),
        }
    }
}

/// Takes every filter from the top of a schema file.
///
/// # Errors
/// Where a column is not one that can be asked, an option is wrong, or a table of several customers does not say whose
/// rows may leave.
pub fn take(root: &mut Section<'_>, columns: &BTreeMap<LeafPath, Column>) -> Result<Vec<Filter>, Fault> {
    let mut filters: Vec<Filter> = tenant(root, columns)?.into_iter().collect();
    for section in root.optional::<Vec<Section<'_>>>("rows")?.into_iter().flatten() {
        filters.push(condition(section, columns)?);
    }
    filters.extend(root.optional::<Section<'_>>("sample")?.map(|section| sample(section, columns)).transpose()?);
    Ok(filters)
}

/// Only the approved customer's own rows, where a column says whose they are.
fn tenant(root: &mut Section<'_>, columns: &BTreeMap<LeafPath, Column>) -> Result<Option<Filter>, Fault> {
    let named = root.optional::<String>("tenant")?;
    let mut tenants = columns.iter().filter(|(_, rule)| rule.class == Class::Tenant).map(|(path, _)| path);
    match (named, tenants.next(), tenants.next()) {
        (None, None, _) => Ok(None),
        (Some(name), Some(column), None) => {
            listed(root, "tenant", column, columns)?;
            let test = Test::Holds(vec![Condition::Named(name)]);
            Ok(Some(Filter { column: column.clone(), test, place: root.fault_at("tenant", "", None) }))
        }
        (None, Some(column), _) => {
            let hint = "name the customer's own value as `tenant`, above [columns]".to_owned();
            Err(root.fault_at(
                "columns",
                format!("`{column}` says whose row it is, and nothing says whose may leave"),
                hint,
            ))
        }
        (Some(_), None, _) => Err(root.fault_at("tenant", "no column has the class `tenant`", None)),
        (Some(_), Some(_), Some(_)) => Err(root.fault_at("tenant", "two columns have the class `tenant`", None)),
    }
}

/// A condition over a column that is kept: what it tells of the rows that leave can be read from them anyway.
fn condition(mut section: Section<'_>, columns: &BTreeMap<LeafPath, Column>) -> Result<Filter, Fault> {
    let column = LeafPath::from(section.required::<String>("column")?);
    let rule = listed(&section, "column", &column, columns)?;
    // A method that keeps some of its values leaves others, of which a filter would tell.
    if rule.entry.name != "keep" {
        let what = format!("`{column}` is not kept, and which rows leave would tell of it");
        return Err(section.fault_at("column", what, "ask a column whose method is `keep`".to_owned()));
    }
    let test = Test::Holds(Condition::take(&mut section)?);
    let place = section.fault("", None);
    section.finish()?;
    Ok(Filter { column, test, place })
}

fn sample(mut section: Section<'_>, columns: &BTreeMap<LeafPath, Column>) -> Result<Filter, Fault> {
    let column = LeafPath::from(section.required::<String>("by")?);
    listed(&section, "by", &column, columns)?;
    let rate = match section.required::<Scalar>("rate")? {
        Scalar::Number(digits) => digits.parse::<f64>().ok().filter(|rate| *rate > 0.0 && *rate < 1.0),
        _ => None,
    };
    let rate = rate.ok_or_else(|| section.fault_at("rate", "`rate` takes a number between 0 and 1, as 0.01", None))?;
    let domain = section.optional::<String>("domain")?.unwrap_or_else(|| DOMAIN.to_owned());
    let place = section.fault("", None);
    section.finish()?;
    Ok(Filter { column, test: Test::Sampled { domain, rate }, place })
}

fn listed<'c>(
    section: &Section<'_>,
    key: &str,
    column: &LeafPath,
    columns: &'c BTreeMap<LeafPath, Column>,
) -> Result<&'c Column, Fault> {
    let fault = |unfit: Unfit| section.fault_at(key, format!("`{column}` {}", unfit.what), unfit.hint);
    beside::single(columns, column).map_err(fault)
}
