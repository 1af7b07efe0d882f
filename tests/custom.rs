//! A method in WebAssembly: what it may do, what it cannot, and that its outputs depend on nothing but text and key.
#![cfg(feature = "custom")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, AsArray, StringArray};
use verho::detect::Known;
use verho::document::{Document, Fault, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{ApplyError, Context, Keys, Method, Taken, find};

/// What every module below has, but for `mask`.
const HEAD: &str = r#"(memory (export "memory") 1)
  (func (export "alloc") (param i32) (result i32) (if (result i32) (i32.eq (local.get 0) (i32.const 32)) (then (i32.const 0)) (else (i32.const 64))))"#;

/// A method whose module is written as text; `mask` has the parameters $text, $length and $seed.
fn custom(module: &str) -> Result<Box<dyn Method>, Fault> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("it.wasm"), wat::parse_str(module).expect("it is WAT")).expect("it is written");
    parse(&folder.path().join("table.toml"), "it.wasm")
}

fn parse(schema: &Path, module: &str) -> Result<Box<dyn Method>, Fault> {
    let document = Document::of(schema, format!("column = {{ module = \"{module}\", domain = \"d\" }}\n"));
    let mut section: Section = document.root()?.required("column")?;
    let method = (find("custom").expect("it is in the catalogue").parse)(&mut section)?;
    section.finish()?;
    Ok(method)
}

fn mask(body: &str) -> Box<dyn Method> {
    let mask = "(func (export \"mask\") (param $text i32) (param $length i32) (param $seed i32) (result i64)";
    custom(&format!("(module {HEAD} {mask} {body}))")).unwrap_or_else(|fault| panic!("{fault}"))
}

fn apply(method: &dyn Method, key: u8, texts: &[Option<&str>]) -> Result<Vec<Option<String>>, ApplyError> {
    let keys = Keys::new([("d".to_owned(), DomainKey::new([key; 32]))]);
    let input: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let output =
        method.apply(&input, &Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside: &[] })?;
    Ok(output.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
}

const PACK: &str =
    "(i64.or (i64.shl (i64.extend_i32_u (local.get $text)) (i64.const 32)) (i64.extend_i32_u (local.get $length)))";

fn digits() -> Box<dyn Method> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/table.toml");
    parse(&schema, "modules/digits.wasm").unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn the_example_is_what_its_text_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/modules");
    let text = std::fs::read_to_string(folder.join("digits.wat")).expect("its text");
    let bytes = std::fs::read(folder.join("digits.wasm")).expect("its bytes");
    assert!(wat::parse_str(&text).expect("it is WAT") == bytes, "write digits.wasm again, with wat2wasm or `wat`");
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/custom-methods.md"))
        .expect("the page");
    assert!(page.contains(text.trim_end()), "the page shows another module");
}

#[test]
fn digits_come_from_the_key_and_the_text() {
    let plates = [Some("ABC-123"), None, Some("ABC-124"), Some("ABC-123"), Some("")];
    let output = apply(&*digits(), 7, &plates).expect("text is taken");
    assert_eq!(output[0], output[3]);
    assert_eq!((output[1].as_deref(), output[4].as_deref()), (None, Some("")));
    let form = |text: &Option<String>| text.as_deref().map(|text| text.replace(|c: char| c.is_ascii_digit(), "0"));
    assert_eq!(form(&output[0]).as_deref(), Some("ABC-000"));
    assert_ne!(output, apply(&*digits(), 8, &plates).expect("text is taken"));
    // The seed is the keyed hash of the text, as it is documented.
    let seed = DomainKey::new([7; 32]).hash(b"ABC-123");
    let expected: String = (4..7).map(|at| char::from(b'0' + seed[at] % 10)).collect();
    assert_eq!(output[0], Some(format!("ABC-{expected}")));
}

#[test]
fn nothing_is_remembered_from_value_to_value() {
    let counts = "(i32.store8 (i32.const 200) (i32.add (i32.const 1) (i32.load8_u (i32.const 200))))
        (i32.store8 (local.get $text) (i32.add (i32.const 48) (i32.load8_u (i32.const 200))))";
    let output = apply(&*mask(&format!("{counts} {PACK}")), 7, &[Some("a"), Some("b"), Some("c")]);
    assert_eq!(output.expect("text is taken"), ["1", "1", "1"].map(|text| Some(text.to_owned())));
}

#[test]
fn minus_one_is_null() {
    let short =
        format!("(if (result i64) (i32.lt_u (local.get $length) (i32.const 2)) (then (i64.const -1)) (else {PACK}))");
    let output = apply(&*mask(&short), 7, &[Some("a"), Some("bb")]).expect("text is taken");
    assert_eq!(output, [None, Some("bb".to_owned())]);
}

#[test]
fn a_module_that_fails_says_nothing_of_the_value() {
    let endless = "(loop $again (br $again)) (i64.const -1)";
    let greedy = format!("(if (i32.lt_s (memory.grow (i32.const 256)) (i32.const 0)) (then unreachable)) {PACK}");
    let cases = [
        ("unreachable", "fails on it"),
        (endless, "fails on it"),
        (&greedy, "fails on it"),
        ("(i64.const 0x7fffffff_00000004)", "outside of its memory"),
        ("(i64.const -2)", "outside of its memory"),
        ("(i32.store8 (local.get $text) (i32.const 0xff)) (i64.const 0x00000040_00000001)", "no UTF-8"),
    ];
    for (body, expected) in cases {
        let failed = apply(&*mask(body), 7, &[Some("aino")]).expect_err(body).to_string();
        assert!(failed.starts_with("`custom` cannot take a value: ") && failed.contains(expected), "{failed}");
        assert!(!failed.contains("aino"));
    }
    let long = "a".repeat(70_000);
    assert!(apply(&*mask(PACK), 7, &[Some(&long)]).is_err(), "it has one page and does not ask for more");
}

#[test]
fn a_module_that_fails_is_asked_no_more() {
    let endless = mask("(loop $again (br $again)) (i64.const -1)");
    let seconds_of = |values: usize| {
        let started = Instant::now();
        apply(&*endless, 7, &vec![Some("aino"); values]).expect_err("it needs too many steps");
        started.elapsed()
    };
    let one = seconds_of(1);
    assert!(seconds_of(10) < 4 * one, "it has run for other values too");
}

#[test]
fn modules_that_want_more_are_refused() {
    let refusal = |module: &str| custom(module).err().expect("it is refused").what;
    let imports = format!(
        r#"(module (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32))) {HEAD})"#
    );
    assert!(refusal(&imports).contains("imports something"));
    assert!(refusal(&format!("(module {HEAD})")).contains("lacks"));
    let typed = format!("(module {HEAD} (func (export \"mask\") (result i64) (i64.const 0)))");
    assert!(refusal(&typed).contains("lacks"));
    assert!(refusal(&format!("(module {HEAD} (memory 1))")).contains("no WebAssembly"));
    assert!(refusal(r#"(module (memory (export "memory") 257))"#).contains("does not start"));
    let missing = parse(Path::new("table.toml"), "modules/none.wasm").err().expect("it is not there");
    assert!(missing.to_string().starts_with("table.toml:1:") && missing.what.contains("cannot be read"));
    assert!(
        parse(Path::new("table.toml"), "Cargo.toml").err().expect("it is no module").what.contains("no WebAssembly")
    );
}

#[test]
fn the_meaning_is_the_content_of_the_module() {
    let [one, other] = ["(i64.const -1)", PACK].map(mask);
    assert_ne!(one.options(), other.options());
    assert_eq!(one.options(), mask("(i64.const -1)").options());
    assert!(one.options().starts_with(r#"{"module":"blake3:"#), "{}", one.options());
}
