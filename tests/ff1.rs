//! FF1 on published vectors: the samples of NIST SP 800-38G, and every case of Wycheproof.

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "common/corpora.rs"]
mod corpora;

use std::fs;
use std::path::Path;

use serde_json::Value;
use verho::keys::ff1::{Ff1, Ff1Error};

const ALPHABET: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

/// What the cases that Revision 1 of the standard refuses are flagged with.
const SMALL: &str = "SmallMessageSize";

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON")
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("text");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}

/// Numerals as a list of numbers, or as text over an alphabet; a numeral that is none has no place below any radix.
fn numerals(message: &Value, alphabet: &str) -> Vec<u16> {
    let place = |letter| alphabet.chars().position(|known| known == letter).map_or(u16::MAX, |at| at as u16);
    match message {
        Value::String(text) => text.chars().map(place).collect(),
        list => list.as_array().expect("a list").iter().map(|n| n.as_u64().map_or(u16::MAX, |n| n as u16)).collect(),
    }
}

fn radix(of: &Value) -> u32 {
    of["radix"].as_u64().expect("a radix") as u32
}

type Run = fn(&Ff1, &[u8], &mut [u16]) -> Result<(), Ff1Error>;

fn run(key: &[u8], radix: u32, tweak: &[u8], mut message: Vec<u16>, run: Run) -> Result<Vec<u16>, Ff1Error> {
    run(&Ff1::new(key, radix)?, tweak, &mut message)?;
    Ok(message)
}

/// Encrypts one way and decrypts the other.
fn holds(key: &[u8], radix: u32, tweak: &[u8], plain: &[u16], cipher: &[u16]) {
    assert_eq!(run(key, radix, tweak, plain.to_vec(), Ff1::encrypt), Ok(cipher.to_vec()));
    assert_eq!(run(key, radix, tweak, cipher.to_vec(), Ff1::decrypt), Ok(plain.to_vec()));
}

#[test]
fn ff1_gives_the_samples_of_the_standard() {
    let Some(folder) = corpora::folder("crypto") else { return };
    let samples = json(&folder.join("ff1_nist_samples.json"));
    let samples = samples["vectors"].as_array().expect("a list");
    for sample in samples {
        let [plain, cipher] = ["plaintext", "ciphertext"].map(|name| numerals(&sample[name], ALPHABET));
        holds(&bytes(&sample["key"]), radix(sample), &bytes(&sample["tweak"]), &plain, &cipher);
    }
    assert_eq!(samples.len(), 9);
}

/// How many cases were held, and how many refused.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    held: usize,
    small: usize,
    invalid: usize,
}

impl Tally {
    fn case(&mut self, group: &Value, case: &Value) {
        let alphabet = group["alphabet"].as_str().unwrap_or_default();
        let (key, tweak, radix) = (bytes(&case["key"]), bytes(&case["tweak"]), radix(group));
        let [plain, cipher] = ["msg", "ct"].map(|name| numerals(&case[name], alphabet));
        let small = case["flags"].as_array().expect("a list").iter().any(|flag| flag == SMALL);
        if case["result"] == "valid" && !small {
            holds(&key, radix, &tweak, &plain, &cipher);
            self.held += 1;
            return;
        }
        let refused = run(&key, radix, &tweak, plain, Ff1::encrypt).expect_err("it is to be refused");
        assert!(!small || refused == Ff1Error::Short, "{case}");
        *if small { &mut self.small } else { &mut self.invalid } += 1;
    }
}

#[test]
fn ff1_holds_every_case_of_wycheproof() {
    let Some(folder) = corpora::folder("crypto/wycheproof") else { return };
    let mut tally = Tally::default();
    for name in ["base10", "radix10", "radix26", "radix36", "radix62"] {
        let suite = json(&folder.join(format!("aes_ff1_{name}_test.json")));
        for group in suite["testGroups"].as_array().expect("a list") {
            group["tests"].as_array().expect("a list").iter().for_each(|case| tally.case(group, case));
        }
    }
    assert_eq!(tally, Tally { held: 13_834, small: 45, invalid: 2_215 });
}
