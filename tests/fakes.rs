//! Fakes reach nobody, agree on a subject, and are told apart where that is asked for.
//!
//! What a published range is stands here once more, and is checked by other means than fakes are made by.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::take;
use arrow::datatypes::DataType;
use jiff::civil::Date;
use proptest::prelude::*;
use verho::detect::Known;
use verho::document::{Document, Fault, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{Context, Keys, Method, Taken, fakes, find};

const MANY: usize = 100_000;

/// How many distinct values are told apart: as many as `VERHO_DISTINCT` says, or a million.
fn distinct() -> usize {
    std::env::var("VERHO_DISTINCT").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000)
}

fn parse(options: &str) -> Result<Box<dyn Method>, Fault> {
    let document = Document::of(Path::new("table.toml"), format!("column = {{ method = \"fake\", {options} }}\n"));
    let mut section: Section = document.root()?.required("column")?;
    let name: String = section.required("method")?;
    let method = (find(&name).expect("it is in the catalogue").parse)(&mut section)?;
    section.finish()?;
    Ok(method)
}

fn fake(options: &str) -> Box<dyn Method> {
    parse(options).unwrap_or_else(|fault| panic!("{options}: {fault}"))
}

fn apply_with(fake: &dyn Method, input: &ArrayRef, beside: &[ArrayRef], taken: &Taken) -> ArrayRef {
    let domains = fake.domains().into_iter();
    let keys = Keys::new(domains.map(|domain| (domain.to_owned(), DomainKey::new([7; 32]))));
    fake.apply(input, &Context { keys: &keys, taken, known: &Known::none(), beside }).expect("the plan takes the type")
}

fn texts(values: impl IntoIterator<Item = impl Into<String>>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values.into_iter().map(Into::into)))
}

fn list(array: &ArrayRef) -> Vec<String> {
    array.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

/// The fakes of values `0`, `1` and so on.
fn fakes_of(options: &str, count: usize) -> Vec<String> {
    list(&apply_with(&*fake(options), &texts((0..count).map(|value| value.to_string())), &[], &Taken::default()))
}

#[test]
fn words_say_whose_form_fakes_have() {
    let words = |options: &str| fake(options).words();
    for locale in ["en", "en_gb", "de", "fr", "sv"] {
        let phone = format!("kind = \"phone\", locale = \"{locale}\"");
        assert!(words(&phone).contains(&format!("in the form of locale \"{locale}\"")), "{}", words(&phone));
    }
    for locale in ["fi", "it", "ja", "nl", "tr"] {
        let phone = format!("kind = \"phone\", locale = \"{locale}\"");
        assert!(words(&phone).contains("in the form of North America"), "{}", words(&phone));
        assert!(fakes_of(&phone, 20).iter().all(|number| number.starts_with("+1 ")));
    }
    assert!(!words("kind = \"card\", locale = \"fi\"").contains("form of"));
}

/// Digits, and letters as numbers from 10: what ISO 13616 divides by 97.
fn rest_of_97(text: &str) -> u32 {
    let digits = text.chars().map(|c| c.to_digit(36).expect("a letter or a digit").to_string()).collect::<String>();
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
}

fn luhn_holds(digits: &str) -> bool {
    let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let digits = digits.bytes().rev().map(|digit| usize::from(digit - b'0')).enumerate();
    digits.map(|(at, digit)| if at % 2 == 1 { doubled[digit] } else { digit }).sum::<usize>() % 10 == 0
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or_else(|_| panic!("{text} is a number"))
}

fn in_form(text: &str, form: &str) -> bool {
    let fits = |(found, wanted): (char, char)| match wanted {
        '#' => found.is_ascii_digit(),
        '?' => found.is_ascii_uppercase(),
        wanted => found == wanted,
    };
    text.chars().count() == form.len() && text.chars().zip(form.chars()).all(fits)
}

#[test]
fn accounts_and_cards_are_valid_and_nobodys() {
    for (locale, length, start) in [("de", 22, "DE"), ("fi", 18, "FI"), ("en", 22, "XX"), ("sv", 22, "XX")] {
        for iban in fakes_of(&format!(r#"kind = "iban", locale = "{locale}""#), MANY) {
            let (head, account) = iban.split_at(4);
            assert!(iban.len() == length && head.starts_with(start) && account.bytes().all(|b| b.is_ascii_digit()));
            assert_eq!(rest_of_97(&format!("{account}{head}")), 1, "{iban}");
            assert!((2..=98).contains(&number(&head[2..])), "{iban}");
            assert!(locale != "de" || account.starts_with('9'), "{iban}");
            assert!(locale != "fi" || account.starts_with('0') && luhn_holds(account), "{iban}");
        }
    }
    for card in fakes_of(r#"kind = "card""#, MANY) {
        assert!(card.len() == 16 && card.starts_with("9999") && luhn_holds(&card), "{card}");
    }
}

#[test]
fn identity_numbers_are_valid_and_nobodys() {
    let numbers = |locale: &str| fakes_of(&format!(r#"kind = "national_id", locale = "{locale}""#), MANY);
    for code in numbers("fi") {
        assert!(in_form(&code[..6], "######") && in_form(&code[7..10], "###") && number(&code[7..10]) >= 900, "{code}");
        let century = if &code[6..7] == "A" { 2000 } else { 1900 };
        date(century + number(&code[4..6]), number(&code[2..4]), number(&code[..2]));
        let rest = number(&format!("{}{}", &code[..6], &code[7..10])) % 31;
        assert_eq!(&code[10..], &"0123456789ABCDEFHJKLMNPRSTUVWXY"[rest as usize..][..1], "{code}");
    }
    for code in numbers("sv") {
        assert!(in_form(&code, "######-####") && number(&code[7..10]) >= 980 && number(&code[..2]) < 90, "{code}");
        date(1900 + number(&code[..2]), number(&code[2..4]), number(&code[4..6]));
        assert!(luhn_holds(&code.replace('-', "")), "{code}");
    }
    for code in numbers("de") {
        assert!(in_form(&code, "0##########"), "{code}");
        let times = ('0'..='9').map(|digit| code[..10].matches(digit).count());
        let times: Vec<_> = times.filter(|times| *times != 1).collect();
        assert!(times == [0, 2] || times == [2, 0], "{code}");
        let rest = code.bytes().fold(10, |rest, digit| {
            let sum = (rest + u32::from(digit - b'0')) % 10;
            if sum == 0 { 20 % 11 } else { sum * 2 % 11 }
        });
        // The check digit comes last and undoubled: 6 is the inverse of 2 modulo 11.
        assert_eq!(rest * 6 % 11, 1, "{code}");
    }
    for code in numbers("en") {
        let (area, group, serial) = (number(&code[..3]), number(&code[4..6]), number(&code[7..]));
        assert!(in_form(&code, "###-##-####") && area >= 900 && (1..50).contains(&group) && serial > 0, "{code}");
    }
    for code in numbers("en_gb") {
        assert!(in_form(&code, "QQ######?") && "ABCD".contains(&code[8..]), "{code}");
    }
}

fn date(year: u32, month: u32, day: u32) -> Date {
    Date::new(year as i16, month as i8, day as i8).expect("it is a date")
}

#[test]
fn machines_and_hosts_are_nobodys() {
    let hosts = ["example.com", "example.net", "example.org"];
    for (at, ip) in fakes_of(r#"kind = "ip""#, MANY).iter().enumerate() {
        let IpAddr::V4(address) = ip.parse().expect("an address") else { panic!("{ip} is no IPv4 for value {at}") };
        assert!(address.is_documentation(), "{ip}");
    }
    let sixes = texts((0..MANY).map(|value| format!("fe80::{value:x}")));
    for ip in list(&apply_with(&*fake(r#"kind = "ip""#), &sixes, &[], &Taken::default())) {
        let IpAddr::V6(address) = ip.parse().expect("an address") else { panic!("{ip} is no IPv6") };
        assert!(address.segments()[..2] == [0x2001, 0xdb8] && address.to_string() == ip, "{ip}");
    }
    for mac in fakes_of(r#"kind = "mac""#, MANY) {
        let bytes: Vec<_> = mac.split(':').map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect();
        assert!(bytes.len() == 6 && bytes[0] & 0b1111 == 0b0110, "{mac}");
    }
    for url in fakes_of(r#"kind = "url""#, MANY) {
        let host = url.strip_prefix("https://www.").and_then(|rest| rest.split('/').next());
        assert!(host.is_some_and(|host| hosts.contains(&host)), "{url}");
    }
    for email in fakes_of(r#"kind = "email", domain = "d", distinct = true"#, MANY) {
        let (local, host) = email.split_once('@').expect("an address");
        assert!(hosts.contains(&host) && local.len() <= 64 && local.is_ascii(), "{email}");
    }
    for uuid in fakes_of(r#"kind = "uuid""#, MANY) {
        let form = uuid.replace(|c: char| "0123456789abcdef".contains(c), "#");
        assert_eq!(form, "########-####-####-####-############");
        assert!(&uuid[14..15] == "8" && "89ab".contains(&uuid[19..20]), "{uuid}");
    }
    assert!(fakes_of(r#"kind = "user_agent""#, MANY).iter().collect::<HashSet<_>>().len() > 10_000);
}

#[test]
fn every_kind_names_its_range() {
    let named: Vec<_> = fakes().collect();
    assert!(named.len() == 23 && named.iter().all(|(_, reserved)| !reserved.is_empty()));
}

/// A table: whose rows they are, and what stood in the column.
fn table(rows: usize, step: usize, own: &str) -> (ArrayRef, ArrayRef) {
    let subject = |row: usize| row * step % rows;
    (
        texts((0..rows).map(|row| format!("customer {}", subject(row)))),
        texts((0..rows).map(|row| format!("{own} {row}"))),
    )
}

/// What each subject got, by the order of subjects; every subject stands in one row.
fn by_subject(kind: &str, (subjects, own): &(ArrayRef, ArrayRef), taken: &Taken) -> Vec<String> {
    let fake = fake(&format!(r#"kind = "{kind}", locale = "fi", domain = "person", of = "customer_id""#));
    let out = list(&apply_with(&*fake, own, std::slice::from_ref(subjects), taken));
    let number = |text: &str| text.trim_start_matches("customer ").parse::<usize>().expect("a number");
    let mut sorted: Vec<_> = list(subjects).iter().map(|subject| number(subject)).zip(out).collect();
    sorted.sort();
    sorted.into_iter().map(|(_, text)| text).collect()
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['ä', 'å'], "a").replace('ö', "o").replace('é', "e").replace('-', "")
}

/// Finnish towns, by the start of their postcodes, from the postal service's list of areas.
const TOWNS: [(&str, &str, &str); 6] = [
    ("Helsinki", "00", "Uusimaa"),
    ("Turku", "20", "Varsinais-Suomi"),
    ("Tampere", "33", "Pirkanmaa"),
    ("Oulu", "90", "Pohjois-Pohjanmaa"),
    ("Rovaniemi", "96", "Lappi"),
    ("Kuopio", "70", "Pohjois-Savo"),
];

#[test]
fn what_three_tables_say_of_a_subject_agrees() {
    let taken = [Taken::default(), Taken::new(half_of_the_names())];
    for taken in &taken {
        let [customers, orders, visits] = [(1, "a"), (2, "b"), (7, "c")].map(|(step, own)| table(MANY - 1, step, own));
        let first = by_subject("first_name", &customers, taken);
        let last = by_subject("last_name", &orders, taken);
        let name = by_subject("name", &visits, taken);
        let user = by_subject("user_name", &customers, taken);
        let email = by_subject("email", &visits, taken);
        for row in 0..MANY - 1 {
            assert_eq!(name[row], format!("{} {}", first[row], last[row]));
            let stem = format!("{}.{}", plain(&first[row]), plain(&last[row]));
            let digits = user[row].strip_prefix(&stem).unwrap_or_else(|| panic!("{} is of {stem}", user[row]));
            assert!(in_form(digits, "####"));
            assert_eq!(email[row].split('@').next(), Some(user[row].as_str()));
        }
        assert_eq!(by_subject("name", &orders, taken), name);
        let [city, postcode, region, country] =
            ["city", "postcode", "region", "country"].map(|kind| by_subject(kind, &orders, taken));
        let mut known = HashMap::new();
        for row in 0..MANY - 1 {
            let place = (region[row].clone(), postcode[row][..2].to_owned());
            assert_eq!(known.entry(city[row].clone()).or_insert_with(|| place.clone()), &place);
            assert_eq!(country[row], "Suomi");
        }
        for (city, postcode, region) in TOWNS {
            assert_eq!(known.get(city), Some(&(region.to_owned(), postcode.to_owned())));
        }
        assert_eq!(by_subject("postcode", &visits, taken), postcode);
    }
}

const LOCALES: [&str; 17] = [
    "ar_sa", "cy_gb", "de", "en", "en_gb", "fa_ir", "fi", "fr", "it", "ja", "nl", "pt_br", "pt_pt", "sv", "tr",
    "zh_cn", "zh_tw",
];

#[test]
fn personas_of_every_locale_have_addresses_in_form() {
    let (subjects, own) = table(5_000, 1, "value");
    for locale in LOCALES {
        let made = |kind: &str| {
            let fake = fake(&format!(r#"kind = "{kind}", locale = "{locale}", domain = "d", of = "id""#));
            list(&apply_with(&*fake, &own, std::slice::from_ref(&subjects), &Taken::default()))
        };
        let [names, firsts, lasts, emails] = ["name", "first_name", "last_name", "email"].map(made);
        for row in 0..own.len() {
            assert!(names[row].contains(&firsts[row]) && names[row].contains(&lasts[row]), "{locale}: {}", names[row]);
            let (local, _) = emails[row].split_once('@').expect("an address");
            let (first, last) = local.split_once('.').expect("two names");
            let letters = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
            assert!(
                letters(first) && letters(last.trim_end_matches(|c: char| c.is_ascii_digit())),
                "{locale}: {local}"
            );
        }
        assert!(emails.iter().collect::<HashSet<_>>().len() > 4_990, "{locale}");
    }
}

#[test]
fn plates_have_their_countries_forms() {
    for (locale, forms) in [("fi", &["???-###"][..]), ("sv", &["??? ###", "??? ##?"]), ("fr", &["??-###-??"])] {
        for plate in fakes_of(&format!(r#"kind = "plate", locale = "{locale}""#), 5_000) {
            assert!(forms.iter().any(|form| in_form(&plate, form)), "{locale}: {plate}");
        }
    }
}

/// Every second name that a persona can have.
fn half_of_the_names() -> Vec<String> {
    let name = fake(r#"kind = "name", locale = "fi", domain = "person", of = "customer_id""#);
    name.vocabulary().into_iter().step_by(2).map(str::to_owned).collect()
}

#[test]
fn a_persona_has_no_name_that_is_taken_and_none_is_its_input() {
    let half = half_of_the_names();
    let (subjects, _) = table(5_000, 1, "");
    let names: HashSet<_> = half.iter().cloned().collect();
    // Every value is a name, and as names of the dataset all of them are taken.
    let own = texts((0..5_000).map(|row| half[row % half.len()].clone()));
    let table = (subjects, own.clone());
    for kind in ["first_name", "last_name"] {
        assert!(by_subject(kind, &table, &Taken::new(half.clone())).iter().all(|name| !names.contains(name)));
        // Where nobody looked for names, one that is drawn for itself gives way.
        let drawn = by_subject(kind, &table, &Taken::default());
        assert!(drawn.iter().zip(list(&own)).all(|(drawn, own)| *drawn != own));
    }
    let all = fake(r#"kind = "name", locale = "fi", domain = "d", of = "id""#).vocabulary();
    let none = by_subject("first_name", &table, &Taken::new(all.iter().map(|word| (*word).to_owned())));
    assert!(none.iter().all(|name| name.len() == 6 && !all.contains(&name.as_str())));
}

#[test]
fn a_value_without_a_subject_is_its_own() {
    let email = fake(r#"kind = "email", domain = "person", of = "subject", locale = "sv""#);
    let own: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), Some("x"), None, Some("y"), Some("z")]));
    let subjects: ArrayRef = Arc::new(StringArray::from(vec![None, Some("x"), Some("x"), None, Some("x")]));
    let out = apply_with(&*email, &own, &[subjects], &Taken::default());
    assert_eq!(out.null_count(), 1);
    let out = list(&out);
    assert!(out[0] == out[1] && out[1] == out[4] && out[0] != out[3]);
    let keys = Keys::new([("person".to_owned(), DomainKey::new([7; 32]))]);
    assert!(
        email
            .apply(&own, &Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside: &[] })
            .is_err()
    );
    assert!(email.plan_beside(&[DataType::Boolean]).is_err() && email.plan_beside(&[DataType::Int64]).is_ok());
}

#[test]
fn distinct_values_have_distinct_fakes() {
    hold_distinct(r#"kind = "email""#, distinct());
    for options in [r#"kind = "user_name""#, r#"kind = "url""#, r#"kind = "uuid""#] {
        hold_distinct(options, MANY);
    }
    for kind in ["email", "user_name", "url", "uuid"] {
        hold_distinct(&format!(r#"kind = "{kind}", of = "id", domain = "d""#), MANY);
    }
}

/// All values are of one subject, where the fake is drawn after one.
fn hold_distinct(options: &str, count: usize) {
    let fake = fake(&format!("{options}, distinct = true"));
    let subjects = take(&texts(["one"]), &UInt32Array::from(vec![0; count]), None).expect("it is there");
    let all = texts((0..count).map(|value| value.to_string()));
    let out = apply_with(&*fake, &all, &[subjects], &Taken::default());
    assert_eq!(out.as_string::<i32>().iter().collect::<HashSet<_>>().len(), count, "{options}");
}

/// Distinct by 80 bits of the value's own hash: they can be read from the fake again.
#[test]
fn a_distinct_fake_holds_eighty_bits_of_its_values_hash() {
    let names = fakes_of(r#"kind = "user_name", distinct = true, domain = "d""#, 1_000);
    for (value, name) in names.iter().enumerate() {
        let code = name.rsplit('.').next().expect("a code");
        let hash = DomainKey::new([7; 32]).hash(value.to_string().as_bytes());
        let bits = code.bytes().fold(0u128, |bits, letter| {
            let five = if letter >= b'a' { letter - b'a' } else { letter - b'2' + 26 };
            bits << 5 | u128::from(five)
        });
        assert_eq!(bits.to_be_bytes()[6..], hash[22..], "{name}");
    }
}

#[test]
fn a_date_of_birth_stays_in_its_band() {
    let days: ArrayRef = Arc::new(Date32Array::from_iter_values((0..MANY as i32).map(|row| row % 80_000 - 30_000)));
    for band in [1, 5, 10, 100] {
        let fake = fake(&format!(r#"kind = "birth_date", band = {band}"#));
        let out = apply_with(&*fake, &days, &[], &Taken::default());
        let pairs = days.as_primitive::<arrow::datatypes::Date32Type>().values().iter();
        let drawn = out.as_primitive::<arrow::datatypes::Date32Type>().values();
        for (before, after) in pairs.zip(drawn) {
            let [from, to] = [before, after].map(|day| Date32Array::from(vec![*day]).value_as_date(0).expect("a date"));
            let [from, to] = [from, to].map(|date| date.format("%Y").to_string().parse::<i32>().expect("a year"));
            assert_ne!(before, after);
            assert_eq!(from.div_euclid(band), to.div_euclid(band));
        }
    }
    let extremes: ArrayRef = Arc::new(Date32Array::from(vec![i32::MIN, i32::MAX, 0]));
    assert_eq!(apply_with(&*fake(r#"kind = "birth_date""#), &extremes, &[], &Taken::default()).len(), 3);
}

#[test]
fn a_date_in_text_stays_one_and_another_text_becomes_null() {
    let birth = fake(r#"kind = "birth_date""#);
    let input =
        texts(["1984-02-29", "1984-02-30", "29.2.1984", "", "0000-01-01", "9999-12-31", "1980-ab-01", "２０00-01-01"]);
    let out = apply_with(&*birth, &input, &[], &Taken::default());
    let out: Vec<_> = out.as_string::<i32>().iter().collect();
    assert_eq!(
        out.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, false, false, false, true, true, false, false]
    );
    let year: i32 = out[0].expect("a date")[..4].parse().expect("a year");
    assert!((1980..1985).contains(&year) && out[0].expect("a date").parse::<Date>().is_ok());
    assert!(birth.plan(&DataType::Int64).is_err());
}

proptest! {
    #[test]
    fn lorem_is_about_as_long_and_never_longer(text in ".{0,300}") {
        let out = list(&apply_with(&*fake(r#"kind = "text""#), &texts([text.clone()]), &[], &Taken::default()));
        let (before, after) = (text.chars().count(), out[0].chars().count());
        prop_assert!(out[0] != text && (after == before || after + 1 == before || before == 0 && after == 6));
    }
}

/// The digest of the very bytes of what came after version 1's first kinds and locales.
#[test]
fn later_fakes_are_those_of_every_release_before() {
    let subjects = texts((0..200).map(|row| format!("subject {}", row % 150)));
    let inputs = texts((0..200).map(|row| format!("19{:02}-01-{:02}", row % 99, row % 28 + 1)));
    let mut hasher = blake3::Hasher::new();
    for locale in ["de", "en", "en_gb", "fi", "ja", "sv", "tr", "zh_tw"] {
        for (kind, _) in fakes() {
            for of in ["", r#", of = "id", domain = "d""#] {
                let Ok(fake) = parse(&format!(r#"kind = "{kind}", locale = "{locale}"{of}"#)) else {
                    hasher.update(b"refused\n");
                    continue;
                };
                for word in fake.vocabulary() {
                    hasher.update(word.as_bytes()).update(b"\n");
                }
                let out = apply_with(&*fake, &inputs, std::slice::from_ref(&subjects), &Taken::default());
                list(&out).iter().for_each(|text| {
                    hasher.update(text.as_bytes()).update(b"\n");
                });
            }
        }
    }
    assert_eq!(
        hasher.finalize().to_hex().as_str(),
        "285fb45f10f3875677640be35458f47f58802fac426138cc4351757a4fced88d",
        "fakes changed: raise the method's version"
    );
}

#[test]
fn wrong_options_are_refused_with_a_way_out() {
    let cases = [
        (r#"kind = "national_id", locale = "fr""#, "no source", "cy_gb, de, en, en_gb, fi, sv"),
        (r#"kind = "postcode", locale = "zh_tw""#, "no source", "zh_cn"),
        (r#"kind = "city", locale = "fa_ir", of = "id", domain = "d""#, "no source", "fi"),
        (r#"kind = "phone", distinct = true"#, "cannot be promised", "email, user_name, url, uuid"),
        (r#"kind = "iban", distinct = true"#, "cannot be promised", "pseudonym"),
        (r#"kind = "name", of = "id""#, "takes a `domain`", "same `domain`"),
        (r#"kind = "name", band = 5"#, "is for the kind", "leave it out"),
    ];
    for (options, what, hint) in cases {
        let fault = parse(options).err().unwrap_or_else(|| panic!("{options} is wrong"));
        assert!(fault.what.contains(what), "{options}: {}", fault.what);
        assert!(fault.hint.as_deref().is_some_and(|found| found.contains(hint)), "{options}: {:?}", fault.hint);
    }
    for options in
        [r#"kind = "birth_date", band = 0"#, r#"kind = "birth_date", band = 101"#, r#"kind = "name", of = """#]
    {
        assert!(parse(options).is_err(), "{options}");
    }
}

#[test]
fn every_option_that_changes_the_meaning_is_in_it() {
    let base = r#"kind = "email", domain = "d""#;
    let all = [
        base.to_owned(),
        format!("{base}, of = \"id\""),
        format!("{base}, of = \"subject\""),
        format!("{base}, distinct = true"),
    ];
    assert_eq!(all.iter().map(|options| fake(options).options()).collect::<HashSet<_>>().len(), 4);
    assert_eq!(fake(base).options(), fake(&format!("{base}, distinct = false")).options());
    assert!(fake(r#"kind = "birth_date""#).options().contains(r#""band":"5""#));
}
