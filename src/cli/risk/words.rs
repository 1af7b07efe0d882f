//! Figures of a report in words.

use crate::risk::{Attacker, Distance, Diversity, Figures, LeafUse, Sensitive, TableRisk};

/// A figure's name, and how it is taken from what holds it.
type Named<From, To> = (&'static str, fn(&From) -> To);

/// A share in percent; one that is not nothing is never shown as nothing.
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        figure if figure > 0.0 && figure < 0.05 => "<0.1 %".to_owned(),
        figure => format!("{figure:.1} %"),
    }
}

/// A count that was rounded up.
pub fn count(count: u64) -> String {
    if count == 0 { "0".to_owned() } else { format!("≤{count}") }
}

/// What is counted.
pub fn counted(table: &TableRisk) -> &'static str {
    if table.subject.is_some() { "subjects" } else { "rows" }
}

/// One sentence for a reader who reads no further.
pub fn verdict(table: &TableRisk) -> String {
    let (what, k, after) = (counted(table), table.k, &table.after);
    match after.smallest {
        _ if after.counted == 0 => format!("There are no {what}."),
        Some(smallest) => format!("Afterwards every group has {smallest} {what} or more; {k} are asked for."),
        None => format!(
            "Afterwards up to {} {what} ({}) are in groups smaller than {k}; before, up to {}.",
            after.under_k,
            percent(after.prosecutor.at_risk),
            table.before.under_k,
        ),
    }
}

/// Every figure with its name, for both sides.
pub fn figures(table: &TableRisk) -> Vec<[String; 3]> {
    let (what, k) = (counted(table), table.k);
    let row = |name: String, of: &dyn Fn(&Figures) -> String| [name, of(&table.before), of(&table.after)];
    let smallest = |side: &Figures| side.smallest.map_or_else(|| format!("<{k}"), |smallest| smallest.to_string());
    let mut rows = vec![
        row(what.to_owned(), &|side| count(side.counted)),
        row("groups".into(), &|side| count(side.groups)),
        row("k: smallest group".into(), &smallest),
        row("alone in their group".into(), &|side| count(side.uniques)),
        row(format!("in groups under {k}"), &|side| count(side.under_k)),
    ];
    let attackers: [Named<Figures, Attacker>; 2] =
        [("prosecutor", |side| side.prosecutor), ("journalist", |side| side.journalist)];
    for (name, of) in attackers {
        rows.push(row(format!("{name}: at risk above 1/{k}"), &|side| percent(of(side).at_risk)));
        let highest = |side: &Figures| of(side).highest.map_or_else(|| format!(">1/{k}"), percent);
        rows.push(row(format!("{name}: highest risk"), &highest));
        rows.push(row(format!("{name}: average risk"), &|side| percent(of(side).average)));
    }
    rows.push(row("marketer: expected to be found".into(), &|side| percent(side.marketer)));
    for (before, after) in table.before.sensitive.iter().zip(&table.after.sensitive) {
        rows.extend(diversity(before, after));
    }
    rows
}

fn diversity(before: &Sensitive, after: &Sensitive) -> Vec<[String; 3]> {
    let shown: [Named<Diversity, String>; 4] = [
        ("l: distinct values", |figures| figures.distinct_l.to_string()),
        ("l: by entropy", |figures| format!("{:.2}", figures.entropy_l)),
        ("t", |figures| format!("{:.3} {}", figures.t, figures.distance)),
        ("α: most frequent value", |figures| percent(figures.alpha)),
    ];
    let none = |side: &Sensitive| if side.is_removed { "removed" } else { "–" }.to_owned();
    let side = |side: &Sensitive, of: fn(&Diversity) -> String| side.figures.as_ref().map_or_else(|| none(side), of);
    shown.map(|(name, of)| [format!("`{}` {name}", before.leaf), side(before, of), side(after, of)]).into()
}

/// The range of a bin.
pub fn range(from: u64, to: Option<u64>) -> String {
    to.map_or_else(|| format!("{from} and more"), |to| format!("{from} to {to}"))
}

/// How far a leaf moved, with the name of the distance.
pub fn distance(leaf: &LeafUse) -> (String, Option<f64>) {
    match leaf.distance {
        Some(Distance::Numbers { earth_mover, .. }) => (format!("moved {earth_mover:.3}"), Some(earth_mover)),
        Some(Distance::Categories { total_variation, shape, .. }) => {
            (format!("others {total_variation:.3}, shape {shape:.3}"), Some(shape))
        }
        None if leaf.loss.is_some() => ("removed".to_owned(), None),
        None => (LEFT_OUT.to_owned(), None),
    }
}

/// Stands where there was no room to measure.
pub const LEFT_OUT: &str = "not measured";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_only_where_there_is_nothing() {
        assert_eq!([0.0, 0.0001, 0.0312, 1.0].map(percent), ["0.0 %", "<0.1 %", "3.1 %", "100.0 %"]);
        assert_eq!([0, 22].map(count), ["0", "≤22"]);
    }
}
