//! Small plots of numbers over time; what they show stands in a table, too.

use std::fmt::Write;

use jiff::Timestamp;

use crate::page::html::escaped;

/// In CSS pixels.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 120.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 98.0;

/// How numbers are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A number holds until the next.
    Line,
    Bars,
}

/// Numbers from 0 up, in the order of their times.
pub struct Plot {
    pub title: &'static str,
    pub points: Vec<(Timestamp, f64)>,
    pub form: Form,
}

impl Plot {
    /// The plot as a figure, with words for those who cannot see it.
    pub fn svg(&self) -> String {
        let numbers = || self.points.iter().map(|(_, number)| *number);
        let (least, most) = (numbers().fold(f64::INFINITY, f64::min), numbers().fold(0.0, f64::max));
        let [first, last] = [self.points.first(), self.points.last()].map(|point| day(point.map(|(at, _)| *at)));
        let end = if first == last { "" } else { last.as_str() };
        let title = escaped(self.title);
        let says = format!("{title}: from {} to {}, between {first} and {last}", figure(least), figure(most));
        let class = if self.form == Form::Line { "line" } else { "bars" };
        format!(
            "<figure><figcaption>{title}</figcaption><svg role=\"img\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             aria-label=\"{says}\">\n<path class=\"axis\" d=\"M{LEFT} {TOP}V{BOTTOM}H{WIDTH}\"/>\
             <text x=\"{x}\" y=\"{top}\" text-anchor=\"end\">{}</text><text x=\"{x}\" y=\"{BOTTOM}\" text-anchor=\"end\">0</text>\
             <text x=\"{LEFT}\" y=\"{HEIGHT}\" dy=\"-4\">{first}</text>\
             <text x=\"{WIDTH}\" y=\"{HEIGHT}\" dy=\"-4\" text-anchor=\"end\">{end}</text>\n\
             <path class=\"{class}\" d=\"{}\"/></svg></figure>\n",
            figure(most),
            self.path(most),
            x = LEFT - 6.0,
            top = TOP + 8.0,
        )
    }

    fn path(&self, most: f64) -> String {
        let times = || self.points.iter().map(|(at, _)| at.as_second());
        let (from, to) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        let room = WIDTH - LEFT - 12.0;
        let mut path = String::new();
        for (at, number) in &self.points {
            let x = LEFT + 6.0 + room * (at.as_second() - from) as f64 / (to - from).max(1) as f64;
            let y = BOTTOM - (BOTTOM - TOP) * number / most.max(f64::MIN_POSITIVE);
            let _ = match self.form {
                Form::Line if path.is_empty() => write!(path, "M{x:.0} {y:.1}"),
                Form::Line => write!(path, "H{x:.0}V{y:.1}"),
                Form::Bars => write!(path, "M{x:.0} {BOTTOM}V{y:.1}"),
            };
        }
        if self.form == Form::Line {
            let _ = write!(path, "h6");
        }
        path
    }
}

/// A number as it is read: whole, or with what matters of a small one.
fn figure(number: f64) -> String {
    if number.fract() == 0.0 || number >= 10.0 { format!("{number:.0}") } else { format!("{number:.2}") }
}

/// The day of a time.
pub fn day(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(form: Form, numbers: &[f64]) -> String {
        let at = |place: usize| Timestamp::from_second(86_400 * place as i64).expect("is a time");
        let points = numbers.iter().enumerate().map(|(place, number)| (at(place), *number)).collect();
        Plot { title: "k & more", points, form }.svg()
    }

    #[test]
    fn a_plot_says_what_it_shows_and_stays_within_its_frame() {
        let line = plot(Form::Line, &[11.0, 5.0, 0.25]);
        assert!(line.contains("k &amp; more: from 0.25 to 11, between 1970-01-01 and 1970-01-03"), "{line}");
        assert!(line.contains("d=\"M50 12.0H202V58.9H354V96.0h6\""), "{line}");
        assert!(plot(Form::Bars, &[1.0, 2.0]).contains("d=\"M50 98V55.0M354 98V12.0\""));
    }

    #[test]
    fn one_number_and_nothing_but_zeros_are_drawn() {
        assert!(plot(Form::Line, &[0.0]).contains("d=\"M50 98.0h6\""));
    }
}
