//! What the name of a column says of what it holds.

use super::kind::Kind;
use super::lexicon::{LISTS, Role};
use super::words::words;

/// A table as its name tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    People,
    Organisations,
    Other,
}

impl Rows {
    /// Whose rows a table of this name has.
    pub fn of(table: &str) -> Self {
        let words = words(table);
        let is = |role| words.iter().any(|word| LISTS.is(word, role));
        match (is(Role::Event), is(Role::Organisation), is(Role::Person)) {
            (true, ..) => Rows::Other,
            (_, true, false) => Rows::Organisations,
            (_, false, true) => Rows::People,
            _ => Rows::Other,
        }
    }

    /// What stands in a structure of this name is of whom it is named after, and else of whom the rows are.
    pub fn within(self, structure: &str) -> Self {
        match Rows::of(structure) {
            Rows::Other => self,
            named => named,
        }
    }
}

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It holds that.
    Is(Kind),
    /// It holds that where values look like it: `contact` may be a name, a number or a key.
    MayBe(Kind),
    Nothing,
}

/// What the name of a column says, in a table of such rows.
pub fn meaning(rows: Rows, column: &str) -> Meaning {
    let words = words(column);
    if let Some(found) = phrase(rows, &words) {
        return found;
    }
    by_last_word(rows, &words)
}

fn phrase(rows: Rows, words: &[String]) -> Option<Meaning> {
    let (end, length, kind) =
        (1..=words.len()).rev().find_map(|end| LISTS.ends(&words[..end]).map(|(n, kind)| (end, n, kind)))?;
    let (before, behind) = (&words[..end - length], &words[end..]);
    let all: &[String] = words;
    if kind == Kind::Marital && length == 1 && behind.is_empty() && before.is_empty() {
        return Some(Meaning::Is(kind));
    }
    if let Some(turned) = turned(kind, before, behind) {
        return Some(turned);
    }
    Some(in_company(rows, kind, before, all))
}

/// What words around a phrase make of it, where it is no longer what it was.
fn turned(kind: Kind, before: &[String], behind: &[String]) -> Option<Meaning> {
    let is = |word: &String, role| LISTS.is(word, role);
    let only_filled =
        behind.iter().all(|word| is(word, Role::Filler) || word.bytes().all(|byte| byte.is_ascii_digit()));
    if before.iter().any(|word| is(word, Role::Asking)) && kind != Kind::Family {
        return Some(Meaning::Nothing);
    }
    if only_filled {
        return None;
    }
    let last = behind.last()?;
    if is(last, Role::Key) {
        // The key of an address is no key of a person, in a table of people neither.
        let of_person = before.last().is_some_and(|word| is(word, Role::Person));
        let coded = matches!(kind.class(), crate::schema::Class::Quasi | crate::schema::Class::Sensitive);
        return (!coded
            || behind.len() > 1
            || matches!(kind, Kind::City | Kind::Region | Kind::Country | Kind::Job | Kind::Employer))
        .then_some(Meaning::Is(if of_person { Kind::PersonKey } else { Kind::Key }));
    }
    if is(last, Role::Moment) {
        return (kind != Kind::BirthDate).then_some(Meaning::Is(Kind::Moment));
    }
    if is(last, Role::Attribute) {
        return Some(Meaning::Nothing);
    }
    None
}

/// What a phrase means among the words before it, in such a table.
fn in_company(rows: Rows, kind: Kind, before: &[String], all: &[String]) -> Meaning {
    let is = |role| before.iter().any(|word| LISTS.is(word, role));
    match kind {
        Kind::Employer if rows != Rows::People && !is(Role::Person) => Meaning::Is(Kind::Organisation),
        Kind::Name if all.len() == 1 => Meaning::MayBe(Kind::Name),
        Kind::Url => url(rows, before),
        Kind::Text => Meaning::MayBe(Kind::Text),
        // A way is a street in Italian, a gate one in Norwegian, and a line may be one of an address.
        Kind::Address if matches!(all[before.len()].as_str(), "via" | "gate" | "vej" | "vei" | "line") => {
            let is_address = |(_, kind)| kind == Kind::Address;
            match LISTS.ends(before) {
                found if found.is_some_and(is_address) => Meaning::Is(Kind::Address),
                _ if before.is_empty() => Meaning::MayBe(Kind::Address),
                _ => Meaning::Nothing,
            }
        }
        Kind::ProfileUrl if rows == Rows::Organisations || is(Role::Organisation) => Meaning::Is(Kind::Url),
        Kind::BankAccount if rows == Rows::Organisations => Meaning::Is(Kind::Key),
        kind => Meaning::Is(kind),
    }
}

fn url(rows: Rows, before: &[String]) -> Meaning {
    let of_person = before.iter().any(|word| LISTS.is(word, Role::Person));
    let of_thing = before.iter().any(|word| LISTS.is(word, Role::Thing) || LISTS.is(word, Role::Organisation));
    match (rows, of_person, of_thing) {
        (_, true, _) | (Rows::People, _, false) => Meaning::MayBe(Kind::ProfileUrl),
        _ => Meaning::Is(Kind::Url),
    }
}

fn by_last_word(rows: Rows, words: &[String]) -> Meaning {
    let numbered = words.iter().rposition(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(at) = numbered else { return Meaning::Nothing };
    let (last, before) = (&words[at], &words[..at]);
    if let [only] = words
        && let Some(part) = part_of_name(only)
    {
        return part;
    }
    let is = |role| LISTS.is(last, role);
    if let Some(name) = words.iter().rposition(|word| LISTS.is(word, Role::Name)) {
        return name_of(rows, &words[..name], &words[name + 1..]);
    }
    match () {
        () if is(Role::Key) => key(rows, before),
        () if is(Role::Number) => key(rows, before),
        () if is(Role::Moment) => Meaning::Is(Kind::Moment),
        () if is(Role::Attribute) => Meaning::Nothing,
        () if is(Role::Person) => Meaning::MayBe(Kind::Name),
        () if words.len() > 1 && reports_to(words) => Meaning::MayBe(Kind::PersonKey),
        () => Meaning::Nothing,
    }
}

/// Words that alone are short for something longer, if values agree.
fn part_of_name(word: &str) -> Option<Meaning> {
    Some(match word {
        "first" | "given" | "fore" | "middle" => Meaning::MayBe(Kind::FirstName),
        "last" | "family" => Meaning::MayBe(Kind::LastName),
        "uid" => Meaning::Is(Kind::PersonKey),
        _ => return None,
    })
}

fn reports_to(words: &[String]) -> bool {
    let joined = words.join(" ");
    ["reports to", "created by", "updated by", "upd by", "modified by", "approved by", "assigned to", "changed by"]
        .contains(&joined.as_str())
}

/// A key of people, or of anything else.
fn key(rows: Rows, before: &[String]) -> Meaning {
    let last = before.iter().rev().find(|word| !LISTS.is(word, Role::Key) && !LISTS.is(word, Role::Number));
    let last_is = |role| last.is_some_and(|word| LISTS.is(word, role));
    let some_is = |role| before.iter().any(|word| LISTS.is(word, role));
    match last {
        None if rows == Rows::People => Meaning::Is(Kind::PersonKey),
        Some(_) if last_is(Role::Person) && !last_is(Role::Thing) => Meaning::Is(Kind::PersonKey),
        Some(_) if some_is(Role::Person) && last.is_some_and(|word| word == "unique") => Meaning::Is(Kind::PersonKey),
        _ => Meaning::Is(Kind::Key),
    }
}

/// Whose name it is: that of the words before it, or behind it in French and Spanish.
fn name_of(rows: Rows, before: &[String], behind: &[String]) -> Meaning {
    let is = |words: &[String], role| words.iter().any(|word| LISTS.is(word, role));
    let stays = |word: &String| LISTS.is(word, Role::Filler) || LISTS.is(word, Role::Person) || word.len() <= 2;
    if !behind.iter().all(stays) && !is(behind, Role::Organisation) && !is(behind, Role::Thing) {
        return by_last_word_but_name(rows, behind);
    }
    let last = before.last().into_iter().chain(behind);
    let last_is = |role| last.clone().any(|word| LISTS.is(word, role));
    match () {
        () if last_is(Role::Person) => Meaning::Is(Kind::Name),
        () if last_is(Role::Organisation) => Meaning::Is(Kind::Organisation),
        () if is(before, Role::Thing) || is(behind, Role::Thing) => Meaning::Nothing,
        () if before.is_empty() && rows == Rows::People => Meaning::Is(Kind::Name),
        () if before.is_empty() && rows == Rows::Organisations => Meaning::Is(Kind::Organisation),
        // A name of anything: values have to say by themselves that they are people's.
        () => Meaning::Nothing,
    }
}

fn by_last_word_but_name(rows: Rows, behind: &[String]) -> Meaning {
    match behind.last() {
        Some(last) if LISTS.is(last, Role::Key) => key(rows, behind),
        Some(last) if LISTS.is(last, Role::Moment) => Meaning::Is(Kind::Moment),
        _ => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(table: &str, column: &str) -> Meaning {
        meaning(Rows::of(table), column)
    }

    #[test]
    fn names_tell_in_six_languages() {
        let known = [
            ("sähköposti", Kind::Email),
            ("Puhelinnumero", Kind::Phone),
            ("efternamn", Kind::LastName),
            ("gatuadress", Kind::Address),
            ("Geburtsdatum", Kind::BirthDate),
            ("PLZ", Kind::Postcode),
            ("code_postal", Kind::Postcode),
            ("prénom", Kind::FirstName),
            ("apellidos", Kind::LastName),
            ("correo_electronico", Kind::Email),
            ("billing_address_line_1", Kind::Address),
            ("customerName", Kind::Name),
            ("nom_client", Kind::Name),
            ("fecha_nacimiento", Kind::BirthDate),
            ("lieferadresse", Kind::Address),
        ];
        for (column, kind) in known {
            assert_eq!(of("t", column), Meaning::Is(kind), "{column}");
        }
    }

    #[test]
    fn what_is_about_a_thing_is_not_the_thing() {
        for column in ["email_verified", "phone_type", "has_email", "PhoneService", "card_brand", "address_count"] {
            assert_eq!(of("t", column), Meaning::Nothing, "{column}");
        }
        assert_eq!(of("t", "email_sent_at"), Meaning::Is(Kind::Moment));
        assert_eq!(of("t", "address_id"), Meaning::Is(Kind::Key));
        assert_eq!(
            (of("t", "product_name"), of("t", "company_name")),
            (Meaning::Nothing, Meaning::Is(Kind::Organisation))
        );
    }

    #[test]
    fn keys_of_people_are_told_from_others() {
        for column in ["customer_id", "userId", "kundnr", "asiakasnumero", "EmployeeKey", "kd_nr"] {
            assert_eq!(of("t", column), Meaning::Is(Kind::PersonKey), "{column}");
        }
        assert_eq!((of("orders", "order_id"), of("products", "id")), (Meaning::Is(Kind::Key), Meaning::Is(Kind::Key)));
        assert_eq!(of("users", "id"), Meaning::Is(Kind::PersonKey));
        assert_eq!(of("customers", "address_id"), Meaning::Is(Kind::Key));
    }
}
