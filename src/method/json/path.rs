//! The paths of leaves in a document, as a tree.

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into the member of this name.
    Field(String),
    /// Into each item of a list.
    Items,
    /// The names of an object whose names are data.
    Key,
    /// The values of such an object.
    Value,
}

/// Reads a path.
///
/// # Errors
/// What is wrong with it.
pub fn steps(path: &str) -> Result<Vec<Step>, &'static str> {
    let (mut steps, mut rest) = (Vec::new(), path);
    while !rest.is_empty() {
        let inner = [("[]", Step::Items), ("{key}", Step::Key), ("{value}", Step::Value)];
        if let Some((suffix, step)) = inner.into_iter().find(|(suffix, _)| rest.starts_with(suffix)) {
            rest = &rest[suffix.len()..];
            steps.push(step);
            continue;
        }
        let dotted = rest.strip_prefix('.');
        if dotted.is_some() == steps.is_empty() {
            return Err("a name stands behind `.`, `[]` and `{value}` are written as they are");
        }
        let (name, behind) = name(dotted.unwrap_or(rest))?;
        steps.push(Step::Field(name));
        rest = behind;
    }
    match steps.iter().position(|step| *step == Step::Key) {
        _ if steps.is_empty() => Err("it is empty"),
        Some(at) if at + 1 < steps.len() => Err("nothing is inside a `{key}`"),
        _ => Ok(steps),
    }
}

/// The name with which a path begins, perhaps in double quotes, and what is behind it.
fn name(rest: &str) -> Result<(String, &str), &'static str> {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(['.', '[', ']', '{', '}', '"', '\\']).unwrap_or(rest.len());
        return if end == 0 { Err("a name is missing") } else { Ok((rest[..end].to_owned(), &rest[end..])) };
    };
    let (mut name, mut chars) = (String::new(), quoted.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((name, &quoted[at + 1..])),
            '\\' => name.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => name.push(c),
        }
    }
    Err("a quote is not closed")
}

/// What may stand at a place of a document; rules are numbers of parts.
#[derive(Default)]
pub struct Node {
    pub rule: Option<usize>,
    pub fields: Vec<(String, Node)>,
    pub item: Option<Box<Node>>,
    pub key: Option<usize>,
    pub value: Option<Box<Node>>,
}

impl Node {
    /// Adds a path.
    ///
    /// # Errors
    /// Where it is there already.
    pub fn insert(&mut self, steps: &[Step], rule: usize) -> Result<(), &'static str> {
        let (place, rest) = match steps {
            [] => (&mut self.rule, steps),
            [Step::Key, ..] => (&mut self.key, steps),
            [Step::Items, rest @ ..] => return self.item.get_or_insert_default().insert(rest, rule),
            [Step::Value, rest @ ..] => return self.value.get_or_insert_default().insert(rest, rule),
            [Step::Field(name), rest @ ..] => return self.field(name).insert(rest, rule),
        };
        debug_assert!(rest.len() < 2, "nothing is inside a key");
        match place.replace(rule) {
            Some(_) => Err("it is there twice"),
            None => Ok(()),
        }
    }

    fn field(&mut self, name: &str) -> &mut Node {
        let at = self.fields.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.fields.push((name.to_owned(), Node::default()));
            self.fields.len() - 1
        });
        &mut self.fields[at].1
    }

    /// Whether every object has either names or keys and values.
    ///
    /// # Errors
    /// Where one has not.
    pub fn complete(&self) -> Result<(), &'static str> {
        if self.key.is_some() != self.value.is_some() {
            return Err("`{key}` and `{value}` are listed together or not at all");
        }
        if self.key.is_some() && !self.fields.is_empty() {
            return Err("an object has names, or `{key}` and `{value}`, not both");
        }
        let inner = self.fields.iter().map(|(_, node)| node).chain(self.item.as_deref()).chain(self.value.as_deref());
        inner.into_iter().try_for_each(Node::complete)
    }

    /// What may stand under a name.
    pub fn member(&self, name: &str) -> Option<&Node> {
        let field = self.fields.iter().find(|(known, _)| known == name).map(|(_, node)| node);
        field.or(self.value.as_deref())
    }

    /// Whether an object may stand here.
    pub fn takes_object(&self) -> bool {
        !self.fields.is_empty() || self.value.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_those_of_columns() {
        let field = |name: &str| Step::Field(name.to_owned());
        assert_eq!(steps("orders[].sku"), Ok(vec![field("orders"), Step::Items, field("sku")]));
        assert_eq!(steps("[].a"), Ok(vec![Step::Items, field("a")]));
        assert_eq!(steps("labels{value}.x"), Ok(vec![field("labels"), Step::Value, field("x")]));
        assert_eq!(steps(r#""a.b"."c\"\\""#), Ok(vec![field("a.b"), field("c\"\\")]));
        assert_eq!(steps("{key}"), Ok(vec![Step::Key]));
        for wrong in ["", ".a", "a..b", "a.", "a]", "a[", "a{keys}", "a{key}.b", "\"a", "a\"b\"", "[]a"] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn trees_hold_each_path_once_and_no_half_maps() {
        let tree = |paths: &[&str]| {
            let mut root = Node::default();
            let inserted = paths.iter().enumerate().try_for_each(|(rule, path)| root.insert(&steps(path)?, rule));
            inserted.and_then(|()| root.complete())
        };
        assert!(tree(&["a.b", "a.c", "a", "d[]", "d[].e", "m{key}", "m{value}.x"]).is_ok());
        assert!(tree(&["a", "\"a\""]).is_err());
        assert!(tree(&["m{key}"]).is_err() && tree(&["m{value}"]).is_err());
        assert!(tree(&["m{key}", "m{value}", "m.a"]).is_err());
    }
}
