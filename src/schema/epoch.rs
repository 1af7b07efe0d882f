//! `epoch`: how long the secret lives that pseudonyms, fakes and offsets come from (DESIGN 8).

use crate::document::{Fault, Section};
use crate::schema::TableSchema;

/// The life of a pseudonym secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epoch {
    /// The customer's own, until people end it: releases join.
    Lasting,
    /// Drawn for one release, kept in memory alone and wiped when the run ends: no other release joins with it.
    Release,
}

impl Epoch {
    const RELEASE: &str = "release";

    /// Takes `epoch` from the top of a schema file.
    ///
    /// # Errors
    /// Where it names no life that is known.
    pub fn take(root: &mut Section<'_>) -> Result<Self, Fault> {
        match root.optional::<String>("epoch")?.as_deref() {
            None => Ok(Epoch::Lasting),
            Some(Epoch::RELEASE) => Ok(Epoch::Release),
            Some(_) => {
                let hint = "\"release\" draws a secret for each release; without `epoch` releases join until \
                            `verho keys rotate`";
                Err(root.fault_at("epoch", "`epoch` is none that is known", hint.to_owned()))
            }
        }
    }

    /// What fixes its meaning; nothing where files say nothing, so that what was approved before there was a choice still is.
    pub fn meaning(self) -> Option<&'static str> {
        (self == Epoch::Release).then_some(Epoch::RELEASE)
    }

    /// What it means for a copy, in plain words, where it is not as usual.
    pub fn words(self) -> Option<String> {
        let words = "what is made of its values comes from a secret that is drawn for each copy, written nowhere and wiped when the \
                     copy is made: it agrees between the tables of one copy, and with no other copy";
        (self == Epoch::Release).then(|| words.to_owned())
    }
}

/// The one life of the secret that all tables of a customer share, or they would not join.
///
/// # Errors
/// At a file that says otherwise than another.
pub fn agree(tables: &[TableSchema]) -> Result<(), Fault> {
    let Some(release) = tables.iter().find(|table| table.epoch == Epoch::Release) else { return Ok(()) };
    let other = tables.iter().find(|table| table.epoch != Epoch::Release);
    other.map_or(Ok(()), |other| {
        let what = format!("there is no `epoch = \"release\"`, as in the file of `{}`", release.table);
        Err(other
            .fault(what, "the tables of a customer share one secret: say it in all of them, or in none".to_owned()))
    })
}
