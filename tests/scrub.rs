//! What identifies people inside a text goes, and what does not stays.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use verho::detect::Known;
use verho::document::{Document, Fault};
use verho::keys::lanes::DomainKey;
use verho::method::{Context, Keys, Method, Taken, find};

fn parse(rule: &str) -> Result<Box<dyn Method>, Fault> {
    let document = Document::of(Path::new("rule.toml"), rule.to_owned());
    let mut section = document.root()?;
    let name: String = section.required("method")?;
    let method = (find(&name).expect("the method is in the catalogue").parse)(&mut section)?;
    section.finish()?;
    Ok(method)
}

fn apply(rule: &str, texts: &[Option<&str>]) -> StringArray {
    let method = parse(rule).unwrap_or_else(|fault| panic!("{rule}: {fault}"));
    let input: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let keys = Keys::new(method.domains().into_iter().map(|domain| (domain.to_owned(), DomainKey::new([7; 32]))));
    let context = Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside: &[] };
    method.apply(&input, &context).expect("text is taken").as_string().clone()
}

fn scrubbed(rule: &str, text: &str) -> String {
    apply(rule, &[Some(text)]).value(0).to_owned()
}

const SCRUB: &str = "method = \"scrub\"\n";

#[test]
fn the_rest_of_a_text_stays_and_nulls_stay_null() {
    let texts = [Some("Ännu ett brev från eva@post.example, tack!"), None, Some(""), Some("nobody here")];
    let done = apply("method = \"scrub\"\nwith = \"placeholders\"\n", &texts);
    assert_eq!(
        done.iter().collect::<Vec<_>>(),
        [Some("Ännu ett brev från [email], tack!"), None, Some(""), Some("nobody here")]
    );
}

#[test]
fn a_fake_in_a_text_is_the_one_of_the_column() {
    let address = "eva@post.example";
    let column = scrubbed("method = \"fake\"\nkind = \"email\"\nlocale = \"sv\"\n", address);
    let text = scrubbed("method = \"scrub\"\nlocale = \"sv\"\n", &format!("<{address}> wrote, and {address} again"));
    assert_eq!(text, format!("<{column}> wrote, and {column} again"));
    assert!(!text.contains(address));
}

#[test]
fn a_rule_of_its_own_joins_with_a_column() {
    let token = scrubbed("method = \"pseudonym\"\ndomain = \"contact\"\n", "eva@post.example");
    let rule = "method = \"scrub\"\nas = { EMAIL = { method = \"pseudonym\", domain = \"contact\" } }\n";
    assert_eq!(scrubbed(rule, "to eva@post.example"), format!("to {token}"));
    let left = "method = \"scrub\"\nleave = [\"EMAIL\"]\n";
    assert_eq!(scrubbed(left, "to eva@post.example"), "to eva@post.example");
}

#[test]
fn wrong_options_are_refused_with_a_way_out() {
    let cases = [
        ("with = \"fake\"", "unknown with", Some("did you mean \"fakes\"?")),
        ("leave = [\"EMIAL\"]", "unknown leave", Some("did you mean \"EMAIL\"?")),
        ("locale = \"xx\"", "unknown locale", None),
        ("with = \"placeholders\"\nlocale = \"fi\"", "placeholders have no locale", Some("leave it out")),
        ("with = \"placeholders\"\nnames = \"parts\"", "placeholders stand for whole names", None),
        ("names = \"half\"", "unknown names", None),
        (
            "names = \"parts\"\nas = { PERSON = { method = \"redact\" } }",
            "its words have none",
            Some("leave `names` out, or that"),
        ),
        ("names = \"parts\"\nleave = [\"PERSON\"]", "its words have none", None),
        (
            "leave = [\"EMAIL\"]\nas = { EMAIL = { method = \"redact\" } }",
            "EMAIL stays, and has a rule under `as` too",
            Some("take it out of one of them"),
        ),
        ("as = { EMAIL = { method = \"drop\" } }", "cannot be dropped", None),
        ("as = { EMAIL = { method = \"null\" } }", "cannot become null", None),
    ];
    for (options, what, hint) in cases {
        let fault = parse(&format!("{SCRUB}{options}\n")).err().unwrap_or_else(|| panic!("{options} is taken"));
        assert!(fault.what.contains(what), "{options}: {}", fault.what);
        assert!(hint.is_none() || fault.hint.as_deref() == hint, "{options}: {:?}", fault.hint);
    }
}

#[test]
fn every_rule_is_told_and_fixes_the_meaning() {
    let rules = ["", "names = \"parts\"\n", "locale = \"fi\"\n", "with = \"placeholders\"\n", "leave = [\"EMAIL\"]\n"];
    let methods = rules.map(|rule| parse(&format!("{SCRUB}{rule}")).expect("the rule is right"));
    for (at, one) in methods.iter().enumerate() {
        for other in &methods[at + 1..] {
            assert_ne!(one.options(), other.options());
            assert_ne!(one.words(), other.words());
        }
    }
    assert!(methods[0].words().contains("EMAIL: replaced with an invented e-mail address"));
}

/// People of a table, and what is written of them; the last note is of nobody.
const PEOPLE: [(&str, &str, &str); 4] = [
    ("Aino Virtanen", "zq8871-rr", "Called Aino Virtanen back, was content."),
    ("Yrsa Qvist", "kk2210-xa", "about KK2210-XA: sent by post to yrsa qvist"),
    ("Tove Ekdahl", "pf0042-lm", "see {\"who\":\"pf0042-lm\"}"),
    ("Onni Salo", "bb9113-ty", "The parcel came late."),
];

fn desk() -> Desk {
    let desk = Desk::local("shop");
    desk.write(
        "schemas/shop/people.toml",
        "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.parquet\"\nformat = \"parquet\"\n[columns]\n\
         name = { class = \"direct\", method = \"fake\", kind = \"name\", locale = \"fi\" }\n\
         code = { class = \"direct\", method = \"pseudonym\", domain = \"code\" }\n\
         note = { class = \"free_text\", method = \"scrub\", locale = \"fi\" }\n",
    );
    let column = |of: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        Arc::new(StringArray::from_iter_values(PEOPLE.iter().map(of))) as ArrayRef
    };
    let columns =
        [("name", column(|person| person.0)), ("code", column(|person| person.1)), ("note", column(|person| person.2))];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut writer = ArrowWriter::try_new(file.reopen().expect("a handle"), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    desk.put(file.path(), "shop/people/0.parquet");
    desk
}

/// The only part of a release.
fn output(desk: &Desk) -> RecordBatch {
    let release = std::fs::read_dir(desk.path("test/shop/people")).expect("a folder").next().expect("a release");
    let part = std::fs::File::open(release.expect("an entry").path().join("part-00000.parquet")).expect("a part");
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(part).expect("Parquet").build().expect("a reader");
    reader.next().expect("a batch").expect("a batch")
}

#[test]
fn known_values_are_found_where_no_pattern_sees_them() {
    let desk = desk();
    desk.approve("shop", "scrub", 1);
    let ran = desk.verho(&["run", "shop"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let output = output(&desk);
    let [names, notes] = [0, 2].map(|column| output.column(column).as_string::<i32>());
    assert_eq!(notes.value(0), format!("Called {} back, was content.", names.value(0)), "the fake of the column");
    assert_eq!(notes.value(3), "The parcel came late.");
    for (row, (name, code, _)) in PEOPLE.iter().enumerate() {
        let note = notes.value(row).to_lowercase();
        for part in name.to_lowercase().split(' ').chain([*code]) {
            assert!(!note.contains(part), "a known value is left in note {row}");
        }
    }
    assert!(notes.value(1).starts_with("about [known]: sent by post to ["), "{}", notes.value(1));
    assert_eq!(notes.value(2), "see {\"who\":\"[known]\"}");
}
