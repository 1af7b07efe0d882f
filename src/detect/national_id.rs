//! Identity numbers of no known country, where a word says so.

use crate::detect::labelled::Labelled;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "national_id",
    kinds: &["NATIONAL_ID"],
    follows: "no standard: what a label calls an identity number",
    leaves_out: "numbers without a word that announces them; what they are, where a country's rule fits them better",
    starts: &[Starts::Label(&["national", "nid"])],
    find,
};

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(label) = at else { return };
    let words = text.words();
    // The label can be a part of the number, as in `NID-` and digits.
    let is_part = text.between(label) == b"-" && words.get(label + 1).is_some_and(|word| word.has_digit());
    let number = if is_part { Labelled::of(text, label, label + 1) } else { Labelled::after(text, label) };
    let Some(number) = number else { return };
    if (6..=18).contains(&number.digits) && number.letters <= 4 {
        found.push(number.span(text, "NATIONAL_ID", 70));
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn a_number_is_found_behind_its_word() {
        assert_eq!(found("National ID: 41302417, of", "NATIONAL_ID"), ["41302417"]);
        assert_eq!(found("Insurance: NID-900198051.", "NATIONAL_ID"), ["NID-900198051"]);
        assert!(found("the national debt is 41302417; NID-", "NATIONAL_ID").is_empty());
    }
}
