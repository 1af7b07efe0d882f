//! A customer's approvals over time, one lane each: how long they held, the runs under them, their end, and the purge.

use std::fmt::Write;

use jiff::Timestamp;

use super::plot::day;
use crate::page::html::escaped;
use crate::review::Facts;
use crate::review::facts::{Course, Run};

/// In CSS pixels.
const WIDTH: f64 = 960.0;
const LANE: f64 = 44.0;
const MARGIN: f64 = 6.0;

/// From when until when.
struct Span {
    from: Timestamp,
    to: Timestamp,
}

impl Span {
    fn of(times: impl Iterator<Item = Timestamp> + Clone) -> Option<Self> {
        Some(Span { from: times.clone().min()?, to: times.max()? })
    }

    fn x(&self, at: Timestamp) -> f64 {
        let all = self.to.duration_since(self.from).as_secs_f64().max(1.0);
        MARGIN + (WIDTH - 2.0 * MARGIN) * (at.duration_since(self.from).as_secs_f64() / all).clamp(0.0, 1.0)
    }
}

/// The timeline as a figure; nothing, where nothing has happened.
pub fn timeline(facts: &Facts<'_>, customer: &str) -> String {
    let (courses, runs) = (facts.courses(), facts.runs());
    let ends = courses.values().filter_map(|course| course.given).map(|(_, given)| given.not_after);
    let times: Vec<_> = facts.entries().map(|(_, entry)| entry.at).chain(ends).chain([facts.now]).collect();
    let Some(span) = Span::of(times.iter().copied()).filter(|_| times.len() > 1) else { return String::new() };
    let unapproved: Vec<&Run<'_>> = runs.iter().filter(|run| run.started.is_none()).collect();
    let mut in_time: Vec<_> = courses.iter().map(|((_, approval), course)| (*approval, course)).collect();
    in_time.sort_by_key(|(_, course)| course.given.map(|(at, _)| at));
    let mut lanes: Vec<String> =
        in_time.into_iter().map(|(approval, course)| lane(facts, &span, approval, course)).collect();
    if !unapproved.is_empty() {
        let times = unapproved.iter().filter_map(|run| run.told.first()).map(|(at, _)| *at);
        lanes.push(
            name("nothing taken of an approval", &counted(unapproved.len(), "run")) + &ticks(&span, "bad", times),
        );
    }
    let says = format!(
        "Timeline of {customer} from {} to {}: {} and {}, which the tables below tell one by one",
        day(Some(span.from)),
        day(Some(span.to)),
        counted(courses.len(), "approval"),
        counted(runs.len(), "run")
    );
    figure(&span, facts.now, &says, &lanes)
}

fn figure(span: &Span, now: Timestamp, says: &str, lanes: &[String]) -> String {
    let (bottom, x) = (LANE * lanes.len() as f64 + 6.0, span.x(now));
    let mut svg = format!(
        "<figure class=\"timeline\"><figcaption>From approval to withdrawal</figcaption><div class=\"wide\" tabindex=\"0\" \
         role=\"group\" aria-label=\"Timeline\"><svg role=\"img\" viewBox=\"0 0 {WIDTH} {}\" \
         aria-label=\"{}\">\n<path class=\"now\" d=\"M{x:.1} 0V{bottom}\"/>\n",
        bottom + 20.0,
        escaped(says)
    );
    for (place, lane) in lanes.iter().enumerate() {
        let _ = writeln!(svg, "<g transform=\"translate(0 {})\">{lane}</g>", LANE * place as f64);
    }
    let days = [("start", MARGIN, span.from), ("end", WIDTH - MARGIN, span.to)];
    for (anchor, x, at) in days {
        let _ =
            write!(svg, "<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>", bottom + 14.0, day(Some(at)));
    }
    format!("{svg}</svg></div>\n<p class=\"quiet\">{LEGEND}</p></figure>\n")
}

const LEGEND: &str = "A bar is the time for which an approval was given, and its darker part that for which it held. Strokes \
                      are runs: up those that made a release, down all others. A diamond is a withdrawal, a square a purge; \
                      the dashed line is the day of this report.";

fn lane(facts: &Facts<'_>, span: &Span, approval: &str, course: &Course<'_>) -> String {
    let ended = course.told.iter().copied().filter(|(_, told)| told.outcome != "prepared");
    let (made, other): (Vec<_>, Vec<_>) = ended.partition(|(_, told)| told.outcome == "committed");
    let counts = [counted(course.started.len(), "run"), counted(made.len(), "release")].join(", ");
    let mut lane = name(approval, &format!("{}, {counts}", course.state(facts.now).word())) + &bar(facts, span, course);
    lane += &ticks(span, "good", made.into_iter().map(|(at, _)| at));
    lane += &ticks(span, "bad", other.into_iter().map(|(at, _)| at));
    if let Some((at, _)) = course.withdrawn {
        let _ = write!(lane, "<path class=\"end\" d=\"M{:.1} 23l7 7-7 7-7-7z\"/>", span.x(at));
    }
    for purged in &course.purged {
        let _ = write!(lane, "<path class=\"gone\" d=\"M{:.1} 25h10v10h-10z\"/>", span.x(purged.empty_at) - 5.0);
    }
    lane
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn name(name: &str, state: &str) -> String {
    format!(
        "<text x=\"{MARGIN}\" y=\"14\"><tspan class=\"name\">{}</tspan><tspan dx=\"8\">{}</tspan></text>",
        escaped(name),
        escaped(state)
    )
}

/// The time for which it was given, and that for which it held so far.
fn bar(facts: &Facts<'_>, span: &Span, course: &Course<'_>) -> String {
    let Some((from, given)) = course.given else { return String::new() };
    let held = course.withdrawn.map_or(given.not_after, |(at, _)| at).min(given.not_after).min(facts.now);
    let rect = |class: &str, to: Timestamp| {
        let (x, end) = (span.x(from), span.x(to));
        format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"24\" width=\"{:.1}\" height=\"12\" rx=\"2\"/>",
            (end - x).max(1.0)
        )
    };
    rect("span", given.not_after) + &rect("held", held)
}

/// Strokes, as one path however many they are.
fn ticks(span: &Span, class: &str, times: impl Iterator<Item = Timestamp>) -> String {
    let stroke = if class == "good" { "30v-10" } else { "30v10" };
    let path: String = times.map(|at| format!("M{:.1} {stroke}", span.x(at))).collect();
    if path.is_empty() { path } else { format!("<path class=\"{class}\" d=\"{path}\"/>") }
}
