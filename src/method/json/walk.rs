//! One way through a document, for reading its leaves and for writing what became of them.

use super::path::Node;
use super::scan::{Kind, Scan};
use crate::method::nested::part::{Fate, Part};

/// Levels of objects and lists, one inside the other.
const DEPTH: usize = 128;

/// What becomes of a path that is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    Refuse,
    Drop,
}

impl Unlisted {
    pub const ALL: [Unlisted; 2] = [Unlisted::Refuse, Unlisted::Drop];

    /// The name as it stands in a schema.
    pub fn name(self) -> &'static str {
        match self {
            Unlisted::Refuse => "refuse",
            Unlisted::Drop => "drop",
        }
    }
}

/// Names of the objects that are open, one object's behind the other's.
#[derive(Default)]
pub struct Names {
    text: String,
    ends: Vec<(usize, usize)>,
}

impl Names {
    pub fn push(&mut self, name: &str) {
        let start = self.text.len();
        self.text.push_str(name);
        self.ends.push((start, self.text.len()));
    }

    /// Forgets the names from there on; none where two of them are equal.
    fn close(&mut self, from: usize) -> Option<()> {
        let text = &self.text;
        let names = &mut self.ends[from..];
        let name = |&(start, end): &(usize, usize)| &text[start..end];
        let first = names.first().map_or(text.len(), |(start, _)| *start);
        names.sort_unstable_by(|one, other| name(one).cmp(name(other)));
        let twice = names.windows(2).any(|pair| name(&pair[0]) == name(&pair[1]));
        self.ends.truncate(from);
        self.text.truncate(first);
        (!twice).then_some(())
    }
}

/// What is used again from text to text.
#[derive(Default)]
pub struct Scratch {
    string: String,
    names: Names,
}

/// A leaf as it is written, strings without their quotes and escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf<'l> {
    Text(&'l str),
    Number(&'l str),
    Flag(&'l str),
}

/// What is done on the way. None ends it: the text does not fit.
pub trait Sink {
    /// A name, whether its member stays or not. Who writes no document needs the names as they stand.
    fn found(&mut self, name: &str, names: &mut Names) {
        names.push(name);
    }
    /// A mark of JSON, or `null`.
    fn mark(&mut self, _mark: &str) {}
    /// The name of a member that stays, and its rule where it is data, which makes a leaf of it.
    fn name(&mut self, rule: Option<usize>, name: &str, _names: &mut Names) -> Option<()> {
        rule.map_or(Some(()), |rule| self.leaf(rule, Leaf::Text(name)))
    }
    /// A leaf that stays.
    fn leaf(&mut self, rule: usize, leaf: Leaf<'_>) -> Option<()>;
    /// A value does not stay, whatever is in it, and is no `null` either.
    fn left_out(&mut self) {}
    /// A leaf whose rule leaves it out, or makes it null.
    fn gone(&mut self, _rule: usize, _leaf: Leaf<'_>) {}
}

/// Whether a value stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stay {
    Stays,
    /// As `null`, whatever it is, by this rule.
    AsNull(usize),
    /// By this rule, if it has one.
    Goes(Option<usize>),
}

/// On its way through one text.
pub struct Walk<'w, S> {
    scan: Scan<'w>,
    parts: &'w [Part],
    unlisted: Unlisted,
    scratch: &'w mut Scratch,
    sink: S,
}

impl<'w, S: Sink> Walk<'w, S> {
    pub fn of(text: &'w str, parts: &'w [Part], unlisted: Unlisted, scratch: &'w mut Scratch, sink: S) -> Self {
        scratch.names.ends.clear();
        scratch.names.text.clear();
        Walk { scan: Scan::of(text), parts, unlisted, scratch, sink }
    }

    /// Goes through all of it; none where it does not fit.
    pub fn document(mut self, root: &Node) -> Option<()> {
        match self.stay(Some(root))? {
            Stay::Stays => self.value(root, DEPTH)?,
            // Nothing would be left of the text.
            Stay::AsNull(_) | Stay::Goes(_) => return None,
        }
        self.scan.ends().then_some(())
    }

    /// What becomes of the value that begins here.
    fn stay(&mut self, node: Option<&Node>) -> Option<Stay> {
        let kind = self.scan.kind()?;
        let fate = node.and_then(|node| node.rule).map(|rule| (rule, self.parts[rule].fate));
        let listed = node.is_some_and(|node| match kind {
            Kind::Null => true,
            Kind::Object => node.takes_object(),
            Kind::List => node.item.is_some(),
            Kind::Text | Kind::Number | Kind::Flag => node.rule.is_some(),
        });
        match (fate, self.unlisted) {
            (Some((rule, Fate::Removed)), _) => Some(Stay::Goes(Some(rule))),
            (Some((rule, Fate::Emptied)), _) => Some(Stay::AsNull(rule)),
            _ if listed => Some(Stay::Stays),
            (_, Unlisted::Drop) => Some(Stay::Goes(None)),
            (_, Unlisted::Refuse) => None,
        }
    }

    /// A value that stays.
    fn value(&mut self, node: &Node, depth: usize) -> Option<()> {
        match self.scan.kind()? {
            Kind::Object => return self.object(node, depth.checked_sub(1)?),
            Kind::List => return self.list(node, depth.checked_sub(1)?),
            Kind::Null => {
                let null = self.scan.word()?;
                self.sink.mark(null);
            }
            Kind::Flag => self.sink.leaf(node.rule?, Leaf::Flag(self.scan.word()?))?,
            Kind::Number => self.sink.leaf(node.rule?, Leaf::Number(self.scan.number()?))?,
            Kind::Text => {
                self.scan.string(&mut self.scratch.string)?;
                self.sink.leaf(node.rule?, Leaf::Text(&self.scratch.string))?;
            }
        }
        Some(())
    }

    fn object(&mut self, node: &Node, depth: usize) -> Option<()> {
        self.scan.mark(b'{')?;
        self.sink.mark("{");
        let (names, mut written) = (self.scratch.names.ends.len(), 0);
        let mut more = self.scan.mark(b'}').is_none();
        while more {
            self.scan.string(&mut self.scratch.string)?;
            self.scan.mark(b':')?;
            let Scratch { string, names } = &mut *self.scratch;
            self.sink.found(string, names);
            let member = node.member(string);
            match self.stay(member)? {
                Stay::Goes(rule) => self.goes(rule, depth)?,
                stay => {
                    self.comma(&mut written);
                    let Scratch { string, names } = &mut *self.scratch;
                    self.sink.name(node.key, string, names)?;
                    self.sink.mark(":");
                    self.stays(stay, member?, depth)?;
                }
            }
            more = self.more(b'}')?;
        }
        self.sink.mark("}");
        self.scratch.names.close(names)
    }

    fn list(&mut self, node: &Node, depth: usize) -> Option<()> {
        let item = node.item.as_deref()?;
        self.scan.mark(b'[')?;
        self.sink.mark("[");
        let mut written = 0;
        let mut more = self.scan.mark(b']').is_none();
        while more {
            match self.stay(Some(item))? {
                Stay::Goes(rule) => self.goes(rule, depth)?,
                stay => {
                    self.comma(&mut written);
                    self.stays(stay, item, depth)?;
                }
            }
            more = self.more(b']')?;
        }
        self.sink.mark("]");
        Some(())
    }

    fn stays(&mut self, stay: Stay, node: &Node, depth: usize) -> Option<()> {
        let Stay::AsNull(rule) = stay else { return self.value(node, depth) };
        self.sink.mark("null");
        match self.scan.kind()? {
            Kind::Null => self.skip(Some(rule), depth),
            _ => self.goes(Some(rule), depth),
        }
    }

    fn goes(&mut self, rule: Option<usize>, depth: usize) -> Option<()> {
        self.sink.left_out();
        self.skip(rule, depth)
    }

    fn comma(&mut self, written: &mut usize) {
        if *written > 0 {
            self.sink.mark(",");
        }
        *written += 1;
    }

    /// Whether another one follows, or the end.
    fn more(&mut self, end: u8) -> Option<bool> {
        match self.scan.mark(b',') {
            Some(()) => Some(true),
            None => self.scan.mark(end).map(|()| false),
        }
    }

    /// Reads over a value that goes, as strictly as over others.
    fn skip(&mut self, rule: Option<usize>, depth: usize) -> Option<()> {
        let leaf = match self.scan.kind()? {
            Kind::Object => return self.skip_object(rule, depth.checked_sub(1)?),
            Kind::List => return self.skip_list(rule, depth.checked_sub(1)?),
            Kind::Null | Kind::Flag => Leaf::Flag(self.scan.word()?),
            Kind::Number => Leaf::Number(self.scan.number()?),
            Kind::Text => {
                self.scan.string(&mut self.scratch.string)?;
                Leaf::Text(&self.scratch.string)
            }
        };
        rule.into_iter().for_each(|rule| self.sink.gone(rule, leaf));
        Some(())
    }

    fn skip_object(&mut self, rule: Option<usize>, depth: usize) -> Option<()> {
        self.scan.mark(b'{')?;
        let names = self.scratch.names.ends.len();
        let mut more = self.scan.mark(b'}').is_none();
        while more {
            self.scan.string(&mut self.scratch.string)?;
            self.scratch.names.push(&self.scratch.string);
            self.scan.mark(b':')?;
            self.skip(rule, depth)?;
            more = self.more(b'}')?;
        }
        self.scratch.names.close(names)
    }

    fn skip_list(&mut self, rule: Option<usize>, depth: usize) -> Option<()> {
        self.scan.mark(b'[')?;
        let mut more = self.scan.mark(b']').is_none();
        while more {
            self.skip(rule, depth)?;
            more = self.more(b']')?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Blind;

    impl Sink for Blind {
        fn found(&mut self, name: &str, names: &mut Names) {
            names.push(name);
        }
        fn mark(&mut self, _: &str) {}
        fn name(&mut self, _: Option<usize>, _: &str, _: &mut Names) -> Option<()> {
            Some(())
        }
        fn leaf(&mut self, _: usize, _: Leaf<'_>) -> Option<()> {
            Some(())
        }
    }

    /// Whether a value is read, as one that is not listed and goes.
    fn read(value: &str) -> bool {
        let (text, mut scratch) = (format!("{{\"unlisted\":{value}}}"), Scratch::default());
        let mut root = Node::default();
        root.insert(&super::super::path::steps("a").expect("a path"), 0).expect("it is new");
        Walk::of(&text, &[], Unlisted::Drop, &mut scratch, Blind).document(&root).is_some()
    }

    #[test]
    fn names_are_there_once_and_levels_are_bounded() {
        assert!(read(r#"{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}"#));
        assert!(!read(r#"{"a":1,"b":2,"a":3}"#));
        assert!(!read(r#"{"a":1,"\u0061":3}"#));
        assert!(twice(r#"{"a":1,"a":"\u003a"}"#) && !twice(r#"{"a":1,"b":"\u003a"}"#));
        assert!(!read(r#"[{"x":{"a":1,"a":1}}]"#));
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read(&nested(DEPTH - 1)) && !read(&nested(DEPTH)));
    }

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "null|true|false|-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
            "\"([ -!#-\\[\\]-~ä]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-f]{2}){0,5}\"",
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            let names = prop::collection::btree_set("[a-f]{1,2}", 0..4);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[ {} ]", items.join(","))),
                (names, prop::collection::vec(inner, 4)).prop_map(|(names, values)| {
                    let members: Vec<_> =
                        names.iter().zip(values).map(|(name, value)| format!("\"{name}\" :{value}")).collect();
                    format!("{{{}}}", members.join(" , "))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        /// The other reader knows no law about names, so a name may stand twice only where it says nothing new.
        #[test]
        fn what_is_json_is_what_another_reader_takes(value in value(), at in any::<prop::sample::Index>(), with in "[\\[\\]{}:,\"\\\\0-9.eE+\\-nltrua \u{1}]?") {
            prop_assert!(read(&value), "{}", value);
            let at = at.index(value.len());
            if value.is_char_boundary(at) && value.is_char_boundary(at + 1) {
                let broken = format!("{}{with}{}", &value[..at], &value[at + 1..]);
                // Behind a closing mark the rest would stand outside of the member.
                let other = serde_json::from_str::<serde_json::Value>(&format!("{{\"unlisted\":{broken}}}"));
                match other.map(|other| other.as_object().map_or(0, serde_json::Map::len)) {
                    Err(error) => prop_assert!(!read(&broken) || error.to_string().contains("out of range"), "{}", broken),
                    Ok(_) if read(&broken) => {}
                    Ok(_) => prop_assert!(twice(&broken), "{}", broken),
                }
            }
        }
    }

    /// Whether an object of it has a name twice: what it says is shorter than it was written.
    fn twice(text: &str) -> bool {
        // A value that begins with an escaped colon has one when it is written again.
        let plain = |text: &str| text.replace("\\u003a", ":");
        let count = |text: &str| plain(text).matches("\":").count() + plain(text).matches("\" :").count();
        serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| count(&value.to_string()) < count(text))
    }
}
