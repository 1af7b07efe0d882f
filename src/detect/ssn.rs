//! Social Security numbers behind their name, those too that are none by the rules.
//!
//! Numbers that the Social Security Administration would not give out stand in forms all the same: typed wrong, or made
//! up by whoever had to fill in something. What says that it is one is treated as one.

use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "ssn",
    kinds: &["US_SSN"],
    follows: "SSA, POMS RM 10201.030, for the groups of three, two and four digits",
    leaves_out: "numbers with letters among their digits",
    starts: &[Starts::Label(&["ssn", "ssns", "security", "social"])],
    find,
};

/// So many words can stand between the name and the number.
const FURTHEST: usize = 7;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(label) = at else { return };
    if !is_name(text, label) {
        return;
    }
    let after = label + 1..text.words().len().min(label + 1 + FURTHEST);
    let Some(first) = after.into_iter().find(|at| text.words()[*at].has_digit()) else { return };
    if let Some(last) = last_of_groups(text, first) {
        let (start, end) = (text.words()[first].start, text.words()[last].end);
        found.push(Span { start, end, kind: "US_SSN", score: 84 });
    }
}

/// `security` and `social` are a part of it behind or before the other word only.
fn is_name(text: &Text<'_>, label: usize) -> bool {
    let is = |at: Option<usize>, name: &str| {
        at.and_then(|at| text.words().get(at)).is_some_and(|word| text.word(word).eq_ignore_ascii_case(name))
    };
    let before = label.checked_sub(1);
    match () {
        () if is(Some(label), "security") => is(before, "social"),
        () if is(Some(label), "social") => is(before, "seguro"),
        () => true,
    }
}

/// The word at which groups of three, two and four digits end, or the word itself if it has nine.
fn last_of_groups(text: &Text<'_>, first: usize) -> Option<usize> {
    let words = text.words();
    let digits = |at: usize| {
        let word = words.get(at).map(|word| text.word(word))?;
        word.bytes().all(|byte| byte.is_ascii_digit()).then_some(word.len())
    };
    let joins = |at: usize| matches!(text.between(at), [b'-' | b' ' | b'.']);
    match digits(first)? {
        9 => Some(first),
        3 if joins(first) && joins(first + 1) && digits(first + 1) == Some(2) && digits(first + 2) == Some(4) => {
            Some(first + 2)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn what_is_named_one_is_one() {
        let text = "And your Social Security Number, for the record?\nA: 930-29-1365.";
        assert_eq!(found(text, "US_SSN"), ["930-29-1365"]);
        assert_eq!(found("ssn=904-95-9299&phone=1", "US_SSN"), ["904-95-9299"]);
        assert_eq!(found("ssn 904959299", "US_SSN"), ["904959299"]);
        assert!(found("security 904-95-9299 social 12-345-6789", "US_SSN").is_empty());
    }
}
