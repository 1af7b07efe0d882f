//! The days that official numbers hold.

use super::checks::number;

/// Nobody was born after this year, which every year's release moves on: the clock is not looked at, so that the same
/// input gives the same output. It is asked where no check digit says more.
pub(super) const LATEST_BIRTH: u64 = 2027;

/// Whether there is such a day in the calendar that all of these numbers use.
pub(super) fn is_day(year: u64, month: u64, day: u64) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether six digits are a day of some century: year, month and day.
pub(super) fn is_yymmdd(digits: &[u8]) -> bool {
    day_in(2000, &digits[..2], &digits[2..4], &digits[4..6])
}

/// Whether six digits are a day of some century: day, month and year.
pub(super) fn is_ddmmyy(digits: &[u8]) -> bool {
    day_in(2000, &digits[4..6], &digits[2..4], &digits[..2])
}

/// Whether eight digits are a day from 1850 to 2099, in which nobody lives who was born on another one.
pub(super) fn is_yyyymmdd(digits: &[u8]) -> bool {
    (1850..2100).contains(&number(&digits[..4])) && day_in(0, &digits[..4], &digits[4..6], &digits[6..8])
}

/// Whether digits are a day, in years counted from a first one.
pub(super) fn day_in(first: u64, year: &[u8], month: &[u8], day: &[u8]) -> bool {
    is_day(first + number(year), number(month), number(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert!(is_yymmdd(b"000229") && !is_yymmdd(b"010229") && is_ddmmyy(b"310199") && !is_ddmmyy(b"310499"));
        assert!(is_yyyymmdd(b"20240229") && !is_yyyymmdd(b"19000229") && !is_yyyymmdd(b"18491231"));
        assert!(!is_day(2000, 0, 1) && !is_day(2000, 13, 1) && !is_day(2000, 1, 0));
    }
}
