//! Official numbers: those of the vectors, and what one wrong digit does.

mod common;

use std::collections::BTreeMap;

use verho::detect::{Detector, kinds_of, numbers, valid};

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
    let mut counts: BTreeMap<(&str, bool), (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in common::corpora::lines(&folder.join("vec_national_ids.jsonl")) {
        let module = line["module"].as_str().expect("a module");
        let (module, kind) = KINDS.iter().find(|(known, _)| *known == module).expect("a known module");
        let is_valid = line["valid"].as_bool().expect("a verdict");
        let (value, formatted) = (line["value"].as_str().expect("a value"), line["formatted"].as_str().expect("it"));
        let (all, right) = counts.entry((module, is_valid)).or_default();
        *all += 1;
        if [value, formatted].iter().all(|value| valid(kind, value) == is_valid) {
            *right += 1;
        } else {
            wrong.push(format!("{module} {is_valid} {value} {formatted}"));
        }
    }
    assert!(wrong.is_empty(), "{} {wrong:#?} {counts:?}", wrong.len());
}
