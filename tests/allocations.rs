//! No method allocates per value: eight times the rows take no more allocations.
//!
//! The allocator that counts is the dev-dependency `allocation-counter`'s; it is linked into this file's tests alone.

use std::path::Path;
use std::sync::Arc;

use allocation_counter::measure;
use arrow::array::{Array, ArrayRef, StringArray};
use arrow::datatypes::DataType;
use verho::detect::Known;
use verho::document::{Document, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{ApplyError, CATALOGUE, Context, Keys, Method, Outcome, Taken, distinct, find};

mod columns;

const FEW: usize = 2 * 1_024;
const MANY: usize = 8 * FEW;

/// What more rows may cost: texts and tables of distinct values start with room for so many rows as there are, and
/// where that is too little they double. Sizes round differently, so one of them may double once more.
const SPARE: u64 = 1;

fn parse(column: &str) -> Box<dyn Method> {
    let document = Document::of(Path::new("tests/samples/table.toml"), format!("column = {column}\n"));
    let mut section: Section = document.root().and_then(|mut root| root.required("column")).expect("it is TOML");
    section.required::<String>("class").expect("it has a class");
    let name: String = section.required("method").expect("it is named");
    (find(&name).expect("it is in the catalogue").parse)(&mut section).expect("an example is right")
}

/// Every seventh row is null; some texts are too long for a block of the hash, and `distinct` of the others repeat.
///
/// Where an example takes texts of one form only, they are of that form.
fn inputs(example: &str, rows: usize, distinct: usize) -> Vec<ArrayRef> {
    let value = move |row: usize| Some(row).filter(|row| row % 7 != 3).map(|row| row % distinct);
    let any = |value| "väli ".repeat(value % 17) + &format!("teksti {value:06}");
    let text = |value| columns::fitting::text(example, value).unwrap_or_else(|| any(value));
    columns::of(rows, |row| value(row).map(|value| value as i64 + 11), |row| value(row).map(text))
}

/// A column that a method looks at.
fn beside(rows: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("subject {}", row % 997))))
}

type Apply = fn(&dyn Method, &ArrayRef, &Context) -> Result<ArrayRef, ApplyError>;

fn allocations(method: &dyn Method, input: &ArrayRef, taken: &Taken, apply: Apply) -> u64 {
    let domains = method.domains().into_iter();
    let keys = Keys::new(domains.map(|domain| (domain.to_owned(), DomainKey::new([7; 32]))));
    let beside: Vec<_> = method.beside().iter().map(|_| beside(input.len())).collect();
    let context = Context { keys: &keys, taken, known: &Known::none(), beside: &beside };
    let mut output = None;
    let counted = measure(|| output = Some(apply(method, input, &context)));
    assert_eq!(output.expect("it was run").expect("the plan takes the type").len(), input.len());
    counted.count_total
}

/// Runs a method over the types that it takes, in few rows and in many.
fn hold(example: &str, inputs: &[(ArrayRef, ArrayRef)], taken: &Taken, apply: Apply) -> usize {
    let method = parse(example);
    let takes = |input: &ArrayRef| method.plan(input.data_type()).is_ok_and(|outcome| outcome != Outcome::Removed);
    let taking = inputs.iter().filter(|(few, _)| takes(few));
    let held = taking.map(|(few, many)| {
        let [before, after] = [few, many].map(|input| allocations(&*method, input, taken, apply));
        assert!(after <= before + SPARE, "{example} of {}: {before}, then {after}", few.data_type());
    });
    held.count()
}

fn pairs(example: &str, rows: [usize; 2], distinct: usize) -> Vec<(ArrayRef, ArrayRef)> {
    let [few, many] = rows.map(|rows| inputs(example, rows, distinct));
    few.into_iter().zip(many).collect()
}

/// Every example with few rows and many of every type. Those that encrypt have half of each, and of the values.
fn over_all(distinct: usize, mut check: impl FnMut(&str, &[(ArrayRef, ArrayRef)])) {
    let any = pairs("", [FEW, MANY], distinct);
    for example in examples() {
        if columns::fitting::encrypts(example) {
            check(example, &pairs(example, [FEW / 2, MANY / 2], distinct / 2));
        } else {
            check(example, &any);
        }
    }
}

/// Every value that `custom` treats meets a new instance of its module, so that none can depend on another.
fn examples() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().filter(|entry| entry.name != "custom").flat_map(|entry| entry.examples).copied()
}

fn texts(inputs: &[(ArrayRef, ArrayRef)]) -> Vec<(ArrayRef, ArrayRef)> {
    inputs.iter().filter(|(few, _)| *few.data_type() == DataType::Utf8).cloned().collect()
}

#[test]
fn no_method_allocates_per_value_of_any_type() {
    let apply: Apply = |method, input, context| method.apply(input, context);
    let mut held = 0;
    over_all(usize::MAX, |example, inputs| held += hold(example, inputs, &Taken::default(), apply));
    assert!(held > 200, "{held}");
}

#[test]
fn no_fake_allocates_for_words_that_are_taken() {
    let apply: Apply = |method, input, context| method.apply(input, context);
    over_all(usize::MAX, |example, inputs| {
        let words = parse(example).vocabulary().into_iter().step_by(2).map(str::to_owned);
        hold(example, &texts(inputs), &Taken::new(words), apply);
    });
}

#[test]
fn distinct_values_are_found_without_allocating_for_each() {
    let apply: Apply = |method, input, context| distinct::apply(method, input, context);
    for values in [FEW / 16, usize::MAX] {
        over_all(values, |example, inputs| {
            hold(example, &texts(inputs), &Taken::default(), apply);
        });
    }
}

/// Above 72 digits FF1 needs big integers, which allocate: 290 times for a value when this was written, however many.
#[test]
fn long_numbers_are_encrypted_with_bounded_allocations() {
    let method = parse(r#"{ class = "direct", method = "fpe", domain = "d", alphabet = "digits" }"#);
    let counted = |rows: usize, digits: usize| {
        let texts = StringArray::from_iter_values((0..rows).map(|row| format!("{row:0digits$}")));
        let apply: Apply = |method, input, context| method.apply(input, context);
        allocations(&*method, &(Arc::new(texts) as ArrayRef), &Taken::default(), apply)
    };
    assert!(counted(256, 72) <= counted(64, 72) + SPARE);
    let [few, many] = [64, 256].map(|rows| counted(rows, 73));
    let a_value = (many - few) / 192;
    assert!((1..400).contains(&a_value), "{a_value} allocations a value");
}

#[test]
fn allocations_are_counted() {
    assert_eq!(measure(|| drop(std::hint::black_box(vec![0u8; FEW]))).count_total, 1);
}
