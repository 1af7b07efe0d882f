//! Dates and times, in the profile of ISO 8601 that RFC 3339 gives, with or without a zone.

use jiff::civil::{Date, DateTime, Time};

const MICROSECONDS: i64 = 1_000_000;

/// Whether the declared type has a zone: then every text names one, else none does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Given,
    Absent,
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
pub(super) fn day(text: &str) -> Option<i32> {
    let (date, rest) = date(text.as_bytes())?;
    let since = date.since(Date::constant(1970, 1, 1)).ok()?;
    rest.is_empty().then(|| since.get_days())
}

/// Microseconds since 1970-01-01T00:00:00 of `YYYY-MM-DDThh:mm:ss`, `T` or a space, with up to six decimals.
///
/// A zone is `Z` or `+hh:mm`; leap seconds are none, as no clock of the type has them.
pub(super) fn microseconds(text: &str, zone: Zone) -> Option<i64> {
    let (date, rest) = date(text.as_bytes())?;
    let [b'T' | b' ', rest @ ..] = rest else { return None };
    let (time, rest) = time(rest)?;
    let (micros, rest) = fraction(rest)?;
    let offset = match zone {
        Zone::Given => offset(rest)?,
        Zone::Absent if rest.is_empty() => 0,
        Zone::Absent => return None,
    };
    let seconds = DateTime::from_parts(date, time).duration_since(Date::constant(1970, 1, 1).at(0, 0, 0, 0)).as_secs();
    Some((seconds - offset) * MICROSECONDS + micros)
}

fn date(text: &[u8]) -> Option<(Date, &[u8])> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix(b"-")?, 2)?;
    let (day, rest) = number(rest.strip_prefix(b"-")?, 2)?;
    Some((Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?, rest))
}

fn time(text: &[u8]) -> Option<(Time, &[u8])> {
    let (hour, rest) = number(text, 2)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let (second, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let [hour, minute, second] = [hour, minute, second].map(|part| i8::try_from(part).unwrap_or(-1));
    Some((Time::new(hour, minute, second, 0).ok()?, rest))
}

/// The decimals of a second, in microseconds: none, or one to six.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = text.strip_prefix(b".") else { return Some((0, text)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=6).contains(&length) {
        return None;
    }
    let (digits, rest) = rest.split_at(length);
    let written = digits.iter().chain(std::iter::repeat_n(&b'0', 6 - length));
    Some((written.fold(0, |value, digit| value * 10 + i64::from(digit - b'0')), rest))
}

/// Seconds that a zone is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        b"Z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = number(rest, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let is_offset = rest.is_empty() && hours < 24 && minutes < 60;
    is_offset.then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// A number of exactly so many digits.
fn number(text: &[u8], length: usize) -> Option<(i16, &[u8])> {
    let (digits, rest) = text.split_at_checked(length)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((digits.iter().fold(0, |value, digit| value * 10 + i16::from(digit - b'0')), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_of_the_calendar() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("1969-12-31"), Some(-1));
        assert_eq!(day("2000-02-29"), Some(11_016));
        assert_eq!(day("0001-01-01"), Some(-719_162));
        assert_eq!(day("9999-12-31"), Some(2_932_896));
        for text in ["2001-02-29", "2000-13-01", "2000-1-1", "20000101", "2000-01-01 ", "2000-01-01T00:00:00", "", "x"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    /// The examples of RFC 3339, section 5.8, but for its leap seconds.
    #[test]
    fn an_instant_is_that_of_the_standard() {
        assert_eq!(microseconds("1985-04-12T23:20:50.52Z", Zone::Given), Some(482_196_050_520_000));
        assert_eq!(microseconds("1996-12-19T16:39:57-08:00", Zone::Given), Some(851_042_397_000_000));
        assert_eq!(microseconds("1937-01-01T12:00:27.87+00:20", Zone::Given), Some(-1_041_337_172_130_000));
        assert_eq!(microseconds("1990-12-31T23:59:60Z", Zone::Given), None);
    }

    #[test]
    fn a_zone_stands_where_the_type_has_one() {
        assert_eq!(microseconds("1970-01-01 00:00:01", Zone::Absent), Some(1_000_000));
        assert_eq!(microseconds("1970-01-01 00:00:01", Zone::Given), None);
        assert_eq!(microseconds("1970-01-01T00:00:01Z", Zone::Absent), None);
    }

    #[test]
    fn other_spellings_are_refused() {
        let wrong = [
            "1970-01-01",
            "1970-01-01T",
            "1970-01-01T00:00",
            "1970-01-01T24:00:00",
            "1970-01-01T00:00:00.",
            "1970-01-01T00:00:00.1234567",
            "1970-01-01t00:00:00",
            "1970-01-01T00:61:00",
            "1970-01-01T00:00:00 ",
        ];
        wrong.iter().for_each(|text| assert_eq!(microseconds(text, Zone::Absent), None, "{text}"));
        for zone in ["z", "+1:00", "+24:00", "+01:60", "+0100", "", "+01:00Z"] {
            assert_eq!(microseconds(&format!("1970-01-01T00:00:00{zone}"), Zone::Given), None, "{zone}");
        }
    }
}
