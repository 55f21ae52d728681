//! Grammars with inheritance: symbols, rules, and the whole that a parent and a delta make.

pub mod check;
pub mod delta;
pub mod part;
pub mod print;
pub(crate) mod recursion;
pub mod rule;
pub mod symbol;

use std::sync::Arc;

pub use part::{Part, Parts};
pub use rule::Rhs;
pub use symbol::{Symbol, SymbolInfo, SymbolKind, Symbols};

use crate::diagnostic::SourceText;
use crate::notation::syntax::{LangletFile, Operator};
use crate::span::Span;

/// A rule of a grammar, and how it came about.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The right-hand side.
    pub rhs: Arc<Rhs>,
    /// The langlets that defined and changed it, from the oldest on.
    pub history: Arc<[(Arc<str>, Operator)]>,
}

/// A named or anonymous token with a regex.
#[derive(Clone, Debug)]
pub struct TokenRule {
    /// Its texts, as `regex-syntax` reads them.
    pub pattern: Arc<str>,
    /// The same as it is written, with references to parts.
    pub written: Arc<str>,
    /// The langlet that defined it last.
    pub origin: Arc<str>,
    /// Where that langlet's text defines it.
    pub span: Span,
}

/// The tokens that are made from line ends and indentation.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The token at the end of a logical line, and what a line end looks like.
    pub newline: Option<(Symbol, TokenRule)>,
    /// The tokens around an indented block.
    pub indent: Option<Indent>,
    /// The tokens without text at the end of the file; all but the last only if there is another token.
    pub end: Vec<Symbol>,
}

/// Indentation tokens and how columns are counted.
#[derive(Clone, Copy, Debug)]
pub struct Indent {
    /// Opens a block.
    pub indent: Symbol,
    /// Closes a block.
    pub dedent: Symbol,
    /// Columns from one tab stop to the next.
    pub tab: u32,
    /// Whether indentation must compare alike if a tab counts as one column.
    pub strict: bool,
}

/// A whole grammar: all that a langlet inherits and all that it says itself.
///
/// A child stores its delta (`file`); the rest is shared with the parent by persistent maps.
#[derive(Clone, Debug)]
pub struct Grammar {
    /// The name of the langlet.
    pub name: Arc<str>,
    /// What it is a delta of.
    pub parent: Option<Arc<Grammar>>,
    /// The text of the langlet file.
    pub source: Arc<SourceText>,
    /// What the langlet file says: the delta.
    pub file: Arc<LangletFile>,
    /// All symbols, holes included.
    pub symbols: Symbols,
    /// The rules by symbol.
    pub rules: im::OrdMap<Symbol, Rule>,
    /// What the file says of rules that are read in another form, since they are left-recursive.
    pub written: im::OrdMap<Symbol, Arc<Rhs>>,
    /// Named tokens in the order in which they win a tie: a child's new ones before the inherited ones.
    pub token_order: im::Vector<Symbol>,
    /// The parts of regexes.
    pub parts: Parts,
    /// The regexes of tokens and of skipped tokens.
    pub tokens: im::OrdMap<Symbol, TokenRule>,
    /// Keywords that are something else where the grammar does not ask for them.
    pub soft: im::OrdMap<Symbol, Symbol>,
    /// Layout tokens.
    pub layout: Layout,
    /// Pairs of brackets in which lines are joined.
    pub joins: im::Vector<(Symbol, Symbol)>,
    /// Productions that add no meaning.
    pub neutrals: im::Vector<(Symbol, Arc<Rhs>)>,
    /// The text of tokens that have exactly one, other than literals.
    pub constants: im::OrdMap<Symbol, Arc<str>>,
    /// Symbols without a blank before them in written text.
    pub tight_before: im::OrdSet<Symbol>,
    /// Symbols without a blank behind them in written text.
    pub tight_after: im::OrdSet<Symbol>,
    /// The start symbols; the first is the default.
    pub starts: im::Vector<Symbol>,
}

impl Grammar {
    /// The right-hand side of a rule; `None` if the symbol is no rule of this grammar.
    pub fn rhs(&self, rule: Symbol) -> Option<&Rhs> {
        self.rules.get(&rule).map(|rule| &*rule.rhs)
    }

    /// Whether the symbol is a token kind that a layout declaration makes.
    pub fn is_layout(&self, symbol: Symbol) -> bool {
        let newline = self.layout.newline.as_ref().map(|(symbol, _)| *symbol);
        let indent = self.layout.indent.map(|indent| [indent.indent, indent.dedent]);
        newline == Some(symbol)
            || self.layout.end.contains(&symbol)
            || indent.is_some_and(|both| both.contains(&symbol))
    }

    /// The literals that some rule uses, in the order of their symbols.
    pub fn used_literals(&self) -> Vec<Symbol> {
        let mut used = vec![false; self.symbols.len()];
        for rule in self.rules.values() {
            rule.rhs.for_each_symbol(&mut |symbol| used[symbol.index()] = true);
        }
        self.symbols.iter().filter(|&s| used[s.index()] && self.symbols.kind(s) == SymbolKind::Literal).collect()
    }

    /// The only text of a symbol that has exactly one by declaration: a literal, or a declared constant.
    pub fn constant_text(&self, symbol: Symbol) -> Option<&str> {
        match self.symbols.kind(symbol) {
            SymbolKind::Literal => Some(self.symbols.name(symbol)),
            _ => self.constants.get(&symbol).map(|text| &**text),
        }
    }

    /// This grammar and its ancestors, from here upwards.
    pub fn ancestry(&self) -> impl Iterator<Item = &Grammar> {
        std::iter::successors(Some(self), |grammar| grammar.parent.as_deref())
    }

    /// Whether `ancestor` is this grammar or one that it inherits from (by name).
    pub fn descends_from(&self, ancestor: &str) -> bool {
        self.ancestry().any(|grammar| &*grammar.name == ancestor)
    }
}
