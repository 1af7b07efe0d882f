//! Pages as plain text, for terminals, e-mail and print.

use super::{Block, Page, Section, Table, visible};

/// In characters; what cannot be parted is longer.
const WIDTH: usize = 78;

/// The whole page.
pub fn text(page: &Page) -> String {
    let title = visible(&page.title);
    let sections: String = page.sections.iter().map(|part| format!("\n\n{}", section(part))).collect();
    format!("{title}\n{}\n\n{}{sections}", "=".repeat(title.chars().count()), wrapped("", "", &page.lead))
}

/// One section, its heading underlined.
pub fn section(section: &Section) -> String {
    let heading = visible(&section.heading);
    let blocks: String = section.blocks.iter().map(|part| format!("\n{}", block(part))).collect();
    format!("{heading}\n{}\n{blocks}", "-".repeat(heading.chars().count()))
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(text) => format!("{}:\n", visible(text)),
        Block::Paragraph(text) => wrapped("", "", text),
        Block::List(items) => items.iter().map(|item| wrapped("  - ", "    ", item)).collect(),
        Block::Steps(steps) => (1..).zip(steps).map(step).collect(),
        Block::Command(typed) => command("    ", typed),
        Block::Facts(facts) => facts.iter().map(|(name, what)| fact(name, what)).collect(),
        Block::Table(Table { head, rows, .. }) => {
            rows.iter().map(|row| record(head, row)).collect::<Vec<_>>().join("\n")
        }
    }
}

fn step((at, (words, typed)): (usize, &(String, Option<String>))) -> String {
    let typed = typed.as_ref().map(|typed| format!("\n{}\n", command("       ", typed)));
    wrapped(&format!("  {at}. "), "     ", words) + &typed.unwrap_or_default()
}

fn command(indent: &str, typed: &str) -> String {
    format!("{indent}{}\n", visible(typed))
}

fn fact(name: &str, what: &str) -> String {
    wrapped("  ", "      ", &format!("{name}: {what}"))
}

/// A row as a record under its name: words want more room than a column has.
fn record(head: &[String], row: &[String]) -> String {
    let cells = head.iter().zip(row).skip(1).map(|(name, cell)| fact(name, cell));
    let name = row.first().map_or_else(String::new, |name| visible(name));
    format!("{name}\n{}", cells.collect::<String>())
}

/// Prose in lines, of which the first begins with `first` and all others with `rest`.
pub fn wrapped(first: &str, rest: &str, prose: &str) -> String {
    let (mut out, mut line) = (String::new(), first.to_owned());
    let mut length = line.chars().count();
    let start = length;
    for word in visible(prose).split(' ').filter(|word| !word.is_empty()) {
        let letters = word.chars().count();
        if length > start.max(rest.chars().count()) && length + 1 + letters > WIDTH {
            out += &(std::mem::replace(&mut line, rest.to_owned()) + "\n");
            length = rest.chars().count();
        }
        if !line.ends_with(' ') && !line.is_empty() {
            line.push(' ');
            length += 1;
        }
        line += word;
        length += letters;
    }
    out + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_longer_than_they_may_be_and_no_word_is_lost() {
        let prose = "aa bbbb c ".repeat(40) + &"d".repeat(90) + " e";
        let text = wrapped("  - ", "    ", &prose);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH || line.contains("dd")), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("    ")) && text.starts_with("  - aa"));
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&text)[1..], words(&prose)[..]);
    }

    #[test]
    fn a_line_break_of_the_data_ends_no_line() {
        assert_eq!(wrapped("", "", "a\n\nb"), "a[U+000A][U+000A]b\n");
        assert_eq!(fact("n\n", "w\u{2028}"), "  n[U+000A]: w[U+2028]\n");
    }
}
