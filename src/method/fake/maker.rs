//! What makes the fakes of a column.

use super::birth::Band;
use super::draw::Draws;
use super::persona::{Persona, TakenNames};
use super::places::Places;
use super::recipe::{Recipe, TakenWords};
use super::seed::{Seed, unlike};
use crate::method::Taken;

/// Writes a fake that looks like its input.
pub type Like = fn(&mut Draws, Option<&[u8]>, &mut Vec<u8>);

/// What makes the fakes of a column.
pub enum Maker {
    /// Words and digits.
    Recipe(Recipe),
    /// The names of a subject.
    Persona(Box<Persona>),
    /// A piece of the address of a town.
    Places(Places),
    /// What looks like the input.
    Like(Like),
    /// A date in the band of the input.
    Birth(Band),
}

/// What of a maker's words is taken.
pub enum Marks {
    Nothing,
    Words(TakenWords),
    Names(TakenNames),
}

impl Maker {
    /// Looks every word up, so that none has to be while fakes are drawn.
    pub fn marks(&self, taken: &Taken) -> Marks {
        match self {
            Maker::Recipe(recipe) => Marks::Words(recipe.taken(taken)),
            Maker::Persona(persona) => Marks::Names(persona.taken(taken)),
            Maker::Places(_) | Maker::Like(_) | Maker::Birth(_) => Marks::Nothing,
        }
    }

    /// Every word that can be somebody's.
    pub fn vocabulary(&self) -> Vec<&'static str> {
        match self {
            Maker::Recipe(recipe) => recipe.vocabulary(),
            Maker::Persona(persona) => persona.vocabulary(),
            Maker::Places(_) | Maker::Like(_) | Maker::Birth(_) => Vec::new(),
        }
    }

    /// How many bytes so many fakes take, as a rule, where the inputs take so many.
    pub fn room(&self, rows: usize, inputs: usize) -> usize {
        let each = match self {
            Maker::Recipe(recipe) => return recipe.room(rows),
            Maker::Persona(persona) => persona.room() + 1,
            Maker::Places(places) => places.room() + 1,
            // As many as their inputs, where those are texts; six letters stand for an empty one.
            Maker::Like(_) => return inputs + rows * 40,
            Maker::Birth(_) => 10,
        };
        rows * each + 64
    }

    /// What the hash of a subject is tagged with, so that kinds that should agree do, and others do not tell of each other.
    pub fn tag(&self, kind: &'static str) -> &'static str {
        if matches!(self, Maker::Places(_)) { "place" } else { kind }
    }

    /// Writes a fake; only a place can be its input.
    #[inline]
    pub fn write(&self, seed: Seed, marks: &Marks, input: Option<&[u8]>, out: &mut Vec<u8>) {
        match (self, marks) {
            (Maker::Recipe(recipe), Marks::Words(taken)) => {
                unlike(input, seed.draws(), out, |draws, out| recipe.write(draws, taken, out));
            }
            (Maker::Persona(persona), Marks::Names(taken)) => persona.write(seed, taken, input, out),
            (Maker::Places(places), _) => places.write(&mut seed.draws(), input, out),
            (Maker::Like(like), _) => unlike(input, seed.draws(), out, |draws, out| like(draws, input, out)),
            (Maker::Recipe(_) | Maker::Persona(_) | Maker::Birth(_), _) => seed.draws().letters(out),
        }
    }
}
