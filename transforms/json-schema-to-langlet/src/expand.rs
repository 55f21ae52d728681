//! Schemas to shapes: what each keyword means, and which are refused.

use std::collections::BTreeMap;

use langlet_core::diagnostic::Diagnostic;
use langlet_core::regex::{Term, Terms};

use crate::number::{Bound, Decimal};
use crate::shape::{Array, Conjunction, Numbers, Object, Shape, Source, Strings, anything, both};
use crate::value::{Document, Value, ValueId};
use crate::{format, pattern};

/// Schemas that refer to each other without a property or item between them, beyond which the document is refused.
const DEPTH_LIMIT: usize = 100;

/// Shapes of one schema beyond which it is refused: each `anyOf` inside an `allOf` multiplies them.
const SHAPE_LIMIT: usize = 500;

/// The largest number of characters or items that may be asked for.
const COUNT_LIMIT: u32 = 2_000;

/// Keywords that say nothing about which values are admitted.
const ANNOTATIONS: [&str; 20] = [
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "$vocabulary",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "example",
    "examples",
    "id",
    "readOnly",
    "title",
    "writeOnly",
    "$dynamicAnchor",
];

/// Keywords that are understood.
const KEYWORDS: [&str; 29] = [
    "$ref",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "oneOf",
    "pattern",
    "prefixItems",
    "properties",
    "required",
    "type",
    "uniqueItems",
    "unevaluatedItems",
    "unevaluatedProperties",
    "nullable",
];

/// Keywords that are refused, with the mend.
const REFUSED: [(&str, &str); 17] = [
    ("$dynamicRef", "write `$ref`"),
    ("$recursiveRef", "write `$ref`"),
    ("contains", "say by `prefixItems` where the item stands"),
    ("dependencies", "write the cases as `anyOf`"),
    ("dependentRequired", "write the cases as `anyOf`"),
    ("dependentSchemas", "write the cases as `anyOf`"),
    ("else", "write the cases as `anyOf`"),
    ("if", "write the cases as `anyOf`"),
    ("then", "write the cases as `anyOf`"),
    ("maxContains", "bound the items by `maxItems`"),
    ("minContains", "bound the items by `minItems`"),
    ("maxProperties", "name the properties, and set `additionalProperties` to false"),
    ("minProperties", "say by `required` which properties there are"),
    ("not", "say what is admitted, by `enum`, `pattern` or a type"),
    ("patternProperties", "name the properties, or admit all by `additionalProperties`"),
    ("propertyNames", "name the properties, or admit all by `additionalProperties`"),
    ("uniqueItems", "no grammar compares items; check it afterwards"),
];

/// Reads schemas of one document. Remembers what it has found.
pub(crate) struct Expander<'d> {
    document: &'d Document,
    ignored: &'d [String],
    pub(crate) terms: Terms,
    known: BTreeMap<Source, Vec<Shape>>,
    /// What is being expanded.
    active: Vec<Source>,
}

type Expanded<T> = Result<T, Diagnostic>;

impl<'d> Expander<'d> {
    pub(crate) fn new(document: &'d Document, ignored: &'d [String]) -> Expander<'d> {
        Expander { document, ignored, terms: Terms::new(), known: BTreeMap::new(), active: Vec::new() }
    }

    /// The shapes of the values for which all of these hold. Each is there once; none of them if nothing is admitted.
    pub(crate) fn expand(&mut self, conjunction: &Conjunction) -> Expanded<Vec<Shape>> {
        let mut shapes = anything();
        for &source in conjunction {
            let more = self.expand_source(source)?;
            shapes = self.intersect(source, &shapes, &more)?;
        }
        Ok(shapes)
    }

    fn expand_source(&mut self, source: Source) -> Expanded<Vec<Shape>> {
        if let Some(known) = self.known.get(&source) {
            return Ok(known.clone());
        }
        let (Source::Schema(id) | Source::Const(id)) = source;
        if self.active.contains(&source) {
            let message = "this schema refers to itself, with no property or item between";
            return Err(self.document.error(id, message, "remove one of the references in the circle"));
        }
        if self.active.len() >= DEPTH_LIMIT {
            let message = format!("more than {DEPTH_LIMIT} schemas refer to each other here");
            return Err(self.document.error(id, message, "refer to the last of them at once"));
        }
        self.active.push(source);
        let shapes = match source {
            Source::Schema(id) => self.schema(id),
            Source::Const(id) => self.constant(id),
        };
        self.active.pop();
        let shapes = shapes?;
        self.known.insert(source, shapes.clone());
        Ok(shapes)
    }

    /// The schema there; if it is nothing but a reference, and remarks, what that leads to in the end.
    pub(crate) fn resolved(&self, id: ValueId) -> ValueId {
        let mut at = id;
        // Progress: bounded, for references may go in a circle, which is found when they are expanded.
        for _ in 0..DEPTH_LIMIT {
            let Value::Object(members) = self.document.value(at) else { return at };
            let mut other = members.iter().filter(|(key, _)| !ANNOTATIONS.contains(&key.as_str()));
            match (other.next(), other.next()) {
                (Some((key, reference)), None) if key == "$ref" && !self.is_ignored(key) => {
                    let Ok(Source::Schema(target)) = self.target(*reference) else { return at };
                    at = target;
                }
                _ => return at,
            }
        }
        at
    }

    fn holds(&self, schema: ValueId) -> Conjunction {
        [Source::Schema(self.resolved(schema))].into()
    }

    fn intersect(&mut self, place: Source, a: &[Shape], b: &[Shape]) -> Expanded<Vec<Shape>> {
        let mut shapes = Vec::new();
        for a in a {
            for b in b {
                if let Some(shape) = both(&mut self.terms, a, b) {
                    add(&mut shapes, shape);
                }
            }
        }
        let (Source::Schema(id) | Source::Const(id)) = place;
        self.check_number_of_shapes(id, shapes)
    }

    fn check_number_of_shapes(&self, id: ValueId, shapes: Vec<Shape>) -> Expanded<Vec<Shape>> {
        if shapes.len() > SHAPE_LIMIT {
            let message = format!("the schema has more than {SHAPE_LIMIT} different forms when written out");
            return Err(self.document.error(id, message, "fewer `anyOf` should be joined by `allOf`"));
        }
        Ok(shapes)
    }

    /// The value itself.
    fn constant(&mut self, id: ValueId) -> Expanded<Vec<Shape>> {
        let document = self.document;
        Ok(vec![match document.value(id) {
            Value::Null => Shape::Null,
            Value::Bool(value) => Shape::Bool(*value),
            Value::Number(text) => {
                self.decimal(id)?;
                Shape::Number(Numbers { only: Some(vec![text.clone()]), ..Numbers::default() })
            }
            Value::String(text) => Shape::String(Strings { only: Some(vec![text.clone()]), ..Strings::default() }),
            Value::Array(items) => {
                let prefix: Vec<Conjunction> = items.iter().map(|&item| [Source::Const(item)].into()).collect();
                let len = prefix.len() as u32;
                Shape::Array(Array { prefix, rest: None, min: len, max: Some(len) })
            }
            Value::Object(members) => {
                let property = |(name, value): &(String, ValueId)| (name.clone(), [Source::Const(*value)].into());
                let required = members.iter().map(|(name, _)| name.clone()).collect();
                Shape::Object(Object { properties: members.iter().map(property).collect(), required, rest: None })
            }
        }])
    }

    fn schema(&mut self, id: ValueId) -> Expanded<Vec<Shape>> {
        let document = self.document;
        let members = match document.value(id) {
            Value::Bool(true) => return Ok(anything()),
            Value::Bool(false) => return Ok(Vec::new()),
            Value::Object(members) => members,
            _ => return Err(document.error(id, "a schema is an object or a boolean", "write `{}` for anything")),
        };
        for (key, value) in members {
            self.check_keyword(key, *value)?;
        }
        let here = Source::Schema(id);
        let mut shapes = self.typed(id)?;
        if let Some(reference) = self.get(id, "$ref") {
            let target = self.target(reference)?;
            let more = self.expand_source(target)?;
            shapes = self.intersect(here, &shapes, &more)?;
        }
        if let Some(value) = self.get(id, "const") {
            let more = self.expand_source(Source::Const(value))?;
            shapes = self.intersect(here, &shapes, &more)?;
        }
        if let Some(list) = self.get(id, "enum") {
            let mut more = Vec::new();
            for value in self.list(list, "values")? {
                self.expand_source(Source::Const(value))?.into_iter().for_each(|shape| add(&mut more, shape));
            }
            shapes = self.intersect(here, &shapes, &join_literals(more))?;
        }
        if let Some(list) = self.get(id, "allOf") {
            for schema in self.list(list, "schemas")? {
                let more = self.expand_source(Source::Schema(schema))?;
                shapes = self.intersect(here, &shapes, &more)?;
            }
        }
        for key in ["anyOf", "oneOf"] {
            let Some(list) = self.get(id, key) else { continue };
            let branches = self.list(list, "schemas")?;
            let mut more = Vec::new();
            for (index, &schema) in branches.iter().enumerate() {
                let branch = self.expand_source(Source::Schema(schema))?;
                if key == "oneOf" {
                    for &other in &branches[..index] {
                        // What the whole schema says besides counts too.
                        let other = self.expand_source(Source::Schema(other))?;
                        let other = self.intersect(here, &shapes, &other)?;
                        if !self.are_disjoint(&branch, &other, 3)? {
                            let message = "it is not certain that no value fits two of these schemas";
                            let help = "write `anyOf` if that may be, or give each a required property with a `const` of its own";
                            return Err(self.document.error(list, message, help));
                        }
                    }
                }
                branch.into_iter().for_each(|shape| add(&mut more, shape));
                more = self.check_number_of_shapes(id, more)?;
            }
            shapes = self.intersect(here, &shapes, &join_literals(more))?;
        }
        Ok(join_literals(shapes))
    }

    /// The value of a keyword that is not to be ignored.
    fn get(&self, id: ValueId, key: &str) -> Option<ValueId> {
        self.document.get(id, key).filter(|_| !self.is_ignored(key))
    }

    fn is_ignored(&self, key: &str) -> bool {
        self.ignored.iter().any(|ignored| ignored == key)
    }

    fn check_keyword(&self, key: &str, value: ValueId) -> Expanded<()> {
        let is_harmless = match (key, self.document.value(value)) {
            ("uniqueItems" | "nullable", Value::Bool(false)) => true,
            ("unevaluatedItems" | "unevaluatedProperties", Value::Bool(true)) => true,
            ("minProperties", Value::Number(number)) => number == "0",
            _ => false,
        };
        if is_harmless || self.is_ignored(key) || ANNOTATIONS.contains(&key) || key.starts_with("x-") {
            return Ok(());
        }
        let mend = match key {
            "unevaluatedItems" | "unevaluatedProperties" => Some("set `additionalProperties` or `items` to false"),
            "nullable" => Some("write `\"type\": [\"…\", \"null\"]`"),
            _ => REFUSED.iter().find(|(refused, _)| *refused == key).map(|&(_, mend)| mend),
        };
        if let Some(mend) = mend {
            let help = format!("{mend}; `--ignore {key}` leaves it out");
            return Err(self.document.error(value, format!("`{key}` is not supported"), help));
        }
        if KEYWORDS.contains(&key) {
            return Ok(());
        }
        let near = langlet_core::diagnostic::did_you_mean(key, KEYWORDS);
        let help = match near {
            Some(near) => format!("did you mean `{near}`? `--ignore {key}` leaves it out"),
            None => format!("`--ignore {key}` leaves it out"),
        };
        Err(self.document.error(value, format!("the keyword `{key}` is not known"), help))
    }

    /// The shapes by the keywords that concern one type.
    fn typed(&mut self, id: ValueId) -> Expanded<Vec<Shape>> {
        let mut types: Vec<String> = Vec::new();
        if let Some(value) = self.get(id, "type") {
            let names = match self.document.value(value) {
                Value::Array(names) => names.clone(),
                _ => vec![value],
            };
            for name in names {
                const TYPES: [&str; 7] = ["object", "array", "string", "number", "integer", "boolean", "null"];
                match self.document.value(name) {
                    Value::String(text) if TYPES.contains(&text.as_str()) => types.push(text.clone()),
                    _ => {
                        let help = format!("the types are {}", TYPES.join(", "));
                        return Err(self.document.error(name, "this is no type", help));
                    }
                }
            }
        }
        let has = |name: &str| types.is_empty() || types.iter().any(|found| found == name);
        let mut shapes = Vec::new();
        if has("object") {
            shapes.extend(self.object(id)?.map(Shape::Object));
        }
        if has("array") {
            shapes.extend(self.array(id)?.map(Shape::Array));
        }
        if has("string") {
            shapes.extend(self.string(id)?.map(Shape::String));
        }
        if has("number") || has("integer") {
            let decimals = (!has("number")).then_some(0);
            shapes.extend(self.number(id, decimals)?.map(Shape::Number));
        }
        if has("boolean") {
            shapes.extend([Shape::Bool(true), Shape::Bool(false)]);
        }
        if has("null") {
            shapes.push(Shape::Null);
        }
        Ok(shapes)
    }

    fn object(&mut self, id: ValueId) -> Expanded<Option<Object>> {
        let mut object = Object { rest: Some(Conjunction::new()), ..Object::default() };
        if let Some(value) = self.get(id, "properties") {
            let Value::Object(members) = self.document.value(value) else {
                let message = "the properties are an object of schemas";
                return Err(self.document.error(value, message, "write `\"properties\": {\"name\": {…}}`"));
            };
            let property = |(name, schema): &(String, ValueId)| (name.clone(), self.holds(*schema));
            object.properties = members.iter().map(property).collect();
        }
        if let Some(list) = self.get(id, "required") {
            for name in self.list(list, "names")? {
                match self.document.value(name) {
                    Value::String(name) => object.required.insert(name.clone()),
                    _ => return Err(self.document.error(name, "a required property is named by a string", "quote it")),
                };
            }
        }
        if let Some(schema) = self.get(id, "additionalProperties") {
            object.rest = self.optional_schema(schema);
        }
        Ok(object.checked())
    }

    /// A schema for what is not named: `None` if nothing may be there, and nothing to hold if it says nothing.
    fn optional_schema(&self, schema: ValueId) -> Option<Conjunction> {
        match self.document.value(schema) {
            Value::Bool(false) => None,
            Value::Bool(true) => Some(Conjunction::new()),
            _ => Some(self.holds(schema)),
        }
    }

    fn array(&mut self, id: ValueId) -> Expanded<Option<Array>> {
        let mut array = Array { rest: Some(Conjunction::new()), ..Array::default() };
        let items = self.get(id, "items");
        let old_prefix = items.filter(|&items| matches!(self.document.value(items), Value::Array(_)));
        if let Some(list) = self.get(id, "prefixItems").or(old_prefix) {
            array.prefix = self.list(list, "schemas")?.into_iter().map(|item| self.holds(item)).collect();
            if array.prefix.len() > 90 {
                let message = "more than 90 items have a schema of their own";
                return Err(self.document.error(list, message, "give the later ones one schema, `items`"));
            }
        }
        let rest = if old_prefix.is_some() { self.get(id, "additionalItems") } else { items };
        if let Some(rest) = rest {
            array.rest = self.optional_schema(rest);
        }
        array.min = self.count(id, "minItems")?.unwrap_or(0);
        array.max = self.count(id, "maxItems")?;
        Ok(array.checked())
    }

    fn string(&mut self, id: ValueId) -> Expanded<Option<Strings>> {
        let mut strings = Strings { min: self.count(id, "minLength")?.unwrap_or(0), ..Strings::default() };
        strings.max = self.count(id, "maxLength")?;
        if let Some(value) = self.get(id, "pattern") {
            let text = self.text(value, "a pattern is a string")?;
            let regex = pattern::encoded(&text).map_err(|reason| {
                let help = "see what a pattern may be in the README of json-schema-to-langlet; `--ignore pattern` leaves all out";
                self.document.error(value, reason, help)
            })?;
            strings.patterns.insert(self.checked_regex(value, regex)?);
        }
        if let Some(value) = self.get(id, "format") {
            let name = self.text(value, "a format is named by a string")?;
            let Some(pattern) = format::pattern(&name) else {
                let help = format!("the formats are {}; `--ignore format` leaves all out", format::NAMES.join(", "));
                return Err(self.document.error(value, format!("the format `{name}` is not supported"), help));
            };
            let regex = pattern::encoded(&pattern).expect("our own patterns are right");
            strings.patterns.insert(regex);
        }
        Ok(strings.checked(&mut self.terms))
    }

    fn checked_regex(&mut self, value: ValueId, regex: String) -> Expanded<String> {
        let term = self.terms.parse(&regex);
        let term = term.map_err(|error| self.document.error(value, error.message, "make the pattern smaller"))?;
        if self.terms.is_empty(term) {
            return Err(self.document.error(value, "the pattern is found in no string", "remove it, or write `false`"));
        }
        Ok(regex)
    }

    fn number(&mut self, id: ValueId, decimals: Option<u32>) -> Expanded<Option<Numbers>> {
        let mut numbers = Numbers { decimals, ..Numbers::default() };
        if let Some(value) = self.get(id, "multipleOf") {
            let step = self.decimal(value)?.as_step();
            let Some(step) = step else {
                let help =
                    "1, 0.1, 0.01, … say how many digits stand behind the point; `--ignore multipleOf` leaves all out";
                return Err(self.document.error(value, "multiples of this number are not supported", help));
            };
            numbers.decimals = numbers.decimals.into_iter().chain([step]).min();
        }
        for (key, exclusive_key) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            let exclusive_value = self.get(id, exclusive_key);
            // Up to draft 4 it was a boolean about the other bound.
            let flag = exclusive_value.map(|value| self.document.value(value) == &Value::Bool(true));
            let is_flag = exclusive_value.is_some_and(|value| matches!(self.document.value(value), Value::Bool(_)));
            let inclusive = self.get(id, key).map(|value| (value, is_flag && flag == Some(true)));
            let exclusive = exclusive_value.filter(|_| !is_flag).map(|value| (value, true));
            for (value, exclusive) in inclusive.into_iter().chain(exclusive) {
                let bound = Bound { at: self.decimal(value)?, exclusive };
                let is_minimum = key == "minimum";
                let old = if is_minimum { &mut numbers.min } else { &mut numbers.max };
                let is_stricter = |old: &Bound| if is_minimum { bound.is_above(old) } else { bound.is_below(old) };
                if old.as_ref().is_none_or(is_stricter) {
                    *old = Some(bound);
                }
            }
        }
        Ok(numbers.checked())
    }

    fn decimal(&self, id: ValueId) -> Expanded<Decimal> {
        let Value::Number(text) = self.document.value(id) else {
            return Err(self.document.error(id, "a number is expected here", "write it without quotes"));
        };
        let mend = "only numbers of up to 400 digits are supported";
        Decimal::parse(text).ok_or_else(|| self.document.error(id, "the number has too many digits", mend))
    }

    fn count(&self, id: ValueId, key: &str) -> Expanded<Option<u32>> {
        let Some(value) = self.get(id, key) else { return Ok(None) };
        let number = self.decimal(value)?;
        let limit = Bound { at: Decimal::parse(&COUNT_LIMIT.to_string()).expect("a number"), exclusive: false };
        let zero = Bound { at: Decimal::parse("0").expect("a number"), exclusive: false };
        if number.decimals() > 0 || !zero.admits_from(&number) {
            return Err(self.document.error(value, "a whole number is expected here", "it counts characters or items"));
        }
        if !limit.admits_up_to(&number) {
            let message = format!("`{key}` is larger than {COUNT_LIMIT}");
            return Err(self.document.error(value, message, format!("`--ignore {key}` leaves it out")));
        }
        Ok(number.as_count())
    }

    fn text(&self, id: ValueId, message: &str) -> Expanded<String> {
        match self.document.value(id) {
            Value::String(text) => Ok(text.clone()),
            _ => Err(self.document.error(id, message, "quote it")),
        }
    }

    fn list(&self, id: ValueId, of: &str) -> Expanded<Vec<ValueId>> {
        match self.document.value(id) {
            Value::Array(items) => Ok(items.clone()),
            _ => Err(self.document.error(id, format!("a list of {of} is expected here"), "write it in brackets")),
        }
    }

    /// Where a `$ref` leads.
    pub(crate) fn target(&self, reference: ValueId) -> Expanded<Source> {
        let text = self.text(reference, "a reference is a string")?;
        let Some(fragment) = text.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
            let message = format!("the reference `{text}` leads out of the document");
            return Err(self.document.error(reference, message, "copy the schema to `$defs`, and write `#/$defs/…`"));
        };
        let pointer = percent_decoded(fragment);
        let target = self.document.at(&pointer).map(Source::Schema);
        target.ok_or_else(|| {
            self.document.error(
                reference,
                format!("there is nothing at `{text}`"),
                "write the path of a schema, as in `#/$defs/name`",
            )
        })
    }

    /// Whether certainly no value has a shape of both lists; looks into properties `depth` deep.
    fn are_disjoint(&mut self, a: &[Shape], b: &[Shape], depth: usize) -> Expanded<bool> {
        for a in a {
            for b in b {
                let Some(shape) = both(&mut self.terms, a, b) else { continue };
                let is_empty = match &shape {
                    Shape::String(strings) => {
                        let mut term = Term::ANY;
                        for regex in strings.regexes() {
                            let operand = self.terms.parse(&regex).expect("our own regexes are right");
                            term = self.terms.intersect(term, operand);
                        }
                        self.terms.is_empty(term)
                    }
                    Shape::Object(object) if depth > 0 => {
                        let required: Vec<Conjunction> =
                            object.required.iter().filter_map(|name| object.property(name).cloned()).collect();
                        self.is_one_empty(&required, depth - 1)?
                    }
                    Shape::Array(array) if depth > 0 => {
                        let required = &array.prefix[..array.prefix.len().min(array.min as usize)];
                        self.is_one_empty(required, depth - 1)?
                    }
                    _ => false,
                };
                if !is_empty {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Whether certainly nothing is admitted by one of the conjunctions.
    fn is_one_empty(&mut self, conjunctions: &[Conjunction], depth: usize) -> Expanded<bool> {
        for conjunction in conjunctions {
            // A schema that is being expanded is not known yet.
            if conjunction.iter().any(|source| self.active.contains(source)) {
                continue;
            }
            let shapes = self.expand(conjunction)?;
            if self.are_disjoint(&shapes, &anything(), depth)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Adds a shape that is not there yet.
fn add(shapes: &mut Vec<Shape>, shape: Shape) {
    if !shapes.contains(&shape) {
        shapes.push(shape);
    }
}

/// Shapes of single strings become one, and those of single numbers.
fn join_literals(shapes: Vec<Shape>) -> Vec<Shape> {
    let mut joined: Vec<Shape> = Vec::new();
    for shape in shapes {
        let only = |shape: &Shape| match shape {
            Shape::String(Strings { only: Some(texts), .. }) | Shape::Number(Numbers { only: Some(texts), .. }) => {
                Some((matches!(shape, Shape::String(_)), texts.clone()))
            }
            _ => None,
        };
        let Some((is_string, texts)) = only(&shape) else {
            joined.push(shape);
            continue;
        };
        let same = joined.iter_mut().find(|other| only(other).is_some_and(|(other, _)| other == is_string));
        match same {
            Some(Shape::String(Strings { only: Some(all), .. }) | Shape::Number(Numbers { only: Some(all), .. })) => {
                all.extend(texts.into_iter().filter(|text| !all.contains(text)).collect::<Vec<_>>());
            }
            _ => joined.push(shape),
        }
    }
    joined
}

/// A fragment of a URI without its percent signs.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
