//! No method allocates per value: eight times the rows take no more allocations.
//!
//! The allocator that counts is the dev-dependency `allocation-counter`'s; it is linked into this file's tests alone.

use std::path::Path;
use std::sync::Arc;

use allocation_counter::measure;
use arrow::array::{Array, ArrayRef, StringArray};
use arrow::datatypes::DataType;
use verho::document::{Document, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{ApplyError, CATALOGUE, Context, Keys, Method, Outcome, Taken, distinct, find};

mod columns;

const FEW: usize = 8 * 1_024;
const MANY: usize = 8 * FEW;

/// What more rows may cost: texts and tables of distinct values start with room for so many rows as there are, and
/// where that is too little they double. Sizes round differently, so one of them may double once more.
const SPARE: u64 = 1;

fn parse(column: &str) -> Box<dyn Method> {
    let document = Document::of(Path::new("table.toml"), format!("column = {column}\n"));
    let mut section: Section = document.root().and_then(|mut root| root.required("column")).expect("it is TOML");
    section.required::<String>("class").expect("it has a class");
    let name: String = section.required("method").expect("it is named");
    (find(&name).expect("it is in the catalogue").parse)(&mut section).expect("an example is right")
}

/// Every seventh row is null; some texts are too long for a block of the hash, and `distinct` of the others repeat.
fn inputs(rows: usize, distinct: usize) -> Vec<ArrayRef> {
    let value = move |row: usize| Some(row).filter(|row| row % 7 != 3).map(|row| row % distinct);
    let text = move |row| value(row).map(|value| "väli ".repeat(value % 17) + &format!("teksti {value:06}"));
    columns::of(rows, move |row| value(row).map(|value| value as i64 + 11), text)
}

/// A column of texts for each that the method looks at.
fn beside_of(method: &dyn Method, rows: usize) -> Vec<ArrayRef> {
    let subjects = || Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("subject {}", row % 23))));
    method.beside().iter().map(|_| subjects() as ArrayRef).collect()
}

type Apply = fn(&dyn Method, &ArrayRef, &Context) -> Result<ArrayRef, ApplyError>;

fn allocations(method: &dyn Method, input: &ArrayRef, taken: &Taken, apply: Apply) -> u64 {
    let domains = method.domains().into_iter();
    let keys = Keys::new(domains.map(|domain| (domain.to_owned(), DomainKey::new([7; 32]))));
    let beside = beside_of(method, input.len());
    let context = Context { keys: &keys, taken, beside: &beside };
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

fn pairs(distinct: usize) -> Vec<(ArrayRef, ArrayRef)> {
    inputs(FEW, distinct).into_iter().zip(inputs(MANY, distinct)).collect()
}

/// Every value that `custom` treats meets a new instance of its module, so that none can depend on another.
fn examples() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().filter(|entry| entry.name != "custom").flat_map(|entry| entry.examples).copied()
}

fn texts(inputs: Vec<(ArrayRef, ArrayRef)>) -> Vec<(ArrayRef, ArrayRef)> {
    inputs.into_iter().filter(|(few, _)| *few.data_type() == DataType::Utf8).collect()
}

#[test]
fn no_method_allocates_per_value_of_any_type() {
    let inputs = pairs(usize::MAX);
    let apply: Apply = |method, input, context| method.apply(input, context);
    let held: usize = examples().map(|example| hold(example, &inputs, &Taken::default(), apply)).sum();
    assert!(held > 200, "{held}");
}

#[test]
fn no_fake_allocates_for_words_that_are_taken() {
    let inputs = texts(pairs(usize::MAX));
    let apply: Apply = |method, input, context| method.apply(input, context);
    for example in examples() {
        let words = parse(example).vocabulary().into_iter().step_by(2).map(str::to_owned);
        hold(example, &inputs, &Taken::new(words), apply);
    }
}

#[test]
fn distinct_values_are_found_without_allocating_for_each() {
    for values in [500, usize::MAX] {
        let inputs = texts(pairs(values));
        for example in examples() {
            hold(example, &inputs, &Taken::default(), |method, input, context| distinct::apply(method, input, context));
        }
    }
}

#[test]
fn allocations_are_counted() {
    assert_eq!(measure(|| drop(std::hint::black_box(vec![0u8; FEW]))).count_total, 1);
}
