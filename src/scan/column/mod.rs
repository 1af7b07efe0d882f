//! What a column holds, told from its name, its type, and facts about a sample of its values.
//!
//! ```text
//! name -> words -> meaning \
//! values -> shape -> facts -> classify -> Finding
//! ```

mod classify;
mod facts;
mod kind;
mod lexicon;
mod meaning;
mod shape;
mod words;

use crate::detect::{Likeness, likeness};
pub use classify::{Evidence, Finding, beside_names, classify};
pub use facts::{Facts, Observer};
pub use kind::Kind;
pub use meaning::Rows;

/// Whether a text that stands where a name should is rather a value.
pub fn looks_like_data(name: &str) -> bool {
    let name = name.trim();
    let shape = shape::Shape::of(name);
    let of_digits = shape.digits > 0 && (shape.letters == 0 || (shape.digits >= 4 && shape.digits * 2 >= shape.length));
    name.contains('@') || of_digits || shape.length > 100 || shape.form(name).is_some()
}

/// Whether a text that stands where a name should is rather that of a person or a place, however its words are joined.
pub fn looks_like_a_name(name: &str) -> bool {
    let is_like = |like: Likeness| [like.given, like.family, like.full, like.place].into_iter().any(|part| part > 50);
    is_like(likeness(name)) || is_like(likeness(&words::words(name).join(" ")))
}

/// Whether a text is of words that everybody uses, as `Price` and `weight`, though people have such names, too.
pub fn is_of_common_words(name: &str) -> bool {
    likeness(name).common.max(likeness(&words::words(name).join(" ")).common) >= 50
}

/// Whether a name has words that names of columns have, be it in a table of people alone, as `name` does.
pub fn is_known(name: &str) -> bool {
    [Rows::Other, Rows::People].into_iter().any(|rows| meaning::meaning(rows, name) != meaning::Meaning::Nothing)
}

/// Whether a name is that of a code, as a currency or a discount has one.
pub fn is_of_a_code(name: &str) -> bool {
    words::words(name).last().is_some_and(|word| lexicon::LISTS.is(word, lexicon::Role::Code))
}

/// Whether a name is that of somebody who does something with a row, and not of whose row it is.
pub fn is_of_an_actor(name: &str) -> bool {
    words::words(name).iter().any(|word| lexicon::LISTS.is(word, lexicon::Role::Actor))
}

/// Tells names that can be shown from those that may be somebody's value.
#[derive(Default)]
pub struct Names {
    detector: crate::detect::Detector<'static>,
}

impl Names {
    /// Whether a name is rather a value of the data.
    pub fn is_data(&mut self, name: &str) -> bool {
        looks_like_data(name) || name.chars().any(char::is_control) || !self.detector.find(name).is_empty()
    }

    /// Whether a name may be a value of the data: that, or a person's or a place's, which no word says to name a column.
    pub fn may_be_data(&mut self, name: &str) -> bool {
        self.is_data(name) || (looks_like_a_name(name) && !is_known(name))
    }
}

/// A name taken apart, for comparison with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its words, each in the singular.
    pub words: Vec<String>,
    /// Without what makes a key of it; `sku` alone says of what it is one.
    pub stem: Vec<String>,
    /// Whether it is called a key.
    pub is_key: bool,
}

/// Takes a name apart.
pub fn named(name: &str) -> Named {
    let words: Vec<String> = words::words(name).iter().map(|word| singular(word)).collect();
    let is_key_word =
        |word: &String| lexicon::LISTS.is(word, lexicon::Role::Key) || lexicon::LISTS.is(word, lexicon::Role::Number);
    let is_key = words.last().is_some_and(is_key_word);
    let says_what = |word: &String| lexicon::LISTS.is(word, lexicon::Role::Catalogue);
    let stem = words.iter().take_while(|word| !is_key || !is_key_word(word) || says_what(word)).cloned().collect();
    Named { words, stem, is_key }
}

/// English plurals, as tables have them: `categories`, `addresses`, `users`.
fn singular(word: &str) -> String {
    match word {
        word if word.len() > 4 && word.ends_with("ies") => format!("{}y", &word[..word.len() - 3]),
        word if word.len() > 4 && (word.ends_with("sses") || word.ends_with("xes")) => {
            word[..word.len() - 2].to_owned()
        }
        word if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") => {
            word[..word.len() - 1].to_owned()
        }
        word => word.to_owned(),
    }
}

impl Named {
    /// Whether the name of a table ends with these words: `aw_customer` with `customer`.
    pub fn ends_like(&self, stem: &[String]) -> bool {
        !stem.is_empty() && (self.words.ends_with(stem) || stem.ends_with(&self.words))
    }

    /// Whether words end with the name of this table: `billing customer` with `customers`.
    pub fn is_at_the_end_of(&self, stem: &[String]) -> bool {
        !stem.is_empty() && !self.words.is_empty() && stem.ends_with(&self.words[self.words.len() - 1..])
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::DataType;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_name_and_any_values_are_told(name in ".{0,40}", values in prop::collection::vec(".{0,60}", 0..20)) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let facts = Observer::default().facts(&values);
            let again = Observer::default().facts(&values);
            for rows in [Rows::People, Rows::Organisations, Rows::Other] {
                let found = classify(rows, &name, &DataType::Utf8, &facts);
                prop_assert_eq!(found, classify(rows, &name, &DataType::Utf8, &again));
            }
            prop_assert!(facts.distinct <= facts.values && facts.values <= values.len());
            let _ = (looks_like_data(&name), looks_like_a_name(&name), is_known(&name), named(&name));
        }

        #[test]
        fn what_has_no_values_is_told_by_its_name(name in "[a-zA-Z_]{1,20}") {
            let found = classify(Rows::Other, &name, &DataType::Utf8, &Facts::default());
            prop_assert!(!found.evidence.is_of_values());
        }
    }

    #[test]
    fn values_speak_against_a_name() {
        let told = |name: &str, values: &[&str]| {
            classify(Rows::People, name, &DataType::Utf8, &Observer::default().facts(values)).kind
        };
        let many = |value: &'static str| vec![value; 40];
        assert_eq!(told("phone", &[many("Yes"), many("No")].concat()), Kind::Flag);
        assert_eq!(told("c03", &["a@b.example", "c@d.example", "e@f.example"]), Kind::Email);
        assert_eq!(told("email", &["192.0.2.1", "192.0.2.2"]), Kind::Ip);
        assert_eq!(told("first_name", &["1999-01-01", "2000-01-01"]), Kind::Moment);
        assert_eq!(told("ref_key", &["131052-308T", "010190-002R"]), Kind::NationalId);
        assert_eq!(told("ref_key", &["131052308", "010190002"]), Kind::PersonKey);
    }

    #[test]
    fn values_that_are_not_there_say_nothing() {
        let values = ["Aino Koski", "NULL", "-", "Eero Salo", "n/a", "Mikko Virtanen"];
        let facts = Observer::default().facts(&values);
        assert_eq!((facts.values, facts.distinct), (3, 3));
        assert_eq!(classify(Rows::Other, "c1", &DataType::Utf8, &facts).kind, Kind::Name);
    }

    #[test]
    fn colours_are_nobody() {
        let told =
            |values: &[&str]| classify(Rows::Other, "c1", &DataType::Utf8, &Observer::default().facts(values)).kind;
        assert_eq!(told(&["Red", "Green", "Brown"]), Kind::Other);
        assert_eq!(told(&["punainen", "sininen", "punainen", "musta", "sininen"]), Kind::Other);
    }

    #[test]
    fn a_time_of_day_is_nobodys_number() {
        let times: Vec<String> = (1..150).map(|n| format!("00:00:00.{:06}", n)).collect();
        let facts = Observer::default().facts(&times.iter().map(String::as_str).collect::<Vec<_>>());
        let told = |data_type: &DataType| classify(Rows::Other, "t", data_type, &facts).kind;
        assert_eq!(told(&DataType::Time64(arrow::datatypes::TimeUnit::Nanosecond)), Kind::Moment);
    }

    #[test]
    fn streets_are_told_by_name_where_values_are_streets() {
        let told = |name: &str, values: &[&str]| {
            classify(Rows::Other, name, &DataType::Utf8, &Observer::default().facts(values)).kind
        };
        let streets = ["Via Roma 12", "Corso Verdi 3", "Viale Manzoni 45"];
        assert_eq!(told("via", &streets), Kind::Address);
        assert_eq!(told("line", &["12 High Street", "3 Mill Lane", "45 Park Road"]), Kind::Address);
        assert_eq!(told("via", &["web", "shop", "phone"]), Kind::Other);
        assert_ne!(told("product_line", &["Classic Cars", "Ships", "Trains"]), Kind::Address);
        assert_ne!(told("residence", &[["rural", "urban"]; 20].concat()), Kind::Address);
    }

    #[test]
    fn names_of_columns_that_values_disprove_say_nothing() {
        let told = |name: &str, values: &[&str]| {
            classify(Rows::Other, name, &DataType::Utf8, &Observer::default().facts(values)).kind
        };
        assert_eq!(told("email", &["Aino Koski", "Eero Salo", "Mikko Virtanen"]), Kind::Name);
        let mixed = ["aino.koski@posti.example", "+358 40 123 4567", "eero.salo@posti.example", "+358 50 765 4321"];
        assert_eq!(told("value", &mixed), Kind::PersonalText);
        assert_eq!(
            classify(
                Rows::People,
                "code",
                &DataType::Utf8,
                &Observer::default().facts(&[["M", "S", "D"]; 20].concat())
            )
            .kind,
            Kind::Category
        );
    }

    #[test]
    fn a_column_beside_given_names_is_of_family_names() {
        let facts = Observer::default().facts(&["Koski", "Xqzzy", "Virtanen", "Qwrtz", "Zzxqy"]);
        assert_eq!(classify(Rows::Other, "c2", &DataType::Utf8, &facts).kind, Kind::Other);
        assert_eq!(
            beside_names(Kind::FirstName, &DataType::Utf8, &facts).map(|found| found.kind),
            Some(Kind::LastName)
        );
        assert!(beside_names(Kind::City, &DataType::Utf8, &facts).is_none());
    }

    #[test]
    fn tables_and_columns_agree_in_the_singular() {
        let tables =
            [("customers", "customer"), ("categories", "category"), ("addresses", "address"), ("status", "status")];
        for (table, stem) in tables {
            assert!(named(table).ends_like(&named(stem).words), "{table}");
        }
    }
}
