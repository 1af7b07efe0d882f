//! `consent/roles.toml`: who stands behind a principal, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Document, Fault, Section, nearest};

/// What a principal may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Signs for the customer, whose name is the party's `organisation`.
    Customer,
    /// Signs for the house.
    Compliance,
    /// Runs what was approved.
    Operator,
}

impl Role {
    const ALL: [(&'static str, Role); 3] =
        [("customer", Role::Customer), ("compliance", Role::Compliance), ("operator", Role::Operator)];

    /// The word in files.
    pub fn word(self) -> &'static str {
        Role::ALL[self as usize].0
    }
}

/// Who stands behind a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub person: String,
    /// Of a customer's signer: the customer, by the name that schemas and approvals use.
    pub organisation: String,
    pub roles: BTreeSet<Role>,
}

impl Party {
    /// Whether both are one human, however the name is spaced or capitalised.
    pub fn is_person(&self, other: &Party) -> bool {
        folded(&self.person) == folded(&other.person)
    }

    /// Whether the party has this role.
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

fn folded(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All parties by principal.
#[derive(Debug, Clone)]
pub struct Roles(BTreeMap<String, Party>);

impl Roles {
    /// Parses the file.
    ///
    /// # Errors
    /// Where the text is not TOML, a key or a role is unknown, or a name is empty.
    pub fn parse(document: &Document) -> Result<Self, Fault> {
        let parties = document.root()?.all::<Section<'_>>()?;
        parties
            .into_iter()
            .map(|(principal, section)| Ok((principal, party(section)?)))
            .collect::<Result<_, _>>()
            .map(Roles)
    }

    /// The party behind a principal.
    pub fn party(&self, principal: &str) -> Option<&Party> {
        self.0.get(principal)
    }
}

fn party(mut section: Section<'_>) -> Result<Party, Fault> {
    let party = Party {
        person: name(&mut section, "person")?,
        organisation: name(&mut section, "organisation")?,
        roles: roles(&mut section)?,
    };
    section.finish()?;
    Ok(party)
}

fn name(section: &mut Section<'_>, key: &'static str) -> Result<String, Fault> {
    let name: String = section.required(key)?;
    if name.trim().is_empty() {
        return Err(section.fault_at(key, format!("`{key}` is empty"), None));
    }
    Ok(name)
}

fn roles(section: &mut Section<'_>) -> Result<BTreeSet<Role>, Fault> {
    let words: Vec<String> = section.required("roles")?;
    let known = || Role::ALL.iter().map(|(word, _)| *word);
    let role = |word: &String| match Role::ALL.iter().find(|(known, _)| known == word) {
        Some((_, role)) => Ok(*role),
        None => {
            let hint = nearest(word, known()).map(|near| format!("did you mean `{near}`?"));
            let hint = hint.unwrap_or_else(|| format!("known here: {}", known().collect::<Vec<_>>().join(", ")));
            Err(section.fault_at("roles", format!("unknown role `{word}`"), hint))
        }
    };
    words.iter().map(role).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(text: &str) -> Result<Roles, Fault> {
        Roles::parse(&Document::of(Path::new("roles.toml"), text.to_owned()))
    }

    #[test]
    fn a_party_is_read_and_compared_as_a_human() {
        let roles = parse(
            "[\"a@x\"]\nperson = \"Maija Meri\"\norganisation = \"acme\"\nroles = [\"customer\", \"compliance\"]\n\
             [\"b@x\"]\nperson = \"maija  MERI \"\norganisation = \"acme\"\nroles = []\n",
        )
        .expect("is well formed");
        let (a, b) = (roles.party("a@x").expect("is listed"), roles.party("b@x").expect("is listed"));
        assert!(a.is_person(b));
        assert!(a.may(Role::Customer) && a.may(Role::Compliance) && !a.may(Role::Operator) && b.roles.is_empty());
        assert!(Role::ALL.iter().all(|(word, role)| role.word() == *word));
    }

    #[test]
    fn unknown_keys_and_roles_and_empty_names_are_refused() {
        let with = |rest: &str| format!("[\"a@x\"]\nperson = \"A\"\norganisation = \"o\"\n{rest}");
        assert!(
            parse(&with("roles = [\"custmer\"]")).expect_err("is wrong").hint.expect("has one").contains("`customer`")
        );
        assert!(parse(&with("roles = []\nrole = 1")).expect_err("is wrong").what.contains("unknown key"));
        assert!(parse("[\"a@x\"]\nperson = \" \"").expect_err("is wrong").what.contains("empty"));
    }
}
