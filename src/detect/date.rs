//! Dates of days.

use crate::detect::calendar::{MONTHS, Years, date_end};
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "date",
    kinds: &["DATE"],
    follows: "ISO 8601-1, RFC 3339, and how days are written in ten languages of Europe",
    leaves_out: "years, months and weekdays alone, days without a year, years of two digits",
    starts: &[Starts::Digits(4..=40), Starts::Digits(1..=2), Starts::Keyword(MONTHS)],
    find,
};

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(index) = at else { return };
    if let Some(end) = date_end(text, index, Years::Four) {
        found.push(Span { start: text.words()[index].start, end, kind: "DATE", score: 50 });
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn days_are_found() {
        let dates = |text: &str| found(text, "DATE");
        for date in [
            "2024-01-26",
            "26.1.2024",
            "1/26/2024",
            "2022-04-03T13:19:00Z",
            "2010-03-10 19:00:35",
            "2024-03-15T14:30:00.123456Z",
            "2024-03-15T14:30:00-05:00",
            "March 15, 1989",
            "15 March 1989",
            "9. joulukuuta 1960",
            "6 päivänä joulukuuta 1995",
            "3 de mayo de 1980",
            "15th March 1989",
        ] {
            assert_eq!(dates(&format!("On {date}, then {date}.")), [date, date]);
        }
        for none in ["1.2.3", "13.13.2024", "2024", "May 2024", "10.0.0.1", "2024-01-26-5", "1.2.1700", "12-34-5678"] {
            assert!(dates(none).is_empty(), "{none}");
        }
    }
}
