//! A report as one page of HTML: nothing is loaded, nothing runs, and it reads in light, in dark, aloud and on paper.

use super::plot::{Line, bars};
use super::words;
use crate::page::html::{escaped, frame, table};
use crate::risk::{Report, TableRisk};

const STYLE: &str = include_str!("plot.css");

const SIDES: [&str; 2] = ["before", "after"];

/// The whole page.
pub fn page(report: &Report) -> String {
    let tables: String = report.tables.iter().enumerate().map(|(at, risk)| of_table(risk, at == 0)).collect();
    let lead = "How well people hide in each table, as it is in production and as it would be in test. \
                No value of the data is on this page, and no group smaller than k.";
    frame(&format!("Risk of {}", report.customer), lead, STYLE, &format!("<main>\n{tables}{}</main>\n", terms()))
}

fn of_table(risk: &TableRisk, is_first: bool) -> String {
    let what = words::counted(risk);
    let whose =
        risk.subject.as_ref().map_or_else(String::new, |subject| format!(" (<code>{}</code>)", escaped(subject)));
    let (class, word) = match risk.after.smallest {
        None if risk.after.counted > 0 => ("verdict bad", "Small groups are left. "),
        _ => ("verdict", "No small group is left. "),
    };
    let notes: String = risk.notes.iter().map(|note| format!("<li>{}</li>\n", escaped(note))).collect();
    format!(
        "<section>\n<h2{}>{}</h2>\n<p>Counted are {what}{whose} in groups that agree in {}.</p>\n\
         <p class=\"{class}\"><b>{word}</b>{}</p>\n{}{}{}{}{}\n<h3>How it was measured</h3>\n<ul class=\"quiet\">\n{notes}</ul>\n\
         </section>\n",
        if is_first { " class=\"first\"" } else { "" },
        escaped(&risk.table),
        codes(&risk.quasi),
        escaped(&words::verdict(risk)),
        table("figures", "Risk before and after", &["", "before", "after"], &words::figures(risk)),
        sizes(risk),
        sets(risk),
        leaves(risk),
        pairs(risk)
    )
}

/// Who sits in groups of which size.
fn sizes(risk: &TableRisk) -> String {
    let share = |counted: u64, all: u64| Some((counted as f64 / all.max(1) as f64, words::count(counted)));
    let line = |(before, after): (&crate::risk::Bin, &crate::risk::Bin)| Line {
        label: words::range(before.from, before.to),
        bars: [share(before.counted, risk.before.counted), share(after.counted, risk.after.counted)],
    };
    let lines: Vec<Line> = risk.before.sizes.iter().zip(&risk.after.sizes).map(line).collect();
    let title = format!("{} by the size of their group", words::counted(risk));
    figure("Sizes of groups", &title, "size of the group", SIDES, &lines)
}

/// Which columns it is that tell people apart.
fn sets(risk: &TableRisk) -> String {
    let is_all = |set: &crate::risk::SetRisk| set.leaves.len() > 1 && set.leaves == risk.quasi;
    let line = |set: &crate::risk::SetRisk| Line {
        label: if is_all(set) { format!("all {} together", risk.quasi.len()) } else { set.leaves.join(" + ") },
        bars: [0, 1].map(|at| set.at_risk.map(|shares| (shares[at], words::percent(shares[at])))),
    };
    let lines: Vec<Line> = risk.sets.iter().map(line).collect();
    let title = format!("share of {} in groups under {} by these columns alone", words::counted(risk), risk.k);
    figure("Risk by set of columns", &title, "columns", SIDES, &lines)
}

/// What of each leaf is left to work with.
fn leaves(risk: &TableRisk) -> String {
    let line = |leaf: &crate::risk::LeafUse| Line {
        label: leaf.leaf.clone(),
        bars: [
            leaf.loss.map(|loss| (loss.entropy, words::percent(loss.entropy))),
            words::distance(leaf).1.map(|moved| (moved, format!("{moved:.3}"))),
        ],
    };
    let lines: Vec<Line> = risk.leaves.iter().map(line).collect();
    let title = "information lost of each leaf, and how far its distribution moved";
    figure("Use of each leaf", title, "leaf", ["information lost", "distribution moved"], &lines)
}

fn pairs(risk: &TableRisk) -> String {
    let row = |pair: &crate::risk::PairUse| {
        let measure = if pair.measure == "pearson" { "Pearson’s r" } else { "Cramér’s V" };
        let figures = [pair.before, pair.after, pair.after.abs() - pair.before.abs()]
            .map(|figure| format!("{figure:.3}").replace("-0.000", "0.000"));
        let [before, after, change] = figures;
        [pair.leaves.join(" and "), measure.to_owned(), before, after, change]
    };
    let rows: Vec<_> = risk.pairs.iter().map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = ["leaves", "measure", "before", "after", "change"];
    format!("<h3>What goes together</h3>\n{}", table("figures", "How far two leaves go together", &head, &rows))
}

/// A plot, and its figures as a table.
fn figure(heading: &str, title: &str, of: &str, series: [&str; 2], lines: &[Line]) -> String {
    let cell = |bar: &Option<(f64, String)>| bar.as_ref().map_or_else(|| "–".to_owned(), |(_, figure)| figure.clone());
    let rows: Vec<_> =
        lines.iter().map(|line| [line.label.clone(), cell(&line.bars[0]), cell(&line.bars[1])]).collect();
    format!(
        "<h3>{heading}</h3>\n<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n\
         <details><summary>as a table</summary>\n{}</details>\n",
        escaped(title),
        bars(title, series, lines),
        table("figures", title, &[of, series[0], series[1]], &rows)
    )
}

fn codes(names: &[String]) -> String {
    names.iter().map(|name| format!("<code>{}</code>", escaped(name))).collect::<Vec<_>>().join(", ")
}

/// What the words mean, for a reader of the page alone.
fn terms() -> &'static str {
    "<section>\n<h2>Words</h2>\n<dl class=\"terms\">\n\
     <dt>prosecutor</dt><dd>knows that somebody is in the table, and looks for that person</dd>\n\
     <dt>journalist</dt><dd>wants to find anybody, and does not know who of the source is in the table</dd>\n\
     <dt>marketer</dt><dd>wants to find as many as possible; the share that is expected to be found</dd>\n\
     <dt>l</dt><dd>how many sensitive values a group has at least, plainly and by entropy</dd>\n\
     <dt>t</dt><dd>how far a group’s sensitive values are from the whole table’s at most, from 0 to 1</dd>\n\
     <dt>information lost</dt><dd>what is left unknown of a raw value by the one it became: 0 % where each can be told, \
     100 % where none can</dd>\n\
     <dt>distribution moved</dt><dd>of numbers, how far an average row moved by the range of all; of other values, how far \
     their frequencies did, whatever they are called</dd>\n</dl>\n</section>\n"
}
