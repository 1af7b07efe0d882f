//! What is put before a customer: the file that is signed, and the two pages that say it in words.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::util::display::array_value_to_string;
use common::desk::{COMPLIANCE, CUSTOMER, Desk};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};
use verho::account::doors::Production;
use verho::consent::request::{Example, Request, Terms, Written, record};
use verho::consent::{Approver, Basis, Claim, Level, Party, Record, Role};
use verho::crew::Crew;
use verho::detect::Known;
use verho::error::Failure;
use verho::example;
use verho::keys::Secret;
use verho::method::{CATALOGUE, Context, Taken};
use verho::plan::Plan;
use verho::run::{Wish, ask};
use verho::schema::read_customer;
use verho::workspace::Workspace;
use zeroize::Zeroizing;

fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The example workspace.
fn example_desk() -> Desk {
    let desk = Desk::local("demo");
    for table in ["customers", "orders"] {
        let schema = fs::read_to_string(home(&format!("schemas/demo/{table}.toml"))).expect("a schema");
        desk.write(&format!("schemas/demo/{table}.toml"), &schema);
        let object = format!("{table}-1.parquet");
        desk.put(&home("src/cli/demo").join(&object), &format!("demo/{table}/{object}"));
    }
    desk
}

fn planned(desk: &Desk, customer: &str) -> Result<Plan, Failure> {
    let workspace = Workspace::read(&desk.path(""))?;
    let production = Production::new(workspace.production.open()?);
    let schemas = read_customer(&workspace.schemas(), customer)?;
    Ok(Plan::resolve(customer, schemas, &production, &workspace.limits, &Crew::new(1)?)?)
}

/// A secret that is the same whenever the tests run.
fn secret() -> Secret {
    Secret::unwrapped(Zeroizing::new([7; 32]))
}

fn terms() -> Terms {
    let at = |text: &str| text.parse().expect("a time");
    Terms {
        approval: "demo-2".to_owned(),
        renews: Some("demo-1".to_owned()),
        purpose: "ranking regression tests".to_owned(),
        given_at: at("2026-11-20T09:14:00Z"),
        not_before: at("2026-11-23T00:00:00Z"),
        not_after: at("2026-12-23T00:00:00Z"),
        max_runs: 12,
        basis: Basis::CustomerSigned,
        documents: Vec::new(),
        approver: Approver {
            person: "Maija Meri".to_owned(),
            title: "Chief Data Officer".to_owned(),
            principal: "maija.meri@demo.example".to_owned(),
        },
        retention_days: Some(60),
        claim: Claim { level: Level::Pseudonymised, k: None },
    }
}

/// The request of the example workspace, the same whenever it is made.
fn written() -> Written {
    let desk = example_desk();
    let workspace = Workspace::read(&desk.path("")).expect("a workspace");
    let schemas = read_customer(&workspace.schemas(), "demo").expect("schemas");
    let asked = ask(&workspace, &Wish { customer: "demo", approval: None, operator: None }, &schemas);
    let plan = planned(&desk, "demo").expect("a plan");
    let mut record = record(&asked, &plan.structures(), terms()).expect("a record");
    record.source.root = "s3://demo-prod-data/demo/".to_owned();
    record.destination.place.root = "s3://demo-test-data/demo/".to_owned();
    record.ledger = Some("s3://demo-prod-evidence/".to_owned());
    let asker =
        Party { person: "Otto Oja".to_owned(), organisation: "house".to_owned(), roles: [Role::Operator].into() };
    Request::of(record, Some(asker), example::told(&plan, &secret())).expect("a request").written()
}

#[test]
fn the_example_reads_as_it_always_did() {
    let Written { toml, html, text } = written();
    insta::assert_snapshot!("the_example_as_toml", toml);
    insta::assert_snapshot!("the_example_as_text", text);
    let (_, body) = html.split_once("</head>").expect("a head");
    insta::assert_snapshot!("the_example_as_page", body);
}

#[test]
fn every_column_of_every_schema_is_in_all_three() {
    let Written { toml, html, text } = written();
    for schema in read_customer(&home("schemas"), "demo").expect("schemas") {
        for leaf in schema.columns.keys() {
            assert!(toml.contains(&format!("\"{leaf}\" = ")) || toml.contains(&format!("\n{leaf} = ")), "{leaf}");
            assert!(html.contains(&format!("<th scope=\"row\"><code><bdi>{leaf}</bdi></code></th>")), "{leaf}");
            assert!(text.contains(&format!("\n`{leaf}`\n")), "{leaf}");
        }
    }
}

/// All texts of a column of the example's data.
fn raw(table: &str, column: &str) -> Vec<String> {
    let file = fs::File::open(home(&format!("src/cli/demo/{table}-1.parquet"))).expect("a file");
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.build()).expect("Parquet");
    let texts = batches.map(|batch| batch.expect("rows").column_by_name(column).expect("a column").clone());
    texts.flat_map(|texts| texts.as_string::<i32>().iter().flatten().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn no_value_of_the_data_is_in_any() {
    let Written { toml, html, text } = written();
    for column in ["name", "email", "phone"] {
        let values = raw("customers", column);
        assert!(values.len() > 100);
        for written in [&toml, &html, &text] {
            assert_eq!(values.iter().find(|value| written.contains(value.as_str())), None, "{column}");
        }
    }
}

#[test]
fn an_example_is_what_the_rule_makes_of_the_invented_value() {
    let plan = planned(&example_desk(), "demo").expect("a plan");
    let told = example::told(&plan, &secret());
    let keys = plan.keys(&secret());
    let mut made = 0;
    for table in &plan.tables {
        for (path, rule) in &table.schema.columns {
            let example = &told[&table.schema.table].columns[path.as_str()].example;
            let Example::Made { before, after: Some(after) } = example else { continue };
            let data_type = &table.leaf(path).expect("is planned").leaf.data_type;
            let text: ArrayRef = Arc::new(StringArray::from(vec![before.as_str()]));
            let input = cast(&text, data_type).expect("a value of its type");
            let context = Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside: &[] };
            let output = if before == after { Ok(input) } else { rule.method.apply(&input, &context) };
            assert_eq!(array_value_to_string(&output.expect("fits"), 0).expect("a text"), *after, "{path}");
            made += 1;
        }
    }
    assert_eq!(made, 16);
    let other = example::told(&plan, &Secret::random());
    assert_ne!(other["customers"].columns["customer_id"].example, told["customers"].columns["customer_id"].example);
}

/// A table of records; no object of it is read before an approval.
fn records() -> Desk {
    let desk = Desk::local("acme");
    desk.write("production/acme/visits/1.csv", "");
    desk
}

/// Gives the table these columns.
fn give(desk: &Desk, columns: &str) {
    let head = "customer = \"acme\"\ntable = \"visits\"\nsource = \"acme/visits/*.csv\"\nformat = \"csv\"\n";
    let subject = if columns.contains("customer_id") { "subject = \"customer_id\"\n" } else { "" };
    desk.write("schemas/acme/visits.toml", &format!("{head}{subject}[columns]\n{columns}"));
}

fn told_of(desk: &Desk, columns: &str) -> Result<BTreeMap<String, Example>, Failure> {
    give(desk, columns);
    let told = example::told(&planned(desk, "acme")?, &secret()).remove("visits").expect("is told");
    Ok(told.columns.into_iter().map(|(leaf, column)| (leaf, column.example)).collect())
}

fn made(before: &str, after: &str) -> Example {
    Example::Made { before: before.to_owned(), after: Some(after.to_owned()) }
}

#[test]
fn examples_fit_what_columns_hold() {
    let told = told_of(
        &records(),
        "born = { class = \"quasi\", method = \"generalise\", to = \"year\", type = \"date\" }\n\
         amount = { class = \"attribute\", method = \"round\", to = 100, type = \"float64\" }\n\
         c07 = { class = \"direct\", method = \"redact\", with = \"-\" }\n\
         address = { class = \"quasi\", method = \"generalise\", network = 24 }\n\
         card = { class = \"direct\", method = \"fpe\", check = \"luhn\", domain = \"card\" }\n\
         seen = { class = \"quasi\", method = \"shuffle\" }\n\
         gone = { class = \"direct\", method = \"drop\" }\n\
         empty = { class = \"direct\", method = \"null\" }\n",
    )
    .expect("a plan");
    assert_eq!(told["born"], made("1984-03-15", "1984-01-01"));
    assert_eq!(told["amount"], made("1234.5", "1200.0"));
    assert_eq!(told["c07"], made("an example", "-"));
    assert_eq!(told["address"], made("203.0.113.42", "203.0.113.0/24"));
    assert!(matches!(&told["card"], Example::Made { before, after: Some(_) } if before == "4111 1111 1111 1111"));
    assert_eq!(told["seen"], Example::Told("none: what a value becomes depends on many other rows"));
    assert_eq!(told["gone"], Example::Told("none: the column is not in the copy"));
    assert!(matches!(&told["empty"], Example::Made { after: None, .. }));
}

/// An example of the catalogue as a column of some type that it takes, beside the columns that examples look at.
fn catalogued(desk: &Desk, example: &str) -> Option<Example> {
    let keep = |name| format!("{name} = {{ class = \"attribute\", method = \"keep\", because = \"a test\" }}\n");
    let (beside, column) =
        (["country", "kind", "type", "customer_id"].map(keep).concat(), example.trim_end_matches('}'));
    let types = ["text", "int64", "date", "timestamp", "float64"];
    let typed = |name: &&str| told_of(desk, &format!("{beside}c = {column}, type = \"{name}\" }}\n")).ok()?.remove("c");
    types.iter().find_map(typed)
}

#[test]
fn every_method_has_an_example_or_says_why_not() {
    let (desk, mut without) = (records(), Vec::new());
    for entry in CATALOGUE {
        let told: Vec<_> = entry.examples.iter().filter_map(|example| catalogued(&desk, example)).collect();
        if !told.iter().any(|example| matches!(example, Example::Made { .. })) {
            without.push((entry.name, told.first().cloned()));
        }
    }
    insta::assert_debug_snapshot!("methods_without_an_example", without);
}

fn asked(desk: &Desk, id: &str, more: &[&str]) -> std::process::Output {
    let request = ["consent", "request", "demo", "--id", id, "--purpose", "a test", "--approver", CUSTOMER];
    desk.verho(&[&request, more].concat())
}

fn folder(desk: &Desk, id: &str) -> PathBuf {
    desk.path("consent/demo").join(id)
}

fn error(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn all_three_are_written_or_none() {
    let desk = example_desk();
    assert!(asked(&desk, "one", &[]).status.success());
    let names = ["approval.toml", "request.html", "request.txt"];
    assert!(names.iter().all(|name| folder(&desk, "one").join(name).is_file()));
    for name in names {
        desk.write(&format!("consent/demo/{name}/{name}"), "there before");
        let output = asked(&desk, name, &[]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        assert!(error(&output).contains("take another --id"), "{}", error(&output));
        let left: Vec<_> = fs::read_dir(folder(&desk, name)).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{name}");
        assert_eq!(fs::read_to_string(folder(&desk, name).join(name)).expect("a file"), "there before");
    }
}

#[test]
fn papers_are_attested_with_their_digests_for_thirty_days_at_most() {
    let desk = example_desk();
    desk.write("papers/notice v3.pdf", "what was signed");
    let paper = desk.path("papers/notice v3.pdf");
    let attested = ["--evidence", "document-attested", "--document", paper.to_str().expect("text")];
    for (more, why) in [
        (&["--max-runs", "0"][..], "`max_runs` is not from 1 to 999999"),
        (&["--max-runs", "1000000"], "`max_runs` is not from 1 to 999999"),
        (&["--retention-days", "18446744073709551615"], "that would be no approval"),
        (&["--retention-days", "9223372036854775807"], "`retention_days` is over 36500"),
        (&["--evidence", "document-attested"], "needs a document"),
        (&[&attested[..], &["--days", "31"]].concat(), "--days takes 1 to 30"),
        (&["--days", "91"], "--days takes 1 to 90"),
        (&["--document", "/no/such/paper.pdf"], "cannot be read"),
    ] {
        let output = asked(&desk, "two", more);
        assert_eq!((output.status.code(), error(&output).contains(why)), (Some(2), true), "{}", error(&output));
        assert!(!folder(&desk, "two").exists());
    }
    assert!(asked(&desk, "two", &[&attested[..], &["--days", "30"]].concat()).status.success());
    let file = folder(&desk, "two").join("approval.toml");
    let record = Record::parse(&file, &fs::read_to_string(&file).expect("a file")).expect("an approval");
    let digest = Sha256::digest(b"what was signed").iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(record.basis, Basis::DocumentAttested);
    assert_eq!((record.documents[0].name.as_str(), &record.documents[0].sha256), ("notice v3.pdf", &digest));
    for name in ["request.html", "request.txt"] {
        let page = fs::read_to_string(folder(&desk, "two").join(name)).expect("a page");
        assert!(page.contains(&digest) && page.contains("notice v3.pdf") && page.contains("two persons"), "{name}");
    }
    desk.sign(&file, "compliance", COMPLIANCE);
    let said = String::from_utf8(desk.verho(&["consent", "verify", "demo", "two"]).stdout).expect("text");
    let point = |name: &str| said.lines().find(|line| line.contains(&format!("  {name} "))).expect(name).to_owned();
    assert!(point("length").starts_with("ok"), "{said}");
    assert!(point("four eyes").contains("needs compliance signatures of two different persons"), "{said}");
}

#[test]
fn what_the_gate_would_refuse_is_not_asked_for() {
    let desk = example_desk();
    for (purpose, approver, why) in [
        ("", CUSTOMER, "`purpose` is empty"),
        (" \t", CUSTOMER, "`purpose` is empty"),
        ("a test", COMPLIANCE, "does not sign for customer `demo`"),
        ("a test", "nobody@x.example", "does not sign for customer `demo`"),
    ] {
        let request = ["consent", "request", "demo", "--id", "one", "--purpose", purpose, "--approver", approver];
        let output = desk.verho(&request);
        assert_eq!((output.status.code(), error(&output).contains(why)), (Some(2), true), "{}", error(&output));
        assert!(!folder(&desk, "one").exists());
    }
    let roles = fs::read_to_string(desk.path("consent/roles.toml")).expect("a file");
    desk.write("consent/roles.toml", &roles.replacen("organisation = \"demo\"", "organisation = \"acme\"", 1));
    assert!(error(&asked(&desk, "one", &[])).contains("does not sign for customer `demo`"));
}

#[test]
fn a_name_is_said_to_be_taken_only_where_it_is() {
    let desk = example_desk();
    desk.write("consent/demo", "no folder");
    let output = asked(&desk, "one", &[]);
    assert_eq!((output.status.code(), error(&output).contains("--id")), (Some(3), false), "{}", error(&output));
}

#[test]
fn an_approval_that_cannot_be_read_is_listed_among_the_others() {
    let desk = example_desk();
    assert!(asked(&desk, "one", &[]).status.success());
    fs::create_dir_all(folder(&desk, "empty")).expect("a folder");
    desk.write("consent/demo/broken/approval.toml", "x");
    let other = fs::read_to_string(folder(&desk, "one").join("approval.toml")).expect("a file");
    desk.write("consent/demo/other/approval.toml", &other.replacen("\"demo\"", "\"globex\"", 1));
    let listed = desk.facts(&["consent", "list", "demo"]);
    let states: Vec<_> =
        listed.as_array().expect("a list").iter().map(|one| (&one["approval"], &one["state"])).collect();
    let words = [("broken", "unreadable"), ("empty", "unreadable"), ("one", "requested"), ("other", "requested")];
    assert_eq!(states.len(), words.len());
    for ((approval, state), (name, word)) in states.into_iter().zip(words) {
        assert_eq!((approval, state), (&name.into(), &word.into()));
    }
    assert!(listed[0]["why"].as_str().expect("a reason").contains("broken/approval.toml:1:"), "{listed}");
    let text = String::from_utf8(desk.verho(&["consent", "list", "demo"]).stdout).expect("text");
    assert!(text.lines().any(|line| line.starts_with("empty") && line.contains("unreadable")), "{text}");
}

#[test]
fn an_approval_can_follow_an_earlier_one_of_the_same_customer() {
    let desk = example_desk();
    for (earlier, code) in [("one", 4), ("two", 2), ("../one", 2)] {
        assert_eq!(asked(&desk, "two", &["--renews", earlier]).status.code(), Some(code), "{earlier}");
    }
    assert!(asked(&desk, "one", &[]).status.success());
    assert!(asked(&desk, "two", &["--renews", "one"]).status.success());
    let facts = desk.facts(&["consent", "show", "demo", "two"]);
    assert_eq!((facts["renews"].as_str(), facts["evidence"].as_str()), (Some("one"), Some("customer-signed")));
    for name in ["approval.toml", "request.html", "request.txt"] {
        let page = fs::read_to_string(folder(&desk, "two").join(name)).expect("a page");
        assert!(page.contains("renews = \"one\"") || page.contains("earlier approval"), "{name}");
    }
}

#[test]
fn names_of_the_data_stay_words() {
    let names = [
        r#""<script>alert(1)</script>""#,
        r#"'"a\" = & c"'"#,
        r#""line\nmax_runs = 99""#,
        r#""turned\u202Eback""#,
        r#""`tick""#,
    ];
    let rule = "{ class = \"direct\", method = \"fake\", kind = \"name\" }";
    let columns: String = names.iter().map(|name| format!("{name} = {rule}\n")).collect();
    let desk = records();
    give(&desk, &columns);
    let purpose = "</title><script>\n# [table]\u{202e}";
    let request = ["consent", "request", "acme", "--id", "odd", "--purpose", purpose, "--approver", CUSTOMER];
    let output = desk.verho(&request);
    assert!(output.status.success(), "{}", error(&output));
    let read = |name: &str| fs::read_to_string(desk.path("consent/acme/odd").join(name)).expect("a file");
    let record = Record::parse(Path::new("approval.toml"), &read("approval.toml")).expect("an approval");
    assert_eq!((record.max_runs, record.purpose.as_str()), (12, purpose));
    assert_eq!(record.tables["visits"].columns.len(), names.len());
    let page = read("request.html");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(
        page.contains("&quot;a\\&quot; = &amp; c&quot;")
            && page.contains("turned[U+202E]back")
            && page.contains("line[U+000A]max_runs")
    );
    for name in ["approval.toml", "request.html", "request.txt"] {
        assert!(!read(name).contains('\u{202e}'), "{name}");
    }
    let text = read("request.txt");
    assert!(text.contains("turned[U+202E]back") && text.contains("line[U+000A]max_runs = 99"));
}

#[test]
fn three_hundred_columns_stay_under_a_megabyte() {
    let rule = "{ class = \"direct\", method = \"fake\", kind = \"email\", locale = \"fi\" }";
    let columns: String = (0..300).map(|at| format!("a_column_with_a_long_name_{at} = {rule}\n")).collect();
    let desk = records();
    give(&desk, &columns);
    let request = ["consent", "request", "acme", "--id", "wide", "--purpose", "a test", "--approver", CUSTOMER];
    assert!(desk.verho(&request).status.success());
    let page = fs::read_to_string(desk.path("consent/acme/wide/request.html")).expect("a page");
    assert!(page.contains("a_column_with_a_long_name_299") && page.len() < 1_000_000, "{} bytes", page.len());
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let Written { html, .. } = written();
    for needs in ["src=", "url(", "@import", "<script", "<link", "http://", "https://", "onclick", "href=\"h"] {
        assert!(!html.contains(needs), "{needs}");
    }
    let headings =
        ["<html lang=\"en\">", "<main", "<nav aria-label", "<h1>", "<h2 id", "<h3>", "scope=\"col\"", "scope=\"row\""];
    for has in headings.into_iter().chain(["prefers-color-scheme: dark", "@media print", ":focus-visible", "<caption>"])
    {
        assert!(html.contains(has), "{has}");
    }
    let open = |tag: &str| html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
    for tag in
        ["table", "tr", "td", "th", "section", "div", "ul", "ol", "li", "dl", "dt", "dd", "p", "pre", "code", "bdi"]
    {
        assert_eq!(open(tag), html.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}
