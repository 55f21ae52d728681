//! Metavariables: their names, how many nodes they stand for, and of what kind.
//!
//! `$x` is one node, `$x*`, `$x+` and `$x?` are runs of siblings; `$x:rule` says of what rule or token, `$x:name` which named
//! pattern it fits. The names of a file of rules are numbered once.

use std::sync::Arc;

use super::infer::Inference;
use crate::grammar::Symbol;
use crate::langlet::Langlet;
use crate::span::Span;
/// How many nodes a metavariable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// `$x`: one.
    One,
    /// `$x?`: one or none.
    Optional,
    /// `$x*`: a run of siblings, maybe none.
    Star,
    /// `$x+`: a run of siblings, at least one.
    Plus,
}

impl Repeat {
    /// Whether it may stand for nothing.
    pub(crate) fn may_be_empty(self) -> bool {
        matches!(self, Repeat::Optional | Repeat::Star)
    }
}

/// Number of a metavariable's name in one [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Variable(pub(crate) u16);

/// What a metavariable may stand for, if its text says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Whatever fits.
    Any,
    /// A node of this symbol; of a run, its elements.
    Symbol(Symbol),
    /// What this named pattern of the scope fits; the symbol is that of the pattern.
    Pattern(usize, Symbol),
}

impl Type {
    /// The symbol that the node must have.
    pub(crate) fn symbol(self) -> Option<Symbol> {
        match self {
            Type::Any => None,
            Type::Symbol(symbol) | Type::Pattern(_, symbol) => Some(symbol),
        }
    }
}

/// One occurrence of a metavariable.
#[derive(Clone, Debug)]
pub(crate) struct Metavariable {
    pub(crate) variable: Variable,
    pub(crate) repeat: Repeat,
    /// The place in the file that holds the fragment, `$` included.
    pub(crate) span: Span,
    pub(crate) wanted: Type,
    /// Of a run: the symbols that its first sibling may have.
    pub(crate) beginnings: Vec<Symbol>,
}

/// The names that fragments of a file share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    inferences: Vec<Arc<Inference>>,
    /// In a template, the symbol that each metavariable stands for in the pattern, in the numbering of the target.
    pub(crate) bound: Vec<(Variable, Symbol)>,
    /// Whether results are read, not patterns.
    pub(crate) is_result: bool,
    variables: Vec<String>,
    /// Named patterns, with the symbol of what they fit; `None` if their alternatives have several.
    pub(crate) patterns: Vec<(String, Option<Symbol>)>,
}

impl Scope {
    /// The number of a metavariable's name.
    pub(crate) fn variable(&mut self, name: &str) -> Variable {
        let index = self.variables.iter().position(|known| known == name).unwrap_or_else(|| {
            self.variables.push(name.to_owned());
            self.variables.len() - 1
        });
        Variable(index as u16)
    }

    /// The name of a metavariable, without `$`.
    pub(crate) fn name(&self, variable: Variable) -> &str {
        &self.variables[usize::from(variable.0)]
    }

    pub(super) fn inference(&mut self, langlet: &Langlet) -> Arc<Inference> {
        if let Some(known) = self.inferences.iter().find(|known| known.langlet == *langlet) {
            return known.clone();
        }
        let inference = Arc::new(Inference::new(langlet));
        self.inferences.push(inference.clone());
        inference
    }

    pub(super) fn type_named(&self, langlet: &Langlet, name: &str) -> Result<Type, String> {
        match self.patterns.iter().position(|(known, _)| known == name) {
            Some(index) => match self.patterns[index].1 {
                Some(symbol) => Ok(Type::Pattern(index, symbol)),
                None => Err(format!(
                    "the alternatives of the pattern `{name}` are of several rules; use it in a condition: `$x is {name}`"
                )),
            },
            None => langlet.symbol(name).map(Type::Symbol).map_err(|error| error.to_string()),
        }
    }
}
