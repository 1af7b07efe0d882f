//! What identifies people inside a text goes, and what does not stays.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
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
    let context = Context { keys: &keys, taken: &Taken::default(), beside: &[] };
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
