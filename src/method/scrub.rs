//! `scrub`: what identifies people in a text becomes a fake or a placeholder; the rest of the text stays.
//!
//! What is looked for is what the detector recognises (`verho detect --list`), and the values of the dataset's own
//! `direct` columns, which are found where no pattern would see them. A piece of text that several claims cover in part
//! goes as a whole. A fake depends on its piece alone and has the domain that a column of its kind has, so that the name
//! in a text becomes what the same name becomes in a column.
//!
//! No recogniser finds everything: text that must not tell who it is of takes `fake` of kind "text", `redact` or `drop`.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::nested::Inner;
use super::nested::part::{Form, Made};
use super::nested::pieces::Pieces;
use super::nested::texts::write;
use super::values::{Texts, Written, is_text};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported};
use crate::detect::{self, Known};

mod cover;
mod rules;

use cover::{Cover, Piece};
use rules::{Rules, Treatment, placeholder};

pub const ENTRY: Entry = Entry {
    name: "scrub",
    // What is found is a part of what a text becomes.
    version: detect::VERSION,
    summary: "Replaces what identifies people inside a text: recognised identifiers, and the dataset's own known values.",
    options: &[
        (
            "with",
            "\"fakes\" (if not given): a kind that has fakes gets them, all others a placeholder such as [passport]; \
             \"placeholders\" for all",
        ),
        ("locale", "the locale of the fakes; \"en\" if not given"),
        (
            "names",
            "\"whole\" (if not given): a name is faked as one, as in a column of kind \"name\"; \"parts\": its words are, as in \
             columns of kinds \"first_name\" and \"last_name\"",
        ),
        (
            "as",
            "a table by kind: a table of `method` and its options, as { EMAIL = { method = \"pseudonym\", domain = \"email\" } }",
        ),
        ("leave", "kinds that stay as they are, as [\"DATE\"]; none if not given"),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "free_text", method = "scrub" }"#,
        r#"{ class = "free_text", method = "scrub", locale = "fi", names = "parts", leave = ["DATE"] }"#,
        r#"{ class = "free_text", method = "scrub", with = "placeholders", as = { EMAIL = { method = "pseudonym", domain = "email" } } }"#,
    ],
    parse: rules::parse,
};

struct Scrub {
    rules: Rules,
}

impl Scrub {
    /// Every piece of every text that goes, with the row it is of, in their order.
    fn pieces(&self, input: &ArrayRef, texts: &Texts<'_>, known: &Known) -> Vec<(u32, Piece)> {
        let (mut cover, mut pieces) = (Cover::of(&self.rules), Vec::new());
        for row in (0..input.len()).filter(|row| input.is_valid(*row)) {
            let Some(text) = text_at(texts, row) else { continue };
            cover.pieces(text, known, |piece| pieces.push((row as u32, piece)));
        }
        pieces
    }

    /// What becomes of the pieces, for each method those that it treats.
    fn made(&self, pieces: &[(u32, Piece)], texts: &Texts<'_>, context: &Context) -> Result<Vec<Made>, ApplyError> {
        let parts = self.rules.parts();
        let mut treated: Vec<_> = parts.iter().map(|_| Pieces::of(Form::Text, 0, 0)).collect();
        for (row, piece) in pieces {
            let (Treatment::By(part), Some(text)) = (piece.treatment, text_at(texts, *row as usize)) else { continue };
            // Together they are no longer than their texts, which one array holds.
            treated[part].push(*row, &text[piece.start..piece.end]);
        }
        let own = Context { beside: &[], ..*context };
        parts.iter().zip(treated).map(|(part, pieces)| part.apply(pieces, &own)).collect()
    }
}

fn text_at<'t>(texts: &Texts<'t>, row: usize) -> Option<&'t str> {
    std::str::from_utf8(texts.at(row)?).ok()
}

impl Method for Scrub {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_text(input) {
            return Ok(Outcome::becomes(DataType::Utf8));
        }
        let way_out = "it takes text; use a method for the whole value";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let too_long = ApplyError::TooLong { rows: input.len() };
        u32::try_from(input.len()).map_err(|_| too_long)?;
        let texts = Texts::of(input);
        let pieces = self.pieces(input, &texts, context.known);
        let mut made = self.made(&pieces, &texts, context)?;
        let mut written = Written::of(input.len(), texts.bytes());
        let mut pieces = pieces.into_iter().peekable();
        for row in (0..input.len()).filter(|row| input.is_valid(*row)) {
            let text = text_at(&texts, row).unwrap_or_default();
            written.row(row, |out| {
                let mut end = 0;
                while let Some((_, piece)) = pieces.next_if(|(of, _)| *of as usize == row) {
                    out.extend_from_slice(&text.as_bytes()[end..piece.start]);
                    match piece.treatment {
                        Treatment::Placeholder(kind) => placeholder(kind, out),
                        Treatment::By(part) => drop(write(made[part].take(), out)),
                    }
                    end = piece.end;
                }
                out.extend_from_slice(&text.as_bytes()[end..]);
            });
        }
        written.finish(input.logical_nulls())
    }

    fn inner(&self) -> Inner<'_> {
        Inner::OfFound(self.rules.parts().iter().map(|part| &part.nested).collect())
    }

    /// What is not recognised stays.
    fn keeps(&self) -> bool {
        true
    }

    /// Those of kinds that stay.
    fn leaves_values(&self) -> bool {
        self.rules.leaves_some()
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn repays_distinct(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        format!(
            "what is recognised as identifying somebody is replaced, the rest of the text stays: {}",
            self.rules.words()
        )
    }

    fn options(&self) -> String {
        self.rules.meaning().to_string()
    }
}
