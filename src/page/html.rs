//! Pages as one file of HTML: nothing is loaded, nothing runs, and it reads in light, in dark, aloud and on paper.

use super::{Block, Page, Section, Table, pieces, visible};

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub fn html(page: &Page) -> String {
    let (contents, sections) = (contents(&page.sections), numbered(&page.sections).map(section).collect::<String>());
    frame(&page.title, &prose(&page.lead), "", &format!("{contents}<main id=\"main\">\n{sections}</main>\n"))
}

/// A document around what stands in its body; `title` is text, the others are markup, and `style` is added to the
/// common one.
pub fn frame(title: &str, lead: &str, style: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <p class=\"quiet\">{lead}</p>\n</header>\n{body}</body>\n</html>\n"
    )
}

/// Text that means nothing to HTML, and hides nothing.
pub fn escaped(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A table of text, which scrolls by itself where it is too wide; `class` is a name of the style.
pub fn table<Row: AsRef<[String]>>(class: &str, caption: &str, head: &[&str], rows: &[Row]) -> String {
    let cells = |row: &Row| row.as_ref().iter().map(|cell| escaped(cell)).collect::<Vec<_>>();
    let head: Vec<String> = head.iter().map(|name| escaped(name)).collect();
    tabled(class, &escaped(caption), &head, rows.iter().map(cells))
}

/// A table of markup.
fn tabled(class: &str, caption: &str, head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let names: String = head.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    let row = |row: Vec<String>| {
        let cells = row.iter().zip(head).enumerate().map(|(at, (cell, name))| match at {
            0 => format!("<th scope=\"row\">{cell}</th>"),
            _ => format!("<td data-of=\"{name}\">{cell}</td>"),
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let rows: String = rows.map(row).collect();
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table class=\"{class}\">\n\
         <caption>{caption}</caption>\n<thead><tr>{names}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// Sections with the names that links go to.
fn numbered(sections: &[Section]) -> impl Iterator<Item = (usize, &Section)> {
    (1..).zip(sections)
}

fn contents(sections: &[Section]) -> String {
    let line =
        |(at, section): (usize, &Section)| format!("<li><a href=\"#s{at}\">{}</a></li>\n", prose(&section.heading));
    let lines: String = numbered(sections).map(line).collect();
    format!("<nav aria-label=\"Contents\">\n<ol>\n{lines}</ol>\n</nav>\n")
}

fn section((at, section): (usize, &Section)) -> String {
    let blocks: String = section.blocks.iter().map(block).collect();
    format!(
        "<section aria-labelledby=\"s{at}\">\n<h2 id=\"s{at}\">{}</h2>\n{blocks}</section>\n",
        prose(&section.heading)
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(text) => format!("<h3>{}</h3>\n", prose(text)),
        Block::Paragraph(text) => format!("<p>{}</p>\n", prose(text)),
        Block::List(items) => listed("ul", items.iter().map(|item| prose(item))),
        Block::Steps(steps) => listed("ol", steps.iter().map(step)),
        Block::Command(typed) => command(typed),
        Block::Facts(facts) => {
            let fact = |(name, what): &(String, String)| format!("<dt>{}</dt><dd>{}</dd>\n", prose(name), prose(what));
            format!("<dl>\n{}</dl>\n", facts.iter().map(fact).collect::<String>())
        }
        Block::Table(Table { caption, head, rows }) => {
            let cells = |row: &Vec<String>| row.iter().map(|cell| prose(cell)).collect();
            let head: Vec<_> = head.iter().map(|name| escaped(name)).collect();
            tabled("words", &escaped(caption), &head, rows.iter().map(cells))
        }
    }
}

fn listed(tag: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| format!("<li>{item}</li>\n")).collect();
    format!("<{tag}>\n{items}</{tag}>\n")
}

fn step((words, typed): &(String, Option<String>)) -> String {
    prose(words) + &typed.as_ref().map(|typed| command(typed)).unwrap_or_default()
}

fn command(typed: &str) -> String {
    format!("\n<pre tabindex=\"0\"><code>{}</code></pre>\n", escaped(typed))
}

/// Prose as markup. A name is told apart from what it stands in, so that one of another direction turns nothing.
fn prose(text: &str) -> String {
    let piece = |(is_name, piece)| match is_name {
        true => format!("<code><bdi>{}</bdi></code>", escaped(piece)),
        false => escaped(piece),
    };
    pieces(text).map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        let hostile = "<script>\"'&\n\u{202e}`</code>`".to_owned();
        let table = Table { caption: hostile.clone(), head: vec![hostile.clone()], rows: vec![vec![hostile.clone()]] };
        let steps = Block::Steps(vec![(hostile.clone(), Some(hostile.clone()))]);
        let blocks = vec![Block::Table(table), steps, Block::Facts(vec![(hostile.clone(), hostile.clone())])];
        let sections = vec![Section::new(hostile.clone(), blocks)];
        let page = html(&Page { title: hostile.clone(), lead: hostile, sections });
        assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains("\"'"), "{page}");
        assert!(page.contains("&lt;script&gt;&quot;'&amp;[U+000A][U+202E]<code><bdi>&lt;/code&gt;</bdi></code>"));
    }
}
