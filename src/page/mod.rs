//! Pages for people: what they say is put together once, and written as HTML and as plain text.
//!
//! Texts are prose, in which `` `names` `` stand in backticks. Whatever they hold stays words: nothing in them can end a
//! line, turn the direction of what follows, or become markup.

pub mod html;
pub mod text;

/// What a page says, from its title to its last section.
pub struct Page {
    pub title: String,
    /// One sentence for a reader who reads no further.
    pub lead: String,
    pub sections: Vec<Section>,
}

/// A part of a page under a heading of its own.
pub struct Section {
    pub heading: String,
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section under this heading.
    pub fn new(heading: impl Into<String>, blocks: Vec<Block>) -> Self {
        Section { heading: heading.into(), blocks }
    }
}

/// A piece of a section.
pub enum Block {
    Heading(String),
    Paragraph(String),
    List(Vec<String>),
    /// What is done one after the other: words, and perhaps a command to type.
    Steps(Vec<(String, Option<String>)>),
    /// What is typed.
    Command(String),
    /// Names and what they are.
    Facts(Vec<(String, String)>),
    Table(Table),
}

impl Block {
    /// A paragraph.
    pub fn says(text: impl Into<String>) -> Self {
        Block::Paragraph(text.into())
    }
}

/// Rows under a head; the first cell of each is its name.
pub struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The text with every character shown that would end a line, stay unseen, or reorder what stands around it.
pub fn visible(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// As [`visible`], of a text that has lines and tabs of its own.
pub fn visible_lines(text: &str) -> String {
    let kept = |letter| if matches!(letter, '\n' | '\t') { String::from(letter) } else { shown(letter) };
    text.chars().map(kept).collect()
}

fn shown(letter: char) -> String {
    if is_unseen(letter) { format!("[U+{:04X}]", u32::from(letter)) } else { letter.to_string() }
}

/// Control characters, and those of Unicode's format characters that do more than join letters.
pub fn is_unseen(letter: char) -> bool {
    let is_format = matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    letter.is_control() || is_format
}

/// Prose taken apart: pieces, and whether each stood in backticks. A backtick without its like is a letter.
fn pieces(prose: &str) -> impl Iterator<Item = (bool, &str)> {
    let paired = prose.matches('`').count() / 2 * 2;
    prose.splitn(paired + 1, '`').enumerate().map(|(at, piece)| (at % 2 == 1, piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("a\nb\u{202e}c\u{200b}d\u{feff}"), "a[U+000A]b[U+202E]c[U+200B]d[U+FEFF]");
        assert_eq!(visible_lines("a\n\tb\r\n\u{1b}c"), "a\n\tb[U+000D]\n[U+001B]c");
        assert_eq!(visible("ä می‌خواهم 日本 ‘’→"), "ä می‌خواهم 日本 ‘’→", "what joins letters stays");
    }

    #[test]
    fn names_stand_in_pairs_of_backticks() {
        let taken = |prose| pieces(prose).collect::<Vec<_>>();
        assert_eq!(taken("a `b` c"), [(false, "a "), (true, "b"), (false, " c")]);
        assert_eq!(taken("a ` c"), [(false, "a ` c")]);
        assert_eq!(taken("`a` `"), [(false, ""), (true, "a"), (false, " `")]);
    }
}
