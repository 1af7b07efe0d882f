//! What the name of a column gives away, word by word.

/// What is behind a name, most telling first; the first whose words end a column's name is meant.
const TELLING: [(&[&str], &str); 14] = [
    (&["first_name", "given_name", "forename", "firstname"], FIRST_NAME),
    (&["last_name", "family_name", "surname", "lastname"], LAST_NAME),
    (&["full_name", "fullname", "person_name", "contact_name"], NAME),
    (&["email", "e_mail", "email_address", "mail"], r#"class = "direct", method = "fake", kind = "email""#),
    (&["phone", "phone_number", "mobile", "telephone", "tel"], r#"class = "direct", method = "fake", kind = "phone""#),
    (&["ip", "ip_address"], r#"class = "direct", method = "fake", kind = "ip""#),
    (&["mac", "mac_address"], r#"class = "direct", method = "fake", kind = "mac""#),
    (&["address", "street", "address_line"], r#"class = "direct", method = "fake", kind = "street""#),
    (&["iban", "bank_account"], r#"class = "direct", method = "fake", kind = "iban""#),
    (&["credit_card", "card_number"], r#"class = "direct", method = "fake", kind = "card""#),
    (&["ssn", "hetu", "personnummer", "national_id", "social_security_number"], NATIONAL_ID),
    (&["user_name", "username", "login"], r#"class = "direct", method = "fake", kind = "user_name", distinct = true"#),
    (&["password", "passwd", "token", "secret", "api_key"], r#"class = "direct", method = "null""#),
    (&["comment", "comments", "notes", "remark", "remarks", "message"], FREE_TEXT),
];

const FIRST_NAME: &str = r#"class = "direct", method = "fake", kind = "first_name""#;
const LAST_NAME: &str = r#"class = "direct", method = "fake", kind = "last_name""#;
const NAME: &str = r#"class = "direct", method = "fake", kind = "name""#;
const NATIONAL_ID: &str = r#"class = "direct", method = "fake", kind = "national_id""#;

/// What text that may name anybody becomes.
pub const FREE_TEXT: &str = r#"class = "free_text", method = "redact""#;

/// Tables whose rows are people, so that their names are.
const PEOPLE: [&str; 9] =
    ["users", "people", "persons", "employees", "patients", "members", "contacts", "students", "staff"];

/// The rule of a text whose name says what it holds.
pub fn rule(table: &str, column: &str) -> Option<&'static str> {
    let name = words(column);
    if name == "name" && PEOPLE.contains(&words(table).as_str()) {
        return Some(NAME);
    }
    TELLING.iter().find(|(names, _)| names.iter().any(|known| ends(&name, known))).map(|(_, rule)| *rule)
}

/// Whether a name is that of a key: `id`, `order_id`, `orderId`.
pub fn is_key(column: &str) -> bool {
    let name = words(column);
    ["id", "uuid", "guid"].iter().any(|known| ends(&name, known))
}

/// Whether a name is that of a point in time.
pub fn is_time(column: &str) -> bool {
    let name = words(column);
    ["date", "time", "timestamp", "day", "birthday", "birth", "at"].iter().any(|known| ends(&name, known))
}

/// The kind of fake for the name of a place.
pub fn place(column: &str) -> Option<&'static str> {
    let name = words(column);
    let places: [(&[&str], &str); 3] = [
        (&["city", "town"], "city"),
        (&["postcode", "postal_code", "zip", "zip_code"], "postcode"),
        (&["country"], "country"),
    ];
    places.into_iter().find(|(names, _)| names.iter().any(|known| ends(&name, known))).map(|(_, kind)| kind)
}

fn ends(name: &str, known: &str) -> bool {
    name.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('_'))
}

/// A name in lower case with `_` between its words: `firstName`, `First Name` and `first-name` are `first_name`.
fn words(name: &str) -> String {
    let mut out = String::new();
    let mut before = None;
    for letter in name.chars() {
        let starts = letter.is_uppercase() && before.is_some_and(|before: char| before.is_lowercase());
        if starts {
            out.push('_');
        }
        if letter.is_alphanumeric() {
            out.extend(letter.to_lowercase())
        } else {
            out.push('_')
        }
        before = Some(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_however_they_are_written() {
        for name in ["first_name", "firstName", "First Name", "contact-first-name", "FIRST_NAME"] {
            assert_eq!(rule("orders", name), Some(FIRST_NAME), "{name}");
        }
        assert_eq!((rule("users", "name"), rule("products", "name")), (Some(NAME), None));
        assert!(rule("t", "ip_address").is_some_and(|rule| rule.contains("\"ip\"")));
        assert_eq!((rule("t", "category"), rule("t", "ship"), rule("t", "hotel")), (None, None, None));
    }

    #[test]
    fn keys_times_and_places_have_names_of_their_own() {
        assert!(["id", "Inv_Id", "orderId", "uuid"].into_iter().all(is_key) && !is_key("paid"));
        assert!(["time", "invoice_date", "created_at"].into_iter().all(is_time) && !is_time("format"));
        assert_eq!((place("postal_code"), place("capacity")), (Some("postcode"), None));
    }
}
