//! Terminals as dense numbers, and the sets that decide: nullable, FIRST, FOLLOW.
//!
//! The fixed points run over the network, not over right-hand sides, so each set exists per *state* too: `first(state)`
//! are the terminals that may be read next without leaving the rule.

use super::dfa::{Network, StateId};
use crate::grammar::{Grammar, Symbol, SymbolKind};

/// Dense number of a token kind: what the lexer produces and the tables are indexed by.
pub type Terminal = u16;

/// The terminal behind the last token.
pub const END: Terminal = 0;

/// The token kinds of a langlet by dense number.
#[derive(Clone, Debug)]
pub struct Terminals {
    /// `symbols[terminal]`; `None` for [`END`] and for the metavariable.
    symbols: Vec<Option<Symbol>>,
    /// `numbers[symbol]`: the terminal of a token; `None` for rules and unused symbols.
    numbers: Vec<Option<Terminal>>,
    /// `fallback[terminal]`: what a soft keyword is elsewhere.
    fallback: Vec<Option<Terminal>>,
    has_soft: bool,
    /// `variable[symbol]`: whether a metavariable may stand for it; not for literals and layout tokens.
    variable: Vec<bool>,
}

impl Terminals {
    /// Literals in use first, then named and anonymous tokens, in a fixed order; last the metavariable of patterns.
    pub fn new(grammar: &Grammar) -> Terminals {
        let mut symbols = vec![None];
        symbols.extend(grammar.used_literals().into_iter().map(Some));
        symbols.extend(grammar.token_order.iter().copied().map(Some));
        let mut numbers = vec![None; grammar.symbols.len()];
        for (terminal, symbol) in symbols.iter().enumerate() {
            if let Some(symbol) = symbol {
                numbers[symbol.index()] = Some(terminal as Terminal);
            }
        }
        symbols.push(None);
        let mut fallback = vec![None; symbols.len()];
        for (&keyword, &other) in &grammar.soft {
            if let Some(terminal) = numbers[keyword.index()] {
                fallback[usize::from(terminal)] = numbers[other.index()];
            }
        }
        let is_variable =
            |symbol: Symbol| grammar.symbols.kind(symbol) != SymbolKind::Literal && !grammar.is_layout(symbol);
        let variable = grammar.symbols.iter().map(is_variable).collect();
        let has_soft = fallback.iter().any(Option::is_some);
        Terminals { symbols, numbers, fallback, has_soft, variable }
    }

    /// Number of terminals, [`END`] and the metavariable included.
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Whether there is none; never, since [`END`] is one.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The terminal that stands for a metavariable of a pattern: any symbol at all.
    pub fn metavariable(&self) -> Terminal {
        self.symbols.len() as Terminal - 1
    }

    /// Whether a metavariable may stand for the symbol: anything but a literal or a layout token.
    pub(crate) fn is_variable(&self, symbol: Symbol) -> bool {
        self.variable[symbol.index()]
    }

    /// The symbol of a terminal.
    pub fn symbol(&self, terminal: Terminal) -> Option<Symbol> {
        self.symbols[usize::from(terminal)]
    }

    /// The terminal of a token; `None` if the symbol is a rule or is not read by this langlet.
    pub fn number(&self, symbol: Symbol) -> Option<Terminal> {
        self.numbers.get(symbol.index()).copied().flatten()
    }

    /// What a soft keyword is where the grammar does not ask for it.
    pub fn fallback(&self, terminal: Terminal) -> Option<Terminal> {
        self.fallback[usize::from(terminal)]
    }

    /// The terminal and the soft keywords that may be read as it.
    pub(crate) fn read_as(&self, terminal: Option<Terminal>) -> impl Iterator<Item = Terminal> + '_ {
        let soft = (0..self.fallback.len() as Terminal)
            .filter(move |&soft| terminal.is_some() && self.fallback(soft) == terminal);
        terminal.into_iter().chain(soft.take(if self.has_soft { usize::MAX } else { 0 }))
    }

    /// The terminal itself and, of a soft keyword, what else it may be.
    pub fn readings(&self, terminal: Terminal) -> impl Iterator<Item = Terminal> + use<> {
        std::iter::once(terminal).chain(self.fallback(terminal))
    }
}

/// A set of terminals.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TerminalSet(Vec<u64>);

impl TerminalSet {
    fn new(n_terminals: usize) -> TerminalSet {
        TerminalSet(vec![0; n_terminals.div_ceil(64)])
    }

    /// Whether the terminal is in the set.
    pub fn contains(&self, terminal: Terminal) -> bool {
        self.0.get(usize::from(terminal) / 64).is_some_and(|word| word >> (terminal % 64) & 1 == 1)
    }

    /// Adds a terminal; whether the set grew.
    fn insert(&mut self, terminal: Terminal) -> bool {
        let word = &mut self.0[usize::from(terminal) / 64];
        let grown = *word | 1 << (terminal % 64);
        std::mem::replace(word, grown) != grown
    }

    /// Adds all of the other; whether the set grew.
    fn extend(&mut self, other: &TerminalSet) -> bool {
        let mut grew = false;
        for (word, &more) in self.0.iter_mut().zip(&other.0) {
            grew |= more & !*word != 0;
            *word |= more;
        }
        grew
    }

    /// The members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Terminal> + '_ {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.checked_sub(1)?;
                Some((index * 64) as Terminal + bit as Terminal)
            })
        })
    }
}

/// nullable, FIRST and FOLLOW of the rules and states of a network.
#[derive(Clone, Debug)]
pub struct Sets {
    /// `nullable[rule]`.
    nullable: Vec<bool>,
    /// `ends[state]`: whether the rest of the rule may be empty.
    ends: Vec<bool>,
    /// `first[state]`: terminals that may be read next within the rule.
    first: Vec<TerminalSet>,
    /// `follow[rule]`: terminals that may come behind it; [`END`] always, since every rule may be read alone.
    follow: Vec<TerminalSet>,
}

impl Sets {
    /// Computes all sets; each fixed point takes as many rounds as rules are nested.
    pub fn new(grammar: &Grammar, network: &Network, terminals: &Terminals) -> Sets {
        let n_symbols = grammar.symbols.len();
        let empty = TerminalSet::new(terminals.len());
        let mut sets = Sets {
            nullable: vec![false; n_symbols],
            ends: network.states().map(|(_, state)| state.accepting).collect(),
            first: vec![empty.clone(); network.n_states()],
            follow: vec![empty; n_symbols],
        };
        sets.find_nullable(network);
        sets.find_first(grammar, network, terminals);
        sets.find_follow(grammar, network);
        sets
    }

    /// Whether the rule derives the empty string.
    pub fn nullable(&self, rule: Symbol) -> bool {
        self.nullable[rule.index()]
    }

    /// Whether the rest of the rule behind the state may be empty.
    pub fn ends(&self, state: StateId) -> bool {
        self.ends[state.index()]
    }

    /// Terminals that may be read next within the rule.
    pub fn first(&self, state: StateId) -> &TerminalSet {
        &self.first[state.index()]
    }

    /// Terminals that may come behind the rule, wherever it stands.
    pub fn follow(&self, rule: Symbol) -> &TerminalSet {
        &self.follow[rule.index()]
    }

    fn find_nullable(&mut self, network: &Network) {
        loop {
            let mut changed = false;
            for index in (0..network.n_states()).rev() {
                let id = StateId(index as u32);
                let state = network.state(id);
                if !self.ends[index] {
                    let through =
                        |&(symbol, to): &(Symbol, StateId)| self.nullable[symbol.index()] && self.ends[to.index()];
                    if state.transitions.iter().any(through) {
                        self.ends[index] = true;
                        changed = true;
                    }
                }
                if self.ends[index] && network.start(state.rule) == Some(id) && !self.nullable[state.rule.index()] {
                    self.nullable[state.rule.index()] = true;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn find_first(&mut self, grammar: &Grammar, network: &Network, terminals: &Terminals) {
        // A soft keyword is read wherever its fallback is.
        let mut softened: Vec<Vec<Terminal>> = vec![Vec::new(); terminals.len()];
        for terminal in 0..terminals.len() as Terminal {
            if let Some(fallback) = terminals.fallback(terminal) {
                softened[usize::from(fallback)].push(terminal);
            }
        }
        for (id, state) in network.states() {
            for &(symbol, _) in &state.transitions {
                if let Some(terminal) = terminals.number(symbol) {
                    self.first[id.index()].insert(terminal);
                    softened[usize::from(terminal)].iter().for_each(|&soft| {
                        self.first[id.index()].insert(soft);
                    });
                }
            }
            if !state.transitions.is_empty() {
                self.first[id.index()].insert(terminals.metavariable());
            }
        }
        loop {
            let mut changed = false;
            for index in (0..network.n_states()).rev() {
                for &(symbol, to) in &network.state(StateId(index as u32)).transitions {
                    if grammar.symbols.kind(symbol) != SymbolKind::Rule {
                        continue;
                    }
                    let mut union = std::mem::take(&mut self.first[index]);
                    if let Some(start) = network.start(symbol)
                        && start.index() != index
                    {
                        changed |= union.extend(&self.first[start.index()]);
                    }
                    if self.nullable[symbol.index()] && to.index() != index {
                        changed |= union.extend(&self.first[to.index()]);
                    }
                    self.first[index] = union;
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn find_follow(&mut self, grammar: &Grammar, network: &Network) {
        for &rule in grammar.rules.keys() {
            self.follow[rule.index()].insert(END);
        }
        loop {
            let mut changed = false;
            for (_, state) in network.states() {
                for &(symbol, to) in &state.transitions {
                    if grammar.symbols.kind(symbol) != SymbolKind::Rule {
                        continue;
                    }
                    let mut union = std::mem::take(&mut self.follow[symbol.index()]);
                    changed |= union.extend(&self.first[to.index()]);
                    if self.ends[to.index()] && symbol != state.rule {
                        changed |= union.extend(&self.follow[state.rule.index()]);
                    }
                    self.follow[symbol.index()] = union;
                }
            }
            if !changed {
                return;
            }
        }
    }
}
