//! Names with the family name first: "Smith, John".

use crate::detect::Text;
use crate::detect::person::evidence;
use crate::detect::person::roles::Role;
use crate::detect::person::run::{Segment, Token, begins_before};

/// The family name before the given names of a segment, where a comma joins the two.
pub(super) fn family_before(text: &Text<'_>, segment: &Segment) -> Option<usize> {
    let given = segment.tokens.first()?;
    let before = given.at.checked_sub(1)?;
    let word = &text.words()[before];
    if text.between(before) != b", "
        || !word.is_capital
        || word.has_digit()
        || segment.tokens.len() > 2
        || given.name() == 0
    {
        return None;
    }
    let family = Token::read(text, before);
    let is_family = family.entry.family >= 2 || family.has_ending || family.is_unknown();
    let is_said = says_so(text, before);
    let stands_alone = (is_said || !begins_before(text, before)) && !goes_on(text, segment.last());
    let is_one = is_said && family.name() > 0 || is_family && (is_said || speaks_for(text, &family, given));
    (stands_alone && is_one).then_some(before)
}

/// Whether a list goes on behind a word, so that it is one of persons.
fn goes_on(text: &Text<'_>, last: usize) -> bool {
    let next = text.words().get(last + 1);
    text.between(last) == b", " && next.is_some_and(|next| next.is_capital)
        || next.is_some_and(|next| matches!(text.word(next), "and" | "och" | "ja" | "und" | "et" | "y" | "or"))
}

/// Whether the word before says that one person follows.
fn says_so(text: &Text<'_>, family: usize) -> bool {
    let role = evidence::role_before(text, family);
    matches!(role, Some(Role::Person | Role::Label | Role::Title | Role::Says | Role::Closing))
}

/// Whether the words are of the right kinds, or something around says that there is one name.
fn speaks_for(text: &Text<'_>, family: &Token, given: &Token) -> bool {
    let bytes = text.bytes();
    let quote = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|byte| b"\"'>".contains(byte));
    let is_quoted = quote(text.words()[family.at].start.checked_sub(1));
    let is_value = bytes[..text.words()[family.at].start].ends_with(b": ");
    let is_listed = family.at.checked_sub(1).is_some_and(|at| text.between(at) == b", " && text.words()[at].is_capital);
    let kinds = given.entry.given >= 4
        && given.entry.place < 5
        && family.entry.place < 5
        && family.name() > family.entry.given
        && family.entry.given <= 3;
    !is_listed && (is_quoted || is_value || kinds)
}
