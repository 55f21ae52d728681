//! Shapes as the text of a langlet.
//!
//! Each conjunction of schemas that a property or item refers to becomes a rule, named after it; one of a single symbol is
//! written where it is used. An object is its properties in the order of the schema, those that are not required in brackets,
//! and behind them the others, if they are admitted:
//!
//! ```text
//! person: '{' '"name"' ':' string [',' '"age"' ':' AGE] (',' other_name ':' value)* '}'
//! ```

use std::collections::{BTreeMap, BTreeSet};

use langlet_core::diagnostic::Diagnostic;

use crate::expand::Expander;
use crate::pattern::encode;
use crate::shape::{Array, Conjunction, Object, Shape, Source, Strings, anything};
use crate::tokens::{Family, SetId, quoted, unique};
use crate::value::Document;

/// Rules beyond which a schema is refused.
const RULE_LIMIT: usize = 5_000;

/// Names that rules cannot have: those of the parent, and of the rules for any string or number.
const TAKEN: [&str; 7] = ["json", "value", "object", "member", "array", "string", "number"];

/// The width of a line of the langlet.
const WIDTH: usize = 110;

/// A blank at which a line may end.
const BREAK: char = '\u{1}';

/// What a rule is made from.
struct Node {
    conjunction: Conjunction,
    shapes: Vec<Shape>,
    name: String,
    /// Whether it is anything, which the parent has a rule for.
    is_anything: bool,
}

/// The rules under way.
struct Printer<'p, 'd> {
    document: &'d Document,
    expander: &'p mut Expander<'d>,
    nodes: Vec<Node>,
    index: BTreeMap<Conjunction, usize>,
    /// `is_inhabited[node]`: whether something is admitted.
    is_inhabited: Vec<bool>,
    strings: Family,
    numbers: Family,
    string_sets: BTreeMap<Vec<String>, SetId>,
    number_sets: BTreeMap<String, SetId>,
    /// Rules for the names of other properties, by what they list.
    key_rules: Vec<(String, String)>,
    /// Which of the parent's symbols are used.
    uses_value: bool,
    uses_string: bool,
    uses_number: bool,
}

/// The text of the langlet `name` whose programs are what the root of the document admits.
pub(crate) fn print<'d>(document: &'d Document, expander: &mut Expander<'d>, name: &str) -> Result<String, Diagnostic> {
    let mut printer = Printer {
        document,
        expander,
        nodes: Vec::new(),
        index: BTreeMap::new(),
        is_inhabited: Vec::new(),
        strings: Family::new("STRING"),
        numbers: Family::new("NUMBER"),
        string_sets: BTreeMap::new(),
        number_sets: BTreeMap::new(),
        key_rules: Vec::new(),
        uses_value: false,
        uses_string: false,
        uses_number: false,
    };
    printer.collect(name)?;
    printer.find_inhabited();
    if !printer.is_inhabited[0] {
        let message = "no value fits this schema";
        return Err(document.error(Document::ROOT, message, "look for `false`, or bounds that leave nothing"));
    }
    printer.collect_tokens();
    for family in [&mut printer.strings, &mut printer.numbers] {
        if family.divide(&mut printer.expander.terms).is_err() {
            let message = "the patterns, formats, lengths and bounds overlap in too many ways";
            let help = "use fewer different ones; `--ignore maxLength`, for one, leaves all of a kind out";
            return Err(document.error(Document::ROOT, message, help));
        }
    }
    Ok(printer.text(name))
}

impl Printer<'_, '_> {
    /// Makes a node for each conjunction that can be reached.
    fn collect(&mut self, name: &str) -> Result<(), Diagnostic> {
        let root: Conjunction = [Source::Schema(self.expander.resolved(Document::ROOT))].into();
        let mut queue = std::collections::VecDeque::from([(root, name.to_owned())]);
        while let Some((conjunction, hint)) = queue.pop_front() {
            if self.index.contains_key(&conjunction) {
                continue;
            }
            let (Some(&Source::Schema(place)) | Some(&Source::Const(place))) = conjunction.first() else {
                continue; // anything
            };
            if self.nodes.len() == RULE_LIMIT {
                let message = format!("the schema needs more than {RULE_LIMIT} rules");
                return Err(self.document.error(place, message, "join fewer schemas by `allOf`"));
            }
            let shapes = self.expander.expand(&conjunction)?;
            let is_anything = same_shapes(&shapes, &anything());
            let is_taken = |name: &str| TAKEN.contains(&name) || self.nodes.iter().any(|node| node.name == name);
            let rule = unique(self.rule_name(&conjunction, &hint), is_taken);
            for shape in &shapes {
                match shape {
                    Shape::Object(object) => {
                        for (property, holds) in &object.properties {
                            queue.push_back((holds.clone(), property.clone()));
                        }
                        queue.extend(object.rest.clone().map(|rest| (rest, format!("{rule}_other"))));
                    }
                    Shape::Array(array) => {
                        for (n, holds) in array.prefix.iter().enumerate() {
                            queue.push_back((holds.clone(), format!("{rule}_{}", n + 1)));
                        }
                        queue.extend(array.rest.clone().map(|rest| (rest, format!("{rule}_item"))));
                    }
                    _ => {}
                }
            }
            self.index.insert(conjunction.clone(), self.nodes.len());
            self.nodes.push(Node { conjunction, shapes, name: rule, is_anything });
        }
        Ok(())
    }

    /// A definition gives its own name; all else is named after where it was found.
    fn rule_name(&self, conjunction: &Conjunction, hint: &str) -> String {
        let mut name = hint;
        if let (1, Some(&Source::Schema(id))) = (conjunction.len(), conjunction.first()) {
            let pointer = self.document.pointer(id);
            let defined = pointer.strip_prefix("/$defs/").or(pointer.strip_prefix("/definitions/"));
            name = defined.filter(|name| !name.contains('/')).unwrap_or(hint);
        }
        rule_name(name)
    }

    /// The least fixed point: something is admitted if all that must be there can be.
    fn find_inhabited(&mut self) {
        self.is_inhabited = vec![false; self.nodes.len()];
        loop {
            let mut changed = false;
            for at in 0..self.nodes.len() {
                let node = &self.nodes[at];
                if !self.is_inhabited[at] && node.shapes.iter().any(|shape| self.is_shape_inhabited(shape)) {
                    self.is_inhabited[at] = true;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn is_shape_inhabited(&self, shape: &Shape) -> bool {
        match shape {
            Shape::Object(object) => object
                .required
                .iter()
                .all(|name| object.property(name).is_some_and(|holds| self.is_conjunction_inhabited(holds))),
            Shape::Array(array) => {
                let min = array.min as usize;
                let prefix = array.prefix.iter().take(min).all(|holds| self.is_conjunction_inhabited(holds));
                let rest = || array.rest.as_ref().is_some_and(|holds| self.is_conjunction_inhabited(holds));
                prefix && (min <= array.prefix.len() || rest())
            }
            _ => true,
        }
    }

    fn is_conjunction_inhabited(&self, holds: &Conjunction) -> bool {
        self.index.get(holds).is_none_or(|&node| self.is_inhabited[node])
    }

    /// Adds the sets and literals of all shapes to the families.
    fn collect_tokens(&mut self) {
        for node in &self.nodes {
            for shape in &node.shapes {
                match shape {
                    Shape::String(Strings { only: Some(texts), .. }) => {
                        texts.iter().for_each(|text| self.strings.literal(&encode(text)));
                    }
                    Shape::String(strings) => {
                        let regexes = strings.regexes();
                        if !regexes.is_empty() {
                            let id = self.strings.set(&mut self.expander.terms, regexes.clone(), &node.name);
                            self.string_sets.insert(regexes, id);
                        }
                    }
                    Shape::Number(numbers) => match (&numbers.only, numbers.regex()) {
                        (Some(texts), _) => texts.iter().for_each(|text| self.numbers.literal(text)),
                        (None, Some(regex)) => {
                            let only_whole =
                                numbers.decimals == Some(0) && numbers.min.is_none() && numbers.max.is_none();
                            let name = if only_whole { "INTEGER" } else { &node.name };
                            let id = self.numbers.set(&mut self.expander.terms, vec![regex.clone()], name);
                            self.number_sets.insert(regex, id);
                        }
                        (None, None) => {}
                    },
                    Shape::Object(object) => {
                        object.properties.iter().for_each(|(name, _)| self.strings.literal(&encode(name)));
                    }
                    _ => {}
                }
            }
        }
    }

    /// The whole langlet.
    fn text(&mut self, name: &str) -> String {
        let mut rules: Vec<(String, String)> = Vec::new();
        // The root has a rule even if it is one symbol.
        for node in 0..self.nodes.len() {
            if self.is_inhabited[node] && (node == 0 || (!self.nodes[node].is_anything && self.single(node).is_none()))
            {
                let alternatives = self.alternatives(node);
                rules.push((self.nodes[node].name.clone(), alternatives.join(&format!("{BREAK}| "))));
            }
        }
        rules.append(&mut self.key_rules);
        let joined = |symbols: Vec<String>| symbols.join(&format!("{BREAK}| "));
        let mut replaced: Vec<(&str, String)> = Vec::new();
        if self.uses_value {
            let (string, number) = (self.any_string(), self.any_number());
            if string != "STRING" || number != "NUMBER" {
                let types = ["object", "array", &string, &number, "'true'", "'false'", "'null'"].map(str::to_owned);
                replaced.push(("value", joined(types.into())));
            }
            if string != "STRING" {
                replaced.push(("member", format!("{string} ':' value")));
            }
        }
        if self.uses_string && self.strings.is_divided() {
            rules.push(("string".to_owned(), joined(self.strings.all_but(&[]))));
        }
        if self.uses_number && self.numbers.is_divided() {
            rules.push(("number".to_owned(), joined(self.numbers.all_but(&[]))));
        }
        let mut out = format!("langlet {name} : json\n\nstart {}\n", self.nodes[0].name);
        let is_dropped = [
            ("value object member array", !self.uses_value),
            ("STRING", !self.uses_string),
            ("NUMBER", !self.uses_number),
        ];
        let dropped = is_dropped.iter().filter(|(_, is_dropped)| *is_dropped).map(|&(names, _)| names);
        out.push_str(&format!("drop {}\n", std::iter::once("json").chain(dropped).collect::<Vec<_>>().join(" ")));
        let declarations = [self.strings.declarations(), self.numbers.declarations()].concat();
        if !declarations.is_empty() {
            out.push('\n');
        }
        declarations.iter().for_each(|line| out.push_str(&format!("{line}\n")));
        out.push('\n');
        let (root, others) = rules.split_first().expect("the root has a rule");
        for (name, rhs) in [root].into_iter().chain(others) {
            out.push_str(&wrapped(&format!("{name}: {rhs}")));
        }
        replaced.iter().for_each(|(name, rhs)| out.push_str(&wrapped(&format!("{name} := {rhs}"))));
        out
    }

    /// The one symbol that a node is, if it is one.
    fn single(&mut self, node: usize) -> Option<String> {
        let [shape] = self.nodes[node].shapes.as_slice() else { return None };
        if matches!(shape, Shape::Object(_) | Shape::Array(_)) {
            return None;
        }
        let symbols = self.shape(&shape.clone());
        <[String; 1]>::try_from(symbols).ok().map(|[symbol]| symbol)
    }

    /// The symbol for what a conjunction admits; `None` if that is nothing.
    fn symbol(&mut self, holds: &Conjunction) -> Option<String> {
        let Some(&node) = self.index.get(holds) else {
            self.uses_value = true;
            return Some("value".to_owned());
        };
        debug_assert_eq!(self.nodes[node].conjunction, *holds);
        if !self.is_inhabited[node] {
            return None;
        }
        if self.nodes[node].is_anything && node != 0 {
            self.uses_value = true;
            return Some("value".to_owned());
        }
        let single = if node == 0 { None } else { self.single(node) };
        Some(single.unwrap_or_else(|| self.nodes[node].name.clone()))
    }

    fn alternatives(&mut self, node: usize) -> Vec<String> {
        if self.nodes[node].is_anything {
            self.uses_value = true;
            return vec!["value".to_owned()];
        }
        let mut alternatives: Vec<String> = Vec::new();
        for shape in self.nodes[node].shapes.clone() {
            if self.is_shape_inhabited(&shape) {
                let new = self.shape(&shape);
                alternatives.extend(new.into_iter().filter(|new| !alternatives.contains(new)).collect::<Vec<_>>());
            }
        }
        alternatives
    }

    /// What a shape is written as, each an alternative.
    fn shape(&mut self, shape: &Shape) -> Vec<String> {
        match shape {
            Shape::Null => vec!["'null'".to_owned()],
            Shape::Bool(value) => vec![format!("'{value}'")],
            Shape::String(Strings { only: Some(texts), .. }) => {
                texts.iter().map(|text| quoted(&encode(text))).collect()
            }
            Shape::String(strings) => match self.string_sets.get(&strings.regexes()) {
                Some(&id) => self.strings.of_set(&mut self.expander.terms, id),
                None => vec![self.any_string()],
            },
            Shape::Number(numbers) => match (&numbers.only, numbers.regex()) {
                (Some(texts), _) => texts.iter().map(|text| quoted(text)).collect(),
                (None, Some(regex)) => self.numbers.of_set(&mut self.expander.terms, self.number_sets[&regex]),
                (None, None) => vec![self.any_number()],
            },
            Shape::Array(array) => vec![self.array(array)],
            Shape::Object(object) => vec![self.object(object)],
        }
    }

    fn any_string(&mut self) -> String {
        self.uses_string = true;
        if self.strings.is_divided() { "string" } else { self.strings.base }.to_owned()
    }

    fn any_number(&mut self) -> String {
        self.uses_number = true;
        if self.numbers.is_divided() { "number" } else { self.numbers.base }.to_owned()
    }

    fn array(&mut self, array: &Array) -> String {
        let sep = format!("','{BREAK}");
        let prefix: Vec<String> = array.prefix.iter().map_while(|holds| self.symbol(holds)).collect();
        // Behind an item that cannot be, there is none.
        let is_cut = prefix.len() < array.prefix.len();
        let rest = array.rest.as_ref().filter(|_| !is_cut).and_then(|rest| self.symbol(rest));
        let n_prefix = prefix.len() as u32;
        let (min, max) = (array.min.saturating_sub(n_prefix), array.max.map(|max| max.saturating_sub(n_prefix)));
        // The items behind the prefix: the first, if there is no prefix, has no comma.
        let mut inner = String::new();
        if let Some(item) = rest {
            let n_bare = u32::from(n_prefix == 0);
            let more = |min: u32, max: Option<u32>| {
                let mut parts: Vec<String> = vec![format!("{sep}{item}"); min as usize];
                match max {
                    None => parts.push(format!("({sep}{item})*")),
                    Some(max) => parts.extend(vec![format!("[{sep}{item}]"); max.saturating_sub(min) as usize]),
                }
                parts
            };
            let behind = more(min.saturating_sub(n_bare), max.map(|max| max.saturating_sub(n_bare)));
            let mut parts = if n_bare == 1 { vec![item.clone()] } else { Vec::new() };
            parts.extend(behind);
            inner = parts.join(&BREAK.to_string());
            if n_bare == 1 && min == 0 {
                inner = format!("[{inner}]");
            }
        }
        for (index, symbol) in prefix.iter().enumerate().rev() {
            let comma = if index > 0 { sep.as_str() } else { "" };
            let space = if inner.is_empty() { String::new() } else { BREAK.to_string() };
            inner = format!("{comma}{symbol}{space}{inner}");
            if index as u32 >= array.min {
                inner = format!("[{inner}]");
            }
        }
        if inner.is_empty() { "'[' ']'".to_owned() } else { format!("'['{BREAK}{inner}{BREAK}']'") }
    }

    fn object(&mut self, object: &Object) -> String {
        let mut members: Vec<(String, bool)> = Vec::new();
        for (name, holds) in &object.properties {
            // A property that nothing fits is left out; its name is none of the others.
            if let Some(symbol) = self.symbol(holds) {
                let member = format!("{} ':' {symbol}", quoted(&encode(name)));
                members.push((member, object.required.contains(name)));
            }
        }
        let other = object.rest.as_ref().and_then(|rest| self.symbol(rest)).map(|value| {
            let named: BTreeSet<String> = object.properties.iter().map(|(name, _)| encode(name)).collect();
            format!("{} ':' {value}", self.other_names(&named.into_iter().collect::<Vec<_>>()))
        });
        let sep = format!("','{BREAK}");
        let others = other.as_ref().map(|other| format!("({sep}{other})*"));
        let behind = |from: usize| -> Vec<String> {
            let optional = |(member, is_required): &(String, bool)| match is_required {
                true => format!("{sep}{member}"),
                false => format!("[{sep}{member}]"),
            };
            members[from..].iter().map(optional).chain(others.clone()).collect()
        };
        // The first member has no comma; it is one of those up to the first that is required.
        let mut starts: Vec<String> = Vec::new();
        for (index, (member, is_required)) in members.iter().enumerate() {
            starts.push([vec![member.clone()], behind(index + 1)].concat().join(&BREAK.to_string()));
            if *is_required {
                break;
            }
        }
        let may_be_empty = members.iter().all(|(_, is_required)| !is_required);
        if let (true, Some(other), Some(others)) = (may_be_empty, other, others) {
            starts.push(format!("{other}{BREAK}{others}"));
        }
        let is_one = starts.len() == 1;
        let inner = starts.join(&format!("{BREAK}| "));
        match (inner.is_empty(), may_be_empty, is_one) {
            (true, _, _) => "'{' '}'".to_owned(),
            (false, true, _) => format!("'{{'{BREAK}[{inner}]{BREAK}'}}'"),
            (false, false, true) => format!("'{{'{BREAK}{inner}{BREAK}'}}'"),
            (false, false, false) => format!("'{{'{BREAK}({inner}){BREAK}'}}'"),
        }
    }

    /// The symbol for the names of properties but these.
    fn other_names(&mut self, named: &[String]) -> String {
        self.uses_string = true;
        let symbols = self.strings.all_but(named);
        if let [symbol] = symbols.as_slice() {
            return symbol.clone();
        }
        if named.is_empty() {
            return self.any_string();
        }
        let listed = symbols.join(&format!("{BREAK}| "));
        if let Some((name, _)) = self.key_rules.iter().find(|(_, known)| *known == listed) {
            return name.clone();
        }
        let is_taken = |name: &str| {
            self.nodes.iter().any(|node| node.name == name) || self.key_rules.iter().any(|(known, _)| known == name)
        };
        let name = unique("other_name".to_owned(), is_taken);
        self.key_rules.push((name.clone(), listed));
        name
    }
}

/// Whether two lists have the same shapes in any order.
fn same_shapes(a: &[Shape], b: &[Shape]) -> bool {
    a.len() == b.len() && a.iter().all(|shape| b.contains(shape))
}

/// A name of the notation, in small letters: what cannot stand in one is `_`.
pub(crate) fn rule_name(text: &str) -> String {
    let mut name = String::new();
    let mut before = ' ';
    for c in text.chars().take(60) {
        let is_hump = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if (is_hump || !c.is_ascii_alphanumeric()) && !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    let name = name.trim_end_matches('_');
    match name.chars().next() {
        None => "rule".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("rule_{name}"),
        Some(_) => name.to_owned(),
    }
}

/// A declaration in lines of `WIDTH`, those that go on with it indented.
fn wrapped(declaration: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for piece in declaration.split(BREAK) {
        let len = piece.chars().count();
        if width > 0 && width + 1 + len > WIDTH {
            out.push_str("\n    ");
            width = 4;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(piece);
        width += len;
    }
    out.push('\n');
    out
}
