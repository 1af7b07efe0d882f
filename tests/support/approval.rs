//! The example approval, and what asks for exactly it.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Ask, Record, TableAsk, TableTerms};

pub const APPROVAL: &str = include_str!("../consent/approval.toml");

fn example() -> Record {
    Record::parse(Path::new("approval.toml"), APPROVAL).expect("is well formed")
}

pub fn ask() -> Ask {
    let record = example();
    let asked = |terms: TableTerms| TableAsk { policy: terms.policy, columns: terms.columns };
    Ask {
        customer: record.customer,
        operator: "otto.oja@house.example".to_owned(),
        source_account: record.source.account,
        source_root: record.source.root,
        destination_account: record.destination.place.account,
        destination_root: record.destination.place.root,
        destination_kms_key: record.destination.kms_key,
        destination_region: record.destination.residency.first().cloned(),
        evidence_root: record.ledger.unwrap_or_default(),
        tables: record.tables.into_iter().map(|(table, terms)| (table, asked(terms))).collect(),
        claim: record.claim,
        now: "2026-11-24T12:00:00Z".parse().expect("is a time"),
        asked_at: "2026-11-24T12:00:00Z".parse().expect("is a time"),
        max_days: 90,
    }
}

pub fn structures() -> BTreeMap<String, String> {
    example().tables.into_iter().map(|(table, terms)| (table, terms.schema)).collect()
}
