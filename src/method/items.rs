//! `items`: a list that is written into one text; each item by one method.
//!
//! Separators and the order of the items stay as they are, and an empty item stays empty. Where an item becomes null,
//! so does the whole. How many items there were can be read from the output.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use serde_json::json;

use super::nested::Inner;
use super::nested::otherwise::Otherwise;
use super::nested::part::{Fate, Made, OF_TEXT, One, Part};
use super::nested::pieces::Pieces;
use super::nested::texts::{self, Fit, Presence, TakesApart};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported};
use crate::document::{Fault, Section};

mod split;

use split::{Split, Token};

pub const ENTRY: Entry = Entry {
    name: "items",
    version: 1,
    summary: "Treats each item of a list that is written into one text.",
    options: &[
        ("split", "required; the text between items, such as \",\", or \"whitespace\" for any run of it"),
        ("each", "required; a table of `method` and its options; `as = \"integer\"` reads items as whole numbers"),
        (
            "otherwise",
            "what becomes of a text with an item that is not so: \"refuse\" (if not given), \"null\", or a table of a method",
        ),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "items", split = "whitespace", each = { method = "pseudonym", domain = "product" } }"#,
        r#"{ class = "direct", method = "items", split = ",", each = { method = "pseudonym", domain = "user", as = "integer" }, otherwise = { method = "pseudonym", domain = "users" } }"#,
    ],
    parse,
};

struct Items {
    split: Split,
    each: [Part; 1],
    otherwise: Otherwise,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let written: String = section.required("split")?;
    let split = Split::parse(&written).ok_or_else(|| section.fault_at("split", "`split` is empty", None))?;
    let each = Part::parse(section.required("each")?, OF_TEXT)?;
    if each.fate == Fate::Removed {
        let way_out = "leave the whole column out".to_owned();
        return Err(section.fault_at("each", "items cannot be dropped", way_out));
    }
    Ok(Box::new(Items { split, each: [each], otherwise: Otherwise::of_text(section)? }))
}

impl TakesApart for Items {
    type Scratch = ();

    const NAME: &'static str = ENTRY.name;
    const MISFIT: &'static str = "an item is no whole number";

    fn parts(&self) -> &[Part] {
        &self.each
    }

    fn otherwise(&self) -> &Otherwise {
        &self.otherwise
    }

    fn take_apart(&self, row: u32, text: &str, (): &mut (), pieces: &mut [Pieces]) -> Fit {
        let [pieces] = pieces else { return Fit::Misfit };
        let fits = self.split.tokens(text).all(|token| match token {
            Token::Item(item) => pieces.push(row, item),
            Token::Separator(_) => true,
        });
        Fit::from(fits)
    }

    fn each_part(&self, text: &str, (): &mut (), each: &mut dyn FnMut(Option<usize>, &str)) -> Fit {
        self.split.tokens(text).for_each(|token| {
            if let Token::Item(item) = token {
                each(Some(0), item);
            }
        });
        Fit::Fits
    }

    fn put_together(
        &self,
        text: &str,
        (): &mut (),
        made: &mut [Made],
        out: &mut Vec<u8>,
    ) -> Result<Presence, ApplyError> {
        let mut presence = Presence::Present;
        for token in self.split.tokens(text) {
            let wrote = match token {
                Token::Item(_) => made.first_mut().map_or(Presence::Null, |made| texts::write(made.take(), out)),
                Token::Separator(separator) => texts::write(One::Text(separator), out),
            };
            if wrote == Presence::Null {
                presence = Presence::Null;
            }
        }
        Ok(presence)
    }
}

impl Method for Items {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        texts::plan(self, input)
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        texts::apply(self, input, context)
    }

    fn inner(&self) -> Inner<'_> {
        Inner::OfParts(self)
    }

    fn keeps(&self) -> bool {
        self.each[0].fate == Fate::Untouched || self.otherwise.keeps()
    }

    fn can_return_input(&self, input: &DataType) -> bool {
        self.each[0].can_return_input() || self.otherwise.can_return_input(input)
    }

    fn words(&self) -> String {
        let each = self.each[0].nested.method.words();
        format!("each item of the list: {each}; a list with another kind of item: {}", self.otherwise.words())
    }

    fn options(&self) -> String {
        let (split, each) = (self.split.written(), self.each[0].meaning());
        json!({ "split": split, "each": each, "otherwise": self.otherwise.meaning() }).to_string()
    }
}
