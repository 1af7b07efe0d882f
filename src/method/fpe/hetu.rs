//! Finnish personal identity codes (henkilötunnus): `DDMMYYCZZZQ`, by decree 128/2010 and act 661/2009.
//!
//! `C` says the century: `+` 1800, `-` and since 2023 also `Y X W V U` 1900, `A` and `B C D E F` 2000. `ZZZ` is from
//! 002 to 899 for a person, from 900 to 999 for a temporary code; `Q` is the other digits modulo 31.
//!
//! Day and number are encrypted together. What stays readable is whether the code is a temporary one, and whether its
//! mark is the first of its century or which of the later ones, since systems that do not know those yet are to be
//! tested with data that has none. The century does not stay, and neither does the sex, which the number says.

use std::io::Write;
use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::days::{Days, Years, day_of, number};
use super::form::Format;
use super::misfit::Misfit;
use super::work::Work;

/// The first year of each century and its marks.
const CENTURIES: [(u16, &[u8]); 3] = [(1800, b"+"), (1900, b"-YXWVU"), (2000, b"ABCDEF")];

const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

const PERSONS: RangeInclusive<u16> = 2..=899;
const TEMPORARY: RangeInclusive<u16> = 900..=999;

/// Codes of people born in some years.
pub struct Hetu {
    years: Years,
    all: Days,
    /// The days for which there are later marks.
    since_1900: Days,
}

/// A code without what follows from the rest.
struct Code {
    day: Date,
    /// The place of the mark among those of its century.
    mark: usize,
    serial: u16,
}

impl Hetu {
    pub fn new(years: Years) -> Self {
        Hetu { years, all: years.days(), since_1900: years.since_1900() }
    }
}

impl Code {
    fn parse(text: &str) -> Result<Self, Misfit> {
        let code = Code::of(text.as_bytes()).ok_or(Misfit::Form)?;
        if code.check() == text.as_bytes().last().copied() { Ok(code) } else { Err(Misfit::Check) }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let &[d, dd, m, mm, y, yy, mark, z, zz, zzz, _] = bytes else { return None };
        let marks = CENTURIES.iter().find_map(|(year, marks)| Some((year, marks.iter().position(|one| *one == mark)?)));
        let (century, mark) = marks?;
        let day = day_of(century + number(&[y, yy])?, number(&[m, mm])?, number(&[d, dd])?)?;
        Some(Code { day, mark, serial: number(&[z, zz, zzz])? })
    }

    /// The numbers of which this code has one; there are none below 002.
    fn serials(&self) -> Result<RangeInclusive<u16>, Misfit> {
        [PERSONS, TEMPORARY].into_iter().find(|range| range.contains(&self.serial)).ok_or(Misfit::Form)
    }

    fn check(&self) -> Option<u8> {
        let (day, month, year) = (self.day.day() as u32, self.day.month() as u32, self.day.year() as u32 % 100);
        let digits = (day * 10_000 + month * 100 + year) * 1_000 + u32::from(self.serial);
        CHECKS.get(digits as usize % CHECKS.len()).copied()
    }

    fn write(&self, out: &mut Vec<u8>) -> Option<()> {
        let year = self.day.year() as u16;
        let (_, marks) = CENTURIES.iter().rfind(|(first, _)| *first <= year)?;
        let (mark, check) = (char::from(*marks.get(self.mark)?), char::from(self.check()?));
        let (day, month, serial) = (self.day.day(), self.day.month(), self.serial);
        write!(out, "{day:02}{month:02}{:02}{mark}{serial:03}{check}", year % 100).ok()
    }
}

impl Format for Hetu {
    fn encrypt(&self, work: &mut Work, text: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
        let mut code = Code::parse(text)?;
        let serials = code.serials()?;
        let days = if code.mark == 0 { &self.all } else { &self.since_1900 };
        let place = days.place(code.day).ok_or(Misfit::Range)?;
        let count = serials.len() as u128;
        let rank = place * count + u128::from(code.serial - serials.start());
        let tweak = [b'h', b'e', b't', b'u', code.mark as u8, u8::from(serials == TEMPORARY)];
        let rank = work.encrypt_rank(&tweak, rank, days.count() * count)?;
        (code.day, code.serial) = (days.at(rank / count), serials.start() + (rank % count) as u16);
        code.write(out).ok_or(Misfit::Form)
    }

    fn words(&self) -> String {
        format!(
            "a personal identity code of Finland {} and a right check character; whether it is a temporary one stays \
             readable, and which of the marks of its century it has",
            self.years.words()
        )
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        vec![("check", "hetu".to_owned()), self.years.option()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, Misfit> {
        let code = Code::parse(text)?;
        code.serials()?;
        let mut out = Vec::new();
        code.write(&mut out).ok_or(Misfit::Form)?;
        Ok(String::from_utf8(out).expect("it is text"))
    }

    /// 131052-308T is the example of the Digital and Population Data Services Agency; others follow from the rule.
    #[test]
    fn codes_are_read_and_written() {
        for code in ["131052-308T", "131052Y308T", "010594Y9032", "290200A002R", "010100+9007"] {
            let digits: u32 = format!("{}{}", &code[..6], &code[7..10]).parse().expect("digits");
            let right = format!("{}{}", &code[..10], char::from(CHECKS[digits as usize % 31]));
            assert_eq!(parsed(&right), Ok(right));
        }
        assert_eq!(parsed("131052-308T").as_deref(), Ok("131052-308T"));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        assert_eq!(parsed("131052-308U"), Err(Misfit::Check));
        for wrong in ["", "131052-308", "131052B-308T", "310252-308T", "131052*308T", "1310520308T", "1310x2-308T"] {
            assert_eq!(parsed(wrong), Err(Misfit::Form), "{wrong}");
        }
    }
}
