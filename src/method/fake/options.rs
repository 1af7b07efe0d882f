//! How a column's options become a fake.

use super::kind::{self, After, Kind, Refusal, Wish};
use super::locale::{self, Locale};
use super::persona::Spread;
use super::{Fake, subjects};
use crate::document::{Fault, Section, nearest};
use crate::method::{Method, optional_text};

/// The years of an age band where none are given.
const BAND: u64 = 5;

/// The most years that a band can have.
const WIDEST: u64 = 100;

/// Takes the options of a column.
///
/// # Errors
/// Where one is unknown, or two do not go together.
pub fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let typed: String = section.required("kind")?;
    let kind = named(section, "kind", &typed, kind::KINDS, |kind| kind.name)?;
    let typed = section.optional("locale")?.unwrap_or_else(|| "en".to_owned());
    let locale = named(section, "locale", &typed, locale::LOCALES, |locale| locale.name)?;
    let domain = optional_text(section, "domain")?;
    let of = subject(section, domain.as_deref())?;
    let domain = domain.unwrap_or_else(|| format!("fake.{}", kind.name));
    let after = if of.is_some() { After::Subject } else { After::Value };
    let wish = Wish { locale, after, spread: spread(section)?, band: band(section, kind)? };
    let maker = (kind.make)(&wish).map_err(|refusal| refused(section, kind, &wish, refusal))?;
    let of = of.map(|of| (subjects::column(&of), of));
    Ok(Box::new(Fake { kind, locale, domain, of, spread: wish.spread, band: wish.band, maker }))
}

/// The column that fakes are drawn after.
fn subject(section: &mut Section<'_>, domain: Option<&str>) -> Result<Option<String>, Fault> {
    let of = optional_text(section, "of")?;
    if of.is_some() && domain.is_none() {
        let hint = "give all columns that should agree the same `domain`".to_owned();
        return Err(section.fault_at("of", "`of` takes a `domain` beside it", hint));
    }
    Ok(of)
}

fn spread(section: &mut Section<'_>) -> Result<Spread, Fault> {
    Ok(if section.optional("distinct")?.unwrap_or(false) { Spread::Distinct } else { Spread::Chance })
}

fn band(section: &mut Section<'_>, kind: &Kind) -> Result<u32, Fault> {
    let given: Option<u64> = section.optional("band")?;
    match given {
        Some(_) if kind.name != "birth_date" => {
            Err(section.fault_at("band", "`band` is for the kind \"birth_date\"", "leave it out".to_owned()))
        }
        Some(years) if !(1..=WIDEST).contains(&years) => {
            Err(section.fault_at("band", format!("`band` takes years from 1 to {WIDEST}"), None))
        }
        _ => Ok(given.unwrap_or(BAND) as u32),
    }
}

/// Says what can be had instead.
fn refused(section: &Section<'_>, kind: &Kind, wish: &Wish, refusal: Refusal) -> Fault {
    match refusal {
        Refusal::Locale => {
            let what = format!("kind \"{}\" has no source for locale \"{}\"", kind.name, wish.locale.name);
            let known = |locale: &&'static Locale| (kind.make)(&Wish { locale, ..*wish }).is_ok();
            let known: Vec<_> = locale::LOCALES.iter().filter(known).map(|locale| locale.name).collect();
            section.fault_at("locale", what, format!("it has one for: {}", known.join(", ")))
        }
        Refusal::Distinct => {
            let what = format!("fakes of kind \"{}\" cannot be promised to be distinct", kind.name);
            let can = |kind: &&Kind| (kind.make)(wish).is_ok();
            let can: Vec<_> = kind::KINDS.iter().filter(can).map(|kind| kind.name).collect();
            section.fault_at(
                "distinct",
                what,
                format!("those of these kinds can: {}; or use `pseudonym`", can.join(", ")),
            )
        }
    }
}

/// The one of `known` that has the typed name.
fn named<T>(
    section: &Section<'_>,
    option: &str,
    typed: &str,
    known: &'static [T],
    name: fn(&T) -> &'static str,
) -> Result<&'static T, Fault> {
    known.iter().find(|one| name(one) == typed).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(name).collect();
        let hint = match nearest(typed, names.iter().copied()) {
            Some(close) => format!("did you mean \"{close}\"?"),
            None => format!("known here: {}", names.join(", ")),
        };
        section.fault_at(option, format!("unknown {option} \"{typed}\""), hint)
    })
}
