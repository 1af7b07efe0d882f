//! What the gate compares, in order: one list, which the gate walks to the first refusal and `verify` to its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::gate::{Ask, Signer};
use super::record::{Basis, Record, TableTerms, same_root};
use super::refusal::Refusal;
use super::roles::{Party, Role};
use super::signature;
use super::signers::ListedKey;
use super::trust::Authority;
use crate::document;

/// One approval, read and with its signatures looked at, and what is asked of it.
pub(super) struct Case<'a> {
    pub ask: &'a Ask,
    pub authority: &'a Authority,
    pub folder: &'a Path,
    pub record: &'a Record,
    /// By principal, the key that signed and one file that it signed in, or why the signatures do not count.
    pub signed: Result<BTreeMap<&'a str, (&'a ListedKey, PathBuf)>, Refusal>,
}

/// A check and what a reader calls it.
pub(super) struct Check {
    pub name: &'static str,
    pub run: fn(&Case<'_>) -> Result<(), Refusal>,
}

/// Every check that needs files only.
pub(super) const CHECKS: &[Check] = &[
    Check { name: "signatures", run: signatures },
    Check { name: "name", run: name },
    Check { name: "customer", run: customer },
    Check { name: "roles", run: roles },
    Check { name: "four eyes", run: four_eyes },
    Check { name: "approver", run: approver },
    Check { name: "operator", run: operator },
    Check { name: "begin", run: begin },
    Check { name: "end", run: end },
    Check { name: "length", run: length },
    Check { name: "source", run: source },
    Check { name: "destination", run: destination },
    Check { name: "evidence root", run: ledger },
    Check { name: "tables", run: tables },
    Check { name: "policy", run: policy },
    Check { name: "claim", run: claim },
];

impl<'a> Case<'a> {
    pub(super) fn new(ask: &'a Ask, authority: &'a Authority, folder: &'a Path, file: &'a (Record, Vec<u8>)) -> Self {
        let (record, bytes) = file;
        let verify = |file: PathBuf| {
            let listed = signature::verify(&file, bytes, record.given_at, &authority.signers)?;
            Ok((listed.principal.as_str(), (listed, file)))
        };
        let signed = signature_files(folder).and_then(|files| files.into_iter().map(verify).collect());
        Case { ask, authority, folder, record, signed }
    }

    /// The first check that fails.
    pub(super) fn refusal(&self) -> Result<(), Refusal> {
        CHECKS.iter().try_for_each(|check| (check.run)(self))
    }

    /// Who signed, with the human behind each.
    pub(super) fn signers(&self) -> Result<Vec<Signer>, Refusal> {
        let signer = |(principal, party): (&str, &Party)| Signer {
            principal: principal.to_owned(),
            person: party.person.clone(),
            organisation: party.organisation.clone(),
        };
        Ok(self.parties()?.into_iter().map(signer).collect())
    }

    /// By file name, the SHA-256 of the signature of each who signed: of one that lies there twice, one counts.
    pub(super) fn signatures(&self) -> Result<BTreeMap<String, String>, Refusal> {
        self.signed.as_ref().map_err(Clone::clone)?.values().map(|(_, file)| digest(file)).collect()
    }

    /// Every key that signed must still be valid: `given_at` is the signer's own word, so it proves nothing of when a key
    /// that has ended signed.
    pub(super) fn keys_now(&self) -> Result<(), Refusal> {
        let keys = self.signed.iter().flat_map(BTreeMap::values).map(|(listed, _)| listed);
        let ended = keys.into_iter().find(|listed| !listed.valid_at(self.ask.asked_at));
        ended.map_or(Ok(()), |listed| Err(Refusal::KeyEnded { principal: listed.principal.clone() }))
    }

    fn parties(&self) -> Result<Vec<(&str, &Party)>, Refusal> {
        let signed = self.signed.as_ref().map_err(Clone::clone)?;
        let with_party = |principal: &&'a str| {
            let party = self.authority.roles.party(principal);
            Ok((*principal, party.ok_or_else(|| Refusal::NoRole { principal: (*principal).to_owned() })?))
        };
        signed.keys().map(with_party).collect()
    }

    fn with_role(&self, role: Role) -> Result<Vec<&Party>, Refusal> {
        Ok(self.parties()?.into_iter().map(|(_, party)| party).filter(|party| party.may(role)).collect())
    }
}

fn signature_files(folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let names = document::names_in(folder).map_err(|fault| Refusal::Unreadable(Box::new(fault)))?;
    let files = names.iter().map(|name| folder.join(name));
    Ok(files.filter(|path| path.extension().is_some_and(|end| end == "sig")).collect())
}

/// By file name, the SHA-256 of each signature file.
pub(super) fn signature_digests(folder: &Path) -> Result<BTreeMap<String, String>, Refusal> {
    signature_files(folder)?.iter().map(|file| digest(file)).collect()
}

fn digest(file: &Path) -> Result<(String, String), Refusal> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = signature::content(file).map_err(|error| Refusal::unread(file, &error))?;
    let bytes = bytes.ok_or_else(|| Refusal::Garbled { file: name.clone() })?;
    Ok((name, format!("{:x}", Sha256::digest(bytes))))
}

fn signatures(case: &Case<'_>) -> Result<(), Refusal> {
    match &case.signed {
        Ok(signed) if signed.is_empty() => Err(Refusal::Unsigned),
        Ok(_) => Ok(()),
        Err(refusal) => Err(refusal.clone()),
    }
}

fn name(case: &Case<'_>) -> Result<(), Refusal> {
    let named = &case.record.approval;
    let same = case.folder.file_name().is_some_and(|folder| folder == named.as_str());
    if same { Ok(()) } else { Err(Refusal::NameDiffers { named: named.clone() }) }
}

fn customer(case: &Case<'_>) -> Result<(), Refusal> {
    if case.record.customer == case.ask.customer {
        return Ok(());
    }
    Err(Refusal::OtherCustomer { approved: case.record.customer.clone(), asked: case.ask.customer.clone() })
}

fn roles(case: &Case<'_>) -> Result<(), Refusal> {
    for (principal, party) in case.parties()? {
        let principal = principal.to_owned();
        if !party.may(Role::Customer) && !party.may(Role::Compliance) {
            return Err(Refusal::WrongRole { principal });
        }
        if party.may(Role::Customer) && party.organisation != case.ask.customer {
            let (organisation, customer) = (party.organisation.clone(), case.ask.customer.clone());
            return Err(Refusal::OtherOrganisation { principal, organisation, customer });
        }
    }
    Ok(())
}

fn four_eyes(case: &Case<'_>) -> Result<(), Refusal> {
    let compliance = case.with_role(Role::Compliance)?;
    match case.record.basis {
        Basis::CustomerSigned => customer_signed(&case.with_role(Role::Customer)?, &compliance),
        Basis::DocumentAttested if case.record.documents.is_empty() => Err(Refusal::NoDocument),
        Basis::DocumentAttested => attested(&compliance),
    }
}

fn customer_signed(customer: &[&Party], compliance: &[&Party]) -> Result<(), Refusal> {
    match (customer, compliance) {
        ([], _) => Err(Refusal::CustomerMissing),
        (_, []) => Err(Refusal::ComplianceMissing),
        ([first, ..], _) if !two_persons(customer, compliance) => {
            Err(Refusal::SamePerson { person: first.person.clone() })
        }
        _ => Ok(()),
    }
}

fn attested(compliance: &[&Party]) -> Result<(), Refusal> {
    if two_persons(compliance, compliance) {
        Ok(())
    } else {
        Err(Refusal::AttestersMissing { found: compliance.len().min(1) })
    }
}

fn two_persons(some: &[&Party], others: &[&Party]) -> bool {
    some.iter().any(|one| others.iter().any(|other| !one.is_person(other)))
}

/// Where the customer signs, it is the approver who does.
fn approver(case: &Case<'_>) -> Result<(), Refusal> {
    let approver = &case.record.approver.principal;
    let party = case.parties()?.into_iter().find(|(principal, _)| principal == approver);
    let signed = party.is_some_and(|(_, party)| party.may(Role::Customer));
    if signed || case.record.basis == Basis::DocumentAttested {
        return Ok(());
    }
    Err(Refusal::ApproverDidNotSign { principal: approver.clone() })
}

fn operator(case: &Case<'_>) -> Result<(), Refusal> {
    let principal = case.ask.operator.clone();
    let Some(operator) = case.authority.roles.party(&principal) else {
        return Err(Refusal::OperatorUnknown { principal });
    };
    if !operator.may(Role::Operator) {
        return Err(Refusal::NotAnOperator { principal });
    }
    match case.parties()?.into_iter().find(|(_, party)| party.is_person(operator)) {
        Some((_, party)) => Err(Refusal::OperatorSigned { person: party.person.clone() }),
        None => Ok(()),
    }
}

fn begin(case: &Case<'_>) -> Result<(), Refusal> {
    let from = case.record.not_before.max(case.record.given_at);
    if case.ask.now < from { Err(Refusal::NotYet { from }) } else { Ok(()) }
}

fn end(case: &Case<'_>) -> Result<(), Refusal> {
    let at = case.record.not_after;
    if case.ask.now >= at { Err(Refusal::Expired { at }) } else { Ok(()) }
}

fn length(case: &Case<'_>) -> Result<(), Refusal> {
    let longer = |days| longer_than(case.record.not_before, case.record.not_after, days);
    if let Some(limit) = case.record.basis.most_days().filter(|days| longer(*days)) {
        return Err(Refusal::AttestedTooLong { limit });
    }
    if longer(case.ask.max_days) { Err(Refusal::TooLong { limit: case.ask.max_days }) } else { Ok(()) }
}

fn longer_than(from: Timestamp, to: Timestamp, days: u64) -> bool {
    let hours =
        i64::try_from(days).ok().and_then(|days| days.checked_mul(24)).filter(|hours| *hours <= i64::MAX / 3600);
    hours.is_some_and(|hours| to.duration_since(from) > SignedDuration::from_hours(hours))
}

fn source(case: &Case<'_>) -> Result<(), Refusal> {
    let (approved, ask) = (&case.record.source, case.ask);
    first_difference(&[
        ("account", approved.account == ask.source_account),
        ("root", same_root(&approved.root, &ask.source_root)),
    ])
    .map_or(Ok(()), |part| Err(Refusal::OtherSource { part }))
}

fn destination(case: &Case<'_>) -> Result<(), Refusal> {
    let (approved, ask) = (&case.record.destination, case.ask);
    first_difference(&[
        ("account", approved.place.account == ask.destination_account),
        ("root", same_root(&approved.place.root, &ask.destination_root)),
        ("key", approved.kms_key == ask.destination_kms_key),
        (
            "region",
            approved.residency.is_empty()
                || ask.destination_region.as_ref().is_some_and(|one| approved.residency.contains(one)),
        ),
    ])
    .map_or(Ok(()), |part| Err(Refusal::OtherDestination { part }))
}

/// Another ledger knows neither the runs nor the withdrawal that the approval's own does.
fn ledger(case: &Case<'_>) -> Result<(), Refusal> {
    if case.record.is_entered_in(&case.ask.evidence_root) { Ok(()) } else { Err(Refusal::OtherLedger) }
}

fn first_difference(parts: &[(&'static str, bool)]) -> Option<&'static str> {
    parts.iter().find(|(_, same)| !same).map(|(part, _)| *part)
}

fn tables(case: &Case<'_>) -> Result<(), Refusal> {
    let (approved, asked) = (&case.record.tables, &case.ask.tables);
    let not_approved: Vec<_> = asked.keys().filter(|name| !approved.contains_key(*name)).cloned().collect();
    let approved_only: Vec<_> = approved.keys().filter(|name| !asked.contains_key(*name)).cloned().collect();
    if not_approved.is_empty() && approved_only.is_empty() && !asked.is_empty() {
        return Ok(());
    }
    Err(Refusal::OtherTables { not_approved, approved_only })
}

fn policy(case: &Case<'_>) -> Result<(), Refusal> {
    for (table, terms) in &case.record.tables {
        let Some(asked) = case.ask.tables.get(table) else { return tables(case) };
        let columns = differing(&terms.columns, &asked.columns);
        if terms.policy != asked.policy {
            return Err(Refusal::ChangedPolicy { table: table.clone(), columns });
        }
        if !columns.is_empty() {
            return Err(Refusal::WordsDisagree { table: table.clone(), columns });
        }
    }
    Ok(())
}

fn differing(approved: &BTreeMap<String, String>, asked: &BTreeMap<String, String>) -> Vec<String> {
    let changed = approved.iter().filter(|(leaf, method)| asked.get(*leaf) != Some(method)).map(|(leaf, _)| leaf);
    let mut leaves: Vec<_> =
        changed.chain(asked.keys().filter(|leaf| !approved.contains_key(*leaf))).cloned().collect();
    leaves.sort();
    leaves
}

fn claim(case: &Case<'_>) -> Result<(), Refusal> {
    let (approved, earned) = (case.record.claim, case.ask.claim);
    if earned.covers(&approved) { Ok(()) } else { Err(Refusal::ClaimNotEarned { approved, earned }) }
}

/// Compares the structure that the footers show with the approved one, table by table.
pub(super) fn structures(
    terms: &BTreeMap<String, TableTerms>,
    found: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    let same = |(table, terms): &(&String, &TableTerms)| found.get(*table) == Some(&terms.schema);
    if let Some((table, _)) = terms.iter().find(|entry| !same(entry)) {
        return Err(Refusal::ChangedSchema { table: table.clone() });
    }
    match found.keys().find(|table| !terms.contains_key(*table)) {
        Some(table) => Err(Refusal::OtherTables { not_approved: vec![table.clone()], approved_only: Vec::new() }),
        None => Ok(()),
    }
}
