//! Comparing selection traces: the same walk through two grammars, up to the names of rules?
//!
//! Read step by step beside each other, each rule of the one must stand for one rule of the other and the other way round,
//! and so must each kind of token. Keywords, operators and texts stand for themselves. The first step at which this
//! fails is the difference; before it, both parsers did the same.

use std::collections::BTreeMap;
use std::fmt;

use super::selection::{SelectionTrace, Step, TracedToken};

/// What may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Names alone: positions have the same numbers.
    Names,
    /// Names, and the numbers of positions in a rule: its alternatives may stand in another order.
    NamesAndNumbers,
}

/// What of the one trace stands for what of the other, in the order in which it occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renaming {
    /// Pairs of rules.
    pub rules: Vec<(String, String)>,
    /// Pairs of kinds of tokens, but for keywords and operators.
    pub tokens: Vec<(String, String)>,
}

impl Renaming {
    /// The pairs whose names differ, rules first.
    pub fn changed(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.rules.iter().chain(&self.tokens);
        pairs.filter(|(left, right)| left != right).map(|(left, right)| (left.as_str(), right.as_str()))
    }
}

/// The first difference between two traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Number of the token, from 0, on the way to which they part; the number of tokens if it is behind the last one.
    pub token: usize,
    /// The step or token of the first trace.
    pub left: String,
    /// That of the second.
    pub right: String,
    /// Why the one cannot stand for the other, if each could by itself: an earlier pair of names or positions.
    pub earlier: Option<(String, String)>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} against {}", self.left, self.right)?;
        if let Some((left, right)) = &self.earlier {
            write!(f, ", though before {left} stood for {right}")?;
        }
        Ok(())
    }
}

/// Compares two traces; linear in their length.
///
/// # Errors
/// The first difference.
pub fn compare(left: &SelectionTrace, right: &SelectionTrace, strictness: Strictness) -> Result<Renaming, Difference> {
    let (rules, states, kinds) = (Pairing::default(), Pairing::default(), Pairing::default());
    let mut comparison = Comparison { left, right, strictness, rules, states, kinds };
    for (number, token) in left.tokens.iter().enumerate() {
        let Some(other) = right.tokens.get(number) else {
            let (left, right) = (format!("the token {token}"), "the end".to_owned());
            return Err(Difference { token: number, left, right, earlier: None });
        };
        comparison.token(number, token, other)?;
    }
    let n_tokens = left.tokens.len();
    if let Some(token) = right.tokens.get(n_tokens) {
        let (left, right) = ("the end".to_owned(), format!("the token {token}"));
        return Err(Difference { token: n_tokens, left, right, earlier: None });
    }
    comparison.steps(n_tokens, &left.rest, &right.rest)?;
    let named = |&(one, other): &(u32, u32)| (left.rule(one).to_owned(), right.rule(other).to_owned());
    Ok(Renaming { rules: comparison.rules.in_order.iter().map(named).collect(), tokens: comparison.kinds.in_order })
}

struct Comparison<'a> {
    left: &'a SelectionTrace,
    right: &'a SelectionTrace,
    strictness: Strictness,
    /// Numbers of rules.
    rules: Pairing<u32>,
    /// Numbers of rules and positions.
    states: Pairing<(u32, u32)>,
    /// Kinds of tokens.
    kinds: Pairing<String>,
}

impl Comparison<'_> {
    fn token(&mut self, number: usize, left: &TracedToken, right: &TracedToken) -> Result<(), Difference> {
        // The token first: texts that are read as other tokens are selected otherwise in consequence.
        let earlier = match (&left.text, &right.text) {
            (None, None) => (left.kind != right.kind).then_some(None),
            (Some(one), Some(other)) if one == other => self.kinds.add(&left.kind, &right.kind).err().map(Some),
            _ => Some(None),
        };
        if let Some(earlier) = earlier {
            let (left, right) = (format!("the token {left}"), format!("the token {right}"));
            return Err(Difference { token: number, left, right, earlier });
        }
        self.steps(number, &left.steps, &right.steps)
    }

    fn steps(&mut self, token: usize, left: &[Step], right: &[Step]) -> Result<(), Difference> {
        for at in 0..left.len().max(right.len()) {
            let pair = (left.get(at).copied(), right.get(at).copied());
            let earlier = match pair {
                (Some(Step::End(one)), Some(Step::End(other))) => (one != other).then_some(None),
                (
                    Some(Step::Select { rule: one, position: from }),
                    Some(Step::Select { rule: other, position: to }),
                ) => self.select((one, from), (other, to)).err(),
                _ => Some(None),
            };
            if let Some(earlier) = earlier {
                let show = |trace: &SelectionTrace, step: Option<Step>| match step {
                    Some(Step::End(1)) => "the end of a rule".to_owned(),
                    Some(Step::End(n)) => format!("the end of {n} rules"),
                    Some(step) => trace.show(step),
                    None => "the token itself".to_owned(),
                };
                let (left, right) = (show(self.left, pair.0), show(self.right, pair.1));
                return Err(Difference { token, left, right, earlier });
            }
        }
        Ok(())
    }

    /// Enters the positions, each with the number of its rule; an earlier pair if that stands against it.
    fn select(&mut self, left: (u32, u32), right: (u32, u32)) -> Result<(), Option<(String, String)>> {
        let named = |(one, other): (u32, u32)| (self.left.rule(one).to_owned(), self.right.rule(other).to_owned());
        self.rules.add(&left.0, &right.0).map_err(|pair| Some(named(pair)))?;
        match self.strictness {
            Strictness::Names if left.1 != right.1 => Err(None),
            Strictness::Names => Ok(()),
            Strictness::NamesAndNumbers => self.states.add(&left, &right).map_err(|(one, other)| {
                let show = |trace: &SelectionTrace, (rule, position)| trace.show(Step::Select { rule, position });
                Some((show(self.left, one), show(self.right, other)))
            }),
        }
    }
}

/// A one-to-one relation that grows.
#[derive(Debug)]
struct Pairing<T> {
    to_right: BTreeMap<T, T>,
    to_left: BTreeMap<T, T>,
    in_order: Vec<(T, T)>,
}

impl<T: Ord + Clone> Pairing<T> {
    /// Adds a pair; if one of the two is in another pair, that pair.
    fn add(&mut self, left: &T, right: &T) -> Result<(), (T, T)> {
        match (self.to_right.get(left), self.to_left.get(right)) {
            (Some(known), _) if known == right => Ok(()),
            (Some(known), _) => Err((left.clone(), known.clone())),
            (None, Some(known)) => Err((known.clone(), right.clone())),
            (None, None) => {
                self.to_right.insert(left.clone(), right.clone());
                self.to_left.insert(right.clone(), left.clone());
                self.in_order.push((left.clone(), right.clone()));
                Ok(())
            }
        }
    }
}

impl<T> Default for Pairing<T> {
    fn default() -> Pairing<T> {
        Pairing { to_right: BTreeMap::new(), to_left: BTreeMap::new(), in_order: Vec::new() }
    }
}
