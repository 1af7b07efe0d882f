//! What is written of each column: a key, a proposal, or a question.

use std::collections::{BTreeMap, BTreeSet};

use crate::scan::aito::{Column, End, Kind, Shape, Tables};
use crate::scan::names;
use crate::scan::write::quoted;

/// What is written of a column.
pub enum Choice {
    /// Its values join others, or tell rows apart: all become codes.
    Key { domain: String, why: String },
    /// A rule that leaves nothing of a value, and why it was taken.
    Proposed { rule: String, why: &'static str },
    /// Nobody but a person knows. The rules that could be taken.
    Open { rules: Vec<String> },
}

/// The columns that links join, each with the one that its group leads to.
pub struct Domains(BTreeMap<End, End>);

impl Domains {
    /// Follows every link to its end.
    pub fn of(tables: &Tables) -> Self {
        let mut heads: BTreeMap<End, End> = BTreeMap::new();
        for (from, column) in tables.columns() {
            let Some(to) = &column.link else { continue };
            let head = |end: &End, heads: &BTreeMap<End, End>| heads.get(end).unwrap_or(end).clone();
            let (left, right) = (head(&from, &heads), head(to, &heads));
            for end in [from, to.clone()] {
                heads.entry(end.clone()).or_insert(end);
            }
            heads.values_mut().filter(|head| **head == left).for_each(|head| *head = right.clone());
        }
        Domains(heads)
    }

    /// The name of a linked column's domain.
    fn linked(&self, end: &End) -> Option<String> {
        self.0.get(end).map(End::to_string)
    }

    /// The only domain whose head has this name, as `customer_id` may; an `id` alone says nothing.
    fn named(&self, column: &str) -> Option<String> {
        let alike = |head: &&End| head.column == column && column.contains('_');
        let heads: BTreeSet<_> = self.0.values().filter(alike).collect();
        heads.first().filter(|_| heads.len() == 1).map(|head| head.to_string())
    }
}

/// What is written of a column.
pub fn choose(end: &End, column: &Column, domains: &Domains) -> Choice {
    let can_be_key = column.kind.is_text() || column.kind == Kind::Int;
    if let (true, Some(domain)) = (can_be_key, domains.linked(end)) {
        let why = column.link.as_ref().map_or("links lead here".to_owned(), |to| format!("links to {to}"));
        return Choice::Key { domain, why };
    }
    let one_text = column.kind.is_text() && column.shape == Shape::One;
    if let (true, Some(rule)) = (one_text, names::rule(&end.table, &column.name)) {
        return Choice::Proposed { rule: rule.to_owned(), why: "by its name" };
    }
    if can_be_key && names::is_key(&column.name) {
        return key_by_name(end, domains.named(&column.name));
    }
    if column.kind == Kind::Text {
        return Choice::Proposed { rule: names::FREE_TEXT.to_owned(), why: "text may name anybody" };
    }
    Choice::Open { rules: rules(end, column) }
}

fn key_by_name(end: &End, domain: Option<String>) -> Choice {
    match domain {
        Some(domain) => Choice::Key { why: format!("proposed: named like {domain}, and joins it"), domain },
        None => Choice::Key { domain: end.to_string(), why: "proposed: a key by its name".to_owned() },
    }
}

/// Rules that an open question could take, the one that keeps values last.
fn rules(end: &End, column: &Column) -> Vec<String> {
    let coarse = match (column.kind, names::place(&column.name)) {
        (Kind::Boolean, _) => r#"class = "sensitive", method = "null""#.to_owned(),
        (Kind::Decimal, _) => r#"class = "sensitive", method = "round", to = 10"#.to_owned(),
        (Kind::Int, _) if names::is_time(&column.name) => {
            r#"class = "quasi", method = "generalise", width = 86400"#.to_owned()
        }
        (Kind::Int, _) => r#"class = "quasi", method = "generalise", width = 10"#.to_owned(),
        (_, Some(kind)) => format!(r#"class = "quasi", method = "fake", kind = "{kind}""#),
        _ if names::is_time(&column.name) => r#"class = "quasi", method = "generalise", prefix = 7"#.to_owned(),
        _ => {
            let domain = quoted(&end.to_string());
            format!(r#"class = "quasi", method = "pseudonym", domain = {domain}"#)
        }
    };
    vec![coarse, r#"class = "attribute", method = "keep", because = """#.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::aito::Table;

    fn column(name: &str, link: Option<(&str, &str)>) -> Column {
        let link = link.map(|(table, column)| End { table: table.into(), column: column.into() });
        Column { name: name.into(), kind: Kind::String, shape: Shape::One, link }
    }

    /// The domain of every linked column, and of those named like one.
    fn domain(tables: &Tables, table: &str, name: &str) -> Option<String> {
        let domains = Domains::of(tables);
        let (end, column) = tables.columns().find(|(end, _)| end.table == table && end.column == name)?;
        match choose(&end, column, &domains) {
            Choice::Key { domain, .. } => Some(domain),
            _ => None,
        }
    }

    #[test]
    fn links_of_links_are_one_domain_in_whatever_order() {
        let chain = [
            ("c", vec![column("b", Some(("b", "a")))]),
            ("b", vec![column("a", Some(("a", "key"))), column("other", None)]),
            ("d", vec![column("c", Some(("c", "b"))), column("own_id", None)]),
            ("a", vec![column("key", None), column("up", Some(("a", "key")))]),
        ];
        let tables = Tables(chain.into_iter().map(|(name, columns)| Table { name: name.into(), columns }).collect());
        for (table, name) in [("a", "key"), ("a", "up"), ("b", "a"), ("c", "b"), ("d", "c")] {
            assert_eq!(domain(&tables, table, name).as_deref(), Some("a.key"), "{table}.{name}");
        }
        assert_eq!((domain(&tables, "b", "other"), domain(&tables, "d", "own_id")), (None, Some("d.own_id".into())));
    }
}
