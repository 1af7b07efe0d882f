//! Invented values, by what a column holds. None is anybody's: numbers, addresses and hosts are of ranges that are set
//! aside for examples, or printed as examples in their standards.

use arrow::datatypes::DataType;
use serde_json::Value;

use crate::plan::LeafPlan;
use crate::scan::column::{Facts, Kind, Rows, classify};

/// A kind, what `fake` calls it, and its values.
type Invented = (Kind, &'static str, &'static [&'static str]);

/// Every kind.
const INVENTED: &[Invented] = &[
    (Kind::Other, "", &["an example", "42"]),
    (Kind::Name, "name", &["Maija Meri"]),
    (Kind::FirstName, "first_name", &["Maija"]),
    (Kind::LastName, "last_name", &["Meri"]),
    (Kind::Email, "email", &["maija.meri@mail.example"]),
    (Kind::Phone, "phone", &["+1 202-555-0142", "12025550142"]),
    (Kind::Username, "user_name", &["maija_m"]),
    (Kind::Address, "street", &["12 Harbour Street"]),
    (Kind::City, "city", &["Kotka"]),
    (Kind::Postcode, "postcode", &["48100"]),
    (Kind::Region, "region", &["Kymenlaakso"]),
    (Kind::Country, "country", &["Finland"]),
    (Kind::Coordinate, "", &["60.4664"]),
    (Kind::BirthDate, "birth_date", &["1984-03-15"]),
    (Kind::Age, "", &["42"]),
    (Kind::Gender, "", &["female", "2"]),
    (Kind::Marital, "", &["married", "1"]),
    (Kind::Family, "", &["2"]),
    (Kind::Education, "", &["secondary school", "3"]),
    (Kind::Job, "", &["nurse"]),
    (Kind::Income, "", &["3450.00", "3450"]),
    (Kind::Employer, "", &["Aalto & Rannikko Ltd"]),
    (Kind::Organisation, "company", &["Aalto & Rannikko Ltd"]),
    (Kind::Device, "user_agent", &["ExampleBrowser/1.0 (Linux)"]),
    (Kind::Health, "", &["asthma"]),
    (Kind::Origin, "", &["Finnish"]),
    (Kind::PersonalText, "", &["Maija Meri called from +1 202-555-0142 about order 20417."]),
    (Kind::Text, "text", &["Maija Meri called from +1 202-555-0142 about order 20417."]),
    (Kind::Moment, "", &["2026-03-15T09:30:00", "2026-03-15", "09:30:00"]),
    (Kind::Flag, "", &["true"]),
    (Kind::Category, "", &["standard", "3"]),
    (Kind::Number, "", &["1234.50", "1234"]),
    (Kind::PersonKey, "", &["C-1042", "1042", "7f3c1e52-0000-4000-8000-000000001042"]),
    (Kind::Key, "uuid", &["K-20417", "20417", "7f3c1e52-0000-4000-8000-000000020417"]),
    (Kind::Card, "card", &["4111 1111 1111 1111", "4111111111111111"]),
    (Kind::Iban, "iban", &["FI21 1234 5600 0007 85"]),
    (Kind::BankAccount, "", &["FI21 1234 5600 0007 85", "12345600000785"]),
    (Kind::NationalId, "national_id", &["010190-900P", "811218-9876"]),
    (Kind::Passport, "", &["XP1234567"]),
    (Kind::DriverLicence, "", &["D1234567"]),
    (Kind::Licence, "", &["L-204170"]),
    (Kind::Plate, "plate", &["ABC-123"]),
    (Kind::Ip, "ip", &["203.0.113.42"]),
    (Kind::Mac, "mac", &["00:00:5e:00:53:2a"]),
    (Kind::DeviceId, "", &["00c0ffee-2a"]),
    (Kind::Secret, "", &["correct-horse-7"]),
    (Kind::Url, "url", &["https://shop.example/help"]),
    (Kind::ProfileUrl, "", &["https://people.example/maija.meri"]),
];

/// Values of what the leaf holds, as far as its rule, its name and its type tell, and then all others.
pub fn texts(table: &str, leaf: &LeafPlan, options: &Value) -> Vec<&'static str> {
    let own = of_kind(Rows::of(table), name(leaf.leaf.path.as_str()), &leaf.leaf.data_type, options);
    own.chain(INVENTED).flat_map(|(.., texts)| texts.iter().copied()).collect()
}

/// A text for something of this name, whose method has these options.
pub fn named(name: &str, options: &Value) -> &'static str {
    of_kind(Rows::People, name, &DataType::Utf8, options)
        .flat_map(|(.., texts)| texts.first())
        .next()
        .copied()
        .unwrap_or("an example")
}

/// What a rule makes fakes of is what it holds; else its name tells, or its type.
fn of_kind(rows: Rows, name: &str, data_type: &DataType, options: &Value) -> impl Iterator<Item = &'static Invented> {
    let faked = options.get("kind").and_then(Value::as_str).map(str::to_owned);
    let told = classify(rows, name, data_type, &Facts::default()).kind;
    INVENTED.iter().filter(move |(kind, fake, _)| faked.as_ref().map_or(*kind == told, |faked| fake == faked))
}

/// The last name of a path: `items[].sku` is called `sku`, `labels{value}` is called `labels`.
fn name(path: &str) -> &str {
    let path = path.trim_end_matches("[]").trim_end_matches("{key}").trim_end_matches("{value}");
    path.rsplit('.').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_every_fake_has_a_value_of_its_own() {
        for kind in Kind::ALL {
            assert!(INVENTED.iter().any(|(known, _, texts)| known == kind && !texts.is_empty()), "{kind:?}");
        }
        for (fake, _) in crate::method::fakes() {
            assert!(INVENTED.iter().any(|(_, known, _)| *known == fake), "{fake}");
        }
    }

    #[test]
    fn a_path_is_called_by_its_last_name() {
        let named = ["items[].sku", "labels{value}", "tags[]", "a.b[]", "email"].map(name);
        assert_eq!(named, ["sku", "labels", "tags", "b", "email"]);
    }
}
