//! `schemas/<customer>/<table>.toml` (DESIGN 6.2), parsed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, Fields};
use globset::{GlobBuilder, GlobMatcher};

use crate::document::{Document, Fault, Section, names_in, nearest};
use crate::method::{self, Beside, Entry, Method};
use crate::schema::beside::{self, Unfit};
use crate::schema::epoch;
use crate::schema::link::{self, Link};
use crate::schema::{
    Epoch, Filter, Form, Format, Header, LeafPath, MayHold, Output, Privacy, declared, privacy, selection,
};

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

    /// What people call it who are no engineers.
    pub fn title(self) -> &'static str {
        match self {
            Class::Direct => "identifies a person",
            Class::Quasi => "narrows down to a person",
            Class::Sensitive => "private",
            Class::FreeText => "free text",
            Class::Attribute => "tells nothing of a person by itself",
            Class::Tenant => "whose row it is",
        }
    }

    /// What that is, and why it matters.
    pub fn why(self) -> &'static str {
        match self {
            Class::Direct => {
                "by itself, as a name, an e-mail address or a customer number does; it never leaves as it is"
            }
            Class::Quasi => {
                "not alone, but together with others: birth date, postcode and sex point to most people, so such columns \
                 are made coarser or replaced"
            }
            Class::Sensitive => "would harm or embarrass if it were known whose it is: health, income, belief",
            Class::FreeText => "written by somebody, and may name anybody",
            Class::Attribute => "such as an amount or the name of a product",
            Class::Tenant => "says whose data a row is, among several customers; rows of others never leave",
        }
    }
}

/// One leaf's rule.
pub struct Column {
    pub class: Class,
    pub entry: &'static Entry,
    pub method: Box<dyn Method>,
    /// The type that the rule declares, for records.
    declared: Option<DataType>,
    /// Whether no two values of the output may be equal, nulls aside, in the whole table.
    pub is_unique: bool,
    /// What a guard finds in it and lets pass.
    pub may_hold: MayHold,
    /// Where the rule stands, for messages of a later stage.
    place: Fault,
}

impl Column {
    /// Says in plain words what becomes of the leaf.
    pub fn words(&self) -> String {
        let unique = if self.is_unique { "; no two values of the output are equal" } else { "" };
        self.method.words() + unique + &self.may_hold.words()
    }

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

    /// The folder of one table: everything in it, and no pattern.
    fn table(written: &str) -> Option<Self> {
        let pattern = !written.contains(['*', '?', '[', '{']);
        let name = written.strip_suffix('/').filter(|_| pattern)?;
        Pattern::parse(format!("{name}/**"))
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
    /// The leaf that says whose row it is, one value a row.
    pub subject: Option<LeafPath>,
    /// How long the secret lives that its values are masked with.
    pub epoch: Epoch,
    pub columns: BTreeMap<LeafPath, Column>,
    /// What must hold of a row, so that it leaves.
    pub filters: Vec<Filter>,
    /// What must hold of every group of equal quasi-identifiers, so that it leaves.
    pub privacy: Option<Privacy>,
    /// In which form it comes and goes.
    pub form: Form,
    /// The leaves of records with their types, in the order of the file; none where the objects tell them themselves.
    declared: Vec<(LeafPath, DataType)>,
    /// The leaves that hold values of other tables' leaves, in the order of the file.
    pub links: Vec<Link>,
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
        let written: String = root.required("source")?;
        let form = Form::parse(&mut root)?;
        let source = source(&root, written, &form)?;
        let subject = root.optional::<String>("subject")?.map(LeafPath::from);
        let epoch = Epoch::take(&mut root)?;
        let rules = rules(root.required("columns")?)?;
        let declared = match form {
            Form::Parquet | Form::Lake(_) => nowhere_declared(&rules)?,
            Form::Records { .. } => declared_leaves(&rules),
        };
        declared::fields(&declared).map_err(|what| root.fault_at("columns", what.to_string(), None))?;
        something_left(&root, &rules)?;
        rules.iter().try_for_each(|(path, rule)| writable(&form, path, rule))?;
        let columns: BTreeMap<_, _> = rules.into_iter().collect();
        if let Some(path) = &subject {
            let fault = |unfit: Unfit| root.fault_at("subject", format!("subject `{path}` {}", unfit.what), unfit.hint);
            beside::single(&columns, path).map_err(fault)?;
        }
        beside::all_there(&columns, subject.as_ref())?;
        let links = root.optional::<Vec<Section<'_>>>("link")?.unwrap_or_default();
        let links = links.into_iter().map(|link| Link::read(link, &columns)).collect::<Result<_, _>>()?;
        let filters = selection::take(&mut root, &columns)?;
        let privacy = privacy::take(&mut root, &columns)?;
        root.finish()?;
        Ok(TableSchema {
            customer,
            table,
            source,
            subject,
            epoch,
            columns,
            filters,
            privacy,
            form,
            declared,
            links,
            file: path.to_owned(),
        })
    }

    /// The path of a leaf that a method looks at; none where that is the subject and there is none.
    pub fn looked_at(&self, beside: &Beside) -> Option<LeafPath> {
        beside::path(self.subject.as_ref(), beside)
    }

    /// What k counts: people, or rows where nothing says whose row it is.
    pub fn counted(&self) -> &'static str {
        if self.subject.is_some() { "subjects" } else { "rows" }
    }

    /// What `[privacy]` promises, in plain words.
    pub fn privacy_words(&self) -> Option<String> {
        self.privacy.as_ref().map(|privacy| privacy.words(self.counted()))
    }

    /// Counts of people and rows are told in multiples of this, so that none tells of a few: the table's k, and never
    /// less than 11.
    pub fn told(&self) -> u64 {
        self.privacy.as_ref().map_or(privacy::K, |privacy| privacy.k.max(privacy::K))
    }

    /// The columns of records, in the order of the file, but for those that stand in the objects' keys.
    pub fn records(&self, is_key: impl Fn(&LeafPath) -> bool) -> Fields {
        let own: Vec<_> = self.declared.iter().filter(|(path, _)| !is_key(path)).cloned().collect();
        declared::fields(&own).unwrap_or_default()
    }

    /// The leaves that nothing but their place in the file tells apart: those of CSV whose header does not name them, and of no other form.
    pub fn by_place(&self) -> &[(LeafPath, DataType)] {
        match &self.form {
            Form::Records { format: Format::Csv(dialect), .. } if dialect.header != Header::Given => &self.declared,
            _ => &[],
        }
    }

    /// A fault of the file as a whole.
    pub fn fault(&self, what: impl Into<String>, hint: impl Into<Option<String>>) -> Fault {
        Fault::whole_file(&self.file, what, hint)
    }
}

/// The objects of a table, or the folder of one that keeps a log.
fn source(root: &Section<'_>, written: String, form: &Form) -> Result<Pattern, Fault> {
    if let Form::Lake(_) = form {
        let (what, hint) = ("`source` is not the folder of one table", "as in acme/customers/".to_owned());
        return Pattern::table(&written).ok_or_else(|| root.fault_at("source", what, hint));
    }
    let (what, hint) = ("`source` is not a pattern of keys below the root", "as in acme/customers/**/*.parquet");
    Pattern::parse(written).ok_or_else(|| root.fault_at("source", what, hint.to_owned()))
}

/// Stands in place of a class or a method that nobody has chosen yet.
pub const OPEN: &str = "?";

/// Whether a table can be called so: its name becomes part of a key, beside the folder of releases.
pub fn is_table_name(name: &str) -> bool {
    is_plain(name) && name != "releases"
}

fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && name.chars().all(plain)
}

/// A name that also becomes part of a key, and so is plain.
fn name_of(root: &mut Section<'_>, key: &'static str) -> Result<String, Fault> {
    let name: String = root.required(key)?;
    if !is_plain(&name) || (key == "table" && !is_table_name(&name)) {
        return Err(root.fault_at(
            key,
            format!("`{key}` takes letters, digits, `-` and `_`, and not `releases`"),
            None,
        ));
    }
    Ok(name)
}

/// The rules, in the order of the file.
fn rules(section: Section<'_>) -> Result<Vec<(LeafPath, Column)>, Fault> {
    let rules: Vec<(String, Section<'_>)> = section.all()?;
    rules.iter().try_for_each(|(path, rule)| quoted(path, rule))?;
    answered(&rules)?;
    rules.into_iter().map(|(path, rule)| column(rule).map(|column| (LeafPath::from(path), column))).collect()
}

/// A leaf path is one key: without quotes a dot in it makes a table.
fn quoted(path: &str, rule: &Section<'_>) -> Result<(), Fault> {
    match rule.table_within().filter(|_| !rule.holds("class") && !rule.holds("method")) {
        None => Ok(()),
        Some(inner) => {
            let hint = format!("a leaf path stands in quotes: \"{path}.{inner}\" = {{ … }}");
            Err(rule.fault(format!("`{path}` has no rule, and `{inner}` in it"), hint))
        }
    }
}

/// Refuses a file with open questions, at the first of them.
fn answered(rules: &[(String, Section<'_>)]) -> Result<(), Fault> {
    let question = |rule: &Section<'_>| ["class", "method"].into_iter().find(|key| rule.text(key) == Some(OPEN));
    let mut open = rules.iter().filter_map(|(path, rule)| question(rule).map(|key| (path, rule, key)));
    let Some((path, rule, key)) = open.next() else { return Ok(()) };
    let others: Vec<_> = open.map(|(path, ..)| format!("`{}`", LeafPath::from(path.clone()))).collect();
    let others = if others.is_empty() { String::new() } else { format!("; others here: {}", others.join(", ")) };
    let (classes, methods) = (Class::ALL.map(Class::name), method::CATALOGUE.iter().map(|entry| entry.name));
    let hint = format!(
        "choose a class ({}) and a method ({}); `verho methods NAME` shows one with its options",
        classes.join(", "),
        methods.collect::<Vec<_>>().join(", ")
    );
    Err(rule.fault_at(key, format!("leaf `{}` is an open question{others}", LeafPath::from(path.clone())), hint))
}

/// A release has no table without columns.
fn something_left(root: &Section<'_>, rules: &[(LeafPath, Column)]) -> Result<(), Fault> {
    if rules.is_empty() || rules.iter().any(|(_, rule)| rule.entry.name != "drop") {
        return Ok(());
    }
    let hint = "to leave the table out, remove this file: a table without one is not read; else let a column stay, as `null` or `constant`";
    Err(root.fault_at("columns", "every column is dropped, so nothing would be left of the table", hint.to_owned()))
}

/// What a rule writes as it stands in the schema, the output can hold.
fn writable(form: &Form, path: &LeafPath, rule: &Column) -> Result<(), Fault> {
    let Form::Records { format: Format::Csv(dialect), output: Output::Same } = form else { return Ok(()) };
    if rule.method.literals().into_iter().all(|text| dialect.holds(text.as_bytes())) {
        return Ok(());
    }
    let what = format!("leaf `{path}`: `{}` writes a text that this dialect of CSV cannot hold", rule.entry.name);
    let hint = "take a text without the delimiter, line ends and the null text, or leave `output` out";
    Err(rule.fault(what, hint.to_owned()))
}

/// The leaves of records; what is not said to be anything else is text.
fn declared_leaves(rules: &[(LeafPath, Column)]) -> Vec<(LeafPath, DataType)> {
    let declared = |(path, rule): &(LeafPath, Column)| (path.clone(), rule.declared.clone().unwrap_or(DataType::Utf8));
    rules.iter().map(declared).collect()
}

/// Parquet tells the types itself.
fn nowhere_declared(rules: &[(LeafPath, Column)]) -> Result<Vec<(LeafPath, DataType)>, Fault> {
    match rules.iter().find(|(_, rule)| rule.declared.is_some()) {
        Some((path, rule)) => {
            let hint = "remove `type`: the objects' footers tell it".to_owned();
            Err(rule.fault(format!("leaf `{path}`: Parquet needs no `type`"), hint))
        }
        None => Ok(Vec::new()),
    }
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
    let declared = declared_type(&mut rule)?;
    let is_unique = rule.optional("unique")?.unwrap_or(false);
    let may_hold = MayHold::parse(&mut rule)?;
    let method = (entry.parse)(&mut rule)?;
    if may_hold != MayHold::default() {
        // A method that needs a reason of its own has taken it: one reason is enough.
        rule.optional::<String>("because")?;
    }
    if class == Class::Direct && (method.keeps() || method.leaves_values()) {
        let hint = "a direct identifier takes pseudonym, fpe, fake, drop, null, redact, mask or generalise";
        let what = match method.keeps() {
            true => "a direct identifier cannot be kept".to_owned(),
            false => format!("a direct identifier cannot be left as it is, as `{name}` leaves values"),
        };
        return Err(rule.fault_at("method", what, hint.to_owned()));
    }
    let place = rule.fault("", None);
    rule.finish()?;
    Ok(Column { class, entry, method, declared, is_unique, may_hold, place })
}

fn declared_type(rule: &mut Section<'_>) -> Result<Option<DataType>, Fault> {
    let Some(name) = rule.optional::<String>("type")? else { return Ok(None) };
    let known = declared::data_type(&name);
    known
        .map(Some)
        .ok_or_else(|| rule.fault_at("type", format!("unknown type `{name}`"), format!("known: {}", declared::TYPES)))
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
/// Where the folder cannot be read, a file is not a schema of this customer, two files name one table, or
/// tables do not agree in their secret or the ends of a link.
pub fn read_customer(schemas: &Path, customer: &str) -> Result<Vec<TableSchema>, Fault> {
    let folder = schemas.join(customer);
    let missing = || {
        Fault::whole_file(&folder, "there are no schemas of this customer", "one file a table: <table>.toml".to_owned())
    };
    let mut files: Vec<PathBuf> = names_in(&folder)?.iter().map(|name| folder.join(name)).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let tables = files.iter().map(|path| of_customer(path, customer)).collect::<Result<Vec<_>, _>>()?;
    if tables.is_empty() {
        return Err(missing());
    }
    epoch::agree(&tables)?;
    link::agree(&tables)?;
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
