//! `schemas/<customer>/<table>.toml` (DESIGN 6.2), parsed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::document::{Document, Fault, Section, nearest};
use crate::method::{self, Entry, Method};
use crate::schema::LeafPath;

/// What a leaf tells about a person (ISO/IEC 20889, 3 and 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Identifies alone.
    Direct,
    /// Identifies in combination.
    Quasi,
    /// Harms when known.
    Sensitive,
    /// Text that may name anybody.
    FreeText,
    /// Tells nothing of a person by itself.
    Attribute,
    /// Says whose row it is, among several customers.
    Tenant,
}

impl Class {
    const ALL: [Class; 6] =
        [Class::Direct, Class::Quasi, Class::Sensitive, Class::FreeText, Class::Attribute, Class::Tenant];

    /// The name as it stands in a schema file.
    pub fn name(self) -> &'static str {
        match self {
            Class::Direct => "direct",
            Class::Quasi => "quasi",
            Class::Sensitive => "sensitive",
            Class::FreeText => "free_text",
            Class::Attribute => "attribute",
            Class::Tenant => "tenant",
        }
    }
}

/// One leaf's rule.
pub struct Column {
    pub class: Class,
    pub entry: &'static Entry,
    pub method: Box<dyn Method>,
    /// Where the rule stands, for messages of a later stage.
    place: Fault,
}

impl Column {
    /// A fault at this rule's place in its file.
    pub fn fault(&self, what: impl Into<String>, hint: impl Into<Option<String>>) -> Fault {
        Fault { what: what.into(), hint: hint.into(), ..self.place.clone() }
    }
}

/// Which objects below the production root belong to a table.
#[derive(Clone)]
pub struct Pattern {
    written: String,
    matcher: GlobMatcher,
}

impl Pattern {
    fn parse(written: String) -> Option<Self> {
        let odd = |part: &str| part.is_empty() || part == "." || part == "..";
        if written.split('/').any(odd) {
            return None;
        }
        let glob = GlobBuilder::new(&written).literal_separator(true).backslash_escape(false).build().ok()?;
        Some(Pattern { matcher: glob.compile_matcher(), written })
    }

    /// The folder that all matches share, with a `/` at its end, or nothing.
    pub fn folder(&self) -> &str {
        let free = self.written.find(['*', '?', '[', '{']).unwrap_or(self.written.len());
        self.written[..free].rfind('/').map_or("", |slash| &self.written[..=slash])
    }

    /// Whether an object of this key belongs to the table.
    pub fn matches(&self, key: &str) -> bool {
        self.matcher.is_match(key)
    }

    /// The pattern as it stands in the schema file.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

/// A table of a customer: which objects, and what becomes of every leaf.
pub struct TableSchema {
    pub customer: String,
    pub table: String,
    pub source: Pattern,
    /// The column that says whose row it is.
    pub subject: Option<LeafPath>,
    pub columns: BTreeMap<LeafPath, Column>,
    /// The file that says so.
    pub file: PathBuf,
}

impl TableSchema {
    /// Reads one schema file.
    ///
    /// # Errors
    /// A fault with its place for everything that is unknown, missing or cannot be.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let document = Document::read(path)?;
        let mut root = document.root()?;
        let customer = name_of(&mut root, "customer")?;
        let table = name_of(&mut root, "table")?;
        let source = Pattern::parse(root.required("source")?).ok_or_else(|| {
            root.fault_at(
                "source",
                "`source` is not a pattern of keys below the root",
                "as in acme/customers/**/*.parquet".to_owned(),
            )
        })?;
        let format: String = root.required("format")?;
        if format != "parquet" {
            return Err(root.fault_at("format", "unknown format", "this version reads: parquet".to_owned()));
        }
        let subject = root.optional::<String>("subject")?.map(LeafPath::from);
        let columns = columns(root.required("columns")?)?;
        if subject.as_ref().is_some_and(|path| !columns.contains_key(path)) {
            return Err(root.fault_at("subject", "`subject` is not one of the columns", None));
        }
        if root.holds("privacy") {
            let hint = "remove [privacy]: what is not enforced cannot be asked for".to_owned();
            return Err(root.fault_at("privacy", "group sizes are not measured by this version", hint));
        }
        root.finish()?;
        Ok(TableSchema { customer, table, source, subject, columns, file: path.to_owned() })
    }

    /// A fault of the file as a whole.
    pub fn fault(&self, what: impl Into<String>, hint: impl Into<Option<String>>) -> Fault {
        Fault::whole_file(&self.file, what, hint)
    }
}

/// A name that also becomes part of a key, and so is plain.
fn name_of(root: &mut Section<'_>, key: &'static str) -> Result<String, Fault> {
    let name: String = root.required(key)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(plain) || (key == "table" && name == "releases") {
        return Err(root.fault_at(
            key,
            format!("`{key}` takes letters, digits, `-` and `_`, and not `releases`"),
            None,
        ));
    }
    Ok(name)
}

fn columns(section: Section<'_>) -> Result<BTreeMap<LeafPath, Column>, Fault> {
    let rules: Vec<(String, Section<'_>)> = section.all()?;
    rules.into_iter().map(|(path, rule)| column(rule).map(|column| (LeafPath::from(path), column))).collect()
}

fn column(mut rule: Section<'_>) -> Result<Column, Fault> {
    let class: String = rule.required("class")?;
    let class = Class::ALL
        .into_iter()
        .find(|known| known.name() == class)
        .ok_or_else(|| unknown(&rule, "class", &class, &Class::ALL.map(Class::name)))?;
    let name: String = rule.required("method")?;
    let entry = method::find(&name).ok_or_else(|| {
        let known: Vec<_> = method::CATALOGUE.iter().map(|entry| entry.name).collect();
        unknown(&rule, "method", &name, &known)
    })?;
    let method = (entry.parse)(&mut rule)?;
    if class == Class::Direct && method.keeps() {
        let hint = "a direct identifier takes pseudonym, fake, drop, null, redact, mask or generalise";
        return Err(rule.fault_at("method", "a direct identifier cannot be kept", hint.to_owned()));
    }
    let place = rule.fault("", None);
    rule.finish()?;
    Ok(Column { class, entry, method, place })
}

fn unknown(rule: &Section<'_>, key: &str, typed: &str, known: &[&str]) -> Fault {
    let hint = match nearest(typed, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known: {}", known.join(", ")),
    };
    rule.fault_at(key, format!("unknown {key} `{typed}`"), hint)
}

/// Every table of a customer, in the order of their names.
///
/// # Errors
/// Where the folder cannot be read, a file is not a schema of this customer, or two files name one table.
pub fn read_customer(schemas: &Path, customer: &str) -> Result<Vec<TableSchema>, Fault> {
    let folder = schemas.join(customer);
    let missing = || {
        Fault::whole_file(&folder, "there are no schemas of this customer", "one file a table: <table>.toml".to_owned())
    };
    let entries = std::fs::read_dir(&folder).map_err(|_| missing())?;
    let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let tables = files.iter().map(|path| of_customer(path, customer)).collect::<Result<Vec<_>, _>>()?;
    if tables.is_empty() {
        return Err(missing());
    }
    Ok(tables)
}

fn of_customer(path: &Path, customer: &str) -> Result<TableSchema, Fault> {
    let schema = TableSchema::read(path)?;
    if schema.customer != customer {
        return Err(schema.fault("`customer` is not the folder's name", None));
    }
    if path.file_stem().is_none_or(|stem| stem != schema.table.as_str()) {
        return Err(schema.fault("`table` is not the file's name", None));
    }
    Ok(schema)
}
