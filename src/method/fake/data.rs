//! Lists of words that are compiled in from `data/`, whose README says where each comes from.

/// The lines of a file of `data/`.
macro_rules! list {
    ($file:literal) => {{
        const TEXT: &str = include_str!(concat!("data/", $file));
        const LINES: [&str; $crate::method::fake::data::count(TEXT)] = $crate::method::fake::data::lines(TEXT);
        &LINES
    }};
}
pub(super) use list;

/// How many lines end in the text.
pub const fn count(text: &str) -> usize {
    let (bytes, mut at, mut count) = (text.as_bytes(), 0, 0);
    while at < bytes.len() {
        count += (bytes[at] == b'\n') as usize;
        at += 1;
    }
    count
}

/// The lines that end in the text, of which there are `N`.
pub const fn lines<const N: usize>(text: &'static str) -> [&'static str; N] {
    let (mut lines, mut rest, mut line) = ([""; N], text, 0);
    while line < N {
        let mut end = 0;
        while rest.as_bytes()[end] != b'\n' {
            end += 1;
        }
        let (this, after) = rest.split_at(end);
        lines[line] = this;
        rest = after.split_at(1).1;
        line += 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn lines_are_those_of_the_text() {
        const TEXT: &str = "Aino\nÄijö\n\nlast\n";
        assert_eq!(lines::<{ count(TEXT) }>(TEXT).as_slice(), TEXT.lines().collect::<Vec<_>>());
    }

    #[test]
    fn every_word_stands_once_and_bare() {
        let lists: [&[&str]; 4] = [
            list!("fi.first_names.txt"),
            list!("fi.last_names.txt"),
            list!("sv.first_names.txt"),
            list!("sv.last_names.txt"),
        ];
        for list in lists {
            assert!(list.len() > 300);
            assert!(list.iter().all(|word| !word.is_empty() && word.trim() == *word));
            assert_eq!(list.iter().collect::<HashSet<_>>().len(), list.len());
        }
    }
}
