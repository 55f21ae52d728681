//! Symbols: numbers for the rules and tokens of a langlet, and their names.
//!
//! The table of a child *extends* that of its parent: an inherited symbol keeps its number, a new one is appended, and a
//! removed one stays as a hole. So a tree of the parent whose rules are unchanged is a tree of the child. Persistent
//! vectors and maps share everything that a child does not change.

use std::sync::Arc;

/// Number of a rule or token; means the same in a langlet and in all its descendants, and nothing elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(crate) u16);

impl Symbol {
    /// The number as an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// A non-terminal.
    Rule,
    /// A token with a name: its texts are given by a regex, or the layout makes it.
    Token,
    /// A keyword or operator; its name is its text.
    Literal,
    /// A regex written in a right-hand side; its name is `/regex/`.
    Anonymous,
    /// Trivia: skipped between tokens.
    Skip,
}

/// Name and kind of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolInfo {
    /// The name; of a literal its text, of an anonymous token its regex.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SymbolKind,
}

/// All symbols of a langlet, those of its ancestors included.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    infos: im::Vector<SymbolInfo>,
    names: im::HashMap<Arc<str>, Symbol>,
    literals: im::HashMap<Arc<str>, Symbol>,
    anonymous: im::HashMap<Arc<str>, Symbol>,
}

impl Symbols {
    /// The largest number of symbols that a langlet and its ancestors may have together.
    pub const LIMIT: usize = u16::MAX as usize - 1;

    /// Number of symbols, holes included.
    pub fn len(&self) -> usize {
        self.infos.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.infos.is_empty()
    }

    /// All symbols in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = Symbol> + use<> {
        (0..self.infos.len() as u16).map(Symbol)
    }

    /// Name and kind. Panics if the symbol is of another langlet.
    pub fn info(&self, symbol: Symbol) -> &SymbolInfo {
        &self.infos[symbol.index()]
    }

    /// The name: of a literal its text.
    pub fn name(&self, symbol: Symbol) -> &str {
        &self.infos[symbol.index()].name
    }

    /// What it is.
    pub fn kind(&self, symbol: Symbol) -> SymbolKind {
        self.infos[symbol.index()].kind
    }

    /// Whether it is a rule.
    pub fn is_rule(&self, symbol: Symbol) -> bool {
        self.kind(symbol) == SymbolKind::Rule
    }

    /// The name as it is written in a grammar: literals in quotes.
    pub fn display(&self, symbol: Symbol) -> String {
        match self.kind(symbol) {
            SymbolKind::Literal => quote(self.name(symbol)),
            _ => self.name(symbol).to_owned(),
        }
    }

    /// The rule, token or skipped token of that name.
    pub fn named(&self, name: &str) -> Option<Symbol> {
        self.names.get(name).copied()
    }

    /// The keyword or operator with that text.
    pub fn literal(&self, text: &str) -> Option<Symbol> {
        self.literals.get(text).copied()
    }

    /// The anonymous token with that regex.
    pub fn anonymous(&self, pattern: &str) -> Option<Symbol> {
        self.anonymous.get(pattern).copied()
    }

    /// Adds a symbol; a name that was taken means the new symbol from now on. `None` if the table is full.
    pub(crate) fn add(&mut self, name: &str, kind: SymbolKind) -> Option<Symbol> {
        if self.infos.len() >= Symbols::LIMIT {
            return None;
        }
        let symbol = Symbol(self.infos.len() as u16);
        let key: Arc<str> = name.into();
        match kind {
            SymbolKind::Literal => self.literals.insert(key.clone(), symbol),
            SymbolKind::Anonymous => self.anonymous.insert(key.clone(), symbol),
            _ => self.names.insert(key.clone(), symbol),
        };
        let name = if kind == SymbolKind::Anonymous { format!("/{name}/").into() } else { key };
        self.infos.push_back(SymbolInfo { name, kind });
        Some(symbol)
    }

    /// Gives a rule or token another name.
    pub(crate) fn rename(&mut self, symbol: Symbol, to: &str) {
        let name: Arc<str> = to.into();
        let old = std::mem::replace(&mut self.infos[symbol.index()].name, name.clone());
        self.names.remove(&old);
        self.names.insert(name, symbol);
    }

    /// Forgets the name of a dropped rule or token, so that it can be defined anew.
    pub(crate) fn forget(&mut self, symbol: Symbol) {
        let name = self.infos[symbol.index()].name.clone();
        self.names.remove(&name);
    }
}

/// A text in single quotes, with the escapes of the notation.
pub fn quote(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\'' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
