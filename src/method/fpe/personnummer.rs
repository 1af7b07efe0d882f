//! Swedish personal identity numbers (personnummer) and coordination numbers, by act 1991:481 and SKV 704.
//!
//! `YYMMDD-NNNC`, in which `+` stands from the year of the hundredth birthday on, or `YYYYMMDDNNNC`; the sign can be
//! missing in the first and stand in the second. `NNN` is from 001 to 999, `C` is Luhn's check digit of the nine before
//! it. A coordination number has 60 added to its day.
//!
//! Day and number are encrypted together. Which of the ways of writing it is, and whether it is a coordination number,
//! stays; the sex, which the number says, does not. The two ways of writing one number do not become two of one number.

use std::io::Write;

use jiff::civil::Date;

use super::days::{Days, Years, day_of, number};
use super::form::Format;
use super::luhn::check_digit;
use super::misfit::Misfit;
use super::work::Work;

/// The numbers of a day, of which 000 is none.
const SERIALS: u128 = 999;

/// What a coordination number has added to its day.
const COORDINATION: u16 = 60;

/// Numbers of people born in some years; which, only four digits of the year can say.
pub struct Personnummer {
    years: Years,
    all: Days,
    /// Years of two digits with `-` are counted from 2000, in which 00 has a leap day.
    minus: Days,
    /// With `+` they are counted from 1900, in which it has none.
    plus: Days,
}

/// A number without its check digit.
struct Parts<'t> {
    long: bool,
    /// The sign between day and number, or nothing.
    sign: &'t str,
    day: Date,
    coordination: bool,
    serial: u16,
}

impl Personnummer {
    pub fn new(years: Years) -> Self {
        Personnummer { years, all: years.days(), minus: Days::of(2000, 2099), plus: Days::of(1900, 1999) }
    }

    fn days(&self, parts: &Parts<'_>) -> &Days {
        match parts.sign {
            _ if parts.long => &self.all,
            "+" => &self.plus,
            _ => &self.minus,
        }
    }
}

impl<'t> Parts<'t> {
    fn parse(text: &'t str) -> Result<Self, Misfit> {
        let (parts, check) = Parts::of(text).ok_or(Misfit::Form)?;
        if parts.check() == check { Ok(parts) } else { Err(Misfit::Check) }
    }

    fn of(text: &'t str) -> Option<(Self, u16)> {
        let (date, tail) = text.split_at_checked(text.len().checked_sub(4)?)?;
        let (date, sign) = date.split_at(date.find(['-', '+']).unwrap_or(date.len()));
        let (year, date) = date.split_at_checked(date.len().checked_sub(4)?)?;
        let long = year.len() == 4;
        if !matches!((year.len(), sign), (2, "" | "-" | "+") | (4, "" | "-")) {
            return None;
        }
        let century = if long {
            0
        } else if sign == "+" {
            1900
        } else {
            2000
        };
        let (month, day) = (number(&date.as_bytes()[..2])?, number(&date.as_bytes()[2..])?);
        let coordination = day > COORDINATION;
        let day = if coordination { day - COORDINATION } else { day };
        let day = day_of(century + number(year.as_bytes())?, month, day)?;
        let tail = number(tail.as_bytes())?;
        (tail >= 10).then_some((Parts { long, sign, day, coordination, serial: tail / 10 }, tail % 10))
    }

    /// The day as it is written.
    fn written_day(&self) -> u16 {
        self.day.day() as u16 + if self.coordination { COORDINATION } else { 0 }
    }

    fn check(&self) -> u16 {
        let year = self.day.year() as u16 % 100;
        let pairs = [year, self.day.month() as u16, self.written_day()];
        let [y, m, d] = pairs.map(|pair| [pair / 10, pair % 10]);
        let z = [self.serial / 100, self.serial / 10 % 10, self.serial % 10];
        check_digit(&[y[0], y[1], m[0], m[1], d[0], d[1], z[0], z[1], z[2]])
    }

    fn write(&self, out: &mut Vec<u8>) -> Option<()> {
        let (year, width) = if self.long { (self.day.year(), 4) } else { (self.day.year() % 100, 2) };
        let (month, day, sign, serial) = (self.day.month(), self.written_day(), self.sign, self.serial);
        write!(out, "{year:0width$}{month:02}{day:02}{sign}{serial:03}{}", self.check()).ok()
    }

    /// What stays readable, but for a `-` that can be missing.
    fn tweak(&self) -> [u8; 15] {
        let mut tweak = *b"personnummer...";
        tweak[12..].copy_from_slice(&[self.long.into(), (self.sign == "+").into(), self.coordination.into()]);
        tweak
    }
}

impl Format for Personnummer {
    fn encrypt(&self, work: &mut Work, text: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
        let mut parts = Parts::parse(text)?;
        let days = self.days(&parts);
        let place = days.place(parts.day).ok_or(Misfit::Range)?;
        let rank = place * SERIALS + u128::from(parts.serial - 1);
        let rank = work.encrypt_rank(&parts.tweak(), rank, days.count() * SERIALS)?;
        (parts.day, parts.serial) = (days.at(rank / SERIALS), (rank % SERIALS) as u16 + 1);
        parts.write(out).ok_or(Misfit::Form)
    }

    fn words(&self) -> String {
        let years = self.years.words();
        format!(
            "a personal identity number of Sweden, {years} where the year has four digits, and a right check digit; \
             whether it is a coordination number stays readable, and how it is written"
        )
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        vec![("check", "personnummer".to_owned()), self.years.option()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, Misfit> {
        let mut out = Vec::new();
        Parts::parse(text)?.write(&mut out).ok_or(Misfit::Form)?;
        Ok(String::from_utf8(out).expect("it is text"))
    }

    /// 811218-9876 is the example of SKV 704, and 701063-2391 that of the Tax Agency for a coordination number.
    #[test]
    fn numbers_are_read_and_written() {
        for number in ["811218-9876", "8112189876", "811218+9876", "198112189876", "19811218-9876", "701063-2391"] {
            assert_eq!(parsed(number).as_deref(), Ok(number));
        }
        // 29 February 2000 was a day, and that of 1900 was none.
        assert_eq!(parsed("000229-0013").as_deref(), Ok("000229-0013"));
        assert_eq!(parsed("000229+0013"), Err(Misfit::Form));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert_eq!(parsed("811218-9877"), Err(Misfit::Check));
        let wrong =
            ["", "9876", "811218--9876", "19811218+9876", "811318-9876", "811218-98x6", "8112-18-9876", "811218ä876"];
        for wrong in wrong {
            assert_eq!(parsed(wrong), Err(Misfit::Form), "{wrong}");
        }
        assert_eq!(parsed("811218-0000"), Err(Misfit::Form));
    }
}
