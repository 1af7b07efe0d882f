//! A text as items and what stands between them.

/// What stands between items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Split {
    /// Any run of white space (Unicode's property).
    Whitespace,
    By(String),
}

/// One or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'t> {
    /// Never empty.
    Item(&'t str),
    Separator(&'t str),
}

impl Split {
    /// Reads the option; none where it is empty.
    pub fn parse(written: &str) -> Option<Self> {
        match written {
            "" => None,
            "whitespace" => Some(Split::Whitespace),
            _ => Some(Split::By(written.to_owned())),
        }
    }

    /// The option as it stands in a schema.
    pub fn written(&self) -> &str {
        match self {
            Split::Whitespace => "whitespace",
            Split::By(separator) => separator,
        }
    }

    /// The items and separators of a text, in order; together they are the text.
    pub fn tokens<'t>(&self, text: &'t str) -> impl Iterator<Item = Token<'t>> {
        let mut rest = text;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (separator, length) = self.first(rest);
            let (token, behind) = rest.split_at(length);
            rest = behind;
            Some(if separator { Token::Separator(token) } else { Token::Item(token) })
        })
    }

    /// Whether a separator comes first, and how long what comes first is.
    fn first(&self, rest: &str) -> (bool, usize) {
        let found = match self {
            Split::By(separator) => rest.find(separator.as_str()).map(|at| (at, separator.len())),
            Split::Whitespace => rest.find(char::is_whitespace).map(|at| (at, run(&rest[at..]))),
        };
        match found {
            Some((0, length)) => (true, length),
            Some((at, _)) => (false, at),
            None => (false, rest.len()),
        }
    }
}

fn run(rest: &str) -> usize {
    rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens<'t>(split: &str, text: &'t str) -> Vec<Token<'t>> {
        Split::parse(split).expect("it says something").tokens(text).collect()
    }

    #[test]
    fn items_and_separators_come_in_order() {
        use Token::{Item, Separator};
        assert_eq!(tokens("whitespace", " a \tb"), [Separator(" "), Item("a"), Separator(" \t"), Item("b")]);
        assert_eq!(tokens(",", "a,,b,"), [Item("a"), Separator(","), Separator(","), Item("b"), Separator(",")]);
        assert_eq!(tokens(", ", "a,b, c"), [Item("a,b"), Separator(", "), Item("c")]);
        assert!(tokens(",", "").is_empty());
    }

    proptest! {
        #[test]
        fn tokens_are_the_text(text in "[ab, ;\u{a0}ä]{0,20}", split in "whitespace|,|, |;") {
            let joined: String = tokens(&split, &text).into_iter().map(|token| match token {
                Token::Item(text) | Token::Separator(text) => text,
            }).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
