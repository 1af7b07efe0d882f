//! The kinds of fakes, each with what is reserved for such fakes and by whom.

use super::locale::Locale;
use super::maker::Maker;
use super::persona::{Form, Persona, Spread};
use super::places::{Part, Places};
use super::recipe::{Piece, Recipe};
use super::{birth, national, network, numbers, plate, prose};

mod recipes;

use recipes::{city, company, email, name, phone, street, user_name};

/// What a fake is a fake of.
pub struct Kind {
    pub name: &'static str,
    /// What a value becomes, for the approval request.
    pub words: &'static str,
    /// The range that is reserved for such fakes, and by whom; or that there is none.
    pub reserved: &'static str,
    /// What makes one as it is wished.
    pub make: fn(&Wish) -> Result<Maker, Refusal>,
}

/// What a column's options ask of a kind.
pub struct Wish {
    pub locale: &'static Locale,
    pub after: After,
    pub spread: Spread,
    /// The years of an age band.
    pub band: u32,
}

/// What a fake is drawn after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    Value,
    Subject,
}

/// Why a kind cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is known of the locale.
    Locale,
    /// Its fakes are too few, or carry nothing that tells values apart.
    Distinct,
}

const CHANCE: &str = "no range is reserved: one can be somebody's by chance";
const PUBLIC: &str = "real and public places; no person's";
const HOSTS: &str = "example.com, example.net and example.org (RFC 2606, section 3)";
const PHONES: &str = "en and others: 555-0100 to 555-0199 (ATIS-0300115); en_gb, cy_gb: Ofcom's numbers for drama; \
     de: Bundesnetzagentur, notice 148/2021; fr: ARCEP, decision 2018-0881; sv: PTS, numbers for books and films";

/// Every kind.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "first_name",
        words: "a first name from a list",
        reserved: CHANCE,
        make: |wish| person(wish, Form::First, |wish| recipes::listed(wish.locale.first_names)),
    },
    Kind {
        name: "last_name",
        words: "a last name from a list",
        reserved: CHANCE,
        make: |wish| person(wish, Form::Last, |wish| recipes::listed(wish.locale.last_names)),
    },
    Kind {
        name: "name",
        words: "an invented person's name",
        reserved: CHANCE,
        make: |wish| person(wish, Form::Name, |wish| name(wish.locale)),
    },
    Kind {
        name: "email",
        words: "an invented e-mail address that reaches nobody (RFC 2606)",
        reserved: HOSTS,
        make: |wish| person(wish, Form::Email, |wish| email(wish.locale, wish.spread)),
    },
    Kind {
        name: "phone",
        words: "a phone number from a range reserved for fiction",
        reserved: PHONES,
        make: |wish| by_chance(wish, phone(wish.locale)),
    },
    Kind {
        name: "street",
        words: "an invented street and number",
        reserved: CHANCE,
        make: |wish| by_chance(wish, street(wish.locale)),
    },
    Kind { name: "city", words: "an invented city", reserved: CHANCE, make: town },
    Kind {
        name: "company",
        words: "an invented company name",
        reserved: CHANCE,
        make: |wish| by_chance(wish, company(wish.locale)),
    },
    Kind {
        name: "user_name",
        words: "an invented user name",
        reserved: CHANCE,
        make: |wish| person(wish, Form::UserName, |wish| user_name(wish.locale, wish.spread)),
    },
    Kind {
        name: "postcode",
        words: "a postcode of a large town",
        reserved: PUBLIC,
        make: |wish| place(wish, Part::Postcode),
    },
    Kind {
        name: "region",
        words: "the region of a large town",
        reserved: PUBLIC,
        make: |wish| place(wish, Part::Region),
    },
    Kind { name: "country", words: "the locale's country", reserved: PUBLIC, make: |wish| place(wish, Part::Country) },
    Kind {
        name: "iban",
        words: "a valid account number of no bank",
        reserved: numbers::IBAN,
        make: |wish| by_chance(wish, numbers::iban(wish.locale.name)),
    },
    Kind {
        name: "card",
        words: "a valid card number of no network",
        reserved: numbers::CARD,
        make: |wish| by_chance(wish, Recipe::made(numbers::card, 16)),
    },
    Kind {
        name: "national_id",
        words: "a valid identity number from a range that no register issues",
        reserved: national::RESERVED,
        make: |wish| by_chance(wish, national::number(wish.locale.name).ok_or(Refusal::Locale)?),
    },
    Kind {
        name: "ip",
        words: "an IP address for documentation (RFC 5737, RFC 3849)",
        reserved: "192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737), 2001:db8::/32 (RFC 3849)",
        make: |wish| alike(wish, network::ip),
    },
    Kind {
        name: "mac",
        words: "a hardware address that is assigned to nobody",
        reserved: "x6-…: unicast, local, of the quadrant kept for later (IEEE 802c-2017, RFC 8948); RFC 9542's \
             00-00-5E-00-53-xx for documentation are 256 only",
        make: |wish| by_chance(wish, Recipe::made(network::mac, 17)),
    },
    Kind {
        name: "url",
        words: "an invented web address on a host for documentation (RFC 2606)",
        reserved: HOSTS,
        make: |wish| told_apart(wish, network::url(Piece::Letters), network::url(Piece::OwnLetters)),
    },
    Kind {
        name: "user_agent",
        words: "the name of a program that does not exist",
        reserved: "no range is reserved; the names are made up",
        make: |wish| by_chance(wish, Recipe::made(network::user_agent, 44)),
    },
    Kind {
        name: "uuid",
        words: "a UUID of version 8",
        reserved: "version 8, whose bits are the vendor's (RFC 9562, section 5.8)",
        make: |wish| told_apart(wish, Recipe::made(network::uuid, 36), Recipe::made(network::own_uuid, 36)),
    },
    Kind {
        name: "plate",
        words: "a number plate in the country's form",
        reserved: CHANCE,
        make: |wish| by_chance(wish, plate::plate(wish.locale.name)),
    },
    Kind {
        name: "birth_date",
        words: "another date of birth in the same age band",
        reserved: CHANCE,
        make: |wish| chance(wish, Maker::Birth(birth::Band::of(wish.band))),
    },
    Kind {
        name: "text",
        words: "meaningless text of like length",
        reserved: "no range is reserved; the words are \"lorem ipsum\"",
        make: |wish| alike(wish, prose::lorem),
    },
];

/// A maker that promises nothing of distinct values.
fn chance(wish: &Wish, maker: Maker) -> Result<Maker, Refusal> {
    match wish.spread {
        Spread::Chance => Ok(maker),
        Spread::Distinct => Err(Refusal::Distinct),
    }
}

fn by_chance(wish: &Wish, recipe: Recipe) -> Result<Maker, Refusal> {
    chance(wish, Maker::Recipe(recipe))
}

fn alike(wish: &Wish, write: super::maker::Like) -> Result<Maker, Refusal> {
    chance(wish, Maker::Like(write))
}

fn told_apart(wish: &Wish, by_chance: Recipe, distinct: Recipe) -> Result<Maker, Refusal> {
    Ok(Maker::Recipe(if wish.spread == Spread::Distinct { distinct } else { by_chance }))
}

/// Names of a subject, or each by itself.
fn person(wish: &Wish, form: Form, alone: fn(&Wish) -> Recipe) -> Result<Maker, Refusal> {
    if wish.spread == Spread::Distinct && !matches!(form, Form::Email | Form::UserName) {
        return Err(Refusal::Distinct);
    }
    Ok(match wish.after {
        After::Value => Maker::Recipe(alone(wish)),
        After::Subject => Maker::Persona(Box::new(Persona::of(wish.locale, form, wish.spread))),
    })
}

fn place(wish: &Wish, part: Part) -> Result<Maker, Refusal> {
    chance(wish, Maker::Places(Places::of(wish.locale.name, part).ok_or(Refusal::Locale)?))
}

/// A real town of a subject, or an invented one.
fn town(wish: &Wish) -> Result<Maker, Refusal> {
    match wish.after {
        After::Value => by_chance(wish, city(wish.locale)),
        After::Subject => place(wish, Part::City),
    }
}
