//! The schema file of a table that was sampled, with a comment wherever somebody has to look.

use super::Joined;
use super::column::{Kind, is_of_an_actor, named};
use super::objects::{Ending, Table};
use super::propose::{Choice, Joins, choose};
use super::sample::{Sampled, Seen};
use super::write::{key, quoted, remark};
use crate::schema::{Dialect, Escape, Header, OPEN, StrayQuote, type_name};

/// A leaf's link to another table's leaf, as it was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The table and leaf that it leads to.
    pub to: String,
    /// Distinct values that were looked at, and how many of them are there.
    pub distinct: usize,
    pub contained: usize,
}

/// What is proposed for one leaf.
pub struct Proposal {
    pub choice: Choice,
    pub link: Option<Link>,
    pub why: String,
}

/// What is proposed for a leaf that joins others so.
pub(super) fn proposal(seen: &Seen, joined: &Joined) -> Proposal {
    let choice = choose(seen, &joined.domain, joined.joins);
    let why = why(seen, joined) + &company(&choice, joined);
    Proposal { choice, why, link: joined.link.clone() }
}

/// Whose codes the leaf has, where it is one of several that are called alike.
fn company(choice: &Choice, joined: &Joined) -> String {
    let rules = match choice {
        Choice::Rule(rule) => std::slice::from_ref(rule),
        Choice::Open(rules) => rules,
    };
    let domain = format!("domain = {}", quoted(&joined.domain));
    let is_said = joined.is_fellow && rules.iter().any(|rule| rule.contains(&domain));
    if is_said { format!("; has values of {}", joined.domain) } else { String::new() }
}

/// Why a leaf is taken for what it is; counts and words, and no value.
fn why(seen: &Seen, joined: &Joined) -> String {
    let finding = seen.finding;
    let kind = match finding.kind {
        Kind::Other => "not recognised".to_owned(),
        kind => format!("{} {}", kind.name(), finding.evidence.words()),
    };
    let counted = match seen.facts.values {
        0 => "no value was seen".to_owned(),
        values => format!("{} distinct of {values} looked at", seen.facts.distinct),
    };
    let joined = match &joined.link {
        Some(link) => format!("; {} of {} distinct values are in {}", link.contained, link.distinct, link.to),
        None if matches!(joined.joins, Joins::Others(_)) => "; others seem to lead here".to_owned(),
        None => String::new(),
    };
    format!("{kind}; {counted}{joined}")
}

/// The text of a schema file.
pub fn text(customer: &str, table: &Table, sampled: &Sampled, proposals: &[Proposal]) -> String {
    let mut text = head(customer, table, sampled, proposals);
    for (seen, proposal) in sampled.leaves.iter().zip(proposals) {
        leaf(&mut text, seen, proposal, sampled.ending);
    }
    for (seen, link) in
        sampled.leaves.iter().zip(proposals).filter_map(|(seen, proposal)| Some((seen, proposal.link.as_ref()?)))
    {
        text += &format!(
            "\n# A candidate: {} of {} distinct values are there. Remove it if it is chance.\n[[link]]\nfrom = {}\nto   = {}\n",
            link.contained,
            link.distinct,
            quoted(seen.path.as_str()),
            quoted(&link.to)
        );
    }
    text
}

fn head(customer: &str, table: &Table, sampled: &Sampled, proposals: &[Proposal]) -> String {
    let mut text = format!(
        "# Proposed by `verho scan` from {} rows. Look through it, and answer every \"{OPEN}\": nothing runs before.\n\
         # The lines in comments before a question are answers to choose from; `verho methods` lists all.\n",
        sampled.rows
    );
    sampled.notes.iter().for_each(|note| text += &format!("# Note: {}.\n", remark(note)));
    let (name, format) = (&table.name, format(sampled.ending));
    text += &format!(
        "\ncustomer = \"{customer}\"\ntable    = \"{name}\"\nsource   = {}   # below the production root\nformat   = \"{format}\"\n",
        quoted(&table.source)
    );
    if sampled.ending != Ending::Parquet {
        text += "output   = \"same\"\n";
    }
    if let Some(subject) = subject(name, sampled, proposals) {
        text += &format!("subject  = {}   # whose row it is\n", quoted(subject.path.as_str()));
    }
    if let Some(dialect) = sampled.dialect.as_ref().filter(|dialect| **dialect != Dialect::default()) {
        text += &csv(dialect);
    }
    text + "\n[columns]\n"
}

fn format(ending: Ending) -> &'static str {
    match ending {
        Ending::Parquet => "parquet",
        Ending::Csv => "csv",
        Ending::Ndjson => "ndjson",
        Ending::Json => "json",
        Ending::ArrowFile => "arrow",
        Ending::ArrowStream => "arrow_stream",
    }
}

/// The only leaf of one value a row that is a key of people, if there is one. Who did something with a row is not whose row
/// it is, unless rows are of such people; nor is whoever stands above a row in its own table.
fn subject<'s>(table: &str, sampled: &'s Sampled, proposals: &[Proposal]) -> Option<&'s Seen> {
    let is_key = |(seen, proposal): &(&Seen, &Proposal)| {
        let path = seen.path.as_str();
        let is_own = named(table).ends_like(&named(path).stem);
        let leads_within = proposal
            .link
            .as_ref()
            .is_some_and(|link| link.to.strip_prefix(table).is_some_and(|to| to.starts_with('.')));
        seen.finding.kind == Kind::PersonKey
            && !seen.path.is_repeated()
            && !leads_within
            && (is_own || !is_of_an_actor(path))
    };
    let mut keys = sampled.leaves.iter().zip(proposals).filter(is_key).map(|(seen, _)| seen);
    keys.next().filter(|_| keys.next().is_none())
}

fn csv(dialect: &Dialect) -> String {
    let mut text = "\n[csv]\n".to_owned();
    let plain = Dialect::default();
    if dialect.delimiter != plain.delimiter {
        text += &format!("delimiter = {}\n", quoted(&char::from(dialect.delimiter).to_string()));
    }
    if dialect.escape == Escape::Backslash {
        text += "escape    = \"backslash\"\n";
    }
    match dialect.header {
        Header::Given => {}
        Header::Skipped => text += "header    = \"skipped\"   # the columns stand as the rules do\n",
        Header::Absent => text += "header    = false\n",
    }
    if dialect.stray_quote == StrayQuote::Kept {
        text += "stray_quote = \"kept\"   # quotes stand inside of fields\n";
    }
    if dialect.null != plain.null {
        text += &format!("null      = {}   # what means null\n", quoted(&dialect.null));
    }
    text
}

fn leaf(text: &mut String, seen: &Seen, proposal: &Proposal, ending: Ending) {
    let is_declared = ending != Ending::Parquet && !seen.is_partition;
    let name = key(seen.path.as_str());
    let declared = type_name(&seen.data_type).filter(|_| is_declared);
    let undeclared = is_declared && declared.is_none();
    let typed = declared.map_or_else(String::new, |name| format!("type = \"{name}\", "));
    let line = |rule: &str| format!("{name} = {{ {typed}{rule} }}");
    let why = remark(&proposal.why);
    match &proposal.choice {
        Choice::Rule(rule) => *text += &format!("{}   # {why}\n", line(rule)),
        Choice::Open(rules) => {
            text.extend(rules.iter().map(|rule| format!("# {}\n", line(rule))));
            *text += &format!("{}   # {why}\n", line(&format!(r#"class = "{OPEN}", method = "{OPEN}""#)));
        }
    }
    if undeclared {
        let data_type = remark(&seen.data_type.to_string());
        *text += &format!("# The type of {name} is none that a schema can declare: {data_type}.\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_written_as_it_is_read() {
        let dialect =
            Dialect { delimiter: b'\t', header: Header::Absent, null: "\\N".to_owned(), ..Dialect::default() };
        let written = "\n[csv]\ndelimiter = \"\\t\"\nheader    = false\nnull      = \"\\\\N\"   # what means null\n";
        assert_eq!(csv(&dialect), written);
    }
}
