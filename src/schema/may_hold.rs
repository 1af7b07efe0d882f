//! `may_hold`: kinds of identifiers that a guard finds in a leaf and lets pass, because the schema says why.
//!
//! It is a part of the policy that the customer approves, and of the words in which they read it.

use crate::detect::{KINDS, KNOWN};
use crate::document::{Fault, Section, nearest};

/// What a leaf may hold, though it identifies somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MayHold {
    kinds: Vec<&'static str>,
    because: String,
}

impl MayHold {
    /// Takes `may_hold`, and `because` where no method has taken it.
    ///
    /// # Errors
    /// Where a kind is unknown, or the reason is missing.
    pub(super) fn parse(rule: &mut Section<'_>) -> Result<Self, Fault> {
        let Some(typed) = rule.optional::<Vec<String>>("may_hold")? else { return Ok(MayHold::default()) };
        let kinds = typed.iter().map(|kind| known(rule, kind)).collect::<Result<Vec<_>, _>>()?;
        if kinds.is_empty() {
            return Err(rule.fault_at("may_hold", "`may_hold` names no kind", None));
        }
        let because = rule.text("because").unwrap_or_default().trim().to_owned();
        if because.is_empty() {
            let hint = "add `because`: the customer reads it".to_owned();
            return Err(rule.fault_at("may_hold", "`may_hold` needs a reason", hint));
        }
        Ok(MayHold { kinds, because })
    }

    /// Whether a kind is among them.
    pub fn allows(&self, kind: &str) -> bool {
        self.kinds.contains(&kind)
    }

    /// What it means, for the policy's digest; none where nothing is allowed.
    pub(super) fn meaning(&self) -> Option<String> {
        (!self.kinds.is_empty()).then(|| format!("{} because {}", self.kinds.join(" "), self.because))
    }

    /// Says in plain words what may be there; nothing where nothing may.
    pub(super) fn words(&self) -> String {
        let kind = |kind: &&'static str| match *kind {
            KNOWN => "values of identifying columns (KNOWN)",
            kind => kind,
        };
        let kinds: Vec<_> = self.kinds.iter().map(kind).collect();
        match kinds.is_empty() {
            true => String::new(),
            false => format!("; what leaves may hold {}, because: {}", kinds.join(", "), self.because),
        }
    }
}

fn known(rule: &Section<'_>, typed: &str) -> Result<&'static str, Fault> {
    let kinds = || KINDS.iter().copied().chain([KNOWN]);
    let found = kinds().find(|kind| *kind == typed);
    found.ok_or_else(|| {
        let hint = match nearest(typed, kinds()) {
            Some(kind) => format!("did you mean `{kind}`?"),
            None => format!("known: {}", kinds().collect::<Vec<_>>().join(", ")),
        };
        rule.fault_at("may_hold", format!("unknown kind `{typed}`"), hint)
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::document::Document;

    fn parse(rule: &str) -> Result<MayHold, String> {
        let document = Document::of(Path::new("schema.toml"), rule.to_owned());
        let mut section = document.root().expect("TOML");
        MayHold::parse(&mut section).map_err(|fault| fault.to_string())
    }

    #[test]
    fn an_exception_is_of_known_kinds_and_says_why() {
        let may_hold = parse("may_hold = [\"EMAIL\", \"KNOWN\"]\nbecause = \"support's own\"").expect("is right");
        assert!(may_hold.allows("EMAIL") && may_hold.allows(KNOWN) && !may_hold.allows("PHONE"));
        assert_eq!(
            may_hold.words(),
            "; what leaves may hold EMAIL, values of identifying columns (KNOWN), because: support's own"
        );
        assert_eq!(parse("").map(|none| (none.words(), none.meaning())), Ok((String::new(), None)));
        assert_eq!(parse("may_hold = [\"MAIL\"]"), Err("schema.toml:1:12: unknown kind `MAIL`".to_owned()));
        assert_eq!(parse("may_hold = []"), Err("schema.toml:1:12: `may_hold` names no kind".to_owned()));
        assert_eq!(parse("may_hold = [\"EMAIL\"]"), Err("schema.toml:1:12: `may_hold` needs a reason".to_owned()));
    }
}
