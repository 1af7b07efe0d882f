//! `[[link]]`: a leaf whose values are those of a leaf of another table, or of its own.

use std::collections::BTreeMap;

use crate::document::{Fault, Section};
use crate::method::Extent;
use crate::schema::{Column, LeafPath, TableSchema};

/// One link, from the table whose file says so.
pub struct Link {
    /// The leaf of this table.
    pub from: LeafPath,
    /// The table that it leads to, of the same customer.
    pub table: String,
    /// The leaf there.
    pub to: LeafPath,
    place: Fault,
}

impl Link {
    /// Reads one `[[link]]` of a file with these columns.
    ///
    /// # Errors
    /// Where `from` is none of the columns, or `to` names no table and leaf.
    pub fn read(mut link: Section<'_>, columns: &BTreeMap<LeafPath, Column>) -> Result<Self, Fault> {
        let (from, to): (String, String) = (link.required("from")?, link.required("to")?);
        let from = LeafPath::from(from);
        if !columns.contains_key(&from) {
            return Err(link.fault_at("from", format!("`{from}` is not one of the columns"), None));
        }
        let Some((table, leaf)) = to.split_once('.').filter(|(table, leaf)| !table.is_empty() && !leaf.is_empty())
        else {
            let hint = "name a table and a leaf of it, as in customers.customer_id".to_owned();
            return Err(link.fault_at("to", "`to` names no leaf of a table", hint));
        };
        let (table, to) = (table.to_owned(), LeafPath::from(leaf.to_owned()));
        let place = link.fault_at("to", "", None);
        link.finish()?;
        Ok(Link { from, table, to, place })
    }

    /// A fault at this link's place in its file.
    pub fn fault(&self, what: impl Into<String>, hint: &str) -> Fault {
        Fault { what: what.into(), hint: Some(hint.to_owned()), ..self.place.clone() }
    }

    /// Both ends as a person names them, `table` being the one whose file says so.
    pub fn ends(&self, table: &str) -> [String; 2] {
        [format!("{table}.{}", self.from), format!("{}.{}", self.table, self.to)]
    }
}

/// Holds both ends of every link against each other: equal values must become equal ones, or nothing joins.
///
/// # Errors
/// At the first link whose other end is not there, or is treated otherwise.
pub fn agree(tables: &[TableSchema]) -> Result<(), Fault> {
    tables.iter().flat_map(|table| table.links.iter().map(move |link| (table, link))).try_for_each(|(table, link)| {
        let there = tables.iter().find(|other| other.table == link.table).ok_or_else(|| {
            link.fault(format!("there is no table `{}`", link.table), "a link leads to a table of the same customer")
        })?;
        let other = there.columns.get(&link.to).ok_or_else(|| {
            let what = format!("table `{}` has no leaf `{}`", link.table, link.to);
            link.fault(what, "name a leaf under [columns] of that table")
        })?;
        if there.table == table.table && link.from == link.to {
            return Err(link.fault("the link leads to itself", "name another leaf"));
        }
        table.columns.get(&link.from).map_or(Ok(()), |column| alike(link, &link.ends(&table.table), [column, other]))
    })
}

fn alike(link: &Link, ends: &[String; 2], columns: [&Column; 2]) -> Result<(), Fault> {
    let hint = "give both ends one rule: the same method, domain and options";
    let [from, to] = columns.map(|column| (column.entry.name, column.method.agreement()));
    if from.0 != to.0 {
        let what = format!("`{}` and `{}` will not join: one is {}, the other {}", ends[0], ends[1], from.0, to.0);
        return Err(link.fault(what, hint));
    }
    let by_value = |column: &Column| column.method.beside().is_empty() && column.method.extent() == Extent::Value;
    if !columns.into_iter().all(by_value) {
        let what =
            format!("`{}` and `{}` will not join: {} makes unequal values of equal ones", ends[0], ends[1], from.0);
        return Err(link.fault(what, "use a method that looks at the value alone, as pseudonym does"));
    }
    if from.1 != to.1 {
        let what = format!("`{}` and `{}` will not join: their options are {} and {}", ends[0], ends[1], from.1, to.1);
        return Err(link.fault(what, hint));
    }
    Ok(())
}
