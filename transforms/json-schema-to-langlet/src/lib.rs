//! JSON Schema to langlets: the values that a schema admits, as a delta of `json`.
//!
//! [`langlet_text`] gives the text of a langlet whose programs are the JSON texts that the schema admits. So what is known of
//! langlets is known of schemas: parsing, random instances, completion, masks for language models.
//!
//! ```text
//! {"type": "object",                             langlet person : json
//!  "properties": {                               start person
//!     "name": {"type": "string"},                token INTEGER = /…/
//!     "age":  {"type": "integer"}},              person: '{' '"name"' ':' string [',' '"age"' ':' INTEGER] '}'
//!  "required": ["name"],
//!  "additionalProperties": false}
//! ```
//!
//! A schema says nothing about the order of properties; here it is that of the schema, which is what models write, too. What a
//! grammar cannot say, such as that items are different, is refused by name, with its place. The README lists what is supported.
//!
//! The stages: the text is read (`value`), each schema becomes a union of shapes (`expand`, `shape`), sets of strings and
//! numbers (`pattern`, `format`, `number`) are divided into tokens (`tokens`), and all of it is written (`print`).

use std::sync::Arc;

use langlet_core::diagnostic::{Diagnostic, SourceText};

mod value;
mod number;
mod pattern;
mod format;
mod shape;
mod expand;
mod tokens;
mod print;

/// The text of a langlet `name : json` that reads the values which the schema admits. The keywords in `ignored` are passed over.
///
/// Letters of the name are made small, and what cannot stand in a name becomes `_`.
///
/// # Errors
/// The schema is no JSON, or not well formed; it uses what is not supported; or nothing fits it. The place is named by a JSON
/// pointer.
///
/// Cost: finding out which sets of strings overlap walks the products of their automata, so it grows with patterns and
/// lengths that overlap.
pub fn langlet_text(source: &Arc<SourceText>, name: &str, ignored: &[String]) -> Result<String, Diagnostic> {
    let document = value::Document::read(source)?;
    let mut expander = expand::Expander::new(&document, ignored);
    print::print(&document, &mut expander, &print::rule_name(name))
}
