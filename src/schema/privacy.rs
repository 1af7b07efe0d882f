//! `[privacy]`: how many people must stand together in a table's groups, and what becomes of groups that are too small.
//!
//! A group is all rows that leave with the same values in every `quasi` leaf. k is that of k-anonymity (Sweeney, 2002),
//! l that of l-diversity (Machanavajjhala et al., 2007), t that of t-closeness (Li, Li and Venkatasubramanian, 2007);
//! ISO/IEC 20889, 9.4 and 9.5.

use std::collections::BTreeMap;

use crate::document::{Fault, Scalar, Section};
use crate::method::Extent;
use crate::schema::{Class, Column, LeafPath};

/// The size of a group that a schema does not state.
pub(super) const K: u64 = 11;

/// The share of rows that may be withheld, where a schema does not state it and rows are withheld at all.
const SUPPRESSED: f64 = 0.05;

/// What must hold of every group of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Privacy {
    /// Subjects in a group, at least; rows, where the table has no subject.
    pub k: u64,
    /// How the values of every `sensitive` leaf must differ within a group.
    pub diversity: Option<Diversity>,
    /// How far the values of a `sensitive` leaf in a group may be from those of the whole table, from 0 to 1.
    pub closeness: Option<f64>,
    pub on_small: OnSmall,
    /// The share of rows that may be withheld, from 0 to 1.
    pub most_withheld: f64,
    place: Fault,
}

/// How values of a sensitive leaf differ within a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Diversity {
    /// So many different values, at least.
    Distinct(u64),
    /// An entropy of at least that of so many values that are equally frequent.
    Entropy(f64),
    /// The most frequent value is less frequent than `c` times all but the `l - 1` most frequent together.
    Recursive { l: u64, c: f64 },
}

impl Diversity {
    fn words(self) -> String {
        match self {
            Diversity::Distinct(l) => format!("at least {l} different values"),
            Diversity::Entropy(l) => format!("values as mixed as {l} that are equally frequent"),
            Diversity::Recursive { l, c } => {
                format!("its most frequent value less often than {c} times all from the {l}th most frequent on")
            }
        }
    }
}

/// What becomes of a group that is too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnSmall {
    /// Its rows are withheld.
    Suppress,
    /// The quasi leaves are made coarser, for the whole table.
    Generalise,
    /// The run is refused.
    Refuse,
}

impl OnSmall {
    const ALL: [OnSmall; 3] = [OnSmall::Suppress, OnSmall::Generalise, OnSmall::Refuse];

    /// The word in a schema file.
    pub fn word(self) -> &'static str {
        match self {
            OnSmall::Suppress => "suppress",
            OnSmall::Generalise => "generalise",
            OnSmall::Refuse => "refuse",
        }
    }

    /// The share of rows that may be withheld where a schema does not say.
    fn most_withheld(self) -> f64 {
        if self == OnSmall::Suppress { SUPPRESSED } else { 0.0 }
    }
}

impl Privacy {
    /// Whether values of sensitive leaves are asked about.
    pub fn asks_of_sensitive(&self) -> bool {
        self.diversity.is_some() || self.closeness.is_some()
    }

    /// A fault of the section as a whole.
    pub fn fault(&self, what: impl Into<String>, hint: impl Into<Option<String>>) -> Fault {
        Fault { what: what.into(), hint: hint.into(), ..self.place.clone() }
    }

    /// What it promises, in plain words; `counted` is what k counts.
    pub fn words(&self, counted: &str) -> String {
        let mut words = vec![format!(
            "every combination of quasi-identifying columns that leaves is shared by at least {} {counted}",
            self.k
        )];
        words.extend(
            self.diversity.map(|diversity| format!("in each of them every sensitive column has {}", diversity.words())),
        );
        words.extend(
            self.closeness
                .map(|t| format!("and its values are at most {t} away from those of the whole table (t-closeness)")),
        );
        let share = format!("at most {} of all rows are", self.most_withheld);
        words.push(match self.on_small {
            OnSmall::Suppress => format!("rows of smaller combinations are withheld; {share}, or nothing leaves"),
            OnSmall::Generalise if self.most_withheld > 0.0 => format!(
                "where there are smaller ones, the columns are made coarser; rows of those that are left are withheld; \
                 {share}, or nothing leaves"
            ),
            OnSmall::Generalise => {
                "where there are smaller ones, the columns are made coarser; if that does not do, nothing leaves".into()
            }
            OnSmall::Refuse => "where there is a smaller one, nothing leaves".into(),
        });
        words.join("; ")
    }

    /// What fixes its meaning.
    pub fn meaning(&self) -> String {
        let diversity = self.diversity.map(|diversity| format!("{diversity:?}"));
        serde_json::json!({
            "k": self.k, "l": diversity, "t": self.closeness, "on_small_group": self.on_small.word(),
            "max_suppressed": self.most_withheld,
        })
        .to_string()
    }
}

/// Takes `[privacy]` from the top of a schema file, where it is there.
///
/// # Errors
/// Where an option is wrong, there is nothing to group by, or a leaf that is grouped by cannot be.
pub fn take(root: &mut Section<'_>, columns: &BTreeMap<LeafPath, Column>) -> Result<Option<Privacy>, Fault> {
    let Some(mut section) = root.optional::<Section<'_>>("privacy")? else { return Ok(None) };
    let k = section.optional::<u64>("k")?.unwrap_or(K);
    if k < 2 {
        return Err(section.fault_at("k", "`k` takes a number from 2", None));
    }
    let diversity = diversity(&mut section)?;
    let closeness = fraction(&mut section, "t")?;
    let on_small = on_small(&mut section)?;
    let most_withheld = most_withheld(&mut section, on_small)?;
    let place = section.fault("", None);
    section.finish()?;
    let privacy = Privacy { k, diversity, closeness, on_small, most_withheld, place };
    can_be_grouped(&privacy, columns)?;
    Ok(Some(privacy))
}

fn diversity(section: &mut Section<'_>) -> Result<Option<Diversity>, Fault> {
    let rule = section.optional::<String>("l_rule")?;
    let c = number(section, "c")?;
    let Some(l) = number(section, "l")? else {
        let alone = ["l_rule", "c"].into_iter().find(|key| section.holds(key));
        return alone.map_or(Ok(None), |key| Err(section.fault_at(key, format!("`{key}` goes with `l`"), None)));
    };
    let whole = || {
        let whole = (l.fract() == 0.0 && (2.0..1e9).contains(&l)).then_some(l as u64);
        whole.ok_or_else(|| section.fault_at("l", "`l` takes a whole number from 2", None))
    };
    let found = match (rule.as_deref().unwrap_or("distinct"), c) {
        ("distinct", None) => Diversity::Distinct(whole()?),
        ("entropy", None) if l > 1.0 && l < 1e9 => Diversity::Entropy(l),
        ("entropy", None) => return Err(section.fault_at("l", "`l` takes a number above 1", None)),
        ("recursive", Some(c)) if c > 0.0 => Diversity::Recursive { l: whole()?, c },
        ("recursive", _) => {
            return Err(section.fault_at("l_rule", "\"recursive\" takes `c`, a number above 0, beside it", None));
        }
        ("distinct" | "entropy", Some(_)) => {
            return Err(section.fault_at("c", "`c` goes with l_rule = \"recursive\"", None));
        }
        _ => {
            let known = "known here: distinct, entropy, recursive".to_owned();
            return Err(section.fault_at("l_rule", "`l_rule` is none that is known", known));
        }
    };
    Ok(Some(found))
}

fn on_small(section: &mut Section<'_>) -> Result<OnSmall, Fault> {
    let Some(word) = section.optional::<String>("on_small_group")? else { return Ok(OnSmall::Refuse) };
    OnSmall::ALL.into_iter().find(|known| known.word() == word).ok_or_else(|| {
        let known = OnSmall::ALL.map(OnSmall::word).join(", ");
        section.fault_at("on_small_group", "`on_small_group` is none that is known", format!("known here: {known}"))
    })
}

fn most_withheld(section: &mut Section<'_>, on_small: OnSmall) -> Result<f64, Fault> {
    match fraction(section, "max_suppressed")? {
        Some(_) if on_small == OnSmall::Refuse => {
            let hint = "add on_small_group = \"suppress\" or \"generalise\"".to_owned();
            Err(section.fault_at("max_suppressed", "no row is withheld where a small group refuses the run", hint))
        }
        stated => Ok(stated.unwrap_or(on_small.most_withheld())),
    }
}

/// Takes a number between 0 and 1, both of them included.
fn fraction(section: &mut Section<'_>, key: &'static str) -> Result<Option<f64>, Fault> {
    match number(section, key)? {
        Some(number) if !(0.0..=1.0).contains(&number) => {
            Err(section.fault_at(key, format!("`{key}` takes a number from 0 to 1"), None))
        }
        number => Ok(number),
    }
}

fn number(section: &mut Section<'_>, key: &'static str) -> Result<Option<f64>, Fault> {
    let Some(scalar) = section.optional::<Scalar>(key)? else { return Ok(None) };
    let number = if let Scalar::Number(digits) = scalar { digits.parse::<f64>().ok() } else { None };
    let number = number.filter(|number| number.is_finite());
    number.map(Some).ok_or_else(|| section.fault_at(key, format!("`{key}` takes a number"), None))
}

/// Refuses what cannot be measured or would measure something else.
fn can_be_grouped(privacy: &Privacy, columns: &BTreeMap<LeafPath, Column>) -> Result<(), Fault> {
    let of = |class| columns.iter().filter(move |(_, rule)| rule.class == class);
    if of(Class::Quasi).next().is_none() {
        let hint = "give the class `quasi` to what identifies in combination, or remove [privacy]".to_owned();
        return Err(privacy.fault("[privacy] groups by columns of the class `quasi`, and there are none", hint));
    }
    if privacy.asks_of_sensitive() && of(Class::Sensitive).next().is_none() {
        let hint = "give the class `sensitive` to what harms when known, or remove `l` and `t`".to_owned();
        return Err(privacy.fault("`l` and `t` ask of columns of the class `sensitive`, and there are none", hint));
    }
    of(Class::Quasi).try_for_each(|(path, rule)| is_one_value(path, rule, "quasi"))?;
    if privacy.asks_of_sensitive() {
        of(Class::Sensitive).try_for_each(|(path, rule)| is_one_value(path, rule, "sensitive"))?;
    }
    Ok(())
}

/// A row has one value of the leaf, and equal values become equal ones wherever they stand.
fn is_one_value(path: &LeafPath, rule: &Column, class: &str) -> Result<(), Fault> {
    if path.is_repeated() {
        let hint = "drop it, or give it another class: a row with several values is in several groups".to_owned();
        return Err(rule.fault(format!("`{path}` is part of a list or a map: [privacy] takes one value a row"), hint));
    }
    if !rule.method.beside().is_empty() || rule.method.extent() != Extent::Value {
        let what = format!(
            "`{path}` is {class}, and `{}` makes of it what hangs on other rows or columns: its groups are not those of \
             equal values",
            rule.entry.name
        );
        return Err(rule.fault(what, "use a method that looks at the value alone, as generalise does".to_owned()));
    }
    Ok(())
}
