//! Official numbers: those of the vectors, those that offices publish, and what one wrong digit does.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use verho::detect::{Detector, kinds_of, valid};

/// What the vectors call a number, and its kind here.
const KINDS: [(&str, &str); 32] = [
    ("fi.hetu", "FI_HETU"),
    ("se.personnummer", "SE_PNR"),
    ("dk.cpr", "DK_CPR"),
    ("no.fodselsnummer", "NO_FNR"),
    ("ee.ik", "EE_ISIKUKOOD"),
    ("lt.asmens", "LT_ASMENS_KODAS"),
    ("pl.pesel", "PL_PESEL"),
    ("nl.bsn", "NL_BSN"),
    ("be.nn", "BE_NN"),
    ("fr.nir", "FR_NIR"),
    ("es.dni", "ES_DNI"),
    ("es.nie", "ES_NIE"),
    ("de.idnr", "DE_STEUER_ID"),
    ("cz.rc", "CZ_RC"),
    ("gb.nhs", "UK_NHS"),
    ("us.ssn", "US_SSN"),
    ("ca.sin", "CA_SIN"),
    ("br.cpf", "BR_CPF"),
    ("au.tfn", "AU_TFN"),
    ("in_.aadhaar", "IN_AADHAAR"),
    ("za.idnr", "ZA_ID"),
    ("ch.ssn", "CH_AHV"),
    ("tr.tckimlik", "TR_TCKN"),
    ("hr.oib", "HR_OIB"),
    ("bg.egn", "BG_EGN"),
    ("ro.cnp", "RO_CNP"),
    ("kr.rrn", "KR_RRN"),
    ("cn.ric", "CN_RIC"),
    ("ie.pps", "IE_PPS"),
    ("pt.nif", "PT_NIF"),
    ("is_.kennitala", "IS_KENNITALA"),
    ("si.emso", "SI_EMSO"),
];

#[test]
fn the_vectors_are_told_apart() {
    let Some(folder) = common::corpora::folder("pii/vectors") else { return };
    let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in common::corpora::lines(&folder.join("vec_national_ids.jsonl")) {
        let module = line["module"].as_str().expect("a module");
        let (module, kind) = KINDS.iter().find(|(known, _)| *known == module).expect("a known module");
        let is_valid = line["valid"].as_bool().expect("a verdict");
        let (value, formatted) = (line["value"].as_str().expect("a value"), line["formatted"].as_str().expect("it"));
        *counts.entry(is_valid).or_default() += 1;
        if [value, formatted].iter().any(|value| valid(kind, value) != is_valid) {
            wrong.push(format!("{module} {is_valid} {value} {formatted}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?} of {counts:?}");
    assert!(counts.values().all(|count| *count > 2000), "{counts:?}");
}

/// Examples of the offices themselves, or of the readers of their rules that are named.
const PUBLISHED: &[(&str, &str)] = &[
    ("AT_SVNR", "1237 010180"),
    ("AT_UID", "ATU13585627"),
    ("BR_PIS", "268.27649.96-0"),
    ("CN_RIC", "11010519491231002X"),
    ("DE_RVNR", "65 170839 J 003"),
    ("DE_KVNR", "A123456780"),
    ("DE_STEUER_ID", "86095742719"),
    ("DK_CVR", "13585628"),
    ("ES_NUSS", "28/12345678/40"),
    ("FI_HETU", "131052-308T"),
    ("FI_YTUNNUS", "2077474-0"),
    ("FR_NIF", "3023217600053"),
    ("FR_NIR", "2 53 07 2B 073 004 70"),
    ("GR_AMKA", "01013099997"),
    ("HK_ID", "CA182361(1)"),
    ("HK_ID", "A123456(3)"),
    ("HU_ADOAZONOSITO", "8422780135"),
    ("HU_TAJ", "111111110"),
    ("IN_GSTIN", "27AAPFU0939F1ZV"),
    ("IS_KENNITALA", "450401-3150"),
    ("IT_CF", "RCCMNL83S18D969H"),
    ("LU_MATRICULE", "1893120105732"),
    ("NO_FNR", "151086 95088"),
    ("NZ_NHI", "WLD9413"),
    ("NZ_NHI", "ZSC21TN"),
    ("PT_CC", "00000000 0 ZZ4"),
    ("RU_SNILS", "112-233-445 95"),
    ("SE_PNR", "811218-9876"),
    ("SE_PNR", "701063-2391"),
    ("SG_NRIC", "S2740116C"),
    ("TR_TCKN", "10000000146"),
    ("TW_ID", "A123456789"),
    ("UK_NHS", "943-476-5919"),
    ("UK_UTR", "1955839661"),
    ("US_ABA", "121000358"),
    ("US_DEA", "BB1388568"),
    ("US_MBI", "1EG4-TE5-MK73"),
    ("US_NPI", "1234567893"),
    ("UY_CI", "1.234.567-2"),
];

#[test]
fn published_examples_are_valid() {
    let refused: Vec<_> = PUBLISHED.iter().filter(|(kind, value)| !valid(kind, value)).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn what_is_no_number_of_any_kind_is_none() {
    for value in
        ["", " ", "-", "131052/308T", "131052 308T", "1310520308T", "١٢٣", "131052-308T131052-308T", "ä31052-308T"]
    {
        assert_eq!(kinds_of(value).find(|kind| *kind == "FI_HETU"), None, "{value}");
    }
    assert!(!valid("NONE", "131052-308T") && valid("FI_HETU", " 131052-308t "));
}

/// What a corpus marks, and what is found of it.
#[derive(Debug, Default)]
struct Score {
    marked: usize,
    right: usize,
    /// Spans of this kind that mark nothing of it.
    wrong: usize,
}

impl Score {
    fn precision(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong).max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.marked.max(1) as f64
    }
}

/// The places of spans of a kind in a document, in characters.
fn marked(document: &serde_json::Value, kind: &str) -> BTreeSet<(usize, usize)> {
    let spans = document["spans"].as_array().expect("spans").iter();
    let place = |span: &serde_json::Value, at: usize| span[at].as_u64().expect("a place") as usize;
    spans.filter(|span| span[2] == kind).map(|span| (place(span, 0), place(span, 1))).collect()
}

fn found(detector: &mut Detector, text: &str, kind: &str) -> BTreeSet<(usize, usize)> {
    let place = |at: usize| text[..at].chars().count();
    let spans = detector.find(text).iter().filter(|span| span.kind == kind);
    spans.map(|span| (place(span.start), place(span.end))).collect()
}

fn score(kind: &str) -> Option<Score> {
    let folder = common::corpora::folder("pii/text")?;
    let (mut score, mut detector) = (Score::default(), Detector::default());
    for file in ["eu_notes", "datafog", "presidio_research", "pii_anon_eval", "negatives"] {
        for document in common::corpora::lines(&folder.join(format!("{file}.jsonl"))) {
            let found = found(&mut detector, document["text"].as_str().expect("a text"), kind);
            let marked = marked(&document, kind);
            score.marked += marked.len();
            score.right += marked.intersection(&found).count();
            score.wrong += found.difference(&marked).count();
        }
    }
    Some(score)
}

#[test]
fn numbers_are_found_in_text() {
    for (kind, precision, recall) in
        [("FI_HETU", 1.0, 1.0), ("UK_NINO", 1.0, 1.0), ("SE_PNR", 0.97, 0.98), ("US_SSN", 0.97, 0.97)]
    {
        let Some(score) = score(kind) else { return };
        assert!(score.precision() >= precision && score.recall() >= recall, "{kind} {score:?}");
    }
}

/// What of a text is found to be what.
fn told(text: &str) -> Vec<(&str, &'static str)> {
    Detector::default().find(text).iter().map(|span| (&text[span.start..span.end], span.kind)).collect()
}

#[test]
fn a_strong_shape_needs_no_word() {
    for (text, value, kind) in [
        ("Aino (131052-308T) soitti", "131052-308T", "FI_HETU"),
        ("vgl. 756.9217.0769.85 vom", "756.9217.0769.85", "CH_AHV"),
        ("RSSMRA85T10A562S in allegato", "RSSMRA85T10A562S", "IT_CF"),
        ("voir 2 53 07 2B 073 004 70 svp", "2 53 07 2B 073 004 70", "FR_NIR"),
        ("cliente 390.533.447-05 ligou", "390.533.447-05", "BR_CPF"),
        ("ab 12 34 56 c of LE 16 00 26 D.", "LE 16 00 26 D", "UK_NINO"),
        ("konto 85.07.30-033.28 ok", "85.07.30-033.28", "BE_NN"),
    ] {
        assert!(told(text).contains(&(value, kind)), "{text} {:?}", told(text));
    }
}

#[test]
fn a_weak_check_needs_a_word() {
    for (text, value, kind) in [
        ("Meine Steuer-ID: 86095742719.", "86095742719", "DE_STEUER_ID"),
        ("Mit BSN 123456782 aangevraagd", "123456782", "NL_BSN"),
        ("PESEL 44051401359 zgodny", "44051401359", "PL_PESEL"),
        ("NHS number is 943 476 5919 today", "943 476 5919", "UK_NHS"),
        ("123456782 is het bsn", "123456782", "NL_BSN"),
        ("tax file number 123 456 782", "123 456 782", "AU_TFN"),
    ] {
        assert_eq!(told(text), [(value, kind)], "{text}");
        assert!(!told(&format!("order {value}")).iter().any(|(_, found)| *found == kind), "{text}");
    }
}

#[test]
fn a_nearer_word_says_that_it_is_something_else() {
    assert_eq!(told("BSN onbekend, order 123456782").iter().find(|(_, kind)| *kind == "NL_BSN"), None);
    assert_eq!(told("sku 356-47-7563, KL-356-47-7563").iter().find(|(_, kind)| *kind == "US_SSN"), None);
    assert_eq!(told("131052-308T-4").iter().find(|(_, kind)| *kind == "FI_HETU"), None);
}
