//! The two digests that an approval binds: what the data is, and what becomes of it.

use crate::schema::{Form, Leaf, TableSchema};

/// A BLAKE3 over texts, each with its length before it, so that no two lists of texts give the same bytes.
struct Framed(blake3::Hasher);

impl Framed {
    fn new(context: &str) -> Self {
        Framed(blake3::Hasher::new_derive_key(context))
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.0.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        self
    }

    fn digest(&self) -> String {
        format!("blake3:{}", self.0.finalize().to_hex())
    }
}

/// The structure of a table: every leaf's path, type, nullability, and whether it is a partition key.
pub fn structure<'l>(leaves: impl IntoIterator<Item = (&'l Leaf, bool)>) -> String {
    let mut written: Vec<_> = leaves.into_iter().collect();
    written.sort_by(|(left, _), (right, _)| left.path.cmp(&right.path));
    let mut digest = Framed::new("verho 2026-11 structure of a table");
    for (leaf, partition_key) in written {
        digest.text(leaf.path.as_str()).text(&leaf.data_type.to_string());
        digest.text(if leaf.nullable { "nullable" } else { "required" });
        digest.text(if partition_key { "partition key" } else { "column" });
    }
    digest.digest()
}

/// The policy of a table: which objects it is, every leaf's class, method, options, and method version, its links, and the
/// life of its secret.
pub fn policy(table: &TableSchema) -> String {
    let mut digest = Framed::new("verho 2026-11 policy of a table");
    digest.text(&table.table).text(table.source.as_str());
    digest.text(table.subject.as_ref().map_or("", |path| path.as_str()));
    for (path, column) in &table.columns {
        digest.text(path.as_str()).text(column.class.name()).text(column.entry.name);
        digest.text(&column.entry.version.to_string()).text(&column.method.options());
    }
    for filter in &table.filters {
        digest.text("rows").text(filter.column.as_str()).text(&filter.meaning());
    }
    if table.form != Form::Parquet {
        digest.text(&format!("{:?}", table.form));
    }
    // Where nothing in the objects names a column, its place among the rules does.
    for (path, _) in table.by_place() {
        digest.text("place").text(path.as_str()).text("");
    }
    // A record of three, where a column's has five, and its third text is no method: no column can be written so.
    for path in table.columns.iter().filter(|(_, column)| column.is_unique).map(|(path, _)| path) {
        digest.text("unique").text(path.as_str()).text("");
    }
    for (path, column) in &table.columns {
        column.may_hold.meaning().iter().for_each(|meaning| {
            digest.text("may_hold").text(path.as_str()).text(meaning);
        });
    }
    if let Some(privacy) = &table.privacy {
        digest.text("privacy").text("").text(&privacy.meaning());
    }
    if let Some(epoch) = table.epoch.meaning() {
        digest.text("epoch").text("").text(epoch);
    }
    for link in &table.links {
        digest.text("link").text(link.from.as_str()).text(&format!("{}.{}", link.table, link.to.as_str()));
    }
    digest.digest()
}
