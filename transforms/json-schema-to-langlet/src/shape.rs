//! Shapes: what a schema admits, as a union of constraints on one type each.
//!
//! A schema is brought into this form once and for all: `anyOf` and `enum` add shapes, `allOf` and `$ref` intersect them pair by
//! pair. The schemas of properties and items are not looked at meanwhile: a shape names them as a [`Conjunction`] of places in
//! the document. There are finitely many of these, so recursion in a schema becomes recursion between rules.

use std::collections::BTreeSet;

use langlet_core::regex::{Term, Terms};

use crate::number::{Bound, Decimal, interval};
use crate::pattern;
use crate::value::ValueId;

/// A constraint that is written in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// The schema there.
    Schema(ValueId),
    /// Being the value there.
    Const(ValueId),
}

/// Constraints that all hold; none of them is anything.
pub(crate) type Conjunction = BTreeSet<Source>;

/// Values of one type, or one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Object(Object),
    Array(Array),
    String(Strings),
    Number(Numbers),
    Bool(bool),
    Null,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Object {
    /// In the order in which they are written.
    pub(crate) properties: Vec<(String, Conjunction)>,
    pub(crate) required: BTreeSet<String>,
    /// What other properties hold; `None` if there are no others.
    pub(crate) rest: Option<Conjunction>,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Array {
    pub(crate) prefix: Vec<Conjunction>,
    /// What the items behind the prefix hold; `None` if there are none.
    pub(crate) rest: Option<Conjunction>,
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Strings {
    /// Characters.
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
    /// Regexes over the encoded strings.
    pub(crate) patterns: BTreeSet<String>,
    /// If not `None`, these strings alone; then there is no other constraint.
    pub(crate) only: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Numbers {
    pub(crate) min: Option<Bound>,
    pub(crate) max: Option<Bound>,
    /// How many digits behind the point at most.
    pub(crate) decimals: Option<u32>,
    /// If not `None`, these numbers alone, as written; then there is no other constraint.
    pub(crate) only: Option<Vec<String>>,
}

/// All values.
pub(crate) fn anything() -> Vec<Shape> {
    vec![
        Shape::Object(Object { rest: Some(Conjunction::new()), ..Object::default() }),
        Shape::Array(Array { rest: Some(Conjunction::new()), ..Array::default() }),
        Shape::String(Strings::default()),
        Shape::Number(Numbers::default()),
        Shape::Bool(true),
        Shape::Bool(false),
        Shape::Null,
    ]
}

/// The values of both; `None` if there is none on the face of it.
pub(crate) fn both(terms: &mut Terms, a: &Shape, b: &Shape) -> Option<Shape> {
    match (a, b) {
        (Shape::Object(a), Shape::Object(b)) => objects(a, b).map(Shape::Object),
        (Shape::Array(a), Shape::Array(b)) => arrays(a, b).map(Shape::Array),
        (Shape::String(a), Shape::String(b)) => strings(terms, a, b).map(Shape::String),
        (Shape::Number(a), Shape::Number(b)) => numbers(a, b).map(Shape::Number),
        _ => (a == b).then(|| a.clone()),
    }
}

fn union(a: &Conjunction, b: &Conjunction) -> Conjunction {
    a.union(b).copied().collect()
}

fn objects(a: &Object, b: &Object) -> Option<Object> {
    let mut properties: Vec<(String, Conjunction)> = Vec::new();
    for (name, _) in a.properties.iter().chain(&b.properties) {
        if properties.iter().any(|(known, _)| known == name) {
            continue;
        }
        // A property that one of them does not admit is left out; then no other property is admitted either.
        if let (Some(in_a), Some(in_b)) = (a.property(name), b.property(name)) {
            properties.push((name.clone(), union(in_a, in_b)));
        }
    }
    let rest = a.rest.as_ref().zip(b.rest.as_ref()).map(|(a, b)| union(a, b));
    Object { properties, required: a.required.union(&b.required).cloned().collect(), rest }.checked()
}

impl Object {
    /// What holds for a property; `None` if it must not be there.
    pub(crate) fn property(&self, name: &str) -> Option<&Conjunction> {
        let declared = self.properties.iter().find(|(known, _)| known == name).map(|(_, holds)| holds);
        declared.or(self.rest.as_ref())
    }

    /// The same with what is required declared; `None` if it is not admitted.
    pub(crate) fn checked(mut self) -> Option<Object> {
        for name in &self.required {
            if !self.properties.iter().any(|(known, _)| known == name) {
                self.properties.push((name.clone(), self.rest.clone()?));
            }
        }
        Some(self)
    }
}

fn arrays(a: &Array, b: &Array) -> Option<Array> {
    let mut prefix = Vec::new();
    for index in 0..a.prefix.len().max(b.prefix.len()) {
        match (a.item(index), b.item(index)) {
            (Some(in_a), Some(in_b)) => prefix.push(union(in_a, in_b)),
            _ => break,
        }
    }
    let is_cut = prefix.len() < a.prefix.len().max(b.prefix.len());
    let rest = if is_cut { None } else { a.rest.as_ref().zip(b.rest.as_ref()).map(|(a, b)| union(a, b)) };
    let max = a.max.into_iter().chain(b.max).min();
    Array { prefix, rest, min: a.min.max(b.min), max }.checked()
}

impl Array {
    fn item(&self, index: usize) -> Option<&Conjunction> {
        self.prefix.get(index).or(self.rest.as_ref())
    }

    /// The same without items that cannot be there; `None` if it must have more than it can.
    pub(crate) fn checked(mut self) -> Option<Array> {
        if let Some(max) = self.max {
            self.prefix.truncate(max as usize);
            self.rest = self.rest.filter(|_| self.prefix.len() < max as usize);
        }
        if self.rest.is_none() {
            self.max = Some(self.prefix.len() as u32);
        }
        (self.max.is_none_or(|max| self.min <= max)).then_some(self)
    }
}

fn strings(terms: &mut Terms, a: &Strings, b: &Strings) -> Option<Strings> {
    let max = a.max.into_iter().chain(b.max).min();
    let patterns = a.patterns.union(&b.patterns).cloned().collect();
    let only = match (&a.only, &b.only) {
        (Some(a), Some(b)) => Some(a.iter().filter(|&text| b.contains(text)).cloned().collect()),
        (only, None) | (None, only) => only.clone(),
    };
    Strings { min: a.min.max(b.min), max, patterns, only }.checked(terms)
}

impl Strings {
    /// Regexes that all hold of the encoded string; none if it can be any.
    pub(crate) fn regexes(&self) -> Vec<String> {
        let length = (self.min > 0 || self.max.is_some()).then(|| pattern::length(self.min, self.max));
        self.patterns.iter().cloned().chain(length).collect()
    }

    /// The same with those of its strings alone that fit the other constraints; `None` if there is none.
    pub(crate) fn checked(mut self, terms: &mut Terms) -> Option<Strings> {
        if self.max.is_some_and(|max| max < self.min) {
            return None;
        }
        let Some(only) = &mut self.only else { return Some(self) };
        let mut term = Term::ANY;
        for regex in &self.patterns {
            let operand = terms.parse(regex).expect("our own regexes are right");
            term = terms.intersect(term, operand);
        }
        only.retain(|text| {
            let len = text.chars().count() as u32;
            let rest = pattern::encode(text).bytes().fold(term, |rest, byte| terms.derivative(rest, byte));
            self.min <= len && self.max.is_none_or(|max| len <= max) && terms.nullable(rest)
        });
        let only = std::mem::take(only);
        (!only.is_empty()).then(|| Strings { only: Some(only), ..Strings::default() })
    }
}

fn numbers(a: &Numbers, b: &Numbers) -> Option<Numbers> {
    let stricter = |a: &Option<Bound>, b: &Option<Bound>, is_stricter: fn(&Bound, &Bound) -> bool| match (a, b) {
        (Some(a), Some(b)) => Some(if is_stricter(a, b) { a } else { b }.clone()),
        (bound, None) | (None, bound) => bound.clone(),
    };
    let only = match (&a.only, &b.only) {
        (Some(a), Some(b)) => {
            let has = |number: &String| b.iter().any(|other| Decimal::parse(number) == Decimal::parse(other));
            Some(a.iter().filter(|&number| has(number)).cloned().collect())
        }
        (only, None) | (None, only) => only.clone(),
    };
    let decimals = a.decimals.into_iter().chain(b.decimals).min();
    let (min, max) = (stricter(&a.min, &b.min, Bound::is_above), stricter(&a.max, &b.max, Bound::is_below));
    Numbers { min, max, decimals, only }.checked()
}

impl Numbers {
    /// The regex of the numbers; `None` if they can be any.
    pub(crate) fn regex(&self) -> Option<String> {
        let is_any = self.min.is_none() && self.max.is_none() && self.decimals.is_none();
        let regex = interval(self.min.as_ref(), self.max.as_ref(), self.decimals);
        (!is_any).then(|| regex.expect("a shape that was checked is not empty"))
    }

    /// The same with those of its numbers alone that fit the other constraints; `None` if there is none.
    pub(crate) fn checked(mut self) -> Option<Numbers> {
        let Some(only) = &mut self.only else {
            return interval(self.min.as_ref(), self.max.as_ref(), self.decimals).is_some().then_some(self);
        };
        only.retain(|text| {
            let number = Decimal::parse(text).expect("checked when it was read");
            self.min.as_ref().is_none_or(|min| min.admits_from(&number))
                && self.max.as_ref().is_none_or(|max| max.admits_up_to(&number))
                && self.decimals.is_none_or(|decimals| number.decimals() <= decimals)
        });
        let only = std::mem::take(only);
        (!only.is_empty()).then(|| Numbers { only: Some(only), ..Numbers::default() })
    }
}
