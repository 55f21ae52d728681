//! One numbering for the symbols of two langlets, so that a tree can change from one to the other step by step.
//!
//! The numbers of the langlet that is read come first and stay as they are. A symbol of the target keeps its number if both
//! langlets inherit it from a common ancestor; else it takes that of the symbol with its name and kind; else a new one.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::grammar::delta::is_alive;
use crate::grammar::{Grammar, Symbol, SymbolKind};
use crate::langlet::Langlet;
use crate::parser::drive::METAVARIABLE;

/// The numbering for trees that are translated from one langlet to another.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    /// `of_target[symbol of the target]`.
    of_target: Vec<Symbol>,
    /// `to_target[symbol]`: `None` if the target has no such rule or token.
    to_target: Vec<Option<Symbol>>,
    /// `holding_layout[symbol]`: whether a node may hold a layout token; see [`super::place::Placing::holding_layout`].
    pub(super) holding_layout: OnceLock<Vec<bool>>,
}

impl Space {
    pub(crate) fn new(source: &Langlet, target: &Langlet) -> Space {
        let (from, to) = (source.grammar(), target.grammar());
        let shared = from.ancestry().find(|ancestor| to.descends_from(&ancestor.name));
        let n_shared = shared.map_or(0, |ancestor| ancestor.symbols.len());
        let key = |grammar: &Grammar, symbol: Symbol| {
            (grammar.symbols.kind(symbol), grammar.symbols.info(symbol).name.clone())
        };
        let named: FxHashMap<_, Symbol> =
            from.symbols.iter().skip(n_shared).map(|symbol| (key(from, symbol), symbol)).collect();
        let mut next = from.symbols.len() as u16;
        let mut of_target = Vec::with_capacity(to.symbols.len());
        for symbol in to.symbols.iter() {
            let number = if symbol.index() < n_shared {
                symbol
            } else if let Some(&same) = named.get(&key(to, symbol)) {
                same
            } else {
                next += 1;
                Symbol(next - 1)
            };
            of_target.push(number);
        }
        let mut to_target = vec![None; usize::from(next)];
        let is_used = |&symbol: &Symbol| match to.symbols.kind(symbol) {
            SymbolKind::Literal | SymbolKind::Anonymous => target.tables().terminals.number(symbol).is_some(),
            _ => is_alive(to, symbol),
        };
        for symbol in to.symbols.iter().filter(is_used) {
            to_target[of_target[symbol.index()].index()] = Some(symbol);
        }
        Space { of_target, to_target, holding_layout: OnceLock::new() }
    }

    pub(crate) fn of_target(&self, symbol: Symbol) -> Symbol {
        if symbol == METAVARIABLE { symbol } else { self.of_target[symbol.index()] }
    }

    pub(crate) fn to_target(&self, symbol: Symbol) -> Option<Symbol> {
        self.to_target.get(symbol.index()).copied().flatten()
    }
}
