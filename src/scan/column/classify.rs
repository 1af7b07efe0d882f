//! What a column holds: a pure function of its name, its type, and facts about sampled values.

use arrow::datatypes::DataType;

use super::facts::{Facts, Like};
use super::is_of_a_code;
use super::kind::Kind;
use super::meaning::{Meaning, Rows, meaning};
use super::shape::Form;

/// What speaks for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    Nothing,
    Name,
    Values,
    Both,
}

impl Evidence {
    /// The words for it in a comment.
    pub fn words(self) -> &'static str {
        match self {
            Evidence::Nothing => "neither its name nor its values tell",
            Evidence::Name => "by its name",
            Evidence::Values => "by its values",
            Evidence::Both => "by its name and its values",
        }
    }

    /// Whether values speak for it.
    pub fn is_of_values(self) -> bool {
        matches!(self, Evidence::Values | Evidence::Both)
    }
}

/// What a column holds, and why that is thought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    pub evidence: Evidence,
}

/// Most values have to agree.
const MOST: f32 = 0.8;
/// More than half.
const MANY: f32 = 0.5;
/// A few are enough where one is a harm.
const SOME: f32 = 0.04;

/// What a column of a table with such rows holds.
pub fn classify(rows: Rows, name: &str, data_type: &DataType, facts: &Facts) -> Finding {
    let said = meaning(rows, name);
    let shown = if facts.values == 0 { None } else { shown(facts) };
    if let Some(kind) = shown {
        let agrees = matches!(said, Meaning::Is(named) | Meaning::MayBe(named) if named == kind);
        let narrower = matches!(
            (said, kind),
            (Meaning::Is(Kind::BankAccount), Kind::Iban) | (Meaning::Is(Kind::FirstName | Kind::LastName), Kind::Name)
        );
        if !narrower {
            return Finding { kind, evidence: if agrees { Evidence::Both } else { Evidence::Values } };
        }
    }
    // A key of digits can be anything, but not by chance the number of a person with its check digit, again and again.
    if matches!(said, Meaning::Is(Kind::Key | Kind::PersonKey))
        && let Some(kind) = written_so(facts).filter(|kind| matches!(kind, Kind::NationalId | Kind::Phone))
    {
        return Finding { kind, evidence: Evidence::Values };
    }
    // A code of a few is rather a word for each of them, as of currencies or discounts.
    let is_key = matches!(said, Meaning::Is(Kind::Key | Kind::PersonKey));
    let said = if is_key && is_of_a_code(name) && facts.is_category() { Meaning::Nothing } else { said };
    named(said, data_type, facts).unwrap_or_else(|| by_values(disproved(said), data_type, facts))
}

/// What a name says still, where values are not what it says: of people's own, nothing.
fn disproved(said: Meaning) -> Meaning {
    match said {
        Meaning::Is(Kind::Email | Kind::Phone | Kind::Ip | Kind::Mac | Kind::Iban | Kind::Card) => Meaning::Nothing,
        said => said,
    }
}

/// The kind of name that a column beside another one of names holds, where its values may be names: what lists know of them is not
/// much, but in company it is enough.
pub fn beside_names(beside: Kind, data_type: &DataType, facts: &Facts) -> Option<Finding> {
    let (kind, like) = match beside {
        Kind::FirstName => (Kind::LastName, Like::Family),
        Kind::LastName => (Kind::FirstName, Like::Given),
        _ => return None,
    };
    let is_of_names = takes(kind, data_type)
        && facts.only_words() >= MOST
        && facts.capitals() >= MOST
        && facts.words() < 2.0
        && facts.distinct_ratio() >= MANY;
    let (share, place) = (facts.likely(like), facts.likely(Like::Place));
    (is_of_names && share >= 0.25 && share > place).then_some(Finding { kind, evidence: Evidence::Values })
}

/// What values show whatever the column is called.
fn shown(facts: &Facts) -> Option<Kind> {
    let by_form = [
        (Form::Email, Kind::Email),
        (Form::Mac, Kind::Mac),
        (Form::Ip, Kind::Ip),
        (Form::Iban, Kind::Iban),
        (Form::Card, Kind::Card),
    ];
    by_form.into_iter().find(|(form, _)| facts.form(*form) >= MOST).map(|(_, kind)| kind)
}

/// What the name says, where values do not speak against it.
fn named(said: Meaning, data_type: &DataType, facts: &Facts) -> Option<Finding> {
    let kind = match said {
        // What a text or a path has in it, only values tell.
        Meaning::Is(Kind::Text | Kind::Url) | Meaning::MayBe(_) | Meaning::Nothing => return None,
        Meaning::Is(kind) => kind,
    };
    let fits = facts.values == 0 || fits(kind, data_type, facts);
    (fits && takes(kind, data_type)).then(|| {
        let evidence = if facts.values > 0 && is_telling(kind, facts) { Evidence::Both } else { Evidence::Name };
        Finding { kind, evidence }
    })
}

/// Whether a type can hold such values at all.
fn takes(kind: Kind, data_type: &DataType) -> bool {
    match data_type {
        DataType::Boolean => !kind.is_direct() && kind != Kind::Key,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => matches!(kind, Kind::BirthDate | Kind::Moment),
        // Digits of a time of day are nobody's number.
        DataType::Time32(_) | DataType::Time64(_) => kind == Kind::Moment,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => !matches!(
            kind,
            Kind::Email | Kind::Name | Kind::FirstName | Kind::LastName | Kind::Username | Kind::Address
        ),
        _ => true,
    }
}

/// Whether values can be what the name says.
fn fits(kind: Kind, data_type: &DataType, facts: &Facts) -> bool {
    let dated = facts.form(Form::Date) >= MANY;
    if kind.is_direct() && (facts.is_choice() || (dated && kind != Kind::NationalId)) {
        return false;
    }
    match kind {
        Kind::Email => facts.form(Form::Email) >= 0.3,
        Kind::Phone | Kind::BankAccount => facts.five_digits() >= MANY,
        Kind::Card => facts.twelve_digits() >= MANY || facts.form(Form::Card) >= 0.3,
        Kind::Iban => facts.some_digits() >= MANY && facts.length() >= 10.0,
        Kind::Ip => facts.form(Form::Ip) >= 0.3 || (facts.only_digits() >= MOST && facts.length() >= 8.0),
        Kind::Mac => facts.form(Form::Mac) >= 0.3 || (facts.length() >= 12.0 && facts.some_spaces() < MANY),
        Kind::NationalId => facts.some_digits() >= MANY && facts.length() >= 6.0,
        Kind::Passport | Kind::DriverLicence | Kind::Licence | Kind::Plate => {
            facts.some_digits() >= 0.3 && facts.length() <= 25.0
        }
        Kind::DeviceId => facts.length() >= 6.0,
        Kind::Username => facts.some_spaces() < MANY && facts.form(Form::Number) < MANY,
        Kind::Secret => facts.length() >= 2.0,
        Kind::Name | Kind::FirstName | Kind::LastName => {
            facts.some_letters() >= MOST && facts.some_digits() < 0.3 && facts.words() < 6.0
        }
        Kind::Address => {
            !facts.is_category()
                && facts.some_letters() >= MANY
                && facts.form(Form::Ip) < MANY
                && facts.form(Form::Email) < MANY
        }
        Kind::PersonKey => !matches!(data_type, DataType::Boolean) && facts.words() < 3.0,
        Kind::BirthDate => dated || facts.only_digits() >= MANY || !matches!(data_type, DataType::Utf8),
        Kind::Age => facts.length() <= 12.0,
        Kind::Coordinate => facts.some_digits() >= MANY,
        Kind::Gender | Kind::Marital | Kind::Family => facts.values < 30 || facts.distinct <= 20,
        Kind::Postcode => facts.some_digits() >= MANY && facts.length() <= 12.0,
        Kind::City | Kind::Employer => facts.some_letters() >= MANY,
        Kind::Moment => dated || facts.some_digits() >= MANY || facts.is_category(),
        _ => true,
    }
}

/// Whether values look like what the name says.
fn is_telling(kind: Kind, facts: &Facts) -> bool {
    let form = |form| facts.form(form) >= MANY;
    match kind {
        Kind::Email => form(Form::Email),
        Kind::Phone => form(Form::Phone) || facts.five_digits() >= MOST,
        Kind::Ip => form(Form::Ip),
        Kind::Mac => form(Form::Mac),
        Kind::Iban => form(Form::Iban),
        Kind::Card => form(Form::Card),
        Kind::Address => form(Form::Street),
        Kind::BirthDate => form(Form::Date),
        Kind::Name | Kind::FirstName | Kind::LastName => facts.only_words() >= MOST && facts.capitals() >= MANY,
        Kind::Age => facts.only_digits() >= MOST && facts.longest <= 3,
        Kind::Postcode => facts.some_digits() >= MOST,
        Kind::NationalId => facts.found_whole().any(|(found, share)| share >= MANY && national(found)),
        _ => false,
    }
}

/// What values alone show, where the name says nothing that holds.
fn by_values(said: Meaning, data_type: &DataType, facts: &Facts) -> Finding {
    let of = |kind| Finding { kind, evidence: Evidence::Values };
    let wants = |kind| said == Meaning::MayBe(kind) || said == Meaning::Is(kind);
    if facts.values == 0 {
        return match said {
            Meaning::Is(kind @ Kind::Url)
            | Meaning::MayBe(kind @ (Kind::Text | Kind::Name | Kind::ProfileUrl | Kind::PersonKey)) => {
                Finding { kind, evidence: Evidence::Name }
            }
            _ => Finding { kind: Kind::Other, evidence: Evidence::Nothing },
        };
    }
    if let Some(kind) = likely_name(said, facts).or_else(|| recognised(facts)).filter(|kind| takes(*kind, data_type)) {
        return of(kind);
    }
    for kind in [Kind::FirstName, Kind::LastName] {
        if wants(kind)
            && facts.only_words() >= MOST
            && facts.capitals() >= MANY
            && facts.words() < 3.0
            && !facts.is_category()
        {
            return Finding { kind, evidence: Evidence::Both };
        }
    }
    if wants(Kind::Name) && looks_like_names(facts) {
        return Finding { kind: Kind::Name, evidence: Evidence::Both };
    }
    if has_phones(facts) && takes(Kind::Phone, data_type) {
        return of(Kind::Phone);
    }
    if wants(Kind::PersonKey) && facts.form(Form::Number) >= MANY && !facts.is_choice() {
        return Finding { kind: Kind::PersonKey, evidence: Evidence::Name };
    }
    let is_street = facts.form(Form::Street) >= MOST && facts.addressed() >= 0.3 && !facts.is_category();
    if is_street || wants(Kind::Address) && facts.form(Form::Street) >= MANY {
        return of(Kind::Address);
    }
    if is_personal_text(said, facts) {
        return of(Kind::PersonalText);
    }
    if wants(Kind::ProfileUrl) && facts.form(Form::Url) >= MANY {
        return Finding { kind: Kind::ProfileUrl, evidence: Evidence::Both };
    }
    if said == Meaning::Is(Kind::Url) && facts.some_letters() >= MANY {
        return Finding { kind: Kind::Url, evidence: Evidence::Name };
    }
    let is_text = matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    if is_text && ((wants(Kind::Text) && facts.words() >= 2.0 && !facts.is_category()) || facts.words() >= 5.0) {
        return Finding {
            kind: Kind::Text,
            evidence: if wants(Kind::Text) { Evidence::Both } else { Evidence::Values },
        };
    }
    of(plain(data_type, facts))
}

/// Names of people, as the lists of names know them, and not of places.
fn likely_name(said: Meaning, facts: &Facts) -> Option<Kind> {
    let expected = said == Meaning::MayBe(Kind::Name);
    let may_be = expected || (said == Meaning::Nothing && !facts.is_category());
    if !may_be || facts.is_choice() || facts.only_words() < MOST {
        return None;
    }
    let least = if expected { 0.4 } else { 0.6 };
    let [given, family, full, place, common] =
        [Like::Given, Like::Family, Like::Full, Like::Place, Like::Common].map(|like| facts.likely(like));
    // `Red`, `Green` and `Brown` are names as well.
    let repeats = facts.values < 30 && facts.distinct_ratio() <= 0.6;
    if !expected && (common >= MANY || repeats) {
        return None;
    }
    let named = [(Kind::Name, full), (Kind::LastName, family), (Kind::FirstName, given)];
    let (kind, share) = named.into_iter().max_by(|left, right| left.1.total_cmp(&right.1))?;
    (share >= least && share > place).then_some(kind)
}

/// What the recognisers take whole, most of it.
fn recognised(facts: &Facts) -> Option<Kind> {
    if facts.is_choice() {
        return None;
    }
    if facts.numbered() >= 0.95 && facts.distinct >= 5 {
        return Some(Kind::NationalId);
    }
    written_so(facts)
}

/// What recognisers take whole as it is written, without a word beside it.
fn written_so(facts: &Facts) -> Option<Kind> {
    facts.found_whole().find_map(|(found, share)| {
        let kind = kind_of(found)?;
        let least = if matches!(kind, Kind::NationalId | Kind::Phone) { MOST } else { 0.6 };
        (share >= least).then_some(kind)
    })
}

/// Two or three words with capitals, and not the same few again and again.
fn looks_like_names(facts: &Facts) -> bool {
    facts.only_words() >= MOST && facts.two_words() >= MANY && facts.capitals() >= MOST && !facts.is_choice()
}

/// Numbers of which most are written as telephone numbers are; order numbers have no such signs.
fn has_phones(facts: &Facts) -> bool {
    let (written, bare) = (facts.form(Form::Phone), facts.form(Form::Number));
    written >= MANY && written + bare >= 0.9 && facts.five_digits() >= 0.9 && !facts.is_category()
}

/// What a span's kind is as a column.
fn kind_of(found: &str) -> Option<Kind> {
    Some(match found {
        "EMAIL" => Kind::Email,
        "PHONE" => Kind::Phone,
        "CARD" => Kind::Card,
        "IBAN" => Kind::Iban,
        "IP" => Kind::Ip,
        "MAC" => Kind::Mac,
        "ADDRESS" => Kind::Address,
        "USERNAME" => Kind::Username,
        "PASSPORT" => Kind::Passport,
        "DRIVER_LICENSE" => Kind::DriverLicence,
        "BANK_ACCOUNT" => Kind::BankAccount,
        "PLATE" => Kind::Plate,
        "DOB" => Kind::BirthDate,
        "GEO" => Kind::Coordinate,
        "CRYPTO" | "SECRET" | "TOKEN" => Kind::Secret,
        other if national(other) => Kind::NationalId,
        _ => return None,
    })
}

/// Whether a span's kind is that of a national identifier: those are called `CC_NAME`.
fn national(found: &str) -> bool {
    found.len() > 3 && found.as_bytes()[2] == b'_' && found[..2].bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether a text has people in it: numbers of theirs, or their names.
fn is_personal_text(said: Meaning, facts: &Facts) -> bool {
    let prose = facts.words() >= 3.0;
    let long = facts.length() >= 12.0;
    let named = said == Meaning::MayBe(Kind::Text) || said == Meaning::Is(Kind::Url) || said == Meaning::Is(Kind::Text);
    // Telephone numbers and addresses of mail in one column, as where another says which they are.
    let mixed = facts.with_number() >= MOST;
    (facts.with_number() >= SOME && long && (prose || named || mixed))
        || (facts.with_somebody() >= 0.25 && prose && facts.words() >= 4.0)
}

/// What tells nothing of a person.
fn plain(data_type: &DataType, facts: &Facts) -> Kind {
    match data_type {
        DataType::Boolean => Kind::Flag,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) | DataType::Time32(_) | DataType::Time64(_) => {
            Kind::Moment
        }
        _ if facts.form(Form::Date) >= MOST => Kind::Moment,
        _ if facts.form(Form::Url) >= MOST => Kind::Url,
        _ if facts.is_choice() => Kind::Flag,
        _ if facts.is_category() => Kind::Category,
        _ if facts.form(Form::Uuid) >= MOST => Kind::Key,
        _ if facts.form(Form::Number) >= MOST => Kind::Number,
        _ => Kind::Other,
    }
}
