//! Which claim is earned (DESIGN, law 10), from rules alone or, once groups are counted, from facts.

use std::collections::BTreeMap;

use crate::consent::{Assessment, Claim, Earned, Level};
use crate::guard::groups::Finding;
use crate::method::Method;
use crate::method::nested::Inner;
use crate::schema::{Class, Column, Epoch, MayHold, TableSchema};

/// Methods whose outputs come from a key or from nothing: where one equals its input, that is by chance.
const NEW_VALUES: [&str; 4] = ["constant", "fake", "fpe", "pseudonym"];

/// Methods that leave nothing of a free text that its writer put there, or nothing that is recognised.
const TEXT_GONE: [&str; 8] = ["constant", "drop", "fake", "length", "null", "pseudonym", "redact", "scrub"];

/// Why nothing is called anonymous, first where the secret outlives the release and then where it does not.
const NEVER_ANONYMOUS: [&str; 2] = [
    "anonymous is not earned: the secret of the pseudonyms outlives the release (no `epoch = \"release\"`), and while it does, who \
     holds it can link back",
    "anonymous is never earned by this version: it does not measure whether columns of class attribute, which are not counted in \
     groups, point to somebody together",
];

/// What rules can earn, if the facts bear them out: a run whose groups do not hold is refused.
pub fn by_rules<'s>(schemas: impl IntoIterator<Item = &'s TableSchema>) -> Earned {
    by_facts(schemas, &BTreeMap::new())
}

/// What is earned where the groups of tables were found so.
pub fn by_facts<'s>(
    schemas: impl IntoIterator<Item = &'s TableSchema>,
    findings: &BTreeMap<String, Finding>,
) -> Earned {
    let schemas: Vec<&TableSchema> = schemas.into_iter().collect();
    let uncounted: Vec<String> = schemas.iter().filter_map(|schema| uncounted(schema)).collect();
    let left: Vec<String> = schemas.iter().flat_map(|schema| left(schema)).collect();
    let k = schemas.iter().filter_map(|schema| schema.privacy.as_ref()).map(|privacy| privacy.k).min();
    let k = k.filter(|_| uncounted.is_empty());
    let level = if k.is_some() && left.is_empty() { Level::Deidentified } else { Level::Pseudonymised };
    let claim = Claim { level, k };
    let mut missing = [uncounted, left].concat();
    if missing.is_empty() && k.is_none() {
        missing.push("no table has [privacy], so nobody has said who stands together".to_owned());
    }
    missing.push(NEVER_ANONYMOUS[usize::from(ends_with_release(&schemas))].to_owned());
    let assessment = Assessment {
        claim: claim.to_string(),
        singling_out: singling_out(&schemas, findings),
        linkability: linkability(&schemas, findings),
        inference: inference(&schemas, findings),
        missing,
    };
    Earned { claim, assessment }
}

/// Whether nobody has the secret once the release is made.
fn ends_with_release(schemas: &[&TableSchema]) -> bool {
    schemas.iter().all(|schema| schema.epoch == Epoch::Release)
}

fn of_class(schema: &TableSchema, class: Class) -> impl Iterator<Item = (String, &Column)> {
    let own = schema.columns.iter().filter(move |(_, rule)| rule.class == class);
    own.map(|(path, rule)| (format!("`{}.{path}`", schema.table), rule))
}

/// Quasi leaves of a table of which nobody counts who shares their values.
fn uncounted(schema: &TableSchema) -> Option<String> {
    let gone = |name: &str| ["drop", "null"].contains(&name);
    let quasi: Vec<_> =
        of_class(schema, Class::Quasi).filter(|(_, rule)| !gone(rule.entry.name)).map(|(name, _)| name).collect();
    (schema.privacy.is_none() && !quasi.is_empty())
        .then(|| format!("nobody counts how many people share {}: give its table [privacy]", quasi.join(", ")))
}

/// Leaves of a table that may still hold somebody's own identifiers or words.
fn left(schema: &TableSchema) -> Vec<String> {
    let direct = of_class(schema, Class::Direct).filter(|(_, rule)| leaves_some(rule.entry.name, &*rule.method));
    let direct =
        direct.map(|(name, _)| format!("{name} is a direct identifier, and its method can leave it, or a part of it"));
    let stays = |rule: &Column| !TEXT_GONE.contains(&rule.entry.name) || rule.method.leaves_values();
    let texts = of_class(schema, Class::FreeText).filter(|(_, rule)| stays(rule));
    let texts = texts.map(|(name, _)| format!("{name} is free text of which something stays: scrub, fake or drop it"));
    let held = schema.columns.iter().filter(|(_, rule)| rule.may_hold != MayHold::default());
    let held = held.map(|(path, _)| format!("`{}.{path}` may hold what identifies (`may_hold`)", schema.table));
    direct.chain(texts).chain(held).collect()
}

/// Whether some of a value can come out as it went in, and not by chance.
fn leaves_some(name: &str, method: &dyn Method) -> bool {
    if NEW_VALUES.contains(&name) {
        return false;
    }
    let inner = method.inner();
    // What nobody recognises in a text stays, whatever becomes of the rest.
    if inner.is_none() || matches!(inner, Inner::OfFound(_)) {
        return method.carries_input();
    }
    inner.methods().iter().any(|nested| leaves_some(nested.name(), &*nested.method))
}

fn singling_out(schemas: &[&TableSchema], findings: &BTreeMap<String, Finding>) -> String {
    let counted = |schema: &&TableSchema| {
        let privacy = schema.privacy.as_ref()?;
        let mut words =
            format!("in `{}` every combination is shared by at least {} {}", schema.table, privacy.k, schema.counted());
        if schema.subject.is_none() {
            words += ", and as nothing says whose row it is, they can be of fewer people";
        }
        if let Some(finding) = findings.get(&schema.table) {
            words += &of_finding(finding);
        }
        Some(words)
    };
    let counted: Vec<String> = schemas.iter().filter_map(counted).collect();
    let open: Vec<&str> =
        schemas.iter().filter(|schema| uncounted(schema).is_some()).map(|schema| schema.table.as_str()).collect();
    let words = match (counted.is_empty(), open.is_empty()) {
        (true, true) => "open: no column is said to identify in combination, and nothing was counted".to_owned(),
        (true, false) => {
            format!("open: combinations of quasi-identifying columns are not counted ({})", open.join(", "))
        }
        (false, true) => format!("answered row by row: {}", counted.join("; ")),
        (false, false) => format!("answered in part: {}; not counted: {}", counted.join("; "), open.join(", ")),
    };
    words + &scrubbed(schemas)
}

/// What no rule can answer for: a text can tell of somebody in words that nobody recognises.
fn scrubbed(schemas: &[&TableSchema]) -> String {
    let texts = schemas.iter().flat_map(|schema| of_class(schema, Class::FreeText));
    let texts: Vec<_> = texts.filter(|(_, rule)| rule.entry.name == "scrub").map(|(name, _)| name).collect();
    if texts.is_empty() {
        return String::new();
    }
    format!("; of the free text in {} only what is recognised is replaced", texts.join(", "))
}

fn of_finding(finding: &Finding) -> String {
    let withheld = match finding.withheld {
        0 => String::new(),
        rows => format!(", up to {rows} rows being withheld"),
    };
    let coarser: Vec<String> = finding.coarser.iter().map(|(leaf, words)| format!("`{leaf}` {words}")).collect();
    let coarser = if coarser.is_empty() { String::new() } else { format!(", made coarser: {}", coarser.join(", ")) };
    let several = match finding.subjects_in_several {
        None | Some(0) => String::new(),
        Some(share) => format!(
            ", but up to {share} in 100 subjects have rows in several combinations, and what those tell together was not \
             counted"
        ),
    };
    withheld + &coarser + &several
}

fn linkability(schemas: &[&TableSchema], findings: &BTreeMap<String, Finding>) -> String {
    let rules = schemas.iter().flat_map(|schema| schema.columns.values());
    let mut domains: Vec<&str> = rules.flat_map(|rule| rule.method.domains()).collect();
    domains.sort_unstable();
    domains.dedup();
    let grouped = schemas.iter().filter(|schema| findings.contains_key(&schema.table)).count();
    let across = if grouped > 1 { "; groups are counted within each table, not across tables" } else { "" };
    match domains.is_empty() {
        true => format!("open: no column has a pseudonym, and records could still be joined by what is kept{across}"),
        false if ends_with_release(schemas) => format!(
            "answered between releases, open within one: equal values have equal pseudonyms in all its tables (domains {}), and \
             the secret was drawn for it, written nowhere and wiped when it was made, so that no pseudonym leads to another release or \
             back; records could still be joined by what is kept{across}",
            domains.join(", ")
        ),
        false => format!(
            "open: equal values have equal pseudonyms in all tables and releases of an epoch (domains {}), and who holds \
             the secret can link them back{across}",
            domains.join(", ")
        ),
    }
}

fn inference(schemas: &[&TableSchema], findings: &BTreeMap<String, Finding>) -> String {
    let mut words = Vec::new();
    for schema in schemas {
        let sensitive: Vec<String> = of_class(schema, Class::Sensitive).map(|(name, _)| name).collect();
        let asked = schema.privacy.as_ref().filter(|privacy| privacy.asks_of_sensitive());
        match (sensitive.is_empty(), asked) {
            (true, _) => {}
            (false, None) => words.push(format!("open for {}: nothing is asked of their values", sensitive.join(", "))),
            (false, Some(privacy)) => {
                let l = privacy.diversity.map(|_| "l".to_owned());
                let t = privacy.closeness.map(|t| format!("t = {t}"));
                let rule: Vec<String> = l.into_iter().chain(t).collect();
                let found = findings.get(&schema.table).map(measured).unwrap_or_default();
                words.push(format!(
                    "answered within groups for {} by {}{found}",
                    sensitive.join(", "),
                    rule.join(" and ")
                ));
            }
        }
    }
    if words.is_empty() {
        "open: no column is said to harm when known, and nothing was measured".to_owned()
    } else {
        words.join("; ")
    }
}

fn measured(finding: &Finding) -> String {
    let distinct = finding.distinct_l.map(|l| format!("at least {l} different values"));
    let entropy = finding.entropy_l.as_ref().map(|l| format!("as mixed as {l} at least"));
    let t = finding.t.as_ref().map(|t| format!("at most {t} away from the table's"));
    let all: Vec<String> = [distinct, entropy, t].into_iter().flatten().collect();
    if all.is_empty() { String::new() } else { format!(" (measured: {})", all.join(", ")) }
}
