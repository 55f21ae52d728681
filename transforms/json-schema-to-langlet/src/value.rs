//! JSON values with their places: what a schema is read into.
//!
//! Values are numbered in the order of the text, so nothing recurses on their nesting while they are read. What walks them
//! later may, since nesting is bounded here.

use std::sync::Arc;

use langlet_core::diagnostic::{Diagnostic, SourceText};
use langlet_core::span::Span;
use langlet_json::JSON;

/// Arrays and objects inside each other beyond which a schema is refused.
const NEST_LIMIT: usize = 100;

/// The number of a value of one [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ValueId(usize);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    /// The characters that it denotes.
    String(String),
    Array(Vec<ValueId>),
    /// Keys in the order of the text, each once.
    Object(Vec<(String, ValueId)>),
}

/// A JSON text that has been read.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) source: Arc<SourceText>,
    values: Vec<Value>,
    spans: Vec<Span>,
    /// JSON pointers (RFC 6901).
    pointers: Vec<String>,
}

impl Document {
    pub(crate) const ROOT: ValueId = ValueId(0);

    pub(crate) fn read(source: &Arc<SourceText>) -> Result<Document, Diagnostic> {
        let tree = JSON.parse(source.text.as_str()).map_err(|error| error.diagnostic(source))?;
        let mut document =
            Document { source: source.clone(), values: Vec::new(), spans: Vec::new(), pointers: Vec::new() };
        // The containers that are open, each with the key that was read last.
        let mut open: Vec<(ValueId, Option<String>)> = Vec::new();
        for leaf in tree.leaves(tree.root()) {
            let (text, span) = (tree.text(leaf), tree.span(leaf).expect("a tree that was read has places"));
            let value = match text {
                "," | ":" => continue,
                "]" | "}" => {
                    open.pop();
                    continue;
                }
                "[" => Value::Array(Vec::new()),
                "{" => Value::Object(Vec::new()),
                "null" => Value::Null,
                "true" | "false" => Value::Bool(text == "true"),
                _ if text.starts_with('"') => Value::String(unescape(text)),
                _ => Value::Number(text.to_owned()),
            };
            let is_open = matches!(value, Value::Array(_) | Value::Object(_));
            let id = ValueId(document.values.len());
            let mut pointer = String::new();
            if let Some((parent, key)) = open.last_mut() {
                let above = document.pointers[parent.0].clone();
                match (&mut document.values[parent.0], key.take(), &value) {
                    (Value::Array(items), _, _) => {
                        pointer = format!("{above}/{}", items.len());
                        items.push(id);
                    }
                    (Value::Object(members), Some(name), _) => {
                        pointer = format!("{above}/{}", name.replace('~', "~0").replace('/', "~1"));
                        members.push((name, id));
                    }
                    (Value::Object(members), None, Value::String(name)) => {
                        if members.iter().any(|(known, _)| known == name) {
                            let message = format!("`{above}` has the key `{name}` twice");
                            return Err(Diagnostic::error(source, span, message).help("remove one of them"));
                        }
                        *key = Some(name.clone());
                        continue;
                    }
                    _ => unreachable!("only arrays and objects are open, and keys are strings"),
                }
            }
            document.values.push(value);
            document.spans.push(span);
            document.pointers.push(pointer);
            if is_open {
                open.push((id, None));
                if open.len() > NEST_LIMIT {
                    let message = format!("values are nested more than {NEST_LIMIT} deep");
                    return Err(Diagnostic::error(source, span, message).help("move inner schemas into `$defs`"));
                }
            }
        }
        Ok(document)
    }

    pub(crate) fn value(&self, id: ValueId) -> &Value {
        &self.values[id.0]
    }

    /// A name for messages: the JSON pointer, with `#` before it.
    pub(crate) fn place(&self, id: ValueId) -> String {
        format!("#{}", self.pointers[id.0])
    }

    pub(crate) fn pointer(&self, id: ValueId) -> &str {
        &self.pointers[id.0]
    }

    /// The value that a JSON pointer leads to.
    pub(crate) fn at(&self, pointer: &str) -> Option<ValueId> {
        self.pointers.iter().position(|known| known == pointer).map(ValueId)
    }

    /// The value of a key; `None` if it is missing or this is no object.
    pub(crate) fn get(&self, id: ValueId, key: &str) -> Option<ValueId> {
        match self.value(id) {
            Value::Object(members) => members.iter().find(|(name, _)| name == key).map(|&(_, value)| value),
            _ => None,
        }
    }

    /// An error about a value: its place as a JSON pointer, then the message.
    pub(crate) fn error(&self, id: ValueId, message: impl std::fmt::Display, help: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&self.source, self.spans[id.0], format!("`{}`: {message}", self.place(id))).help(help)
    }
}

/// The characters that a JSON string denotes. Half a surrogate pair is U+FFFD: no text in UTF-8 has it.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut units: Vec<u16> = Vec::new();
    let mut chars = text[1..text.len() - 1].chars();
    let flush = |units: &mut Vec<u16>, out: &mut String| {
        out.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    };
    while let Some(c) = chars.next() {
        let escape = if c == '\\' { chars.next() } else { None };
        if escape == Some('u') {
            let digits: String = chars.by_ref().take(4).collect();
            units.push(u16::from_str_radix(&digits, 16).unwrap_or(0xFFFD));
            continue;
        }
        flush(&mut units, &mut out);
        out.push(match escape {
            None => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{C}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(itself) => itself,
        });
    }
    flush(&mut units, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Document, String> {
        Document::read(&SourceText::new("s", text)).map_err(|error| error.to_string())
    }

    #[test]
    fn values_have_pointers() {
        let document = read(r#"{"a/b": [1, {"~": true}], "c": "\u00e9\ud83d\ude00\n\ud800", "d": {}}"#).unwrap();
        let value = |pointer: &str| document.at(pointer).map(|id| document.value(id).clone());
        assert_eq!(value("/a~1b/0"), Some(Value::Number("1".to_owned())));
        assert_eq!(value("/a~1b/1/~0"), Some(Value::Bool(true)));
        assert_eq!(value("/c"), Some(Value::String("é😀\n\u{FFFD}".to_owned())));
        assert_eq!((value("/d"), value("/e")), (Some(Value::Object(vec![])), None));
    }

    #[test]
    fn mistakes() {
        assert_eq!(read(r#"{"a": 1, "a": 2}"#).unwrap_err(), "s:1:10: error: `` has the key `a` twice");
        assert!(read(&"[".repeat(200).replace('[', "[[]],")).is_err());
        let deep = format!("{}{}", "[".repeat(101), "]".repeat(101));
        assert_eq!(read(&deep).unwrap_err(), "s:1:101: error: values are nested more than 100 deep");
    }
}
