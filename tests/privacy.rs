//! The measures give what others computed and published: every case of the corpus, and ARX's and sdcMicro's own tests.

mod common;

use std::collections::HashMap;
use std::path::Path;

use common::corpora;
use serde_json::Value;
use verho::privacy::{Classes, Crosstab, Groups, Matching, Missing, Risks, code_of};

/// A table of text, by column.
struct Table {
    columns: HashMap<String, Vec<String>>,
    rows: usize,
}

impl Table {
    /// Reads a CSV file whose header says which separator it has.
    fn read(file: &Path) -> Self {
        let mut reader = reader(file).has_headers(true).from_path(file).expect("a file");
        let names: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let mut columns: HashMap<String, Vec<String>> = names.iter().map(|name| (name.clone(), Vec::new())).collect();
        let mut rows = 0;
        for record in reader.records() {
            let record = record.expect("a record");
            names.iter().zip(&record).for_each(|(name, value)| {
                columns.get_mut(name).expect("a column").push(value.to_owned());
            });
            rows += 1;
        }
        Table { columns, rows }
    }

    fn column(&self, name: &str) -> Vec<String> {
        // A name that ends so asks for the column as numbers; they are told from text by what they hold.
        let known = self.columns.get(name).or_else(|| self.columns.get(name.strip_suffix("_num")?));
        known.unwrap_or_else(|| panic!("there is no column {name}")).clone()
    }
}

fn reader(file: &Path) -> csv::ReaderBuilder {
    let first = std::fs::read_to_string(file).expect("a file").lines().next().unwrap_or_default().to_owned();
    let count = |separator| first.matches(separator).count();
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(if count(';') > count(',') { b';' } else { b',' });
    builder
}

/// From raw value to its line in a hierarchy file of ARX: column n is level n.
fn hierarchy(file: &Path) -> HashMap<String, Vec<String>> {
    let records = csv::ReaderBuilder::new().has_headers(false).delimiter(b';').from_path(file).expect("a file");
    let lines = records.into_records().map(|line| line.expect("a line").iter().map(str::to_owned).collect::<Vec<_>>());
    lines.map(|line| (line[0].clone(), line)).collect()
}

/// Equal texts have equal codes.
fn codes(values: &[String]) -> Vec<u32> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut next = 0..;
    values.iter().map(|value| *known.entry(value).or_insert_with(|| next.next().expect("a code"))).collect()
}

/// The group of every row: equal keys for equal values in all columns.
fn keys(table: &Table, columns: &[String], levels: Option<&[usize]>, home: &Path) -> Vec<u128> {
    let mut keys: Vec<u128> = vec![0; table.rows];
    for (at, name) in columns.iter().enumerate() {
        let mut values = table.column(name);
        if let Some(level) = levels.map(|levels| levels[at]).filter(|level| *level > 0) {
            let lines = hierarchy(&home.join(format!("arx/adult_hierarchy_{name}.csv")));
            values.iter_mut().for_each(|value| *value = lines[value][level].clone());
        }
        // Interned pair by pair, so that keys are exact.
        let mut pairs: HashMap<(u128, u32), u128> = HashMap::new();
        for (key, code) in keys.iter_mut().zip(codes(&values)) {
            let next = pairs.len() as u128;
            *key = *pairs.entry((*key, code)).or_insert(next);
        }
    }
    keys
}

/// Codes of sensitive values: those of numbers in the order of the numbers.
fn sensitive(values: &[String]) -> (Vec<u64>, bool) {
    let numbers: Result<Vec<f64>, _> = values.iter().map(|value| value.parse::<f64>()).collect();
    match numbers {
        Ok(numbers) => (numbers.into_iter().map(code_of).collect(), true),
        Err(_) => (codes(values).into_iter().map(u64::from).collect(), false),
    }
}

/// The levels that a case's name ends in, one digit a column.
fn levels(case: &Value) -> Option<Vec<usize>> {
    if let Some(levels) = case["levels"].as_array().or_else(|| case["transformation"].as_array()) {
        return Some(levels.iter().map(|level| level.as_u64().expect("a level") as usize).collect());
    }
    let (_, digits) = case["case"].as_str()?.split_once("levels_")?;
    digits.chars().map(|digit| digit.to_digit(10).map(|digit| digit as usize)).collect()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("text").to_owned()).collect()
}

/// The name of entropy l as a real number, among figures that nobody expects by name.
const REAL_L: &str = "entropy_l as it is";

/// What the classes of one sensitive column say, by the names of the manifest.
fn of_classes(classes: &Classes, is_numeric: bool, column: &str) -> Vec<(String, f64)> {
    let distinct = classes.distinct_l();
    let t = if is_numeric { classes.t_ordered() } else { classes.t_equal() };
    let named = |name: &str, figure| (format!("{name}_{column}"), figure);
    vec![
        named("l_distinct", distinct as f64),
        named("l_entropy_float", classes.entropy_l()),
        named("t_equal", classes.t_equal()),
        named("t_ordered", classes.t_ordered()),
        ("l".into(), distinct as f64),
        (REAL_L.into(), classes.entropy_l()),
        ("entropy_l".into(), (classes.entropy_l() + 1e-9).floor()),
        ("t".into(), t),
        ("alpha".into(), classes.alpha()),
        ("basic_beta".into(), classes.basic_beta()),
        ("enhanced_beta".into(), classes.enhanced_beta()),
        ("delta_disclosure".into(), classes.delta()),
        ("recursive_c".into(), if distinct > 1 { pycanon_c(classes, distinct as usize) } else { f64::NAN }),
    ]
}

/// The c that pycanon prints: it sorts counts from the least, where the paper and [`Classes::recursive_c`] have them from
/// the greatest, and rounds.
fn pycanon_c(classes: &Classes, l: usize) -> f64 {
    let of_class = |class: &[(u64, u64)]| {
        let mut counts: Vec<u64> = class.iter().map(|(_, count)| *count).collect();
        counts.sort_unstable();
        (counts[0] as f64 / counts[l - 1..].iter().sum::<u64>() as f64 + 1.0).floor()
    };
    classes.iter().map(of_class).fold(0.0, f64::max)
}

/// What the groups alone say, by the names of the manifest.
fn of_groups(groups: &Groups) -> Vec<(String, f64)> {
    let (sizes, risks) = (groups.sizes(), Risks::of(groups, groups, 0.0));
    assert!((risks.prosecutor.average - sizes.average_risk()).abs() < 1e-12);
    assert!((risks.marketer - sizes.average_risk()).abs() < 1e-12);
    [
        ("records", sizes.records() as f64),
        ("classes", sizes.classes() as f64),
        ("k", sizes.k() as f64),
        ("max_class", sizes.largest() as f64),
        ("uniques", sizes.uniques() as f64),
        ("records_in_classes_lt5", sizes.records_under(5) as f64),
        ("records_in_classes_lt10", sizes.records_under(10) as f64),
        ("avg_class_size", sizes.average()),
        ("avg_risk", sizes.average_risk()),
        ("highest_risk", risks.prosecutor.highest),
        ("discernibility", sizes.discernibility() as f64),
    ]
    .map(|(name, figure)| (name.to_owned(), figure))
    .into()
}

/// Compares every figure that is expected with ours; how many there were.
fn compare(case: &str, expected: &Value, ours: &HashMap<String, f64>) -> usize {
    let mut compared = 0;
    for (name, figure) in expected.as_object().into_iter().flatten().filter(|(name, _)| *name != "seconds") {
        let own = ours.get(name).unwrap_or_else(|| panic!("{case}: nothing computes {name}"));
        // An integer part: where a real number is whole but for its last bits, pycanon's falls short by one.
        let short = name == "entropy_l" && figure.as_f64() == Some(own - 1.0);
        let own = if short && (ours[REAL_L] - *own).abs() < 1e-9 { &(own - 1.0) } else { own };
        match figure.as_f64() {
            Some(figure) => {
                let close = (own - figure).abs() <= 1e-9 * figure.abs().max(1.0);
                assert!(close, "{case}: {name} is {own}, expected {figure}");
            }
            None => assert!(own.is_nan(), "{case}: {name} is {own}, and nothing was expected"),
        }
        compared += 1;
    }
    compared
}

#[test]
fn every_figure_of_the_corpus_is_reached_again() {
    let Some(home) = corpora::folder("privacy") else { return };
    let manifest = std::fs::read_to_string(home.join("expected.json")).expect("a manifest");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let (mut cases, mut compared) = (0, 0);
    for case in manifest["cases"].as_array().expect("cases") {
        let name = case["case"].as_str().expect("a name");
        let source = case["source"].as_str().expect("a source").split(" + ").next().expect("a file");
        let table = Table::read(&home.join(source));
        let keys = keys(&table, &texts(&case["quasi_identifiers"]), levels(case).as_deref(), &home);
        let mut ours: HashMap<String, f64> = of_groups(&keys.iter().copied().collect()).into_iter().collect();
        for column in texts(&case["sensitive"]) {
            let (values, is_numeric) = sensitive(&table.column(&column));
            let classes = keys.iter().copied().zip(values).collect::<Crosstab>().classes();
            ours.extend(of_classes(&classes, is_numeric, &column));
        }
        compared += compare(name, &case["independent"], &ours) + compare(name, &case["pycanon"], &ours);
        cases += 1;
    }
    println!("{compared} figures of {cases} cases");
    assert!(cases > 0 && compared > 10 * cases);
}

#[test]
fn what_arx_publishes_is_reached_exactly() {
    let Some(home) = corpora::folder("privacy") else { return };
    let anchors = std::fs::read_to_string(home.join("published_anchors.json")).expect("a manifest");
    let anchors: Value = serde_json::from_str(&anchors).expect("JSON");
    for anchor in anchors.as_array().expect("anchors") {
        let measure = anchor["measure"].as_str().expect("a measure");
        match anchor["rows"].as_array() {
            Some(rows) => column_sets(anchor, rows),
            None => assert_eq!(of_adult(anchor, measure, &home), Ok(()), "{measure}"),
        }
    }
    assert!(!anchors.as_array().expect("anchors").is_empty());
}

/// A figure of the adult table under some levels of generalisation.
fn of_adult(anchor: &Value, measure: &str, home: &Path) -> Result<(), String> {
    let table = Table::read(&home.join("arx/adult.csv"));
    let all = "sex,age,race,marital-status,education,native-country,workclass,occupation,salary-class";
    let levels = levels(anchor);
    let eight = levels.as_ref().is_some_and(|levels| levels.len() == 8);
    let columns: Vec<String> =
        all.split(',').filter(|name| !eight || *name != "occupation").map(str::to_owned).collect();
    let groups: Groups = keys(&table, &columns, levels.as_deref(), home).into_iter().collect();
    let sizes = groups.sizes();
    let own = match measure.split([' ', ',']).next().expect("a word") {
        "average" => sizes.average_risk(),
        "highest" => sizes.highest_risk(),
        "discernibility" => sizes.discernibility() as f64,
        "k" => sizes.k() as f64,
        other => panic!("nothing computes {other}"),
    };
    let recomputed = anchor["recomputed"].as_f64().filter(|_| measure == "k");
    let is_met = match (&anchor["expected"], recomputed) {
        (Value::String(least), recomputed) => {
            let least: f64 = least.trim_start_matches(">= ").parse().expect("a number");
            own >= least && recomputed.is_none_or(|figure| figure == own)
        }
        (figure, _) => figure.as_f64() == Some(own),
    };
    if is_met { Ok(()) } else { Err(format!("ours is {own}")) }
}

/// Distinction and separation of sets of columns, computed by hand in ARX's test.
fn column_sets(anchor: &Value, rows: &[Value]) {
    let names = texts(&anchor["columns"]);
    for (set, expected) in anchor["expected"].as_object().expect("sets") {
        let wanted: Vec<usize> =
            set.split('+').map(|name| names.iter().position(|known| known == name).expect("a column")).collect();
        let mut codes: HashMap<Vec<&str>, u128> = HashMap::new();
        let keys: Groups = rows
            .iter()
            .map(|row| {
                let next = codes.len() as u128;
                let values = wanted.iter().map(|at| row[*at].as_str().expect("text")).collect();
                *codes.entry(values).or_insert(next)
            })
            .collect();
        let sizes = keys.sizes();
        assert_eq!(Some(sizes.distinction()), expected[0].as_f64(), "{set}");
        assert_eq!(Some(sizes.separation()), expected[1].as_f64(), "{set}");
    }
}

#[test]
fn missing_values_match_as_in_sdcmicro() {
    let Some(home) = corpora::folder("privacy") else { return };
    let manifest = std::fs::read_to_string(home.join("sdcmicro_freqcalc.json")).expect("a manifest");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    for case in manifest["cases"].as_array().expect("cases") {
        let row = |row: &Value| {
            let values = row.as_array().expect("a row").iter();
            values.map(|value| value.as_u64().map(|value| value as u32)).collect::<Vec<_>>()
        };
        let rows: Vec<_> = case["rows"].as_array().expect("rows").iter().map(row).collect();
        let weights = case["weights"].as_array().expect("weights").iter().map(|weight| weight.as_f64().expect("one"));
        let mut matching = Matching::default();
        rows.iter().zip(weights).for_each(|(row, weight)| matching.add(row, weight));
        let found = matching.frequencies(Missing::MatchesAll);
        let sample: Vec<u64> = rows.iter().map(|row| found[row.as_slice()].sample).collect();
        assert_eq!(serde_json::json!(sample), case["fk"], "{}", case["name"]);
        let population: Vec<f64> = rows.iter().map(|row| found[row.as_slice()].population).collect();
        let expected = case["Fk_weighted"].as_array().expect("weights").iter().map(|weight| weight.as_f64());
        population.iter().zip(expected).for_each(|(own, figure)| assert_eq!(Some(*own), figure, "{}", case["name"]));
        let of = |count| sample.iter().filter(|own| **own == count).count() as u64;
        assert_eq!((Some(of(1)), Some(of(2))), (case["unique"].as_u64(), case["twice"].as_u64()));
        let apart = matching.frequencies(Missing::IsAValue);
        assert!(rows.iter().all(|row| apart[row.as_slice()].sample <= found[row.as_slice()].sample));
    }
}
