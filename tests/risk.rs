//! `verho risk`: its figures are those of counting by hand, and neither a value nor a small group is in what it says.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use serde_json::Value;

/// Visits, two of each patient.
const ROWS: i64 = 6_000;

const RULES: &str = r#"customer = "clinic"
table    = "visits"
source   = "clinic/visits/*.parquet"
format   = "parquet"
subject  = "patient"

[columns]
patient = { class = "direct", method = "pseudonym", domain = "patient" }
zip     = { class = "quasi", method = "generalise", prefix = 1 }
born    = { class = "quasi", method = "generalise", to = "year" }
sex     = { class = "quasi", method = "keep", because = "two letters" }
finding = { class = "sensitive", method = "keep", because = "what is studied" }
cost    = { class = "sensitive", method = "round", to = 100 }
room    = { class = "attribute", method = "keep", because = "no person" }
"#;

/// One row, as it is counted by hand.
struct Visit {
    patient: i64,
    zip: String,
    born: i32,
    sex: &'static str,
    finding: String,
    cost: i64,
}

/// Numbers that look like chance and are the same each time.
fn mixed(seed: i64) -> u64 {
    let mixed = (seed as u64).wrapping_add(7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}

fn visits() -> Vec<Visit> {
    let visit = |row: i64| {
        let patient = row / 2;
        Visit {
            patient: 7_000_000 + patient,
            zip: format!("{}{:04}-zip", 3 + mixed(patient) % 2, mixed(patient + 1) % 300),
            born: (mixed(patient + 2) % 9_000) as i32,
            sex: ["f", "m"][(mixed(patient + 3) % 2) as usize],
            finding: format!("finding-{}", mixed(row) % 7),
            cost: (mixed(row + 4) % 900) as i64,
        }
    };
    (0..ROWS).map(visit).collect()
}

fn write(desk: &Desk, visits: &[Visit], name: &str) {
    let texts =
        |of: &dyn Fn(&Visit) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(visits.iter().map(of))) };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("patient", Arc::new(Int64Array::from_iter_values(visits.iter().map(|visit| visit.patient)))),
        ("zip", texts(&|visit| &visit.zip)),
        ("born", Arc::new(Date32Array::from_iter_values(visits.iter().map(|visit| visit.born)))),
        ("sex", texts(&|visit| visit.sex)),
        ("finding", texts(&|visit| &visit.finding)),
        ("cost", Arc::new(Int64Array::from_iter_values(visits.iter().map(|visit| visit.cost)))),
        ("room", texts(&|_| "room")),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let path = desk.path("production/clinic/visits");
    std::fs::create_dir_all(&path).expect("folders");
    let groups = WriterProperties::builder().set_max_row_group_row_count(Some(2_000)).build();
    let file = File::create(path.join(name)).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(groups)).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
}

fn desk(rules: &str) -> Desk {
    let desk = Desk::local("clinic");
    desk.write("schemas/clinic/visits.toml", rules);
    write(&desk, &visits(), "0.parquet");
    desk
}

fn approved(rules: &str) -> Desk {
    let desk = desk(rules);
    desk.approve("clinic", "measured", 1);
    desk
}

/// Year and month of a day since 1970 are those of its civil date.
fn year(day: i32) -> i16 {
    let date = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(day);
    date.year()
}

/// The groups of visits, each as its patients.
fn groups(visits: &[Visit], key: impl Fn(&Visit) -> String) -> BTreeMap<String, BTreeSet<i64>> {
    let mut groups: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for visit in visits {
        groups.entry(key(visit)).or_default().insert(visit.patient);
    }
    groups
}

fn raw(visit: &Visit) -> String {
    format!("{} {} {}", visit.zip, visit.born, visit.sex)
}

fn masked(visit: &Visit) -> String {
    format!("{} {} {}", &visit.zip[..1], year(visit.born), visit.sex)
}

fn up(count: usize) -> u64 {
    (count as u64).next_multiple_of(11)
}

/// Holds one side against its groups, counted by hand.
fn compare(side: &Value, groups: &BTreeMap<String, BTreeSet<i64>>) {
    let sizes: Vec<usize> = groups.values().map(BTreeSet::len).collect();
    let (all, smallest) = (sizes.iter().sum::<usize>(), *sizes.iter().min().expect("a group"));
    let under: usize = sizes.iter().filter(|size| **size < 11).sum();
    assert_eq!(side["counted"], up(all), "patients, not visits");
    assert_eq!(side["groups"], up(sizes.len()));
    assert_eq!(side["smallest"].as_u64(), Some(smallest as u64).filter(|smallest| *smallest >= 11));
    assert_eq!(side["uniques"], up(sizes.iter().filter(|size| **size == 1).count()));
    assert_eq!(side["under_k"], up(under));
    let average = up(sizes.len()) as f64 / up(all) as f64;
    assert!((side["prosecutor"]["average"].as_f64().expect("a share") - average).abs() < 1e-4);
    assert!((side["marketer"].as_f64().expect("a share") - average).abs() < 1e-4);
}

/// The fewest findings of a group.
fn distinct_l(visits: &[Visit], key: impl Fn(&Visit) -> String) -> usize {
    let mut findings: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for visit in visits {
        findings.entry(key(visit)).or_default().insert(&visit.finding);
    }
    findings.values().map(BTreeSet::len).min().expect("a group")
}

#[test]
fn figures_are_those_of_counting_by_hand() {
    let (desk, visits) = (approved(RULES), visits());
    let report = desk.facts(&["risk", "clinic", "visits"]);
    let table = &report["tables"][0];
    compare(&table["before"], &groups(&visits, raw));
    compare(&table["after"], &groups(&visits, masked));
    assert!(
        table["before"]["sensitive"][0]["figures"].is_null(),
        "no group has 11, and of smaller ones nothing is told"
    );
    assert_eq!(table["after"]["sensitive"][0]["figures"]["distinct_l"], distinct_l(&visits, masked));
    assert_eq!(table["after"]["sensitive"][1]["figures"]["distance"], "ordered");
    let kept = table["leaves"].as_array().expect("leaves").iter().find(|leaf| leaf["leaf"] == "sex").expect("a leaf");
    assert_eq!(
        (&kept["loss"]["entropy"], &kept["distance"]["categories"]["total_variation"]),
        (&0.0.into(), &0.0.into())
    );
    let sets = table["sets"].as_array().expect("sets");
    assert_eq!(sets.len(), 7, "three alone, three pairs, and all");
    let sex = groups(&visits, |visit| visit.sex.to_owned());
    let distinction = up(sex.len()) as f64 / up(sex.values().map(BTreeSet::len).sum()) as f64;
    assert!((sets[2]["distinction"][0].as_f64().expect("a share") - distinction).abs() < 1e-4, "of rounded counts");
}

/// Visits of one day and place: whose, what it cost, and the sex.
fn measured_and_run(visits: &[(Option<usize>, Option<u64>, &str)]) -> [Value; 2] {
    let desk = Desk::local("clinic");
    let rules = RULES.replace("parquet", "ndjson").replace("cost    = {", "cost    = { type = \"int64\",");
    let rules = rules.replace("born    = {", "born    = { type = \"date\",");
    let privacy = "\n[privacy]\nk = 4\non_small_group = \"suppress\"\nt = 1\nmax_suppressed = 0.9\n\n[columns]";
    desk.write("schemas/clinic/visits.toml", &rules.replace("\n[columns]", privacy));
    let line = |(patient, cost, sex): &(Option<usize>, Option<u64>, &str)| {
        let visit = serde_json::json!({
            "patient": patient.map(|patient| format!("patient-{patient:04}")), "zip": "30000", "born": "1990-01-01",
            "sex": sex, "finding": "well", "cost": cost, "room": "room",
        });
        format!("{visit}\n")
    };
    desk.write("production/clinic/visits/0.ndjson", &visits.iter().map(line).collect::<String>());
    desk.approve("clinic", "measured", 1);
    [desk.facts(&["risk", "clinic"])["tables"][0]["after"].clone(), desk.facts(&["run", "clinic"])]
}

/// Rows of which nobody knows whose they are make no group larger, and a missing number is behind all others in t.
#[test]
fn nobody_and_nothing_count_as_they_do_in_a_run() {
    let many = (0..20).map(|patient| (Some(patient), (patient % 3 > 0).then_some(100 * patient as u64), "f"));
    let mut visits: Vec<_> = many.chain((20..30).map(|patient| (Some(patient), Some(2_000), "m"))).collect();
    let [risk, run] = measured_and_run(&visits);
    let t = risk["sensitive"][1]["figures"]["t"].as_f64().expect("a distance");
    let told: f64 = run["groups"]["visits"]["t"].as_str().expect("a figure").parse().expect("a number");
    assert!((t - told).abs() < 2e-4, "{t} and {told}");
    visits.extend((0..15).map(|_| (None, Some(700), "x")));
    let [risk, run] = measured_and_run(&visits);
    assert_eq!((&risk["smallest"], &risk["counted"]), (&Value::Null, &32.into()), "30 patients, and somebody");
    assert_eq!(run["tables"]["visits"], 30);
}

#[test]
fn neither_memory_nor_threads_nor_the_form_of_the_source_change_a_figure() {
    let desk = approved(RULES);
    let told = desk.facts(&["risk", "clinic"]);
    let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{config}\n[limits]\nmemory = \"256MiB\"\nthreads = 1\n"));
    assert_eq!(desk.facts(&["risk", "clinic"]), told);
    desk.write("verho.toml", &format!("{config}\n[limits]\nmemory = \"32MiB\"\n"));
    let narrow = desk.facts(&["risk", "clinic"]);
    let table = |report: &Value, what: &str| report["tables"][0][what].clone();
    for side in ["before", "after"] {
        assert_eq!(table(&narrow, side), table(&told, side));
    }
    assert!(table(&narrow, "notes").to_string().contains("left out"), "what there was no room for is said");
    let mut csv = "patient,zip,born,sex,finding,cost,room\n".to_owned();
    for Visit { patient, zip, born, sex, finding, cost } in visits() {
        let born = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(born);
        csv += &format!("{patient},{zip},{born},{sex},{finding},{cost},room\n");
    }
    let rules = RULES.replace("parquet", "csv").replace("born    = {", "born    = { type = \"date\",");
    let rules = rules.replace("cost    = {", "cost    = { type = \"int64\",");
    let records = Desk::local("clinic");
    records.write("schemas/clinic/visits.toml", &rules.replace("patient = {", "patient = { type = \"int64\","));
    records.write("production/clinic/visits/0.csv", &csv);
    records.approve("clinic", "measured", 1);
    assert_eq!(records.facts(&["risk", "clinic"]), told);
}

#[test]
fn a_journalist_has_to_look_among_those_who_stay_behind() {
    let rules = RULES.replace("\n[columns]", "sample = { by = \"patient\", rate = 0.3 }\n\n[columns]");
    let desk = approved(&rules);
    let report = desk.facts(&["risk", "clinic", "visits"]);
    let after = &report["tables"][0]["after"];
    let average = |attacker: &str| after[attacker]["average"].as_f64().expect("a share");
    assert!(average("journalist") < average("prosecutor") / 2.0, "{after}");
    assert!(after["counted"].as_u64().expect("a count") < ROWS as u64 / 4);
}

#[test]
fn nothing_is_read_without_an_approval_and_measuring_leaves_evidence() {
    let desk = desk(RULES);
    let refused = desk.verho(&["risk", "clinic"]);
    assert_eq!(refused.status.code(), Some(4), "{}", String::from_utf8_lossy(&refused.stderr));
    desk.approve("clinic", "measured", 1);
    for _ in 0..3 {
        desk.facts(&["risk", "clinic"]);
    }
    let outcomes = evidence(&desk);
    let of = |word: &str| outcomes.iter().filter(|name| name.contains(word)).count();
    assert_eq!((of("refused"), of("measured")), (1, 3), "{outcomes:?}: no run is counted");
    desk.facts(&["run", "clinic"]);
    assert_eq!(desk.verho(&["risk", "clinic"]).status.code(), Some(4), "an approval without a run left");
}

/// The names of all evidence.
fn evidence(desk: &Desk) -> Vec<String> {
    let mut folders = vec![desk.path("evidence")];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() { folders.push(entry) } else { names.push(entry.display().to_string()) }
        }
    }
    names
}

#[test]
fn no_value_is_in_text_json_page_or_evidence() {
    let desk = approved(RULES);
    let page = desk.path("risk.html");
    let output = desk.verho(&["risk", "clinic", "--out", page.to_str().expect("text")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = std::fs::read_to_string(page).expect("a page");
    let mut said = vec![String::from_utf8(output.stdout).expect("text"), page.clone()];
    said.push(desk.facts(&["risk", "clinic"]).to_string());
    said.extend(
        evidence(&desk).iter().map(|file| String::from_utf8_lossy(&std::fs::read(file).expect("a file")).into()),
    );
    let visits = visits();
    let values: HashSet<String> =
        visits.iter().flat_map(|visit| [visit.zip.clone(), visit.finding.clone(), visit.patient.to_string()]).collect();
    for text in said {
        assert_eq!(values.iter().find(|value| text.contains(value.as_str())), None);
    }
    is_whole(&page);
}

/// A page that loads nothing, runs nothing, and says in words what its plots show.
fn is_whole(page: &str) {
    for needs in ["src=", "href=", "url(", "@import", "<script", "<link", "http://", "https://"] {
        assert!(!page.contains(needs), "{needs}");
    }
    for has in ["<html lang=\"en\">", "prefers-color-scheme: dark", "@media print", "<caption>", "scope=\"col\""] {
        assert!(page.contains(has), "{has}");
    }
    let plots = page.matches("<svg ").count();
    assert_eq!((plots, page.matches("role=\"img\"").count(), page.matches("<details>").count()), (3, 3, 3));
    let open = |tag: &str| page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
    for tag in ["table", "tr", "td", "figure", "section", "svg", "text", "details", "div", "ul", "li"] {
        assert_eq!(open(tag), page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn more_groups_than_there_is_room_for_are_refused() {
    let desk = approved(RULES);
    let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{config}\n[limits]\nmemory = \"1MiB\"\n"));
    let refused = desk.verho(&["risk", "clinic"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(6), "{said}");
    assert!(said.contains("more distinct groups") && said.contains("raise `memory`"), "{said}");
}

#[test]
fn tables_that_cannot_be_measured_say_so() {
    let desk = approved(RULES);
    let said = |table: &str| {
        let refused = desk.verho(&["risk", "clinic", table]);
        (refused.status.code(), String::from_utf8_lossy(&refused.stderr).into_owned())
    };
    let (code, text) = said("nobody");
    assert_eq!((code, text.contains("there is no table `nobody`")), (Some(2), true), "{text}");
    let none =
        RULES.replace("\"quasi\"", "\"attribute\"").replace("method = \"generalise\", prefix = 1", "method = \"null\"");
    let desk = approved(&none);
    let refused = desk.verho(&["risk", "clinic"]);
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
}

#[test]
fn the_report_is_told_in_plain_words() {
    let output = approved(RULES).verho(&["risk", "clinic"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(String::from_utf8(output.stdout).expect("text"));
}
