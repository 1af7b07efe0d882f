//! Invented texts that are made of parts, for methods that take texts apart: `segments`, `items` and `json`.

use serde_json::{Value, json};

use super::invented;

/// A text of the shape that a method's options ask for; none where they ask for none, or for names that are data.
pub fn text(options: &Value) -> Option<String> {
    let segments = || Some(filled(options.get("pattern")?.as_str()?, options.get("segments")?));
    let items = || {
        let (split, item) = (options.get("split")?.as_str()?, part("", options.get("each")?));
        let split = if split == "whitespace" { " " } else { split };
        Some(format!("{item}{split}{item}"))
    };
    segments().or_else(items).or_else(|| document(options.get("paths")?))
}

/// A pattern such as `<user>_<day>`, each of its names replaced by a part; a literal `<` is written twice.
fn filled(pattern: &str, rules: &Value) -> String {
    let literal = "\0";
    let pattern = pattern.replace("<<", literal);
    let mut pieces = pattern.split('<');
    let start = pieces.next().unwrap_or_default().to_owned();
    let named = |piece: &str| piece.split_once('>').map(|(name, behind)| part(name, &rules[name]) + behind);
    let rest: String = pieces.filter_map(named).collect();
    (start + &rest).replace(literal, "<")
}

/// A part of a text, of the form that its rule takes.
fn part(name: &str, rule: &Value) -> String {
    let of = |key: &str| rule.get(key).and_then(Value::as_str);
    match (of("as"), of("chars")) {
        (Some("integer" | "number"), _) | (_, Some("digits")) => "1042".to_owned(),
        (_, Some("letters")) => "maija".to_owned(),
        (_, Some("alphanumeric")) => "maija42".to_owned(),
        _ => invented::named(name, &rule["options"]).to_owned(),
    }
}

/// A document that has a value at each of these paths.
fn document(paths: &Value) -> Option<String> {
    let mut document = Value::Null;
    for (path, rule) in paths.as_object()? {
        let name = path.rsplit(['.', ']']).find(|name| !name.is_empty()).unwrap_or_default();
        let text = part(name.trim_end_matches("[]").trim_end_matches('['), rule);
        let is_number = matches!(rule["as"].as_str(), Some("integer" | "number"));
        insert(&mut document, path, if is_number { json!(1042) } else { json!(text) })?;
    }
    Some(document.to_string())
}

fn insert(at: &mut Value, path: &str, leaf: Value) -> Option<()> {
    let path = path.strip_prefix('.').unwrap_or(path);
    if path.is_empty() {
        *at = leaf;
        return Some(());
    }
    if let Some(rest) = path.strip_prefix("[]") {
        if at.is_null() {
            *at = json!([null]);
        }
        return insert(at.get_mut(0)?, rest, leaf);
    }
    let end = path.find(['.', '[', '{']).unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    if at.is_null() {
        *at = json!({});
    }
    let inner = at.as_object_mut().filter(|_| !name.is_empty())?.entry(name).or_insert(Value::Null);
    insert(inner, rest, leaf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_shape_that_is_asked_for() {
        let segments = json!({ "user": { "as": "integer" }, "day": { "as": "text", "chars": "letters" } });
        let told = |options: Value| text(&options);
        assert_eq!(told(json!({ "pattern": "<user>_<day>:x", "segments": segments })).as_deref(), Some("1042_maija:x"));
        assert_eq!(told(json!({ "pattern": "a<<<user>", "segments": segments })).as_deref(), Some("a<1042"));
        assert_eq!(told(json!({ "split": "; ", "each": { "as": "integer" } })).as_deref(), Some("1042; 1042"));
        let paths =
            json!({ "user.name": {}, "user.id": { "as": "integer" }, "tags[]": {}, "list[].n": { "as": "number" } });
        let document = told(json!({ "paths": paths })).expect("a document");
        let expected = r#"{"list":[{"n":1042}],"tags":["an example"],"user":{"id":1042,"name":"Maija Meri"}}"#;
        assert_eq!(serde_json::from_str::<Value>(&document).ok(), serde_json::from_str(expected).ok(), "{document}");
        assert_eq!((told(json!({ "paths": { "labels{key}": {} } })), told(json!({}))), (None, None));
    }
}
