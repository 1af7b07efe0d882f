//! The readable start of a code: one that is set, or one of a few that values have already.

use super::{Fault, Section};

/// The longest there may be, in bytes: what a part takes in memory is known from the length of a code.
const LONGEST: usize = 32;

/// What stands before a code.
///
/// A start that a value brings along leaves only where the schema spells it out, so that nothing of a value can leave
/// that nobody has read beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prefix {
    None,
    /// The same text before every code.
    Set(String),
    /// The longest of these that the value starts with, and nothing where it starts with none; longest first.
    Kept(Vec<String>),
}

impl Prefix {
    /// Takes the options `prefix` and `keep_prefix`.
    ///
    /// # Errors
    /// Where both are there, or one is empty or long.
    pub fn take(section: &mut Section<'_>) -> Result<Self, Fault> {
        let set: Option<String> = section.optional("prefix")?;
        let kept: Option<Vec<String>> = section.optional("keep_prefix")?;
        match (set, kept) {
            (None, None) => Ok(Prefix::None),
            (Some(set), None) => Ok(Prefix::Set(some(section, "prefix", vec![set])?.remove(0))),
            (None, Some(kept)) => Ok(Prefix::Kept(in_order(some(section, "keep_prefix", kept)?))),
            (Some(_), Some(_)) => {
                Err(section.fault_at("keep_prefix", "a code takes one of `prefix` and `keep_prefix`", None))
            }
        }
    }

    pub fn is_none(&self) -> bool {
        *self == Prefix::None
    }

    /// Bytes of the longest there is.
    pub fn longest(&self) -> usize {
        match self {
            Prefix::None => 0,
            Prefix::Set(set) => set.len(),
            Prefix::Kept(kept) => kept.first().map_or(0, String::len),
        }
    }

    /// The one for a value, if it is text.
    #[inline]
    pub fn of(&self, value: Option<&[u8]>) -> &[u8] {
        match self {
            Prefix::None => b"",
            Prefix::Set(set) => set.as_bytes(),
            Prefix::Kept(kept) => {
                let starts = |prefix: &&String| value.is_some_and(|value| value.starts_with(prefix.as_bytes()));
                kept.iter().find(starts).map_or(b"", |prefix| prefix.as_bytes())
            }
        }
    }

    /// What stays readable, in plain words behind others.
    pub fn words(&self) -> String {
        match self {
            Prefix::None => String::new(),
            Prefix::Set(set) => format!(" behind {set:?}"),
            Prefix::Kept(kept) => format!(" (whether a value starts with one of {kept:?} stays readable)"),
        }
    }
}

fn some(section: &Section<'_>, option: &str, texts: Vec<String>) -> Result<Vec<String>, Fault> {
    if texts.is_empty() || texts.iter().any(String::is_empty) {
        return Err(section.fault_at(option, format!("`{option}` is empty"), None));
    }
    if texts.iter().any(|text| text.len() > LONGEST) {
        return Err(section.fault_at(option, format!("`{option}` takes up to {LONGEST} bytes"), None));
    }
    Ok(texts)
}

/// One order for all schemas: the longest first, so that the first that fits is the longest.
fn in_order(mut kept: Vec<String>) -> Vec<String> {
    kept.sort_by(|one, next| next.len().cmp(&one.len()).then_with(|| one.cmp(next)));
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_listed_start_is_kept_and_no_other() {
        let kept = Prefix::Kept(in_order(["cus_", "cus_eu_", "sub_", "cus_"].map(str::to_owned).into()));
        assert_eq!(kept.longest(), 7);
        let starts = ["cus_1", "cus_eu_1", "cus_", "sub", "Cus_1", "matti_1", ""];
        let found = starts.map(|value| String::from_utf8_lossy(kept.of(Some(value.as_bytes()))).into_owned());
        assert_eq!(found, ["cus_", "cus_eu_", "cus_", "", "", "", ""]);
        assert_eq!(kept.of(None), b"");
    }
}
