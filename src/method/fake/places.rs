//! Real towns with the start of their postcodes and their regions, so that the pieces of an address agree.
//!
//! A place is public and shared by thousands: it is drawn whether or not it occurs in the dataset, and one that
//! everybody has, as a country, comes out as it went in.

use super::draw::{Draws, TRIES};
use super::recipe::{Recipe, TakenWords, marked};
use super::words::Words;
use crate::method::Taken;

/// The letters behind the start of a postcode; Royal Mail's inward codes leave C, I, K, M, O and V out.
const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";

/// A piece of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    City,
    Postcode,
    Region,
    Country,
}

/// The towns of a country, and which piece of their addresses is written.
pub struct Places {
    part: Part,
    names: Words,
    postcodes: Vec<Recipe>,
    /// Nothing is.
    taken: TakenWords,
}

impl Places {
    /// The towns of a locale's country; none where none are listed.
    pub fn of(locale: &str, part: Part) -> Option<Self> {
        let towns = towns(locale)?;
        let name = |town: &Town| match part {
            Part::City => town.city,
            Part::Postcode => "",
            Part::Region => town.region,
            Part::Country => town.country,
        };
        let names = Words::written(towns.iter().map(|town| name(town).to_owned()));
        let postcodes = towns.iter().map(|town| Recipe::of(marked(town.postcode, LETTERS))).collect();
        Some(Places { part, names, postcodes, taken: Recipe::of(Vec::new()).taken(&Taken::default()) })
    }

    /// Whether its fakes can be their inputs.
    pub fn can_return_input(&self) -> bool {
        self.part != Part::Postcode
    }

    /// How many bytes one takes, as a rule.
    pub fn room(&self) -> usize {
        self.names.mean_length().max(8)
    }

    /// Writes the piece; a postcode that is the input is written again, of the same town.
    pub fn write(&self, draws: &mut Draws, input: Option<&[u8]>, out: &mut Vec<u8>) {
        let town = draws.below(self.names.count());
        if self.part != Part::Postcode {
            return self.names.write(town, out);
        }
        let start = out.len();
        for _ in 0..TRIES {
            self.postcodes[town].write(draws, &self.taken, out);
            if !input.is_some_and(|input| input.eq_ignore_ascii_case(&out[start..])) {
                return;
            }
            out.truncate(start);
        }
        draws.letters(out);
    }
}

struct Town {
    city: &'static str,
    postcode: &'static str,
    region: &'static str,
    country: &'static str,
}

/// The towns below a locale's line `[locale] country`.
fn towns(locale: &str) -> Option<Vec<Town>> {
    let section = include_str!("data/places.txt")
        .split('[')
        .find_map(|section| section.strip_prefix(locale)?.strip_prefix("] "))?;
    let (country, lines) = section.split_once('\n')?;
    let town = |line: &'static str| {
        let (city, rest) = line.split_once('|')?;
        let (postcode, region) = rest.split_once('|')?;
        Some(Town { city, postcode, region, country })
    };
    lines.lines().map(town).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_town() {
        let sections = include_str!("data/places.txt").lines().filter_map(|line| line.strip_prefix('['));
        for line in sections {
            let (locale, country) = line.split_once("] ").expect("a locale and its country");
            let towns = towns(locale).expect("every line has three parts");
            assert!(towns.len() >= 7, "{locale}");
            for town in towns {
                assert_eq!(town.country, country);
                assert!(!town.city.is_empty() && !town.region.is_empty() && town.postcode.contains('#'), "{locale}");
            }
        }
    }
}
