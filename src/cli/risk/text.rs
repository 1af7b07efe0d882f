//! A report as text.

use super::words;
use crate::cli::answer::table;
use crate::risk::{Report, TableRisk};

/// All tables, one after the other.
pub fn text(report: &Report) -> String {
    report.tables.iter().map(of_table).collect::<Vec<_>>().join("\n")
}

fn of_table(risk: &TableRisk) -> String {
    let whose = risk.subject.as_ref().map_or_else(String::new, |subject| format!(" by `{subject}`"));
    let head =
        format!("table {}: {}{whose} in groups of {}\n", risk.table, words::counted(risk), risk.quasi.join(", "));
    let figures = table(["", "before", "after"], &words::figures(risk));
    let notes: String = risk.notes.iter().map(|note| format!("note: {note}\n")).collect();
    [head, words::verdict(risk), "\n\n".into(), figures, sets(risk), leaves(risk), pairs(risk), "\n".into(), notes]
        .concat()
}

fn sets(risk: &TableRisk) -> String {
    let row = |set: &crate::risk::SetRisk| {
        let side =
            |at: usize| set.at_risk.map_or_else(|| words::LEFT_OUT.to_owned(), |shares| words::percent(shares[at]));
        [set.leaves.join(" + "), side(0), side(1)]
    };
    let rows: Vec<_> = risk.sets.iter().map(row).collect();
    let head = format!("in groups under {}, by", risk.k);
    format!("\n{}", table([head.as_str(), "before", "after"], &rows))
}

fn leaves(risk: &TableRisk) -> String {
    let row = |leaf: &crate::risk::LeafUse| {
        let lost = leaf.loss.map_or_else(|| words::LEFT_OUT.to_owned(), |loss| words::percent(loss.entropy));
        [leaf.leaf.clone(), leaf.class.to_owned(), leaf.method.to_owned(), lost, words::distance(leaf).0]
    };
    let rows: Vec<_> = risk.leaves.iter().map(row).collect();
    format!("\n{}", table(["leaf", "class", "method", "information lost", "distribution"], &rows))
}

fn pairs(risk: &TableRisk) -> String {
    let row = |pair: &crate::risk::PairUse| {
        [
            pair.leaves.join(" and "),
            pair.measure.to_owned(),
            format!("{:.3}", pair.before),
            format!("{:.3}", pair.after),
        ]
    };
    let rows: Vec<_> = risk.pairs.iter().map(row).collect();
    if rows.is_empty() { String::new() } else { format!("\n{}", table(["together", "by", "before", "after"], &rows)) }
}
