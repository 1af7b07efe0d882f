//! Small plots: two bars a line, before and after.

use std::fmt::Write;

use crate::page::html::escaped;

/// In CSS pixels.
const WIDTH: f64 = 720.0;
const LABELS: f64 = 240.0;
const FIGURES: f64 = 96.0;
const LINE: f64 = 38.0;
const BAR: f64 = 11.0;

/// The longest label that is shown whole, in characters.
const LONGEST: usize = 28;

/// One line: its label, and the share and the figure of each bar; none where there is nothing to show.
pub struct Line {
    pub label: String,
    pub bars: [Option<(f64, String)>; 2],
}

/// A plot of bars from 0 to 1 with a title for those who cannot see it; what it shows stands in a table, too.
pub fn bars(title: &str, series: [&str; 2], lines: &[Line]) -> String {
    let height = LINE * lines.len() as f64 + 8.0;
    let mut svg = format!(
        "<svg role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" aria-label=\"{}\">\n",
        escaped(&format!("{title}; the figures stand in the table below"))
    );
    for (at, line) in lines.iter().enumerate() {
        let top = 4.0 + LINE * at as f64;
        let _ = writeln!(
            svg,
            "<text class=\"label\" x=\"{}\" y=\"{}\">{}</text>",
            LABELS - 12.0,
            top + 19.0,
            escaped(&shortened(&line.label))
        );
        for (place, bar) in line.bars.iter().enumerate() {
            svg += &bar_of(place, bar.as_ref(), top + 3.0 + (BAR + 3.0) * place as f64);
        }
    }
    svg += "</svg>\n";
    format!("{}{svg}", legend(series))
}

fn bar_of(place: usize, bar: Option<&(f64, String)>, top: f64) -> String {
    let class = ["before", "after"][place];
    let (share, figure) = bar.map_or((0.0, "–"), |(share, figure)| (share.clamp(0.0, 1.0), figure.as_str()));
    let width = share * (WIDTH - LABELS - FIGURES);
    format!(
        "<rect class=\"{class}\" x=\"{LABELS}\" y=\"{top:.0}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\"/>\n\
         <text class=\"figure\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
        LABELS + width + 6.0,
        top + BAR - 1.5,
        escaped(figure)
    )
}

fn legend(series: [&str; 2]) -> String {
    let key = |(class, name): (&str, &str)| format!("<span class=\"key {class}\"></span>{} ", escaped(name));
    format!("<p class=\"legend\">{}</p>\n", ["before", "after"].into_iter().zip(series).map(key).collect::<String>())
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LONGEST {
        return label.to_owned();
    }
    label.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out() {
        let label = "<script>\"&".to_owned();
        let plot = bars("a & b", ["before", "after"], &[Line { label, bars: [Some((2.0, "<1 %".into())), None] }]);
        assert!(!plot.contains("<script") && plot.contains("&lt;script&gt;&quot;&amp;"));
        assert!(plot.contains("a &amp; b") && plot.contains("&lt;1 %"));
        assert!(plot.contains(&format!("width=\"{:.1}\"", WIDTH - LABELS - FIGURES)), "no bar is longer than the room");
    }
}
