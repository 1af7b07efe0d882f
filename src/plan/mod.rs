//! What a run will read, do and write: from schemas and footers, before any row is read.

mod beside;
mod codes;
mod column;
mod domain;
mod file;
mod footer;
mod groups;
mod lake;
mod links;
mod objects;
mod part;
mod partition;
mod place;
mod selection;
mod table;
pub(crate) mod thrift;
mod unique;
mod word;

use std::collections::BTreeMap;

use arrow::datatypes::DataType;

use crate::account::doors::Production;
use crate::account::store::StoreError;
use crate::crew::Crew;
use crate::document::Fault;
use crate::error::{Failure, Kind};
use crate::keys::Secret;
use crate::lake::LakeError;
use crate::method::Keys;
use crate::schema::{Epoch, LeafPath, Link, TableSchema, Test};
use crate::workspace::Limits;

pub use codes::{Codes, Risk};
pub use column::{ColumnPlan, LeafPlan, Origin};
pub use file::{Content, Measured, SourceFile};
pub use footer::{FileError, Footer, contained};
#[cfg(test)]
pub(crate) use groups::testing as groups_testing;
pub use groups::{Groups, Level};
pub use part::{Part, PartLimits, Rows};
pub use partition::partitions;
pub use place::{Place, Placed, within};
use table::Objects;
pub use table::TablePlan;
pub use word::{Word, reworded};

/// Why there is no plan.
///
/// Objects are named by their position in key order: a key can carry values.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("table `{table}`: the source cannot be listed: {error}")]
    List { table: String, error: StoreError },
    #[error("table `{table}`: {error}")]
    Lake { table: String, error: LakeError },
    #[error("table `{table}`: the source holds no object")]
    Empty { table: String },
    #[error("table `{table}`, object {object} of {of} in key order: {error}")]
    File { table: String, object: usize, of: usize, error: FileError },
    #[error("{file}: table `{table}`, object {object} of {of} in key order: {mismatch}")]
    Mismatch { file: String, table: String, object: usize, of: usize, mismatch: Mismatch },
    #[error(transparent)]
    Rule(Fault),
    /// Two ends of a link; the schema files say what cannot be.
    #[error(transparent)]
    Link(Fault),
}

/// How an object and its schema differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    #[error("{}", unlisted(.0))]
    Unlisted(Vec<LeafPath>),
    /// Not named: any folder with `=` in it looks like one, and could hold a value on either side.
    #[error("its key has a partition key that is not listed in the schema")]
    UnlistedKey,
    #[error("leaf `{0}` is not in this object, and is in the first")]
    Missing(LeafPath),
    #[error("leaf `{0}` is in this object, and is not in the first")]
    Added(LeafPath),
    /// The type in this object, and in the first.
    #[error("leaf `{leaf}` is of type {} in this object, and of type {} in the first", .types[0], .types[1])]
    Differs { leaf: LeafPath, types: Box<[DataType; 2]> },
    #[error("leaf `{leaf}` is {} in this object, and {} in the first", kept(*.is_key), kept(!.is_key))]
    Key { leaf: LeafPath, is_key: bool },
    #[error("leaf `{0}` is there twice")]
    Twice(LeafPath),
}

/// Where the values of a leaf are.
fn kept(is_key: bool) -> &'static str {
    if is_key { "a partition key" } else { "a column" }
}

fn unlisted(leaves: &[LeafPath]) -> String {
    let named = leaves.iter().map(|leaf| format!("`{leaf}`")).collect::<Vec<_>>().join(", ");
    match leaves {
        [_] => format!("leaf {named} is not listed in the schema"),
        _ => format!("leaves {named} are not listed in the schema"),
    }
}

impl Mismatch {
    fn in_object(self, schema: &TableSchema, index: usize, of: usize) -> PlanError {
        let file = schema.file.display().to_string();
        PlanError::Mismatch { file, table: schema.table.clone(), object: index + 1, of, mismatch: self }
    }

    fn hint(&self) -> &'static str {
        match self {
            Mismatch::Unlisted(_) => "give each a class and a method under [columns], and have the change approved",
            Mismatch::UnlistedKey => "a folder like name=value is a column: list `name` under [columns]",
            Mismatch::Missing(_) | Mismatch::Added(_) => {
                "every object of a table has every leaf: have those without it written again with nulls in it, narrow `source`, \
                 or make two tables"
            }
            Mismatch::Differs { .. } => {
                "a leaf is of one type in all objects (but for timestamps in milliseconds and in microseconds): have it written \
                 alike, narrow `source`, or make two tables"
            }
            Mismatch::Key { .. } => "have the objects written alike, narrow `source`, or make two tables",
            Mismatch::Twice(_) => "rename one of the two in the source: a rule could not tell them apart",
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let kind = match &error {
            PlanError::List { .. } | PlanError::Lake { error: LakeError::Store(_), .. } => Kind::Storage,
            PlanError::File { error, .. } => error.kind(),
            PlanError::Link(_) => Kind::Invalid,
            _ => Kind::Mismatch,
        };
        let failure = Failure::new(kind, error.to_string());
        match error {
            PlanError::Mismatch { mismatch, .. } => failure.hint(mismatch.hint()),
            PlanError::Lake { error, .. } => match error.hint() {
                Some(hint) => failure.hint(hint),
                None => failure,
            },
            PlanError::File { error, .. } => match error.hint() {
                Some(hint) => failure.hint(hint),
                None => failure,
            },
            PlanError::List { error: StoreError::Missing, .. } => failure.hint("look up `root` under [production]"),
            PlanError::Empty { .. } => failure.hint("check `source` in the schema, and `root` under [production]"),
            PlanError::Rule(Fault { hint: Some(hint), .. }) | PlanError::Link(Fault { hint: Some(hint), .. }) => {
                failure.hint(hint)
            }
            _ => failure,
        }
    }
}

fn cut(tables: &[TablePlan], limits: PartLimits) -> Vec<Part> {
    tables.iter().enumerate().flat_map(|(index, table)| part::cut(index, table, limits)).collect()
}

/// Everything that a run needs to know before it reads a row.
pub struct Plan {
    pub customer: String,
    pub tables: Vec<TablePlan>,
    pub parts: Vec<Part>,
    limits: PartLimits,
    /// What a run may take, in bytes.
    memory: u64,
}

impl Plan {
    /// Gives every leaf of every object a method.
    ///
    /// # Errors
    /// Where anything in the source is not as the schemas say.
    pub fn resolve(
        customer: &str,
        schemas: Vec<TableSchema>,
        production: &Production,
        limits: &Limits,
        crew: &Crew,
    ) -> Result<Self, PlanError> {
        let part_limits = PartLimits::of(limits.part_size, limits.memory);
        let objects = crew.each(&schemas, production.is_remote(), |schema| Objects::of(schema, production, crew))?;
        let tables = std::iter::zip(schemas, objects).map(|(schema, objects)| TablePlan::resolve(schema, objects));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        links::join(&tables)?;
        unique::fits(&tables, limits.memory)?;
        let parts = cut(&tables, part_limits);
        Ok(Plan { customer: customer.to_owned(), tables, parts, limits: part_limits, memory: limits.memory })
    }

    /// The plan with what going through objects of records has told, by their places: table, object.
    ///
    /// # Errors
    /// Where there are too many of them for what the rules ask.
    pub fn measured(mut self, found: &BTreeMap<(usize, usize), Measured>) -> Result<Self, PlanError> {
        for ((table, file), told) in found {
            if let Content::Records { measured, .. } = &mut self.tables[*table].files[*file].content {
                *measured = Some(*told);
            }
        }
        self.tables.iter().try_for_each(codes::tell_apart)?;
        unique::fits(&self.tables, self.memory)?;
        self.parts = cut(&self.tables, self.limits);
        Ok(self)
    }

    /// Leaves that share a domain and whose outputs can never be equal: of other types, methods or options.
    pub fn unjoinable(&self) -> Vec<String> {
        let mut first: BTreeMap<&str, domain::End<'_>> = BTreeMap::new();
        let ends = domain::domains(&self.tables).filter(|(_, end)| end.joins());
        ends.filter_map(|(domain, end)| {
            let left = first.entry(domain).or_insert(end);
            let why = left.differs(&end)?;
            Some(format!("domain `{domain}`: `{left}` and `{end}` {why} and will not join"))
        })
        .collect()
    }

    /// The plan with quasi leaves made coarser: by table, so many steps further for each.
    pub fn generalised(mut self, steps: &BTreeMap<String, BTreeMap<LeafPath, usize>>) -> Self {
        for table in &mut self.tables {
            if let Some(steps) = steps.get(&table.schema.table) {
                table.generalise(steps);
            }
        }
        self
    }

    /// The keys of every domain that methods and samples name.
    pub fn keys(&self, secret: &Secret) -> Keys {
        let rules = self.tables.iter().flat_map(|table| table.schema.columns.values());
        let filters = self.tables.iter().flat_map(|table| &table.schema.filters);
        let sampled = filters.filter_map(|filter| match &filter.test {
            Test::Sampled { domain, .. } => Some(domain.as_str()),
            Test::Holds(_) => None,
        });
        let domains = rules.flat_map(|rule| rule.method.domains()).chain(sampled);
        Keys::new(domains.map(|domain| (domain.to_owned(), secret.domain_key(&self.customer, domain))))
    }

    /// Counts of the whole are told in multiples of this: the greatest of the tables'.
    pub fn told(&self) -> u64 {
        self.tables.iter().map(|table| table.schema.told()).max().unwrap_or(1)
    }

    /// How long the secret lives that pseudonyms come from: all tables of a customer say the same.
    pub fn epoch(&self) -> Epoch {
        self.tables.first().map_or(Epoch::Lasting, |table| table.schema.epoch)
    }

    /// Every link, as its two ends.
    pub fn links(&self) -> Vec<[String; 2]> {
        links::of(&self.tables).map(|(table, link)| link.ends(&table.schema.table)).collect()
    }

    /// Every link, with the table whose file says so.
    pub fn all_links(&self) -> impl Iterator<Item = (&TablePlan, &Link)> {
        links::of(&self.tables)
    }

    /// Leaves of which two values share a code with more than a chance of one in 1,000.
    pub fn crowded(&self) -> Vec<String> {
        let of = |table: &TablePlan| {
            let notable = table.codes().into_iter().filter(|codes| codes.risk() != Risk::Negligible);
            let told = notable.map(|codes| {
                let (end, Codes { values, bits, .. }) = (format!("{}.{}", table.schema.table, codes.leaf), &codes);
                format!(
                    "`{end}`: of up to {values} values, two share a code of {bits} bits with a chance of {}",
                    codes.odds()
                )
            });
            told.collect::<Vec<_>>()
        };
        self.tables.iter().flat_map(of).collect()
    }

    /// The structure digest of each table, as an approval binds it.
    pub fn structures(&self) -> BTreeMap<String, String> {
        self.tables.iter().map(|table| (table.schema.table.clone(), table.structure.clone())).collect()
    }
}
