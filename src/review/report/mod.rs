//! The report: all questions about all customers on one page, which loads nothing and reads in light, in dark, aloud, on paper
//! and without its script, which only searches.

mod plot;
mod timeline;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::plot::{Form, Plot};
use super::facts::State;
use super::verify::Gravity;
use super::{Facts, QUESTIONS, Sheet, verify};
use crate::error::Failure;
use crate::page::html::{escaped, frame};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("search.js");

/// Rows that are shown without being asked for.
const SHORT: usize = 12;

/// The whole page.
///
/// # Errors
/// Where a question cannot be answered.
pub fn html(mut facts: Facts<'_>) -> Result<String, Failure> {
    let customers = facts.customers();
    let glance = glance(&facts)?;
    let mut sections = String::new();
    for customer in &customers {
        facts = facts.about(Some(customer))?;
        sections += &of_customer(&facts, customer)?;
    }
    let link = |customer: &String| format!("<li><a href=\"#c-{0}\">{0}</a></li>\n", escaped(customer));
    let links: String = customers.iter().map(link).collect();
    let lead = format!(
        "What was approved, what ran, and what is left of it, as the ledger had it on {}. No value of the data is on this \
         page, and no group smaller than k.",
        facts.now.strftime("%Y-%m-%d at %H:%M UTC")
    );
    let body = format!(
        "<main>\n{glance}<nav aria-label=\"Customers\"><ol>\n{links}</ol></nav>\n{SEARCH}{sections}</main>\n\
         <script>{SCRIPT}</script>\n"
    );
    Ok(with_script(&frame("Review", &lead, STYLE, &body)))
}

const SEARCH: &str = "<form id=\"search\" role=\"search\" hidden><label for=\"words\">Search all rows</label>\
                      <input id=\"words\" type=\"search\" autocomplete=\"off\"><output for=\"words\"></output></form>\n";

/// The page's policy lets nothing run; this one script may, by its digest.
fn with_script(page: &str) -> String {
    let digest = STANDARD.encode(Sha256::digest(SCRIPT));
    page.replacen("style-src 'unsafe-inline'", &format!("style-src 'unsafe-inline'; script-src 'sha256-{digest}'"), 1)
}

/// What a reader who reads no further should know.
fn glance(facts: &Facts<'_>) -> Result<String, Failure> {
    // Everything is verified, whoever is asked about: what is wrong elsewhere concerns this customer's evidence too.
    let found = verify::verify(facts.workspace, facts.evidence)?;
    let (courses, runs) = (facts.courses(), facts.runs());
    let in_force = courses.values().filter(|course| course.state(facts.now) == State::InForce).count();
    let said = [
        ("approvals in force", format!("{in_force} of {}", courses.len())),
        ("runs", runs.len().to_string()),
        ("entries of the ledger", facts.ledger.entries().len().to_string()),
    ];
    let said: String = said.iter().map(|(name, what)| format!("<dt>{name}</dt><dd>{what}</dd>\n")).collect();
    let (class, verdict) = match found.iter().filter(|finding| finding.gravity != Gravity::UnderWay).count() {
        0 => ("verdict", "Everything was verified: all is as it was recorded.".to_owned()),
        1 => ("verdict bad", "One thing is not as it was recorded.".to_owned()),
        many => ("verdict bad", format!("{many} things are not as they were recorded.")),
    };
    let findings = if found.is_empty() { String::new() } else { table("Findings", &verify::sheet(&found), 0) };
    Ok(format!(
        "<section aria-labelledby=\"glance\">\n<h2 id=\"glance\">At a glance</h2>\n<p class=\"{class}\">{verdict}</p>\n\
         {findings}<dl>\n{said}</dl>\n</section>\n"
    ))
}

fn of_customer(facts: &Facts<'_>, customer: &str) -> Result<String, Failure> {
    let ask = |question: &super::Question| Ok((question.name, (question.asks, (question.answer)(facts)?)));
    let answers: BTreeMap<&str, (&str, Sheet)> = QUESTIONS.iter().map(ask).collect::<Result<_, Failure>>()?;
    let sheets: String = QUESTIONS.iter().map(|question| part(question.asks, &answers[question.name].1)).collect();
    let name = escaped(customer);
    Ok(format!(
        "<section class=\"customer\" aria-labelledby=\"c-{name}\">\n<h2 id=\"c-{name}\">{name}</h2>\n{}\
         <div class=\"plots\">\n{}</div>\n{sheets}</section>\n",
        timeline::timeline(facts, customer),
        plots(&answers["privacy"].1, &answers["runs"].1, &answers["withdrawals"].1)
    ))
}

/// One answer; a long one is folded away.
fn part(asks: &str, sheet: &Sheet) -> String {
    let heading = format!("<h3>{}</h3>\n", escaped(asks));
    match sheet.rows.len() {
        0 => format!("{heading}<p class=\"quiet\">none</p>\n"),
        rows if rows <= SHORT => heading + &table(asks, sheet, 1),
        rows => format!("{heading}<details><summary>{rows} rows</summary>\n{}</details>\n", table(asks, sheet, 1)),
    }
}

/// The rows of an answer without its first columns. Ends of cells and rows, which HTML lets be left out, would be a third.
fn table(caption: &str, sheet: &Sheet, skipped: usize) -> String {
    let caption = escaped(caption);
    let names: String = sheet.head[skipped..].iter().map(|name| format!("<th scope=\"col\">{name}")).collect();
    let row = |row: &Vec<String>| {
        let (name, cells) = row[skipped..].split_first().map_or(("", &row[..0]), |(name, cells)| (name, cells));
        let cells: String = cells.iter().map(|cell| format!("<td>{}", escaped(cell))).collect();
        format!("<tr><th scope=\"row\">{}{cells}\n", escaped(name))
    };
    let rows: String = sheet.texts().iter().map(row).collect();
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table>\n\
         <thead><tr>{names}\n<tbody>\n{rows}</table></div>\n"
    )
}

/// What is better looked at than read.
fn plots(privacy: &Sheet, runs: &Sheet, withdrawals: &Sheet) -> String {
    let hours = |name| by_time(withdrawals, "withdrawn", name, f64::max).map(|(at, seconds)| (at, seconds / 3600.0));
    let plots = [
        Plot {
            title: "k, of the least protected table",
            points: by_time(privacy, "at", "k", f64::min).collect(),
            form: Form::Line,
        },
        Plot {
            title: "Rows withheld, rounded up to k",
            points: by_time(privacy, "at", "withheld", sum).collect(),
            form: Form::Line,
        },
        Plot { title: "Runs a week", points: weekly(runs), form: Form::Bars },
        Plot { title: "Hours from withdrawal to stop", points: hours("seconds to stop").collect(), form: Form::Bars },
        Plot { title: "Hours from withdrawal to purge", points: hours("seconds to purge").collect(), form: Form::Bars },
    ];
    plots.iter().filter(|plot| !plot.points.is_empty()).map(Plot::svg).collect()
}

fn sum(one: f64, other: f64) -> f64 {
    one + other
}

/// The numbers of a column by the times of another, those of one time made one.
fn by_time(
    sheet: &Sheet,
    time: &str,
    number: &str,
    join: fn(f64, f64) -> f64,
) -> impl Iterator<Item = (Timestamp, f64)> {
    let mut points: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for (at, number) in sheet.column(time).zip(sheet.column(number)) {
        let (Some(at), Some(number)) = (timestamp(at), number.as_f64()) else { continue };
        points.entry(at).and_modify(|known| *known = join(*known, number)).or_insert(number);
    }
    points.into_iter()
}

fn timestamp(cell: &Value) -> Option<Timestamp> {
    cell.as_str()?.parse().ok()
}

/// How many runs began in each week that had any, by the week's first moment.
fn weekly(runs: &Sheet) -> Vec<(Timestamp, f64)> {
    const WEEK: i64 = 7 * 24 * 3600;
    /// The epoch was a Thursday.
    const MONDAY: i64 = 4 * 24 * 3600;
    let mut weeks: BTreeMap<i64, f64> = BTreeMap::new();
    let began = runs.column("began").filter_map(timestamp);
    began.for_each(|at| *weeks.entry((at.as_second() - MONDAY).div_euclid(WEEK)).or_default() += 1.0);
    let start = |week: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(week * WEEK + MONDAY);
    weeks.into_iter().map(|(week, runs)| (start(week), runs)).collect()
}
