//! Dates as people write them.

use crate::detect::Text;
use crate::detect::context::Vocabulary;
use crate::detect::tags::Tag;

/// Names of months and their usual short forms: Finnish (and its partitive), Swedish, German, French, Spanish, Italian,
/// Dutch, Danish, Portuguese and English.
pub(super) const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "tammikuuta",
    "helmikuuta",
    "maaliskuuta",
    "huhtikuuta",
    "toukokuuta",
    "kesäkuuta",
    "heinäkuuta",
    "elokuuta",
    "syyskuuta",
    "lokakuuta",
    "marraskuuta",
    "joulukuuta",
    "tammikuu",
    "helmikuu",
    "maaliskuu",
    "huhtikuu",
    "toukokuu",
    "kesäkuu",
    "heinäkuu",
    "elokuu",
    "syyskuu",
    "lokakuu",
    "marraskuu",
    "joulukuu",
    "januari",
    "februari",
    "mars",
    "maj",
    "juni",
    "juli",
    "augusti",
    "oktober",
    "okt",
    "januar",
    "februar",
    "märz",
    "mai",
    "dezember",
    "dez",
    "jänner",
    "janvier",
    "février",
    "avril",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "setiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "gennaio",
    "febbraio",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "settembre",
    "ottobre",
    "dicembre",
    "maart",
    "mei",
    "augustus",
    "marts",
    "janeiro",
    "fevereiro",
    "março",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];

pub(super) static MONTH: Vocabulary = Tag::Month.list(MONTHS);

/// Whether years of two digits and days without separators are dates.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Years {
    Four,
    /// Where it is said that a date follows.
    Any,
}

/// Where the date ends that begins with a word.
pub(super) fn date_end(text: &Text<'_>, index: usize, years: Years) -> Option<usize> {
    let word = &text.words()[index];
    let length = word.end - word.start;
    let may_begin = if word.has_digit() { matches!(length, 1..=4 | 8) } else { MONTH.has(word) };
    let before = text.bytes()[..word.start].last();
    let is_joined = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/' | b'_' | b'+');
    if !may_begin || before.is_some_and(is_joined) {
        return None;
    }
    if !word.has_digit() {
        return month_first(text, index);
    }
    let next = text.bytes().get(word.end);
    let by_numbers = match (length, next) {
        (1 | 2 | 4, Some(b'-' | b'.' | b'/')) | (8, _) => numeric(text, index, years),
        _ => None,
    };
    let is_before_word = || text.words().get(index + 1).is_some_and(|next| !next.has_digit());
    by_numbers.or_else(|| (length <= 4 && is_before_word()).then(|| day_first(text, index)).flatten())
}

/// The number that a word of digits alone is, and how many digits it has.
fn number(text: &Text<'_>, index: usize) -> Option<(usize, u32)> {
    let word = text.words().get(index)?;
    let digits = text.letters(word);
    let is_number = digits.len() <= 8 && digits.len() == word.digits as usize;
    is_number.then(|| (digits.len(), digits.iter().fold(0, |all, digit| all * 10 + u32::from(digit - b'0'))))
}

fn is_year(length: usize, year: u32, years: Years) -> bool {
    (length == 4 && (1800..2200).contains(&year)) || (length == 2 && years == Years::Any)
}

/// `2024-01-26`, `26.1.2024`, `1/26/2024`, with a time of day if there is one; `19740613` and `13.6.74` where a date is expected.
fn numeric(text: &Text<'_>, index: usize, years: Years) -> Option<usize> {
    let first = number(text, index)?;
    if first.0 == 8 {
        let (year, month, day) = (first.1 / 10_000, first.1 / 100 % 100, first.1 % 100);
        let is_date = years == Years::Any && is_year(4, year, years) && is_day(month, day);
        return is_date.then_some(text.words()[index].end);
    }
    let (separator, second) = (text.between(index), number(text, index + 1)?);
    if !matches!(separator, b"-" | b"." | b"/" | b". ") || text.between(index + 1) != separator {
        return None;
    }
    // `2022-04-03T13:19:00Z`: the time is of the same word as the day.
    let timed = || text.words().get(index + 2).and_then(|word| timed_day(text.word(word))).map(|day| (2, day));
    let third = number(text, index + 2).or_else(timed)?;
    let is_date = match (first.0, second.0, third.0) {
        (4, 1 | 2, 1 | 2) => is_year(4, first.1, years) && is_day(second.1, third.1),
        (1 | 2, 1 | 2, length) => {
            is_year(length, third.1, years)
                && (is_day(second.1, first.1) || (!separator.starts_with(b".") && is_day(first.1, second.1)))
        }
        _ => false,
    };
    let end = is_date.then(|| time_end(text, index + 2))?;
    let is_whole = match text.bytes()[end..] {
        [b'-' | b'.' | b'/', next, ..] => !next.is_ascii_digit(),
        [next, ..] => !next.is_ascii_alphanumeric() && next != b'_',
        [] => true,
    };
    is_whole.then_some(end)
}

fn is_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// The day of `03T13`.
fn timed_day(word: &str) -> Option<u32> {
    let (day, hour) = word.split_once('T')?;
    (day.len() == 2 && hour.len() == 2 && hour.bytes().all(|byte| byte.is_ascii_digit())).then(|| day.parse().ok())?
}

/// Behind the time of day that follows a date, or behind the date.
fn time_end(text: &Text<'_>, index: usize) -> usize {
    let words = text.words();
    let is_timed = text.word(&words[index]).contains('T');
    let hour = if is_timed { index } else { index + 1 };
    let follows = is_timed
        || (text.between(index) == b" " && number(text, hour).is_some_and(|(length, hour)| length == 2 && hour < 25));
    let mut end = words[index].end;
    for part in hour + 1..hour + 3 {
        let is_joined = follows && words.get(part).is_some() && text.between(part - 1) == b":";
        if !is_joined || text.word(&words[part]).trim_end_matches('Z').len() != 2 {
            return end;
        }
        end = words[part].end;
    }
    end + zone(&text.bytes()[end..])
}

/// How long the fraction of a second and the zone are that follow a time of day.
fn zone(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let fraction = match bytes {
        [b'.', next, ..] if next.is_ascii_digit() => 1 + digits(1),
        _ => 0,
    };
    fraction
        + match bytes[fraction..] {
            [b'Z', ..] => 1,
            [b'+' | b'-', a, b, b':', c, d, ..] if [a, b, c, d].iter().all(u8::is_ascii_digit) => 6,
            _ => 0,
        }
}

/// `March 15, 1989`.
fn month_first(text: &Text<'_>, index: usize) -> Option<usize> {
    let day = day_of_month(text, index + 1)?;
    let (length, year) = number(text, index + 2)?;
    let is_joined = matches!(text.gap(index), " " | ". ") && matches!(text.gap(index + 1), ", " | " ");
    (is_joined && (1..=31).contains(&day) && is_year(length, year, Years::Four)).then(|| text.words()[index + 2].end)
}

/// `15 March 1989`, `9. joulukuuta 1960`, `6 päivänä joulukuuta 1995`, `3 de mayo de 1980`.
fn day_first(text: &Text<'_>, index: usize) -> Option<usize> {
    let is_filler = |word: usize| {
        text.words()
            .get(word)
            .is_some_and(|word| matches!(text.word(word), "de" | "päivänä" | "of" | "den" | "päivä" | "p"))
    };
    let is_month = |word: usize| text.words().get(word).is_some_and(|word| MONTH.has(word));
    let month = if is_month(index + 1) { index + 1 } else { index + 1 + usize::from(is_filler(index + 1)) };
    if !is_month(month) {
        return None;
    }
    let day = day_of_month(text, index)?;
    let year = month + 1 + usize::from(is_filler(month + 1));
    let (length, number) = number(text, year)?;
    let is_near = (index..year).all(|word| matches!(text.gap(word), " " | ". " | ", " | "-" | "." | " . "));
    ((1..=31).contains(&day) && is_near && is_year(length, number, Years::Four)).then(|| text.words()[year].end)
}

/// `15`, `15th`.
fn day_of_month(text: &Text<'_>, index: usize) -> Option<u32> {
    let letters = text.word(text.words().get(index)?);
    let digits = letters.bytes().take_while(u8::is_ascii_digit).count();
    let is_day = (1..=2).contains(&digits) && matches!(&letters[digits..], "" | "st" | "nd" | "rd" | "th" | "er");
    is_day.then(|| letters[..digits].parse().ok())?
}
