//! A schema file as a person would write it, with a comment wherever somebody has to look.

use crate::scan::aito::{Column, End, Kind, Shape, Table, Tables};
use crate::scan::choice::{Choice, Domains, choose};
use crate::schema::{LeafPath, OPEN};

/// The text of one schema file, and what is in it.
pub struct Written {
    pub table: String,
    pub text: String,
    pub columns: usize,
    pub links: usize,
    /// Rules that somebody should look at.
    pub proposed: usize,
    /// Leaves that nobody has decided about.
    pub open: Vec<String>,
}

/// Schema files for all tables, in their order.
pub fn write(customer: &str, tables: &Tables) -> Vec<Written> {
    let domains = Domains::of(tables);
    tables.0.iter().map(|table| of_table(customer, table, &domains)).collect()
}

fn of_table(customer: &str, table: &Table, domains: &Domains) -> Written {
    let name = &table.name;
    let mut written = Written {
        table: name.clone(),
        text: head(customer, name),
        columns: table.columns.len(),
        links: 0,
        proposed: 0,
        open: Vec::new(),
    };
    for column in &table.columns {
        let end = End { table: name.clone(), column: column.name.clone() };
        written.rule(column, choose(&end, column, domains));
    }
    table.columns.iter().for_each(|column| written.link(column));
    written
}

fn head(customer: &str, table: &str) -> String {
    format!(
        "# From the schema of Aito. Look at what is \"proposed\", and answer every \"{OPEN}\": nothing runs before.\n\
         # The lines in comments before a question are answers to choose from; `verho methods` lists all.\n\n\
         customer = \"{customer}\"\n\
         table    = \"{table}\"\n\
         source   = \"{customer}/{table}/**/*.ndjson.gz\"   # below the production root\n\
         format   = \"ndjson\"\n\
         output   = \"same\"\n\n\
         [columns]\n"
    )
}

impl Written {
    fn rule(&mut self, column: &Column, choice: Choice) {
        let (leaf, data_type) = (leaf(column), data_type(column.kind));
        let key = key(&leaf);
        let line = |rule: &str| format!("{key} = {{ type = \"{data_type}\", {rule} }}");
        match choice {
            Choice::Key { domain, why } => {
                self.proposed += usize::from(why.starts_with("proposed"));
                let rule = format!(r#"class = "direct", method = "pseudonym", domain = {}"#, quoted(&domain));
                self.text += &format!("{}   # {}\n", line(&rule), remark(&why));
            }
            Choice::Proposed { rule, why } => {
                self.proposed += 1;
                self.text += &format!("{}   # proposed: {why}\n", line(&rule));
            }
            Choice::Open { rules } => {
                self.text.extend(rules.iter().map(|rule| format!("# {}\n", line(rule))));
                self.text += &format!("{}\n", line(&format!(r#"class = "{OPEN}", method = "{OPEN}""#)));
                self.open.push(leaf);
            }
        }
    }

    fn link(&mut self, column: &Column) {
        let Some(to) = &column.link else { return };
        let end = format!("{}.{}", to.table, LeafPath::column(&to.column).as_str());
        self.links += 1;
        self.text += &format!("\n[[link]]\nfrom = {}\nto   = {}\n", quoted(&leaf(column)), quoted(&end));
    }
}

/// The leaf of a column: that of a list is its items.
fn leaf(column: &Column) -> String {
    let path = LeafPath::column(&column.name);
    match column.shape {
        Shape::One => path.as_str().to_owned(),
        Shape::Many => format!("{}[]", path.as_str()),
    }
}

/// Numbers in JSON are whole or binary fractions, as Aito's are.
fn data_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "bool",
        Kind::Int => "int64",
        Kind::Decimal => "float64",
        Kind::String | Kind::Text => "text",
    }
}

/// A leaf as the key of a rule.
pub fn key(leaf: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if !leaf.is_empty() && leaf.chars().all(bare) { leaf.to_owned() } else { quoted(leaf) }
}

/// Text in quotes. JSON's are TOML's too, but that JSON lets some control characters stand.
pub fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    without_controls(&json, |letter| format!("\\u{:04x}", u32::from(letter)))
}

/// Words of a comment, which a line break in a name would end.
pub fn remark(words: &str) -> String {
    without_controls(words, |letter| letter.escape_default().to_string())
}

fn without_controls(text: &str, escaped: impl Fn(char) -> String) -> String {
    text.chars().map(|letter| if letter.is_control() { escaped(letter) } else { letter.into() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_written_so_that_they_are_read_back() {
        let odd =
            ["a b", "a.b", "ä", "", "quote\"d", "back\\slash", "tags[]", "a\nb = 2", "\u{7f}", "\u{1b}[1m\u{9b}\u{0}"];
        for name in odd {
            let column = Column { name: name.into(), kind: Kind::String, shape: Shape::Many, link: None };
            let line = format!("{} = 1", key(&leaf(&column)));
            let table: toml::Table = line.parse().expect("TOML");
            assert_eq!(table.keys().next(), Some(&leaf(&column)), "{line}");
            assert!(!line.chars().any(char::is_control), "{line}");
        }
    }

    #[test]
    fn a_remark_stays_on_its_line() {
        let linked = |table: &str, to: &str| {
            let link = Some(End { table: to.into(), column: "a\nb".into() });
            let column = Column { name: "a\nb".into(), kind: Kind::String, shape: Shape::One, link };
            Table { name: table.into(), columns: vec![column] }
        };
        let written = write("acme", &Tables(vec![linked("orders", "people"), linked("people", "people")]));
        let text = &written[0].text;
        let table: toml::Table = text.parse().expect("TOML");
        assert_eq!(table["columns"].as_table().map(toml::Table::len), Some(1), "{text}");
    }
}
